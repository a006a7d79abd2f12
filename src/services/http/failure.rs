//! From a failing answer to a [`Problem`]: what kind it is, and what an administrator can do about it.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use super::need::Need;
use super::said::{self, Said};
use super::wait::header;
use crate::domain::problem::{Problem, ProblemKind, Service};
use crate::domain::text::clean_to;

/// What is known about the call when it fails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Who.
    pub service: Service,
    /// What, in words.
    pub what: &'a str,
    /// With which permission.
    pub need: Need,
    /// Where the credential comes from, in words; `None` for an anonymous call.
    pub credential: Option<&'a str>,
    /// The organization's name.
    pub organization: &'a str,
    /// The tenant as configured.
    pub tenant: &'a str,
    /// Whether something was to be changed.
    pub write: bool,
}

/// Whether this service belongs to Azure DevOps.
pub(crate) fn is_azure_devops(service: Service) -> bool {
    !matches!(service, Service::MicrosoftGraph | Service::EntraLogin)
}

/// Makes the problem of a failing answer.
pub(crate) fn problem(
    asked: &Asked<'_>,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    secrets: &[&str],
) -> Problem {
    let said = said::read(headers, body, secrets);
    let kind = kind(asked, status, headers, &said);
    let mut problem = Problem {
        status: Some(status.as_u16()),
        code: said.code.clone(),
        activity_id: said::activity_id(headers),
        said: words(asked, status, headers, &said, kind),
        ..Problem::at(asked.service, kind, asked.what)
    };
    problem.remedy = remedy(asked, &problem);
    problem
}

fn kind(asked: &Asked<'_>, status: StatusCode, headers: &HeaderMap, said: &Said) -> ProblemKind {
    let code = said.code.as_deref().unwrap_or_default();
    let signed = asked.credential.is_some();
    match status.as_u16() {
        203 => ProblemKind::NotSignedIn,
        200..=299 if said.is_page && signed => ProblemKind::NotSignedIn,
        300..=399 if signed && leads_to_sign_in(headers) => ProblemKind::NotSignedIn,
        200..=399 => ProblemKind::BadAnswer,
        // On invitations a 401 with this code is a missing permission (microsoft-graph-docs-contrib#4228): asking for
        // a new token would go on for ever.
        401 if asked.need == Need::Invite && code.eq_ignore_ascii_case("Unauthorized") => {
            ProblemKind::NotAllowed
        }
        401 => ProblemKind::NotSignedIn,
        _ if code == "TF400733" => ProblemKind::Throttled,
        403 if code == "Directory_QuotaExceeded" => ProblemKind::Refused,
        403 => ProblemKind::NotAllowed,
        404 => ProblemKind::NotFound,
        429 => ProblemKind::Throttled,
        400 if code == "AADSTS90002" => ProblemKind::NotFound,
        _ if code == "InvalidAuthenticationToken" || code == "InvalidCloudInstance" => {
            ProblemKind::NotSignedIn
        }
        408 | 500..=599 => ProblemKind::ServiceFailing,
        _ => ProblemKind::Refused,
    }
}

/// Ways that sign in to the tenant themselves; see `Credential::described`.
fn is_of_tenant(from: &str) -> bool {
    from.starts_with("the account that signed in") || from.starts_with("the application ")
}

fn leads_to_sign_in(headers: &HeaderMap) -> bool {
    let to = header(headers, "location").unwrap_or_default().to_ascii_lowercase();
    to.contains("signin") || to.contains("login") || to.contains("oauth2")
}

fn words(
    asked: &Asked<'_>,
    status: StatusCode,
    headers: &HeaderMap,
    said: &Said,
    kind: ProblemKind,
) -> String {
    if !said.text.is_empty() {
        return said.text.clone();
    }
    if kind == ProblemKind::NotSignedIn {
        return match status.as_u16() {
            401 => "the credential was not accepted".into(),
            200 => "it answered with a web page instead of data, as a rule its sign-in page".into(),
            _ => "it answered with its sign-in page instead of data".into(),
        };
    }
    if status.is_redirection() {
        let to = header(headers, "location").unwrap_or("an address that it did not name");
        let place =
            reqwest::Url::parse(to).map_or_else(|_| to.to_owned(), |url| url.origin().ascii_serialization());
        return format!("it sent us on to {}, and redirects are not followed", clean_to(&place, 200));
    }
    if said.is_page {
        return if status.is_success() {
            "it answered with a web page instead of data".into()
        } else {
            format!("{}, with a web page", reason(status))
        };
    }
    if asked.write && status == StatusCode::CONFLICT {
        return "it conflicts with something that is already there".into();
    }
    reason(status)
}

fn reason(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or("an unknown status").to_lowercase()
}

/// What to do, for somebody who reads it on the evening of the switch.
pub(crate) fn remedy(asked: &Asked<'_>, problem: &Problem) -> String {
    let code = problem.code.as_deref().unwrap_or_default();
    let need = asked.need.words();
    let from = asked.credential.unwrap_or("no credential");
    let organization = clean_to(asked.organization, 80);
    let tenant = clean_to(asked.tenant, 80);
    if let Some(known) = known_code(asked, code, &problem.said) {
        return known;
    }
    match problem.kind {
        ProblemKind::NotSignedIn if is_azure_devops(asked.service) && from.starts_with("the Azure CLI") => format!(
            "Used: {from}. The account must be in the organization `{organization}`, and the tenant `{tenant}` must back \
             it: an organization of Microsoft accounts takes a personal access token (kind = \"pat\"). Sign in again: az \
             login --tenant {tenant} --allow-no-subscriptions."
        ),
        ProblemKind::NotSignedIn if is_azure_devops(asked.service) && is_of_tenant(from) => format!(
            "Used: {from}. The account must be in the organization `{organization}`, and the tenant `{tenant}` must back it: an \
             organization of Microsoft accounts takes a personal access token (kind = \"pat\"). Needed: {need}."
        ),
        ProblemKind::NotSignedIn if is_azure_devops(asked.service) => {
            let why = if problem.said.to_ascii_lowercase().contains("expired") {
                "It has expired".to_owned()
            } else {
                format!(
                    "It may be expired, revoked, made for another organization than `{organization}`, global (those end on \
                     2026-12-01), or lack a scope: Azure DevOps answers the same to all of these"
                )
            };
            let entra = if asked.need == Need::OrgGraphManage {
                " If the token is good: the service may want to ask the tenant in your name, for which it needs an Entra \
                 token of a member (after_connect = \"azure-cli\")."
            } else {
                ""
            };
            format!(
                "Used: {from}. {why}. Needed: {need}. Look at User settings > Personal access tokens, or make a new one \
                 there.{entra}"
            )
        }
        ProblemKind::NotSignedIn if is_of_tenant(from) => {
            format!("Used: {from}. Read again to sign in to the tenant `{tenant}` once more. Needed: {need}.")
        }
        ProblemKind::NotSignedIn => format!(
            "Used: {from}. Sign in to the tenant `{tenant}` again (Azure CLI: az login --tenant {tenant} \
             --allow-no-subscriptions), or give a token that is not expired. Needed: {need}."
        ),
        ProblemKind::NotAllowed => format!("Used: {from}. Needed: {need}."),
        ProblemKind::NotFound if asked.service == Service::EntraLogin => {
            format!("Check the tenant's name: `{tenant}` must be one of its verified domains, or its id.")
        }
        ProblemKind::NotFound => match asked.service {
            Service::MicrosoftGraph => "The object is gone, or belongs to another tenant. Read the tenant again.".into(),
            _ => format!(
                "Check the organization's name (`{organization}`, as in https://dev.azure.com/{organization}; it may \
                 have been renamed). If the name is right, what was asked for is gone: read again."
            ),
        },
        ProblemKind::Throttled => match problem.retry_at {
            Some(at) => format!("The service asks to wait until {at}. Nothing is sent there before."),
            None => "The service asks for fewer requests. Wait some minutes, then read again.".into(),
        },
        ProblemKind::ServiceFailing => {
            "A fault of the service. Try again in some minutes; https://status.dev.azure.com shows known trouble.".into()
        }
        ProblemKind::BadAnswer => {
            "Something between here and the service may have answered in its place: check proxies, a sign-in page of \
             the network, and [endpoints] in the configuration."
                .into()
        }
        ProblemKind::OutcomeUnknown => {
            "It may or may not have happened. Read it back before anything is sent again.".into()
        }
        _ if asked.need == Need::OrgGraphManage && problem.status == Some(409) => {
            "Nothing was changed. The target is in use in the organization already, or protected. Choose another target, \
             or remove that second identity first; else it is a case for Microsoft Support."
                .into()
        }
        _ if asked.need == Need::OrgGraphManage => {
            "Nothing was changed. Read both sides again: the target must be exactly one enabled user of the tenant that \
             backs the organization, and not the person themselves."
                .into()
        }
        _ => "Nothing was changed. The service's own words say why.".into(),
    }
}

/// Codes of which public material says what they mean.
fn known_code(asked: &Asked<'_>, code: &str, said: &str) -> Option<String> {
    let tenant = clean_to(asked.tenant, 80);
    let lower = said.to_ascii_lowercase();
    let text = match code {
        "TF400898" if asked.write => "If it did not happen, send it again; if that fails too, give the activity id to \
                                      Microsoft Support."
            .to_owned(),
        "TF400898" => "An internal error of Azure DevOps. Try again; if it stays, give the activity id to Microsoft \
                       Support."
            .to_owned(),
        "TF400733" => "Too many requests by this account. Wait five minutes; an account with Basic + Test Plans has a \
                       higher limit."
            .into(),
        "TF400813" if asked.credential.is_some_and(|from| !from.contains("personal access token")) => format!(
            "The account is not in the organization, or the token is for another tenant than the one that backs it. \
             Used: {}.",
            asked.credential.unwrap_or_default()
        ),
        "VS860016" => "The target is not in the directory that backs the organization now. After connecting this can \
                       take up to an hour to be known; check that the right tenant is connected, then try again."
            .into(),
        "VS403283" => "The directory does not show this user yet. Wait some minutes and try again.".into(),
        "InvalidAccessException" => "This call is not allowed with this kind of credential: use an Entra token instead \
                                     of a personal access token, or the other way round."
            .into(),
        "AADSTS90002" => {
            format!("There is no such tenant: `{tenant}`. Use one of its verified domains, or its id (Entra admin center > Overview).")
        }
        "AADSTS900023" => format!("`{tenant}` is neither a domain nor an id. Use a verified domain of the tenant, or its id."),
        "InvalidCloudInstance" => "The token is for another cloud than the public one. Sign in to the public cloud \
                                   (az cloud set --name AzureCloud)."
            .into(),
        "Directory_QuotaExceeded" => "The account may make no more objects in the tenant (250 for people without a \
                                      role, deleted ones included). Let somebody with a directory role invite."
            .into(),
        _ if asked.need == Need::Invite => invitation(&lower, asked)?,
        _ => return None,
    };
    Some(text)
}

/// Refused invitations, told apart by hints in an unstable English text: the message itself is always shown beside it.
fn invitation(said: &str, asked: &Asked<'_>) -> Option<String> {
    let has = |needle: &str| said.contains(needle);
    let text = if has("verified domain") {
        "The address is in a domain of this tenant. Create the person as a member instead of inviting."
    } else if has("already exist") || has("already in the directory") || has("conflicting object") {
        "The tenant has somebody with this address already (the text may name the object). Map onto that user instead."
    } else if has("proxy address") || has("proxyaddress") {
        "A contact or user of the tenant has this address as a proxy address. Remove it there first."
    } else if has("group email") || has("group address") || has("distribution") {
        "This is the address of a group. Guests are invited by a personal address."
    } else if has("cross-tenant") || has("cross tenant") {
        "The cross-tenant access settings block this. Entra admin center > External Identities > Cross-tenant access \
         settings."
    } else if has("guest invitations not allowed")
        || has("invitations are not allowed")
        || has("not allowed for your company")
    {
        "The tenant forbids invitations. Entra admin center > External Identities > External collaboration settings; a \
         change takes up to an hour."
    } else if has("msgraphinviteapi") {
        return Some(format!(
            "The account may not invite. Used: {}. Needed: {}.",
            asked.credential.unwrap_or("no credential"),
            asked.need.words()
        ));
    } else if asked.what.contains('+') {
        "Addresses with a plus sign are documented as refused. Invite the person by another address."
    } else {
        return None;
    };
    Some(text.to_owned())
}
