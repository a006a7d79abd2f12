//! Applications: by secret, by certificate, by the token of another identity provider.

use std::path::PathBuf;

use ado2entra::domain::ProblemKind;
use ado2entra::domain::signin::AccountKind;
use ado2entra::services::{Raw, Way};
use ado2entra::simulator::Simulator;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use crate::stage::{APP, Stage};

fn certificate_file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sign_in/certificate.pem")
}

fn certificate() -> Way {
    Way::Certificate {
        client_id: APP.into(),
        certificate_file: certificate_file(),
        key_file: certificate_file(),
    }
}

/// The tenant's administrator uploads the certificate.
fn upload(simulator: &Simulator) {
    let pem = std::fs::read(certificate_file()).unwrap();
    let der = CertificateDer::from_pem_slice(&pem).unwrap();
    let thumbprint = URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, &der));
    let key = PrivatePkcs8KeyDer::from_pem_slice(&pem).unwrap();
    let pair = ring::rsa::KeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    simulator.control().trust_certificate(&thumbprint, pair.public().as_ref());
}

fn secret() -> Way {
    Way::ClientSecret { client_id: APP.into(), env: "SECRET".into() }
}

const RIGHT: &str = "simulated~client.secret_of-the-application";

#[tokio::test]
async fn an_application_reads_and_says_what_it_cannot_know() {
    let stage = Stage::faulty(secret(), &[("SECRET", RIGHT)], &[]).await;
    assert!(stage.services.graph.users(Raw::Drop).all().await.unwrap().0.len() > 20);
    let problem = stage.services.graph.me().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Refused);
    assert!(problem.remedy.contains("whether *you* are a member"), "{problem}");
    stage.services.graph.my_roles().await.unwrap_err();
    assert!(stage.asked("/v1.0/me").is_empty(), "what can only fail is not asked");
    let (signed_in, _) = stage.services.try_tenant().await.unwrap();
    assert_eq!(signed_in.granted.kind, AccountKind::Application);
    assert_eq!(signed_in.who.as_deref(), Some("Simulated reader"));
    assert!(signed_in.notes.iter().any(|note| note.contains("cannot be checked")), "{:?}", signed_in.notes);
    let missing: Vec<_> = signed_in.granted.missing().unwrap().iter().map(|one| one.name).collect();
    assert_eq!(missing, ["Organization.Read.All", "Policy.Read.All", "GroupMember.Read.All"]);
    // One token, whoever needs it.
    assert_eq!(stage.tokens_asked(), 1);
    stage.control().end_tokens();
    stage.services.graph.users(Raw::Drop).all().await.unwrap();
    assert_eq!(stage.tokens_asked(), 2, "renewed by itself");
    stage.keeps_secrets(&format!("{signed_in:?}"));
    assert!(!stage.told().contains(RIGHT));
}

#[tokio::test]
async fn a_wrong_secret_is_told_without_repeating_it() {
    let stage = Stage::faulty(secret(), &[("SECRET", "wr0ng~secret.value")], &[]).await;
    let problem = stage.services.graph.organization().await.unwrap_err();
    assert_eq!(problem.code.as_deref(), Some("AADSTS7000215"));
    assert!(problem.remedy.contains("not its id"), "{problem}");
    let shown = format!("{problem} {problem:?} {}", stage.told());
    assert!(!shown.contains("wr0ng") && problem.said.contains("[removed]"), "{shown}");
    let stage = Stage::new(secret()).await;
    let problem = stage.services.graph.organization().await.unwrap_err();
    assert!(problem.said.contains("SECRET is not set"), "{problem}");
    assert_eq!(stage.tokens_asked(), 0);
}

#[tokio::test]
async fn a_certificate_signs_for_its_application() {
    let stage = Stage::new(certificate()).await;
    let problem = stage.services.graph.users(Raw::Drop).all().await.unwrap_err();
    assert_eq!(problem.code.as_deref(), Some("AADSTS700027"), "{problem}");
    assert!(problem.remedy.contains("certificate_file"), "{problem}");
    upload(&stage.simulator);
    stage.services.ask_again();
    assert!(stage.services.graph.users(Raw::Drop).all().await.unwrap().0.len() > 20);
}

#[tokio::test]
async fn files_that_are_no_certificate_or_no_key_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    let pem = std::fs::read_to_string(certificate_file()).unwrap();
    let alone = pem.split("-----BEGIN PRIVATE").next().unwrap();
    let cases = [
        (folder.path().join("missing.pem"), certificate_file(), "cannot be read"),
        (write("empty.pem", "nothing"), certificate_file(), "no certificate in"),
        (certificate_file(), write("only.pem", alone), "no key in"),
        (
            certificate_file(),
            write("broken.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
            "cannot be used",
        ),
    ];
    for (certificate_file, key_file, part) in cases {
        let way = Way::Certificate { client_id: APP.into(), certificate_file, key_file };
        let stage = Stage::new(way).await;
        let problem = stage.services.graph.organization().await.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Local);
        assert!(problem.said.contains(part), "{part}: {problem}");
        assert_eq!(stage.tokens_asked(), 0);
    }
}

#[tokio::test]
async fn an_assertion_comes_from_a_variable_or_from_a_file_that_changes() {
    const GOOD: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzaW11bGF0ZWQtd29ya2xvYWQifQ.c2ltdWxhdGVk";
    const STRANGE: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzb21lYm9keS1lbHNlIn0.c2ltdWxhdGVk";
    let way = Way::AssertionVariable { client_id: APP.into(), env: "ASSERTION".into() };
    let stage = Stage::faulty(way, &[("ASSERTION", GOOD)], &[]).await;
    stage.services.graph.users(Raw::Drop).all().await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, STRANGE).unwrap();
    let stage = Stage::new(Way::AssertionFile { client_id: APP.into(), file: file.clone() }).await;
    let problem = stage.services.graph.organization().await.unwrap_err();
    assert_eq!(problem.code.as_deref(), Some("AADSTS70021"));
    assert!(problem.remedy.contains("Federated credentials"), "{problem}");
    std::fs::write(&file, format!("{GOOD}\n")).unwrap();
    stage.services.ask_again();
    stage.services.graph.users(Raw::Drop).all().await.unwrap();
    assert!(!stage.told().contains(GOOD));
}
