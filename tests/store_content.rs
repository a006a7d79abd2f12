//! What is kept: the plan, the journal, readings, exports, the session, events; two handles; a killed process.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ado2entra::domain::check::Tick;
use ado2entra::domain::connection::Phase;
use ado2entra::domain::forecast::patterns::PatternId;
use ado2entra::domain::papers::{ActKind, Found};
use ado2entra::domain::people::{EntitlementStatus, LastAccess, Origin};
use ado2entra::domain::plan::{Decision, JournalEntry, Pair, Plan, PlanRow, RowState};
use ado2entra::domain::{
    Backing, CheckId, Descriptor, ObjectId, OrgUser, Outcome, Problem, ProblemKind, StorageKey, TenantId,
    TenantUserParts,
};
use ado2entra::store::{Event, Export, HeldBy, NotLocked, Place, Reading, ReadingKind, Store, session};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

fn tenant() -> TenantId {
    "00000000-0000-4000-8000-000000000001".parse().unwrap()
}

fn place(state: &TempDir) -> Place {
    Place::new(state.path(), "fabrikam", tenant())
}

fn open() -> (TempDir, Store) {
    let state = TempDir::new().unwrap();
    let store = Store::open(&place(&state)).unwrap();
    (state, store)
}

fn key(n: u32) -> StorageKey {
    StorageKey::new(&format!("5be4be9e-0000-4000-8000-{n:012}"))
}

fn object(n: u32) -> ObjectId {
    format!("0f0e0d0c-0000-4000-8000-{n:012}").parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    at("2026-03-01T12:00:00Z")
}

fn tick(note: &str) -> Tick {
    Tick { note: note.to_owned(), at: noon() }
}

fn map(n: u32) -> PlanRow {
    PlanRow { decision: Decision::Map { target: object(n) }, ..PlanRow::undecided(key(n)) }
}

fn line(n: u32, state: RowState, attempt: u32, detail: &str) -> JournalEntry {
    JournalEntry {
        at: noon(),
        run: "run-1".to_owned(),
        storage_key: key(n),
        decision: Decision::Map { target: object(n) },
        target: Some(object(n)),
        state,
        attempt,
        detail: detail.to_owned(),
        activity_id: None,
        new_storage_key: None,
    }
}

fn reading(n: u32, name: &str) -> Reading {
    Reading {
        storage_key: key(n),
        taken_at: noon(),
        user: OrgUser {
            storage_key: key(n),
            descriptor: Descriptor::new("msa.abc"),
            display_name: name.into(),
            principal_name: "rana@fabrikam.example".into(),
            mail: None,
            origin: Origin::Other(Arc::from("ghb")),
            origin_id: Some("id".into()),
            domain: Some("Windows Live ID".into()),
            meta_type: None,
            deleted_in_origin: false,
            access_level: Some("Basic".into()),
            status: EntitlementStatus::Other(Arc::from("none")),
            last_accessed: LastAccess::At(noon()),
            created: None,
        },
        target: Some(
            TenantUserParts {
                id: object(n),
                display_name: name.into(),
                given_name: None,
                surname: Some("Okafor".into()),
                user_principal_name: "rana@contoso.example".into(),
                mail: None,
                other_mails: Box::new(["rana@fabrikam.example".into()]),
                proxy_addresses: Box::new([]),
                identity_addresses: Box::new([]),
                user_type: None,
                enabled: Some(true),
                pending: false,
                deleted: false,
                mail_nickname: None,
                sam_account_name: None,
                created: Some(noon()),
            }
            .into(),
        ),
        memberships: Some(vec!["[fabrikam]\\Contributors".to_owned()]),
    }
}

#[tokio::test]
async fn the_whole_plan_comes_back_after_a_restart() {
    let (state, store) = open();
    let pair = |n| Pair { storage_key: key(n), target: object(n) };
    store.save_rows(vec![map(1), map(2)]).await.unwrap();
    store.tick(CheckId::UsersInformed, tick("told")).await.unwrap();
    store.tick(CheckId::UsersInformed, tick("told again")).await.unwrap();
    store.tick(CheckId::ServiceHealth, tick("seen")).await.unwrap();
    assert!(store.untick(CheckId::ServiceHealth).await.unwrap());
    assert!(!store.untick(CheckId::ServiceHealth).await.unwrap());
    store.tick_phase(Phase::SignInAgain, tick("in")).await.unwrap();
    store.confirm(pair(1), tick("married")).await.unwrap();
    store.confirm(pair(2), tick("wrong")).await.unwrap();
    assert!(store.unconfirm(pair(2)).await.unwrap());
    let pattern = |text: &str| -> PatternId { text.parse().unwrap() };
    let (domain, scheme) = (
        pattern("domain:fabrikam.example>contoso.example"),
        pattern("scheme:fabrikam.example:{g}{surname}>contoso.example"),
    );
    store.use_pattern(domain.clone(), noon()).await.unwrap();
    store.use_pattern(scheme.clone(), noon()).await.unwrap();
    assert!(store.drop_pattern(scheme.clone()).await.unwrap());
    assert!(!store.drop_pattern(scheme).await.unwrap());
    store.add_hazards(BTreeSet::from([pair(1), pair(3)])).await.unwrap();
    store.add_hazards(BTreeSet::from([pair(3), pair(4)])).await.unwrap();
    let first = store.set_first_backing(Backing::MicrosoftAccounts).await.unwrap();
    assert_eq!(first, Backing::MicrosoftAccounts);
    let kept = store.set_first_backing(Backing::Tenant(tenant())).await.unwrap();
    assert_eq!(kept, Backing::MicrosoftAccounts, "only the first counts");
    store.set_previous_backing(tenant()).await.unwrap();
    store.add_operator(Some(key(8)), None).await.unwrap();
    store.add_operator(Some(key(9)), Some(object(9))).await.unwrap();
    store.set_owner("owner@fabrikam.example".to_owned()).await.unwrap();
    store.remember_key_change(key(2), key(22)).await.unwrap();
    store.remember_key_change(key(5), key(55)).await.unwrap();

    let renamed = |row: PlanRow, n| PlanRow { new_storage_key: Some(key(n)), ..row };
    let expected = Plan {
        rows: [map(1), renamed(map(2), 22), renamed(PlanRow::undecided(key(5)), 55)]
            .into_iter()
            .map(|row| (row.storage_key.clone(), row))
            .collect(),
        renamed: BTreeMap::from([(key(22), key(2)), (key(55), key(5))]),
        ticks: BTreeMap::from([(CheckId::UsersInformed, tick("told again"))]),
        phase_ticks: BTreeMap::from([(Phase::SignInAgain, tick("in"))]),
        confirmed: BTreeMap::from([(pair(1), tick("married"))]),
        hazards: BTreeSet::from([pair(1), pair(3), pair(4)]),
        patterns: BTreeMap::from([(domain, noon())]),
        first_backing: Some(Backing::MicrosoftAccounts),
        previous_backing: Some(tenant()),
        owner_told: Some("owner@fabrikam.example".to_owned()),
        operator_keys: BTreeSet::from([key(8), key(9)]),
        operator_objects: BTreeSet::from([object(9)]),
    };
    assert_eq!(store.load_plan().await.unwrap(), expected);
    drop(store);
    assert_eq!(Store::open(&place(&state)).unwrap().load_plan().await.unwrap(), expected);
}

#[tokio::test]
async fn rows_are_saved_all_or_none() {
    let (_state, store) = open();
    store.save_rows(vec![map(1)]).await.unwrap();
    let of_a_file = PlanRow { decision: Decision::Keep, ..PlanRow::undecided(StorageKey::new("row:7")) };
    let changed = PlanRow { decision: Decision::Remove, ..PlanRow::undecided(key(1)) };
    let problem = store.save_rows(vec![changed, map(2), of_a_file]).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Local);
    assert!(problem.said.contains("row:7"), "{problem}");
    let plan = store.load_plan().await.unwrap();
    assert_eq!(plan.rows, BTreeMap::from([(key(1), map(1))]));
}

#[tokio::test]
async fn a_journal_line_and_the_state_of_its_row_go_together() {
    let (_state, store) = open();
    store.save_rows(vec![map(1), map(2)]).await.unwrap();
    store.append_journal(line(1, RowState::Sending, 1, "PATCH")).await.unwrap();
    store.append_journal(line(2, RowState::Sending, 1, "PATCH")).await.unwrap();
    store.append_journal(line(2, RowState::Failed, 1, "the service refused it")).await.unwrap();
    assert_eq!(store.open_rows().await.unwrap().len(), 1);
    let plan = store.load_plan().await.unwrap();
    assert_eq!((plan.rows[&key(1)].state, plan.rows[&key(1)].attempts), (RowState::Sending, 1));
    assert_eq!(plan.rows[&key(2)].error.as_deref(), Some("the service refused it"));

    store.append_journal(line(2, RowState::Sending, 2, "PATCH")).await.unwrap();
    let last = JournalEntry {
        new_storage_key: Some(key(22)),
        activity_id: Some("a-1".to_owned()),
        ..line(2, RowState::Verified, 2, "read back under a new key")
    };
    store.append_journal(last.clone()).await.unwrap();
    let row = &store.load_plan().await.unwrap().rows[&key(2)];
    assert_eq!((row.state, row.attempts, &row.error), (RowState::Verified, 2, &None));
    assert_eq!(row.new_storage_key, Some(key(22)));
    let journal = store.journal().await.unwrap();
    assert_eq!(journal.len(), 5);
    assert_eq!(journal[4], last);
    assert_eq!(journal[0], line(1, RowState::Sending, 1, "PATCH"));

    // A line without a row (a plan that was lost) makes one, so that nothing that was sent is forgotten.
    store.append_journal(line(3, RowState::Unknown, 1, "timed out")).await.unwrap();
    let row = &store.load_plan().await.unwrap().rows[&key(3)];
    assert_eq!((row.decision.target(), row.state), (Some(object(3)), RowState::Unknown));
}

#[tokio::test]
async fn the_journal_cannot_be_changed_by_anybody() {
    let (state, store) = open();
    store.append_journal(line(1, RowState::Sending, 1, "PATCH")).await.unwrap();
    store.close().await.unwrap();
    let raw = Connection::open(place(&state).path()).unwrap();
    for sql in
        ["UPDATE journal SET detail = 'nothing happened'", "DELETE FROM journal", "DELETE FROM plan_row"]
    {
        assert!(raw.execute_batch(sql).is_err(), "{sql}");
    }
    drop(raw);
    let store = Store::open(&place(&state)).unwrap();
    assert_eq!(store.journal().await.unwrap(), [line(1, RowState::Sending, 1, "PATCH")]);
}

#[tokio::test]
async fn it_is_written_down_who_did_what_and_nobody_can_change_it() {
    let (state, store) = open();
    let first = PlanRow { decided_at: Some(noon()), decided_on: Some(Outcome::Review), ..map(1) };
    store.save_rows(vec![first.clone()]).await.unwrap();
    store.signed_in_as("Adele Vance (adele@fabrikam.example)".into()).await.unwrap();
    // Found by the program: nobody did that.
    let looked = PlanRow { needs_a_look: true, state: RowState::Refused, ..first.clone() };
    store.save_rows(vec![looked.clone()]).await.unwrap();
    let confirmed = PlanRow { needs_a_look: false, note: Some("asked her".into()), ..looked };
    store.save_rows(vec![confirmed.clone(), confirmed.clone()]).await.unwrap();
    store.save_rows(vec![PlanRow { decision: Decision::Keep, ..confirmed }]).await.unwrap();
    store.save_rows(vec![PlanRow::undecided(key(1))]).await.unwrap();
    store.tick(CheckId::UsersInformed, tick("told")).await.unwrap();
    store.untick(CheckId::UsersInformed).await.unwrap();
    store.untick(CheckId::UsersInformed).await.unwrap();
    store.append_journal(line(1, RowState::Sending, 1, "PATCH")).await.unwrap();
    store.append_journal(line(1, RowState::Applied, 1, "204")).await.unwrap();

    let acts = store.acts().await.unwrap();
    let kinds: Vec<ActKind> = acts.iter().map(|act| act.kind).collect();
    assert_eq!(
        kinds,
        [
            ActKind::Decided,
            ActKind::Confirmed,
            ActKind::Decided,
            ActKind::TakenBack,
            ActKind::Ticked,
            ActKind::Unticked,
            ActKind::RunBegun,
        ]
    );
    assert_eq!(acts[0].decision, Some(Decision::Map { target: object(1) }));
    assert_eq!((acts[0].outcome, acts[0].author.account.as_deref()), (Some(Outcome::Review), None));
    assert_eq!(acts[1].author.account.as_deref(), Some("Adele Vance (adele@fabrikam.example)"));
    assert_eq!(acts[1].note.as_deref(), Some("asked her"));
    assert!(acts[0].author.login.contains('@') && acts[0].author.login == acts[6].author.login);

    let raw = Connection::open(place(&state).path()).unwrap();
    for change in ["UPDATE act SET login = 'somebody else'", "DELETE FROM act"] {
        let error = raw.execute(change, []).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{error}");
    }
}

#[tokio::test]
async fn what_was_found_before_the_switch_stays() {
    let (state, store) = open();
    let found = |n: u32, outcome, at| Found {
        storage_key: key(n),
        at,
        outcome,
        why: "names agree".into(),
        users: Vec::new(),
    };
    let later = noon() + jiff::SignedDuration::from_mins(5);
    store
        .save_found(vec![found(1, Outcome::Safe, noon()), found(2, Outcome::Review, noon())], false)
        .await
        .unwrap();
    store
        .save_found(vec![found(1, Outcome::Safe, later), found(2, Outcome::Missing, later)], false)
        .await
        .unwrap();
    let all = store.found().await.unwrap();
    assert_eq!(all[&key(1)].at, noon(), "the same again is no news");
    assert_eq!((all[&key(2)].outcome, all[&key(2)].at), (Outcome::Missing, later));

    // First looked at after the switch: what is there already is from before.
    store
        .save_found(vec![found(2, Outcome::Connected, later), found(3, Outcome::Foreign, later)], true)
        .await
        .unwrap();
    let all = store.found().await.unwrap();
    assert_eq!((all[&key(2)].outcome, all[&key(3)].outcome), (Outcome::Missing, Outcome::Foreign));

    store.mark_switched(later).await.unwrap();
    store.save_found(vec![found(1, Outcome::Connected, later)], false).await.unwrap();
    assert_eq!(store.found().await.unwrap(), all);
    let raw = Connection::open(place(&state).path()).unwrap();
    for change in ["UPDATE forecast SET found = '{}'", "DELETE FROM forecast"] {
        assert!(raw.execute(change, []).unwrap_err().to_string().contains("never replaced"));
    }
}

#[tokio::test]
async fn readings_come_back_and_the_last_one_counts() {
    let (_state, store) = open();
    let first: Vec<_> = (1..=250).map(|n| reading(n, "before")).collect();
    store.save_last_readings(first.clone()).await.unwrap();
    store.save_last_readings(vec![reading(7, "after")]).await.unwrap();
    let found = store.readings(ReadingKind::Last).await.unwrap();
    assert_eq!(found.len(), 250);
    assert_eq!(found[&key(7)], reading(7, "after"));
    assert_eq!(found[&key(8)], first[7]);
    assert!(store.readings(ReadingKind::Before).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_read_before_the_switch_stays() {
    let (state, store) = open();
    store.save_before(vec![reading(1, "first")], false).await.unwrap();
    store.save_before(vec![reading(1, "second"), reading(2, "second")], false).await.unwrap();
    let before = store.readings(ReadingKind::Before).await.unwrap();
    assert_eq!(before[&key(1)], reading(1, "second"), "before the switch a newer one replaces");
    assert_eq!(store.before_reading(&key(2)).await.unwrap(), Some(reading(2, "second")));
    assert_eq!(store.before_reading(&key(3)).await.unwrap(), None);

    let problem = store.save_before(vec![reading(1, "late")], true).await.unwrap_err();
    assert!(problem.said.contains("switch has happened"), "{problem}");
    assert_eq!(store.switched_at().await.unwrap(), None);
    assert_eq!(store.mark_switched(noon()).await.unwrap(), noon());
    assert_eq!(
        store.mark_switched(at("2027-01-01T00:00:00Z")).await.unwrap(),
        noon(),
        "only the first counts"
    );
    assert_eq!(store.switched_at().await.unwrap(), Some(noon()));
    for late in [vec![reading(1, "late")], vec![reading(3, "late")]] {
        let problem = store.save_before(late, false).await.unwrap_err();
        assert!(problem.said.contains("switch has happened"), "{problem}");
    }
    store.save_last_readings(vec![reading(1, "now")]).await.unwrap();
    assert_eq!(store.readings(ReadingKind::Before).await.unwrap(), before);

    // The file itself refuses it too.
    let raw = Connection::open(place(&state).path()).unwrap();
    for sql in [
        "UPDATE reading SET taken_at = '2027-01-01T00:00:00Z' WHERE kind = 'before'",
        "DELETE FROM reading WHERE kind = 'before'",
        "INSERT INTO reading VALUES ('before', 'x', '2027-01-01T00:00:00Z', '{}')",
    ] {
        assert!(raw.execute_batch(sql).is_err(), "{sql}");
    }

    store.forget_switch().await.unwrap();
    assert_eq!(store.readings(ReadingKind::Before).await.unwrap(), before);
    store.save_before(vec![reading(1, "again")], false).await.unwrap();
    assert_eq!(store.readings(ReadingKind::Before).await.unwrap()[&key(1)], reading(1, "again"));
}

#[tokio::test]
async fn the_latest_export_is_remembered_whole() {
    let (_state, store) = open();
    assert_eq!(store.load_export().await.unwrap(), None);
    let cells = |name: &str| BTreeMap::from([("display_name".to_owned(), name.to_owned())]);
    let first = Export {
        at: noon(),
        rows: BTreeMap::from([(key(1), cells("'=1+1")), (key(2), cells("Li, \"Jo\""))]),
    };
    store.save_export(first.clone()).await.unwrap();
    assert_eq!(store.load_export().await.unwrap(), Some(first));
    let second = Export { at: at("2026-03-02T12:00:00Z"), rows: BTreeMap::from([(key(3), cells("Rana"))]) };
    store.save_export(second.clone()).await.unwrap();
    assert_eq!(store.load_export().await.unwrap(), Some(second));
}

#[tokio::test]
async fn the_session_and_the_events_come_back() {
    let (_state, store) = open();
    assert_eq!(store.session_get("tab").await.unwrap(), None);
    store.session_put("tab", json!("users")).await.unwrap();
    store.session_put("tab", json!({"tab": "mapping", "sort": ["name", "desc"]})).await.unwrap();
    store.session_put_blocking("person", json!(key(1)), Duration::from_secs(60)).unwrap();
    assert_eq!(
        store.session_get("tab").await.unwrap(),
        Some(json!({"tab": "mapping", "sort": ["name", "desc"]}))
    );
    assert_eq!(store.session_get("person").await.unwrap(), Some(json!(key(1))));

    let event = |n: i64| Event {
        at: Timestamp::from_second(1_700_000_000 + n).unwrap(),
        kind: "connection".to_owned(),
        text: format!("event {n}"),
    };
    for n in 0..5 {
        store.add_event(event(n)).await.unwrap();
    }
    assert_eq!(store.events(2).await.unwrap(), [event(4), event(3)]);
    assert_eq!(store.events(100).await.unwrap().len(), 5);
}

#[tokio::test]
async fn the_list_of_events_does_not_grow_for_ever() {
    let (state, store) = open();
    let raw = Connection::open(place(&state).path()).unwrap();
    raw.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO event (at, kind, text) SELECT '2026-03-01T12:00:00Z', 'x', 'old' FROM n",
        [session::EVENTS_KEPT + 50],
    )
    .unwrap();
    store.add_event(Event { at: noon(), kind: "x".into(), text: "new".into() }).await.unwrap();
    let events = store.events(u32::MAX).await.unwrap();
    assert_eq!(i64::try_from(events.len()).unwrap(), session::EVENTS_KEPT);
    assert_eq!(events[0].text, "new");
}

#[tokio::test]
async fn two_handles_of_one_file_see_each_other() {
    let (state, one) = open();
    let two = Store::open(&place(&state)).unwrap();
    one.save_rows(vec![map(1)]).await.unwrap();
    two.save_rows(vec![map(2)]).await.unwrap();
    assert_eq!(one.load_plan().await.unwrap(), two.load_plan().await.unwrap());
    assert_eq!(one.load_plan().await.unwrap().rows.len(), 2);
    let (a, b) = tokio::join!(
        async {
            for n in 100..150 {
                one.save_rows(vec![map(n)]).await?;
            }
            Ok::<_, Problem>(())
        },
        async {
            for n in 200..250 {
                two.save_rows(vec![map(n)]).await?;
            }
            Ok::<_, Problem>(())
        },
    );
    a.unwrap();
    b.unwrap();
    assert_eq!(one.load_plan().await.unwrap().rows.len(), 102);
}

#[tokio::test]
async fn a_stale_row_does_not_hide_what_another_run_sent() {
    let (state, one) = open();
    one.save_rows(vec![map(1), map(2)]).await.unwrap();
    let two = Store::open(&place(&state)).unwrap();
    let old = two.load_plan().await.unwrap();
    one.append_journal(line(1, RowState::Sending, 1, "PATCH")).await.unwrap();

    let problem =
        two.save_rows(vec![old.rows[&key(2)].clone(), old.rows[&key(1)].clone()]).await.unwrap_err();
    assert!(problem.said.contains("sending"), "{problem}");
    assert!(problem.remedy.contains("Read the plan again"), "{problem}");
    two.save_rows(vec![old.rows[&key(2)].clone()]).await.unwrap();
    assert_eq!(one.load_plan().await.unwrap().rows[&key(1)].state, RowState::Sending);

    let fresh = two.load_plan().await.unwrap();
    two.save_rows(vec![fresh.rows[&key(1)].clone()]).await.unwrap();
    // One's own lines are no surprise.
    one.append_journal(line(2, RowState::Failed, 1, "no")).await.unwrap();
    one.save_rows(vec![map(2)]).await.unwrap();
}

#[tokio::test]
async fn only_one_apply_run_at_a_time() {
    let (state, one) = open();
    let two = Store::open(&place(&state)).unwrap();
    let lock = one.try_lock_apply().unwrap();
    let Err(NotLocked::Held(HeldBy { pid, host, since, .. })) = two.try_lock_apply() else {
        panic!("the lock was given twice");
    };
    assert_eq!(pid, std::process::id());
    assert!(!host.is_empty());
    assert!(since.is_some());
    let refused = two.try_lock_apply().unwrap_err();
    assert!(refused.is_refusal());
    assert!(refused.to_string().contains(&format!("process {pid}")), "{refused}");
    drop(lock);
    drop(two.try_lock_apply().unwrap());
    one.try_lock_apply().unwrap();
}

#[test]
fn a_thread_without_a_runtime_can_wait_for_the_disk() {
    let (_state, store) = open();
    store.flush_blocking(Duration::from_secs(60)).unwrap();
    let entry = line(1, RowState::Unknown, 1, "hung up");
    store.append_journal_blocking(entry.clone(), Duration::from_secs(60)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(store.journal()).unwrap(), [entry]);
    // Also where a runtime is at work.
    runtime.block_on(async { store.flush_blocking(Duration::from_secs(60)) }).unwrap();
}

#[tokio::test]
async fn after_closing_every_handle_says_so() {
    let (_state, store) = open();
    let other = store.clone();
    store.close().await.unwrap();
    let problem = other.load_plan().await.unwrap_err();
    assert!(problem.said.contains("closed"), "{problem}");
    let problem = other.save_rows(vec![map(1)]).await.unwrap_err();
    assert!(problem.said.contains("closed"), "{problem}");
}

#[tokio::test]
async fn more_requests_than_fit_in_the_queue_are_all_answered() {
    let (_state, store) = open();
    let saves = (1..=500).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { store.save_rows(vec![map(n)]).await })
    });
    for save in saves.collect::<Vec<_>>() {
        save.await.unwrap().unwrap();
    }
    assert_eq!(store.load_plan().await.unwrap().rows.len(), 500);
}

const CHILD: &str = "ADO2ENTRA_TEST_STORE_CHILD";

/// Not a test of its own: what `a_killed_process_loses_nothing_that_was_answered` starts.
#[test]
fn child_that_is_killed() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let store = Store::open(&Place::new(folder, "fabrikam", tenant())).unwrap();
    let _lock = store.try_lock_apply().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        for n in 1.. {
            store.save_rows(vec![map(n)]).await.unwrap();
            store.append_journal(line(n, RowState::Sending, 1, "PATCH")).await.unwrap();
            println!("answered {n}");
        }
    });
}

#[test]
fn a_killed_process_loses_nothing_that_was_answered() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let state = TempDir::new().unwrap();
    for lines in [1, 7, 40, 90] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_is_killed", "--nocapture", "--test-threads=1"])
            .env(CHILD, state.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut answered = 0;
        for text in BufReader::new(child.stdout.take().unwrap()).lines() {
            if let Some(n) = text.unwrap().rsplit_once("answered ").and_then(|(_, n)| n.parse().ok()) {
                answered = n;
            }
            if answered >= lines {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(answered >= lines, "the child ended early");

        let store = Store::open(&place(&state)).unwrap();
        drop(store.try_lock_apply().expect("a killed run leaves no lock behind"));
        let plan = runtime.block_on(store.load_plan()).unwrap();
        for n in 1..=answered {
            assert_eq!(plan.rows[&key(n)].state, RowState::Sending, "row {n} of {answered}");
        }
        let journal = runtime.block_on(store.journal()).unwrap();
        assert!(journal.len() >= usize::try_from(answered).unwrap());
    }
}
