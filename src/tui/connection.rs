//! The tab Connection.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tasks::Msg;

use super::actions::Action;
use super::app::{App, Effect, ViewState};
use super::widgets::pen::Pen;

/// What the tab Connection remembers.
#[derive(Debug, Clone, Default)]
pub struct State {}

/// Performs an action of this tab: move, Open, Tick, Copy, TakeSnapshot, Compare, Leave.
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

/// Whether something in this tab moves by the second (a countdown), so that it has to be drawn again.
pub fn moves(_app: &App) -> bool {
    false
}

/// Draws the tab.
pub fn view(app: &App, _view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    Pen::line(buf, area, 1, app.look.glyphs.ellipsis).skip(1).write("Connection", app.look.theme.title);
}
