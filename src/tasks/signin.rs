//! From the configuration to the ways of signing in, and trying one out before anything depends on it.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::config::{AfterConnect, AzureDevOpsWay, CommandLine, Config, EntraWay};
use crate::domain::Problem;
use crate::domain::plan::{Decision, PlanRow, RowState};
use crate::domain::signin::{SignInStep, SignedIn, TerminalStep};
use crate::services::{Credentials, Environment, Services, Way};

use super::msg::Msg;
use super::session::{self, Setup, SetupError};
use super::traffic::observer;

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

/// Hands a step of signing in to whoever shows it; never dropped while somebody listens.
pub(super) fn tell(tx: &mpsc::Sender<Msg>, step: SignInStep) {
    tell_surely(tx, Msg::SignIn(step));
}

fn tell_surely(tx: &mpsc::Sender<Msg>, msg: Msg) {
    use mpsc::error::TrySendError;
    if let Err(TrySendError::Full(msg)) = tx.try_send(msg)
        && let Ok(runtime) = tokio::runtime::Handle::try_current()
    {
        let tx = tx.clone();
        drop(runtime.spawn(async move { tx.send(msg).await }));
    }
}

/// Hands on that a command wants the terminal, or gives it back; never dropped while somebody listens.
pub(super) fn tell_terminal(tx: &mpsc::Sender<Msg>, step: TerminalStep) {
    tell_surely(tx, Msg::Terminal(step));
}

/// A way of signing in, being tried: for the set-up screen. Cheap to clone; clones share the sign-in.
///
/// ```no_run
/// # async fn example(setup: &ado2entra::tasks::Setup) -> Result<(), Box<dyn std::error::Error>> {
/// use ado2entra::tasks::signin::Trial;
///
/// let (trial, mut messages) = Trial::new(setup)?;
/// let entra = trial.entra().await?;         // a code to type in arrives as Msg::SignIn in `messages`
/// println!("{:?} {:?}", entra.who, entra.granted.missing_lines());
/// let azure_devops = trial.azure_devops().await?;
/// # let _ = (azure_devops, messages.recv().await);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Trial {
    services: Services,
}

impl Trial {
    /// Prepares the ways of this configuration; organization and tenant must be there. Sends nothing. Steps of a sign-in by
    /// code, and the requests, arrive as messages.
    pub fn new(setup: &Setup) -> Result<(Self, mpsc::Receiver<Msg>), SetupError> {
        let (tx, rx) = mpsc::channel(256);
        let target = setup.config.require_target()?;
        let services = Services::new(
            session::service_settings(setup, target.organization, target.tenant),
            credentials(&setup.config),
            Environment::clone(&setup.environment),
            observer(tx, Arc::default()),
        )
        .map_err(SetupError::Services)?;
        Ok((Self { services }, rx))
    }

    /// Signs in to the tenant: who that is, what is granted, what is missing. May wait for a person for as long as the code is
    /// good; [`Trial::cancel`] ends that.
    pub async fn entra(&self) -> Result<SignedIn, Problem> {
        self.services.ask_again();
        self.services.try_entra().await
    }

    /// Signs in to Azure DevOps, by the way that is for now: who that is.
    pub async fn azure_devops(&self) -> Result<SignedIn, Problem> {
        self.services.ask_again();
        self.services.try_azure_devops().await
    }

    /// Ends a sign-in by code that is under way.
    pub fn cancel(&self) {
        self.services.cancel_sign_in();
    }

    /// Hands the sign-in on to a session that was opened for the same application and tenant, so that nobody has to type a code
    /// twice. To be called before the session reads anything.
    pub fn hand_over(&self, session: &Arc<session::Session>) {
        session.services.adopt_sign_in(&self.services);
    }
}
