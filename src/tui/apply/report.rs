//! What became of a run: every state counted and explained, with what to do next, then the rows that need somebody.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::RowState;
use crate::domain::schedule::{advice, locked_out};
use crate::domain::text::clean;
use crate::tasks::model::ApplyProgress;
use crate::tui::actions::Action;
use crate::tui::app::{App, Effect};
use crate::tui::mapping;
use crate::tui::overlay::Overlay;
use crate::tui::people::People;
use crate::tui::widgets::frame::{centered, dialog};
use crate::tui::widgets::pen::{Pen, wrap};
use crate::tui::widgets::words::{count, people, span};

use super::{Dialog, strip};

/// The summary, with its first line shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Report {
    top: usize,
}

/// A key for the summary.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let Some(Overlay::Apply(Dialog::Report(report))) = app.overlays.last_mut() else { return Vec::new() };
    match key.code {
        KeyCode::Esc | KeyCode::Char('q') => {
            app.overlays.pop();
        }
        KeyCode::Up | KeyCode::Char('k') => report.top = report.top.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => report.top = report.top.saturating_add(1),
        KeyCode::PageUp => report.top = report.top.saturating_sub(10),
        KeyCode::PageDown => report.top = report.top.saturating_add(10),
        _ => {}
    }
    Vec::new()
}

/// What a state means for the administrator, and what to do.
fn meaning(app: &App, state: RowState) -> String {
    let key = |action: Action| app.keymap.shown(action);
    if state == RowState::Planned {
        return format!("not sent: apply again ({})", key(Action::Apply));
    }
    let look = format!("decide again or confirm ({})", key(Action::SamePerson));
    advice(state, &key(Action::VerifyAgain), &key(Action::RetryFailed), &look)
}

/// How many are locked out after the run; that takes a reading which began after it.
fn still_locked_out(app: &App, run: &ApplyProgress) -> Option<(String, Style)> {
    let theme = &app.look.theme;
    let (ended, _) = run.finished.as_ref()?;
    if mapping::loading(&app.model).is_some() || app.model.roster.read_at.is_none_or(|read| read <= *ended) {
        return Some(("How many are still locked out is being read.".to_owned(), theme.dim));
    }
    let analysis = app.model.analysis.as_ref()?;
    let number = locked_out(analysis.forecast.as_ref()?, &analysis.situation).now?;
    Some(match number {
        0 => ("Nobody is locked out any more.".to_owned(), theme.good),
        number => (format!("Still locked out: {}.", people(number)), theme.caution),
    })
}

fn lines(app: &App) -> Vec<(String, Style)> {
    let look = &app.look;
    let theme = &look.theme;
    let Some(run) = &app.model.apply else { return Vec::new() };
    let mut out = Vec::new();
    if let Some((at, stopped)) = &run.finished {
        let time = span(at.duration_since(run.started_at));
        match stopped {
            Some(problem) => {
                out.push((format!("Stopped after {time}: {}", problem.headline()), theme.bad));
                if !problem.remedy.is_empty() {
                    out.push((problem.remedy.clone(), theme.text));
                }
            }
            None => out.push((format!("Done in {time}."), theme.title)),
        }
    }
    let counted = strip::counts(run);
    let touched: usize = counted.iter().map(|(_, number)| number).sum();
    for (state, number) in &counted {
        let (glyph, word, style) = strip::sign(*state, look);
        out.push((format!("{glyph} {} {word}: {}", count(*number), meaning(app, *state)), style));
    }
    if run.due > touched {
        let (glyph, word, style) = strip::sign(RowState::Planned, look);
        let number = run.due - touched;
        out.push((format!("{glyph} {} {word}: {}", count(number), meaning(app, RowState::Planned)), style));
    }
    if touched == 0 && run.due == 0 {
        out.push(("Nothing was due.".to_owned(), theme.text));
    }
    out.extend(still_locked_out(app, run));
    let names = People::of(&app.model);
    let troubled = run.rows.values().filter(|row| {
        matches!(row.state, RowState::Failed | RowState::Refused | RowState::Unknown | RowState::Sending)
    });
    for row in troubled {
        let (glyph, word, style) = strip::sign(row.state, look);
        let name = names
            .get(row.new_storage_key.as_ref().unwrap_or(&row.storage_key))
            .map_or_else(|| row.storage_key.to_string(), |user| clean(&user.display_name).into_owned());
        let why = row.error.as_deref().unwrap_or(word);
        out.push((format!("{glyph} {name}: {why}"), style));
    }
    out
}

/// Draws the summary.
pub fn view(app: &App, report: Report, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let width = area.width.min(90);
    let room = usize::from(width.saturating_sub(4));
    let lines: Vec<(String, Style)> = lines(app)
        .into_iter()
        .flat_map(|(text, style)| wrap(&text, room).into_iter().map(move |line| (line, style)))
        .collect();
    let height = u16::try_from(lines.len() + 2).unwrap_or(area.height);
    let title = format!("Applied to {}", app.model.context.organization);
    let inside = dialog(buf, centered(area, width, height), &title, look, look.theme.accent);
    let shown = usize::from(inside.height);
    let top = report.top.min(lines.len().saturating_sub(shown));
    for (row, (line, style)) in (0..inside.height).zip(lines.iter().skip(top)) {
        Pen::line(buf, inside, row, look.glyphs.ellipsis).write(line, *style);
    }
    if lines.len() > top + shown && inside.height > 0 {
        Pen::line(buf, inside, inside.height - 1, look.glyphs.ellipsis)
            .to(inside.right().saturating_sub(1))
            .write(look.glyphs.down, look.theme.dim);
    }
}
