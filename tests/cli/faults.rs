//! What goes wrong at a service: the code, and words that help at 22:00 on the evening of the switch.

use ado2entra::simulator::{Fault, Scenario};

use crate::stage::Stage;

fn with(fault: Fault) -> Stage {
    Stage::new(Scenario::Fabrikam, &[fault])
}

#[test]
fn a_wrong_organization_is_a_wrong_configuration() {
    let stage = Stage::fabrikam();
    let ran = stage.run(&["diff", "--organization", "fabrikan"]).exits(2).says("fabrikan");
    assert_eq!(ran.stdout, "");
    stage.run(&["check", "--organization", "fabrikan"]).exits(2);
    stage.run(&["status", "--organization", "fabrikan"]).exits(1);
}

#[test]
fn a_wrong_tenant_is_named() {
    let stage = Stage::fabrikam();
    stage.run(&["diff", "--tenant", "nowhere.example"]).exits(2).says("nowhere.example");
    let other = stage.control().tenants()[1].1.clone();
    stage.run(&["diff", "--tenant", &other]).exits(2).says("wrong tenant");
}

#[test]
fn an_expired_token_is_three_and_says_which_one() {
    let stage = with(Fault::ExpiredCredential);
    let ran = stage.run(&["diff"]).exits(3).says("credentials.azure_devops");
    assert!(ran.stderr.contains("credentials.entra") && ran.stderr.contains("expired"), "{ran:?}");
    let check = stage.run(&["check", "--format", "json"]).exits(3);
    assert_ne!(check.json()["verdict"], "ready");
    // What backs the organization needs no credential.
    stage.run(&["status"]).exits(0);
    with(Fault::SignInPage).run(&["diff"]).exits(3).says("sign-in page");
}

#[test]
fn a_missing_permission_is_three_and_names_it() {
    with(Fault::NoGraphPermission).run(&["diff"]).exits(3).says("User.Read.All");
    let stage = with(Fault::NoPolicyPermission);
    let document = stage.run(&["check", "--format", "json"]).exits(1).json();
    let checks = document["checks"].as_array().unwrap();
    assert!(checks.iter().any(|check| check["status"] == "unknown"), "no permission is unknown, not fail");
}

#[test]
fn administrators_that_cannot_be_read_refuse_bulk_and_apply() {
    let stage = with(Fault::NoPcaPermission);
    stage.run(&["diff"]).exits(0);
    stage.run(&["plan", "accept-safe", "--yes"]).exits(5).says("administrators");
    stage.control().connect();
    stage.run(&["apply", "--yes", "--confirm", "fabrikam"]).exits(5);
    assert!(stage.control().patches().is_empty());
}

#[test]
fn a_cut_answer_is_read_again() {
    let whole = Stage::fabrikam().json(&["diff"])["summary"].clone();
    assert_eq!(with(Fault::Truncate).json(&["diff"])["summary"], whole);
    assert_eq!(with(Fault::Reset).json(&["diff"])["summary"], whole);
}

#[test]
fn what_makes_a_command_slow_is_said_while_it_happens() {
    let ran = with(Fault::ServerErrors).run(&["diff"]);
    assert!(ran.stderr.contains("it is asked again"), "{ran:#?}");
    let ran = with(Fault::Reset).run(&["diff", "--format", "json"]).exits(0).says("it is asked again");
    assert!(ran.json()["users"].is_array(), "nothing of it is in the data");
    let quiet = Stage::fabrikam().run(&["diff"]).exits(0);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn why_a_list_could_not_be_read_comes_before_the_prerequisites() {
    let stage = with(Fault::ExpiredCredential);
    let program = env!("CARGO_BIN_EXE_ado2entra");
    // One stream, as on a terminal.
    let command = format!("{program} --config config.toml check 2>&1");
    let both = std::process::Command::new("sh")
        .args(["-c", &command])
        .current_dir(stage.path("."))
        .output()
        .unwrap();
    let text = String::from_utf8(both.stdout).unwrap();
    assert!(text.starts_with("ado2entra: "), "{text}");
    assert_eq!(text.matches("\nado2entra: ").count(), 0, "once: {text}");
    assert!(text.contains("Not ready.") || text.contains("Unknown:"), "{text}");
    assert_eq!(both.status.code(), Some(3));
}

#[test]
fn pages_without_end_are_four() {
    with(Fault::RepeatedToken).run(&["diff"]).exits(4);
}

#[test]
fn the_wrong_directory_maps_nobody() {
    let stage = Stage::fabrikam();
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    let other = stage.control().tenants()[1].1.clone();
    stage.control().connect_to(&other).unwrap();
    let status = stage.json(&["status"]);
    assert_eq!(status["state"], "connected-elsewhere");
    stage.run(&["apply", "--dry-run"]).exits(5);
    stage.run(&["apply", "--yes", "--confirm", "fabrikam"]).exits(5);
    assert!(stage.control().patches().is_empty());
}

#[test]
fn a_refused_mapping_stops_after_the_first_person() {
    let stage = with(Fault::PatchForbidden);
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    stage.control().connect();
    let ran = stage.run(&["apply", "--yes", "--confirm", "fabrikam", "--format", "json"]).exits(1);
    let document = ran.json();
    assert_eq!(document["summary"]["failed"], 1, "{document}");
    assert!(document["summary"]["planned"].as_u64().unwrap() > 1, "{document}");
    assert_eq!(stage.control().patches().len(), 1, "nobody but the canary");
}

#[test]
fn a_mapping_without_an_answer_is_settled_by_reading() {
    let stage = with(Fault::PatchUnknown);
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    stage.control().connect();
    let rows = stage.json(&["apply", "--dry-run"]);
    let key = rows["rows"][0]["storage_key"].as_str().unwrap().to_owned();
    let ran = stage.run(&["apply", "--yes", "--confirm", "fabrikam", "--only", &key, "--format", "json"]);
    assert_eq!(ran.json()["rows"][0]["state"], "verified", "{ran:?}");
    assert!(stage.control().patches().values().all(|times| *times == 1), "never sent twice");
}

#[test]
fn without_a_network_nothing_is_known() {
    let mut stage = Stage::fabrikam();
    stage.stop();
    let ran = stage.run(&["status"]).exits(1);
    assert!(ran.stdout.contains("could not be read"), "{ran:?}");
    let ran = stage.run(&["diff"]).exits(4);
    assert_eq!(ran.stdout, "");
}
