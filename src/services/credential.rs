//! Where tokens come from. Secrets live in memory only, are wiped when dropped, and show nothing when debugged.
//!
//! Ways of this version: a personal access token in a variable, a bearer token in a variable, a command that prints a
//! token, and the Azure CLI. The configuration knows more (`device-code`, `client-secret`); those answer that they are not
//! built in, and which ones are.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

mod azure_cli;
mod command;
mod environment;
pub(crate) mod source;
pub(crate) mod token;

#[cfg(test)]
mod tests;

pub use environment::Environment;
use source::{Credential, Held, Resource, Source};

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
    /// ways name and the well-known ones.
    pub secret_variables: Vec<String>,
}

/// Variables that hold secrets of this or of related tools, whoever set them.
const WELL_KNOWN: [&str; 4] =
    ["AZURE_DEVOPS_EXT_PAT", "SYSTEM_ACCESSTOKEN", "AZURE_CLIENT_SECRET", "ADO2ENTRA_CLIENT_SECRET"];

/// The three credentials that the clients use.
#[derive(Debug, Clone)]
pub(crate) struct Keyring {
    pub azure_devops: Arc<Credential>,
    pub after_connect: Arc<Credential>,
    pub graph: Arc<Credential>,
}

impl Keyring {
    /// Settles the ways; nothing is looked for yet.
    pub fn new(credentials: &Credentials, environment: Environment, tenant: &str, limit: Duration) -> Self {
        let environment = Arc::new(environment);
        let hidden = Arc::new(hidden(credentials));
        let make = |source: Source, resource: Resource, place: &str| {
            Arc::new(Credential {
                source,
                resource,
                place: place.to_owned(),
                tenant: tenant.to_owned(),
                environment: Arc::clone(&environment),
                hidden: Arc::clone(&hidden),
                limit,
                held: Mutex::new(Held::default()),
            })
        };
        let now = for_azure_devops(&credentials.azure_devops, &credentials.entra);
        let azure_devops = make(now.clone(), Resource::AzureDevOps, "credentials.azure_devops");
        let after_connect = if credentials.after_connect == Way::Same {
            Arc::clone(&azure_devops)
        } else {
            let source = for_azure_devops(&credentials.after_connect, &credentials.entra);
            // The same way has the same token: one refresh serves both.
            if source == now {
                Arc::clone(&azure_devops)
            } else {
                make(source, Resource::AzureDevOps, "credentials.azure_devops.after_connect")
            }
        };
        let graph = make(for_graph(&credentials.entra), Resource::MicrosoftGraph, "credentials.entra");
        Self { azure_devops, after_connect, graph }
    }
}

fn hidden(credentials: &Credentials) -> BTreeSet<String> {
    let named = [&credentials.azure_devops, &credentials.after_connect, &credentials.entra]
        .into_iter()
        .filter_map(|way| match way {
            Way::Pat { env } | Way::Env { env } => Some(env.clone()),
            _ => None,
        });
    named.chain(credentials.secret_variables.iter().cloned()).chain(WELL_KNOWN.map(str::to_owned)).collect()
}

fn closed(way: &str, said: &str, remedy: &str) -> Source {
    Source::Closed { way: way.to_owned(), said: said.to_owned(), remedy: remedy.to_owned() }
}

fn not_built_in(kind: &str, ways: &str) -> Source {
    let said = format!("signing in by `{kind}` is not built into this version");
    closed(kind, &said, &format!("Ways that work: {ways}."))
}

const WAYS_OF_AZURE_DEVOPS: &str = "pat, command, azure-cli";
const WAYS_OF_ENTRA: &str = "azure-cli, command, env";

fn for_azure_devops(way: &Way, entra: &Way) -> Source {
    match way {
        Way::Pat { env } => Source::Pat(env.clone()),
        Way::Command { command } => Source::Command(command.clone()),
        Way::AzureCli => Source::AzureCli,
        // One account, two resources: the Azure CLI can ask for both; a token that was given for Graph cannot.
        Way::Entra => match entra {
            Way::AzureCli => Source::AzureCli,
            Way::Env { .. } | Way::Command { .. } => closed(
                "entra",
                "the token given under credentials.entra is for Microsoft Graph and does not serve Azure DevOps",
                "Name a way for Azure DevOps: after_connect = \"azure-cli\", or after_connect = \"command\" with \
                 after_command, under [credentials.azure_devops].",
            ),
            Way::NotBuiltIn { kind } => not_built_in(kind, WAYS_OF_AZURE_DEVOPS),
            Way::Pat { .. } | Way::Entra | Way::Same => misplaced("entra", WAYS_OF_ENTRA),
        },
        Way::Same => misplaced("same", WAYS_OF_AZURE_DEVOPS),
        Way::Env { .. } => misplaced("env", WAYS_OF_AZURE_DEVOPS),
        Way::NotBuiltIn { kind } => not_built_in(kind, WAYS_OF_AZURE_DEVOPS),
    }
}

fn for_graph(way: &Way) -> Source {
    match way {
        Way::Env { env } => Source::Env(env.clone()),
        Way::Command { command } => Source::Command(command.clone()),
        Way::AzureCli => Source::AzureCli,
        Way::NotBuiltIn { kind } => not_built_in(kind, WAYS_OF_ENTRA),
        Way::Pat { .. } => misplaced("pat", WAYS_OF_ENTRA),
        Way::Entra => misplaced("entra", WAYS_OF_ENTRA),
        Way::Same => misplaced("same", WAYS_OF_ENTRA),
    }
}

fn misplaced(way: &str, ways: &str) -> Source {
    closed(way, &format!("`{way}` is no way of signing in here"), &format!("Ways that work: {ways}."))
}
