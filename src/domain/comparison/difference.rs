//! One difference between two states: what it is about, which way it went, and whether it was to be expected.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::expected::Expected;
use crate::domain::ids::StorageKey;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $shown:literal;)*) => {
        /// What a difference is about, most important first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Kind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in JSON and CSV.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How a screen names it.
            pub fn shown(self) -> &'static str {
                match self { $(Self::$variant => $shown,)* }
            }
        }
    };
}

kinds! {
    /// Somebody is in one state only.
    Person "person" "people";
    /// A Project Collection Administrator, nested groups counted.
    Administrator "administrator" "administrators";
    /// The access level.
    AccessLevel "access-level" "access levels";
    /// The state of the entitlement: active, disabled.
    Status "status" "disabled or deleted";
    /// A group, direct or through other groups.
    Group "group" "groups";
    /// A project, by all ways together.
    Project "project" "project access";
    /// Guest or member of the tenant.
    Guest "guest" "guests";
    /// Which directory and object the identity is of.
    Identity "identity" "identities";
    /// The sign-in address.
    Address "address" "sign-in addresses";
    /// The storage key.
    StorageKey "storage-key" "new keys";
    /// Personal access tokens.
    AccessTokens "access-tokens" "access tokens";
    /// SSH keys.
    SshKeys "ssh-keys" "SSH keys";
    /// The last access, where it went backwards.
    LastAccess "last-access" "last access";
    /// The organization's owner.
    Owner "owner" "owner";
    /// An Entra group that is used in the organization.
    EntraGroup "entra-group" "Entra groups";
    /// A rule that gives access levels by group.
    GroupRule "group-rule" "group rules";
    /// A project of the organization.
    TeamProject "team-project" "projects";
    /// A service identity.
    ServiceIdentity "service-identity" "service identities";
    /// A service connection.
    ServiceConnection "service-connection" "service connections";
    /// An agent pool.
    AgentPool "agent-pool" "agent pools";
}

/// Which way it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It was there, and is no more, or is less.
    Lost,
    /// It is there now, or is more.
    Gained,
    /// It is another one.
    Changed,
}

impl Change {
    /// The word in JSON, CSV and on screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Gained => "gained",
            Self::Changed => "changed",
        }
    }

    /// The other way round.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Lost => Self::Gained,
            Self::Gained => Self::Lost,
            Self::Changed => Self::Changed,
        }
    }
}

/// One difference. The texts come from the service and are cleaned where they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What it is about.
    pub kind: Kind,
    /// Which way it went.
    pub change: Change,
    /// As it was; `None`: there was none.
    pub before: Option<Arc<str>>,
    /// As it is; `None`: there is none.
    pub after: Option<Arc<str>>,
    /// Why it was to be expected; `None`: it was not.
    pub expected: Option<Expected>,
    /// More about it: through which groups, what to look at.
    pub note: Option<Box<str>>,
}

impl Difference {
    /// Something that is gone.
    #[must_use]
    pub fn lost(kind: Kind, what: Arc<str>) -> Self {
        Self { kind, change: Change::Lost, before: Some(what), after: None, expected: None, note: None }
    }

    /// Something that is new.
    pub fn gained(kind: Kind, what: Arc<str>) -> Self {
        Self { kind, change: Change::Gained, before: None, after: Some(what), expected: None, note: None }
    }

    /// Something that is another one.
    pub fn changed(kind: Kind, change: Change, before: Arc<str>, after: Arc<str>) -> Self {
        Self { kind, change, before: Some(before), after: Some(after), expected: None, note: None }
    }

    /// To be expected, where there is a reason.
    #[must_use]
    pub fn because(mut self, expected: Option<Expected>) -> Self {
        self.expected = expected;
        self
    }

    /// With more about it.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<Box<str>>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Lost, and nobody expected it.
    pub fn is_unexpected_loss(&self) -> bool {
        self.change == Change::Lost && self.expected.is_none()
    }
}

/// Everything that is different for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonChanges {
    /// The key before; of somebody new, the key now.
    pub storage_key: StorageKey,
    /// The key now, where it is another one.
    pub new_storage_key: Option<StorageKey>,
    /// The name, as it is now; of somebody who is gone, as it was.
    pub name: Arc<str>,
    /// The sign-in address before; of somebody new, the one now.
    pub address: Arc<str>,
    /// The sign-in address now, where it is another one.
    pub new_address: Option<Arc<str>>,
    /// The person has used the organization since the first state was read.
    pub came_back: bool,
    /// What is different, most important first.
    pub differences: Vec<Difference>,
}

impl PersonChanges {
    /// Lost something.
    pub fn has_loss(&self) -> bool {
        self.differences.iter().any(|one| one.change == Change::Lost)
    }

    /// Lost something that nobody expected.
    pub fn has_unexpected_loss(&self) -> bool {
        self.differences.iter().any(Difference::is_unexpected_loss)
    }
}
