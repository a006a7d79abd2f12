//! The Azure CLI on the path: absent, not signed in, signed in elsewhere, too old, and right.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use ado2entra::domain::ProblemKind;
use ado2entra::services::Way;
use ado2entra::simulator::{Fault, Options};

use crate::stage::Stage;

/// An `az` that answers with this script, and the path on which it is.
fn az(folder: &Path, script: &str) -> String {
    let file = folder.join("az");
    std::fs::write(&file, format!("#!/bin/sh\ntouch '{}/called'\n{script}\n", folder.display())).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:/usr/bin:/bin", folder.display())
}

fn token(text: &str, tenant: &str) -> String {
    format!(
        r#"echo '{{"accessToken":"{text}","expires_on":4102444800,"tenant":"{tenant}","tokenType":"Bearer"}}'"#
    )
}

#[tokio::test]
async fn signed_in_to_the_right_tenant() {
    let folder = tempfile::tempdir().unwrap();
    let answer = folder.path().join("answer");
    let path = az(folder.path(), &format!("sh '{}'", answer.display()));
    let stage = Stage::with(Way::AzureCli, &[("PATH", &path)], Options::default(), None).await;
    let script = token(stage.simulator.graph_token(), stage.simulator.tenant_id());
    std::fs::write(&answer, script).unwrap();
    let (signed_in, _) = stage.services.try_tenant().await.unwrap();
    assert_eq!(signed_in.way, "azure-cli");
    assert!(signed_in.who.is_some() && signed_in.granted.tenant.is_some(), "{signed_in:?}");
    // This token does not say what it allows.
    assert!(signed_in.notes.iter().any(|note| note.contains("does not show its permissions")));
}

#[tokio::test]
async fn signed_in_to_another_tenant_is_told_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let other = "99999999-0000-4000-8000-000000000009";
    let path = az(folder.path(), &token("opaque-token", other));
    let stage = Stage::with(Way::AzureCli, &[("PATH", &path)], Options::default(), None).await;
    let problem = stage.services.graph.organization().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotSignedIn);
    assert!(problem.said.contains(other) && problem.said.contains(stage.simulator.tenant_id()), "{problem}");
    assert!(problem.remedy.contains("az login --tenant contoso.onmicrosoft.com"), "{problem}");
    assert!(stage.asked("/v1.0/organization").is_empty(), "the token was not sent");
}

#[tokio::test]
async fn absent_not_signed_in_and_too_old_are_told_apart() {
    for (script, part) in [
        (None, "Install the Azure CLI"),
        (Some("echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1"), "Sign in: az login"),
        (Some("echo 'az: error: unrecognized arguments: --scope' >&2; exit 2"), "az upgrade"),
        (
            Some("echo 'ERROR: AADSTS53003: blocked by Conditional Access' >&2; exit 1"),
            "kind = \"device-code\"",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = script.map_or("/nowhere".to_owned(), |script| az(folder.path(), script));
        let stage = Stage::with(Way::AzureCli, &[("PATH", &path)], Options::default(), None).await;
        let problem = stage.services.try_tenant().await.unwrap_err();
        assert!(problem.remedy.contains(part), "{part}: {problem}");
    }
}

#[tokio::test]
async fn it_is_not_called_for_a_tenant_of_another_cloud() {
    let folder = tempfile::tempdir().unwrap();
    let path = az(folder.path(), &token("opaque-token", "99999999-0000-4000-8000-000000000009"));
    let stage = Stage::faulty(Way::AzureCli, &[("PATH", &path)], &[Fault::GovernmentTenant]).await;
    let problem = stage.services.try_tenant().await.unwrap_err();
    assert!(problem.said.contains("Azure Government"), "{problem}");
    assert!(!folder.path().join("called").exists());
}
