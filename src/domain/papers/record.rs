//! Who did what when, and what was found: the parts of the record that a reviewer asks about later.
//!
//! An [`Act`] is something that a person did with this program: a decision, a tick, the start of a run. It names the account of
//! Azure DevOps that the program was signed in with, where it had been read by then, and the account of the machine. Neither
//! proves who sat at the keyboard: the paper says whose accounts were used.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::candidate::Candidate;
use crate::domain::check::{Check, CheckStatus, Verdict};
use crate::domain::comparison::checklist::Point;
use crate::domain::comparison::{Comparison, LookBack};
use crate::domain::forecast::Person;
use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::outcome::Outcome;
use crate::domain::people::Directory;
use crate::domain::plan::Decision;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActKind {
    /// Decided about a person, or decided anew.
    Decided,
    /// Took a decision back.
    TakenBack,
    /// Said that a decision which needed a look still holds.
    Confirmed,
    /// Changed the note of a decision.
    Noted,
    /// Ticked a prerequisite.
    Ticked,
    /// Took the tick of a prerequisite back.
    Unticked,
    /// Ticked a step.
    StepTicked,
    /// Took the tick of a step back.
    StepUnticked,
    /// Called two identities the same person.
    SamePerson,
    /// Took that back.
    NotSamePerson,
    /// Used a pattern as evidence.
    PatternUsed,
    /// Used a pattern no longer.
    PatternDropped,
    /// Named the owner.
    OwnerNamed,
    /// Began a run of apply.
    RunBegun,
    /// Ticked a point of the list for the time after connecting.
    PointTicked,
    /// Took the tick of such a point back.
    PointUnticked,
}

impl ActKind {
    /// All kinds.
    pub const ALL: [Self; 16] = [
        Self::Decided,
        Self::TakenBack,
        Self::Confirmed,
        Self::Noted,
        Self::Ticked,
        Self::Unticked,
        Self::StepTicked,
        Self::StepUnticked,
        Self::SamePerson,
        Self::NotSamePerson,
        Self::PatternUsed,
        Self::PatternDropped,
        Self::OwnerNamed,
        Self::RunBegun,
        Self::PointTicked,
        Self::PointUnticked,
    ];

    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::TakenBack => "taken-back",
            Self::Confirmed => "confirmed",
            Self::Noted => "noted",
            Self::Ticked => "ticked",
            Self::Unticked => "unticked",
            Self::StepTicked => "step-ticked",
            Self::StepUnticked => "step-unticked",
            Self::SamePerson => "same-person",
            Self::NotSamePerson => "not-same-person",
            Self::PatternUsed => "pattern-used",
            Self::PatternDropped => "pattern-dropped",
            Self::OwnerNamed => "owner-named",
            Self::RunBegun => "run-begun",
            Self::PointTicked => "point-ticked",
            Self::PointUnticked => "point-unticked",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Whose accounts were used.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Author {
    /// The account of Azure DevOps, as the service names it; `None` where nothing had been read from the service yet.
    pub account: Option<String>,
    /// The account of the machine, and the machine's name: `adele@jumphost`.
    pub login: String,
}

impl Author {
    /// In words: `Adele Vance (adele@fabrikam.com), as adele@jumphost`.
    pub fn words(&self) -> String {
        match &self.account {
            Some(account) => format!("{account}, as {}", self.login),
            None => self.login.clone(),
        }
    }
}

/// Something that a person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// When it was stored.
    pub at: Timestamp,
    /// What was done.
    pub kind: ActKind,
    /// About what: a storage key, the name of a check or a step, a pattern, a run, an address.
    pub subject: String,
    /// The decision, where it was one.
    pub decision: Option<Decision>,
    /// The outcome that was seen when it was decided.
    pub outcome: Option<Outcome>,
    /// The words that were written with it.
    pub note: Option<String>,
    /// Whose accounts were used.
    pub author: Author,
}

/// A tenant user that was found for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundUser {
    /// Who.
    pub object_id: ObjectId,
    /// Name.
    pub display_name: String,
    /// Sign-in name.
    pub user_principal_name: String,
    /// 0 to 1, as it was then.
    pub score: f32,
    /// What spoke for it, in words.
    pub evidence: Vec<String>,
    /// What spoke against it, in words.
    pub warnings: Vec<String>,
}

/// For so long prerequisites that knew more are kept.
const LASTS: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

/// So many candidates are kept for each person.
const CANDIDATES: usize = 3;

/// What was found out about a person before the switch, or by the first look after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Who.
    pub storage_key: StorageKey,
    /// When.
    pub at: Timestamp,
    /// What connecting would do.
    pub outcome: Outcome,
    /// Why, in one sentence.
    pub why: String,
    /// The best candidates, best first.
    pub users: Vec<FoundUser>,
}

impl Found {
    /// What the comparison says about a person at this moment.
    pub fn of(person: &Person, directory: &Directory, at: Timestamp) -> Self {
        let found = |it: &Candidate| FoundUser {
            object_id: it.object_id,
            display_name: directory
                .get(it.object_id)
                .map(|user| user.display_name().to_owned())
                .unwrap_or_default(),
            user_principal_name: directory
                .get(it.object_id)
                .map(|user| user.user_principal_name().to_owned())
                .unwrap_or_default(),
            score: it.score,
            evidence: it.evidence.iter().map(|it| it.detail.clone()).collect(),
            warnings: it.warnings.iter().map(|it| it.detail.clone()).collect(),
        };
        Self {
            storage_key: person.storage_key.clone(),
            at,
            outcome: person.outcome,
            why: person.why.clone(),
            users: person.candidates.iter().take(CANDIDATES).map(found).collect(),
        }
    }

    /// This user among those that were found.
    pub fn user(&self, id: ObjectId) -> Option<&FoundUser> {
        self.users.iter().find(|it| it.object_id == id)
    }
}

/// The prerequisites as they were last evaluated before the switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// When.
    pub at: Timestamp,
    /// The answer over all of them.
    pub verdict: Verdict,
    /// One by one.
    pub checks: Vec<Check>,
}

impl Readiness {
    /// Whether this is to be kept in place of an earlier one. One that knows less is not, unless the earlier one is old: a command
    /// that reads only some of what is asked for must not wipe out what was known a minute before.
    pub fn replaces(&self, earlier: &Self) -> bool {
        let unknown =
            |it: &Self| it.checks.iter().filter(|check| check.status == CheckStatus::Unknown).count();
        unknown(self) <= unknown(earlier) || self.at.duration_since(earlier.at) > LASTS
    }
}

/// The latest look back after connecting, as it is kept: what the report tells of it years later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedBack {
    /// When.
    pub at: Timestamp,
    /// Where the first state came from, in words.
    pub before_from: String,
    /// Before and after, where they could be compared.
    pub comparison: Option<Comparison>,
    /// Why they could not.
    pub not_compared: Option<String>,
    /// Microsoft's list for the time after connecting, with the ticks of then.
    pub points: Vec<Point>,
}

impl LookedBack {
    /// What is kept of this one.
    pub fn of(found: &LookBack) -> Self {
        Self {
            at: found.at,
            before_from: found.before_from.clone(),
            comparison: found.comparison.as_ref().ok().cloned(),
            not_compared: found.comparison.as_ref().err().map(|problem| problem.said.clone()),
            points: found.points.clone(),
        }
    }

    /// Whether this is to be kept in place of an earlier one. One that could not compare takes nothing away from one that could.
    pub fn replaces(&self, earlier: &Self) -> bool {
        self.comparison.is_some() || earlier.comparison.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        for kind in ActKind::ALL {
            assert_eq!(ActKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(ActKind::parse("made up"), None);
    }

    #[test]
    fn prerequisites_that_know_less_do_not_replace_others_for_an_hour() {
        let of = |minute: i64, unknown: usize| Readiness {
            at: Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_mins(minute),
            verdict: Verdict::Unknown,
            checks: vec![
                Check {
                    id: crate::domain::CheckId::UserCount,
                    status: CheckStatus::Unknown,
                    summary: String::new(),
                    evidence: Vec::new(),
                    remedy: String::new(),
                    ticked: None,
                };
                unknown
            ],
        };
        assert!(of(1, 1).replaces(&of(0, 1)) && of(1, 0).replaces(&of(0, 2)));
        assert!(!of(59, 2).replaces(&of(0, 1)));
        assert!(of(61, 2).replaces(&of(0, 1)));
    }

    #[test]
    fn who_is_said_as_far_as_it_is_known() {
        let login = "adele@jumphost".to_owned();
        assert_eq!(Author { account: None, login: login.clone() }.words(), "adele@jumphost");
        assert_eq!(
            Author { account: Some("Adele (adele@fabrikam.com)".into()), login }.words(),
            "Adele (adele@fabrikam.com), as adele@jumphost"
        );
    }
}
