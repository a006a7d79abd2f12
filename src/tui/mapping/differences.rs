//! Two texts side by side: which words of each have no counterpart in the other, so that the eye goes there at once.
//!
//! Words are compared as the matching compares them (folded, spellings of one name meet: `Müller`, `Mueller`). Of a word that
//! is nearly another only the middle that differs is marked.

use crate::domain::matching::fold::{skeleton, words};

/// A stretch of a text, and whether it differs from the other text.
pub(super) type Stretch = (String, bool);

/// A text in which nothing is marked.
pub(super) fn plain(text: &str) -> Vec<Stretch> {
    vec![(text.to_owned(), false)]
}

/// Both texts with what differs marked. Texts of which nothing agrees are not marked at all: everything would be.
pub(super) fn differences(one: &str, other: &str) -> (Vec<Stretch>, Vec<Stretch>) {
    let (left, right) = (tokens(one), tokens(other));
    let marked_left = marked(&left, &right);
    let marked_right = marked(&right, &left);
    let agrees = |marked: &[Stretch]| marked.iter().any(|(text, differs)| !differs && is_word(text));
    if !agrees(&marked_left) || !agrees(&marked_right) {
        return (plain(one), plain(other));
    }
    (joined(marked_left), joined(marked_right))
}

/// A word, or what stands between two, and the form in which a word is compared.
struct Token<'a> {
    text: &'a str,
    key: String,
}

fn is_word(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut word = None;
    let is_part = |c: char| c.is_alphanumeric() || c == '\'' || ('\u{300}'..='\u{36f}').contains(&c);
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let now = at < text.len() && is_part(c);
        if at == text.len() || word.is_some_and(|word| word != now) {
            if let Some(text) = text.get(start..at).filter(|text| !text.is_empty()) {
                tokens.push(Token { text, key: key(text) });
            }
            start = at;
        }
        word = Some(now);
    }
    tokens
}

fn key(word: &str) -> String {
    let folded = words(word).concat();
    if folded.is_empty() { word.to_lowercase() } else { skeleton(&folded) }
}

fn marked(own: &[Token<'_>], other: &[Token<'_>]) -> Vec<Stretch> {
    let mut out = Vec::new();
    for token in own {
        if !is_word(token.text) || other.iter().any(|theirs| theirs.key == token.key) {
            out.push((token.text.to_owned(), false));
            continue;
        }
        // The word of the other side that is most like it, and has no counterpart of its own.
        let free =
            other.iter().filter(|theirs| is_word(theirs.text) && !own.iter().any(|it| it.key == theirs.key));
        let nearest = free
            .map(|theirs| shared(token.text, theirs.text))
            .max_by_key(|(prefix, suffix)| prefix + suffix)
            .unwrap_or((0, 0));
        let letters = token.text.chars().count();
        let (prefix, suffix) = if (nearest.0 + nearest.1) * 2 >= letters { nearest } else { (0, 0) };
        let chars: Vec<char> = token.text.chars().collect();
        let part =
            |from: usize, to: usize| chars.get(from..to).unwrap_or_default().iter().collect::<String>();
        out.push((part(0, prefix), false));
        out.push((part(prefix, letters - suffix), true));
        out.push((part(letters - suffix, letters), false));
    }
    out
}

/// How many characters two words share at the beginning, and of the rest at the end, whatever their case.
fn shared(one: &str, other: &str) -> (usize, usize) {
    let lower =
        |text: &str| text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect::<Vec<char>>();
    let (one, other) = (lower(one), lower(other));
    let prefix = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let most = one.len().min(other.len()) - prefix;
    let suffix = one.iter().rev().zip(other.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    (prefix, suffix)
}

fn joined(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut out: Vec<Stretch> = Vec::new();
    for (text, differs) in stretches.into_iter().filter(|(text, _)| !text.is_empty()) {
        match out.last_mut() {
            Some((before, same)) if *same == differs => before.push_str(&text),
            _ => out.push((text, differs)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marked stretches in brackets.
    fn shown(stretches: &[Stretch]) -> String {
        stretches
            .iter()
            .map(|(text, differs)| if *differs { format!("[{text}]") } else { text.clone() })
            .collect()
    }

    fn both(one: &str, other: &str) -> (String, String) {
        let (left, right) = differences(one, other);
        (shown(&left), shown(&right))
    }

    #[test]
    fn words_without_a_counterpart_are_marked() {
        assert_eq!(
            both("Raisa Pokrovskaya", "Raisa Petrova"),
            ("Raisa [Pokrovskaya]".into(), "Raisa [Petrova]".into())
        );
        assert_eq!(both("Vance, Adele", "Adele Vance"), ("Vance, Adele".into(), "Adele Vance".into()));
        assert_eq!(both("Jörg Müller", "Joerg Mueller"), ("Jörg Müller".into(), "Joerg Mueller".into()));
        assert_eq!(both("Ann B. Lee", "Ann Lee"), ("Ann [B]. Lee".into(), "Ann Lee".into()));
    }

    #[test]
    fn of_nearly_the_same_word_only_the_middle_is_marked() {
        assert_eq!(both("Jon Smith", "John Smith"), ("Jon Smith".into(), "Jo[h]n Smith".into()));
        assert_eq!(
            both("raisa.pokrovska@x.org", "raisa.pokrovskaya@x.org"),
            ("raisa.pokrovska@x.org".into(), "raisa.pokrovska[ya]@x.org".into())
        );
    }

    #[test]
    fn where_nothing_agrees_nothing_is_marked() {
        assert_eq!(
            both("Henrietta Mueller", "Robert Tolbert"),
            ("Henrietta Mueller".into(), "Robert Tolbert".into())
        );
        assert_eq!(both("", "Robert"), (String::new(), "Robert".into()));
    }

    #[test]
    fn no_text_is_lost() {
        for (one, other) in
            [("a  b-c", "a b"), ("田中 太郎", "太郎"), ("e\u{301}x y", "y e\u{301}z"), ("(Ext) Jo", "Jo")]
        {
            let (left, right) = differences(one, other);
            let text = |all: &[Stretch]| all.iter().map(|(text, _)| text.as_str()).collect::<String>();
            assert_eq!((text(&left).as_str(), text(&right).as_str()), (one, other));
        }
    }
}
