//! The client of Azure DevOps Services: who is in the organization, who administers it, and the two changes that this
//! program makes (mapping one user, removing one entitlement).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::facts::{Administrators, LegacyIdentity, Operator, Owner, PersonTokens};
use crate::domain::ids::{Descriptor, ObjectId, StorageKey};
use crate::domain::people::OrgUser;
use crate::domain::problem::Problem;

use super::graph::Graph;
use super::paging::{Pages, Raw};
use super::unfinished;

/// A user of the graph: people with and without an entitlement, and service identities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphUser {
    /// For the next call only; changes on connecting.
    pub descriptor: Descriptor,
    /// Untrusted, for people's eyes.
    pub display_name: String,
    /// Sign-in address.
    pub principal_name: String,
    /// Mail address.
    pub mail: Option<String>,
    /// `msa`, `aad`, `vsts`, …
    pub origin: String,
    /// The id in the origin; `None` when absent or all zeros.
    pub origin_id: Option<String>,
    /// `Windows Live ID`, a tenant's GUID, `LOCAL AUTHORITY`, …
    pub domain: Option<String>,
    /// `member`, `guest`, `application`, …
    pub meta_type: Option<String>,
    /// The Entra object behind it was deleted.
    pub deleted_in_origin: bool,
}

/// A group of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// For the next call only.
    pub descriptor: Descriptor,
    /// Untrusted, for people's eyes.
    pub display_name: String,
    /// `[fabrikam]\Project Collection Administrators`
    pub principal_name: String,
    /// `vsts` or `aad`.
    pub origin: String,
    /// The id in the origin: of an Entra group its object id.
    pub origin_id: Option<String>,
    /// `vstfs:///Framework/IdentityDomain/…`, `vstfs:///Classification/TeamProject/…`, a tenant's GUID.
    pub domain: Option<String>,
}

/// Somebody is directly in a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// The group.
    pub container_descriptor: Descriptor,
    /// The member: a user or another group.
    pub member_descriptor: Descriptor,
}

/// A change that the service took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The status of the answer.
    pub status: u16,
    /// The id by which the service's support finds the call.
    pub activity_id: Option<String>,
}

/// A call that would be made, for a dry run.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedCall {
    /// `PATCH`, `DELETE`, `POST`.
    pub method: &'static str,
    /// The whole address.
    pub url: String,
    /// The JSON body, where there is one.
    pub body: Option<Value>,
}

/// The client. Clones share connections, tokens and waits.
#[derive(Debug, Clone)]
pub struct AzureDevOps {
    pub(super) _hidden: (),
}

impl AzureDevOps {
    /// The account behind the credential. An anonymous answer (a public organization) is *not signed in*.
    pub async fn operator(&self) -> Result<Operator, Problem> {
        std::future::ready(Err(unfinished())).await
    }

    /// Everybody with an entitlement, service identities included.
    pub fn users(&self, raw: Raw) -> Pages<OrgUser> {
        let _ = raw;
        unreachable_pages()
    }

    /// One person's entitlement.
    pub async fn user(&self, key: &StorageKey) -> Result<OrgUser, Problem> {
        let _ = key;
        std::future::ready(Err(unfinished())).await
    }

    /// Everybody in the graph; `subject_types` such as `["msa", "aad"]`, empty for all.
    pub fn graph_users(&self, subject_types: &[&str], raw: Raw) -> Pages<GraphUser> {
        let _ = (subject_types, raw);
        unreachable_pages()
    }

    /// One subject of the graph.
    pub async fn graph_user(&self, descriptor: &Descriptor) -> Result<GraphUser, Problem> {
        let _ = descriptor;
        std::future::ready(Err(unfinished())).await
    }

    /// All groups of the organization.
    pub fn groups(&self, raw: Raw) -> Pages<Group> {
        let _ = raw;
        unreachable_pages()
    }

    /// The direct members of a group.
    pub async fn members(&self, group: &Descriptor) -> Result<Vec<Membership>, Problem> {
        let _ = group;
        std::future::ready(Err(unfinished())).await
    }

    /// The groups that somebody is directly in.
    pub async fn member_of(&self, subject: &Descriptor) -> Result<Vec<Membership>, Problem> {
        let _ = subject;
        std::future::ready(Err(unfinished())).await
    }

    /// Whether this subject is active in the organization.
    pub async fn is_active(&self, subject: &Descriptor) -> Result<bool, Problem> {
        let _ = subject;
        std::future::ready(Err(unfinished())).await
    }

    /// The storage key of a subject.
    pub async fn storage_key(&self, subject: &Descriptor) -> Result<StorageKey, Problem> {
        let _ = subject;
        std::future::ready(Err(unfinished())).await
    }

    /// The present descriptor of a storage key.
    pub async fn descriptor(&self, key: &StorageKey) -> Result<Descriptor, Problem> {
        let _ = key;
        std::future::ready(Err(unfinished())).await
    }

    /// The Project Collection Administrators, nested groups walked; Entra groups among them are asked of `tenant`, and
    /// without it they are unresolved.
    pub async fn administrators(&self, tenant: Option<&Graph>) -> Result<Administrators, Problem> {
        let _ = tenant;
        std::future::ready(Err(unfinished())).await
    }

    /// All identities, hidden ones included, with this mail address or account name.
    pub async fn identities_at(&self, address: &str) -> Result<Vec<LegacyIdentity>, Problem> {
        let _ = address;
        std::future::ready(Err(unfinished())).await
    }

    /// The organization's owner, from an undocumented read; a failure means *not known*, nothing else.
    pub async fn owner(&self) -> Result<Owner, Problem> {
        std::future::ready(Err(unfinished())).await
    }

    /// Personal access tokens and SSH keys of one person.
    pub async fn tokens(&self, subject: &Descriptor) -> Result<PersonTokens, Problem> {
        let _ = subject;
        std::future::ready(Err(unfinished())).await
    }

    /// Gives this person's work and access to the target: `PATCH graph/users/{descriptor}`. Sent once. *Taken* is not
    /// *verified*: read the person back.
    pub async fn map(&self, person: &Descriptor, target: ObjectId) -> Result<Taken, Problem> {
        let _ = (person, target);
        std::future::ready(Err(unfinished())).await
    }

    /// The call that [`AzureDevOps::map`] makes.
    pub fn map_call(&self, person: &Descriptor, target: ObjectId) -> PlannedCall {
        let _ = (person, target);
        PlannedCall { method: "PATCH", url: String::new(), body: None }
    }

    /// Deletes the entitlement: `DELETE userentitlements/{storage key}`. Sent once. An entitlement that is already gone
    /// is *not found*.
    pub async fn remove(&self, key: &StorageKey) -> Result<Taken, Problem> {
        let _ = key;
        std::future::ready(Err(unfinished())).await
    }

    /// The call that [`AzureDevOps::remove`] makes.
    pub fn remove_call(&self, key: &StorageKey) -> PlannedCall {
        let _ = key;
        PlannedCall { method: "DELETE", url: String::new(), body: None }
    }
}

fn unreachable_pages<T>() -> Pages<T> {
    Pages::unfinished()
}
