//! What happens when the disk is full, another process holds the file, a row makes no sense, or the file system is a
//! network's: tests that need a hand on the connection itself.

use std::time::Duration;

use tempfile::TempDir;

use super::open::{set_journal_mode, set_up};
use super::place::FileSystem;
use super::{Place, ReadingKind, Store};
use crate::domain::plan::{Decision, JournalEntry, PlanRow, RowState};
use crate::domain::{Problem, StorageKey};

fn open() -> (TempDir, Store) {
    let state = TempDir::new().unwrap();
    let tenant = "00000000-0000-4000-8000-000000000001".parse().unwrap();
    let store = Store::open(&Place::new(state.path(), "fabrikam", tenant)).unwrap();
    (state, store)
}

fn key(n: u32) -> StorageKey {
    StorageKey::new(&format!("5be4be9e-0000-4000-8000-{n:012}"))
}

fn keep(n: u32, note: &str) -> PlanRow {
    PlanRow { decision: Decision::Keep, note: Some(note.to_owned()), ..PlanRow::undecided(key(n)) }
}

fn line(n: u32, state: RowState, detail: &str) -> JournalEntry {
    JournalEntry {
        at: "2026-03-01T12:00:00Z".parse().unwrap(),
        run: "run-1".to_owned(),
        storage_key: key(n),
        decision: Decision::Keep,
        target: None,
        state,
        attempt: 1,
        detail: detail.to_owned(),
        activity_id: None,
        new_storage_key: None,
    }
}

/// Runs SQL on the connection of this store.
async fn sql(store: &Store, sql: &'static str) -> Result<(), Problem> {
    store.desk.ask("testing", move |desk| Ok(desk.connection()?.execute_batch(sql)?)).await
}

#[tokio::test]
async fn a_full_disk_changes_nothing_and_leaves_the_store_readable() {
    let (_state, store) = open();
    store.save_rows(vec![keep(1, "small"), keep(2, "small")]).await.unwrap();
    // SQLite takes the present size where a smaller limit is asked for.
    sql(&store, "PRAGMA max_page_count = 1").await.unwrap();
    let long = "x".repeat(200_000);

    let problem = store.save_rows(vec![keep(1, "changed"), keep(3, &long)]).await.unwrap_err();
    assert!(problem.said.contains("full"), "{problem}");
    assert!(problem.remedy.contains("Free some space"), "{problem}");
    let problem = store.append_journal(line(2, RowState::Sending, &long)).await.unwrap_err();
    assert!(problem.said.contains("full"), "{problem}");

    let plan = store.load_plan().await.unwrap();
    assert_eq!(plan.rows.len(), 2);
    assert_eq!(plan.rows[&key(1)], keep(1, "small"), "not half of it");
    assert_eq!(plan.rows[&key(2)].state, RowState::Planned, "no state without its line");
    assert!(store.journal().await.unwrap().is_empty());
    assert!(store.readings(ReadingKind::Last).await.unwrap().is_empty());

    // Space was made: the same store goes on.
    sql(&store, "PRAGMA max_page_count = 100000").await.unwrap();
    store.append_journal(line(2, RowState::Sending, &long)).await.unwrap();
    assert_eq!(store.load_plan().await.unwrap().rows[&key(2)].state, RowState::Sending);
}

#[tokio::test]
async fn a_store_that_another_process_holds_says_so_and_goes_on_later() {
    let (_state, store) = open();
    store.save_rows(vec![keep(1, "a")]).await.unwrap();
    sql(&store, "PRAGMA busy_timeout = 1").await.unwrap();
    let other = rusqlite::Connection::open(store.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let problem = store.save_rows(vec![keep(1, "b")]).await.unwrap_err();
    assert!(problem.said.contains("another process"), "{problem}");
    assert_eq!(store.load_plan().await.unwrap().rows[&key(1)], keep(1, "a"));
    other.execute_batch("ROLLBACK").unwrap();
    store.save_rows(vec![keep(1, "b")]).await.unwrap();
}

#[tokio::test]
async fn a_row_that_makes_no_sense_is_named() {
    let (_state, store) = open();
    store.save_rows(vec![keep(1, "a")]).await.unwrap();
    sql(&store, "UPDATE plan_row SET state = 'done'").await.unwrap();
    let problem = store.load_plan().await.unwrap_err();
    assert!(problem.said.contains("done") && problem.said.contains(key(1).as_str()), "{problem}");
    assert!(problem.asked.contains("fabrikam"), "{problem}");
}

#[tokio::test]
async fn this_program_cannot_replace_a_line_of_the_journal_either() {
    let (_state, store) = open();
    store.append_journal(line(1, RowState::Sending, "PATCH")).await.unwrap();
    for change in [
        "INSERT OR REPLACE INTO journal SELECT * FROM journal",
        "UPDATE journal SET detail = ''",
        "DELETE FROM journal",
    ] {
        let problem = sql(&store, change).await.unwrap_err();
        assert!(problem.said.contains("append-only"), "{change}: {problem}");
    }
    assert_eq!(store.journal().await.unwrap(), [line(1, RowState::Sending, "PATCH")]);
}

#[tokio::test]
async fn every_commit_waits_for_the_disk() {
    let (_state, store) = open();
    let (synchronous, foreign_keys): (i64, i64) = store
        .desk
        .ask("testing", |desk| {
            let connection = desk.connection()?;
            Ok((
                connection.pragma_query_value(None, "synchronous", |row| row.get(0))?,
                connection.pragma_query_value(None, "foreign_keys", |row| row.get(0))?,
            ))
        })
        .await
        .unwrap();
    assert_eq!((synchronous, foreign_keys), (2, 1), "FULL, and the journal refers to its rows");
}

#[tokio::test]
async fn on_a_network_the_journal_mode_is_delete() {
    let (state, store) = open();
    store.save_rows(vec![keep(1, "a")]).await.unwrap();
    assert_eq!(store.journal_mode(), "wal");
    let path = store.path().to_path_buf();
    store.close().await.unwrap();

    let connection = rusqlite::Connection::open(&path).unwrap();
    set_up(&connection).unwrap();
    for file_system in [FileSystem::Network("NFS"), FileSystem::Unknown] {
        assert_eq!(set_journal_mode(&connection, &file_system).unwrap(), "delete", "{file_system:?}");
    }
    connection.execute("UPDATE plan_row SET note = 'b'", []).unwrap();
    drop(connection);
    let beside = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1, "no file for shared memory is left");
    // Moved back to a local disk.
    let place = Place::new(state.path(), "fabrikam", "00000000-0000-4000-8000-000000000001".parse().unwrap());
    let store = Store::open(&place).unwrap();
    assert_eq!(store.journal_mode(), "wal");
    assert_eq!(store.load_plan().await.unwrap().rows[&key(1)], keep(1, "b"));
}

#[tokio::test]
async fn a_thread_that_does_not_answer_in_time_is_given_up() {
    let (_state, store) = open();
    let (let_go, held) = std::sync::mpsc::channel::<()>();
    let busy = store.clone();
    let holding = tokio::spawn(async move {
        busy.desk
            .ask("testing", move |_| {
                let _ = held.recv();
                Ok(())
            })
            .await
    });
    tokio::task::yield_now().await;
    let problem = store.flush_blocking(Duration::from_millis(1)).unwrap_err();
    assert!(problem.said.contains("no answer within 1 ms"), "{problem}");
    let_go.send(()).unwrap();
    holding.await.unwrap().unwrap();
    store.flush_blocking(Duration::from_secs(60)).unwrap();
}
