//! How long an apply run takes against a service that gives so much and no more, and how long it would have to take.
//!
//! ```sh
//! cargo build --release && cargo run --release --example throttled_run
//! ```
//!
//! The simulator throttles as Azure DevOps does (units in a sliding window, delays with status 200 first, then 429; see
//! `src/simulator/quota.rs`), at a fifth of the real window so that it takes minutes: `--people 5000 --units 200 --window 60
//! --read-cost 0.2 --write-cost 0.4 --seed 1` are the defaults, and `--timeline` shows the calls of each second. The real program maps everybody. The shortest possible time is
//! that of the same calls, each as soon as the window of its service has room for it; the longest of the services counts.
//! It exits with 1 if a call came inside a closed window, anything was refused with 429, or somebody was not mapped exactly once.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "an experiment")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::{Duration, Instant};

use ado2entra::simulator::{Options, Quota};

#[path = "../../tests/support/world.rs"]
#[expect(dead_code, reason = "tests use the rest of it")]
mod world;

use world::{Spec, World};

fn value<T: FromStr>(name: &str, default: T) -> T {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map_or(default, |text| text.parse().ok().expect("a number"))
}

/// The program beside this example: `target/release/ado2entra`.
fn binary() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let binary = this.parent().and_then(Path::parent).unwrap().join("ado2entra");
    assert!(binary.exists(), "build the program first: cargo build --release");
    binary
}

fn main() -> ExitCode {
    let people = value("--people", 5_000);
    let quota = Quota {
        units: value("--units", 200.0),
        window: Duration::from_secs_f64(value("--window", 60.0)),
        read_cost: value("--read-cost", 0.2),
        write_cost: value("--write-cost", 0.4),
        longest_delay: Duration::from_secs_f64(value("--window", 60.0) / 10.0),
        ..Quota::default()
    };
    let options = Options { seed: value("--seed", 1), ..Options::default() };
    let spec = Spec { maps: people, removals: 0, invitations: 0, options, ..Spec::default() };
    let world = World::new(&binary(), &spec);
    println!("{people} people decided and connected; {quota:?}");
    let control = world.control();
    control.forget_requests();
    control.set_quota(Some(quota));
    let begun = Instant::now();
    let ran = world.apply();
    let took = begun.elapsed();

    let requests = control.requests();
    let refused = requests.iter().filter(|request| request.status == 429).count();
    let (mut shortest, mut inside) = (Duration::ZERO, 0);
    for (service, seen) in control.consumption() {
        println!(
            "{service}: {} calls, {:.1} units, {} delayed, {} refused, {} inside a closed window; {:.1} s, at best {:.1} s",
            seen.calls,
            seen.units,
            seen.delayed,
            seen.refused,
            seen.inside_closed_windows,
            seen.took.as_secs_f64(),
            seen.shortest.as_secs_f64()
        );
        shortest = shortest.max(seen.shortest);
        inside += seen.inside_closed_windows;
    }
    if std::env::args().any(|argument| argument == "--timeline") {
        let calls = requests.iter().filter(|request| request.path.starts_with("/vsaex/"));
        let mut seconds = std::collections::BTreeMap::new();
        calls.for_each(|request| *seconds.entry(request.at.as_secs()).or_insert(0) += 1);
        println!("calls of vsaex in each second: {seconds:?}");
    }
    let effects = control.effects();
    let once = effects.mapped.values().filter(|times| **times == 1).count();
    let ratio = took.as_secs_f64() / shortest.as_secs_f64().max(0.001);
    println!("requests: {}; answered 429: {refused}; inside closed windows: {inside}", requests.len());
    println!("mapped exactly once: {once} of {people}; exit code {:?}", ran.code);
    println!(
        "took {:.1} s from start to exit, at best {:.1} s: {ratio:.3} times",
        took.as_secs_f64(),
        shortest.as_secs_f64()
    );
    if ran.code != Some(0) {
        println!("{}", ran.stderr);
    }
    let good = inside == 0 && refused == 0 && once == people && ran.code == Some(0);
    ExitCode::from(u8::from(!good))
}
