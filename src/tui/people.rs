//! Lists of people for the tabs Users and Mapping: filtered and sorted once when something changed, never per frame, with the
//! selection and the marks by storage key.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use ratatui::style::Style;

use crate::domain::people::{LastAccess, OrgUser};
use crate::domain::plan::PlanRow;
use crate::domain::{Decision, Person, StorageKey};
use crate::tasks::Model;

use super::filter::{Filter, Subject};
use super::widgets::pen::Pen;

/// Everybody in the organization, by number: the reading, or, while it is under way, what has arrived of it.
#[derive(Debug, Clone, Copy)]
pub struct People<'a> {
    model: &'a Model,
    aligned: bool,
}

impl<'a> People<'a> {
    /// Of this model.
    pub fn of(model: &'a Model) -> Self {
        let aligned = match (&model.roster.value, model.analysis.as_ref().and_then(|a| a.roster.as_ref())) {
            (Some(roster), Some(analysed)) => std::sync::Arc::ptr_eq(roster, analysed),
            _ => false,
        };
        Self { model, aligned }
    }

    /// Whether the first reading is still under way.
    pub fn is_arriving(&self) -> bool {
        self.model.roster.value.is_none()
    }

    /// How many there are (service identities included while they arrive).
    pub fn len(&self) -> usize {
        match &self.model.roster.value {
            Some(roster) => roster.people().len(),
            None => self.model.arriving.iter().map(|page| page.len()).sum(),
        }
    }

    /// Whether there is nobody yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The person with this number.
    pub fn user(&self, at: usize) -> Option<&'a OrgUser> {
        if let Some(roster) = &self.model.roster.value {
            return roster.people().get(at);
        }
        let mut at = at;
        for page in &self.model.arriving {
            match page.get(at) {
                Some(user) => return Some(user),
                None => at -= page.len(),
            }
        }
        None
    }

    /// What a filter looks for words in; not while people arrive.
    pub fn words(&self, at: usize) -> Option<&'a str> {
        self.model.roster.value.as_ref()?.words(at)
    }

    /// Everybody from this number on, each with their number.
    pub fn from(&self, from: usize) -> impl Iterator<Item = (usize, &'a OrgUser)> + use<'a> {
        let model = self.model;
        let read = model.roster.value.iter().flat_map(|roster| roster.people());
        let arriving = if model.roster.value.is_none() { model.arriving.as_slice() } else { &[] };
        // Whole pages are stepped over, not their people one by one.
        let mut left = from;
        let pages = arriving.iter().flat_map(move |page| {
            let skipped = left.min(page.len());
            left -= skipped;
            page.get(skipped..).unwrap_or_default()
        });
        let read_from = if model.roster.value.is_some() { from } else { 0 };
        (from..).zip(read.skip(read_from).chain(pages))
    }

    /// The person with this key.
    pub fn get(&self, key: &StorageKey) -> Option<&'a OrgUser> {
        match &self.model.roster.value {
            Some(roster) => roster.get(key),
            None => {
                self.model.arriving.iter().flat_map(|page| page.iter()).find(|user| user.storage_key == *key)
            }
        }
    }

    /// What was found out about the person with this number.
    pub fn person(&self, at: usize, key: &StorageKey) -> Option<&'a Person> {
        let forecast = self.model.analysis.as_ref()?.forecast.as_ref()?;
        if self.aligned
            && let Some(person) = forecast.people().get(at)
            && person.storage_key == *key
        {
            return Some(person);
        }
        forecast.get(key)
    }
}

/// Writes the sign before a person about whom something is new since the administrator asked for a reading; takes one cell
/// either way.
pub fn news_sign(model: &Model, key: &StorageKey, pen: &mut Pen<'_>, style: Style) {
    match model.news.of(key) {
        Some(news) => pen.write(news.mark.sign(), style),
        None => pen.skip(1),
    };
}

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
}

impl SortBy {
    /// All, in the order of the key `s`.
    pub const ALL: [Self; 6] =
        [Self::Name, Self::Address, Self::Access, Self::LastAccess, Self::Outcome, Self::Decision];

    /// In words, and in the session.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::Access => "access",
            Self::LastAccess => "last access",
            Self::Outcome => "outcome",
            Self::Decision => "decision",
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
}

/// What lists of people are made of, each with a number that goes up when it changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Revision {
    /// The organization's people.
    pub people: u64,
    /// What was found out about them.
    pub findings: u64,
    /// What was decided about them.
    pub decisions: u64,
}

/// A text that is compared without regard to case, most of the time by its first letters alone.
#[derive(Debug)]
struct AnyCase<'a> {
    first: [u8; 8],
    text: &'a str,
}

impl<'a> AnyCase<'a> {
    fn of(text: &'a str) -> Self {
        let mut first = [0; 8];
        let mut letters = first.iter_mut();
        let mut buffer = [0; 4];
        'all: for c in text.chars().flat_map(char::to_lowercase) {
            for byte in c.encode_utf8(&mut buffer).bytes() {
                let Some(place) = letters.next() else { break 'all };
                *place = byte;
            }
        }
        Self { first, text }
    }
}

impl Ord for AnyCase<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        fn letters(text: &str) -> impl Iterator<Item = char> {
            text.chars().flat_map(char::to_lowercase)
        }
        self.first.cmp(&other.first).then_with(|| letters(self.text).cmp(letters(other.text)))
    }
}

impl Eq for AnyCase<'_> {}

impl PartialEq for AnyCase<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl PartialOrd for AnyCase<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What the rows were made of; parts that they do not depend on stay zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Built {
    revision: Revision,
    arriving: bool,
    len: usize,
}

/// A list of people with a selection.
#[derive(Debug, Clone, Default)]
pub struct PeopleList {
    filter: Filter,
    sort: SortBy,
    reversed: bool,
    rows: Vec<u32>,
    selected: Option<StorageKey>,
    cursor: usize,
    marks: BTreeSet<StorageKey>,
    built: Option<Built>,
    /// Nobody but those in the rows can pass the filter: it was only made narrower.
    narrower: bool,
}

impl PeopleList {
    /// Brings the rows up to date. Cheap when nothing changed that filter and order look at; while people arrive only the new
    /// ones are looked at.
    pub fn prepare(&mut self, model: &Model, pending: &BTreeMap<StorageKey, PlanRow>, revision: Revision) {
        let people = People::of(model);
        let findings = self.filter.asks_findings() || self.sort == SortBy::Outcome;
        let decisions = self.filter.asks_decisions() || self.sort == SortBy::Decision;
        let now = Built {
            revision: Revision {
                people: revision.people,
                findings: if findings { revision.findings } else { 0 },
                decisions: if decisions { revision.decisions } else { 0 },
            },
            arriving: people.is_arriving(),
            len: people.len(),
        };
        let narrower = std::mem::take(&mut self.narrower);
        if self.built == Some(now) && !narrower {
            return;
        }
        let passes = |at: usize, user: &OrgUser| {
            if now.arriving && user.is_service_identity() {
                return false;
            }
            let key = &user.storage_key;
            let row = if decisions { pending.get(key).or_else(|| model.plan.row(key)) } else { None };
            self.filter.passes(&Subject {
                user,
                words: people.words(at),
                person: if findings { people.person(at, key) } else { None },
                decision: if decisions { model.plan.decision(key) } else { &Decision::Undecided },
                marked: decisions && self.marks.contains(key),
                needs_a_look: row.is_some_and(|row| row.needs_a_look),
            })
        };
        if narrower && self.built == Some(now) {
            let mut rows = std::mem::take(&mut self.rows);
            rows.retain(|at| people.user(*at as usize).is_some_and(|user| passes(*at as usize, user)));
            self.rows = rows;
            self.find_selected(&people, 0);
            return;
        }
        let appended = self.built.filter(|old| {
            old.arriving && now.arriving && old.revision == now.revision && old.len < now.len && !narrower
        });
        let from = appended.map_or(0, |old| old.len);
        let mut rows = std::mem::take(&mut self.rows);
        if appended.is_none() {
            rows.clear();
        }
        let searched = rows.len();
        if self.filter.is_empty() && !now.arriving {
            rows.extend((from..now.len).filter_map(|at| u32::try_from(at).ok()));
        } else {
            let found = people.from(from).filter(|(at, user)| passes(*at, user));
            rows.extend(found.filter_map(|(at, _)| u32::try_from(at).ok()));
        }
        self.rows = rows;
        // What arrives stays in the order of arrival: a list that sorts itself while one reads it is of no use.
        if !now.arriving {
            self.sort_rows(&people, model);
        }
        self.built = Some(now);
        self.find_selected(&people, searched);
    }

    fn sort_rows(&mut self, people: &People<'_>, model: &Model) {
        let user = |at: &u32| people.user(*at as usize);
        match self.sort {
            // The reading is in this order already.
            SortBy::Name => {}
            SortBy::Address => {
                self.rows.sort_by_cached_key(|at| user(at).map(|user| AnyCase::of(&user.principal_name)));
            }
            SortBy::Access => {
                let level = |at: u32| people.user(at as usize).and_then(|user| user.access_level.as_deref());
                // There are few levels: their places are compared, not their names.
                let levels: BTreeSet<Option<&str>> = self.rows.iter().map(|at| level(*at)).collect();
                let places: BTreeMap<Option<&str>, usize> = levels.into_iter().zip(0..).collect();
                self.rows.sort_by_cached_key(|at| places.get(&level(*at)).copied());
            }
            SortBy::LastAccess => self.rows.sort_by_cached_key(|at| {
                (Reverse(user(at).map_or(LastAccess::Unknown, |user| user.last_accessed)), *at)
            }),
            SortBy::Outcome => self.rows.sort_by_cached_key(|at| {
                user(at)
                    .and_then(|user| people.person(*at as usize, &user.storage_key))
                    .map_or(u8::MAX, |person| person.outcome as u8)
            }),
            SortBy::Decision => self.rows.sort_by_cached_key(|at| {
                user(at).map_or("", |user| model.plan.decision(&user.storage_key).name())
            }),
        }
        if self.reversed {
            self.rows.reverse();
        }
    }

    /// The row of the selected person; where that person is gone, the row that took the place.
    fn find_selected(&mut self, people: &People<'_>, searched: usize) {
        let key_at = |at: usize| -> Option<&StorageKey> {
            self.rows.get(at).and_then(|row| people.user(*row as usize)).map(|user| &user.storage_key)
        };
        if let Some(key) = &self.selected {
            if key_at(self.cursor) == Some(key) {
                return;
            }
            // Rows before `searched` were looked through when they arrived.
            if let Some(at) = self.row_in(people, key, searched) {
                self.cursor = at;
                return;
            }
        }
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        let here = key_at(self.cursor).cloned();
        // A restored session names somebody who may still arrive.
        if here.is_some() || !people.is_arriving() {
            self.selected = here;
        }
    }

    /// Numbers of the people shown, in their order.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The row of the selection.
    pub fn cursor(&self) -> Option<usize> {
        (self.cursor < self.rows.len()).then_some(self.cursor)
    }

    /// Who is selected.
    pub fn selected(&self) -> Option<&StorageKey> {
        self.selected.as_ref().filter(|_| !self.rows.is_empty())
    }

    /// The key in this row.
    pub fn key_at(&self, model: &Model, row: usize) -> Option<StorageKey> {
        let at = *self.rows.get(row)?;
        People::of(model).user(at as usize).map(|user| user.storage_key.clone())
    }

    /// The row of this person, if shown.
    pub fn row_of(&self, model: &Model, key: &StorageKey) -> Option<usize> {
        self.row_in(&People::of(model), key, 0)
    }

    fn row_in(&self, people: &People<'_>, key: &StorageKey, from: usize) -> Option<usize> {
        let mut rows = self.rows.iter().enumerate().skip(from);
        let found = match &people.model.roster.value {
            Some(roster) => {
                let at = u32::try_from(roster.position(key)?).ok()?;
                rows.find(|(_, row)| **row == at)
            }
            None => {
                rows.find(|(_, row)| people.user(**row as usize).is_some_and(|user| user.storage_key == *key))
            }
        };
        found.map(|(row, _)| row)
    }

    /// Moves the selection by rows; stops at the ends.
    pub fn move_by(&mut self, model: &Model, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.move_to(model, self.cursor.saturating_add_signed(by).min(last));
    }

    /// Moves the selection to a row, or to the last one.
    pub fn move_to(&mut self, model: &Model, row: usize) {
        self.cursor = row.min(self.rows.len().saturating_sub(1));
        self.selected = self.key_at(model, self.cursor);
    }

    /// Selects a person. Says whether the person is shown.
    pub fn select(&mut self, model: &Model, key: &StorageKey) -> bool {
        match self.row_of(model, key) {
            Some(row) => {
                self.move_to(model, row);
                true
            }
            None => false,
        }
    }

    /// Selects somebody who may only arrive later (a restored session).
    pub fn expect(&mut self, key: StorageKey) {
        self.selected = Some(key);
        self.built = None;
    }

    /// Marks or unmarks the selected person.
    pub fn toggle_mark(&mut self) {
        if let Some(key) = self.selected.clone()
            && !self.marks.remove(&key)
        {
            self.marks.insert(key);
        }
    }

    /// Who is marked.
    pub fn marks(&self) -> &BTreeSet<StorageKey> {
        &self.marks
    }

    /// Nobody is marked any more.
    pub fn clear_marks(&mut self) {
        self.marks.clear();
    }

    /// The marked people, or the selected one.
    pub fn chosen(&self) -> Vec<StorageKey> {
        if self.marks.is_empty() {
            self.selected().cloned().into_iter().collect()
        } else {
            self.marks.iter().cloned().collect()
        }
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Another filter.
    pub fn set_filter(&mut self, text: &str) {
        if self.filter.text() != text {
            let filter = Filter::parse(text);
            let narrower = filter.narrows(&self.filter);
            self.filter = filter;
            if narrower && self.built.is_some() {
                self.narrower = true;
            } else {
                self.built = None;
            }
        }
    }

    /// By what it is sorted, and whether the other way round.
    pub fn sort(&self) -> (SortBy, bool) {
        (self.sort, self.reversed)
    }

    /// Sorts by something else.
    pub fn set_sort(&mut self, by: SortBy, reversed: bool) {
        self.sort = by;
        self.reversed = reversed;
        self.built = None;
    }
}
