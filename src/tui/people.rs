//! Lists of people for the tabs Users and Mapping: filtered and sorted once when something changed, never per frame, with the
//! selection and the marks by storage key.
//!
//! - [`SortBy`]: the orders
//! - [`head`]: the line above a list
//! - [`table`]: heads and rows of a list

use std::collections::{BTreeMap, BTreeSet};

use ratatui::style::Style;

use crate::domain::people::OrgUser;
use crate::domain::plan::PlanRow;
use crate::domain::{Decision, StorageKey};
use crate::tasks::Model;

use super::filter::{Filter, Subject};
use super::widgets::pen::Pen;

mod everybody;
pub mod head;
mod looked_up;
mod order;
pub mod table;

pub use everybody::People;
use looked_up::LookedUp;
use order::Ranks;
pub use order::SortBy;

/// Writes the sign before a person about whom something is new since the administrator asked for a reading; takes one cell
/// either way.
pub fn news_sign(model: &Model, key: &StorageKey, pen: &mut Pen<'_>, style: Style) {
    match model.news.of(key) {
        Some(news) => pen.write(news.mark.sign(), style),
        None => pen.skip(1),
    };
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
    last_marked: Option<StorageKey>,
    built: Option<Built>,
    ranks: Option<Ranks>,
    /// Who was selected before the filter was changed: whoever a half-typed word left in the list does not stay selected.
    anchor: Option<StorageKey>,
    /// The filter was changed since the rows were made.
    refiltered: bool,
    /// Nobody but those in the rows can pass the filter: it was only made narrower.
    narrower: bool,
}

impl PeopleList {
    /// Brings the rows up to date. Cheap when nothing changed that filter and order look at; while people arrive only the new
    /// ones are looked at.
    pub fn prepare(&mut self, model: &Model, pending: &BTreeMap<StorageKey, PlanRow>, revision: Revision) {
        let people = People::of(model);
        let findings = self.filter.asks_findings() || self.sort.asks_findings();
        let decisions = self.filter.asks_decisions() || self.sort.asks_decisions();
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
        let looked_up =
            LookedUp::of(model, pending, decisions, self.filter.asks_marks().then_some(&self.marks));
        let passes = |at: usize, user: &OrgUser| {
            if now.arriving && user.is_service_identity() {
                return false;
            }
            let key = &user.storage_key;
            let (decided, row) = looked_up.rows(at, key);
            self.filter.passes(&Subject {
                user,
                words: people.words(at),
                person: if findings { people.person(at, key) } else { None },
                decision: decided.map_or(&Decision::Undecided, |row| &row.decision),
                marked: looked_up.is_marked(at),
                needs_a_look: row.is_some_and(|row| row.needs_a_look),
                state: row.filter(|row| row.decision.is_decided()).map(|row| row.state),
                now: model.now,
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
            self.sort_rows(&people, revision);
        }
        self.built = Some(now);
        self.find_selected(&people, searched);
    }

    /// Puts the rows into order; everybody's places are only looked for again when something changed.
    fn sort_rows(&mut self, people: &People<'_>, revision: Revision) {
        let made_of = Revision {
            people: revision.people,
            findings: if self.sort.asks_findings() { revision.findings } else { 0 },
            decisions: if self.sort.asks_decisions() { revision.decisions } else { 0 },
        };
        if self.sort != SortBy::Name {
            let ranks = match self.ranks.take().filter(|ranks| ranks.is(self.sort, made_of, people.len())) {
                Some(ranks) => ranks,
                None => Ranks::of(self.sort, people, made_of),
            };
            ranks.arrange(&mut self.rows);
            self.ranks = Some(ranks);
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
        if std::mem::take(&mut self.refiltered)
            && let Some(key) = &self.anchor
            && let Some(at) = self.row_in(people, key, 0)
        {
            self.selected = Some(key.clone());
            self.cursor = at;
            return;
        }
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
        self.anchor = None;
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
        self.anchor = None;
        self.built = None;
    }

    /// Marks or unmarks the selected person.
    pub fn toggle_mark(&mut self) {
        if let Some(key) = self.selected.clone() {
            if !self.marks.remove(&key) {
                self.marks.insert(key.clone());
            }
            self.last_marked = Some(key);
            self.marks_changed();
        }
    }

    /// Marks everybody from the one marked last to the selection; only the selected person where that one is not shown.
    /// Returns how many are marked now.
    pub fn mark_range(&mut self, model: &Model) -> usize {
        let here = self.cursor;
        let from = self.last_marked.as_ref().and_then(|key| self.row_of(model, key)).unwrap_or(here);
        let keys: Vec<StorageKey> =
            (from.min(here)..=from.max(here)).filter_map(|row| self.key_at(model, row)).collect();
        self.marks.extend(keys);
        self.last_marked = self.selected.clone();
        self.marks_changed();
        self.marks.len()
    }

    /// Marks everybody who is shown; where they all are already, nobody is any more. Returns how many are marked now.
    pub fn mark_shown(&mut self, model: &Model) -> usize {
        let keys: BTreeSet<StorageKey> =
            (0..self.rows.len()).filter_map(|row| self.key_at(model, row)).collect();
        if keys.is_subset(&self.marks) {
            self.marks.retain(|key| !keys.contains(key));
        } else {
            self.marks.extend(keys);
        }
        self.marks_changed();
        self.marks.len()
    }

    /// A filter that asks for marks looks again.
    fn marks_changed(&mut self) {
        if self.filter.asks_marks() {
            self.built = None;
        }
    }

    /// Who is marked.
    pub fn marks(&self) -> &BTreeSet<StorageKey> {
        &self.marks
    }

    /// Nobody is marked any more.
    pub fn clear_marks(&mut self) {
        self.marks.clear();
        self.last_marked = None;
        self.marks_changed();
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
            if self.anchor.is_none() {
                self.anchor.clone_from(&self.selected);
            }
            self.refiltered = true;
            let narrower = filter.narrows(&self.filter);
            self.filter = filter;
            if narrower && self.built.is_some() {
                self.narrower = true;
            } else {
                self.built = None;
            }
        }
    }

    /// The filter is as it should be: whoever is selected now was found on purpose, and stays so when the filter goes.
    pub fn keep_filter(&mut self) {
        self.anchor = None;
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

    /// Sorts by a column that was chosen; the one it is sorted by already, the other way round.
    pub fn sort_by_column(&mut self, by: SortBy) {
        let again = self.sort == by;
        self.set_sort(by, again && !self.reversed);
    }
}
