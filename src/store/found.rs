//! What was found out about everybody before the switch. From the moment of the switch on nothing replaces it; triggers of the
//! schema see to that.

use std::collections::BTreeMap;

use rusqlite::params;

use super::Store;
use super::plan::{each, get_meta, put_meta};
use super::readings::SWITCHED_AT;
use super::text::{json, parse_json, text, time};
use crate::domain::papers::{Found, Readiness};
use crate::domain::{Check, Problem, StorageKey};

/// How many people are written in one transaction, so that a line of the journal never waits long behind them.
const STEP: usize = 500;

/// Where the prerequisites are kept.
const READINESS: &str = "readiness";

/// Reads what was kept; a check that this version does not know is left out.
fn readiness_of(kept: &str) -> Option<Readiness> {
    let mut document: serde_json::Value = serde_json::from_str(kept).ok()?;
    if let Some(checks) = document.get_mut("checks").and_then(serde_json::Value::as_array_mut) {
        checks.retain(|check| serde_json::from_value::<Check>(check.clone()).is_ok());
    }
    serde_json::from_value(document).ok()
}

impl Store {
    /// Stores the prerequisites as they were evaluated; after the switch was marked nothing is stored.
    pub async fn save_readiness(&self, readiness: Readiness) -> Result<(), Problem> {
        self.write("storing the prerequisites", move |transaction| {
            let kept = get_meta(transaction, READINESS)?.and_then(|kept| readiness_of(&kept));
            let replaces = kept.is_none_or(|kept| readiness.replaces(&kept));
            if replaces && get_meta(transaction, SWITCHED_AT)?.is_none() {
                put_meta(transaction, READINESS, &json("the prerequisites", &readiness)?)?;
            }
            Ok(())
        })
        .await
    }

    /// The prerequisites as last evaluated before the switch. Those that this version does not know are left out.
    pub async fn readiness(&self) -> Result<Option<Readiness>, Problem> {
        self.read("reading the prerequisites", |transaction| {
            Ok(get_meta(transaction, READINESS)?.and_then(|kept| readiness_of(&kept)))
        })
        .await
    }
    /// Stores what was found, in steps; what is there already and says the same stays as it is, with its time. With `keep`
    /// (the destination backs the organization) only people are added of whom nothing was found before. After the switch was
    /// marked nothing is stored.
    pub async fn save_found(&self, found: Vec<Found>, keep: bool) -> Result<(), Problem> {
        let mut rest = found.into_iter();
        loop {
            let step: Vec<Found> = rest.by_ref().take(STEP).collect();
            if step.is_empty() {
                return Ok(());
            }
            self.write("storing what was found", move |transaction| {
                if get_meta(transaction, SWITCHED_AT)?.is_some() {
                    return Ok(());
                }
                let mut insert = transaction.prepare_cached(if keep {
                    "INSERT OR IGNORE INTO forecast (storage_key, at, found) VALUES (?1, ?2, ?3)"
                } else {
                    // The moment is no part of what is compared.
                    "INSERT INTO forecast (storage_key, at, found) VALUES (?1, ?2, ?3) ON CONFLICT (storage_key)
                     DO UPDATE SET at = excluded.at, found = excluded.found
                     WHERE json_remove(forecast.found, '$.at') <> json_remove(excluded.found, '$.at')"
                })?;
                for it in &step {
                    insert.execute(params![
                        it.storage_key.as_str(),
                        time(it.at),
                        json("what was found", it)?
                    ])?;
                }
                Ok(())
            })
            .await?;
        }
    }

    /// What was found about everybody, by the key at that time.
    pub async fn found(&self) -> Result<BTreeMap<StorageKey, Found>, Problem> {
        self.read("reading what was found", |transaction| {
            let mut all = BTreeMap::new();
            each(transaction, "SELECT found FROM forecast", |row| {
                let found: Found = parse_json("what was found", &text(row, "found")?)?;
                all.insert(found.storage_key.clone(), found);
                Ok(())
            })?;
            Ok(all)
        })
        .await
    }
}
