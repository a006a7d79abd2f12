//! How alike two names are for the baselines: the measures of the Python package rapidfuzz, written anew, 0 to 100.

use std::collections::BTreeSet;

/// Lower case, letters and digits only, single spaces.
pub fn processed(text: &str) -> String {
    let bare: String =
        text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words in alphabetic order.
pub fn sorted(text: &str) -> Vec<char> {
    let mut words: Vec<&str> = text.split(' ').collect();
    words.sort_unstable();
    words.join(" ").chars().collect()
}

/// A text prepared for comparing with many: for each letter where it stands.
pub struct Pattern {
    places: Vec<(char, u64)>,
    length: usize,
}

impl Pattern {
    /// Of the first 64 letters.
    pub fn new(text: &[char]) -> Self {
        let mut places: Vec<(char, u64)> = Vec::new();
        for (at, c) in text.iter().take(64).enumerate() {
            match places.iter_mut().find(|(known, _)| known == c) {
                Some((_, mask)) => *mask |= 1 << at,
                None => places.push((*c, 1 << at)),
            }
        }
        Self { places, length: text.len().min(64) }
    }

    /// Twice the longest common subsequence over both lengths.
    pub fn ratio(&self, other: &[char]) -> f64 {
        if self.length + other.len() == 0 {
            return 100.0;
        }
        let mut row = u64::MAX;
        for c in other {
            let mask = self.places.iter().find(|(known, _)| known == c).map_or(0, |(_, mask)| *mask);
            let hit = row & mask;
            row = row.wrapping_add(hit) | row.wrapping_sub(hit);
        }
        let within = if self.length == 64 { u64::MAX } else { (1 << self.length) - 1 };
        let common = f64::from((!row & within).count_ones());
        200.0 * common / number(self.length + other.len())
    }
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn ratio(one: &[char], other: &[char]) -> f64 {
    Pattern::new(one).ratio(other)
}

/// The best ratio of the shorter one with any piece of the longer one.
fn partial(one: &[char], other: &[char]) -> f64 {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let pattern = Pattern::new(short);
    let mut best = 0.0_f64;
    for start in 0..long.len() {
        best = best.max(pattern.ratio(&long[start..(start + short.len()).min(long.len())]));
    }
    for end in 1..short.len().min(long.len()) {
        best = best.max(pattern.ratio(&long[..end]));
    }
    best
}

/// `token_set_ratio`: what both have counts once.
fn token_set(one: &str, other: &str) -> f64 {
    let (a, b): (BTreeSet<&str>, BTreeSet<&str>) = (one.split(' ').collect(), other.split(' ').collect());
    let joined = |words: Vec<&str>| words.join(" ");
    let both = joined(a.intersection(&b).copied().collect());
    let only_a = joined(a.difference(&b).copied().collect());
    let only_b = joined(b.difference(&a).copied().collect());
    if !both.is_empty() && (only_a.is_empty() || only_b.is_empty()) {
        return 100.0;
    }
    let with = |rest: &str| format!("{both} {rest}").trim().chars().collect::<Vec<char>>();
    let (with_a, with_b) = (with(&only_a), with(&only_b));
    let mut best = ratio(&with_a, &with_b);
    if !both.is_empty() {
        let both: Vec<char> = both.chars().collect();
        best = best.max(ratio(&both, &with_a)).max(ratio(&both, &with_b));
    }
    best
}

/// `token_sort_ratio`.
pub fn token_sort(one: &str, other: &str) -> f64 {
    ratio(&sorted(one), &sorted(other))
}

/// `WRatio`: the best of several, weighted by how different the lengths are.
pub fn weighted(one: &str, other: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let longer = number(a.len().max(b.len())) / number(a.len().min(b.len()));
    let whole = ratio(&a, &b);
    if longer < 1.5 {
        return whole.max(0.95 * token_sort(one, other).max(token_set(one, other)));
    }
    let scale = if longer <= 8.0 { 0.9 } else { 0.6 };
    let words: BTreeSet<&str> = one.split(' ').collect();
    let shared = other.split(' ').any(|word| words.contains(word));
    let by_words = if shared { 100.0 } else { partial(&sorted(one), &sorted(other)) };
    whole.max(scale * partial(&a, &b)).max(0.95 * scale * by_words)
}
