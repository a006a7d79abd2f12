//! What is written down before and after each call.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Decision, RowState};
use crate::domain::ids::{ObjectId, StorageKey};

/// One line of the journal. Append-only: a later line about the same row supersedes, and never changes, an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// When.
    pub at: Timestamp,
    /// Which run of apply; the same for all lines of one run.
    pub run: String,
    /// Whose row.
    pub storage_key: StorageKey,
    /// What was wanted.
    pub decision: Decision,
    /// The target, of a map or of an invitation once it is known.
    pub target: Option<ObjectId>,
    /// How the row stands from now on.
    pub state: RowState,
    /// How many calls were sent for it, this one included.
    pub attempt: u32,
    /// What happened, in words; for `sending` the call.
    pub detail: String,
    /// The service's id of the call.
    pub activity_id: Option<String>,
    /// The key under which the person was found, where it is not the planned one.
    pub new_storage_key: Option<StorageKey>,
}
