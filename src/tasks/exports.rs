//! What the latest export of the plan wrote, kept in the store: by it an import tells an edit from a change at the service.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::Problem;
use crate::domain::plan::csv::{Column, Exported, PlanRecord};
use crate::store::Export;

use super::session::Session;

/// Remembers an export that was written.
pub async fn remember(session: &Session, records: &[PlanRecord], at: Timestamp) -> Result<(), Problem> {
    let rows = records
        .iter()
        .map(|record| {
            let cells: BTreeMap<String, String> = Column::ALL
                .iter()
                .map(|column| (column.name().to_owned(), record.get(*column).to_owned()))
                .collect();
            (record.storage_key(), cells)
        })
        .collect();
    session.store()?.save_export(Export { at, rows }).await
}

/// The latest export; `None` where there was none, or no store.
pub async fn latest(session: &Session) -> Result<Option<Exported>, Problem> {
    let Some(store) = session.any_store() else { return Ok(None) };
    let Some(export) = store.load_export().await? else { return Ok(None) };
    let rows = export
        .rows
        .into_iter()
        .map(|(key, cells)| {
            let mut record = PlanRecord::default();
            for (name, text) in cells {
                if let Some(column) = Column::parse(&name) {
                    record.set(column, text);
                }
            }
            (key, record)
        })
        .collect();
    Ok(Some(rows))
}
