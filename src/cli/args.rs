//! The command line: every command and option of the program, with its help in plain words.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

mod global;
mod papers;
mod plan;
mod simulation;

pub use global::{Format, Global, LogLevel, When};
pub use papers::{AnnounceArgs, Language, Occasion};
pub use plan::{ExportForm, PatternCommand, PlanCommand};
pub use simulation::{Simulation, SimulatorArgs};

/// Takes an Azure DevOps organization to a Microsoft Entra tenant: prerequisites, people, connection, verified mapping.
///
/// Without a command it opens the dashboard. Nothing is changed at a service before you have reviewed the plan and typed the
/// organization's name. `ado2entra demo` shows everything against an embedded simulation, without an account.
#[derive(Debug, Parser)]
#[command(
    name = "ado2entra",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = false,
    after_help = "Exit codes: 0 done · 1 the answer is no or partial · 2 wrong usage or configuration · 3 not signed in or not allowed · \
                  4 a service could not be reached · 5 refused for safety · 130, 143, 129 ended by a signal"
)]
pub struct Cli {
    /// What applies to every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try everything out against a simulation; a guided text tour where there is no terminal
    Demo(Simulation),
    /// Run only the simulation of the services, for tests and training
    Simulator(SimulatorArgs),
    /// Check the prerequisites of connecting; of several organizations with --organization more than once
    #[command(args_conflicts_with_subcommands = true)]
    Check(CheckArgs),
    /// Show what connecting will do, or did, to each person
    Diff(DiffArgs),
    /// Show which directory backs the organization, and the step that is next
    Status(StatusArgs),
    /// Everything read from both services, as one file
    Snapshot {
        /// What to do.
        #[command(subcommand)]
        command: SnapshotCommand,
    },
    /// Show, make, export and import the decisions
    Plan {
        /// What to do.
        #[command(subcommand)]
        command: PlanCommand,
    },
    /// Apply the plan, and read each result back
    Apply(ApplyArgs),
    /// Write the message to the users: before the switch, or after everybody was mapped
    Announce(AnnounceArgs),
    /// Write what Microsoft Support needs to map more than 100 disconnected users
    SupportPackage {
        /// NAME.csv: the list; NAME.txt: the letter; NAME: both beside each other; - for the list on standard output
        file: PathBuf,
    },
    /// Write one document for the reviewer: what was found, decided, done, verified, failed; also about several organizations
    Report {
        /// The file (.html or .md), or - for Markdown on standard output
        file: PathBuf,
        /// One document about all organizations of this list, the CSV that the portal offers
        #[arg(long, value_name = "FILE")]
        organizations: Option<PathBuf>,
    },
    /// Check, show or find the configuration
    Config {
        /// What to do.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Look at what a working evening depends on (configuration, state, terminal, proxy, names, TLS, clock), and say what to do
    Doctor,
    /// Print completions for a shell
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Also read everybody's tokens and SSH keys: two calls or more a person; an interrupted reading goes on where it stopped
    #[arg(long)]
    pub tokens: bool,
    /// Write a letter to each person who has to make tokens or keys anew, or - for standard output
    #[arg(long, value_name = "FILE", requires = "tokens")]
    pub follow_up: Option<PathBuf>,
    /// The language of the letters
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value_t, requires = "follow_up")]
    pub language: Language,
    /// Whom to ask, for the letters: an address, a telephone number
    #[arg(long, value_name = "TEXT", requires = "follow_up")]
    pub contact: Option<String>,
    /// Words of your own for the letters, instead of the built-in ones
    #[arg(long, value_name = "FILE", requires = "follow_up")]
    pub template: Option<PathBuf>,
    /// Print the built-in words of the letters, as a template to edit
    #[arg(long, conflicts_with_all = ["tokens", "after", "organizations"])]
    pub print_letter: bool,
    /// The list for the time after connecting, with before and after compared
    #[arg(long, conflicts_with = "tokens")]
    pub after: bool,
    /// Compare with this snapshot instead of the reading from before the switch that the store keeps
    #[arg(long, value_name = "SNAPSHOT", requires = "after")]
    pub before: Option<PathBuf>,
    /// Check all organizations of this list: the CSV that the portal offers (Organization settings, Microsoft Entra ID, Download)
    #[arg(long, value_name = "FILE")]
    pub organizations: Option<PathBuf>,
    /// What to do with one prerequisite.
    #[command(subcommand)]
    pub command: Option<TickCommand>,
}

/// Ticks of prerequisites.
#[derive(Debug, Subcommand)]
pub enum TickCommand {
    /// Confirm a prerequisite that only a person knows, or that could not be read
    Tick {
        /// Which one, as `check` names it
        id: String,
        /// Why it is met
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
    /// Take a confirmation back
    Untick {
        /// Which one, as `check` names it
        id: String,
    },
}

/// Options of `diff`.
#[derive(Debug, Clone, Default, Args)]
pub struct DiffArgs {
    /// The organization's people from a file: JSON, JSON Lines, or the portal's CSV export
    #[arg(long, value_name = "FILE", requires = "tenant_users", conflicts_with = "snapshot")]
    pub org_users: Option<PathBuf>,
    /// The tenant's users from a file: JSON, JSON Lines, or the portal's CSV export
    #[arg(long, value_name = "FILE", requires = "org_users")]
    pub tenant_users: Option<PathBuf>,
    /// How many candidates each person has at most
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub candidates: usize,
    /// With the two files: the tenant that backs the organization now
    #[arg(long, value_name = "GUID", requires = "org_users")]
    pub backing_tenant: Option<crate::domain::TenantId>,
    /// Compare as if this pattern were used as evidence, or `all`; nothing is kept. May be given several times
    #[arg(long, value_name = "ID")]
    pub use_pattern: Vec<String>,
}

/// Options of `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Keep looking, and print a line whenever something changed
    #[arg(long)]
    pub watch: bool,
}

/// Commands about snapshots.
#[derive(Debug, Subcommand)]
pub enum SnapshotCommand {
    /// Read everything and write it to a file (.json or .json.zst)
    Take {
        /// The file, or - for standard output
        file: PathBuf,
        /// Also read everybody's tokens and SSH keys: two calls or more a person
        #[arg(long)]
        tokens: bool,
    },
    /// Say what people lost, gained or have in another form; ends with 1 where something was lost
    Compare {
        /// The snapshot from before
        before: PathBuf,
        /// The snapshot from after
        after: PathBuf,
    },
    /// Write a copy for somebody else, in which names and addresses are replaced, the same ones always by the same
    Redact {
        /// FROM TO, and more such pairs: all of them get one table of names, and can still be compared
        #[arg(num_args = 2.., value_names = ["FROM", "TO"])]
        files: Vec<PathBuf>,
    },
}

/// Options of `apply`.
#[derive(Debug, Clone, Default, Args)]
pub struct ApplyArgs {
    /// Say exactly which calls would be made, and make none
    #[arg(long)]
    pub dry_run: bool,
    /// Send nothing; only read back what was applied and not verified yet
    #[arg(long, conflicts_with = "dry_run")]
    pub verify: bool,
    /// Do not ask; needs --confirm
    #[arg(long)]
    pub yes: bool,
    /// The organization's name, typed out, together with --yes
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
    /// Only this person, by storage key; may be given several times, and is the only way to apply to privileged people
    #[arg(long, value_name = "KEY")]
    pub only: Vec<String>,
}

/// Commands about the configuration.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigCommand {
    /// Say what is wrong with the configuration, with line and column
    Check,
    /// Show every value and where it comes from; secrets are never shown
    Show,
    /// Print where the configuration file is looked for
    Path,
}

/// The command line as clap knows it, for help, completions and the manual page.
pub fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests;
