//! The comparison as CSV: one row a person with the best candidate, in the columns of the contract. A cell that a spreadsheet
//! would take for a formula gets a leading `'`.

use std::io::{self, Write};

use crate::cli::document::diff::{Comparison, rounded};
use crate::domain::people::{LastAccess, UserType};
use crate::domain::text::clean_to;
use crate::domain::{Candidate, OrgUser, Person};

const COLUMNS: [&str; 17] = [
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

/// Longest cell, in characters: what every spreadsheet takes.
const LONGEST_CELL: usize = 32_000;

/// All rows under their header.
pub fn csv(out: &mut dyn Write, comparison: &Comparison<'_>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(COLUMNS).map_err(into_io)?;
    for (user, person) in comparison.people() {
        writer.write_record(row(comparison, user, person).map(|cell| guarded(&cell))).map_err(into_io)?;
    }
    writer.flush()
}

fn row(comparison: &Comparison<'_>, user: &OrgUser, person: &Person) -> [String; 17] {
    let best = person.candidates.first();
    let target = best.map(|candidate| candidate.object_id).or(person.target);
    let account = target.and_then(|id| comparison.directory.get(id));
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
            LastAccess::Never => "never".into(),
            LastAccess::At(at) => at.to_string(),
        },
        person.privileged.map_or(String::new(), |privileged| privileged.to_string()),
        person.outcome.name().to_owned(),
        person.why.clone(),
        comparison.plan.decision(&user.storage_key).name().to_owned(),
        target.map_or(String::new(), |id| id.to_string()),
        text(account.map(|account| &*account.user_principal_name)),
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

/// The cell as text only: cleaned, and with a leading `'` where it begins like a formula (OWASP, "CSV Injection").
fn guarded(cell: &str) -> String {
    let begins_like_a_formula = cell.starts_with(['=', '+', '-', '@', '\'', '\t', '\r']);
    let clean = clean_to(cell, LONGEST_CELL);
    if begins_like_a_formula { format!("'{clean}") } else { clean.into_owned() }
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_guarded_and_cleaned() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-", "'-"),
            ("@x", "'@x"),
            ("'quoted", "''quoted"),
            ("\tx", "' x"),
            ("plain", "plain"),
            ("a\u{202e}b", "a\u{fffd}b"),
        ] {
            assert_eq!(guarded(cell), written);
        }
    }
}
