//! The apply dialog: counts, order, risks, then the organization's name.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use crate::tasks::Msg;

use super::app::{App, Effect, ViewState};

/// The dialog.
#[derive(Debug, Clone, Default)]
pub struct Dialog {
    input: Input,
}

impl Dialog {
    /// The organization's name, being typed.
    pub fn input(&mut self) -> &mut Input {
        &mut self.input
    }
}

/// A key for the dialog, which is the topmost overlay.
pub fn key(app: &mut App, _key: &KeyEvent) -> Vec<Effect> {
    app.overlays.pop();
    Vec::new()
}

/// Its keys, for the hints.
pub fn hints(_dialog: &Dialog) -> &'static [(&'static str, &'static str)] {
    &[("Enter", "begin"), ("Esc", "leave it")]
}

/// Follows a message; the model has taken it in already.
pub fn absorbed(_app: &mut App, _msg: &Msg) -> Vec<Effect> {
    Vec::new()
}

/// Draws the dialog.
pub fn view(_app: &App, _dialog: &Dialog, _view: &mut ViewState, _area: Rect, _buf: &mut Buffer) {}
