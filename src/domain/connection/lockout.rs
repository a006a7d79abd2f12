//! Locked out after the switch: Azure DevOps does not let the administrator in any more. Which of the known causes it is, what
//! speaks for it, and the way back.
//!
//! After connecting only accounts of the directory get in, and of those only who was mapped. So a refusal has few causes, and
//! what was read before the switch tells them apart: what the way of signing in after the switch gave, whose account it is, what
//! that account is in the tenant, and onto whom the service maps the administrator by itself (the sign-in address is somebody's
//! user principal name; FAQ of "Connect your organization to Microsoft Entra ID").

use super::Goal;
use super::portal::Portal;
use super::timeline::is_there;
use crate::domain::facts::Operator;
use crate::domain::people::{TenantUser, UserType};
use crate::domain::plan::address;
use crate::domain::prerequisites::Findings;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::{clean, named};

/// Why Azure DevOps does not let the administrator in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LockoutCause {
    /// The credential is the one of before the switch, and it is not taken any more.
    TokenDead,
    /// The way of signing in after the switch gives no token.
    NoToken,
    /// Its token is for another tenant than the one that backs the organization now.
    WrongTenant,
    /// The account is not in the tenant.
    NotInTenant,
    /// The account is a guest of the tenant, or has not accepted the invitation.
    Guest,
    /// The account is disabled in the tenant.
    Disabled,
    /// The administrator was mapped onto another account than the one that signs in.
    OtherAccount,
    /// The administrator's account (often the owner's) was not mapped: nobody in the organization is the account that signs in.
    NotMapped,
    /// None of them shows.
    Unknown,
}

impl LockoutCause {
    /// The name in tests and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::TokenDead => "token-dead",
            Self::NoToken => "no-token",
            Self::WrongTenant => "wrong-tenant",
            Self::NotInTenant => "not-in-tenant",
            Self::Guest => "guest",
            Self::Disabled => "disabled",
            Self::OtherAccount => "other-account",
            Self::NotMapped => "not-mapped",
            Self::Unknown => "unknown",
        }
    }
}

/// See the module. All texts are cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lockout {
    /// Which of the known causes.
    pub cause: LockoutCause,
    /// The cause in one line.
    pub headline: String,
    /// What speaks for it, line by line.
    pub evidence: Vec<String>,
    /// The way in again, in order.
    pub remedy: Vec<String>,
    /// The page to open; built by the program.
    pub address: String,
}

/// The lock-out, where the organization is where the goal wants it and Azure DevOps refused the credential in use.
pub fn lockout(findings: &Findings<'_>, portal: &Portal) -> Option<Lockout> {
    let refused = findings.facts.operator.problem.as_deref()?;
    if !is_there(findings) || !locks_out(refused) {
        return None;
    }
    let (cause, headline, mut evidence) = told_apart(findings, refused);
    evidence.push(format!("The answer: {}", clean(&refused.headline())));
    let mut remedy = way_in(cause, findings, refused);
    remedy.push(last_resort(findings));
    let address = match cause {
        LockoutCause::TokenDead | LockoutCause::NoToken | LockoutCause::WrongTenant => portal.home(),
        _ => portal.rescue_page(),
    };
    Some(Lockout { cause, headline, evidence, remedy, address })
}

/// Whether a person has to do something about it. A service that fails, or cannot be reached, is no lock-out.
pub fn locks_out(problem: &Problem) -> bool {
    matches!(
        problem.kind,
        ProblemKind::NotSignedIn
            | ProblemKind::NotAllowed
            | ProblemKind::Local
            | ProblemKind::Refused
            | ProblemKind::Cancelled
    )
}

/// Sign-in codes that say that the account is not in the tenant.
const NOT_THERE: [&str; 3] = ["AADSTS50020", "AADSTS50034", "AADSTS90099"];
/// Sign-in codes that say that the account is disabled or locked.
const DISABLED: [&str; 2] = ["AADSTS50057", "AADSTS50053"];

type Told = (LockoutCause, String, Vec<String>);

fn told_apart(findings: &Findings<'_>, refused: &Problem) -> Told {
    if findings.goal == Goal::Disconnect {
        return (
            LockoutCause::TokenDead,
            "The sign-in of the directory has ended with the connection".to_owned(),
            vec!["Only Microsoft accounts sign in now.".to_owned()],
        );
    }
    let after = &findings.facts.after_connect;
    if after.get().is_some_and(|trial| trial.same_pat) && after.problem.is_none() {
        return (
            LockoutCause::TokenDead,
            "The access token of before the switch is dead".to_owned(),
            vec!["after_connect = \"same\": the program still signs in with it.".to_owned()],
        );
    }
    // The latest word about the way of after the switch: its own trial, else the refusal itself.
    let no_token = after.problem.as_deref().or_else(|| refused.status.is_none().then_some(refused));
    if let Some(problem) = no_token.filter(|problem| locks_out(problem)) {
        return without_token(findings, problem);
    }
    if let Some(trial) = after.get()
        && let (Some(of), Some(destination)) = (trial.tenant, findings.facts.destination())
        && of != destination
    {
        return (
            LockoutCause::WrongTenant,
            "The sign-in is for another tenant than the one that backs the organization".to_owned(),
            vec![format!(
                "`{}` gave a token for {of}; the organization is in {destination}.",
                clean(&trial.way)
            )],
        );
    }
    by_account(findings)
}

/// The way gave no token at all.
fn without_token(findings: &Findings<'_>, problem: &Problem) -> Told {
    let code = problem.code.as_deref().unwrap_or_default();
    let said = vec![format!("The sign-in said: {}", clean(&problem.headline()))];
    if NOT_THERE.contains(&code) {
        return (LockoutCause::NotInTenant, not_in_tenant(findings), said);
    }
    if DISABLED.contains(&code) {
        return (LockoutCause::Disabled, "The account is disabled or locked in the tenant".to_owned(), said);
    }
    let headline = if problem.kind == ProblemKind::Cancelled {
        "Nobody has signed in with the new way yet"
    } else {
        "The way of signing in after the switch gives no token"
    };
    (LockoutCause::NoToken, headline.to_owned(), said)
}

fn not_in_tenant(findings: &Findings<'_>) -> String {
    format!("The account is not in {}", tenant_name(findings))
}

/// There is a token of the right tenant, and Azure DevOps does not know its account: what is the account?
fn by_account(findings: &Findings<'_>) -> Told {
    let facts = findings.facts;
    let operator = facts.operator.get();
    let before = operator.map(operator_name);
    let mut evidence: Vec<String> =
        before.iter().map(|name| format!("In the organization you were {name}.")).collect();
    let Some(me) = facts.me.get() else {
        if facts.me.problem.as_deref().is_some_and(|problem| problem.kind == ProblemKind::NotFound) {
            return (LockoutCause::NotInTenant, not_in_tenant(findings), evidence);
        }
        return by_mapping(findings, None, evidence);
    };
    let name = user_name(me);
    evidence.push(format!("The tenant knows the account that signs in as {name}."));
    if me.enabled == Some(false) {
        return (LockoutCause::Disabled, format!("{name} is disabled in the tenant"), evidence);
    }
    if me.user_type == Some(UserType::Guest) || me.pending {
        let word = if me.pending { "has not accepted the invitation to" } else { "is only a guest of" };
        return (LockoutCause::Guest, format!("{name} {word} {}", tenant_name(findings)), evidence);
    }
    by_mapping(findings, Some(me), evidence)
}

/// Onto whom the service mapped the administrator, by the sign-in address of before the switch.
fn by_mapping(findings: &Findings<'_>, me: Option<&TenantUser>, mut evidence: Vec<String>) -> Told {
    let account = findings.facts.operator.get().and_then(|operator| operator.account.as_deref());
    let (Some(account), Some(directory)) = (account, findings.directory) else {
        return unknown(evidence);
    };
    let mut owners = directory.users().iter().filter(|user| {
        !user.deleted && user.enabled != Some(false) && address::same(user.user_principal_name(), account)
    });
    match (owners.next(), owners.next()) {
        (Some(user), None) if me.is_some_and(|me| me.id == user.id) => {
            evidence.push(
                "This account should have been mapped by the service itself; it may take some minutes to show."
                    .to_owned(),
            );
            unknown(evidence)
        }
        (Some(user), None) => {
            evidence.push(format!("The service maps {} onto {} by itself.", clean(account), user_name(user)));
            let headline = format!("You were mapped onto {}; another account signs in", user_name(user));
            (LockoutCause::OtherAccount, headline, evidence)
        }
        _ => {
            evidence.push(format!(
                "Nobody in the tenant has {} as user principal name, so the service mapped you onto nobody.",
                clean(account)
            ));
            let whose = if is_owner(findings) { "The owner's account" } else { "Your account" };
            let headline = format!("{whose}, {}, was not mapped", clean(account));
            (LockoutCause::NotMapped, headline, evidence)
        }
    }
}

fn unknown(evidence: Vec<String>) -> Told {
    (
        LockoutCause::Unknown,
        "Azure DevOps does not let this account in, and why does not show".to_owned(),
        evidence,
    )
}

fn is_owner(findings: &Findings<'_>) -> bool {
    let (Some(operator), Some(owner)) = (findings.facts.operator.get(), findings.facts.owner.get()) else {
        return false;
    };
    owner.storage_key.as_ref() == Some(&operator.storage_key)
        || owner
            .address
            .as_deref()
            .zip(operator.account.as_deref())
            .is_some_and(|(owner, account)| address::same(owner, account))
}

fn operator_name(operator: &Operator) -> String {
    named(&operator.display_name, operator.account.as_deref().unwrap_or_default())
}

fn user_name(user: &TenantUser) -> String {
    named(user.display_name(), user.user_principal_name())
}

fn tenant_name(findings: &Findings<'_>) -> String {
    findings
        .facts
        .destination_profile()
        .map_or_else(|| "the tenant".to_owned(), |tenant| clean(&tenant.display_name).into_owned())
}

/// What to do about a cause, in order.
fn way_in(cause: LockoutCause, findings: &Findings<'_>, refused: &Problem) -> Vec<String> {
    let mut steps: Vec<String> = match cause {
        LockoutCause::TokenDead if findings.goal == Goal::Disconnect => vec![
            "Sign in to the organization in a private window with the owner's Microsoft account.".to_owned(),
            "Make a personal access token for this organization there, and start again with it (credentials.azure_devops)."
                .to_owned(),
        ],
        LockoutCause::TokenDead => vec![
            "Sign in to the organization in a private window with the work account: that shows whether you get in.".to_owned(),
            "Name a way for after the switch: after_connect = \"entra\", \"azure-cli\" or \"command\" under \
             [credentials.azure_devops]. Then start again: everything that was decided is kept."
                .to_owned(),
        ],
        LockoutCause::NoToken => {
            let after = findings.facts.after_connect.problem.as_deref().unwrap_or(refused);
            let own = clean(&after.remedy).into_owned();
            let own = if own.is_empty() {
                "Look at after_connect under [credentials.azure_devops].".to_owned()
            } else {
                own
            };
            vec![own, "Then try the sign-in again (r). Everything that was decided is kept.".to_owned()]
        }
        LockoutCause::WrongTenant => vec![
            format!("Sign in with a work account of {}, and try again (r).", tenant_name(findings)),
        ],
        LockoutCause::NotInTenant => vec![
            format!("Have the account added to {} as a member, or sign in with one that is.", tenant_name(findings)),
            "Azure DevOps may see a new member only after an hour. Then try again (r).".to_owned(),
        ],
        LockoutCause::Guest => vec![
            "Have the tenant's administrator set the user type to Member (or take the account out and add it as a member)."
                .to_owned(),
            "Azure DevOps may see that only hours later, in places days. Then try again (r).".to_owned(),
        ],
        LockoutCause::Disabled => vec!["Have the account enabled in the tenant, and try again (r).".to_owned()],
        LockoutCause::OtherAccount => {
            vec!["Sign in as the account that you were mapped onto, and try again (r).".to_owned()]
        }
        LockoutCause::NotMapped => Vec::new(),
        LockoutCause::Unknown => vec![
            "Sign in to the organization in a private window with the work account: does that let you in?".to_owned(),
            "Wait some minutes and try again (r): changes in Entra take up to an hour to show.".to_owned(),
        ],
    };
    let needs_another = matches!(
        cause,
        LockoutCause::NotMapped | LockoutCause::Guest | LockoutCause::NotInTenant | LockoutCause::Unknown
    );
    if needs_another && findings.goal != Goal::Disconnect {
        steps.push(match others(findings).as_slice() {
            [] => "No other administrator is known who would be in by now: go on with the way back.".to_owned(),
            names => format!(
                "Have another administrator, who is in by now, map you (Organization settings, Users, Resolve): {}.",
                names.join(", ")
            ),
        });
    }
    steps
}

/// Administrators whose sign-in address is the name of exactly one enabled member: the service maps them by itself.
fn others(findings: &Findings<'_>) -> Vec<String> {
    let (Some(administrators), Some(roster), Some(directory)) =
        (findings.facts.administrators.get(), findings.roster, findings.directory)
    else {
        return Vec::new();
    };
    let own = findings.facts.operator.get().map(|operator| &operator.storage_key);
    administrators
        .members
        .iter()
        .filter(|key| Some(*key) != own)
        .filter_map(|key| roster.get(key))
        .filter(|user| {
            let mut same = directory.users().iter().filter(|one| {
                !one.deleted
                    && one.enabled == Some(true)
                    && one.user_type == Some(UserType::Member)
                    && address::same(one.user_principal_name(), &user.principal_name)
            });
            matches!((same.next(), same.next()), (Some(_), None))
        })
        .take(3)
        .map(|user| named(&user.display_name, &user.principal_name))
        .collect()
}

fn last_resort(findings: &Findings<'_>) -> String {
    if findings.goal == Goal::Disconnect {
        return "If nobody gets in: the rescue page and Microsoft Support, see the way back.".to_owned();
    }
    "If nobody gets in: the rescue page, signed in as the owner, and from there disconnect; see the way back."
        .to_owned()
}

#[cfg(test)]
mod tests;
