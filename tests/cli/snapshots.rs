//! Before and after by commands: a snapshot, the switch, the mappings, another snapshot, and what was lost.

use std::os::unix::fs::PermissionsExt as _;

use ado2entra::simulator::{Fault, Scenario};
use serde_json::Value;

use crate::stage::{Stage, run};

/// A snapshot before, the switch, everybody safe mapped, a snapshot after.
fn evening(stage: &Stage) {
    stage.run(&["snapshot", "take", "before.json.zst"]).exits(0).says("memberships of the organization");
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    stage.control().connect();
    stage.run(&["apply", "--yes", "--confirm", "fabrikam"]).exits(0);
    stage.run(&["snapshot", "take", "after.json.zst"]).exits(0);
}

fn changes<'a>(document: &'a Value, name: &str) -> &'a Vec<Value> {
    let people = document["people"].as_array().unwrap();
    let found = people.iter().find(|person| person["display_name"] == name);
    found.unwrap_or_else(|| panic!("{name} in {people:#?}"))["changes"].as_array().unwrap()
}

#[test]
fn nobody_loses_anything_on_an_evening_without_mishaps() {
    let stage = Stage::fabrikam();
    evening(&stage);
    assert_eq!(std::fs::metadata(stage.path("before.json.zst")).unwrap().permissions().mode() & 0o777, 0o600);
    // Without a configuration, from the two files alone.
    let folder = stage.path("");
    let text = run(&folder, &["snapshot", "compare", "before.json.zst", "after.json.zst"]).exits(0).stdout;
    assert!(text.contains("Nobody lost anything."), "{text}");
    let found = stage
        .run(&["snapshot", "compare", "before.json.zst", "after.json.zst", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(found["schema"], "ado2entra.comparison/1");
    assert_eq!(found["summary"]["lost"], 0);
    assert!(found["before"]["backing_tenant_id"].is_null());
    assert!(found["after"]["backing_tenant_id"].is_string());
    assert!(found["summary"]["changed"].as_u64().unwrap() > 20, "identities are the Entra accounts' now");
    let mapped = changes(&found, "Wanjiru Kimani");
    assert!(
        mapped.iter().all(|one| one["change"] == "changed" && one["expected"] == "mapped"),
        "{mapped:#?}"
    );
    // A hazard that was not resolved went to somebody else, and that is not what anybody expected.
    let hazard = changes(&found, "Petrus van Dijk");
    assert!(hazard[0]["expected"].is_null(), "{hazard:#?}");
    assert!(hazard[0]["note"].as_str().unwrap().contains("was Paula Lang, is Petrus van Dijk"));
    // With itself: nothing.
    let same = stage.run(&["snapshot", "compare", "after.json.zst", "after.json.zst", "--format", "json"]);
    assert_eq!(same.exits(0).json()["people"].as_array().unwrap().len(), 0);
}

#[test]
fn what_was_lost_is_named_told_from_what_was_to_be_expected_and_ends_with_one() {
    let mut stage = Stage::new(Scenario::Fabrikam, &[Fault::ConnectLosesAccess]);
    evening(&stage);
    let found = stage
        .run(&["snapshot", "compare", "before.json.zst", "after.json.zst", "--format", "json"])
        .exits(1)
        .json();
    let poor = changes(&found, "Beatriz Cordeiro");
    assert_eq!((&poor[0]["kind"], &poor[0]["change"]), (&"group".into(), &"lost".into()));
    assert_eq!(poor[0]["before"], "[Orchard]\\Contributors");
    assert!(poor[0]["expected"].is_null());
    let subscriber = changes(&found, "Ravi Danjuma");
    assert_eq!(subscriber[0]["kind"], "access-level");
    assert_eq!(subscriber[0]["expected"], "subscription");
    assert_eq!(found["summary"]["people_with_unexpected_losses"], 1);
    assert_eq!(found["summary"]["people_with_expected_losses"], 1);
    let kinds: Vec<&Value> =
        found["organization"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["service-connection", "agent-pool"]);
    let csv = stage
        .run(&["snapshot", "compare", "before.json.zst", "after.json.zst", "--format", "csv"])
        .exits(1)
        .stdout;
    assert!(csv.starts_with("storage_key,new_storage_key,display_name,"), "{csv}");
    assert!(csv.contains(",group,lost,[Orchard]\\Contributors,,,\r\n"), "{csv}");
    // The other way round, what was lost is gained.
    let back =
        stage.run(&["snapshot", "compare", "after.json.zst", "before.json.zst", "--format", "json"]).json();
    assert_eq!(back["summary"]["by_kind"]["group"]["gained"], found["summary"]["by_kind"]["group"]["lost"]);

    // The list for the time after: against the reading in the store, and against the file.
    for arguments in [&["check", "--after"][..], &["check", "--after", "--before", "before.json.zst"]] {
        let after = stage.run(&[arguments, &["--format", "json"]].concat()).exits(1).json();
        assert_eq!(after["schema"], "ado2entra.after/1");
        assert_eq!(after["comparison"]["summary"]["people_with_unexpected_losses"], 1, "{arguments:?}");
        let status = |id: &str| {
            let points = after["points"].as_array().unwrap();
            points.iter().find(|point| point["id"] == id).unwrap()["status"].as_str().unwrap().to_owned()
        };
        assert_eq!(status("permissions-intact"), "fail");
        assert_eq!(status("mapping-complete"), "fail");
        assert_eq!(status("link-event"), "pass");
        assert_eq!(status("service-connections"), "warn");
        assert_eq!(status("single-sign-on"), "manual");
    }

    // The report says it too, from the store alone.
    stage.run(&["check", "tick", "tools-work", "--note", "Git and <editors> tried"]).exits(0);
    stage.stop();
    stage.run(&["report", "r.md"]).exits(0);
    let text = stage.read("r.md");
    assert!(text.contains("1 person lost something that was not to be expected"), "{text}");
    assert!(
        text.contains("- Since before: lost group: \\[Orchard\\]\\\\Contributors, not to be expected\n"),
        "{text}"
    );
    assert!(text.contains(", to be expected: the subscription is not recognised"), "{text}");
    assert!(text.contains("Git and &lt;editors&gt; tried") && text.contains("| ticked | "), "{text}");
    assert!(text.contains(", by Niamh Halloran"), "who ticked: {text}");
    stage.run(&["report", "r.html"]).exits(0);
    assert!(stage.read("r.html").contains("<h2>Before and after</h2>"));
}

#[test]
fn points_are_ticked_with_a_note_and_only_where_a_person_has_to_say() {
    let stage = Stage::fabrikam();
    stage.control().connect();
    stage.run(&["check", "tick", "tools-work", "--note", "Visual Studio and Git tried"]).exits(0);
    let after = stage.run(&["check", "--after", "--format", "json"]).exits(1).json();
    let ticked =
        after["points"].as_array().unwrap().iter().find(|point| point["id"] == "tools-work").unwrap();
    assert_eq!(ticked["ticked"]["note"], "Visual Studio and Git tried");
    stage.run(&["check", "tick", "mapping-complete", "--note", "surely"]).exits(5).says("cannot be ticked");
    stage.run(&["check", "untick", "tools-work"]).exits(0);
    stage.run(&["check", "untick", "tools-work"]).exits(5).says("not ticked");
    // There was no reading from before: said, and never a pass.
    let permissions =
        after["points"].as_array().unwrap().iter().find(|point| point["id"] == "permissions-intact").unwrap();
    assert_eq!(permissions["status"], "unknown");
}

#[test]
fn a_partial_snapshot_says_what_is_missing_and_is_never_a_loss() {
    let stage = Stage::fabrikam();
    stage.run(&["snapshot", "take", "whole.json"]).exits(0);
    for (fault, code, words) in [
        (Fault::OneGroupUnreadable, 1, "left out: memberships of the group"),
        (Fault::NoPcaPermission, 1, "left out: groups"),
        (Fault::NoResourcesPermission, 0, "left out: service_connections"),
    ] {
        stage.control().set_fault(fault, true);
        stage.run(&["snapshot", "take", "part.json", "--force"]).exits(code).says(words);
        stage.control().set_fault(fault, false);
        let found = stage
            .run(&["snapshot", "compare", "whole.json", "part.json", "--format", "json"])
            .exits(0)
            .json();
        assert_eq!(found["summary"]["lost"], 0, "{fault}: {found:#}");
        assert!(!found["not_compared"].as_array().unwrap().is_empty(), "{fault}");
    }
    // The people themselves must be there.
    stage.control().set_fault(Fault::NoGraphPermission, true);
    stage.run(&["snapshot", "take", "none.json"]).exits(3);
    assert!(!stage.path("none.json").exists());
}

#[test]
fn a_snapshot_survives_a_bad_network_and_a_cut_one_is_refused() {
    let stage = Stage::fabrikam();
    stage.run(&["snapshot", "take", "good.json"]).exits(0);
    for fault in [Fault::Reset, Fault::Truncate, Fault::ThrottleMs, Fault::ShortPages, Fault::EmptyPages] {
        stage.control().set_fault(fault, true);
        stage.run(&["snapshot", "take", "again.json", "--force"]).exits(0);
        stage.control().set_fault(fault, false);
        let found = stage
            .run(&["snapshot", "compare", "good.json", "again.json", "--format", "json"])
            .exits(0)
            .json();
        assert_eq!(found["people"].as_array().unwrap().len(), 0, "{fault}: {found:#}");
        assert_eq!(
            found["not_compared"],
            stage.json(&["snapshot", "compare", "good.json", "good.json"])["not_compared"]
        );
    }
    let whole = stage.read("good.json");
    let half: String = whole.chars().take(whole.chars().count() / 2).collect();
    stage.write("half.json", &half);
    stage.run(&["snapshot", "compare", "good.json", "half.json"]).exits(4).says("ends");
    stage.write("other.json", &whole.replace("ado2entra.snapshot/1", "ado2entra.snapshot/9"));
    stage.run(&["snapshot", "compare", "good.json", "other.json"]).exits(4).says("later version");
    stage.write("stranger.json", &whole.replace("\"name\":\"fabrikam\"", "\"name\":\"tailspin\""));
    stage.run(&["snapshot", "compare", "good.json", "stranger.json"]).exits(4).says("same organization");
    stage.run(&["snapshot", "compare", "good.json", "nowhere.json"]).exits(4).says("nowhere.json");
    // A small file that unpacks to a great one.
    let bomb = zstd::encode_all(
        format!("{{\"schema\":\"ado2entra.snapshot/1\",\"a\":\"{}", " ".repeat(64 << 20)).as_bytes(),
        19,
    );
    std::fs::write(stage.path("bomb.json.zst"), bomb.unwrap()).unwrap();
    stage.run(&["snapshot", "compare", "good.json", "bomb.json.zst"]).exits(4).says("200 times");
}

#[test]
fn a_redacted_copy_names_nobody_and_can_still_be_compared() {
    let stage = Stage::new(Scenario::Fabrikam, &[Fault::ConnectLosesAccess]);
    evening(&stage);
    stage
        .run(&["snapshot", "redact", "before.json.zst", "r1.json", "after.json.zst", "r2.json"])
        .exits(0)
        .says("were replaced");
    let text = stage.read("r1.json").to_lowercase();
    let diff = stage.json(&["diff"]);
    for user in diff["users"].as_array().unwrap() {
        for name in [&user["display_name"], &user["principal_name"]] {
            let name = name.as_str().unwrap().to_lowercase();
            assert!(!text.contains(&name), "{name}");
        }
        let surname = user["display_name"].as_str().unwrap().rsplit(' ').next().unwrap().to_lowercase();
        assert!(surname.len() < 5 || !text.contains(&format!("{surname}\"")), "{surname}");
    }
    for word in ["fabrikam", "contoso", "mailbox.example", "orchard", "halloran", "build-02", "source-mirror"]
    {
        assert!(!text.contains(word), "{word}");
    }
    let plain = stage.json(&["snapshot", "compare", "before.json.zst", "after.json.zst"]);
    let redacted = stage.json(&["snapshot", "compare", "r1.json", "r2.json"]);
    assert_eq!(redacted["summary"]["by_kind"]["group"], plain["summary"]["by_kind"]["group"]);
    assert_eq!(redacted["summary"]["by_kind"]["project"], plain["summary"]["by_kind"]["project"]);
    assert_eq!(redacted["summary"]["lost"], plain["summary"]["lost"]);
    stage.run(&["snapshot", "redact", "before.json.zst", "r1.json"]).exits(5).says("--force");
    stage.run(&["snapshot", "redact", "before.json.zst", "r3.json", "after.json.zst"]).exits(2).says("pairs");
}

#[test]
fn nothing_secret_is_in_a_snapshot() {
    let stage = Stage::fabrikam();
    stage.run(&["snapshot", "take", "all.json", "--tokens"]).exits(0);
    let text = stage.read("all.json");
    for secret in ["accessToken", "AccessToken", "inviteRedeemUrl", "authorizationId", "\"token\"", "Bearer "]
    {
        assert!(!text.contains(secret), "{secret}");
    }
    let config = stage.read("config.toml");
    for token in config.lines().filter(|line| line.contains("printf")) {
        let token = token.rsplit(", ").next().unwrap().trim_matches(['"', ']']);
        assert!(token.len() > 10 && !text.contains(token), "{token}");
    }
    let document: Value = serde_json::from_str(&text).unwrap();
    assert!(text.starts_with("{\"schema\":\"ado2entra.snapshot/1\",\"taken_at\":"));
    for part in [
        "org_users",
        "graph_users",
        "groups",
        "memberships",
        "tenant_users",
        "projects",
        "tokens",
        "left_out",
    ] {
        assert!(document[part].is_array(), "{part}");
    }
    assert!(document["tokens"].as_array().unwrap().iter().any(|one| one["ssh_keys"] == 2));
}

#[test]
fn after_a_switch_entra_groups_of_the_old_directory_are_expected_losses() {
    let stage = Stage::new(Scenario::Switch, &[]);
    stage.run(&["snapshot", "take", "before.json"]).exits(0);
    stage.control().connect();
    stage.run(&["snapshot", "take", "after.json"]);
    let found =
        stage.run(&["snapshot", "compare", "before.json", "after.json", "--format", "json"]).exits(1).json();
    let lost: Vec<(&Value, &Value)> = found["organization"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["change"] == "lost")
        .map(|one| (&one["kind"], &one["expected"]))
        .collect();
    assert!(lost.contains(&(&"entra-group".into(), &"old-directory-group".into())), "{lost:?}");
    assert!(lost.contains(&(&"group-rule".into(), &"rule-lost".into())), "{lost:?}");
    assert!(lost.iter().all(|(_, expected)| expected.is_string()), "{lost:?}");
}

#[test]
fn the_follow_up_names_each_token_and_goes_on_where_it_stopped() {
    let stage = Stage::fabrikam();
    let first = stage.run(&["check", "--tokens", "--format", "csv"]).exits(0);
    assert!(first.stdout.starts_with("storage_key,display_name,principal_name,mail,kind,name,scope,"));
    assert!(first.stdout.contains(",SSH key,laptop key,"), "{}", first.stdout);
    assert!(first.stdout.contains(",yes,make a new one for this organization only"), "{}", first.stdout);
    stage.control().forget_requests();
    let again = stage.run(&["check", "--tokens", "--format", "csv"]).exits(0);
    assert_eq!(again.stdout, first.stdout);
    // The account that the program signs in with is asked about its own tokens each time.
    let requests = stage.control().requests();
    let asked: std::collections::BTreeSet<&str> =
        requests.iter().filter(|one| one.path.contains("tokenadmin")).map(|one| one.path.as_str()).collect();
    assert!(asked.len() <= 1, "everybody was read a minute ago: {asked:?}");
    for kind in [",service connection,Fiber: source-mirror,github,", ",agent pool,Default,"] {
        assert!(first.stdout.contains(kind), "{kind}: {}", first.stdout);
    }
    stage.control().set_fault(Fault::NoResourcesPermission, true);
    let less = stage.run(&["check", "--tokens", "--format", "csv"]).exits(0);
    assert!(!less.stdout.contains(",service connection,") && less.stdout.contains(",SSH key,"));
    let less = less.says("not readable: service connections").says("not readable: agent pools");
    assert!(!less.stderr.contains("of them stand still"), "{less:?}");
    stage.control().set_fault(Fault::NoResourcesPermission, false);
    let letters = stage.run(&["check", "--tokens", "--follow-up", "-"]).exits(0).stdout;
    assert!(letters.contains("Subject: Your access tokens and SSH keys for fabrikam"), "{letters}");
    assert!(letters.contains("/fabrikam/_usersSettings/keys"));
    stage.run(&["check", "--tokens", "--follow-up", "letters.txt"]).says("letters.txt");
    assert!(stage.read("letters.txt").contains("To: "));
}

#[test]
fn letters_are_written_in_two_languages_and_in_words_of_ones_own() {
    let stage = Stage::fabrikam();
    let letters = |options: &[&str]| {
        stage.run(&[&["check", "--tokens", "--follow-up", "-"], options].concat()).exits(0).stdout
    };
    let german = letters(&["--language", "de", "--contact", "it@fabrikam.com"]);
    assert!(german.contains("Subject: Ihre Zugriffstoken und SSH-Schlüssel für fabrikam"), "{german}");
    assert!(german.contains("- SSH-Schlüssel \"laptop key\"") && german.contains("Fragen? it@fabrikam.com"));
    let words = stage.run(&["check", "--print-letter"]).exits(0).stdout;
    stage.write("own.txt", &words.replace("Hello {{name}}", "Dear {{name}}"));
    assert_eq!(letters(&["--template", "own.txt"]), letters(&[]).replace("Hello ", "Dear "));
    stage.write("bad.txt", "Subject: x\n{{nmae}}\n");
    stage
        .run(&["check", "--tokens", "--follow-up", "-", "--template", "bad.txt"])
        .exits(2)
        .says("bad.txt:2:1: `nmae` is not a placeholder");
}

#[test]
fn the_follow_up_after_the_switch_remembers_what_was_read_before() {
    let stage = Stage::fabrikam();
    let standings = || -> Vec<String> {
        let list = stage.run(&["check", "--tokens", "--format", "csv"]).stdout;
        let mut rows = csv::Reader::from_reader(list.as_bytes());
        let rows = rows.records().map(Result::unwrap);
        let tokens = rows.filter(|row| ["access token", "SSH key"].contains(&&row[4]));
        tokens.map(|row| row[10].to_owned()).collect()
    };
    assert!(standings().iter().all(|standing| standing == "there"));
    stage.control().connect();
    let after = standings();
    assert!(!after.is_empty() && after.iter().all(|standing| standing == "still-there"), "{after:?}");
    let letters = stage.run(&["check", "--tokens", "--follow-up", "-"]).exits(0).stdout;
    assert!(letters.contains(", there before the switch and still there: "), "{letters}");
}
