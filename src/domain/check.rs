//! Prerequisites as data: what was asked, what was found, what to do. They are evaluated in [`super::prerequisites`].

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

macro_rules! check_ids {
    ($($variant:ident $name:literal $title:literal $page:literal;)*) => {
        /// A prerequisite. The order is that of the screen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum CheckId {
            $(#[doc = $title] $variant,)*
        }

        impl CheckId {
            /// All prerequisites, in the order of the screen.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in JSON, in commands and in the store.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The title on the screen: the good state, as a sentence.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// Microsoft's page about it.
            pub fn docs_url(self) -> &'static str {
                match self { $(Self::$variant => concat!("https://learn.microsoft.com/", $page),)* }
            }
        }
    };
}

check_ids! {
    TenantPublicCloud "tenant-public-cloud" "The tenant is in the public cloud" "azure/devops/organizations/accounts/connect-organization-to-azure-ad#prerequisites";
    AdminIsPca "admin-is-pca" "You are an administrator of the organization" "azure/devops/organizations/accounts/connect-organization-to-azure-ad#prerequisites";
    AdminTenantMember "admin-tenant-member" "You are a member of the tenant, not a guest" "azure/devops/organizations/accounts/connect-organization-to-azure-ad#prerequisites";
    AdminSourceMembership "admin-source-membership" "You belong to the directory that backs the organization now" "azure/devops/organizations/accounts/change-azure-ad-connection";
    AdminsCovered "admins-covered" "Enough administrators are covered" "azure/devops/organizations/accounts/faq-azure-access";
    HazardsResolved "hazards-resolved" "Hazards and conflicts are resolved" "azure/devops/organizations/accounts/faq-azure-access";
    UserCount "user-count" "At most 100 users" "azure/devops/organizations/accounts/connect-organization-to-azure-ad#prerequisites";
    TenantUsersAlreadyInOrg "tenant-users-already-in-org" "Nobody of the tenant is in the organization yet" "azure/devops/organizations/accounts/connect-organization-to-azure-ad#prerequisites";
    UnwantedUsers "unwanted-users" "Unwanted users are gone" "azure/devops/organizations/accounts/delete-organization-users";
    AddressCoverage "address-coverage" "Everybody has a counterpart or a decision" "azure/devops/organizations/accounts/connect-organization-to-azure-ad#prerequisites";
    DuplicateSignInAddresses "duplicate-sign-in-addresses" "No duplicate sign-in addresses" "azure/devops/organizations/accounts/faq-azure-access";
    GuestsCanBeInvited "guests-can-be-invited" "Guests can be invited" "entra/external-id/external-collaboration-settings-configure";
    GuestAccessPolicy "guest-access-policy" "The organization allows external guests" "azure/devops/organizations/accounts/change-application-access-policies";
    SubscriptionsFollow "subscriptions-follow" "Visual Studio subscriptions follow their people" "azure/devops/organizations/accounts/faq-azure-access";
    SshKeysCleared "ssh-keys-cleared" "SSH keys were cleared by Support" "azure/devops/organizations/accounts/connect-organization-to-azure-ad#prerequisites";
    TokensInventory "tokens-inventory" "Who must make tokens anew is known" "azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate";
    OrgCreationPolicy "org-creation-policy" "The tenant's policy lets you link an organization" "azure/devops/organizations/accounts/azure-ad-tenant-policy-restrict-org-creation";
    DomainsSettled "domains-settled" "No custom domain is about to be added" "azure/devops/organizations/accounts/change-azure-ad-connection";
    UsersInformed "users-informed" "Users have been told" "azure/devops/organizations/accounts/inform-users-microsoft-entra-change";
    ServiceHealth "service-health" "Azure DevOps is healthy" "azure/devops/user-guide/service-status-info";
    CredentialsOutliveSwitch "credentials-outlive-switch" "Your way of signing in survives the switch" "azure/devops/integrate/get-started/authentication/entra";
}

impl CheckId {
    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.name() == name)
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a prerequisite stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckStatus {
    /// Must be mended before connecting.
    Fail,
    /// Only a person knows; to be ticked with a note.
    Manual,
    /// Could not be read: no permission, no answer, or not read yet.
    Unknown,
    /// Worth mending.
    Warn,
    /// Met.
    Pass,
    /// Does not apply here.
    NotApplicable,
}

impl CheckStatus {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Manual => "manual",
            Self::Unknown => "unknown",
            Self::Warn => "warn",
            Self::Pass => "pass",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// Only these two may be ticked.
    pub fn can_be_ticked(self) -> bool {
        matches!(self, Self::Manual | Self::Unknown)
    }
}

/// A person's word that a prerequisite is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Why; never empty.
    pub note: String,
    /// When it was ticked.
    pub at: Timestamp,
}

/// One prerequisite with what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Which one.
    pub id: CheckId,
    /// How it stands.
    pub status: CheckStatus,
    /// One line: the finding.
    pub summary: String,
    /// The findings one by one: names, addresses, values. Cleaned for the screen.
    pub evidence: Vec<String>,
    /// What to do, in words; empty where there is nothing to do.
    pub remedy: String,
    /// A person's confirmation, if there is one.
    pub ticked: Option<Tick>,
}

impl Check {
    /// Whether this prerequisite stands in the way of `ready`, and how.
    pub fn counts_as(&self) -> CheckStatus {
        if self.ticked.is_some() && self.status.can_be_ticked() { CheckStatus::Pass } else { self.status }
    }
}

/// The answer over all prerequisites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Something fails, or is not ticked.
    NotReady,
    /// Nothing fails, something could not be read.
    Unknown,
    /// Connect may be pressed.
    Ready,
}

impl Verdict {
    /// Any `fail` or unticked `manual` is not ready; else any unticked `unknown` is unknown; else ready.
    pub fn of(checks: &[Check]) -> Self {
        let any = |status: CheckStatus| checks.iter().any(|check| check.counts_as() == status);
        if any(CheckStatus::Fail) || any(CheckStatus::Manual) {
            Self::NotReady
        } else if any(CheckStatus::Unknown) {
            Self::Unknown
        } else {
            Self::Ready
        }
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotReady => "not-ready",
            Self::Unknown => "unknown",
            Self::Ready => "ready",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: CheckStatus, ticked: bool) -> Check {
        Check {
            id: CheckId::UserCount,
            status,
            summary: String::new(),
            evidence: vec![],
            remedy: String::new(),
            ticked: ticked.then(|| Tick { note: "seen".into(), at: Timestamp::UNIX_EPOCH }),
        }
    }

    #[test]
    fn the_verdict_follows_the_worst_that_is_not_ticked() {
        use CheckStatus as S;
        let of =
            |list: &[(S, bool)]| Verdict::of(&list.iter().map(|(s, t)| check(*s, *t)).collect::<Vec<_>>());
        assert_eq!(of(&[(S::Pass, false), (S::Warn, false), (S::NotApplicable, false)]), Verdict::Ready);
        assert_eq!(of(&[(S::Manual, false)]), Verdict::NotReady);
        assert_eq!(of(&[(S::Manual, true), (S::Unknown, true)]), Verdict::Ready);
        assert_eq!(of(&[(S::Manual, true), (S::Unknown, false)]), Verdict::Unknown);
        assert_eq!(of(&[(S::Fail, true)]), Verdict::NotReady, "a failure cannot be ticked away");
    }

    #[test]
    fn every_name_is_read_back() {
        for id in CheckId::ALL {
            assert_eq!(CheckId::parse(id.name()), Some(*id));
        }
        assert_eq!(CheckId::ALL.len(), 21);
    }
}
