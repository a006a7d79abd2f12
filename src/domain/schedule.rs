//! One apply run as data: which rows are due, in which order, with which call, and why the others are not.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::facts::Facts;
use super::forecast::{Forecast, Situation};
use super::ids::{Descriptor, ObjectId, StorageKey};
use super::people::{Directory, Roster};
use super::plan::{Decision, Plan};

/// A change at a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// `PATCH graph/users/{descriptor}` with the target's object id.
    Map {
        /// The person's present descriptor.
        descriptor: Descriptor,
        /// The target.
        target: ObjectId,
    },
    /// Search for this address in the tenant, else invite it.
    Invite {
        /// The address.
        address: String,
    },
    /// `DELETE userentitlements/{storage key}`.
    Remove,
}

/// What becomes of a row in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Due: this call is sent.
    Send(Call),
    /// Due: nothing is sent, what is already there is read back.
    Verify,
    /// Not due, with the reason.
    Skip(String),
    /// Due, but refused, with the reason and the way out.
    Refuse(String),
}

/// One row of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduledRow {
    /// Whose.
    pub storage_key: StorageKey,
    /// What is wanted.
    pub decision: Decision,
    /// What becomes of it.
    pub disposition: Disposition,
    /// Privileged people go last, one by one.
    pub privileged: bool,
}

/// An apply run before it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The rows in the order of sending: the canary first, privileged people last. Skipped and refused rows come after.
    pub rows: Vec<ScheduledRow>,
    /// Why the whole run is refused; nothing is sent then.
    pub refusals: Vec<String>,
}

/// What a schedule is made of.
#[derive(Debug, Clone, Copy)]
pub struct ScheduleInput<'a> {
    /// The organization's people.
    pub roster: &'a Roster,
    /// When they were read.
    pub roster_read_at: Timestamp,
    /// The tenant's people.
    pub directory: &'a Directory,
    /// When they were read.
    pub directory_read_at: Timestamp,
    /// What else was read.
    pub facts: &'a Facts,
    /// The comparison.
    pub forecast: &'a Forecast,
    /// What the comparison was made with.
    pub situation: &'a Situation,
    /// The decisions.
    pub plan: &'a Plan,
    /// Only these rows; the only way in which privileged people are sent.
    pub only: Option<&'a BTreeSet<StorageKey>>,
    /// Now.
    pub now: Timestamp,
    /// An older reading must be refreshed first.
    pub reread_after: SignedDuration,
}

/// Decides what one apply run does.
pub fn schedule(_input: &ScheduleInput<'_>) -> Schedule {
    Schedule::default()
}
