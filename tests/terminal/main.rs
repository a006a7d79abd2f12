//! The real program in a real pseudo-terminal: starts, is resized, suspended, killed and cut off, also in the middle of an apply
//! run, and always gives the terminal back. One after the other: each of them wants the machine for itself.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::path::Path;
use std::time::Duration;

use rustix::process::{Signal, kill_process};

mod applying;
mod asking;
mod evening;
mod first_start;
#[path = "../support/hold.rs"]
mod hold;
mod instances;
mod looks;
mod pty;
mod session;
#[path = "../support/world.rs"]
#[expect(dead_code, clippy::expect_used, reason = "others use the rest of it")]
mod world;

use pty::{Terminal, alone, cut, demo};

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
    terminal.quit();
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
    terminal.quit();
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
    for round in 1..3 {
        terminal.type_keys("\u{1a}");
        // What the round before left on the shell's screen says nothing about this one.
        let stopped = |screen: &vt100::Screen| {
            !screen.alternate_screen() && screen.contents().matches("topped").count() == round
        };
        terminal.wait(stopped, "Stopped");
        terminal.type_keys(&format!("echo still-a-$((40+{round}))-shell\n"));
        terminal.wait_for(&format!("still-a-{}-shell", 40 + round));
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

#[test]
fn a_demo_leaves_nothing_behind_however_it_ends() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let there = || std::fs::read_dir(folder.path()).unwrap().count();
    let start = || {
        let mut terminal = Terminal::dashboard(&[("TMPDIR", folder.path().to_str().unwrap())]);
        assert_eq!(there(), 1, "its private folder");
        terminal.type_keys("2");
        terminal
    };
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut terminal = start();
        kill_process(terminal.pid(), signal).unwrap();
        terminal.end();
        assert_eq!(there(), 0, "{signal:?}");
    }
    let mut terminal = start();
    terminal.slave_side = None;
    cut(&mut terminal);
    terminal.end();
    assert_eq!(there(), 0, "a line that is cut");
    let mut terminal = start();
    terminal.type_keys("q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(there(), 0, "left");
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
    // What is late on a slow machine may come first; what comes again and again never lets this much time pass.
    terminal.wait_until_quiet_for(Duration::from_secs(4));
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
