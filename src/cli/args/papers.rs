//! The options of the papers to hand over.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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
