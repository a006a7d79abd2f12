//! Everything that was read besides the two lists of people, each with its age and, where reading failed, the reason.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

mod tokens;
mod workloads;

use super::connection::Backing;
use super::ids::{Descriptor, ObjectId, StorageKey, TenantId};
use super::people::TenantUser;
use super::problem::{Problem, ProblemKind};
use super::signin::Granted;

pub use tokens::{PersonTokens, TokenInventory, TokenNote, TokensBefore};
pub use workloads::{Creator, Workload, WorkloadKind, Workloads};

/// Something that was read, or not: an error keeps the old value and says why it is old.
#[derive(Debug, Clone)]
pub struct Aged<T> {
    /// The last value that was read.
    pub value: Option<Arc<T>>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// Why the latest attempt failed; `None` when it succeeded or there was none.
    pub problem: Option<Arc<Problem>>,
}

impl<T> Default for Aged<T> {
    fn default() -> Self {
        Self { value: None, read_at: None, problem: None }
    }
}

impl<T> Aged<T> {
    /// Read at this moment.
    pub fn known(value: T, at: Timestamp) -> Self {
        Self { value: Some(Arc::new(value)), read_at: Some(at), problem: None }
    }

    /// The value, if it was ever read.
    pub fn get(&self) -> Option<&T> {
        self.value.as_deref()
    }

    /// Takes the result of a new attempt.
    pub fn update(&mut self, result: Result<T, Problem>, at: Timestamp) {
        match result {
            Ok(value) => *self = Self::known(value, at),
            Err(problem) => self.problem = Some(Arc::new(problem)),
        }
    }

    /// Never tried: neither value nor problem.
    pub fn is_unread(&self) -> bool {
        self.value.is_none() && self.problem.is_none()
    }
}

/// The account behind the Azure DevOps credential, from `connectionData`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Its storage key (the identity's id).
    pub storage_key: StorageKey,
    /// Its subject descriptor.
    pub descriptor: Option<Descriptor>,
    /// Its name.
    pub display_name: String,
    /// Its sign-in address.
    pub account: Option<String>,
    /// The organization's own id.
    pub organization_id: Option<String>,
}

/// Where a tenant lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cloud {
    /// The public cloud; GCC (US government customers on the commercial cloud) is part of it.
    Public {
        /// Whether the tenant is a GCC tenant.
        gcc: bool,
    },
    /// A national cloud, by name: Azure Government, China.
    National(String),
    /// The discovery document said something that nobody wrote down yet.
    Unrecognised(String),
}

/// The destination tenant, from anonymous discovery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantDiscovery {
    /// Its id.
    pub id: TenantId,
    /// `EU`, `NA`, …
    pub region: Option<String>,
    /// Which cloud.
    pub cloud: Cloud,
    /// The sign-in host that answered.
    pub sign_in_host: String,
}

/// The destination tenant's own page about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantProfile {
    /// Its id.
    pub id: TenantId,
    /// Its name.
    pub display_name: String,
    /// Its verified domains, the default one first.
    pub verified_domains: Vec<String>,
}

/// The Project Collection Administrators, nested groups resolved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Administrators {
    /// Org users who are administrators.
    pub members: BTreeSet<StorageKey>,
    /// Tenant users who are administrators through an Entra group in the organization.
    pub through_entra_groups: BTreeSet<ObjectId>,
    /// Members that could not be resolved, with the reason. Not empty: nobody may say *pass*.
    pub unresolved: Vec<String>,
}

/// The organization's owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Storage key, where the service gave one that is in the roster.
    pub storage_key: Option<StorageKey>,
    /// Name, where known.
    pub name: Option<String>,
    /// Address, where known.
    pub address: Option<String>,
    /// Named by the configuration or by the administrator, not by the service.
    pub told: bool,
}

/// An identity that the people list does not show, from the legacy identities API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegacyIdentity {
    /// Its id.
    pub id: String,
    /// Its name.
    pub display_name: String,
    /// Its account name.
    pub account: Option<String>,
    /// Its mail address.
    pub mail: Option<String>,
    /// Whether it is in any group of the organization.
    pub active: bool,
}

/// A user of the graph that has no entitlement: materialised, or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphIdentity {
    /// For look-ups in the same session.
    pub descriptor: Descriptor,
    /// Name.
    pub display_name: String,
    /// Sign-in address.
    pub principal_name: String,
    /// Mail address.
    pub mail: Option<String>,
    /// Entra object behind it, where it has one.
    pub origin_object: Option<ObjectId>,
    /// Membership state; `None` when it could not be read, which counts as active.
    pub active: Option<bool>,
}

/// Who may invite guests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationPolicy {
    /// Graph `allowInvitesFrom`, as written: `none`, `adminsAndGuestInviters`, `adminsGuestInvitersAndAllMembers`,
    /// `everyone`.
    pub allow_invites_from: String,
    /// Template id of the role that guests have.
    pub guest_role: Option<String>,
}

/// The roles and groups of the account that reads the tenant; only active assignments show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memberships {
    /// Template ids of directory roles, lower case.
    pub role_templates: BTreeSet<String>,
}

/// The state of Azure DevOps' core services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// `healthy`, `advisory`, `degraded`, `unhealthy`, `unknown`, as written.
    pub health: String,
    /// The service's own sentence.
    pub message: String,
    /// Geographies in which core services are not healthy, with their state.
    pub unhealthy: Vec<String>,
}

/// What trying out the way of signing in after the switch gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AfterConnectTrial {
    /// The way, in words: `azure-cli`, `command`, `same`.
    pub way: String,
    /// The tenant of the token it produced; `None` when the token does not say (opaque).
    pub tenant: Option<TenantId>,
    /// The way is the same personal access token, which may die at the switch.
    pub same_pat: bool,
}

/// Everything that was read besides the people.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The account behind the Azure DevOps credential.
    pub operator: Aged<Operator>,
    /// What backs the organization, confirmed by two equal readings.
    pub backing: Aged<Backing>,
    /// The directory that backs the organization, where it is not the destination and its name could be looked up.
    pub backing_tenant: Aged<TenantProfile>,
    /// The destination tenant by discovery.
    pub discovery: Aged<TenantDiscovery>,
    /// The destination tenant's own page.
    pub tenant: Aged<TenantProfile>,
    /// The account that reads the tenant.
    pub me: Aged<TenantUser>,
    /// Its roles.
    pub my_roles: Aged<Memberships>,
    /// What the token for Microsoft Graph allows, as far as it says.
    pub granted: Aged<Granted>,
    /// The organization's administrators.
    pub administrators: Aged<Administrators>,
    /// The organization's owner.
    pub owner: Aged<Owner>,
    /// Hidden identities that share an address with somebody, from the legacy identities API.
    pub hidden_identities: Aged<Vec<LegacyIdentity>>,
    /// Users of the graph without an entitlement.
    pub graph_identities: Aged<Vec<GraphIdentity>>,
    /// Who may invite.
    pub invitation_policy: Aged<InvitationPolicy>,
    /// Health of Azure DevOps.
    pub health: Aged<Health>,
    /// The way of signing in after the switch, tried out.
    pub after_connect: Aged<AfterConnectTrial>,
    /// Tokens and keys.
    pub tokens: Aged<TokenInventory>,
    /// What works with somebody's credential. Comes with the tokens.
    pub workloads: Aged<Workloads>,
    /// The access tokens of the account that this program signs in to Azure DevOps with, where it does so by one of them.
    pub own_tokens: Aged<PersonTokens>,
}

impl Facts {
    /// The destination tenant's id, however it was learned; `None` where the configured tenant does not exist.
    pub fn destination(&self) -> Option<TenantId> {
        self.discovery
            .get()
            .map(|found| found.id)
            .or_else(|| self.destination_profile().map(|tenant| tenant.id))
    }

    /// The destination tenant's own page: what the credential reads, unless that is another tenant.
    pub fn destination_profile(&self) -> Option<&TenantProfile> {
        let missing =
            self.discovery.problem.as_deref().is_some_and(|problem| problem.kind == ProblemKind::NotFound);
        match self.discovery.get() {
            Some(found) => self.tenant.get().filter(|read| read.id == found.id),
            None if missing => None,
            None => self.tenant.get(),
        }
    }

    /// The name of this tenant, where one of the tenants that were read is it.
    pub fn tenant_name(&self, tenant: TenantId) -> Option<&str> {
        let known = [self.tenant.get(), self.backing_tenant.get()];
        let profile = known.into_iter().flatten().find(|profile| profile.id == tenant)?;
        Some(&*profile.display_name).filter(|name| !name.trim().is_empty())
    }

    /// The tenant that the credential reads instead of the destination: then everybody would be compared with strangers.
    pub fn strange_tenant(&self) -> Option<&TenantProfile> {
        let read = self.tenant.get()?;
        self.destination_profile().is_none().then_some(read)
    }
}
