//! The table of fields: which there are for which kind of signing in, how each is named and explained, and where its value
//! stands in the configuration. A new kind is a new line here; the compiler asks for it.

use crate::config::{AfterConnect, AzureDevOpsKind, EntraKind};
use crate::tasks::setup::Subject;

/// A line of the set-up screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The organization.
    Organization,
    /// The destination tenant.
    Tenant,
    /// How Azure DevOps is signed in to.
    AzureKind,
    /// The variable with the personal access token.
    AzureEnv,
    /// The command that prints the token for Azure DevOps.
    AzureCommand,
    /// How the tenant is signed in to.
    EntraKind,
    /// The app registration.
    EntraClient,
    /// The variable with the app registration's secret.
    EntraSecret,
    /// The app registration's certificate.
    EntraCertificate,
    /// Its key, where the certificate's file does not hold it.
    EntraKey,
    /// The assertion of another identity provider: a variable, or a file.
    EntraAssertion,
    /// The command that prints the token for Microsoft Graph.
    EntraCommand,
    /// The variable with the token for Microsoft Graph.
    EntraEnv,
    /// How Azure DevOps is signed in to after the switch.
    AfterKind,
    /// The command that prints that token.
    AfterCommand,
    /// Write the file.
    Write,
}

/// The fields for these kinds, from top to bottom.
pub fn visible(azure: AzureDevOpsKind, entra: EntraKind, after: AfterConnect) -> Vec<Field> {
    let mut fields = vec![Field::Organization, Field::Tenant, Field::AzureKind];
    fields.extend(of_azure(azure));
    fields.push(Field::EntraKind);
    fields.extend(of_entra(entra));
    fields.push(Field::AfterKind);
    fields.extend(of_after(after));
    fields.push(Field::Write);
    fields
}

fn of_azure(kind: AzureDevOpsKind) -> &'static [Field] {
    match kind {
        AzureDevOpsKind::Pat => &[Field::AzureEnv],
        AzureDevOpsKind::Command => &[Field::AzureCommand],
        AzureDevOpsKind::AzureCli | AzureDevOpsKind::Entra => &[],
    }
}

fn of_entra(kind: EntraKind) -> &'static [Field] {
    match kind {
        EntraKind::AzureCli => &[],
        EntraKind::DeviceCode => &[Field::EntraClient],
        EntraKind::ClientSecret => &[Field::EntraClient, Field::EntraSecret],
        EntraKind::Certificate => &[Field::EntraClient, Field::EntraCertificate, Field::EntraKey],
        EntraKind::Federated => &[Field::EntraClient, Field::EntraAssertion],
        EntraKind::Command => &[Field::EntraCommand],
        EntraKind::Env => &[Field::EntraEnv],
    }
}

fn of_after(kind: AfterConnect) -> &'static [Field] {
    match kind {
        AfterConnect::Command => &[Field::AfterCommand],
        AfterConnect::Entra | AfterConnect::Same | AfterConnect::AzureCli => &[],
    }
}

impl Field {
    /// Its name on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Tenant => "destination",
            Self::AzureKind => "Azure DevOps by",
            Self::EntraKind => "Graph by",
            Self::AfterKind => "after the switch",
            Self::AzureEnv | Self::EntraEnv | Self::EntraSecret => "  variable",
            Self::AzureCommand | Self::EntraCommand | Self::AfterCommand => "  command",
            Self::EntraClient => "  client id",
            Self::EntraCertificate => "  certificate",
            Self::EntraKey => "  key",
            Self::EntraAssertion => "  assertion",
            Self::Write => "write the file",
        }
    }

    /// Whether one types into it.
    pub fn is_text(self) -> bool {
        self.key().is_some()
    }

    /// Whether it may stay empty.
    pub fn is_optional(self) -> bool {
        self == Self::EntraKey
    }

    /// Where a value stands that is a path.
    pub fn key_of_path(self) -> Option<&'static str> {
        (self == Self::EntraAssertion).then_some("credentials.entra.assertion_file")
    }

    /// Where a typed value stands in the configuration.
    pub fn key(self) -> Option<&'static str> {
        Some(match self {
            Self::Organization => "organization.name",
            Self::Tenant => "tenant.id",
            Self::AzureEnv => "credentials.azure_devops.env",
            Self::AzureCommand => "credentials.azure_devops.command",
            Self::EntraClient => "credentials.entra.client_id",
            Self::EntraSecret => "credentials.entra.secret_env",
            Self::EntraCertificate => "credentials.entra.certificate_file",
            Self::EntraKey => "credentials.entra.key_file",
            Self::EntraAssertion => "credentials.entra.assertion_env",
            Self::EntraCommand => "credentials.entra.command",
            Self::EntraEnv => "credentials.entra.env",
            Self::AfterCommand => "credentials.azure_devops.after_command",
            Self::AzureKind | Self::EntraKind | Self::AfterKind | Self::Write => return None,
        })
    }

    /// What is tried with it. The outcome stands beside the first field of its subject.
    pub fn subject(self) -> Option<Subject> {
        Some(match self {
            Self::Organization => Subject::Organization,
            Self::Tenant => Subject::Tenant,
            Self::AzureKind | Self::AzureEnv | Self::AzureCommand => Subject::AzureDevOps,
            Self::EntraKind
            | Self::EntraClient
            | Self::EntraSecret
            | Self::EntraCertificate
            | Self::EntraKey
            | Self::EntraAssertion
            | Self::EntraCommand
            | Self::EntraEnv => Subject::Entra,
            Self::AfterKind | Self::AfterCommand => Subject::AfterConnect,
            Self::Write => return None,
        })
    }

    /// Whether the outcome of its subject stands beside it.
    pub fn shows_outcome(self) -> bool {
        matches!(
            self,
            Self::Organization | Self::Tenant | Self::AzureKind | Self::EntraKind | Self::AfterKind
        )
    }

    /// What it is for, in a sentence or two.
    pub fn help(self) -> &'static str {
        match self {
            Self::Organization => {
                "The organization in Azure DevOps Services: its name, or its address (https://dev.azure.com/NAME, \
                 https://NAME.visualstudio.com)."
            }
            Self::Tenant => {
                "The Microsoft Entra tenant that is to back it: one of its verified domains \
                 (contoso.onmicrosoft.com) or its GUID."
            }
            Self::AzureKind => "How to sign in to Azure DevOps until then.",
            Self::EntraKind => {
                "How to sign in to the destination tenant, to read its people by Microsoft Graph."
            }
            Self::AfterKind => {
                "How to sign in to Azure DevOps once the destination backs the organization: a token made before may \
                 end with the switch."
            }
            Self::AzureEnv => {
                "The name of the environment variable that holds the personal access token. The token itself never \
                 goes into a file."
            }
            Self::EntraEnv => {
                "The name of the environment variable that holds a bearer token for Microsoft Graph."
            }
            Self::EntraSecret => {
                "The name of the environment variable that holds the app registration's secret."
            }
            Self::AzureCommand | Self::EntraCommand | Self::AfterCommand => {
                "A command that prints the token on its first line, such as that of a password store. It is run \
                 without a shell; quotes keep words together."
            }
            Self::EntraCertificate => {
                "A PEM file with the app registration's certificate; its path, from / on."
            }
            Self::EntraKey => "A PEM file with its key; empty where the certificate's file holds it too.",
            Self::EntraAssertion => {
                "The environment variable with the token of your identity provider, or the file with it: a path, from / on."
            }
            Self::EntraClient => "The application (client) id of your app registration, a GUID.",
            Self::Write => {
                "Enter writes the configuration and opens the dashboard. Nothing was written so far."
            }
        }
    }
}

/// What a kind of signing in to Azure DevOps means.
pub fn azure_words(kind: AzureDevOpsKind) -> &'static str {
    match kind {
        AzureDevOpsKind::Pat => {
            "pat: a personal access token in an environment variable. What an organization of Microsoft accounts takes. \
             Scopes: Member Entitlement Management (Read), Graph (Read), Identity (Read); to map also Graph (Read & \
             manage), to remove also Member Entitlement Management (Read & write)."
        }
        AzureDevOpsKind::AzureCli => {
            "azure-cli: the account of `az login`. Works where a directory backs the organization already."
        }
        AzureDevOpsKind::Entra => "entra: the same sign-in as Graph, below.",
        AzureDevOpsKind::Command => "command: what a command prints, such as that of a password store.",
    }
}

/// What a kind of signing in to the tenant means.
pub fn entra_words(kind: EntraKind) -> &'static str {
    match kind {
        EntraKind::AzureCli => "azure-cli: the account of `az login`, in the destination tenant.",
        EntraKind::DeviceCode => "device-code: a code that you type into a browser, here or elsewhere.",
        EntraKind::ClientSecret => {
            "client-secret: an app registration with a secret, held in an environment variable."
        }
        EntraKind::Certificate => "certificate: an app registration with a certificate.",
        EntraKind::Federated => "federated: an app registration that trusts another identity provider.",
        EntraKind::Command => "command: what a command prints; serves Microsoft Graph only.",
        EntraKind::Env => "env: a token in an environment variable; serves Microsoft Graph only.",
    }
}

/// What a way after the switch means.
pub fn after_words(kind: AfterConnect) -> &'static str {
    match kind {
        AfterConnect::Entra => "entra: the same sign-in as Graph, above.",
        AfterConnect::Same => {
            "same: as before the switch. A personal access token of a Microsoft account may end with it."
        }
        AfterConnect::AzureCli => "azure-cli: the account of `az login`.",
        AfterConnect::Command => "command: what another command prints.",
    }
}
