//! `f`: the search of the whole tenant. The list on the right follows each key; `Enter` only chooses, so that evidence and
//! warnings are read before anything is accepted. An answer to an older text than the one on the screen is ignored.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use tui_input::Input;

use crate::domain::{ObjectId, StorageKey};
use crate::tui::app::{App, Effect};
use crate::tui::overlay::{Overlay, edit};

use super::{Side, loading, search_effect};

/// The search, while it is typed.
#[derive(Debug, Clone)]
pub struct Search {
    /// For whom.
    pub person: StorageKey,
    /// What was typed.
    pub input: Input,
    /// Number of the latest question.
    pub(super) generation: u64,
    /// What the latest answer found, best first; `None` before the first one.
    pub(super) found: Option<Arc<Vec<ObjectId>>>,
    /// The answer is to the text on the screen.
    pub(super) answered: bool,
    /// The highlighted one, by identity.
    pub(super) cursor: Option<ObjectId>,
}

/// Opens the search for the selected person.
pub fn open(app: &mut App) {
    let Some(person) = app.mapping.list.selected().cloned() else { return };
    app.mapping.side = Side::Candidates;
    app.overlays.push(Overlay::Search(Search {
        person,
        input: Input::default(),
        generation: app.mapping.generation,
        found: None,
        answered: false,
        cursor: None,
    }));
}

/// A key for the search, which is the topmost overlay.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let page = isize::try_from(app.drawn.page.max(1)).unwrap_or(1);
    let Some(Overlay::Search(search)) = app.overlays.last_mut() else { return Vec::new() };
    match key.code {
        KeyCode::Esc => {
            app.overlays.pop();
        }
        KeyCode::Up => search.step(-1),
        KeyCode::Down => search.step(1),
        KeyCode::PageUp => search.step(-page),
        KeyCode::PageDown => search.step(page),
        KeyCode::Enter => choose(app),
        _ => {
            if edit(&mut search.input, key) {
                return typed(app);
            }
        }
    }
    Vec::new()
}

/// The text changed: asks anew.
pub fn typed(app: &mut App) -> Vec<Effect> {
    app.mapping.generation += 1;
    let generation = app.mapping.generation;
    let Some(Overlay::Search(search)) = app.overlays.last_mut() else { return Vec::new() };
    search.generation = generation;
    search.answered = false;
    let query = search.input.value().trim().to_owned();
    if query.is_empty() {
        search.found = None;
        search.cursor = None;
        return Vec::new();
    }
    search_effect(app, generation, query).into_iter().collect()
}

/// The answer came.
pub fn answered(app: &mut App, generation: u64, found: &Arc<Vec<ObjectId>>) {
    let search = app.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Search(search) => Some(search),
        _ => None,
    });
    let Some(search) = search.filter(|search| search.generation == generation) else { return };
    search.answered = true;
    search.cursor = found.first().copied();
    search.found = Some(Arc::clone(found));
}

/// Moves the highlight (the wheel).
pub fn step(app: &mut App, by: isize) {
    if let Some(Overlay::Search(search)) = app.overlays.last_mut() {
        search.step(by);
    }
}

/// A click on somebody who was found: the first one highlights, one on the highlighted chooses, as `Enter` does.
pub fn click(app: &mut App, id: ObjectId) {
    let Some(Overlay::Search(search)) = app.overlays.last_mut() else { return };
    if search.cursor == Some(id) {
        choose(app);
    } else if search.found().contains(&id) {
        search.cursor = Some(id);
    }
}

/// Takes the highlighted one among the candidates, to be looked at.
fn choose(app: &mut App) {
    let Some(Overlay::Search(search)) = app.overlays.last() else { return };
    let Some(id) = search.cursor.filter(|_| search.answered) else {
        app.complain("nobody is found yet; go on typing, or leave with Esc");
        return;
    };
    let person = search.person.clone();
    if let Some(why) = loading(&app.model) {
        app.complain(why);
        return;
    }
    app.overlays.pop();
    if app.mapping.list.selected() != Some(&person) {
        app.complain("the selected person changed meanwhile: nothing was chosen");
        return;
    }
    app.mapping.picked = Some((person, id));
    app.mapping.cursor = Some(id);
    app.mapping.side = Side::Candidates;
    app.say("chosen; look at the evidence, Enter accepts");
}

impl Search {
    /// Those who were found, best first.
    pub(super) fn found(&self) -> &[ObjectId] {
        self.found.as_deref().map_or(&[], Vec::as_slice)
    }

    fn step(&mut self, by: isize) {
        let found = self.found();
        let at = found.iter().position(|id| Some(*id) == self.cursor).unwrap_or(0);
        let at = at.saturating_add_signed(by).min(found.len().saturating_sub(1));
        self.cursor = found.get(at).copied();
    }
}
