//! The command line: every command and option of the program, with its help in plain words.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::simulator::{Fault, Scenario, SignInWay};

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

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The configuration file (default: `$ADO2ENTRA_CONFIG`, else ~/.config/ado2entra/config.toml)
    #[arg(long, global = true, value_name = "PATH", display_order = 100)]
    pub config: Option<PathBuf>,
    /// The organization, as in `https://dev.azure.com/NAME`
    #[arg(long, global = true, value_name = "NAME", display_order = 101)]
    pub organization: Option<String>,
    /// The destination tenant: one of its verified domains, or its GUID
    #[arg(long, global = true, value_name = "DOMAIN|GUID", display_order = 102)]
    pub tenant: Option<String>,
    /// How data is printed
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t, display_order = 103)]
    pub format: Format,
    /// Work offline from a snapshot instead of asking the services
    #[arg(long, global = true, value_name = "FILE", display_order = 104)]
    pub snapshot: Option<PathBuf>,
    /// Refuse everything that would change anything at a service
    #[arg(long, global = true, display_order = 105)]
    pub read_only: bool,
    /// Overwrite a file that exists
    #[arg(long, global = true, display_order = 106)]
    pub force: bool,
    /// How much is written to the log file in the state directory
    #[arg(long, global = true, value_enum, value_name = "LEVEL", default_value_t, display_order = 107)]
    pub log_level: LogLevel,
    /// Whether text is coloured
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t, display_order = 108)]
    pub color: When,
}

/// How data is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people
    #[default]
    Text,
    /// One JSON document
    Json,
    /// Rows for a spreadsheet (diff, plan show)
    Csv,
}

/// How much goes to the log file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// No log file
    Off,
    /// Failures only
    Error,
    /// And what is odd
    Warn,
    /// And what was done
    #[default]
    Info,
    /// And each request
    Debug,
    /// Everything
    Trace,
}

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Where standard output is a terminal and `NO_COLOR` is not set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try everything out against a simulation; a guided text tour where there is no terminal
    Demo(Simulation),
    /// Run only the simulation of the services, for tests and training
    Simulator(SimulatorArgs),
    /// Check the prerequisites of connecting
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
    /// Write one document for the reviewer: what was found, decided, done, verified, failed
    Report {
        /// The file (.html or .md), or - for Markdown on standard output
        file: PathBuf,
    },
    /// Check, show or find the configuration
    Config {
        /// What to do.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print completions for a shell
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// What is simulated.
#[derive(Debug, Clone, Args)]
pub struct Simulation {
    /// Which organization: fabrikam, ready, large, hostile or switch
    #[arg(long, value_name = "NAME", default_value_t, value_parser = |name: &str| name.parse::<Scenario>())]
    pub scenario: Scenario,
    /// How many people the organization has
    #[arg(long, value_name = "N")]
    pub org_users: Option<usize>,
    /// How many users the tenant has
    #[arg(long, value_name = "N")]
    pub tenant_users: Option<usize>,
    /// The same seed makes the same people
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
    /// How long every answer takes, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub latency_ms: u64,
    /// Something that goes wrong, such as throttle, reset or expired-credential; may be given several times
    #[arg(long = "fault", value_name = "NAME", value_parser = |name: &str| name.parse::<Fault>())]
    pub faults: Vec<Fault>,
    /// How the tenant is signed in to: command, device-code or client-secret
    #[arg(long, value_name = "WAY", default_value_t)]
    pub sign_in: SignInWay,
}

impl Simulation {
    /// What the simulator is started with.
    pub fn options(&self, listen: Option<SocketAddr>) -> crate::simulator::Options {
        let default = crate::simulator::Options::default();
        crate::simulator::Options {
            scenario: self.scenario,
            org_users: self.org_users,
            tenant_users: self.tenant_users,
            seed: self.seed,
            latency: Duration::from_millis(self.latency_ms),
            faults: self.faults.clone(),
            listen: listen.unwrap_or(default.listen),
            ..default
        }
    }
}

/// Options of `simulator`.
#[derive(Debug, Args)]
pub struct SimulatorArgs {
    /// Where to listen; loopback addresses only, port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Write a complete configuration for this simulation here
    #[arg(long, value_name = "PATH")]
    pub write_config: Option<PathBuf>,
    /// What is simulated.
    #[command(flatten)]
    pub simulation: Simulation,
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
    /// The list for the time after connecting, with before and after compared
    #[arg(long, conflicts_with = "tokens")]
    pub after: bool,
    /// Compare with this snapshot instead of the reading from before the switch that the store keeps
    #[arg(long, value_name = "SNAPSHOT", requires = "after")]
    pub before: Option<PathBuf>,
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

/// Commands about the plan.
#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    /// Show every decision and how it stands
    Show,
    /// Accept every safe proposal; privileged people are left out
    AcceptSafe {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Say *same person* of a hazard, or that a decision marked *needs a look* still holds
    Confirm {
        /// The person's storage key
        key: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
    /// Show what many addresses have in common, such as a domain that changed; use it as evidence, or no longer
    Pattern {
        /// What to do; without it, the patterns are shown.
        #[command(subcommand)]
        command: Option<PatternCommand>,
    },
    /// Write the plan, or a list made from it, to a file
    Export {
        /// The file (.csv or .json), or - for standard output
        file: PathBuf,
        /// What to write
        #[arg(long = "as", value_enum, value_name = "WHAT", default_value_t)]
        form: ExportForm,
    },
    /// Read decisions back from an exported file; nothing is taken over if anything in it is wrong
    Import {
        /// The file (.csv or .json)
        file: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Commands about patterns.
#[derive(Debug, Subcommand)]
pub enum PatternCommand {
    /// Use a pattern as evidence from now on
    Use {
        /// Which one, as `plan pattern` names it (in quotes)
        id: String,
    },
    /// Do not use a pattern any more
    Drop {
        /// Which one, as `plan pattern` names it (in quotes)
        id: String,
    },
}

/// What `plan export` writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ExportForm {
    /// The plan itself, which can be edited and imported
    #[default]
    Plan,
    /// Microsoft's cross-tenant identity map
    M365,
    /// Who is missing in the tenant, for the Entra administrator to create
    EntraCreate,
    /// Who is to be invited, for the Entra administrator
    EntraInvite,
    /// What was sent and what came of it, line by line
    Journal,
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

/// Options of `announce`.
#[derive(Debug, Clone, Args)]
pub struct AnnounceArgs {
    /// Which message
    #[arg(value_enum)]
    pub occasion: Occasion,
    /// The file: .html is HTML, everything else text; - for standard output
    #[arg(default_value = "-")]
    pub file: PathBuf,
    /// HTML, whatever the file is called
    #[arg(long)]
    pub html: bool,
    /// The language of the message
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value_t)]
    pub language: Language,
    /// When access stops, in your own words, such as "2026-11-28 19:00"
    #[arg(long, value_name = "TEXT")]
    pub when: Option<String>,
    /// Whom to ask: an address, a telephone number
    #[arg(long, value_name = "TEXT")]
    pub contact: Option<String>,
    /// Name everybody who loses access until they are mapped (before)
    #[arg(long)]
    pub names: bool,
    /// Words of your own instead of the built-in ones
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Print the built-in words, as a template to edit
    #[arg(long, conflicts_with_all = ["template", "names", "html"])]
    pub print_template: bool,
}

/// Which message to the users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Occasion {
    /// Before the switch: when access stops and for whom, and what not to do
    Before,
    /// After everybody was mapped: what to do, step by step
    After,
}

/// Languages of the messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English
    #[default]
    En,
    /// German
    De,
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
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn the_contract_s_lines_are_understood() {
        for line in [
            "ado2entra",
            "ado2entra --read-only --snapshot a.json.zst",
            "ado2entra demo --scenario large --org-users 10 --tenant-users 20 --seed 3 --latency-ms 5 --fault throttle --fault reset",
            "ado2entra simulator --listen 127.0.0.1:0 --write-config c.toml --scenario ready",
            "ado2entra check --tokens --format json",
            "ado2entra check tick users-informed --note told",
            "ado2entra check untick users-informed",
            "ado2entra diff --org-users a.json --tenant-users b.csv --candidates 9 --tenant contoso.com",
            "ado2entra status --watch",
            "ado2entra snapshot take - --force",
            "ado2entra snapshot take a.json.zst --tokens",
            "ado2entra snapshot compare a.json.zst b.json --format csv",
            "ado2entra snapshot redact a.json.zst b.json.zst c.json d.json",
            "ado2entra check --tokens --follow-up letters.txt",
            "ado2entra check --after --before a.json.zst",
            "ado2entra plan show --config c.toml",
            "ado2entra plan accept-safe --yes",
            "ado2entra plan confirm 12 --note same",
            "ado2entra plan export x.csv --as entra-create",
            "ado2entra plan import x.csv --yes",
            "ado2entra plan pattern --format json",
            "ado2entra plan pattern use domain:fabrikam.com>contoso.com",
            "ado2entra plan pattern drop scheme:fabrikam.com:{g}{surname}>contoso.com",
            "ado2entra diff --use-pattern all --use-pattern domain:fabrikam.com>contoso.com",
            "ado2entra apply --dry-run",
            "ado2entra apply --verify",
            "ado2entra apply --yes --confirm fabrikam --only a --only b",
            "ado2entra config show --log-level debug --color never",
            "ado2entra announce before --when tonight --contact me --names --language de",
            "ado2entra announce after mail.html --template words.txt",
            "ado2entra announce before --print-template",
            "ado2entra support-package list.csv",
            "ado2entra report hand-over.html",
            "ado2entra completions bash",
            "ado2entra man",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
        for line in [
            "ado2entra apply --dry-run --verify",
            "ado2entra diff --org-users a.json",
            "ado2entra check tick users-informed",
            "ado2entra demo --scenario nowhere",
            "ado2entra demo --fault nothing",
            "ado2entra config",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
