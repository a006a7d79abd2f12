//! `config` and everything that goes wrong before a service is asked.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::stage::{Stage, run, run_with};

#[test]
fn nothing_is_given_and_each_missing_thing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    let ran = run_with(folder.path(), &["check"], &[("HOME", home)], "").exits(2);
    assert!(
        ran.stderr.contains("no organization is given")
            && ran.stderr.contains("no destination tenant is given")
    );
    assert_eq!(ran.stdout, "");
    let path = run_with(folder.path(), &["config", "path"], &[("HOME", home)], "").exits(0).stdout;
    assert_eq!(path, format!("{home}/.config/ado2entra/config.toml\n"));
    run(folder.path(), &["config", "path"]).exits(2);
    run_with(folder.path(), &["config", "check"], &[("HOME", home)], "").exits(0);
}

#[test]
fn without_a_terminal_the_dashboard_says_what_is_missing_and_how_to_give_it() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    let ran = run_with(folder.path(), &[], &[("HOME", home)], "").exits(2);
    assert_eq!(ran.stdout, "");
    for words in
        ["no organization is given", "no destination tenant is given", "in a terminal: it asks for these"]
    {
        assert!(ran.stderr.contains(words), "{words} in {ran:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was written");
    // A file that is named and not there is a mistake where nobody can be asked.
    run(folder.path(), &["--config", "none.toml"]).exits(2).says("there is no such file");
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("c.toml"), "[organization]\nnaem = \"fabrikam\"\n").unwrap();
    let ran = run(folder.path(), &["--config", "c.toml", "config", "check"]).exits(2);
    assert!(ran.stdout.contains("c.toml:2:1") && ran.stdout.contains("name"), "{ran:?}");
    let ran = run(folder.path(), &["--config", "c.toml", "config", "check", "--format", "json"]).exits(2);
    assert_eq!(ran.json()["valid"], false);
    run(folder.path(), &["--config", "c.toml", "diff"]).exits(2).says("c.toml:2:1");
}

#[test]
fn values_are_shown_with_their_origin_and_no_secret() {
    let stage = Stage::fabrikam();
    let shown = stage.run(&["config", "show", "--organization", "other"]).exits(0).stdout;
    assert!(shown.contains("organization.name = \"other\"  # flag --organization"), "{shown}");
    let document = stage.json(&["config", "show"]);
    assert_eq!(document["schema"], "ado2entra.config/1");
    let config = stage.read("config.toml");
    let token = config.split("\"%s\", ").nth(1).unwrap().split('"').nth(1).unwrap();
    assert!(!token.is_empty() && !shown.contains(token));
}

#[test]
fn a_state_directory_that_others_can_write_to_refuses_decisions_and_no_reading() {
    let stage = Stage::fabrikam();
    fs::create_dir(stage.path("state")).unwrap();
    fs::set_permissions(stage.path("state"), fs::Permissions::from_mode(0o777)).unwrap();
    stage.run(&["diff"]).exits(0).says("decisions and ticks are not available");
    let shown = stage.run(&["plan", "show"]).exits(1).says("decisions and ticks are not available");
    assert!(shown.stdout.contains("The decisions are not known"), "{shown:?}");
    assert!(!shown.stdout.contains("Nothing is decided") && !shown.stdout.contains("ndecided"), "{shown:?}");
    for form in ["json", "csv"] {
        let shown =
            stage.run(&["--format", form, "plan", "show"]).exits(1).says("the decisions are not known");
        assert_eq!(shown.stdout, "", "nobody is called undecided");
    }
    stage.run(&["plan", "accept-safe", "--yes"]).exits(5);
    stage.run(&["check", "tick", "users-informed", "--note", "told"]).exits(5);
    stage.run(&["apply", "--yes", "--confirm", "fabrikam"]).exits(5);
    assert_eq!(fs::read_dir(stage.path("state")).unwrap().count(), 0, "nothing is written there");
}

#[test]
fn a_configuration_that_others_can_write_to_runs_no_command() {
    let stage = Stage::fabrikam();
    fs::set_permissions(stage.path("config.toml"), fs::Permissions::from_mode(0o666)).unwrap();
    stage.run(&["diff"]).exits(2).says("can be written by others");
    assert!(stage.control().requests().is_empty());
}
