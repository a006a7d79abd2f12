//! What is typed, read by a plain thread.
//!
//! crossterm 0.29 does not come back from a terminal that is gone (crossterm#793: it reads the end of the file again and
//! again, at full speed). So this thread asks the kernel first: it waits for input with `poll(2)`, stops for good when the
//! terminal hung up, and lets crossterm read only what is there. Nothing runs while nobody types.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use tokio::sync::mpsc;

use super::background::{Heard, Listener};
use crate::tui::theme::ThemeName;

/// From the terminal, or about it.
#[derive(Debug)]
pub enum Input {
    /// A key, pasted text, the mouse.
    Typed(crossterm::event::Event),
    /// The size changed (SIGWINCH).
    Resized,
    /// The program goes on after it was stopped (SIGCONT).
    Continued,
    /// The terminal said what its background is.
    Background(ThemeName),
}

/// The terminal as a file: standard input if it is one, else the controlling terminal. crossterm chooses the same way.
pub fn terminal() -> io::Result<OwnedFd> {
    let stdin = rustix::stdio::stdin();
    if rustix::termios::isatty(stdin) {
        return Ok(rustix::io::dup(stdin)?);
    }
    Ok(File::options().read(true).write(true).open("/dev/tty")?.into())
}

/// Whether the terminal is gone.
pub fn is_gone(flags: PollFlags) -> bool {
    flags.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

/// Waits for these events, or for the end of the terminal, without a time limit.
pub fn wait_for(fd: BorrowedFd<'_>, events: PollFlags) -> PollFlags {
    loop {
        let mut fds = [PollFd::from_borrowed_fd(fd, events)];
        match poll(&mut fds, None) {
            Ok(_) => {
                let [ready] = &fds;
                if !ready.revents().is_empty() {
                    return ready.revents();
                }
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return PollFlags::ERR,
        }
    }
}

/// Stops the reading while the terminal is somebody else's. Whoever takes the terminal away waits until the read under way is
/// over: a key typed for the shell a moment later must not be taken by it.
#[derive(Debug, Clone, Default)]
pub struct Parking {
    inner: Arc<(Mutex<bool>, Condvar)>,
}

impl Parking {
    /// Nothing is read from now on, or everything is again.
    pub fn park(&self, parked: bool) {
        let (lock, changed) = &*self.inner;
        *lock.lock().unwrap_or_else(PoisonError::into_inner) = parked;
        changed.notify_all();
    }

    /// Does something to the terminal, unless it is somebody else's; whoever takes it away waits until this is done.
    fn unless_parked<T>(&self, act: impl FnOnce() -> T) -> Option<T> {
        let (lock, _) = &*self.inner;
        let parked = lock.lock().unwrap_or_else(PoisonError::into_inner);
        (!*parked).then(act)
    }

    fn wait(&self) {
        let (lock, changed) = &*self.inner;
        let mut parked = lock.lock().unwrap_or_else(PoisonError::into_inner);
        while *parked {
            parked = changed.wait(parked).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Starts the thread. It ends with the terminal, or when nobody listens any more.
pub fn start(fd: OwnedFd, to: mpsc::Sender<Input>, parking: Parking) -> io::Result<()> {
    std::thread::Builder::new().name("input".to_owned()).spawn(move || read(&fd, &to, &parking))?;
    Ok(())
}

/// crossterm 0.29 is told once that there is input, and forgets it when a change of the size is told at the same time: then
/// the key is there, and nobody reads it until the next one. Setting the modes of the line to what they are wakes all who wait
/// for input (Linux `n_tty_set_termios`), so that it is told again.
fn tell_again(fd: &OwnedFd) {
    if let Ok(modes) = rustix::termios::tcgetattr(fd) {
        let _ = rustix::termios::tcsetattr(fd, rustix::termios::OptionalActions::Now, &modes);
    }
}

/// The next event that is there already.
fn next_event() -> Option<io::Result<crossterm::event::Event>> {
    matches!(crossterm::event::poll(Duration::ZERO), Ok(true)).then(crossterm::event::read)
}

fn read(fd: &OwnedFd, to: &mpsc::Sender<Input>, parking: &Parking) {
    let mut listener = Listener::default();
    loop {
        let ready = wait_for(fd.as_fd(), PollFlags::IN);
        if is_gone(ready) {
            return;
        }
        parking.wait();
        // Whatever made the terminal readable is taken out by one call; the size is told by SIGWINCH, not by crossterm.
        let mut seen = false;
        // One event at a time: what is handed on may have to wait, and nobody may be kept waiting for the terminal by that.
        while let Some(event) = parking.unless_parked(next_event).flatten() {
            seen = true;
            let Ok(event) = event else { return };
            if matches!(event, crossterm::event::Event::Resize(..)) {
                continue;
            }
            let told = match listener.hear(event) {
                Heard::Typed(events) => events.into_iter().map(Input::Typed).collect(),
                Heard::Theme(theme) => vec![Input::Background(theme)],
                Heard::Nothing => Vec::new(),
            };
            if told.into_iter().any(|input| to.blocking_send(input).is_err()) {
                return;
            }
        }
        if !seen {
            parking.unless_parked(|| tell_again(fd));
            // Where that does not help, the next key does; until then this must not take the whole processor.
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}
