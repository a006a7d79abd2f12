//! What lies over a tab: help, palette, log, questions. The topmost takes the keys; only its own keys are live.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::app::{App, Effect, ViewState};
use super::{apply, connection, follow_up, import, mapping};

pub mod confirm;
pub mod filter_line;
pub mod help;
pub mod log;
pub mod palette;
pub mod prompt;
pub mod sign_in;
pub mod turn;

pub use confirm::{Confirm, Confirmed};
pub use filter_line::FilterLine;
pub use help::Help;
pub use log::Log;
pub use palette::Palette;
pub use prompt::{Prompt, Purpose};

/// Something over a tab.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// All keys.
    Help(Help),
    /// Actions by name.
    Palette(Palette),
    /// Requests, events, notices.
    Log(Log),
    /// A question that is answered with a text.
    Prompt(Prompt),
    /// A question that is answered with `y`.
    Confirm(Confirm),
    /// The filter, being typed.
    Filter(FilterLine),
    /// The apply dialog, or what became of a run.
    Apply(apply::Dialog),
    /// What a plan file would change.
    Import(Box<import::Dialog>),
    /// Patterns of the addresses.
    Patterns(mapping::Patterns),
    /// The search of the whole tenant, being typed.
    Search(mapping::Search),
    /// A code that has to be typed into a browser; what it says is in the model.
    SignIn,
    /// Before and after.
    Compare(connection::Compare),
    /// Tokens and keys to make anew.
    FollowUp(follow_up::Dialog),
    /// Another directory backs the organization, or nobody is let in; what it says is in the model.
    Turn,
}

/// A key for the topmost overlay.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    match app.overlays.last() {
        Some(Overlay::Help(_)) => help::key(app, key),
        Some(Overlay::Palette(_)) => palette::key(app, key),
        Some(Overlay::Log(_)) => log::key(app, key),
        Some(Overlay::Prompt(_)) => prompt::key(app, key),
        Some(Overlay::Confirm(_)) => confirm::key(app, key),
        Some(Overlay::Filter(_)) => filter_line::key(app, key),
        Some(Overlay::Apply(_)) => apply::key(app, key),
        Some(Overlay::Import(_)) => import::key(app, key),
        Some(Overlay::Patterns(_)) => mapping::patterns_key(app, key),
        Some(Overlay::Search(_)) => mapping::search_key(app, key),
        Some(Overlay::SignIn) => sign_in::key(app, key),
        Some(Overlay::Compare(_)) => connection::compare_key(app, key),
        Some(Overlay::FollowUp(_)) => follow_up::key(app, key),
        Some(Overlay::Turn) => turn::key(app, key),
        None => Vec::new(),
    }
}

/// Draws one overlay over the tab.
pub fn view(app: &App, overlay: &Overlay, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    match overlay {
        Overlay::Help(help) => help::view(app, help, view, area, buf),
        Overlay::Palette(palette) => palette::view(app, palette, view, area, buf),
        Overlay::Log(log) => log::view(app, log, view, area, buf),
        Overlay::Prompt(prompt) => prompt::view(app, prompt, view, area, buf),
        Overlay::Confirm(confirm) => confirm::view(app, confirm, area, buf),
        // Drawn by the tab, in its own lines.
        Overlay::Filter(_) | Overlay::Search(_) => {}
        Overlay::Apply(dialog) => apply::view(app, dialog, view, area, buf),
        Overlay::Import(dialog) => import::view(app, dialog, view, area, buf),
        Overlay::Patterns(dialog) => mapping::patterns_view(app, dialog, view, area, buf),
        Overlay::SignIn => sign_in::view(app, area, buf),
        Overlay::Compare(dialog) => connection::compare_view(app, dialog, view, area, buf),
        Overlay::FollowUp(dialog) => follow_up::view(app, dialog, view, area, buf),
        Overlay::Turn => turn::view(app, area, buf),
    }
}

/// The keys of an overlay, for the hints.
pub fn hints(overlay: &Overlay) -> &'static [(&'static str, &'static str)] {
    match overlay {
        Overlay::Help(_) => &[("type", "to filter"), ("Up/Down", "move"), ("Esc", "leave")],
        Overlay::Palette(_) => {
            &[("type", "to find"), ("Up/Down", "move"), ("Enter", "do it"), ("Esc", "leave")]
        }
        Overlay::Log(_) => &[("Tab", "requests, events, notices"), ("j/k", "move"), ("Esc", "leave")],
        Overlay::Prompt(prompt) if matches!(prompt.purpose, Purpose::Export(..)) => {
            &[("Enter", "take it"), ("Tab", "another list"), ("Esc", "leave it")]
        }
        Overlay::Prompt(_) => &[("Enter", "take it"), ("Esc", "leave it")],
        Overlay::Confirm(_) => &[("y", "yes"), ("Esc", "no")],
        Overlay::Filter(_) => &[("Enter", "keep the filter"), ("Esc", "take it away"), ("Up/Down", "move")],
        Overlay::Apply(dialog) => apply::hints(dialog),
        Overlay::Import(_) => &[("Enter", "take over"), ("J/K", "scroll"), ("Esc", "leave")],
        Overlay::Patterns(_) => {
            &[("j/k", "move"), ("Enter", "use or drop"), ("J/K", "scroll"), ("Esc", "leave")]
        }
        Overlay::Search(_) => &[
            ("type", "to search everybody"),
            ("Up/Down", "move"),
            ("Enter", "choose, then look"),
            ("Esc", "leave"),
        ],
        Overlay::SignIn => {
            &[("y", "copy the code"), ("a", "copy the address"), ("Esc", "cancel the sign-in")]
        }
        Overlay::Compare(_) => {
            &[("j/k", "move"), ("Enter", "details"), ("Tab", "changes, checklist"), ("Esc", "leave")]
        }
        Overlay::FollowUp(_) => &[("j/k", "move"), ("Enter", "letter"), ("y", "copy it"), ("Esc", "leave")],
        Overlay::Turn => &[
            ("Enter", "go on"),
            ("r", "try the sign-in again"),
            ("b", "way back"),
            ("y", "copy the address"),
            ("Esc", "leave"),
        ],
    }
}

/// The text field of the topmost overlay, for pasted text.
pub fn input(app: &mut App) -> Option<&mut tui_input::Input> {
    match app.overlays.last_mut()? {
        Overlay::Help(help) => Some(&mut help.input),
        Overlay::Palette(palette) => Some(&mut palette.input),
        Overlay::Prompt(prompt) => Some(&mut prompt.input),
        Overlay::Filter(line) => Some(&mut line.input),
        Overlay::Apply(dialog) => dialog.input(),
        Overlay::Search(search) => Some(&mut search.input),
        Overlay::Log(_)
        | Overlay::Confirm(_)
        | Overlay::Import(_)
        | Overlay::Patterns(_)
        | Overlay::Compare(_)
        | Overlay::FollowUp(_)
        | Overlay::SignIn
        | Overlay::Turn => None,
    }
}

/// Draws a text field at the pen, with the cursor, and remembers where the cursor is. Long texts show their end.
pub fn text_field(
    input: &tui_input::Input,
    pen: &mut super::widgets::pen::Pen<'_>,
    y: u16,
    view: &mut ViewState,
    style: ratatui::style::Style,
) {
    let room = pen.left().saturating_sub(1);
    let scroll = input.visual_scroll(room);
    let mut skipped = 0;
    let mut shown = String::new();
    for c in input.value().chars() {
        let wide = super::widgets::pen::width(c.encode_utf8(&mut [0; 4]));
        if skipped + wide <= scroll {
            skipped += wide;
        } else {
            shown.push(c);
        }
    }
    let at = input.visual_cursor().saturating_sub(skipped);
    let x = pen.x().saturating_add(u16::try_from(at).unwrap_or(0));
    if pen.left() > 0 {
        view.cursor = Some(ratatui::layout::Position { x, y });
    }
    pen.write(&shown, style);
}

/// Where a key that moves leads in a list of which `at` is selected and `last` is the last; `page` is how far a page goes.
pub fn moved(key: KeyCode, at: usize, last: usize, page: usize) -> usize {
    match key {
        KeyCode::Down | KeyCode::Char('j') => (at + 1).min(last),
        KeyCode::Up | KeyCode::Char('k') => at.saturating_sub(1),
        KeyCode::PageDown => (at + page).min(last),
        KeyCode::PageUp => at.saturating_sub(page),
        KeyCode::Home | KeyCode::Char('g') => 0,
        KeyCode::End | KeyCode::Char('G') => last,
        _ => at,
    }
}

/// Gives a key to a text field. Says whether the text changed.
pub fn edit(input: &mut tui_input::Input, key: &KeyEvent) -> bool {
    use tui_input::backend::crossterm::EventHandler;
    input.handle_event(&crossterm::event::Event::Key(*key)).is_some_and(|changed| changed.value)
}
