//! `ado2entra.doctor/1`: everything that was looked at, each with a verdict and what to do.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::doctor::{Finding, Health, worst};

/// `doctor`.
#[derive(Debug, Serialize)]
pub struct DoctorDocument<'a> {
    /// Name and version of the form of this document.
    schema: &'static str,
    /// When it was looked.
    taken_at: Timestamp,
    /// The worst of all findings.
    verdict: Health,
    /// One by one.
    findings: &'a [Finding],
}

impl<'a> DoctorDocument<'a> {
    /// Of these findings.
    pub fn new(findings: &'a [Finding], taken_at: Timestamp) -> Self {
        Self { schema: "ado2entra.doctor/1", taken_at, verdict: worst(findings), findings }
    }
}
