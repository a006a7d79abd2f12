//! Signing in asks for the least, and for more only when the plan needs it.

use ado2entra::services::Raw;
use ado2entra::simulator::SignInAnswer;

use crate::stage::{APP, Stage, by_code};

#[tokio::test]
async fn the_permission_to_invite_is_asked_for_when_somebody_is_to_be_invited() {
    let stage = Stage::new(by_code(APP, &[])).await;
    stage.control().consent_by_signing_in();
    let granted = stage.services.granted_for_graph().await.unwrap();
    let missing = granted.missing_lines();
    assert!(missing[0].starts_with("User.Invite.All is missing: would be needed to invite"), "{missing:?}");
    assert_eq!(stage.codes()[0].permissions, ["User.Read", "User.Read.All"]);

    stage.services.will_invite();
    let granted = stage.services.granted_for_graph().await.unwrap();
    assert!(granted.permissions.unwrap().contains("User.Invite.All"));
    let codes = stage.codes();
    assert_eq!(codes.len(), 2, "the person consents once more");
    assert_eq!(codes[1].permissions, ["User.Read", "User.Read.All", "User.Invite.All"]);
    let why = codes[1].again_because.as_deref().unwrap();
    assert!(why.contains("the plan needs User.Invite.All"), "{why}");
    // The same sign-in serves Azure DevOps, and nobody is asked a third time.
    stage.services.try_after_connect().await.unwrap();
    stage.services.will_invite();
    stage.control().end_tokens();
    stage.services.graph.organization().await.unwrap();
    assert_eq!(stage.codes().len(), 2);
    stage.keeps_secrets("");
}

#[tokio::test]
async fn where_it_was_consented_to_before_nobody_is_asked() {
    let stage = Stage::new(by_code(APP, &[])).await;
    stage.services.granted_for_graph().await.unwrap();
    stage.services.will_invite();
    let granted = stage.services.granted_for_graph().await.unwrap();
    assert!(granted.permissions.unwrap().contains("User.Invite.All"));
    assert_eq!(stage.codes().len(), 1);
    // Nor where the configuration asks for it from the start.
    let stage = Stage::new(by_code(APP, &["user.invite.all"])).await;
    stage.services.granted_for_graph().await.unwrap();
    let asked = stage.tokens_asked();
    stage.services.will_invite();
    stage.services.granted_for_graph().await.unwrap();
    assert_eq!(stage.tokens_asked(), asked);
}

#[tokio::test]
async fn whoever_declines_goes_on_reading_and_is_not_asked_again() {
    let stage = Stage::new(by_code(APP, &[])).await;
    stage.control().consent_by_signing_in();
    stage.services.granted_for_graph().await.unwrap();
    stage.control().answer_sign_ins(SignInAnswer::Declines);
    stage.services.will_invite();
    let granted = stage.services.granted_for_graph().await.unwrap();
    assert!(granted.missing().unwrap().iter().any(|one| one.name == "User.Invite.All"));
    assert!(stage.services.graph.users(Raw::Drop).all().await.unwrap().0.len() > 20);
    stage.services.will_invite();
    stage.control().end_tokens();
    stage.services.graph.organization().await.unwrap();
    assert_eq!(stage.codes().len(), 2, "once at the start, once for the invitation");
}
