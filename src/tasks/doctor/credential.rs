//! Whether what signs in is there: a variable that is set, a program that is found, a file that can be read. Nothing is used,
//! and nothing is read out.

use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::domain::doctor::{Area, Finding, Health};
use crate::domain::text::clean_to;
use crate::services::{Environment, Way};
use crate::tasks::signin::credentials;

/// What is found about each way of signing in.
pub(super) fn findings(config: &Config, environment: &Environment) -> Vec<Finding> {
    let ways = credentials(config);
    let mut findings = vec![
        finding("credentials.azure_devops", &ways.azure_devops, environment),
        finding("credentials.entra", &ways.entra, environment),
    ];
    if !matches!(ways.after_connect, Way::Same | Way::Entra) && ways.after_connect != ways.azure_devops {
        findings.push(finding("credentials.azure_devops.after_connect", &ways.after_connect, environment));
    }
    findings
}

fn finding(name: &str, way: &Way, environment: &Environment) -> Finding {
    let (verdict, said, remedy) = match way {
        Way::Pat { env } => variable("a personal access token", env, environment),
        Way::Env { env } => variable("a bearer token", env, environment),
        Way::ClientSecret { env, .. } => variable("the application's secret", env, environment),
        Way::AssertionVariable { env, .. } => variable("the assertion", env, environment),
        Way::Command { command } | Way::AskingCommand { command } => {
            program(command.first().map_or("", String::as_str), environment)
        }
        Way::AzureCli => {
            let (verdict, said, remedy) = program("az", environment);
            let remedy = if verdict == Health::Bad {
                "Install the Azure CLI, or choose another way (kind).".to_owned()
            } else {
                remedy
            };
            (verdict, said, remedy)
        }
        Way::Certificate { certificate_file, key_file, .. } => {
            let (first, second) = (file("certificate", certificate_file), file("key", key_file));
            if first.0 == Health::Good { second } else { first }
        }
        Way::AssertionFile { file: path, .. } => file("assertion", path),
        Way::DeviceCode { .. } => (
            Health::Good,
            "a code that is typed into a browser; nothing is needed here".to_owned(),
            String::new(),
        ),
        Way::Entra => (Health::Good, "the sign-in of [credentials.entra]".to_owned(), String::new()),
        Way::Same => (Health::Good, "the same as before the switch".to_owned(), String::new()),
        Way::Incomplete { kind } => (
            Health::Bad,
            format!("kind = \"{}\" lacks what it needs", clean_to(kind, 40)),
            "`ado2entra config check` says what.".to_owned(),
        ),
    };
    Finding::new(Area::Credentials, name, verdict, said).remedy(remedy)
}

type Seen = (Health, String, String);

fn variable(what: &str, name: &str, environment: &Environment) -> Seen {
    let shown = clean_to(name, 80).into_owned();
    match environment.text(name) {
        Some(value) if !value.trim().is_empty() => {
            (Health::Good, format!("{what} in ${shown}: set"), String::new())
        }
        Some(_) => (
            Health::Bad,
            format!("{what} in ${shown}: the variable is empty"),
            format!("Put it into ${shown} in the shell that starts the program."),
        ),
        None => (
            Health::Bad,
            format!("{what} in ${shown}: the variable is not set"),
            format!("Put it into ${shown} in the shell that starts the program (sudo and tmux may drop it)."),
        ),
    }
}

/// A program, found as it would be found when it is run.
fn program(name: &str, environment: &Environment) -> Seen {
    let shown = clean_to(name, 120).into_owned();
    let found = if name.contains('/') {
        is_program(Path::new(name)).then(|| PathBuf::from(name))
    } else {
        let path = environment.text("PATH").unwrap_or_else(|| "/bin:/usr/bin".to_owned());
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| is_program(file))
    };
    match found {
        Some(file) => {
            let file = clean_to(&file.display().to_string(), 200).into_owned();
            (Health::Good, format!("{shown}: {file} (not run)"), String::new())
        }
        None => (
            Health::Bad,
            format!("{shown}: there is no such program"),
            "Write its whole path into the configuration, or mend PATH.".to_owned(),
        ),
    }
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

fn file(what: &str, path: &Path) -> Seen {
    let shown = clean_to(&path.display().to_string(), 200).into_owned();
    match std::fs::File::open(path) {
        Ok(_) => (Health::Good, format!("{what}: {shown} can be read"), String::new()),
        Err(error) => (
            Health::Bad,
            format!("{what}: {shown}: {error}"),
            "Mend the path in the configuration, or the file's permissions.".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_looked_for_and_never_read_out() {
        let environment = Environment::of([("PAT", "secret-token"), ("EMPTY", " ")]);
        let look = |name: &str| finding("x", &Way::Pat { env: name.into() }, &environment);
        assert_eq!(look("PAT").verdict, Health::Good);
        assert!(!format!("{:?}", look("PAT")).contains("secret-token"));
        assert_eq!((look("EMPTY").verdict, look("NONE").verdict), (Health::Bad, Health::Bad));
        assert!(look("NONE").remedy.contains("$NONE"));
    }

    #[test]
    fn programs_are_found_as_they_would_be_when_run() {
        let environment = Environment::of([("PATH", "/nowhere:/usr/bin:/bin")]);
        let look = |name: &str| finding("x", &Way::Command { command: vec![name.into()] }, &environment);
        assert_eq!(look("sh").verdict, Health::Good);
        assert!(look("sh").said.contains("/sh (not run)"), "{:?}", look("sh"));
        assert_eq!(look("no-such-program-here").verdict, Health::Bad);
        assert_eq!(look("/etc/passwd").verdict, Health::Bad, "a file that is no program");
        let none = finding("x", &Way::AzureCli, &Environment::of([("PATH", "/nowhere")]));
        assert!(none.remedy.contains("Install the Azure CLI"), "{none:?}");
    }
}
