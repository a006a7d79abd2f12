//! Everybody in the organization, by number.

use std::sync::Arc;

use crate::domain::people::OrgUser;
use crate::domain::{Person, StorageKey};
use crate::tasks::Model;

/// Everybody in the organization, by number: the reading, or, while it is under way, what has arrived of it.
#[derive(Debug, Clone, Copy)]
pub struct People<'a> {
    pub(super) model: &'a Model,
    aligned: bool,
}

impl<'a> People<'a> {
    /// Of this model.
    pub fn of(model: &'a Model) -> Self {
        let aligned = match (&model.roster.value, model.analysis.as_ref().and_then(|a| a.roster.as_ref())) {
            (Some(roster), Some(analysed)) => Arc::ptr_eq(roster, analysed),
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
