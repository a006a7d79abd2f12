use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::source::{exposed, is_same_pat};
use super::*;
use crate::domain::problem::ProblemKind;

const LIMIT: Duration = Duration::from_secs(20);

fn ways(azure_devops: Way, after_connect: Way, entra: Way) -> Credentials {
    Credentials { azure_devops, after_connect, entra, secret_variables: vec![] }
}

fn pat() -> Way {
    Way::Pat { env: "MY_PAT".into() }
}

fn keyring(credentials: &Credentials, variables: &[(&str, &str)]) -> Keyring {
    Keyring::new(credentials, Environment::of(variables.iter().copied()), "contoso.example", LIMIT, None)
}

fn sh(script: &str) -> Way {
    Way::Command { command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec() }
}

#[tokio::test]
async fn a_missing_variable_is_named_with_the_scopes() {
    let ring = keyring(&ways(pat(), Way::Same, Way::AzureCli), &[]);
    let problem = ring.azure_devops.token().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotSignedIn);
    let text = problem.to_string();
    for part in ["MY_PAT", "not set", "credentials.azure_devops", "Member Entitlement Management"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let ring = keyring(&ways(pat(), Way::Same, Way::AzureCli), &[("MY_PAT", "  ")]);
    assert!(ring.azure_devops.token().await.unwrap_err().to_string().contains("is empty"));
}

#[tokio::test]
async fn a_personal_access_token_is_sent_as_basic_and_shown_nowhere() {
    let ring = keyring(&ways(pat(), Way::Same, Way::AzureCli), &[("MY_PAT", "tell-nobody\n")]);
    let token = ring.azure_devops.token().await.unwrap();
    assert_eq!(exposed(&token), "Basic OnRlbGwtbm9ib2R5");
    assert!(is_same_pat(&ring.azure_devops, &ring.after_connect, &token));
    let shown = format!(
        "{ring:?} {token:?} {:?} {}",
        Environment::of([("A", "tell-nobody")]),
        ring.azure_devops.described()
    );
    assert!(!shown.contains("tell-nobody") && !shown.contains("OnRl"), "{shown}");
}

#[tokio::test]
async fn a_command_prints_either_kind_of_token() {
    let jwt = "eyJhIjoxfQ.eyJ0aWQiOiIwMDAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDEifQ.c2ln";
    let ring =
        keyring(&ways(sh(&format!("echo {jwt}; echo rest")), sh("echo word"), sh("echo graph-token")), &[]);
    let token = ring.azure_devops.token().await.unwrap();
    assert_eq!(exposed(&token), format!("Bearer {jwt}"));
    assert!(token.tenant.is_some());
    assert_eq!(exposed(&ring.after_connect.token().await.unwrap()), "Basic OndvcmQ=");
    assert_eq!(
        exposed(&ring.graph.token().await.unwrap()),
        "Bearer graph-token",
        "Graph takes bearer tokens only"
    );
}

#[tokio::test]
async fn a_failing_command_tells_why_in_short() {
    let noisy = "for i in $(seq 1 500); do printf 'no such entry \\033[31m' >&2; done; exit 4";
    let problem = keyring(&ways(sh(noisy), Way::Same, Way::AzureCli), &[("PATH", "/usr/bin:/bin")])
        .azure_devops
        .token()
        .await
        .unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Local);
    assert!(problem.said.contains("no such entry") && !problem.said.contains('\u{1b}'), "{}", problem.said);
    assert!(problem.said.chars().count() < 400);
    for (script, part) in [
        ("true", "nothing on its first line"),
        ("echo two words", "cannot be a token"),
        ("head -c 20000 /dev/zero | tr '\\0' x", "cannot be a token"),
    ] {
        let ring = keyring(&ways(sh(script), Way::Same, Way::AzureCli), &[("PATH", "/usr/bin:/bin")]);
        let problem = ring.azure_devops.token().await.unwrap_err();
        assert!(problem.said.contains(part), "{script}: {}", problem.said);
        assert!(!problem.said.contains("two words"));
    }
}

#[tokio::test]
async fn a_command_that_asks_or_hangs_is_stopped() {
    let credentials = ways(sh("sleep 60"), Way::Same, Way::AzureCli);
    let environment = Environment::of([("PATH", "/usr/bin:/bin")]);
    let ring = Keyring::new(&credentials, environment, "contoso.example", Duration::from_millis(200), None);
    let problem = ring.azure_devops.token().await.unwrap_err();
    assert!(problem.said.contains("was stopped"), "{}", problem.said);
}

#[tokio::test]
async fn no_child_sees_a_secret() {
    let credentials = Credentials {
        secret_variables: vec!["THIRD".into()],
        ..ways(
            sh("echo \"[$MY_GRAPH$THIRD$AZURE_DEVOPS_EXT_PAT]\""),
            Way::Same,
            Way::Env { env: "MY_GRAPH".into() },
        )
    };
    let ring =
        keyring(&credentials, &[("MY_GRAPH", "one"), ("THIRD", "two"), ("AZURE_DEVOPS_EXT_PAT", "three")]);
    assert_eq!(exposed(&ring.azure_devops.token().await.unwrap()), "Basic Oltd", "only the brackets");
}

/// An `az` that counts its calls and answers with this script.
fn fake_az(folder: &Path, script: &str) -> String {
    let file = folder.join("az");
    let text = format!("#!/bin/sh\necho \"$*\" >> \"{0}/calls\"\n{script}\n", folder.display());
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:/usr/bin:/bin", folder.display())
}

fn calls(folder: &Path) -> Vec<String> {
    std::fs::read_to_string(folder.join("calls")).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_azure_cli_is_asked_once_per_resource_while_its_token_holds() {
    let folder = tempfile::tempdir().unwrap();
    let later = jiff::Timestamp::now().as_second() + 3600;
    // The local time says that it ended long ago; the number counts.
    let answer = format!(
        r#"echo '{{"accessToken":"cli-token","expiresOn":"2001-01-01 00:00:00.000000","expires_on":{later},"tenant":"00000000-0000-4000-8000-000000000001","tokenType":"Bearer"}}'"#
    );
    let path = fake_az(folder.path(), &answer);
    let ring = keyring(&ways(pat(), Way::Entra, Way::AzureCli), &[("PATH", &path)]);
    let (a, b) = tokio::join!(ring.graph.token(), ring.graph.token());
    assert_eq!(exposed(&a.unwrap()), "Bearer cli-token");
    b.unwrap();
    let token = ring.after_connect.token().await.unwrap();
    assert_eq!(token.tenant.unwrap().to_string(), "00000000-0000-4000-8000-000000000001");
    let calls = calls(folder.path());
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert_eq!(
        calls[0],
        "account get-access-token --scope https://graph.microsoft.com/.default --tenant contoso.example -o json"
    );
    assert!(calls[1].contains("--scope 499b84ac-1321-427f-aa17-267ca6975798/.default"));
}

#[tokio::test]
async fn a_token_that_is_about_to_end_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let soon = jiff::Timestamp::now().as_second() + 120;
    let path = fake_az(folder.path(), &format!(r#"echo '{{"accessToken":"t","expires_on":"{soon}"}}'"#));
    let ring = keyring(&ways(pat(), Way::Same, Way::AzureCli), &[("PATH", &path)]);
    ring.graph.token().await.unwrap();
    ring.graph.token().await.unwrap();
    assert_eq!(calls(folder.path()).len(), 2);
}

#[tokio::test]
async fn a_refused_token_is_asked_for_anew_and_a_variable_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = fake_az(
        folder.path(),
        &format!(
            r#"echo "{{\"accessToken\":\"t$(wc -l < {}/calls)\"}}" | tr -d ' '"#,
            folder.path().display()
        ),
    );
    let ring = keyring(&ways(pat(), Way::Same, Way::AzureCli), &[("PATH", &path), ("MY_PAT", "word")]);
    let first = ring.graph.token().await.unwrap();
    let second = ring.graph.renew(&first).await.unwrap().unwrap();
    assert!(!second.is_same(&first));
    assert!(
        ring.graph.renew(&first).await.unwrap().unwrap().is_same(&second),
        "somebody else has renewed it already"
    );
    let personal = ring.azure_devops.token().await.unwrap();
    assert!(ring.azure_devops.renew(&personal).await.unwrap().is_none());
}

#[tokio::test]
async fn the_azure_cli_missing_or_not_signed_in() {
    let ring = keyring(&ways(pat(), Way::Same, Way::AzureCli), &[("PATH", "/nowhere")]);
    let missing = ring.graph.token().await.unwrap_err().to_string();
    assert!(missing.contains("install-azure-cli") && missing.contains("kind = \"command\""), "{missing}");
    let folder = tempfile::tempdir().unwrap();
    let path = fake_az(folder.path(), "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1");
    let ring = keyring(&ways(pat(), Way::Same, Way::AzureCli), &[("PATH", &path)]);
    let problem = ring.graph.token().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotSignedIn);
    assert!(
        problem.remedy.contains("az login --tenant contoso.example --allow-no-subscriptions"),
        "{problem}"
    );
    ring.graph.token().await.unwrap_err();
    assert_eq!(calls(folder.path()).len(), 1, "a failure is not asked for again at once");
}

#[tokio::test]
async fn a_way_that_lacks_something_or_stands_in_the_wrong_place_says_so() {
    let lacking = Way::Incomplete { kind: "command".into() };
    let ring = keyring(&ways(pat(), Way::Entra, lacking), &[]);
    for credential in [&ring.graph, &ring.after_connect] {
        let problem = credential.token().await.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Local);
        assert!(problem.to_string().contains("`command` lacks what it needs"), "{problem}");
        assert!(problem.remedy.contains("device-code"));
    }
    let ring = keyring(&ways(pat(), Way::Entra, Way::Env { env: "T".into() }), &[("T", "x")]);
    let problem = ring.after_connect.token().await.unwrap_err();
    assert!(problem.remedy.contains("after_connect = \"azure-cli\""), "{problem}");
    let secret = Way::ClientSecret { client_id: "x".into(), env: "S".into() };
    let ring = keyring(&ways(secret, Way::Same, Way::AzureCli), &[]);
    assert!(
        ring.azure_devops.token().await.unwrap_err().said.contains("`client-secret` is no way"),
        "misplaced"
    );
}

#[tokio::test]
async fn the_azure_cli_tells_apart_why_it_has_no_token() {
    for (words, kind, part) in [
        (
            "ERROR: unrecognized arguments: --scope https://graph.microsoft.com/.default",
            ProblemKind::Local,
            "az upgrade",
        ),
        (
            "ERROR: AADSTS53003: Access has been blocked by Conditional Access policies.",
            ProblemKind::NotSignedIn,
            "kind = \"device-code\"",
        ),
        (
            "ERROR: AADSTS50076: Due to a configuration change made by your administrator",
            ProblemKind::NotSignedIn,
            "az login --tenant contoso.example",
        ),
        (
            "ERROR: AADSTS50020: User account from identity provider does not exist in tenant",
            ProblemKind::NotSignedIn,
            "work account of that tenant",
        ),
        ("ERROR: AADSTS90002: Tenant not found.", ProblemKind::NotFound, "[tenant] id"),
        ("ERROR: something else broke", ProblemKind::NotSignedIn, "az login"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = fake_az(folder.path(), &format!("echo \"{words}\" >&2; exit 1"));
        let ring = keyring(&ways(pat(), Way::Same, Way::AzureCli), &[("PATH", &path)]);
        let problem = ring.graph.token().await.unwrap_err();
        assert_eq!(problem.kind, kind, "{words}");
        assert!(problem.remedy.contains(part), "{words}: {}", problem.remedy);
    }
}
