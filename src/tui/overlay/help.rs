//! `?`: all keys of this tab first, then the others; filters as one types.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use super::Overlay;
use crate::tui::actions::Action;
use crate::tui::app::{App, Effect, Tab, ViewState};
use crate::tui::availability::disabled;
use crate::tui::filter::contains;
use crate::tui::keymap::Key;
use crate::tui::widgets::frame::{centered, dialog};
use crate::tui::widgets::pen::Pen;

/// The help overlay.
#[derive(Debug, Clone, Default)]
pub struct Help {
    /// What was typed.
    pub input: Input,
    /// First line shown.
    pub top: usize,
}

/// Actions that fit what was typed, those of the active tab first.
pub fn lines(app: &App, typed: &str) -> Vec<Action> {
    let typed = typed.to_lowercase();
    let mut found: Vec<Action> = Action::ALL
        .iter()
        .copied()
        .filter(|action| {
            typed.split_whitespace().all(|word| {
                contains(action.help(), word)
                    || contains(action.name(), word)
                    || app.keymap.keys(*action).iter().any(|key| key.to_string().to_lowercase() == word)
            })
        })
        .collect();
    let group = |action: &Action| match (action.lives_in(app.tab), action.tabs().len() == Tab::ALL.len()) {
        (true, false) => 0,
        (true, true) => 1,
        (false, _) => 2,
    };
    found.sort_by_key(group);
    found
}

/// Typing filters, arrows scroll, `Esc` leaves.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let page = app.drawn.page.max(2) / 2;
    // How far one can scroll is known since the last frame: keys beyond it must not have to be taken back.
    let end = app.drawn.details_end;
    let Some(Overlay::Help(help)) = app.overlays.last_mut() else { return Vec::new() };
    match key.code {
        KeyCode::Esc | KeyCode::Enter => {
            app.overlays.pop();
        }
        KeyCode::Char('?' | 'q') if help.input.value().is_empty() => {
            app.overlays.pop();
        }
        KeyCode::Down => help.top = help.top.saturating_add(1).min(end),
        KeyCode::Up => help.top = help.top.min(end).saturating_sub(1),
        KeyCode::PageDown => help.top = help.top.saturating_add(page).min(end),
        KeyCode::PageUp => help.top = help.top.min(end).saturating_sub(page),
        _ => {
            if super::edit(&mut help.input, key) {
                help.top = 0;
            }
        }
    }
    Vec::new()
}

/// A wide box with one line an action.
pub fn view(app: &App, help: &Help, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let found = lines(app, help.input.value());
    let height = u16::try_from(found.len() + 4).unwrap_or(area.height);
    let inside = dialog(buf, centered(area, 100, height), "Keys", look, look.theme.border);
    if inside.height < 2 {
        return;
    }
    let mut pen = Pen::line(buf, inside, 0, look.glyphs.ellipsis);
    pen.write("filter: ", look.theme.dim);
    super::text_field(&help.input, &mut pen, inside.y, view, look.theme.text);
    let room = usize::from(inside.height) - 2;
    view.drawn.page = room;
    view.drawn.details_end = found.len().saturating_sub(room);
    let top = help.top.min(view.drawn.details_end);
    if found.is_empty() {
        Pen::line(buf, inside, 2, look.glyphs.ellipsis).write("nothing fits", look.theme.dim);
    }
    let below = found.len().saturating_sub(top + room);
    if below > 0 {
        let more = format!("{below} more, Down");
        Pen::line(buf, inside, 0, look.glyphs.ellipsis).right(&more, look.theme.dim);
    }
    for (row, action) in (2..inside.height).zip(found.iter().skip(top)) {
        let keys = app.keymap.keys(*action).iter().map(Key::to_string).collect::<Vec<_>>().join(" ");
        let here = action.lives_in(app.tab);
        let why = if here { disabled(app, *action) } else { None };
        let style = if here && why.is_none() { look.theme.text } else { look.theme.dim };
        let mut pen = Pen::line(buf, inside, row, look.glyphs.ellipsis);
        pen.cell(&keys, 14, if here { look.theme.accent } else { look.theme.dim }).skip(1);
        let mut text = action.help().to_owned();
        if !here {
            let tabs: Vec<&str> = action.tabs().iter().map(|tab: &Tab| tab.title()).collect();
            text = format!("{text} ({})", tabs.join(", "));
        } else if let Some(why) = why {
            text = format!("{text} Not now: {why}.");
        }
        pen.write(&text, style);
    }
}
