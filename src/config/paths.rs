//! Where the configuration file and the state directory are. Reads only what it is given, so that tests never
//! touch the process's own environment.

use std::path::{Path, PathBuf};

use super::error::{ConfigError, Place};
use super::settings::Config;

/// Looks up an environment variable.
pub type Environment<'e> = dyn Fn(&str) -> Option<String> + 'e;

/// Who said where the configuration file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The flag `--config`.
    Flag,
    /// `$ADO2ENTRA_CONFIG`.
    Variable,
    /// Nobody: it is the default place, where there may be no file.
    Default,
}

/// Where the configuration file is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file, which may not exist.
    pub path: PathBuf,
    /// Who said so.
    pub found_by: FoundBy,
}

/// Where the configuration file is looked for: `--config`, else `$ADO2ENTRA_CONFIG`, else
/// `$XDG_CONFIG_HOME/ado2entra/config.toml`, else `~/.config/ado2entra/config.toml`. None without a home folder.
pub fn locate(explicit: Option<&Path>, env: &Environment<'_>) -> Option<Location> {
    if let Some(path) = explicit {
        return Some(Location { path: path.to_owned(), found_by: FoundBy::Flag });
    }
    if let Some(path) = env("ADO2ENTRA_CONFIG").filter(|value| !value.is_empty()) {
        return Some(Location { path: path.into(), found_by: FoundBy::Variable });
    }
    let folder = folder(env, "XDG_CONFIG_HOME", ".config")?;
    Some(Location { path: folder.join("ado2entra").join("config.toml"), found_by: FoundBy::Default })
}

/// A folder of the XDG Base Directory Specification. What is empty or relative is to be ignored, it says.
fn folder(env: &Environment<'_>, variable: &str, below_home: &str) -> Option<PathBuf> {
    absolute(env, variable).or_else(|| home(env).map(|home| home.join(below_home)))
}

/// The home folder.
pub(super) fn home(env: &Environment<'_>) -> Option<PathBuf> {
    absolute(env, "HOME")
}

fn absolute(env: &Environment<'_>, variable: &str) -> Option<PathBuf> {
    env(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

impl Config {
    /// Where decisions and logs are kept: `state.directory`, else `$XDG_STATE_HOME/ado2entra`, else
    /// `~/.local/state/ado2entra`. Fails without any of them, and without a home folder.
    pub fn state_directory(&self, env: &Environment<'_>) -> Result<PathBuf, ConfigError> {
        if let Some(directory) = &self.state.directory {
            return Ok(directory.clone());
        }
        let found = folder(env, "XDG_STATE_HOME", ".local/state").map(|folder| folder.join("ado2entra"));
        found.ok_or_else(|| {
            ConfigError::new(
                Place::Whole,
                "no place to keep decisions: neither XDG_STATE_HOME nor HOME is an absolute path",
                "set HOME, or write directory = \"/…\" below [state] in the configuration file",
            )
        })
    }
}
