//! How the program signs in: which way, and where the secret comes from. The secrets themselves are never here.

use std::fmt;
use std::path::{Path, PathBuf};

use super::choices::{AfterConnect, AzureDevOpsKind, EntraKind};

/// A program and its arguments; run without a shell. Its debug form leaves the arguments out, since people do
/// write secrets there.
#[derive(Clone, PartialEq, Eq)]
pub struct CommandLine {
    program: String,
    arguments: Vec<String>,
}

impl CommandLine {
    /// From the words of the file; none if there is no program.
    pub fn new(words: Vec<String>) -> Option<Self> {
        let mut words = words.into_iter();
        let program = words.next().filter(|program| !program.trim().is_empty())?;
        Some(Self { program, arguments: words.collect() })
    }

    /// What is run.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// What it is given.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }
}

impl fmt::Debug for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommandLine({:?} with {} arguments)", self.program, self.arguments.len())
    }
}

/// `[credentials]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// `[credentials.azure_devops]`.
    pub azure_devops: AzureDevOpsCredential,
    /// `[credentials.entra]`.
    pub entra: EntraCredential,
}

/// `[credentials.azure_devops]`: signing in to Azure DevOps, before and after the switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AzureDevOpsCredential {
    /// The way until the destination backs the organization.
    pub kind: AzureDevOpsKind,
    /// For `pat`: the environment variable that holds it.
    pub env: String,
    /// For `command`: what prints the token on its first line.
    pub command: Option<CommandLine>,
    /// The way once the destination backs the organization.
    pub after_connect: AfterConnect,
    /// For `after_connect = "command"`.
    pub after_command: Option<CommandLine>,
    /// The commands ask something in the terminal, such as a passphrase.
    pub needs_terminal: bool,
}

impl Default for AzureDevOpsCredential {
    fn default() -> Self {
        Self {
            kind: AzureDevOpsKind::default(),
            env: "AZURE_DEVOPS_EXT_PAT".to_owned(),
            command: None,
            after_connect: AfterConnect::default(),
            after_command: None,
            needs_terminal: false,
        }
    }
}

/// A way to a token for Azure DevOps, with what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AzureDevOpsWay<'a> {
    /// A personal access token in the environment variable `env`.
    Pat {
        /// The variable's name.
        env: &'a str,
    },
    /// `az account get-access-token`.
    AzureCli,
    /// The sign-in of `[credentials.entra]`.
    Entra,
    /// What this command prints.
    Command(&'a CommandLine),
}

impl AzureDevOpsCredential {
    /// The way before the switch. None only for `command` without a command, which [`super::load()`] refuses.
    pub fn way(&self) -> Option<AzureDevOpsWay<'_>> {
        Some(match self.kind {
            AzureDevOpsKind::Pat => AzureDevOpsWay::Pat { env: &self.env },
            AzureDevOpsKind::AzureCli => AzureDevOpsWay::AzureCli,
            AzureDevOpsKind::Entra => AzureDevOpsWay::Entra,
            AzureDevOpsKind::Command => AzureDevOpsWay::Command(self.command.as_ref()?),
        })
    }

    /// The way once the destination backs the organization; `same` is resolved. None only for `command` without
    /// a command, which [`super::load()`] refuses.
    pub fn way_after_connect(&self) -> Option<AzureDevOpsWay<'_>> {
        Some(match self.after_connect {
            AfterConnect::Same => self.way()?,
            AfterConnect::Entra => AzureDevOpsWay::Entra,
            AfterConnect::AzureCli => AzureDevOpsWay::AzureCli,
            AfterConnect::Command => AzureDevOpsWay::Command(self.after_command.as_ref()?),
        })
    }
}

/// `[credentials.entra]`: signing in to the destination tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntraCredential {
    /// The way.
    pub kind: EntraKind,
    /// For `device-code`, `client-secret`, `certificate` and `federated`: the id of the app registration, a GUID in lower case.
    pub client_id: Option<String>,
    /// For `device-code`: permissions for Microsoft Graph that are asked for beside `User.Read` and `User.Read.All`.
    pub permissions: Vec<String>,
    /// For `client-secret`: the environment variable that holds the secret.
    pub secret_env: Option<String>,
    /// For `certificate`: a PEM file with the certificate.
    pub certificate_file: Option<PathBuf>,
    /// For `certificate`: a PEM file with its key; none where the certificate's file holds it too.
    pub key_file: Option<PathBuf>,
    /// For `federated`: the environment variable that holds the assertion.
    pub assertion_env: Option<String>,
    /// For `federated`: the file that holds it.
    pub assertion_file: Option<PathBuf>,
    /// For `command`: what prints a bearer token for Microsoft Graph.
    pub command: Option<CommandLine>,
    /// The command asks something in the terminal, such as a passphrase.
    pub needs_terminal: bool,
    /// For `env`: the environment variable that holds such a token.
    pub env: Option<String>,
}

/// A way to a token for the destination tenant, with what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntraWay<'a> {
    /// `az account get-access-token`.
    AzureCli,
    /// A code typed into a browser elsewhere.
    DeviceCode {
        /// The app registration.
        client_id: &'a str,
        /// What is asked for beside the least.
        permissions: &'a [String],
    },
    /// The certificate of an app registration.
    Certificate {
        /// The app registration.
        client_id: &'a str,
        /// PEM file with the certificate.
        certificate_file: &'a Path,
        /// PEM file with its key.
        key_file: &'a Path,
    },
    /// An assertion of another identity provider, in a variable.
    AssertionVariable {
        /// The app registration.
        client_id: &'a str,
        /// The variable's name.
        env: &'a str,
    },
    /// An assertion of another identity provider, in a file.
    AssertionFile {
        /// The app registration.
        client_id: &'a str,
        /// The file.
        file: &'a Path,
    },
    /// The secret of an app registration.
    ClientSecret {
        /// The app registration.
        client_id: &'a str,
        /// The environment variable that holds the secret.
        secret_env: &'a str,
    },
    /// What this command prints serves Microsoft Graph only.
    Command(&'a CommandLine),
    /// What this environment variable holds serves Microsoft Graph only.
    Env {
        /// The variable's name.
        env: &'a str,
    },
}

impl EntraCredential {
    /// The way. None only where a member that it needs is missing, which [`super::load()`] refuses.
    pub fn way(&self) -> Option<EntraWay<'_>> {
        Some(match self.kind {
            EntraKind::AzureCli => EntraWay::AzureCli,
            EntraKind::DeviceCode => {
                EntraWay::DeviceCode { client_id: self.client_id.as_deref()?, permissions: &self.permissions }
            }
            EntraKind::ClientSecret => EntraWay::ClientSecret {
                client_id: self.client_id.as_deref()?,
                secret_env: self.secret_env.as_deref()?,
            },
            EntraKind::Certificate => {
                let certificate_file = self.certificate_file.as_deref()?;
                EntraWay::Certificate {
                    client_id: self.client_id.as_deref()?,
                    certificate_file,
                    key_file: self.key_file.as_deref().unwrap_or(certificate_file),
                }
            }
            EntraKind::Federated => {
                let client_id = self.client_id.as_deref()?;
                match (&self.assertion_env, &self.assertion_file) {
                    (Some(env), _) => EntraWay::AssertionVariable { client_id, env },
                    (None, Some(file)) => EntraWay::AssertionFile { client_id, file },
                    (None, None) => return None,
                }
            }
            EntraKind::Command => EntraWay::Command(self.command.as_ref()?),
            EntraKind::Env => EntraWay::Env { env: self.env.as_deref()? },
        })
    }

    /// Whether this way can also get a token for Azure DevOps. A token that was given as it is, by `command` or
    /// `env`, serves Microsoft Graph only.
    pub fn serves_azure_devops(&self) -> bool {
        !matches!(self.kind, EntraKind::Command | EntraKind::Env)
    }
}
