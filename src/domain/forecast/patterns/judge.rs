//! What a pattern says about one person: right, wrong, or nothing.

use std::collections::{HashMap, HashSet};

use super::find::{Targets, alone};
use crate::domain::forecast::shared::Shared;
use crate::domain::forecast::shares::in_shares;
use crate::domain::ids::ObjectId;
use crate::domain::matching::TenantIndex;
use crate::domain::matching::accounts::AccountKind;
use crate::domain::matching::fold::{hash32, words};
use crate::domain::matching::names::Verdict;
use crate::domain::matching::pair::{OrgView, compare};
use crate::domain::people::{Directory, Roster};

/// What a pattern says about one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ruling {
    /// It leads to one account, and the names agree or fit.
    Explained {
        /// An address of the person leads there too.
        confirmed: bool,
    },
    /// It leads to somebody with another name.
    Contradicted,
    /// Nothing can be said.
    Unclear,
    /// An address of the person leads to somebody else.
    Elsewhere,
}

/// So many people are worth a thread of their own.
const WORTH_A_THREAD: usize = 2_000;

/// What ruling looks at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    pub roster: &'a Roster,
    pub directory: &'a Directory,
    pub index: &'a TenantIndex,
    pub shared: &'a Shared,
}

impl Judge<'_> {
    /// Rules on everybody whom a pattern leads somewhere, in the order of the roster.
    pub fn rule_all(&self, targets: &Targets) -> Vec<(u32, Option<ObjectId>, Ruling)> {
        let alone = alone(targets);
        let people: Vec<(u32, &[ObjectId])> =
            targets.iter().map(|(person, found)| (*person, found.as_slice())).collect();
        in_shares(&people, WORTH_A_THREAD, |_, part| {
            part.iter()
                .map(|(person, found)| match found {
                    [target] => (*person, Some(*target), self.rule(*person, *target, alone.contains(target))),
                    _ => (*person, None, Ruling::Unclear),
                })
                .collect()
        })
    }

    fn rule(&self, person: u32, target: ObjectId, alone: bool) -> Ruling {
        let (Some(user), Some(account)) =
            (self.roster.people().get(person as usize), self.directory.get(target))
        else {
            return Ruling::Unclear;
        };
        let view = OrgView::of(user);
        let mut hits: Vec<u32> =
            view.keys.iter().flat_map(|key| self.index.with_address(self.directory, key)).collect();
        hits.sort_unstable();
        hits.dedup();
        let at = self.index.number_of(self.directory, target);
        if hits.iter().any(|hit| Some(*hit) != at) {
            return if at.is_some_and(|at| hits.contains(&at)) { Ruling::Unclear } else { Ruling::Elsewhere };
        }
        let taken = self.shared.active_as(target, &user.storage_key).is_some()
            || at.is_some_and(|at| self.shared.claims(at).iter().any(|claim| claim.person != person));
        if taken || !alone {
            return Ruling::Unclear;
        }
        let compared = compare(&view, account);
        if compared.kind != AccountKind::Person {
            return Ruling::Unclear;
        }
        match compared.name.verdict {
            Verdict::Agrees | Verdict::Fits => Ruling::Explained { confirmed: !hits.is_empty() },
            Verdict::Contradicts => Ruling::Contradicted,
            Verdict::Doubt | Verdict::Unknown => Ruling::Unclear,
        }
    }
}

/// A name as a number, whatever the order of its words; `None` for one without words.
pub(super) fn name_hash(display: &str) -> Option<u32> {
    let mut all = words(display);
    all.retain(|word| !crate::domain::matching::names::is_title(word));
    all.sort_unstable();
    (!all.is_empty()).then(|| hash32(&all.join(" ")))
}

/// Names that several people of the organization have.
pub(super) fn names_of_several(roster: &Roster) -> HashSet<u32> {
    let mut count: HashMap<u32, usize> = HashMap::new();
    for hash in roster.people().iter().filter_map(|user| name_hash(&user.display_name)) {
        *count.entry(hash).or_default() += 1;
    }
    count.into_iter().filter(|(_, count)| *count > 1).map(|(hash, _)| hash).collect()
}
