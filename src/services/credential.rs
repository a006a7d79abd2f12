//! Where tokens come from. Secrets live in memory only, are wiped when dropped, and show nothing when debugged.
//!
//! | way | module | for |
//! | --- | --- | --- |
//! | a variable that holds a token | `source` | a personal access token for Azure DevOps; a bearer token for Graph |
//! | a command that prints a token | `command` | both |
//! | the Azure CLI | `azure_cli` | both |
//! | a code that is typed into a browser | `account` | both, by one refresh token |
//! | an application by itself: secret, certificate, assertion | `application` | both; it has no `/me` |
//!
//! `authority` speaks with the sign-in service and looks in which cloud the tenant is before anybody signs in; `refusal` knows
//! what its refusals mean, and the next best way.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::sync::Mutex;

mod account;
mod application;
pub(crate) mod authority;
mod azure_cli;
mod command;
mod environment;
mod refusal;
pub(crate) mod source;
pub(crate) mod terminal;
pub(crate) mod token;

#[cfg(test)]
mod tests;

use account::Account;
use application::{Application, Proof};
use authority::Authority;
pub use environment::Environment;
use source::{Asks, Credential, Held, Resource, Source};
use terminal::Terminal;
pub use terminal::TerminalUse;

use super::observer::Observer;

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
    /// Likewise, and it asks something in the terminal: a passphrase, a one-time code.
    AskingCommand {
        /// Program and arguments.
        command: Vec<String>,
    },
    /// `az account get-access-token`.
    AzureCli,
    /// A person, by a code that is typed into a browser elsewhere (tenant).
    DeviceCode {
        /// The app registration, a public client.
        client_id: String,
        /// Permissions for Graph that are asked for beside the least (`User.Read`, `User.Read.All`).
        permissions: Vec<String>,
    },
    /// An application, by its secret (tenant).
    ClientSecret {
        /// The app registration.
        client_id: String,
        /// The variable that holds the secret.
        env: String,
    },
    /// An application, by its certificate (tenant).
    Certificate {
        /// The app registration.
        client_id: String,
        /// PEM file with the certificate.
        certificate_file: PathBuf,
        /// PEM file with its RSA key, without a password.
        key_file: PathBuf,
    },
    /// An application, by an assertion of another identity provider in a variable (tenant).
    AssertionVariable {
        /// The app registration.
        client_id: String,
        /// The variable that holds the assertion.
        env: String,
    },
    /// An application, by an assertion of another identity provider in a file (tenant).
    AssertionFile {
        /// The app registration.
        client_id: String,
        /// The file; read anew for each token.
        file: PathBuf,
    },
    /// The way that the tenant is signed in to (`kind = "entra"`, `after_connect = "entra"`).
    Entra,
    /// The way that Azure DevOps is signed in to (`after_connect = "same"`).
    Same,
    /// A way that lacks what it needs, such as a command.
    Incomplete {
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
    pub terminal: Arc<Terminal>,
    account: Option<Arc<Account>>,
}

/// What signing in needs beside a way: the sign-in service, and somebody who shows codes.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    pub authority: Authority,
    pub observer: Observer,
    pub terminal: Arc<Terminal>,
}

/// The place of the tenant's way in the configuration.
const PLACE_OF_ENTRA: &str = "credentials.entra";

impl Keyring {
    /// Settles the ways; nothing is looked for yet. Without a wire nobody can sign in to the tenant by our own means.
    pub fn new(
        credentials: &Credentials,
        environment: Environment,
        tenant: &str,
        limit: Duration,
        wire: Option<&Wire>,
    ) -> Self {
        let environment = Arc::new(environment);
        let hidden = Arc::new(hidden(credentials));
        let terminal = wire.map_or_else(|| Arc::new(Terminal::never()), |wire| Arc::clone(&wire.terminal));
        let make = |source: Source, resource: Resource, place: &str| {
            Arc::new(Credential {
                source,
                resource,
                place: place.to_owned(),
                tenant: tenant.to_owned(),
                environment: Arc::clone(&environment),
                hidden: Arc::clone(&hidden),
                limit,
                terminal: Arc::clone(&terminal),
                asked_again: AtomicBool::new(false),
                outdated: AtomicBool::new(false),
                authority: wire.map(|wire| wire.authority.clone()),
                held: Mutex::new(Held::default()),
            })
        };
        // One sign-in to the tenant, for whatever is asked with it.
        let entra = for_tenant(&credentials.entra, wire, &environment);
        let now = for_azure_devops(&credentials.azure_devops, &credentials.entra, entra.as_ref());
        let azure_devops = make(now.clone(), Resource::AzureDevOps, "credentials.azure_devops");
        let after_connect = if credentials.after_connect == Way::Same {
            Arc::clone(&azure_devops)
        } else {
            let source = for_azure_devops(&credentials.after_connect, &credentials.entra, entra.as_ref());
            // The same way has the same token: one refresh serves both.
            if source == now {
                Arc::clone(&azure_devops)
            } else {
                make(source, Resource::AzureDevOps, "credentials.azure_devops.after_connect")
            }
        };
        let account = match &entra {
            Some(Source::Account(account)) => Some(Arc::clone(account)),
            _ => None,
        };
        let graph = make(
            entra.unwrap_or_else(|| for_graph(&credentials.entra)),
            Resource::MicrosoftGraph,
            PLACE_OF_ENTRA,
        );
        Self { azure_devops, after_connect, graph, terminal, account }
    }

    /// Ends a sign-in by code that is under way.
    pub fn cancel_sign_in(&self) {
        if let Some(account) = &self.account {
            account.cancel();
        }
    }

    /// Failures from before do not stand any more: whoever needs a token asks again.
    pub fn ask_again(&self) {
        for credential in [&self.azure_devops, &self.after_connect, &self.graph] {
            // A code that is on the screen stays there.
            if !self.account.as_ref().is_some_and(|account| account.is_asking()) {
                credential.forget_failure();
            }
        }
    }

    /// Takes over the sign-in of another keyring, for the same application and tenant.
    pub fn adopt(&self, other: &Self) {
        if let (Some(own), Some(theirs)) = (&self.account, &other.account) {
            own.adopt(theirs);
        }
    }
}

/// The ways that speak with the sign-in service themselves.
fn for_tenant(way: &Way, wire: Option<&Wire>, environment: &Arc<Environment>) -> Option<Source> {
    let wire = wire?;
    let application = |client_id: &str, proof: Proof| {
        Source::Application(Arc::new(Application {
            authority: wire.authority.clone(),
            client_id: client_id.to_owned(),
            proof,
            place: PLACE_OF_ENTRA.to_owned(),
            environment: Arc::clone(environment),
        }))
    };
    Some(match way {
        Way::DeviceCode { client_id, permissions } => Source::Account(Arc::new(Account::new(
            wire.authority.clone(),
            client_id,
            permissions,
            PLACE_OF_ENTRA,
            wire.observer.clone(),
        ))),
        Way::ClientSecret { client_id, env } => application(client_id, Proof::Secret { env: env.clone() }),
        Way::Certificate { client_id, certificate_file, key_file } => application(
            client_id,
            Proof::Certificate { certificate_file: certificate_file.clone(), key_file: key_file.clone() },
        ),
        Way::AssertionVariable { client_id, env } => {
            application(client_id, Proof::AssertionVariable { env: env.clone() })
        }
        Way::AssertionFile { client_id, file } => {
            application(client_id, Proof::AssertionFile { file: file.clone() })
        }
        _ => return None,
    })
}

fn hidden(credentials: &Credentials) -> BTreeSet<String> {
    let named = [&credentials.azure_devops, &credentials.after_connect, &credentials.entra]
        .into_iter()
        .filter_map(|way| match way {
            Way::Pat { env }
            | Way::Env { env }
            | Way::ClientSecret { env, .. }
            | Way::AssertionVariable { env, .. } => Some(env.clone()),
            _ => None,
        });
    named.chain(credentials.secret_variables.iter().cloned()).chain(WELL_KNOWN.map(str::to_owned)).collect()
}

fn closed(way: &str, said: &str, remedy: &str) -> Source {
    Source::Closed { way: way.to_owned(), said: said.to_owned(), remedy: remedy.to_owned() }
}

fn incomplete(kind: &str, ways: &str) -> Source {
    let said = format!("the way `{kind}` lacks what it needs");
    closed(kind, &said, &format!("`ado2entra config check` says what. Ways that there are: {ways}."))
}

const WAYS_OF_AZURE_DEVOPS: &str = "pat, command, azure-cli, entra";
const WAYS_OF_ENTRA: &str = "azure-cli, device-code, client-secret, certificate, federated, command, env";

fn for_azure_devops(way: &Way, entra: &Way, signed_in: Option<&Source>) -> Source {
    match way {
        Way::Pat { env } => Source::Pat(env.clone()),
        Way::Command { command } => Source::Command(command.clone(), Asks::Nothing),
        Way::AskingCommand { command } => Source::Command(command.clone(), Asks::InTheTerminal),
        Way::AzureCli => Source::AzureCli,
        // One account, two resources: whoever signs in can ask for both; a token that was given for Graph cannot.
        Way::Entra => match (entra, signed_in) {
            (_, Some(source)) => source.clone(),
            (Way::AzureCli, None) => Source::AzureCli,
            (Way::Env { .. } | Way::Command { .. } | Way::AskingCommand { .. }, None) => closed(
                "entra",
                "the token given under credentials.entra is for Microsoft Graph and does not serve Azure DevOps",
                "Name a way for Azure DevOps: after_connect = \"azure-cli\", or after_connect = \"command\" with \
                 after_command, under [credentials.azure_devops].",
            ),
            (Way::Incomplete { kind }, None) => incomplete(kind, WAYS_OF_ENTRA),
            (_, None) => misplaced("entra", WAYS_OF_ENTRA),
        },
        Way::Incomplete { kind } => incomplete(kind, WAYS_OF_AZURE_DEVOPS),
        other => misplaced(name(other), WAYS_OF_AZURE_DEVOPS),
    }
}

fn for_graph(way: &Way) -> Source {
    match way {
        Way::Env { env } => Source::Env(env.clone()),
        Way::Command { command } => Source::Command(command.clone(), Asks::Nothing),
        Way::AskingCommand { command } => Source::Command(command.clone(), Asks::InTheTerminal),
        Way::AzureCli => Source::AzureCli,
        Way::Incomplete { kind } => incomplete(kind, WAYS_OF_ENTRA),
        other => misplaced(name(other), WAYS_OF_ENTRA),
    }
}

/// The way's name in the configuration.
fn name(way: &Way) -> &str {
    match way {
        Way::Pat { .. } => "pat",
        Way::Env { .. } => "env",
        Way::Command { .. } | Way::AskingCommand { .. } => "command",
        Way::AzureCli => "azure-cli",
        Way::DeviceCode { .. } => "device-code",
        Way::ClientSecret { .. } => "client-secret",
        Way::Certificate { .. } => "certificate",
        Way::AssertionVariable { .. } | Way::AssertionFile { .. } => "federated",
        Way::Entra => "entra",
        Way::Same => "same",
        Way::Incomplete { kind } => kind,
    }
}

fn misplaced(way: &str, ways: &str) -> Source {
    closed(way, &format!("`{way}` is no way of signing in here"), &format!("Ways that work: {ways}."))
}
