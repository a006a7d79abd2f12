//! The search as one types: over the whole tenant, by name, login, address or object id.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::TenantIndex;
use super::fold::{address_key, words};
use super::words::similarity;
use crate::domain::ids::ObjectId;
use crate::domain::people::{Directory, TenantUser};

/// How many people are looked at for one typed word, which many have: a letter.
const VISITED_FOR_ONE: usize = 5_000;

/// How many people are looked at where further words narrow them.
const VISITED: usize = 40_000;

/// How much the beginning of a word is worth beside a whole word.
const BEGINNING: f32 = 0.8;

/// Words of the index that a typed word may mean.
enum Meaning<'i> {
    /// Words that begin so, in the order of their letters; the whole word first.
    Beginning(&'i [u32], usize),
    /// Words nearly so.
    Nearly(Vec<(u32, f32)>),
}

impl TenantIndex {
    /// Tenant users whose names or addresses fit what was typed, best first. The same query gives the same order always.
    ///
    /// Every typed word must be found: as a whole word, as the beginning of one, or, where nothing begins so, nearly. An
    /// object id or a whole address finds exactly its user.
    pub fn search(&self, directory: &Directory, query: &str, limit: usize) -> Vec<ObjectId> {
        if let Ok(id) = query.trim().parse::<ObjectId>() {
            return directory.get(id).map(|user| user.id).into_iter().take(limit).collect();
        }
        let key = address_key(query);
        let mut found: Vec<(f32, u32)> = Vec::new();
        if key.contains('@') {
            found.extend(self.with_address(directory, &key).into_iter().map(|user| (2.0, user)));
        }
        let (local, domain) = key.split_once('@').unwrap_or((&key, ""));
        let typed = words(local);
        if !typed.is_empty() && found.is_empty() {
            found = self.search_words(&typed);
        }
        let mut found: Vec<(f32, &TenantUser)> = found
            .into_iter()
            .filter_map(|(score, at)| self.user(directory, at).map(|user| (score, user)))
            .collect();
        if !domain.is_empty() {
            let wanted = format!("@{domain}");
            found.retain(|(_, user)| {
                let mut has = false;
                super::keys::for_each_tenant_key(user, &mut String::new(), |_, own| {
                    has |= own.contains(&wanted);
                });
                has
            });
        }
        first_of(&mut found, limit, |(a, _), (b, _)| b.total_cmp(a), true);
        let rank = |user: &TenantUser| (user.deleted, user.enabled == Some(false));
        let order = |(a, one): &(f32, &TenantUser), (b, other): &(f32, &TenantUser)| {
            b.total_cmp(a)
                .then_with(|| rank(one).cmp(&rank(other)))
                .then_with(|| one.display_name().cmp(other.display_name()))
                .then_with(|| one.user_principal_name().cmp(other.user_principal_name()))
                .then_with(|| one.id.cmp(&other.id))
        };
        first_of(&mut found, limit, order, false);
        found.sort_unstable_by(order);
        found.into_iter().map(|(_, user)| user.id).collect()
    }

    fn search_words(&self, typed: &[String]) -> Vec<(f32, u32)> {
        let mut meanings: Vec<Meaning<'_>> = typed.iter().map(|word| self.meaning(word)).collect();
        // whoever has the rarest meaning is looked at for the others
        meanings.sort_by_key(|meaning| self.bearers(meaning));
        let Some((rarest, others)) = meanings.split_first() else { return Vec::new() };
        let mut seen = self.visited(rarest, if others.is_empty() { VISITED_FOR_ONE } else { VISITED });
        for meaning in others {
            let table = self.table(meaning);
            seen.retain_mut(|(score, user)| {
                let likes = self.words_of(*user).iter().filter_map(|word| table.get(*word as usize));
                let best = likes.copied().fold(0.0, f32::max);
                *score += best;
                best > 0.0
            });
        }
        seen
    }

    /// What a typed word may mean.
    fn meaning(&self, typed: &str) -> Meaning<'_> {
        let beginning = self.beginning_with(typed);
        if beginning.iter().any(|word| !self.with_word(*word).is_empty()) {
            return Meaning::Beginning(beginning, typed.len());
        }
        let mut counts: HashMap<u32, usize> = HashMap::new();
        for gram in super::index::grams(typed) {
            for word in self.with_gram(gram) {
                *counts.entry(word).or_default() += 1;
            }
        }
        let least = (typed.chars().count() * 3).div_ceil(10).max(1);
        let mut nearly: Vec<(u32, f32)> = counts
            .into_iter()
            .filter(|(_, count)| *count >= least)
            .map(|(word, _)| (word, similarity(typed, self.dictionary.word(word)) * 0.7))
            .filter(|(_, like)| *like >= 0.47)
            .collect();
        nearly.sort_unstable_by(|a, b| {
            b.1.total_cmp(&a.1).then_with(|| self.dictionary.word(a.0).cmp(self.dictionary.word(b.0)))
        });
        Meaning::Nearly(nearly)
    }

    /// How many have it; of a beginning that thousands of words share, at least how many.
    fn bearers(&self, meaning: &Meaning<'_>) -> usize {
        match meaning {
            Meaning::Beginning(words, _) => {
                let counted: usize = words.iter().take(1000).map(|word| self.with_word(*word).len()).sum();
                counted + words.len().saturating_sub(1000)
            }
            Meaning::Nearly(words) => words.iter().map(|(word, _)| self.with_word(*word).len()).sum(),
        }
    }

    /// Some who have it, each once with the best likeness: those who are called so before those who sign in so.
    fn visited(&self, meaning: &Meaning<'_>, most: usize) -> Vec<(f32, u32)> {
        let mut seen: Vec<(f32, u32)> = Vec::new();
        let mut visit = |word: u32, like: f32| {
            let room = most.saturating_sub(seen.len());
            seen.extend(self.with_word(word).iter().take(room).map(|user| (like, *user)));
            room > 0
        };
        match meaning {
            Meaning::Beginning(words, typed) => {
                for of_name in [true, false] {
                    for word in words.iter().filter(|word| self.is_of_name(**word) == of_name) {
                        let whole = self.dictionary.word(*word).len() == *typed;
                        if !visit(*word, if whole { 1.0 } else { BEGINNING }) {
                            break;
                        }
                    }
                }
            }
            Meaning::Nearly(words) => {
                for (word, like) in words {
                    if !visit(*word, *like) {
                        break;
                    }
                }
            }
        }
        seen.sort_unstable_by(|a, b| a.1.cmp(&b.1).then(b.0.total_cmp(&a.0)));
        seen.dedup_by_key(|(_, user)| *user);
        seen
    }

    /// For each word of the index how much it is worth as this meaning.
    fn table(&self, meaning: &Meaning<'_>) -> Vec<f32> {
        let mut table = vec![0.0; self.dictionary.len()];
        let mut put = |word: u32, like: f32| {
            if let Some(cell) = table.get_mut(word as usize) {
                *cell = like;
            }
        };
        match meaning {
            Meaning::Beginning(words, typed) => {
                let whole = |word: u32| self.dictionary.word(word).len() == *typed;
                // only the first of them can be the whole word
                let first = words.first().copied().filter(|word| whole(*word));
                for word in *words {
                    put(*word, BEGINNING);
                }
                if let Some(word) = first {
                    put(word, 1.0);
                }
            }
            Meaning::Nearly(words) => {
                for (word, like) in words {
                    put(*word, *like);
                }
            }
        }
        table
    }
}

/// Leaves the first of a list in this order, unsorted; with `equals` also those that are equal to the last of them.
fn first_of<T>(list: &mut Vec<T>, limit: usize, order: impl Fn(&T, &T) -> Ordering, equals: bool) {
    let Some(nth) = limit.checked_sub(1) else {
        list.clear();
        return;
    };
    if list.len() <= limit {
        return;
    }
    list.select_nth_unstable_by(nth, &order);
    if !equals {
        list.truncate(limit);
        return;
    }
    let (first, rest) = list.split_at_mut(limit);
    let Some(worst) = first.last() else { return };
    // those equal to the last of the first come right behind them
    let mut until = 0;
    for at in 0..rest.len() {
        if order(&rest[at], worst).is_eq() {
            rest.swap(until, at);
            until += 1;
        }
    }
    list.truncate(limit + until);
}
