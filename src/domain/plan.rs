//! The plan: all decisions of one organization and destination tenant, what they were bound to, and how each stands.
//!
//! The rules of what may be decided about whom, and when, are in [`rules`]; what many decisions at once may do is in
//! [`bulk`]; how a new reading meets old decisions is in [`reconcile`](mod@reconcile); the plan as a file is in [`csv`]; what is kept for the
//! journal is in [`journal`].

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::check::{CheckId, Tick};
use super::connection::Backing;
use super::forecast::patterns::PatternId;
use super::ids::{ObjectId, StorageKey, TenantId};
use super::outcome::Outcome;

pub mod address;
pub mod bulk;
pub mod csv;
pub mod fingerprint;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod journal;
pub mod progress;
pub mod reconcile;
pub mod rules;

pub use bulk::{BulkAcceptance, accept_safe};
pub use fingerprint::{Seen, SeenPerson, SeenTarget};
pub use journal::JournalEntry;
pub use progress::{PlanCounts, Progress, needs_decision, next_undecided};
pub use reconcile::{confirm, reconcile, undo};
pub use rules::{Judgement, Kept, Rulebook, judge};

/// What the administrator wants for an org user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Decision {
    /// Nothing was decided.
    #[default]
    Undecided,
    /// Give the person's work and access to this tenant user.
    Map {
        /// The target.
        target: ObjectId,
    },
    /// Invite this address as a guest, then map.
    Invite {
        /// The address that gets the invitation.
        address: String,
    },
    /// Delete the entitlement.
    Remove,
    /// Leave the person as they are: disconnected, unable to sign in.
    Keep,
}

impl Decision {
    /// The name in JSON and CSV.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Undecided => "undecided",
            Self::Map { .. } => "map",
            Self::Invite { .. } => "invite",
            Self::Remove => "remove",
            Self::Keep => "keep",
        }
    }

    /// The target of a map.
    pub fn target(&self) -> Option<ObjectId> {
        match self {
            Self::Map { target } => Some(*target),
            _ => None,
        }
    }

    /// Whether anything was decided.
    pub fn is_decided(&self) -> bool {
        !matches!(self, Self::Undecided)
    }
}

/// How a row stands in the journal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowState {
    /// Nothing was sent yet.
    #[default]
    Planned,
    /// The intent is on disk, the call is under way.
    Sending,
    /// The service took it; not read back yet.
    Applied,
    /// Read back and right.
    Verified,
    /// The service refused or failed, and nothing happened.
    Failed,
    /// Not sent: the row, the person or the target is not as planned.
    Refused,
    /// Not due in this run.
    Skipped,
    /// Sent, and nobody knows whether it happened.
    Unknown,
}

impl RowState {
    /// All states, in the order of a summary.
    pub const ALL: [Self; 8] = [
        Self::Verified,
        Self::Applied,
        Self::Sending,
        Self::Unknown,
        Self::Failed,
        Self::Refused,
        Self::Skipped,
        Self::Planned,
    ];

    /// The name in JSON and CSV.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Sending => "sending",
            Self::Applied => "applied",
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether something was sent whose result must be read before anything is repeated.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Sending | Self::Applied | Self::Unknown)
    }
}

/// One person's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanRow {
    /// Who.
    pub storage_key: StorageKey,
    /// What is wanted.
    pub decision: Decision,
    /// The outcome changed since the decision: apply refuses the row until it was confirmed.
    pub needs_a_look: bool,
    /// The administrator's words.
    pub note: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// The outcome that the administrator saw when deciding.
    pub decided_on: Option<Outcome>,
    /// Person and target as they were when it was decided.
    pub seen: Option<Arc<Seen>>,
    /// How the row stands.
    pub state: RowState,
    /// Why it failed or was refused, with the remedy.
    pub error: Option<String>,
    /// How many calls were sent for it.
    pub attempts: u32,
    /// The key under which the person is found after the switch, where it changed.
    pub new_storage_key: Option<StorageKey>,
}

impl PlanRow {
    /// A row about which nothing was decided.
    pub fn undecided(storage_key: StorageKey) -> Self {
        Self {
            storage_key,
            decision: Decision::Undecided,
            needs_a_look: false,
            note: None,
            decided_at: None,
            decided_on: None,
            seen: None,
            state: RowState::Planned,
            error: None,
            attempts: 0,
            new_storage_key: None,
        }
    }
}

/// A hazard pair that a reading found, or a *same person* that the administrator confirmed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pair {
    /// The org user.
    pub storage_key: StorageKey,
    /// The tenant user.
    pub target: ObjectId,
}

/// The plan of one organization and destination tenant, as kept in the store.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Rows of everybody about whom something was decided, sent or learned.
    pub rows: BTreeMap<StorageKey, PlanRow>,
    /// Keys that people have since the switch, and the planned key of each. Kept by [`Plan::put`].
    pub renamed: BTreeMap<StorageKey, StorageKey>,
    /// Ticked prerequisites.
    pub ticks: BTreeMap<CheckId, Tick>,
    /// Ticked steps of the timeline.
    pub phase_ticks: BTreeMap<super::connection::Phase, Tick>,
    /// Pairs that the administrator confirmed to be the same person, with the note.
    pub confirmed: BTreeMap<Pair, Tick>,
    /// Hazard pairs that readings before the switch found.
    pub hazards: BTreeSet<Pair>,
    /// Patterns that the administrator uses as evidence, and since when.
    pub patterns: BTreeMap<PatternId, Timestamp>,
    /// What backed the organization when the plan was first made.
    pub first_backing: Option<Backing>,
    /// The tenant that backed the organization before a switch, as seen by the latest reading before it.
    pub previous_backing: Option<TenantId>,
    /// The owner's address, where the administrator named one.
    pub owner_told: Option<String>,
    /// Storage keys that this plan has seen as its own operator.
    pub operator_keys: BTreeSet<StorageKey>,
    /// Object ids that this plan has seen as its own operator (Graph `/me`).
    pub operator_objects: BTreeSet<ObjectId>,
}

impl Plan {
    /// Puts a row into the plan, in place of the one that is there.
    pub fn put(&mut self, row: PlanRow) {
        if let Some(new) = &row.new_storage_key {
            self.renamed.insert(new.clone(), row.storage_key.clone());
        }
        self.rows.insert(row.storage_key.clone(), row);
    }

    /// The row of this person, if anything is known: by the planned key, or by the one that the person has since the switch.
    pub fn row(&self, key: &StorageKey) -> Option<&PlanRow> {
        self.rows.get(key).or_else(|| self.rows.get(self.renamed.get(key)?))
    }

    /// The decision about this person.
    pub fn decision(&self, key: &StorageKey) -> &Decision {
        const UNDECIDED: &Decision = &Decision::Undecided;
        self.row(key).map_or(UNDECIDED, |row| &row.decision)
    }

    /// Who the plan maps onto this tenant user, if anybody.
    pub fn claimant(&self, target: ObjectId) -> Option<&StorageKey> {
        self.rows.values().find(|row| row.decision.target() == Some(target)).map(|row| &row.storage_key)
    }
}
