//! The terminal: owned by a guard that gives it back whole, whatever happens.
//!
//! [`Screen`] owns raw mode, the alternate screen, bracketed paste, focus reports, the cursor and (where asked for) the mouse. It
//! writes a frame as the difference to the one before it ([`wire`]), in one piece, and writes nothing at all when nothing
//! differs. A panic gives the terminal back before its message is printed.

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
    EnableMouseCapture,
};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, queue};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::links::Link;
use self::wire::Wire;

pub mod background;
pub mod clipboard;
pub mod console;
pub mod describe;
pub mod guard;
pub mod input;
pub mod links;
mod paint;
pub mod wire;

/// What the guard threads need to give the terminal back while the loop may be in the middle of a frame.
#[derive(Debug, Clone, Default)]
pub struct Shared {
    inner: Arc<SharedState>,
}

/// For so long after a command an interrupt still counts as meant for it.
const LATE: Duration = Duration::from_secs(1);

/// Whether a command has the terminal.
#[derive(Debug, Clone, Copy, Default)]
enum Lent {
    #[default]
    No,
    Yes,
    /// No more; an interrupt may be late.
    Until(Instant),
}

#[derive(Debug, Default)]
struct SharedState {
    entered: AtomicBool,
    ending: AtomicBool,
    lent: Mutex<Lent>,
    drawing: Mutex<()>,
}

impl Shared {
    /// Whether the program is being ended by a guard; nothing may be drawn any more.
    pub fn is_ending(&self) -> bool {
        self.inner.ending.load(Ordering::SeqCst)
    }

    /// Whether a command has the terminal: an interrupt is meant for it, and not for the program.
    pub fn is_lent(&self) -> bool {
        match *self.inner.lent.lock().unwrap_or_else(PoisonError::into_inner) {
            Lent::No => false,
            Lent::Yes => true,
            Lent::Until(end) => Instant::now() < end,
        }
    }

    /// Says whether a command has the terminal.
    pub fn lend(&self, lent: bool) {
        // The interrupt that ended the command may be told to us only after the command is gone.
        let state = if lent { Lent::Yes } else { Lent::Until(Instant::now() + LATE) };
        *self.inner.lent.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Says that the program is being ended; `false` when somebody said so before.
    pub fn begin_ending(&self) -> bool {
        !self.inner.ending.swap(true, Ordering::SeqCst)
    }

    /// Held while a frame is written.
    fn drawing(&self) -> MutexGuard<'_, ()> {
        self.inner.drawing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no frame is being written.
    pub fn is_between_frames(&self) -> bool {
        self.inner.drawing.try_lock().is_ok()
    }

    /// Gives the terminal back, once. Called by the guard threads and by the panic hook; errors do not matter any more.
    pub fn restore(&self) {
        if self.inner.entered.swap(false, Ordering::SeqCst) {
            let mut out = io::stdout();
            let _ = write_leave(&mut out);
            let _ = disable_raw_mode();
        }
    }
}

fn write_leave(out: &mut impl Write) -> io::Result<()> {
    queue!(
        out,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    )?;
    out.flush()
}

/// The screen, while it is ours.
#[derive(Debug)]
pub struct Screen {
    out: File,
    shared: Shared,
    mouse: bool,
    wire: Wire,
    /// What is to be sent with the next frame: the modes, after the terminal was taken.
    unsent: Vec<u8>,
}

impl Screen {
    /// Takes the terminal and sees to it that a panic gives it back.
    pub fn enter(shared: &Shared, mouse: bool) -> io::Result<Self> {
        let out = File::from(rustix::io::dup(rustix::stdio::stdout())?);
        let mut screen =
            Self { out, shared: shared.clone(), mouse, wire: Wire::default(), unsent: Vec::new() };
        restore_on_panic(shared.clone());
        screen.take()?;
        Ok(screen)
    }

    /// Takes the terminal (again); the next frame is drawn whole.
    pub fn take(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        self.shared.inner.entered.store(true, Ordering::SeqCst);
        let out = &mut self.unsent;
        // Focus (DEC private mode 1004) is told by terminals that can: nobody looks, so less is polled.
        queue!(out, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange, cursor::Hide)?;
        if self.mouse {
            queue!(out, EnableMouseCapture)?;
        }
        self.wire.taken();
        Ok(())
    }

    /// The next frame is drawn whole: a terminal that became smaller and larger again has the same size as before, and has
    /// lost what stood there.
    pub fn forget(&mut self) {
        self.wire.forget();
    }

    /// Gives the terminal back.
    pub fn leave(&mut self) -> io::Result<()> {
        if self.shared.inner.entered.swap(false, Ordering::SeqCst) {
            write_leave(&mut self.unsent)?;
            self.send()?;
            disable_raw_mode()?;
        }
        Ok(())
    }

    /// Draws a frame: what differs from the last one, and the whole of it after the size changed. `render` says where the
    /// cursor is.
    pub fn draw(&mut self, render: impl FnOnce(Rect, &mut Buffer) -> Option<Position>) -> io::Result<()> {
        self.draw_with_links(|area, buf| (render(area, buf), &[]))
    }

    /// Like [`Screen::draw`]; `render` also says which cells are links.
    pub fn draw_with_links<'l>(
        &mut self,
        render: impl FnOnce(Rect, &mut Buffer) -> (Option<Position>, &'l [Link]),
    ) -> io::Result<()> {
        let (width, height) = crossterm::terminal::size()?;
        let area = Rect::new(0, 0, width, height);
        let mut next = Buffer::empty(area);
        let (cursor, links) = render(area, &mut next);
        let shared = self.shared.clone();
        let _drawing = shared.drawing();
        if shared.is_ending() {
            return Ok(());
        }
        self.unsent.extend_from_slice(self.wire.frame(next, cursor, links));
        self.send()
    }

    /// Writes something that is not part of a frame: an OSC 52 sequence.
    pub fn write_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        let shared = self.shared.clone();
        let _drawing = shared.drawing();
        if shared.is_ending() {
            return Ok(());
        }
        self.unsent.extend_from_slice(bytes);
        self.send()
    }

    /// In one write, so that it leaves in one piece.
    fn send(&mut self) -> io::Result<()> {
        if self.unsent.is_empty() {
            return Ok(());
        }
        let sent = self.out.write_all(&self.unsent);
        self.unsent.clear();
        sent
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.leave();
    }
}

/// A panic of the dashboard's thread gives the terminal back before its message is printed. One in another thread only goes
/// to the log: its message would be painted over the screen.
fn restore_on_panic(shared: Shared) {
    let previous = std::panic::take_hook();
    let screen_thread = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        let is_ours = std::thread::current().id() == screen_thread;
        if is_ours || !shared.inner.entered.load(Ordering::SeqCst) {
            shared.restore();
            previous(info);
        } else {
            tracing::error!(panic = %info, "a task panicked");
        }
    }));
}
