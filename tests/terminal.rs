//! The real program in a real pseudo-terminal: starts, is resized, suspended, killed and cut off, and always gives the terminal
//! back. One after the other: each of them wants the machine for itself.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// Long enough for a loaded machine; nothing here measures speed.
const PATIENCE: Duration = Duration::from_secs(30);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The dashboard on the embedded simulator.
fn demo() -> Vec<String> {
    vec![env!("CARGO_BIN_EXE_ado2entra").to_owned(), "demo".to_owned()]
}

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    last: Instant,
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

/// A pseudo-terminal with a program in it.
struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    keyboard: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<Seen>>,
    stop: Arc<AtomicBool>,
    modes_before: String,
    slave_side: Option<Box<dyn portable_pty::SlavePty + Send>>,
    _home: tempfile::TempDir,
}

impl Terminal {
    fn start(command: &[String], variables: &[(&str, &str)], keepslave_side: bool) -> Self {
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
        builder.cwd(home.path());
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
        std::thread::spawn(move || {
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
            modes_before,
            slave_side: keepslave_side.then_some(pair.slave),
            _home: home,
        }
    }

    /// The dashboard, loaded and quiet.
    fn dashboard(variables: &[(&str, &str)]) -> Self {
        let mut terminal = Self::start(&demo(), variables, true);
        terminal.wait_for("SIMULATION");
        terminal.wait_for("Prerequisites");
        terminal.wait_until_loaded();
        terminal
    }

    fn wait_until_loaded(&mut self) {
        self.wait(
            |screen| screen.contents().contains("READY") || screen.contents().contains("NOT KNOWN"),
            "a verdict",
        );
        self.wait_until_quiet();
    }

    fn type_keys(&mut self, keys: &str) {
        let keyboard = self.keyboard.as_mut().unwrap();
        keyboard.write_all(keys.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    fn text(&self) -> String {
        self.seen.lock().unwrap().parser.screen().contents()
    }

    fn wait_for(&mut self, text: &str) {
        self.wait(|screen| screen.contents().contains(text), text);
    }

    fn wait(&mut self, holds: impl Fn(&vt100::Screen) -> bool, what: &str) {
        let until = Instant::now() + PATIENCE;
        while !holds(self.seen.lock().unwrap().parser.screen()) {
            assert!(Instant::now() < until, "waited for `{what}` in vain:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn wait_until_quiet(&self) {
        let until = Instant::now() + PATIENCE;
        while self.seen.lock().unwrap().last.elapsed() < Duration::from_millis(1500) {
            assert!(Instant::now() < until, "never quiet:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn resize(&mut self, cols: u16, rows: u16) {
        self.seen.lock().unwrap().parser.screen_mut().set_size(cells(rows), cells(cols));
        self.master
            .as_ref()
            .unwrap()
            .resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 })
            .unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.process_id().unwrap()).unwrap()).unwrap()
    }

    /// The exit code, when it ends.
    fn end(&mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < until, "it never ended:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The terminal is as it was: modes of the line, no alternate screen, a cursor, no bracketed paste, no mouse.
    fn assert_whole(&self) {
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(modes(self.master.as_deref().unwrap()), self.modes_before);
        let seen = self.seen.lock().unwrap();
        let screen = seen.parser.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "no cursor");
        assert!(!screen.bracketed_paste(), "still pasting in brackets");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
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

#[test]
fn it_starts_answers_and_quits() {
    let _alone = alone();
    let mut terminal = Terminal::dashboard(&[]);
    terminal.type_keys("2");
    terminal.wait_for("sorted by name");
    terminal.type_keys("?");
    terminal.wait_for("Open or close the details");
    terminal.type_keys("\u{1b}");
    terminal.wait(|screen| !screen.contents().contains("Open or close the details"), "no help");
    terminal.type_keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_whole();
}

#[test]
fn any_size_is_survived() {
    let _alone = alone();
    let mut terminal = Terminal::dashboard(&[]);
    for (cols, rows) in [(1, 1), (2, 1), (1, 3), (10, 2), (20, 5), (500, 200), (39, 7), (80, 24)] {
        terminal.resize(cols, rows);
        std::thread::sleep(Duration::from_millis(60));
    }
    terminal.type_keys("2");
    terminal.wait_for("sorted by name");
    terminal.type_keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_whole();
}

#[test]
fn it_is_suspended_and_comes_back() {
    let _alone = alone();
    let shell = ["sh".to_owned(), "-i".to_owned()];
    let mut terminal = Terminal::start(&shell, &[], true);
    terminal.wait_for("shell>");
    terminal.type_keys(&format!("{}\n", demo().join(" ")));
    terminal.wait_for("SIMULATION");
    terminal.wait_until_loaded();
    for _ in 0..2 {
        terminal.type_keys("\u{1a}");
        terminal.wait(|screen| !screen.alternate_screen() && screen.contents().contains("topped"), "Stopped");
        terminal.type_keys("echo still-a-$((40+2))-shell\n");
        terminal.wait_for("still-a-42-shell");
        terminal.type_keys("fg\n");
        terminal.wait(
            |screen| screen.alternate_screen() && screen.contents().contains("SIMULATION"),
            "the dashboard",
        );
    }
    terminal.type_keys("2");
    terminal.wait_for("sorted by name");
    terminal.type_keys("q");
    terminal.wait(|screen| !screen.alternate_screen(), "the shell");
    terminal.type_keys("exit\n");
    terminal.end();
}

#[test]
fn signals_end_it_with_their_code_and_the_terminal_is_whole() {
    let _alone = alone();
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let mut terminal = Terminal::dashboard(&[]);
        kill_process(terminal.pid(), signal).unwrap();
        assert_eq!(terminal.end(), code);
        terminal.assert_whole();
    }
}

/// Cuts the line: nobody holds the other end of the terminal any more.
fn cut(terminal: &mut Terminal) {
    // The reading thread lets go of the line with the next thing that it reads.
    terminal.stop.store(true, Ordering::SeqCst);
    terminal.type_keys("2");
    std::thread::sleep(Duration::from_millis(300));
    terminal.keyboard = None;
    terminal.master = None;
}

#[test]
fn a_line_that_is_cut_ends_it() {
    let _alone = alone();
    let mut terminal = Terminal::dashboard(&[]);
    terminal.slave_side = None;
    cut(&mut terminal);
    assert_eq!(terminal.end(), 129);
}

#[test]
fn a_line_that_is_cut_ends_it_although_hang_ups_are_ignored() {
    let _alone = alone();
    let command = ["sh".to_owned(), "-c".to_owned(), format!("trap '' HUP; exec {}", demo().join(" "))];
    let mut terminal = Terminal::start(&command, &[], false);
    terminal.wait_for("SIMULATION");
    terminal.wait_until_loaded();
    cut(&mut terminal);
    assert_eq!(terminal.end(), 129);
}

#[test]
fn nothing_is_written_while_nothing_happens() {
    let _alone = alone();
    let mut terminal = Terminal::dashboard(&[]);
    // The key takes notices away that would leave by themselves a little later.
    terminal.type_keys("\u{1b}");
    terminal.wait_until_quiet();
    let before = terminal.seen.lock().unwrap().raw.len();
    std::thread::sleep(Duration::from_secs(4));
    let seen = terminal.seen.lock().unwrap();
    assert_eq!(seen.raw.len() - before, 0, "{:?}", String::from_utf8_lossy(&seen.raw[before..]));
}

#[test]
fn a_terminal_that_says_it_is_light_gets_the_light_theme_and_no_key_is_lost() {
    let _alone = alone();
    let mut terminal = Terminal::start(&demo(), &[], true);
    terminal.wait_for("SIMULATION");
    let asked = |terminal: &Terminal| {
        String::from_utf8_lossy(&terminal.seen.lock().unwrap().raw).contains("\u{1b}]11;?")
    };
    let until = Instant::now() + PATIENCE;
    while !asked(&terminal) {
        assert!(Instant::now() < until, "it never asked");
        std::thread::sleep(Duration::from_millis(5));
    }
    // Keys before and behind the answer.
    terminal.type_keys("2\u{1b}]11;rgb:fafa/fafa/fafa\u{1b}\\?");
    terminal.wait_for("Open or close the details");
    // The keys of the help are in the accent of the light theme, 25.
    terminal.wait(
        |screen| {
            (0..30).any(|row| {
                (0..120).any(|col| {
                    screen.cell(row, col).is_some_and(|cell| cell.fgcolor() == vt100::Color::Idx(25))
                })
            })
        },
        "the light theme",
    );
    assert!(!terminal.text().contains("rgb:"), "{}", terminal.text());
    terminal.type_keys("\u{1b}");
    terminal.wait(|screen| !screen.contents().contains("Open or close the details"), "no help");
    terminal.type_keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_whole();
}

#[test]
fn over_ssh_and_in_tmux_the_terminal_is_not_asked() {
    let _alone = alone();
    for variable in [("SSH_TTY", "/dev/pts/0"), ("TMUX", "/tmp/tmux-0/default,1,0"), ("COLORFGBG", "0;15")] {
        let terminal = Terminal::dashboard(&[variable]);
        let seen = terminal.seen.lock().unwrap();
        assert!(!String::from_utf8_lossy(&seen.raw).contains("\u{1b}]11;?"), "{variable:?}");
    }
}

#[test]
fn without_a_usable_configuration_the_set_up_opens_and_the_dashboard_follows() {
    use ado2entra::simulator::{Options, start};
    let _alone = alone();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let simulator = runtime.block_on(start(Options::default())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let whole = simulator.config_toml(&folder.path().join("state"));
    // Where the services are, and neither organization nor tenant.
    let (_, rest) = whole.split_once("[state]").unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, format!("[state]{rest}")).unwrap();
    std::fs::write(folder.path().join("pat"), simulator.azure_devops_token()).unwrap();
    std::fs::write(folder.path().join("graph"), simulator.graph_token()).unwrap();
    let command = vec![
        env!("CARGO_BIN_EXE_ado2entra").to_owned(),
        "--config".to_owned(),
        path.to_str().unwrap().to_owned(),
    ];
    let mut terminal = Terminal::start(&command, &[], true);
    terminal.wait_for("set-up");
    terminal.type_keys(&format!(
        "https://dev.azure.com/{}\t{}\t",
        simulator.organization(),
        simulator.tenant_domain()
    ));
    terminal.wait_for("backed by Microsoft accounts");
    terminal.wait_for("public cloud");
    terminal.wait_for("AZURE_DEVOPS_EXT_PAT is not set");
    // The last kind but none: a command. Then Graph by a command, too, and afterwards the same as before.
    let cat = |name: &str| format!("cat {}", folder.path().join(name).display());
    terminal.type_keys(&format!("\u{1b}[D\t{}\t", cat("pat")));
    terminal.wait_for("Niamh");
    terminal.type_keys(&format!("\u{1b}[D\u{1b}[D\t{}\t", cat("graph")));
    terminal.wait_for("Contoso, EU");
    terminal.resize(60, 15);
    terminal.resize(120, 30);
    terminal.type_keys("w");
    terminal.wait_for("never written over");
    terminal.type_keys("\r");
    terminal.wait_for("READY");
    terminal.type_keys("2");
    terminal.wait_for("sorted by name");
    terminal.type_keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_whole();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("[state]{rest}"), "the file is as it was");
    // Left without anything.
    let mut terminal = Terminal::start(&command, &[], true);
    terminal.wait_for("set-up");
    terminal.type_keys("\u{3}");
    assert_eq!(terminal.end(), 0);
    terminal.assert_whole();
    runtime.block_on(simulator.stop());
}

#[test]
fn without_colour_the_selection_is_reversed_in_its_gutter_cell() {
    let _alone = alone();
    let mut terminal = Terminal::dashboard(&[("NO_COLOR", "1")]);
    terminal.type_keys("2");
    terminal.wait_for("sorted by name");
    terminal.wait_until_quiet();
    let seen = terminal.seen.lock().unwrap();
    let screen = seen.parser.screen();
    let reversed: Vec<(u16, u16)> = (0..30)
        .flat_map(|row| (0..120).map(move |col| (row, col)))
        .filter(|(row, col)| screen.cell(*row, *col).is_some_and(vt100::Cell::inverse))
        .collect();
    assert_eq!(reversed.len(), 1, "{reversed:?}");
    let text = String::from_utf8_lossy(&seen.raw);
    for colour in ["[38;", "[48;", "[31m", "[32m", "[34m", "[35m"] {
        assert!(!text.contains(colour), "a colour code: {colour}");
    }
}

#[test]
fn no_control_character_of_a_service_reaches_the_terminal() {
    let _alone = alone();
    let mut command = demo();
    command.extend(["--scenario".to_owned(), "hostile".to_owned()]);
    let mut terminal = Terminal::start(&command, &[], true);
    terminal.wait_for("SIMULATION");
    terminal.wait_until_loaded();
    for key in ["2", "\r", "j", "j", "j", "j", "3", "4", "j", "j", "L"] {
        terminal.type_keys(key);
        std::thread::sleep(Duration::from_millis(200));
    }
    terminal.wait_until_quiet();
    let seen = terminal.seen.lock().unwrap();
    let text = String::from_utf8_lossy(&seen.raw);
    // The one question of the program itself.
    let text = text.replacen("\u{1b}]11;?\u{1b}\\", "", 1);
    // Operating system commands, device control strings and C1 controls: the dashboard writes none by itself.
    for attack in
        ["\u{1b}]", "\u{1b}P", "\u{1b}_", "\u{1b}^", "\u{9b}", "\u{202e}", "\u{2066}", "\u{200b}", "\u{7}"]
    {
        assert!(!text.contains(attack), "{attack:?} reached the terminal");
    }
}

/// Not a test by itself: what [`a_panic_gives_the_terminal_back`] runs in a terminal.
#[test]
fn panics_when_told_to() {
    use ado2entra::tui::terminal::{Screen, Shared};
    if std::env::var_os("PANIC_ON_THE_SCREEN").is_none() {
        return;
    }
    let mut screen = Screen::enter(&Shared::default(), true).unwrap();
    screen
        .draw(|area, buf| {
            buf.set_string(area.x, area.y, "on the screen", ratatui::style::Style::new());
            None
        })
        .unwrap();
    std::thread::sleep(Duration::from_millis(500));
    panic!("made to panic");
}

#[test]
fn a_panic_gives_the_terminal_back() {
    let _alone = alone();
    let this = std::env::current_exe().unwrap();
    assert!(Path::new(&this).exists());
    let command: Vec<String> =
        [this.to_str().unwrap(), "--exact", "panics_when_told_to", "--nocapture", "--test-threads=1"]
            .map(str::to_owned)
            .to_vec();
    let mut terminal = Terminal::start(&command, &[("PANIC_ON_THE_SCREEN", "1")], true);
    terminal.wait(
        |screen| screen.alternate_screen() && screen.contents().contains("on the screen"),
        "the screen",
    );
    assert_ne!(terminal.end(), 0);
    terminal.wait_for("made to panic");
    terminal.assert_whole();
}
