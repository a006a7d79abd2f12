//! A credential command that asks something in the terminal: the dashboard steps aside, and comes back whatever the answer was.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use ado2entra::simulator::{Options, Scenario, Simulator, start};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::pty::{Terminal, alone};

struct Vault {
    _runtime: Runtime,
    simulator: Simulator,
    folder: TempDir,
}

/// The access token is behind a passphrase, which a script asks for in the terminal; without a terminal it fails.
fn vault() -> Vault {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let simulator =
        runtime.block_on(start(Options { scenario: Scenario::Ready, ..Options::default() })).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(folder.path().join("token"), simulator.azure_devops_token()).unwrap();
    let script = format!(
        "#!/bin/sh\necho asked >> '{asked}'\nprintf 'Passphrase of the vault: ' >&2\nread -r answer || exit 3\n\
         [ \"$answer\" = open-sesame ] || exit 4\ncat '{token}'\n",
        asked = at("asked"),
        token = at("token")
    );
    let command = folder.path().join("vault");
    fs::write(&command, script).unwrap();
    fs::set_permissions(&command, fs::Permissions::from_mode(0o700)).unwrap();
    let config = simulator.config_toml(&folder.path().join("state"));
    let plain = format!("command = [\"printf\", \"%s\", \"{}\"]", simulator.azure_devops_token());
    assert!(config.contains(&plain), "{config}");
    let asking = format!("command = [\"{}\"]\nneeds_terminal = true", command.display());
    // The way of after the switch does not ask; it is a command of the same section.
    let config = config
        .replace(&plain, &asking)
        .replace("after_connect = \"command\"", "after_connect = \"same\"")
        .lines()
        .filter(|line| !line.starts_with("after_command"))
        .collect::<Vec<_>>()
        .join("\n");
    fs::write(folder.path().join("config.toml"), config).unwrap();
    Vault { _runtime: runtime, simulator, folder }
}

impl Vault {
    fn program(&self, arguments: &[&str]) -> Terminal {
        let mut command = vec![env!("CARGO_BIN_EXE_ado2entra"), "--config", "config.toml"];
        command.extend(arguments);
        let command: Vec<String> = command.into_iter().map(str::to_owned).collect();
        Terminal::start_in(Some(self.folder.path()), &command, &[], true)
    }

    fn asked(&self) -> usize {
        fs::read_to_string(self.folder.path().join("asked")).unwrap_or_default().lines().count()
    }
}

fn until_asked(terminal: &mut Terminal) {
    terminal.wait(
        |screen| !screen.alternate_screen() && screen.contents().contains("Passphrase of the vault:"),
        "the question, on the terminal as it was before",
    );
}

#[test]
fn the_dashboard_steps_aside_for_the_question_and_comes_back() {
    let _alone = alone();
    let vault = vault();
    let mut terminal = vault.program(&[]);
    until_asked(&mut terminal);
    assert!(terminal.text().contains("asks (Ctrl-c ends the question)"), "{}", terminal.text());
    // Typed too much: no key of it becomes a key of the dashboard (q would end it).
    terminal.type_keys("open-sesame\n");
    terminal
        .wait(|screen| screen.alternate_screen() && screen.contents().contains("to tick"), "the dashboard");
    terminal.type_keys("2");
    terminal.wait_for("sorted by name");
    assert_eq!(vault.asked(), 1, "asked once, however many wait for the token");
    terminal.quit();
}

#[test]
fn an_interrupt_ends_the_question_and_not_the_program_and_r_asks_again() {
    let _alone = alone();
    let vault = vault();
    let mut terminal = vault.program(&[]);
    until_asked(&mut terminal);
    terminal.type_keys("\u{3}");
    terminal.wait(vt100::Screen::alternate_screen, "the dashboard");
    terminal.type_keys("3");
    terminal.wait_for("Azure DevOps: nobody");
    assert_eq!(vault.asked(), 1, "nobody is asked again by itself");
    terminal.type_keys("r");
    until_asked(&mut terminal);
    terminal.type_keys("open-sesame\n");
    terminal.wait(
        |screen| screen.alternate_screen() && screen.contents().contains("Azure DevOps: niamh"),
        "signed in after all",
    );
    terminal.quit();
}

#[test]
fn a_command_asks_in_its_own_terminal() {
    let _alone = alone();
    let vault = vault();
    let mut terminal = vault.program(&["diff"]);
    until_asked(&mut terminal);
    terminal.type_keys("open-sesame\n");
    terminal.wait_for("Niamh Halloran");
    assert_eq!(terminal.end(), 0);
    assert!(!terminal.text().contains(vault.simulator.azure_devops_token()));
}
