//! A question that is answered with a text: a note, a path, an address.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use super::Overlay;
use crate::domain::comparison::checklist::PointId;
use crate::domain::plan::Pair;
use crate::domain::{CheckId, Phase, StorageKey, Tick};
use crate::tasks;
use crate::tui::app::{App, Effect, Tab, ViewState};
use crate::tui::widgets::frame::{centered, dialog};
use crate::tui::widgets::pen::{Pen, wrap};
use crate::tui::{connection, export, follow_up, import, mapping};

/// What the text is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// The note of a ticked prerequisite.
    TickCheck(CheckId),
    /// The note of a ticked step.
    TickPhase(Phase),
    /// The note of a *same person*.
    SamePerson(Pair),
    /// The note of a decision that still holds although it needed a look.
    StillHolds(StorageKey),
    /// The address that gets the invitation.
    Invite(StorageKey),
    /// The owner's address.
    Owner,
    /// The file into which this tab's list, or one that is made from the plan, is written.
    Export(Tab, export::Content),
    /// The plan file that is read back.
    Import,
    /// The file of a snapshot.
    Snapshot,
    /// The snapshot from before that is compared with.
    CompareWith,
    /// The file into which a comparison is written.
    ExportComparison,
    /// The file into which the tokens and keys to make anew are written.
    ExportFollowUp,
    /// The note of a ticked point of the time after connecting.
    TickPoint(PointId),
}

/// A question.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// The question.
    pub title: String,
    /// What to know before answering.
    pub text: Vec<String>,
    /// The answer so far.
    pub input: Input,
    /// What it is for.
    pub purpose: Purpose,
}

impl Prompt {
    /// A question with an answer to begin with.
    pub fn new(title: impl Into<String>, text: Vec<String>, answer: &str, purpose: Purpose) -> Self {
        Self { title: title.into(), text, input: Input::new(answer.to_owned()), purpose }
    }
}

/// `Enter` takes the answer, unless it is empty; `Tab` chooses another list to export; `Esc` leaves.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    match key.code {
        KeyCode::Esc => {
            app.overlays.pop();
            Vec::new()
        }
        KeyCode::Enter => {
            let Some(Overlay::Prompt(prompt)) = app.overlays.last() else { return Vec::new() };
            let answer = prompt.input.value().trim().to_owned();
            let purpose = prompt.purpose.clone();
            if answer.is_empty() {
                app.complain("write something first, or leave with Esc");
                return Vec::new();
            }
            app.overlays.pop();
            take(app, purpose, answer)
        }
        KeyCode::Tab => {
            if let Some(Overlay::Prompt(prompt)) = app.overlays.last()
                && let Purpose::Export(tab, content) = prompt.purpose
            {
                let next = export::turned(app, prompt, tab, content);
                app.overlays.pop();
                app.overlays.push(Overlay::Prompt(next));
            }
            Vec::new()
        }
        _ => {
            if let Some(Overlay::Prompt(prompt)) = app.overlays.last_mut() {
                super::edit(&mut prompt.input, key);
            }
            Vec::new()
        }
    }
}

fn take(app: &mut App, purpose: Purpose, answer: String) -> Vec<Effect> {
    let tick = Tick { note: answer.clone(), at: app.now() };
    let task = match purpose {
        Purpose::TickCheck(id) => tasks::Effect::Tick(id, Some(tick)),
        Purpose::TickPhase(phase) => tasks::Effect::TickPhase(phase, Some(tick)),
        Purpose::SamePerson(pair) => tasks::Effect::ConfirmPair(pair, Some(tick)),
        Purpose::StillHolds(key) => return mapping::still_holds(app, &key, &answer),
        Purpose::Invite(key) => return mapping::invite(app, &key, answer),
        Purpose::Owner => tasks::Effect::NameOwner(answer),
        Purpose::Export(tab, content) => return export::write(app, tab, content, &answer),
        Purpose::Import => return import::read(app, &answer),
        Purpose::Snapshot => tasks::Effect::TakeSnapshot(PathBuf::from(answer)),
        Purpose::CompareWith => return connection::compare_with(&answer),
        Purpose::ExportComparison => return connection::export_comparison(app, &answer),
        Purpose::ExportFollowUp => return follow_up::export_to(app, &answer),
        Purpose::TickPoint(id) => tasks::Effect::TickPoint(id, Some(tick)),
    };
    vec![Effect::Task(task)]
}

/// A box in the middle.
pub fn view(app: &App, prompt: &Prompt, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let width = area.width.min(76);
    let lines: Vec<String> =
        prompt.text.iter().flat_map(|text| wrap(text, usize::from(width.saturating_sub(4)))).collect();
    let height = u16::try_from(lines.len() + 4).unwrap_or(area.height);
    let inside = dialog(buf, centered(area, width, height), &prompt.title, look, look.theme.accent);
    if inside.height == 0 {
        return;
    }
    for (row, line) in (0..inside.height.saturating_sub(2)).zip(&lines) {
        Pen::line(buf, inside, row, look.glyphs.ellipsis).write(line, look.theme.text);
    }
    let row = inside.height - 1;
    let mut pen = Pen::line(buf, inside, row, look.glyphs.ellipsis);
    pen.write("> ", look.theme.dim);
    super::text_field(&prompt.input, &mut pen, inside.y + row, view, look.theme.text);
}
