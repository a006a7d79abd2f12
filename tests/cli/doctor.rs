//! `doctor` against the simulator, with an empty environment, with a wrong configuration, and with things missing.

use std::os::unix::fs::PermissionsExt as _;

use ado2entra::simulator::{Fault, Scenario};
use serde_json::Value;

use crate::stage::{Stage, run, run_with};

fn of<'a>(document: &'a Value, name: &str) -> &'a Value {
    let findings = document["findings"].as_array().unwrap();
    findings
        .iter()
        .find(|finding| finding["name"] == name)
        .unwrap_or_else(|| panic!("{name} in {document:#}"))
}

#[test]
fn everything_is_looked_at_and_nothing_secret_is_said() {
    let stage = Stage::fabrikam();
    let ran = stage.run(&["--format", "json", "doctor"]).exits(0);
    let document = ran.json();
    assert_eq!(document["schema"], "ado2entra.doctor/1");
    assert_eq!(document["verdict"], "careful", "the endpoints are not Microsoft's: {document:#}");
    for area in
        ["program", "configuration", "state", "terminal", "credentials", "network", "clock", "sign-in"]
    {
        let findings = document["findings"].as_array().unwrap();
        assert!(findings.iter().any(|finding| finding["area"] == area), "{area}");
    }
    assert_eq!(of(&document, "clock")["verdict"], "good");
    assert_eq!(of(&document, "tenant")["verdict"], "good");
    let authority = of(&document, "tenant")["details"]["authority"].as_str().unwrap();
    assert!(authority.starts_with("http://127.0.0.1:"), "{authority}");
    assert_eq!(of(&document, "endpoints.microsoft_graph")["verdict"], "careful");
    // Every token stands in the configuration's commands: none of them may be said.
    let config = stage.read("config.toml");
    for line in config.lines().filter(|line| line.starts_with("command")) {
        let token = line.rsplit('"').nth(1).unwrap();
        assert!(token.len() > 10 && !ran.stdout.contains(token), "{line}");
    }
    // Nothing was asked for that needs a credential, and nothing was kept.
    assert!(stage.control().requests().iter().all(|request| !request.authenticated));
    let text = stage.run(&["doctor"]).exits(0).stdout;
    assert!(text.contains("Network") && text.contains("to do:") && text.contains("0 bad"), "{text}");
    assert!(!stage.path("state/fabrikam").exists(), "looking makes no store");
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let stage = Stage::new(Scenario::Fabrikam, &[Fault::GovernmentTenant]);
    std::fs::create_dir(stage.path("state")).unwrap();
    std::fs::set_permissions(stage.path("state"), std::fs::Permissions::from_mode(0o777)).unwrap();
    let config = stage
        .read("config.toml")
        .replace("[credentials.entra]\nkind = \"command\"", "[credentials.entra]\nkind = \"azure-cli\"");
    stage.write("config.toml", &config);
    let document = stage.run(&["--format", "json", "doctor"]).exits(1).json();
    assert_eq!(document["verdict"], "bad");
    let tenant = of(&document, "tenant");
    assert!(tenant["said"].as_str().unwrap().contains("Azure Government"), "{tenant}");
    assert!(tenant["remedy"].as_str().unwrap().contains("public cloud only"), "{tenant}");
    let directory = of(&document, "directory");
    assert!(directory["remedy"].as_str().unwrap().contains("chmod"), "{directory}");
}

#[test]
fn it_works_without_a_configuration_and_with_a_wrong_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("wrong.toml"), "[organisation]\nname = \"x\"\n").unwrap();
    let ran = run(folder.path(), &["--config", "wrong.toml", "--format", "json", "doctor"]).exits(1);
    let document = ran.json();
    let file = of(&document, "file");
    assert_eq!(file["verdict"], "bad");
    assert!(file["said"].as_str().unwrap().contains("wrong.toml:1:"), "{file}");
    // No network is looked at with a configuration that does not say where the services are.
    assert_eq!(of(&document, "services")["verdict"], "unknown");
    assert!(!document.to_string().contains("dev.azure.com"), "{document:#}");
    run(folder.path(), &["--format", "csv", "doctor"]).exits(2);
}

#[test]
fn a_proxy_and_a_missing_service_are_seen() {
    let mut stage = Stage::fabrikam();
    stage.stop();
    let arguments = ["--config", "config.toml", "--format", "json", "doctor"];
    let variables = [("HTTPS_PROXY", "http://jane:secret-word@proxy.invalid:8080"), ("LANG", "C.UTF-8")];
    let ran = run_with(&stage.path(""), &arguments, &variables, "").exits(1);
    assert!(!ran.stdout.contains("secret-word"), "{}", ran.stdout);
    let document = ran.json();
    let host =
        document["findings"].as_array().unwrap().iter().find(|finding| finding["area"] == "network").unwrap();
    assert_eq!(host["verdict"], "bad");
    assert!(host["said"].as_str().unwrap().starts_with("direct (this machine)"), "{host}");
    assert!(host["remedy"].as_str().unwrap().contains("Nobody listens"), "{host}");
    assert_eq!(of(&document, "clock")["verdict"], "unknown");
}
