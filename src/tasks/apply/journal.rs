//! The journal of one run, and the lock that makes it the only one. Recording returns only when the line is on disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::plan::{JournalEntry, Plan, PlanRow, RowState};
use crate::domain::schedule::machine::{Line, Memory};
use crate::domain::{Problem, ProblemKind, StorageKey};
use crate::services::Taken;
use crate::store::{ApplyLock, Store};

use crate::tasks::msg::{ApplyEvent, Msg};
use crate::tasks::session::Session;

/// Writes the lines of one run.
#[derive(Debug)]
pub(super) struct Journal {
    session: Arc<Session>,
    store: Store,
    run: String,
    /// What earlier lines know of each row.
    memories: BTreeMap<StorageKey, Memory>,
    _lock: ApplyLock,
}

impl Journal {
    /// Takes the lock (one apply at a time for a store), and reads the plan and the earlier lines: in this order, so that
    /// nobody else changes them meanwhile.
    pub(super) async fn open(session: &Arc<Session>) -> Result<(Self, Plan), Problem> {
        let store = session.store()?.clone();
        let lock = store.try_lock_apply().map_err(|not| {
            let kind = if not.is_refusal() { ProblemKind::Refused } else { ProblemKind::Local };
            Problem { kind, ..not.problem() }
        })?;
        let plan = store.load_plan().await?;
        let mut memories: BTreeMap<StorageKey, Memory> = BTreeMap::new();
        for line in store.journal().await? {
            if plan.rows.get(&line.storage_key).is_some_and(|row| row.decision == line.decision) {
                memories.entry(line.storage_key.clone()).or_default().take_in(&line);
            }
        }
        // The id of a run: its moment, which also sorts.
        let run = Timestamp::now().to_string();
        Ok((Self { session: Arc::clone(session), store, run, memories, _lock: lock }, plan))
    }

    /// The run's id.
    pub(super) fn run(&self) -> &str {
        &self.run
    }

    /// The store behind it.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// What the lines of earlier runs know of this row.
    pub(super) fn memory(&self, key: &StorageKey) -> Memory {
        self.memories.get(key).copied().unwrap_or_default()
    }

    /// Puts the row into the line's state, on disk first, then on the screen.
    pub(super) async fn record(
        &self,
        row: &mut PlanRow,
        line: &Line,
        taken: Option<&Taken>,
    ) -> Result<(), Problem> {
        let (before, state) = (row.state, line.state);
        let attempt = row.attempts + u32::from(state == RowState::Sending);
        let entry = JournalEntry {
            at: Timestamp::now(),
            run: self.run.clone(),
            storage_key: row.storage_key.clone(),
            decision: row.decision.clone(),
            target: line.target,
            state,
            attempt,
            detail: line.detail.clone(),
            activity_id: taken.and_then(|taken| taken.activity_id.clone()),
            new_storage_key: row.new_storage_key.clone(),
        };
        tracing::info!(
            row = %row.storage_key,
            before = before.name(),
            state = state.name(),
            attempt,
            detail = line.detail,
            "journal"
        );
        self.store.append_journal(entry).await?;
        row.state = state;
        row.attempts = attempt;
        row.error = matches!(state, RowState::Failed | RowState::Refused | RowState::Unknown)
            .then(|| line.detail.clone());
        self.session.tell(Msg::Apply(ApplyEvent::RowChanged(Box::new(row.clone())))).await;
        Ok(())
    }
}
