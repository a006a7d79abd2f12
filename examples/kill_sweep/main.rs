//! The long form of `tests/kill_sweep`: every boundary once, then random moments.
//!
//! ```sh
//! cargo build --release && cargo run --release --example kill_sweep -- --kills 500 --seed 1
//! ```
//!
//! *Every boundary*: a small organization is played undisturbed, which tells how many lines its journal gets and how many
//! changes it takes; then it is played again for each of them, and the run is killed at exactly that line, or before or after
//! exactly that change. *Random moments*: in organizations of 60 people the run is killed again and again until so many kills
//! hit. After each series the run is started until everybody is done, and the service is asked what was done to whom. It exits
//! with 1 if anybody was done twice, a decision was lost, or somebody was not done in the end.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an experiment"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use ado2entra::simulator::{Moment, Options};

#[path = "../../tests/support/child.rs"]
mod child;
#[path = "../../tests/support/sweep.rs"]
mod sweep;
#[path = "../../tests/support/world.rs"]
#[expect(dead_code, reason = "tests use the rest of it")]
mod world;

use sweep::{Kill, Tally, boundary, finish, random};
use world::{CONFIG, Spec, World};

fn number(name: &str, default: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map_or(default, |text| text.parse().expect("a number"))
}

/// The program beside this example: `target/release/ado2entra`.
fn binary() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let binary = this.parent().and_then(Path::parent).unwrap().join("ado2entra");
    assert!(binary.exists(), "build the program first: cargo build --release");
    binary
}

fn hurried(maps: usize, removals: usize, invitations: usize, seed: u64) -> World {
    let options = Options { latency: Duration::from_millis(3), seed, ..Options::default() };
    let mut world = World::new(&binary(), &Spec { maps, removals, invitations, options, ..Spec::default() });
    let this = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
    world.apply_by = Some(vec![this, "--child".to_owned()]);
    world
}

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--child") {
        let config = std::env::var_os(CONFIG).expect("the sweep names the configuration");
        std::process::exit(child::run(Path::new(&config)));
    }
    let (kills, seed) = (number("--kills", 500), number("--seed", 1));
    let begun = Instant::now();
    let small = || hurried(3, 1, 1, seed);

    let undisturbed = small();
    let mut tally = Tally::default();
    finish(&undisturbed, &mut tally);
    let lines: i64 =
        undisturbed.look().query_row("SELECT count(*) FROM journal", [], |row| row.get(0)).unwrap();
    let effects = undisturbed.control().effects();
    let changes = effects.mapped.len() + effects.invited.len() + effects.removed.len();
    drop(undisturbed);
    println!(
        "undisturbed: {} people, {changes} changes, {lines} lines of the journal, {} start",
        tally.people, tally.starts
    );

    let mut boundaries = Tally::default();
    for line in 1..=lines {
        boundaries.add(boundary(&small(), Kill::Line(line)));
    }
    for change in 1..=changes as u64 {
        for moment in [Moment::Before, Moment::After] {
            boundaries.add(boundary(&small(), Kill::Change(change, moment)));
        }
    }
    say("every boundary", &boundaries, begun);

    let mut dice = fastrand::Rng::with_seed(seed);
    let mut moments = Tally::default();
    while u64::from(moments.kills) < kills {
        let left = u32::try_from(kills).unwrap_or(u32::MAX) - moments.kills;
        let world = hurried(40, 10, 10, dice.u64(..));
        moments.add(random(
            &world,
            left.min(60),
            &mut dice,
            Duration::from_millis(number("--longest-ms", 500)),
        ));
        eprintln!("{} of {kills} kills", moments.kills);
    }
    say("random moments", &moments, begun);

    tally.add(boundaries);
    tally.add(moments);
    say("in all", &tally, begun);
    for wrong in tally.wrongs.iter().chain(&tally.unfinished) {
        println!("  {wrong}");
    }
    let whole = tally.doubled == 0 && tally.wrongs.is_empty() && tally.unfinished.is_empty();
    ExitCode::from(u8::from(!whole))
}

fn say(what: &str, tally: &Tally, begun: Instant) {
    println!(
        "{what}: {} kills ({} at lines, {} at changes, {} at random), {} starts, {} rows on the way when killed; {} people: {} \
         done twice, {} decisions lost or calls off the record, {} runs unfinished; {} s so far",
        tally.kills,
        tally.at_lines,
        tally.at_changes,
        tally.at_random,
        tally.starts,
        tally.on_the_way,
        tally.people,
        tally.doubled,
        tally.wrongs.len(),
        tally.unfinished.len(),
        begun.elapsed().as_secs()
    );
}
