//! The comparison as rows of text, with the columns of the contract: one row a person, with the best candidate. Dashboard and
//! commands write the same.

use crate::domain::candidate::Candidate;
use crate::domain::people::{Directory, LastAccess, OrgUser, TenantUser, UserType};
use crate::domain::plan::Decision;

use super::Person;

/// The columns, in order.
pub const COLUMNS: [&str; 17] = [
    "storage_key",
    "display_name",
    "principal_name",
    "mail",
    "origin",
    "access_level",
    "last_accessed",
    "privileged",
    "outcome",
    "why",
    "decision",
    "target_object_id",
    "target_upn",
    "target_user_type",
    "score",
    "evidence",
    "warnings",
];

/// A score as it is written: three digits say all that it means.
pub fn rounded(score: f32) -> f32 {
    (score * 1000.0).round() / 1000.0
}

/// The cells of one person. What is not known yet is empty. Not guarded: see [`crate::domain::text::csv_cell`].
pub fn cells(
    user: &OrgUser,
    person: Option<&Person>,
    decision: &Decision,
    directory: Option<&Directory>,
) -> [String; 17] {
    let best = person.and_then(|person| person.candidates.first());
    let target = best.map(|candidate| candidate.object_id).or_else(|| person?.target);
    let account = target.and_then(|id| directory?.get(id));
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    [
        user.storage_key.to_string(),
        user.display_name.to_string(),
        user.principal_name.to_string(),
        text(user.mail.as_deref()),
        user.origin.as_str().to_owned(),
        text(user.access_level.as_deref()),
        match user.last_accessed {
            LastAccess::Unknown => String::new(),
            LastAccess::Never => "never".to_owned(),
            LastAccess::At(at) => at.to_string(),
        },
        person.and_then(|person| person.privileged).map_or(String::new(), |yes| yes.to_string()),
        text(person.map(|person| person.outcome.name())),
        text(person.map(|person| person.why.as_str())),
        decision.name().to_owned(),
        target.map_or(String::new(), |id| id.to_string()),
        text(account.map(TenantUser::user_principal_name)),
        text(account.and_then(|account| account.user_type).map(UserType::as_str)),
        best.map_or(String::new(), |candidate| rounded(candidate.score).to_string()),
        best.map_or(String::new(), evidence),
        best.map_or(String::new(), warnings),
    ]
}

fn evidence(candidate: &Candidate) -> String {
    join(candidate.evidence.iter().map(|evidence| (evidence.kind.name(), evidence.detail.as_str())))
}

fn warnings(candidate: &Candidate) -> String {
    join(candidate.warnings.iter().map(|warning| (warning.kind.name(), warning.detail.as_str())))
}

fn join<'a>(reasons: impl Iterator<Item = (&'static str, &'a str)>) -> String {
    reasons.map(|(kind, detail)| format!("{kind}: {detail}")).collect::<Vec<_>>().join("; ")
}
