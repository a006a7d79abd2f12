//! Reading the configuration: finds the file, reads the layers, merges them, checks the whole.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::document;
use super::error::{ConfigError, ConfigErrors, Place};
use super::layers::{Binding, Layer, Origin, Origins, Value, merge};
use super::paths::{Environment, FoundBy, Location, home, locate};
use super::rules;
use super::schema;
use super::settings::Config;
use super::trust::check_command_trust;

/// What the command line says; it wins over everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--organization`.
    pub organization: Option<String>,
    /// `--tenant`.
    pub tenant: Option<String>,
}

/// A configuration without errors.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    /// The file that was read; none if there is none at the default place.
    pub path: Option<PathBuf>,
    /// Where the file was looked for; none without a home folder.
    pub location: Option<Location>,
    /// Where each value comes from.
    pub origins: Origins,
    /// What is allowed and probably not meant, in the form of errors.
    pub warnings: Vec<ConfigError>,
    pub(super) bindings: Vec<Binding>,
}

impl From<Config> for Loaded {
    /// A configuration that the program made itself, for `demo`: there is no file, and nothing has an origin.
    fn from(config: Config) -> Self {
        Self {
            config,
            path: None,
            location: None,
            origins: Origins::default(),
            warnings: Vec::new(),
            bindings: Vec::new(),
        }
    }
}

/// A larger file is no configuration.
const LARGEST: u64 = 256 * 1024;

/// Environment variables and flags that give a value.
const GIVEN_OUTSIDE: [(&str, &str, &str); 2] = [
    ("organization.name", "ADO2ENTRA_ORGANIZATION", "--organization"),
    ("tenant.id", "ADO2ENTRA_TENANT", "--tenant"),
];

/// Reads the configuration: defaults, then the file, then the environment (a variable that is empty counts as
/// not set), then flags. `explicit` is the path of `--config`. All errors of all layers are returned together.
///
/// A file that is named (by flag or variable) must exist; at the default place there may be none. What is
/// missing to use the program is no error here, see [`Config::require_target`].
pub fn load(
    explicit: Option<&Path>,
    overrides: &Overrides,
    env: &Environment<'_>,
) -> Result<Loaded, ConfigErrors> {
    let location = locate(explicit, env);
    let text = match &location {
        Some(location) => read_file(location)?,
        None => None,
    };
    let file = location.as_ref().zip(text).map(|(location, text)| (location.path.as_path(), text));
    let mut errors = Vec::new();
    let mut layers = Vec::new();
    let mut is_toml = true;
    if let Some((path, text)) = &file {
        let read = document::read(text, path, home(env).as_deref());
        is_toml = read.is_toml;
        errors.extend(read.errors);
        layers.push(read.layer);
    }
    let (outside, outside_errors) = outside(overrides, env);
    layers.extend(outside);
    errors.extend(outside_errors);

    let (config, origins) = merge(&layers);
    // In a file that could not be read, or with errors in it, what seems missing may be there.
    if is_toml && errors.is_empty() {
        errors.extend(rules::errors(&config, &origins));
    }
    if let Some((path, _)) = &file
        && config.runs_commands()
        && let Err(error) = check_command_trust(path)
    {
        errors.push(error);
    }
    ConfigErrors::unless_none(errors)?;
    Ok(Loaded {
        warnings: rules::warnings(&config, &origins),
        config,
        path: file.map(|(path, _)| path.to_owned()),
        location,
        origins,
        bindings: layers.into_iter().flat_map(|layer| layer.bindings).collect(),
    })
}

/// The layers of the environment and of the command line.
fn outside(overrides: &Overrides, env: &Environment<'_>) -> ([Layer; 2], Vec<ConfigError>) {
    let mut layers = [Layer::default(), Layer::default()];
    let mut errors = Vec::new();
    let [environment, flags] = &mut layers;
    for ((dotted, variable, flag), given) in
        GIVEN_OUTSIDE.into_iter().zip([&overrides.organization, &overrides.tenant])
    {
        let Some(key) = schema::find_dotted(dotted) else { continue };
        let mut add = |layer: &mut Layer, text: String, origin: Origin| {
            let place = origin.place();
            if let Err(problem) = layer.add(key, Value::Text(text), origin) {
                errors.push(ConfigError::new(place, problem.what, problem.advice));
            }
        };
        if let Some(text) = env(variable).filter(|text| !text.is_empty()) {
            add(environment, text, Origin::Environment(variable));
        }
        if let Some(text) = given {
            add(flags, text.clone(), Origin::Flag(flag));
        }
    }
    (layers, errors)
}

/// The text of the file; none if there is no file where there need not be one.
fn read_file(location: &Location) -> Result<Option<String>, ConfigErrors> {
    let path = &location.path;
    let named = match location.found_by {
        FoundBy::Flag => "correct --config",
        FoundBy::Variable => "correct ADO2ENTRA_CONFIG, or unset it",
        FoundBy::Default => "correct that, or name another file with --config",
    };
    let fail = |problem: String| ConfigErrors::from(ConfigError::at_file(path, problem, named));
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    match read {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // A link that leads nowhere is there, and meant.
            return match location.found_by {
                FoundBy::Default if path.symlink_metadata().is_err() => Ok(None),
                _ => Err(fail("there is no such file".to_owned())),
            };
        }
        Err(error) => return Err(fail(format!("cannot be read: {error}"))),
    }
    if bytes.len() as u64 > LARGEST {
        return Err(fail(format!("is larger than {} KiB, so it is no configuration", LARGEST / 1024)));
    }
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let before = bytes.get(..good).map(String::from_utf8_lossy).unwrap_or_default();
        let position = document::position(&before, &document::line_starts(&before), good);
        let byte = bytes.get(good).map_or(String::new(), |byte| format!(" (byte 0x{byte:02x})"));
        let place = Place::File { path: path.clone(), position: Some(position) };
        let problem = format!("the file is not UTF-8 text{byte}");
        ConfigErrors::from(ConfigError::new(place, problem, "save it as UTF-8"))
    })
}

/// Reads a configuration from a text instead of a file: for files that are about to be written. `path` is only
/// for messages, and commands in it are not judged.
pub fn parse(text: &str, path: &Path, env: &Environment<'_>) -> Result<Config, ConfigErrors> {
    let read = document::read(text, path, home(env).as_deref());
    let mut errors = read.errors;
    let (config, origins) = merge(&[read.layer]);
    if read.is_toml && errors.is_empty() {
        errors.extend(rules::errors(&config, &origins));
    }
    ConfigErrors::unless_none(errors)?;
    Ok(config)
}
