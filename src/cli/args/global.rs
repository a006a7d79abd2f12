//! The options of every command.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The configuration file (default: `$ADO2ENTRA_CONFIG`, else ~/.config/ado2entra/config.toml)
    #[arg(long, global = true, value_name = "PATH", display_order = 100)]
    pub config: Option<PathBuf>,
    /// The organization, as in `https://dev.azure.com/NAME`
    #[arg(long, global = true, value_name = "NAME", display_order = 101)]
    pub organization: Vec<String>,
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

impl Global {
    /// The same for this organization alone.
    pub fn for_organization(&self, name: &str) -> Self {
        Self { organization: vec![name.to_owned()], ..self.clone() }
    }
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
