//! Inviting a guest.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Call, Fault, Shared, bad_request, users::context};
use crate::simulator::{
    answer::{Answer, graph_error},
    world::{
        World,
        tenant::{Tenant, TenantUser},
    },
};

/// Roles that may invite under `adminsAndGuestInviters`: Global Administrator, User Administrator, Guest Inviter.
const INVITERS: [&str; 3] = [
    "62e90394-69f5-4237-9190-012177145e10",
    "fe930be7-5e62-47db-91af-98c3a49a38b1",
    "95e79109-95c0-4d8e-aee3-d01accf2d47b",
];

pub(super) fn invite(shared: &Shared, call: &Call) -> Answer {
    let Some(body) = call.json() else {
        return bad_request("Unable to read JSON request payload. (simulated)");
    };
    let address = body["invitedUserEmailAddress"].as_str().unwrap_or_default().trim().to_owned();
    if body["inviteRedirectUrl"].as_str().unwrap_or_default().is_empty() {
        return bad_request("The inviteRedirectUrl is missing. (simulated)");
    }
    if !well_formed(&address) {
        return bad_request("The invited user email address is not valid. (simulated)");
    }
    if let Some(answer) = refused(shared) {
        return answer;
    }
    let from = World::visible_from(shared.entra_delay());
    shared.write(|world| {
        if let Some(answer) = forbidden(world) {
            return answer;
        }
        let domain = address.rsplit('@').next().unwrap_or_default().to_lowercase();
        let tenant = world.destination();
        if domain == tenant.domain || domain == tenant.initial_domain {
            return bad_request(&format!(
                "The invited user address belongs to {domain}, a verified domain of this directory. (simulated)"
            ));
        }
        let now = world.now;
        let number = match known(tenant, &address) {
            Some((number, true)) if shared.on(Fault::InviteAgainRefused) => {
                let object = tenant.object(number);
                return bad_request(&format!(
                    "The invited user already exists in the directory as object ID: {object}. (simulated)"
                ));
            }
            Some((number, _)) => number,
            None => {
                let name = body["invitedUserDisplayName"].as_str();
                let user = guest(tenant, &address, name, now);
                let number = world.destination;
                world.tenant_mut(number).add(user, from)
            }
        };
        let tenant = world.destination();
        let object = tenant.object(number);
        let mut answer = Answer::json(
            StatusCode::CREATED,
            &json!({
                "@odata.context": context(shared, "invitations/$entity"),
                "id": object,
                "inviteRedeemUrl": format!("https://login.microsoftonline.com/redeem?rd=simulated&ticket={object}"),
                "invitedUserDisplayName": body.get("invitedUserDisplayName").cloned().unwrap_or(Value::Null),
                "invitedUserType": "Guest",
                "invitedUserEmailAddress": address,
                "sendInvitationMessage": body["sendInvitationMessage"].as_bool().unwrap_or(false),
                "resetRedemption": false,
                "inviteRedirectUrl": body["inviteRedirectUrl"],
                "status": "PendingAcceptance",
                "invitedUser": {"id": object},
            }),
        );
        answer.unheard = shared.on(Fault::InviteUnknown);
        answer
    })
}

/// The refusals that a switch asks for, each as it was observed or as near as anybody knows.
fn refused(shared: &Shared) -> Option<Answer> {
    let (_, status, code, message) = [
        (
            Fault::InviteUnauthorized,
            StatusCode::UNAUTHORIZED,
            "Unauthorized",
            "Insufficient privileges: Resource=Invitations, ControllerName=MSGraphInviteAPI. (simulated)",
        ),
        (
            Fault::InviteDomainBlocked,
            StatusCode::FORBIDDEN,
            "Forbidden",
            "The domain of the invited user is not on the list of allowed domains. (simulated)",
        ),
        (
            Fault::InviteCrossTenant,
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "The cross-tenant access settings block this invitation. (simulated)",
        ),
        (
            Fault::InviteGroupAddress,
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "Group email address is not supported. (simulated)",
        ),
        (
            Fault::InviteProxyConflict,
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "Another object has the same value for property proxyAddresses: conflicting proxy address. (simulated)",
        ),
        (
            Fault::InviteHiccup,
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            "The target address was not found. (simulated)",
        ),
    ]
    .into_iter()
    .find(|(fault, ..)| shared.on(*fault))?;
    Some(graph_error(status, code, message))
}

fn forbidden(world: &World) -> Option<Answer> {
    let me = world.destination().fresh(world.me);
    let member = me.is_some_and(|me| me.kind != Some("Guest"));
    let inviter = world.my_roles.iter().any(|(_, template)| INVITERS.contains(template));
    let allowed = match world.invites_from {
        "everyone" => true,
        "adminsGuestInvitersAndAllMembers" => member || inviter,
        "adminsAndGuestInviters" => inviter,
        _ => false,
    };
    (!allowed).then(|| {
        graph_error(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            "Guest invitations are not allowed for your company. Contact your company administrator. (simulated)",
        )
    })
}

/// The documented rules of the local part: plus-addresses are refused.
fn well_formed(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let edge = |letter: char| letter == '.' || letter == '-';
    !local.is_empty()
        && domain.contains('.')
        && !local
            .contains(|letter: char| "~!#$%^&*()+=[]{}\\/|;:\"<>?, @".contains(letter) || letter.is_control())
        && !local.starts_with(edge)
        && !local.ends_with(edge)
}

/// The user who has this address already, and whether it is a guest who was invited.
fn known(tenant: &Tenant, address: &str) -> Option<(u32, bool)> {
    let wanted = address.to_lowercase();
    tenant.near(&wanted).into_iter().find_map(|number| {
        let user = tenant.fresh(number).filter(|user| !user.deleted)?;
        let same = |text: &str| text.to_lowercase() == wanted;
        let has = user.mail.as_deref().is_some_and(same)
            || user.external_address().as_deref().is_some_and(same)
            || user.proxies.iter().any(|proxy| proxy.to_lowercase() == format!("smtp:{wanted}"));
        has.then_some((number, user.external.is_some()))
    })
}

/// A guest as an invitation makes it.
pub(in crate::simulator) fn guest(
    tenant: &Tenant,
    address: &str,
    name: Option<&str>,
    now: jiff::Timestamp,
) -> TenantUser {
    let mangled = address.replace('@', "_");
    TenantUser {
        display: name.map_or_else(|| address.split('@').next().unwrap_or_default().to_owned(), str::to_owned),
        given: None,
        surname: None,
        mail: Some(address.to_owned()),
        upn: format!("{mangled}#EXT#@{}", tenant.initial_domain),
        other_mails: vec![address.to_owned()],
        proxies: vec![format!("SMTP:{address}")],
        kind: Some("Guest"),
        enabled: true,
        external: Some("PendingAcceptance"),
        nickname: format!("{mangled}#EXT#"),
        sam: None,
        created: now,
        deleted: false,
    }
}
