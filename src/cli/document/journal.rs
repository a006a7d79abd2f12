//! `ado2entra.journal/1`: what was sent and what came of it, oldest line first.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::plan::{Decision, JournalEntry};
use crate::domain::{ObjectId, RowState, StorageKey};

/// The document.
#[derive(Debug, Serialize)]
pub struct JournalDocument<'a> {
    schema: &'static str,
    organization: &'a str,
    lines: Vec<Line<'a>>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    at: Timestamp,
    run: &'a str,
    storage_key: &'a StorageKey,
    new_storage_key: Option<&'a StorageKey>,
    decision: &'static str,
    target_object_id: Option<ObjectId>,
    invite_address: Option<&'a str>,
    state: RowState,
    attempt: u32,
    detail: &'a str,
    activity_id: Option<&'a str>,
}

impl<'a> JournalDocument<'a> {
    /// These lines.
    pub fn new(organization: &'a str, lines: &'a [JournalEntry]) -> Self {
        let lines = lines
            .iter()
            .map(|line| Line {
                at: line.at,
                run: &line.run,
                storage_key: &line.storage_key,
                new_storage_key: line.new_storage_key.as_ref(),
                decision: line.decision.name(),
                target_object_id: line.target,
                invite_address: match &line.decision {
                    Decision::Invite { address } => Some(address),
                    _ => None,
                },
                state: line.state,
                attempt: line.attempt,
                detail: &line.detail,
                activity_id: line.activity_id.as_deref(),
            })
            .collect();
        Self { schema: "ado2entra.journal/1", organization, lines }
    }
}
