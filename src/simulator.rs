//! The services, played on loopback: Azure DevOps, Microsoft Graph and Entra sign-in, under one port.
//!
//! For `ado2entra demo`, for the tests, and for training. What holds in this room:
//!
//! - It uses nothing else of this program, and has wire types of its own, so that a misreading of a service in our
//!   client cannot hide here. Contract tests check its answers against the published descriptions.
//! - Each service has a path of its own ([`Endpoints`]); the services' paths are appended, as with the real hosts.
//! - State changes as the real one does (see `world`); what nobody has published is a switch ([`Fault`]).
//! - It says that it is a simulation: in a header of every answer, and on its portal page. It listens on loopback
//!   only and answers to its own name only. Tokens, people and companies are made up.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use ado2entra::simulator::{Options, start};
//!
//! let simulator = start(Options::default()).await?;
//! let config = simulator.config_toml(std::path::Path::new("/tmp/state"));
//! simulator.control().connect();
//! simulator.stop().await;
//! # Ok(()) }
//! ```

mod answer;
mod changes;
mod control;
mod devops;
mod fault;
mod ids;
mod interference;
mod listener;
mod login;
mod msgraph;
mod options;
mod paging;
mod portal;
mod query;
mod quota;
mod remote;
mod scenarios;
mod server;
mod sign_in;
mod tokens;
mod world;

use std::{fmt::Write as _, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo};
use tokio::{net::TcpListener, task::JoinHandle};

pub use self::{
    changes::{Change, Effects, Moment},
    control::{Control, LoggedRequest, TenantChange},
    fault::{Fault, UnknownFault},
    interference::Aim,
    options::{Options, Scenario, StartError, UnknownScenario},
    quota::{Consumption, Quota, UNDER_WAY},
    sign_in::{SignInAnswer, SignInWay, UnknownSignInAnswer, UnknownSignInWay},
};
use self::{
    listener::{Cut, LoopbackListener},
    server::Shared,
};

/// The most people on one side that a scenario can number.
const MAX_PEOPLE: usize = 5_000_000;

/// The base URLs of the services, one for each key of the configuration's `[endpoints]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// `dev.azure.com`
    pub azure_devops: String,
    /// `vssps.dev.azure.com`
    pub azure_devops_identity: String,
    /// `vsaex.dev.azure.com`
    pub azure_devops_entitlements: String,
    /// `auditservice.dev.azure.com`
    pub azure_devops_audit: String,
    /// `status.dev.azure.com`
    pub azure_devops_status: String,
    /// `graph.microsoft.com`
    pub microsoft_graph: String,
    /// `login.microsoftonline.com`
    pub entra_login: String,
}

/// A running simulator. It ends when this is dropped, or in order with [`Simulator::stop`].
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    server: JoinHandle<()>,
}

/// Starts a simulator and returns as soon as it listens.
///
/// Fails with [`StartError`] where the address is not a loopback one, the port is taken, or more people are asked
/// for than ids can number. Must be called inside a tokio runtime, which then carries the server.
pub async fn start(options: Options) -> Result<Simulator, StartError> {
    let asked = options.org_users.unwrap_or(0).max(options.tenant_users.unwrap_or(0));
    if asked > MAX_PEOPLE {
        return Err(StartError::TooMany { asked, max: MAX_PEOPLE });
    }
    let address = options.listen;
    if !address.ip().is_loopback() {
        return Err(StartError::NotLoopback(address));
    }
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;

    let shared = Arc::new(Shared::new(options, address));
    let serving = Arc::clone(&shared);
    let router = Router::new().fallback(move |ConnectInfo(cut): ConnectInfo<Cut>, request| {
        server::serve(Arc::clone(&serving), cut, request)
    });
    let stopping = shared.stop.clone();
    let server = tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<Cut>();
        let served = axum::serve(LoopbackListener(listener), service)
            .with_graceful_shutdown(async move { stopping.cancelled().await });
        // accepting never fails for good (see the listener), so there is nothing to report
        let _ = served.await;
    });
    Ok(Simulator { shared, address, server })
}

impl Simulator {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`
    pub fn base(&self) -> &str {
        &self.shared.base
    }

    /// The organization's name.
    pub fn organization(&self) -> &str {
        &self.shared.names.organization
    }

    /// The destination tenant's initial domain.
    pub fn tenant_domain(&self) -> &str {
        &self.shared.names.tenant_domain
    }

    /// The destination tenant's id.
    pub fn tenant_id(&self) -> &str {
        &self.shared.names.tenant_id
    }

    /// The base URLs of the services.
    pub fn endpoints(&self) -> Endpoints {
        let at = |path: &str| format!("{}/{path}", self.shared.base);
        Endpoints {
            azure_devops: at("devops"),
            azure_devops_identity: at("vssps"),
            azure_devops_entitlements: at("vsaex"),
            azure_devops_audit: at("audit"),
            azure_devops_status: at("status"),
            microsoft_graph: at("graph"),
            entra_login: at("login"),
        }
    }

    /// The page with the Connect button, for a browser.
    pub fn portal_url(&self) -> String {
        format!("{}/devops/{}/_settings/organizationAad", self.shared.base, self.organization())
    }

    /// The operator's access token for Azure DevOps, to be sent as the password of Basic authentication.
    pub fn azure_devops_token(&self) -> &str {
        &self.shared.tokens.pat
    }

    /// A bearer token for Microsoft Graph.
    pub fn graph_token(&self) -> &str {
        &self.shared.tokens.graph
    }

    /// A bearer token for Azure DevOps, of the destination tenant: good once that tenant backs the organization.
    pub fn azure_devops_entra_token(&self) -> &str {
        &self.shared.tokens.devops
    }

    /// The id of the application that may sign in.
    pub fn client_id(&self) -> &'static str {
        sign_in::CLIENT_ID
    }

    /// The application's secret.
    pub fn client_secret(&self) -> &'static str {
        sign_in::CLIENT_SECRET
    }

    /// A complete configuration with which the program works against this simulator in an empty environment.
    pub fn config_toml(&self, state_directory: &Path) -> String {
        self.config_toml_with(state_directory, SignInWay::Command)
    }

    /// A complete configuration that signs in to the tenant in this way. `client-secret` needs the application's secret
    /// ([`Simulator::client_secret`]) in the variable `ADO2ENTRA_SIMULATED_SECRET`.
    pub fn config_toml_with(&self, state_directory: &Path, way: SignInWay) -> String {
        let endpoints = self.endpoints();
        let command = |token: &str| format!("[\"printf\", \"%s\", {}]", toml_string(token));
        let by_command = format!(
            "after_connect = \"command\"\nafter_command = {}",
            command(self.azure_devops_entra_token())
        );
        let id = toml_string(self.client_id());
        let (after, entra) = match way {
            SignInWay::Command => {
                (by_command, format!("kind = \"command\"\ncommand = {}", command(self.graph_token())))
            }
            SignInWay::DeviceCode => (
                "after_connect = \"entra\"".to_owned(),
                format!(
                    "kind = \"device-code\"\nclient_id = {id}\n\
                     permissions = [\"User.Invite.All\", \"Policy.Read.All\", \"GroupMember.Read.All\"]"
                ),
            ),
            // An application is nobody's account in the organization.
            SignInWay::ClientSecret => (
                by_command,
                format!(
                    "kind = \"client-secret\"\nclient_id = {id}\nsecret_env = \"ADO2ENTRA_SIMULATED_SECRET\""
                ),
            ),
        };
        let mut text = String::from("# A simulation: made-up organization, tenant and tokens.\n");
        let _ = write!(
            text,
            "[organization]\nname = {}\n\n[tenant]\nid = {}\n\n\
             [credentials.azure_devops]\nkind = \"command\"\ncommand = {}\n{}\n\n\
             [credentials.entra]\n{}\n\n\
             [state]\ndirectory = {}\n\n[endpoints]\n",
            toml_string(self.organization()),
            toml_string(self.tenant_domain()),
            command(self.azure_devops_token()),
            after,
            entra,
            toml_string(&state_directory.to_string_lossy()),
        );
        let lines = [
            ("azure_devops", &endpoints.azure_devops),
            ("azure_devops_identity", &endpoints.azure_devops_identity),
            ("azure_devops_entitlements", &endpoints.azure_devops_entitlements),
            ("azure_devops_audit", &endpoints.azure_devops_audit),
            ("azure_devops_status", &endpoints.azure_devops_status),
            ("microsoft_graph", &endpoints.microsoft_graph),
            ("entra_login", &endpoints.entra_login),
        ];
        for (key, url) in lines {
            let _ = writeln!(text, "{key} = {}", toml_string(url));
        }
        text
    }

    /// A handle to what the simulation does and has seen.
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.shared))
    }

    /// Stops listening, ends what is still being answered, and returns when the port is free.
    pub async fn stop(mut self) {
        self.shared.stop.cancel();
        // an answer that a client does not read would keep the server waiting
        if tokio::time::timeout(Duration::from_secs(2), &mut self.server).await.is_err() {
            self.server.abort();
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

fn toml_string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
