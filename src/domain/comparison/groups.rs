//! Groups of two states under common numbers, and who is in which of them through others.
//!
//! A group is the same one if its descriptor is the same (it holds the group's own SID), else if exactly one group on each
//! side has its name: a group that was renamed stays itself, and one whose descriptor changed does too.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::state::{PersonState, State};

/// A group, as far as a difference names it.
#[derive(Debug, Clone)]
pub(super) struct Common {
    pub name: Arc<str>,
    pub entra: bool,
    pub project: Option<Arc<str>>,
    pub administrators: bool,
}

/// One state's groups under the common numbers.
#[derive(Debug, Default)]
struct Side {
    /// From the state's own number to the common one.
    common: Vec<u32>,
    /// By common number: every group that holds this one, itself included, in order.
    around: Vec<Vec<u32>>,
    /// As `around`, but not by way of Entra groups.
    native: Vec<Vec<u32>>,
    /// The members of these were not read: who is in them is not known.
    unread: BTreeSet<u32>,
    /// Somebody may be in these by way of one that was not read.
    unsure: BTreeSet<u32>,
}

/// Which of the two states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Before,
    After,
}

/// The groups of both states.
#[derive(Debug)]
pub(super) struct Held {
    pub groups: Vec<Common>,
    before: Side,
    after: Side,
    /// By common number: the groups around it are the same both times.
    same: Vec<bool>,
}

impl Held {
    pub fn new(before: &State, after: &State) -> Self {
        let mut groups: Vec<Common> = before.groups.iter().map(common).collect();
        let of_before: Vec<u32> = (0..number(groups.len())).collect();
        let by_id: HashMap<&str, u32> =
            before.groups.iter().zip(0_u32..).map(|(group, at)| (&*group.id, at)).collect();
        let names_before = unique_names(before);
        let names_after = unique_names(after);
        let mut taken: BTreeSet<u32> =
            after.groups.iter().filter_map(|group| by_id.get(&*group.id).copied()).collect();
        let mut of_after = Vec::with_capacity(after.groups.len());
        for group in &after.groups {
            let by_name = || {
                let name = group.name.to_lowercase();
                names_after.get(&name)?;
                names_before.get(&name).copied().filter(|at| !taken.contains(at))
            };
            let known = by_id.get(&*group.id).copied().or_else(by_name);
            of_after.push(known.unwrap_or_else(|| {
                groups.push(common(group));
                number(groups.len() - 1)
            }));
            taken.extend(of_after.last());
        }
        let count = groups.len();
        let before = side(before, of_before, count);
        let after = side(after, of_after, count);
        let same = (0..count).map(|at| before.around.get(at) == after.around.get(at)).collect();
        Self { groups, before, after, same }
    }

    fn side(&self, which: Which) -> &Side {
        match which {
            Which::Before => &self.before,
            Which::After => &self.after,
        }
    }

    /// The groups that this person is directly in, in order; `None`: not read.
    pub fn direct(&self, which: Which, person: &PersonState) -> Option<Vec<u32>> {
        let side = self.side(which);
        let mut found: Vec<u32> = person
            .direct
            .as_ref()?
            .iter()
            .filter_map(|own| side.common.get(usize::try_from(*own).ok()?).copied())
            .collect();
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// Whether two persons with these same direct groups are in the same groups altogether.
    pub fn is_same_around(&self, direct: &[u32]) -> bool {
        direct.iter().all(|group| self.same.get(at(*group)).copied().unwrap_or(true))
    }

    /// Everything that somebody with these direct groups is in.
    pub fn resolved(&self, which: Which, direct: &[u32]) -> BTreeSet<u32> {
        let side = self.side(which);
        direct.iter().filter_map(|group| side.around.get(at(*group))).flatten().copied().collect()
    }

    /// Whether the members of this group were not read.
    pub fn is_unread(&self, which: Which, group: u32) -> bool {
        self.side(which).unread.contains(&group)
    }

    /// Whether somebody may be in this group unseen, by way of one that was not read.
    pub fn is_unsure(&self, which: Which, group: u32) -> bool {
        self.side(which).unsure.contains(&group)
    }

    /// Of these direct groups those that lead to this one.
    pub fn ways(&self, which: Which, direct: &[u32], to: u32) -> Vec<u32> {
        let side = self.side(which);
        let leads = |from: &u32| side.around.get(at(*from)).is_some_and(|all| all.binary_search(&to).is_ok());
        direct.iter().copied().filter(leads).collect()
    }

    /// Whether this group is held by way of Entra groups only.
    pub fn only_through_entra(&self, which: Which, direct: &[u32], to: u32) -> bool {
        let side = self.side(which);
        let is_entra = |group: u32| self.groups.get(at(group)).is_some_and(|group| group.entra);
        !direct.iter().any(|from| {
            !is_entra(*from) && side.native.get(at(*from)).is_some_and(|all| all.binary_search(&to).is_ok())
        })
    }

    pub fn get(&self, group: u32) -> Option<&Common> {
        self.groups.get(at(group))
    }
}

fn at(group: u32) -> usize {
    usize::try_from(group).unwrap_or(usize::MAX)
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn common(group: &super::state::GroupState) -> Common {
    Common {
        name: Arc::clone(&group.name),
        entra: group.entra,
        project: group.project.clone(),
        administrators: group.administrators,
    }
}

/// Names that exactly one group has.
fn unique_names(state: &State) -> BTreeMap<String, u32> {
    let mut found: BTreeMap<String, Option<u32>> = BTreeMap::new();
    for (group, at) in state.groups.iter().zip(0_u32..) {
        found.entry(group.name.to_lowercase()).and_modify(|twice| *twice = None).or_insert(Some(at));
    }
    found.into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
}

fn side(state: &State, common: Vec<u32>, count: usize) -> Side {
    let mut within: Vec<Vec<u32>> = vec![Vec::new(); count];
    let mut entra = vec![false; count];
    for (group, own) in state.groups.iter().zip(&common) {
        let holders =
            group.within.iter().filter_map(|holder| common.get(usize::try_from(*holder).ok()?).copied());
        if let Some(slot) = within.get_mut(at(*own)) {
            slot.extend(holders);
        }
        if let Some(slot) = entra.get_mut(at(*own)) {
            *slot |= group.entra;
        }
    }
    let around: Vec<Vec<u32>> =
        (0..number(count)).map(|group| closure(group, &within, &vec![false; count])).collect();
    let native: Vec<Vec<u32>> = (0..number(count)).map(|group| closure(group, &within, &entra)).collect();
    let unread: BTreeSet<u32> = state
        .unread_groups
        .iter()
        .filter_map(|own| common.get(usize::try_from(*own).ok()?).copied())
        .collect();
    let unsure = unread.iter().filter_map(|group| around.get(at(*group))).flatten().copied().collect();
    Side { common, around, native, unread, unsure }
}

/// The group and everything around it, not going through groups that are closed. Groups may hold each other.
fn closure(group: u32, within: &[Vec<u32>], closed: &[bool]) -> Vec<u32> {
    let mut found = BTreeSet::from([group]);
    let mut open = vec![group];
    while let Some(next) = open.pop() {
        if closed.get(at(next)).copied().unwrap_or(false) && next != group {
            continue;
        }
        for holder in within.get(at(next)).into_iter().flatten() {
            if found.insert(*holder) {
                open.push(*holder);
            }
        }
    }
    found.into_iter().collect()
}
