//! A comparison, counted: by kind, and over all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::join::Pairs;
use super::state::State;
use super::{Change, Difference, Kind, PersonChanges};

/// How often something of one kind happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Lost, and not to be expected.
    pub lost: usize,
    /// Lost, as was to be expected.
    pub lost_expected: usize,
    /// Gained.
    pub gained: usize,
    /// Another one, and not to be expected.
    pub changed: usize,
    /// Another one, as was to be expected.
    pub changed_expected: usize,
}

impl Counts {
    fn add(&mut self, one: &Difference) {
        let slot = match (one.change, one.expected.is_some()) {
            (Change::Lost, false) => &mut self.lost,
            (Change::Lost, true) => &mut self.lost_expected,
            (Change::Gained, _) => &mut self.gained,
            (Change::Changed, false) => &mut self.changed,
            (Change::Changed, true) => &mut self.changed_expected,
        };
        *slot += 1;
    }
}

/// The whole comparison in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// People in the first state.
    pub before: usize,
    /// People in the second.
    pub after: usize,
    /// People in both.
    pub in_both: usize,
    /// Of these, people under a new key.
    pub new_keys: usize,
    /// Of those in both, people with no difference at all.
    pub unchanged: usize,
    /// People who lost something unexpected.
    pub with_unexpected_loss: usize,
    /// People who lost something, all of it to be expected.
    pub with_expected_loss: usize,
    /// People who have used the organization since the first state was read.
    pub came_back: usize,
    /// By kind; only kinds of which there is something.
    pub by_kind: BTreeMap<Kind, Counts>,
}

impl Summary {
    pub(super) fn of(
        people: &[PersonChanges],
        organization: &[Difference],
        before: &State,
        after: &State,
        pairs: &Pairs,
    ) -> Self {
        let mut by_kind: BTreeMap<Kind, Counts> = BTreeMap::new();
        for one in people.iter().flat_map(|person| &person.differences).chain(organization) {
            by_kind.entry(one.kind).or_default().add(one);
        }
        let changed_in_both = people.len().saturating_sub(pairs.gone.len() + pairs.new.len());
        let key_at = |state: &State, at: usize| state.people.get(at).map(|person| person.key.clone());
        Self {
            before: before.people.len(),
            after: after.people.len(),
            in_both: pairs.both.len(),
            new_keys: pairs
                .both
                .iter()
                .filter(|pair| key_at(before, pair.before) != key_at(after, pair.after))
                .count(),
            unchanged: pairs.both.len().saturating_sub(changed_in_both),
            with_unexpected_loss: people.iter().filter(|person| person.has_unexpected_loss()).count(),
            with_expected_loss: people
                .iter()
                .filter(|person| person.has_loss() && !person.has_unexpected_loss())
                .count(),
            came_back: after
                .people
                .iter()
                .filter(|person| person.last_accessed.at().is_some_and(|at| at > before.taken_at))
                .count(),
            by_kind,
        }
    }

    /// Everything that was lost.
    pub fn lost(&self) -> usize {
        self.by_kind.values().map(|counts| counts.lost + counts.lost_expected).sum()
    }

    /// Everything that was lost and not to be expected.
    pub fn lost_unexpectedly(&self) -> usize {
        self.by_kind.values().map(|counts| counts.lost).sum()
    }

    /// Everything that was gained.
    pub fn gained(&self) -> usize {
        self.by_kind.values().map(|counts| counts.gained).sum()
    }

    /// Everything that is another one.
    pub fn changed(&self) -> usize {
        self.by_kind.values().map(|counts| counts.changed + counts.changed_expected).sum()
    }
}
