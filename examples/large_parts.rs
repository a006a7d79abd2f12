//! What a comparison of two files is made of, part by part on one thread, with the memory after each.
//!
//! `taskset -c 0 target/release/examples/large_parts FOLDER` (ranking uses all the cores that it may) reads
//! `org-users.json` and `tenant-users.json` of the folder, as `make_people` writes them. The whole command to compare with:
//! `time target/release/ado2entra diff --org-users … --tenant-users … --format json > /dev/null`, and the same under
//! `taskset -c 0` for one core.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use ado2entra::domain::forecast::infer_destination;
use ado2entra::domain::matching::TenantIndex;
use ado2entra::domain::matching::keys::OrgKeys;
use ado2entra::domain::{Situation, forecast};
use ado2entra::tasks::files;
use jiff::Timestamp;

fn main() -> Result<(), Box<dyn Error>> {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: large_parts FOLDER");
        std::process::exit(2);
    };
    let folder = Path::new(&folder);
    let mut sum = Duration::ZERO;
    let roster = timed("parse the organization's list", &mut sum, || {
        files::org_users(&folder.join("org-users.json"))
    })?;
    let directory = timed("parse the tenant's list", &mut sum, || {
        files::tenant_users(&folder.join("tenant-users.json"))
    })?;
    let (roster, directory) = (roster.list, directory.list);
    let index = timed("index", &mut sum, || TenantIndex::build(&directory));
    println!("    that is the data once loaded");
    let matched: Vec<bool> = timed("join by address", &mut sum, || {
        let hits = |keys: OrgKeys| keys.iter().any(|key| !index.with_address(&directory, key).is_empty());
        roster.people().iter().map(|user| hits(OrgKeys::of(user))).collect()
    });
    let (destination, backing) = infer_destination(&roster, &directory, None, None);
    let situation = Situation { destination, backing, ..Situation::at(Timestamp::now()) };
    let whole = timed("rank: everybody compared, with candidates", &mut sum, || {
        forecast(&roster, &directory, &index, &situation)
    });
    let candidates: usize = whole.people().iter().map(|person| person.candidates.len()).sum();
    println!(
        "{} people, {} of them without an address match; {} tenant users; {candidates} candidates",
        roster.people().len(),
        matched.iter().filter(|matched| !**matched).count(),
        directory.len()
    );
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    if threads > 1 {
        println!("ranking used {threads} threads: run under `taskset -c 0` for the sum on one");
    }
    println!("sum of the parts: {:.2} s", sum.as_secs_f64());
    Ok(())
}

fn timed<T>(what: &str, sum: &mut Duration, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let made = work();
    let took = started.elapsed();
    *sum += took;
    println!("{what:42} {:8.2} s   {}", took.as_secs_f64(), memory());
    made
}

/// As the system says it; empty where it does not.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').trim_end_matches("kB").trim().parse().ok()
    };
    match (field("VmRSS"), field("VmHWM")) {
        (Some(now), Some(most)) => format!("{} MiB now, {} MiB at most", now / 1024, most / 1024),
        _ => String::new(),
    }
}
