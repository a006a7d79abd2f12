//! How long matching takes: building the index, proposals for one person, the whole comparison.
//!
//! `cargo bench --bench matching`. The people are generated from a seed. Sizes by `MATCHING_ORG` and `MATCHING_TENANT` (default 2,000 and
//! 100,000; the largest tenants are 100,000 and 500,000).

#![expect(clippy::unwrap_used, reason = "a bench stops at what it cannot make")]

use std::hint::black_box;

use ado2entra::domain::forecast::Comparison;
use ado2entra::domain::matching::TenantIndex;
use ado2entra::domain::matching::retrieve::Scratch;
use ado2entra::domain::{Situation, forecast};
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;

#[path = "support/people.rs"]
#[expect(dead_code, reason = "shared with the measuring programs")]
mod people;

fn size(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn matching(criterion: &mut Criterion) {
    let directory = people::tenant(size("MATCHING_TENANT", 100_000), 1, true);
    let roster = people::organization(&directory, size("MATCHING_ORG", 2000), 2);
    let situation = Situation::at(Timestamp::UNIX_EPOCH);
    let index = TenantIndex::build(&directory);
    let found = forecast(&roster, &directory, &index, &situation);
    let comparison = Comparison::of_forecast(&roster, &directory, &index, &situation, &found);
    let mut group = criterion.benchmark_group("matching");
    group.sample_size(10);
    group.bench_function("index", |bencher| bencher.iter(|| black_box(TenantIndex::build(&directory))));
    group.bench_function("forecast", |bencher| {
        bencher.iter(|| black_box(forecast(&roster, &directory, &index, &situation)));
    });
    let mut people = roster.people().iter().cycle();
    let mut scratch = Scratch::default();
    group.bench_function("one person", |bencher| {
        bencher
            .iter(|| people.next().map(|user| black_box(comparison.candidates_with(user, 5, &mut scratch))));
    });
    for typed in ["a", "ma", "thom", "a b", "thom mar", "anna.berson", "thmos"] {
        group.bench_function(format!("search as one types: {typed}"), |bencher| {
            bencher.iter(|| black_box(index.search(&directory, typed, 50)));
        });
    }
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
