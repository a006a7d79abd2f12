//! From the command line to a command, and from its end to an exit code.

mod opening;
mod running;

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind;

use super::args::{Cli, Command, ConfigCommand, Global, SnapshotCommand};
use super::commands;
use super::exit::{Exit, Failure};
use super::manual;
use super::output::Output;

pub use opening::{Dashboard, Opening, has_a_terminal, load, setup};
pub use running::{runtime, until_signal};

/// Runs the program with these arguments. The dashboard is handed in, because commands and dashboard do not know each other.
pub fn run(arguments: impl IntoIterator<Item = OsString>, dashboard: &Dashboard<'_>) -> Exit {
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
    match dispatch(output, cli, dashboard) {
        Ok(exit) => exit,
        Err(failure) => {
            if !failure.message.is_empty() {
                crate::cli::complain(&failure.message);
            }
            failure.exit
        }
    }
}

fn dispatch(output: Output, cli: Cli, dashboard: &Dashboard<'_>) -> Result<Exit, Failure> {
    let global = cli.global;
    let several = commands::organizations::named(&global, cli.command.as_ref())?;
    match cli.command {
        None => opening::dashboard(&global, dashboard),
        Some(Command::Demo(simulation)) => commands::demo::run(output, &global, &simulation, dashboard),
        Some(Command::Simulator(args)) => commands::simulator::run(output, &global, &args),
        Some(Command::Completions { shell }) => {
            let script = manual::completions(shell);
            output.data(|out| out.write_all(&script))?;
            Ok(Exit::Done)
        }
        Some(Command::Man) => {
            output.data(manual::page)?;
            Ok(Exit::Done)
        }
        Some(Command::Config { command }) => configuration(output, &global, command, dashboard),
        Some(Command::Doctor) => commands::doctor::run(output, &global, dashboard),
        Some(Command::Diff(args)) if args.org_users.is_some() => {
            commands::diff::from_files(output, &global, &args)
        }
        Some(Command::Check(args)) if args.print_letter => commands::follow_up::print_template(output, &args),
        Some(Command::Announce(args)) if args.print_template => {
            commands::announce::print_template(output, &args)
        }
        // Files only: no configuration, no credential, no service.
        Some(Command::Snapshot { command: SnapshotCommand::Compare { before, after } }) => {
            until_signal(|_| async move { commands::compare::run(output, &global, &before, &after).await })
        }
        Some(Command::Snapshot { command: SnapshotCommand::Redact { files } }) => {
            until_signal(|_| async move { commands::snapshot::redact(output, &files, global.force).await })
        }
        Some(command) => match several {
            Some(names) => running::several(output, &global, command, names),
            None => running::run(output, global, command),
        },
    }
}

fn configuration(
    output: Output,
    global: &Global,
    command: ConfigCommand,
    dashboard: &Dashboard<'_>,
) -> Result<Exit, Failure> {
    use commands::configuration as show;
    match command {
        ConfigCommand::Check => show::check(output, &load(global), dashboard.check_keys),
        ConfigCommand::Show => show::show(output, &load(global)?),
        ConfigCommand::Path => show::path(output, global.config.as_deref(), &opening::environment),
    }
}
