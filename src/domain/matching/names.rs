//! Whether two written names can be one person's: tolerant of order, spelling, initials, middle names, double surnames,
//! nicknames, titles and logins; strict about what remains.
//!
//! *Contradicts* means plainly another person, not merely "unlike": two scripts, an empty name or a handle say nothing, and
//! a surname that changed while the given name agrees is doubt, because people marry.

use super::fold;
use crate::domain::people::TenantUser;
use crate::domain::text::clean_to;

mod alignment;
mod comparison;
mod reading;

pub use comparison::compare;

/// What comparing two names says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Plainly another person.
    Contradicts,
    /// A part agrees, another part does not: a person must look.
    Doubt,
    /// Nothing can be compared.
    Unknown,
    /// What is there agrees, but a part is an initial or missing.
    Fits,
    /// Given name and surname agree.
    Agrees,
}

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct NameMatch {
    /// What it says.
    pub verdict: Verdict,
    /// 0 to 1: how much of the names agrees. Orders candidates, decides nothing.
    pub score: f32,
    /// The given name agrees, written out on both sides.
    pub given_agrees: bool,
    /// The surname agrees and the given name nearly does: more typing errors than a name should have.
    pub given_near: bool,
    /// The same the other way round: the given name agrees and the surname nearly does.
    pub surname_near: bool,
}

impl NameMatch {
    fn new(verdict: Verdict, score: f32) -> Self {
        Self {
            verdict,
            score,
            given_agrees: verdict == Verdict::Agrees,
            given_near: false,
            surname_near: false,
        }
    }
}

/// What a word is in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Given,
    Surname,
    /// Written in the display name only, beside a given name and a surname in fields of their own.
    Extra,
    /// Nobody said.
    Any,
}

/// A name taken apart.
#[derive(Debug, Clone, Default)]
pub struct Name {
    words: Vec<(String, Role)>,
    /// One word, or one with digits: a login rather than a name.
    handle: bool,
}

/// Words that are no part of anybody's name.
const TITLES: [&str; 31] = [
    "dr",
    "prof",
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "ing",
    "dipl",
    "jr",
    "sr",
    "ii",
    "iii",
    "phd",
    "msc",
    "mba",
    "ext",
    "ctr",
    "contractor",
    "external",
    "extern",
    "guest",
    "admin",
    "adm",
    "consultant",
    "intern",
    "vendor",
    "sir",
    "herr",
    "frau",
    "user",
];

/// Words before a surname that people leave out or write together with it.
const PARTICLES: [&str; 30] = [
    "van", "von", "der", "den", "de", "da", "do", "dos", "das", "di", "del", "della", "la", "le", "el", "al",
    "bin", "ben", "ibn", "ter", "ten", "zu", "zur", "vd", "st", "san", "ni", "mac", "mc", "t",
];

/// Whether this word may be left out of a surname.
pub fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

/// Whether this word is a title or the like.
pub fn is_title(word: &str) -> bool {
    TITLES.contains(&word)
}

impl Name {
    /// From a display name: "Given Surname", "Surname, Given", "G. Surname", `given.surname`, an address, …
    pub fn of_display(display: &str) -> Self {
        let display = if display.contains('@') { fold::local_part(display.trim()) } else { display };
        let (first, second) = match display.split_once([',', '，']) {
            Some((surname, given)) if has_letters(surname) && has_letters(given) => (surname, Some(given)),
            _ => (display, None),
        };
        let comma = second.is_some();
        let mut words: Vec<(String, Role)> = fold::words(first)
            .into_iter()
            .map(|word| (word, if comma { Role::Surname } else { Role::Any }))
            .chain(second.map(fold::words).unwrap_or_default().into_iter().map(|word| (word, Role::Given)))
            .collect();
        if words.iter().any(|(word, _)| !is_title(word)) {
            words.retain(|(word, _)| !is_title(word));
        }
        // "Smith, John" with a suffix such as "Smith, PhD": then the comma said nothing
        if comma
            && (words.iter().all(|word| word.1 == Role::Given)
                || words.iter().all(|word| word.1 == Role::Surname))
        {
            for word in &mut words {
                word.1 = Role::Any;
            }
        }
        let handle = display.chars().any(|c| c.is_ascii_digit()) || words.len() < 2;
        Self { words, handle }
    }

    /// From what the tenant knows: given name and surname where it has them, else the display name.
    pub fn of_tenant(user: &TenantUser) -> Self {
        let given = user.given_name().map(fold::words).unwrap_or_default();
        let surname = user.surname().map(fold::words).unwrap_or_default();
        if given.is_empty() && surname.is_empty() {
            return Self::of_display(user.display_name()).guess_roles();
        }
        let display = Self::of_display(user.display_name());
        if given.is_empty() || surname.is_empty() {
            // one field only: what the display name has besides it is the other part
            let (known, role, other) = if given.is_empty() {
                (surname, Role::Surname, Role::Given)
            } else {
                (given, Role::Given, Role::Surname)
            };
            let more = display
                .words
                .into_iter()
                .filter(|(word, _)| !known.contains(word))
                .map(|(word, _)| (word, other));
            let more: Vec<_> = more.collect();
            return Self {
                words: known.into_iter().map(|word| (word, role)).chain(more).collect(),
                handle: false,
            };
        }
        let mut words: Vec<(String, Role)> = given.into_iter().map(|word| (word, Role::Given)).collect();
        words.extend(surname.into_iter().map(|word| (word, Role::Surname)));
        let known = words.len();
        let joined: String = words.iter().map(|(word, _)| word.as_str()).collect();
        for (word, _) in display.words {
            // a display name in a script without spaces repeats both fields as one word
            if !words.iter().take(known).any(|(other, _)| *other == word)
                && (word.is_ascii() || word.len() < joined.len())
            {
                words.push((word, Role::Extra));
            }
        }
        Self { words, handle: false }
    }

    /// The part of an address before the `@` as a name.
    pub fn of_local_part(local: &str) -> Self {
        let words: Vec<(String, Role)> =
            fold::words(local).into_iter().map(|word| (word, Role::Any)).collect();
        Self { handle: words.len() < 2, words }.guess_roles()
    }

    /// Without fields the last word counts as the surname; with a single word nobody knows.
    fn guess_roles(mut self) -> Self {
        if self.words.len() > 1 && self.words.iter().all(|(_, role)| *role == Role::Any) {
            let last = self.words.len() - 1;
            for (at, word) in self.words.iter_mut().enumerate() {
                word.1 = if at == last { Role::Surname } else { Role::Given };
            }
        }
        self
    }

    /// Whether there is nothing to compare.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether this looks like a login or a single word rather than like a whole name.
    pub fn is_handle(&self) -> bool {
        self.handle
    }

    /// Whether every word is in Latin letters (after folding: Greek and Cyrillic are).
    fn is_latin(&self) -> bool {
        self.words.iter().all(|(word, _)| word.is_ascii())
    }

    /// The words, folded, in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|(word, _)| word.as_str())
    }

    fn joined(&self, roles: &[Role]) -> String {
        let mut out = String::new();
        for role in roles {
            out.extend(self.words.iter().filter(|(_, own)| own == role).map(|(word, _)| word.as_str()));
        }
        out
    }

    /// Given names and surnames written together, in both orders.
    fn joined_both_ways(&self) -> [String; 2] {
        if self.words.iter().any(|(_, role)| matches!(role, Role::Given | Role::Surname)) {
            [self.joined(&[Role::Given, Role::Surname]), self.joined(&[Role::Surname, Role::Given])]
        } else {
            let all = self.joined(&[Role::Any]);
            [all.clone(), all]
        }
    }
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// The agreement in words, with the names as they are written.
pub fn words_for(found: &NameMatch, own: &str, other: &str) -> Option<String> {
    let (own, other) = (clean_to(own.trim(), 80), clean_to(other.trim(), 80));
    match found.verdict {
        Verdict::Agrees if own == other => Some(format!("the name is the same: {own}")),
        Verdict::Agrees => Some(format!("the names agree: {own} and {other}")),
        Verdict::Fits => Some(format!("{own} fits {other}")),
        Verdict::Doubt if found.score >= 0.2 => Some(format!("the names agree in part: {own} and {other}")),
        Verdict::Contradicts if found.score >= 0.5 => {
            Some(format!("the surname agrees, the given name does not: {own} and {other}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
