//! Why a difference was to be expected. Everything that has no reason here is for somebody to look at.
//!
//! The rules, from Microsoft's pages on connecting and on changing the connection: groups of the directory before, what was
//! held through them, and group rules do not come along; licences may fall to Stakeholder until they are assigned again or the
//! subscription is told the new address; identity and address of a mapped person are those of the Entra account; tokens and
//! keys are made anew.

use serde::{Deserialize, Serialize};

use super::state::{Licence, PersonState};
use crate::domain::connection::Backing;
use crate::domain::people::Origin;

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $words:literal;)*) => {
        /// A reason.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Expected {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Expected {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in JSON and CSV.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// In words, with what to do where there is something to do.
            pub fn words(self) -> &'static str {
                match self { $(Self::$variant => $words,)* }
            }
        }
    };
}

reasons! {
    /// An Entra group of the directory before.
    OldDirectoryGroup "old-directory-group" "groups of the directory before do not come along: give the access through a group of the new one";
    /// Held only through such a group.
    ThroughOldGroup "through-old-group" "it was held through a group of the directory before, which does not come along";
    /// A Visual Studio subscription that is not recognised under the new address.
    Subscription "subscription" "the subscription is not recognised under the new address: add it as alternate account, or reassign the subscription";
    /// Fell to Stakeholder with the change of identity.
    FellToStakeholder "fell-to-stakeholder" "licences can fall to Stakeholder when the identity changes: assign the access level again";
    /// The rule that gave it was lost with its group.
    RuleLost "rule-lost" "a group rule gave it, and group rules do not come along";
    /// Access levels are assigned again after disconnecting.
    Disconnected "disconnected" "after disconnecting, access levels are assigned again";
    /// The identity is that of the Entra account.
    Mapped "mapped" "the person was mapped to the Entra account";
    /// The identity is the Microsoft account again.
    Unlinked "unlinked" "after disconnecting, people are their Microsoft accounts again";
    /// Removed, as planned.
    Removed "removed" "removed, as the plan says";
    /// Known under another key.
    NewKey "new-key" "the same person under a new key";
    /// Tokens and keys are made anew.
    MadeAnew "made-anew" "tokens and SSH keys are made anew after the switch";
    /// A group or rule of the new directory.
    NewDirectoryGroup "new-directory-group" "a group of the new directory";
}

/// What happened to the organization between two states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Between {
    pub before: Option<Backing>,
    pub after: Option<Backing>,
}

impl Between {
    /// What backs the organization is known both times, and is another.
    pub fn switched(self) -> bool {
        matches!((self.before, self.after), (Some(before), Some(after)) if before != after)
    }

    /// Microsoft accounts back it again.
    pub fn disconnected(self) -> bool {
        self.switched() && self.after == Some(Backing::MicrosoftAccounts)
    }

    /// A directory was left, so its groups do not come along.
    pub fn left_a_directory(self) -> bool {
        self.switched() && matches!(self.before, Some(Backing::Tenant(_)))
    }
}

/// Whether the identity changed in the way that connecting, switching, mapping and disconnecting change it.
pub(super) fn identity(between: Between, before: &PersonState, after: &PersonState) -> Option<Expected> {
    let is_of = |backing: Option<Backing>| {
        backing.and_then(Backing::tenant).is_some_and(|tenant| after.tenant == Some(tenant))
    };
    match (&before.origin, &after.origin) {
        (Origin::Msa, Origin::Aad) if is_of(between.after) => Some(Expected::Mapped),
        (Origin::Aad, Origin::Aad) if is_of(between.after) && before.tenant != after.tenant => {
            Some(Expected::Mapped)
        }
        (Origin::Aad, Origin::Msa) if between.disconnected() => Some(Expected::Unlinked),
        _ => None,
    }
}

/// Whether a lower access level was to be expected.
pub(super) fn access(between: Between, before: &PersonState, after: &PersonState) -> Option<Expected> {
    let same_identity =
        before.origin == after.origin && before.tenant == after.tenant && before.object == after.object;
    if between.disconnected() {
        return Some(Expected::Disconnected);
    }
    if before.licence == Licence::Rule && between.left_a_directory() {
        return Some(Expected::RuleLost);
    }
    let to_stakeholder =
        after.access.as_deref().is_some_and(|level| level.trim().eq_ignore_ascii_case("stakeholder"));
    if !to_stakeholder || (same_identity && !between.switched()) {
        return None;
    }
    let by_name = before.access.as_deref().is_some_and(|level| level.to_lowercase().contains("subscription"));
    Some(if before.licence == Licence::Subscription || by_name {
        Expected::Subscription
    } else {
        Expected::FellToStakeholder
    })
}
