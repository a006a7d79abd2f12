//! `apply` as a command, where something happens on the way: the codes, the words, and the journal as a file.

use ado2entra::simulator::{Fault, Options, Scenario};

use crate::stage::Stage;

const APPLY: [&str; 4] = ["apply", "--yes", "--confirm", "fabrikam"];

fn connected() -> Stage {
    let stage = Stage::fabrikam();
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    stage.control().connect();
    stage
}

#[test]
fn the_journal_is_a_file_and_needs_no_service() {
    let mut stage = connected();
    stage.run(&APPLY).exits(0);
    stage.run(&["plan", "export", "journal.csv", "--as", "journal"]).exits(0);
    let csv = stage.read("journal.csv");
    assert!(csv.starts_with("at,run,storage_key,"), "{csv}");
    let lines = |state: &str| csv.lines().filter(|line| line.contains(&format!(",{state},"))).count();
    assert!(lines("verified") >= 3 && lines("sending") == lines("verified"), "{csv}");
    stage.stop();
    stage.run(&["plan", "export", "journal.json", "--as", "journal"]).exits(0);
    let document: serde_json::Value = serde_json::from_str(&stage.read("journal.json")).unwrap();
    assert_eq!(document["schema"], "ado2entra.journal/1");
    let rows = document["lines"].as_array().unwrap();
    assert_eq!(rows.len(), csv.lines().count() - 1);
    assert!(rows.iter().any(|line| line["state"] == "verified" && line["target_object_id"].is_string()));
    stage.run(&["plan", "export", "journal.json", "--as", "journal"]).exits(5);
}

#[test]
fn what_was_tried_again_alone_is_sent_alone() {
    let stage = connected();
    let planned = stage.json(&["apply", "--dry-run"]);
    let key = planned["rows"][0]["storage_key"].as_str().unwrap().to_owned();
    let ran = stage.run(&["--format", "json", "apply", "--yes", "--confirm", "fabrikam", "--only", &key]);
    assert_eq!(stage.control().mappings().len(), 1, "{ran:?}");
    assert!(stage.control().mappings().contains_key(&key));
}

#[test]
fn the_batch_route_is_shown_by_the_dry_run_and_refused_with_what_to_do_where_it_is_off() {
    let stage = Stage::with(Options { scenario: Scenario::Fabrikam, ..Options::default() });
    let config = stage.read("config.toml");
    stage.write("config.toml", &format!("{config}\n[apply]\nroute = \"batch\"\n"));
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    stage.control().connect();
    let planned = stage.json(&["apply", "--dry-run"]);
    let calls: Vec<_> =
        planned["rows"].as_array().unwrap().iter().filter_map(|row| row.get("call")).collect();
    assert!(
        calls
            .iter()
            .any(|call| call["method"] == "POST" && call["body"]["mappings"][0]["source"].is_object())
    );
    stage.run(&APPLY).exits(1).says("per-user");
    stage.control().set_fault(Fault::BatchMapping, true);
    let ran = stage.run(&APPLY).exits(0);
    assert!(ran.stdout.contains("verified"), "{ran:?}");
}

#[test]
fn a_credential_that_is_dead_before_the_first_row_is_three() {
    let stage = connected();
    stage.control().set_fault(Fault::PatchNeedsEntraToken, false);
    stage.control().set_fault(Fault::ExpiredCredential, true);
    stage.run(&APPLY).exits(3);
    assert!(stage.control().mappings().is_empty());
}
