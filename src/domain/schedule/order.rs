//! The order of sending.
//!
//! First what is only read back; then one person alone, the canary; then removals, invitations and maps, each by last access,
//! the most recent first; administrators last, then the owner, the operator's own account at the very end. What is not sent
//! comes after.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::{Call, Disposition, ScheduleInput, ScheduledRow};
use crate::domain::ids::StorageKey;
use crate::domain::outcome::Outcome;
use crate::domain::people::LastAccess;

/// The rows in the order of the run.
pub(super) fn ordered(mut rows: Vec<ScheduledRow>, input: &ScheduleInput<'_>) -> Vec<ScheduledRow> {
    rows.sort_by_cached_key(|row| {
        (rank(row, input), kind(row), Reverse(last_access(&row.storage_key, input)), row.storage_key.clone())
    });
    if let Some(at) = canary(&rows, input) {
        let first = rows.iter().position(|row| matches!(row.disposition, Disposition::Send(_))).unwrap_or(at);
        let row = rows.remove(at);
        rows.insert(first, row);
    }
    rows
}

/// Verify, ordinary people, administrators, owner, operator, skipped, refused.
fn rank(row: &ScheduledRow, input: &ScheduleInput<'_>) -> u8 {
    let situation = input.situation;
    match &row.disposition {
        Disposition::Verify => 0,
        Disposition::Send(_) if is_operator(row, input) => 4,
        Disposition::Send(_) if situation.owner.as_ref() == Some(&row.storage_key) => 3,
        Disposition::Send(_) if row.privileged => 2,
        Disposition::Send(_) => 1,
        Disposition::Skip(_) => 5,
        Disposition::Refuse(_) => 6,
    }
}

fn is_operator(row: &ScheduledRow, input: &ScheduleInput<'_>) -> bool {
    let situation = input.situation;
    situation.operator_keys.contains(&row.storage_key)
        || row.decision.target().is_some_and(|target| situation.operator_objects.contains(&target))
        || input
            .forecast
            .get(&row.storage_key)
            .and_then(|person| person.target)
            .is_some_and(|target| situation.operator_objects.contains(&target))
}

/// Removals go first, so that targets become free; then invitations, which take time at the other end.
fn kind(row: &ScheduledRow) -> u8 {
    match &row.disposition {
        Disposition::Send(Call::Remove) => 0,
        Disposition::Send(Call::Invite { .. }) => 1,
        _ => 2,
    }
}

fn last_access(key: &StorageKey, input: &ScheduleInput<'_>) -> Option<Timestamp> {
    input.roster.get(key).and_then(|user| match user.last_accessed {
        LastAccess::At(at) => Some(at),
        LastAccess::Never | LastAccess::Unknown => None,
    })
}

/// The best canary: a map of an ordinary person of the safe class who used the organization most recently, so that somebody
/// notices at once; without one the first row stays first.
fn canary(rows: &[ScheduledRow], input: &ScheduleInput<'_>) -> Option<usize> {
    rows.iter()
        .enumerate()
        .filter(|(_, row)| {
            !row.privileged
                && row.after.is_none()
                && matches!(row.disposition, Disposition::Send(Call::Map { .. }))
        })
        .min_by_key(|(at, row)| {
            let safe =
                input.forecast.get(&row.storage_key).is_some_and(|person| person.outcome == Outcome::Safe);
            (!safe, Reverse(last_access(&row.storage_key, input)), *at)
        })
        .map(|(at, _)| at)
}
