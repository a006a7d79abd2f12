//! What may be decided about whom, and when.

use super::{Decision, Plan};
use crate::domain::forecast::{Person, Situation};
use crate::domain::people::{Directory, OrgUser};

/// The answer to "may I decide this?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// Yes.
    Allowed,
    /// Yes, after asking once more for these reasons.
    AskFirst(Vec<String>),
    /// No, with the reason and the way out.
    Refused(String),
}

/// Judges a decision before it is stored.
pub fn judge(
    _decision: &Decision,
    _user: &OrgUser,
    _person: &Person,
    _plan: &Plan,
    _directory: &Directory,
    _situation: &Situation,
) -> Judgement {
    Judgement::Allowed
}
