//! What makes the next start begin where this one ended (tab, filter, order, person), and the list of events.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Store;
use super::acts::record;
use super::desk::Failure;
use super::text::{json, parse_json, parse_time, text, time};
use crate::domain::Problem;
use crate::domain::papers::ActKind;

/// So many events are kept; older ones go when new ones come.
pub const EVENTS_KEPT: i64 = 10_000;

/// Something that happened: a line of the event list and of the timeline's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What kind, such as `connection`, `tick`, `apply`.
    pub kind: String,
    /// In words.
    pub text: String,
}

impl Store {
    /// A remembered value; `None` if there is none, or one that is no JSON any more.
    pub async fn session_get(&self, key: &'static str) -> Result<Option<Value>, Problem> {
        self.read("reading the session", move |transaction| {
            let found: Option<String> = transaction
                .query_row("SELECT value FROM session WHERE key = ?1", [key], |row| row.get(0))
                .optional()?;
            Ok(found.and_then(|value| parse_json(key, &value).ok()))
        })
        .await
    }

    /// Remembers a value.
    pub async fn session_put(&self, key: &'static str, value: Value) -> Result<(), Problem> {
        self.write("remembering the session", move |transaction| put(transaction, key, &value)).await
    }

    /// [`Store::session_put`] of something that a person did, which is written down with it.
    pub async fn session_put_as(
        &self,
        key: &'static str,
        value: Value,
        kind: ActKind,
        subject: String,
        note: Option<String>,
    ) -> Result<(), Problem> {
        self.write("remembering what was done", move |transaction| {
            record(transaction, kind, &subject, note.as_deref())?;
            put(transaction, key, &value)
        })
        .await
    }

    /// [`Store::session_put`] for a thread without a runtime.
    pub fn session_put_blocking(
        &self,
        key: &'static str,
        value: Value,
        timeout: Duration,
    ) -> Result<(), Problem> {
        self.desk.ask_blocking("remembering the session", timeout, move |desk| {
            desk.write(|transaction| put(transaction, key, &value))
        })
    }

    /// Adds an event.
    pub async fn add_event(&self, event: Event) -> Result<(), Problem> {
        self.write("storing an event", move |transaction| {
            transaction.execute(
                "INSERT INTO event (at, kind, text) VALUES (?1, ?2, ?3)",
                params![time(event.at), event.kind, event.text],
            )?;
            transaction
                .execute("DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - ?1", [EVENTS_KEPT])?;
            Ok(())
        })
        .await
    }

    /// The newest `limit` events, newest first.
    pub async fn events(&self, limit: u32) -> Result<Vec<Event>, Problem> {
        self.read("reading the events", move |transaction| {
            let mut statement = transaction.prepare("SELECT * FROM event ORDER BY id DESC LIMIT ?1")?;
            let mut rows = statement.query([limit])?;
            let mut events = Vec::new();
            while let Some(row) = rows.next()? {
                events.push(Event {
                    at: parse_time("an event", &text(row, "at")?)?,
                    kind: text(row, "kind")?,
                    text: text(row, "text")?,
                });
            }
            Ok(events)
        })
        .await
    }
}

fn put(transaction: &Transaction<'_>, key: &str, value: &Value) -> Result<(), Failure> {
    transaction.execute(
        "INSERT INTO session (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![key, json(key, value)?],
    )?;
    Ok(())
}
