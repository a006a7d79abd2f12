//! `ado2entra.journal/1`: what was sent and what came of it, oldest line first.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::plan::{Decision, JournalEntry};
use crate::domain::{ObjectId, RowState, StorageKey};

/// The document.
#[derive(Debug, Serialize)]
pub struct JournalDocument<'a> {
    /// Name and version of the form of this document.
    schema: &'static str,
    /// The organization's name.
    organization: &'a str,
    /// Every line, the oldest first.
    lines: Vec<Line<'a>>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    /// When.
    at: Timestamp,
    /// The run of apply.
    run: &'a str,
    /// Whose row, by the key of the plan.
    storage_key: &'a StorageKey,
    /// The key since the switch, where it changed.
    new_storage_key: Option<&'a StorageKey>,
    /// What was to be done.
    decision: &'static str,
    /// The target of a map.
    target_object_id: Option<ObjectId>,
    /// The address of an invitation.
    invite_address: Option<&'a str>,
    /// How the row stood from then on.
    state: RowState,
    /// Which attempt, from 1.
    attempt: u32,
    /// What happened, in words.
    detail: &'a str,
    /// The service's id of the call, by which its support finds it.
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
