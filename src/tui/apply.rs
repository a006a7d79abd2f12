//! Applying: the dialog that begins a run, the strip that shows it, what it asks meanwhile, the summary at its end.
//!
//! What holds here: nothing is sent before the organization's name was typed exactly; what is sent is what the dialog showed
//! (when anything changed while it was open, it shows the new numbers and asks again); a run that may not begin says why
//! instead of asking; leaving never cancels.

use std::collections::BTreeSet;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use crate::domain::activity::Source;
use crate::domain::{RowState, StorageKey};
use crate::tasks::{self, ApplyEvent, Msg};

use super::actions::Action;
use super::app::{App, Effect, ViewState};
use super::mapping;
use super::overlay::{Confirm, Confirmed, Overlay};

mod notice;
mod order;
mod report;
pub mod strip;
mod token;

pub use notice::Notice;
pub use order::Order;
pub use report::Report;
pub use token::Token;

/// What lies over the tab.
#[derive(Debug, Clone)]
pub enum Dialog {
    /// Counts, order, risks, and the organization's name.
    Order(Box<Order>),
    /// What became of a run.
    Report(Report),
    /// The run asks for something, or somebody stands in the way of a mapping.
    Notice(Notice),
    /// A token, being typed.
    Token(Token),
}

impl Dialog {
    /// The organization's name, being typed.
    pub fn input(&mut self) -> Option<&mut Input> {
        match self {
            Self::Order(order) => order.input(),
            Self::Report(_) | Self::Notice(_) | Self::Token(_) => None,
        }
    }

    /// The token, being typed; for pasted text.
    pub fn token(&mut self) -> Option<&mut Token> {
        if let Self::Token(token) = self { Some(token) } else { None }
    }
}

/// A key for the dialog, which is the topmost overlay.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    match app.overlays.last() {
        Some(Overlay::Apply(Dialog::Order(_))) => order::key(app, key),
        Some(Overlay::Apply(Dialog::Report(_))) => report::key(app, key),
        Some(Overlay::Apply(Dialog::Notice(_))) => notice::key(app, key),
        Some(Overlay::Apply(Dialog::Token(_))) => token::key(app, key),
        _ => Vec::new(),
    }
}

/// Its keys, for the hints.
pub fn hints(dialog: &Dialog) -> &'static [(&'static str, &'static str)] {
    match dialog {
        Dialog::Order(order) if order.may_begin() => {
            &[("Enter", "begin"), ("Up/Down", "move"), ("Esc", "leave it")]
        }
        Dialog::Order(_) => &[("r", "read again"), ("Up/Down", "move"), ("Esc", "leave it")],
        Dialog::Report(_) => &[("Up/Down", "move"), ("Esc", "leave")],
        Dialog::Notice(Notice::Asks(_, None)) => {
            &[("p", "go on"), ("c", "stop the run"), ("Esc", "leave it paused")]
        }
        Dialog::Notice(Notice::Asks(_, Some(_))) => {
            &[("t", "type another token"), ("p", "go on"), ("c", "stop the run"), ("Esc", "leave it paused")]
        }
        Dialog::Token(_) => &[("Enter", "take it and go on"), ("Ctrl-U", "begin again"), ("Esc", "leave it")],
        Dialog::Notice(Notice::Alarm(_)) => &[("Esc", "leave")],
    }
}

/// Performs Apply, Pause, `CancelApply`, `RetryFailed`, `VerifyAgain`.
pub fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Apply => {
            let marks = app.mapping.list.marks();
            let only = (!marks.is_empty()).then(|| marks.clone());
            open(app, only);
        }
        Action::RetryFailed => {
            let failed: BTreeSet<StorageKey> = app
                .model
                .plan
                .rows
                .values()
                .filter(|row| row.state == RowState::Failed)
                .map(|row| row.storage_key.clone())
                .collect();
            open(app, Some(failed));
        }
        Action::Pause => {
            let paused = app.model.apply.as_ref().is_some_and(|apply| apply.paused.is_some());
            let effect = if paused {
                app.say("going on");
                tasks::Effect::ResumeApply
            } else {
                app.say("pausing after the calls under way");
                tasks::Effect::PauseApply
            };
            return vec![Effect::Task(effect)];
        }
        Action::CancelApply => app.overlays.push(Overlay::Confirm(Confirm {
            title: "Stop the apply run?".to_owned(),
            text: vec![
                "It stops after the calls under way. What was sent stays sent and is verified later (v); the rest waits."
                    .to_owned(),
            ],
            then: Confirmed::Do(
                vec![tasks::Effect::CancelApply],
                "stopping after the calls under way".to_owned(),
            ),
        })),
        Action::VerifyAgain => {
            app.say("reading back what was sent");
            return vec![Effect::Task(tasks::Effect::VerifyRows)];
        }
        _ => {}
    }
    Vec::new()
}

fn open(app: &mut App, only: Option<BTreeSet<StorageKey>>) {
    match Order::new(app, only) {
        Ok(order) => app.overlays.push(Overlay::Apply(Dialog::Order(Box::new(order)))),
        Err(why) => app.complain(why),
    }
}

/// Why one of these actions is disabled.
pub fn disabled(app: &App, action: Action) -> Option<String> {
    let applying = app.is_applying();
    let none = || Some("no apply run is under way".to_owned());
    match action {
        Action::Pause | Action::CancelApply if !applying => none(),
        Action::Pause if app.model.context.read_only => {
            Some("read-only: nothing is sent that changes anything".to_owned())
        }
        Action::Apply | Action::RetryFailed if applying => {
            Some("an apply run is under way; wait for its end, or stop it first".to_owned())
        }
        Action::Apply | Action::RetryFailed if !app.saving.is_idle() => {
            Some("the last decisions are still being saved".to_owned())
        }
        Action::Apply | Action::RetryFailed if mapping::loading(&app.model).is_some() => {
            Some("both lists of people have to be read and compared first".to_owned())
        }
        Action::RetryFailed if mapping::in_state(app, |state| state == RowState::Failed) == 0 => {
            Some("no row failed".to_owned())
        }
        Action::VerifyAgain if app.model.context.offline.is_some() => {
            Some("working offline, from a snapshot".to_owned())
        }
        Action::VerifyAgain if mapping::in_state(app, RowState::is_open) == 0 => {
            Some("nothing was sent that is not verified".to_owned())
        }
        _ => None,
    }
}

/// Follows a message; the model has taken it in already.
pub fn absorbed(app: &mut App, msg: &Msg) -> Vec<Effect> {
    match msg {
        Msg::Apply(ApplyEvent::Paused(Some(problem))) => {
            notice::put(app, Notice::Asks(Box::new(problem.clone()), None));
        }
        Msg::Apply(ApplyEvent::TokenWanted(service)) => notice::token_wanted(app, *service),
        Msg::Apply(ApplyEvent::Alarm(text)) => {
            app.complain(format!("ALARM: {text}"));
            notice::put(app, Notice::Alarm(text.clone()));
        }
        Msg::Apply(ApplyEvent::Resumed | ApplyEvent::Finished { .. }) => notice::answered(app),
        Msg::Analysed(_) => order::reread(app),
        _ => {}
    }
    if !matches!(msg, Msg::Apply(ApplyEvent::Finished { .. })) || app.leaving {
        return Vec::new();
    }
    app.say("the apply run has ended");
    // Below whatever is being typed: a key that was meant for another dialog must not answer this one.
    app.overlays.insert(0, Overlay::Apply(Dialog::Report(Report::default())));
    // What the run changed is on the screen only after a reading.
    vec![Effect::Task(tasks::Effect::Read(vec![Source::Roster, Source::GraphIdentities]))]
}

/// Draws the dialog.
pub fn view(app: &App, dialog: &Dialog, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    match dialog {
        Dialog::Order(order) => order::view(app, order, view, area, buf),
        Dialog::Report(report) => report::view(app, *report, area, buf),
        Dialog::Notice(notice) => notice::view(app, notice, area, buf),
        Dialog::Token(token) => token::view(app, token, view, area, buf),
    }
}
