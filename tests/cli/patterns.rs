//! Patterns of addresses: found in two files, tried with `diff --use-pattern`; kept and dropped with `plan pattern`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use ado2entra::simulator::Scenario;
use serde_json::Value;

use crate::stage::{Stage, run};

const ID: &str = "domain:fabrikam.com>contoso.com";

const PEOPLE: [&str; 6] =
    ["Adele Vance", "Isaiah Langer", "Raisa Pokrovskaya", "Jamal Owusu", "Pradeep Gupta", "Lidia Holloway"];

/// Six people whose company changed its domain, and a seventh whose local part is a relative's.
fn files(folder: &Path) {
    let (mut org, mut tenant) = (String::new(), String::new());
    let pairs = PEOPLE.iter().map(|name| (*name, *name)).chain([("Nadia Berg", "Nicholas Berg")]);
    for (n, (own, theirs)) in pairs.enumerate() {
        let local = match own {
            "Nadia Berg" => "n.berg".to_owned(),
            name => name.to_lowercase().replace(' ', "."),
        };
        let (given, surname) = theirs.split_once(' ').unwrap();
        writeln!(
            org,
            r#"{{"id":"00000000-0000-4000-8000-0000000000a{n}","user":{{"subjectKind":"user","origin":"msa","originId":"000300000000a{n}","domain":"Windows Live ID","principalName":"{local}@fabrikam.com","mailAddress":"{local}@fabrikam.com","displayName":"{own}","descriptor":"msa.cmFpc2E"}},"accessLevel":{{"licenseDisplayName":"Basic","status":"active"}},"lastAccessedDate":"2026-10-01T08:00:00Z"}}"#
        )
        .unwrap();
        writeln!(
            tenant,
            r#"{{"id":"00000000-0000-4000-8000-0000000000b{n}","displayName":"{theirs}","givenName":"{given}","surname":"{surname}","userPrincipalName":"{local}@contoso.com","mail":"{local}@contoso.com","userType":"Member","accountEnabled":true,"otherMails":[],"proxyAddresses":[],"identities":[]}}"#
        )
        .unwrap();
    }
    fs::write(folder.join("org.jsonl"), org).unwrap();
    fs::write(folder.join("tenant.jsonl"), tenant).unwrap();
}

fn diff(folder: &Path, more: &[&str]) -> Value {
    let files = ["diff", "--org-users", "org.jsonl", "--tenant-users", "tenant.jsonl", "--format", "json"];
    run(folder, &[&files[..], more].concat()).exits(0).json()
}

#[test]
fn a_pattern_is_told_and_tried_without_keeping_anything() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    let plain = diff(folder.path(), &[]);
    let pattern = &plain["patterns"][0];
    assert_eq!(pattern["id"], ID);
    assert_eq!(
        (&pattern["kind"], &pattern["from"], &pattern["to"]),
        (&"domain".into(), &"fabrikam.com".into(), &"contoso.com".into())
    );
    assert_eq!(
        (&pattern["explains"], &pattern["contradicts"], &pattern["unclear"], &pattern["used"]),
        (&6.into(), &1.into(), &0.into(), &false.into())
    );
    assert!(plain["summary"]["by_outcome"].get("safe").is_none());

    for choice in [ID, "all"] {
        let with = diff(folder.path(), &["--use-pattern", choice]);
        assert_eq!(with["patterns"][0]["used"], true);
        assert_eq!(with["summary"]["by_outcome"]["safe"], 6);
        let users = with["users"].as_array().unwrap();
        for user in users {
            let relative = user["display_name"] == "Nadia Berg";
            assert_eq!(user["outcome"], if relative { "review" } else { "safe" }, "{user}");
            let evidence = user["candidates"][0]["evidence"].as_array().unwrap();
            let pattern = evidence.iter().find(|it| it["kind"] == "pattern").unwrap();
            assert_eq!(pattern["detail"], "fabrikam.com became contoso.com for 6 people; 1 contradicts");
        }
    }
}

#[test]
fn the_text_says_what_to_do_with_a_pattern() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    let files = ["diff", "--org-users", "org.jsonl", "--tenant-users", "tenant.jsonl"];
    let text = run(folder.path(), &files).exits(0).stdout;
    assert!(text.contains(&format!("plan pattern use '{ID}'")), "{text}");
    let text = run(folder.path(), &[&files[..], &["--use-pattern", ID]].concat()).exits(0).stdout;
    assert!(text.contains("Pattern in use: fabrikam.com became contoso.com for 6 people"), "{text}");
}

#[test]
fn a_pattern_that_the_lists_do_not_show_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    let files = ["diff", "--org-users", "org.jsonl", "--tenant-users", "tenant.jsonl", "--use-pattern"];
    run(folder.path(), &[&files[..], &["domain:fabrikam.com>contoso.org"]].concat())
        .exits(2)
        .says("did you mean `domain:fabrikam.com>contoso.com`?");
    run(folder.path(), &[&files[..], &["fabrikam.com"]].concat()).exits(2).says("not the name of a pattern");
}

#[test]
fn a_pattern_that_is_not_there_is_neither_used_nor_dropped() {
    let stage = Stage::fabrikam();
    let listed = stage.json(&["plan", "pattern"]);
    assert_eq!(listed["schema"], "ado2entra.patterns/1");
    stage.run(&["plan", "pattern", "use", "domain:nowhere.example>contoso.com"]).exits(2).says("do not show");
    stage.run(&["plan", "pattern", "drop", "domain:nowhere.example>contoso.com"]).exits(2).says("not used");
}

#[test]
fn a_used_pattern_is_kept_and_dropped() {
    let stage = Stage::new(Scenario::Switch, &[]);
    let id = "domain:adatum.com>contoso.com";
    let used = || {
        let listed = stage.json(&["plan", "pattern"]);
        let found = listed["patterns"].as_array().unwrap().iter().find(|it| it["id"] == id).unwrap().clone();
        assert_eq!(found["used"].as_bool().unwrap(), found.get("used_since").is_some());
        assert!(found["explains"].as_u64().unwrap() >= 5, "{found}");
        assert!(!found["examples"]["explained"].as_array().unwrap().is_empty());
        found["used"].as_bool().unwrap()
    };
    assert!(!used());
    stage.run(&["plan", "pattern", "use", id]).exits(0).says("used as evidence from now on");
    assert!(used());
    let text = stage.run(&["plan", "pattern"]).exits(0).stdout;
    assert!(text.contains("plan pattern drop"), "{text}");
    assert_eq!(stage.json(&["diff"])["patterns"][0]["used"], true);
    stage.run(&["plan", "pattern", "drop", id]).exits(0).says("no longer used");
    assert!(!used());
    stage.run(&["plan", "pattern", "drop", id]).exits(2).says("not used");
    stage.run(&["plan", "pattern", "--format", "csv"]).exits(2);
}
