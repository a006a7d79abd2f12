//! SIGKILL in the middle of an apply run: at lines of the journal, at changes on their way (before anything has happened, and
//! after it has happened without an answer), at random moments. Nobody may be done twice, no decision may be lost, and everybody
//! must be done in the end. This is the short form; `examples/kill_sweep.rs` is the long one.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may")]
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a child says why it ended, a sweep what it counted"
)]

use std::path::Path;
use std::time::Duration;

use ado2entra::simulator::{Moment, Options};

#[path = "../support/child.rs"]
mod child;
#[path = "../support/sweep.rs"]
mod sweep;
#[path = "../support/world.rs"]
#[expect(dead_code, reason = "others use the rest of it")]
mod world;

use sweep::{Kill, Tally, boundary, finish, random, start_and_kill};
use world::{CONFIG, Spec, World};

/// With a run that is as patient as the product's, or hurried.
fn world(maps: usize, hurried: bool) -> World {
    // The latency tells the moments apart.
    let options = Options { latency: Duration::from_millis(3), ..Options::default() };
    // The product waits for an hour until it believes that an invitation of which it heard nothing was never taken. So at its
    // patience nothing else may be on its way when it is killed at a call that was carried out.
    let config = if hurried { "" } else { "\n[apply]\nconcurrency = 1\n" }.to_owned();
    let spec = Spec { maps, removals: 2, invitations: 2, options, config };
    let mut world = World::new(Path::new(env!("CARGO_BIN_EXE_ado2entra")), &spec);
    if hurried {
        let this = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
        let arguments =
            ["--exact", "child_that_applies", "--nocapture", "--test-threads=1"].map(str::to_owned);
        world.apply_by = Some([this].into_iter().chain(arguments).collect());
    }
    world
}

fn assert_whole(tally: &Tally) {
    println!("{tally:#?}");
    assert_eq!(tally.doubled, 0);
    assert_eq!(tally.wrongs, Vec::<String>::new());
    assert_eq!(tally.unfinished, Vec::<String>::new());
}

/// Not a test by itself: what the others start and kill.
#[test]
fn child_that_applies() {
    if let Some(config) = std::env::var_os(CONFIG) {
        std::process::exit(child::run(Path::new(&config)));
    }
}

#[test]
fn the_program_killed_where_its_call_was_carried_out_unheard() {
    let world = world(4, false);
    let mut tally = Tally::default();
    for kill in
        [Kill::Change(1, Moment::After), Kill::Change(3, Moment::After), Kill::Change(2, Moment::After)]
    {
        start_and_kill(&world, kill, &mut tally);
    }
    finish(&world, &mut tally);
    assert_whole(&tally);
    assert_eq!(tally.kills, 3);
}

#[test]
fn killed_before_and_after_each_kind_of_change() {
    let mut tally = Tally::default();
    for nth in 1..=3 {
        for moment in [Moment::Before, Moment::After] {
            tally.add(boundary(&world(1, true), Kill::Change(nth, moment)));
        }
    }
    assert_whole(&tally);
    assert_eq!(tally.kills, 6);
}

#[test]
fn killed_again_and_again() {
    let world = world(12, true);
    let seed = 7;
    let tally = random(&world, 20, &mut fastrand::Rng::with_seed(seed), Duration::from_millis(900));
    assert_whole(&tally);
    assert!(tally.kills >= 12, "{tally:#?}");
}
