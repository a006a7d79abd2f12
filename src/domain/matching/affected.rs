//! Whom a change in the tenant can concern: of everybody in the organization those who share an address, a login or a word
//! with one of the tenant users that changed. Never too few; a few too many, who are then judged again for nothing.
//!
//! It is the search of [`super::retrieve`] the other way round: a small index over the changed users alone, and for each
//! person the question whether anything that is looked for on their behalf is in it.

use std::collections::HashMap;

use super::TenantIndex;
use super::fold::without_tag;
use super::likes::finds_any;
use super::pair::OrgView;
use super::retrieve::{Scratch, logins_of, possible_words};
use crate::domain::people::{Directory, TenantUser};

/// How many words are remembered from person to person.
const REMEMBERED: usize = 50_000;

/// Tenant users that changed, as they were or as they are.
#[derive(Debug)]
pub struct Affected {
    index: TenantIndex,
}

/// What is used again from person to person. One for each thread and set of changed users.
#[derive(Debug, Default)]
pub struct Asked {
    scratch: Scratch,
    remembered: HashMap<String, bool>,
}

impl Affected {
    /// By these users.
    pub fn by<'d>(users: impl IntoIterator<Item = &'d TenantUser>) -> Self {
        Self { index: TenantIndex::build_wide(&Directory::new(users.into_iter().cloned())) }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Whether any of them may have an address of the person, with or without its tag.
    pub fn by_address(&self, person: &OrgView<'_>) -> bool {
        !self.index.is_empty()
            && person.keys.iter().any(|key| {
                self.index.may_have_address(key)
                    || without_tag(key).is_some_and(|bare| self.index.may_have_address(&bare))
            })
    }

    /// Whether any of them may be found for the person by a login or a word.
    pub fn by_name(&self, person: &OrgView<'_>, asked: &mut Asked) -> bool {
        if self.index.is_empty() {
            return false;
        }
        if logins_of(person).any(|(login, _)| self.index.with_login(&login).len() > 0) {
            return true;
        }
        let Asked { scratch, remembered } = asked;
        if remembered.len() > REMEMBERED {
            remembered.clear();
        }
        let mut found = false;
        possible_words(person, |word| {
            if found {
                return;
            }
            found = remembered.get(word).copied().unwrap_or_else(|| {
                let finds = finds_any(&self.index, scratch, word);
                remembered.insert(word.to_owned(), finds);
                finds
            });
        });
        found
    }
}
