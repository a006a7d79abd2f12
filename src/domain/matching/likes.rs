//! Words of the index that may stand for a word that is looked for: the same, the same skeleton, familiar forms, and those
//! that share trigrams and are few typing errors away.

use super::TenantIndex;
use super::errors::Pattern;
use super::fold::skeleton;
use super::index::grams;
use super::nicknames;
use super::retrieve::Scratch;
use super::words::similarity;

/// How many words of the index stand for one wanted word.
const LIKE: usize = 24;

/// How many do for a word that is like none of the index: mistyped twice, or of somebody who is not there.
const LIKE_MISTYPED: usize = 64;

/// How alike a word of the index must be to stand for a wanted one.
const LEAST: f32 = 0.6;

/// From here on a word is likely the wanted one, and typing errors need not be looked for far and wide.
const LIKELY: f32 = 0.8;

/// So many typing errors are looked for where no word of the index is like it.
const ERRORS: usize = 2;

/// Words of the index that may stand for a wanted one, most alike first.
pub(super) fn all_likes(
    index: &TenantIndex,
    scratch: &mut Scratch,
    word: &str,
    exact_only: bool,
) -> Vec<(u32, f32)> {
    let mut likes: Vec<(u32, f32)> = Vec::new();
    if let Some(same) = index.word(word) {
        likes.push((same, 1.0));
    }
    for other in index.with_skeleton(&skeleton(word)) {
        likes.push((other, similarity(word, index.dictionary.word(other))));
    }
    for form in nicknames::forms(word) {
        if let Some(other) = index.word(form) {
            likes.push((other, 0.85));
        }
    }
    if !exact_only || likes.is_empty() {
        likes_by_grams(index, scratch, word, false, &mut likes);
    }
    let mistyped = !exact_only && !likes.iter().any(|(_, like)| *like >= LIKELY);
    if mistyped {
        likes_by_grams(index, scratch, word, true, &mut likes);
    }
    likes.retain(|(_, like)| *like >= LEAST);
    likes.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    likes.dedup_by_key(|like| like.0);
    let text = |word: u32| index.dictionary.word(word);
    likes.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then_with(|| text(a.0).cmp(text(b.0))));
    likes.truncate(if mistyped { LIKE_MISTYPED } else { LIKE });
    likes
}

/// Words that share trigrams with this one and are few typing errors away. For a mistyped word one trigram is enough where no
/// more than two errors remain: each may have broken three.
fn likes_by_grams(
    index: &TenantIndex,
    scratch: &mut Scratch,
    word: &str,
    mistyped: bool,
    likes: &mut Vec<(u32, f32)>,
) {
    let Scratch { counts, touched, .. } = scratch;
    let pattern = Pattern::new(word.as_bytes());
    let mut count = 0_usize;
    for gram in grams(word) {
        count += 1;
        for other in index.with_gram(gram) {
            if let Some(cell) = counts.get_mut(other as usize) {
                if *cell == 0 {
                    touched.push(other);
                }
                *cell = cell.saturating_add(1);
            }
        }
    }
    // a swap in a word of four letters leaves one trigram standing
    let least = if count <= 5 { 1 } else { (count * 3).div_ceil(10) };
    for other in touched.drain(..) {
        let Some(cell) = counts.get_mut(other as usize) else { continue };
        let enough = usize::from(std::mem::take(cell)) >= least;
        if (enough || mistyped) && index.is_of_name(other) {
            let known = index.dictionary.word(other);
            let longest = known.len().max(word.len());
            let most = if enough { longest / 2 } else { ERRORS };
            let differ = known.len().abs_diff(word.len());
            if differ * 5 > longest * 2 || differ > most {
                continue;
            }
            // far too many errors, whatever spellings even out
            match &pattern {
                Some(pattern) if known.is_ascii() && pattern.errors(known.as_bytes()) > most => continue,
                None if !enough => continue,
                _ => {}
            }
            let like = similarity(word, known);
            if like >= LEAST {
                likes.push((other, like));
            }
        }
    }
}

/// Whether this word would be found, however faintly, by somebody who looks for the other; never too few.
pub(super) fn finds_any(index: &TenantIndex, scratch: &mut Scratch, word: &str) -> bool {
    scratch.counts.resize(index.dictionary.len(), 0);
    index.dictionary.find(word).is_some()
        || index.with_skeleton(&skeleton(word)).next().is_some()
        || nicknames::forms(word).into_iter().any(|form| index.dictionary.find(form).is_some())
        || {
            let mut likes = Vec::new();
            likes_by_grams(index, scratch, word, true, &mut likes);
            !likes.is_empty()
        }
}
