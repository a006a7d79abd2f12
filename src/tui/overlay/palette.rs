//! `:`: actions by name, fuzzily; shows the key of each, and why it is disabled.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use super::Overlay;
use crate::tui::actions::Action;
use crate::tui::app::{App, Effect, ViewState};
use crate::tui::availability::disabled;
use crate::tui::update::perform_if_enabled;
use crate::tui::widgets::frame::{centered, dialog};
use crate::tui::widgets::pen::Pen;

/// The palette.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What was typed.
    pub input: Input,
    /// Which of the found actions is highlighted.
    pub at: usize,
}

/// How well `typed` (lower case) fits `text`: all its letters in their order; less is better. `None`: it does not.
pub fn fuzzy(text: &str, typed: &str) -> Option<usize> {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let mut from = 0;
    let mut cost = 0;
    for c in typed.chars().filter(|c| !c.is_whitespace()) {
        let found = text.get(from..)?.iter().position(|t| *t == c)? + from;
        let begins_word = found == 0 || text.get(found - 1).is_some_and(|before| !before.is_alphanumeric());
        // A jump to the beginning of a word is what people type; any other gap costs.
        cost += if begins_word { 0 } else { found - from };
        from = found + 1;
    }
    Some(cost * 100 + text.len())
}

/// Actions that fit what was typed, best first; those of other tabs, which say so, after those of this one.
pub fn found(app: &App, typed: &str) -> Vec<Action> {
    let typed = typed.to_lowercase();
    let mut list: Vec<(bool, usize, usize, Action)> = Action::ALL
        .iter()
        .enumerate()
        .filter_map(|(at, action)| {
            let name = fuzzy(action.name(), &typed);
            let help = fuzzy(action.help(), &typed).map(|cost| cost + 5_000);
            let cost = if typed.is_empty() { 0 } else { name.into_iter().chain(help).min()? };
            Some((!action.lives_in(app.tab), cost, at, *action))
        })
        .collect();
    list.sort_unstable();
    list.into_iter().map(|(_, _, _, action)| action).collect()
}

/// `Enter` does the highlighted action; a disabled one says why and stays.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let Some(Overlay::Palette(palette)) = app.overlays.last() else { return Vec::new() };
    let list = found(app, palette.input.value());
    let at = palette.at.min(list.len().saturating_sub(1));
    let chosen = list.get(at).copied();
    let Some(Overlay::Palette(palette)) = app.overlays.last_mut() else { return Vec::new() };
    match key.code {
        KeyCode::Esc => {
            app.overlays.pop();
        }
        KeyCode::Enter => {
            let Some(action) = chosen else { return Vec::new() };
            if let Some(why) = disabled(app, action) {
                app.complain(format!("{}: {why}", action.name()));
                return Vec::new();
            }
            app.overlays.pop();
            return perform_if_enabled(app, action);
        }
        KeyCode::Down => palette.at = (at + 1).min(list.len().saturating_sub(1)),
        KeyCode::Up => palette.at = at.saturating_sub(1),
        _ => {
            if super::edit(&mut palette.input, key) {
                palette.at = 0;
            }
        }
    }
    Vec::new()
}

/// A box in the upper part of the screen.
pub fn view(app: &App, palette: &Palette, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let list = found(app, palette.input.value());
    let at = palette.at.min(list.len().saturating_sub(1));
    let height = u16::try_from(list.len().min(16) + 3).unwrap_or(3);
    let inside = dialog(buf, centered(area, 84, height.max(6)), "Actions", look, look.theme.border);
    if inside.height < 1 {
        return;
    }
    let mut pen = Pen::line(buf, inside, 0, look.glyphs.ellipsis);
    pen.write(": ", look.theme.dim);
    super::text_field(&palette.input, &mut pen, inside.y, view, look.theme.text);
    let room = usize::from(inside.height) - 1;
    let top = at.saturating_sub(room.saturating_sub(1));
    for (row, (number, action)) in (1..inside.height).zip(list.iter().enumerate().skip(top)) {
        let why = disabled(app, *action);
        let style = if why.is_some() { look.theme.dim } else { look.theme.text };
        let mut pen = Pen::line(buf, inside, row, look.glyphs.ellipsis);
        if number == at {
            pen.write(look.glyphs.gutter, look.theme.gutter);
        } else {
            pen.skip(1);
        }
        pen.skip(1).cell(action.name(), 16, style).skip(1);
        pen.cell(&app.keymap.shown(*action), 10, look.theme.accent).skip(1);
        match why {
            Some(why) => pen.write(&format!("not now: {why}"), style),
            None => pen.write(action.help(), look.theme.dim),
        };
    }
    if list.is_empty() {
        Pen::line(buf, inside, 1, look.glyphs.ellipsis).write("nothing fits", look.theme.dim);
    }
}
