//! One organization and one destination tenant, opened: clients, store, settings. Everything that awaits starts here.

mod keeping;
mod opening;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::{mpsc, watch};

use crate::config::{Config, ConfigErrors};
use crate::domain::connection::readings::{Observation, TwoReadings};
use crate::domain::forecast::Forecast;
use crate::domain::matching::TenantIndex;
use crate::domain::people::{Directory, Roster};
use crate::domain::schedule::Call;
use crate::domain::schedule::intruder::Intruder;
use crate::domain::schedule::machine::Pace;
use crate::domain::{Backing, Problem, ProblemKind, Service, StorageKey, TenantId};
use crate::services::{AzureDevOps, BatchRow, DeltaLink, Environment, Invitation, Services};
use crate::store::{Claim, Store};

use super::apply::turns::Turns;
use super::attention::{Attention, Closed};
use super::context::Context;
use super::msg::Msg;
use super::strain::Strain;
use super::switch::Gate;

pub(super) use opening::service_settings;

/// What a session is opened with.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, set by name")]
pub struct Setup {
    /// The effective configuration; organization and tenant must be there.
    pub config: Config,
    /// Variables for credentials.
    pub environment: Environment,
    /// Where the store is.
    pub state_directory: PathBuf,
    /// Nothing may be changed at a service.
    pub read_only: bool,
    /// The services are the simulator's.
    pub simulated: bool,
    /// Sealed off: no proxy.
    pub sealed: bool,
    /// Whether the store may be opened for writing. Commands that only read still use it for decisions and ticks.
    pub use_store: bool,
}

/// The variables that credentials are looked for in, and that credential commands get.
pub fn environment_of(variables: impl Iterator<Item = (OsString, OsString)>) -> Environment {
    Environment::of(variables)
}

/// Why a session could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Organization or tenant are missing.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// An endpoint, a certificate file or a credential is unusable.
    #[error("{0}")]
    Services(Problem),
}

/// When the *before* reading was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum BeforeTaken {
    /// Not yet.
    #[default]
    No,
    /// While something was still to be prepared.
    Preparing,
    /// When everything was ready.
    Ready,
}

/// The people as last read.
#[derive(Debug, Clone, Default)]
pub(super) struct Latest {
    pub(super) roster: Option<Arc<Roster>>,
    pub(super) directory: Option<Arc<Directory>>,
    /// The index over them.
    pub(super) index: Option<Arc<TenantIndex>>,
    /// Where the changes of the tenant's people go on, and when all of them were read last.
    pub(super) changes: Option<(DeltaLink, Timestamp)>,
    /// When the tenant's people were read last, in whatever way.
    pub(super) directory_read: Option<Timestamp>,
    /// The latest comparison of them.
    pub(super) forecast: Option<Arc<Forecast>>,
    /// Something was read that is not kept in the store yet.
    pub(super) unsaved: bool,
    /// People whose key is gone were looked for since the last reading of the roster.
    pub(super) successors_sought: bool,
    /// When the *before* reading was taken in this session.
    pub(super) before_taken: BeforeTaken,
    /// The print of what was found and kept last.
    pub(super) found_kept: Option<u64>,
    /// The print of the prerequisites that were kept last.
    pub(super) readiness_kept: Option<u64>,
}

/// A call that a dry run shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryCall {
    /// `PATCH`, `DELETE`, `POST`.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// The JSON body, as text, where there is one.
    pub body: Option<String>,
}

/// An opened session. Cheap to clone through its `Arc`.
#[derive(Debug)]
pub struct Session {
    /// Names and settings.
    pub context: Arc<Context>,
    /// The clients.
    pub(super) services: Services,
    /// The store, once it was opened; inside, `None` where it could not be.
    store: OnceLock<Option<Store>>,
    /// How long this instance wants to be the only one on its store.
    claim: Claim,
    /// Where stores are; `None` for a run without one.
    state_directory: Option<PathBuf>,
    /// Where messages go.
    pub(super) tx: mpsc::Sender<Msg>,
    /// The destination backs the organization, by the latest probe: decides which credential is used.
    connected: AtomicBool,
    destination: OnceLock<TenantId>,
    backing: Mutex<TwoReadings>,
    /// The owner that the configuration names.
    pub(super) owner: Option<String>,
    /// The people as last read, for work that goes from person to person.
    latest: Mutex<Latest>,
    /// Signs that a service slows down.
    pub(super) strain: Arc<Strain>,
    /// How patient a run is with what is not to be seen yet.
    pace: Mutex<Pace>,
    /// Who stands in the way of a planned mapping, as far as it was told.
    alarms: Mutex<BTreeSet<Intruder>>,
    /// The pollers run.
    watched: AtomicBool,
    /// Whether anybody looks at the screen.
    pub(super) attention: Attention,
    /// Services that asked to wait.
    pub(super) closed: Arc<Closed>,
    /// The tenant's people are read by one at a time: what a list of changes says belongs to the list before it.
    pub(super) reading_directory: tokio::sync::Mutex<()>,
    /// The account of Azure DevOps that acts are written down with, once it was read.
    pub(super) account: Mutex<Option<String>>,
    /// Whether Azure DevOps takes the credential, and what was missed.
    pub(super) gate: Gate,
    /// Its own access tokens were asked for.
    own_tokens_asked: AtomicBool,
    /// The last directory whose name was asked for.
    named: Mutex<Option<TenantId>>,
    /// Whose turn it is to apply, or to read back.
    pub(super) turns: Turns,
    /// Goes up when somebody wants the long readings under way to stop.
    stops: watch::Sender<u64>,
}

impl Session {
    /// The Azure DevOps client with the credential that is right now.
    pub(super) fn azure_devops(&self) -> &AzureDevOps {
        if self.is_connected() { &self.services.azure_devops_after } else { &self.services.azure_devops }
    }

    /// The people as last read.
    pub(super) fn latest(&self) -> Latest {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes note of the people.
    pub(super) fn remember<T>(&self, change: impl FnOnce(&mut Latest) -> T) -> T {
        change(&mut self.latest.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How patient a run is.
    pub fn pace(&self) -> Pace {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes runs more or less patient: for tests and training, where nobody waits for a real service.
    pub fn set_pace(&self, pace: Pace) {
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner) = pace;
    }

    /// Looks at, or changes, who is known to stand in the way.
    pub(super) fn alarms<T>(&self, change: impl FnOnce(&mut BTreeSet<Intruder>) -> T) -> T {
        change(&mut self.alarms.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the pollers run.
    pub(super) fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed)
    }

    /// Takes note of whether the pollers run.
    pub(super) fn set_watched(&self, watched: bool) {
        self.watched.store(watched, Ordering::Relaxed);
    }

    /// Whether this session lasts for as long as a screen is open, so that lists will be read again.
    pub(super) fn lasts(&self) -> bool {
        self.claim == Claim::Lasting
    }

    /// The destination's id, where it is known by now.
    pub(super) fn destination(&self) -> Option<TenantId> {
        self.destination.get().copied()
    }

    /// The directory that backs the organization, where it is not the destination and its name was not asked for yet.
    pub(super) fn unnamed_backing(&self) -> Option<TenantId> {
        let destination = self.destination.get()?;
        let tenant = self.believed_backing()?.tenant().filter(|tenant| tenant != destination)?;
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        (named.replace(tenant) != Some(tenant)).then_some(tenant)
    }

    /// Whether the own access tokens are still to be asked for; the first who asks does it.
    pub(super) fn asks_for_own_tokens(&self) -> bool {
        !self.own_tokens_asked.swap(true, Ordering::Relaxed)
    }

    /// Whether the destination backs the organization, by the latest probe.
    pub(super) fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// The call that a run would send for this row. Nothing is sent.
    pub fn dry_call(&self, call: &Call, person: &StorageKey) -> DryCall {
        let azure = self.azure_devops();
        let planned = match call {
            Call::Map { descriptor, target } => azure.map_call(descriptor, *target),
            Call::Remove => azure.remove_call(person),
            Call::Invite { address } => self.services.graph.invite_call(&self.invitation(address, None)),
        };
        DryCall {
            method: planned.method.to_owned(),
            url: planned.url,
            body: planned.body.map(|body| body.to_string()),
        }
    }

    /// The call of the batch route for this one person; up to 20 go in one call. Nothing is sent.
    pub fn dry_batch(&self, source: &str, target: &str) -> DryCall {
        let row = BatchRow { source: source.to_owned(), target: target.to_owned() };
        let planned = self.azure_devops().batch_call(&[row]);
        DryCall {
            method: planned.method.to_owned(),
            url: planned.url,
            body: planned.body.map(|body| body.to_string()),
        }
    }

    /// The invitation for this address.
    pub(super) fn invitation(&self, address: &str, display_name: Option<String>) -> Invitation {
        Invitation {
            address: address.to_owned(),
            display_name,
            redirect_url: format!("https://dev.azure.com/{}", self.context.organization),
            send_mail: true,
        }
    }

    /// Takes note of the destination's id, which never changes.
    pub(super) fn set_destination(&self, tenant: TenantId) {
        let _ = self.destination.set(tenant);
        self.choose_credential();
    }

    /// Takes in one reading of the probe; it is believed after a second, equal one. A change is left at the gate, for the watch
    /// to announce.
    pub(super) fn observe(&self, reading: Option<Backing>) -> Observation {
        let observation = self.backing.lock().unwrap_or_else(PoisonError::into_inner).observe(reading);
        self.choose_credential();
        if let Observation::Changed { from, .. } = observation {
            self.gate.turned(from);
        }
        observation
    }

    /// What backs the organization, as far as two equal readings said.
    pub(super) fn believed_backing(&self) -> Option<Backing> {
        self.backing.lock().unwrap_or_else(PoisonError::into_inner).announced()
    }

    /// Whether another token for this service may be typed in.
    pub(super) fn takes_token(&self, service: Service) -> bool {
        self.services.takes_token(service, self.is_connected())
    }

    /// Uses a token that was typed in.
    pub(super) async fn take_token(&self, service: Service, token: SecretString) -> Result<(), Problem> {
        self.services.take_token(service, self.is_connected(), token).await
    }

    fn choose_credential(&self) {
        let tenant = self.believed_backing().and_then(Backing::tenant);
        let connected = tenant.is_some() && tenant.as_ref() == self.destination.get();
        self.connected.store(connected, Ordering::Relaxed);
    }

    /// Hands a message to whoever shows it. Waits while the screen is behind; a screen that is gone ends the wait.
    pub(super) async fn tell(&self, msg: Msg) {
        self.gate.hear(&msg);
        // The receiver is gone only when the program is ending.
        let _ = self.tx.send(msg).await;
    }

    /// Ends a sign-in by code that is under way.
    pub fn cancel_sign_in(&self) {
        self.services.cancel_sign_in();
    }

    /// Stops the long readings that are under way: lists of people, tokens, a snapshot. What was read before stays.
    pub(super) fn stop_reading(&self) {
        self.stops.send_modify(|number| *number += 1);
    }

    /// Told when the readings that are under way now are to stop.
    pub(super) fn stop(&self) -> watch::Receiver<u64> {
        self.stops.subscribe()
    }

    /// Does this, unless it is stopped meanwhile.
    pub(super) async fn unless_stopped<T>(
        &self,
        asked: &str,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let mut stop = self.stop();
        tokio::select! {
            biased;
            result = work => result,
            Ok(()) = stop.changed() => Err(Problem {
                kind: ProblemKind::Cancelled,
                ..Problem::local(asked, "it was stopped", "What was read before stays; `r` reads again.")
            }),
        }
    }
}
