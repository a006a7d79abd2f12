//! The filter while it is typed: the list follows each key.

use crossterm::event::{KeyCode, KeyEvent};
use tui_input::Input;

use super::Overlay;
use crate::tui::actions::Action;
use crate::tui::app::{App, Effect};
use crate::tui::update::{perform, set_filter};

/// What is being typed.
#[derive(Debug, Clone)]
pub struct FilterLine {
    /// The text.
    pub input: Input,
}

/// Typing filters at once; `Enter` keeps the filter, `Esc` takes it away; arrows still move.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    match key.code {
        KeyCode::Enter => {
            app.overlays.pop();
            Vec::new()
        }
        KeyCode::Esc => {
            app.overlays.pop();
            set_filter(app, "");
            Vec::new()
        }
        KeyCode::Up => perform(app, Action::Up),
        KeyCode::Down => perform(app, Action::Down),
        KeyCode::PageUp => perform(app, Action::PageUp),
        KeyCode::PageDown => perform(app, Action::PageDown),
        _ => {
            let Some(Overlay::Filter(line)) = app.overlays.last_mut() else { return Vec::new() };
            if super::edit(&mut line.input, key) {
                let text = line.input.value().to_owned();
                set_filter(app, &text);
            }
            Vec::new()
        }
    }
}
