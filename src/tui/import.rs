//! `E`: a plan that was edited in a spreadsheet, read back. First what would change, row by row; then all of it, or nothing.
//!
//! ```text
//! ┌ plan.csv: 2 changes, 60 unchanged ───────────────────────────────┐
//! │ 14  Raisa Pokrovskaya   undecided → map raisa.pokrovskaya@…      │
//! │     names agree; no address in common                            │
//! │ 31  Zora Quist          undecided → remove                       │
//! │                                                                  │
//! │ Enter take over 2   J more   Esc leave                           │
//! └──────────────────────────────────────────────────────────────────┘
//! ```
//!
//! A file with a mistake shows every mistake with row, column and reason, and nothing can be taken over.

use std::fmt::Write as _;
use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::plan::csv::{Import, RowChange};
use crate::domain::text::clean;
use crate::domain::{Decision, PlanRow};
use crate::tasks::{self, Msg, import::ImportInput};

use super::app::{App, Effect, ViewState};
use super::decide;
use super::overlay::{Overlay, Prompt, Purpose};
use super::widgets::frame::{centered, dialog};
use super::widgets::pen::{Pen, wrap};
use super::widgets::words::count;

/// What a file would change, over the tab.
#[derive(Debug, Clone)]
pub struct Dialog {
    path: String,
    /// Or every reason why it is refused.
    read: Result<Import, Vec<String>>,
    /// First line that is shown.
    top: usize,
}

/// Asks for the file.
pub fn open(app: &mut App) {
    app.overlays.push(Overlay::Prompt(Prompt::new(
        "Read decisions from a file",
        vec![
            "Which file? One that `plan export` wrote, as CSV or JSON. What it would change is shown first; nothing is taken over \
             before that."
                .to_owned(),
        ],
        "",
        Purpose::Import,
    )));
}

/// Why there is nothing to read a file against.
pub fn disabled(app: &App) -> Option<String> {
    decide::Known::of(app).err()
}

/// The effect that reads it.
pub fn read(app: &mut App, path: &str) -> Vec<Effect> {
    let known = match decide::Known::of(app) {
        Ok(known) => known,
        Err(why) => {
            app.complain(why);
            return Vec::new();
        }
    };
    let domains = app.model.facts.tenant.get().map(|tenant| tenant.verified_domains.clone());
    let input = ImportInput {
        path: PathBuf::from(path),
        organization: app.model.context.organization.clone(),
        roster: known.roster,
        directory: known.directory,
        forecast: known.forecast,
        analysis: known.analysis,
        plan: decide::coming_plan(app),
        verified_domains: domains.unwrap_or_default(),
    };
    vec![Effect::Task(tasks::Effect::ReadImport(Box::new(input)))]
}

/// The file was read.
pub fn absorbed(app: &mut App, msg: &Msg) {
    if let Msg::ImportRead(path, read) = msg {
        let read = Result::clone(read);
        app.overlays.push(Overlay::Import(Box::new(Dialog { path: path.clone(), read, top: 0 })));
    }
}

/// `J`/`K` scroll, `Enter` takes over, `Esc` leaves.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let end = app.drawn.details_end;
    let shown = app.drawn.dialogs == app.overlays.len();
    let Some(Overlay::Import(dialog)) = app.overlays.last_mut() else { return Vec::new() };
    match key.code {
        KeyCode::Esc | KeyCode::Char('q') => {
            app.overlays.pop();
        }
        // What was never on the screen is not taken over.
        KeyCode::Enter if shown => return take_over(app),
        KeyCode::Char('j' | 'J') | KeyCode::Down => dialog.top = (dialog.top + 1).min(end),
        KeyCode::Char('k' | 'K') | KeyCode::Up => dialog.top = dialog.top.min(end).saturating_sub(1),
        KeyCode::PageDown => dialog.top = (dialog.top + 10).min(end),
        KeyCode::PageUp => dialog.top = dialog.top.min(end).saturating_sub(10),
        _ => {}
    }
    Vec::new()
}

fn take_over(app: &mut App) -> Vec<Effect> {
    let Some(Overlay::Import(open)) = app.overlays.last() else { return Vec::new() };
    let Ok(import) = &open.read else { return Vec::new() };
    let changes = import.changes.clone();
    app.overlays.pop();
    match rows(app, &changes) {
        Ok(rows) => decide::save(app, rows),
        Err(why) => {
            app.complain(why);
            Vec::new()
        }
    }
}

/// The rows to be kept: all of them, or none if anybody was decided about or has gone since the file was read.
fn rows(app: &App, changes: &[RowChange]) -> Result<Vec<PlanRow>, String> {
    let known = decide::Known::of(app)?;
    let plan = decide::coming_plan(app);
    changes
        .iter()
        .map(|change| {
            let key = &change.storage_key;
            let before = plan.row(key);
            if *plan.decision(key) != change.from {
                return Err(format!("{} was decided about meanwhile: read the file again", change.name));
            }
            if change.from == change.to {
                let row = before.cloned().unwrap_or_else(|| PlanRow::undecided(key.clone()));
                return Ok(PlanRow { note: change.note_to.clone(), ..row });
            }
            let (Some(user), Some(person)) = (known.roster.get(key), known.forecast.get(key)) else {
                return Err(format!(
                    "{} is not in the organization any more: nothing was taken over",
                    change.name
                ));
            };
            let row = decide::row_of(before, user, person, change.to.clone(), &known, app.now());
            Ok(PlanRow { note: change.note_to.clone(), ..row })
        })
        .collect()
}

/// A large box.
pub fn view(app: &App, open: &Dialog, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let (look, theme) = (&app.look, &app.look.theme);
    let room = usize::from(area.width.min(110).saturating_sub(4));
    let lines = lines(app, open, room);
    let height = u16::try_from(lines.len() + 4).unwrap_or(area.height);
    let edge = if open.read.is_ok() { theme.border } else { theme.bad };
    let inside = dialog(buf, centered(area, 110, height), &title(open), look, edge);
    let rows = inside.height.saturating_sub(2);
    view.drawn.details_end = lines.len().saturating_sub(usize::from(rows));
    let from = open.top.min(view.drawn.details_end);
    for (row, (text, style)) in (0..rows).zip(lines.iter().skip(from)) {
        Pen::line(buf, inside, row, look.glyphs.ellipsis).write(text, *style);
    }
    let mut pen = Pen::line(buf, inside, inside.height.saturating_sub(1), look.glyphs.ellipsis);
    if let Ok(import) = &open.read
        && !import.changes.is_empty()
    {
        let words = format!(" take over {}   ", count(import.changes.len()));
        pen.write("Enter", theme.accent).write(&words, theme.text);
    }
    if view.drawn.details_end > 0 {
        pen.write("J", theme.accent).write(" more   ", theme.text);
    }
    pen.write("Esc", theme.accent).write(" leave", theme.text);
}

fn title(open: &Dialog) -> String {
    let path = clean(&open.path);
    match &open.read {
        Ok(import) => {
            let changes = import.changes.len();
            let word = if changes == 1 { "change" } else { "changes" };
            format!("{path}: {} {word}, {} unchanged", count(changes), count(import.unchanged))
        }
        Err(errors) => {
            let word = if errors.len() == 1 { "mistake" } else { "mistakes" };
            format!("{path}: refused, {} {word}", count(errors.len()))
        }
    }
}

fn lines(app: &App, open: &Dialog, room: usize) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    let import = match &open.read {
        Ok(import) => import,
        Err(errors) => {
            return errors
                .iter()
                .flat_map(|error| wrap(&clean(error), room))
                .map(|line| (line, theme.bad))
                .collect();
        }
    };
    let mut lines: Vec<(String, Style)> = Vec::new();
    for change in &import.changes {
        lines.extend(wrap(&words(app, change), room).into_iter().map(|line| (line, theme.text)));
        for ask in &change.asks {
            let ask = format!("    {}", clean(ask));
            lines.extend(wrap(&ask, room).into_iter().map(|line| (line, theme.caution)));
        }
    }
    if lines.is_empty() {
        lines.push(("The file changes nothing.".to_owned(), theme.text));
    }
    for warning in &import.warnings {
        let words = format!("since the export: {warning}");
        lines.extend(wrap(&clean(&words), room).into_iter().map(|line| (line, theme.dim)));
    }
    lines
}

fn words(app: &App, change: &RowChange) -> String {
    let decision = |decision: &Decision| match decision {
        Decision::Map { target } => {
            let user = app.model.directory.value.as_ref().and_then(|directory| directory.get(*target));
            let name = user
                .map_or_else(|| target.to_string(), |user| clean(user.user_principal_name()).into_owned());
            format!("map {name}")
        }
        Decision::Invite { address } => format!("invite {}", clean(address)),
        other => other.name().to_owned(),
    };
    let mut words = format!("row {}: {}: ", change.row, clean(&change.name));
    if change.from == change.to {
        words.push_str("the note changes");
    } else {
        let arrow = app.look.glyphs.arrow;
        // Writing to memory cannot fail.
        let _ = write!(words, "{} {arrow} {}", decision(&change.from), decision(&change.to));
    }
    if let Some(note) = change.note_to.as_deref().filter(|_| change.note_from != change.note_to) {
        words.push_str(", note: ");
        words.push_str(&clean(note));
    }
    words
}
