//! Where tokens come from. Secrets live in memory only, are wiped when dropped, and show nothing when debugged.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

/// A way to get a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A personal access token in this environment variable (Azure DevOps only).
    Pat {
        /// The variable's name.
        env: String,
    },
    /// A bearer token in this environment variable (Microsoft Graph only).
    Env {
        /// The variable's name.
        env: String,
    },
    /// A command that prints the token on its first line; run without a shell.
    Command {
        /// Program and arguments.
        command: Vec<String>,
    },
    /// `az account get-access-token`.
    AzureCli,
    /// The way that the tenant is signed in to (`kind = "entra"`, `after_connect = "entra"`).
    Entra,
    /// The way that Azure DevOps is signed in to (`after_connect = "same"`).
    Same,
    /// A way that the configuration knows and this version does not: `device-code`, `client-secret`.
    NotBuiltIn {
        /// Its name.
        kind: String,
    },
}

/// Which way serves what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Azure DevOps, until the destination backs the organization.
    pub azure_devops: Way,
    /// Azure DevOps, once the destination backs the organization.
    pub after_connect: Way,
    /// Microsoft Graph.
    pub entra: Way,
    /// Environment variables that hold secrets and are taken out of every child's environment, beside those that the
    /// ways name.
    pub secret_variables: Vec<String>,
}

/// The environment that variables are read from and that credential commands get, without the secrets.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// This process's environment, as it is now.
    pub fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// Exactly these variables.
    pub fn of<K: Into<OsString>, V: Into<OsString>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The value of a variable.
    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({} variables)", self.0.len())
    }
}
