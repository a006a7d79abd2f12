//! The clients of the services, over one HTTP room. They return domain types and [`Problem`]s, and know nothing of
//! screens, stores or the configuration file.
//!
//! | module | asks |
//! | --- | --- |
//! | [`azure_devops`] | entitlements, graph, groups, identities, tokens; maps and removes |
//! | [`graph`] | Microsoft Graph: users, me, roles, policy; invites |
//! | [`entra`] | anonymous discovery of a tenant |
//! | [`probe`] | anonymously, what backs the organization |
//! | [`status`] | anonymously, the health of Azure DevOps |
//! | [`diagnose`] | the way to each service, step by step, for `doctor` |
//! | [`credential`] | environment, commands, the Azure CLI and the sign-in service for tokens |
//! | [`trial`] | tries a way of signing in, and says who it is and what is granted |
//! | [`wire`] | the services' JSON, also from files |
//!
//! Reads are repeated where that can help, and are safe to drop at any moment. Writes are sent once: without an answer
//! the outcome is [`crate::domain::ProblemKind::OutcomeUnknown`].

pub mod azure_devops;
pub mod credential;
pub mod diagnose;
pub mod entra;
pub mod graph;
mod http;
pub mod observer;
pub mod paging;
pub mod probe;
pub mod settings;
pub mod status;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod trial;
pub mod wire;

pub use azure_devops::{
    AgentPool, AzureDevOps, BatchRow, BatchTaken, GraphUser, Group, Membership, PeopleIn, PlannedCall, Taken,
};
pub use credential::{Credentials, Environment, TerminalUse, Way};
pub use diagnose::Diagnosis;
pub use entra::Entra;
pub use graph::{Delta, DeltaLink, DeltaRound, Graph, Invitation, Invited};
pub use http::Pass;
pub use observer::{Budget, Observer, RequestRecord, Traffic};
pub use paging::{Page, Pages, Progress, Raw, Skipped};
pub use probe::{Probe, ProbeReading};
pub use settings::{Endpoints, Limits, Settings};
pub use status::Status;
pub use wire::BadList;

use std::sync::Arc;

use secrecy::SecretString;

use credential::authority::Authority;
use credential::source::{Credential, is_same_pat};
use credential::terminal::Terminal;
use credential::{Keyring, Wire};
use http::Http;
use http::endpoint::Endpoint;
use http::proxy::Proxies;

use crate::domain::facts::AfterConnectTrial;
use crate::domain::problem::{Problem, Service};

/// All clients. Cheap to clone; clones share connections, tokens and waits.
#[derive(Debug, Clone)]
pub struct Services {
    /// Azure DevOps, with the credential for now.
    pub azure_devops: AzureDevOps,
    /// Azure DevOps, with the credential for after the switch.
    pub azure_devops_after: AzureDevOps,
    /// Microsoft Graph.
    pub graph: Graph,
    /// Discovery.
    pub entra: Entra,
    /// The anonymous watch.
    pub probe: Probe,
    /// Health.
    pub status: Status,
    /// The way to each service.
    pub diagnosis: Diagnosis,
    keyring: Keyring,
    http: Http,
}

impl Services {
    /// Builds the clients; nothing is sent and no credential is looked for yet. Fails on an endpoint that is no address,
    /// or plain `http` away from loopback, and on certificates that cannot be read.
    #[expect(clippy::needless_pass_by_value, reason = "made for this call and of no use after it")]
    pub fn new(
        settings: Settings,
        credentials: Credentials,
        environment: Environment,
        observer: Observer,
    ) -> Result<Self, Problem> {
        let organization = settings.organization.trim();
        let tenant = settings.tenant.trim();
        check_name(organization)?;
        let endpoints = &settings.endpoints;
        let core = Endpoint::parse(Service::AzureDevOps, &endpoints.azure_devops)?;
        let identity = Endpoint::parse(Service::AzureDevOpsIdentity, &endpoints.azure_devops_identity)?;
        let entitlements =
            Endpoint::parse(Service::AzureDevOpsEntitlements, &endpoints.azure_devops_entitlements)?;
        let audit = Endpoint::parse(Service::AzureDevOpsAudit, &endpoints.azure_devops_audit)?;
        let status = Endpoint::parse(Service::AzureDevOpsStatus, &endpoints.azure_devops_status)?;
        let graph = Endpoint::parse(Service::MicrosoftGraph, &endpoints.microsoft_graph)?;
        let login = Endpoint::parse(Service::EntraLogin, &endpoints.entra_login)?;
        let proxies = Proxies::of(|name| environment.text(name));
        let http = Http::new(&settings, proxies, observer.clone())?;
        let entra = Entra::new(&http, login.clone(), tenant);
        let terminal = Arc::new(Terminal::new(settings.terminal, observer.clone()));
        let wire = Wire { authority: Authority::new(&http, &login, &entra, tenant), observer, terminal };
        let keyring = Keyring::new(&credentials, environment, tenant, settings.limits.command, Some(&wire));
        let azure_devops = |credential| {
            AzureDevOps::new(
                &http,
                organization,
                credential,
                core.clone(),
                identity.clone(),
                entitlements.clone(),
                audit.clone(),
            )
        };
        Ok(Self {
            azure_devops: azure_devops(&keyring.azure_devops),
            azure_devops_after: azure_devops(&keyring.after_connect),
            graph: Graph::new(&http, &keyring.graph, graph, tenant),
            entra,
            probe: Probe::new(&http, core.clone(), organization),
            status: Status::new(&http, status),
            diagnosis: Diagnosis::new(&http, &settings.endpoints)?,
            keyring,
            http,
        })
    }

    /// Waits until a change may be sent to this service, for as long as it asks for.
    pub async fn admit(&self, service: Service) -> Pass {
        self.http.admit(service).await
    }

    /// Whether the token for this service comes from a variable, so that another one may be typed in. `connected`: the
    /// destination backs the organization.
    pub fn takes_token(&self, service: Service, connected: bool) -> bool {
        self.credential(service, connected).takes_token()
    }

    /// Uses a token that somebody typed in, in the place of the one in the variable, until the program ends.
    pub async fn take_token(
        &self,
        service: Service,
        connected: bool,
        token: SecretString,
    ) -> Result<(), Problem> {
        self.credential(service, connected).take(token).await
    }

    fn credential(&self, service: Service, connected: bool) -> &Credential {
        match service {
            Service::MicrosoftGraph | Service::EntraLogin => &self.keyring.graph,
            _ if connected => &self.keyring.after_connect,
            _ => &self.keyring.azure_devops,
        }
    }

    /// Tries out the way of signing in after the switch: gets a token by it and says for which tenant it is. Nothing is
    /// sent to Azure DevOps.
    pub async fn try_after_connect(&self) -> Result<AfterConnectTrial, Problem> {
        let credential = &self.keyring.after_connect;
        let token = credential.token().await.map_err(|problem| Problem {
            asked: format!("trying the way of signing in after the switch: {}", problem.asked),
            ..problem
        })?;
        let same_pat = is_same_pat(&self.keyring.azure_devops, credential, &token);
        let way = if same_pat { "same" } else { credential.way() };
        Ok(AfterConnectTrial { way: way.to_owned(), tenant: token.tenant, same_pat })
    }
}

impl Services {
    /// The screen has stepped aside for this request of a credential command.
    pub fn lend_terminal(&self, number: u64) {
        self.keyring.terminal.lend(number);
    }
}

/// The name stands in every address: only what cannot change the address is taken.
fn check_name(organization: &str) -> Result<(), Problem> {
    let plain = organization.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' '));
    if plain && !matches!(organization, "" | "." | "..") && organization.chars().count() <= 64 {
        return Ok(());
    }
    Err(Problem::local(
        "reading the organization's name",
        format!("`{}` is no name of an organization", crate::domain::text::clean_to(organization, 80)),
        "Name it as in https://dev.azure.com/{name}, without the address around it: [organization] name.",
    ))
}
