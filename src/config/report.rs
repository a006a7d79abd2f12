//! The content of `config check` and `config show`, as data; `cli` prints it.

use super::error::{ConfigErrors, shown_path};
use super::layers::Origin;
use super::load::Loaded;
use super::paths::Location;
use super::schema::KEYS;

/// The effective configuration, for `config show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// Every key in the order of the file, set or not, then the actions of `[keys]`.
    pub rows: Vec<EffectiveRow>,
}

/// One value with its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveRow {
    /// `section.key`.
    pub key: String,
    /// The value as it would stand in the file; none if it is not set. The arguments of commands are left out,
    /// and of environment variables only the name is known.
    pub value: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

impl Loaded {
    /// Every value with its origin.
    pub fn effective(&self) -> Effective {
        let mut config = self.config.clone();
        let mut rows: Vec<EffectiveRow> = KEYS
            .iter()
            .map(|key| {
                let value = (key.slot)(&mut config).show();
                let origin = self.origins.of(&key.dotted()).clone();
                EffectiveRow { key: key.dotted(), value, origin }
            })
            .collect();
        rows.extend(self.config.keys.iter().map(|(action, keys)| {
            let key = format!("keys.{action}");
            let keys: Vec<String> = keys.iter().map(|key| super::error::quoted(key)).collect();
            let origin = self.origins.of(&key).clone();
            let key = key.replace(super::error::acts_on_terminals, "\u{fffd}");
            EffectiveRow { key, value: Some(format!("[{}]", keys.join(", "))), origin }
        }));
        Effective { rows }
    }
}

/// How serious a line of `config check` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// In order.
    Good,
    /// Works, and is probably not meant.
    Warning,
    /// Not wrong, but not enough to work with.
    NotUsableYet,
    /// Wrong.
    Error,
}

/// One line of `config check`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckLine {
    /// How serious it is.
    pub severity: Severity,
    /// The line, without a word for its severity.
    pub text: String,
}

/// What `config check` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its lines, the errors in the order of the file.
    pub lines: Vec<CheckLine>,
}

impl Checked {
    /// Judges what [`super::load()`] returned; `keys` is what [`Loaded::check_keys`] returned, where it was asked.
    pub fn new(loaded: &Result<Loaded, ConfigErrors>, keys: Result<(), ConfigErrors>) -> Self {
        let line = |severity, text: String| CheckLine { severity, text };
        let all = |errors: &ConfigErrors, severity| {
            errors.iter().map(|error| line(severity, error.to_string())).collect::<Vec<_>>()
        };
        let mut lines = Vec::new();
        match loaded {
            Err(errors) => lines.extend(all(errors, Severity::Error)),
            Ok(loaded) => {
                let key_errors = keys.err().map(|errors| all(&errors, Severity::Error)).unwrap_or_default();
                if key_errors.is_empty() {
                    lines.push(line(Severity::Good, found(loaded)));
                }
                lines.extend(key_errors);
                let warnings = loaded.warnings.iter();
                lines.extend(warnings.map(|warning| line(Severity::Warning, warning.to_string())));
                if let Err(errors) = loaded.config.require_target() {
                    lines.extend(all(&errors, Severity::NotUsableYet));
                }
            }
        }
        Self { lines }
    }

    /// Whether nothing is wrong; what is not usable yet is not wrong.
    pub fn is_valid(&self) -> bool {
        self.lines.iter().all(|line| line.severity != Severity::Error)
    }
}

fn found(loaded: &Loaded) -> String {
    match (&loaded.path, &loaded.location) {
        (Some(path), _) => format!("{}: no errors", shown_path(path)),
        (None, Some(Location { path, .. })) => {
            format!("{}: there is no such file; the defaults hold", shown_path(path))
        }
        (None, None) => {
            "no configuration file: neither XDG_CONFIG_HOME nor HOME is an absolute path; the defaults hold"
                .to_owned()
        }
    }
}
