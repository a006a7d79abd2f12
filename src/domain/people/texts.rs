//! The texts of one tenant user in one piece of memory.
//!
//! A large tenant has half a million users with about ten texts each, and most of them repeat one another: the mail address
//! is the sign-in name and a proxy address, the nickname is its beginning, the given name begins the display name. So each
//! user has one block: first the text itself, in which a text that is already there is not written again, then, read from
//! the end, where each field lies. The numbers are written as characters, so that all of it is one valid string.

use std::fmt;
use std::iter::Rev;
use std::str::Chars;

/// Longest single text that is kept, in bytes; a longer one is cut.
pub const LONGEST_TEXT: usize = 8 * 1024;
/// Most entries of a list that are kept.
pub const MOST_ENTRIES: usize = 1000;
/// Most bytes of all texts of one user; entries of lists that do not fit are left out.
const LARGEST_BLOCK: usize = 1_000_000;
/// How many places are tried for a text that may already be there.
const MOST_PLACES: usize = 32;

/// Numbers up to here can be written as a character.
const LARGEST_NUMBER: usize = 0x10_FFFF - 0x800;
const _: () = assert!(LARGEST_BLOCK + LONGEST_TEXT < LARGEST_NUMBER);

/// A single text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    UserPrincipalName,
    DisplayName,
    Mail,
    GivenName,
    Surname,
    MailNickname,
    SamAccountName,
}

/// How many single texts there are.
const FIELDS: usize = 7;

/// A list of texts.
#[derive(Debug, Clone, Copy)]
pub(super) enum List {
    OtherMails,
    ProxyAddresses,
    IdentityAddresses,
}

/// The block. Two are equal when all their fields are.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Texts(Box<str>);

impl Texts {
    /// Writes the block: fields in the order of [`Field`], lists in that of [`List`].
    pub fn new<'a>(fields: [Option<&'a str>; FIELDS], lists: [&mut dyn Iterator<Item = &'a str>; 3]) -> Self {
        let mut writer = Writer::default();
        for field in fields {
            match field.map(cut) {
                None => writer.number(0),
                Some(text) => {
                    let at = writer.place(text);
                    writer.number(text.len() + 1);
                    writer.number(at);
                }
            }
        }
        for list in lists {
            let count_at = writer.numbers.len();
            let mut count = 0;
            writer.number(0);
            for text in list.filter(|text| text.len() <= LONGEST_TEXT).take(MOST_ENTRIES) {
                if writer.text.len() + text.len() <= LARGEST_BLOCK {
                    let at = writer.place(text);
                    writer.number(text.len());
                    writer.number(at);
                    count += 1;
                }
            }
            if let Some(slot) = writer.numbers.get_mut(count_at) {
                *slot = letter(count);
            }
        }
        let Writer { mut text, numbers, .. } = writer;
        text.extend(numbers.iter().rev());
        Self(text.into_boxed_str())
    }

    pub fn field(&self, field: Field) -> Option<&str> {
        let mut numbers = self.numbers();
        for _ in 0..field as usize {
            skip_field(&mut numbers);
        }
        let length = number(numbers.next()?).checked_sub(1)?;
        let at = number(numbers.next()?);
        self.0.get(at..at + length)
    }

    pub fn list(&self, list: List) -> Strings<'_> {
        let mut numbers = self.numbers();
        for _ in 0..FIELDS {
            skip_field(&mut numbers);
        }
        for _ in 0..list as usize {
            let count = numbers.next().map_or(0, number);
            for _ in 0..count * 2 {
                numbers.next();
            }
        }
        let left = numbers.next().map_or(0, number);
        Strings { text: &self.0, numbers, left }
    }

    fn numbers(&self) -> Rev<Chars<'_>> {
        self.0.chars().rev()
    }

    /// Bytes of memory on the heap.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.0.len()
    }
}

fn skip_field(numbers: &mut Rev<Chars<'_>>) {
    if numbers.next().is_some_and(|length| number(length) > 0) {
        numbers.next();
    }
}

/// Several texts of one user, in the order in which the tenant has them.
#[derive(Clone)]
pub struct Strings<'a> {
    text: &'a str,
    numbers: Rev<Chars<'a>>,
    left: usize,
}

impl<'a> Iterator for Strings<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.left = self.left.checked_sub(1)?;
        let length = number(self.numbers.next()?);
        let at = number(self.numbers.next()?);
        self.text.get(at..at + length)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Strings<'_> {}

impl fmt::Debug for Strings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[derive(Default)]
struct Writer {
    text: String,
    numbers: Vec<char>,
    /// Where a text or a word of one begins.
    places: Vec<usize>,
}

impl Writer {
    fn number(&mut self, number: usize) {
        self.numbers.push(letter(number));
    }

    /// Where the text lies; it is written if it is not there yet.
    fn place(&mut self, text: &str) -> usize {
        let there = |at: &&usize| self.text.get(**at..**at + text.len()) == Some(text);
        if let Some(at) = self.places.iter().find(there) {
            return *at;
        }
        let at = self.text.len();
        self.text.push_str(text);
        let words =
            text.bytes().enumerate().filter(|(_, byte)| *byte == b' ').map(|(blank, _)| at + blank + 1);
        let room = MOST_PLACES.saturating_sub(self.places.len());
        self.places.extend(std::iter::once(at).chain(words).take(room));
        at
    }
}

/// A number as a character; the gap of the surrogates is left out.
fn letter(number: usize) -> char {
    let code = if number < 0xD800 { number } else { number + 0x800 };
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or('\0')
}

fn number(letter: char) -> usize {
    let code = letter as usize;
    if code < 0xD800 { code } else { code - 0x800 }
}

/// The beginning of a text that is too long.
fn cut(text: &str) -> &str {
    if text.len() <= LONGEST_TEXT {
        return text;
    }
    let end = (0..=LONGEST_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back() {
        for n in (0..0x1_2000).chain([LARGEST_BLOCK, LARGEST_NUMBER]) {
            assert_eq!(number(letter(n)), n);
        }
    }
}
