//! `L`: requests (without secrets, newest first), events, earlier notices.

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Overlay;
use crate::tui::app::{App, Effect};
use crate::tui::widgets::frame::dialog;
use crate::tui::widgets::pen::Pen;

/// What the pane shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Page {
    /// Requests that were sent.
    #[default]
    Requests,
    /// What happened.
    Events,
    /// Earlier notices.
    Notices,
}

/// The log pane.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// Which page.
    pub page: Page,
    /// First line shown, counted from the newest.
    pub top: usize,
}

/// Time of day, in UTC as in every log.
pub fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H:%M:%S").to_string()
}

/// The lines of a page, newest first.
pub fn lines(app: &App, page: Page) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    match page {
        Page::Requests => app
            .model
            .requests
            .iter()
            .rev()
            .map(|line| {
                let status = line.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
                let bad = line.status.is_none_or(|status| status >= 400);
                let text = format!(
                    "{}  {status} {:6} {:>6} ms {:>9} B  {} {}  {}",
                    clock(line.at),
                    line.method,
                    line.millis,
                    line.bytes,
                    line.service.name(),
                    line.path,
                    line.note
                );
                (text, if bad { theme.bad } else { theme.text })
            })
            .collect(),
        Page::Events => app
            .model
            .events
            .iter()
            .rev()
            .map(|line| (format!("{}  {:<24} {}", clock(line.at), line.subject, line.text), theme.text))
            .collect(),
        Page::Notices => app
            .toasts
            .history()
            .rev()
            .map(|toast| {
                (
                    format!("{}  {}", clock(toast.at), toast.text),
                    if toast.bad { theme.bad } else { theme.text },
                )
            })
            .collect(),
    }
}

/// `Tab` turns the page, `j`/`k` scroll, `Esc`, `L` and `q` leave.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let Some(Overlay::Log(log)) = app.overlays.last() else { return Vec::new() };
    let length = lines(app, log.page).len();
    let page = app.drawn.page.max(2) / 2;
    let Some(Overlay::Log(log)) = app.overlays.last_mut() else { return Vec::new() };
    let last = length.saturating_sub(1);
    match key.code {
        KeyCode::Esc | KeyCode::Char('L' | 'q') => {
            app.overlays.pop();
        }
        KeyCode::Tab | KeyCode::Right | KeyCode::Char('l') => {
            log.page = match log.page {
                Page::Requests => Page::Events,
                Page::Events => Page::Notices,
                Page::Notices => Page::Requests,
            };
            log.top = 0;
        }
        KeyCode::Down | KeyCode::Char('j') => log.top = (log.top + 1).min(last),
        KeyCode::Up | KeyCode::Char('k') => log.top = log.top.saturating_sub(1),
        KeyCode::PageDown => log.top = (log.top + page).min(last),
        KeyCode::PageUp => log.top = log.top.saturating_sub(page),
        KeyCode::Home | KeyCode::Char('g') => log.top = 0,
        KeyCode::End | KeyCode::Char('G') => log.top = last,
        _ => {}
    }
    Vec::new()
}

/// Over the whole tab.
pub fn view(app: &App, log: &Log, area: Rect, buf: &mut Buffer) {
    let title = match log.page {
        Page::Requests => "Log: requests (UTC, newest first)",
        Page::Events => "Log: events (UTC, newest first)",
        Page::Notices => "Log: notices (UTC, newest first)",
    };
    let inside = dialog(buf, area, title, &app.look, app.look.theme.border);
    let lines = lines(app, log.page);
    for (row, (line, style)) in (0..inside.height).zip(lines.iter().skip(log.top)) {
        Pen::line(buf, inside, row, app.look.glyphs.ellipsis).write(line, *style);
    }
    if lines.is_empty() {
        Pen::line(buf, inside, 0, app.look.glyphs.ellipsis).write("nothing yet", app.look.theme.dim);
    }
}
