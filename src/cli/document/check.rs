//! `ado2entra.check/1`: the prerequisites and the verdict.

use jiff::Timestamp;
use serde::Serialize;

use super::{Tenant, taken_at};
use crate::domain::{Check, CheckStatus, Tick, Verdict};
use crate::tasks::{Analysis, Model};

/// The document.
#[derive(Debug, Serialize)]
pub struct CheckDocument<'a> {
    /// Name and version of the form of this document.
    schema: &'static str,
    /// The organization's name.
    organization: &'a str,
    /// The destination tenant.
    tenant: Tenant,
    /// The moment that the document speaks of: that of the older of the two lists.
    taken_at: Timestamp,
    /// The answer over all of them: `ready`, `not-ready`, `unknown`.
    verdict: Verdict,
    /// The prerequisites one by one.
    checks: Vec<CheckEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct CheckEntry<'a> {
    /// Its name, for `check tick`.
    id: &'static str,
    /// The good state, as a sentence.
    title: &'static str,
    /// `pass`, `warn`, `fail`, `manual`, `unknown`, `not-applicable`; a tick does not change it.
    status: CheckStatus,
    /// What was found, in one line.
    summary: &'a str,
    /// The findings one by one.
    evidence: &'a [String],
    /// What to do; empty where there is nothing to do.
    remedy: &'a str,
    /// Microsoft's page about it.
    docs_url: &'static str,
    /// A person's word; `null`: nobody ticked it.
    ticked: Option<TickEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct TickEntry<'a> {
    /// What was written with it.
    note: &'a str,
    /// When.
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
