//! Accepting the safe class at once: the only decision that may be made for many people in one step.

use std::collections::{HashMap, HashSet};

use super::rules::{AskKind, Rulebook};
use super::{Decision, Plan, address};
use crate::domain::forecast::{Forecast, Situation};
use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::outcome::Outcome;
use crate::domain::people::{Directory, Roster};

/// What accepting the safe class would decide, and whom it leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkAcceptance {
    /// The maps, in the order of the forecast.
    pub rows: Vec<(StorageKey, ObjectId)>,
    /// Safe, but privileged: decided one by one.
    pub left_out_privileged: Vec<StorageKey>,
    /// Safe, but protected by the configuration.
    pub left_out_protected: Vec<StorageKey>,
    /// Safe, but refused or to be asked about one by one, with the reason.
    pub left_out_refused: Vec<(StorageKey, String)>,
    /// Why nobody may be accepted in bulk; `rows` is empty then.
    pub refused: Option<String>,
}

impl BulkAcceptance {
    /// How many safe proposals are left for one-by-one decisions.
    pub fn left_out(&self) -> usize {
        self.left_out_privileged.len() + self.left_out_protected.len() + self.left_out_refused.len()
    }

    /// One line for the question and the result: how many, and how many are left out and why.
    pub fn summary(&self) -> String {
        if let Some(reason) = &self.refused {
            return reason.clone();
        }
        let mut line = match self.rows.len() {
            0 => "no safe proposal is undecided".to_owned(),
            1 => "1 safe proposal".to_owned(),
            n => format!("{n} safe proposals"),
        };
        let parts: Vec<String> = [
            (self.left_out_privileged.len(), "privileged"),
            (self.left_out_protected.len(), "protected"),
            (self.left_out_refused.len(), "to look at one by one"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
        if !parts.is_empty() {
            line.push_str("; left out: ");
            line.push_str(&parts.join(", "));
        }
        line
    }
}

/// Which maps accepting the safe class decides: only people who are undecided and whose outcome is `safe`, never anybody
/// privileged or protected, never one target twice. Nothing at all where the administrators could not be read.
pub fn accept_safe(
    roster: &Roster,
    directory: &Directory,
    forecast: &Forecast,
    plan: &Plan,
    situation: &Situation,
) -> BulkAcceptance {
    let mut bulk = BulkAcceptance::default();
    if situation.administrators.is_none() {
        bulk.refused = Some(
            "Who the administrators are could not be read, so nobody is accepted in bulk. Decide one by one, or see the \
             prerequisite `admins-covered`."
                .to_owned(),
        );
        return bulk;
    }
    let book =
        Rulebook::new(plan, directory, situation).with_roster(roster).with_forecast(forecast).indexed();
    let mut proposed: HashMap<ObjectId, usize> = HashMap::new();
    for person in forecast.people() {
        if let (Outcome::Safe, Some(target)) = (person.outcome, person.target) {
            *proposed.entry(target).or_default() += 1;
        }
    }
    let twice: HashSet<ObjectId> =
        proposed.into_iter().filter(|(_, count)| *count > 1).map(|(target, _)| target).collect();
    for person in forecast.people() {
        let (Outcome::Safe, Some(target)) = (person.outcome, person.target) else { continue };
        let Some(user) = roster.get(&person.storage_key) else { continue };
        let key = person.storage_key.clone();
        if plan.decision(&key).is_decided() {
            continue;
        }
        let own = situation.operator_keys.contains(&key)
            || situation.operator_objects.contains(&target)
            || situation.owner.as_ref() == Some(&key)
            || situation.administrators.as_ref().is_some_and(|known| known.contains(&key));
        if own || person.privileged != Some(false) {
            bulk.left_out_privileged.push(key);
        } else if address::is_listed(user, &situation.protected) {
            bulk.left_out_protected.push(key);
        } else if twice.contains(&target) {
            bulk.left_out_refused.push((key, "the same target is proposed for two people".to_owned()));
        } else {
            match book.rule(&Decision::Map { target }, user, person) {
                Err(reason) => bulk.left_out_refused.push((key, reason)),
                Ok(asks) => match asks.into_iter().find(|ask| ask.kind != AskKind::Guest) {
                    Some(ask) => bulk.left_out_refused.push((key, ask.words)),
                    None => bulk.rows.push((key, target)),
                },
            }
        }
    }
    bulk
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::candidate::{EvidenceKind, WarningKind};
    use crate::domain::plan::fixtures::*;

    #[test]
    fn only_safe_undecided_ordinary_people_are_taken() {
        let users: Vec<_> =
            (1..=9).map(|n| org_user(n, &format!("Person {n}"), &format!("p{n}@fabrikam.com"))).collect();
        let targets: Vec<_> =
            (1..=9).map(|n| tenant_user(n, &format!("Person {n}"), &format!("p{n}@contoso.com"))).collect();
        let directory = directory(targets);
        let mail = |n: u32| vec![candidate(n, &[EvidenceKind::Mail], &[])];
        let mut people = vec![
            person(1, Outcome::Safe, Some(1), mail(1)),
            person(2, Outcome::Review, Some(2), mail(2)),
            person(3, Outcome::Safe, Some(3), mail(3)),
            person(4, Outcome::Safe, Some(4), mail(4)),
            person(5, Outcome::Safe, Some(5), mail(5)),
            person(
                6,
                Outcome::Safe,
                Some(6),
                vec![candidate(6, &[EvidenceKind::Mail], &[WarningKind::NameContradicts])],
            ),
            person(
                7,
                Outcome::Safe,
                Some(7),
                vec![candidate(7, &[EvidenceKind::GuestUpn], &[WarningKind::Guest])],
            ),
            person(8, Outcome::Safe, Some(8), mail(8)),
            person(9, Outcome::Safe, Some(8), mail(8)),
        ];
        people[2].privileged = Some(true);
        let plan = plan([row(&users[4], Decision::Keep, Outcome::Safe, &directory)]);
        let situation =
            Situation { protected: BTreeSet::from(["P4@fabrikam.com".to_owned()]), ..situation() };
        let bulk = accept_safe(&roster(users), &directory, &Forecast::new(people), &plan, &situation);
        assert_eq!(bulk.rows, [(key(1), object(1)), (key(7), object(7))]);
        assert_eq!(bulk.left_out_privileged, [key(3)]);
        assert_eq!(bulk.left_out_protected, [key(4)]);
        let refused: Vec<_> = bulk.left_out_refused.iter().map(|(key, _)| key.clone()).collect();
        assert_eq!(refused, [key(6), key(8), key(9)]);
        assert_eq!(
            bulk.summary(),
            "2 safe proposals; left out: 1 privileged, 1 protected, 3 to look at one by one"
        );
    }

    #[test]
    fn nobody_is_taken_while_the_administrators_are_unknown() {
        let directory = directory([tenant_user(1, "A", "a@contoso.com")]);
        let people = vec![person(1, Outcome::Safe, Some(1), vec![candidate(1, &[EvidenceKind::Mail], &[])])];
        let situation = Situation { administrators: None, ..situation() };
        let roster = roster([org_user(1, "A", "a@fabrikam.com")]);
        let bulk = accept_safe(&roster, &directory, &Forecast::new(people), &Plan::default(), &situation);
        assert!(bulk.rows.is_empty());
        assert!(bulk.refused.is_some());
    }

    #[test]
    fn a_target_that_is_taken_is_not_taken_again() {
        let directory = directory([tenant_user(1, "A", "a@contoso.com")]);
        let users = [org_user(1, "A", "a@fabrikam.com"), org_user(2, "B", "b@fabrikam.com")];
        let plan = plan([row(&users[1], map(1), Outcome::Review, &directory)]);
        let people = vec![person(1, Outcome::Safe, Some(1), vec![candidate(1, &[EvidenceKind::Mail], &[])])];
        let bulk = accept_safe(&roster(users), &directory, &Forecast::new(people), &plan, &situation());
        assert!(bulk.rows.is_empty());
        assert!(bulk.left_out_refused[0].1.contains("B (b@fabrikam.com)"), "{bulk:?}");
    }
}
