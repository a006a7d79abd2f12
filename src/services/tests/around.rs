//! Credentials, discovery, the probe, and the names in addresses.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::guest;
use crate::domain::connection::Backing;
use crate::domain::problem::ProblemKind;
use crate::services::testing::{Heard, Server, json, with};
use crate::services::{Credentials, Environment, Invitation, Observer, Services, Settings, Way};

/// Anonymous, and asked before a command of the tenant's is run.
fn is_discovery(heard: &Heard) -> bool {
    heard.target.contains("openid-configuration")
}

/// Signed in to the tenant by this script of the shell, which gets the name of this file.
fn by_script(server: &Server, script: &str, file: &Path) -> Services {
    let command = ["/bin/sh", "-c", script, &file.to_string_lossy()].map(str::to_owned).to_vec();
    let credentials = Credentials {
        azure_devops: Way::AzureCli,
        after_connect: Way::Same,
        entra: Way::Command { command },
        secret_variables: vec![],
    };
    server.services_by(server.settings(), credentials, Environment::of([("PATH", "/usr/bin:/bin")]))
}

/// A new token at every call.
const COUNTS: &str = "echo x >> \"$0\"; echo t$(wc -l < \"$0\")";

#[tokio::test]
async fn no_permission_for_the_policy_is_told_as_such() {
    let server = Server::start(|_, _| {
        json(403, r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}"#)
    })
    .await;
    let problem = server.services().graph.invitation_policy().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotAllowed);
    assert!(problem.remedy.contains("Policy.Read.All"), "{problem}");
}

#[tokio::test]
async fn an_expired_token_of_a_command_is_replaced_once() {
    let server = Server::start(|_, heard| {
        if is_discovery(heard) {
            json(403, "{}")
        } else if heard.headers["authorization"] == "Bearer t2" {
            json(200, &guest(1))
        } else {
            json(
                401,
                r#"{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed"}}"#,
            )
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    for (script, works) in [(COUNTS, true), ("echo same", false)] {
        let services = by_script(&server, script, &folder.path().join(format!("count-{works}")));
        let asked = || server.heard().iter().filter(|heard| !is_discovery(heard)).count();
        let before = asked();
        let me = services.graph.me().await;
        assert_eq!(me.is_ok(), works, "{me:?}");
        assert_eq!(asked() - before, if works { 2 } else { 1 });
        if let Err(problem) = me {
            assert_eq!(problem.kind, ProblemKind::NotSignedIn);
            assert!(problem.remedy.contains("az login --tenant contoso.example"), "{problem}");
        }
    }
}

#[tokio::test]
async fn discovery_names_the_tenant_or_says_that_there_is_none() {
    let server = Server::start(|_, heard| {
        if heard.target.contains("nowhere.example") {
            return json(400, r#"{"error":"invalid_tenant","error_description":"AADSTS90002: Tenant 'nowhere.example' not found. Trace ID: x","error_codes":[90002]}"#);
        }
        let issuer = format!("http://{}/login/00000000-0000-4000-8000-000000000001/v2.0", heard.headers["host"]);
        json(200, &format!(r#"{{"issuer":"{issuer}","token_endpoint":"{issuer}/token","tenant_region_scope":"EU","tenant_region_sub_scope":null,"cloud_instance_name":"microsoftonline.com"}}"#))
    })
    .await;
    let services = server.services();
    let found = services.entra.discover().await.unwrap();
    assert_eq!(found.id.to_string(), "00000000-0000-4000-8000-000000000001");
    assert_eq!(server.heard()[0].target, "/login/contoso.example/v2.0/.well-known/openid-configuration");
    let problem = services.entra.discover_tenant("nowhere.example").await.unwrap_err();
    assert_eq!((problem.kind, problem.code.as_deref()), (ProblemKind::NotFound, Some("AADSTS90002")));
    assert!(!problem.said.contains("Trace ID"), "{problem}");
}

#[tokio::test]
async fn the_probe_reads_headers_of_any_answer() {
    const ID: &str = "00000000-0000-4000-8000-000000000001";
    for status in [200, 203, 302, 401] {
        let server = Server::start(move |_, _| {
            with(
                status,
                &[
                    ("X-VSS-ResourceTenant", ID),
                    ("location", "https://x.example/_signin"),
                    ("content-type", "text/html"),
                ],
                "<html>",
            )
        })
        .await;
        let reading = server.services().probe.read().await.unwrap();
        assert_eq!(reading.backing, Some(Backing::Tenant(ID.parse().unwrap())), "{status}");
        assert_eq!(reading.status, status);
        assert_eq!(server.heard()[0].headers.get("authorization"), None);
    }
    for (status, kind) in
        [(404, ProblemKind::NotFound), (503, ProblemKind::ServiceFailing), (429, ProblemKind::Throttled)]
    {
        let server = Server::start(move |_, _| with(status, &[("X-VSS-ResourceTenant", ID)], "")).await;
        let problem = server.services().probe.read().await.unwrap_err();
        assert_eq!((problem.kind, problem.status), (kind, Some(status)));
    }
    let server = Server::start(|_, _| with(404, &[], "")).await;
    let problem = server.services().probe.read().await.unwrap_err();
    assert!(problem.remedy.contains("organization's name (`fabrikam`"), "{problem}");
}

#[tokio::test]
async fn the_way_after_the_switch_is_tried_without_asking_the_service() {
    let server = Server::start(|_, _| json(500, "")).await;
    let trial = server.services().try_after_connect().await.unwrap();
    assert_eq!((trial.way.as_str(), trial.tenant, trial.same_pat), ("same", None, true));
    let payload = URL_SAFE_NO_PAD.encode(r#"{"tid":"00000000-0000-4000-8000-000000000001"}"#);
    let credentials = Credentials {
        azure_devops: Way::Pat { env: "PAT".into() },
        after_connect: Way::Command { command: vec!["echo".into(), format!("e30.{payload}.c2ln")] },
        entra: Way::AzureCli,
        secret_variables: vec![],
    };
    let environment = Environment::of([("PATH", "/usr/bin:/bin"), ("PAT", "x")]);
    let services = server.services_by(server.settings(), credentials, environment);
    let trial = services.try_after_connect().await.unwrap();
    assert_eq!((trial.way.as_str(), trial.same_pat), ("command", false));
    assert_eq!(trial.tenant.unwrap().to_string(), "00000000-0000-4000-8000-000000000001");
    assert!(server.heard().is_empty());
}

#[test]
fn a_name_that_changes_the_address_is_refused() {
    for bad in ["", "  ", "..", "a/b", "a?b", "https://dev.azure.com/fabrikam", "a#b", "a%2fb"] {
        let settings = Settings::new(bad, "contoso.example");
        let credentials = Credentials {
            azure_devops: Way::AzureCli,
            after_connect: Way::Same,
            entra: Way::AzureCli,
            secret_variables: vec![],
        };
        let result = Services::new(settings, credentials, Environment::default(), Observer::none());
        assert_eq!(result.unwrap_err().kind, ProblemKind::Local, "{bad}");
    }
}

#[tokio::test]
async fn a_change_is_sent_again_only_with_a_new_token_after_a_refused_one() {
    let server = Server::start(|_, heard| {
        if is_discovery(heard) {
            json(403, "{}")
        } else if heard.headers["authorization"] == "Bearer t2" {
            json(201, r#"{"status":"PendingAcceptance"}"#)
        } else {
            json(
                401,
                r#"{"error":{"code":"InvalidAuthenticationToken","message":"Access token has expired."}}"#,
            )
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let services = by_script(&server, COUNTS, &folder.path().join("count"));
    let invitation = Invitation {
        address: "new@partner.example".into(),
        display_name: None,
        redirect_url: "https://dev.azure.com/fabrikam".into(),
        send_mail: false,
    };
    services.graph.invite(&invitation, None).await.unwrap();
    let tokens: Vec<_> = server
        .heard()
        .iter()
        .filter(|heard| !is_discovery(heard))
        .map(|heard| heard.headers["authorization"].clone())
        .collect();
    assert_eq!(tokens, ["Bearer t1", "Bearer t2"]);
}
