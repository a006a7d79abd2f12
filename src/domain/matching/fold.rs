//! Text made comparable: addresses and names in a form in which the same thing is written in one way.
//!
//! Nothing made here is ever shown; what people see is what the services wrote.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// Longest word that is compared; the rest of a longer one is ignored.
pub const LONGEST_WORD: usize = 48;

/// Longest name that is read, in bytes: what comes after is ignored, so that a name of megabytes costs no time.
const LONGEST_NAME: usize = 1024;

/// The address in the form in which it is compared: without spaces around it (odd ones and zero-width ones included), NFKC,
/// case folded.
pub fn address_key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_address_key(text, &mut out);
    out
}

/// [`address_key`], added to the end of a buffer.
pub fn push_address_key(text: &str, out: &mut String) {
    let trimmed = text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
    });
    if trimmed.is_ascii() {
        out.extend(trimmed.chars().map(|c| c.to_ascii_lowercase()));
        return;
    }
    for c in trimmed.nfkc().flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            'ς' => out.push('σ'),
            _ => out.push(c),
        }
    }
}

/// The part before the last `@`, or all of it.
pub fn local_part(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(local, _)| local)
}

/// The part after the last `@`.
pub fn domain_part(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain)
}

/// An address key without its `+tag`, where it has one.
pub fn without_tag(key: &str) -> Option<String> {
    let (local, domain) = key.rsplit_once('@')?;
    let (bare, tag) = local.split_once('+')?;
    (!bare.is_empty() && !tag.is_empty()).then(|| format!("{bare}@{domain}"))
}

/// A local part as a login is compared: letters only, folded. `J.Smith_85` and `jsmith` are the same login.
pub fn login_key(local: &str) -> String {
    let mut out = String::with_capacity(local.len());
    push_login_key(local, &mut out);
    out
}

/// [`login_key`], added to the end of a buffer.
pub fn push_login_key(local: &str, out: &mut String) {
    let bare = local.split('+').next().unwrap_or_default();
    if bare.is_ascii() {
        out.extend(
            bare.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).take(LONGEST_WORD),
        );
    } else {
        for c in bare.nfkc().filter(|c| c.is_alphabetic()).take(LONGEST_WORD) {
            push_folded(c, out);
        }
    }
}

/// The words of a name, folded, in order. Brackets such as `(Contractor)` are left out, apostrophes join, everything else
/// that is not a letter divides; digits at the end of a word fall away (`gsurname85`).
pub fn for_each_word(text: &str, buffer: &mut String, mut each: impl FnMut(&str)) {
    let text = text.get(..LONGEST_NAME).unwrap_or_else(|| {
        let end = (0..=LONGEST_NAME.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.get(..end).unwrap_or_default()
    });
    buffer.clear();
    let mut depth = 0_u32;
    let mut flush = |buffer: &mut String| {
        if !buffer.is_empty() {
            each(buffer);
            buffer.clear();
        }
    };
    if text.is_ascii() {
        for byte in text.bytes() {
            match byte {
                b'(' | b'[' => {
                    flush(buffer);
                    depth += 1;
                }
                b')' | b']' => depth = depth.saturating_sub(1),
                b'\'' | b'`' => {}
                _ if depth > 0 => {}
                _ if byte.is_ascii_alphabetic() => {
                    if buffer.len() < LONGEST_WORD {
                        buffer.push(char::from(byte.to_ascii_lowercase()));
                    }
                }
                _ => flush(buffer),
            }
        }
    } else {
        let mut letters = 0_u32;
        let mut flush = |buffer: &mut String, letters: &mut u32| {
            // one letter is an initial, whatever Latin letters it stands for: Þ., Ж.
            if std::mem::take(letters) == 1 && buffer.is_ascii() {
                buffer.truncate(1);
            }
            flush(buffer);
        };
        for c in text.nfkc() {
            match c {
                '(' | '[' | '【' => {
                    flush(buffer, &mut letters);
                    depth += 1;
                }
                ')' | ']' | '】' => depth = depth.saturating_sub(1),
                '\'' | '`' | '’' | '‘' | 'ʼ' | '´' => {}
                _ if depth > 0 => {}
                // what cannot be seen neither joins nor divides: a name with a zero-width joiner in it is the same name
                _ if super::super::text::is_suspicious(c) || is_combining_mark(c) => {}
                _ if c.is_alphabetic() => {
                    if buffer.len() < LONGEST_WORD {
                        push_folded(c, buffer);
                        letters += 1;
                    }
                }
                _ => flush(buffer, &mut letters),
            }
        }
        flush(buffer, &mut letters);
    }
    flush(buffer);
}

/// The words of a name as a list.
pub fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for_each_word(text, &mut String::new(), |word| found.push(word.to_owned()));
    if found.is_empty() && text.contains(['(', '[']) {
        let bare: String =
            text.chars().map(|c| if matches!(c, '(' | ')' | '[' | ']') { ' ' } else { c }).collect();
        for_each_word(&bare, &mut String::new(), |word| found.push(word.to_owned()));
    }
    found
}

/// One letter: lower case, without marks, in Latin letters where there is an alphabet to go by (Latin, Greek, Cyrillic).
/// Scripts without one (Han, Hangul, kana, …) stay as they are.
fn push_folded(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    if !matches!(c, '\u{80}'..='\u{52F}' | '\u{1E00}'..='\u{1FFF}') {
        out.extend(c.to_lowercase());
        return;
    }
    for lower in c.to_lowercase() {
        decompose_canonical(lower, |part| {
            if is_combining_mark(part) {
                return;
            }
            if part.is_ascii() {
                out.push(part);
            } else {
                match latin(part) {
                    Some(letters) => out.push_str(letters),
                    None => out.push(part),
                }
            }
        });
    }
}

/// Latin letters for one that has no canonical decomposition into them. Greek and Cyrillic as people commonly write them
/// in addresses, not after any one standard: the skeleton evens the standards out.
#[expect(clippy::match_same_arms, reason = "by alphabet, so that a letter is easily found")]
fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ı' => "i",
        'ħ' => "h",
        'ŋ' => "n",
        'ŧ' => "t",
        'ĸ' => "k",
        'ſ' => "s",
        'ə' => "e",
        'α' | 'а' => "a",
        'β' | 'в' => "v",
        'б' => "b",
        'γ' | 'г' | 'ґ' => "g",
        'δ' | 'д' => "d",
        'ε' | 'е' | 'э' | 'є' => "e",
        'ζ' | 'з' => "z",
        'η' | 'ι' | 'и' | 'й' | 'і' | 'ї' => "i",
        'θ' => "th",
        'κ' | 'к' => "k",
        'λ' | 'л' => "l",
        'μ' | 'м' => "m",
        'ν' | 'н' => "n",
        'ξ' => "x",
        'ο' | 'ω' | 'о' => "o",
        'π' | 'п' => "p",
        'ρ' | 'р' => "r",
        'σ' | 'ς' | 'с' => "s",
        'τ' | 'т' => "t",
        'υ' | 'у' => "u",
        'φ' | 'ф' => "f",
        'χ' | 'ч' => "ch",
        'ψ' => "ps",
        'ж' => "zh",
        'х' => "kh",
        'ц' => "ts",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' | 'ь' => "",
        'ы' => "y",
        'ю' => "yu",
        'я' => "ya",
        'ј' => "j",
        'љ' => "lj",
        'њ' => "nj",
        'ђ' => "dj",
        'ћ' => "c",
        'џ' => "dz",
        _ => return None,
    })
}

/// A coarser form in which different spellings of one name meet: `müller`, `mueller`, `muller`; `djordje`, `đorđe`;
/// `satou`, `sato`. For words of Latin letters only; others come back as they are.
pub fn skeleton(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    push_skeleton(word, &mut out);
    out
}

/// [`skeleton`], added to the end of a buffer.
pub fn push_skeleton(word: &str, out: &mut String) {
    if !word.is_ascii() {
        out.push_str(word);
        return;
    }
    let bytes = word.as_bytes();
    let begin = out.len();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied().unwrap_or(0);
        let (letters, used): (&str, usize) = match (byte, next) {
            (b'a' | b'o' | b'u', b'e') if bytes.len() > 3 => (single(byte), 2),
            (b'o', b'u') if bytes.len() > 3 => ("o", 2),
            (b'd', b'j') => ("d", 2),
            (b'p', b'h') => ("f", 2),
            (b'c', b'k') => ("k", 2),
            (b'h', _) if at > 0 => ("", 1),
            (b'c' | b'q', _) => ("k", 1),
            (b'x', _) => ("ks", 1),
            (b'w', _) => ("v", 1),
            (b'y' | b'j', _) => ("i", 1),
            _ => (single(byte), 1),
        };
        for c in letters.chars() {
            if out.get(begin..).is_some_and(|made| !made.ends_with(c)) {
                out.push(c);
            }
        }
        at += used;
    }
}

/// A lower-case letter as text.
fn single(byte: u8) -> &'static str {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    let at = usize::from(byte.wrapping_sub(b'a'));
    LETTERS.get(at..=at).unwrap_or_default()
}

/// A hash that is the same on every run and machine. Its equality is always confirmed on the text itself.
pub fn hash(text: &str) -> u64 {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 ^ text.len() as u64;
    for chunk in text.as_bytes().chunks(8) {
        let mut block = [0_u8; 8];
        for (to, from) in block.iter_mut().zip(chunk) {
            *to = *from;
        }
        state = (state.rotate_left(5) ^ u64::from_le_bytes(block)).wrapping_mul(0x517C_C1B7_2722_0A95);
    }
    state ^= state >> 32;
    state = state.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    state ^ (state >> 32)
}

/// The upper half of [`hash`].
pub fn hash32(text: &str) -> u32 {
    u32::try_from(hash(text) >> 32).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_meet_in_one_form() {
        assert_eq!(address_key(" \u{a0}Jane.Doe@Contoso.COM\u{200b}"), "jane.doe@contoso.com");
        assert_eq!(address_key("ＪＡＮＥ@contoso.com"), "jane@contoso.com");
        assert_eq!(address_key("STRASSE@x.de"), address_key("straße@x.de"));
    }

    #[test]
    fn a_tag_is_taken_off_but_a_bare_plus_is_not_one() {
        assert_eq!(without_tag("jane+ado@x.com").as_deref(), Some("jane@x.com"));
        assert_eq!(without_tag("jane@x.com"), None);
        assert_eq!(without_tag("+tag@x.com"), None);
    }

    #[test]
    fn names_become_words() {
        assert_eq!(words("Doe, John (Contractor)"), ["doe", "john"]);
        assert_eq!(words("Seán O’Brien-Núñez"), ["sean", "obrien", "nunez"]);
        assert_eq!(words("Александр Щербаков"), ["aleksandr", "shcherbakov"]);
        assert_eq!(words("佐藤 健太"), ["佐藤", "健太"]);
        assert_eq!(words("jane.doe85"), ["jane", "doe"]);
        assert_eq!(words("Ra\u{200d}isa\u{202e} 🦀"), ["raisa"]);
        assert_eq!(words("(Jane Doe)"), ["jane", "doe"]);
        assert_eq!(words("Þ. Hjörleifsson, Ж"), ["t", "hjorleifsson", "z"]);
    }

    #[test]
    fn spellings_meet_in_the_skeleton() {
        for pair in [
            ("müller", "mueller"),
            ("müller", "Muller"),
            ("Đorđe", "Djordje"),
            ("Đorđe", "Dorde"),
            ("Søren", "Soeren"),
            ("Weiß", "Weiss"),
            ("Satou", "Sato"),
            ("Łukasz", "Lukasz"),
            ("Юлия", "Julia"),
            ("Sergey", "Сергей"),
        ] {
            let one = |text: &str| skeleton(words(text).first().unwrap());
            assert_eq!(one(pair.0), one(pair.1), "{pair:?}");
        }
    }

    #[test]
    fn a_name_of_megabytes_is_cut() {
        let long = "é".repeat(1_000_000);
        assert!(words(&long).iter().all(|word| word.len() <= LONGEST_WORD + 4));
    }
}
