//! A snapshot: everything read from both services at one moment, as one file, in the services' own objects. Nothing secret
//! is in it, and what is read from one never supplies endpoints, commands or decisions.
//!
//! The file is one JSON object whose first line names the schema, so that a reader knows what it has before it reads on:
//!
//! ```text
//! {"schema":"ado2entra.snapshot/1","taken_at":"2026-11-28T18:59:00Z",
//! "organization":{…},
//! "tenant":{…},
//! "org_users":[
//! {…},
//! ```
//!
//! [`take()`] writes one, [`open`] makes a model of one (to work offline), [`state`] makes what [`crate::domain::comparison`]
//! compares, [`redact`] makes a copy for somebody else. All three readers go through [`scan`], which holds the limits and never
//! holds the file.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::Backing;
use crate::domain::TenantId;
use crate::domain::facts::{
    Administrators, InvitationPolicy, LegacyIdentity, Memberships, Operator, Owner, PersonTokens,
    TenantDiscovery, TenantProfile, TokenNote,
};
use crate::domain::ids::StorageKey;
use crate::domain::people::TenantUser;

mod document;
mod offline;
pub mod redact;
mod scan;
pub mod state;
mod take;

pub use offline::open;
pub use take::{Taken, take};

/// The schema that this version writes and reads, without its number.
const SCHEMA: &str = "ado2entra.snapshot/";

/// The number of the schema that this version writes. It reads this and every earlier one.
const VERSION: u32 = 1;

/// What is known about the organization.
#[derive(Debug, Default, Serialize, Deserialize)]
struct OrganizationPart {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    backing: Option<Backing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operator: Option<Operator>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    administrators: Option<Administrators>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<Owner>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hidden_identities: Option<Vec<LegacyIdentity>>,
    /// The entitlements were read with their projects: without being asked the service leaves those lists empty.
    #[serde(default)]
    with_projects: bool,
}

/// What is known about the tenant.
#[derive(Debug, Default, Serialize, Deserialize)]
struct TenantPart {
    configured: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<TenantId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    discovery: Option<TenantDiscovery>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    profile: Option<TenantProfile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    me: Option<TenantUser>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    my_roles: Option<Memberships>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invitation_policy: Option<InvitationPolicy>,
}

/// Who is directly in which group, by descriptor.
#[derive(Debug, Serialize, Deserialize)]
struct WrittenMembership<'a> {
    #[serde(borrow)]
    container: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    member: std::borrow::Cow<'a, str>,
}

/// Who is in an Entra group, nested ones walked, by object id.
#[derive(Debug, Serialize, Deserialize)]
struct EntraMember {
    /// The group's descriptor.
    group: String,
    /// The member's object id.
    object: crate::domain::ObjectId,
}

/// Tokens and keys of one person.
#[derive(Debug, Serialize, Deserialize)]
struct WrittenTokens {
    storage_key: StorageKey,
    #[serde(flatten)]
    counts: PersonTokens,
    #[serde(default)]
    notes: Vec<TokenNote>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    read_at: Option<Timestamp>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The member of the file that is incomplete or missing: `memberships`, `service_connections`.
    pub part: String,
    /// Of one group: its descriptor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Why, in words.
    pub why: String,
}

impl LeftOut {
    /// Whether a comparison misses it: without these nobody can say who lost what.
    pub fn is_serious(&self) -> bool {
        matches!(
            self.part.as_str(),
            "org_users" | "graph_users" | "groups" | "memberships" | "administrators"
        )
    }
}
