//! Help, manual page and completions. The golden files are made by running the tests with `ADO2ENTRA_BLESS=1`; a change in
//! them is a change of what people read, and is looked at.

use std::fs;
use std::path::PathBuf;

use crate::stage::run;

pub fn golden(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("ADO2ENTRA_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{} differs; see the top of tests/cli/help.rs", path.display());
}

fn every_command(command: &mut clap::Command, path: &str, found: &mut Vec<(String, String)>) {
    found.push((path.to_owned(), command.render_long_help().to_string()));
    let names: Vec<String> = command
        .get_subcommands()
        .map(|below| below.get_name().to_owned())
        .filter(|name| name != "help")
        .collect();
    for name in names {
        let below = command.find_subcommand_mut(&name).unwrap();
        every_command(below, &format!("{path} {name}"), found);
    }
}

#[test]
fn the_help_of_every_command_is_as_it_was_read() {
    let mut command = ado2entra::cli::command().term_width(100);
    command.build();
    let mut found = Vec::new();
    every_command(&mut command, "ado2entra", &mut found);
    assert!(found.len() >= 23, "{}", found.len());
    for (path, text) in found {
        golden(&format!("help/{}.txt", path.replace(' ', "-")), &text);
    }
}

#[test]
fn help_and_version_are_answers_on_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(folder.path(), &["--help"]).exits(0);
    assert!(help.stdout.contains("Usage: ado2entra") && help.stderr.is_empty());
    let version = run(folder.path(), &["-V"]).exits(0);
    assert_eq!(version.stdout, format!("ado2entra {}\n", env!("CARGO_PKG_VERSION")));
    assert!(run(folder.path(), &["plan", "--help"]).exits(0).stdout.contains("accept-safe"));
}

#[test]
fn the_manual_page_is_as_it_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let page = run(folder.path(), &["man"]).exits(0).stdout;
    // The title holds the version, which changes without anybody reading the page again.
    for word in every_word(&ado2entra::cli::command()) {
        assert!(page.contains(&word.replace('-', "\\-")), "{word}");
    }
    golden("ado2entra.1", &page.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

/// The names of all commands and all long options.
fn every_word(command: &clap::Command) -> Vec<String> {
    let options = command.get_arguments().filter_map(|it| it.get_long());
    let mut words: Vec<String> = options.map(str::to_owned).collect();
    for below in command.get_subcommands() {
        words.push(below.get_name().to_owned());
        words.extend(every_word(below));
    }
    words
}

#[test]
fn there_are_completions_for_every_shell() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(folder.path(), &["completions", shell]).exits(0).stdout;
        for word in every_word(&ado2entra::cli::command()) {
            assert!(script.contains(&word), "{shell} does not complete {word}");
        }
    }
    run(folder.path(), &["completions", "tcsh"]).exits(2);
}

#[test]
fn wrong_usage_is_two_and_says_what_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["chekc"]).exits(2).says("check");
    run(folder.path(), &["diff", "--org-users", "a.json"]).exits(2).says("--tenant-users");
    run(folder.path(), &["demo", "--fault", "nothing"]).exits(2);
    run(folder.path(), &[]).exits(2).says("needs a terminal");
}
