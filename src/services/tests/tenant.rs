//! The tenant: invitations, and who has an address.

use super::{guest, parameter};
use crate::domain::problem::ProblemKind;
use crate::services::Invitation;
use crate::services::testing::{Server, json};

fn invitation() -> Invitation {
    Invitation {
        address: "new@partner.example".into(),
        display_name: Some("New".into()),
        redirect_url: "https://dev.azure.com/fabrikam".into(),
        send_mail: true,
    }
}

#[tokio::test]
async fn an_invitation_drops_its_ticket() {
    let server = Server::start(|_, _| {
        json(201, r#"{"id":"i","inviteRedeemUrl":"https://login.example/redeem?ticket=tell-nobody","status":"PendingAcceptance","invitedUser":{"id":"b0000000-0000-4000-8000-000000000005"}}"#)
    })
    .await;
    let services = server.services();
    let invited = services.graph.invite(&invitation(), None).await.unwrap();
    assert!(invited.user.is_some() && invited.status == "PendingAcceptance");
    assert!(!format!("{invited:?}{:?}", server.traffic.lock().unwrap()).contains("tell-nobody"));
    let planned = services.graph.invite_call(&invitation());
    assert_eq!(server.heard()[0].body, planned.body.unwrap().to_string());
}

#[tokio::test]
async fn refused_invitations_each_have_their_own_advice() {
    for (status, code, message, kind, part) in [
        (401, "Unauthorized", "ControllerName=MSGraphInviteAPI", ProblemKind::NotAllowed, "may not invite"),
        (
            403,
            "Authorization_RequestDenied",
            "Guest invitations not allowed for your company",
            ProblemKind::NotAllowed,
            "External collaboration settings",
        ),
        (
            400,
            "BadRequest",
            "The invited user is in a verified domain of this directory",
            ProblemKind::Refused,
            "member instead of inviting",
        ),
        (
            412,
            "BadRequest",
            "The user already exists in the directory as object id x",
            ProblemKind::Refused,
            "Map onto that user",
        ),
        (400, "BadRequest", "Group email address is not supported", ProblemKind::Refused, "group"),
        (400, "BadRequest", "proxy address conflict", ProblemKind::Refused, "proxy address"),
        (
            403,
            "Forbidden",
            "blocked by your cross-tenant access settings",
            ProblemKind::NotAllowed,
            "Cross-tenant access",
        ),
        (403, "Directory_QuotaExceeded", "quota", ProblemKind::Refused, "250"),
        (500, "InternalServerError", "target address not found", ProblemKind::OutcomeUnknown, "read it back"),
    ] {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"{message}"}}}}"#);
        let server = Server::start(move |_, _| json(status, &body)).await;
        let problem = server.services().graph.invite(&invitation(), None).await.unwrap_err();
        assert_eq!((problem.kind, problem.said.as_str()), (kind, message));
        assert!(problem.remedy.contains(part), "{part}: {problem}");
        assert_eq!(server.heard().len(), 1, "{message}");
    }
}

#[tokio::test]
async fn an_address_is_looked_for_in_all_its_places() {
    let server = Server::start(|n, _| json(200, &format!(r#"{{"value":[{}]}}"#, guest(n / 2)))).await;
    let found = server.services().graph.users_at(" o'neil+x@contoso.example ").await.unwrap();
    assert_eq!(found.len(), 2, "found twice counts once");
    let filters: Vec<_> = server.heard().iter().map(|heard| parameter(heard, "$filter").unwrap()).collect();
    assert_eq!(filters[0], "mail eq 'o''neil+x@contoso.example'");
    assert_eq!(filters[3], "proxyAddresses/any(p:p eq 'smtp:o''neil+x@contoso.example')");
    let server = Server::start(|_, _| json(200, r#"{"value":[{"id":"odd"}]}"#)).await;
    let problem = server.services().graph.users_at("a@b.example").await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::BadAnswer, "a user who cannot be read is not nobody");
}
