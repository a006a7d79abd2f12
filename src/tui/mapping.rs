//! The tab Mapping.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::StorageKey;
use crate::tasks::Msg;

use super::actions::Action;
use super::app::{App, Effect, ViewState};
use super::people::PeopleList;
use super::widgets::pen::Pen;

/// What the tab Mapping remembers.
#[derive(Debug, Clone)]
pub struct State {
    /// The people, on the left.
    pub list: PeopleList,
}

impl Default for State {
    fn default() -> Self {
        Self { list: PeopleList::new(|_| true) }
    }
}

/// Brings what is shown beside the list up to date; called before each frame and before each key, after the lists.
pub fn prepare(_app: &mut App) {}

/// Goes to this person (the key `m` of the tab Users). The tab was made the active one already.
pub fn show(app: &mut App, key: &StorageKey) {
    let App { model, mapping, .. } = app;
    mapping.list.select(model, key);
}

/// The administrator wrote why a decision still holds although it needed a look.
pub fn still_holds(_app: &mut App, _key: &StorageKey, _note: String) -> Vec<Effect> {
    Vec::new()
}

/// Performs an action of this tab: move, Leave, Accept, Mark, Invite, Remove, Keep, Candidates, People, `SearchTenant`,
/// `AcceptSafe`, `SamePerson`, Apply, Pause, `CancelApply`, `RetryFailed`, `VerifyAgain`, Sort, `ReverseSort`, Copy.
pub fn perform(_app: &mut App, _action: Action) -> Vec<Effect> {
    Vec::new()
}

/// Why an action of this tab is disabled.
pub fn disabled(_app: &App, _action: Action) -> Option<String> {
    None
}

/// Follows a message; the model has taken it in already.
pub fn absorbed(_app: &mut App, _msg: &Msg) -> Vec<Effect> {
    Vec::new()
}

/// Draws the tab. Sets `view.drawn.page` and `view.drawn.proposal`.
pub fn view(app: &App, _view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    Pen::line(buf, area, 1, app.look.glyphs.ellipsis).skip(1).write("Mapping", app.look.theme.title);
}
