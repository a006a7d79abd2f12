//! `hazards-resolved` and `tenant-users-already-in-org`: nobody's work goes to somebody else.

use super::Findings;
use super::finding::{self, Finding, one_or, people};
use super::lookup;
use crate::domain::forecast::Person;
use crate::domain::outcome::Outcome;
use crate::domain::people::EntitlementStatus;
use crate::domain::plan::Decision;
use crate::domain::text::{clean, named};

/// `hazards-resolved`.
pub(super) fn hazards(findings: &Findings<'_>) -> Finding {
    let Some(forecast) = findings.forecast else {
        return finding::unread_because("the people of the organization and of the tenant", None);
    };
    let mut open = Vec::new();
    let mut conflicts = 0;
    let mut hazards = 0;
    let mut settled = 0;
    for person in forecast.people() {
        let decision = findings.plan.decision(&person.storage_key);
        match person.outcome {
            Outcome::Hazard => {
                hazards += 1;
                open.push(hazard_line(person, decision, findings));
            }
            Outcome::Conflict if decision.is_decided() => settled += 1,
            Outcome::Conflict => {
                conflicts += 1;
                open.push(format!("{}: conflict: {}", who(person, findings), clean(&person.why)));
            }
            _ => {}
        }
    }
    if open.is_empty() {
        let found = finding::pass("No hazard, and no conflict without a decision");
        return if settled > 0 { found.line(format!("Conflicts with a decision: {settled}")) } else { found };
    }
    let summary = match (hazards, conflicts) {
        (0, _) => format!("{} in conflict without a decision", people(conflicts)),
        (_, 0) if findings.situation.is_connected() => {
            format!("{} went to the wrong person", people(hazards))
        }
        (_, 0) => format!("{} would go to the wrong person", people(hazards)),
        _ => format!(
            "{} {} to the wrong person, {} in conflict without a decision",
            people(hazards),
            if findings.situation.is_connected() { "went" } else { "would go" },
            people(conflicts)
        ),
    };
    finding::fail(summary).evidence(open).remedy(if findings.situation.is_connected() && hazards > 0 {
        "A mapping cannot be undone: open a Support case with the list (`ado2entra diff --format csv`), and tell the people concerned."
    } else {
        "No decision can stop the service from mapping a hazard: remove the person (and apply that before connecting), have \
         the sign-in name changed in the tenant, or confirm that it is the same person (= in Mapping, with a note). A conflict takes any \
         decision."
    })
}

fn hazard_line(person: &Person, decision: &Decision, findings: &Findings<'_>) -> String {
    let target = person
        .target
        .and_then(|target| findings.directory.and_then(|directory| directory.get(target)))
        .map_or_else(|| "somebody else".to_owned(), lookup::tenant_user_name);
    let end = match decision {
        Decision::Remove => "; decided remove, but still there: apply it before you connect",
        _ => "",
    };
    format!("{} → {target}: {}{end}", who(person, findings), clean(&person.why))
}

fn who(person: &Person, findings: &Findings<'_>) -> String {
    findings
        .roster
        .and_then(|roster| roster.get(&person.storage_key))
        .map_or_else(|| clean(person.storage_key.as_str()).into_owned(), lookup::org_user_name)
}

/// `tenant-users-already-in-org`.
pub(super) fn already_there(findings: &Findings<'_>) -> Finding {
    let (Some(roster), Some(directory)) = (findings.roster, findings.directory) else {
        return finding::unread_because("the people of the organization and of the tenant", None);
    };
    let Some(destination) = findings.facts.destination() else {
        return finding::unread("the destination tenant", &findings.facts.discovery);
    };
    let is_theirs = |object| directory.get(object).is_some_and(|user| !user.deleted);
    let mut lines: Vec<String> = roster
        .people()
        .iter()
        .filter(|user| {
            user.status != EntitlementStatus::Deleted
                && (user.identity_tenant() == Some(destination)
                    || user.origin_object().is_some_and(is_theirs))
        })
        .map(|user| {
            let end = match findings.plan.decision(&user.storage_key) {
                Decision::Remove => ": decided remove, but still there: apply it before you connect",
                _ => "",
            };
            format!("{}{end}", lookup::org_user_name(user))
        })
        .collect();
    let hidden = &findings.facts.graph_identities;
    for identity in hidden.get().into_iter().flatten() {
        if identity.active != Some(false) && identity.origin_object.is_some_and(is_theirs) {
            let name = named(&identity.display_name, &identity.principal_name);
            lines.push(format!("{name}: known to the organization without access of their own"));
        }
    }
    if !lines.is_empty() {
        let count = lines.len();
        return finding::fail(format!(
            "{} of the tenant {} in the organization already",
            people(count),
            one_or(count, "is", "are")
        ))
        .evidence(lines)
        .remedy(
            "Nobody can be mapped onto an identity that is active already. Decide remove for these second identities and apply \
             it before you connect.",
        );
    }
    if hidden.get().is_none() {
        return finding::unread("identities without access of their own (graph users)", hidden);
    }
    finding::with_age(finding::pass("Nobody of the tenant is in the organization yet"), hidden)
}
