//! A token that is typed in while the run waits for one. What is typed is never shown: only how much it is.
//!
//! ```text
//!  ┌ A new token for Azure DevOps ──────────────────────────────────────────────────────────┐
//!  │ Paste or type a personal access token. It is kept in memory only: the next start needs │
//!  │ it in its variable again.                                                              │
//!  │                                                                                        │
//!  │ > ****************▏                                                  16 characters      │
//!  └────────────────────────────────────────────────────────────────────────────────────────┘
//! ```

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use crate::domain::Service;
use crate::tasks;
use crate::tui::app::{App, Effect, ViewState};
use crate::tui::overlay::Overlay;
use crate::tui::widgets::frame::{centered, dialog};
use crate::tui::widgets::pen::{Pen, wrap};
use crate::tui::widgets::words::count;

use super::{Dialog, notice};

/// The longest token that is taken; nothing is moved in memory while it grows so far.
const LONGEST: usize = 16 * 1024;

/// The token so far. Wiped when it is dropped; shows nothing when debugged.
#[derive(Clone)]
pub struct Token {
    service: Service,
    typed: Zeroizing<String>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("service", &self.service).finish_non_exhaustive()
    }
}

impl Token {
    /// Nothing typed yet.
    pub fn new(service: Service) -> Self {
        Self { service, typed: Zeroizing::new(String::with_capacity(LONGEST)) }
    }

    /// Takes in what was pasted, but for what is no part of a token.
    pub fn paste(&mut self, text: &str) {
        for c in text.chars().filter(char::is_ascii_graphic) {
            self.push(c);
        }
    }

    fn push(&mut self, c: char) {
        if c.is_ascii_graphic() && self.typed.len() < LONGEST {
            self.typed.push(c);
        }
    }
}

/// A key for the dialog. `Enter` takes the token and goes on; `Esc` leads back to the question.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let Some(Overlay::Apply(Dialog::Token(token))) = app.overlays.last_mut() else { return Vec::new() };
    let plain = key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
    match key.code {
        KeyCode::Esc => drop(app.overlays.pop()),
        KeyCode::Backspace => drop(token.typed.pop()),
        KeyCode::Char('u') if key.modifiers == KeyModifiers::CONTROL => token.typed.clear(),
        KeyCode::Char(c) if plain => token.push(c),
        KeyCode::Enter if token.typed.is_empty() => app.complain("type the token first, or leave with Esc"),
        KeyCode::Enter => {
            let (service, secret) = (token.service, SecretString::from(token.typed.as_str()));
            app.overlays.pop();
            notice::answered(app);
            app.say("trying the new token at the same row");
            return vec![Effect::Task(tasks::Effect::TakeToken(service, secret))];
        }
        _ => {}
    }
    Vec::new()
}

/// Draws the dialog.
pub fn view(app: &App, token: &Token, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let width = area.width.min(90);
    let room = usize::from(width.saturating_sub(4));
    let text =
        "Paste or type the token. It is kept in memory only: the next start needs it in its variable again.";
    let lines = wrap(text, room);
    let height = u16::try_from(lines.len() + 4).unwrap_or(area.height);
    // One token serves all addresses of Azure DevOps.
    let whom = match token.service {
        Service::MicrosoftGraph | Service::EntraLogin => Service::MicrosoftGraph,
        _ => Service::AzureDevOps,
    };
    let title = format!("A new token for {whom}");
    let inside = dialog(buf, centered(area, width, height), &title, look, look.theme.accent);
    if inside.height == 0 {
        return;
    }
    for (row, line) in (0..inside.height.saturating_sub(1)).zip(&lines) {
        Pen::line(buf, inside, row, look.glyphs.ellipsis).write(line, look.theme.text);
    }
    let row = inside.height - 1;
    let mut pen = Pen::line(buf, inside, row, look.glyphs.ellipsis);
    let typed = token.typed.len();
    pen.right(&format!("{} characters", count(typed)), look.theme.dim);
    pen.write("> ", look.theme.dim);
    pen.write(&"*".repeat(typed.min(pen.left().saturating_sub(1))), look.theme.text);
    view.cursor = Some(Position { x: pen.x(), y: inside.y + row });
}
