//! The client of Microsoft Graph: the destination tenant's users, the account that reads it, its policy, invitations.

use crate::domain::facts::{InvitationPolicy, Memberships, TenantProfile};
use crate::domain::ids::ObjectId;
use crate::domain::people::TenantUser;
use crate::domain::problem::Problem;

use super::azure_devops::PlannedCall;
use super::paging::{Pages, Raw};
use super::unfinished;

/// An invitation to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Who gets it.
    pub address: String,
    /// How the guest is called in the tenant.
    pub display_name: Option<String>,
    /// Where the guest lands after accepting, such as `https://dev.azure.com/fabrikam`.
    pub redirect_url: String,
    /// Whether Microsoft sends the mail.
    pub send_mail: bool,
}

/// What Graph answered to an invitation. The address to redeem it, which carries a ticket, is dropped at parsing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// The guest's object.
    pub user: Option<ObjectId>,
    /// `PendingAcceptance`, `Completed`, `InProgress`, `Error`.
    pub status: String,
    /// The id by which the service's support finds the call.
    pub activity_id: Option<String>,
}

/// The client. Clones share connections, tokens and waits.
#[derive(Debug, Clone)]
pub struct Graph {
    pub(super) _hidden: (),
}

impl Graph {
    /// The account that reads the tenant.
    pub async fn me(&self) -> Result<TenantUser, Problem> {
        std::future::ready(Err(unfinished())).await
    }

    /// The tenant's page about itself.
    pub async fn organization(&self) -> Result<TenantProfile, Problem> {
        std::future::ready(Err(unfinished())).await
    }

    /// The directory roles of the account that reads the tenant; only active assignments show.
    pub async fn my_roles(&self) -> Result<Memberships, Problem> {
        std::future::ready(Err(unfinished())).await
    }

    /// Everybody in the tenant.
    pub fn users(&self, raw: Raw) -> Pages<TenantUser> {
        let _ = raw;
        Pages::unfinished()
    }

    /// Soft-deleted users; often not readable ([`crate::domain::ProblemKind::NotAllowed`]).
    pub fn deleted_users(&self) -> Pages<TenantUser> {
        Pages::unfinished()
    }

    /// One user, read from the object itself and not from an index.
    pub async fn user(&self, id: ObjectId) -> Result<TenantUser, Problem> {
        let _ = id;
        std::future::ready(Err(unfinished())).await
    }

    /// The users in an Entra group, nested groups included.
    pub async fn group_members(&self, group: ObjectId) -> Result<Vec<ObjectId>, Problem> {
        let _ = group;
        std::future::ready(Err(unfinished())).await
    }

    /// Who may invite guests. Without `Policy.Read.All` this is [`crate::domain::ProblemKind::NotAllowed`]: unknown, not
    /// failed.
    pub async fn invitation_policy(&self) -> Result<InvitationPolicy, Problem> {
        std::future::ready(Err(unfinished())).await
    }

    /// Users that have this address as mail, sign-in name, other mail or proxy address.
    pub async fn users_at(&self, address: &str) -> Result<Vec<TenantUser>, Problem> {
        let _ = address;
        std::future::ready(Err(unfinished())).await
    }

    /// Invites a guest: `POST /invitations`. Sent once.
    pub async fn invite(&self, invitation: &Invitation) -> Result<Invited, Problem> {
        let _ = invitation;
        std::future::ready(Err(unfinished())).await
    }

    /// The call that [`Graph::invite`] makes.
    pub fn invite_call(&self, invitation: &Invitation) -> PlannedCall {
        let _ = invitation;
        PlannedCall { method: "POST", url: String::new(), body: None }
    }
}
