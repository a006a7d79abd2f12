//! What a decision was bound to: the person and the target as they were read when it was made. Before a row is sent both
//! are read again; a difference refuses the row, in words.

use serde::{Deserialize, Serialize};

use crate::domain::people::{OrgUser, TenantUser};

/// The parts of a person that a decision depends on. The descriptor is not among them: it changes on connecting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenPerson {
    /// Name.
    pub display_name: String,
    /// Sign-in address.
    pub principal_name: String,
    /// Mail address.
    pub mail: Option<String>,
    /// Origin, as the service writes it.
    pub origin: String,
    /// Id in the origin.
    pub origin_id: Option<String>,
}

/// The parts of a target that a decision depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenTarget {
    /// Name.
    pub display_name: String,
    /// Sign-in name.
    pub user_principal_name: String,
    /// Mail address.
    pub mail: Option<String>,
    /// Whether it may sign in.
    pub enabled: Option<bool>,
    /// Whether an invitation is still open.
    pub pending: bool,
}

/// Person and target as they were when a decision was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The org user.
    pub person: SeenPerson,
    /// The target of a map.
    pub target: Option<SeenTarget>,
}

impl From<&OrgUser> for SeenPerson {
    fn from(user: &OrgUser) -> Self {
        Self {
            display_name: user.display_name.to_string(),
            principal_name: user.principal_name.to_string(),
            mail: user.mail.as_deref().map(str::to_owned),
            origin: user.origin.as_str().to_owned(),
            origin_id: user.origin_id.as_deref().map(str::to_owned),
        }
    }
}

impl From<&TenantUser> for SeenTarget {
    fn from(user: &TenantUser) -> Self {
        Self {
            display_name: user.display_name.to_string(),
            user_principal_name: user.user_principal_name.to_string(),
            mail: user.mail.as_deref().map(str::to_owned),
            enabled: user.enabled,
            pending: user.pending,
        }
    }
}
