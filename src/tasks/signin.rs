//! From the configuration to the ways of signing in.

use crate::config::{AfterConnect, AzureDevOpsWay, CommandLine, Config, EntraWay};
use crate::domain::plan::{Decision, PlanRow, RowState};
use crate::services::{Credentials, Services, Way};

/// The ways that this configuration names. Holds no secret.
pub fn credentials(config: &Config) -> Credentials {
    let azure = &config.credentials.azure_devops;
    let way = |way: Option<AzureDevOpsWay<'_>>| match way {
        Some(AzureDevOpsWay::Pat { env }) => Way::Pat { env: env.to_owned() },
        Some(AzureDevOpsWay::AzureCli) => Way::AzureCli,
        Some(AzureDevOpsWay::Entra) => Way::Entra,
        Some(AzureDevOpsWay::Command(line)) => command(line, azure.needs_terminal),
        None => Way::Incomplete { kind: "command".to_owned() },
    };
    let after_connect = match azure.after_connect {
        AfterConnect::Same => Way::Same,
        _ => way(azure.way_after_connect()),
    };
    let entra = &config.credentials.entra;
    let variables = entra.secret_env.iter().chain(&entra.assertion_env);
    Credentials {
        azure_devops: way(azure.way()),
        after_connect,
        entra: of_tenant(config),
        secret_variables: variables.cloned().collect(),
    }
}

fn of_tenant(config: &Config) -> Way {
    let entra = &config.credentials.entra;
    let Some(way) = entra.way() else {
        return Way::Incomplete { kind: entra.kind.as_str().to_owned() };
    };
    match way {
        EntraWay::AzureCli => Way::AzureCli,
        EntraWay::DeviceCode { client_id, permissions } => {
            Way::DeviceCode { client_id: client_id.to_owned(), permissions: permissions.to_vec() }
        }
        EntraWay::ClientSecret { client_id, secret_env } => {
            Way::ClientSecret { client_id: client_id.to_owned(), env: secret_env.to_owned() }
        }
        EntraWay::Certificate { client_id, certificate_file, key_file } => Way::Certificate {
            client_id: client_id.to_owned(),
            certificate_file: certificate_file.to_owned(),
            key_file: key_file.to_owned(),
        },
        EntraWay::AssertionVariable { client_id, env } => {
            Way::AssertionVariable { client_id: client_id.to_owned(), env: env.to_owned() }
        }
        EntraWay::AssertionFile { client_id, file } => {
            Way::AssertionFile { client_id: client_id.to_owned(), file: file.to_owned() }
        }
        EntraWay::Command(line) => command(line, entra.needs_terminal),
        EntraWay::Env { env } => Way::Env { env: env.to_owned() },
    }
}

fn command(line: &CommandLine, asks: bool) -> Way {
    let command = words(line);
    if asks { Way::AskingCommand { command } } else { Way::Command { command } }
}

fn words(line: &CommandLine) -> Vec<String> {
    std::iter::once(line.program().to_owned()).chain(line.arguments().iter().cloned()).collect()
}

/// What these rows need is asked for: who signs in by code is asked for the least, and for more only when the plan needs it.
pub(super) fn choose<'a>(services: &Services, rows: impl IntoIterator<Item = &'a PlanRow>) {
    let invites = rows
        .into_iter()
        .any(|row| matches!(row.decision, Decision::Invite { .. }) && row.state != RowState::Verified);
    if invites {
        services.will_invite();
    }
}
