//! The prerequisites: each asks one thing that Microsoft's article or FAQ asks for, and answers with evidence.
//!
//! What could not be read is `unknown` and says who could not read it and why, never `pass`. What only a person knows is
//! `manual`. All names and addresses in evidence are cleaned for the screen.

use jiff::Timestamp;

use super::check::{Check, CheckId};
use super::connection::Goal;
use super::facts::Facts;
use super::forecast::{Forecast, Situation};
use super::people::{Directory, Roster};
use super::plan::Plan;

mod accounts;
mod administrators;
mod credentials;
mod duplicates;
mod finding;
mod guests;
mod lookup;
mod outside;
mod people;
mod resolved;
mod tokens;

pub use lookup::{ConnectingAccount, connecting_account};

/// Everything that the prerequisites are judged on.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a> {
    /// The organization's name.
    pub organization: &'a str,
    /// What was read besides the people.
    pub facts: &'a Facts,
    /// The organization's people; `None` when they could not be read.
    pub roster: Option<&'a Roster>,
    /// The tenant's people; `None` when they could not be read.
    pub directory: Option<&'a Directory>,
    /// The comparison; `None` without both lists.
    pub forecast: Option<&'a Forecast>,
    /// What the comparison was made with.
    pub situation: &'a Situation,
    /// Decisions and ticks.
    pub plan: &'a Plan,
    /// What the administrator wants.
    pub goal: Goal,
    /// Today.
    pub now: Timestamp,
}

/// Evaluates all prerequisites, in the order of the screen.
pub fn evaluate(findings: &Findings<'_>) -> Vec<Check> {
    CheckId::ALL.iter().map(|id| evaluate_one(*id, findings)).collect()
}

/// Evaluates one prerequisite.
pub fn evaluate_one(id: CheckId, findings: &Findings<'_>) -> Check {
    let found = if let Some(reason) = does_not_apply(id, findings) {
        finding::not_applicable(reason)
    } else {
        match id {
            CheckId::TenantPublicCloud => accounts::public_cloud(findings),
            CheckId::AdminIsPca => accounts::is_administrator(findings),
            CheckId::AdminTenantMember => accounts::tenant_member(findings),
            CheckId::AdminSourceMembership => accounts::source_membership(findings),
            CheckId::AdminsCovered => administrators::covered(findings),
            CheckId::HazardsResolved => resolved::hazards(findings),
            CheckId::UserCount => people::count(findings),
            CheckId::TenantUsersAlreadyInOrg => resolved::already_there(findings),
            CheckId::UnwantedUsers => people::unwanted(findings),
            CheckId::AddressCoverage => people::coverage(findings),
            CheckId::DuplicateSignInAddresses => duplicates::addresses(findings),
            CheckId::GuestsCanBeInvited => guests::invitations(findings),
            CheckId::GuestAccessPolicy => guests::access_policy(findings),
            CheckId::SubscriptionsFollow => people::subscriptions(findings),
            CheckId::SshKeysCleared => tokens::ssh_keys(findings),
            CheckId::TokensInventory => tokens::inventory(findings),
            CheckId::OrgCreationPolicy => outside::creation_policy(findings),
            CheckId::DomainsSettled => outside::domains(findings),
            CheckId::UsersInformed => outside::informed(findings),
            CheckId::ServiceHealth => outside::health(findings),
            CheckId::CredentialsOutliveSwitch => credentials::outlive(findings),
        }
    };
    let tick = findings.plan.ticks.get(&id).filter(|_| found.status.can_be_ticked()).cloned();
    Check {
        id,
        status: found.status,
        summary: found.summary,
        evidence: found.evidence,
        remedy: found.remedy,
        ticked: tick,
    }
}

/// Why a prerequisite has nothing to ask here.
fn does_not_apply(id: CheckId, findings: &Findings<'_>) -> Option<&'static str> {
    let about_destination = matches!(
        id,
        CheckId::TenantPublicCloud
            | CheckId::AdminTenantMember
            | CheckId::AdminsCovered
            | CheckId::HazardsResolved
            | CheckId::TenantUsersAlreadyInOrg
            | CheckId::AddressCoverage
            | CheckId::GuestsCanBeInvited
            | CheckId::GuestAccessPolicy
            | CheckId::SubscriptionsFollow
            | CheckId::OrgCreationPolicy
            | CheckId::DomainsSettled
            | CheckId::CredentialsOutliveSwitch
    );
    if findings.goal == Goal::Disconnect && about_destination {
        return Some("the goal is to disconnect: no directory is connected");
    }
    let before_connecting = matches!(
        id,
        CheckId::AdminSourceMembership
            | CheckId::TenantUsersAlreadyInOrg
            | CheckId::OrgCreationPolicy
            | CheckId::CredentialsOutliveSwitch
    );
    (before_connecting && findings.goal != Goal::Disconnect && findings.situation.is_connected())
        .then_some("the destination backs the organization already")
}

#[cfg(test)]
mod tests;
