//! `ado2entra.check/1`: the prerequisites and the verdict.

use jiff::Timestamp;
use serde::Serialize;

use super::{Tenant, taken_at};
use crate::domain::{Check, CheckStatus, Tick, Verdict};
use crate::tasks::{Analysis, Model};

/// The document.
#[derive(Debug, Serialize)]
pub struct CheckDocument<'a> {
    schema: &'static str,
    organization: &'a str,
    tenant: Tenant,
    taken_at: Timestamp,
    verdict: Verdict,
    checks: Vec<CheckEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct CheckEntry<'a> {
    id: &'static str,
    title: &'static str,
    status: CheckStatus,
    summary: &'a str,
    evidence: &'a [String],
    remedy: &'a str,
    docs_url: &'static str,
    ticked: Option<TickEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct TickEntry<'a> {
    note: &'a str,
    at: Timestamp,
}

impl<'a> CheckDocument<'a> {
    /// What is known at this moment.
    pub fn new(model: &'a Model, analysis: &'a Analysis) -> Self {
        Self {
            schema: "ado2entra.check/1",
            organization: &model.context.organization,
            tenant: Tenant::of(model),
            taken_at: taken_at(model),
            verdict: analysis.verdict,
            checks: analysis.checks.iter().map(CheckEntry::new).collect(),
        }
    }
}

impl<'a> CheckEntry<'a> {
    fn new(check: &'a Check) -> Self {
        Self {
            id: check.id.name(),
            title: check.id.title(),
            status: check.status,
            summary: &check.summary,
            evidence: &check.evidence,
            remedy: &check.remedy,
            docs_url: check.id.docs_url(),
            ticked: check.ticked.as_ref().map(|Tick { note, at }| TickEntry { note, at: *at }),
        }
    }
}
