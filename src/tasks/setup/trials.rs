//! One function a subject: asks, and tells each answer at once.

use std::path::PathBuf;
use std::time::Duration;

use super::{Finding, Found, Permission, Subject};
use crate::config::Config;
use crate::domain::Problem;
use crate::services::paging::Raw;
use crate::services::{Limits, Observer, Services, Settings};
use crate::tasks::session::service_settings;
use crate::tasks::signin::credentials;
use crate::tasks::{Environment, Setup};

/// Stands in the addresses while no organization was named; nothing is sent to them then.
const NOBODY: &str = "unnamed";

/// Somebody waits in front of the screen: a few tries, and no long patience.
fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(10),
        first_byte: Duration::from_secs(40),
        tries: 3,
        patience: Duration::from_secs(40),
        ..Limits::default()
    }
}

/// Clients with these values. What they tell while somebody signs in goes to `observer`.
pub(super) fn services(
    config: &Config,
    environment: Environment,
    observer: Observer,
) -> Result<Services, Problem> {
    let organization = config.organization.name.as_deref().unwrap_or(NOBODY);
    let tenant = config.tenant.id.as_deref().unwrap_or(NOBODY);
    let setup = Setup {
        config: config.clone(),
        environment: environment.clone(),
        state_directory: PathBuf::new(),
        read_only: true,
        simulated: false,
        sealed: false,
        use_store: false,
    };
    let settings = Settings { limits: limits(), ..service_settings(&setup, organization, tenant) };
    Services::new(settings, credentials(config), environment, observer)
}

/// Tries one subject.
pub(super) async fn run(subject: Subject, services: &Services, found: Found<'_>) {
    match subject {
        Subject::Organization => organization(services, found).await,
        Subject::Tenant => tenant(services, found).await,
        Subject::AzureDevOps => azure_devops(services, found).await,
        Subject::Entra => entra(services, found).await,
        Subject::AfterConnect => after_connect(services, found).await,
    }
}

async fn organization(services: &Services, found: Found<'_>) {
    let finding = match services.probe.read().await {
        Ok(reading) => Finding::Backing(reading.backing, reading.notes),
        Err(problem) => Finding::Failed(problem),
    };
    found.tell(finding).await;
}

async fn tenant(services: &Services, found: Found<'_>) {
    let finding = match services.entra.discover().await {
        Ok(tenant) => Finding::Tenant(tenant),
        Err(problem) => Finding::Failed(problem),
    };
    found.tell(finding).await;
}

async fn azure_devops(services: &Services, found: Found<'_>) {
    let azure = &services.azure_devops;
    let operator = match azure.operator().await {
        Ok(operator) => operator,
        Err(problem) => return found.tell(Finding::Failed(problem)).await,
    };
    found.tell(Finding::Operator(operator.clone())).await;
    let people = async {
        let result = azure.users(Raw::Drop).next().await.map(drop);
        tell(found, "the organization's people", "nothing can be compared or mapped", true, result).await;
    };
    let groups = async {
        let result = azure.graph_users(&["msa", "aad"], Raw::Drop).next().await.map(drop);
        let without = "administrators and hidden identities are not known, and nobody can be mapped";
        tell(found, "identities and groups", without, true, result).await;
    };
    let owner = async {
        let result = azure.owner().await.map(drop);
        tell(found, "the organization's owner", "the owner is asked of you once", false, result).await;
    };
    let tokens = async {
        let Some(descriptor) = &operator.descriptor else { return };
        let result = azure.tokens(descriptor).await;
        let global = result.as_ref().is_ok_and(|own| own.global_tokens > 0);
        let without = "people's tokens and SSH keys are not counted";
        tell(found, "access tokens and SSH keys", without, false, result.map(drop)).await;
        // Which of one's own tokens this is does not show; that it may be one that ends soon does.
        if global && services.signs_in_by_token().await {
            let problem = Problem::local(
                "looking at your own access tokens",
                "one of them is for all organizations",
                "Tokens for all organizations end on 2026-12-01. If this is one, make a token for this organization only.",
            );
            let without = "it may end on 2026-12-01, in the middle of the work";
            tell(found, "an access token for this organization only", without, false, Err(problem)).await;
        }
    };
    tokio::join!(Box::pin(people), Box::pin(groups), Box::pin(owner), Box::pin(tokens));
}

async fn entra(services: &Services, found: Found<'_>) {
    let graph = &services.graph;
    services.ask_again();
    let profile = match services.try_tenant().await {
        Ok((signed_in, profile)) => {
            found.tell(Finding::SignedIn(Box::new(signed_in))).await;
            profile
        }
        Err(problem) => return found.tell(Finding::Failed(problem)).await,
    };
    match profile {
        Ok(profile) => found.tell(Finding::Profile(profile)).await,
        Err(problem) => {
            let result = Err(problem);
            tell(
                found,
                "the tenant's name",
                "a wrong tenant would not be noticed by its name",
                false,
                result,
            )
            .await;
        }
    }
    let people = async {
        let result = graph.has_users().await.map(drop);
        tell(found, "the tenant's people", "nobody can be compared with anybody", true, result).await;
    };
    let invitations = async {
        match graph.invitation_policy().await {
            Ok(policy) => found.tell(Finding::Invitations(policy)).await,
            Err(problem) => {
                let without = "whether you may invite guests shows only when you do";
                tell(found, "who may invite guests", without, false, Err(problem)).await;
            }
        }
    };
    tokio::join!(Box::pin(people), Box::pin(invitations));
}

async fn after_connect(services: &Services, found: Found<'_>) {
    let finding = match services.try_after_connect().await {
        Ok(trial) => Finding::After(trial),
        Err(problem) => Finding::Failed(problem),
    };
    found.tell(finding).await;
}

async fn tell(
    found: Found<'_>,
    reads: &'static str,
    without: &'static str,
    required: bool,
    result: Result<(), Problem>,
) {
    found.tell(Finding::Permission(Permission { reads, without, required, result })).await;
}
