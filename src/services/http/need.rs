//! Which permission each call needs, in the words of the page where it is given.

/// What a call needs from its credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// No credential at all.
    Nothing,
    /// `connectionData`: any valid credential of the organization.
    AnyAccess,
    /// Reading entitlements.
    Entitlements,
    /// Removing entitlements.
    EntitlementsManage,
    /// Reading users, groups and memberships.
    OrgGraph,
    /// Mapping a user.
    OrgGraphManage,
    /// Reading legacy identities.
    Identities,
    /// Reading others' tokens.
    TokenAdministration,
    /// Reading the owner.
    Owner,
    /// Reading projects.
    Projects,
    /// Reading service connections.
    ServiceConnections,
    /// Reading agent pools and agents.
    AgentPools,
    /// Reading the audit log.
    Audit,
    /// `/me` and the like.
    UserRead,
    /// The tenant's users.
    UsersRead,
    /// The tenant's page about itself.
    OrganizationRead,
    /// The name of another tenant.
    CrossTenantRead,
    /// Groups' members.
    GroupsRead,
    /// The authorization policy.
    PolicyRead,
    /// Inviting.
    Invite,
}

impl Need {
    /// The scope or permission, as the service's own page calls it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => "no permission",
            Self::AnyAccess => "access to the organization",
            Self::Entitlements => "scope Member Entitlement Management (Read)",
            Self::EntitlementsManage => {
                "scope Member Entitlement Management (Read & write), and a Project Collection Administrator"
            }
            Self::OrgGraph => "scope Graph (Read)",
            Self::OrgGraphManage => {
                "scope Graph (Read & manage), and a Project Collection Administrator who is a member, not a guest, of \
                 the tenant"
            }
            Self::Identities => "scope Identity (Read)",
            Self::TokenAdministration => {
                "scope Token Administration (Read & manage), and a Project Collection Administrator"
            }
            Self::Owner => "scope Full access",
            Self::Projects => "scope Project and Team (Read)",
            Self::ServiceConnections => "scope Service Connections (Read)",
            Self::AgentPools => "scope Agent Pools (Read)",
            Self::Audit => {
                "scope Audit Log (Read), the permission View audit log, and a directory that backs the organization"
            }
            Self::UserRead => "permission User.Read",
            Self::UsersRead => "permission User.Read.All, and an account that is no guest",
            Self::OrganizationRead => "permission User.Read or Organization.Read.All",
            Self::CrossTenantRead => "permission CrossTenantInformation.ReadBasic.All",
            Self::GroupsRead => "permission GroupMember.Read.All",
            Self::PolicyRead => "permission Policy.Read.All, with the tenant administrator's consent",
            Self::Invite => "permission User.Invite.All, and a role that the tenant lets invite",
        }
    }
}
