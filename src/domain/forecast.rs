//! The comparison of the two lists: for each person in the organization, what connecting will do or did, and who they may
//! be in the tenant.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::candidate::Candidate;
use super::connection::Backing;
use super::facts::{Facts, GraphIdentity};
use super::ids::{ObjectId, StorageKey, TenantId};
use super::matching::TenantIndex;
use super::outcome::Outcome;
use super::people::{Directory, Roster};
use super::plan::{Pair, Plan};
use patterns::{PatternId, Patterns};

mod by_pattern;
mod comparison;
mod dates;
mod decide;
pub mod destination;
pub mod incremental;
pub mod patterns;
pub mod shared;
mod shares;
pub mod standing;
pub mod table;

pub use comparison::Comparison;
pub use destination::infer_destination;
pub use incremental::{Again, forecast_again};
use shared::Shared;

/// What the forecast depends on besides the two lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation {
    /// The destination tenant.
    pub destination: Option<TenantId>,
    /// What backs the organization now; `None` when it could not be read.
    pub backing: Option<Backing>,
    /// The tenant that backed it before a switch.
    pub previous_backing: Option<TenantId>,
    /// Storage keys of the operator, by `connectionData` before and after the switch.
    pub operator_keys: BTreeSet<StorageKey>,
    /// Object ids of the operator, by Graph `/me`.
    pub operator_objects: BTreeSet<ObjectId>,
    /// Project Collection Administrators; `None` when they could not be read completely.
    pub administrators: Option<BTreeSet<StorageKey>>,
    /// The owner, where known.
    pub owner: Option<StorageKey>,
    /// Users of the graph without an entitlement; `None` when they could not be read.
    pub graph_identities: Option<Arc<Vec<GraphIdentity>>>,
    /// Maps of the plan.
    pub planned: HashMap<StorageKey, ObjectId>,
    /// Pairs confirmed as the same person.
    pub confirmed: BTreeSet<Pair>,
    /// Hazard pairs of readings before the switch.
    pub hazards: BTreeSet<Pair>,
    /// Patterns that the administrator uses as evidence.
    pub patterns: BTreeSet<PatternId>,
    /// Addresses never offered for removal or bulk decisions (configuration).
    pub protected: BTreeSet<String>,
    /// Days without access after which somebody counts as inactive.
    pub inactive_after_days: u32,
    /// The moment for which the forecast is made.
    pub now: Timestamp,
    /// How many candidates are kept for each person.
    pub candidates: usize,
}

impl Situation {
    /// Nothing known, at this moment.
    pub fn at(now: Timestamp) -> Self {
        Self {
            destination: None,
            backing: None,
            previous_backing: None,
            operator_keys: BTreeSet::new(),
            operator_objects: BTreeSet::new(),
            administrators: None,
            owner: None,
            graph_identities: None,
            planned: HashMap::new(),
            confirmed: BTreeSet::new(),
            hazards: BTreeSet::new(),
            patterns: BTreeSet::new(),
            protected: BTreeSet::new(),
            inactive_after_days: 90,
            now,
            candidates: 5,
        }
    }

    /// What the facts and the plan say.
    pub fn new(facts: &Facts, plan: &Plan, now: Timestamp) -> Self {
        let mut operator_keys = plan.operator_keys.clone();
        operator_keys.extend(facts.operator.get().map(|operator| operator.storage_key.clone()));
        let mut operator_objects = plan.operator_objects.clone();
        operator_objects.extend(facts.me.get().map(|me| me.id));
        Self {
            destination: facts.destination(),
            backing: facts.backing.get().copied(),
            previous_backing: plan.previous_backing,
            operator_keys,
            operator_objects,
            administrators: facts
                .administrators
                .get()
                .filter(|found| found.unresolved.is_empty())
                .map(|found| found.members.clone()),
            owner: facts.owner.get().and_then(|owner| owner.storage_key.clone()),
            graph_identities: facts.graph_identities.value.clone(),
            planned: plan
                .rows
                .values()
                .filter_map(|row| Some((row.storage_key.clone(), row.decision.target()?)))
                .collect(),
            confirmed: plan.confirmed.keys().cloned().collect(),
            hazards: plan.hazards.clone(),
            patterns: plan.patterns.keys().cloned().collect(),
            ..Self::at(now)
        }
    }

    /// Whether a comparison made with the other situation is the same as one made with this: the moment does not count,
    /// and the planned maps only once the destination backs the organization.
    pub fn compares_like(&self, other: &Self) -> bool {
        let mut like = self.clone();
        like.now = other.now;
        if !self.is_connected() {
            like.planned.clone_from(&other.planned);
        }
        like == *other
    }

    /// Whether the destination backs the organization.
    pub fn is_connected(&self) -> bool {
        self.destination.is_some() && self.backing.and_then(Backing::tenant) == self.destination
    }
}

/// What a forecast is made of.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The organization's people.
    pub roster: &'a Roster,
    /// The tenant's.
    pub directory: &'a Directory,
    /// The index over them.
    pub index: &'a TenantIndex,
    /// What is known besides.
    pub situation: &'a Situation,
}

/// What was found out about one org user.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Who.
    pub storage_key: StorageKey,
    /// What connecting will do, or did.
    pub outcome: Outcome,
    /// Why, in one plain sentence.
    pub why: String,
    /// The tenant user that the outcome speaks of: of `automatic` and `hazard` the one the service chooses (or chose), of
    /// `safe` the one that qualifies, of `connected` the identity itself.
    pub target: Option<ObjectId>,
    /// Proposals, best first.
    pub candidates: Arc<[Candidate]>,
    /// Operator, owner or administrator; `None` when that could not be read.
    pub privileged: Option<bool>,
    /// A guest identity that the service may map by itself; the reading after connecting decides.
    pub may_map_by_itself: bool,
}

/// What was found out about everybody.
#[derive(Debug, Clone, Default)]
pub struct Forecast {
    people: Vec<Person>,
    by_key: HashMap<StorageKey, usize>,
    /// Whom the service maps by itself, and onto whom; in the order of the targets.
    by_itself: Vec<(ObjectId, usize)>,
    counts: BTreeMap<Outcome, usize>,
    /// What the whole set said, for judging one person again.
    shared: Arc<Shared>,
}

impl Forecast {
    /// From the people in the order of the roster.
    pub fn new(people: Vec<Person>) -> Self {
        let by_key = people.iter().enumerate().map(|(at, person)| (person.storage_key.clone(), at)).collect();
        let mut counts = BTreeMap::new();
        let mut by_itself = Vec::new();
        for (at, person) in people.iter().enumerate() {
            *counts.entry(person.outcome).or_default() += 1;
            if matches!(person.outcome, Outcome::Automatic | Outcome::Hazard) {
                by_itself.extend(person.target.map(|target| (target, at)));
            }
        }
        by_itself.sort_unstable();
        Self { people, by_key, by_itself, counts, shared: Arc::default() }
    }

    /// Everybody, in the order of the roster.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// This person.
    pub fn get(&self, key: &StorageKey) -> Option<&Person> {
        self.by_key.get(key).and_then(|at| self.people.get(*at))
    }

    /// How many people have each outcome; outcomes that nobody has are absent.
    pub fn counts(&self) -> BTreeMap<Outcome, usize> {
        self.counts.clone()
    }

    /// The patterns of the two lists.
    pub fn patterns(&self) -> &Patterns {
        self.shared.patterns()
    }

    /// Whom the service maps onto this tenant user by itself, in the order of the roster.
    pub fn mapped_by_service(&self, target: ObjectId) -> impl Iterator<Item = &Person> {
        let from = self.by_itself.partition_point(|(other, _)| *other < target);
        let found = self.by_itself.iter().skip(from).take_while(move |(other, _)| *other == target);
        found.filter_map(|(_, at)| self.people.get(*at))
    }
}

/// Compares the two lists. The order of either list makes no difference to what is said about anybody.
pub fn forecast(
    roster: &Roster,
    directory: &Directory,
    index: &TenantIndex,
    situation: &Situation,
) -> Forecast {
    let comparison = Comparison::new(roster, directory, index, situation);
    Forecast { shared: Arc::clone(&comparison.shared), ..Forecast::new(comparison.everybody()) }
}

#[cfg(test)]
mod tests;
