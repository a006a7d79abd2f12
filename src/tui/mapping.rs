//! The tab Mapping: people left, candidates right.
//!
//! ```text
//!  ████████████████████▒▒▒▒▒░░░░░░░  82 of 110 decided · 12 safe left · 214 keys so far
//!
//!    person                decision           │ Raisa Pokrovskaya                       raisa.p@outlook.com
//!   ✓ Adele Vance          → adele.vance@…    │ Basic · last access 2 days ago · needs review
//!  ▌  Raisa Pokrovskaya    undecided          │
//!   ! Jörg Müller          needs a look       │ ▌ Raisa Pokrovskaya   raisa.pokrovskaya@contoso.com      .91
//!                                             │   = name     Raisa Pokrovskaya     identical
//!                                             │   ~ sign-in  raisa.p@outlook.com   raisa.pokrovskaya@contoso.com
//! ```
//!
//! What holds here: nothing is accepted blindly. `Enter` carries the person and the candidate of the last drawn frame, with
//! what stood there about them; if either changed it is dropped, it counts once per frame, and not at all while candidates
//! are loading ([`accept`]). Whom the search found is first shown with evidence and warnings, then accepted like anybody else.

use std::sync::Arc;

use crate::domain::plan::{Pair, Progress, confirm};
use crate::domain::text::clean;
use crate::domain::{Forecast, ObjectId, OrgUser, Outcome, Person, RowState, StorageKey, TenantUser};
use crate::tasks::{self, Analysis, Model, Msg};

use super::actions::Action;
use super::app::{App, Effect};
use super::apply;
use super::decide::{self, Wish};
use super::overlay::{Overlay, Prompt, Purpose};
use super::people::{People, PeopleList, Revision};
use super::prerequisites::DETAILS_STEP;
use super::widgets::words::people;

mod accept;
mod candidates;
mod differences;
mod evidence;
mod found;
mod layout;
mod lines;
mod numbers;
mod others;
mod patterns;
mod person;
mod proposals;
mod screen;
mod search;

pub use numbers::Numbers;
pub use patterns::{Dialog as Patterns, key as patterns_key, view as patterns_view};
pub use proposals::{Proposed, Reason, loading};
pub use screen::view;
pub use search::{
    Search, click as search_click, key as search_key, step as search_step, typed as search_typed,
};

/// Which side the movements are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// The people, on the left.
    #[default]
    People,
    /// The candidates, on the right.
    Candidates,
}

/// What the tab Mapping remembers.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The people, on the left.
    pub list: PeopleList,
    /// Which side the movements are for.
    pub side: Side,
    /// The candidates of the selected person.
    proposals: proposals::Proposals,
    /// The highlighted candidate, by identity.
    cursor: Option<ObjectId>,
    /// Chosen from the search for this person, to be looked at.
    picked: Option<(StorageKey, ObjectId)>,
    /// Number of the latest search.
    generation: u64,
    /// First line of the right side, beyond what is shown without scrolling.
    scrolled: usize,
    /// Keys that were pressed in this tab.
    keys: u64,
    /// How far deciding is, counted when something changed.
    progress: Option<(Revision, Progress)>,
    /// How many rows are in which state, counted when something changed.
    numbers: Option<(numbers::Stamp, Numbers)>,
    /// Whether somebody was selected on purpose, or the first person who waits was found.
    begun: bool,
    /// A decision under way, after which the next person comes.
    after: Option<accept::After>,
    /// Why the last wish about this person was refused, in full.
    refusal: Option<(StorageKey, String)>,
}

impl State {
    /// The candidates of the selected person.
    pub fn proposals(&self) -> &[Proposed] {
        self.proposals.items()
    }

    /// The highlighted candidate.
    pub fn highlighted(&self) -> Option<&Proposed> {
        self.proposals().iter().find(|proposed| Some(proposed.candidate.object_id) == self.cursor)
    }

    /// Takes note of a key that was pressed in this tab, in a dialog over it too.
    pub fn pressed(&mut self) {
        self.keys += 1;
    }

    /// How many keys were pressed in this tab.
    pub fn keys(&self) -> u64 {
        self.keys
    }

    /// Selects a person of the list (a click). Says whether the person is shown.
    pub fn select(&mut self, model: &Model, key: &StorageKey) -> bool {
        self.side = Side::People;
        self.begun = true;
        self.list.select(model, key)
    }

    /// Highlights a candidate (a click). Says whether it is one of the selected person.
    pub fn highlight(&mut self, id: ObjectId) -> bool {
        let is_one = self.proposals().iter().any(|proposed| proposed.candidate.object_id == id);
        if is_one {
            self.side = Side::Candidates;
            self.cursor = Some(id);
            self.scrolled = 0;
        }
        is_one
    }

    /// How many rows are in which state, as of the last frame or key.
    pub fn numbers(&self) -> Option<&Numbers> {
        self.numbers.as_ref().map(|(_, numbers)| numbers)
    }

    /// How far deciding is.
    pub fn progress(&self) -> Option<Progress> {
        self.progress.map(|(_, progress)| progress)
    }
}

/// Brings what is shown beside the list up to date; called before each frame and before each key, after the lists.
pub fn prepare(app: &mut App) {
    accept::begin(app);
    accept::go_on(app);
    proposals::prepare(app);
    numbers::prepare(app);
    let stamp = app.revision;
    if app.mapping.progress.is_none_or(|(counted, _)| counted != stamp) {
        app.mapping.progress = forecast(app).map(|forecast| (stamp, Progress::of(forecast, &app.model.plan)));
    }
}

/// Goes to this person (the key `m` of the tab Users). The tab was made the active one already.
pub fn show(app: &mut App, key: &StorageKey) {
    let App { model, mapping, .. } = app;
    if !mapping.list.select(model, key) {
        // The filter of this tab hides somebody who was asked for by name.
        mapping.list.set_filter("");
        mapping.list.expect(key.clone());
    }
    mapping.side = Side::People;
    mapping.begun = true;
}

/// The administrator wrote why a decision still holds although it needed a look.
pub fn still_holds(app: &mut App, key: &StorageKey, note: &str) -> Vec<Effect> {
    let known = match decide::Known::of(app) {
        Ok(known) => known,
        Err(why) => {
            app.complain(why);
            return Vec::new();
        }
    };
    let (Some(row), Some(user), Some(person)) =
        (app.model.plan.row(key), known.roster.get(key), known.forecast.get(key))
    else {
        app.complain("this person is not in the organization any more");
        return Vec::new();
    };
    let target = row.decision.target().and_then(|id| known.directory.get(id));
    let row = confirm(row, user, person, target, Some(note), app.now());
    accept::remember(app, std::slice::from_ref(key));
    decide::save(app, vec![row])
}

/// The administrator wrote the address that gets the invitation.
pub fn invite(app: &mut App, key: &StorageKey, address: String) -> Vec<Effect> {
    accept::decide(app, std::slice::from_ref(key), &Wish::Invite(Some(address)))
}

/// Performs an action of this tab.
pub fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    app.mapping.begun = true;
    let page = app.drawn.page.max(1);
    let end = app.drawn.details_end;
    match action {
        Action::DetailsDown => app.mapping.scrolled = (app.mapping.scrolled + DETAILS_STEP).min(end),
        Action::DetailsUp => {
            app.mapping.scrolled = app.mapping.scrolled.min(end).saturating_sub(DETAILS_STEP);
        }
        Action::Down => step(app, 1),
        Action::Up => step(app, -1),
        Action::PageDown => step(app, isize::try_from(page).unwrap_or(1)),
        Action::PageUp => step(app, -isize::try_from(page).unwrap_or(1)),
        Action::Top => step(app, isize::MIN),
        Action::Bottom => step(app, isize::MAX),
        Action::Candidates => app.mapping.side = Side::Candidates,
        Action::People => app.mapping.side = Side::People,
        Action::Leave => leave(app),
        Action::Mark => {
            let App { model, mapping, .. } = app;
            mapping.list.toggle_mark();
            mapping.list.move_by(model, 1);
        }
        Action::MarkRange | Action::MarkShown => {
            let App { model, mapping, .. } = app;
            let marked = match action {
                Action::MarkRange => mapping.list.mark_range(model),
                _ => mapping.list.mark_shown(model),
            };
            app.say(format!("{} marked", people(marked)));
        }
        Action::NextUndecided => accept::skip(app, true),
        Action::PreviousUndecided => accept::skip(app, false),
        Action::Sort => {
            let (by, _) = app.mapping.list.sort();
            app.mapping.list.set_sort(by.next(), false);
        }
        Action::ReverseSort => {
            let (by, reversed) = app.mapping.list.sort();
            app.mapping.list.set_sort(by, !reversed);
        }
        Action::Accept => return accept::accept(app),
        Action::AcceptSafe => return accept::accept_all_safe(app),
        Action::Invite => return ask_address(app),
        Action::Remove => return chosen(app, &Wish::Remove),
        Action::Keep => return chosen(app, &Wish::Keep),
        Action::SearchTenant => search::open(app),
        Action::Patterns => patterns::open(app),
        Action::Import => super::import::open(app),
        Action::SamePerson => same_person(app),
        Action::Copy => return copy(app),
        Action::Apply | Action::Pause | Action::CancelApply | Action::RetryFailed | Action::VerifyAgain => {
            return apply::perform(app, action);
        }
        _ => {}
    }
    Vec::new()
}

fn step(app: &mut App, by: isize) {
    let App { model, mapping, .. } = app;
    if mapping.side == Side::People {
        match by {
            isize::MIN => mapping.list.move_to(model, 0),
            isize::MAX => mapping.list.move_to(model, usize::MAX),
            by => mapping.list.move_by(model, by),
        }
        return;
    }
    let items = mapping.proposals.items();
    let at = items
        .iter()
        .position(|proposed| Some(proposed.candidate.object_id) == mapping.cursor)
        .unwrap_or(0)
        .saturating_add_signed(by)
        .min(items.len().saturating_sub(1));
    mapping.scrolled = 0;
    mapping.cursor = items.get(at).map(|proposed| proposed.candidate.object_id);
}

/// `Esc`: back to the people, then the filter, then the marks. It never touches an apply run.
fn leave(app: &mut App) {
    let mapping = &mut app.mapping;
    if mapping.side == Side::Candidates {
        mapping.side = Side::People;
    } else if mapping.list.filter().text().is_empty() {
        mapping.list.clear_marks();
    } else {
        mapping.list.set_filter("");
    }
}

/// Decides about the marked people, or about the selected one, if that is the one who was drawn.
fn chosen(app: &mut App, wish: &Wish) -> Vec<Effect> {
    match whom(app) {
        Some(whom) => accept::decide(app, &whom, wish),
        None => Vec::new(),
    }
}

fn whom(app: &mut App) -> Option<Vec<StorageKey>> {
    let list = &app.mapping.list;
    // After a refresh another person may stand where the cursor was: nobody is decided about before they were seen.
    if list.marks().is_empty() && list.selected() != app.drawn.selected.as_ref() {
        app.complain("the list has changed: look, and press the key again");
        return None;
    }
    Some(app.mapping.list.chosen())
}

fn ask_address(app: &mut App) -> Vec<Effect> {
    let Some(whom) = whom(app) else { return Vec::new() };
    let [key] = whom.as_slice() else { return accept::decide(app, &whom, &Wish::Invite(None)) };
    let Some(user) = People::of(&app.model).get(key) else { return Vec::new() };
    let own = user.mail.as_deref().filter(|mail| mail.contains('@')).unwrap_or(&user.principal_name);
    let text = vec![
        "Which address gets the invitation? The guest is searched for first, and only invited when nobody has it."
            .to_owned(),
    ];
    let title = format!("Invite {}", clean(&user.display_name));
    let prompt = Prompt::new(title, text, &clean(own), Purpose::Invite(key.clone()));
    app.overlays.push(Overlay::Prompt(prompt));
    Vec::new()
}

/// What `=` would confirm about the selected person.
enum Confirmable {
    StillHolds(StorageKey),
    SamePerson(Pair),
}

fn confirmable(app: &App) -> Result<Confirmable, String> {
    let Some(key) = app.mapping.list.selected() else { return Err("nobody is selected".to_owned()) };
    let row = app.model.plan.row(key);
    if row.is_some_and(|row| row.needs_a_look && row.decision.is_decided()) {
        return Ok(Confirmable::StillHolds(key.clone()));
    }
    let person = forecast(app).and_then(|forecast| forecast.get(key));
    match person.map(|person| (person.outcome, person.target)) {
        Some((Outcome::Hazard, Some(target))) => {
            Ok(Confirmable::SamePerson(Pair { storage_key: key.clone(), target }))
        }
        _ => Err("only a hazard, or a decision that needs a look, is confirmed".to_owned()),
    }
}

fn same_person(app: &mut App) {
    let name = |key: &StorageKey| {
        let user = People::of(&app.model).get(key);
        user.map(|user| clean(&user.display_name).into_owned()).unwrap_or_default()
    };
    let prompt = match confirmable(app) {
        Err(_) => return,
        Ok(Confirmable::StillHolds(key)) => Prompt::new(
            format!("{}: the decision still holds", name(&key)),
            vec![
                "Something changed since it was made. Why does it hold all the same? The note is kept."
                    .to_owned(),
            ],
            "",
            Purpose::StillHolds(key),
        ),
        Ok(Confirmable::SamePerson(pair)) => {
            let target = tenant_user(app, pair.target).map_or_else(
                || pair.target.to_string(),
                |user| format!("{} ({})", clean(user.display_name()), clean(user.user_principal_name())),
            );
            Prompt::new(
                format!("{} is the same person", name(&pair.storage_key)),
                vec![
                    format!("The service maps this person by itself to {target}."),
                    "How do you know that both are one person? The note is kept in the plan.".to_owned(),
                ],
                "",
                Purpose::SamePerson(pair),
            )
        }
    };
    app.overlays.push(Overlay::Prompt(prompt));
}

/// The highlighted candidate's sign-in name on the right, the person's on the left.
fn copy(app: &App) -> Vec<Effect> {
    let text = match app.mapping.side {
        Side::Candidates => app.mapping.highlighted().and_then(|proposed| {
            let user = tenant_user(app, proposed.candidate.object_id)?;
            Some(clean(user.user_principal_name()).into_owned())
        }),
        Side::People => {
            let user = app.mapping.list.selected().and_then(|key| People::of(&app.model).get(key));
            user.map(|user| clean(&user.principal_name).into_owned())
        }
    };
    text.map(Effect::Copy).into_iter().collect()
}

/// Why an action of this tab is disabled.
pub fn disabled(app: &App, action: Action) -> Option<String> {
    let state = &app.mapping;
    let nobody = state.list.selected().is_none();
    match action {
        Action::Mark
        | Action::MarkRange
        | Action::MarkShown
        | Action::NextUndecided
        | Action::PreviousUndecided
        | Action::Copy
        | Action::Invite
        | Action::Remove
        | Action::Keep
        | Action::Accept
            if nobody =>
        {
            Some("nobody is selected".to_owned())
        }
        Action::Export if nobody => Some("nobody is shown yet".to_owned()),
        // That there is no candidate is said when it is pressed: hints that come and go cost more than they tell.
        Action::Accept => loading(&app.model).map(str::to_owned),
        Action::SearchTenant if nobody => Some("nobody is selected".to_owned()),
        Action::SearchTenant if app.model.index.is_none() || app.model.analysis.is_none() => {
            Some("the tenant's people are not read yet".to_owned())
        }
        Action::AcceptSafe => match state.progress() {
            None => Some("both lists of people have to be read and compared first".to_owned()),
            Some(progress) if progress.safe_left == 0 => Some("no safe proposal is undecided".to_owned()),
            Some(_) => loading(&app.model).map(str::to_owned),
        },
        Action::Patterns => patterns::disabled(app),
        Action::Import => super::import::disabled(app),
        Action::SamePerson => confirmable(app).err(),
        Action::Apply | Action::Pause | Action::CancelApply | Action::RetryFailed | Action::VerifyAgain => {
            apply::disabled(app, action)
        }
        _ => None,
    }
}

/// Follows a message; the model has taken it in already.
pub fn absorbed(app: &mut App, msg: &Msg) -> Vec<Effect> {
    match msg {
        Msg::SearchAnswered(generation, found) => search::answered(app, *generation, found),
        Msg::PatternUsed(id, since) => patterns::used(app, id, *since),
        Msg::PairConfirmed(pair, tick) => {
            app.revision.decisions += 1;
            let user = People::of(&app.model).get(&pair.storage_key);
            let name = user.map(|user| clean(&user.display_name).into_owned()).unwrap_or_default();
            let what = if tick.is_some() { "the same person" } else { "not called the same person any more" };
            app.say(format!("{name}: {what}"));
        }
        _ => {}
    }
    Vec::new()
}

/// Rows of the plan in such a state, as counted when something changed.
pub(super) fn in_state(app: &App, wanted: impl Fn(RowState) -> bool) -> usize {
    let count = |numbers: &Numbers| {
        numbers.plan.iter().filter(|(state, _)| wanted(**state)).map(|(_, number)| *number).sum()
    };
    match &app.mapping.numbers {
        Some((made_of, numbers)) if *made_of == numbers::Stamp::of(app) => count(numbers),
        _ => count(&Numbers::of(app)),
    }
}

/// The analysis, if it was made of the lists that the model has.
fn current_analysis(app: &App) -> Option<&Arc<Analysis>> {
    app.model.analysis.as_ref().filter(|_| loading(&app.model).is_none())
}

/// The comparison of everybody, perhaps of lists that were read again since.
fn forecast(app: &App) -> Option<&Forecast> {
    app.model.analysis.as_ref()?.forecast.as_deref()
}

/// The selected person, and what the comparison found about them.
fn selected(app: &App) -> Option<(&OrgUser, Option<&Person>)> {
    let key = app.mapping.list.selected()?;
    let user = People::of(&app.model).get(key)?;
    Some((user, forecast(app).and_then(|forecast| forecast.get(key))))
}

/// Somebody of the tenant.
fn tenant_user(app: &App, id: ObjectId) -> Option<&TenantUser> {
    app.model.directory.value.as_ref()?.get(id)
}

/// The search as an effect for the tasks.
fn search_effect(app: &App, generation: u64, query: String) -> Option<Effect> {
    let directory = app.model.directory.value.clone()?;
    let index = app.model.index.clone()?;
    Some(Effect::Task(tasks::Effect::Search { generation, query, directory, index }))
}
