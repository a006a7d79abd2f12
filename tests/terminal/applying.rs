//! The end that comes in the middle of an apply run. The simulation holds the call while the end comes, so that it is under way
//! for as long as the program lives: the program may not wait for it, and it must be on record.

use std::path::Path;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::hold::hold;
use crate::pty::{PATIENCE, Terminal, alone, cut};
use crate::world::{Spec, World};

fn world() -> World {
    World::new(
        Path::new(env!("CARGO_BIN_EXE_ado2entra")),
        &Spec { maps: 3, removals: 0, invitations: 0, ..Spec::default() },
    )
}

/// The call is on record, and the next run finds out what became of it: nobody is done twice, everybody is done.
fn assert_on_record_and_finished(world: &World, release: Sender<()>) {
    let states = world.states();
    assert!(states.values().any(|state| state == "sending"), "the call is on record: {states:?}");
    drop(release);
    world.control().forget_hook();
    // Now it is carried out after all, as a slow service does.
    let until = Instant::now() + PATIENCE;
    while world.control().effects().mapped.len() < 2 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    for _ in 0..3 {
        if world.apply().code == Some(0) {
            break;
        }
    }
    assert_eq!(world.wrongs(), Vec::<String>::new());
    assert_eq!(world.unfinished(), Vec::<String>::new());
}

#[test]
fn signals_end_a_command_whose_call_is_under_way() {
    let _alone = alone();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let world = world();
        let (there, release) = hold(&world.control(), 2);
        let mut child = world.apply_command().spawn().unwrap();
        there.recv_timeout(PATIENCE).unwrap();
        kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
        let until = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < until, "{signal:?} did not end it");
            std::thread::sleep(Duration::from_millis(5));
        };
        assert_eq!(status.code(), Some(code));
        let mut said = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
        assert!(said.contains("on record"), "{said}");
        assert_on_record_and_finished(&world, release);
    }
}

/// The dashboard, with the run begun and its second call held.
fn applying(world: &World, hangups_ignored: bool) -> (Terminal, Sender<()>) {
    let (there, release) = hold(&world.control(), 2);
    let program = format!("{} --config config.toml", env!("CARGO_BIN_EXE_ado2entra"));
    let ignored = if hangups_ignored { "trap '' HUP; " } else { "" };
    let command = ["sh".to_owned(), "-c".to_owned(), format!("{ignored}exec {program}")];
    let mut terminal = Terminal::start_in(Some(world.folder.path()), &command, &[], !hangups_ignored);
    terminal.wait_for("Prerequisites");
    terminal.wait_until_loaded();
    terminal.type_keys("4");
    terminal.wait_for("3 of 6 decided");
    terminal.type_keys("A");
    terminal.wait_for("Type the organization's name");
    terminal.type_keys("fabrikam\r");
    there.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("nothing was sent:\n{}", terminal.text()));
    (terminal, release)
}

/// The program may take a second for what it writes down, and not for the call: that is held until somebody lets go of it.
#[test]
fn signals_end_the_dashboard_whose_call_is_under_way() {
    let _alone = alone();
    for (signal, code) in [(Signal::HUP, 129), (Signal::TERM, 143), (Signal::INT, 130)] {
        let world = world();
        let (mut terminal, release) = applying(&world, false);
        kill_process(terminal.pid(), signal).unwrap();
        assert_eq!(terminal.end(), code);
        // The other one of the two that are under way at a time may be through.
        assert!(world.control().effects().mapped.len() < 3, "the call is held still");
        terminal.assert_whole();
        assert_on_record_and_finished(&world, release);
    }
}

#[test]
fn the_next_dashboard_settles_by_reading_what_the_last_one_left() {
    let _alone = alone();
    let world = world();
    let (mut terminal, release) = applying(&world, false);
    kill_process(terminal.pid(), Signal::INT).unwrap();
    assert_eq!(terminal.end(), 130);
    assert!(world.states().values().any(|state| state == "sending"), "{:?}", world.states());
    drop(release);
    world.control().forget_hook();
    // Everything that arrived is carried out after all.
    let arrived = world.control().requests().iter().filter(|request| request.method == "PATCH").count();
    let until = Instant::now() + PATIENCE;
    while world.control().effects().mapped.len() < arrived && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    let changes = world.control().patches();
    let command = [env!("CARGO_BIN_EXE_ado2entra"), "--config", "config.toml"].map(str::to_owned);
    let mut next = Terminal::start_in(Some(world.folder.path()), &command, &[], true);
    next.wait_for("Prerequisites");
    let until = Instant::now() + PATIENCE;
    while world.states().values().filter(|state| *state == "verified").count() < arrived {
        assert!(Instant::now() < until, "not settled: {:?}\n{}", world.states(), next.text());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(world.control().patches(), changes, "by reading, not by sending");
    next.wait_until_loaded();
    next.type_keys("q");
    assert_eq!(next.end(), 0);
    assert_eq!(world.wrongs(), Vec::<String>::new());
}

#[test]
fn a_line_that_is_cut_ends_the_run_although_hang_ups_are_ignored() {
    let _alone = alone();
    let world = world();
    let (mut terminal, release) = applying(&world, true);
    cut(&mut terminal);
    assert_eq!(terminal.end(), 129);
    assert_on_record_and_finished(&world, release);
}

#[test]
fn a_command_ends_with_its_line_although_hang_ups_are_ignored() {
    let _alone = alone();
    let world = world();
    let (there, release) = hold(&world.control(), 2);
    let program = env!("CARGO_BIN_EXE_ado2entra");
    let line = format!("trap '' HUP; exec {program} --config config.toml apply --yes --confirm fabrikam");
    let mut terminal =
        Terminal::start_in(Some(world.folder.path()), &["sh".to_owned(), "-c".to_owned(), line], &[], false);
    there.recv_timeout(PATIENCE).unwrap();
    cut(&mut terminal);
    assert_eq!(terminal.end(), 129);
    assert_on_record_and_finished(&world, release);
}

/// Nothing is left of a process that was stopped and killed: the lock is taken over.
#[test]
fn a_killed_run_leaves_no_lock() {
    let _alone = alone();
    let world = world();
    let (there, release) = hold(&world.control(), 2);
    let mut child = world.apply_command().spawn().unwrap();
    there.recv_timeout(PATIENCE).unwrap();
    let refused = world.run(&["apply", "--yes", "--confirm", "fabrikam"]);
    assert_eq!(refused.code, Some(5), "{refused:#?}");
    assert!(refused.stderr.contains("another instance is applying"), "{refused:#?}");
    assert!(refused.stderr.contains(&format!("process {}", child.id())), "{refused:#?}");
    let decided = world.run(&["check", "tick", "users-informed", "--note", "told"]);
    assert_eq!(decided.code, Some(5), "{decided:#?}");
    let shown = world.run(&["plan", "show"]);
    assert_eq!(shown.code, Some(0), "{shown:#?}");
    assert!(shown.stdout.contains("Decided: 3"), "reading works: {shown:#?}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_on_record_and_finished(&world, release);
}
