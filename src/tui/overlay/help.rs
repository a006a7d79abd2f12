//! `?`: all keys of this tab first, then the others; filters as one types.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use tui_input::Input;

use super::Overlay;
use crate::tui::actions::Action;
use crate::tui::app::{App, Effect, Tab, ViewState};
use crate::tui::availability::disabled;
use crate::tui::filter::contains;
use crate::tui::keymap::Key;
use crate::tui::widgets::frame::{centered, dialog};
use crate::tui::widgets::pen::{Pen, wrap};

/// Columns of the keys.
const KEYS: usize = 14;

/// The most columns of the box.
const WIDE: u16 = 108;

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
    found.sort_by_key(|action| (!action.lives_in(app.tab), action.tabs().len() == Tab::ALL.len()));
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

/// A line of the help: keys and words, or the heading of a group.
struct Line {
    keys: String,
    text: String,
    keys_style: Style,
    style: Style,
}

/// Where an action lives, seen from the active tab.
fn group(app: &App, action: Action) -> &'static str {
    match (action.lives_in(app.tab), action.tabs().len() == Tab::ALL.len()) {
        (true, false) => app.tab.title(),
        (true, true) => "Everywhere",
        (false, _) => "In other tabs",
    }
}

/// What stands in the box: long sentences take more than one line, and groups have headings while nothing is typed.
fn rows(app: &App, typed: &str, width: usize) -> Vec<Line> {
    let theme = &app.look.theme;
    let room = width.saturating_sub(KEYS + 1).max(8);
    let mut rows: Vec<Line> = Vec::new();
    let mut heading = "";
    for action in lines(app, typed) {
        if typed.is_empty() && group(app, action) != heading {
            heading = group(app, action);
            let blank = |keys: &str| Line {
                keys: keys.to_owned(),
                text: String::new(),
                keys_style: theme.title,
                style: theme.text,
            };
            if !rows.is_empty() {
                rows.push(blank(""));
            }
            rows.push(blank(heading));
        }
        let here = action.lives_in(app.tab);
        let why = if here { disabled(app, action) } else { None };
        let mut text = action.help().to_owned();
        if !here {
            let tabs: Vec<&str> = action.tabs().iter().map(|tab: &Tab| tab.title()).collect();
            text = format!("{text} ({})", tabs.join(", "));
        } else if let Some(why) = &why {
            text = format!("{text} Not now: {why}.");
        }
        let mut keys = app.keymap.keys(action).iter().map(Key::to_string).collect::<Vec<_>>().join(" ");
        for line in wrap(&text, room) {
            rows.push(Line {
                keys: std::mem::take(&mut keys),
                text: line,
                keys_style: if here { theme.accent } else { theme.dim },
                style: if here && why.is_none() { theme.text } else { theme.dim },
            });
        }
    }
    rows
}

/// A wide box with the actions that fit.
pub fn view(app: &App, help: &Help, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let wide = area.width.min(WIDE);
    let rows = rows(app, help.input.value(), usize::from(wide.saturating_sub(4)));
    let height = u16::try_from(rows.len() + 4).unwrap_or(area.height);
    let inside = dialog(buf, centered(area, wide, height), "Keys", look, look.theme.border);
    if inside.height < 2 {
        return;
    }
    let mut pen = Pen::line(buf, inside, 0, look.glyphs.ellipsis);
    pen.write("filter: ", look.theme.dim);
    super::text_field(&help.input, &mut pen, inside.y, view, look.theme.text);
    let room = usize::from(inside.height) - 2;
    view.drawn.page = room;
    view.drawn.details_end = rows.len().saturating_sub(room);
    let top = help.top.min(view.drawn.details_end);
    if rows.is_empty() {
        Pen::line(buf, inside, 2, look.glyphs.ellipsis).write("nothing fits", look.theme.dim);
    }
    let below = rows.len().saturating_sub(top + room);
    if below > 0 {
        let more = format!("{below} more lines, Down");
        Pen::line(buf, inside, 0, look.glyphs.ellipsis).right(&more, look.theme.dim);
    }
    for (row, line) in (2..inside.height).zip(rows.iter().skip(top)) {
        let mut pen = Pen::line(buf, inside, row, look.glyphs.ellipsis);
        if line.text.is_empty() {
            pen.write(&line.keys, line.keys_style);
        } else {
            pen.cell(&line.keys, KEYS, line.keys_style).skip(1).write(&line.text, line.style);
        }
    }
}
