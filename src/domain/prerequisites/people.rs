//! `user-count`, `unwanted-users`, `address-coverage` and `subscriptions-follow`.

use jiff::SignedDuration;

use super::Findings;
use super::finding::{self, Finding, people};
use super::lookup;
use crate::domain::ids::ObjectId;
use crate::domain::outcome::Outcome;
use crate::domain::people::{EntitlementStatus, LastAccess, OrgUser};
use crate::domain::plan::address;
use crate::domain::text::clean;

/// The portal's mapping page stops here (Microsoft's FAQ on Entra access).
pub const PORTAL_LIMIT: usize = 100;

/// `user-count`.
pub(super) fn count(findings: &Findings<'_>) -> Finding {
    let Some(roster) = findings.roster else {
        return finding::unread_because("the organization's people", None);
    };
    let count = roster.people().len();
    let services = format!("Service identities, which do not count: {}", roster.services().len());
    if count <= PORTAL_LIMIT {
        return finding::pass(people(count)).line(services);
    }
    finding::warn(format!("{count} users: open a Support case first"))
        .line(services)
        .line(format!("The portal's own mapping page stops at {PORTAL_LIMIT} users."))
        .remedy(
            "The call that this program uses is documented, but nobody has published its use above 100 or on disconnected \
             Microsoft accounts; open a Support case with the list (`ado2entra diff --format csv`) *before* the evening; the canary tells in a \
             minute whether it works.",
        )
}

/// `unwanted-users`.
pub(super) fn unwanted(findings: &Findings<'_>) -> Finding {
    let Some(roster) = findings.roster else {
        return finding::unread_because("the organization's people", None);
    };
    let days = findings.situation.inactive_after_days;
    let lines: Vec<String> = roster
        .people()
        .iter()
        .filter(|user| {
            !findings.plan.decision(&user.storage_key).is_decided()
                && !findings.situation.operator_keys.contains(&user.storage_key)
        })
        .filter_map(|user| Some(format!("{}: {}", lookup::org_user_name(user), idle(user, findings, days)?)))
        .collect();
    let silent = roster.people().iter().filter(|user| user.last_accessed == LastAccess::Unknown).count();
    let note = (silent > 0).then(|| format!("Without a last access that could be read: {silent}"));
    if lines.is_empty() {
        return finding::pass(format!(
            "Everybody used the organization in the last {days} days, or is decided"
        ))
        .evidence(note);
    }
    let count = lines.len();
    finding::warn(format!(
        "{} not active for {days} days, never, or disabled, without a decision",
        people(count)
    ))
    .evidence(lines)
    .evidence(note)
    .remedy("Remove those who are no longer wanted before the switch (x in Mapping), or decide to keep or map them.")
}

/// Why somebody may be unwanted.
fn idle(user: &OrgUser, findings: &Findings<'_>, days: u32) -> Option<String> {
    if user.status == EntitlementStatus::Disabled {
        return Some("disabled".to_owned());
    }
    match user.last_accessed {
        LastAccess::Never => Some("never signed in".to_owned()),
        LastAccess::At(at) => {
            let idle = findings.now.duration_since(at);
            (idle > SignedDuration::from_hours(i64::from(days) * 24))
                .then(|| format!("last access {} days ago", idle.as_hours() / 24))
        }
        LastAccess::Unknown => (user.is_pending()).then(|| "invited, never signed in".to_owned()),
    }
}

/// `address-coverage`.
pub(super) fn coverage(findings: &Findings<'_>) -> Finding {
    let Some(forecast) = findings.forecast else {
        return finding::unread_because("the people of the organization and of the tenant", None);
    };
    let lines: Vec<String> = forecast
        .people()
        .iter()
        .filter(|person| {
            !matches!(person.outcome, Outcome::Connected | Outcome::Automatic | Outcome::Hazard)
                && person.target.is_none()
                && person.candidates.is_empty()
                && !findings.plan.decision(&person.storage_key).is_decided()
        })
        .map(|person| {
            findings
                .roster
                .and_then(|roster| roster.get(&person.storage_key))
                .map_or_else(|| clean(person.storage_key.as_str()).into_owned(), lookup::org_user_name)
        })
        .collect();
    if lines.is_empty() {
        return finding::pass("Everybody has a counterpart in the tenant, or a decision");
    }
    finding::warn(format!("{} without a counterpart or a decision", people(lines.len()))).evidence(lines).remedy(
        "Hand the list to the Entra administrator (`ado2entra plan export FILE --as entra-create`), invite them as guests (i in Mapping), \
         remove them (x) or keep them disconnected (o).",
    )
}

/// `subscriptions-follow`.
pub(super) fn subscriptions(findings: &Findings<'_>) -> Finding {
    let (Some(roster), Some(forecast), Some(directory)) =
        (findings.roster, findings.forecast, findings.directory)
    else {
        return finding::unread_because("the people of the organization and of the tenant", None);
    };
    let subscribers: Vec<&OrgUser> = roster.people().iter().filter(|user| has_subscription(user)).collect();
    let target = |user: &OrgUser| -> Option<ObjectId> {
        let person = forecast.get(&user.storage_key)?;
        findings.plan.decision(&user.storage_key).target().or(match person.outcome {
            Outcome::Connected | Outcome::Automatic | Outcome::Hazard | Outcome::Safe => person.target,
            _ => None,
        })
    };
    let mut differs = Vec::new();
    let mut open = 0;
    for user in &subscribers {
        match target(user).and_then(|target| directory.get(target)) {
            None => open += 1,
            Some(found) => {
                let mail = found.mail().unwrap_or(found.user_principal_name());
                if !address::same(mail, &user.principal_name) {
                    differs.push(format!(
                        "{}: the target's mail is {}",
                        lookup::org_user_name(user),
                        clean(mail)
                    ));
                }
            }
        }
    }
    let note = (open > 0).then(|| format!("Subscribers whose target is not known yet: {open}"));
    if differs.is_empty() {
        return finding::pass(match subscribers.len() {
            0 => "Nobody has a Visual Studio subscription".to_owned(),
            count => format!("{} with a subscription keep the address", people(count)),
        })
        .evidence(note);
    }
    finding::warn(format!("{} with a subscription get another mail address", people(differs.len())))
        .evidence(differs)
        .evidence(note)
        .remedy(
            "Benefits follow only where the mail is the same. After mapping: add the new address as alternate account of the \
             subscription, or have it reassigned (Visual Studio subscriptions administration).",
        )
}

/// By the name of the access level, which is what the service shows: `Visual Studio Enterprise subscription`, `MSDN …`.
fn has_subscription(user: &OrgUser) -> bool {
    user.access_level.as_deref().is_some_and(|level| {
        let level = level.to_lowercase();
        level.contains("visual studio") || level.contains("msdn")
    })
}
