//! A pseudo-terminal with a program in it, and what is seen on it.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::Pid;

/// Long enough for a loaded machine; nothing here measures speed.
pub const PATIENCE: Duration = Duration::from_secs(60);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The dashboard on the embedded simulator.
pub fn demo() -> Vec<String> {
    vec![env!("CARGO_BIN_EXE_ado2entra").to_owned(), "demo".to_owned()]
}

pub struct Seen {
    pub parser: vt100::Parser,
    pub raw: Vec<u8>,
    last: Instant,
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

/// A pseudo-terminal with a program in it.
pub struct Terminal {
    pub master: Option<Box<dyn MasterPty + Send>>,
    pub keyboard: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    pub seen: Arc<Mutex<Seen>>,
    stop: Arc<AtomicBool>,
    reader: JoinHandle<()>,
    modes_before: String,
    pub slave_side: Option<Box<dyn portable_pty::SlavePty + Send>>,
    _home: tempfile::TempDir,
}

impl Terminal {
    pub fn start(command: &[String], variables: &[(&str, &str)], keepslave_side: bool) -> Self {
        Self::start_in(None, command, variables, keepslave_side)
    }

    /// In this folder, or in one of its own.
    pub fn start_in(
        folder: Option<&Path>,
        command: &[String],
        variables: &[(&str, &str)],
        keepslave_side: bool,
    ) -> Self {
        let home = tempfile::tempdir().unwrap();
        let pair = native_pty_system()
            .openpty(PtySize { rows: 30, cols: 120, pixel_width: 0, pixel_height: 0 })
            .unwrap();
        let mut builder = CommandBuilder::new(&command[0]);
        builder.args(&command[1..]);
        builder.env_clear();
        builder.env("PATH", std::env::var("PATH").unwrap_or_default());
        builder.env("TERM", "xterm-256color");
        builder.env("HOME", home.path());
        builder.env("PS1", "shell> ");
        for (name, value) in variables {
            builder.env(name, value);
        }
        builder.cwd(folder.unwrap_or(home.path()));
        let modes_before = modes(&*pair.master);
        let child = pair.slave.spawn_command(builder).unwrap();
        let seen = Arc::new(Mutex::new(Seen {
            parser: vt100::Parser::new(cells(30), cells(120), 0),
            raw: Vec::new(),
            last: Instant::now(),
        }));
        let stop = Arc::new(AtomicBool::new(false));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (shared, stopped) = (Arc::clone(&seen), Arc::clone(&stop));
        let reader = std::thread::spawn(move || {
            let mut piece = vec![0; 65536];
            while let Ok(count @ 1..) = reader.read(&mut piece) {
                let mut seen = shared.lock().unwrap();
                seen.parser.process(&piece[..count]);
                seen.raw.extend_from_slice(&piece[..count]);
                seen.last = Instant::now();
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self {
            master: Some(pair.master),
            keyboard: Some(keyboard),
            child,
            seen,
            stop,
            reader,
            modes_before,
            slave_side: keepslave_side.then_some(pair.slave),
            _home: home,
        }
    }

    /// The dashboard, loaded and quiet.
    pub fn dashboard(variables: &[(&str, &str)]) -> Self {
        let terminal = Self::start(&demo(), variables, true);
        terminal.wait_for("SIMULATION");
        terminal.wait_for("Prerequisites");
        terminal.wait_until_loaded();
        terminal
    }

    pub fn wait_until_loaded(&self) {
        self.wait(
            |screen| {
                // The verdict; or, where the session begins in a tab of people, their list.
                let text = screen.contents();
                ["READY", "NOT KNOWN", "sorted by"].iter().any(|sign| text.contains(sign))
            },
            "a verdict or a list",
        );
        self.wait_until_quiet();
    }

    pub fn type_keys(&mut self, keys: &str) {
        let keyboard = self.keyboard.as_mut().unwrap();
        keyboard.write_all(keys.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    pub fn text(&self) -> String {
        self.seen.lock().unwrap().parser.screen().contents()
    }

    pub fn wait_for(&self, text: &str) {
        self.wait(|screen| screen.contents().contains(text), text);
    }

    pub fn wait(&self, holds: impl Fn(&vt100::Screen) -> bool, what: &str) {
        let until = Instant::now() + PATIENCE;
        while !holds(self.seen.lock().unwrap().parser.screen()) {
            assert!(Instant::now() < until, "waited for `{what}` in vain:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn wait_until_quiet(&self) {
        self.wait_until_quiet_for(Duration::from_millis(1500));
    }

    /// Waits until nothing was written for so long.
    pub fn wait_until_quiet_for(&self, long: Duration) {
        let (begun, mut until) = (Instant::now(), Instant::now() + long);
        while Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
            let seen = self.seen.lock().unwrap();
            until = until.max(seen.last + long);
            let end = seen.raw.len().saturating_sub(200);
            assert!(
                begun.elapsed() < PATIENCE,
                "never quiet: {:?}",
                String::from_utf8_lossy(&seen.raw[end..])
            );
        }
    }

    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.seen.lock().unwrap().parser.screen_mut().set_size(cells(rows), cells(cols));
        self.master
            .as_ref()
            .unwrap()
            .resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 })
            .unwrap();
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.process_id().unwrap()).unwrap()).unwrap()
    }

    /// The exit code, when it ends.
    pub fn end(&mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < until, "it never ended:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Leaves the dashboard by its key.
    pub fn quit(&mut self) {
        self.type_keys("q");
        assert_eq!(self.end(), 0);
        self.assert_whole();
    }

    /// The terminal is as it was: modes of the line, no alternate screen, a cursor, no bracketed paste, no mouse.
    pub fn assert_whole(&self) {
        // The last bytes may not have been read yet.
        self.wait(|screen| !screen.alternate_screen(), "the alternate screen left");
        self.wait(|screen| !screen.hide_cursor(), "a cursor");
        self.wait(|screen| !screen.bracketed_paste(), "pasting without brackets");
        self.wait(
            |screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None,
            "the mouse let go",
        );
        assert_eq!(modes(self.master.as_deref().unwrap()), self.modes_before);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The modes of the terminal line, as text.
fn modes(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios())
}

/// Cuts the line: nobody holds the other end of the terminal any more.
pub fn cut(terminal: &mut Terminal) {
    // The reading thread lets go of the line with the next thing that it reads: of two tabs one is not on the screen yet.
    terminal.stop.store(true, Ordering::SeqCst);
    let until = Instant::now() + PATIENCE;
    for tab in ["2", "1"].into_iter().cycle() {
        terminal.type_keys(tab);
        std::thread::sleep(Duration::from_millis(100));
        if terminal.reader.is_finished() {
            break;
        }
        assert!(Instant::now() < until, "nothing was written any more");
    }
    terminal.keyboard = None;
    terminal.master = None;
}
