//! What is kept about the tenant's users so that any of them is found at once: addresses, logins, words of names, and the
//! trigrams of those words.
//!
//! Built once from the directory, in a handful of flat lists: sorted pairs of a hash (or a gram) and a number. Nothing of a
//! user is copied but the words of names, each once. Hashes only narrow; what they find is confirmed on the user itself.

use super::dictionary::Dictionary;
use super::fold::{self, for_each_word, hash32, push_login_key, push_skeleton};
use super::keys::for_each_tenant_key;
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
    /// Where in the directory the user with a number is. Numbers follow the object ids, so that nothing depends on the order
    /// in which the tenant gave its users.
    order: Vec<u32>,
}

/// Sorted pairs of a key and a number, eight bytes each.
#[derive(Debug, Default)]
struct Pairs(Vec<u64>);

impl Pairs {
    fn push(&mut self, key: u32, number: u32) {
        self.0.push(u64::from(key) << 32 | u64::from(number));
    }

    fn sort(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.shrink_to_fit();
    }

    fn of(&self, key: u32) -> impl ExactSizeIterator<Item = u32> {
        let from = self.0.partition_point(|pair| pair >> 32 < u64::from(key));
        let rest = self.0.get(from..).unwrap_or_default();
        let found = rest.partition_point(|pair| pair >> 32 == u64::from(key));
        rest.get(..found)
            .unwrap_or_default()
            .iter()
            .map(|pair| u32::try_from(pair & 0xFFFF_FFFF).unwrap_or_default())
    }
}

/// A list of numbers for each of many, one behind the other.
#[derive(Debug, Default)]
struct Lists {
    starts: Vec<u32>,
    numbers: Vec<u32>,
}

impl Lists {
    fn of(&self, at: u32) -> &[u32] {
        let bounds = self.starts.get(at as usize).zip(self.starts.get(at as usize + 1));
        bounds.and_then(|(from, to)| self.numbers.get(*from as usize..*to as usize)).unwrap_or_default()
    }

    fn end_list(&mut self) {
        self.starts.push(u32::try_from(self.numbers.len()).unwrap_or(u32::MAX));
    }

    /// The same relation seen from the other side.
    fn turned(&self, others: usize) -> Self {
        let mut starts = vec![0_u32; others + 1];
        for number in &self.numbers {
            if let Some(count) = starts.get_mut(*number as usize + 1) {
                *count += 1;
            }
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut numbers = vec![0_u32; self.numbers.len()];
        for own in 0..u32::try_from(self.starts.len().saturating_sub(1)).unwrap_or(u32::MAX) {
            for number in self.of(own) {
                if let Some(place) = next.get_mut(*number as usize) {
                    if let Some(cell) = numbers.get_mut(*place as usize) {
                        *cell = own;
                    }
                    *place += 1;
                }
            }
        }
        Self { starts, numbers }
    }
}

impl TenantIndex {
    /// Indexes everybody in the directory.
    pub fn build(directory: &Directory) -> Self {
        let users = directory.users();
        let mut order: Vec<u32> = (0..u32::try_from(users.len()).unwrap_or(u32::MAX)).collect();
        order.sort_unstable_by_key(|at| users.get(*at as usize).map(|user| user.id));
        let mut index = Self { order, ..Self::default() };
        index.words_of.end_list();
        let mut builder = Builder::default();
        for number in 0..u32::try_from(users.len()).unwrap_or(u32::MAX) {
            let Some(user) = index.user(directory, number) else { continue };
            index.add(number, user, &mut builder);
        }
        index.addresses.sort();
        index.logins.sort();
        index.words_of.numbers.shrink_to_fit();
        index.dictionary.shrink();
        index.postings = index.words_of.turned(index.dictionary.len());
        index.index_words(&builder.of_names);
        index
    }

    fn add(&mut self, number: u32, user: &TenantUser, builder: &mut Builder) {
        let Builder { key, word, seen, words, of_names } = builder;
        seen.clear();
        words.clear();
        for_each_tenant_key(user, key, |_, key| {
            let hash = hash32(key);
            if !seen.contains(&hash) {
                if seen.len() < 64 {
                    seen.push(hash);
                }
                self.addresses.push(hash, number);
            }
        });
        let mut add_word = |dictionary: &mut Dictionary, text: &str, of_name: bool| {
            let Some(at) = dictionary.add(text) else { return };
            if of_names.len() <= at as usize {
                of_names.resize(at as usize + 1, false);
            }
            if of_name && let Some(mark) = of_names.get_mut(at as usize) {
                *mark = true;
            }
            if words.len() < 32 && !words.contains(&at) {
                words.push(at);
            }
        };
        let dictionary = &mut self.dictionary;
        let names = [Some(user.display_name()), user.given_name(), user.surname()];
        for name in names.into_iter().flatten() {
            for_each_word(name, word, |text| {
                if !is_title(text) {
                    add_word(dictionary, text, true);
                    // what is not in Latin letters is found by how it is read as well
                    for read in search_words(text) {
                        add_word(dictionary, &read, true);
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
            self.logins.push(hash, number);
            let mut pieces = 0;
            for_each_word(local, word, |text| {
                pieces += 1;
                if !is_initial(text) && text.len() < key.len() {
                    add_word(dictionary, text, true);
                }
            });
            if pieces == 1 {
                add_word(dictionary, key, false);
            }
        });
        self.words_of.numbers.extend_from_slice(words);
        self.words_of.end_list();
    }

    fn index_words(&mut self, of_names: &[bool]) {
        let mut bare = String::new();
        for (number, _) in (0_u32..).zip(of_names).filter(|(_, name)| **name) {
            let word = self.dictionary.word(number);
            bare.clear();
            push_skeleton(word, &mut bare);
            self.skeletons.push(hash32(&bare), number);
            for gram in grams(word) {
                self.grams.push(gram, number);
            }
        }
        self.skeletons.sort();
        self.grams.sort();
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
    pub(super) fn with_skeleton(&self, skeleton: &str) -> impl ExactSizeIterator<Item = u32> {
        self.skeletons.of(hash32(skeleton))
    }

    /// Words that have this trigram.
    pub(super) fn with_gram(&self, gram: u32) -> impl ExactSizeIterator<Item = u32> {
        self.grams.of(gram)
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

/// What is used again for every user.
#[derive(Default)]
struct Builder {
    key: String,
    word: String,
    seen: Vec<u32>,
    words: Vec<u32>,
    of_names: Vec<bool>,
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
