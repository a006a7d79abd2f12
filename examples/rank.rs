//! One person ranked among many: throughput, latency, and how often the right one is first or among ten.
//!
//! `cargo run --release --example rank -- write FOLDER [TENANT] [QUERIES]` writes the made-up tenant and the damaged names,
//! so that other programs can answer the same questions; `… -- run [TENANT] [QUERIES] [FIRST] [ROUNDS]` answers them here, on
//! one thread, and prints one line of JSON; of the first queries, as many as other programs are asked, the answers are
//! counted apart. The whole path of a proposal is measured: finding, comparing, evidence, warnings. With several rounds, each
//! of which begins with nothing remembered, `least` has for each query the shortest time of all rounds: the answer is the
//! same each time, so that only other programs on the machine lengthen it. `… -- search [TENANT]` times the search as one
//! types. Every second query is *held back*: it is counted apart, and nothing was tuned on it. `scripts/peers/rank.py` runs
//! both sides in turn.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use ado2entra::domain::forecast::Comparison;
use ado2entra::domain::matching::TenantIndex;
use ado2entra::domain::matching::retrieve::Scratch;
use ado2entra::domain::people::Roster;
use ado2entra::domain::{Situation, forecast};
use jiff::Timestamp;
use serde_json::json;

#[path = "../benches/support/people.rs"]
#[expect(dead_code, reason = "shared with the benches")]
mod people;

/// Seeds of the tenant and of the queries.
const SEEDS: (u64, u64) = (1, 7);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    match arguments.first().map(String::as_str) {
        Some("write") => write(Path::new(&arguments[1]), number(2, 500_000), number(3, 5000)),
        Some("run") => run(number(1, 500_000), number(2, 5000), number(3, 304), number(4, 1)),
        Some("search") => search(number(1, 500_000)),
        _ => println!(
            "usage: rank write FOLDER [TENANT] [QUERIES] | run [TENANT] [QUERIES] [FIRST] [ROUNDS] | search [TENANT]"
        ),
    }
}

fn write(folder: &Path, tenant: usize, queries: usize) {
    let directory = people::tenant(tenant, SEEDS.0, false);
    let mut names = String::new();
    for user in directory.users() {
        let _ = writeln!(names, "{}", people::folded(user.display_name()));
    }
    let mut asked = String::new();
    for query in people::queries(&directory, queries, SEEDS.1) {
        let _ = writeln!(
            asked,
            "{}\t{}\t{}\t{}",
            query.kind,
            query.text,
            people::folded(&query.text),
            query.right
        );
    }
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("names.txt"), names).unwrap();
    std::fs::write(folder.join("queries.tsv"), asked).unwrap();
}

/// The search as one types, key by key: the shortest of several times, because other programs can only lengthen it.
fn search(tenant: usize) {
    let directory = people::tenant(tenant, SEEDS.0, true);
    let index = TenantIndex::build(&directory);
    for typed in [
        "",
        "a",
        "m",
        "ma",
        "thom",
        "a b",
        "m s",
        "thom mar",
        "anna.",
        "solveig quag",
        "thmos",
        "@contoso.com",
    ] {
        let took = (0..9).map(|_| {
            let started = Instant::now();
            let found = index.search(&directory, typed, 50).len();
            (started.elapsed().as_secs_f64() * 1e3, found)
        });
        let (ms, found) = took.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default();
        println!("{}", json!({"typed": typed, "ms": ms, "found": found}));
    }
}

#[derive(Default)]
struct Found {
    asked: usize,
    first: usize,
    ten: usize,
    seconds: f64,
}

fn run(tenant: usize, queries: usize, slow: usize, rounds: usize) {
    let directory = people::tenant(tenant, SEEDS.0, false);
    let queries = people::queries(&directory, queries, SEEDS.1);
    let started = Instant::now();
    let index = TenantIndex::build(&directory);
    let built = started.elapsed().as_secs_f64();
    let situation = Situation { candidates: 10, ..Situation::at(Timestamp::UNIX_EPOCH) };
    let roster = Roster::new([]);
    let nobody = forecast(&roster, &directory, &index, &situation);
    let comparison = Comparison::of_forecast(&roster, &directory, &index, &situation, &nobody);
    let mut scratch = Scratch::default();
    let mut times = Vec::with_capacity(queries.len());
    let mut by_kind: BTreeMap<&str, [Found; 2]> = BTreeMap::new();
    let mut first = [0; 3];
    let list = std::env::var_os("RANK_TIMES").is_some();
    let verbose = std::env::var_os("RANK_SHOW").is_some();
    for (at, query) in queries.iter().enumerate() {
        let user = people::org_user(at, &query.text, "");
        let started = Instant::now();
        let candidates = comparison.candidates_with(&user, 10, &mut scratch);
        let took = started.elapsed();
        times.push(took);
        let held_back = at / people::KINDS.len() % 2;
        let found = &mut by_kind.entry(query.kind).or_default()[held_back];
        let name = |id| directory.get(id).map(|user| people::folded(user.display_name()));
        let place = candidates
            .iter()
            .position(|candidate| name(candidate.object_id).as_deref() == Some(&query.right));
        if at < slow {
            first[0] += 1;
            first[1] += usize::from(place == Some(0));
            first[2] += usize::from(place.is_some());
        }
        found.asked += 1;
        found.seconds += took.as_secs_f64();
        found.first += usize::from(place == Some(0));
        found.ten += usize::from(place.is_some());
        if verbose && held_back == 0 && place != Some(0) {
            let best = candidates.first().and_then(|best| name(best.object_id));
            println!("{}: {} is {}; place {place:?}, first {best:?}", query.kind, query.text, query.right);
        }
    }
    let mut least = times.clone();
    for _ in 1..rounds {
        let mut scratch = Scratch::default();
        for (at, (query, least)) in queries.iter().zip(&mut least).enumerate() {
            let user = people::org_user(at, &query.text, "");
            let started = Instant::now();
            let found = comparison.candidates_with(&user, 10, &mut scratch).len();
            *least = started.elapsed().min(*least);
            assert!(found <= 10);
        }
    }
    let each_ms: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
    let [first_round, least] = [times, least].map(spread);
    #[expect(clippy::cast_precision_loss, reason = "a count of queries")]
    let each = |found: &[Found; 2]| {
        found.iter().map(|found| found.seconds).sum::<f64>() * 1e3
            / found.iter().map(|found| found.asked).sum::<usize>() as f64
    };
    let kinds: BTreeMap<&str, _> = by_kind
        .iter()
        .map(|(kind, both)| {
            let [open, held] = both;
            (*kind, json!({"mean_ms": each(both), "open": [open.asked, open.first, open.ten], "held_back": [held.asked, held.first, held.ten]}))
        })
        .collect();
    let mut line = json!({"tenant": tenant, "queries": queries.len(), "index_s": built, "rounds": rounds, "least": least,
        "slow": first, "kinds": kinds, "times_ms": if list { each_ms } else { Vec::new() }});
    if let (Some(line), Some(own)) = (line.as_object_mut(), first_round.as_object()) {
        line.extend(own.clone());
    }
    println!("{line}");
}

/// Mean and quantiles in milliseconds.
fn spread(mut times: Vec<Duration>) -> serde_json::Value {
    times.sort_unstable();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list"
    )]
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    #[expect(clippy::cast_precision_loss, reason = "a count of queries")]
    let mean = times.iter().sum::<Duration>().as_secs_f64() * 1e3 / times.len() as f64;
    json!({"mean_ms": mean, "p50_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99), "worst_ms": at(1.0)})
}
