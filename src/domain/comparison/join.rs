//! Who is who in two states: by storage key, and where the key is gone, by the rule of the glossary.
//!
//! *The old key is gone and exactly one entitlement whose origin id is the planned target holds this person's access level
//! and direct memberships*; for whoever has no planned target the sign-in address takes its place. The other way round it must
//! be exactly one person as well. Anything less certain is one person who is gone and another who is new.

use std::collections::{BTreeMap, HashMap};

use super::Intentions;
use super::groups::{Held, Which};
use super::state::{PersonState, State};
use crate::domain::ids::ObjectId;
use crate::domain::people::EntitlementStatus;
use crate::domain::plan::address;

/// The same person, in both states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The place in the first state.
    pub before: usize,
    /// The place in the second.
    pub after: usize,
}

/// Everybody of two states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Who is in both, by the place in the first.
    pub both: Vec<Pair>,
    /// Places in the first state of those who are not in the second.
    pub gone: Vec<usize>,
    /// Places in the second state of those who were not in the first.
    pub new: Vec<usize>,
}

/// Joins the people of two states.
pub(super) fn pairs(before: &State, after: &State, held: &Held, intentions: &Intentions) -> Pairs {
    let mut pairs = Pairs::default();
    let mut taken = vec![false; after.people.len()];
    let mut take = |at: usize| {
        if let Some(slot) = taken.get_mut(at) {
            *slot = true;
        }
    };
    let mut gone = Vec::new();
    for (at, person) in before.people.iter().enumerate() {
        match after.position(&person.key) {
            Some(there) => {
                take(there);
                pairs.both.push(Pair { before: at, after: there });
            }
            None => gone.push(at),
        }
    }
    // What the plan learned already.
    gone.retain(|at| {
        let found = before
            .people
            .get(*at)
            .and_then(|person| intentions.new_keys.get(&person.key))
            .filter(|key| before.position(key).is_none())
            .and_then(|key| after.position(key));
        if let Some(there) = found {
            take(there);
            pairs.both.push(Pair { before: *at, after: there });
        }
        found.is_none()
    });
    let new: Vec<usize> = taken.iter().enumerate().filter(|(_, taken)| !**taken).map(|(at, _)| at).collect();
    let matches = successors(before, after, held, intentions, &gone, &new);
    pairs.gone = gone.into_iter().filter(|at| !matches.contains_key(at)).collect();
    let found: std::collections::BTreeSet<usize> = matches.values().copied().collect();
    pairs.new = new.into_iter().filter(|at| !found.contains(at)).collect();
    pairs.both.extend(matches.into_iter().map(|(before, after)| Pair { before, after }));
    pairs.both.sort_unstable_by_key(|pair| pair.before);
    pairs
}

/// Of those who are gone, who can only be one of the new ones.
fn successors(
    before: &State,
    after: &State,
    held: &Held,
    intentions: &Intentions,
    gone: &[usize],
    new: &[usize],
) -> BTreeMap<usize, usize> {
    if gone.is_empty() || new.is_empty() {
        return BTreeMap::new();
    }
    let mut by_object: HashMap<ObjectId, Vec<usize>> = HashMap::new();
    let mut by_address: HashMap<String, Vec<usize>> = HashMap::new();
    for at in new {
        let Some(person) = after.people.get(*at) else { continue };
        if let Some(object) = person.object {
            by_object.entry(object).or_default().push(*at);
        }
        by_address.entry(folded(&person.address)).or_default().push(*at);
    }
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    let mut claims: BTreeMap<usize, usize> = BTreeMap::new();
    for at in gone {
        let Some(person) = before.people.get(*at) else { continue };
        let Some(rights) = held.direct(Which::Before, person) else { continue };
        let target = intentions.targets.get(&person.key).copied();
        let by_target = target.and_then(|target| by_object.get(&target)).into_iter().flatten();
        let named = by_address.get(&folded(&person.address)).into_iter().flatten();
        let mut theirs: Vec<usize> = by_target
            .chain(named)
            .copied()
            .filter(|there| {
                after.people.get(*there).is_some_and(|one| {
                    is_same_person(person, one, target)
                        && one.access == person.access
                        && one.status != EntitlementStatus::Deleted
                        && held.direct(Which::After, one).as_ref() == Some(&rights)
                })
            })
            .collect();
        theirs.sort_unstable();
        theirs.dedup();
        for there in &theirs {
            *claims.entry(*there).or_insert(0) += 1;
        }
        if let [only] = theirs[..] {
            found.insert(*at, only);
        }
    }
    found.retain(|_, there| claims.get(there) == Some(&1));
    found
}

fn is_same_person(before: &PersonState, after: &PersonState, target: Option<ObjectId>) -> bool {
    match (target, after.object) {
        (Some(target), Some(object)) => object == target,
        _ => address::same(&after.address, &before.address),
    }
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}
