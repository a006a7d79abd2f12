//! The layers, and how they become one configuration: defaults < file < environment < flags. Pure: what is read
//! from the outside was read before.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::error::{Place, Position, Problem, shown_path};
use super::schema::Key;
use super::settings::Config;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody gave it.
    Default,
    /// The configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// Where the value begins.
        position: Position,
    },
    /// This environment variable.
    Environment(&'static str),
    /// This flag of the command line.
    Flag(&'static str),
}

impl Origin {
    /// The place to name in an error about the value.
    pub fn place(&self) -> Place {
        match self {
            Origin::Default => Place::Whole,
            Origin::File { path, position } => Place::File { path: path.clone(), position: Some(*position) },
            Origin::Environment(name) => Place::Environment(name),
            Origin::Flag(name) => Place::Flag(name),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { path, position } => write!(f, "{}:{}", shown_path(path), position.line),
            Origin::Environment(name) => write!(f, "environment variable {name}"),
            Origin::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// The origin of every value, by `section.key`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<String, Origin>);

impl Origins {
    /// The origin of the value of `section.key`, or of an action's keys, `keys.ACTION`.
    pub fn of(&self, dotted: &str) -> &Origin {
        self.0.get(dotted).unwrap_or(&Origin::Default)
    }
}

/// A value as a layer gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Flag(bool),
    List(Vec<String>),
}

impl Value {
    /// What it is, for the message about a wrong type.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Number(_) => "a number",
            Value::Flag(_) => "true or false",
            Value::List(_) => "a list",
        }
    }
}

/// One value of a layer.
pub(super) struct Setting {
    pub key: &'static Key,
    pub value: Value,
    pub origin: Origin,
}

/// The keys of one action, with the place of the action and of each key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binding {
    pub action: String,
    pub at: Position,
    pub keys: Vec<(String, Position)>,
}

/// What one source gives. Every setting in it has been checked.
#[derive(Default)]
pub(super) struct Layer {
    pub settings: Vec<Setting>,
    pub bindings: Vec<Binding>,
    /// The file that the bindings are from.
    pub path: Option<PathBuf>,
}

impl Layer {
    /// Adds a value after checking it; the layer stays as it was on an error.
    pub fn add(&mut self, key: &'static Key, value: Value, origin: Origin) -> Result<(), Problem> {
        (key.slot)(&mut Config::default()).set(value.clone())?;
        self.settings.push(Setting { key, value, origin });
        Ok(())
    }
}

/// Puts the layers over the defaults, the lowest first.
pub(super) fn merge(layers: &[Layer]) -> (Config, Origins) {
    let mut config = Config::default();
    let mut origins = Origins::default();
    for layer in layers {
        for Setting { key, value, origin } in &layer.settings {
            // Checked when it was added, so this does not fail; if it did, the lower layer would hold.
            if (key.slot)(&mut config).set(value.clone()).is_ok() {
                origins.0.insert(key.dotted(), origin.clone());
            }
        }
        for binding in &layer.bindings {
            let path = layer.path.as_deref().unwrap_or_else(|| Path::new("")).to_owned();
            origins.0.insert(format!("keys.{}", binding.action), Origin::File { path, position: binding.at });
            let keys = binding.keys.iter().map(|(key, _)| key.clone()).collect();
            config.keys.insert(binding.action.clone(), keys);
        }
    }
    (config, origins)
}
