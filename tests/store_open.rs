//! Opening a store: private, whole, of a known version; and what happens when it is not.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use ado2entra::domain::check::Tick;
use ado2entra::domain::forecast::patterns::PatternId;
use ado2entra::domain::papers::ActKind;
use ado2entra::domain::plan::{Decision, Pair, PlanRow, RowState};
use ado2entra::domain::{Backing, CheckId, Outcome, StorageKey, TenantId};
use ado2entra::store::{Event, OpenError, Place, Store, schema};
use rusqlite::Connection;
use tempfile::TempDir;

fn tenant() -> TenantId {
    "00000000-0000-4000-8000-000000000001".parse().unwrap()
}

fn place(state: &TempDir) -> Place {
    Place::new(state.path(), "Fabrikam", tenant())
}

fn key(n: u32) -> StorageKey {
    StorageKey::new(&format!("5be4be9e-0000-4000-8000-{n:012}"))
}

fn keep(n: u32) -> PlanRow {
    PlanRow { decision: Decision::Keep, note: Some(format!("note {n}")), ..PlanRow::undecided(key(n)) }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A place with one decision in it, closed.
async fn with_a_decision(state: &TempDir) -> Place {
    let place = place(state);
    let store = Store::open(&place).unwrap();
    store.save_rows(vec![keep(1)]).await.unwrap();
    store.close().await.unwrap();
    place
}

fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(what);
    name.into()
}

#[tokio::test]
async fn folders_and_files_are_private() {
    let state = TempDir::new().unwrap();
    let place = Place::new(state.path().join("a/b"), "Fabrikam", tenant());
    let store = Store::open(&place).unwrap();
    store.save_rows(vec![keep(1)]).await.unwrap();
    let _lock = store.try_lock_apply().unwrap();

    assert_eq!(mode(place.state_directory()), 0o700);
    assert_eq!(mode(&place.folder()), 0o700);
    let mut seen = 0;
    for entry in fs::read_dir(place.folder()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 2, "the database and the lock at least");
    assert_eq!(store.journal_mode(), "wal");
}

#[tokio::test]
async fn a_folder_that_others_can_write_to_is_refused() {
    for open in [0o777, 0o770, 0o702] {
        let state = TempDir::new().unwrap();
        set_mode(state.path(), open);
        let error = Store::open(&place(&state)).unwrap_err();
        assert!(matches!(&error, OpenError::NotPrivate { .. }), "{error}");
        assert!(error.is_refusal());
        assert!(error.to_string().contains("chmod go-w"), "{error}");
        assert!(error.to_string().contains(&state.path().display().to_string()), "{error}");
        assert_eq!(fs::read_dir(state.path()).unwrap().count(), 0, "nothing was made in it");
        let (store, reason) = Store::open_best(&place(&state));
        assert!(store.is_none() && reason.is_some());
    }
}

#[tokio::test]
async fn the_folder_of_the_organization_and_the_file_are_judged_too() {
    let state = TempDir::new().unwrap();
    let place = with_a_decision(&state).await;
    set_mode(&place.path(), 0o666);
    assert!(matches!(Store::open(&place), Err(OpenError::NotPrivate { .. })));
    set_mode(&place.path(), 0o600);
    set_mode(&place.folder(), 0o777);
    assert!(matches!(Store::open(&place), Err(OpenError::NotPrivate { .. })));
    assert!(matches!(Store::open_read_only(&place), Err(OpenError::NotPrivate { .. })));
}

#[tokio::test]
async fn a_file_that_others_can_read_is_made_private() {
    let state = TempDir::new().unwrap();
    let place = with_a_decision(&state).await;
    set_mode(&place.path(), 0o644);
    let store = Store::open(&place).unwrap();
    assert_eq!(mode(&place.path()), 0o600);
    assert_eq!(store.load_plan().await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn a_link_is_not_followed() {
    let state = TempDir::new().unwrap();
    let place = with_a_decision(&state).await;
    let elsewhere = TempDir::new().unwrap();
    let real = elsewhere.path().join("real.sqlite");
    fs::rename(place.path(), &real).unwrap();
    symlink(&real, place.path()).unwrap();
    let error = Store::open(&place).unwrap_err();
    assert!(matches!(&error, OpenError::Link { .. }), "{error}");
    assert!(error.is_refusal());
    assert!(matches!(Store::open_read_only(&place), Err(OpenError::Link { .. })));

    fs::remove_file(place.path()).unwrap();
    symlink(elsewhere.path().join("missing"), place.path()).unwrap();
    assert!(matches!(Store::open(&place), Err(OpenError::Link { .. })));
    assert!(!elsewhere.path().join("missing").exists(), "nothing was made through the link");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_says_so() {
    let state = TempDir::new().unwrap();
    fs::write(state.path().join("file"), "").unwrap();
    let place = Place::new(state.path().join("file/below"), "fabrikam", tenant());
    let error = Store::open(&place).unwrap_err();
    assert!(matches!(&error, OpenError::NotWritable { .. }), "{error}");
    assert!(!error.is_refusal());
    assert!(error.to_string().contains("file/below"), "{error}");
}

#[tokio::test]
async fn a_read_only_folder_still_shows_the_plan() {
    let state = TempDir::new().unwrap();
    let place = with_a_decision(&state).await;
    set_mode(&place.folder(), 0o500);
    let before = fs::read(place.path()).unwrap();

    assert!(matches!(Store::open(&place), Err(OpenError::ReadOnly { .. })));
    let (store, reason) = Store::open_best(&place);
    let store = store.unwrap();
    assert!(matches!(reason, Some(OpenError::ReadOnly { .. })));
    assert!(store.is_read_only());
    assert_eq!(store.load_plan().await.unwrap().rows[&key(1)], keep(1));

    let problem = store.save_rows(vec![keep(2)]).await.unwrap_err();
    assert!(problem.said.contains("reading only"), "{problem}");
    assert!(store.try_lock_apply().is_err());
    assert_eq!(store.load_plan().await.unwrap().rows.len(), 1);
    drop(store);
    assert_eq!(fs::read(place.path()).unwrap(), before);
    assert_eq!(fs::read_dir(place.folder()).unwrap().count(), 1, "nothing was made beside it");
    set_mode(&place.folder(), 0o700);
}

#[tokio::test]
async fn a_read_only_folder_shows_what_only_the_wal_file_holds() {
    let state = TempDir::new().unwrap();
    let place = place(&state);
    let store = Store::open(&place).unwrap();
    store.save_rows(vec![keep(1), keep(2)]).await.unwrap();
    // What a killed program leaves behind: the decisions are in the -wal file.
    let copy_state = TempDir::new().unwrap();
    let copy = Place::new(copy_state.path(), "fabrikam", tenant());
    fs::create_dir(copy.folder()).unwrap();
    for what in ["", "-wal", "-shm"] {
        fs::copy(beside(&place.path(), what), beside(&copy.path(), what)).unwrap();
    }
    set_mode(&copy.folder(), 0o500);
    let shown = Store::open_read_only(&copy).unwrap();
    assert_eq!(shown.load_plan().await.unwrap().rows.len(), 2);
    drop(shown);

    // Without the -shm file it cannot be read there. An old state must not be shown for the new one.
    set_mode(&copy.folder(), 0o700);
    fs::remove_file(beside(&copy.path(), "-shm")).unwrap();
    set_mode(&copy.folder(), 0o500);
    let (shown, reason) = Store::open_best(&copy);
    assert!(shown.is_none());
    assert!(reason.unwrap().to_string().contains("-wal"));
    set_mode(&copy.folder(), 0o700);
}

#[test]
fn without_a_store_there_is_nothing_to_read() {
    let state = TempDir::new().unwrap();
    assert!(matches!(Store::open_read_only(&place(&state)), Err(OpenError::Missing { .. })));
    assert_eq!(fs::read_dir(state.path()).unwrap().count(), 0);
    set_mode(state.path(), 0o500);
    let (store, reason) = Store::open_best(&place(&state));
    assert!(store.is_none());
    assert!(matches!(reason, Some(OpenError::ReadOnly { .. })), "{reason:?}");
    set_mode(state.path(), 0o700);
}

#[tokio::test]
async fn a_newer_version_is_left_alone() {
    let state = TempDir::new().unwrap();
    let place = with_a_decision(&state).await;
    let newer = schema::known_version() + 1;
    Connection::open(place.path()).unwrap().pragma_update(None, "user_version", newer).unwrap();
    let before = fs::read(place.path()).unwrap();
    let (store, reason) = Store::open_best(&place);
    assert!(store.is_none());
    let reason = reason.unwrap();
    assert!(
        matches!(reason, OpenError::NewerVersion { found, known, .. } if found == newer && known == newer - 1),
        "{reason}"
    );
    assert!(reason.to_string().contains("newer version"), "{reason}");
    assert!(matches!(Store::open_read_only(&place), Err(OpenError::NewerVersion { .. })));
    assert_eq!(fs::read(place.path()).unwrap(), before);
}

#[tokio::test]
async fn a_damaged_file_is_kept_as_it_is() {
    let state = TempDir::new().unwrap();
    let place = place(&state);
    let store = Store::open(&place).unwrap();
    store.save_rows((1..400).map(keep).collect()).await.unwrap();
    store.close().await.unwrap();
    let whole = fs::read(place.path()).unwrap();
    assert!(whole.len() > 16_384);

    let torn = whole[..whole.len() / 2].to_vec();
    let mut scribbled = whole.clone();
    for page in scribbled.chunks_mut(4096).skip(1) {
        page[..64].fill(0xA5);
    }
    let mut headless = whole.clone();
    headless[..100].fill(0);
    for (name, bytes) in [
        ("torn", torn),
        ("scribbled", scribbled),
        ("headless", headless),
        ("no database", b"no database at all, but long enough to be taken for one".repeat(40)),
    ] {
        fs::write(place.path(), &bytes).unwrap();
        let error = Store::open(&place).unwrap_err();
        assert!(matches!(&error, OpenError::Damaged { .. }), "{name}: {error}");
        assert!(error.to_string().contains("aside"), "{name}: {error}");
        assert!(error.to_string().contains(&place.path().display().to_string()), "{name}: {error}");
        assert!(Store::open_best(&place).0.is_none(), "{name}");
        assert_eq!(fs::read(place.path()).unwrap(), bytes, "{name}: the file was changed");
        for left in ["-wal", "-shm"] {
            let _ = fs::remove_file(beside(&place.path(), left));
        }
    }
    fs::write(place.path(), whole).unwrap();
    assert_eq!(Store::open(&place).unwrap().load_plan().await.unwrap().rows.len(), 399);
}

/// Ruins the page that holds this text, and no other.
fn scribble_over(bytes: &mut [u8], text: &[u8]) {
    let page =
        bytes.chunks_mut(4096).find(|page| page.windows(text.len()).any(|window| window == text)).unwrap();
    page[..64].fill(0xA5);
}

#[tokio::test]
async fn damage_in_one_page_is_found_and_what_a_killed_run_left_is_kept() {
    let state = TempDir::new().unwrap();
    let place = place(&state);
    let store = Store::open(&place).unwrap();
    store.save_rows((1..400).map(keep).collect()).await.unwrap();
    store.close().await.unwrap();
    let store = Store::open(&place).unwrap();
    store.save_rows(vec![keep(1000)]).await.unwrap();

    let copy_state = TempDir::new().unwrap();
    let copy = Place::new(copy_state.path(), "fabrikam", tenant());
    fs::create_dir(copy.folder()).unwrap();
    set_mode(&copy.folder(), 0o700);
    let mut bytes = fs::read(place.path()).unwrap();
    scribble_over(&mut bytes, b"note 300");
    let wal = fs::read(beside(&place.path(), "-wal")).unwrap();
    assert!(!wal.is_empty());
    fs::write(copy.path(), &bytes).unwrap();
    fs::write(beside(&copy.path(), "-wal"), &wal).unwrap();
    set_mode(&copy.path(), 0o600);

    let error = Store::open(&copy).unwrap_err();
    assert!(matches!(&error, OpenError::Damaged { .. }), "{error}");
    assert!(fs::read(copy.path()).unwrap() == bytes, "the file was changed");
    assert!(fs::read(beside(&copy.path(), "-wal")).unwrap() == wal, "the newest content is gone");
}

#[tokio::test]
async fn a_database_of_another_program_is_left_alone() {
    let state = TempDir::new().unwrap();
    let place = with_a_decision(&state).await;
    fs::remove_file(place.path()).unwrap();
    Connection::open(place.path()).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    set_mode(&place.path(), 0o600);
    let before = fs::read(place.path()).unwrap();
    let error = Store::open(&place).unwrap_err();
    assert!(matches!(&error, OpenError::NotAStore { .. }), "{error}");
    assert_eq!(fs::read(place.path()).unwrap(), before);
}

#[tokio::test]
async fn a_store_of_another_plan_is_not_taken_for_this_one() {
    let state = TempDir::new().unwrap();
    let fabrikam = with_a_decision(&state).await;
    let other = Place::new(state.path(), "northwind", tenant());
    fs::create_dir(other.folder()).unwrap();
    fs::copy(fabrikam.path(), other.path()).unwrap();
    let error = Store::open(&other).unwrap_err();
    assert!(matches!(&error, OpenError::OtherPlan { .. }), "{error}");
    assert!(error.to_string().contains("fabrikam"), "{error}");
}

#[tokio::test]
async fn each_organization_and_tenant_has_a_store_of_its_own() {
    let state = TempDir::new().unwrap();
    let one = with_a_decision(&state).await;
    let tenant: TenantId = "00000000-0000-4000-8000-000000000002".parse().unwrap();
    for other in
        [Place::new(state.path(), "fabrikam", tenant), Place::new(state.path(), "northwind", one.tenant())]
    {
        assert!(Store::open(&other).unwrap().load_plan().await.unwrap().rows.is_empty());
    }
    assert_eq!(
        Place::existing(state.path(), "FABRIKAM"),
        [one, Place::new(state.path(), "fabrikam", tenant)]
    );
    assert_eq!(Place::existing(state.path(), "nobody"), []);
}

#[tokio::test]
async fn an_interrupted_first_start_is_made_good() {
    let state = TempDir::new().unwrap();
    let place = with_a_decision(&state).await;
    // Killed between making the file and making the tables.
    fs::write(place.path(), "").unwrap();
    assert!(matches!(Store::open_read_only(&place), Err(OpenError::Missing { .. })));
    assert!(Store::open(&place).unwrap().load_plan().await.unwrap().rows.is_empty());
}

/// Every schema version that was ever released, as it was written then.
const EARLIER: &[&str] = &[
    include_str!("store_fixtures/version_1.sql"),
    include_str!("store_fixtures/version_2.sql"),
    include_str!("store_fixtures/version_3.sql"),
];

#[tokio::test]
async fn a_store_of_any_earlier_version_is_brought_up_to_date() {
    assert_eq!(i64::try_from(EARLIER.len()).unwrap() + 1, schema::known_version(), "a fixture is missing");
    for (at, sql) in EARLIER.iter().enumerate() {
        let state = TempDir::new().unwrap();
        let place = place(&state);
        fs::create_dir(place.folder()).unwrap();
        set_mode(&place.folder(), 0o700);
        Connection::open(place.path()).unwrap().execute_batch(sql).unwrap();
        set_mode(&place.path(), 0o600);

        assert!(
            matches!(Store::open_read_only(&place), Err(OpenError::OlderVersion { .. })),
            "version {}",
            at + 1
        );
        let store = Store::open(&place).unwrap();
        let plan = store.load_plan().await.unwrap();
        let target = "0f0e0d0c-0000-4000-8000-000000000001".parse().unwrap();
        let pair = |n| Pair { storage_key: key(n), target };
        let row = &plan.rows[&key(1)];
        assert_eq!(row.decision, Decision::Map { target });
        assert_eq!(row.state, RowState::Verified);
        assert_eq!(row.decided_on, Some(Outcome::Safe));
        assert_eq!(row.seen.as_ref().unwrap().target.as_ref().unwrap().enabled, Some(true));
        let row = &plan.rows[&key(2)];
        assert_eq!(row.decision, Decision::Invite { address: "li@fabrikam.example".to_owned() });
        assert_eq!(row.decided_at, Some("2026-03-01T10:01:00.123456789Z".parse().unwrap()));
        assert!(row.needs_a_look);
        assert_eq!((row.error.as_deref(), row.attempts), (Some("Graph said no"), 2));
        assert_eq!(plan.ticks[&CheckId::UsersInformed].note, "sent by mail");
        assert_eq!(plan.phase_ticks.len(), 1);
        assert!(plan.confirmed.contains_key(&pair(1)));
        assert!(plan.hazards.contains(&pair(2)));
        assert_eq!(plan.first_backing, Some(Backing::MicrosoftAccounts));
        assert_eq!(plan.previous_backing, Some("00000000-0000-4000-8000-000000000002".parse().unwrap()));
        assert_eq!(plan.owner_told.as_deref(), Some("owner@fabrikam.example"));
        assert_eq!((plan.operator_keys.len(), plan.operator_objects.len()), (1, 1));
        assert_eq!(store.journal().await.unwrap().len(), 3);
        assert_eq!(plan.patterns.len(), usize::from(at >= 2));
        assert!(store.acts().await.unwrap().is_empty(), "nobody wrote down then who did what");
        assert!(store.found().await.unwrap().is_empty());

        // And what only the newest version has works.
        let at = "2026-03-02T08:00:00Z".parse().unwrap();
        store.add_event(Event { at, kind: "tick".into(), text: "ticked".into() }).await.unwrap();
        store.tick(CheckId::ServiceHealth, Tick { note: "seen".into(), at }).await.unwrap();
        let pattern: PatternId = "domain:fabrikam.example>contoso.example".parse().unwrap();
        store.use_pattern(pattern.clone(), at).await.unwrap();
        assert_eq!(store.load_plan().await.unwrap().patterns.get(&pattern), Some(&at));
        let kinds: Vec<ActKind> = store.acts().await.unwrap().into_iter().map(|act| act.kind).collect();
        assert_eq!(kinds, [ActKind::Ticked, ActKind::PatternUsed]);
        store.close().await.unwrap();
        let raw = Connection::open(place.path()).unwrap();
        let version: i64 = raw.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(version, schema::known_version());
    }
}

#[tokio::test]
async fn a_migrated_store_has_the_tables_of_a_new_one() {
    let tables = |path: &Path| -> Vec<(String, String)> {
        let raw = Connection::open(path).unwrap();
        let mut statement = raw
            .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name")
            .unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let fresh = TempDir::new().unwrap();
    let fresh_place = with_a_decision(&fresh).await;
    for sql in EARLIER {
        let state = TempDir::new().unwrap();
        let place = place(&state);
        fs::create_dir(place.folder()).unwrap();
        set_mode(&place.folder(), 0o700);
        Connection::open(place.path()).unwrap().execute_batch(sql).unwrap();
        set_mode(&place.path(), 0o600);
        Store::open(&place).unwrap().close().await.unwrap();
        assert_eq!(tables(&place.path()), tables(&fresh_place.path()));
    }
}
