//! Which words of two names found each other, and how well.

use super::super::nicknames;
use super::super::words::{SAME, are_gendered_forms, is_initial, similarity};
use super::{Name, Role, is_particle};

/// How a part of the tenant's name is found in the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part {
    Nothing,
    Initial,
    Word(f32),
}

impl Part {
    pub(super) fn score(self) -> f32 {
        match self {
            Self::Nothing => 0.0,
            Self::Initial => 0.55,
            Self::Word(likeness) => likeness,
        }
    }
}

/// The work of one comparison: which words found each other, and how well.
pub(super) struct Alignment<'a> {
    pub(super) own: &'a [(String, Role)],
    pub(super) other: &'a [(String, Role)],
    pub(super) own_found: Vec<bool>,
    pub(super) other_found: Vec<Part>,
    /// The given names are a man's and a woman's form of one.
    pub(super) gendered: bool,
}

impl<'a> Alignment<'a> {
    pub(super) fn new(own: &'a Name, other: &'a Name) -> Self {
        let mut alignment = Self {
            own: &own.words,
            other: &other.words,
            own_found: vec![false; own.words.len()],
            other_found: vec![Part::Nothing; other.words.len()],
            gendered: false,
        };
        if own.words.len() == 1 {
            // `tstephenson` is T. Stephenson before it is Stephenson with a typing error
            alignment.split_logins(0.9);
        }
        alignment.join_equal();
        alignment.pair_words();
        alignment.join_words();
        alignment.pair_initials();
        alignment.split_logins(0.8);
        alignment
    }

    /// `benyoussef` is Ben Youssef before it is a Ben, and `Ever Ett` is Everett: runs of words that make exactly a word of the
    /// other side.
    fn join_equal(&mut self) {
        for i in 0..self.own.len() {
            if let Some((from, to)) =
                equal_span(&self.own[i].0, self.other, |at| self.other_found[at] == Part::Nothing)
            {
                self.own_found[i] = true;
                for found in &mut self.other_found[from..to] {
                    *found = Part::Word(1.0);
                }
            }
        }
        for j in 0..self.other.len() {
            if self.other_found[j] != Part::Nothing {
                continue;
            }
            if let Some((from, to)) = equal_span(&self.other[j].0, self.own, |at| !self.own_found[at]) {
                self.other_found[j] = Part::Word(1.0);
                for found in &mut self.own_found[from..to] {
                    *found = true;
                }
            }
        }
    }

    /// The most alike words first.
    fn pair_words(&mut self) {
        let mut pairs = Vec::new();
        for (i, (a, role)) in self.own.iter().enumerate() {
            for (j, (b, part)) in self.other.iter().enumerate() {
                let likeness = similarity(a, b);
                if likeness >= SAME && !(is_initial(a) || is_initial(b)) {
                    // words of the same role come first where likeness is equal
                    let crossed =
                        matches!((role, part), (Role::Given, Role::Surname) | (Role::Surname, Role::Given));
                    let extra = *part == Role::Extra;
                    pairs.push((
                        likeness - if crossed { 0.01 } else { 0.0 } - if extra { 0.02 } else { 0.0 },
                        i,
                        j,
                    ));
                }
            }
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        for (likeness, i, j) in pairs {
            if !self.own_found[i] && self.other_found[j] == Part::Nothing {
                self.own_found[i] = true;
                self.other_found[j] = Part::Word(likeness);
                self.gendered |=
                    self.other[j].1 == Role::Given && are_gendered_forms(&self.own[i].0, &self.other[j].0);
            }
        }
    }

    /// `vanderberg` against `van der berg`, either way round.
    fn join_words(&mut self) {
        for i in 0..self.own.len() {
            if self.own_found[i] || self.own[i].0.len() < 4 {
                continue;
            }
            if let Some((from, to, likeness)) =
                best_span(&self.own[i].0, self.other, |at| self.other_found[at] == Part::Nothing)
            {
                self.own_found[i] = true;
                for found in &mut self.other_found[from..to] {
                    *found = Part::Word(likeness);
                }
            }
        }
        for j in 0..self.other.len() {
            if self.other_found[j] != Part::Nothing || self.other[j].0.len() < 4 {
                continue;
            }
            if let Some((from, to, likeness)) =
                best_span(&self.other[j].0, self.own, |at| !self.own_found[at])
            {
                self.other_found[j] = Part::Word(likeness);
                for found in &mut self.own_found[from..to] {
                    *found = true;
                }
            }
        }
    }

    /// Single letters on either side; `JP` for Jean-Pierre.
    fn pair_initials(&mut self) {
        for i in 0..self.own.len() {
            let letters = self.own[i].0.as_bytes();
            if self.own_found[i] || letters.len() != 2 || !letters.is_ascii() {
                continue;
            }
            let free = |j: usize, letter: u8| {
                self.other.get(j).is_some_and(|(word, role)| {
                    *role == Role::Given && word.as_bytes().first() == Some(&letter)
                }) && self.other_found.get(j) == Some(&Part::Nothing)
            };
            if let Some(j) = (0..self.other.len()).find(|j| free(*j, letters[0]) && free(*j + 1, letters[1]))
            {
                self.own_found[i] = true;
                self.other_found[j] = Part::Initial;
                self.other_found[j + 1] = Part::Initial;
            }
        }
        for i in 0..self.own.len() {
            if self.own_found[i] {
                continue;
            }
            let word = &self.own[i].0;
            // after a whole word that found nothing it is a middle initial: Peter J. Smith is not Jane Smith
            let middle = self
                .own
                .iter()
                .zip(&self.own_found)
                .take(i)
                .any(|((word, _), found)| !found && !is_initial(word));
            if middle {
                continue;
            }
            let fits = |j: usize| {
                let other = &self.other[j].0;
                self.other_found[j] == Part::Nothing
                    && self.other[j].1 != Role::Extra
                    && (is_initial(word) || is_initial(other))
                    && other.is_ascii()
                    && word.as_bytes().first() == other.as_bytes().first()
            };
            // H. Papadopoulos is Eleni to the directory and Helen to her colleagues
            let familiar = |j: usize| {
                let (other, role) = &self.other[j];
                is_initial(word)
                    && *role == Role::Given
                    && self.other_found[j] == Part::Nothing
                    && nicknames::any_begins(other, word)
            };
            // Si Coulson is Silas, as likely as S. Coulson is
            let begins = |j: usize| {
                let (other, role) = &self.other[j];
                word.len() == 2
                    && *role == Role::Given
                    && self.other_found[j] == Part::Nothing
                    && other.len() > 2
                    && other.starts_with(word.as_str())
            };
            let first = |wanted: &dyn Fn(usize) -> bool| (0..self.other.len()).find(|j| wanted(*j));
            if let Some(j) = first(&fits).or_else(|| first(&begins)).or_else(|| first(&familiar)) {
                self.own_found[i] = true;
                self.other_found[j] = Part::Initial;
            }
        }
    }

    /// `jsmith`, `smithj`, `johns` against John Smith.
    fn split_logins(&mut self, least: f32) {
        for i in 0..self.own.len() {
            let word = &self.own[i].0;
            let whole = self.other.iter().any(|(other, _)| other == word);
            if self.own_found[i] || whole || !word.is_ascii() || word.len() < 4 {
                continue;
            }
            let open = |j: usize| {
                self.other_found[j] == Part::Nothing
                    && self.other[j].0.len() > 1
                    && self.other[j].1 != Role::Extra
            };
            let mut best: Option<(f32, usize, usize)> = None;
            for (rest, letter) in
                [(word.get(1..), word.get(..1)), (word.get(..word.len() - 1), word.get(word.len() - 1..))]
            {
                let (Some(rest), Some(letter)) = (rest, letter) else { continue };
                for j in (0..self.other.len()).filter(|j| open(*j)) {
                    let likeness = similarity(rest, &self.other[j].0);
                    if likeness < least || best.is_some_and(|(so_far, _, _)| so_far >= likeness) {
                        continue;
                    }
                    let initial = (0..self.other.len())
                        .find(|k| *k != j && open(*k) && self.other[*k].0.starts_with(letter));
                    if let Some(k) = initial {
                        best = Some((likeness, j, k));
                    }
                }
            }
            if let Some((likeness, j, k)) = best {
                self.own_found[i] = true;
                self.other_found[j] = Part::Word(likeness);
                self.other_found[k] = Part::Initial;
            }
        }
    }

    /// How the words of this role were found: the best of them, particles only if there is nothing else.
    pub(super) fn part(&self, role: Role) -> Option<Part> {
        let of_role = |particles: bool| {
            self.other
                .iter()
                .zip(&self.other_found)
                .filter(move |((word, own), _)| *own == role && is_particle(word) == particles)
                .map(|(_, found)| *found)
        };
        let best = |parts: &mut dyn Iterator<Item = Part>| {
            parts.reduce(|a, b| if b.score() > a.score() { b } else { a })
        };
        best(&mut of_role(false)).or_else(|| best(&mut of_role(true)))
    }

    /// Whole words of ours that nothing answers to.
    pub(super) fn left_over(&self) -> impl Iterator<Item = &str> {
        self.own
            .iter()
            .zip(&self.own_found)
            .filter(|((word, _), found)| !**found && !is_initial(word) && !is_particle(word))
            .map(|((word, _), _)| word.as_str())
    }

    /// Whether a single letter of ours fits nothing.
    pub(super) fn has_loose_initial(&self) -> bool {
        self.own.iter().zip(&self.own_found).any(|((word, _), found)| !found && is_initial(word))
    }
}

/// The run of two to four free words that, written together, is this word.
fn equal_span(word: &str, words: &[(String, Role)], free: impl Fn(usize) -> bool) -> Option<(usize, usize)> {
    if word.len() < 4 {
        return None;
    }
    for from in 0..words.len().saturating_sub(1) {
        let mut rest = word;
        for (to, (next, _)) in words.iter().enumerate().skip(from).take(4) {
            let Some(left) = rest.strip_prefix(next.as_str()).filter(|_| free(to)) else { break };
            if left.is_empty() && to > from {
                return Some((from, to + 1));
            }
            rest = left;
        }
    }
    None
}

/// The run of two to four free words that, written together, is most like this word.
fn best_span(
    word: &str,
    words: &[(String, Role)],
    free: impl Fn(usize) -> bool,
) -> Option<(usize, usize, f32)> {
    let mut best: Option<(usize, usize, f32)> = None;
    for from in 0..words.len() {
        let mut joined = String::new();
        for (to, (next, _)) in words.iter().enumerate().skip(from).take(4) {
            if !free(to) {
                break;
            }
            joined.push_str(next);
            if to == from {
                continue;
            }
            let likeness = similarity(word, &joined);
            // the beginning of a longer word is no sign here: `anna` begins `annamaria`
            if likeness >= 0.87 && best.is_none_or(|(_, _, so_far)| likeness > so_far) {
                best = Some((from, to + 1, likeness));
            }
        }
    }
    best
}
