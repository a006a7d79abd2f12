//! How long a snapshot takes against a service that gives so much and no more, and how long it would have to take.
//!
//! ```sh
//! cargo build --release && cargo run --release --example throttled_snapshot
//! ```
//!
//! The simulator throttles as Azure DevOps does (see `examples/throttled_run/main.rs`), in a shorter window so that it takes minutes:
//! `--people 5000 --units 200 --window 60 --read-cost 0.04 --seed 1` are the defaults. `--no-tokens` leaves everybody's tokens and SSH
//! keys away, which are nearly all of the calls. In a terminal the program shows its progress and how long it will take. It exits with
//! 1 if anything was refused with 429, a call came inside a closed window, or the snapshot does not hold everybody.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "an experiment")]

use std::path::Path;
use std::process::{Command, ExitCode};
use std::str::FromStr;
use std::time::{Duration, Instant};

use ado2entra::simulator::{Options, Quota, Scenario, start};

fn value<T: FromStr>(name: &str, default: T) -> T {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map_or(default, |text| text.parse().ok().expect("a number"))
}

fn main() -> ExitCode {
    let people: usize = value("--people", 5_000);
    let window = Duration::from_secs_f64(value("--window", 60.0));
    let quota = Quota {
        units: value("--units", 200.0),
        window,
        read_cost: value("--read-cost", 0.04),
        longest_delay: window / 10,
        ..Quota::default()
    };
    let this = std::env::current_exe().unwrap();
    let binary = this.parent().and_then(Path::parent).unwrap().join("ado2entra");
    assert!(binary.exists(), "build the program first: cargo build --release");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let simulator = runtime
        .block_on(start(Options {
            scenario: Scenario::Large,
            org_users: Some(people),
            tenant_users: Some(people + people / 5),
            seed: value("--seed", 1),
            ..Options::default()
        }))
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = simulator.config_toml(&folder.path().join("state"));
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let control = simulator.control();
    control.forget_requests();
    control.set_quota(Some(quota));
    let mut arguments = vec!["--config", "config.toml", "snapshot", "take", "snapshot.json.zst"];
    if !std::env::args().any(|argument| argument == "--no-tokens") {
        arguments.push("--tokens");
    }
    println!("{} with {people} people; {quota:?}", arguments[2..].join(" "));
    let begun = Instant::now();
    let status =
        Command::new(binary).args(&arguments).current_dir(folder.path()).status().expect("the program runs");
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
    let size = std::fs::metadata(folder.path().join("snapshot.json.zst")).map_or(0, |file| file.len());
    println!(
        "requests: {}; answered 429: {refused}; inside closed windows: {inside}; {size} bytes",
        requests.len()
    );
    println!(
        "took {:.1} s from start to exit, at best {:.1} s; exit code {:?}",
        took.as_secs_f64(),
        shortest.as_secs_f64(),
        status.code()
    );
    runtime.block_on(simulator.stop());
    let good = refused == 0 && inside == 0 && size > 0 && status.code() == Some(0);
    ExitCode::from(u8::from(!good))
}
