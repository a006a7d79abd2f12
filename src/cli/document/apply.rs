//! `ado2entra.apply/1`: what became of each row, or what would.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::domain::{ObjectId, PlanRow, RowState, StorageKey};

/// The document.
#[derive(Debug, Serialize)]
pub struct ApplyDocument<'a> {
    /// Name and version of the form of this document.
    schema: &'static str,
    /// Nothing was sent.
    dry_run: bool,
    /// The rows of the run, in the order of applying.
    rows: Vec<RowEntry<'a>>,
    /// How many rows are in each state.
    summary: BTreeMap<&'static str, usize>,
}

/// One row.
#[derive(Debug, Serialize)]
pub struct RowEntry<'a> {
    /// Whose.
    pub storage_key: &'a StorageKey,
    /// What is wanted.
    pub decision: &'static str,
    /// The target of a map.
    pub target_object_id: Option<ObjectId>,
    /// How it stands.
    pub state: RowState,
    /// Under which key the person is found now, where that changed.
    pub new_storage_key: Option<&'a StorageKey>,
    /// Why, where it did not go well.
    pub error: Option<&'a str>,
    /// How many calls were sent for it.
    pub attempts: u32,
    /// What would be sent, in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<CallEntry>,
}

/// One call that would be made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallEntry {
    /// `PATCH`, `POST`, `DELETE`, `GET`.
    pub method: String,
    /// Where to.
    pub url: String,
    /// What with; `null` where the call has no body.
    pub body: Option<Value>,
}

impl<'a> RowEntry<'a> {
    /// A row of the plan as it stands.
    pub fn of(row: &'a PlanRow) -> Self {
        Self {
            storage_key: &row.storage_key,
            decision: row.decision.name(),
            target_object_id: row.decision.target(),
            state: row.state,
            new_storage_key: row.new_storage_key.as_ref(),
            error: row.error.as_deref(),
            attempts: row.attempts,
            call: None,
        }
    }
}

impl<'a> ApplyDocument<'a> {
    /// These rows, counted by state.
    pub fn new(dry_run: bool, rows: Vec<RowEntry<'a>>) -> Self {
        let mut summary = BTreeMap::new();
        for row in &rows {
            *summary.entry(row.state.name()).or_insert(0) += 1;
        }
        Self { schema: "ado2entra.apply/1", dry_run, rows, summary }
    }
}
