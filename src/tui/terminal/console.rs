//! The terminal as a whole, taken once for everything that is shown in one run of the program: the screen, what is typed, the
//! signals, and the end that comes from outside.

use std::io;
use std::time::Duration;

use tokio::sync::mpsc;

use super::clipboard::{Between, Copied, copied, sequence};
use super::guard::{Ending, OnHangup, watch_signals, watch_terminal};
use super::input::{self, Input, Parking};
use super::{Screen, Shared};
use crate::domain::text::clean;

/// How long a stop that was asked for (Ctrl-Z) is waited for; longer means that nobody stops us.
const STOP_PATIENCE: Duration = Duration::from_millis(300);

/// How many keys may wait.
const TYPED: usize = 256;

/// See the module. The terminal is given back when this is dropped.
#[derive(Debug)]
pub struct Console {
    /// The screen.
    pub screen: Screen,
    /// Tells that the program is being ended from outside.
    pub shared: Shared,
    /// What is typed.
    pub inputs: mpsc::Receiver<Input>,
    parking: Parking,
    ending: Ending,
    between: Between,
}

impl Console {
    /// Takes the terminal and the signals HUP, TERM, INT, WINCH and CONT.
    pub fn take(mouse: bool) -> io::Result<Self> {
        let shared = Shared::default();
        let terminal = input::terminal()?;
        let watched = rustix::io::dup(&terminal).map_err(io::Error::from)?;
        let (typed, inputs) = mpsc::channel(TYPED);
        let ending = Ending::new(shared.clone());
        watch_signals(typed.clone(), ending.clone())?;
        let screen = Screen::enter(&shared, mouse)?;
        watch_terminal(watched, ending.clone())?;
        let parking = Parking::default();
        input::start(terminal, typed, parking.clone())?;
        let between = Between::detect(|name| std::env::var(name).ok());
        Ok(Self { screen, shared, inputs, parking, ending, between })
    }

    /// From now on this is asked to write down what it knows before the process is ended from outside.
    pub fn on_hangup(&self, flush: OnHangup) {
        self.ending.ask_first(flush);
    }

    /// Copies through the terminal; says what can be said about it, and whether it went wrong.
    pub fn copy(&mut self, text: &str) -> io::Result<Copied> {
        if let Some(bytes) = sequence(text, self.between) {
            self.screen.write_raw(&bytes)?;
        }
        Ok(copied(text, self.between))
    }

    /// Gives the terminal back for good.
    pub fn leave(&mut self) -> io::Result<()> {
        // Nothing may set its modes any more once they are as they were.
        self.parking.park(true);
        self.screen.leave()
    }

    /// Steps aside for a command that asks something: the terminal is as it was before the program, nothing reads from it, and
    /// an interrupt is the command's.
    pub fn lend(&mut self, by: &str) -> io::Result<()> {
        self.parking.park(true);
        self.screen.leave()?;
        self.shared.lend(true);
        let by = clean(by);
        self.screen.write_raw(format!("ado2entra: `{by}` asks (Ctrl-c ends the question)\r\n").as_bytes())
    }

    /// The command is over. What was typed too much is dropped: no key of an answer may become a key of the dashboard.
    pub fn take_back(&mut self) -> io::Result<()> {
        self.shared.lend(false);
        if let Ok(terminal) = input::terminal() {
            // A terminal that is gone is noticed by its own watch.
            let _ = rustix::termios::tcflush(&terminal, rustix::termios::QueueSelector::IFlush);
        }
        self.screen.take()?;
        self.parking.park(false);
        Ok(())
    }

    /// Ctrl-Z: the terminal is given back, the whole process group stops, and everything is drawn anew when it goes on.
    pub async fn suspend(&mut self) -> io::Result<()> {
        self.parking.park(true);
        self.screen.leave()?;
        if rustix::process::kill_current_process_group(rustix::process::Signal::TSTP).is_ok() {
            // The stop may reach us a moment later. Where nobody stops us (no job control) we simply go on.
            let patience = tokio::time::sleep(STOP_PATIENCE);
            tokio::pin!(patience);
            loop {
                tokio::select! {
                    () = &mut patience => break,
                    input = self.inputs.recv() => if matches!(input, None | Some(Input::Continued)) { break },
                }
            }
        }
        self.screen.take()?;
        self.parking.park(false);
        Ok(())
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.leave();
    }
}
