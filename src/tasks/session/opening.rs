//! From the configuration to an opened session.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::config::{Goal as GoalSetting, Route};
use crate::services::{Endpoints, Services, Settings, TerminalUse};
use crate::store::Claim;
use crate::tasks::apply::turns::Turns;
use crate::tasks::attention::{Attention, Closed};
use crate::tasks::context::{ConfiguredGoal, Context};
use crate::tasks::msg::Msg;
use crate::tasks::signin;
use crate::tasks::strain::Strain;
use crate::tasks::switch::Gate;
use crate::tasks::traffic::observer;

use super::{Session, Setup, SetupError};

/// How many messages may wait for the screen. Lines of the request log are dropped when it is full; nothing else is.
const MESSAGES: usize = 4096;

impl Session {
    /// Builds the clients and opens the store. Sends nothing to a service.
    pub async fn open(setup: Setup) -> Result<(Arc<Self>, mpsc::Receiver<Msg>), SetupError> {
        Self::open_as(setup, Claim::Passing).await
    }

    /// [`Session::open`] for as long as a screen is open: no other instance may decide or apply meanwhile.
    pub async fn open_lasting(setup: Setup) -> Result<(Arc<Self>, mpsc::Receiver<Msg>), SetupError> {
        Self::open_as(setup, Claim::Lasting).await
    }

    async fn open_as(setup: Setup, claim: Claim) -> Result<(Arc<Self>, mpsc::Receiver<Msg>), SetupError> {
        let (tx, rx) = mpsc::channel(MESSAGES);
        let target = setup.config.require_target()?;
        let (organization, tenant) = (target.organization.to_owned(), target.tenant.to_owned());
        let strain = Arc::new(Strain::default());
        let closed = Arc::new(Closed::default());
        let services = Services::new(
            Settings {
                terminal: match claim {
                    Claim::Passing => TerminalUse::Free,
                    Claim::Lasting => TerminalUse::OnRequest,
                },
                ..service_settings(&setup, &organization, &tenant)
            },
            signin::credentials(&setup.config),
            setup.environment.clone(),
            observer(tx.clone(), Arc::clone(&strain), Arc::clone(&closed)),
        )
        .map_err(SetupError::Services)?;
        let context = Arc::new(context(&setup, organization, tenant));
        let session = Self {
            context,
            services,
            store: OnceLock::new(),
            claim,
            state_directory: setup.use_store.then(|| setup.state_directory.clone()),
            tx,
            connected: AtomicBool::new(false),
            destination: OnceLock::new(),
            backing: Mutex::default(),
            owner: setup.config.organization.owner.clone(),
            latest: Mutex::default(),
            strain,
            pace: Mutex::default(),
            alarms: Mutex::default(),
            watched: AtomicBool::new(false),
            attention: Attention::default(),
            closed,
            reading_directory: tokio::sync::Mutex::default(),
            account: Mutex::default(),
            gate: Gate::default(),
            own_tokens_asked: AtomicBool::new(false),
            named: Mutex::default(),
            turns: Turns::default(),
            stops: watch::Sender::new(0),
        };
        // A GUID in the configuration needs no discovery.
        if let Ok(id) = session.context.tenant.parse() {
            session.set_destination(id);
            session.open_store(id).await;
        }
        Ok((Arc::new(session), rx))
    }
}

/// What the clients are made with.
pub(in crate::tasks) fn service_settings(setup: &Setup, organization: &str, tenant: &str) -> Settings {
    let endpoints = &setup.config.endpoints;
    Settings {
        endpoints: Endpoints {
            azure_devops: endpoints.azure_devops.as_str().to_owned(),
            azure_devops_identity: endpoints.azure_devops_identity.as_str().to_owned(),
            azure_devops_entitlements: endpoints.azure_devops_entitlements.as_str().to_owned(),
            azure_devops_audit: endpoints.azure_devops_audit.as_str().to_owned(),
            azure_devops_status: endpoints.azure_devops_status.as_str().to_owned(),
            microsoft_graph: endpoints.microsoft_graph.as_str().to_owned(),
            entra_login: endpoints.entra_login.as_str().to_owned(),
        },
        ca_file: setup.config.network.ca_file.clone(),
        no_proxy: setup.sealed,
        seed: fastrand::u64(..),
        ..Settings::new(organization, tenant)
    }
}

fn context(setup: &Setup, organization: String, tenant: String) -> Context {
    let config = &setup.config;
    Context {
        organization,
        tenant,
        azure_devops_way: config.credentials.azure_devops.kind.as_str().to_owned(),
        entra_way: config.credentials.entra.kind.as_str().to_owned(),
        portal: config.endpoints.azure_devops.as_str().to_owned(),
        simulated: setup.simulated,
        read_only: setup.read_only,
        offline: None,
        goal: match config.connection.goal {
            GoalSetting::Auto => ConfiguredGoal::Auto,
            GoalSetting::Disconnect => ConfiguredGoal::Disconnect,
        },
        inactive_after_days: config.review.inactive_after_days,
        protected: config.review.protected.iter().cloned().collect(),
        concurrency: usize::try_from(config.apply.concurrency).unwrap_or(1).max(1),
        stop_after_failures: config.apply.stop_after_failures,
        reread_after: Duration::from_secs(u64::from(config.apply.reread_after_minutes) * 60),
        poll_tenant: config.polling.tenant,
        poll_users: config.polling.users,
        poll_health: config.polling.health,
        candidates: 5,
        batch_route: config.apply.route == Route::Batch,
    }
}
