//! Tokens that something else keeps: the keyrings of the systems, by the commands that `docs/configuration.md` names. Each keeper
//! is played by a script that answers only to exactly those arguments.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use ado2entra::config;
use ado2entra::services::{Raw, Way};
use ado2entra::simulator::Options;

use crate::stage::Stage;

/// As in the documentation: keyring of GNOME and KDE, of macOS, and pass.
const KEEPERS: [&[&str]; 3] = [
    &["secret-tool", "lookup", "service", "ado2entra", "account", "azure-devops"],
    &["security", "find-generic-password", "-s", "ado2entra", "-a", "azure-devops", "-w"],
    &["pass", "show", "ado2entra/azure-devops"],
];

/// A keeper that gives the token, and writes down what it saw.
fn play(folder: &Path, command: &[&str], token: &str) -> String {
    let file = folder.join(command[0]);
    let script = format!(
        "#!/bin/sh\nenv > '{seen}'\nif [ \"$*\" = '{arguments}' ]; then cat '{vault}'; echo; else exit 7; fi\n",
        seen = folder.join("seen").display(),
        arguments = command[1..].join(" "),
        vault = folder.join("vault").display(),
    );
    std::fs::write(folder.join("vault"), token).unwrap();
    std::fs::write(&file, script).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:/usr/bin:/bin", folder.display())
}

#[tokio::test]
async fn a_keyring_gives_the_token_by_its_own_command() {
    for command in KEEPERS {
        let folder = tempfile::tempdir().unwrap();
        let path = play(folder.path(), command, "");
        let way = Way::Command { command: command.iter().map(|word| (*word).to_owned()).collect() };
        let stage = Stage::with(way, &[("PATH", &path)], Options::default(), None).await;
        play(folder.path(), command, stage.simulator.graph_token());
        assert!(stage.services.graph.users(Raw::Drop).all().await.unwrap().0.len() > 20, "{command:?}");
        let (signed_in, _) = stage.services.try_tenant().await.unwrap();
        assert!(signed_in.source.contains(command[0]), "{}", signed_in.source);
        // The keeper sees none of the program's own secrets, and nobody repeats what it gave.
        let seen = std::fs::read_to_string(folder.path().join("seen")).unwrap();
        assert!(!seen.contains(stage.simulator.azure_devops_token()), "{seen}");
        assert!(!stage.told().contains(stage.simulator.graph_token()));
    }
}

#[test]
fn the_documentation_names_these_commands() {
    let docs = include_str!("../../docs/configuration.md");
    for command in KEEPERS {
        let line = format!("command = [{}]", command.map_quoted());
        assert!(docs.contains(&line), "{line}");
        let text = format!("[credentials.azure_devops]\nkind = \"command\"\n{line}\nneeds_terminal = true\n");
        let read = config::parse(&text, Path::new("docs"), &|_| None).unwrap();
        assert!(read.credentials.azure_devops.needs_terminal);
    }
}

trait Quoted {
    fn map_quoted(&self) -> String;
}

impl Quoted for [&str] {
    fn map_quoted(&self) -> String {
        self.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
    }
}

/// Where nobody has a terminal for it, a command that asks is not even started.
#[tokio::test]
async fn a_command_that_asks_needs_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let command = ["pass", "show", "ado2entra/azure-devops"];
    let path = play(folder.path(), &command, "token");
    let way = Way::AskingCommand { command: command.map(str::to_owned).to_vec() };
    let stage = Stage::with(way, &[("PATH", &path)], Options::default(), None).await;
    let problem = stage.services.graph.organization().await.unwrap_err();
    assert!(problem.said.contains("`pass` asks something in the terminal"), "{problem}");
    assert!(!folder.path().join("seen").exists());
}
