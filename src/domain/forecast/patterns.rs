//! Patterns: a company changed its domain (`@fabrikam.com` became `@contoso.com`, the same local part), or the scheme of its
//! addresses (`jsmith@fabrikam.com` is the account named John Smith in `contoso.com`).
//!
//! A pattern is found over everybody, and says how many people it explains, how many it contradicts, and of how many nothing
//! can be said. Alone it changes nothing. Once the administrator uses it, it is one more source of evidence, of the kind
//! `pattern`; whom it makes safe is decided in `by_pattern`.
//!
//! What counts:
//! - *explains*: the pattern leads to one tenant user, nobody else is led to that one, and the names agree or fit;
//! - *contradicts*: likewise, and the names are those of two people;
//! - *unclear*: two targets, two people, a target that is somebody else's already, names in doubt or not comparable;
//! - people whose own addresses lead elsewhere count apart: of them the pattern says something wrong or nothing.
//!
//! A pattern is worth noticing when it explains [`LEAST`] people, more than it contradicts or than addresses lead elsewhere,
//! and a [`SHARE`]th of those who have an address in the old domain. Addresses of public mail providers never make one: the
//! same local part there is chance. A used pattern counts for as long as it leads anywhere, because people leave the old
//! domain one by one while a plan is applied.
//!
//! Nothing here depends on the order of the lists.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Situation;
use super::shared::Shared;
use super::standing::Standing;
use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::matching::TenantIndex;
use crate::domain::people::{Directory, Roster};

mod find;
mod id;
mod judge;
mod providers;
mod scheme;

pub use id::{NotAPattern, PatternId, PatternKind};
pub use providers::is_public_provider;
pub use scheme::Template;

use find::{Entries, Targets};
use judge::{Judge, Ruling};

/// So many people must be explained.
pub const LEAST: usize = 5;

/// One in so many of those with an address in the old domain must be explained.
pub const SHARE: usize = 10;

/// So many examples of each kind are kept.
pub const EXAMPLES: usize = 20;

/// Somebody whom a pattern leads somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The org user.
    pub person: StorageKey,
    /// The tenant user.
    pub target: ObjectId,
}

/// A pattern, with what it says about the people of this organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Its stable, readable name.
    pub id: PatternId,
    /// How many people have an address in the old domain and are open to be matched.
    pub people: usize,
    /// How many people it explains.
    pub explains: usize,
    /// Of these: how many have an address besides that leads to the same account.
    pub confirmed: usize,
    /// How many it leads to somebody with another name.
    pub contradicts: usize,
    /// Of how many nothing can be said.
    pub unclear: usize,
    /// How many people's own addresses lead to somebody else than the pattern does.
    pub elsewhere: usize,
    /// The administrator uses it as evidence.
    pub used: bool,
    /// Some of those whom it explains, in the order of the roster; first those whom nothing else explains.
    pub explained: Vec<Example>,
    /// Some of those whom it contradicts, in the order of the roster.
    pub contradicted: Vec<Example>,
}

impl Pattern {
    /// Whether it is worth to be shown to somebody.
    pub fn is_worth_noticing(&self) -> bool {
        self.explains >= LEAST
            && self.explains > self.contradicts.max(self.elsewhere)
            && self.explains.saturating_mul(SHARE) >= self.people
    }

    /// Whether it explains anybody whom no address explains.
    pub fn says_something_new(&self) -> bool {
        self.explains > self.confirmed
    }

    /// How many speak against it, in words: `3 contradict`.
    pub fn against(&self) -> String {
        match self.contradicts {
            0 => "nobody contradicts".to_owned(),
            1 => "1 contradicts".to_owned(),
            n => format!("{n} contradict"),
        }
    }

    /// What it says, in one sentence: `fabrikam.com became contoso.com for 212 people; 3 contradict`.
    pub fn sentence(&self) -> String {
        let contradict = self.against();
        let people = if self.explains == 1 { "1 person" } else { &format!("{} people", self.explains) };
        let (from, to) = (self.id.from(), self.id.to());
        match self.id.template() {
            None => format!("{from} became {to} for {people}; {contradict}"),
            Some(template) => {
                format!("{template}@{from} is the account of that name in {to} for {people}; {contradict}")
            }
        }
    }
}

/// Where a used pattern leads somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lead {
    /// The tenant user.
    pub target: ObjectId,
    /// Place in [`Patterns::all`].
    pattern: usize,
    /// It is the only one, and nobody else is led there by the same pattern.
    pub unique: bool,
}

/// The patterns of two lists, and where those in use lead people.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    all: Vec<Pattern>,
    /// Where used patterns lead a person (place in the roster).
    leads: HashMap<u32, Vec<Lead>>,
    /// Who is led to a tenant user by used patterns.
    led: HashMap<ObjectId, BTreeSet<u32>>,
    /// Names that several people of the organization have; only made where a pattern is used.
    same_name: HashSet<u32>,
}

impl Patterns {
    /// Looks for patterns. `standings` are in the order of the roster.
    pub(super) fn find(
        roster: &Roster,
        directory: &Directory,
        index: &TenantIndex,
        situation: &Situation,
        standings: &[Standing],
        shared: &Shared,
    ) -> Self {
        let entries = Entries::of(roster, standings);
        if entries.is_empty() {
            return Self::default();
        }
        let used = &situation.patterns;
        let judge = Judge { roster, directory, index, shared };
        let mut found = Vec::new();
        let by_domain = find::by_domain(&entries, directory);
        for (id, targets) in by_domain {
            found.extend(Self::judged(id, targets, &entries, &judge, used));
        }
        leave_out_repeated(&mut found);
        // who is explained by the plain change of a domain needs no scheme
        let led: HashSet<u32> = found.iter().flat_map(|(_, targets)| targets.keys().copied()).collect();
        for (id, targets) in scheme::by_scheme(&entries, &led, directory) {
            found.extend(Self::judged(id, targets, &entries, &judge, used));
        }
        found.sort_by(|(a, _), (b, _)| b.explains.cmp(&a.explains).then_with(|| a.id.cmp(&b.id)));
        let mut patterns = Self::default();
        for (pattern, targets) in found {
            if pattern.used {
                patterns.lead(patterns.all.len(), targets);
            }
            patterns.all.push(pattern);
        }
        if !patterns.leads.is_empty() {
            patterns.same_name = judge::names_of_several(roster);
        }
        patterns
    }

    /// One pattern, counted; `None` where it is not worth noticing and not used.
    fn judged(
        id: PatternId,
        targets: Targets,
        entries: &Entries,
        judge: &Judge<'_>,
        used: &BTreeSet<PatternId>,
    ) -> Option<(Pattern, Targets)> {
        let used = used.contains(&id);
        if !used && targets.len() < LEAST {
            return None;
        }
        let mut pattern = Pattern {
            people: entries.people_in(id.from()),
            id,
            explains: 0,
            confirmed: 0,
            contradicts: 0,
            unclear: 0,
            elsewhere: 0,
            used,
            explained: Vec::new(),
            contradicted: Vec::new(),
        };
        let mut confirmed = Vec::new();
        for (person, target, ruling) in judge.rule_all(&targets) {
            let example = || {
                let found = judge.roster.people().get(person as usize)?;
                Some(Example { person: found.storage_key.clone(), target: target? })
            };
            let list = match ruling {
                Ruling::Explained { confirmed: true } => {
                    pattern.explains += 1;
                    pattern.confirmed += 1;
                    &mut confirmed
                }
                Ruling::Explained { confirmed: false } => {
                    pattern.explains += 1;
                    &mut pattern.explained
                }
                Ruling::Contradicted => {
                    pattern.contradicts += 1;
                    &mut pattern.contradicted
                }
                Ruling::Unclear => {
                    pattern.unclear += 1;
                    continue;
                }
                Ruling::Elsewhere => {
                    pattern.elsewhere += 1;
                    continue;
                }
            };
            if list.len() < EXAMPLES {
                list.extend(example());
            }
        }
        let room = EXAMPLES.saturating_sub(pattern.explained.len());
        pattern.explained.extend(confirmed.into_iter().take(room));
        (used || pattern.is_worth_noticing()).then_some((pattern, targets))
    }

    fn lead(&mut self, pattern: usize, targets: Targets) {
        let alone = find::alone(&targets);
        for (person, found) in targets {
            for target in &found {
                let unique = found.len() == 1 && alone.contains(target);
                self.leads.entry(person).or_default().push(Lead { target: *target, pattern, unique });
                self.led.entry(*target).or_default().insert(person);
            }
        }
    }

    /// All patterns that are worth noticing or used, those that explain most first.
    pub fn all(&self) -> &[Pattern] {
        &self.all
    }

    /// This pattern.
    pub fn get(&self, id: &PatternId) -> Option<&Pattern> {
        self.all.iter().find(|pattern| pattern.id == *id)
    }

    /// Those that the administrator does not use and that would say something new.
    pub fn unused(&self) -> impl Iterator<Item = &Pattern> {
        self.all.iter().filter(|pattern| !pattern.used && pattern.says_something_new())
    }

    /// Where the patterns in use lead this person (place in the roster).
    pub fn leads(&self, person: u32) -> &[Lead] {
        self.leads.get(&person).map(Vec::as_slice).unwrap_or_default()
    }

    /// The pattern behind a lead.
    pub fn behind(&self, lead: &Lead) -> Option<&Pattern> {
        self.all.get(lead.pattern)
    }

    /// Whether patterns in use lead somebody else than this person to the tenant user.
    pub(super) fn leads_another(&self, target: ObjectId, person: u32) -> bool {
        self.led.get(&target).is_some_and(|people| people.iter().any(|other| *other != person))
    }

    /// Whether several people of the organization have this name. Known only while a pattern is in use.
    pub(super) fn is_name_of_several(&self, display: &str) -> bool {
        judge::name_hash(display).is_some_and(|hash| self.same_name.contains(&hash))
    }
}

/// A tenant has the same people under several domains (`contoso.com`, `contoso.onmicrosoft.com`). A pattern that explains
/// only people whom another of the same old domain leads to the same accounts is that one once more.
fn leave_out_repeated(found: &mut Vec<(Pattern, Targets)>) {
    found.sort_by(|(a, _), (b, _)| {
        let rank = |pattern: &Pattern| {
            (
                !pattern.used,
                std::cmp::Reverse(pattern.explains),
                pattern.id.to().ends_with(".onmicrosoft.com"),
                pattern.id.clone(),
            )
        };
        rank(a).cmp(&rank(b))
    });
    let mut kept: Vec<(Pattern, Targets)> = Vec::new();
    for (pattern, targets) in found.drain(..) {
        let repeated = !pattern.used
            && kept.iter().any(|(other, theirs)| {
                other.id.from() == pattern.id.from() && says_the_same(theirs, &targets)
            });
        if !repeated {
            kept.push((pattern, targets));
        }
    }
    *found = kept;
}

/// Whether nearly everybody whom the second leads to one account is led there by the first too.
fn says_the_same(first: &Targets, second: &BTreeMap<u32, Vec<ObjectId>>) -> bool {
    let (mut same, mut all) = (0_usize, 0_usize);
    for (person, targets) in second.iter().filter(|(_, targets)| targets.len() == 1) {
        all += 1;
        same += usize::from(first.get(person) == Some(targets));
    }
    same.saturating_mul(20) >= all.saturating_mul(19)
}

#[cfg(test)]
mod tests;
