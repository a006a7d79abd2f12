//! The first start: tries what is typed into the set-up screen, piece by piece, and writes the configuration file.
//!
//! What holds: nothing is changed at a service; one try of a subject is under way at a time, a newer one ends the older; what
//! is found is told at once, piece by piece, with the number of its try, so that an answer that comes late is recognised. A
//! file that exists is never written over.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, EntraKind};
use crate::domain::connection::Backing;
use crate::domain::facts::{AfterConnectTrial, InvitationPolicy, Operator, TenantDiscovery, TenantProfile};
use crate::domain::signin::{SignInStep, SignedIn};
use crate::domain::{Problem, ProblemKind};
use crate::services::{Environment, Observer, Services, Traffic};

use super::session::Session;
use super::traffic::deliver;

mod file;
mod trials;

pub use file::{Place, PlaceState};

/// How many messages may wait for the screen.
const MESSAGES: usize = 256;

/// What is tried, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Whether the organization exists, and what backs it. Asked without any credential.
    Organization,
    /// Which tenant this is, and in which cloud. Asked without any credential.
    Tenant,
    /// Who signs in to Azure DevOps, and what they may read.
    AzureDevOps,
    /// Who signs in to the tenant, and what they may read.
    Entra,
    /// Whether the way of signing in after the switch gives a token.
    AfterConnect,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Organization, Self::Tenant, Self::AzureDevOps, Self::Entra, Self::AfterConnect];
}

/// A permission that was tried by using it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// What it lets one read, in words: `the organization's people`.
    pub reads: &'static str,
    /// What cannot be done without it.
    pub without: &'static str,
    /// Nothing works without it.
    pub required: bool,
    /// Why it is not there.
    pub result: Result<(), Problem>,
}

/// One thing that was found out.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// The organization answered; what backs it (`None`: the answer does not say, for the reasons given).
    Backing(Option<Backing>, Vec<String>),
    /// The tenant.
    Tenant(TenantDiscovery),
    /// The account behind the Azure DevOps credential.
    Operator(Operator),
    /// The tenant's own page, read with the credential.
    Profile(TenantProfile),
    /// A step of a sign-in by a code.
    SignIn(SignInStep),
    /// The account that reads the tenant, and what its token is worth.
    SignedIn(Box<SignedIn>),
    /// Who may invite guests.
    Invitations(InvitationPolicy),
    /// A permission.
    Permission(Permission),
    /// The way of signing in after the switch.
    After(AfterConnectTrial),
    /// It did not work at all.
    Failed(Problem),
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum SetupEffect {
    /// Try a subject with these values, after a moment in which somebody may still be choosing.
    Try {
        /// What.
        subject: Subject,
        /// Comes back with every finding.
        number: u64,
        /// The values; whatever the subject does not need is left at its default.
        config: Box<Config>,
        /// How long to wait before anything is sent.
        after: Duration,
    },
    /// End the try that is under way: its values are being changed.
    Stop(Subject),
    /// See what is at the place of the configuration file.
    LookAt {
        /// The place.
        path: PathBuf,
        /// The file will name commands: then nobody else may be able to write to its folder.
        commands: bool,
    },
    /// Write the configuration file.
    Write {
        /// Where.
        path: PathBuf,
        /// Its text.
        text: String,
    },
}

/// What happened.
#[derive(Debug, Clone)]
pub enum SetupMsg {
    /// Found out in this try.
    Found(Subject, u64, Box<Finding>),
    /// This try is over.
    Ended(Subject, u64),
    /// What is at the place of the configuration file.
    PlaceSeen(Place),
    /// The file is on the disk.
    Written(PathBuf),
    /// It is not.
    NotWritten(Problem),
}

/// Tries things. Cheap to share through its `Arc`; call it inside of a runtime.
#[derive(Debug)]
pub struct Prober {
    environment: Environment,
    tx: mpsc::Sender<SetupMsg>,
    running: Mutex<BTreeMap<Subject, CancellationToken>>,
    /// The last sign-in by a code. Whoever needs it waits here, so that only one code is shown at a time.
    signed_in: tokio::sync::Mutex<Option<Services>>,
}

impl Prober {
    /// With the variables in which credentials are looked for.
    pub fn new(environment: Environment) -> (Arc<Self>, mpsc::Receiver<SetupMsg>) {
        let (tx, rx) = mpsc::channel(MESSAGES);
        (
            Arc::new(Self {
                environment,
                tx,
                running: Mutex::default(),
                signed_in: tokio::sync::Mutex::default(),
            }),
            rx,
        )
    }

    /// Starts the work; what comes of it is told as messages.
    pub fn run(self: &Arc<Self>, effect: SetupEffect) {
        match effect {
            SetupEffect::Try { subject, number, config, after } => {
                let stop = self.replace(subject);
                let prober = Arc::clone(self);
                tokio::spawn(async move {
                    let work = async {
                        tokio::time::sleep(after).await;
                        // Boxed: the trials together are large for the stack of a thread.
                        Box::pin(prober.attempt(subject, number, &config)).await;
                    };
                    // A dropped try closes its connections and ends its commands.
                    let _ = stop.run_until_cancelled(work).await;
                });
            }
            SetupEffect::Stop(subject) => {
                if let Some(stop) = self.running().remove(&subject) {
                    stop.cancel();
                }
            }
            SetupEffect::LookAt { path, commands } => {
                let tx = self.tx.clone();
                tokio::spawn(async move {
                    if let Ok(place) = tokio::task::spawn_blocking(move || file::look(path, commands)).await {
                        let _ = tx.send(SetupMsg::PlaceSeen(place)).await;
                    }
                });
            }
            SetupEffect::Write { path, text } => {
                let tx = self.tx.clone();
                tokio::spawn(async move {
                    let told = match file::write(&path, text).await {
                        Ok(()) => SetupMsg::Written(path),
                        Err(problem) => SetupMsg::NotWritten(problem),
                    };
                    let _ = tx.send(told).await;
                });
            }
        }
    }

    /// Ends everything that is under way.
    pub fn stop(&self) {
        for (_, stop) in std::mem::take(&mut *self.running()) {
            stop.cancel();
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, BTreeMap<Subject, CancellationToken>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(&self, subject: Subject) -> CancellationToken {
        let stop = CancellationToken::new();
        if let Some(older) = self.running().insert(subject, stop.clone()) {
            older.cancel();
        }
        stop
    }

    /// Tells the steps of a sign-in; nothing else that happens on the wire is shown here.
    fn observer(&self, subject: Subject, number: u64) -> Observer {
        let tx = self.tx.clone();
        Observer::new(move |traffic| {
            let Traffic::SignIn(step) = traffic else { return };
            deliver(&tx, SetupMsg::Found(subject, number, Box::new(Finding::SignIn(step))));
        })
    }

    /// Hands a sign-in by a code on to a session that was opened for the same application and tenant, so that nobody has to
    /// type a code twice. To be called before the session reads anything.
    pub fn hand_over(&self, session: &Session) {
        if let Ok(last) = self.signed_in.try_lock()
            && let Some(services) = last.as_ref()
        {
            session.services.adopt_sign_in(services);
        }
    }

    async fn attempt(&self, subject: Subject, number: u64, config: &Config) {
        let found = Found { tx: &self.tx, subject, number };
        let observer = self.observer(subject, number);
        match trials::services(config, self.environment.clone(), observer) {
            // Left at its default where the subject does not use it.
            Ok(services) if config.credentials.entra.kind == EntraKind::DeviceCode => {
                let mut last = self.signed_in.lock().await;
                if let Some(last) = last.as_ref() {
                    services.adopt_sign_in(last);
                }
                trials::run(subject, &services, found).await;
                *last = Some(services);
            }
            Ok(services) => trials::run(subject, &services, found).await,
            Err(problem) => found.tell(Finding::Failed(problem)).await,
        }
        let _ = self.tx.send(SetupMsg::Ended(subject, number)).await;
    }
}

/// Where the findings of one try go.
#[derive(Clone, Copy)]
struct Found<'a> {
    tx: &'a mpsc::Sender<SetupMsg>,
    subject: Subject,
    number: u64,
}

impl Found<'_> {
    async fn tell(&self, finding: Finding) {
        // A screen that is gone needs no answer.
        let _ = self.tx.send(SetupMsg::Found(self.subject, self.number, Box::new(finding))).await;
    }
}

/// Whether this says that there is no such thing, rather than that it could not be asked.
pub fn is_missing(problem: &Problem) -> bool {
    problem.kind == ProblemKind::NotFound
}
