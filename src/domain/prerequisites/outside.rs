//! What only people know, and the health of the service: `org-creation-policy`, `domains-settled`, `users-informed`,
//! `service-health`.

use super::Findings;
use super::finding::{self, Finding};
use crate::domain::connection::Goal;
use crate::domain::text::clean;

/// `org-creation-policy`.
pub(super) fn creation_policy(_findings: &Findings<'_>) -> Finding {
    finding::manual("The policy that restricts creating organizations also blocks linking one")
        .line("Where it stops you, the portal only says that the connection failed.")
        .remedy(
            "Ask an Azure DevOps Administrator of the tenant: Organization settings of any connected organization, Microsoft \
             Entra, *Restrict organization creation*. It must be off, or list the account that presses Connect. Tick this when \
             you know.",
        )
}

/// `domains-settled`.
pub(super) fn domains(findings: &Findings<'_>) -> Finding {
    let known = findings.facts.tenant.get().map(|tenant| {
        let domains: Vec<_> = tenant.verified_domains.iter().map(|domain| clean(domain)).collect();
        format!("Verified now: {}", domains.join(", "))
    });
    finding::manual("A custom domain that is added later breaks mappings")
        .evidence(known)
        .remedy(
            "Ask the tenant's administrator whether a custom domain is about to be added or moved. If so, wait for it, or speak \
             with Support first. Tick this when you know.",
        )
}

/// `users-informed`.
pub(super) fn informed(findings: &Findings<'_>) -> Finding {
    let what = if findings.goal == Goal::Disconnect {
        "After disconnecting only Microsoft accounts can sign in"
    } else {
        "Between Connect and mapping people are locked out: they must know when, and what to do"
    };
    finding::manual(what).remedy(
        "Tell everybody when access stops and for whom, and not to request access or add anybody until told \
         (`ado2entra announce before` writes the message). Tick this when they know.",
    )
}

/// `service-health`.
pub(super) fn health(findings: &Findings<'_>) -> Finding {
    let aged = &findings.facts.health;
    let Some(found) = aged.get() else {
        return finding::unread("the health of Azure DevOps", aged);
    };
    let said = clean(&found.message);
    let lines = found.unhealthy.iter().map(|line| clean(line).into_owned());
    let result = match found.health.to_ascii_lowercase().as_str() {
        "healthy" if found.unhealthy.is_empty() => finding::pass("Core services are healthy"),
        "healthy" | "advisory" | "degraded" | "unhealthy" => {
            finding::warn(format!("Core services are {}", clean(&found.health)))
                .remedy("Look at https://status.dev.azure.com and wait until core services are healthy.")
        }
        other => finding::unknown(format!("The status page says `{}`", clean(other)))
            .remedy("Look at https://status.dev.azure.com."),
    };
    let result = result.evidence(lines);
    finding::with_age(if said.is_empty() { result } else { result.line(said.into_owned()) }, aged)
}
