//! How an apply run stands, by what it told.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::plan::{PlanRow, RowState};
use crate::domain::{Problem, StorageKey};
use crate::tasks::msg::ApplyEvent;

/// See the module.
#[derive(Debug, Clone)]
pub struct ApplyProgress {
    /// Its id, as in the journal.
    pub run: String,
    /// How many rows are due.
    pub due: usize,
    /// When it began.
    pub started_at: Timestamp,
    /// Rows that changed in this run, latest state each.
    pub rows: BTreeMap<StorageKey, PlanRow>,
    /// The service asked to wait until then.
    pub throttled_until: Option<Timestamp>,
    /// Nothing is sent; with the reason, if it was not the administrator's wish.
    pub paused: Option<Option<Problem>>,
    /// How many invited guests are waited for, and when the next one is tried.
    pub guests: Option<(usize, Timestamp)>,
    /// How many rows are sent at a time now, where that is fewer than configured.
    pub slowed: Option<usize>,
    /// When and why it ended.
    pub finished: Option<(Timestamp, Option<Problem>)>,
    /// Since when it is paused.
    paused_at: Option<Timestamp>,
    /// How long it was paused before that, in all.
    idle: SignedDuration,
}

impl ApplyProgress {
    /// A run that begins now.
    pub fn new(run: String, due: usize, started_at: Timestamp) -> Self {
        Self {
            run,
            due,
            started_at,
            rows: BTreeMap::new(),
            throttled_until: None,
            paused: None,
            guests: None,
            slowed: None,
            finished: None,
            paused_at: None,
            idle: SignedDuration::ZERO,
        }
    }

    /// How long the rest takes at the pace so far, pauses left out; `None` before anything is done, and while nothing is sent.
    pub fn remaining(&self, now: Timestamp) -> Option<SignedDuration> {
        if self.finished.is_some() || self.paused.is_some() {
            return None;
        }
        let is_done = |row: &&PlanRow| {
            !row.state.is_open() && !matches!(row.state, RowState::Planned | RowState::Skipped)
        };
        let done = i64::try_from(self.rows.values().filter(is_done).count()).ok().filter(|done| *done > 0)?;
        let left = i64::try_from(self.due).ok()?.checked_sub(done).filter(|left| *left > 0)?;
        let worked = now.duration_since(self.started_at).saturating_sub(self.idle);
        let so_far = i64::try_from(worked.as_millis()).ok()?.max(0);
        Some(SignedDuration::from_millis(so_far.checked_mul(left)? / done))
    }

    /// Takes in what happened, at this moment.
    pub(super) fn take_in(&mut self, event: &ApplyEvent, now: Timestamp) {
        match event {
            ApplyEvent::RowChanged(row) => {
                self.rows.insert(row.storage_key.clone(), PlanRow::clone(row));
                self.throttled_until = None;
            }
            ApplyEvent::GuestsRest { guests, next } => {
                self.guests = (*guests > 0).then_some((*guests, *next));
            }
            ApplyEvent::Paced { at_a_time, of } => self.slowed = (at_a_time < of).then_some(*at_a_time),
            ApplyEvent::Throttled { until } => {
                self.throttled_until = self.throttled_until.max(Some(*until));
            }
            ApplyEvent::Paused(problem) => {
                self.paused = Some(problem.clone());
                self.paused_at.get_or_insert(now);
            }
            ApplyEvent::Resumed => {
                self.paused = None;
                if let Some(since) = self.paused_at.take() {
                    self.idle = self.idle.saturating_add(now.duration_since(since));
                }
            }
            ApplyEvent::Finished { stopped, at } => {
                self.throttled_until = None;
                self.paused = None;
                self.guests = None;
                self.slowed = None;
                self.finished = Some((*at, stopped.clone()));
            }
            ApplyEvent::Started { .. } | ApplyEvent::TokenWanted(_) | ApplyEvent::Alarm(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::fixtures::*;

    #[test]
    fn a_pause_is_no_part_of_the_pace() {
        let start: Timestamp = "2026-11-23T19:00:00Z".parse().unwrap();
        let after = |seconds: i64| start + SignedDuration::from_secs(seconds);
        let mut run = ApplyProgress::new("1".into(), 4, start);
        let verified = PlanRow {
            state: RowState::Verified,
            ..PlanRow::undecided(org_user(1, "A", "a@x.example").storage_key)
        };
        assert_eq!(run.remaining(after(5)), None);
        run.take_in(&ApplyEvent::RowChanged(Box::new(verified)), after(10));
        assert_eq!(run.remaining(after(10)), Some(SignedDuration::from_secs(30)));
        run.take_in(&ApplyEvent::Paused(None), after(10));
        // Somebody is asked as well: one pause.
        run.take_in(&ApplyEvent::Paused(None), after(600));
        assert_eq!(run.remaining(after(900)), None);
        run.take_in(&ApplyEvent::Resumed, after(1000));
        assert_eq!(run.remaining(after(1000)), Some(SignedDuration::from_secs(30)));
        assert_eq!(run.remaining(after(1002)), Some(SignedDuration::from_secs(36)));
    }
}
