//! What the papers are made from: everything that the store knows of one organization and destination tenant.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::activity::EventLine;
use crate::domain::check::Tick;
use crate::domain::comparison::checklist::PointId;
use crate::domain::facts::TokenInventory;
use crate::domain::ids::{StorageKey, TenantId};
use crate::domain::people::{OrgUser, TenantUser};
use crate::domain::plan::{JournalEntry, Plan};
use crate::domain::text::named;

use super::record::{Act, ActKind, Found, LookedBack, Readiness};

/// One person as read at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// When.
    pub taken_at: Timestamp,
    /// The org user.
    pub user: OrgUser,
    /// The tenant user that the plan maps the person onto, where there was one.
    pub target: Option<TenantUser>,
    /// How many groups of the organization the person was directly in; `None` where that was not read.
    pub groups: Option<usize>,
}

/// What the store knows.
#[derive(Debug, Clone)]
pub struct Material {
    /// The organization's name.
    pub organization: String,
    /// The destination tenant.
    pub tenant: Option<TenantId>,
    /// The decisions.
    pub plan: Plan,
    /// What was sent and what came of it, oldest line first.
    pub journal: Vec<JournalEntry>,
    /// The last reading of everybody who was decided about.
    pub last: BTreeMap<StorageKey, Known>,
    /// The reading from before the switch, of everybody.
    pub before: BTreeMap<StorageKey, Known>,
    /// Who did what when, oldest first; empty in a store of a version that did not write it down.
    pub acts: Vec<Act>,
    /// What was found before the switch, by the key at that time.
    pub found: BTreeMap<StorageKey, Found>,
    /// The prerequisites, as last evaluated before the switch.
    pub readiness: Option<Readiness>,
    /// The latest look back after connecting; `None`: nobody looked, or with a version that did not keep it.
    pub looked_back: Option<LookedBack>,
    /// What persons ticked of the list for the time after connecting.
    pub point_ticks: BTreeMap<PointId, Tick>,
    /// Whose tokens and SSH keys were read before the switch, where they were.
    pub tokens_before: Option<TokenInventory>,
    /// What happened, oldest first.
    pub events: Vec<EventLine>,
    /// When the switch was seen.
    pub switched_at: Option<Timestamp>,
    /// When the paper is written.
    pub written_at: Timestamp,
    /// The version of this program.
    pub version: String,
}

impl Material {
    /// Everybody who is known by a decision or a reading, by the key of the plan.
    pub fn people(&self) -> BTreeSet<&StorageKey> {
        let keys =
            self.plan.rows.keys().chain(self.before.keys()).chain(self.last.keys()).chain(self.found.keys());
        keys.map(|key| self.planned(key)).collect()
    }

    /// The key of the plan, for a key of a line that may be the one since the switch.
    pub fn planned<'a>(&'a self, key: &'a StorageKey) -> &'a StorageKey {
        self.plan.renamed.get(key).unwrap_or(key)
    }

    /// The newest reading of a person.
    pub fn newest(&self, key: &StorageKey) -> Option<&Known> {
        let new = self.plan.row(key).and_then(|row| row.new_storage_key.as_ref());
        let last = self.last.get(key).or_else(|| self.last.get(new?));
        let before = self.before.get(key);
        match (last, before) {
            (Some(last), Some(before)) if before.taken_at > last.taken_at => Some(before),
            (last, before) => last.or(before),
        }
    }

    /// A person in words: as decided, else as read, else the key.
    pub fn name(&self, key: &StorageKey) -> String {
        if let Some(seen) = self.plan.row(key).and_then(|row| row.seen.as_ref()) {
            return named(&seen.person.display_name, &seen.person.principal_name);
        }
        self.newest(key).map_or_else(
            || key.to_string(),
            |known| named(&known.user.display_name, &known.user.principal_name),
        )
    }

    /// The newest act of one of these kinds about this.
    pub fn last_act(&self, kinds: &[ActKind], subject: &str) -> Option<&Act> {
        self.acts.iter().rev().find(|act| act.subject == subject && kinds.contains(&act.kind))
    }

    /// Nothing was read and nothing was decided.
    pub fn is_empty(&self) -> bool {
        self.plan.rows.is_empty() && self.before.is_empty() && self.last.is_empty() && self.journal.is_empty()
    }
}
