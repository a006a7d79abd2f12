//! `doctor`: looks at everything that a working evening depends on, and says what to do about each point that does not.
//!
//! No credential is used: variables are looked for and not read out, commands are found and not run. What is asked of the
//! services is anonymous: one `HEAD` for each host, and the tenant's discovery document.

use std::path::Path;

use jiff::Timestamp;

use crate::config::{Checked, ConfigErrors, Loaded, Origin, Severity};
use crate::domain::doctor::{Area, Finding, Health, network};
use crate::domain::facts::Cloud;
use crate::domain::text::clean_to;
use crate::services::{Environment, Observer, Services};

use super::session::{Setup, service_settings};
use super::signin::credentials;

mod credential;
mod state;

/// Stands in addresses while no organization or tenant was named; nothing is sent that holds it.
const NOBODY: &str = "unnamed";

/// What is looked at.
#[derive(Debug)]
pub struct Patient {
    /// The configuration, or what is wrong with it.
    pub loaded: Result<Loaded, ConfigErrors>,
    /// Whether the keys of the configuration are right.
    pub keys: Result<(), ConfigErrors>,
    /// What a session would be opened with; `None` where the configuration is wrong.
    pub setup: Option<Setup>,
    /// Variables.
    pub environment: Environment,
    /// What was found out about the terminal.
    pub terminal: Vec<Finding>,
}

/// Looks at all of it. Takes as long as the slowest host, and no longer than some seconds for each step.
pub async fn examine(patient: Patient) -> (Vec<Finding>, Timestamp) {
    let mut findings = vec![program()];
    findings.extend(configuration(&patient));
    if let Some(setup) = &patient.setup {
        let directory = setup.state_directory.clone();
        let organization = setup.config.organization.name.clone();
        let looked =
            tokio::task::spawn_blocking(move || state::findings(&directory, organization.as_deref())).await;
        findings.extend(looked.unwrap_or_default());
    }
    findings.extend(patient.terminal);
    if let Some(setup) = &patient.setup {
        findings.extend(credential::findings(&setup.config, &patient.environment));
        findings.extend(outside(setup, patient.environment.clone()).await);
    } else {
        let said = "not looked at: the configuration has to be right first";
        findings.push(Finding::new(Area::Network, "services", Health::Unknown, said));
    }
    findings.sort_by_key(|finding| finding.area);
    (findings, Timestamp::now())
}

fn program() -> Finding {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let kernel = clean_to(kernel.trim(), 60).into_owned();
    let said = format!("ado2entra {} on {system} {kernel}", env!("CARGO_PKG_VERSION"));
    Finding::new(Area::Program, "version", Health::Told, said.trim_end())
        .detail("version", env!("CARGO_PKG_VERSION"))
        .detail("system", system)
}

fn configuration(patient: &Patient) -> Vec<Finding> {
    let checked = Checked::new(&patient.loaded, patient.keys.clone());
    let mut findings: Vec<Finding> = checked
        .lines
        .into_iter()
        .map(|line| {
            let verdict = match line.severity {
                Severity::Good => Health::Good,
                Severity::Warning | Severity::NotUsableYet => Health::Careful,
                Severity::Error => Health::Bad,
            };
            let finding = Finding::new(Area::Configuration, "file", verdict, line.text);
            match line.severity {
                Severity::NotUsableYet => finding.remedy(
                    "`ado2entra` in a terminal asks for what is missing, tries it, and writes the file.",
                ),
                Severity::Error => {
                    finding.remedy("Mend it; `ado2entra config check` says whether it is right.")
                }
                Severity::Good | Severity::Warning => finding,
            }
        })
        .collect();
    let Ok(loaded) = &patient.loaded else { return findings };
    let rows = loaded.effective().rows;
    let of = |wanted: fn(&Origin) -> bool| {
        rows.iter().filter(|row| wanted(&row.origin)).map(|row| row.key.clone()).collect::<Vec<_>>()
    };
    let sources = [
        ("file", of(|origin| matches!(origin, Origin::File { .. }))),
        ("environment", of(|origin| matches!(origin, Origin::Environment(_)))),
        ("flags", of(|origin| matches!(origin, Origin::Flag(_)))),
    ];
    let said: Vec<String> = sources
        .iter()
        .filter(|(_, keys)| !keys.is_empty())
        .map(|(name, keys)| format!("{} from {name}", keys.len()))
        .collect();
    let said = if said.is_empty() {
        "all values are the defaults".to_owned()
    } else {
        format!("values: {}, the rest defaults", said.join(", "))
    };
    let mut finding = Finding::new(Area::Configuration, "values", Health::Told, said);
    for (name, keys) in sources.into_iter().filter(|(_, keys)| !keys.is_empty()) {
        finding = finding.detail(name, keys.join(", "));
    }
    findings.push(finding);
    for (key, endpoint) in loaded.config.endpoints.not_microsofts() {
        let said = format!("not Microsoft's own: {}", endpoint.as_str());
        findings.push(
            Finding::new(Area::Configuration, key, Health::Careful, said)
                .remedy("Tokens are sent there. Right for a simulator or a proxy of yours; else remove it under [endpoints]."),
        );
    }
    if let Some(file) = &loaded.config.network.ca_file {
        findings.push(certificates("ca_file", file));
    }
    findings
}

/// A file with further root certificates.
fn certificates(name: &str, file: &Path) -> Finding {
    let shown = clean_to(&file.display().to_string(), 300).into_owned();
    match crate::services::diagnose::roots_in(file) {
        Ok(number) => {
            let further = if name == "ca_file" { "further " } else { "" };
            let said = format!("{number} {further}root certificates in {shown}");
            Finding::new(Area::Network, name, Health::Good, said)
        }
        Err(problem) => Finding::new(Area::Network, name, Health::Bad, format!("{shown}: {}", problem.said))
            .remedy(problem.remedy),
    }
}

/// What is on the other side: the way to each service, the clock, the tenant.
async fn outside(setup: &Setup, environment: Environment) -> Vec<Finding> {
    let config = &setup.config;
    let organization = config.organization.name.as_deref().unwrap_or(NOBODY);
    let tenant = config.tenant.id.as_deref();
    let mut findings = Vec::new();
    for variable in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        let Some(value) = environment.text(variable).filter(|value| !value.is_empty()) else { continue };
        let finding = if variable == "SSL_CERT_FILE" {
            certificates(variable, Path::new(&value))
        } else {
            let said = format!("certificates are looked for in {}", clean_to(&value, 200));
            Finding::new(Area::Network, variable, Health::Told, said)
        };
        findings.push(finding);
    }
    let settings = service_settings(setup, organization, tenant.unwrap_or(NOBODY));
    let settings = crate::services::Settings {
        limits: crate::services::Limits { tries: 2, ..settings.limits },
        ..settings
    };
    let services = match Services::new(settings, credentials(config), environment, Observer::none()) {
        Ok(services) => services,
        Err(problem) => {
            findings.push(
                Finding::new(Area::Network, "connections", Health::Bad, problem.said.clone())
                    .remedy(problem.remedy),
            );
            return findings;
        }
    };
    let (paths, discovered) = tokio::join!(Box::pin(services.diagnosis.paths()), async {
        match tenant {
            Some(_) => Some(services.entra.discover().await),
            None => None,
        }
    });
    findings.extend(paths.iter().map(network::Path::finding));
    findings.push(network::clock(&paths, crate::services::diagnose::clock_words));
    let login = config.endpoints.entra_login.as_str();
    findings.push(match discovered {
        None => Finding::new(Area::SignIn, "tenant", Health::Unknown, "no destination tenant is named yet"),
        Some(Err(problem)) => {
            Finding::new(Area::SignIn, "tenant", Health::Bad, problem.headline()).remedy(problem.remedy)
        }
        Some(Ok(found)) => {
            tenant_finding(login, &found.id.to_string(), found.region.as_deref(), &found.cloud)
        }
    });
    findings
}

fn tenant_finding(login: &str, id: &str, region: Option<&str>, cloud: &Cloud) -> Finding {
    let authority = format!("{}/{id}", login.trim_end_matches('/'));
    let at = region.map(|region| format!(", region {}", clean_to(region, 40))).unwrap_or_default();
    let (verdict, said, remedy) = match cloud {
        Cloud::Public { gcc } => {
            let gcc = if *gcc { " (GCC, which is part of it)" } else { "" };
            (Health::Good, format!("the tenant is in the public cloud{gcc}{at}"), "")
        }
        Cloud::National(name) => (
            Health::Bad,
            format!("the tenant is in {}{at}; nobody is signed in there", clean_to(name, 60)),
            "Azure DevOps Services connects to tenants of the public cloud only. Choose another destination tenant: \
             [tenant] id.",
        ),
        Cloud::Unrecognised(what) => (
            Health::Careful,
            format!("it is not known in which cloud the tenant is: {}{at}", clean_to(what, 120)),
            "Look in the Entra admin center whether it is a tenant of the public cloud before you rely on it.",
        ),
    };
    Finding::new(Area::SignIn, "tenant", verdict, said).remedy(remedy).detail("authority", authority)
}
