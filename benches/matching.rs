//! How long matching takes: building the index, proposals for one person, the whole comparison.
//!
//! `cargo bench --bench matching`. The people are generated from a seed: common given names, twenty-one thousand made-up
//! surnames, a tenth of the names with a typing error. Sizes by `MATCHING_ORG` and `MATCHING_TENANT` (default 2,000 and
//! 100,000; the largest tenants are 100,000 and 500,000).

#![expect(clippy::unwrap_used, reason = "a bench stops at what it cannot make")]

use std::hint::black_box;

use ado2entra::domain::forecast::Comparison;
use ado2entra::domain::ids::{Descriptor, StorageKey};
use ado2entra::domain::matching::TenantIndex;
use ado2entra::domain::people::{
    Directory, EntitlementStatus, LastAccess, OrgUser, Origin, Roster, TenantUserParts, UserType,
};
use ado2entra::domain::{Situation, forecast};
use criterion::{Criterion, criterion_group, criterion_main};
use fastrand::Rng;
use jiff::Timestamp;

const GIVEN: [&str; 40] = [
    "Anna",
    "Jürgen",
    "Maria",
    "Søren",
    "José",
    "Chloë",
    "Peter",
    "Agnieszka",
    "Łukasz",
    "Fatima",
    "Wei",
    "Priya",
    "John",
    "Emily",
    "Thomas",
    "Zoë",
    "Michael",
    "Sarah",
    "David",
    "Laura",
    "Björn",
    "Ingrid",
    "Olga",
    "Dmitry",
    "Elena",
    "Marco",
    "Giulia",
    "Pierre",
    "Amélie",
    "Hans",
    "Katrin",
    "Robert",
    "Linda",
    "William",
    "Grace",
    "Noah",
    "Olivia",
    "Lucas",
    "Mia",
    "Henry",
];
const BEGIN: [&str; 28] = [
    "Al", "Ber", "Car", "Dor", "Ek", "Fal", "Gar", "Hol", "Is", "Jan", "Kor", "Lin", "Mar", "Nor", "Ost",
    "Pet", "Qua", "Ros", "Sal", "Tor", "Ul", "Var", "Wil", "Xan", "Yor", "Zim", "Brad", "Stein",
];
const MIDDLE: [&str; 30] = [
    "a", "ber", "co", "der", "el", "fen", "ga", "hau", "in", "jo", "ka", "le", "man", "no", "or", "pen",
    "ra", "sen", "ta", "ur", "ve", "win", "xi", "ya", "zen", "bach", "gar", "lo", "mi", "ri",
];
const END: [&str; 25] = [
    "son", "sen", "mann", "er", "berg", "ski", "ova", "ez", "ton", "ley", "feld", "dal", "gren", "stad",
    "wood", "field", "burg", "hof", "ini", "etti", "eau", "ard", "ic", "uk", "as",
];

fn surname(rng: &mut Rng) -> String {
    format!(
        "{}{}{}",
        BEGIN[rng.usize(..BEGIN.len())],
        MIDDLE[rng.usize(..MIDDLE.len())],
        END[rng.usize(..END.len())]
    )
}

/// An id that the same number always gives.
fn guid(kind: u8, number: usize) -> String {
    format!("{kind:08x}-0000-4000-8000-{:012x}", number + 1)
}

fn tenant(count: usize) -> Directory {
    let mut rng = Rng::with_seed(1);
    Directory::new((0..count).map(|number| {
        let (given, surname) = (GIVEN[rng.usize(..GIVEN.len())], surname(&mut rng));
        let login = format!("{}.{}{number}", given.to_lowercase(), surname.to_lowercase());
        let upn = format!("{login}@contoso.com");
        TenantUserParts {
            id: guid(1, number).parse().unwrap(),
            display_name: format!("{given} {surname}").into(),
            given_name: Some(given.into()),
            surname: Some(surname.into()),
            mail: Some(upn.as_str().into()),
            other_mails: Box::new([]),
            proxy_addresses: Box::new([
                upn.as_str().into(),
                format!("{login}@contoso.onmicrosoft.com").into(),
            ]),
            identity_addresses: Box::new([]),
            user_principal_name: upn.into(),
            user_type: Some(UserType::Member),
            enabled: Some(true),
            pending: false,
            deleted: false,
            mail_nickname: Some(login.into()),
            sam_account_name: None,
            created: None,
        }
        .into()
    }))
}

/// A fifth sign in with an address of the tenant, the others with one that it does not know.
fn organization(directory: &Directory, count: usize) -> Roster {
    let mut rng = Rng::with_seed(2);
    let users = directory.users();
    Roster::new((0..count).map(|number| {
        let target = &users[rng.usize(..users.len())];
        let mut name = target.display_name().to_string();
        if rng.u8(..10) == 0 {
            name.pop();
        }
        let address = if rng.u8(..5) == 0 {
            target.user_principal_name().to_string()
        } else {
            format!("dev{number}@outlook.com")
        };
        OrgUser {
            storage_key: StorageKey::new(&guid(2, number)),
            descriptor: Descriptor::new(&format!("msa.{number}")),
            display_name: name.into(),
            principal_name: address.into(),
            mail: None,
            origin: Origin::Msa,
            origin_id: None,
            domain: Some("Windows Live ID".into()),
            meta_type: None,
            deleted_in_origin: false,
            access_level: None,
            status: EntitlementStatus::Active,
            last_accessed: LastAccess::Unknown,
            created: None,
        }
    }))
}

fn size(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn matching(criterion: &mut Criterion) {
    let directory = tenant(size("MATCHING_TENANT", 100_000));
    let roster = organization(&directory, size("MATCHING_ORG", 2000));
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
    group.bench_function("one person", |bencher| {
        bencher.iter(|| people.next().map(|user| black_box(comparison.candidates_for(user, 5))));
    });
    group.bench_function("search as one types", |bencher| {
        bencher.iter(|| black_box(index.search(&directory, "thom mar", 50)));
    });
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
