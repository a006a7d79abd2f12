//! The search as one types: over the whole tenant, by name, login, address or object id.

use std::collections::HashMap;

use super::TenantIndex;
use super::fold::{address_key, words};
use super::words::similarity;
use crate::domain::ids::ObjectId;
use crate::domain::people::{Directory, TenantUser};

/// How many words of the index one typed word may stand for.
const WORDS: usize = 3000;

/// How many people are looked at.
const VISITED: usize = 40_000;

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
        let rank = |user: &TenantUser| (user.deleted, user.enabled == Some(false));
        found.sort_by(|(a, one), (b, other)| {
            b.total_cmp(a)
                .then_with(|| rank(one).cmp(&rank(other)))
                .then_with(|| one.display_name().cmp(other.display_name()))
                .then_with(|| one.user_principal_name().cmp(other.user_principal_name()))
                .then_with(|| one.id.cmp(&other.id))
        });
        found.into_iter().take(limit).map(|(_, user)| user.id).collect()
    }

    fn search_words(&self, typed: &[String]) -> Vec<(f32, u32)> {
        let mut meanings: Vec<Vec<(u32, f32)>> = typed.iter().map(|word| self.meanings(word)).collect();
        // whoever has the rarest meaning is looked at for the others
        let bearers =
            |list: &[(u32, f32)]| list.iter().map(|(word, _)| self.with_word(*word).len()).sum::<usize>();
        meanings.sort_by_key(|list| bearers(list));
        let Some(rarest) = meanings.first() else { return Vec::new() };
        let mut seen: HashMap<u32, f32> = HashMap::new();
        'visit: for (word, like) in rarest {
            for user in self.with_word(*word) {
                let best = seen.entry(*user).or_insert(0.0);
                *best = best.max(*like);
                if seen.len() >= VISITED {
                    break 'visit;
                }
            }
        }
        let tables: Vec<HashMap<u32, f32>> =
            meanings.iter().skip(1).map(|list| list.iter().copied().collect()).collect();
        seen.into_iter()
            .filter_map(|(user, first)| {
                let mut sum = first;
                for table in &tables {
                    sum += self
                        .words_of(user)
                        .iter()
                        .filter_map(|word| table.get(word))
                        .copied()
                        .reduce(f32::max)?;
                }
                Some((sum, user))
            })
            .collect()
    }

    /// Words of the index that a typed word may mean.
    fn meanings(&self, typed: &str) -> Vec<(u32, f32)> {
        let mut found: Vec<(u32, f32)> = self
            .dictionary
            .beginning_with(typed, WORDS)
            .into_iter()
            .map(|word| (word, if self.dictionary.word(word).len() == typed.len() { 1.0 } else { 0.8 }))
            .collect();
        if let Some(whole) = self.dictionary.find(typed)
            && !found.iter().any(|(word, _)| *word == whole)
        {
            found.push((whole, 1.0));
        }
        if found.is_empty() {
            let mut counts: HashMap<u32, usize> = HashMap::new();
            for gram in super::index::grams(typed) {
                for word in self.with_gram(gram) {
                    *counts.entry(word).or_default() += 1;
                }
            }
            let least = (typed.chars().count() * 3).div_ceil(10).max(1);
            found = counts
                .into_iter()
                .filter(|(_, count)| *count >= least)
                .map(|(word, _)| (word, similarity(typed, self.dictionary.word(word)) * 0.7))
                .filter(|(_, like)| *like >= 0.47)
                .collect();
        }
        found
    }
}
