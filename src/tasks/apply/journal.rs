//! The journal of one run, and the lock that makes it the only one. Recording returns only when the line is on disk.

use jiff::Timestamp;

use crate::domain::plan::{JournalEntry, PlanRow, RowState};
use crate::domain::{Problem, ProblemKind};
use crate::services::Taken;
use crate::store::{ApplyLock, Store};

use crate::tasks::msg::{ApplyEvent, Msg};
use crate::tasks::session::Session;
use std::sync::Arc;

/// Writes the lines of one run.
#[derive(Debug)]
pub(super) struct Journal {
    session: Arc<Session>,
    store: Store,
    run: String,
    _lock: ApplyLock,
}

impl Journal {
    /// Takes the lock: one apply at a time for a store.
    pub(super) fn open(session: &Arc<Session>, store: Store, run: String) -> Result<Self, Problem> {
        let lock = store.try_lock_apply().map_err(|not| {
            let kind = if not.is_refusal() { ProblemKind::Refused } else { ProblemKind::Local };
            Problem { kind, ..not.problem() }
        })?;
        Ok(Self { session: Arc::clone(session), store, run, _lock: lock })
    }

    /// The run's id.
    pub(super) fn run(&self) -> &str {
        &self.run
    }

    /// The store behind it.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Puts the row into this state, on disk first, then on the screen. `detail` is the call for `sending`, the reason for
    /// a failure or refusal, else what was seen.
    pub(super) async fn record(
        &self,
        row: &mut PlanRow,
        state: RowState,
        detail: &str,
        taken: Option<&Taken>,
    ) -> Result<(), Problem> {
        row.state = state;
        if state == RowState::Sending {
            row.attempts += 1;
        }
        row.error = matches!(state, RowState::Failed | RowState::Refused | RowState::Unknown)
            .then(|| detail.to_owned());
        let entry = JournalEntry {
            at: Timestamp::now(),
            run: self.run.clone(),
            storage_key: row.storage_key.clone(),
            decision: row.decision.clone(),
            target: row.decision.target(),
            state,
            attempt: row.attempts,
            detail: detail.to_owned(),
            activity_id: taken.and_then(|taken| taken.activity_id.clone()),
            new_storage_key: row.new_storage_key.clone(),
        };
        tracing::info!(row = %row.storage_key, state = state.name(), attempt = row.attempts, detail, "journal");
        self.store.append_journal(entry).await?;
        self.session.tell(Msg::Apply(ApplyEvent::RowChanged(Box::new(row.clone())))).await;
        Ok(())
    }
}
