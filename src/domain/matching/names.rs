//! Whether two written names can be one person's: tolerant of order, spelling, initials, middle names, double surnames,
//! nicknames, titles and logins; strict about what remains.
//!
//! *Contradicts* means plainly another person, not merely "unlike": two scripts, an empty name or a handle say nothing, and
//! a surname that changed while the given name agrees is doubt, because people marry.

use super::fold;
use super::words::{SAME, UNLIKE, is_initial, ratio, similarity};
use crate::domain::people::TenantUser;
use crate::domain::text::clean_to;

/// What comparing two names says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Plainly another person.
    Contradicts,
    /// A part agrees, another part does not: a person must look.
    Doubt,
    /// Nothing can be compared.
    Unknown,
    /// What is there agrees, but a part is an initial or missing.
    Fits,
    /// Given name and surname agree.
    Agrees,
}

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct NameMatch {
    /// What it says.
    pub verdict: Verdict,
    /// 0 to 1: how much of the names agrees. Orders candidates, decides nothing.
    pub score: f32,
}

/// What a word is in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Given,
    Surname,
    /// Written in the display name only, beside a given name and a surname in fields of their own.
    Extra,
    /// Nobody said.
    Any,
}

/// A name taken apart.
#[derive(Debug, Clone, Default)]
pub struct Name {
    words: Vec<(String, Role)>,
    /// One word, or one with digits: a login rather than a name.
    handle: bool,
}

/// Words that are no part of anybody's name.
const TITLES: [&str; 31] = [
    "dr",
    "prof",
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "ing",
    "dipl",
    "jr",
    "sr",
    "ii",
    "iii",
    "phd",
    "msc",
    "mba",
    "ext",
    "ctr",
    "contractor",
    "external",
    "extern",
    "guest",
    "admin",
    "adm",
    "consultant",
    "intern",
    "vendor",
    "sir",
    "herr",
    "frau",
    "user",
];

/// Words before a surname that people leave out or write together with it.
const PARTICLES: [&str; 30] = [
    "van", "von", "der", "den", "de", "da", "do", "dos", "das", "di", "del", "della", "la", "le", "el", "al",
    "bin", "ben", "ibn", "ter", "ten", "zu", "zur", "vd", "st", "san", "ni", "mac", "mc", "t",
];

/// Whether this word may be left out of a surname.
pub fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

/// Whether this word is a title or the like.
pub fn is_title(word: &str) -> bool {
    TITLES.contains(&word)
}

impl Name {
    /// From a display name: "Given Surname", "Surname, Given", "G. Surname", `given.surname`, an address, …
    pub fn of_display(display: &str) -> Self {
        let display = if display.contains('@') { fold::local_part(display.trim()) } else { display };
        let (first, second) = match display.split_once([',', '，']) {
            Some((surname, given)) if has_letters(surname) && has_letters(given) => (surname, Some(given)),
            _ => (display, None),
        };
        let comma = second.is_some();
        let mut words: Vec<(String, Role)> = fold::words(first)
            .into_iter()
            .map(|word| (word, if comma { Role::Surname } else { Role::Any }))
            .chain(second.map(fold::words).unwrap_or_default().into_iter().map(|word| (word, Role::Given)))
            .collect();
        if words.iter().any(|(word, _)| !is_title(word)) {
            words.retain(|(word, _)| !is_title(word));
        }
        // "Smith, John" with a suffix such as "Smith, PhD": then the comma said nothing
        if comma
            && (words.iter().all(|word| word.1 == Role::Given)
                || words.iter().all(|word| word.1 == Role::Surname))
        {
            for word in &mut words {
                word.1 = Role::Any;
            }
        }
        let handle = display.chars().any(|c| c.is_ascii_digit()) || words.len() < 2;
        Self { words, handle }
    }

    /// From what the tenant knows: given name and surname where it has them, else the display name.
    pub fn of_tenant(user: &TenantUser) -> Self {
        let given = user.given_name.as_deref().map(fold::words).unwrap_or_default();
        let surname = user.surname.as_deref().map(fold::words).unwrap_or_default();
        if given.is_empty() && surname.is_empty() {
            return Self::of_display(&user.display_name).guess_roles();
        }
        let display = Self::of_display(&user.display_name);
        if given.is_empty() || surname.is_empty() {
            // one field only: what the display name has besides it is the other part
            let (known, role, other) = if given.is_empty() {
                (surname, Role::Surname, Role::Given)
            } else {
                (given, Role::Given, Role::Surname)
            };
            let more = display
                .words
                .into_iter()
                .filter(|(word, _)| !known.contains(word))
                .map(|(word, _)| (word, other));
            let more: Vec<_> = more.collect();
            return Self {
                words: known.into_iter().map(|word| (word, role)).chain(more).collect(),
                handle: false,
            };
        }
        let mut words: Vec<(String, Role)> = given.into_iter().map(|word| (word, Role::Given)).collect();
        words.extend(surname.into_iter().map(|word| (word, Role::Surname)));
        let known = words.len();
        let joined: String = words.iter().map(|(word, _)| word.as_str()).collect();
        for (word, _) in display.words {
            // a display name in a script without spaces repeats both fields as one word
            if !words.iter().take(known).any(|(other, _)| *other == word)
                && (word.is_ascii() || word.len() < joined.len())
            {
                words.push((word, Role::Extra));
            }
        }
        Self { words, handle: false }
    }

    /// The part of an address before the `@` as a name.
    pub fn of_local_part(local: &str) -> Self {
        let words: Vec<(String, Role)> =
            fold::words(local).into_iter().map(|word| (word, Role::Any)).collect();
        Self { handle: words.len() < 2, words }.guess_roles()
    }

    /// Without fields the last word counts as the surname; with a single word nobody knows.
    fn guess_roles(mut self) -> Self {
        if self.words.len() > 1 && self.words.iter().all(|(_, role)| *role == Role::Any) {
            let last = self.words.len() - 1;
            for (at, word) in self.words.iter_mut().enumerate() {
                word.1 = if at == last { Role::Surname } else { Role::Given };
            }
        }
        self
    }

    /// Whether there is nothing to compare.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether this looks like a login or a single word rather than like a whole name.
    pub fn is_handle(&self) -> bool {
        self.handle
    }

    /// The words, folded, in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|(word, _)| word.as_str())
    }

    fn joined(&self, roles: &[Role]) -> String {
        let mut out = String::new();
        for role in roles {
            out.extend(self.words.iter().filter(|(_, own)| own == role).map(|(word, _)| word.as_str()));
        }
        out
    }

    /// Given names and surnames written together, in both orders.
    fn joined_both_ways(&self) -> [String; 2] {
        if self.words.iter().any(|(_, role)| matches!(role, Role::Given | Role::Surname)) {
            [self.joined(&[Role::Given, Role::Surname]), self.joined(&[Role::Surname, Role::Given])]
        } else {
            let all = self.joined(&[Role::Any]);
            [all.clone(), all]
        }
    }
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// How a part of the tenant's name is found in the other.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Nothing,
    Initial,
    Word(f32),
}

impl Part {
    fn score(self) -> f32 {
        match self {
            Self::Nothing => 0.0,
            Self::Initial => 0.55,
            Self::Word(likeness) => likeness,
        }
    }
}

/// The work of one comparison: which words found each other, and how well.
struct Alignment<'a> {
    own: &'a [(String, Role)],
    other: &'a [(String, Role)],
    own_found: Vec<bool>,
    other_found: Vec<Part>,
}

impl<'a> Alignment<'a> {
    fn new(own: &'a Name, other: &'a Name) -> Self {
        let mut alignment = Self {
            own: &own.words,
            other: &other.words,
            own_found: vec![false; own.words.len()],
            other_found: vec![Part::Nothing; other.words.len()],
        };
        if own.words.len() == 1 {
            // `tstephenson` is T. Stephenson before it is Stephenson with a typing error
            alignment.split_logins(0.9);
        }
        alignment.pair_words();
        alignment.join_words();
        alignment.pair_initials();
        alignment.split_logins(0.8);
        alignment
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
            let fits = |j: usize| {
                let other = &self.other[j].0;
                self.other_found[j] == Part::Nothing
                    && self.other[j].1 != Role::Extra
                    && (is_initial(word) || is_initial(other))
                    && other.is_ascii()
                    && word.as_bytes().first() == other.as_bytes().first()
            };
            if let Some(j) = (0..self.other.len()).find(|j| fits(*j)) {
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
    fn part(&self, role: Role) -> Option<Part> {
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
    fn left_over(&self) -> impl Iterator<Item = &str> {
        self.own
            .iter()
            .zip(&self.own_found)
            .filter(|((word, _), found)| !**found && !is_initial(word) && !is_particle(word))
            .map(|((word, _), _)| word.as_str())
    }

    /// Whether a single letter of ours fits nothing.
    fn has_loose_initial(&self) -> bool {
        self.own.iter().zip(&self.own_found).any(|((word, _), found)| !found && is_initial(word))
    }
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
        for to in from..words.len().min(from + 4) {
            if !free(to) {
                break;
            }
            joined.push_str(&words[to].0);
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

/// Compares how a person is written in the organization with what the tenant knows.
pub fn compare(own: &Name, other: &Name) -> NameMatch {
    if own.is_empty() || other.is_empty() {
        return NameMatch { verdict: Verdict::Unknown, score: 0.0 };
    }
    if let Some(found) = compare_joined(own, other) {
        return found;
    }
    let alignment = Alignment::new(own, other);
    let given = alignment.part(Role::Given);
    let surname = alignment.part(Role::Surname);
    let (given, surname) = match (given, surname) {
        (None, None) => {
            let any = alignment.part(Role::Any).unwrap_or(Part::Nothing);
            return compare_one_word(&alignment, own, any);
        }
        (given, surname) => (given, surname),
    };
    let left: Vec<&str> = alignment.left_over().collect();
    let mut score = match (given, surname) {
        (Some(given), Some(surname)) => 0.42 * given.score() + 0.58 * surname.score(),
        (Some(one), None) | (None, Some(one)) => 0.8 * one.score(),
        (None, None) => 0.0,
    };
    if own.words.len() == 1 {
        // one word that is a given name or a surname: a typing error counts double, there is nothing else to go by
        score = match (given, surname) {
            (Some(Part::Word(likeness)), Some(Part::Nothing)) => 0.5 * likeness * likeness,
            (Some(Part::Nothing), Some(Part::Word(likeness))) => 0.55 * likeness * likeness,
            _ => score,
        };
    } else if given == Some(Part::Nothing) {
        let givens = || alignment.other.iter().filter(|(_, role)| *role == Role::Given);
        let nearest = left
            .iter()
            .flat_map(|word| givens().map(move |(given, _)| near(word, given)))
            .fold(0.0_f32, f32::max);
        score += 0.42 * 0.6 * nearest;
    }
    score = (score
        - 0.06 * ratio(left.len(), 1).min(3.0)
        - if alignment.has_loose_initial() { 0.01 } else { 0.0 })
    .max(0.0);
    let verdict = verdict(&alignment, own, given, surname, &left);
    NameMatch { verdict, score }
}

/// What a word that is not the same still says for a name.
fn near(word: &str, other: &str) -> f32 {
    let likeness = similarity(word, other);
    let begins = word.as_bytes().first() == other.as_bytes().first();
    if likeness >= 0.4 {
        likeness
    } else if begins {
        0.2
    } else {
        0.0
    }
}

fn verdict(
    alignment: &Alignment<'_>,
    own: &Name,
    given: Option<Part>,
    surname: Option<Part>,
    left: &[&str],
) -> Verdict {
    let found = |part: Option<Part>| matches!(part, Some(Part::Word(_)));
    let nothing = |part: Option<Part>| matches!(part, Some(Part::Nothing));
    match (given, surname) {
        (Some(Part::Word(_)), Some(Part::Word(_))) => Verdict::Agrees,
        // the surname agrees and the given name is written out on both sides, differently
        (Some(Part::Nothing), Some(Part::Word(_))) if !left.is_empty() => {
            let givens = || {
                alignment
                    .other
                    .iter()
                    .filter(|(word, role)| matches!(role, Role::Given | Role::Extra) && !is_initial(word))
            };
            if givens().next().is_none()
                || !left.iter().any(|word| givens().any(|(given, _)| same_script(word, given)))
            {
                return Verdict::Doubt;
            }
            let closest = left
                .iter()
                .flat_map(|word| givens().map(move |(given, _)| similarity(word, given)))
                .fold(0.0_f32, f32::max);
            if closest < UNLIKE && !own.handle { Verdict::Contradicts } else { Verdict::Doubt }
        }
        (Some(Part::Nothing), Some(Part::Word(_))) if alignment.has_loose_initial() => Verdict::Doubt,
        (Some(Part::Word(_)), Some(Part::Nothing)) if !left.is_empty() => Verdict::Doubt,
        (Some(Part::Word(_)), Some(Part::Nothing)) if alignment.has_loose_initial() => Verdict::Doubt,
        _ if found(given) || found(surname) => Verdict::Fits,
        _ if nothing(given)
            || nothing(surname)
            || given == Some(Part::Initial)
            || surname == Some(Part::Initial) =>
        {
            strangers(alignment, own)
        }
        _ => Verdict::Unknown,
    }
}

/// No whole word agrees.
fn strangers(alignment: &Alignment<'_>, own: &Name) -> Verdict {
    let ours: Vec<&str> = own.words().filter(|word| !is_initial(word) && !is_particle(word)).collect();
    let theirs: Vec<&str> = alignment
        .other
        .iter()
        .map(|(word, _)| word.as_str())
        .filter(|word| !is_initial(word) && !is_particle(word))
        .collect();
    let comparable = ours.iter().any(|a| theirs.iter().any(|b| same_script(a, b)));
    if !comparable {
        return Verdict::Unknown;
    }
    let closest =
        ours.iter().flat_map(|a| theirs.iter().map(move |b| similarity(a, b))).fold(0.0_f32, f32::max);
    let contained = ours
        .iter()
        .any(|a| theirs.iter().any(|b| (a.len() >= 4 && b.contains(a)) || (b.len() >= 4 && a.contains(b))));
    if own.handle || ours.len() < 2 && ours.iter().all(|word| word.is_ascii()) || closest >= 0.6 || contained
    {
        Verdict::Doubt
    } else {
        Verdict::Contradicts
    }
}

/// The tenant has a single word and no fields: a first name, a mailbox, a login.
fn compare_one_word(alignment: &Alignment<'_>, own: &Name, found: Part) -> NameMatch {
    match found {
        Part::Word(likeness) if own.words.len() == 1 => {
            NameMatch { verdict: Verdict::Agrees, score: likeness }
        }
        Part::Word(likeness) => NameMatch { verdict: Verdict::Fits, score: 0.6 * likeness },
        Part::Initial => NameMatch { verdict: Verdict::Unknown, score: 0.1 },
        Part::Nothing => NameMatch { verdict: strangers(alignment, own), score: 0.0 },
    }
}

/// Whole names written together, and names in scripts that use no spaces.
fn compare_joined(own: &Name, other: &Name) -> Option<NameMatch> {
    let agrees = |score| Some(NameMatch { verdict: Verdict::Agrees, score });
    let all: String = own.words().collect();
    let both = other.joined_both_ways();
    if all.chars().count() >= 3 && both.contains(&all) {
        return agrees(1.0);
    }
    if all.is_ascii() {
        let bare = fold::skeleton(&all);
        return if bare.len() >= 6 && both.iter().any(|way| way.is_ascii() && fold::skeleton(way) == bare) {
            agrees(0.97)
        } else {
            None
        };
    }
    let native = |role: Role| {
        let joined: String = other
            .words
            .iter()
            .filter(|(word, own)| *own == role && !word.is_ascii())
            .map(|(word, _)| word.as_str())
            .collect();
        (!joined.is_empty()).then_some(joined)
    };
    let (given, surname) = (native(Role::Given), native(Role::Surname));
    match (given, surname) {
        (Some(given), Some(surname)) => match (all.contains(&given), all.contains(&surname)) {
            (true, true) => agrees(1.0),
            (true, false) if surname.starts_with(&all.replacen(&given, "", 1)) => {
                Some(NameMatch { verdict: Verdict::Fits, score: 0.75 })
            }
            (false, true) if given.starts_with(&all.replacen(&surname, "", 1)) => {
                Some(NameMatch { verdict: Verdict::Fits, score: 0.75 })
            }
            (false, false) if !all.chars().any(|c| given.contains(c) || surname.contains(c)) => {
                Some(NameMatch { verdict: Verdict::Contradicts, score: 0.0 })
            }
            (false, true)
                if !all.chars().any(|c| given.contains(c))
                    && all.chars().count() > surname.chars().count() =>
            {
                Some(NameMatch { verdict: Verdict::Contradicts, score: 0.5 })
            }
            _ => Some(NameMatch { verdict: Verdict::Doubt, score: 0.4 }),
        },
        (None, Some(part)) | (Some(part), None) if all.contains(&part) => {
            Some(NameMatch { verdict: Verdict::Doubt, score: 0.5 })
        }
        _ => all
            .chars()
            .count()
            .ge(&2)
            .then(|| both.iter().any(|way| way.contains(&all)))
            .and_then(|inside| inside.then_some(NameMatch { verdict: Verdict::Fits, score: 0.7 })),
    }
}

/// Latin with Latin, anything else with anything else.
fn same_script(one: &str, other: &str) -> bool {
    one.is_ascii() == other.is_ascii()
}

/// The agreement in words, with the names as they are written.
pub fn words_for(found: &NameMatch, own: &str, other: &str) -> Option<String> {
    let (own, other) = (clean_to(own.trim(), 80), clean_to(other.trim(), 80));
    match found.verdict {
        Verdict::Agrees if own == other => Some(format!("the name is the same: {own}")),
        Verdict::Agrees => Some(format!("the names agree: {own} and {other}")),
        Verdict::Fits => Some(format!("{own} fits {other}")),
        Verdict::Doubt if found.score >= 0.2 => Some(format!("the names agree in part: {own} and {other}")),
        Verdict::Contradicts if found.score >= 0.5 => {
            Some(format!("the surname agrees, the given name does not: {own} and {other}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
