//! Signing in, as people see it: the code that is typed elsewhere, who is signed in, and what that account may do.
//!
//! Nothing in here is secret. A device code as shown is of use only together with the account that types it in.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::{ObjectId, TenantId};
use super::problem::{Problem, Service};

/// A code that has to be typed into a browser, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCode {
    /// The code: letters, digits and hyphens.
    pub user_code: String,
    /// The page on which it is typed in, cleaned.
    pub address: String,
    /// Whether the page is one of those that Microsoft documents, or the simulator's. Any other is shown with a warning and
    /// never copied.
    pub address_is_known: bool,
    /// The tenant whose account must be used, as configured.
    pub tenant: String,
    /// What is asked for, by Microsoft's names.
    pub permissions: Vec<String>,
    /// Since when it is shown.
    pub shown_at: Timestamp,
    /// From this moment on the code is worth nothing.
    pub ends_at: Timestamp,
    /// Why a sign-in is needed once more, where it is not the first one.
    pub again_because: Option<String>,
}

impl DeviceCode {
    /// Whole seconds that are left; 0 when it is over.
    pub fn seconds_left(&self, now: Timestamp) -> u64 {
        u64::try_from(self.ends_at.duration_since(now).as_secs()).unwrap_or(0)
    }
}

/// A step of signing in by a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInStep {
    /// The code is there: show it.
    CodeShown(DeviceCode),
    /// The person has signed in.
    Done,
    /// It came to nothing, with the reason and the next best way.
    Failed(Problem),
    /// Nobody waits for it any more: cancelled, or the program is ending.
    Ended,
}

/// A command that gives a token wants to ask something in the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalStep {
    /// The screen should step aside, and say so by this number.
    Wanted {
        /// Of this request.
        number: u64,
        /// The program that asks, cleaned.
        by: String,
    },
    /// The command is over: the terminal is the screen's again.
    Returned,
}

/// What kind of account stands behind a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountKind {
    /// A person.
    Person,
    /// An application: it has no `/me`, and is nobody's membership.
    Application,
    /// The token does not say.
    Unknown,
}

/// What the program wants to do with Microsoft Graph, and the permission for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// Microsoft's name for it.
    pub name: &'static str,
    /// What it unlocks, as the end of "needed to …".
    pub unlocks: &'static str,
    /// Nothing works without it.
    pub essential: bool,
    /// Wider permissions that include it.
    wider: &'static [&'static str],
    /// An application has no use for it.
    people_only: bool,
}

/// All permissions for Microsoft Graph that the program has a use for, the essential ones first.
///
/// Sources: microsoft-graph-docs-contrib, permissions reference and the page of each call.
pub const GRAPH_PERMISSIONS: [Permission; 6] = [
    Permission {
        name: "User.Read",
        unlocks: "see which account is signed in, whether it is a member, and its roles",
        essential: true,
        wider: &["User.ReadWrite", "Directory.AccessAsUser.All"],
        people_only: true,
    },
    Permission {
        name: "User.Read.All",
        unlocks: "read the tenant's people and compare them",
        essential: true,
        wider: &[
            "User.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "Directory.AccessAsUser.All",
        ],
        people_only: false,
    },
    Permission {
        name: "Organization.Read.All",
        unlocks: "see the tenant's name and its domains",
        essential: false,
        // For people it is part of the least.
        wider: &[
            "User.Read",
            "User.ReadWrite",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "Directory.AccessAsUser.All",
        ],
        people_only: false,
    },
    Permission {
        name: "User.Invite.All",
        unlocks: "invite people who are not in the tenant",
        essential: false,
        wider: &["User.ReadWrite.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"],
        people_only: false,
    },
    Permission {
        name: "Policy.Read.All",
        unlocks: "check beforehand whether the tenant lets guests be invited",
        essential: false,
        wider: &[],
        people_only: false,
    },
    Permission {
        name: "GroupMember.Read.All",
        unlocks: "resolve Entra groups that hold administrators of the organization",
        essential: false,
        wider: &[
            "Group.Read.All",
            "Group.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "Directory.AccessAsUser.All",
        ],
        people_only: false,
    },
];

/// The permission of this name, in whatever case it was written.
pub fn graph_permission(name: &str) -> Option<&'static Permission> {
    GRAPH_PERMISSIONS.iter().find(|permission| permission.name.eq_ignore_ascii_case(name))
}

impl Permission {
    /// Whether these granted permissions include this one.
    pub fn is_in(&self, granted: &BTreeSet<String>) -> bool {
        let has = |name: &str| granted.iter().any(|one| one.eq_ignore_ascii_case(name));
        has(self.name) || self.wider.iter().any(|wider| has(wider))
    }
}

/// What a token is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The service that it is for.
    pub service: Service,
    /// Whose token it is.
    pub kind: AccountKind,
    /// The account's sign-in name, or the application's name, where the token says.
    pub account: Option<String>,
    /// The account's object id, where the token says.
    pub object: Option<ObjectId>,
    /// The tenant that the token is for, where it says.
    pub tenant: Option<TenantId>,
    /// The permissions by name; `None` where they cannot be read from it (a personal access token, an opaque token).
    pub permissions: Option<BTreeSet<String>>,
    /// When the token ends, where it says. It may be renewed by itself before.
    pub ends_at: Option<Timestamp>,
}

impl Granted {
    /// What is missing for Microsoft Graph; `None` where the permissions are not known, or for another service.
    pub fn missing(&self) -> Option<Vec<&'static Permission>> {
        if self.service != Service::MicrosoftGraph {
            return None;
        }
        let granted = self.permissions.as_ref()?;
        let wanted = |permission: &&Permission| {
            let no_use = permission.people_only && self.kind == AccountKind::Application;
            !no_use && !permission.is_in(granted)
        };
        Some(GRAPH_PERMISSIONS.iter().filter(wanted).collect())
    }

    /// One line for each missing permission: its name and what it would unlock.
    pub fn missing_lines(&self) -> Vec<String> {
        self.missing()
            .unwrap_or_default()
            .into_iter()
            .map(|permission| {
                let weight = if permission.essential { "needed to" } else { "would be needed to" };
                format!("{} is missing: {weight} {}", permission.name, permission.unlocks)
            })
            .collect()
    }
}

/// A way of signing in was tried, and this is who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The way, as the configuration calls it: `pat`, `device-code`, …
    pub way: String,
    /// Where the token comes from, in words.
    pub source: String,
    /// Who, in words for a screen: a sign-in address, an application's name. `None` where nobody says.
    pub who: Option<String>,
    /// Member or guest of the tenant, in the service's own word. `None` where it cannot be known.
    pub user_type: Option<String>,
    /// What the token is worth.
    pub granted: Granted,
    /// What is worth knowing before going on: missing permissions, what cannot be checked this way.
    pub notes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(kind: AccountKind, permissions: Option<&[&str]>) -> Granted {
        Granted {
            service: Service::MicrosoftGraph,
            kind,
            account: None,
            object: None,
            tenant: None,
            permissions: permissions.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
            ends_at: None,
        }
    }

    fn names(granted: &Granted) -> Vec<&'static str> {
        granted.missing().unwrap().into_iter().map(|permission| permission.name).collect()
    }

    #[test]
    fn what_is_missing_is_named_with_what_it_unlocks() {
        let least = granted(AccountKind::Person, Some(&["User.Read", "User.Read.All", "openid"]));
        assert_eq!(names(&least), ["User.Invite.All", "Policy.Read.All", "GroupMember.Read.All"]);
        assert!(least.missing_lines()[0].contains("invite people"), "{:?}", least.missing_lines());
        // The fixed permissions of the Azure CLI: it can list and invite, and not read policies.
        let cli = granted(
            AccountKind::Person,
            Some(&[
                "AuditLog.Read.All",
                "Directory.AccessAsUser.All",
                "Group.ReadWrite.All",
                "User.ReadWrite.All",
            ]),
        );
        assert_eq!(names(&cli), ["Policy.Read.All"]);
    }

    #[test]
    fn an_application_needs_no_me_and_what_is_opaque_is_unknown() {
        let app = granted(AccountKind::Application, Some(&["User.Read.All", "User.Invite.All"]));
        assert_eq!(names(&app), ["Organization.Read.All", "Policy.Read.All", "GroupMember.Read.All"]);
        assert_eq!(granted(AccountKind::Unknown, None).missing(), None);
        assert!(granted(AccountKind::Unknown, None).missing_lines().is_empty());
    }

    #[test]
    fn a_code_counts_down_to_nothing() {
        let now: Timestamp = "2026-11-23T19:00:00Z".parse().unwrap();
        let code = DeviceCode {
            user_code: "ABCD-EFGH".into(),
            address: "https://microsoft.com/devicelogin".into(),
            address_is_known: true,
            tenant: "contoso.example".into(),
            permissions: vec![],
            shown_at: now,
            ends_at: now + jiff::SignedDuration::from_secs(900),
            again_because: None,
        };
        assert_eq!(code.seconds_left(now), 900);
        assert_eq!(code.seconds_left(now + jiff::SignedDuration::from_secs(901)), 0);
    }
}
