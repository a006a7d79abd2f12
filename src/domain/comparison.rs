//! Before and after: what people lost, gained, or have in another form, told from two states of one organization.
//!
//! [`state::State`] is the organization at one moment, made from a snapshot or from stored readings. [`compare()`] joins the
//! people of two states by storage key (see [`join`] for those whose key changed) and names every [`Difference`]: what it is
//! about, which way it went, and whether it was to be expected (see [`expected`]). What was not read in one of the two states
//! is not compared, and said so: unknown is never *lost*.
//!
//! [`checklist`] is the list of Microsoft's how-to for the time after connecting; [`follow_up`] says whose tokens and keys
//! have to be made anew.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::{ObjectId, StorageKey};
use super::plan::{Decision, Plan};
use super::problem::Problem;

pub mod checklist;
pub mod difference;
pub mod expected;
pub mod follow_up;
mod groups;
pub mod join;
mod organization;
mod people;
pub mod state;
mod summary;
#[cfg(test)]
mod tests;
pub mod words;

pub use difference::{Change, Difference, Kind, PersonChanges};
pub use expected::Expected;
pub use state::State;
pub use summary::{Counts, Summary};

use groups::Held;
use state::Moment;

/// What the administrator planned, as far as a comparison needs it. Empty where there is no plan: then nothing is expected
/// because of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intentions {
    /// Who is to be mapped onto whom.
    pub targets: BTreeMap<StorageKey, ObjectId>,
    /// Who is to be removed.
    pub removed: std::collections::BTreeSet<StorageKey>,
    /// Pairs that a reading before the switch found dangerous, and that nobody confirmed.
    pub hazards: std::collections::BTreeSet<(StorageKey, ObjectId)>,
    /// Who was found under a new key, by the old one.
    pub new_keys: BTreeMap<StorageKey, StorageKey>,
}

impl Intentions {
    /// Of this plan.
    pub fn of(plan: &Plan) -> Self {
        let mut intentions = Self::default();
        let open = plan.hazards.iter().filter(|pair| !plan.confirmed.contains_key(pair));
        intentions.hazards = open.map(|pair| (pair.storage_key.clone(), pair.target)).collect();
        for row in plan.rows.values() {
            match &row.decision {
                Decision::Map { target } => {
                    intentions.targets.insert(row.storage_key.clone(), *target);
                }
                Decision::Remove => {
                    intentions.removed.insert(row.storage_key.clone());
                }
                _ => {}
            }
            if let Some(new) = &row.new_storage_key {
                intentions.new_keys.insert(row.storage_key.clone(), new.clone());
            }
        }
        intentions
    }
}

/// Two states, compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// When and of what the first state is.
    pub before: Moment,
    /// The second.
    pub after: Moment,
    /// Everybody with a difference: who lost something unexpected first, then by name, then by key.
    pub people: Vec<PersonChanges>,
    /// What concerns the organization and nobody in particular.
    pub organization: Vec<Difference>,
    /// What could not be compared, and why.
    pub not_compared: Vec<String>,
    /// Counted.
    pub summary: Summary,
}

impl Comparison {
    /// Whether anything at all was lost, expected or not.
    pub fn has_losses(&self) -> bool {
        self.summary.lost() > 0
    }
}

/// What a look back after connecting found.
#[derive(Debug, Clone)]
pub struct LookBack {
    /// When the second state was read.
    pub at: jiff::Timestamp,
    /// Nothing was asked of a service: the second state is the latest that was at hand, of the moment above.
    pub offline: bool,
    /// Where the first state comes from, in words.
    pub before_from: String,
    /// Before and after, or why there is no comparison.
    pub comparison: Result<Comparison, Problem>,
    /// Microsoft's list for the time after connecting.
    pub points: Vec<checklist::Point>,
}

/// Compares two states of one organization.
pub fn compare(before: &State, after: &State, intentions: &Intentions) -> Comparison {
    let held = Held::new(before, after);
    let pairs = join::pairs(before, after, &held, intentions);
    let mut not_compared = Vec::new();
    let mut people = people::differences(before, after, &held, &pairs, intentions);
    people.sort_by(|a, b| {
        (!a.has_unexpected_loss(), !a.has_loss(), &a.name, &a.storage_key).cmp(&(
            !b.has_unexpected_loss(),
            !b.has_loss(),
            &b.name,
            &b.storage_key,
        ))
    });
    let organization = organization::differences(before, after, &mut not_compared);
    people::say_what_was_not_compared(before, after, &mut not_compared);
    let summary = Summary::of(&people, &organization, before, after, &pairs);
    Comparison { before: before.moment(), after: after.moment(), people, organization, not_compared, summary }
}
