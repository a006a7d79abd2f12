//! The orders of the lists of people.
//!
//! An order is made within the time of a key, for 100,000 people too: what is compared is one number for each person (the
//! first letters of an address as an integer, a moment as seconds), taken from memory that lies together. It is kept as a
//! rank for each person, so that another filter under the same order is arranged without comparing anything.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::domain::people::{LastAccess, OrgUser};
use crate::domain::{Decision, Person};

use super::{People, Revision};

/// By what a list of people is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortBy {
    /// Name, as the service orders it.
    #[default]
    Name,
    /// Sign-in address.
    Address,
    /// Access level.
    Access,
    /// Last access, latest first.
    LastAccess,
    /// Outcome, in the order of the outcomes.
    Outcome,
    /// Decision.
    Decision,
    /// How much speaks for the best candidate, most first; those without one come last.
    Candidate,
    /// The reason of the outcome, so that equal reasons stand together.
    Why,
}

impl SortBy {
    /// All, in the order of the key `s`, which is that of the columns.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Address,
        Self::Access,
        Self::LastAccess,
        Self::Outcome,
        Self::Decision,
        Self::Candidate,
        Self::Why,
    ];

    /// In words, and in the session.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::Access => "access",
            Self::LastAccess => "last access",
            Self::Outcome => "outcome",
            Self::Decision => "decision",
            Self::Candidate => "best candidate",
            Self::Why => "why",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|by| *by == self).unwrap_or(0);
        Self::ALL.get((at + 1) % Self::ALL.len()).copied().unwrap_or_default()
    }

    /// Whether the order depends on what was found out about people.
    pub(super) fn asks_findings(self) -> bool {
        matches!(self, Self::Outcome | Self::Candidate | Self::Why)
    }

    /// Whether the order depends on decisions.
    pub(super) fn asks_decisions(self) -> bool {
        self == Self::Decision
    }
}

/// Everybody's place in one order, by number; kept until what it was made of changes.
#[derive(Debug, Clone)]
pub(super) struct Ranks {
    by: SortBy,
    made_of: Revision,
    /// The place of each, by number.
    of_each: Vec<u32>,
}

impl Ranks {
    /// The order of everybody who was read. `made_of` has zeros for what the order does not depend on.
    pub(super) fn of(by: SortBy, people: &People<'_>, made_of: Revision) -> Self {
        let order = order(by, people);
        let mut ranks = vec![0; people.len()];
        for (rank, at) in (0..).zip(order) {
            if let Some(place) = ranks.get_mut(at as usize) {
                *place = rank;
            }
        }
        Self { by, made_of, of_each: ranks }
    }

    /// Whether it is this order, of the same people.
    pub(super) fn is(&self, by: SortBy, made_of: Revision, people: usize) -> bool {
        self.by == by && self.made_of == made_of && self.of_each.len() == people
    }

    /// Puts rows into this order.
    pub(super) fn arrange(&self, rows: &mut Vec<u32>) {
        let rank = |at: u32| self.of_each.get(at as usize).copied().unwrap_or(u32::MAX);
        if rows.len() < self.of_each.len() / 16 {
            rows.sort_unstable_by_key(|at| rank(*at));
            return;
        }
        // Many of all: each goes to its place at once.
        let mut places = vec![u32::MAX; self.of_each.len()];
        for at in rows.iter() {
            if let Some(place) = places.get_mut(rank(*at) as usize) {
                *place = *at;
            }
        }
        rows.clear();
        rows.extend(places.into_iter().filter(|at| *at != u32::MAX));
    }
}

/// Numbers of everybody, in this order.
fn order(by: SortBy, people: &People<'_>) -> Vec<u32> {
    match by {
        // The reading is in this order already.
        SortBy::Name => (0..).zip(people.from(0)).map(|(at, _)| at).collect(),
        SortBy::Address => by_address(people),
        SortBy::Access => by_place(access_levels(people)),
        SortBy::LastAccess => by_place(people.from(0).map(|(_, user)| latest_first(user))),
        SortBy::Outcome => {
            by_place(findings(people).map(|person| person.map_or(u32::MAX, |person| person.outcome as u32)))
        }
        SortBy::Decision => by_place(decisions(people)),
        SortBy::Candidate => by_place(findings(people).map(weakness)),
        SortBy::Why => {
            let reasons = findings(people).map(|person| beginning(person.map_or("", |it| &it.why)));
            packed(reasons).into_iter().map(number_of).collect()
        }
    }
}

/// By a number each, people of one number in the order of the reading. Number and person are sorted as one integer.
fn by_place(places: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut keyed: Vec<u64> =
        places.into_iter().zip(0u32..).map(|(place, at)| u64::from(place) << 32 | u64::from(at)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|key| number_of(u128::from(key))).collect()
}

/// Sorted keys whose last 32 bits are the person's number.
fn packed(beginnings: impl IntoIterator<Item = u128>) -> Vec<u128> {
    let mut keyed: Vec<u128> =
        beginnings.into_iter().zip(0u32..).map(|(beginning, at)| beginning | u128::from(at)).collect();
    keyed.sort_unstable();
    keyed
}

/// The person's number in a key.
fn number_of(key: u128) -> u32 {
    u32::try_from(key & u128::from(u32::MAX)).unwrap_or(u32::MAX)
}

/// The first 12 bytes of a text as a number of the same order, with 32 bits free at its end.
fn beginning(text: &str) -> u128 {
    let mut first = [0; 16];
    for (place, byte) in first.iter_mut().zip(text.as_bytes().iter().take(12)) {
        *place = *byte;
    }
    u128::from_be_bytes(first)
}

fn findings<'a>(people: &People<'a>) -> impl Iterator<Item = Option<&'a Person>> {
    let people = *people;
    people.from(0).map(move |(at, user)| people.person(at, &user.storage_key))
}

/// Seconds, backwards; those who never came and those of whom nothing is known come last.
fn latest_first(user: &OrgUser) -> u32 {
    match user.last_accessed {
        LastAccess::Unknown => u32::MAX,
        LastAccess::Never => u32::MAX - 1,
        LastAccess::At(at) => {
            (u32::MAX - 2).saturating_sub(u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX))
        }
    }
}

/// There are few levels: their places are compared, not their names.
fn access_levels(people: &People<'_>) -> Vec<u32> {
    let mut numbers: HashMap<Option<&str>, usize> = HashMap::new();
    let mut levels: Vec<usize> = Vec::with_capacity(people.len());
    for (_, user) in people.from(0) {
        let next = numbers.len();
        levels.push(*numbers.entry(user.access_level.as_deref()).or_insert(next));
    }
    let sorted: BTreeMap<Option<&str>, usize> = numbers.into_iter().collect();
    let mut places = vec![0; sorted.len()];
    for (place, number) in (0..).zip(sorted.values()) {
        if let Some(slot) = places.get_mut(*number) {
            *slot = place;
        }
    }
    levels.into_iter().map(|number| places.get(number).copied().unwrap_or(0)).collect()
}

/// The decision of each, from the rows of the plan: nearly everybody has none when it matters most.
fn decisions(people: &People<'_>) -> Vec<u32> {
    let mut places = vec![place(&Decision::Undecided); people.len()];
    let plan = &people.model.plan;
    let Some(roster) = &people.model.roster.value else { return places };
    let renamed = plan.renamed.iter().filter(|(new, _)| !plan.rows.contains_key(*new));
    let renamed = renamed.filter_map(|(new, planned)| Some((new, plan.rows.get(planned)?)));
    for (key, row) in plan.rows.iter().chain(renamed) {
        if let Some(slot) = roster.position(key).and_then(|at| places.get_mut(at)) {
            *slot = place(&row.decision);
        }
    }
    places
}

/// The place of a decision among the others: that of its word.
fn place(decision: &Decision) -> u32 {
    match decision {
        Decision::Invite { .. } => 0,
        Decision::Keep => 1,
        Decision::Map { .. } => 2,
        Decision::Remove => 3,
        Decision::Undecided => 4,
    }
}

/// How little speaks for the best candidate, in thousandths; those without one come last.
fn weakness(person: Option<&Person>) -> u32 {
    let Some(person) = person else { return u32::MAX };
    match person.candidates.first() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a score is between 0 and 1"
        )]
        Some(candidate) => 1000 - ((candidate.score.clamp(0.0, 1.0) * 1000.0) as u32).min(1000),
        None if person.target.is_some() => 0,
        None => u32::MAX - 1,
    }
}

fn by_address(people: &People<'_>) -> Vec<u32> {
    let address = |at: u32| address(people, at as usize).unwrap_or_default();
    let keys = (0..).take(people.len()).map(|at| beginning(&address(at)));
    let keys = packed(keys);
    let mut order: Vec<u32> = keys.iter().map(|key| number_of(*key)).collect();
    // Those who begin alike are compared in full.
    let mut from = 0;
    for alike in keys.chunk_by(|one, other| one >> 32 == other >> 32) {
        let to = from + alike.len();
        if let Some(run) = order.get_mut(from..to).filter(|run| run.len() > 1) {
            run.sort_by_cached_key(|at| address(*at));
        }
        from = to;
    }
    order
}

/// The sign-in address in lower case, from the words of the filter where they tell it: they lie together.
fn address<'a>(people: &People<'a>, at: usize) -> Option<Cow<'a, str>> {
    let user = people.user(at)?;
    let told = || {
        let (name, rest) = people.words(at)?.split_once('\n')?;
        // A name with a line break in it would pass for two lines.
        let is_one_line =
            name.len() == user.display_name.len() && name.is_ascii() || !user.display_name.contains('\n');
        let (address, _) = rest.split_once('\n')?;
        is_one_line.then_some(address)
    };
    Some(told().map_or_else(|| Cow::Owned(user.principal_name.to_lowercase()), Cow::Borrowed))
}
