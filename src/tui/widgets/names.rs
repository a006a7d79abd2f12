//! Names that would look like nothing, or like somebody else: shown, and said what they hide.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::domain::text::{MARK, clean, is_suspicious};

/// How many hidden characters are named; more are counted.
const NAMED: usize = 4;

/// A name or an address for the screen. One without a single visible character is described: `(no name)`, `(blank name)`,
/// `(hidden: U+200B U+202E)`; `what` is the word for it.
pub fn shown<'a>(text: &'a str, what: &str) -> Cow<'a, str> {
    let cleaned = clean(text);
    if cleaned.chars().any(is_visible) {
        return cleaned;
    }
    let hidden = distinct(text);
    Cow::Owned(if text.is_empty() {
        format!("(no {what})")
    } else if hidden.is_empty() {
        format!("(blank {what})")
    } else {
        let codes: Vec<String> = hidden.iter().take(NAMED).map(|c| code(*c)).collect();
        format!("(hidden: {})", codes.join(" "))
    })
}

/// The characters of a text that are not shown as they are, each named once; empty where there are none.
pub fn hidden(text: &str) -> Vec<String> {
    let all = distinct(text);
    let mut names: Vec<String> = all
        .iter()
        .take(NAMED)
        .map(|c| match called(*c) {
            Some(name) => format!("{} {name}", code(*c)),
            None => code(*c),
        })
        .collect();
    if all.len() > NAMED {
        names.push(format!("{} more", all.len() - NAMED));
    }
    names
}

/// Suspicious characters and spaces that are no ordinary ones, in the order of their codes.
fn distinct(text: &str) -> BTreeSet<char> {
    text.chars().filter(|c| is_suspicious(*c) || (!is_visible(*c) && *c != ' ' && *c != MARK)).collect()
}

/// Whether one sees anything. The blank of Braille is no space by its class, and looks like one.
fn is_visible(c: char) -> bool {
    !c.is_whitespace() && c != MARK && c != '\u{2800}'
}

fn code(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

fn called(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{0}'..='\u{1a}' | '\u{1c}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => "control character",
        '\u{1b}' => "escape",
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero width space",
        '\u{200c}' => "zero width non-joiner",
        '\u{200d}' => "zero width joiner",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' | '\u{61c}' => "right-to-left mark",
        '\u{202a}' | '\u{2066}' => "left-to-right embedding",
        '\u{202b}' | '\u{2067}' => "right-to-left embedding",
        '\u{202d}' => "left-to-right override",
        '\u{202e}' => "right-to-left override",
        '\u{2800}' => "Braille blank",
        '\u{3000}' => "ideographic space",
        '\u{3164}' | '\u{ffa0}' | '\u{115f}' | '\u{1160}' => "Hangul filler",
        '\u{fe00}'..='\u{fe0f}' => "variation selector",
        '\u{feff}' => "zero width no-break space",
        '\u{e0000}'..='\u{e0fff}' => "tag",
        '\u{e000}'..='\u{f8ff}' => "private use",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_looks_like_nothing_is_described() {
        for (text, expected) in [
            ("", "(no name)"),
            ("   ", "(blank name)"),
            ("\u{200b}\u{202e}", "(hidden: U+200B U+202E)"),
            ("\u{2800}\u{2800}", "(hidden: U+2800)"),
            ("\u{3164}", "(hidden: U+3164)"),
            ("\u{2003}", "(hidden: U+2003)"),
            ("Adele", "Adele"),
            ("A\u{200b}dele", "A\u{fffd}dele"),
        ] {
            let shown = shown(text, "name");
            assert_eq!(shown, expected, "{text:?}");
            assert!(!shown.trim().is_empty());
        }
    }

    #[test]
    fn what_is_hidden_is_named_once() {
        assert_eq!(hidden("a\u{202e}b\u{202e}\u{1b}[2J"), ["U+001B escape", "U+202E right-to-left override"]);
        assert_eq!(hidden("J\u{f6}rg M\u{fc}ller"), Vec::<String>::new());
        assert_eq!(hidden("\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}").last().unwrap(), "2 more");
    }
}
