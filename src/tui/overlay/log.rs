//! `L`: requests (without secrets, newest first), events, earlier notices.

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Overlay;
use crate::tui::app::{App, Effect, ViewState};
use crate::tui::widgets::frame::dialog;
use crate::tui::widgets::pen::{Pen, fit, width, wrap};
use crate::tui::widgets::words::count;

/// Columns of the time and the gap behind it.
const BEHIND: usize = 10;

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
                // What was asked comes first: at 80 columns the rest may be cut.
                let mut text = format!(
                    "{}  {status} {:<6} {}  {} ms, {} B, {}",
                    clock(line.at),
                    line.method,
                    line.path,
                    line.millis,
                    count(usize::try_from(line.bytes).unwrap_or(usize::MAX)),
                    line.service.name(),
                );
                if !line.note.is_empty() {
                    text.push_str(", ");
                    text.push_str(&line.note);
                }
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
    let last = app.drawn.details_end;
    let page = app.drawn.page.max(2) / 2;
    let Some(Overlay::Log(log)) = app.overlays.last_mut() else { return Vec::new() };
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
        KeyCode::Up | KeyCode::Char('k') => log.top = log.top.min(last).saturating_sub(1),
        KeyCode::PageDown => log.top = (log.top + page).min(last),
        KeyCode::PageUp => log.top = log.top.min(last).saturating_sub(page),
        KeyCode::Home | KeyCode::Char('g') => log.top = 0,
        KeyCode::End | KeyCode::Char('G') => log.top = last,
        _ => {}
    }
    Vec::new()
}

/// Lines that are too long go on below, behind the time, so that a reason and its remedy are read to the end.
fn folded(line: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    if width(line) <= room || room <= BEHIND * 2 {
        return vec![line.to_owned()];
    }
    let head = fit(line, room, "");
    let cut = head.rfind(' ').filter(|at| *at > room / 2).unwrap_or(head.len());
    let (first, rest) = line.split_at_checked(cut).unwrap_or((line, ""));
    let mut lines = vec![first.trim_end().to_owned()];
    let indent = " ".repeat(BEHIND);
    lines.extend(wrap(rest, room - BEHIND).into_iter().map(|line| format!("{indent}{line}")));
    lines
}

/// Over the whole tab.
pub fn view(app: &App, log: &Log, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let name = match log.page {
        Page::Requests => "requests",
        Page::Events => "events",
        Page::Notices => "notices",
    };
    let lines = lines(app, log.page);
    let title = format!("Log: {} {name} (UTC, newest first)", count(lines.len()));
    let inside = dialog(buf, area, &title, &app.look, app.look.theme.border);
    let lines: Vec<(String, Style)> = lines
        .iter()
        .flat_map(|(line, style)| {
            folded(line, usize::from(inside.width)).into_iter().map(move |line| (line, *style))
        })
        .collect();
    view.drawn.page = usize::from(inside.height);
    view.drawn.details_end = lines.len().saturating_sub(view.drawn.page);
    let top = log.top.min(view.drawn.details_end);
    for (row, (line, style)) in (0..inside.height).zip(lines.iter().skip(top)) {
        Pen::line(buf, inside, row, app.look.glyphs.ellipsis).write(line, *style);
    }
    if lines.is_empty() {
        Pen::line(buf, inside, 0, app.look.glyphs.ellipsis).write("nothing yet", app.look.theme.dim);
    }
}
