//! What one change costs, beside making everything from nothing.
//!
//! `cargo bench --bench incremental`. Sizes by `MATCHING_ORG` and `MATCHING_TENANT` (default 10,000 and 50,000).

#![expect(clippy::unwrap_used, reason = "a bench stops at what it cannot make")]

use std::hint::black_box;

use ado2entra::domain::forecast::{Material, forecast_again};
use ado2entra::domain::matching::{Changes, TenantIndex};
use ado2entra::domain::people::Directory;
use ado2entra::domain::{Situation, forecast};
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;

#[path = "support/people.rs"]
#[expect(dead_code, reason = "shared with the measuring programs")]
mod people;

fn size(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn incremental(criterion: &mut Criterion) {
    let tenant = size("MATCHING_TENANT", 50_000);
    let directory = people::tenant(tenant, 1, true);
    let roster = people::organization(&directory, size("MATCHING_ORG", 10_000), 2);
    let situation = Situation::at(Timestamp::UNIX_EPOCH);
    let index = TenantIndex::build(&directory);
    let found = forecast(&roster, &directory, &index, &situation);
    let before = Material { roster: &roster, directory: &directory, index: &index, situation: &situation };
    let mut users = directory.users().to_vec();
    users[tenant / 2] = people::tenant_user(tenant / 2, "Solveig", "Quagården", true);
    let changed = Directory::new(users);
    let difference = Changes::between(&directory, &changed);
    let renewed = index.updated(&directory, &changed, &difference);
    let mut decided = situation.clone();
    let person = &roster.people()[roster.people().len() / 2];
    decided.planned.insert(person.storage_key.clone(), directory.users()[tenant / 3].id);

    let mut group = criterion.benchmark_group("incremental");
    group.sample_size(10);
    group.bench_function("index from nothing", |bencher| {
        bencher.iter(|| black_box(TenantIndex::build(&changed)));
    });
    group.bench_function("index, one user changed", |bencher| {
        bencher.iter(|| {
            let difference = Changes::between(&directory, &changed);
            black_box(index.updated(&directory, &changed, &difference))
        });
    });
    group.bench_function("comparison from nothing", |bencher| {
        bencher.iter(|| black_box(forecast(&roster, &changed, &renewed, &situation)));
    });
    group.bench_function("comparison, one user changed", |bencher| {
        let after = Material { directory: &changed, index: &renewed, ..before };
        bencher.iter(|| black_box(forecast_again(&before, &found, &after)));
    });
    group.bench_function("comparison, one decision after connecting", |bencher| {
        let after = Material { situation: &decided, ..before };
        bencher.iter(|| black_box(forecast_again(&before, &found, &after)));
    });
    group.finish();
}

criterion_group!(benches, incremental);
criterion_main!(benches);
