//! Typing errors between two words: one letter wrong, missing, too many, or two neighbours swapped (the distance of *optimal
//! string alignment*), counted for all letters of one word at once in the bits of a number (Hyyrö, *A Bit-Vector Algorithm for
//! Computing Levenshtein and Damerau Edit Distances*, 2003).

/// Longest word in bytes.
const LONGEST: usize = 64;

/// A word of the letters a to z, prepared for being compared with many.
#[derive(Debug)]
pub(super) struct Pattern {
    /// For each letter where it stands.
    places: [u64; 32],
    length: usize,
}

impl Pattern {
    /// `None` for a word that is empty, too long, or has other than small Latin letters.
    pub(super) fn new(word: &[u8]) -> Option<Self> {
        if word.is_empty() || word.len() > LONGEST || !word.iter().all(u8::is_ascii_lowercase) {
            return None;
        }
        let mut places = [0_u64; 32];
        for (at, letter) in word.iter().enumerate() {
            places[usize::from(letter & 31)] |= 1 << at;
        }
        Some(Self { places, length: word.len() })
    }

    /// How many errors lead from one word to the other, which has small Latin letters only.
    pub(super) fn errors(&self, other: &[u8]) -> usize {
        let mut more = u64::MAX;
        let mut less = 0_u64;
        let mut diagonal = 0_u64;
        let mut before = 0_u64;
        let mut errors = self.length;
        let last = 1_u64 << (self.length - 1);
        for letter in other {
            let here = self.places[usize::from(letter & 31)];
            let swapped = ((!diagonal & here) << 1) & before;
            diagonal = ((here & more).wrapping_add(more) ^ more) | here | less | swapped;
            let right = less | !(diagonal | more);
            let left = diagonal & more;
            errors += usize::from(right & last != 0);
            errors -= usize::from(left & last != 0);
            let right = (right << 1) | 1;
            more = (left << 1) | !(diagonal | right);
            less = right & diagonal;
            before = here;
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The distance as its definition says it, cell by cell.
    fn by_table(one: &[u8], other: &[u8]) -> usize {
        let mut table = vec![vec![0; other.len() + 1]; one.len() + 1];
        for i in 0..=one.len() {
            for j in 0..=other.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let step = usize::from(one[i - 1] != other[j - 1]);
                    let mut best =
                        (table[i - 1][j - 1] + step).min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                        best = best.min(table[i - 2][j - 2] + 1);
                    }
                    best
                };
            }
        }
        table[one.len()][other.len()]
    }

    #[test]
    fn bits_count_as_the_table_does() {
        let mut rng = fastrand::Rng::with_seed(3);
        for _ in 0..20_000 {
            let letters = rng.u8(2..6);
            let mut word =
                |most| -> Vec<u8> { (0..rng.usize(1..most)).map(|_| rng.u8(b'a'..b'a' + letters)).collect() };
            let (one, other) = (word(12), word(14));
            assert_eq!(
                Pattern::new(&one).unwrap().errors(&other),
                by_table(&one, &other),
                "{one:?} {other:?}"
            );
        }
        let long = [b'x'; 64];
        assert_eq!(Pattern::new(&long).unwrap().errors(&long), 0);
        assert!(
            Pattern::new(&[b'x'; 65]).is_none()
                && Pattern::new(b"").is_none()
                && Pattern::new(b"A").is_none()
        );
    }
}
