//! What the client answers with, where the domain has no type of its own for it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::Problem;
use crate::domain::facts::GraphIdentity;
use crate::domain::ids::Descriptor;

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

impl GraphUser {
    /// As the domain keeps it; `active` is the membership state, where it was read.
    pub fn identity(&self, active: Option<bool>) -> GraphIdentity {
        let is_entra = self.origin.eq_ignore_ascii_case("aad");
        GraphIdentity {
            descriptor: self.descriptor.clone(),
            display_name: self.display_name.clone(),
            principal_name: self.principal_name.clone(),
            mail: self.mail.clone(),
            origin_object: self.origin_id.as_deref().filter(|_| is_entra).and_then(|id| id.parse().ok()),
            active,
        }
    }
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

impl Group {
    /// Whether this is the group of the Project Collection Administrators.
    pub fn is_administrators(&self) -> bool {
        super::is_administrators_group(self)
    }

    /// Whether it is a group of Entra.
    pub fn is_from_entra(&self) -> bool {
        self.origin.eq_ignore_ascii_case("aad") || self.descriptor.subject_type() == "aadgp"
    }
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

impl Taken {
    /// What is to be remembered of a call that failed, for whoever asks the service's support about it.
    pub fn refused(problem: &Problem) -> Option<Self> {
        let activity_id = Some(problem.activity_id.clone()?);
        Some(Self { status: problem.status.unwrap_or_default(), activity_id })
    }
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
