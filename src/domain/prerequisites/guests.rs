//! `guests-can-be-invited` and `guest-access-policy`.

use super::Findings;
use super::finding::{self, Finding, one_or, people};
use super::lookup;
use crate::domain::people::UserType;
use crate::domain::plan::{Decision, address};
use crate::domain::signin::AccountKind;
use crate::domain::text::clean;

/// Roles that may invite where only administrators and guest inviters may: Global Administrator, User Administrator, Guest
/// Inviter, by template id (Microsoft Entra built-in roles).
const INVITING_ROLES: [(&str, &str); 3] = [
    ("62e90394-69f5-4237-9190-012177145e10", "Global Administrator"),
    ("fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"),
    ("95e79109-95c0-4d8e-aee3-d01accf2d47b", "Guest Inviter"),
];

/// `guests-can-be-invited`.
pub(super) fn invitations(findings: &Findings<'_>) -> Finding {
    let facts = findings.facts;
    let planned: Vec<&str> = findings
        .plan
        .rows
        .values()
        .filter_map(|row| match &row.decision {
            Decision::Invite { address } => Some(address.as_str()),
            _ => None,
        })
        .collect();
    if planned.is_empty() {
        return finding::not_applicable("the plan has no invitations");
    }
    let refused: Vec<String> = planned
        .iter()
        .filter_map(|address| Some(format!("{}: {}", clean(address), address::invitation_problem(address)?)))
        .collect();
    if !refused.is_empty() {
        return finding::fail(format!("{} cannot be invited", people(refused.len())))
            .evidence(refused)
            .remedy("Decide `invite` with another address of these people.");
    }
    let needed =
        format!("The plan has {} {}.", planned.len(), one_or(planned.len(), "invitation", "invitations"));
    if let Some(why) = not_permitted(findings) {
        return finding::with_age(why.line(needed), &facts.granted);
    }
    let Some(policy) = facts.invitation_policy.get() else {
        return finding::unread(
            "who may invite guests (permission Policy.Read.All)",
            &facts.invitation_policy,
        )
        .line(needed);
    };
    let wait = "Changes to this setting or to roles take 15 to 60 minutes to be seen.";
    let found = match policy.allow_invites_from.as_str() {
        "none" => finding::fail("The tenant lets nobody invite guests").remedy(format!(
            "Have the external collaboration settings changed, or the accounts created as members. {wait}"
        )),
        "everyone" => finding::pass("Everybody in the tenant may invite guests"),
        "adminsGuestInvitersAndAllMembers" => match facts.me.get() {
            None => finding::unread("which account reads the tenant", &facts.me),
            Some(me) => match me.user_type {
                Some(UserType::Member) => finding::pass("Members may invite guests, and you are one"),
                Some(UserType::Guest) => {
                    by_role(findings, "Only members may invite guests, and you are a guest", wait)
                }
                None => finding::unknown(format!(
                    "Members may invite guests; whether {} is one is not recorded",
                    lookup::tenant_user_name(me)
                )),
            },
        },
        "adminsAndGuestInviters" => by_role(
            findings,
            "Only administrators and guest inviters may invite, and you have no such role",
            wait,
        ),
        other => finding::unknown(format!("The invitation setting is unfamiliar: {}", clean(other)))
            .remedy("Ask the tenant's administrator whether you may invite, then tick this with a note."),
    };
    finding::with_age(found.line(needed), &facts.invitation_policy)
}

/// The sign-in itself lacks the permission, where its token says what it allows.
fn not_permitted(findings: &Findings<'_>) -> Option<Finding> {
    let granted = findings.facts.granted.get()?;
    let missing = granted.missing()?.into_iter().find(|permission| permission.name == "User.Invite.All")?;
    let remedy = match granted.kind {
        AccountKind::Application => {
            "Have the application given User.Invite.All, with the consent of the tenant's administrator."
        }
        _ => {
            "With a sign-in by code, add \"User.Invite.All\" to permissions under [credentials.entra], and sign in again; else sign \
             in with an account and an application that may invite."
        }
    };
    Some(
        finding::fail("The sign-in to the tenant may not invite")
            .line(format!("{} is missing: needed to {}", missing.name, missing.unlocks))
            .remedy(remedy),
    )
}

fn by_role(findings: &Findings<'_>, otherwise: &str, wait: &str) -> Finding {
    let roles = &findings.facts.my_roles;
    let Some(mine) = roles.get() else { return finding::unread("your roles in the tenant", roles) };
    let held = INVITING_ROLES
        .iter()
        .find(|(id, _)| mine.role_templates.iter().any(|mine| mine.eq_ignore_ascii_case(id)));
    match held {
        Some((_, name)) => finding::pass(format!("You may invite guests: {name}")),
        None => finding::fail(otherwise).line("A role that you are only eligible for does not show until it is activated.").remedy(
            format!("Activate or ask for the role Guest Inviter, or hand over the list (`plan export --as entra-invite`). {wait}"),
        ),
    }
}

/// `guest-access-policy`.
pub(super) fn access_policy(findings: &Findings<'_>) -> Finding {
    let is_guest = |target| {
        findings
            .directory
            .and_then(|directory| directory.get(target))
            .is_some_and(|user| user.user_type == Some(UserType::Guest))
    };
    let mut lines = Vec::new();
    for row in findings.plan.rows.values() {
        let name = || {
            findings
                .roster
                .and_then(|roster| roster.get(&row.storage_key))
                .map_or_else(|| clean(row.storage_key.as_str()).into_owned(), lookup::org_user_name)
        };
        match &row.decision {
            Decision::Invite { .. } => lines.push(format!("{}: invited as a guest", name())),
            Decision::Map { target } if is_guest(*target) => {
                lines.push(format!("{}: mapped to a guest", name()));
            }
            _ => {}
        }
    }
    if lines.is_empty() {
        return finding::not_applicable("the plan has no guests");
    }
    finding::manual(format!("{} become guests: is that allowed?", people(lines.len()))).evidence(lines).remedy(
        "Organization settings, Policies: *External guest access* must be on. With it off, guests cannot get in. Tick this when \
         you have looked.",
    )
}
