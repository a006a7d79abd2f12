//! The comparison of two names: what the words that found each other, and those that did not, come to.

use super::super::fold;
use super::super::words::{UNLIKE, are_gendered_forms, is_initial, likeness_as_written, ratio, similarity};
use super::alignment::{Alignment, Part};
use super::{Name, NameMatch, Role, Verdict, is_particle, reading};

/// Compares how a person is written in the organization with what the tenant knows.
pub fn compare(own: &Name, other: &Name) -> NameMatch {
    if own.is_empty() || other.is_empty() {
        return NameMatch::new(Verdict::Unknown, 0.0);
    }
    let found = compare_as_written(own, other);
    if own.is_latin() == other.is_latin() { found } else { reading::compare(own, other, found) }
}

/// Compares what is there, whatever the script.
pub(super) fn compare_as_written(own: &Name, other: &Name) -> NameMatch {
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
    } else if surname == Some(Part::Nothing) && matches!(given, Some(Part::Word(_))) {
        // more typing errors than a surname should have still say something beside a given name that agrees
        let nearest = left
            .iter()
            .flat_map(|word| {
                words_of(&alignment, Role::Surname).map(move |surname| similarity(word, surname))
            })
            .fold(0.0_f32, f32::max);
        if nearest >= UNLIKE {
            score += 0.58 * 0.6 * nearest;
        }
    }
    score = (score
        - 0.06 * ratio(left.len(), 1).min(3.0)
        - if alignment.has_loose_initial() { 0.01 } else { 0.0 })
    .max(0.0);
    let verdict = verdict(&alignment, own, given, surname, &left);
    let near =
        |role: Role| left.iter().any(|word| words_of(&alignment, role).any(|other| nearly(word, other)));
    let doubt = verdict == Verdict::Doubt && !own.handle && !alignment.gendered;
    let given_agrees = matches!(given, Some(Part::Word(_))) && !alignment.gendered;
    let surname_agrees = matches!(surname, Some(Part::Word(_)));
    NameMatch {
        given_agrees,
        given_near: doubt && surname_agrees && given == Some(Part::Nothing) && near(Role::Given),
        surname_near: doubt && given_agrees && surname == Some(Part::Nothing) && near(Role::Surname),
        ..NameMatch::new(verdict, score)
    }
}

/// The tenant's words of this role.
fn words_of<'a>(alignment: &'a Alignment<'_>, role: Role) -> impl Iterator<Item = &'a str> {
    alignment.other.iter().filter(move |(_, own)| *own == role).map(|(word, _)| word.as_str())
}

/// Whether a word is likely this name with more typing errors than usual, and no other name: it begins
/// like it.
fn nearly(word: &str, name: &str) -> bool {
    word.bytes().next() == name.bytes().next()
        && word.len().min(name.len()) >= 3
        && similarity(word, name) >= NEARLY
        && !are_gendered_forms(word, name)
}

/// How alike a name must be to count as mistyped.
const NEARLY: f32 = 0.55;

/// Below this a given name beside an equal surname is another one: somebody else of the family.
const ANOTHER_GIVEN: f32 = 0.55;

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
    match (given, surname) {
        (Some(Part::Word(_)), _) if alignment.gendered => Verdict::Doubt,
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
                .flat_map(|word| givens().map(move |(given, _)| likeness_as_written(word, given)))
                .fold(0.0_f32, f32::max);
            // a letter weighs much in a short name: Lee and Levi may be one
            let lengths = givens().map(|(given, _)| given.len()).chain(left.iter().map(|word| word.len()));
            let shortest = lengths.min().unwrap_or_default();
            let least = if shortest <= 4 { UNLIKE } else { ANOTHER_GIVEN };
            if closest < least && !own.handle { Verdict::Contradicts } else { Verdict::Doubt }
        }
        // one part agrees; of the other an initial at most, and words or initials are left that fit nothing
        (Some(Part::Word(_)), Some(Part::Nothing | Part::Initial))
        | (Some(Part::Nothing | Part::Initial), Some(Part::Word(_)))
            if !left.is_empty() || alignment.has_loose_initial() =>
        {
            Verdict::Doubt
        }
        (Some(Part::Word(_)), _) | (_, Some(Part::Word(_))) => Verdict::Fits,
        _ => strangers(alignment, own),
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
    // one word alone may be anything; with an initial that fits nothing either it is a name
    let alone = ours.len() < 2 && ours.iter().all(|word| word.is_ascii()) && !alignment.has_loose_initial();
    if own.handle || alone || closest >= 0.6 || contained { Verdict::Doubt } else { Verdict::Contradicts }
}

/// The tenant has a single word and no fields: a first name, a mailbox, a login.
fn compare_one_word(alignment: &Alignment<'_>, own: &Name, found: Part) -> NameMatch {
    match found {
        Part::Word(likeness) if own.words.len() == 1 => NameMatch::new(Verdict::Agrees, likeness),
        Part::Word(likeness) => NameMatch::new(Verdict::Fits, 0.6 * likeness),
        Part::Initial => NameMatch::new(Verdict::Unknown, 0.1),
        Part::Nothing => NameMatch::new(strangers(alignment, own), 0.0),
    }
}

/// Whole names written together, and names in scripts that use no spaces.
fn compare_joined(own: &Name, other: &Name) -> Option<NameMatch> {
    let agrees = |score| Some(NameMatch::new(Verdict::Agrees, score));
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
                Some(NameMatch::new(Verdict::Fits, 0.75))
            }
            (false, true) if given.starts_with(&all.replacen(&surname, "", 1)) => {
                Some(NameMatch::new(Verdict::Fits, 0.75))
            }
            (false, false) if !all.chars().any(|c| given.contains(c) || surname.contains(c)) => {
                Some(NameMatch::new(Verdict::Contradicts, 0.0))
            }
            (false, true)
                if !all.chars().any(|c| given.contains(c))
                    && all.chars().count() > surname.chars().count() =>
            {
                Some(NameMatch::new(Verdict::Contradicts, 0.5))
            }
            _ => Some(NameMatch::new(Verdict::Doubt, 0.4)),
        },
        (None, Some(part)) | (Some(part), None) if all.contains(&part) => {
            Some(NameMatch::new(Verdict::Doubt, 0.5))
        }
        _ => all
            .chars()
            .count()
            .ge(&2)
            .then(|| both.iter().any(|way| way.contains(&all)))
            .and_then(|inside| inside.then_some(NameMatch::new(Verdict::Fits, 0.7))),
    }
}

/// Latin with Latin, anything else with anything else.
fn same_script(one: &str, other: &str) -> bool {
    one.is_ascii() == other.is_ascii()
}
