//! The filter while it is typed: the list follows each key, `Tab` completes.

use crossterm::event::{KeyCode, KeyEvent};
use tui_input::Input;

use super::Overlay;
use crate::tui::actions::Action;
use crate::tui::app::{App, Effect, Tab};
use crate::tui::filter::completion;
use crate::tui::update::{perform, set_filter};

/// What is being typed.
#[derive(Debug, Clone, Default)]
pub struct FilterLine {
    /// The text.
    pub input: Input,
    /// What was typed before `Tab` went through the suggestions, and which of them stands there now.
    completing: Option<(String, usize)>,
}

impl FilterLine {
    /// With this text.
    pub fn new(text: &str) -> Self {
        Self { input: Input::new(text.to_owned()), completing: None }
    }

    /// What was typed, while `Tab` goes through the suggestions for it.
    pub fn stem(&self) -> Option<&str> {
        self.completing.as_ref().map(|(stem, _)| stem.as_str())
    }

    /// The suggestion that stands there now.
    pub fn chosen(&self) -> Option<&str> {
        self.completing.as_ref()?;
        self.input.value().rsplit(' ').next()
    }

    /// `Tab`: as much as all suggestions have in common, then one after the other.
    fn complete(&mut self) -> bool {
        let text = self.input.value().to_owned();
        if self.completing.is_none()
            && let Some(common) = completion::common(&text)
        {
            self.input = Input::new(common);
            return true;
        }
        let (stem, next) = match self.completing.take() {
            Some((stem, at)) => (stem, at + 1),
            None => (text, 0),
        };
        let found = completion::suggestions(&stem);
        let Some(chosen) = found.get(next % found.len().max(1)) else { return false };
        self.input = Input::new(completion::completed(&stem, &chosen.part));
        self.completing = Some((stem, next % found.len()));
        true
    }
}

/// Typing filters at once; `Tab` completes; `Enter` keeps the filter, `Esc` takes it away; arrows still move.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    match key.code {
        KeyCode::Enter => {
            app.overlays.pop();
            app.users.list.keep_filter();
            app.mapping.list.keep_filter();
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
            let of_people = matches!(app.tab, Tab::Users | Tab::Mapping);
            let Some(Overlay::Filter(line)) = app.overlays.last_mut() else { return Vec::new() };
            let changed = if key.code == KeyCode::Tab {
                of_people && line.complete()
            } else {
                let changed = super::edit(&mut line.input, key);
                if changed {
                    line.completing = None;
                }
                changed
            };
            if changed {
                let text = line.input.value().to_owned();
                set_filter(app, &text);
            }
            Vec::new()
        }
    }
}
