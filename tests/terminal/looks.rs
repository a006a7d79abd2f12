//! What the program asks the terminal itself, and only where that is safe.

use std::time::{Duration, Instant};

use crate::pty::{PATIENCE, Terminal, alone, demo};

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
    terminal.quit();
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
