//! Readings of people: the last one, and the one from *before* the switch that `validate` compares with.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use super::Store;
use super::desk::Failure;
use super::plan::{each, get_meta, put_meta};
use super::text::{json, parse_json, parse_time, text, time};
use crate::domain::{OrgUser, Problem, StorageKey, TenantUser};

/// Bulk work is written in transactions of so many, each a request of its own, so that a line of the journal never waits
/// behind more than these.
pub const STEP: usize = 100;

/// Which reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadingKind {
    /// The latest.
    Last,
    /// The latest from before the switch.
    Before,
}

impl ReadingKind {
    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Before => "before",
        }
    }
}

/// One person as read at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Who; the key at the time of the reading.
    pub storage_key: StorageKey,
    /// When.
    pub taken_at: Timestamp,
    /// The org user.
    pub user: OrgUser,
    /// The tenant user that the plan maps the person onto, where there is one.
    pub target: Option<TenantUser>,
    /// Direct group memberships; `None` when they were not read.
    pub memberships: Option<Vec<String>>,
}

impl Store {
    /// Replaces the last reading of these people, in steps of [`STEP`]; others keep theirs. After a problem the steps
    /// before it are stored.
    pub async fn save_last_readings(&self, readings: Vec<Reading>) -> Result<(), Problem> {
        self.save_readings("storing the last reading", ReadingKind::Last, readings).await
    }

    /// Replaces the *before* reading of these people, in steps of [`STEP`]; others keep theirs. Refused when `connected`
    /// (the destination backs the organization), and after [`Store::mark_switched`] whatever the caller says.
    pub async fn save_before(&self, readings: Vec<Reading>, connected: bool) -> Result<(), Problem> {
        let asked = "storing the reading from before the switch";
        if connected {
            return self.desk.ask(asked, |_| Err::<(), _>(too_late())).await;
        }
        self.save_readings(asked, ReadingKind::Before, readings).await
    }

    async fn save_readings(
        &self,
        asked: &'static str,
        kind: ReadingKind,
        readings: Vec<Reading>,
    ) -> Result<(), Problem> {
        let mut rest = readings.into_iter();
        loop {
            let step: Vec<Reading> = rest.by_ref().take(STEP).collect();
            if step.is_empty() {
                return Ok(());
            }
            self.write(asked, move |transaction| put_step(transaction, kind, &step)).await?;
        }
    }

    /// The readings of one kind, by the key at the time of the reading.
    pub async fn readings(&self, kind: ReadingKind) -> Result<BTreeMap<StorageKey, Reading>, Problem> {
        self.read("reading the stored people", move |transaction| {
            let mut found = BTreeMap::new();
            let sql = match kind {
                ReadingKind::Last => "SELECT reading FROM reading WHERE kind = 'last'",
                ReadingKind::Before => "SELECT reading FROM reading WHERE kind = 'before'",
            };
            each(transaction, sql, |row| {
                let reading: Reading = parse_json("a stored reading", &text(row, "reading")?)?;
                found.insert(reading.storage_key.clone(), reading);
                Ok(())
            })?;
            Ok(found)
        })
        .await
    }

    /// The reading of one person from before the switch.
    pub async fn before_reading(&self, key: &StorageKey) -> Result<Option<Reading>, Problem> {
        let key = key.clone();
        self.read("reading a person as before the switch", move |transaction| {
            let found: Option<String> = transaction
                .query_row(
                    "SELECT reading FROM reading WHERE kind = 'before' AND storage_key = ?1",
                    [key.as_str()],
                    |row| row.get(0),
                )
                .optional()?;
            found.map(|reading| parse_json("a stored reading", &reading)).transpose()
        })
        .await
    }

    /// Remembers that the switch was seen at this moment; only the first call counts. From then on no *before* reading is
    /// stored, replaced or deleted. The answer is the moment that is stored.
    pub async fn mark_switched(&self, at: Timestamp) -> Result<Timestamp, Problem> {
        self.write("storing the moment of the switch", move |transaction| {
            if let Some(stored) = get_meta(transaction, SWITCHED_AT)? {
                return parse_time("the moment of the switch", &stored);
            }
            put_meta(transaction, SWITCHED_AT, &time(at))?;
            Ok(at)
        })
        .await
    }

    /// When the switch was seen.
    pub async fn switched_at(&self) -> Result<Option<Timestamp>, Problem> {
        self.read("reading the moment of the switch", |transaction| {
            get_meta(transaction, SWITCHED_AT)?
                .map(|at| parse_time("the moment of the switch", &at))
                .transpose()
        })
        .await
    }

    /// After the way back (what backed the organization first backs it again): *before* readings may be taken again. Those
    /// that are stored stay until then.
    pub async fn forget_switch(&self) -> Result<(), Problem> {
        self.write("storing the way back", |transaction| {
            transaction.execute("DELETE FROM meta WHERE key = ?1", [SWITCHED_AT])?;
            Ok(())
        })
        .await
    }
}

/// Also named in the triggers of the schema.
pub(super) const SWITCHED_AT: &str = "switched_at";

fn too_late() -> Failure {
    Failure::Refused {
        said: "the switch has happened, and what was read before it is never replaced".to_owned(),
        remedy: "Nothing to do: the reading from before the switch is kept for the comparison.".to_owned(),
    }
}

fn put_step(transaction: &Transaction<'_>, kind: ReadingKind, step: &[Reading]) -> Result<(), Failure> {
    if kind == ReadingKind::Before && get_meta(transaction, SWITCHED_AT)?.is_some() {
        return Err(too_late());
    }
    let mut insert = transaction.prepare_cached(
        "INSERT INTO reading (kind, storage_key, taken_at, reading) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (kind, storage_key) DO UPDATE SET taken_at = excluded.taken_at, reading = excluded.reading",
    )?;
    for reading in step {
        insert.execute(params![
            kind.name(),
            reading.storage_key.as_str(),
            time(reading.taken_at),
            json("a reading", reading)?
        ])?;
    }
    Ok(())
}
