//! The commands of `plan`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

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
