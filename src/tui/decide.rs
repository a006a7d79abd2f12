//! Decisions on their way: judged, saved, and only then shown as decided.
//!
//! A decision is on the screen as *saving* until the store said that it is on disk. If it could not be kept the person is
//! as undecided as before, and a notice says why. The last decisions can be taken back until they are applied.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::forecast::patterns::PatternId;
use crate::domain::plan::reconcile::undo;
use crate::domain::plan::rules::Rulebook;
use crate::domain::plan::{Judgement, Pair, PlanRow, Seen};
use crate::domain::text::clean;
use crate::domain::{
    Decision, Directory, Forecast, ObjectId, OrgUser, Person, Plan, Problem, Roster, RowState, StorageKey,
    Tick,
};
use crate::tasks::{self, Analysis, Msg};

use super::app::{App, Effect, Tab};
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
    history: Vec<Step>,
    /// How often `u` was pressed while something was still being saved.
    wished_back: usize,
    /// A pattern or a confirmation that is being taken back, which is not itself something to be taken back.
    going_back: Option<Step>,
}

/// Something that can be taken back.
#[derive(Debug, Clone)]
enum Step {
    /// Rows as they were before.
    Rows(Vec<(StorageKey, Option<PlanRow>)>),
    /// A pattern, and since when it was used before.
    Pattern(PatternId, Option<Timestamp>),
    /// A *same person*, and the note that it had before.
    Pair(Pair, Option<Tick>),
}

impl Step {
    /// What a message of the store did that is not a row, with what was there before.
    fn kept(plan: &Plan, msg: &Msg) -> Option<Self> {
        Some(match msg {
            Msg::PatternUsed(id, _) => Self::Pattern(id.clone(), plan.patterns.get(id).copied()),
            Msg::PairConfirmed(pair, _) => Self::Pair(pair.clone(), plan.confirmed.get(pair).cloned()),
            _ => return None,
        })
    }

    /// Whether both are about the same pattern or the same pair.
    fn is_about_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Pattern(one, _), Self::Pattern(other, _)) => one == other,
            (Self::Pair(one, _), Self::Pair(other, _)) => one == other,
            _ => false,
        }
    }
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

    /// How many steps can be taken back.
    pub fn steps(&self) -> usize {
        self.history.len()
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

/// The plan as it will be when what is under way is on disk, for many decisions at once.
pub fn coming_plan(app: &App) -> Arc<Plan> {
    if app.saving.pending.is_empty() {
        return Arc::clone(&app.model.plan);
    }
    let mut plan = Plan::clone(&app.model.plan);
    for row in app.saving.pending.values() {
        plan.put(row.clone());
    }
    Arc::new(plan)
}

/// The row that a decision makes, bound to what the administrator sees.
pub fn row_of(
    before: Option<&PlanRow>,
    user: &OrgUser,
    person: &Person,
    decision: Decision,
    all: &Known,
    now: Timestamp,
) -> PlanRow {
    let target = decision.target().and_then(|id| all.directory.get(id));
    let mut row = before.cloned().unwrap_or_else(|| PlanRow::undecided(user.storage_key.clone()));
    row.needs_a_look = false;
    row.decided_at = Some(now);
    row.decided_on = Some(person.outcome);
    row.seen = Some(Arc::new(Seen::now(user, target)));
    row.state = RowState::Planned;
    row.error = None;
    row.decision = decision;
    row
}

/// Everything that deciding needs, read and compared.
#[derive(Debug, Clone)]
pub struct Known {
    /// The organization's people.
    pub roster: Arc<Roster>,
    /// The tenant's people.
    pub directory: Arc<Directory>,
    /// The comparison.
    pub forecast: Arc<Forecast>,
    /// What follows from everything that was read.
    pub analysis: Arc<Analysis>,
}

impl Known {
    /// What is known, or why nothing can be decided yet.
    pub fn of(app: &App) -> Result<Self, String> {
        if let Some(why) = app.cannot_decide() {
            return Err(why);
        }
        let model = &app.model;
        let known = || {
            let analysis = model.analysis.clone()?;
            Some(Self {
                roster: model.roster.value.clone()?,
                directory: model.directory.value.clone()?,
                forecast: analysis.forecast.clone()?,
                analysis,
            })
        };
        known().ok_or_else(|| "both lists of people have to be read and compared first".to_owned())
    }
}

/// Wishes something for people: refused with the reason, asked about once more, or saved.
pub fn wish(app: &mut App, whom: &[StorageKey], wish: &Wish) -> Vec<Effect> {
    let known = match Known::of(app) {
        Ok(known) => known,
        Err(why) => {
            app.complain(why);
            return Vec::new();
        }
    };
    let found: Vec<(&OrgUser, &Person, Decision)> = whom
        .iter()
        .filter_map(|key| Some((known.roster.get(key)?, known.forecast.get(key)?)))
        .map(|(user, person)| (user, person, wish.decision(user)))
        .collect();
    let mut refusals = Vec::new();
    if found.len() < whom.len() {
        refusals.push("not in the organization any more, or not compared yet".to_owned());
    }
    let gone = whom.len() - found.len();
    let plan = Arc::clone(&app.model.plan);
    let domains =
        app.model.facts.tenant.get().map(|tenant| tenant.verified_domains.clone()).unwrap_or_default();
    // What is on its way to the disk counts already: two quick decisions must see each other.
    let pending = app.saving.pending();
    let mut together: BTreeMap<StorageKey, Decision> =
        pending.iter().map(|(key, row)| (key.clone(), row.decision.clone())).collect();
    together.extend(found.iter().map(|(user, _, decision)| (user.storage_key.clone(), decision.clone())));
    let book = Rulebook::new(&plan, &known.directory, &known.analysis.situation)
        .with_roster(&known.roster)
        .with_forecast(&known.forecast)
        .with_verified_domains(&domains)
        .with_decisions(&together);
    let alone = whom.len() == 1;
    let (mut rows, mut reasons) = (Vec::new(), Vec::new());
    for (user, person, decision) in found {
        match book.judge(&decision, user, person) {
            Judgement::Allowed => {}
            Judgement::AskFirst(why) => {
                let name = clean(&user.display_name);
                reasons.extend(why.into_iter().map(|why| if alone { why } else { format!("{name}: {why}") }));
            }
            Judgement::Refused(why) => {
                refusals.push(why);
                continue;
            }
        }
        let row = plan.row(&user.storage_key);
        let planned = row.map_or(&user.storage_key, |row| &row.storage_key);
        let before = app.saving.pending().get(planned).or(row);
        rows.push(row_of(before, user, person, decision, &known, app.now()));
    }
    drop(book);
    if rows.is_empty() {
        app.complain(refusals.first().cloned().unwrap_or_else(|| "nobody is selected".to_owned()));
        return Vec::new();
    }
    if alone && reasons.is_empty() {
        return save(app, rows);
    }
    let left_out = (refusals.len() + gone).saturating_sub(usize::from(gone > 0));
    ask(app, &known, rows, reasons, left_out, refusals.first().map(String::as_str));
    Vec::new()
}

fn ask(
    app: &mut App,
    known: &Known,
    rows: Vec<PlanRow>,
    reasons: Vec<String>,
    left_out: usize,
    first_refusal: Option<&str>,
) {
    let verb = rows.first().map_or("decide", |row| row.decision.name());
    let title = match rows.as_slice() {
        [row] => {
            let name = known.roster.get(&row.storage_key).map(|user| clean(&user.display_name));
            format!("{verb} {}?", name.unwrap_or_default())
        }
        _ => format!("{verb} {}?", people(rows.len())),
    };
    let mut text = Vec::new();
    if rows.len() > 1 {
        let mut names: Vec<String> = rows
            .iter()
            .take(6)
            .filter_map(|row| known.roster.get(&row.storage_key))
            .map(|user| clean(&user.display_name).into_owned())
            .collect();
        if rows.len() > names.len() {
            names.push(format!("and {} more", rows.len() - names.len()));
        }
        text.push(names.join(", "));
    }
    if let Some(why) = first_refusal {
        text.push(format!("left out: {} ({why})", people(left_out)));
    }
    let more = reasons.len().saturating_sub(8);
    text.extend(reasons.into_iter().take(8));
    if more > 0 {
        text.push(format!("and {more} more reasons to look twice"));
    }
    app.overlays.push(Overlay::Confirm(Confirm { title, text, then: Confirmed::Save(rows) }));
}

/// Saves rows; they count from the moment in which the store said so.
pub fn save(app: &mut App, rows: Vec<PlanRow>) -> Vec<Effect> {
    if rows.is_empty() {
        return Vec::new();
    }
    app.revision.decisions += 1;
    vec![app.saving.begin(rows, false)]
}

/// Saves rows that were confirmed in a dialog, if the people and the targets are still those that the dialog spoke of.
pub fn save_confirmed(app: &mut App, rows: Vec<PlanRow>) -> Vec<Effect> {
    let total = rows.len();
    let rows: Vec<PlanRow> = rows
        .into_iter()
        .filter(|row| {
            let Some(seen) = &row.seen else { return true };
            let model = &app.model;
            let user = model.roster.value.as_ref().and_then(|roster| roster.get(&row.storage_key));
            let target = row.decision.target().and_then(|id| model.directory.value.as_ref()?.get(id));
            user.is_some_and(|user| Seen::now(user, target) == **seen)
        })
        .collect();
    if rows.len() < total {
        app.complain(format!("{} changed while the dialog was open: look again", people(total - rows.len())));
    }
    save(app, rows)
}

/// Takes the last decision back, if it was not applied, and goes to whom it was about. Pressed while something is still being
/// saved it waits for that: one step for each time.
pub fn take_back(app: &mut App) -> Vec<Effect> {
    if let Some(why) = app.cannot_decide() {
        app.complain(why);
        return Vec::new();
    }
    if !app.saving.is_idle() {
        app.saving.wished_back += 1;
        return Vec::new();
    }
    let Some(step) = app.saving.history.pop() else {
        app.complain("there is no decision to take back");
        return Vec::new();
    };
    let back = match &step {
        Step::Rows(rows) => return rows_back(app, rows.clone()),
        Step::Pattern(id, before) => tasks::Effect::UsePattern(id.clone(), *before),
        Step::Pair(pair, before) => {
            show(app, &pair.storage_key);
            tasks::Effect::ConfirmPair(pair.clone(), before.clone())
        }
    };
    app.saving.going_back = Some(step);
    vec![Effect::Task(back)]
}

fn rows_back(app: &mut App, step: Vec<(StorageKey, Option<PlanRow>)>) -> Vec<Effect> {
    let mut rows = Vec::new();
    let mut refused = Vec::new();
    for (key, before) in step {
        let current = app.model.plan.row(&key).cloned().unwrap_or_else(|| PlanRow::undecided(key));
        match undo(&current, before.as_ref()) {
            Ok(row) => rows.push(row),
            Err(why) => refused.push(why),
        }
    }
    if let Some(why) = refused.first() {
        app.complain(if refused.len() == 1 {
            why.clone()
        } else {
            format!("{} times: {why}", refused.len())
        });
    }
    if rows.is_empty() {
        return Vec::new();
    }
    if let [row] = rows.as_slice() {
        show(app, &row.storage_key);
    }
    app.revision.decisions += 1;
    vec![app.saving.begin(rows, true)]
}

/// Goes to this person, where people are listed.
fn show(app: &mut App, key: &StorageKey) {
    let App { model, users, mapping, tab, .. } = app;
    match tab {
        Tab::Users => drop(users.list.select(model, key)),
        Tab::Mapping => drop(mapping.select(model, key)),
        Tab::Prerequisites | Tab::Connection => {}
    }
}

/// The store said that rows are on disk. What `u` waited for goes on.
pub fn saved(app: &mut App, number: u64) -> Vec<Effect> {
    let Some(batch) = app.saving.end(number) else { return Vec::new() };
    let back = batch.back;
    if !back {
        let before = batch
            .rows
            .iter()
            .map(|row| (row.storage_key.clone(), app.model.plan.row(&row.storage_key).cloned()))
            .collect();
        app.saving.history.push(Step::Rows(before));
    }
    let said = match batch.rows.as_slice() {
        [row] => {
            let roster = app.model.roster.value.as_ref();
            let user = roster.and_then(|roster| roster.get(&row.storage_key));
            let name = user.map(|user| clean(&user.display_name).into_owned()).unwrap_or_default();
            format!("{name}: {}", row.decision.name())
        }
        rows if back => format!("{} are as they were", people(rows.len())),
        rows => format!("{} decided", people(rows.len())),
    };
    app.say(match (back, app.saving.steps()) {
        (false, _) => said,
        (true, 0) => format!("taken back: {said}; nothing else was decided in this session"),
        (true, more) => format!("taken back: {said}; {more} more can be"),
    });
    app.model.keep_rows(batch.rows);
    app.revision.decisions += 1;
    if app.saving.wished_back > 0 && app.saving.is_idle() {
        app.saving.wished_back -= 1;
        return take_back(app);
    }
    Vec::new()
}

/// The store has a pattern or a confirmation, and the model has not yet: what was before can be had back.
pub fn kept(app: &mut App, msg: &Msg) {
    let Some(step) = Step::kept(&app.model.plan, msg) else { return };
    let was_going_back = app.saving.going_back.take();
    if !was_going_back.is_some_and(|back| back.is_about_the_same(&step)) {
        app.saving.history.push(step);
    }
}

/// Something could not be kept, perhaps what was being taken back.
pub fn not_kept(app: &mut App) {
    app.saving.going_back = None;
}

/// The store could not keep rows: the people are as they were.
pub fn not_saved(app: &mut App, number: u64, problem: &Problem) {
    if app.saving.end(number).is_some() {
        app.saving.wished_back = 0;
        app.complain(format!("not kept, nothing is decided: {problem}"));
        app.revision.decisions += 1;
    }
}
