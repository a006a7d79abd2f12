//! Which tenant users are worth a closer look for one person: a few dozen of them, out of half a million.
//!
//! 1. Each word of the person's name and address becomes words of the index: the same, the same skeleton, familiar forms,
//!    and those that share trigrams and are few typing errors away.
//! 2. The bearers of these words are visited, rarest words first. Everybody visited gets a quick score: the sum of the best
//!    likeness for each wanted word, rare words counting more, and something for an equal login.
//! 3. As soon as nobody who is left can reach the worst of the best, the rest is left unseen: who shares only a common given
//!    name with the person is not looked at where others share the surname. The best go on to be compared properly.
//!
//! What is found depends on the person's words, on the bearers of words like them, and on the size of the tenant by powers
//! of two; not on the numbers of words, nor on who was looked for before.

use std::collections::HashMap;
use std::sync::Arc;

use super::fold::skeleton;
use super::index::TenantIndex;
use super::likes::all_likes;
use super::pair::OrgView;
use super::readings::search_words;
use super::words::{SAME, is_initial, similarity};

/// How many people are visited for one person at most.
const VISITED: usize = 6000;

/// How many are compared properly.
pub const COMPARED: usize = 20;

/// What an initial that fits adds to a quick score.
const INITIAL: f32 = 0.12;

/// What a word adds that is none of those looked for and only begins like one: enough to come first among equals, too little
/// to keep the search from stopping early.
const BEGINNING: f32 = 0.03;

/// How many words are looked for at most.
const MOST_WANTED: usize = 32;

/// So many bearers of one login are looked at.
const SAME_LOGIN: usize = 200;

/// How many words are remembered from person to person.
const REMEMBERED: usize = 50_000;

/// Words of the index that may stand for a wanted one, with the likeness.
type Likes = Arc<[(u32, f32)]>;

/// What is used again from person to person. One for each thread and index.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) counts: Vec<u8>,
    pub(super) touched: Vec<u32>,
    /// By word: all that may stand for it, and those without typing errors.
    remembered: [HashMap<String, Likes>; 2],
    /// In which round a user was seen last.
    seen: Vec<u32>,
    round: u32,
    /// For each word of the index where its meanings begin in `meanings`, plus one; 0 for a word that stands for none.
    marks: Vec<u16>,
    /// Which wanted word a word of the index stands for, and how well; the meanings of one word one behind the other.
    meanings: Vec<(u32, u8, f32)>,
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
    /// By first letter (a to z) what a word adds that stands for no wanted one.
    begins: [f32; 32],
    /// The most of these.
    most_begins: f32,
}

/// Numbers of the tenant users worth comparing, most promising first, at most `most`.
pub fn promising(index: &TenantIndex, scratch: &mut Scratch, person: &OrgView<'_>, most: usize) -> Vec<u32> {
    if index.is_empty() || most == 0 {
        return Vec::new();
    }
    scratch.begin(index);
    let mut search = Search {
        index,
        scratch,
        wanted: Vec::new(),
        initials: Vec::new(),
        begins: [0.0; 32],
        most_begins: 0.0,
    };
    search.want(person);
    search.best(person, most)
}

impl Scratch {
    fn begin(&mut self, index: &TenantIndex) {
        self.counts.resize(index.dictionary.len(), 0);
        self.marks.resize(index.dictionary.len(), 0);
        self.seen.resize(index.len(), 0);
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.seen.fill(0);
            self.round = 1;
        }
        for remembered in &mut self.remembered {
            if remembered.len() > REMEMBERED {
                remembered.clear();
            }
        }
    }

    /// Whether this user was not seen in this round; it is now.
    fn first_time(&mut self, user: u32) -> bool {
        let round = self.round;
        self.seen.get_mut(user as usize).is_some_and(|seen| std::mem::replace(seen, round) != round)
    }
}

/// The best so far, best first.
struct Best {
    most: usize,
    found: Vec<(f32, u32)>,
}

impl Best {
    fn offer(&mut self, score: f32, user: u32) {
        if self.found.len() == self.most
            && self.found.last().is_some_and(|worst| order(*worst, (score, user)).is_lt())
        {
            return;
        }
        let at = self.found.partition_point(|other| order(*other, (score, user)).is_lt());
        if self.found.len() == self.most {
            self.found.pop();
        }
        self.found.insert(at, (score, user));
    }

    /// Whether somebody with this score comes after all of the best.
    fn is_beyond(&self, score: f32) -> bool {
        self.found.len() == self.most && self.found.last().is_some_and(|(worst, _)| score < *worst)
    }
}

/// Best first, equals by number.
fn order(a: (f32, u32), b: (f32, u32)) -> std::cmp::Ordering {
    b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
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
        for first in own.iter().filter_map(|word| word.bytes().next()) {
            self.begins_with(first, BEGINNING);
        }
        // `van der berg` may be one word there, and the other way round
        for pair in own.windows(2).map(<[String]>::concat).collect::<Vec<_>>() {
            if self.index.word(&pair).is_some() {
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
        for first in std::mem::take(&mut self.initials) {
            self.begins_with(first, INITIAL);
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

    /// Whoever has a word that begins with this letter gets something for it.
    fn begins_with(&mut self, first: u8, worth: f32) {
        if first.is_ascii_lowercase()
            && let Some(cell) = self.begins.get_mut(usize::from(first & 31))
        {
            *cell = cell.max(worth);
            self.most_begins = self.most_begins.max(worth);
        }
    }

    /// `jsmith`, `smithj`, `johnsmith`: pieces that the index knows.
    fn split_login(&mut self, login: &str, own: &mut Vec<String>) {
        if !login.is_ascii() || login.len() < 4 {
            return;
        }
        let mut add = |piece: &str, initial: Option<u8>| {
            if self.index.word(piece).is_none() && self.index.with_skeleton(&skeleton(piece)).next().is_none()
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
                && self.index.word(left).is_some()
                && self.index.word(right).is_some()
            {
                add(left, None);
                add(right, None);
            }
        }
        // an initial before a double surname: `bpenagomez`
        if let (Some(rest), Some(first)) = (login.get(1..), login.bytes().next()) {
            for at in 3..rest.len().saturating_sub(2) {
                if let (Some(left), Some(right)) = (rest.get(..at), rest.get(at..))
                    && self.index.word(left).is_some()
                    && self.index.word(right).is_some()
                {
                    add(left, Some(first));
                    add(right, Some(first));
                }
            }
        }
    }

    /// Words of the index that may stand for this one.
    fn likes(&mut self, word: &str, exact_only: bool) -> Likes {
        if let Some(known) = self.scratch.remembered[usize::from(exact_only)].get(word) {
            return Arc::clone(known);
        }
        let likes: Likes = all_likes(self.index, self.scratch, word, exact_only).into();
        self.scratch.remembered[usize::from(exact_only)].insert(word.to_owned(), Arc::clone(&likes));
        likes
    }

    /// Marks the words of the index with what they stand for. Returns them with the most that they can add to a score.
    fn mark(&mut self) -> Vec<(u32, u32)> {
        let Scratch { marks, meanings, .. } = &mut *self.scratch;
        meanings.clear();
        for (at, wanted) in (0_u8..).zip(&self.wanted) {
            meanings.extend(wanted.likes.iter().map(|(word, like)| (*word, at, *like)));
        }
        meanings.sort_unstable_by_key(|(word, at, _)| (*word, *at));
        let mut lists: Vec<(u32, u32)> = Vec::with_capacity(meanings.len());
        for (at, (word, _, _)) in (1_u16..).zip(meanings.iter()) {
            if lists.last().is_none_or(|(_, last)| last != word) {
                lists.push((u32::try_from(self.index.with_word(*word).len()).unwrap_or(u32::MAX), *word));
                if let Some(mark) = marks.get_mut(*word as usize) {
                    *mark = at;
                }
            }
        }
        let text = |word: u32| self.index.dictionary.word(word);
        lists.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a.1).cmp(text(b.1))));
        lists
    }

    fn unmark(&mut self) {
        let Scratch { marks, meanings, .. } = &mut *self.scratch;
        for (word, _, _) in meanings.iter() {
            if let Some(mark) = marks.get_mut(*word as usize) {
                *mark = 0;
            }
        }
    }

    /// The best by quick score: bearers of equal logins (the person's own, and those that the person's name would make), then
    /// bearers of the words, rarest words first, until nobody better can come.
    fn best(&mut self, person: &OrgView<'_>, most: usize) -> Vec<u32> {
        let index = self.index;
        let lists = self.mark();
        let whole: f32 = self.wanted.iter().map(|wanted| wanted.weight).sum::<f32>().max(0.1);
        let mut best = Best { most, found: Vec::with_capacity(most + 1) };
        for (user, worth) in self.logins(person) {
            if self.scratch.first_time(user) {
                best.offer(self.quick_score(user, whole) + worth, user);
            }
        }
        let reach = self.reach(&lists);
        let mut left = VISITED;
        for ((_, word), reach) in lists.iter().zip(reach) {
            // a little more, so that no rounding decides
            let most_possible = reach / whole + self.most_begins + 1e-4;
            if left == 0 || best.is_beyond(most_possible) {
                break;
            }
            let bearers = index.with_word(*word);
            for user in bearers.iter().take(left) {
                if self.scratch.first_time(*user) {
                    best.offer(self.quick_score(*user, whole), *user);
                }
            }
            left = left.saturating_sub(bearers.len());
        }
        self.unmark();
        best.found.into_iter().map(|(_, user)| user).collect()
    }

    /// For each list how much somebody can reach who is in none of those before it.
    fn reach(&self, lists: &[(u32, u32)]) -> Vec<f32> {
        let mut most = vec![0.0_f32; self.wanted.len()];
        let mut reach = vec![0.0_f32; lists.len()];
        for ((_, word), cell) in lists.iter().zip(&mut reach).rev() {
            for (_, at, like) in self.meanings_of(*word) {
                if let Some(most) = most.get_mut(usize::from(*at)) {
                    *most = most.max(*like);
                }
            }
            *cell = most.iter().zip(&self.wanted).map(|(like, wanted)| like * wanted.weight).sum();
        }
        reach
    }

    /// What a word of the index stands for.
    fn meanings_of(&self, word: u32) -> &[(u32, u8, f32)] {
        let mark = self.scratch.marks.get(word as usize).copied().unwrap_or_default();
        let Some(from) = usize::from(mark).checked_sub(1) else { return &[] };
        let rest = self.scratch.meanings.get(from..).unwrap_or_default();
        let until = rest.iter().position(|(other, _, _)| *other != word).unwrap_or(rest.len());
        rest.get(..until).unwrap_or_default()
    }

    /// How much of what is wanted this user has.
    fn quick_score(&self, user: u32, whole: f32) -> f32 {
        let mut best = [0.0_f32; MOST_WANTED];
        let mut begins = 0.0_f32;
        for word in self.index.words_of(user) {
            let meanings = self.meanings_of(*word);
            for (_, at, like) in meanings {
                if let Some(cell) = best.get_mut(usize::from(*at)) {
                    *cell = cell.max(*like);
                }
            }
            if meanings.is_empty() && begins < self.most_begins {
                let letter = usize::from(self.index.first_letter(*word));
                begins = begins.max(self.begins.get(letter).copied().unwrap_or_default());
            }
        }
        best.iter().zip(&self.wanted).map(|(like, wanted)| like * wanted.weight).sum::<f32>() / whole + begins
    }

    /// Who has an equal login, and how much that is worth.
    fn logins(&self, person: &OrgView<'_>) -> Vec<(u32, f32)> {
        let mut found: Vec<(u32, f32)> = Vec::new();
        for (login, worth) in logins_of(person) {
            found.extend(self.index.with_login(&login).take(SAME_LOGIN).map(|user| (user, worth)));
        }
        found.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        found.dedup_by_key(|(user, _)| *user);
        found
    }
}

/// The person's own logins, and those that the person's name would make, with what an equal one is worth.
pub(super) fn logins_of(person: &OrgView<'_>) -> impl Iterator<Item = (String, f32)> {
    let own: Vec<(String, f32)> = person.locals.iter().map(|local| (local.login.clone(), 0.45)).collect();
    own.into_iter().chain(logins_of_name(person)).filter(|(login, _)| login.len() >= 3)
}

/// Every word that may be looked for on behalf of a person, whatever the index knows: what [`Search::want`] chooses from.
pub(super) fn possible_words(person: &OrgView<'_>, mut each: impl FnMut(&str)) {
    let mut own: Vec<String> = Vec::new();
    for word in person.name.words().filter(|word| !is_initial(word)) {
        if own.len() < 8 && !own.iter().any(|known| known == word) {
            own.push(word.to_owned());
        }
    }
    let read: Vec<String> = own.iter().flat_map(|word| search_words(word)).take(6).collect();
    own.extend(read);
    for word in &own {
        each(word);
    }
    own.windows(2).for_each(|pair| each(&pair.concat()));
    let mut pieces_of = |login: &str| {
        if !login.is_ascii() || login.len() < 4 {
            return;
        }
        let last = login.len() - 1;
        for piece in [login.get(1..), login.get(..last)].into_iter().flatten() {
            each(piece);
        }
        for whole in [Some(login), login.get(1..)].into_iter().flatten() {
            for at in 3..whole.len().saturating_sub(2) {
                for piece in [whole.get(..at), whole.get(at..)].into_iter().flatten() {
                    each(piece);
                }
            }
        }
    };
    for local in &person.locals {
        if local.words.iter().filter(|word| !is_initial(word)).count() <= 1 {
            pieces_of(&local.login);
        }
    }
    if person.name.is_handle()
        && let Some(login) = person.name.words().next()
    {
        pieces_of(login);
    }
    person
        .locals
        .iter()
        .flat_map(|local| &local.words)
        .filter(|word| !is_initial(word))
        .for_each(|word| each(word));
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

/// More for a word that few have. The size of the tenant counts by powers of two, so that one user more or less changes
/// nothing for people who have nothing to do with it.
#[expect(
    clippy::cast_precision_loss,
    reason = "a rough weight; counts are far below the precision that matters"
)]
fn rarity(users: usize, bearers: usize) -> f32 {
    (1.0 + users.next_power_of_two() as f32 / bearers.max(1) as f32).ln().max(0.3)
}
