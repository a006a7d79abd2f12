//! The mouse, where it was asked for: a click selects a line, a candidate or a tab, a second one on the same line opens it; a
//! click on the head of a column sorts by it, one on an outcome of the bar shows only those; the wheel moves the list, or scrolls what stands beside it.
//!
//! A click carries what stood under it on the last drawn frame, by key, never by row: a list that changed meanwhile does not
//! select somebody else. Nothing is ever decided by a click.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::{Position, Rect};

use crate::domain::{CheckId, ObjectId, Outcome, StorageKey};

use super::actions::Action;
use super::app::{App, Effect, Tab};
use super::mapping;
use super::overlay::Overlay;
use super::people::SortBy;
use super::update::{go, perform, perform_if_enabled, prepare};

/// Two clicks within this time are a double click.
const DOUBLE: SignedDuration = SignedDuration::from_millis(500);

/// How many lines a turn of the wheel moves.
const TURN: usize = 3;

/// What can be clicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The title of a tab.
    Tab(Tab),
    /// A prerequisite.
    Check(CheckId),
    /// A person.
    Person(StorageKey),
    /// A candidate of the selected person, or somebody whom the search found.
    Candidate(ObjectId),
    /// The head of a column.
    Sort(SortBy),
    /// An outcome in the bar: shows only those, a second click everybody.
    Outcome(Outcome),
    /// What stands beside a list, or below it: the wheel scrolls it.
    Details,
}

/// Where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The cells.
    pub area: Rect,
    /// What is there.
    pub target: Target,
}

/// The last click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Click {
    target: Target,
    at: Timestamp,
}

/// Takes in a mouse event. In a dialog nothing happens: it has keys of its own. The search is a list like another.
pub fn take(app: &mut App, event: MouseEvent) -> Vec<Effect> {
    prepare(app);
    let searching = matches!(app.overlays.last(), Some(Overlay::Search(_)));
    if !app.overlays.is_empty() && !searching {
        return Vec::new();
    }
    app.begun = true;
    let position = Position { x: event.column, y: event.row };
    match event.kind {
        MouseEventKind::ScrollDown => wheel(app, position, true),
        MouseEventKind::ScrollUp => wheel(app, position, false),
        MouseEventKind::Down(MouseButton::Left) => click(app, position),
        _ => Vec::new(),
    }
}

fn wheel(app: &mut App, position: Position, down: bool) -> Vec<Effect> {
    if matches!(app.overlays.last(), Some(Overlay::Search(_))) {
        mapping::search_step(app, if down { TURN.cast_signed() } else { -TURN.cast_signed() });
        return Vec::new();
    }
    let over_details =
        app.drawn.hits.iter().any(|hit| hit.target == Target::Details && hit.area.contains(position));
    let action = match (over_details, down) {
        (true, true) => return perform(app, Action::DetailsDown),
        (true, false) => return perform(app, Action::DetailsUp),
        (false, true) => Action::Down,
        (false, false) => Action::Up,
    };
    (0..TURN).flat_map(|_| perform(app, action)).collect()
}

fn click(app: &mut App, position: Position) -> Vec<Effect> {
    let hit = app.drawn.hits.iter().find(|hit| hit.area.contains(position));
    let Some(target) = hit.map(|hit| hit.target.clone()) else { return Vec::new() };
    app.toasts.seen();
    if let Some(Overlay::Search(_)) = app.overlays.last() {
        if let Target::Candidate(id) = target {
            mapping::search_click(app, id);
        }
        return Vec::new();
    }
    let now = app.now();
    let last = app.clicked.replace(Click { target: target.clone(), at: now });
    let is_double = last.is_some_and(|last| last.target == target && now.duration_since(last.at) < DOUBLE);
    if is_double {
        app.clicked = None;
    }
    let App { model, users, mapping, prerequisites, tab, .. } = app;
    let shown = match (&target, *tab) {
        (Target::Tab(to), _) => {
            go(app, *to);
            return Vec::new();
        }
        (Target::Check(id), Tab::Prerequisites) => prerequisites.select(model, *id),
        (Target::Person(key), Tab::Users) => {
            users.scrolled = 0;
            users.list.select(model, key)
        }
        (Target::Person(key), Tab::Mapping) => mapping.select(model, key),
        (Target::Candidate(id), Tab::Mapping) => mapping.highlight(*id),
        (Target::Sort(by), Tab::Users) => {
            users.list.sort_by_column(*by);
            false
        }
        (Target::Outcome(outcome), Tab::Users) => {
            let already = users.list.filter().text() == outcome.name();
            users.list.set_filter(if already { "" } else { outcome.name() });
            false
        }
        (Target::Sort(by), Tab::Mapping) => {
            mapping.list.sort_by_column(*by);
            false
        }
        _ => false,
    };
    // In Mapping, Enter accepts: a click never does.
    if shown && is_double && matches!(*tab, Tab::Prerequisites | Tab::Users) {
        return perform_if_enabled(app, Action::Open);
    }
    Vec::new()
}
