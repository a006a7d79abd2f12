//! Which tenant users are worth a closer look for one person: a few dozen of them, out of half a million.
//!
//! 1. Each word of the person's name and address becomes words of the index: the same, the same skeleton, familiar forms,
//!    and those that share trigrams and are few typing errors away.
//! 2. The posting lists of these words are visited, rarest first, until enough people were seen. A very common word alone
//!    therefore brings in some of its bearers, not all.
//! 3. Everybody seen gets a quick score: the sum of the best likeness for each wanted word, rare words counting more,
//!    and something for an equal login. The best go on to be compared properly.

use std::collections::HashMap;
use std::sync::Arc;

use super::fold::skeleton;
use super::index::{TenantIndex, grams};
use super::nicknames;
use super::pair::OrgView;
use super::readings::search_words;
use super::words::{SAME, is_initial, similarity};

/// How many people of posting lists are visited for one person before the rest of the lists is left.
const VISITED: usize = 6000;

/// How many are compared properly.
pub const COMPARED: usize = 20;

/// How many words of the index stand for one wanted word.
const LIKE: usize = 24;

/// How alike a word of the index must be to stand for a wanted one.
const LEAST: f32 = 0.6;

/// How many words are remembered from person to person.
const REMEMBERED: usize = 50_000;

/// Words of the index that may stand for a wanted one, with the likeness.
type Likes = Arc<[(u32, f32)]>;

/// What is used again from person to person. One for each thread.
#[derive(Debug, Default)]
pub struct Scratch {
    counts: Vec<u8>,
    touched: Vec<u32>,
    remembered: HashMap<String, Likes>,
    /// In which round a user was seen last.
    seen: Vec<u32>,
    round: u32,
}

/// A word that is looked for.
struct Wanted {
    likes: Likes,
    weight: f32,
}

/// What is looked for on behalf of one person.
struct Search<'a> {
    index: &'a TenantIndex,
    scratch: &'a mut Scratch,
    wanted: Vec<Wanted>,
    initials: Vec<u8>,
    found: Vec<u32>,
}

/// Numbers of the tenant users worth comparing, most promising first, at most `most`.
pub fn promising(index: &TenantIndex, scratch: &mut Scratch, person: &OrgView<'_>, most: usize) -> Vec<u32> {
    if index.is_empty() {
        return Vec::new();
    }
    scratch.begin(index);
    let mut search = Search { index, scratch, wanted: Vec::new(), initials: Vec::new(), found: Vec::new() };
    search.want(person);
    let logins = search.visit_logins(person);
    search.visit_words();
    search.best(&logins, most)
}

impl Scratch {
    fn begin(&mut self, index: &TenantIndex) {
        self.counts.resize(index.dictionary.len(), 0);
        self.seen.resize(index.len(), 0);
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.seen.fill(0);
            self.round = 1;
        }
        if self.remembered.len() > REMEMBERED {
            self.remembered.clear();
        }
    }

    /// Whether this user was not seen in this round; it is now.
    fn first_time(&mut self, user: u32) -> bool {
        let round = self.round;
        self.seen.get_mut(user as usize).is_some_and(|seen| std::mem::replace(seen, round) != round)
    }
}

impl Search<'_> {
    fn want(&mut self, person: &OrgView<'_>) {
        let mut own: Vec<String> = Vec::new();
        for word in person.name.words() {
            if is_initial(word) {
                self.initials.extend(word.bytes().next());
            } else if own.len() < 8 && !own.iter().any(|known| known == word) {
                own.push(word.to_owned());
            }
        }
        let read: Vec<String> = own.iter().flat_map(|word| search_words(word)).take(6).collect();
        own.extend(read);
        // whoever begins alike comes before others of the same common surname: a mistyped `nec` is rather Ned than John
        self.initials
            .extend(own.iter().filter(|word| word.is_ascii()).filter_map(|word| word.bytes().next()));
        // `van der berg` may be one word there, and the other way round
        for pair in own.windows(2).map(<[String]>::concat).collect::<Vec<_>>() {
            if self.index.dictionary.find(&pair).is_some() {
                own.push(pair);
            }
        }
        let of_name = own.len();
        for local in &person.locals {
            let pieces: Vec<&String> = local.words.iter().filter(|word| !is_initial(word)).collect();
            self.initials.extend(
                local.words.iter().filter(|word| is_initial(word)).filter_map(|word| word.bytes().next()),
            );
            for piece in &pieces {
                if own.len() < 14 && !own.iter().any(|known| similarity(known, piece) >= SAME) {
                    own.push((*piece).clone());
                }
            }
            if pieces.len() <= 1 {
                self.split_login(&local.login, &mut own);
            }
        }
        // a name that is a login itself: `jsmith85`
        if person.name.is_handle()
            && let Some(login) = person.name.words().next()
        {
            self.split_login(login, &mut own);
        }
        for (at, word) in own.iter().enumerate() {
            let exact_only = at >= of_name && of_name > 1;
            let likes = self.likes(word, exact_only);
            let known: usize = likes
                .iter()
                .filter(|(_, like)| *like >= 0.9)
                .map(|(word, _)| self.index.with_word(*word).len())
                .sum();
            let base = if at < of_name { 1.0 } else { 0.6 };
            let particle = if super::names::is_particle(word) { 0.3 } else { 1.0 };
            self.wanted.push(Wanted { likes, weight: base * particle * rarity(self.index.len(), known) });
        }
    }

    /// `jsmith`, `smithj`, `johnsmith`: pieces that the index knows.
    fn split_login(&mut self, login: &str, own: &mut Vec<String>) {
        if !login.is_ascii() || login.len() < 4 {
            return;
        }
        let mut add = |piece: &str, initial: Option<u8>| {
            if self.index.dictionary.find(piece).is_none()
                && self.index.with_skeleton(&skeleton(piece)).len() == 0
            {
                return false;
            }
            self.initials.extend(initial);
            if own.len() < 14 && !own.iter().any(|known| known == piece) {
                own.push(piece.to_owned());
            }
            true
        };
        let last = login.len() - 1;
        if let (Some(rest), Some(first)) = (login.get(1..), login.bytes().next()) {
            add(rest, Some(first));
        }
        if let (Some(rest), Some(letter)) = (login.get(..last), login.bytes().last()) {
            add(rest, Some(letter));
        }
        for at in 3..login.len().saturating_sub(2) {
            if let (Some(left), Some(right)) = (login.get(..at), login.get(at..))
                && self.index.dictionary.find(left).is_some()
                && self.index.dictionary.find(right).is_some()
            {
                add(left, None);
                add(right, None);
            }
        }
        // an initial before a double surname: `bpenagomez`
        if let (Some(rest), Some(first)) = (login.get(1..), login.bytes().next()) {
            for at in 3..rest.len().saturating_sub(2) {
                if let (Some(left), Some(right)) = (rest.get(..at), rest.get(at..))
                    && self.index.dictionary.find(left).is_some()
                    && self.index.dictionary.find(right).is_some()
                {
                    add(left, Some(first));
                    add(right, Some(first));
                }
            }
        }
    }

    /// Words of the index that may stand for this one.
    fn likes(&mut self, word: &str, exact_only: bool) -> Likes {
        if let Some(known) = self.scratch.remembered.get(word) {
            return Arc::clone(known);
        }
        let index = self.index;
        let mut likes: Vec<(u32, f32)> = Vec::new();
        if let Some(same) = index.dictionary.find(word) {
            likes.push((same, 1.0));
        }
        for other in index.with_skeleton(&skeleton(word)) {
            likes.push((other, similarity(word, index.dictionary.word(other))));
        }
        for form in nicknames::forms(word) {
            if let Some(other) = index.dictionary.find(form) {
                likes.push((other, 0.85));
            }
        }
        if !exact_only || likes.is_empty() {
            self.likes_by_grams(word, &mut likes);
        }
        likes.retain(|(_, like)| *like >= LEAST);
        likes.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        likes.dedup_by_key(|like| like.0);
        likes.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        likes.truncate(LIKE);
        let likes: Likes = likes.into();
        if !exact_only {
            self.scratch.remembered.insert(word.to_owned(), Arc::clone(&likes));
        }
        likes
    }

    fn likes_by_grams(&mut self, word: &str, likes: &mut Vec<(u32, f32)>) {
        let Scratch { counts, touched, .. } = &mut *self.scratch;
        let mut count = 0_usize;
        for gram in grams(word) {
            count += 1;
            for other in self.index.with_gram(gram) {
                if let Some(cell) = counts.get_mut(other as usize) {
                    if *cell == 0 {
                        touched.push(other);
                    }
                    *cell = cell.saturating_add(1);
                }
            }
        }
        // a swap in a word of four letters leaves one trigram standing
        let least = if count <= 5 { 1 } else { (count * 3).div_ceil(10) };
        for other in touched.drain(..) {
            let Some(cell) = counts.get_mut(other as usize) else { continue };
            if usize::from(std::mem::take(cell)) >= least {
                let known = self.index.dictionary.word(other);
                if known.len().abs_diff(word.len()) * 5 > known.len().max(word.len()) * 2 {
                    continue;
                }
                let like = similarity(word, known);
                if like >= LEAST {
                    likes.push((other, like));
                }
            }
        }
    }

    /// Equal logins: the person's own, and those that the person's name would make.
    fn visit_logins(&mut self, person: &OrgView<'_>) -> HashMap<u32, f32> {
        const MOST: usize = 200;
        let mut found: HashMap<u32, f32> = HashMap::new();
        let own = person.locals.iter().map(|local| (local.login.clone(), 0.45));
        for (login, worth) in own.chain(logins_of_name(person)) {
            if login.len() < 3 {
                continue;
            }
            for user in self.index.with_login(&login).take(MOST) {
                let best = found.entry(user).or_insert(0.0);
                *best = best.max(worth);
                if self.scratch.first_time(user) {
                    self.found.push(user);
                }
            }
        }
        found
    }

    /// Bearers of the words, rarest words first.
    fn visit_words(&mut self) {
        let index = self.index;
        let mut lists: Vec<(usize, u32)> = self
            .wanted
            .iter()
            .flat_map(|wanted| wanted.likes.iter())
            .map(|(word, _)| (index.with_word(*word).len(), *word))
            .collect();
        lists.sort_unstable();
        lists.dedup();
        let mut left = VISITED;
        for (_, word) in lists {
            for user in index.with_word(word).iter().take(left) {
                if self.scratch.first_time(*user) {
                    self.found.push(*user);
                }
            }
            left = left.saturating_sub(index.with_word(word).len());
            if left == 0 {
                break;
            }
        }
    }

    /// The best by quick score.
    fn best(&mut self, logins: &HashMap<u32, f32>, most: usize) -> Vec<u32> {
        let mut likeness: HashMap<u32, Vec<(usize, f32)>> = HashMap::new();
        for (at, wanted) in self.wanted.iter().enumerate() {
            for (word, like) in wanted.likes.iter() {
                likeness.entry(*word).or_default().push((at, *like));
            }
        }
        let whole: f32 = self.wanted.iter().map(|wanted| wanted.weight).sum::<f32>().max(0.1);
        let mut best = vec![0.0_f32; self.wanted.len()];
        let mut scored: Vec<(f32, u32)> = Vec::with_capacity(self.found.len());
        for user in &self.found {
            best.fill(0.0);
            let mut initials = 0.0_f32;
            for word in self.index.words_of(*user) {
                if let Some(fits) = likeness.get(word) {
                    for (at, like) in fits {
                        if let Some(cell) = best.get_mut(*at) {
                            *cell = cell.max(*like);
                        }
                    }
                } else if let Some(first) = self.index.dictionary.word(*word).bytes().next()
                    && self.initials.contains(&first)
                {
                    initials = 0.12;
                }
            }
            let sum: f32 = best.iter().zip(&self.wanted).map(|(like, wanted)| like * wanted.weight).sum();
            let score = sum / whole + initials + logins.get(user).copied().unwrap_or(0.0);
            scored.push((score, *user));
        }
        let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if scored.len() > most && most > 0 {
            scored.select_nth_unstable_by(most - 1, order);
            scored.truncate(most);
        }
        scored.sort_unstable_by(order);
        scored.into_iter().map(|(_, user)| user).collect()
    }
}

/// Logins that companies make of a name, from the first and the last word either way round.
fn logins_of_name(person: &OrgView<'_>) -> Vec<(String, f32)> {
    let words: Vec<&str> = person.name.words().filter(|word| word.is_ascii() && !is_initial(word)).collect();
    let (Some(&first), Some(&last)) = (words.first(), words.last()) else { return Vec::new() };
    if words.len() < 2 {
        return Vec::new();
    }
    let mut made = Vec::new();
    for (given, surname) in [(first, last), (last, first)] {
        let initial = given.get(..1).unwrap_or_default();
        made.push((format!("{given}{surname}"), 0.35));
        made.push((format!("{initial}{surname}"), 0.2));
        made.push((format!("{surname}{initial}"), 0.15));
    }
    made.push((words.concat(), 0.35));
    made
}

/// More for a word that few have.
#[expect(
    clippy::cast_precision_loss,
    reason = "a rough weight; counts are far below the precision that matters"
)]
fn rarity(users: usize, bearers: usize) -> f32 {
    (1.0 + users as f32 / bearers.max(1) as f32).ln().max(0.3)
}
