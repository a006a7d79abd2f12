//! What is kept about the tenant's users so that any of them is found at once: addresses, logins, words of names, and the
//! trigrams of those words.
//!
//! Built once from the directory, in a handful of flat lists: sorted pairs of a hash (or a gram) and a number. Nothing of a
//! user is copied but the words of names, each once. Hashes only narrow; what they find is confirmed on the user itself.

use std::collections::HashSet;

use super::changes::{Changes, GONE};
use super::dictionary::Dictionary;
use super::fold::{self, for_each_word, hash32, push_login_key, push_skeleton};
use super::keys::for_each_tenant_key;
use super::lists::{Lists, Pairs};
use super::names::is_title;
use super::readings::search_words;
use super::words::is_initial;
use crate::domain::ids::ObjectId;
use crate::domain::people::{Directory, TenantUser};

/// An index over the tenant's users, built once, for addresses, names and the search as one types.
#[derive(Debug, Default)]
pub struct TenantIndex {
    /// Hash of an address, and who has it.
    addresses: Pairs,
    /// Hash of a login (letters of a local part, of a nickname), and who has it.
    logins: Pairs,
    /// All words.
    pub(super) dictionary: Dictionary,
    /// Who has a word.
    postings: Lists,
    /// Which words somebody has.
    words_of: Lists,
    /// Hash of a skeleton, and the words that have it.
    skeletons: Pairs,
    /// Trigrams, and the words that have them.
    grams: Pairs,
    /// How often a word is written in a name. A word that nobody has any more keeps its number and is found no more.
    names: Vec<u32>,
    /// The first letter of each word, 1 to 26; 0 for what begins otherwise.
    firsts: Vec<u8>,
    /// Words in the order of their letters.
    sorted: Vec<u32>,
    /// Where in the directory the user with a number is. Numbers follow the object ids, so that nothing depends on the order
    /// in which the tenant gave its users.
    order: Vec<u32>,
}

impl TenantIndex {
    /// Indexes everybody in the directory.
    pub fn build(directory: &Directory) -> Self {
        Self::built(directory, false)
    }

    /// With every word found as a word of a name is, logins included: what is a login of one may be a name of another.
    pub(super) fn build_wide(directory: &Directory) -> Self {
        Self::built(directory, true)
    }

    fn built(directory: &Directory, wide: bool) -> Self {
        let users = directory.users();
        let mut order: Vec<u32> = (0..u32::try_from(users.len()).unwrap_or(u32::MAX)).collect();
        order.sort_unstable_by_key(|at| users.get(*at as usize).map(|user| user.id));
        let mut index = Self { order, ..Self::default() };
        let mut reader = Reader::default();
        for number in 0..u32::try_from(users.len()).unwrap_or(u32::MAX) {
            let Some(user) = index.user(directory, number) else { continue };
            index.add(number, user, &mut reader);
            index.words_of.push(&reader.words);
        }
        index.addresses.sort();
        index.logins.sort();
        index.words_of.shrink();
        index.dictionary.shrink();
        index.names.shrink_to_fit();
        if wide {
            index.names.fill(1);
        }
        index.postings = index.words_of.turned(index.dictionary.len());
        let words = 0..u32::try_from(index.dictionary.len()).unwrap_or(u32::MAX);
        let (skeletons, grams) = index.index_words(words.clone());
        (index.skeletons, index.grams) = (skeletons, grams);
        index.note_first_letters();
        index.sorted = words.collect();
        let Self { dictionary, sorted, .. } = &mut index;
        sorted.sort_unstable_by(|a, b| dictionary.word(*a).cmp(dictionary.word(*b)));
        index
    }

    /// The index over the new list, made from this one over the old list: what did not change is copied, not looked at.
    /// Everything that is found in it is the same as in one that was built over the new list.
    #[must_use]
    pub fn updated(&self, old: &Directory, new: &Directory, changes: &Changes) -> Self {
        if changes.len() * 8 > new.len() || self.dictionary.len() > 2 * self.alive_words() + 1000 {
            return Self::build(new);
        }
        let (order, kept) = self.renumbered(new, changes);
        let mut index = Self {
            dictionary: self.dictionary.clone(),
            names: self.names.clone(),
            firsts: self.firsts.clone(),
            order,
            addresses: Pairs::default(),
            logins: Pairs::default(),
            ..Self::default()
        };
        let mut reader = Reader::default();
        for (user, _) in changes.before(old) {
            reader.read(user, |word, of_name| {
                if let Some(count) =
                    self.dictionary.find(word).and_then(|at| index.names.get_mut(at as usize))
                    && of_name
                {
                    *count = count.saturating_sub(1);
                }
                None
            });
        }
        let mut fresh: Vec<(u32, Vec<u32>)> = Vec::new();
        for (user, _) in changes.after(new) {
            let Some(number) = index.number_of(new, user.id) else { continue };
            index.add(number, user, &mut reader);
            fresh.push((number, reader.words.clone()));
        }
        fresh.sort_unstable();
        index.addresses.sort();
        index.addresses = self.addresses.merged(&kept, &index.addresses);
        index.logins.sort();
        index.logins = self.logins.merged(&kept, &index.logins);
        index.words_of = self.words_of.merged(&kept, &fresh);
        index.postings = index.words_of.turned(index.dictionary.len());
        let first_new = u32::try_from(self.dictionary.len()).unwrap_or(u32::MAX);
        let known = self.names.iter().copied().chain(std::iter::repeat(0));
        let named = index.names.iter().zip(known).zip(0_u32..);
        let touched: Vec<u32> =
            named.filter(|((now, before), _)| **now > 0 && *before == 0).map(|(_, word)| word).collect();
        let (skeletons, grams) = index.index_words(touched.iter().copied());
        index.skeletons = self.skeletons.with(&skeletons);
        index.grams = self.grams.with(&grams);
        index.note_first_letters();
        let Self { dictionary, sorted, .. } = &mut index;
        let mut more: Vec<u32> = (first_new..u32::try_from(dictionary.len()).unwrap_or(u32::MAX)).collect();
        let text = |word: &u32| dictionary.word(*word);
        more.sort_unstable_by(|a, b| text(a).cmp(text(b)));
        sorted.reserve_exact(self.sorted.len() + more.len());
        let mut rest = self.sorted.as_slice();
        for word in more {
            let (before, after) = rest.split_at(rest.partition_point(|other| text(other) < text(&word)));
            sorted.extend_from_slice(before);
            sorted.push(word);
            rest = after;
        }
        sorted.extend_from_slice(rest);
        index
    }

    /// Places in the new list by number, and the new number of each old one that did not change.
    fn renumbered(&self, new: &Directory, changes: &Changes) -> (Vec<u32>, Vec<u32>) {
        let id_at = |place: u32| new.users().get(place as usize).map(|user| user.id);
        let mut newcomers = changes.added().to_vec();
        newcomers.sort_unstable_by_key(|place| id_at(*place));
        let mut newcomers = newcomers.into_iter().peekable();
        // everybody of the old list who is still there, by number; where the next added one comes in is looked up
        let still: Vec<(u32, u32)> = (0_u32..)
            .zip(&self.order)
            .filter_map(|(number, place)| changes.moved(*place).map(|place| (number, place)))
            .collect();
        let mut order = Vec::with_capacity(new.len());
        let mut kept = vec![GONE; self.order.len()];
        let mut from = 0;
        loop {
            let next = newcomers.next();
            let until = next.map_or(still.len(), |place| {
                from + still
                    .get(from..)
                    .unwrap_or_default()
                    .partition_point(|(_, own)| id_at(*own) < id_at(place))
            });
            for (number, place) in still.get(from..until).unwrap_or_default() {
                if let Some(cell) = kept.get_mut(*number as usize) {
                    *cell = u32::try_from(order.len()).unwrap_or(GONE);
                }
                order.push(*place);
            }
            from = until;
            match next {
                Some(place) => order.push(place),
                None => break,
            }
        }
        let other: HashSet<u32> = changes.changed_before().iter().copied().collect();
        for (place, cell) in self.order.iter().zip(&mut kept) {
            if other.contains(place) {
                *cell = GONE;
            }
        }
        (order, kept)
    }

    /// Takes in one user; the words are left with the reader.
    fn add(&mut self, number: u32, user: &TenantUser, reader: &mut Reader) {
        reader.for_each_address(user, |hash| self.addresses.push(hash, number));
        let Self { dictionary, names, .. } = self;
        reader.read(user, |text, of_name| {
            let at = dictionary.add(text)?;
            if names.len() <= at as usize {
                names.resize(at as usize + 1, 0);
            }
            if of_name && let Some(count) = names.get_mut(at as usize) {
                *count = count.saturating_add(1);
            }
            Some(at)
        });
        for hash in &reader.logins {
            self.logins.push(*hash, number);
        }
    }

    /// Skeletons and trigrams of those of the words that are written in names.
    fn index_words(&self, words: impl Iterator<Item = u32>) -> (Pairs, Pairs) {
        let (mut skeletons, mut all) = (Pairs::default(), Pairs::default());
        let mut bare = String::new();
        for number in words.filter(|word| self.is_of_name(*word)) {
            let word = self.dictionary.word(number);
            bare.clear();
            push_skeleton(word, &mut bare);
            skeletons.push(hash32(&bare), number);
            for gram in grams(word) {
                all.push(gram, number);
            }
        }
        skeletons.sort();
        all.sort();
        (skeletons, all)
    }

    /// Takes in the first letters of the words that came since.
    fn note_first_letters(&mut self) {
        let Self { dictionary, firsts, .. } = self;
        let known = u32::try_from(firsts.len()).unwrap_or(u32::MAX);
        firsts.reserve_exact(dictionary.len() - firsts.len());
        firsts.extend((known..u32::try_from(dictionary.len()).unwrap_or(u32::MAX)).map(|word| {
            let first = dictionary.word(word).bytes().next().filter(u8::is_ascii_lowercase);
            first.map_or(0, |first| first & 31)
        }));
    }

    /// The first letter of the word, 1 to 26; 0 for what begins otherwise.
    pub(super) fn first_letter(&self, word: u32) -> u8 {
        self.firsts.get(word as usize).copied().unwrap_or_default()
    }

    /// Whether the word is written in anybody's name.
    pub(super) fn is_of_name(&self, word: u32) -> bool {
        self.names.get(word as usize).is_some_and(|count| *count > 0)
    }

    fn alive_words(&self) -> usize {
        self.names
            .iter()
            .zip(0_u32..)
            .filter(|(count, word)| **count > 0 || !self.with_word(*word).is_empty())
            .count()
    }

    /// The number of a word that somebody has.
    pub(super) fn word(&self, text: &str) -> Option<u32> {
        self.dictionary.find(text).filter(|word| self.is_of_name(*word) || !self.with_word(*word).is_empty())
    }

    /// Words that begin like this, in the order of their letters.
    pub(super) fn beginning_with(&self, prefix: &str) -> &[u32] {
        let from = self.sorted.partition_point(|word| self.dictionary.word(*word) < prefix);
        let rest = self.sorted.get(from..).unwrap_or_default();
        let found = rest.partition_point(|word| self.dictionary.word(*word).starts_with(prefix));
        rest.get(..found).unwrap_or_default()
    }

    /// The tenant user with this number.
    pub fn user<'d>(&self, directory: &'d Directory, number: u32) -> Option<&'d TenantUser> {
        directory.users().get(*self.order.get(number as usize)? as usize)
    }

    /// The number of a tenant user; `None` for one who came after the index was built.
    pub fn number_of(&self, directory: &Directory, id: ObjectId) -> Option<u32> {
        let id_of = |at: &u32| directory.users().get(*at as usize).map(|user| user.id);
        self.order.binary_search_by_key(&Some(id), id_of).ok().and_then(|number| u32::try_from(number).ok())
    }

    /// Numbers of the tenant users who have this address (an address key), in order.
    pub fn with_address(&self, directory: &Directory, key: &str) -> Vec<u32> {
        let mut buffer = String::new();
        self.addresses
            .of(hash32(key))
            .filter(|number| {
                self.user(directory, *number).is_some_and(|user| {
                    let mut has = false;
                    for_each_tenant_key(user, &mut buffer, |_, own| has |= own == key);
                    has
                })
            })
            .collect()
    }

    /// Numbers of the tenant users who probably have this login (a login key).
    pub(super) fn with_login(&self, login: &str) -> impl ExactSizeIterator<Item = u32> {
        self.logins.of(hash32(login))
    }

    /// Numbers of the tenant users who have this word.
    pub(super) fn with_word(&self, word: u32) -> &[u32] {
        self.postings.of(word)
    }

    /// Words of the tenant user with this number.
    pub(super) fn words_of(&self, user: u32) -> &[u32] {
        self.words_of.of(user)
    }

    /// Words that probably have this skeleton.
    pub(super) fn with_skeleton(&self, skeleton: &str) -> impl Iterator<Item = u32> {
        self.skeletons.of(hash32(skeleton)).filter(|word| self.is_of_name(*word))
    }

    /// Words that have this trigram, those that nobody has any more included.
    pub(super) fn with_gram(&self, gram: u32) -> impl ExactSizeIterator<Item = u32> {
        self.grams.of(gram)
    }

    /// Whether anybody probably has this address (an address key).
    pub(super) fn may_have_address(&self, key: &str) -> bool {
        self.addresses.of(hash32(key)).len() > 0
    }

    /// How many tenant users were indexed.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether nobody was indexed.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

/// Reads addresses, logins and words of one user after the other.
#[derive(Default)]
struct Reader {
    key: String,
    word: String,
    seen: Vec<u32>,
    /// Hashes of the logins of the user read last.
    logins: Vec<u32>,
    /// Words of the user read last.
    words: Vec<u32>,
}

impl Reader {
    /// Hashes of the addresses, each once.
    fn for_each_address(&mut self, user: &TenantUser, mut each: impl FnMut(u32)) {
        let Self { key, seen, .. } = self;
        seen.clear();
        for_each_tenant_key(user, key, |_, key| {
            let hash = hash32(key);
            if !seen.contains(&hash) {
                if seen.len() < 64 {
                    seen.push(hash);
                }
                each(hash);
            }
        });
    }

    /// Logins and words; `number` gives a word its number and is told whether it is written as (a part of) a name.
    fn read(&mut self, user: &TenantUser, mut number: impl FnMut(&str, bool) -> Option<u32>) {
        let Self { key, word, seen, logins, words } = self;
        words.clear();
        logins.clear();
        let mut add_word = |text: &str, of_name: bool| {
            let Some(at) = number(text, of_name) else { return };
            if words.len() < 32 && !words.contains(&at) {
                words.push(at);
            }
        };
        let names = [Some(user.display_name()), user.given_name(), user.surname()];
        for name in names.into_iter().flatten() {
            for_each_word(name, word, |text| {
                if !is_title(text) {
                    add_word(text, true);
                    // what is not in Latin letters is found by how it is read as well
                    for read in search_words(text) {
                        add_word(&read, true);
                    }
                }
            });
        }
        seen.clear();
        for_each_login(user, |local| {
            key.clear();
            push_login_key(local, key);
            let hash = hash32(key);
            if key.len() < 2 || seen.contains(&hash) {
                return;
            }
            if seen.len() < 64 {
                seen.push(hash);
            }
            logins.push(hash);
            let mut pieces = 0;
            for_each_word(local, word, |text| {
                pieces += 1;
                if !is_initial(text) && text.len() < key.len() {
                    add_word(text, true);
                }
            });
            if pieces == 1 {
                add_word(key, false);
            }
        });
    }
}

/// Local parts by which somebody may be known: of the sign-in name, mail, other mails, aliases, the nickname, the account.
pub(super) fn for_each_login(user: &TenantUser, mut each: impl FnMut(&str)) {
    match user.decoded_guest_address() {
        Some(address) => each(fold::local_part(address.trim())),
        None => each(fold::local_part(user.user_principal_name().trim())),
    }
    let addresses = user.mail().into_iter().chain(user.other_mails()).chain(user.proxy_addresses()).take(64);
    for address in addresses {
        each(fold::local_part(address.trim()));
    }
    if let Some(nickname) = user.mail_nickname()
        && !nickname.contains("#EXT#")
    {
        each(nickname.trim());
    }
    if let Some(account) = user.sam_account_name() {
        each(account.trim());
    }
}

/// The trigrams of a word, with its beginning and end marked.
pub(super) fn grams(word: &str) -> impl Iterator<Item = u32> {
    let number =
        |c: char| if c.is_ascii() { u32::from(c) } else { u32::from(c).wrapping_mul(0x9E37_79B1) >> 8 };
    let ends = std::iter::once(1).chain(word.chars().map(number)).chain(std::iter::once(2));
    let mut window = [0_u32; 3];
    ends.enumerate().filter_map(move |(at, c)| {
        window = [window[1], window[2], c];
        (at >= 2).then(|| (window[0] << 16) ^ (window[1] << 8) ^ window[2])
    })
}
