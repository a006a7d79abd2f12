//! What was typed after `/`: words, `field:value`, `!not`, names of outcomes. All parts must hold.

use crate::domain::people::{LastAccess, OrgUser};
use crate::domain::{Decision, Outcome, Person};

/// Fields that `field:value` knows.
pub const FIELDS: &[&str] =
    &["name", "address", "mail", "access", "origin", "outcome", "decision", "why", "is"];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Word(String),
    Outcome(Outcome),
    Field(&'static str, String),
}

/// A filter over people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    tests: Vec<(bool, Test)>,
}

/// What a filter looks at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The person as read.
    pub user: &'a OrgUser,
    /// Name, addresses and access level in lower case, where they are at hand.
    pub words: Option<&'a str>,
    /// What was found out, if it was yet.
    pub person: Option<&'a Person>,
    /// What was decided.
    pub decision: &'a Decision,
    /// Marked on this screen.
    pub marked: bool,
    /// The decision needs a look.
    pub needs_a_look: bool,
}

impl Filter {
    /// Reads what was typed. Never fails: a field that does not exist is a word.
    pub fn parse(text: &str) -> Self {
        let tests = text
            .split_whitespace()
            .filter_map(|part| {
                let (wanted, part) = match part.strip_prefix('!') {
                    Some(rest) => (false, rest),
                    None => (true, part),
                };
                if part.is_empty() {
                    return None;
                }
                let lower = part.to_lowercase();
                if let Some(outcome) = Outcome::parse(&lower) {
                    return Some((wanted, Test::Outcome(outcome)));
                }
                if let Some((field, value)) = lower.split_once(':')
                    && let Some(known) = FIELDS.iter().find(|known| **known == field)
                {
                    // While the value is still being typed nothing is hidden.
                    return (!value.is_empty()).then(|| (wanted, Test::Field(known, value.to_owned())));
                }
                Some((wanted, Test::Word(lower)))
            })
            .collect();
        Self { text: text.to_owned(), tests }
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether everybody passes.
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }

    /// Whether it looks at what was found out about people.
    pub fn asks_findings(&self) -> bool {
        self.asks(|test| matches!(test, Test::Outcome(_) | Test::Field("outcome" | "why" | "is", _)))
    }

    /// Whether it looks at decisions or marks.
    pub fn asks_decisions(&self) -> bool {
        self.asks(|test| matches!(test, Test::Field("decision" | "is", _)))
    }

    fn asks(&self, what: impl Fn(&Test) -> bool) -> bool {
        self.tests.iter().any(|(_, test)| what(test))
    }

    /// Whether nobody passes who does not pass the other: more was typed behind it.
    pub fn narrows(&self, other: &Self) -> bool {
        self.tests.len() >= other.tests.len()
            && other.tests.iter().zip(&self.tests).all(|((wanted, old), (still, new))| {
                wanted == still
                    && (old == new
                        || matches!((old, new), (Test::Word(old), Test::Word(new)) if *wanted && new.contains(old)))
            })
    }

    /// Whether this person is to be shown.
    pub fn passes(&self, subject: &Subject<'_>) -> bool {
        self.tests.iter().all(|(wanted, test)| holds(test, subject) == *wanted)
    }
}

fn holds(test: &Test, subject: &Subject<'_>) -> bool {
    let user = subject.user;
    match test {
        Test::Word(word) => match subject.words {
            Some(words) => words.contains(word.as_str()),
            None => {
                contains(&user.display_name, word)
                    || contains(&user.principal_name, word)
                    || user.mail.as_deref().is_some_and(|mail| contains(mail, word))
                    || user.access_level.as_deref().is_some_and(|level| contains(level, word))
            }
        },
        Test::Outcome(outcome) => subject.person.is_some_and(|person| person.outcome == *outcome),
        Test::Field(field, value) => match *field {
            "name" => contains(&user.display_name, value),
            "address" => contains(&user.principal_name, value),
            "mail" => user.mail.as_deref().is_some_and(|mail| contains(mail, value)),
            "access" => user.access_level.as_deref().is_some_and(|level| contains(level, value)),
            "origin" => contains(user.origin.as_str(), value),
            "outcome" => subject.person.is_some_and(|person| person.outcome.name().starts_with(value)),
            "decision" => subject.decision.name().starts_with(value),
            "why" => subject.person.is_some_and(|person| contains(&person.why, value)),
            "is" => is(value, subject),
            _ => false,
        },
    }
}

fn is(value: &str, subject: &Subject<'_>) -> bool {
    match value {
        "privileged" => subject.person.is_some_and(|person| person.privileged == Some(true)),
        "marked" => subject.marked,
        "decided" => subject.decision.is_decided(),
        "undecided" => !subject.decision.is_decided(),
        "needs-a-look" => subject.needs_a_look,
        "never" => subject.user.last_accessed == LastAccess::Never,
        _ => false,
    }
}

/// Whether `text` contains `word` (which is in lower case), without regard to case.
pub fn contains(text: &str, word: &str) -> bool {
    if !(text.is_ascii() && word.is_ascii()) {
        return text.to_lowercase().contains(word);
    }
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some((first, rest)) = word.split_first() else { return true };
    text.iter().enumerate().any(|(at, byte)| {
        byte.to_ascii_lowercase() == *first
            && text.get(at + 1..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(rest))
    })
}
