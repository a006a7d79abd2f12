//! Signing in by a code: every answer that the service and the person can give.

use std::time::Duration;

use ado2entra::domain::ProblemKind;
use ado2entra::domain::signin::{AccountKind, SignInStep};
use ado2entra::services::{Raw, Way};
use ado2entra::simulator::{Fault, Options, SignInAnswer};

use crate::stage::{APP, Stage, by_code};

#[tokio::test]
async fn one_sign_in_serves_both_services() {
    let stage = Stage::new(by_code(APP, &["User.Invite.All"])).await;
    let (users, after) =
        tokio::join!(stage.services.graph.users(Raw::Drop).all(), stage.services.try_after_connect());
    assert!(users.unwrap().0.len() > 20);
    let trial = after.unwrap();
    assert_eq!(trial.way, "device-code");
    assert_eq!(trial.tenant.unwrap().to_string(), stage.simulator.tenant_id());
    let codes = stage.codes();
    assert_eq!(codes.len(), 1, "nobody types two codes");
    let code = &codes[0];
    assert!(code.user_code.starts_with("SIML-"));
    assert_eq!(code.address, format!("{}/login/device", stage.simulator.base()));
    assert!(code.address_is_known);
    assert_eq!(code.permissions, ["User.Read", "User.Read.All", "User.Invite.All"]);
    assert_eq!(stage.steps().last(), Some(&SignInStep::Done));
    // In which cloud the tenant is was asked before anybody was asked to sign in.
    let log = stage.control().requests();
    let first = |part: &str| log.iter().position(|request| request.path.contains(part)).unwrap();
    assert!(first("openid-configuration") < first("devicecode"));
    // Once *not yet*, once the sign-in, once Azure DevOps by the refresh token.
    assert_eq!(stage.tokens_asked(), 3);
    stage.keeps_secrets("");
}

#[tokio::test]
async fn a_person_approves_on_the_page() {
    let stage = Stage::new(by_code(APP, &[])).await;
    stage.control().answer_sign_ins(SignInAnswer::Waits);
    let graph = stage.services.graph.clone();
    let reading = tokio::spawn(async move { graph.organization().await });
    stage.until_shown(1).await;
    let code = stage.codes().remove(0);
    let form = format!("user_code={}&answer=approve", code.user_code);
    let page = reqwest::Client::builder().no_proxy().build().unwrap();
    let said = page.post(&code.address).body(form).send().await.unwrap().text().await.unwrap();
    assert!(said.contains("Signed in"), "{said}");
    assert_eq!(reading.await.unwrap().unwrap().id.to_string(), stage.simulator.tenant_id());
}

#[tokio::test]
async fn every_refusal_has_its_next_best_way() {
    for (answer, part) in [
        (SignInAnswer::Declines, "declined in the browser"),
        (SignInAnswer::Expires, "before it ended"),
        (SignInAnswer::Refuses(53003), "kind = \"azure-cli\""),
        (SignInAnswer::Refuses(53000), "device that the tenant knows"),
        (SignInAnswer::Refuses(50076), "second factor"),
        (SignInAnswer::Refuses(50079), "aka.ms/mfasetup"),
        (SignInAnswer::Refuses(65001), "Grant admin consent"),
        (SignInAnswer::Refuses(7_000_218), "Allow public client flows"),
        (SignInAnswer::Refuses(50020), "not in the tenant"),
        (SignInAnswer::Refuses(50034), "not in the tenant"),
    ] {
        let stage = Stage::new(by_code(APP, &[])).await;
        stage.control().answer_sign_ins(answer);
        let problem = stage.services.graph.organization().await.unwrap_err();
        assert!(problem.remedy.contains(part), "{answer}: {problem}");
        assert!(matches!(stage.steps().last(), Some(SignInStep::Failed(_))), "{answer}");
        // It stands until somebody asks again: no second code comes up by itself.
        stage.services.graph.me().await.unwrap_err();
        assert_eq!(stage.codes().len(), 1, "{answer}");
        stage.keeps_secrets(&problem.to_string());
    }
}

#[tokio::test]
async fn an_unknown_application_and_an_unknown_tenant_are_named() {
    let stage = Stage::new(by_code("11111111-2222-3333-4444-555555555555", &[])).await;
    let problem = stage.services.graph.organization().await.unwrap_err();
    assert_eq!(problem.code.as_deref(), Some("AADSTS700016"));
    assert!(problem.remedy.contains("client_id under [credentials.entra]"), "{problem}");

    let stage = Stage::with(by_code(APP, &[]), &[], Options::default(), Some("nowhere.example")).await;
    let problem = stage.services.graph.organization().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotFound);
    assert!(stage.asked("devicecode").is_empty(), "nobody signs in to a tenant that does not exist");
}

#[tokio::test]
async fn a_cancelled_sign_in_is_not_begun_again_by_itself() {
    let stage = Stage::new(by_code(APP, &[])).await;
    stage.control().answer_sign_ins(SignInAnswer::Waits);
    let graph = stage.services.graph.clone();
    let reading = tokio::spawn(async move { graph.organization().await });
    stage.until_shown(1).await;
    stage.services.cancel_sign_in();
    let problem = reading.await.unwrap().unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Cancelled);
    assert_eq!(stage.steps().last(), Some(&SignInStep::Ended));
    assert_eq!(stage.services.graph.organization().await.unwrap_err().kind, ProblemKind::Cancelled);
    assert_eq!(stage.codes().len(), 1);
    // Somebody reads again.
    stage.control().answer_sign_ins(SignInAnswer::ByItself);
    stage.services.ask_again();
    stage.services.graph.organization().await.unwrap();
    assert_eq!(stage.codes().len(), 2);
}

#[tokio::test]
async fn whoever_stops_waiting_takes_the_code_away() {
    let stage = Stage::new(by_code(APP, &[])).await;
    stage.control().answer_sign_ins(SignInAnswer::Waits);
    let graph = stage.services.graph.clone();
    let reading = tokio::spawn(async move { graph.organization().await });
    stage.until_shown(1).await;
    reading.abort();
    let _ = reading.await;
    assert_eq!(stage.steps().last(), Some(&SignInStep::Ended));
}

#[tokio::test]
async fn a_service_that_asks_for_patience_gets_it() {
    let stage = Stage::new(by_code(APP, &[])).await;
    stage.control().answer_sign_ins(SignInAnswer::SlowsDown);
    stage.services.graph.organization().await.unwrap();
    let polls = stage.asked("/oauth2/v2.0/token");
    assert_eq!(polls.len(), 2);
    let pause = polls[1].at.checked_sub(polls[0].at).unwrap();
    assert!(pause >= Duration::from_secs(5), "RFC 8628: five seconds more");
}

#[tokio::test]
async fn a_network_that_fails_now_and_then_does_not_cost_the_sign_in() {
    let stage = Stage::faulty(by_code(APP, &[]), &[], &[]).await;
    stage.control().answer_sign_ins(SignInAnswer::Waits);
    let graph = stage.services.graph.clone();
    let reading = tokio::spawn(async move { graph.organization().await });
    stage.until_shown(1).await;
    stage.control().set_fault(Fault::ServerErrors, true);
    while !stage.asked("/oauth2/v2.0/token").iter().any(|request| request.status >= 500) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stage.control().set_fault(Fault::ServerErrors, false);
    stage.control().approve_sign_in();
    reading.await.unwrap().unwrap();
    assert_eq!(stage.codes().len(), 1);
}

#[tokio::test]
async fn a_trial_says_who_it_is_and_what_is_missing() {
    let stage = Stage::new(by_code(APP, &["Policy.Read.All"])).await;
    let (signed_in, _) = stage.services.try_tenant().await.unwrap();
    assert_eq!(signed_in.way, "device-code");
    assert!(signed_in.who.as_deref().unwrap().contains('@'), "{signed_in:?}");
    assert_eq!(signed_in.user_type.as_deref(), Some("Member"));
    assert_eq!(signed_in.granted.kind, AccountKind::Person);
    assert_eq!(signed_in.granted.tenant.unwrap().to_string(), stage.simulator.tenant_id());
    let missing: Vec<_> = signed_in.granted.missing().unwrap().iter().map(|one| one.name).collect();
    assert_eq!(missing, ["User.Invite.All", "GroupMember.Read.All"]);
    assert!(signed_in.notes.iter().any(|note| note.contains("invite people")), "{:?}", signed_in.notes);
    stage.keeps_secrets(&format!("{signed_in:?}"));

    // What was withheld although it was asked for is missing too, and said when it is used.
    let stage = Stage::new(by_code(APP, &["Policy.Read.All"])).await;
    stage.control().withhold_permission("Policy.Read.All");
    let granted = stage.services.granted_for_graph().await.unwrap();
    assert!(granted.missing().unwrap().iter().any(|one| one.name == "Policy.Read.All"));
    let problem = stage.services.graph.invitation_policy().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotAllowed);
    assert!(problem.remedy.contains("Policy.Read.All"), "{problem}");
}

#[tokio::test]
async fn a_sign_in_is_handed_on() {
    let first = Stage::new(by_code(APP, &[])).await;
    first.services.graph.organization().await.unwrap();
    let at = first.simulator.endpoints();
    let mut settings = ado2entra::services::Settings::new("fabrikam", first.simulator.tenant_domain());
    settings.endpoints.microsoft_graph = at.microsoft_graph;
    settings.endpoints.entra_login = at.entra_login;
    let credentials = ado2entra::services::Credentials {
        azure_devops: Way::Pat { env: "PAT".into() },
        after_connect: Way::Entra,
        entra: by_code(APP, &[]),
        secret_variables: vec![],
    };
    let second = ado2entra::services::Services::new(
        settings,
        credentials,
        ado2entra::services::Environment::default(),
        ado2entra::services::Observer::none(),
    )
    .unwrap();
    second.adopt_sign_in(&first.services);
    second.graph.organization().await.unwrap();
    assert_eq!(first.asked("devicecode").len(), 1, "nobody types a code twice");
}

/// Neither a person nor an application signs in to a tenant of another cloud.
#[tokio::test]
async fn a_tenant_of_another_cloud_is_recognised_before_anybody_signs_in() {
    let folder = tempfile::tempdir().unwrap();
    let called = folder.path().join("called");
    let command = Way::Command {
        command: vec!["/bin/sh".into(), "-c".into(), format!("touch '{}'; echo token", called.display())],
    };
    for way in [by_code(APP, &[]), Way::ClientSecret { client_id: APP.into(), env: "SECRET".into() }, command]
    {
        for (fault, name) in [(Fault::GovernmentTenant, "Azure Government"), (Fault::ChinaTenant, "China")] {
            let stage = Stage::faulty(way.clone(), &[("SECRET", "never-sent")], &[fault]).await;
            let problem = stage.services.graph.organization().await.unwrap_err();
            assert!(problem.said.contains(name), "{way:?}: {problem}");
            assert!(problem.remedy.contains("public cloud"), "{problem}");
            let log = stage.control().requests();
            assert!(log.iter().all(|request| request.method == "GET" && !request.authenticated), "{log:?}");
            assert!(stage.codes().is_empty());
        }
    }
    assert!(!called.exists(), "no command was run for it either");
}
