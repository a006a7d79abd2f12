//! `ado2entra.config/1` and `ado2entra.config-check/1`: the configuration and what is wrong with it.

use serde::Serialize;

use crate::config::{Checked, Effective, Severity};

/// `config show`.
#[derive(Debug, Serialize)]
pub struct ConfigDocument {
    /// Name and version of the form of this document.
    schema: &'static str,
    /// Every key of the configuration.
    values: Vec<ValueEntry>,
}

#[derive(Debug, Serialize)]
struct ValueEntry {
    /// The key, with its table: `apply.concurrency`.
    key: String,
    /// The effective value as TOML writes it; `null`: none is set. Secrets are masked.
    value: Option<String>,
    /// Where it comes from: the default, the file with its line, the environment, a flag.
    origin: String,
}

impl From<Effective> for ConfigDocument {
    fn from(effective: Effective) -> Self {
        let values = effective
            .rows
            .into_iter()
            .map(|row| ValueEntry { key: row.key, value: row.value, origin: row.origin.to_string() })
            .collect();
        Self { schema: "ado2entra.config/1", values }
    }
}

/// `config check`.
#[derive(Debug, Serialize)]
pub struct ConfigCheckDocument {
    /// Name and version of the form of this document.
    schema: &'static str,
    /// The configuration can be used.
    valid: bool,
    /// What was found, one by one.
    lines: Vec<LineEntry>,
}

#[derive(Debug, Serialize)]
struct LineEntry {
    /// `error` or `warning`.
    severity: &'static str,
    /// In words, with path, line and column.
    text: String,
}

impl From<Checked> for ConfigCheckDocument {
    fn from(checked: Checked) -> Self {
        Self {
            schema: "ado2entra.config-check/1",
            valid: checked.is_valid(),
            lines: checked
                .lines
                .into_iter()
                .map(|line| LineEntry { severity: severity(line.severity), text: line.text })
                .collect(),
        }
    }
}

/// The word for a severity.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Good => "good",
        Severity::Warning => "warning",
        Severity::NotUsableYet => "not-usable-yet",
        Severity::Error => "error",
    }
}
