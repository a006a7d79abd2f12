//! The mouse, where it was asked for: a click selects a line or a tab, a second one on the same line opens it, the wheel moves.
//!
//! A click carries what stood under it on the last drawn frame, by key, never by row: a list that changed meanwhile does not
//! select somebody else. Nothing is ever decided by a click.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::{Position, Rect};

use crate::domain::{CheckId, StorageKey};

use super::actions::Action;
use super::app::{App, Effect, Tab};
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

/// Takes in a mouse event. In a dialog nothing happens: it has keys of its own.
pub fn take(app: &mut App, event: MouseEvent) -> Vec<Effect> {
    prepare(app);
    if !app.overlays.is_empty() {
        return Vec::new();
    }
    app.begun = true;
    match event.kind {
        MouseEventKind::ScrollDown => (0..TURN).flat_map(|_| perform(app, Action::Down)).collect(),
        MouseEventKind::ScrollUp => (0..TURN).flat_map(|_| perform(app, Action::Up)).collect(),
        MouseEventKind::Down(MouseButton::Left) => click(app, Position { x: event.column, y: event.row }),
        _ => Vec::new(),
    }
}

fn click(app: &mut App, position: Position) -> Vec<Effect> {
    let hit = app.drawn.hits.iter().find(|hit| hit.area.contains(position));
    let Some(target) = hit.map(|hit| hit.target.clone()) else { return Vec::new() };
    app.toasts.seen();
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
        (Target::Person(key), Tab::Users) => users.list.select(model, key),
        (Target::Person(key), Tab::Mapping) => mapping.list.select(model, key),
        _ => false,
    };
    // In Mapping, Enter accepts: a click never does.
    if shown && is_double && matches!(*tab, Tab::Prerequisites | Tab::Users) {
        return perform_if_enabled(app, Action::Open);
    }
    Vec::new()
}
