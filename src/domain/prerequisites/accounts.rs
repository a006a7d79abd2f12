//! The cloud of the tenant, and the account that will press *Connect*.

use super::Findings;
use super::finding::{self, Finding};
use super::lookup::{self, ConnectingAccount};
use crate::domain::connection::Backing;
use crate::domain::facts::Cloud;
use crate::domain::people::{Origin, TenantUser, UserType};
use crate::domain::problem::ProblemKind;
use crate::domain::text::clean;

/// `tenant-public-cloud`.
pub(super) fn public_cloud(findings: &Findings<'_>) -> Finding {
    let aged = &findings.facts.discovery;
    let Some(found) = aged.get() else {
        if let Some(problem) = aged.problem.as_deref().filter(|it| it.kind == ProblemKind::NotFound) {
            return finding::fail("There is no such tenant in the public cloud")
                .line(clean(&problem.headline()).into_owned())
                .remedy(
                    "Look at `tenant.id` in the configuration: a verified domain of the tenant, or its id.",
                );
        }
        return finding::unread("the tenant's discovery document", aged);
    };
    if let Some(read) = findings.facts.strange_tenant() {
        return finding::fail(format!("Microsoft Graph reads another tenant: {}", clean(&read.display_name)))
            .line(format!("Destination: {}", found.id))
            .line(format!("Read with this credential: {} ({})", clean(&read.display_name), read.id))
            .remedy(format!(
                "Everybody would be compared with strangers. Sign in to the right tenant (with the Azure CLI: az login --tenant \
                 {}), or correct `tenant.id` in the configuration, and read again (r in the dashboard).",
                found.id
            ));
    }
    let host = clean(&found.sign_in_host);
    let region = found.region.as_deref().map_or_else(String::new, |region| format!("{}, ", clean(region)));
    let tenant = format!("Tenant {}", found.id);
    finding::with_age(
        match &found.cloud {
            Cloud::Public { gcc: false } => finding::pass(format!("{region}{host}")).line(tenant),
            Cloud::Public { gcc: true } => finding::pass(format!("{region}{host}, GCC"))
                .line(tenant)
                .line("GCC is US government on the commercial cloud, which is the public one."),
            Cloud::National(name) => finding::fail(format!("The tenant is in {}", clean(name)))
                .line(tenant)
                .line(format!("Its sign-in host is {host}."))
                .remedy(
                    "Azure DevOps Services connects to tenants of the public cloud only. Choose another destination tenant.",
                ),
            Cloud::Unrecognised(said) => {
                finding::unknown(format!("Discovery said something unfamiliar: {}", clean(said)))
                    .line(tenant)
                    .remedy("Ask the tenant's administrator in which cloud it is, then tick this with a note.")
            }
        },
        aged,
    )
}

/// `admin-is-pca`.
pub(super) fn is_administrator(findings: &Findings<'_>) -> Finding {
    let facts = findings.facts;
    let Some(operator) = facts.operator.get() else {
        return finding::unread("who you are in Azure DevOps", &facts.operator);
    };
    let Some(administrators) = facts.administrators.get() else {
        return finding::unread("the Project Collection Administrators", &facts.administrators);
    };
    let name = lookup::operator_name(operator);
    let through_group = lookup::org_user(findings)
        .and_then(crate::domain::people::OrgUser::origin_object)
        .is_some_and(|object| administrators.through_entra_groups.contains(&object));
    let found = if administrators.members.contains(&operator.storage_key) {
        finding::pass(format!("{name} is a Project Collection Administrator"))
    } else if through_group {
        finding::pass(format!("{name} is a Project Collection Administrator through an Entra group"))
    } else if administrators.unresolved.is_empty() {
        finding::fail(format!("{name} is not a Project Collection Administrator"))
            .evidence([format!("The organization has {} of them.", administrators.members.len())])
            .remedy(
                "Have one of them add this account: Organization settings, Permissions, Project Collection Administrators.",
            )
    } else {
        finding::unknown("Not all members of the Project Collection Administrators could be read")
            .evidence(administrators.unresolved.iter().map(|line| clean(line).into_owned()))
            .remedy("Look at Organization settings, Permissions, then tick this with a note.")
    };
    finding::with_age(found, &facts.administrators)
}

/// `admin-tenant-member`.
pub(super) fn tenant_member(findings: &Findings<'_>) -> Finding {
    let facts = findings.facts;
    let Some(operator) = facts.operator.get() else {
        return finding::unread("who you are in Azure DevOps", &facts.operator);
    };
    let name = lookup::operator_name(operator);
    let account = lookup::connecting_account(findings);
    let found = match &account {
        ConnectingAccount::NotRead => finding::unread_because("the tenant's users", None)
            .remedy("Sign in to Entra with an account that may list the tenant's users (User.Read.All)."),
        ConnectingAccount::WithoutAddress => {
            finding::unknown("Azure DevOps did not say under which address you sign in").remedy(
                "Look in the tenant whether the account that will press Connect is a member, then tick this with a note.",
            )
        }
        ConnectingAccount::NotFound => finding::fail(format!("{name} is not in the tenant"))
            .remedy(
                "Have the tenant's administrator add this account as a member (Microsoft accounts: invite, then set the user \
                 type to Member), or press Connect with another administrator of the organization who is a member.",
            ),
        ConnectingAccount::Several(users) => {
            finding::unknown(format!("{} users of the tenant have the address of {name}", users.len()))
                .evidence(users.iter().map(|user| described(user)))
                .remedy("Find out which of them you sign in as; it must be a member. Then tick this with a note.")
        }
        ConnectingAccount::Found(user) => judged(user),
    };
    second_account(found, findings, &account)
}

fn judged(user: &TenantUser) -> Finding {
    let name = lookup::tenant_user_name(user);
    let found = if user.enabled == Some(false) {
        finding::fail(format!("{name} is disabled in the tenant")).remedy("Have the account enabled.")
    } else if user.pending {
        finding::fail(format!("{name} has not accepted the invitation to the tenant"))
            .remedy("Accept the invitation, and have the user type set to Member.")
    } else {
        match user.user_type {
            Some(UserType::Member) => finding::pass(format!("{name} is a member")),
            Some(UserType::Guest) => finding::fail(format!("{name} is only a guest in the tenant")).remedy(
                "A guest cannot search the directory, connect or map. Have the user type set to Member; Azure DevOps may see it \
                 only hours later, in places days.",
            ),
            None => finding::unknown(format!("Whether {name} is a member or a guest is not recorded in the tenant"))
                .remedy("Have the tenant's administrator set the user type to Member, or tick this with a note."),
        }
    };
    found.line(described(user))
}

fn described(user: &TenantUser) -> String {
    format!(
        "{}: {}{}",
        lookup::tenant_user_name(user),
        user.user_type.map_or("user type not recorded", UserType::as_str),
        if user.enabled == Some(false) { ", disabled" } else { "" }
    )
}

/// The account that reads the tenant, and which of the two must be used in the browser.
fn second_account(found: Finding, findings: &Findings<'_>, account: &ConnectingAccount<'_>) -> Finding {
    let facts = findings.facts;
    let Some(me) = facts.me.get() else {
        return match facts.me.problem.as_deref() {
            // An application has no account of its own, and says so.
            Some(problem) if problem.kind == ProblemKind::Refused => {
                found.line(clean(&problem.remedy).into_owned())
            }
            Some(problem) => found
                .line(format!("Which account reads the tenant is not known: {}", clean(&problem.headline()))),
            None => found,
        };
    };
    let found = found.line(format!("The tenant is read as {}", described(me)));
    if account.user().is_some_and(|user| user.id == me.id) {
        return found;
    }
    let Some(operator) = facts.operator.get() else { return found };
    found.line(format!(
        "These are two accounts: in the browser, press Connect as {}.",
        lookup::operator_name(operator)
    ))
}

/// `admin-source-membership`.
pub(super) fn source_membership(findings: &Findings<'_>) -> Finding {
    let facts = findings.facts;
    let tenant = match facts.backing.get() {
        None => return finding::unread("which directory backs the organization", &facts.backing),
        Some(Backing::MicrosoftAccounts) => {
            return finding::not_applicable("no directory backs the organization now");
        }
        Some(Backing::Tenant(tenant)) => *tenant,
    };
    let Some(operator) = facts.operator.get() else {
        return finding::unread("who you are in Azure DevOps", &facts.operator);
    };
    let name = lookup::operator_name(operator);
    let Some(user) = lookup::org_user(findings) else {
        return finding::unknown(format!("{name} is not among the organization's people that were read"))
            .remedy("Read again (r in the dashboard), or look in the portal and tick this with a note.");
    };
    let remedy = "Have this account added to the directory that backs the organization now, as a member or a guest, or use \
                  another administrator who is in it.";
    let found = match (&user.origin, user.identity_tenant()) {
        (_, Some(own)) if own == tenant => {
            let kind = user
                .meta_type
                .as_deref()
                .map_or_else(|| "an identity".to_owned(), |kind| format!("a {}", clean(kind)));
            finding::pass(format!("{name} is {kind} of the directory that backs the organization"))
        }
        (Origin::Msa, _) => finding::fail(format!(
            "{name} is a Microsoft account outside the directory that backs the organization"
        ))
        .remedy(remedy),
        (Origin::Aad, Some(_)) => finding::fail(format!(
            "{name} belongs to another directory than the one that backs the organization"
        ))
        .remedy(remedy),
        _ => finding::unknown(format!("To which directory {name} belongs could not be read"))
            .remedy("Look in the portal, then tick this with a note."),
    };
    found.line(format!("The organization is backed by {tenant}.")).line(format!(
        "Your identity: origin {}, domain {}",
        clean(user.origin.as_str()),
        user.domain.as_deref().map_or_else(|| "not given".into(), clean)
    ))
}
