//! A question that is answered with `y`. Everything else but `n` and `Esc` is ignored, so that a key typed ahead answers
//! nothing.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Overlay;
use crate::domain::PlanRow;
use crate::tasks;
use crate::tui::app::{App, Effect};
use crate::tui::decide::save_confirmed;
use crate::tui::update::leave_program;
use crate::tui::widgets::frame::{centered, dialog};
use crate::tui::widgets::pen::{Pen, wrap};

/// What `y` does.
#[derive(Debug, Clone)]
pub enum Confirmed {
    /// Saves these rows, if they are still bound to what is there.
    Save(Vec<PlanRow>),
    /// Does these, and says the sentence.
    Do(Vec<tasks::Effect>, String),
    /// Stops the apply run after the current calls, then quits.
    StopAndQuit,
}

/// A question.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// The question.
    pub title: String,
    /// What to know before answering.
    pub text: Vec<String>,
    /// What *yes* does.
    pub then: Confirmed,
}

/// `y` does it, `n` and `Esc` do not.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    match key.code {
        KeyCode::Char('y' | 'Y')
            if key.modifiers.difference(crossterm::event::KeyModifiers::SHIFT).is_empty() =>
        {
            // A key typed ahead must not answer a question that nobody has seen.
            if app.drawn.dialogs != app.overlays.len() {
                return Vec::new();
            }
            let Some(Overlay::Confirm(confirm)) = app.overlays.pop() else { return Vec::new() };
            match confirm.then {
                Confirmed::Save(rows) => save_confirmed(app, rows),
                Confirmed::Do(effects, said) => {
                    if !said.is_empty() {
                        app.say(said);
                    }
                    effects.into_iter().map(Effect::Task).collect()
                }
                Confirmed::StopAndQuit => {
                    let mut effects = vec![Effect::Task(tasks::Effect::CancelApply)];
                    effects.extend(leave_program(app));
                    effects
                }
            }
        }
        KeyCode::Esc | KeyCode::Char('n' | 'N' | 'q') => {
            app.overlays.pop();
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// A box in the middle.
pub fn view(app: &App, confirm: &Confirm, area: Rect, buf: &mut Buffer) {
    let width = area.width.min(76);
    let lines: Vec<String> =
        confirm.text.iter().flat_map(|text| wrap(text, usize::from(width.saturating_sub(4)))).collect();
    let height = u16::try_from(lines.len() + 4).unwrap_or(area.height);
    let inside =
        dialog(buf, centered(area, width, height), &confirm.title, &app.look, app.look.theme.caution);
    let glyphs = &app.look.glyphs;
    for (row, line) in (0..inside.height.saturating_sub(2)).zip(&lines) {
        Pen::line(buf, inside, row, glyphs.ellipsis).write(line, app.look.theme.text);
    }
    let mut pen = Pen::line(buf, inside, inside.height.saturating_sub(1), glyphs.ellipsis);
    pen.write("y", app.look.theme.accent).write(" yes   ", app.look.theme.text);
    pen.write("Esc", app.look.theme.accent).write(" no", app.look.theme.text);
}
