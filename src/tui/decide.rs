//! Decisions on their way: judged, saved, and only then shown as decided.
//!
//! A decision is on the screen as *saving* until the store said that it is on disk. If it could not be kept the person is
//! as undecided as before, and a notice says why. The last decisions can be taken back until they are applied.

use std::collections::BTreeMap;

use crate::domain::plan::{Judgement, PlanRow, Seen, SeenPerson, SeenTarget, judge};
use crate::domain::text::clean;
use crate::domain::{Decision, ObjectId, OrgUser, Plan, Problem, RowState, StorageKey};
use crate::tasks;

use super::app::{App, Effect};
use super::overlay::{Confirm, Confirmed, Overlay};
use super::widgets::words::people;

/// What the administrator wishes for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Map onto this tenant user.
    Map(ObjectId),
    /// Invite this address, or the person's own where none is given.
    Invite(Option<String>),
    /// Remove from the organization.
    Remove,
    /// Keep as they are.
    Keep,
}

impl Wish {
    fn decision(&self, user: &OrgUser) -> Decision {
        match self {
            Self::Map(target) => Decision::Map { target: *target },
            Self::Invite(Some(address)) => Decision::Invite { address: address.clone() },
            Self::Invite(None) => {
                let address =
                    user.mail.as_deref().filter(|mail| mail.contains('@')).unwrap_or(&user.principal_name);
                Decision::Invite { address: address.to_owned() }
            }
            Self::Remove => Decision::Remove,
            Self::Keep => Decision::Keep,
        }
    }
}

/// Decisions that are being saved, and those that can be taken back.
#[derive(Debug, Clone, Default)]
pub struct Saving {
    next: u64,
    under_way: BTreeMap<u64, Batch>,
    pending: BTreeMap<StorageKey, PlanRow>,
    history: Vec<Vec<(StorageKey, Option<PlanRow>)>>,
}

#[derive(Debug, Clone)]
struct Batch {
    rows: Vec<PlanRow>,
    /// A step back is not itself something to be taken back.
    back: bool,
}

impl Saving {
    /// Rows that are not on disk yet.
    pub fn pending(&self) -> &BTreeMap<StorageKey, PlanRow> {
        &self.pending
    }

    /// Whether nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Whether there is something to take back.
    pub fn can_take_back(&self) -> bool {
        !self.history.is_empty()
    }

    fn begin(&mut self, rows: Vec<PlanRow>, back: bool) -> Effect {
        self.next += 1;
        for row in &rows {
            self.pending.insert(row.storage_key.clone(), row.clone());
        }
        self.under_way.insert(self.next, Batch { rows: rows.clone(), back });
        Effect::Task(tasks::Effect::SaveRows(self.next, rows))
    }

    fn end(&mut self, number: u64) -> Option<Batch> {
        let batch = self.under_way.remove(&number)?;
        for row in &batch.rows {
            // A later decision about the same person may be under way.
            if !self
                .under_way
                .values()
                .any(|other| other.rows.iter().any(|r| r.storage_key == row.storage_key))
            {
                self.pending.remove(&row.storage_key);
            }
        }
        Some(batch)
    }
}

/// The plan as it will be when what is under way is on disk: two quick decisions must see each other.
fn coming_plan(app: &App) -> Plan {
    let mut plan = Plan::clone(&app.model.plan);
    for (key, row) in &app.saving.pending {
        plan.rows.insert(key.clone(), row.clone());
    }
    plan
}

/// The row that a decision makes, bound to what the administrator sees.
fn row_of(app: &App, plan: &Plan, user: &OrgUser, decision: Decision) -> PlanRow {
    let target =
        decision.target().and_then(|id| app.model.directory.value.as_ref()?.get(id)).map(SeenTarget::from);
    let outcome = app
        .model
        .analysis
        .as_ref()
        .and_then(|analysis| analysis.forecast.as_ref()?.get(&user.storage_key))
        .map(|person| person.outcome);
    let mut row =
        plan.row(&user.storage_key).cloned().unwrap_or_else(|| PlanRow::undecided(user.storage_key.clone()));
    row.decision = decision;
    row.needs_a_look = false;
    row.decided_at = Some(app.now());
    row.decided_on = outcome;
    row.seen = Some(Seen { person: SeenPerson::from(user), target });
    row.state = RowState::Planned;
    row.error = None;
    row
}

/// Wishes something for people: refused with the reason, asked about once more, or saved.
pub fn wish(app: &mut App, whom: &[StorageKey], wish: &Wish) -> Vec<Effect> {
    if let Some(why) = app.cannot_decide() {
        app.complain(why);
        return Vec::new();
    }
    let (Some(analysis), Some(roster), Some(directory)) =
        (app.model.analysis.clone(), app.model.roster.value.clone(), app.model.directory.value.clone())
    else {
        app.complain("wait until both lists of people were read and compared");
        return Vec::new();
    };
    let Some(forecast) = analysis.forecast.clone() else {
        app.complain("wait until both lists of people were read and compared");
        return Vec::new();
    };
    let mut plan = coming_plan(app);
    let (mut rows, mut reasons, mut refusals) = (Vec::new(), Vec::new(), Vec::new());
    for key in whom {
        let (Some(user), Some(person)) = (roster.get(key), forecast.get(key)) else {
            refusals.push("this person is not in the organization any more".to_owned());
            continue;
        };
        let decision = wish.decision(user);
        match judge(&decision, user, person, &plan, &directory, &analysis.situation) {
            Judgement::Allowed => {}
            Judgement::AskFirst(why) => {
                let name = clean(&user.display_name).into_owned();
                reasons.extend(
                    why.into_iter().map(|why| if whom.len() == 1 { why } else { format!("{name}: {why}") }),
                );
            }
            Judgement::Refused(why) => {
                refusals.push(why);
                continue;
            }
        }
        let row = row_of(app, &plan, user, decision);
        plan.rows.insert(key.clone(), row.clone());
        rows.push(row);
    }
    let verb = rows.first().map_or("decide", |row| row.decision.name());
    if rows.is_empty() {
        if let Some(why) = refusals.first() {
            app.complain(why.clone());
        }
        return Vec::new();
    }
    if whom.len() == 1 && reasons.is_empty() {
        return save(app, rows);
    }
    let mut text = if whom.len() == 1 { Vec::new() } else { vec![format!("{verb}: {}", people(rows.len()))] };
    if let Some(first) = refusals.first() {
        text.push(format!("left out: {} ({first})", people(refusals.len())));
    }
    let more = reasons.len().saturating_sub(8);
    text.extend(reasons.into_iter().take(8));
    if more > 0 {
        text.push(format!("and {more} more reasons to look twice"));
    }
    let title = match rows.as_slice() {
        [row] => {
            let name = roster.get(&row.storage_key).map(|user| clean(&user.display_name).into_owned());
            format!("{verb} {}?", name.unwrap_or_default())
        }
        _ => format!("{verb} {}?", people(rows.len())),
    };
    app.overlays.push(Overlay::Confirm(Confirm { title, text, then: Confirmed::Save(rows) }));
    Vec::new()
}

/// Saves rows; they count from the moment in which the store said so.
pub fn save(app: &mut App, rows: Vec<PlanRow>) -> Vec<Effect> {
    if rows.is_empty() {
        return Vec::new();
    }
    app.revision += 1;
    vec![app.saving.begin(rows, false)]
}

/// Saves rows that were confirmed in a dialog, if the people and the targets are still those that the dialog spoke of.
pub fn save_confirmed(app: &mut App, rows: Vec<PlanRow>) -> Vec<Effect> {
    let total = rows.len();
    let rows: Vec<PlanRow> = rows
        .into_iter()
        .filter(|row| {
            let Some(seen) = &row.seen else { return true };
            let user = app.model.roster.value.as_ref().and_then(|roster| roster.get(&row.storage_key));
            let target = row
                .decision
                .target()
                .and_then(|id| app.model.directory.value.as_ref()?.get(id))
                .map(SeenTarget::from);
            user.map(SeenPerson::from).as_ref() == Some(&seen.person) && target == seen.target
        })
        .collect();
    if rows.len() < total {
        app.complain(format!("{} changed while the dialog was open: look again", people(total - rows.len())));
    }
    save(app, rows)
}

/// Takes the last decision back, if it was not applied.
pub fn take_back(app: &mut App) -> Vec<Effect> {
    if let Some(why) = app.cannot_decide() {
        app.complain(why);
        return Vec::new();
    }
    if !app.saving.is_idle() {
        app.complain("the last decision is still being saved");
        return Vec::new();
    }
    let Some(step) = app.saving.history.pop() else {
        app.complain("there is no decision to take back");
        return Vec::new();
    };
    let sent = step.iter().filter(|(key, _)| app.model.plan.row(key).is_some_and(is_sent)).count();
    let rows: Vec<PlanRow> = step
        .into_iter()
        .filter(|(key, _)| !app.model.plan.row(key).is_some_and(is_sent))
        .map(|(key, before)| before.unwrap_or_else(|| PlanRow::undecided(key)))
        .collect();
    if sent > 0 {
        app.complain(format!("{} were sent already; the service cannot take a mapping back", people(sent)));
    }
    if rows.is_empty() {
        return Vec::new();
    }
    app.revision += 1;
    vec![app.saving.begin(rows, true)]
}

fn is_sent(row: &PlanRow) -> bool {
    row.state.is_open() || row.state == RowState::Verified
}

/// The store said that rows are on disk.
pub fn saved(app: &mut App, number: u64) {
    let Some(batch) = app.saving.end(number) else { return };
    if !batch.back {
        let before = batch
            .rows
            .iter()
            .map(|row| (row.storage_key.clone(), app.model.plan.row(&row.storage_key).cloned()))
            .collect();
        app.saving.history.push(before);
    }
    match batch.rows.as_slice() {
        [row] => {
            let name = app
                .model
                .roster
                .value
                .as_ref()
                .and_then(|roster| roster.get(&row.storage_key))
                .map(|user| clean(&user.display_name).into_owned())
                .unwrap_or_default();
            app.say(format!("{name}: {}", row.decision.name()));
        }
        rows => app.say(format!("{} decided", people(rows.len()))),
    }
    app.model.keep_rows(batch.rows);
    app.revision += 1;
}

/// The store could not keep rows: the people are as they were.
pub fn not_saved(app: &mut App, number: u64, problem: &Problem) {
    if app.saving.end(number).is_some() {
        app.complain(format!("not kept, nothing is decided: {problem}"));
        app.revision += 1;
    }
}
