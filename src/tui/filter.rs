//! What was typed after `/`: words, `field:value`, `!not`, names of outcomes, `"several words"`. All parts must hold.
//!
//! The fields stand in one table ([`FIELDS`]), which feeds the reading of a filter, its completion and its help
//! ([`completion`]).

use jiff::{SignedDuration, Timestamp};

use crate::domain::people::{LastAccess, OrgUser};
use crate::domain::text::has_suspicious;
use crate::domain::{Decision, Outcome, Person, RowState};

pub mod completion;

/// What `field:value` looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The display name holds the value.
    Name,
    /// The sign-in address holds it.
    Address,
    /// The mail address holds it.
    Mail,
    /// The access level holds it.
    Access,
    /// The origin holds it.
    Origin,
    /// The name of the outcome begins so.
    Outcome,
    /// The name of the decision begins so.
    Decision,
    /// The name of the state of the decided row begins so.
    State,
    /// The reason of the outcome holds it.
    Why,
    /// So many days or more without access, or none ever.
    Idle,
    /// One of a few properties, or an outcome.
    Is,
}

/// A field of a filter.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// As it is typed, before the colon.
    pub name: &'static str,
    /// What it looks at.
    pub of: Of,
    /// In a few words.
    pub help: &'static str,
    /// The values that it knows; empty where any text will do.
    pub values: &'static [&'static str],
}

/// The fields that `field:value` knows.
pub const FIELDS: &[Field] = &[
    Field { name: "name", of: Of::Name, help: "part of the name", values: &[] },
    Field { name: "address", of: Of::Address, help: "part of the sign-in address", values: &[] },
    Field { name: "mail", of: Of::Mail, help: "part of the mail address", values: &[] },
    Field {
        name: "access",
        of: Of::Access,
        help: "part of the access level",
        values: &["basic", "stakeholder", "subscriber", "express"],
    },
    Field { name: "origin", of: Of::Origin, help: "where the identity is from", values: &["msa", "aad"] },
    Field { name: "outcome", of: Of::Outcome, help: "what connecting does", values: &OUTCOMES },
    Field { name: "decision", of: Of::Decision, help: "what was decided", values: &DECISIONS },
    Field { name: "state", of: Of::State, help: "how far a decision is", values: &STATES },
    Field { name: "why", of: Of::Why, help: "part of the reason", values: &[] },
    Field {
        name: "idle",
        of: Of::Idle,
        help: "days without access, or never",
        values: &["30", "90", "180", "365"],
    },
    Field { name: "is", of: Of::Is, help: "a property or an outcome", values: &PROPERTIES },
];

const OUTCOMES: [&str; 9] =
    ["connected", "automatic", "safe", "review", "missing", "hazard", "conflict", "unsure", "foreign"];

const DECISIONS: [&str; 5] = ["map", "invite", "remove", "keep", "undecided"];

const STATES: [&str; 8] =
    ["planned", "sending", "applied", "verified", "failed", "refused", "skipped", "unknown"];

const PROPERTIES: [&str; 7] =
    ["marked", "decided", "undecided", "needs-a-look", "privileged", "never", "suspicious"];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Word(String),
    Outcome(Outcome),
    Field(Of, String),
}

impl Test {
    /// Whether nobody passes who does not pass the other.
    fn narrows(&self, other: &Self) -> bool {
        match (other, self) {
            (Self::Word(old), Self::Word(new)) => new.contains(old),
            (Self::Field(of, old), Self::Field(same, new)) if of == same => match of {
                Of::Name | Of::Address | Of::Mail | Of::Access | Of::Origin | Of::Why => new.contains(old),
                Of::Outcome | Of::Decision | Of::State => new.starts_with(old.as_str()),
                Of::Idle | Of::Is => false,
            },
            _ => false,
        }
    }
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
    /// How far a decision is; `None` where there is none.
    pub state: Option<RowState>,
    /// The time by which [`Of::Idle`] counts.
    pub now: Timestamp,
}

/// The parts of a filter as they are typed: at spaces, but not between quotation marks, which are left out. A quotation
/// mark that is not closed reaches to the end.
pub(crate) fn parts(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let (mut quoted, mut any) = (false, false);
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                any = true;
            }
            c if c.is_whitespace() && !quoted => {
                if any {
                    parts.push(std::mem::take(&mut part));
                }
                any = false;
            }
            c => {
                part.push(c);
                any = true;
            }
        }
    }
    if any {
        parts.push(part);
    }
    parts
}

impl Filter {
    /// Reads what was typed. Never fails: a field that does not exist is a word.
    pub fn parse(text: &str) -> Self {
        let tests = parts(text)
            .iter()
            .filter_map(|part| {
                let (wanted, part) = match part.strip_prefix('!') {
                    Some(rest) => (false, rest),
                    None => (true, part.as_str()),
                };
                if part.is_empty() {
                    return None;
                }
                let lower = part.to_lowercase();
                if let Some(outcome) = Outcome::parse(&lower) {
                    return Some((wanted, Test::Outcome(outcome)));
                }
                if let Some((field, value)) = lower.split_once(':')
                    && let Some(known) = FIELDS.iter().find(|known| known.name == field)
                {
                    if let (Of::Is, Some(outcome)) = (known.of, Outcome::parse(value)) {
                        return Some((wanted, Test::Outcome(outcome)));
                    }
                    // While the value is still being typed nothing is hidden.
                    return (!value.is_empty()).then(|| (wanted, Test::Field(known.of, value.to_owned())));
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
        self.asks(|test| matches!(test, Test::Outcome(_) | Test::Field(Of::Outcome | Of::Why | Of::Is, _)))
    }

    /// Whether it looks at decisions or marks.
    pub fn asks_decisions(&self) -> bool {
        self.asks(|test| matches!(test, Test::Field(Of::Decision | Of::State | Of::Is, _)))
    }

    /// Whether it looks at marks.
    pub fn asks_marks(&self) -> bool {
        self.asks(|test| matches!(test, Test::Field(Of::Is, value) if value == "marked"))
    }

    fn asks(&self, what: impl Fn(&Test) -> bool) -> bool {
        self.tests.iter().any(|(_, test)| what(test))
    }

    /// Whether nobody passes who does not pass the other: more was typed behind it.
    pub fn narrows(&self, other: &Self) -> bool {
        self.tests.len() >= other.tests.len()
            && other.tests.iter().zip(&self.tests).all(|((wanted, old), (still, new))| {
                wanted == still && (old == new || *wanted && new.narrows(old))
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
        // The words hold all four: whoever does not have the value in any of them is done with.
        Test::Field(Of::Name | Of::Address | Of::Mail | Of::Access, value)
            if subject.words.is_some_and(|words| !words.contains(value.as_str())) =>
        {
            false
        }
        Test::Field(of, value) => match of {
            Of::Name => contains(&user.display_name, value),
            Of::Address => contains(&user.principal_name, value),
            Of::Mail => user.mail.as_deref().is_some_and(|mail| contains(mail, value)),
            Of::Access => user.access_level.as_deref().is_some_and(|level| contains(level, value)),
            Of::Origin => contains(user.origin.as_str(), value),
            Of::Outcome => {
                subject.person.is_some_and(|person| person.outcome.name().starts_with(value.as_str()))
            }
            Of::Decision => subject.decision.name().starts_with(value.as_str()),
            Of::State => subject.state.is_some_and(|state| state.name().starts_with(value.as_str())),
            Of::Why => subject.person.is_some_and(|person| contains(&person.why, value)),
            Of::Idle => idle(value, subject),
            Of::Is => is(value, subject),
        },
    }
}

/// So many days without access; everybody passes while it is no number.
fn idle(value: &str, subject: &Subject<'_>) -> bool {
    let Ok(days) = value.trim_end_matches('d').parse::<u32>() else { return true };
    match subject.user.last_accessed {
        LastAccess::Never => true,
        LastAccess::Unknown => false,
        LastAccess::At(at) => {
            subject.now.duration_since(at) >= SignedDuration::from_hours(24 * i64::from(days))
        }
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
        "suspicious" => {
            let user = subject.user;
            has_suspicious(&user.display_name)
                || has_suspicious(&user.principal_name)
                || user.mail.as_deref().is_some_and(has_suspicious)
        }
        // While it is being typed nothing is hidden.
        other => PROPERTIES.iter().chain(&OUTCOMES).any(|known| known.starts_with(other)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_taken_apart_at_spaces_but_not_between_quotation_marks() {
        assert_eq!(parts("  bas  !outcome:safe "), ["bas", "!outcome:safe"]);
        assert_eq!(parts("access:\"visual studio\" x"), ["access:visual studio", "x"]);
        assert_eq!(parts("\"van der"), ["van der"], "not closed yet");
        assert_eq!(parts("\"\""), [""]);
        assert!(parts("   ").is_empty());
    }

    #[test]
    fn the_values_are_the_words_of_the_domain() {
        let mut outcomes = OUTCOMES.to_vec();
        outcomes.sort_unstable();
        let mut all: Vec<&str> = Outcome::ALL.iter().map(|outcome| outcome.name()).collect();
        all.sort_unstable();
        assert_eq!(outcomes, all);
        let mut states = STATES.to_vec();
        states.sort_unstable();
        let mut all: Vec<&str> = RowState::ALL.iter().map(|state| state.name()).collect();
        all.sort_unstable();
        assert_eq!(states, all);
    }

    #[test]
    fn what_only_becomes_narrower_is_known_to_be() {
        let narrows = |new: &str, old: &str| Filter::parse(new).narrows(&Filter::parse(old));
        assert!(narrows("raisa", "rai"));
        assert!(narrows("name:rais", "name:rai"));
        assert!(narrows("outcome:safe", "outcome:s"));
        assert!(narrows("rai safe", "rai"));
        assert!(!narrows("!raisa", "!rai"), "more pass");
        assert!(!narrows("idle:900", "idle:90x"));
        assert!(!narrows("is:decided", "is:dec"));
        assert!(!narrows("outcome:afe", "outcome:fe"));
    }
}
