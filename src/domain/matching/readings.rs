//! How a word in another script is read, in Latin letters: Hangul by rule (Revised Romanization of the syllable blocks), Han by
//! the usual Mandarin reading of each character, kana and other alphabets by table (the crate `any_ascii`, ISC).
//!
//! Han characters are read differently in Japanese, and a Japanese name cannot be read from its characters at all: its Mandarin
//! reading is nonsense that fits nobody. There the login is what bridges the scripts.

/// Scripts that are read in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Chinese characters, which Japanese uses as well.
    Han,
    /// Korean syllables.
    Hangul,
    /// Japanese syllables.
    Kana,
    /// An alphabet that writes vowels seldom: Arabic, Hebrew.
    Consonants,
    /// Any other alphabet.
    Other,
}

/// The script of the first letter that is not Latin; `None` for a word in Latin letters.
pub fn script_of(word: &str) -> Option<Script> {
    word.chars().find(|c| !c.is_ascii()).map(|c| match c {
        '\u{AC00}'..='\u{D7A3}' | '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' => Script::Hangul,
        '\u{3040}'..='\u{30FF}' => Script::Kana,
        '\u{2E80}'..='\u{2FFF}'
        | '\u{3400}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}' => Script::Han,
        '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' => Script::Consonants,
        _ => Script::Other,
    })
}

/// The word in Latin letters, lower case. Words in Latin letters come back as they are.
pub fn read(word: &str) -> String {
    let mut out = String::with_capacity(word.len() * 2);
    if let Some(family) = FAMILY_READINGS.iter().find(|(han, _)| *han == word) {
        return family.1.to_owned();
    }
    for c in word.chars() {
        if c.is_ascii() {
            out.push(c);
        } else if !push_hangul(c, &mut out) {
            let read = any_ascii::any_ascii_char(c);
            out.extend(read.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()));
        }
    }
    out
}

/// Words under which a word in another script should be found: as a whole, and taken apart into family name and given name
/// where it may be a whole name.
pub fn search_words(word: &str) -> Vec<String> {
    let Some(script) = script_of(word) else { return Vec::new() };
    let mut found = vec![read(word)];
    if matches!(script, Script::Han | Script::Hangul) {
        for (family, given) in family_and_given(word, script) {
            found.extend([read(family), read(given)]);
        }
    }
    found.retain(|word| word.len() > 1);
    found.sort_unstable();
    found.dedup();
    found
}

/// The ways in which a name written without a space may be a family name and a given name: the first character, or the first two
/// of a longer one. Nothing for what is too short or too long for a name.
pub fn family_and_given(word: &str, script: Script) -> impl Iterator<Item = (&str, &str)> {
    let count = word.chars().count();
    let enough = matches!(script, Script::Han | Script::Hangul) && (2..=4).contains(&count);
    let longest = if !enough {
        0
    } else if count > 2 {
        2
    } else {
        1
    };
    (1..=longest)
        .filter_map(move |at| word.char_indices().nth(at).and_then(|(at, _)| word.split_at_checked(at)))
}

/// Family names that are read otherwise than the character is elsewhere.
const FAMILY_READINGS: [(&str, &str); 18] = [
    ("曾", "zeng"),
    ("单", "shan"),
    ("單", "shan"),
    ("解", "xie"),
    ("仇", "qiu"),
    ("查", "zha"),
    ("区", "ou"),
    ("區", "ou"),
    ("翟", "zhai"),
    ("乐", "yue"),
    ("盖", "ge"),
    ("尉迟", "yuchi"),
    ("覃", "qin"),
    ("沈", "shen"),
    ("吕", "lu"),
    ("呂", "lu"),
    ("万俟", "moqi"),
    ("长孙", "zhangsun"),
];

const LEADS: [&str; 19] =
    ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"];
const VOWELS: [&str; 21] = [
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi",
    "yu", "eu", "ui", "i",
];
const TAILS: [&str; 28] = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t",
    "ng", "t", "t", "k", "t", "p", "t",
];

/// A syllable block by Revised Romanization, each for itself as names are written.
fn push_hangul(c: char, out: &mut String) -> bool {
    let Some(at) = u32::from(c).checked_sub(0xAC00).filter(|at| *at < 11_172) else { return false };
    let part = |list: &'static [&'static str], at: u32| list.get(at as usize).copied().unwrap_or_default();
    out.push_str(part(&LEADS, at / 588));
    out.push_str(part(&VOWELS, at % 588 / 28));
    out.push_str(part(&TAILS, at % 28));
    true
}

/// A folded Latin word in a coarser form in which the spellings of one reading meet.
pub fn key(word: &str, script: Script) -> String {
    match script {
        Script::Hangul => korean_key(word),
        Script::Kana => kana_key(word),
        Script::Consonants => consonants(word),
        Script::Han | Script::Other => word.to_owned(),
    }
}

/// Korean names are written as each person likes: 박 is bak, pak, park; 준 is jun, joon, chun.
fn korean_key(word: &str) -> String {
    match word {
        "lee" | "yi" | "rhee" | "ri" | "li" | "rhie" => return "i".to_owned(),
        "lim" | "rim" | "yim" => return "im".to_owned(),
        "ryu" | "ryoo" | "yoo" | "you" => return "yu".to_owned(),
        _ => {}
    }
    replaced(
        word,
        &[
            ("aeu", "au"),
            ("kk", "k"),
            ("ck", "k"),
            ("tt", "t"),
            ("pp", "p"),
            ("jj", "c"),
            ("ch", "c"),
            ("sh", "s"),
            ("ss", "s"),
            ("ark", "ak"),
            ("wu", "u"),
            ("woo", "u"),
            ("oo", "u"),
            ("ou", "u"),
            ("eo", "u"),
            ("eu", "u"),
            ("oi", "oe"),
            ("ae", "e"),
            ("ai", "e"),
            ("ee", "i"),
            ("ah", "a"),
            ("oh", "o"),
            ("uh", "u"),
            ("g", "k"),
            ("d", "t"),
            ("b", "p"),
            ("j", "c"),
            ("z", "c"),
            ("r", "l"),
        ],
    )
}

/// Hepburn and Kunrei meet: shi and si, tsu and tu; long vowels are written or not.
fn kana_key(word: &str) -> String {
    replaced(
        word,
        &[
            ("tsu", "tu"),
            ("shi", "si"),
            ("chi", "ti"),
            ("ji", "zi"),
            ("fu", "hu"),
            ("sh", "sy"),
            ("ch", "ty"),
            ("j", "zy"),
            ("ou", "o"),
            ("oo", "o"),
            ("oh", "o"),
            ("uu", "u"),
            ("mb", "nb"),
            ("mp", "np"),
        ],
    )
}

/// Letters that are written in scripts without vowels.
fn consonants(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars().filter(|c| !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'w')) {
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// The word with the first replacement that fits at each place.
fn replaced(word: &str, replacements: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let fits = replacements.iter().find_map(|(from, to)| rest.strip_prefix(from).map(|left| (left, *to)));
        match fits {
            // `oh` before a vowel begins the next syllable: so-hee
            Some((left, to))
                if !(to.len() == 1
                    && rest.as_bytes().get(1) == Some(&b'h')
                    && left.starts_with(['a', 'e', 'i', 'o', 'u', 'y', 'w'])
                    && !rest.starts_with(['c', 's'])) =>
            {
                out.push_str(to);
                rest = left;
            }
            _ => {
                out.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_and_characters_are_read() {
        assert_eq!(read("김민준"), "gimminjun");
        assert_eq!(read("王"), "wang");
        assert_eq!(read("小明"), "xiaoming");
        assert_eq!(read("欧阳"), "ouyang");
        assert_eq!(read("曾"), "zeng");
        assert_eq!(read("さとう"), "satou");
        assert_eq!(read("jane"), "jane");
    }

    #[test]
    fn spellings_of_korean_names_meet() {
        for (one, other) in [
            ("bak", "park"),
            ("gim", "kim"),
            ("i", "lee"),
            ("choe", "choi"),
            ("jeong", "chung"),
            ("jihun", "jihoon"),
            ("haeun", "haeun"),
            ("seoyeon", "seoyeon"),
            ("yun", "yoon"),
            ("an", "ahn"),
        ] {
            assert_eq!(korean_key(one), korean_key(other), "{one} {other}");
        }
        assert_ne!(korean_key("minjun"), korean_key("seoyeon"));
    }

    #[test]
    fn hepburn_and_kunrei_meet() {
        for (one, other) in [("satou", "sato"), ("shou", "syo"), ("tsuchiya", "tutiya"), ("oono", "ohno")] {
            assert_eq!(kana_key(one), kana_key(other), "{one} {other}");
        }
    }

    #[test]
    fn a_name_without_a_space_is_taken_apart() {
        let parts = |word| family_and_given(word, Script::Han).collect::<Vec<_>>();
        assert_eq!(parts("王小明"), [("王", "小明"), ("王小", "明")]);
        assert_eq!(parts("王伟"), [("王", "伟")]);
        assert_eq!(parts("王"), []);
        assert!(search_words("王小明").contains(&"xiaoming".to_owned()));
    }
}
