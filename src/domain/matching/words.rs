//! How alike two folded words of names are.

use super::errors::Pattern;
use super::fold::push_skeleton;
use super::nicknames;

/// From here on two words count as the same name, written differently.
pub const SAME: f32 = 0.70;

/// Below this two words have nothing to do with each other.
pub const UNLIKE: f32 = 0.50;

/// 0 to 1. Equal words give 1, spellings of one name 0.95, familiar forms 0.9, the beginning of a longer one 0.86, typing
/// errors less the more there are.
pub fn similarity(one: &str, other: &str) -> f32 {
    if one == other {
        return 1.0;
    }
    if !one.is_ascii() || !other.is_ascii() {
        return characters_shared(one, other);
    }
    if is_initial(one) || is_initial(other) {
        return 0.0;
    }
    if nicknames::alike(one, other) {
        return 0.9;
    }
    let mut skeletons = String::with_capacity(one.len() + other.len() + 4);
    push_skeleton(one, &mut skeletons);
    let middle = skeletons.len();
    push_skeleton(other, &mut skeletons);
    let (bare_one, bare_other) =
        (skeletons.get(..middle).unwrap_or_default(), skeletons.get(middle..).unwrap_or_default());
    if bare_one == bare_other && bare_one.len() > 1 {
        return 0.95;
    }
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short.len() >= 3 && long.starts_with(short) {
        return 0.86;
    }
    let as_written = typed(one, other);
    if as_written >= 0.8 { as_written } else { as_written.max(typed(bare_one, bare_other) - 0.04) }
}

/// Whether this is one Latin letter.
pub fn is_initial(word: &str) -> bool {
    word.len() == 1
}

/// Of two words in a script without an alphabet (or in two scripts): the share of characters that both have.
fn characters_shared(one: &str, other: &str) -> f32 {
    let count = one.chars().filter(|c| other.contains(*c)).count();
    let longest = one.chars().count().max(other.chars().count()).max(1);
    ratio(count, longest) * 0.9
}

/// Two small numbers as a share.
pub fn ratio(part: usize, whole: usize) -> f32 {
    let small = |n: usize| f32::from(u16::try_from(n).unwrap_or(u16::MAX));
    small(part) / small(whole.max(1))
}

/// [`similarity`] for a name that must be *another* one to count against a pair: what only the skeletons have in common is no
/// likeness then (`kirra`, `kydan`).
pub fn likeness_as_written(one: &str, other: &str) -> f32 {
    let likeness = similarity(one, other);
    if likeness >= SAME || !one.is_ascii() || !other.is_ascii() { likeness } else { typed(one, other) }
}

/// By typing errors: one letter wrong, missing, too many, or two swapped.
fn typed(one: &str, other: &str) -> f32 {
    let longest = one.len().max(other.len());
    if longest == 0 || one.len().abs_diff(other.len()) > 4 {
        return 0.0;
    }
    let errors = typing_errors(one.as_bytes(), other.as_bytes());
    let share = 1.0 - ratio(errors, longest);
    if errors == 1 && one.len() == other.len() && is_swap(one.as_bytes(), other.as_bytes()) {
        // two letters swapped are a slip of the fingers however short the word is
        return share.max(0.72);
    }
    // a short word has little to be wrong about: `ann` and `jan` are two names
    if longest <= 3 { share - 0.1 } else { share }
}

/// Whether words one error apart differ by a swap of two letters after the first.
fn is_swap(one: &[u8], other: &[u8]) -> bool {
    one.first() == other.first() && one.iter().zip(other).filter(|(a, b)| a != b).count() == 2
}

/// Endings of a man's and of a woman's form of one given name, where the rest is the same: `mario`, `maria`; `julian`,
/// `julia`; `alexander`, `alexandra`.
const GENDERED_ENDINGS: [(&str, &str); 24] = [
    ("", "a"),
    ("", "e"),
    ("", "ia"),
    ("", "ie"),
    ("", "y"),
    ("", "ina"),
    ("", "ine"),
    ("", "ette"),
    ("", "le"),
    ("", "la"),
    ("", "lle"),
    ("", "ne"),
    ("", "nne"),
    ("o", "a"),
    ("o", "ie"),
    ("os", "a"),
    ("us", "a"),
    ("us", "ia"),
    ("as", "a"),
    ("an", "na"),
    ("n", ""),
    ("s", ""),
    ("er", "ra"),
    ("er", "ia"),
];

/// Whether two given names differ only as a man's and a woman's form do (`martin`, `martina`; `simon`, `simone`): likely two
/// people of one family rather than two spellings.
pub fn are_gendered_forms(one: &str, other: &str) -> bool {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let (Some(stem), Some(rest), Some(other_rest)) = (one.get(..same), one.get(same..), other.get(same..))
    else {
        return false;
    };
    let stem_end = stem.bytes().last().unwrap_or_default();
    same >= 3
        && GENDERED_ENDINGS.iter().any(|(man, woman)| {
            let pair = (rest, other_rest) == (*man, *woman) || (rest, other_rest) == (*woman, *man);
            pair && match (*man, *woman) {
                // `saraa` is a slip, `andrea` is not; `charlie` beside `charli` is a spelling
                ("", "a") => !matches!(stem_end, b'a' | b'o' | b'u' | b'h'),
                ("", "e") => !matches!(stem_end, b'a' | b'i' | b'o' | b'u' | b'y' | b'h'),
                ("", "y") => !matches!(stem_end, b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'h'),
                ("", "le" | "la") => stem_end == b'l',
                ("", "ne") => stem_end == b'n',
                // christian, christina
                ("an", "na") => stem_end == b'i',
                // julian, julia; andreas, andrea
                ("n", "") => stem.ends_with("ia"),
                ("s", "") => stem.ends_with("ea"),
                ("as", "a") => false,
                _ => true,
            }
        })
}

/// How many typing errors lead from one word to the other, from a certain length on only how many at most.
fn typing_errors(one: &[u8], other: &[u8]) -> usize {
    match Pattern::new(one) {
        Some(pattern) if other.iter().all(u8::is_ascii_lowercase) => pattern.errors(other),
        _ if one == other => 0,
        _ => one.len().max(other.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_counted_as_a_person_would() {
        assert_eq!(typing_errors(b"wilkins", b"wilkinsr"), 1);
        assert_eq!(typing_errors(b"ab", b"ba"), 1);
        assert_eq!(typing_errors(b"", b"abc"), 3);
        assert_eq!(typing_errors(b"kitten", b"sitting"), 3);
    }

    #[test]
    fn a_mans_and_a_womans_form_are_told_from_spellings() {
        for (one, other) in [
            ("martin", "martina"),
            ("mario", "maria"),
            ("julia", "julian"),
            ("alexander", "alexandra"),
            ("christian", "christina"),
            ("daniel", "danielle"),
            ("gabriel", "gabriela"),
            ("andreas", "andrea"),
            ("andre", "andrea"),
            ("rene", "renee"),
            ("claudio", "claudia"),
            ("emil", "emily"),
        ] {
            assert!(are_gendered_forms(one, other) && are_gendered_forms(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("sara", "saraa"),
            ("charli", "charlie"),
            ("ann", "bob"),
            ("sarah", "sara"),
            ("kata", "kate"),
            ("dylan", "dylna"),
            ("rile", "riley"),
        ] {
            assert!(!are_gendered_forms(one, other), "{one} {other}");
        }
    }

    #[test]
    fn kinds_of_likeness_are_in_order() {
        let order = [
            similarity("müller", "müller"),
            similarity("mueller", "muller"),
            similarity("robert", "bob"),
            similarity("alexander", "alexan"),
            similarity("hobson", "hobsan"),
            similarity("megan", "peter"),
        ];
        assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "{order:?}");
        assert!(similarity("hobson", "hobsson") >= SAME);
        assert!(similarity("megan", "peter") < UNLIKE);
        assert!(similarity("joan", "john") < 1.0);
        assert!(similarity("佐藤", "王") < UNLIKE);
    }
}
