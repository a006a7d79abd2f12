//! How far the plan is: what needs a decision, how many have one, and who comes next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Decision, Plan, RowState};
use crate::domain::forecast::{Forecast, Person};
use crate::domain::ids::StorageKey;
use crate::domain::outcome::Outcome;

/// Whether somebody has to decide about this person: everybody but those who are connected and those whom the service maps
/// by itself to the right person.
pub fn needs_decision(person: &Person) -> bool {
    asks_for_decision(person.outcome)
}

fn asks_for_decision(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Connected | Outcome::Automatic)
}

/// How far deciding is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// People who need a decision.
    pub needed: usize,
    /// Of these, how many have one.
    pub decided: usize,
    /// Undecided people of the safe class.
    pub safe_left: usize,
    /// Decisions that wait for a second look.
    pub needs_a_look: usize,
}

impl Progress {
    /// Counts over the people who are there now. It takes as long as the plan is, not as long as the list of people.
    pub fn of(forecast: &Forecast, plan: &Plan) -> Self {
        let mut progress = Self::default();
        for (outcome, people) in forecast.counts() {
            progress.needed += if asks_for_decision(outcome) { people } else { 0 };
            progress.safe_left += if outcome == Outcome::Safe { people } else { 0 };
        }
        let known = plan.rows.values().map(|row| (&row.storage_key, row));
        // Since the switch people may be there under another key, or under both.
        let renamed = plan.renamed.iter().filter(|(new, _)| !plan.rows.contains_key(*new));
        let renamed = renamed.filter_map(|(new, planned)| Some((new, plan.rows.get(planned)?)));
        for (key, row) in known.chain(renamed).filter(|(_, row)| row.decision.is_decided()) {
            let Some(person) = forecast.get(key) else { continue };
            progress.needs_a_look += usize::from(row.needs_a_look);
            progress.decided += usize::from(needs_decision(person));
            let safe = usize::from(person.outcome == Outcome::Safe);
            progress.safe_left = progress.safe_left.saturating_sub(safe);
        }
        progress
    }

    /// Whether nothing is left to decide or to look at.
    pub fn is_complete(&self) -> bool {
        self.decided == self.needed && self.needs_a_look == 0
    }
}

/// How many rows have which decision and state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCounts {
    /// Maps.
    pub map: usize,
    /// Invitations.
    pub invite: usize,
    /// Removals.
    pub remove: usize,
    /// People who stay as they are.
    pub keep: usize,
    /// People who need a decision and have none.
    pub undecided: usize,
    /// Decided rows by state.
    pub states: BTreeMap<RowState, usize>,
}

impl PlanCounts {
    /// Counts over the plan; `undecided` over the people who are there now.
    pub fn of(forecast: &Forecast, plan: &Plan) -> Self {
        let mut counts = Self::default();
        for row in plan.rows.values() {
            match row.decision {
                Decision::Map { .. } => counts.map += 1,
                Decision::Invite { .. } => counts.invite += 1,
                Decision::Remove => counts.remove += 1,
                Decision::Keep => counts.keep += 1,
                Decision::Undecided => continue,
            }
            *counts.states.entry(row.state).or_default() += 1;
        }
        counts.undecided = forecast
            .people()
            .iter()
            .filter(|person| needs_decision(person) && !plan.decision(&person.storage_key).is_decided())
            .count();
        counts
    }

    /// How many rows have this state.
    pub fn state(&self, state: RowState) -> usize {
        self.states.get(&state).copied().unwrap_or(0)
    }

    /// `82 map · 6 invite · 3 remove · 12 keep · 7 undecided`.
    pub fn summary(&self) -> String {
        format!(
            "{} map · {} invite · {} remove · {} keep · {} undecided",
            self.map, self.invite, self.remove, self.keep, self.undecided
        )
    }
}

/// The next person in this order who needs a decision or a second look, after `after` and from the top again; `None` when
/// everybody else is decided.
pub fn next_undecided<'k>(
    order: &'k [StorageKey],
    after: Option<&StorageKey>,
    forecast: &Forecast,
    plan: &Plan,
) -> Option<&'k StorageKey> {
    let waits = |key: &StorageKey| {
        let row = plan.row(key);
        row.is_some_and(|row| row.needs_a_look && row.decision.is_decided())
            || (forecast.get(key).is_some_and(needs_decision)
                && !row.is_some_and(|row| row.decision.is_decided()))
    };
    let start = after.and_then(|key| order.iter().position(|it| it == key)).map_or(0, |at| at + 1);
    let (before, behind) = order.split_at_checked(start).unwrap_or((order, &[]));
    behind.iter().chain(before).find(|key| Some(*key) != after && waits(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::fixtures::*;

    fn people() -> (Forecast, Plan, Vec<StorageKey>) {
        let forecast = Forecast::new(vec![
            person(1, Outcome::Automatic, Some(1), vec![]),
            person(2, Outcome::Safe, Some(2), vec![]),
            person(3, Outcome::Review, None, vec![]),
            person(4, Outcome::Missing, None, vec![]),
            person(5, Outcome::Connected, Some(5), vec![]),
        ]);
        let directory = directory([]);
        let mut looked =
            row(&org_user(4, "D", "d@fabrikam.com"), Decision::Keep, Outcome::Missing, &directory);
        looked.needs_a_look = true;
        let plan = plan([
            row(&org_user(3, "C", "c@fabrikam.com"), map(3), Outcome::Review, &directory),
            looked,
            row(&org_user(1, "A", "a@fabrikam.com"), Decision::Remove, Outcome::Automatic, &directory),
        ]);
        (forecast, plan, (1..=5).map(key).collect())
    }

    #[test]
    fn progress_counts_those_who_need_a_decision() {
        let (forecast, plan, _) = people();
        assert_eq!(
            Progress::of(&forecast, &plan),
            Progress { needed: 3, decided: 2, safe_left: 1, needs_a_look: 1 }
        );
        assert!(!Progress::of(&forecast, &plan).is_complete());
        let counts = PlanCounts::of(&forecast, &plan);
        assert_eq!(counts.summary(), "1 map · 0 invite · 1 remove · 1 keep · 1 undecided");
        assert_eq!(counts.state(RowState::Planned), 3);
    }

    #[test]
    fn the_next_undecided_wraps_around_and_never_stays() {
        let (forecast, plan, order) = people();
        let next =
            |after: Option<u32>| next_undecided(&order, after.map(key).as_ref(), &forecast, &plan).cloned();
        assert_eq!(next(None), Some(key(2)));
        assert_eq!(next(Some(2)), Some(key(4)), "needs a look");
        assert_eq!(next(Some(4)), Some(key(2)));
        assert_eq!(next(Some(9)), Some(key(2)), "somebody who is not in the list");
        assert_eq!(next_undecided(&[], None, &forecast, &plan), None);
    }
}
