//! The loop of the set-up, on the terminal that the dashboard goes on with. There is no timer: it is drawn when something was
//! typed or told.

use std::io;

use tokio::sync::mpsc;

use crate::tasks::setup::{SetupEffect, SetupMsg};
use crate::tui::terminal::console::Console;
use crate::tui::terminal::input::Input;

use super::{Effect, End, Event, Shown, State, first_effects, update, view};

/// What the set-up starts with.
#[derive(Debug)]
pub struct Start {
    /// What is given already.
    pub state: State,
    /// To whom effects go.
    pub effects: mpsc::Sender<SetupEffect>,
    /// Where messages come from.
    pub messages: mpsc::Receiver<SetupMsg>,
}

/// Shows the set-up until it is left or the file is written. Call it outside of a runtime: it waits in one of its own.
///
/// # Errors
/// A terminal that cannot be written to.
pub fn run(console: &mut Console, start: Start) -> io::Result<End> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(show(console, start))
}

async fn show(console: &mut Console, start: Start) -> io::Result<End> {
    let Start { mut state, effects, mut messages } = start;
    draw(console, &mut state)?;
    let mut wanted = first_effects(&mut state);
    loop {
        for effect in wanted {
            match effect {
                // Nobody to do it any more: the program is ending.
                Effect::Task(effect) => drop(effects.send(effect).await),
                Effect::Copy(text) => {
                    let copied = console.copy(&text)?;
                    state.say(copied.said, copied.bad);
                }
                Effect::Suspend => console.suspend().await?,
                Effect::End(end) => return Ok(end),
            }
        }
        if console.inputs.is_empty() && messages.is_empty() {
            draw(console, &mut state)?;
        }
        let event = tokio::select! {
            biased;
            input = console.inputs.recv() => match input {
                Some(input) => typed(console, input)?,
                // The terminal is gone; the guard ends the process.
                None => std::future::pending().await,
            },
            msg = messages.recv() => match msg {
                Some(msg) => Some(Event::Msg(msg)),
                None => return Ok(End::Left),
            },
        };
        wanted = event.map(|event| update(&mut state, event)).unwrap_or_default();
    }
}

fn typed(console: &mut Console, input: Input) -> io::Result<Option<Event>> {
    use crossterm::event::Event as Typed;
    Ok(match input {
        Input::Typed(Typed::Key(key)) => Some(Event::Key(key)),
        Input::Typed(Typed::Paste(text)) => Some(Event::Paste(text)),
        Input::Resized => {
            console.screen.forget();
            None
        }
        Input::Continued => {
            // Somebody stopped us from outside, and the shell used the terminal meanwhile.
            console.screen.take()?;
            None
        }
        _ => None,
    })
}

fn draw(console: &mut Console, state: &mut State) -> io::Result<()> {
    if console.shared.is_ending() {
        return Ok(());
    }
    let mut shown = Shown::default();
    console.screen.draw(|area, buf| {
        shown = view(state, area, buf);
        shown.cursor
    })?;
    update(state, Event::Drawn(shown.end));
    Ok(())
}
