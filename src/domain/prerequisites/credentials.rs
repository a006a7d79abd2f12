//! `credentials-outlive-switch`: the way of signing in after the switch was tried out today.

use jiff::SignedDuration;

use super::Findings;
use super::finding::{self, Finding};
use crate::domain::problem::ProblemKind;
use crate::domain::text::clean;

/// Older than this is not *today*.
const TODAY: SignedDuration = SignedDuration::from_hours(24);

const REMEDY: &str = "Choose another way in `credentials.azure_devops.after_connect` (entra, azure-cli or a command), sign in to \
                      the destination tenant with it, and read again (r in the dashboard).";

/// `credentials-outlive-switch`.
pub(super) fn outlive(findings: &Findings<'_>) -> Finding {
    let facts = findings.facts;
    let aged = &facts.after_connect;
    if let Some(problem) = &aged.problem
        && matches!(
            problem.kind,
            ProblemKind::NotSignedIn | ProblemKind::NotAllowed | ProblemKind::Local | ProblemKind::Refused
        )
    {
        let remedy = if problem.remedy.is_empty() { REMEDY } else { &problem.remedy };
        return finding::fail("The way of signing in after the switch gave no token")
            .line(clean(&problem.headline()).into_owned())
            .remedy(clean(remedy).into_owned());
    }
    let (Some(trial), Some(read_at)) = (aged.get(), aged.read_at) else {
        return finding::unread("a token for after the switch", aged);
    };
    let way = clean(&trial.way);
    if trial.same_pat {
        return finding::fail("The personal access token of today may die at the switch")
            .line(format!("Configured for after the switch: {way}"))
            .remedy(REMEDY);
    }
    let Some(tenant) = trial.tenant else {
        return finding::unknown(format!("The token that `{way}` gave does not say for which tenant it is"))
            .remedy("Make sure that it is for the destination tenant, then tick this with a note.");
    };
    let Some(destination) = facts.destination() else {
        return finding::unread("the destination tenant", &facts.discovery);
    };
    if tenant != destination {
        return finding::fail(format!("`{way}` signs in to another tenant"))
            .line(format!("Its token is for {tenant}, the destination is {destination}."))
            .remedy(REMEDY);
    }
    let found = if findings.now.duration_since(read_at) > TODAY {
        finding::unknown(format!("`{way}` gave a token for the destination, but not today"))
            .remedy("Read again (r in the dashboard), so that it is tried out today.")
    } else {
        finding::pass(format!("`{way}` gave a token for the destination"))
    };
    finding::with_age(found.line(format!("Tried out at {read_at}")), aged)
}
