//! A person of the organization, as written down by a scenario and as seen after what happened since.

use jiff::Timestamp;
use uuid::Uuid;

/// Where an identity comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::simulator) enum Origin {
    /// A personal Microsoft account.
    Msa,
    /// An object of a tenant.
    Tenant { tenant: u8, object: Uuid, guest: bool },
    /// Invited and never signed in: bind pending.
    Pending,
    /// A service identity of Azure DevOps itself.
    Service { prefix: &'static str, domain: &'static str },
}

/// An access level, as the wire spells its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) enum Access {
    Basic,
    TestPlans,
    Stakeholder,
    Enterprise,
    Professional,
}

impl Access {
    /// licensingSource, accountLicenseType, msdnLicenseType, licenseDisplayName
    pub fn parts(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Basic => ("account", "express", "none", "Basic"),
            Self::TestPlans => ("account", "advanced", "none", "Basic + Test Plans"),
            Self::Stakeholder => ("account", "stakeholder", "none", "Stakeholder"),
            Self::Enterprise => ("msdn", "none", "enterprise", "Visual Studio Enterprise subscription"),
            Self::Professional => ("msdn", "none", "professional", "Visual Studio Professional subscription"),
        }
    }
}

#[derive(Debug, Clone)]
pub(in crate::simulator) struct Person {
    pub display: String,
    pub principal: String,
    pub mail: String,
    pub origin: Origin,
    pub access: Access,
    /// The entitlement's status.
    pub status: &'static str,
    /// `None`: never.
    pub last_access: Option<Timestamp>,
    pub created: Timestamp,
    /// Direct memberships, by number of the group.
    pub groups: Vec<u16>,
    /// Has an entitlement; if not, only graph knows the identity.
    pub entitled: bool,
    /// The membership state.
    pub active: bool,
    pub tokens: u8,
    pub global_tokens: u8,
    pub ssh_keys: u8,
}

/// What happened to a person since the start.
#[derive(Debug, Clone, Default)]
pub(in crate::simulator) struct Fate {
    /// The identity that the person was mapped to: tenant and object.
    pub identity: Option<(u8, Uuid)>,
    /// The storage key, where it changed.
    pub key: Option<Uuid>,
    /// Removed from the organization.
    pub removed: bool,
    /// Groups that the person was put into.
    pub joined: Vec<u16>,
    /// In no group any more.
    pub without_groups: bool,
    /// Fallen to Stakeholder.
    pub stakeholder: bool,
}

/// A person as the services show it now.
#[derive(Debug, Clone)]
pub(in crate::simulator) struct Seen {
    pub number: u32,
    pub person: Person,
    pub key: Uuid,
    pub descriptor: String,
    pub removed: bool,
}

impl Seen {
    pub fn listed(&self) -> bool {
        self.person.entitled && !self.removed
    }

    /// Counts as active in the organization, so that nobody else may be mapped onto its identity.
    pub fn occupies(&self) -> bool {
        !self.removed && (self.person.entitled || self.person.active)
    }

    /// The word that `subjectTypes` knows it by.
    pub fn subject_type(&self) -> &str {
        self.descriptor.split('.').next().unwrap_or_default()
    }
}
