//! The end that comes from outside: SIGHUP, SIGTERM, SIGINT, and a terminal that is gone.
//!
//! Two plain threads, because the program must end within a second whatever the runtime is doing: one takes the signals, one
//! waits for the terminal to hang up (which also happens with SIGHUP ignored). Whoever is first lets the apply run write down
//! what it knows, waits at most [`FLUSH`], gives the terminal back and ends the process.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError, mpsc as std_mpsc};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::Shared;
use super::input::{Input, is_gone, wait_for};

/// The longest wait for what is being written down.
pub const FLUSH: Duration = Duration::from_millis(800);

/// What is asked to write down what it knows; it gets the time that it has.
pub type OnHangup = Box<dyn FnOnce(Duration) + Send>;

/// Ends the process, once.
#[derive(Clone)]
pub struct Ending {
    shared: Shared,
    flush: Arc<Mutex<Option<OnHangup>>>,
}

impl std::fmt::Debug for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ending").field("shared", &self.shared).finish_non_exhaustive()
    }
}

impl Ending {
    /// With nobody to be asked first.
    pub fn new(shared: Shared) -> Self {
        Self { shared, flush: Arc::default() }
    }

    /// Asks this first from now on.
    pub fn ask_first(&self, flush: OnHangup) {
        *self.flush.lock().unwrap_or_else(PoisonError::into_inner) = Some(flush);
    }

    /// Flushes, gives the terminal back, and ends the process with this code. A second caller waits for the first.
    fn end(&self, code: i32, terminal_is_there: bool) {
        if !self.shared.begin_ending() {
            return;
        }
        if let Some(flush) = self.flush.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // In a thread of its own: a flush that hangs must not hold up the end.
            let (done, wait) = std_mpsc::channel();
            let flushing = std::thread::Builder::new().name("flush".to_owned()).spawn(move || {
                flush(FLUSH);
                let _ = done.send(());
            });
            if flushing.is_ok() {
                let _ = wait.recv_timeout(FLUSH);
            }
        }
        let patience = Instant::now() + Duration::from_millis(100);
        while !self.shared.is_between_frames() && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(2));
        }
        // A terminal that was stopped with Ctrl-S takes nothing; writing to it would wait for ever.
        if terminal_is_there && takes_output() {
            self.shared.restore();
        }
        std::process::exit(code);
    }
}

fn takes_output() -> bool {
    let mut fds = [PollFd::from_borrowed_fd(rustix::stdio::stdout(), PollFlags::OUT)];
    let patience = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
    let ready = poll(&mut fds, Some(&patience));
    let [stdout] = &fds;
    ready.is_ok() && stdout.revents().contains(PollFlags::OUT) && !is_gone(stdout.revents())
}

/// Waits for the terminal to hang up.
pub fn watch_terminal(fd: OwnedFd, ending: Ending) -> io::Result<()> {
    std::thread::Builder::new().name("hang-up".to_owned()).spawn(move || {
        // No events asked for: hang-up and errors are reported anyway.
        if is_gone(wait_for(fd.as_fd(), PollFlags::empty())) {
            ending.end(129, false);
        }
    })?;
    Ok(())
}

/// Takes the signals. The size and the going on after a stop are told to the loop.
pub fn watch_signals(to: mpsc::Sender<Input>, ending: Ending) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // They are taken here and not in the thread: on a busy machine the first frame would wait for its turn.
    let context = runtime.enter();
    let mut hangup = signal(SignalKind::hangup())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut resized = signal(SignalKind::window_change())?;
    let mut continued = signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?;
    drop(context);
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async move {
            loop {
                let told = tokio::select! {
                    _ = hangup.recv() => return ending.end(129, true),
                    _ = terminate.recv() => return ending.end(143, true),
                    // While a command has the terminal, the interrupt ends its question and not the program.
                    _ = interrupt.recv() => {
                        if ending.shared.is_lent() {
                            continue;
                        }
                        return ending.end(130, true);
                    }
                    _ = resized.recv() => Input::Resized,
                    _ = continued.recv() => Input::Continued,
                };
                if to.send(told).await.is_err() {
                    // The dashboard is over; the signals still end the process.
                    tokio::select! {
                        _ = hangup.recv() => return ending.end(129, true),
                        _ = terminate.recv() => return ending.end(143, true),
                        _ = interrupt.recv() => return ending.end(130, true),
                    }
                }
            }
        });
    })?;
    Ok(())
}
