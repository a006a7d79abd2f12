//! From what a service said to what the machine understands.

use std::time::Duration;

use jiff::Timestamp;

use super::{Answer, PersonNow, TargetNow};
use crate::domain::candidate::WarningKind;
use crate::domain::ids::ObjectId;
use crate::domain::people::{EntitlementStatus, OrgUser, TenantUser};
use crate::domain::plan::{Decision, PlanRow};
use crate::domain::problem::{Problem, ProblemKind};

/// What a reading says about the person of this row. `None`: nobody has the key, and nobody the new one.
pub fn person_now(row: &PlanRow, person: Option<&OrgUser>, target: Option<ObjectId>) -> PersonNow {
    let Some(person) = person.filter(|person| person.status != EntitlementStatus::Deleted) else {
        return PersonNow::Gone;
    };
    let object = person.origin_object();
    if target.is_some() && object == target {
        return PersonNow::HasTarget;
    }
    let Some(seen) = &row.seen else {
        return PersonNow::Changed("nothing was recorded of what this was decided on".to_owned());
    };
    if let Some(object) = object
        && !seen.person.origin_id.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(&object.to_string()))
    {
        return PersonNow::HasAnother(object);
    }
    let differences = seen.of_person(person);
    if differences.is_empty() { PersonNow::AsDecided } else { PersonNow::Changed(differences.join("; ")) }
}

/// What a reading says about the target of this row. A pending guest is a target for its own invitation only.
pub fn target_now(row: &PlanRow, target: Option<&TenantUser>) -> TargetNow {
    let Some(target) = target else { return TargetNow::Gone };
    let invited = matches!(row.decision, Decision::Invite { .. });
    let unfit = if target.deleted {
        Some(WarningKind::Deleted)
    } else if target.enabled == Some(false) {
        Some(WarningKind::Disabled)
    } else if target.pending && !invited && !was_pending(row) {
        Some(WarningKind::PendingInvitation)
    } else {
        None
    };
    if let Some(kind) = unfit {
        return TargetNow::Unfit(format!("the target is {kind} now"));
    }
    // A guest of one's own invitation was not there when the invitation was decided.
    let seen = row.seen.as_ref().filter(|_| !invited);
    let differences = seen.map(|seen| seen.of_target(Some(target))).unwrap_or_default();
    if differences.is_empty() { TargetNow::Fit } else { TargetNow::Unfit(differences.join("; ")) }
}

/// A guest of an earlier invitation of the same row, which was then decided as a map.
fn was_pending(row: &PlanRow) -> bool {
    row.seen.as_ref().and_then(|seen| seen.target.as_ref()).is_some_and(|target| target.pending)
}

/// Whether a person has to sign in, or to mend the way of signing in, before anything goes on. What is merely forbidden is
/// not helped by another token.
pub fn is_credential(problem: &Problem) -> bool {
    match problem.kind {
        ProblemKind::NotSignedIn => true,
        // A credential command that failed: on this machine, and on behalf of a service.
        ProblemKind::Local => problem.service.is_some(),
        _ => false,
    }
}

impl Answer {
    /// What a failed call came to.
    pub fn of(problem: Problem, now: Timestamp) -> Self {
        if is_credential(&problem) {
            return Self::Credential(problem);
        }
        match (problem.kind, problem.retry_at) {
            (ProblemKind::OutcomeUnknown, _) => Self::Unknown(problem),
            (ProblemKind::Throttled, until) => {
                let until = until.unwrap_or(now);
                let wait = Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO);
                Self::NotTaken { wait: wait.max(Duration::from_millis(100)), problem }
            }
            _ if is_not_yet(&problem) => Self::NotYet(problem),
            _ => Self::Refused(problem),
        }
    }
}

/// The service does not know the target yet: it may take an hour until a new guest is seen everywhere.
/// Codes: VS860016 (not in the backing domain), VS403283 (cannot be added now).
fn is_not_yet(problem: &Problem) -> bool {
    let names = |code: &str| problem.code.as_deref() == Some(code) || problem.said.contains(code);
    names("VS860016") || names("VS403283")
}
