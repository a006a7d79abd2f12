//! The papers to hand over: messages, the package for Microsoft Support, the report.

use std::os::unix::fs::PermissionsExt as _;

use ado2entra::simulator::{Fault, Scenario};

use crate::help::golden;
use crate::stage::Stage;

#[test]
fn messages_before_and_after_name_the_organization_and_the_tenant() {
    let stage = Stage::fabrikam();
    let before = stage
        .run(&["announce", "before", "--when", "28 November, 19:00 <b>", "--contact", "it@fabrikam.com"])
        .exits(0)
        .stdout;
    assert!(before.starts_with("Subject: Azure DevOps organization fabrikam"), "{before}");
    assert!(before.contains("28 November, 19:00 <b>") && before.contains("Contoso"), "{before}");
    assert!(before.contains("Do not request access"), "{before}");
    let diff = stage.json(&["diff"]);
    let by_outcome = &diff["summary"]["by_outcome"];
    let count = |name: &str| by_outcome[name].as_u64().unwrap_or(0);
    let out = diff["summary"]["org_users"].as_u64().unwrap() - count("automatic") - count("connected");
    assert!(before.contains(&format!("People who lose access until they are mapped: {out}.")), "{before}");
    let name = diff["users"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["outcome"] == "missing")
        .map(|user| user["principal_name"].as_str().unwrap().to_owned())
        .unwrap();
    assert!(!before.contains(&name), "names only when asked for");
    assert!(stage.run(&["announce", "before", "--names"]).exits(0).stdout.contains(&name));

    stage.run(&["announce", "after", "mail.html", "--language", "de"]).exits(0).says("mail.html");
    let html = stage.read("mail.html");
    assert!(
        html.starts_with("<!doctype html>\n<html lang=\"de\">") && html.contains("Melden Sie sich"),
        "{html}"
    );
    assert_eq!(std::fs::metadata(stage.path("mail.html")).unwrap().permissions().mode() & 0o777, 0o600);
    stage.run(&["announce", "after", "mail.html"]).exits(5).says("--force");
    stage.run(&["announce", "after", "mail.html", "--force"]).exits(0);
    stage.run(&["announce", "after", "--format", "json"]).exits(2);
    assert!(
        stage.run(&["announce", "before", "--html", "--when", "<b>"]).exits(0).stdout.contains("&lt;b&gt;")
    );
}

#[test]
fn a_template_is_edited_and_its_mistakes_have_a_place() {
    let stage = Stage::fabrikam();
    let words = stage.run(&["announce", "before", "--print-template"]).exits(0).stdout;
    stage.write("own.txt", &words);
    assert_eq!(
        stage.run(&["announce", "before", "--template", "own.txt"]).exits(0).stdout,
        stage.run(&["announce", "before"]).exits(0).stdout
    );
    stage.write("bad.txt", "Hello {{organisation}},\n{{?when\n");
    stage
        .run(&["announce", "before", "--template", "bad.txt"])
        .exits(2)
        .says("bad.txt:1:7: `organisation` is not a placeholder")
        .says("bad.txt:2:1:");
    stage.run(&["announce", "before", "--template", "nowhere.txt"]).exits(2).says("nowhere.txt");
}

#[test]
fn a_message_after_needs_no_service_and_one_before_does() {
    let mut stage = Stage::fabrikam();
    stage.stop();
    let after = stage.run(&["announce", "after"]).exits(0).stdout;
    assert!(after.contains("fabrikam") && after.contains("contoso"), "{after}");
    stage.run(&["announce", "before"]).exits(4);
}

#[test]
fn a_message_from_a_snapshot() {
    let mut stage = Stage::fabrikam();
    stage.run(&["snapshot", "take", "s.json.zst"]).exits(0);
    let live = stage.run(&["announce", "before"]).exits(0).stdout;
    stage.stop();
    let offline = stage.run(&["--snapshot", "s.json.zst", "announce", "before"]).exits(0).stdout;
    assert_eq!(offline, live);
}

#[test]
fn package_and_report_come_from_the_store_alone() {
    let mut stage = Stage::fabrikam();
    for command in [&["support-package", "x"][..], &["report", "x.md"]] {
        stage.run(command).exits(5).says("store");
    }
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    stage.run(&["check", "tick", "users-informed", "--note", "told <by> mail"]).exits(0);
    stage.control().connect();
    let rows = stage.json(&["apply", "--dry-run"])["rows"].as_array().unwrap().clone();
    let due: Vec<&str> = rows.iter().map(|row| row["storage_key"].as_str().unwrap()).collect();
    let first = due[0];
    stage.run(&["apply", "--yes", "--confirm", "fabrikam", "--only", first]).exits(0);
    stage.stop();
    stage.run(&["announce", "after"]).exits(0).says("are not proven yet");

    stage.run(&["support-package", "package"]).exits(0).says("package.csv").says("package.txt");
    let list = stage.read("package.csv");
    let keys: Vec<String> = csv::Reader::from_reader(list.as_bytes())
        .records()
        .map(|row| row.unwrap().get(0).unwrap().to_owned())
        .collect();
    assert!(!keys.iter().any(|key| key == first), "who is verified is not asked for");
    assert!(!keys.is_empty());
    let letter = stage.read("package.txt");
    assert!(letter.contains(&format!("Please map these {} identities", keys.len())), "{letter}");
    assert!(letter.contains("- mapped, and read back: 1\n") && letter.contains("package.csv"), "{letter}");
    assert_eq!(stage.run(&["support-package", "-"]).exits(0).stdout, list);
    std::fs::remove_file(stage.path("package.csv")).unwrap();
    stage.run(&["support-package", "package"]).exits(5).says("package.txt exists");
    assert!(!stage.path("package.csv").exists(), "both or neither");
    stage.run(&["support-package", "list.xlsx"]).exits(2).says(".csv");

    stage.run(&["report", "r.html"]).exits(0);
    let html = stage.read("r.html");
    assert!(html.contains("told &lt;by&gt; mail") && html.contains("Apply run"), "{html}");
    assert!(html.contains("The switch was seen") && html.contains("<svg") && !html.contains("<script"));
    assert!(html.contains("1 of them done and read back"), "{html}");
    stage.run(&["report", "r.html"]).exits(5).says("--force");
    stage.run(&["report", "r.md"]).exits(0);
    let text = stage.read("r.md");
    assert!(text.starts_with("# Connecting fabrikam to Microsoft Entra ID\n"), "{text}");
    assert!(text.contains("told &lt;by&gt; mail") && text.contains("| verified | 1 |"), "{text}");
    // Who, and what was found: from the store as well, although both accounts of the operator are other ones by now.
    assert!(text.contains("## Whose accounts were used") && text.contains(", by Niamh Halloran"), "{text}");
    assert!(
        text.contains("## What was found before the switch") && text.contains("| will map by itself | 21 |"),
        "{text}"
    );
    assert!(
        text.contains("## Prerequisites before the switch")
            && text.contains("| Users have been told | ticked |"),
        "{text}"
    );
    assert!(text.contains("best candidate: "), "who was not decided about has the best candidate of then");
    for name in ["r.pdf", "r"] {
        stage.run(&["report", name]).exits(2).says(".html");
    }
}

#[test]
fn support_is_told_the_ids_of_the_calls_that_failed() {
    let stage = Stage::new(Scenario::Fabrikam, &[Fault::PatchForbidden]);
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    stage.control().connect();
    let ran = stage.run(&["apply", "--yes", "--confirm", "fabrikam"]);
    assert_ne!(ran.code, 0, "{ran:?}");
    let letter = stage.run(&["support-package", "letter.txt"]).exits(0);
    let text = stage.read("letter.txt");
    assert!(text.contains("Calls that failed: ") && text.contains("  activity id "), "{letter:?}\n{text}");
    let list = stage.run(&["support-package", "-"]).exits(0).stdout;
    let mut rows = csv::Reader::from_reader(list.as_bytes());
    assert!(rows.records().any(|row| !row.unwrap()[11].is_empty()), "{list}");
}

#[test]
fn the_messages_are_as_they_were_read() {
    let stage = Stage::fabrikam();
    for occasion in ["before", "after"] {
        for language in ["en", "de"] {
            for ending in ["txt", "html"] {
                let file = format!("{occasion}-{language}.{ending}");
                let told = ["--when", "28 Nov, 19:00 <b>", "--contact", "it@fabrikam.com & co", "--names"];
                let mut line = vec!["announce", occasion, &file, "--language", language];
                line.extend(told);
                stage.run(&line).exits(0);
                let text = stage.read(&file);
                // The simulator listens on another port each time.
                let address = text
                    .split("http://127.0.0.1:")
                    .nth(1)
                    .unwrap()
                    .split(['/', ')'])
                    .next()
                    .unwrap()
                    .to_owned();
                golden(
                    &format!("papers/{file}"),
                    &text.replace(&format!("127.0.0.1:{address}"), "127.0.0.1"),
                );
            }
        }
    }
}
