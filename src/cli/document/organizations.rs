//! `ado2entra.organizations/1`: how ready several organizations are, each with its check.

use jiff::Timestamp;
use serde::Serialize;

use super::check::CheckDocument;
use crate::domain::{CheckStatus, Verdict};

/// The document.
#[derive(Debug, Serialize)]
pub struct OrganizationsDocument<'a> {
    /// Its name.
    pub schema: &'static str,
    /// When it was written.
    pub taken_at: Timestamp,
    /// How many are ready.
    pub ready: usize,
    /// One by one, in the order in which they were given.
    pub organizations: Vec<OrganizationEntry<'a>>,
}

/// The name of the document.
pub const SCHEMA: &str = "ado2entra.organizations/1";

/// One organization.
#[derive(Debug, Serialize)]
pub struct OrganizationEntry<'a> {
    /// Its name.
    pub organization: &'a str,
    /// The answer; absent where its people could not be read at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// How many people it has; absent where they could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<usize>,
    /// How many of them will be, or are, locked out until they are mapped; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked_out: Option<usize>,
    /// How many prerequisites have each status.
    pub counts: Counts,
    /// Why its people, or the tenant's, could not be read.
    pub problem: Option<&'a str>,
    /// The check of this organization, as `check --format json` prints it; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckDocument<'a>>,
}

/// How many prerequisites have each status; a ticked one counts as passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Must be mended.
    pub fail: usize,
    /// Only a person knows.
    pub manual: usize,
    /// Could not be read.
    pub unknown: usize,
    /// Worth mending.
    pub warn: usize,
    /// Met, or ticked.
    pub pass: usize,
}

impl Counts {
    /// Of these.
    pub fn of(checks: &[crate::domain::Check]) -> Self {
        let mut counts = Self::default();
        for check in checks {
            match check.counts_as() {
                CheckStatus::Fail => counts.fail += 1,
                CheckStatus::Manual => counts.manual += 1,
                CheckStatus::Unknown => counts.unknown += 1,
                CheckStatus::Warn => counts.warn += 1,
                CheckStatus::Pass => counts.pass += 1,
                CheckStatus::NotApplicable => {}
            }
        }
        counts
    }
}
