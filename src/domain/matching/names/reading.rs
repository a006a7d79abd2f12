//! Two names of which one is in Latin letters and the other in Han, Hangul, kana or another script: compared by how the
//! other one is read.
//!
//! A reading brings people together (王小明 and Xiaoming Wang) and never makes them the same: different characters are read
//! alike, so the most that a reading says is *fits*. It contradicts only where the script is an alphabet (Hangul, kana), and
//! there only as doubt: Han characters are read in one way in China, in another in Japan, and nobody can tell from the
//! characters.

use super::super::readings::{self, Script};
use super::comparison::compare_as_written;
use super::{Name, NameMatch, Role, Verdict};

/// What the comparison as written said, with what the reading adds.
pub(super) fn compare(own: &Name, other: &Name, found: NameMatch) -> NameMatch {
    let native = if other.is_latin() { own } else { other };
    let Some(script) = native.words().find_map(readings::script_of) else { return found };
    let mut best: Option<NameMatch> = None;
    for split in splits(native, script) {
        let read = Name {
            words: split
                .into_iter()
                .map(|(word, role)| (readings::key(&readings::read(&word), script), role))
                .collect(),
            handle: native.handle && native.words.len() < 2,
        };
        let latin = if other.is_latin() { other } else { own };
        let latin = Name {
            words: latin.words.iter().map(|(word, role)| (readings::key(word, script), *role)).collect(),
            handle: latin.handle,
        };
        let (own, other) = if other.is_latin() { (&read, &latin) } else { (&latin, &read) };
        let now = compare_as_written(own, other);
        if best.as_ref().is_none_or(|best| (now.verdict, now.score) > (best.verdict, best.score)) {
            best = Some(now);
        }
    }
    let Some(read) = best else { return found };
    match read.verdict {
        Verdict::Agrees | Verdict::Fits if read.score >= 0.5 && found.verdict < Verdict::Agrees => {
            let score = (read.score * 0.92).max(found.score);
            NameMatch { given_agrees: read.given_agrees, ..NameMatch::new(Verdict::Fits, score) }
        }
        Verdict::Contradicts if script != Script::Han && found.verdict == Verdict::Unknown => {
            NameMatch { verdict: Verdict::Doubt, ..found }
        }
        _ => found,
    }
}

/// The words; where the name is one word without spaces, also taken apart into family name and given name.
fn splits(name: &Name, script: Script) -> Vec<Vec<(String, Role)>> {
    let mut ways = vec![name.words.clone()];
    if let [(word, Role::Any | Role::Surname | Role::Given)] = name.words.as_slice() {
        let parts = readings::family_and_given(word, script);
        ways.extend(parts.map(|(family, given)| {
            vec![(given.to_owned(), Role::Given), (family.to_owned(), Role::Surname)]
        }));
    }
    ways
}
