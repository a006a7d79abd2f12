//! Untrusted text made harmless: control characters, escape sequences, bidi overrides and invisible characters never
//! reach a terminal, the clipboard or a text output (CWE-150, CVE-2021-42574).
//!
//! Nothing is dropped silently: each such character becomes a visible mark, so that two names which differ only by an
//! invisible character look different.

use std::borrow::Cow;

/// What stands in place of a character that must not reach the screen.
pub const MARK: char = '\u{FFFD}';

/// Longest text shown of one field, in characters; the rest becomes `…`.
pub const LONGEST: usize = 512;

/// Whether this character may not be shown as it is.
pub fn is_suspicious(c: char) -> bool {
    c.is_control() || is_invisible(c)
}

/// Bidi controls, zero-width characters, variation selectors, tags and other characters without a picture of their own.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}' | '\u{E000}'..='\u{F8FF}')
}

/// More combining marks in a row than any language needs is an attack on the layout.
const COMBINING_RUN: usize = 4;

fn is_combining(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// The text as it may be shown on one line: suspicious characters become [`MARK`], line breaks and tabs a space, long
/// runs of combining marks are cut, and no more than [`LONGEST`] characters are kept.
pub fn clean(text: &str) -> Cow<'_, str> {
    clean_to(text, LONGEST)
}

/// [`clean`] with another limit, in characters.
pub fn clean_to(text: &str, longest: usize) -> Cow<'_, str> {
    let mut combining = 0;
    let mut count = 0;
    let plain = text.chars().all(|c| {
        count += 1;
        combining = if is_combining(c) { combining + 1 } else { 0 };
        !is_suspicious(c) && c != '\u{00A0}' && combining <= COMBINING_RUN && count <= longest
    });
    if plain {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().min(longest * 4));
    let mut combining = 0;
    for (at, c) in text.chars().enumerate() {
        if at == longest {
            out.push('…');
            break;
        }
        combining = if is_combining(c) { combining + 1 } else { 0 };
        match c {
            '\n' | '\r' | '\t' | '\u{00A0}' => out.push(' '),
            _ if combining > COMBINING_RUN => {}
            _ if is_suspicious(c) => out.push(MARK),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Whether showing this text needs any of [`clean`]'s marks: the warning `suspicious-characters`.
pub fn has_suspicious(text: &str) -> bool {
    let mut combining = 0;
    text.chars().any(|c| {
        combining = if is_combining(c) { combining + 1 } else { 0 };
        is_suspicious(c) || combining > COMBINING_RUN
    })
}

/// A person as sentences name them: the name, and the address where it says more. Cleaned.
pub fn named(name: &str, address: &str) -> String {
    let name = clean(name.trim());
    let address = clean(address.trim());
    if name.is_empty() || name == address {
        address.into_owned()
    } else if address.is_empty() {
        name.into_owned()
    } else {
        format!("{name} ({address})")
    }
}

/// Characters with which a spreadsheet begins a formula (CWE-1236), and the guard itself.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\'', '\t', '\r'];

/// The text as a CSV cell: one that a spreadsheet might take for a formula gets one leading `'`.
pub fn csv_guard(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(FORMULA) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// Longest cell that is written, in characters: what every spreadsheet takes.
const LONGEST_CELL: usize = 32_000;

/// Text of a service as a CSV cell: cleaned, and guarded where it began like a formula.
pub fn csv_cell(cell: &str) -> String {
    let clean = clean_to(cell, LONGEST_CELL);
    if cell.starts_with(FORMULA) || clean.starts_with(FORMULA) {
        format!("'{clean}")
    } else {
        clean.into_owned()
    }
}

/// The text of a CSV cell: takes exactly one leading `'` off, so that it undoes [`csv_guard`] for every text.
pub fn csv_unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_not_copied() {
        assert!(matches!(clean("Jörg Müller 田中"), Cow::Borrowed(_)));
    }

    #[test]
    fn escapes_and_overrides_become_marks() {
        assert_eq!(
            clean("a\u{1b}[31mb\u{202e}c\u{200b}d\u{9b}e"),
            "a\u{FFFD}[31mb\u{FFFD}c\u{FFFD}d\u{FFFD}e"
        );
        assert_eq!(clean("two\nlines\tand tab"), "two lines and tab");
        assert!(has_suspicious("Ra\u{200d}isa"));
        assert!(!has_suspicious("Raisa"));
    }

    #[test]
    fn heaps_of_combining_marks_are_cut() {
        let zalgo = format!("a{}b", "\u{0301}".repeat(200));
        assert_eq!(clean(&zalgo).chars().count(), 2 + COMBINING_RUN);
        assert!(has_suspicious(&zalgo));
    }

    #[test]
    fn long_text_ends_in_an_ellipsis() {
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(clean(&long).chars().count(), LONGEST + 1);
        assert!(clean(&long).ends_with('…'));
    }

    #[test]
    fn a_name_says_the_address_only_where_it_adds_something() {
        assert_eq!(named("Adele Vance", "adele@fabrikam.com"), "Adele Vance (adele@fabrikam.com)");
        assert_eq!(named("adele@fabrikam.com", "adele@fabrikam.com"), "adele@fabrikam.com");
        assert_eq!(named("", "adele@fabrikam.com"), "adele@fabrikam.com");
        assert_eq!(named("Adele", " "), "Adele");
        assert_eq!(named("A\u{202e}B", ""), "A\u{FFFD}B");
    }

    #[test]
    fn cells_that_begin_a_formula_are_guarded_once() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("'quoted", "''quoted"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("plain=1", "plain=1"),
            ("", ""),
        ] {
            assert_eq!(csv_guard(text), cell, "{text:?}");
            assert_eq!(csv_unguard(cell), text, "{cell:?}");
        }
    }

    #[test]
    fn cells_are_guarded_and_cleaned() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-", "'-"),
            ("@x", "'@x"),
            ("'quoted", "''quoted"),
            ("\tx", "' x"),
            ("plain", "plain"),
            ("a\u{202e}b", "a\u{fffd}b"),
        ] {
            assert_eq!(csv_cell(cell), written);
        }
    }

    #[test]
    fn every_kind_of_hidden_character_is_marked() {
        for c in [
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{200e}',
            '\u{2028}',
            '\u{2066}',
            '\u{feff}',
            '\u{fe0f}',
            '\u{e0041}',
            '\u{e000}',
        ] {
            assert_eq!(clean(&format!("a{c}b")), "a\u{FFFD}b", "U+{:04X}", u32::from(c));
            assert!(has_suspicious(&c.to_string()));
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing_more() {
        for text in ["a\u{1b}[0m", "x\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "\r\n\t", "\u{202e}\u{0}"] {
            let once = clean(text).into_owned();
            assert_eq!(clean(&once), once);
        }
    }
}
