//! The journal: what was meant before each call, and what came of it after. Append-only; the triggers of the schema keep
//! it so.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::desk::{Desk, Failure};
use super::plan::{each, ensure_row, parse_object};
use super::text::{json, maybe, parse_json, parse_time, text, time, unreadable};
use super::{Store, acts};
use crate::domain::papers::ActKind;
use crate::domain::plan::{JournalEntry, RowState};
use crate::domain::{Problem, StorageKey};

impl Store {
    /// Writes a line, and in the same transaction how the row stands: its state, its error, the number of attempts, and the
    /// new key where the line has one. The answer means that it is on the disk; without it no call may be sent.
    pub async fn append_journal(&self, entry: JournalEntry) -> Result<(), Problem> {
        self.desk.ask("writing the journal", move |desk| append(desk, &entry)).await
    }

    /// [`Store::append_journal`] for a thread without a runtime. A problem after the timeout does not say whether the line
    /// was written.
    pub fn append_journal_blocking(&self, entry: JournalEntry, timeout: Duration) -> Result<(), Problem> {
        self.desk.ask_blocking("writing the journal", timeout, move |desk| append(desk, &entry))
    }

    /// All lines, oldest first.
    pub async fn journal(&self) -> Result<Vec<JournalEntry>, Problem> {
        self.read("reading the journal", |transaction| {
            let mut lines = Vec::new();
            each(transaction, "SELECT * FROM journal ORDER BY id", |row| {
                let storage_key = StorageKey::new(&text(row, "storage_key")?);
                let what = format!("the journal line about {storage_key}");
                let state = text(row, "state")?;
                lines.push(JournalEntry {
                    at: parse_time(&what, &text(row, "at")?)?,
                    run: text(row, "run")?,
                    decision: parse_json(&what, &text(row, "decision")?)?,
                    target: maybe(row, "target")?.map(|id| parse_object(&what, &id)).transpose()?,
                    state: RowState::parse(&state)
                        .ok_or_else(|| unreadable(&what, &format!("`{state}` is not known")))?,
                    attempt: row.get("attempt")?,
                    detail: text(row, "detail")?,
                    activity_id: maybe(row, "activity_id")?,
                    new_storage_key: maybe(row, "new_storage_key")?.map(|key| StorageKey::new(&key)),
                    storage_key,
                });
                Ok(())
            })?;
            Ok(lines)
        })
        .await
    }
}

/// The number of the newest line; 0 for an empty journal.
pub(super) fn newest(connection: &Connection) -> Result<i64, Failure> {
    Ok(connection.query_row("SELECT coalesce(max(id), 0) FROM journal", [], |row| row.get(0))?)
}

/// Whether somebody else wrote a line about this person after line `seen`.
pub(super) fn refuse_if_moved(
    transaction: &Transaction<'_>,
    key: &StorageKey,
    seen: i64,
    writer: &str,
) -> Result<(), Failure> {
    let moved = transaction
        .prepare_cached(
            "SELECT state FROM journal WHERE storage_key = ?1 AND id > ?2 AND writer <> ?3 ORDER BY id DESC LIMIT 1",
        )?
        .query_row(params![key.as_str(), seen, writer], |row| row.get::<_, String>(0))
        .optional()?;
    match moved {
        None => Ok(()),
        Some(state) => Err(Failure::Refused {
            said: format!(
                "another run of this program recorded `{state}` for {key} meanwhile; nothing was saved"
            ),
            remedy: "Read the plan again, then decide again.".to_owned(),
        }),
    }
}

fn append(desk: &mut Desk, entry: &JournalEntry) -> Result<(), Failure> {
    let writer = desk.writer.clone();
    let begins = desk.run.as_deref() != Some(entry.run.as_str());
    desk.write(|transaction| {
        if begins {
            acts::record(transaction, ActKind::RunBegun, &entry.run, None)?;
        }
        append_line(transaction, entry, &writer)
    })?;
    if begins {
        desk.run = Some(entry.run.clone());
    }
    Ok(())
}

fn append_line(transaction: &Transaction<'_>, entry: &JournalEntry, writer: &str) -> Result<(), Failure> {
    let key = &entry.storage_key;
    ensure_row(transaction, key, &entry.decision)?;
    transaction
        .prepare_cached(
            "INSERT INTO journal (at, run, writer, storage_key, decision, target, state, attempt, detail, activity_id,
                new_storage_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            time(entry.at),
            entry.run,
            writer,
            key.as_str(),
            json("the decision", &entry.decision)?,
            entry.target.map(|target| target.to_string()),
            entry.state.name(),
            entry.attempt,
            entry.detail,
            entry.activity_id,
            entry.new_storage_key.as_ref().map(StorageKey::as_str),
        ])?;
    transaction
        .prepare_cached(
            "UPDATE plan_row SET state = ?2, error = ?3, attempts = ?4, new_storage_key = coalesce(?5, new_storage_key)
             WHERE storage_key = ?1",
        )?
        .execute(params![
            key.as_str(),
            entry.state.name(),
            has_error(entry.state).then_some(&entry.detail),
            entry.attempt,
            entry.new_storage_key.as_ref().map(StorageKey::as_str),
        ])?;
    Ok(())
}

/// In these states the line's words are the row's error: why it failed, was refused or is not known.
fn has_error(state: RowState) -> bool {
    matches!(state, RowState::Failed | RowState::Refused | RowState::Unknown)
}
