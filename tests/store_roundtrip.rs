//! Any sequence of saved rows comes back as it was saved, also after a restart.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::collections::BTreeMap;

use ado2entra::domain::plan::{Decision, PlanRow, RowState, Seen, SeenPerson, SeenTarget};
use ado2entra::domain::{ObjectId, Outcome, StorageKey};
use ado2entra::store::{Place, Store};
use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

fn place(state: &TempDir) -> Place {
    Place::new(state.path(), "fabrikam", "00000000-0000-4000-8000-000000000001".parse().unwrap())
}

fn key(n: u32) -> StorageKey {
    StorageKey::new(&format!("5be4be9e-0000-4000-8000-{n:012}"))
}

fn object(n: u32) -> ObjectId {
    format!("0f0e0d0c-0000-4000-8000-{n:012}").parse().unwrap()
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        any::<String>(),
        Just(String::new()),
        Just("'; DROP TABLE journal; --\0".to_owned())
    ]
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (0..4_000_000_000_i64, 0..1_000_000_000_i32)
        .prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap())
}

fn any_decision() -> impl Strategy<Value = Decision> {
    prop_oneof![
        Just(Decision::Undecided),
        Just(Decision::Remove),
        Just(Decision::Keep),
        (1..20_u32).prop_map(|n| Decision::Map { target: object(n) }),
        any_text().prop_map(|address| Decision::Invite { address }),
    ]
}

fn any_seen() -> impl Strategy<Value = Seen> {
    let person = (any_text(), any_text(), proptest::option::of(any_text()), any_text()).prop_map(
        |(display_name, principal_name, mail, origin)| SeenPerson {
            display_name,
            principal_name,
            origin_id: mail.clone(),
            mail,
            origin,
        },
    );
    let target = (any_text(), any_text(), proptest::option::of(any::<bool>()), any::<bool>()).prop_map(
        |(display_name, user_principal_name, enabled, pending)| SeenTarget {
            display_name,
            user_principal_name,
            mail: None,
            enabled,
            pending,
        },
    );
    (person, proptest::option::of(target)).prop_map(|(person, target)| Seen { person, target })
}

fn any_row() -> impl Strategy<Value = PlanRow> {
    let decided = (
        any_decision(),
        any::<bool>(),
        proptest::option::of(any_text()),
        proptest::option::of(any_time()),
        proptest::option::of(proptest::sample::select(Outcome::ALL.to_vec())),
        proptest::option::of(any_seen()),
    );
    let sent = (
        proptest::sample::select(RowState::ALL.to_vec()),
        proptest::option::of(any_text()),
        any::<u32>(),
        proptest::option::of(0..9_u32),
    );
    (0..9_u32, decided, sent).prop_map(|(n, decided, sent)| PlanRow {
        storage_key: key(n),
        decision: decided.0,
        needs_a_look: decided.1,
        note: decided.2,
        decided_at: decided.3,
        decided_on: decided.4,
        seen: decided.5.map(std::sync::Arc::new),
        state: sent.0,
        error: sent.1,
        attempts: sent.2,
        new_storage_key: sent.3.map(key),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_saves_comes_back(saves in proptest::collection::vec(
        (proptest::collection::vec(any_row(), 0..6), any::<bool>()), 0..6,
    )) {
        let state = TempDir::new().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut store = Store::open(&place(&state)).unwrap();
        let mut expected = BTreeMap::new();
        for (rows, reopen) in saves {
            expected.extend(rows.iter().map(|row| (row.storage_key.clone(), row.clone())));
            runtime.block_on(store.save_rows(rows)).unwrap();
            if reopen {
                drop(store);
                store = Store::open(&place(&state)).unwrap();
            }
            let plan = runtime.block_on(store.load_plan()).unwrap();
            prop_assert_eq!(&plan.rows, &expected);
            let open = runtime.block_on(store.open_rows()).unwrap();
            prop_assert!(open.iter().all(|row| expected.get(&row.storage_key) == Some(row)));
            prop_assert_eq!(open.len(), expected.values().filter(|row| row.state.is_open()).count());
        }
    }
}
