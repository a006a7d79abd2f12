//! Inviting a guest: `POST /invitations`.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Graph;
use crate::domain::ids::ObjectId;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::clean_to;
use crate::services::azure_devops::PlannedCall;
use crate::services::http::Pass;
use crate::services::http::json::from_body;
use crate::services::http::need::Need;
use crate::services::http::said::activity_id;
use crate::services::wire::lenient::Text;

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

/// What Graph answered to an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// The guest's object.
    pub user: Option<ObjectId>,
    /// `PendingAcceptance`, `Completed`, `InProgress`, `Error`.
    pub status: String,
    /// The id by which the service's support finds the call.
    pub activity_id: Option<String>,
}

/// The address to redeem the invitation (`inviteRedeemUrl`) carries a ticket; it has no member here and so is dropped.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    status: Text,
    invited_user: Option<InvitedUser>,
}

#[derive(Deserialize)]
struct InvitedUser {
    #[serde(default)]
    id: Text,
}

/// A 403 that is about the address and not about the account or the whole tenant: others may well be invited. Told by hints in
/// an unstable English text, which is always shown beside the remedy.
fn for_this_address(problem: Problem) -> Problem {
    let said = problem.said.to_ascii_lowercase();
    let domains = said.contains("domain") && (said.contains("allow") || said.contains("block"));
    let verified = said.contains("verified domain");
    if domains && !verified {
        let remedy = "The tenant's list of allowed or blocked domains keeps this address out. Entra admin center > External \
                      Identities > External collaboration settings > Collaboration restrictions; or invite another address.";
        return Problem { kind: ProblemKind::Refused, remedy: remedy.to_owned(), ..problem };
    }
    problem
}

fn body(invitation: &Invitation) -> Value {
    let mut body = json!({
        "invitedUserEmailAddress": invitation.address,
        "inviteRedirectUrl": invitation.redirect_url,
        "sendInvitationMessage": invitation.send_mail,
    });
    if let (Some(name), Some(members)) = (&invitation.display_name, body.as_object_mut()) {
        members.insert("invitedUserDisplayName".into(), Value::from(name.as_str()));
    }
    body
}

impl Graph {
    /// Invites a guest: `POST /invitations`. Sent once. Search with [`Graph::users_at`] first: an active guest who is
    /// invited again may get a second mail.
    pub async fn invite(&self, invitation: &Invitation, pass: Option<Pass>) -> Result<Invited, Problem> {
        let address = clean_to(&invitation.address, 120);
        let call = self
            .get(self.fixed_url(&["invitations"], &[]), format!("inviting {address}"), Need::Invite)
            .changing(Method::POST, Some(&body(invitation)));
        let answer = self.inner.http.write(&call, pass).await.map_err(for_this_address)?;
        let taken = from_body::<Answer>(&answer.value).map_err(|unreadable| {
            let said = format!("it answered {}, and the answer cannot be read: {unreadable}", answer.status);
            Problem {
                status: Some(answer.status),
                ..self.inner.http.problem(&call, ProblemKind::OutcomeUnknown, said)
            }
        })?;
        let status = clean_to(taken.status.as_deref().unwrap_or_default(), 40).into_owned();
        if status.eq_ignore_ascii_case("Error") {
            let said = "it took the invitation and answered with the status Error";
            return Err(self.inner.http.problem(&call, ProblemKind::Refused, said));
        }
        Ok(Invited {
            user: taken.invited_user.and_then(|user| user.id.as_deref()?.parse().ok()),
            status,
            activity_id: activity_id(&answer.headers),
        })
    }

    /// The call that [`Graph::invite`] makes.
    pub fn invite_call(&self, invitation: &Invitation) -> PlannedCall {
        let url = self.fixed_url(&["invitations"], &[]);
        PlannedCall { method: "POST", url: url.into(), body: Some(body(invitation)) }
    }
}
