//! What cannot wait for the end of a run: it asks for a credential, or somebody appeared as a planned target.
//!
//! ```text
//!  ┌ The run is paused ───────────────────────────────────────────────────────────────────┐
//!  │ Azure DevOps (identities): mapping msa.…: 401 the credential was not accepted         │
//!  │ Sign in again: az login --tenant contoso.onmicrosoft.com                              │
//!  │                                                                                       │
//!  │ Nothing was lost: 31 of 82 are through. p goes on at the same row, c stops.           │
//!  └───────────────────────────────────────────────────────────────────────────────────────┘
//! ```

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::{Problem, RowState, Service};
use crate::tasks;
use crate::tui::actions::Action;
use crate::tui::app::{App, Effect};
use crate::tui::overlay::Overlay;
use crate::tui::widgets::frame::{centered, dialog};
use crate::tui::widgets::pen::{Pen, wrap};
use crate::tui::widgets::words::count;

use super::{Dialog, Token};

/// See the module.
#[derive(Debug, Clone)]
pub enum Notice {
    /// The run waits until somebody did something about this; for this service another token may be typed in.
    Asks(Box<Problem>, Option<Service>),
    /// Somebody appeared as a planned target.
    Alarm(String),
}

/// Puts a notice below whatever is being typed: a key that was meant for another dialog must not answer this one.
pub(super) fn put(app: &mut App, notice: Notice) {
    if matches!(notice, Notice::Asks(..)) {
        answered(app);
    }
    app.overlays.insert(0, Overlay::Apply(Dialog::Notice(notice)));
}

/// The question that was put last can be answered with another token.
pub(super) fn token_wanted(app: &mut App, service: Service) {
    for overlay in &mut app.overlays {
        if let Overlay::Apply(Dialog::Notice(Notice::Asks(_, wanted))) = overlay {
            *wanted = Some(service);
        }
    }
}

/// The run goes on or is over: there is no question any more.
pub(super) fn answered(app: &mut App) {
    app.overlays.retain(|overlay| {
        !matches!(overlay, Overlay::Apply(Dialog::Notice(Notice::Asks(..)) | Dialog::Token(_)))
    });
}

/// A key for the topmost notice.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let Some(Overlay::Apply(Dialog::Notice(notice))) = app.overlays.last() else { return Vec::new() };
    let (asks, token) = match notice {
        Notice::Asks(_, token) => (true, *token),
        Notice::Alarm(_) => (false, None),
    };
    match key.code {
        KeyCode::Esc | KeyCode::Char('q') => {
            app.overlays.pop();
            Vec::new()
        }
        // Not answered before it was drawn.
        _ if app.drawn.dialogs < app.overlays.len() => Vec::new(),
        KeyCode::Char('p' | 'r') if asks => {
            app.overlays.pop();
            app.say("trying again at the same row");
            vec![Effect::Task(tasks::Effect::ResumeApply)]
        }
        KeyCode::Char('t') if token.is_some() => {
            app.overlays.extend(token.map(|service| Overlay::Apply(Dialog::Token(Token::new(service)))));
            Vec::new()
        }
        KeyCode::Char('c') if asks => {
            app.overlays.pop();
            app.say("stopping; apply again goes on");
            vec![Effect::Task(tasks::Effect::CancelApply)]
        }
        _ => Vec::new(),
    }
}

fn lines(app: &App, notice: &Notice) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    match notice {
        Notice::Asks(problem, token) => {
            let mut out = vec![(problem.headline(), theme.bad)];
            if !problem.remedy.is_empty() {
                out.push((problem.remedy.clone(), theme.text));
            }
            if token.is_some() {
                out.push((
                    "t types another token in. Or stop, set its variable, and start again: the journal knows where to go on."
                        .to_owned(),
                    theme.text,
                ));
            }
            let (through, due) = app.model.apply.as_ref().map_or((0, 0), |run| {
                (run.rows.values().filter(|row| row.state == RowState::Verified).count(), run.due)
            });
            out.push((String::new(), theme.text));
            out.push((
                format!(
                    "Nothing was lost: {} of {} are through. {} goes on at the same row, {} stops.",
                    count(through),
                    count(due),
                    app.keymap.shown(Action::Pause),
                    app.keymap.shown(Action::CancelApply)
                ),
                theme.title,
            ));
            out
        }
        Notice::Alarm(text) => vec![(text.clone(), theme.bad)],
    }
}

/// Draws the notice.
pub fn view(app: &App, notice: &Notice, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let width = area.width.min(90);
    let room = usize::from(width.saturating_sub(4));
    let lines: Vec<(String, Style)> = lines(app, notice)
        .into_iter()
        .flat_map(|(text, style)| wrap(&text, room).into_iter().map(move |line| (line, style)))
        .collect();
    let title = match notice {
        Notice::Asks(..) => "The run is paused",
        Notice::Alarm(_) => "Alarm: somebody took a planned target",
    };
    let height = u16::try_from(lines.len() + 2).unwrap_or(area.height);
    let inside = dialog(buf, centered(area, width, height), title, look, look.theme.alert);
    for (row, (line, style)) in (0..inside.height).zip(&lines) {
        Pen::line(buf, inside, row, look.glyphs.ellipsis).write(line, *style);
    }
}
