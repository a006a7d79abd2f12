//! Accepting, one by one and in bulk, and going on to the next person.
//!
//! Never blind: what is accepted is the pair of the last drawn frame, once; a pair that changed since is dropped with a
//! notice, and so is everything while candidates are loading.

use crate::domain::Decision;
use crate::domain::StorageKey;
use crate::domain::plan::{PlanRow, accept_safe, needs_decision};
use crate::domain::text::clean;
use crate::tui::app::{App, Effect};
use crate::tui::decide::{Known, Wish, coming_plan, row_of, wish};
use crate::tui::overlay::{Confirm, Confirmed, Overlay};
use crate::tui::people::People;
use crate::tui::widgets::words::count;

use super::{Side, loading, proposals};

/// How many of those who are left out are named in the question.
const NAMED: usize = 6;

/// A decision that was asked for: when it is on its way, the next person comes.
#[derive(Debug, Clone)]
pub struct After {
    key: StorageKey,
    was: Option<PlanRow>,
    /// Decided about marked people: the marks go, the cursor stays.
    marked: bool,
}

fn coming_row(app: &App, key: &StorageKey) -> Option<PlanRow> {
    app.saving.pending().get(key).or_else(|| app.model.plan.row(key)).cloned()
}

/// `Enter`.
pub fn accept(app: &mut App) -> Vec<Effect> {
    let seen = app.drawn.selected.take();
    let drawn = app.take_proposal();
    if let Some(why) = loading(&app.model) {
        app.complain(why);
        return Vec::new();
    }
    let now = proposals::current(app);
    match (drawn, now) {
        (_, None) => app.complain("there is no candidate to accept; f searches the whole tenant"),
        (None, Some(_)) if seen.is_some() && app.mapping.side == Side::People && !app.drawn.side_by_side => {
            // No room for both sides: the candidates were not on the frame.
            app.mapping.side = Side::Candidates;
            app.say("look at the candidate; Enter again accepts it");
        }
        (None, Some(_)) if seen.is_some() && app.mapping.scrolled > 0 => {
            app.mapping.scrolled = 0;
            app.say("look at the candidate; Enter again accepts it");
        }
        (None, Some(_)) if seen.is_some() => {
            app.complain("the candidate is not on the screen: make the terminal larger");
        }
        (None, Some(_)) => app.complain("one at a time: nothing was accepted that was not on the screen yet"),
        (Some(drawn), Some(now)) if drawn.person != now.person => {
            app.complain(
                "the selected person changed since the screen was drawn: nothing was accepted, look again",
            );
        }
        (Some(drawn), Some(now)) if drawn != now => {
            app.complain(
                "the candidate changed since the screen was drawn: nothing was accepted, look again",
            );
        }
        (Some(drawn), Some(_)) => return decide(app, &[drawn.person], &Wish::Map(drawn.candidate)),
    }
    Vec::new()
}

/// Wishes something, and goes on when it is on its way. A refusal stays readable beside the person.
pub fn decide(app: &mut App, whom: &[StorageKey], what: &Wish) -> Vec<Effect> {
    remember(app, whom);
    app.mapping.refusal = None;
    let dialogs = app.overlays.len();
    let effects = wish(app, whom, what);
    if effects.is_empty() && app.overlays.len() == dialogs {
        app.mapping.after = None;
        let said = app.toasts.history().next_back().filter(|toast| toast.bad).map(|toast| toast.text.clone());
        app.mapping.refusal = whom.first().cloned().zip(said);
    }
    effects
}

/// Remembers whom a decision is about to be made about.
pub fn remember(app: &mut App, whom: &[StorageKey]) {
    app.mapping.after =
        whom.first().map(|key| After { key: key.clone(), was: coming_row(app, key), marked: whom.len() > 1 });
}

/// Begins with the first person who waits for a decision, once everybody is compared: nobody wants to start at somebody who
/// maps by themselves. Never after a key of this tab, and not away from somebody who waits (a restored session).
pub fn begin(app: &mut App) {
    if app.mapping.begun || loading(&app.model).is_some() {
        return;
    }
    let Some(here) = app.mapping.list.cursor() else { return };
    app.mapping.begun = true;
    if !waits(app, here)
        && let Some(row) = next_waiting(app)
    {
        let App { model, mapping, .. } = app;
        mapping.list.move_to(model, row);
    }
}

/// Goes to the next person once the decision is on its way; forgets about it when the question was answered with no.
pub fn go_on(app: &mut App) {
    if !app.overlays.is_empty() {
        return;
    }
    let Some(after) = app.mapping.after.take() else { return };
    if coming_row(app, &after.key) == after.was {
        return;
    }
    if after.marked {
        app.mapping.list.clear_marks();
        return;
    }
    if app.mapping.list.selected() != Some(&after.key) {
        return;
    }
    match next_waiting(app) {
        Some(row) => {
            let App { model, mapping, drawn, .. } = app;
            mapping.list.move_to(model, row);
            if drawn.side_by_side {
                mapping.side = Side::People;
            }
        }
        None => app.say("nobody else in this list waits for a decision"),
    }
}

/// The row of the next person who needs a decision or a second look, around the end of the list.
fn next_waiting(app: &App) -> Option<usize> {
    let list = &app.mapping.list;
    let here = list.cursor()?;
    (here + 1..list.rows().len()).chain(0..here).find(|row| waits(app, *row))
}

/// The row of the person before, around the beginning of the list.
fn previous_waiting(app: &App) -> Option<usize> {
    let list = &app.mapping.list;
    let here = list.cursor()?;
    (0..here).rev().chain((here + 1..list.rows().len()).rev()).find(|row| waits(app, *row))
}

/// Goes to the next person who waits, or to the one before, without deciding about this one.
pub fn skip(app: &mut App, forward: bool) {
    match if forward { next_waiting(app) } else { previous_waiting(app) } {
        Some(row) => {
            let App { model, mapping, .. } = app;
            mapping.list.move_to(model, row);
            mapping.side = Side::People;
        }
        None => app.say("nobody else in this list waits for a decision"),
    }
}

/// Whether the person in this row needs a decision or a second look.
fn waits(app: &App, row: usize) -> bool {
    let people = People::of(&app.model);
    let Some(at) = app.mapping.list.rows().get(row).map(|at| *at as usize) else { return false };
    let Some(user) = people.user(at) else { return false };
    match coming_row(app, &user.storage_key).filter(|row| row.decision.is_decided()) {
        Some(row) => row.needs_a_look,
        None => people.person(at, &user.storage_key).is_some_and(needs_decision),
    }
}

/// `a`: says how many safe proposals there are, how many are left out and why, and asks.
pub fn accept_all_safe(app: &mut App) -> Vec<Effect> {
    let known = match Known::of(app) {
        Ok(known) => known,
        Err(why) => {
            app.complain(why);
            return Vec::new();
        }
    };
    if let Some(why) = loading(&app.model) {
        app.complain(why);
        return Vec::new();
    }
    let plan = coming_plan(app);
    let mut bulk =
        accept_safe(&known.roster, &known.directory, &known.forecast, &plan, &known.analysis.situation);
    let marks = app.mapping.list.marks();
    let marked = !marks.is_empty();
    if marked {
        bulk.rows.retain(|(key, _)| marks.contains(key));
        bulk.left_out_privileged.retain(|key| marks.contains(key));
        bulk.left_out_protected.retain(|key| marks.contains(key));
        bulk.left_out_refused.retain(|(key, _)| marks.contains(key));
        if bulk.refused.is_none() && bulk.rows.is_empty() && bulk.left_out() == 0 {
            app.complain("nobody of those marked has a safe proposal that is undecided");
            return Vec::new();
        }
    }
    if bulk.refused.is_some() || (bulk.rows.is_empty() && bulk.left_out() == 0) {
        app.complain(bulk.summary());
        return Vec::new();
    }
    let name = |key: &StorageKey| {
        known.roster.get(key).map(|user| clean(&user.display_name).into_owned()).unwrap_or_default()
    };
    let reasons = bulk
        .left_out_privileged
        .iter()
        .map(|key| (key, "privileged, one by one only"))
        .chain(bulk.left_out_protected.iter().map(|key| (key, "protected by the configuration")))
        .chain(bulk.left_out_refused.iter().map(|(key, why)| (key, why.as_str())));
    let mut text = vec![bulk.summary()];
    text.extend(reasons.take(NAMED).map(|(key, why)| format!("left out: {}: {why}", name(key))));
    if bulk.left_out() > NAMED {
        text.push(format!("and {} more left out", bulk.left_out() - NAMED));
    }
    if bulk.rows.is_empty() {
        app.complain(text.join(". "));
        return Vec::new();
    }
    text.push("Each of them can be taken back until it is applied (u).".to_owned());
    let rows: Vec<PlanRow> = bulk
        .rows
        .iter()
        .filter_map(|(key, target)| {
            let decision = Decision::Map { target: *target };
            let (user, person) = (known.roster.get(key)?, known.forecast.get(key)?);
            Some(row_of(plan.row(key), user, person, decision, &known, app.now()))
        })
        .collect();
    let of = if marked { " of those marked" } else { "" };
    let title = match rows.len() {
        1 => format!("Accept 1 safe proposal{of}?"),
        n => format!("Accept {} safe proposals{of}?", count(n)),
    };
    if marked && let Some((key, _)) = bulk.rows.first() {
        // The marks go when it is on its way.
        app.mapping.after = Some(After { key: key.clone(), was: coming_row(app, key), marked: true });
    }
    app.overlays.push(Overlay::Confirm(Confirm { title, text, then: Confirmed::Save(rows) }));
    Vec::new()
}
