//! How a prerequisite words what it found.

use crate::domain::check::CheckStatus;
use crate::domain::facts::Aged;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text;

/// What was found, before ticks.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) status: CheckStatus,
    pub(super) summary: String,
    pub(super) evidence: Vec<String>,
    pub(super) remedy: String,
}

impl Finding {
    pub(super) fn new(status: CheckStatus, summary: impl Into<String>) -> Self {
        Self { status, summary: summary.into(), evidence: Vec::new(), remedy: String::new() }
    }

    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    pub(super) fn evidence(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(lines);
        self
    }

    pub(super) fn line(self, line: impl Into<String>) -> Self {
        self.evidence([line.into()])
    }
}

pub(super) fn pass(summary: impl Into<String>) -> Finding {
    Finding::new(CheckStatus::Pass, summary)
}

pub(super) fn warn(summary: impl Into<String>) -> Finding {
    Finding::new(CheckStatus::Warn, summary)
}

pub(super) fn fail(summary: impl Into<String>) -> Finding {
    Finding::new(CheckStatus::Fail, summary)
}

pub(super) fn manual(summary: impl Into<String>) -> Finding {
    Finding::new(CheckStatus::Manual, summary)
}

pub(super) fn unknown(summary: impl Into<String>) -> Finding {
    Finding::new(CheckStatus::Unknown, summary)
}

pub(super) fn not_applicable(summary: impl Into<String>) -> Finding {
    Finding::new(CheckStatus::NotApplicable, summary)
}

/// `unknown` for something that could not be read, with who failed and what to do, or that was never tried.
pub(super) fn unread<T>(what: &str, aged: &Aged<T>) -> Finding {
    unread_because(what, aged.problem.as_deref())
}

/// [`unread`] from the failure itself.
pub(super) fn unread_because(what: &str, problem: Option<&Problem>) -> Finding {
    match problem {
        Some(problem) => {
            let why = match problem.kind {
                ProblemKind::NotAllowed => "no permission",
                ProblemKind::NotSignedIn => "not signed in",
                ProblemKind::NotFound => "not found",
                ProblemKind::Throttled => "the service asked to wait",
                ProblemKind::Unreachable => "no answer",
                ProblemKind::ServiceFailing => "the service is failing",
                ProblemKind::BadAnswer => "the answer could not be understood",
                ProblemKind::Cancelled => "stopped",
                ProblemKind::Refused | ProblemKind::OutcomeUnknown | ProblemKind::Local => "failed",
            };
            let who = problem.service.map_or_else(String::new, |service| format!(" ({service})"));
            unknown(format!("not readable: {what}: {why}{who}"))
                .line(text::clean(&problem.headline()).into_owned())
                .remedy(text::clean(&problem.remedy).into_owned())
        }
        None => unknown(format!("not read: {what}")).remedy("Read again (r in the dashboard)."),
    }
}

/// Adds to a finding that its value is old, because the latest attempt to read it failed.
pub(super) fn with_age<T>(finding: Finding, aged: &Aged<T>) -> Finding {
    match &aged.problem {
        Some(problem) if aged.value.is_some() => {
            finding.line(format!("Old: the latest reading failed. {}", text::clean(&problem.headline())))
        }
        _ => finding,
    }
}

/// `1 person`, `3 people`.
pub(super) fn people(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// Chooses the word for one or for several.
pub(super) fn one_or<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}
