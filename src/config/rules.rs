//! What holds between several keys: what each way of signing in needs, and what is given but never used.

use super::choices::{AfterConnect, AzureDevOpsKind, EntraKind};
use super::error::ConfigError;
use super::layers::{Origin, Origins};
use super::settings::Config;

const AZURE_DEVOPS: &str = "credentials.azure_devops";
const ENTRA: &str = "credentials.entra";

/// Ways that sign in with an app registration.
fn is_app(kind: EntraKind) -> bool {
    matches!(
        kind,
        EntraKind::DeviceCode | EntraKind::ClientSecret | EntraKind::Certificate | EntraKind::Federated
    )
}

/// What is missing.
pub(super) fn errors(config: &Config, origins: &Origins) -> Vec<ConfigError> {
    let azure_devops = &config.credentials.azure_devops;
    let entra = &config.credentials.entra;
    let mut errors = Vec::new();
    let mut needs = |section: &str, by: &str, choice: &str, key: &str, example: &str| {
        errors.push(ConfigError::new(
            origins.of(&format!("{section}.{by}")).place(),
            format!("{section}.{by} = \"{choice}\" needs {key}, which is not given"),
            format!("write {key} = {example} below [{section}]"),
        ));
    };
    let command = "[\"PROGRAM\", \"ARGUMENT\"]";
    let app = "\"the application (client) id of your app registration\"";
    if azure_devops.kind == AzureDevOpsKind::Command && azure_devops.command.is_none() {
        needs(AZURE_DEVOPS, "kind", "command", "command", command);
    }
    if azure_devops.after_connect == AfterConnect::Command && azure_devops.after_command.is_none() {
        needs(AZURE_DEVOPS, "after_connect", "command", "after_command", command);
    }
    let kind = entra.kind.as_str();
    if is_app(entra.kind) && entra.client_id.is_none() {
        needs(ENTRA, "kind", kind, "client_id", app);
    }
    if entra.kind == EntraKind::ClientSecret && entra.secret_env.is_none() {
        needs(ENTRA, "kind", kind, "secret_env", "\"NAME_OF_A_VARIABLE\"");
    }
    if entra.kind == EntraKind::Certificate && entra.certificate_file.is_none() {
        needs(ENTRA, "kind", kind, "certificate_file", "\"/path/of/the/certificate.pem\"");
    }
    if entra.kind == EntraKind::Federated && entra.assertion_env.is_none() && entra.assertion_file.is_none() {
        needs(
            ENTRA,
            "kind",
            kind,
            "assertion_file",
            "\"/path/of/the/token\" (or assertion_env = \"NAME_OF_A_VARIABLE\")",
        );
    }
    if entra.kind == EntraKind::Command && entra.command.is_none() {
        needs(ENTRA, "kind", kind, "command", command);
    }
    if entra.kind == EntraKind::Env && entra.env.is_none() {
        needs(ENTRA, "kind", kind, "env", "\"NAME_OF_A_VARIABLE\"");
    }
    errors
}

/// What is allowed, and probably not meant.
pub(super) fn warnings(config: &Config, origins: &Origins) -> Vec<ConfigError> {
    let azure_devops = &config.credentials.azure_devops;
    let entra = &config.credentials.entra;
    let mut warnings = Vec::new();
    let mut unused = |section: &str, key: &str, used: bool, by: &str| {
        let origin = origins.of(&format!("{section}.{key}"));
        if !used && *origin != Origin::Default {
            let problem = format!("{section}.{key} is not used");
            warnings.push(ConfigError::new(
                origin.place(),
                problem,
                format!("it serves {by}; change that or take it out"),
            ));
        }
    };
    let kind = azure_devops.kind;
    unused(AZURE_DEVOPS, "env", kind == AzureDevOpsKind::Pat, "kind = \"pat\"");
    unused(AZURE_DEVOPS, "command", kind == AzureDevOpsKind::Command, "kind = \"command\"");
    let after = azure_devops.after_connect == AfterConnect::Command;
    unused(AZURE_DEVOPS, "after_command", after, "after_connect = \"command\"");
    unused(
        AZURE_DEVOPS,
        "needs_terminal",
        after || kind == AzureDevOpsKind::Command,
        "kind = \"command\" and after_connect = \"command\"",
    );
    unused(ENTRA, "needs_terminal", entra.kind == EntraKind::Command, "kind = \"command\"");
    unused(
        ENTRA,
        "client_id",
        is_app(entra.kind),
        "the ways of an app registration, such as kind = \"device-code\"",
    );
    unused(ENTRA, "permissions", entra.kind == EntraKind::DeviceCode, "kind = \"device-code\"");
    let certificate = entra.kind == EntraKind::Certificate;
    unused(ENTRA, "certificate_file", certificate, "kind = \"certificate\"");
    unused(ENTRA, "key_file", certificate, "kind = \"certificate\"");
    let federated = entra.kind == EntraKind::Federated;
    unused(ENTRA, "assertion_env", federated, "kind = \"federated\"");
    let from_file = federated && entra.assertion_env.is_none();
    unused(ENTRA, "assertion_file", from_file, "kind = \"federated\" without assertion_env");
    unused(ENTRA, "secret_env", entra.kind == EntraKind::ClientSecret, "kind = \"client-secret\"");
    unused(ENTRA, "command", entra.kind == EntraKind::Command, "kind = \"command\"");
    unused(ENTRA, "env", entra.kind == EntraKind::Env, "kind = \"env\"");
    if !entra.serves_azure_devops() {
        let given = format!("the token of {ENTRA}.kind = \"{}\" serves Microsoft Graph only", entra.kind);
        let place = origins.of(&format!("{ENTRA}.kind")).place();
        if kind == AzureDevOpsKind::Entra {
            let problem = format!("{given}, and {AZURE_DEVOPS}.kind = \"entra\" needs it for Azure DevOps");
            let advice = format!("choose another {AZURE_DEVOPS}.kind: \"pat\", \"azure-cli\" or \"command\"");
            warnings.push(ConfigError::new(place.clone(), problem, advice));
        }
        if azure_devops.after_connect == AfterConnect::Entra {
            let problem = format!(
                "{given}, and {AZURE_DEVOPS}.after_connect = \"entra\" needs it for Azure DevOps after the switch"
            );
            let advice = "choose after_connect = \"azure-cli\", or \"command\" with after_command";
            warnings.push(ConfigError::new(place, problem, advice));
        }
    }
    warnings
}
