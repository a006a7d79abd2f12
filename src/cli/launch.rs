//! From the command line to a command, and from its end to an exit code.

use std::ffi::OsString;
use std::path::Path;

use clap::Parser as _;
use clap::error::ErrorKind;

use super::args::{Cli, Command, ConfigCommand, Global};
use super::commands;
use super::exit::{Exit, Failure};
use super::manual;
use super::output::Output;
use crate::config::{ConfigErrors, Loaded, Overrides};

/// Runs the program with these arguments.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers; they go to standard output and are no failure. A closed pipe is none either.
            let _ = error.print();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
                _ => Exit::Usage,
            };
        }
    };
    let output = Output::new(cli.global.format, cli.global.color);
    match dispatch(&output, cli) {
        Ok(exit) => exit,
        Err(failure) => {
            if !failure.message.is_empty() {
                output.say(&format!("ado2entra: {failure}"));
            }
            failure.exit
        }
    }
}

fn dispatch(output: &Output, cli: Cli) -> Result<Exit, Failure> {
    let global = cli.global;
    match cli.command {
        Some(Command::Completions { shell }) => {
            let script = manual::completions(shell);
            output.data(|out| out.write_all(&script))?;
            Ok(Exit::Done)
        }
        Some(Command::Man) => {
            output.data(manual::page)?;
            Ok(Exit::Done)
        }
        Some(Command::Config { command }) => configuration(output, &global, command),
        _ => Err(Failure::usage("not wired yet")),
    }
}

fn configuration(output: &Output, global: &Global, command: ConfigCommand) -> Result<Exit, Failure> {
    match command {
        ConfigCommand::Check => commands::configuration::check(output, &load(global)),
        ConfigCommand::Show => commands::configuration::show(output, &load(global)?),
        ConfigCommand::Path => commands::configuration::path(output, global.config.as_deref(), &environment),
    }
}

/// A variable of the process, as text.
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn load(global: &Global) -> Result<Loaded, ConfigErrors> {
    let overrides = Overrides { organization: global.organization.clone(), tenant: global.tenant.clone() };
    crate::config::load(global.config.as_deref().map(Path::new), &overrides, &environment)
}
