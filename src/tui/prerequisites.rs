//! The tab Prerequisites: what Microsoft's article and FAQ ask for, with evidence and what to do.
//!
//! ```text
//!  NOT READY   3 fail · 2 to tick · 1 unknown · 15 pass                    Azure DevOps: pat  Entra: az
//!
//!  ▌✗ Enough administrators are covered    only 1 of 3 PCAs maps by … │ Enough administrators are covered
//!   ✗ Hazards are resolved                 2 people would go to the … │
//!   ○ Users have been told                 tick when done             │ If you connect now, two of three …
//!   ? Guests can be invited                policy not readable        │   What to do
//! ```

use crate::domain::{Check, CheckId};
use crate::tasks::{self, Model};

use super::actions::Action;
use super::app::{App, Effect};
use super::filter::contains;
use super::overlay::{Overlay, Prompt, Purpose};

mod screen;

pub use screen::view;

/// How many lines the details scroll at a time.
pub const DETAILS_STEP: usize = 5;

/// What the tab remembers. The selection is by check, never by row.
#[derive(Debug, Clone, Default)]
pub struct State {
    selected: Option<CheckId>,
    /// Until somebody moves, the first line stays selected, whatever becomes the first while answers arrive.
    moved: bool,
    filter: String,
    /// Whether the details are shown where there is not room for both.
    pub details: bool,
    /// First line of the details.
    pub scrolled: usize,
}

impl State {
    /// The filter as typed.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Another filter.
    pub fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
    }

    /// The checks that pass the filter, in the order of the screen: what stands in the way first.
    pub fn shown<'a>(&self, model: &'a Model) -> impl Iterator<Item = &'a Check> + use<'a> {
        let words: Vec<(bool, String)> = self
            .filter
            .to_lowercase()
            .split_whitespace()
            .map(|word| match word.strip_prefix('!') {
                Some(rest) => (false, rest.to_owned()),
                None => (true, word.to_owned()),
            })
            .collect();
        let mut checks: Vec<&Check> = model
            .analysis
            .iter()
            .flat_map(|analysis| analysis.checks.iter())
            .filter(|check| {
                words.iter().all(|(wanted, word)| {
                    let found = contains(check.id.title(), word)
                        || contains(check.id.name(), word)
                        || contains(&check.summary, word)
                        || check.status.name() == word;
                    found == *wanted || word.is_empty()
                })
            })
            .collect();
        checks.sort_by_key(|check| (check.counts_as(), check.id));
        checks.into_iter()
    }

    /// The selected check, if it is shown.
    pub fn selected(&self) -> Option<CheckId> {
        self.selected
    }

    /// What somebody chose, to be remembered; `None` while nobody moved.
    pub fn chosen(&self) -> Option<CheckId> {
        self.selected.filter(|_| self.moved)
    }

    /// Selects a check that is only shown once everything was read (a restored session).
    pub fn expect(&mut self, id: CheckId) {
        (self.selected, self.moved) = (Some(id), true);
    }

    /// Selects a check. Says whether it is shown.
    pub fn select(&mut self, model: &Model, id: CheckId) -> bool {
        let is_shown = self.shown(model).any(|check| check.id == id);
        if is_shown && self.selected != Some(id) {
            (self.selected, self.moved, self.scrolled) = (Some(id), true, 0);
        }
        is_shown
    }

    /// Keeps the selection on something that is shown.
    pub fn prepare(&mut self, model: &Model) {
        // Nothing is there to be selected yet, and a restored session may name what will be.
        if model.analysis.is_none() {
            return;
        }
        let shown: Vec<CheckId> = self.shown(model).map(|check| check.id).collect();
        if !self.moved || !self.selected.is_some_and(|selected| shown.contains(&selected)) {
            self.selected = shown.first().copied();
        }
    }

    fn step(&mut self, model: &Model, to: impl Fn(usize, usize) -> usize) {
        self.moved = true;
        let shown: Vec<CheckId> = self.shown(model).map(|check| check.id).collect();
        let at = shown.iter().position(|id| Some(*id) == self.selected).unwrap_or(0);
        let last = shown.len().saturating_sub(1);
        self.selected = shown.get(to(at, last).min(last)).copied();
        self.scrolled = 0;
    }
}

/// The selected check.
pub fn selected(app: &App) -> Option<&Check> {
    let id = app.prerequisites.selected()?;
    app.model.analysis.as_ref()?.checks.iter().find(|check| check.id == id)
}

/// Performs an action of this tab.
pub fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    let page = app.drawn.page.max(1);
    let end = app.drawn.details_end;
    let App { model, prerequisites: state, .. } = app;
    match action {
        Action::DetailsDown => state.scrolled = (state.scrolled + DETAILS_STEP).min(end),
        Action::DetailsUp => state.scrolled = state.scrolled.min(end).saturating_sub(DETAILS_STEP),
        Action::Down => state.step(model, |at, _| at + 1),
        Action::Up => state.step(model, |at, _| at.saturating_sub(1)),
        Action::PageDown => state.step(model, |at, _| at + page),
        Action::PageUp => state.step(model, |at, _| at.saturating_sub(page)),
        Action::Top => state.step(model, |_, _| 0),
        Action::Bottom => state.step(model, |_, last| last),
        Action::Open => state.details = !state.details,
        Action::Leave if state.details => state.details = false,
        Action::Leave => state.filter.clear(),
        Action::ReadTokens => return super::follow_up::open(app),
        Action::Tick => return tick(app),
        Action::Copy => {
            if let Some(check) = selected(app) {
                return vec![Effect::Copy(check.id.docs_url().to_owned())];
            }
        }
        _ => {}
    }
    Vec::new()
}

fn tick(app: &mut App) -> Vec<Effect> {
    let Some(check) = selected(app) else { return Vec::new() };
    let id = check.id;
    if check.ticked.is_some() {
        return vec![Effect::Task(tasks::Effect::Tick(id, None))];
    }
    let text = vec![
        check.summary.clone(),
        "Who looked, and what was found? The note is kept in the plan, and shown with the prerequisite."
            .to_owned(),
    ];
    app.overlays.push(Overlay::Prompt(Prompt::new(
        format!("Tick: {}", id.title()),
        text,
        "",
        Purpose::TickCheck(id),
    )));
    Vec::new()
}

/// Why an action of this tab is disabled.
pub fn disabled(app: &App, action: Action) -> Option<String> {
    let check = selected(app);
    match action {
        Action::Tick => match check {
            None => Some("no prerequisite is selected".to_owned()),
            Some(check) if check.ticked.is_some() => None,
            Some(check) if !check.status.can_be_ticked() => {
                Some(format!("{} cannot be ticked, only what a person has to tell", check.status.name()))
            }
            Some(_) => None,
        },
        Action::Open | Action::Copy if check.is_none() => Some("no prerequisite is selected".to_owned()),
        Action::Export if check.is_none() => Some("nothing is shown yet".to_owned()),
        _ => None,
    }
}
