//! What the latest export of the plan wrote, so that an import can tell an edit in the file from a change at the service.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::params;

use super::Store;
use super::plan::{each, get_meta, put_meta};
use super::text::{json, parse_json, parse_time, text, time};
use crate::domain::{Problem, StorageKey};

/// The read-only cells of an exported plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// When it was written.
    pub at: Timestamp,
    /// For each person: column name and cell as written, only the columns that may not be edited.
    pub rows: BTreeMap<StorageKey, BTreeMap<String, String>>,
}

/// Where the moment of the latest export is kept.
const EXPORTED_AT: &str = "exported_at";

impl Store {
    /// Replaces what was remembered of the latest export: all of it, or nothing.
    pub async fn save_export(&self, export: Export) -> Result<(), Problem> {
        self.write("remembering the export", move |transaction| {
            put_meta(transaction, EXPORTED_AT, &time(export.at))?;
            transaction.execute("DELETE FROM exported_row", [])?;
            let mut insert = transaction
                .prepare_cached("INSERT INTO exported_row (storage_key, columns) VALUES (?1, ?2)")?;
            for (key, columns) in &export.rows {
                insert.execute(params![key.as_str(), json("an exported row", columns)?])?;
            }
            Ok(())
        })
        .await
    }

    /// The latest export; `None` if nothing was exported yet.
    pub async fn load_export(&self) -> Result<Option<Export>, Problem> {
        self.read("reading the latest export", |transaction| {
            let Some(at) = get_meta(transaction, EXPORTED_AT)? else {
                return Ok(None);
            };
            let mut rows = BTreeMap::new();
            each(transaction, "SELECT * FROM exported_row", |row| {
                let columns = parse_json("an exported row", &text(row, "columns")?)?;
                rows.insert(StorageKey::new(&text(row, "storage_key")?), columns);
                Ok(())
            })?;
            Ok(Some(Export { at: parse_time("the latest export", &at)?, rows }))
        })
        .await
    }
}
