//! `ado2entra.config/1` and `ado2entra.config-check/1`: the configuration and what is wrong with it.

use serde::Serialize;

use crate::config::{Checked, Effective, Severity};

/// `config show`.
#[derive(Debug, Serialize)]
pub struct ConfigDocument {
    schema: &'static str,
    values: Vec<ValueEntry>,
}

#[derive(Debug, Serialize)]
struct ValueEntry {
    key: String,
    value: Option<String>,
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
    schema: &'static str,
    valid: bool,
    lines: Vec<LineEntry>,
}

#[derive(Debug, Serialize)]
struct LineEntry {
    severity: &'static str,
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
