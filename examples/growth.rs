//! How the time grows with the lists: index, comparison of everybody, and what one change costs after that.
//!
//! `cargo run --release --example growth -- ORG TENANT` makes both lists from a seed, measures once, and prints one line of
//! JSON. As many threads as the process may use: `taskset -c 0` leaves one. `scripts/growth.py` runs all sizes and draws them.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program")]

use std::time::Instant;

use ado2entra::domain::forecast::{Material, forecast_again};
use ado2entra::domain::matching::{Changes, TenantIndex};
use ado2entra::domain::people::Directory;
use ado2entra::domain::{Situation, forecast};
use jiff::Timestamp;
use serde_json::json;

#[path = "../benches/support/people.rs"]
#[expect(dead_code, reason = "shared with the benches")]
mod people;

/// Seconds of the clock, or, where there is only one thread and the system tells, seconds that the thread really ran: other
/// programs on the machine do not count then.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let (started, before) = (Instant::now(), ran());
    let made = work();
    let seconds = match (before, ran()) {
        (Some(before), Some(after)) => (after - before) / 1e9,
        _ => started.elapsed().as_secs_f64(),
    };
    (seconds, made)
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Nanoseconds that the only thread ran so far.
fn ran() -> Option<f64> {
    let told = (threads() == 1).then(|| std::fs::read_to_string("/proc/thread-self/schedstat").ok())??;
    told.split_whitespace().next()?.parse().ok()
}

fn main() {
    let mut sizes = std::env::args().skip(1).filter_map(|size| size.parse().ok());
    let (org, tenant) = (sizes.next().unwrap_or(1000), sizes.next().unwrap_or(5000));
    let directory = people::tenant(tenant, 1, true);
    let roster = people::organization(&directory, org, 2);
    let situation = Situation::at(Timestamp::UNIX_EPOCH);
    let (index_s, index) = timed(|| TenantIndex::build(&directory));
    let (forecast_s, found) = timed(|| forecast(&roster, &directory, &index, &situation));
    let before = Material { roster: &roster, directory: &directory, index: &index, situation: &situation };

    // one user of the tenant has another name
    let mut users = directory.users().to_vec();
    users[tenant / 2] = people::tenant_user(tenant / 2, "Solveig", "Quagården", true);
    let changed = Directory::new(users);
    let (changes_s, difference) = timed(|| Changes::between(&directory, &changed));
    let (updated_s, renewed) = timed(|| index.updated(&directory, &changed, &difference));
    let after = Material { directory: &changed, index: &renewed, ..before };
    let (after_user_s, after_user) = timed(|| forecast_again(&before, &found, &after));

    // one person is planned for somebody, in an organization that is connected
    let mut decided = situation.clone();
    decided.planned.insert(roster.people()[org / 2].storage_key.clone(), directory.users()[tenant / 3].id);
    let after = Material { situation: &decided, ..before };
    let (decision_s, decision) = timed(|| forecast_again(&before, &found, &after));

    println!(
        "{}",
        json!({"org": org, "tenant": tenant, "threads": threads(), "cpu": ran().is_some(),
            "index_s": index_s, "forecast_s": forecast_s, "changes_s": changes_s, "index_updated_s": updated_s,
            "user_s": after_user_s, "user_judged": after_user.judged, "decision_s": decision_s, "decision_judged": decision.judged})
    );
}
