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
//! | [`credential`] | environment, commands and the Azure CLI for tokens |
//! | [`wire`] | the services' JSON, also from files |
//!
//! Reads are repeated where that can help, and are safe to drop at any moment. Writes are sent once: without an answer
//! the outcome is [`crate::domain::ProblemKind::OutcomeUnknown`].

pub mod azure_devops;
pub mod credential;
pub mod entra;
pub mod graph;
pub mod observer;
pub mod paging;
pub mod probe;
pub mod settings;
pub mod status;
pub mod wire;

pub use azure_devops::{AzureDevOps, GraphUser, Group, Membership, PlannedCall, Taken};
pub use credential::{Credentials, Environment, Way};
pub use entra::Entra;
pub use graph::{Graph, Invitation, Invited};
pub use observer::{Budget, Observer, RequestRecord, Traffic};
pub use paging::{Page, Pages, Progress, Raw, Skipped};
pub use probe::{Probe, ProbeReading};
pub use settings::{Endpoints, Limits, Settings};
pub use status::Status;

use crate::domain::facts::AfterConnectTrial;
use crate::domain::problem::Problem;

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
}

impl Services {
    /// Builds the clients; nothing is sent and no credential is looked for yet. Fails on an endpoint that is no address,
    /// or plain `http` away from loopback, and on certificates that cannot be read.
    pub fn new(
        settings: Settings,
        credentials: Credentials,
        environment: Environment,
        observer: Observer,
    ) -> Result<Self, Problem> {
        let _ = (settings, credentials, environment, observer);
        Err(unfinished())
    }

    /// Tries out the way of signing in after the switch: gets a token by it and says for which tenant it is.
    pub async fn try_after_connect(&self) -> Result<AfterConnectTrial, Problem> {
        std::future::ready(Err(unfinished())).await
    }
}

fn unfinished() -> Problem {
    Problem::local("asking a service", "this client is not built yet", "")
}
