//! One credential: the way by which it gets tokens for one resource, and the token it has now.
//!
//! One refresh is under way at a time; everybody else waits for it. A failure is remembered for some seconds, so that ten
//! requests at once do not ask the same command, or its owner's password prompt, ten times.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::account::Account;
use super::application::Application;
use super::authority::Authority;
use super::terminal::Terminal;
use super::token::{Form, Token};
use super::{Environment, azure_cli, command};
use crate::domain::problem::{Problem, ProblemKind, Service};
use crate::domain::text::clean_to;
use crate::services::http::redact::scrub;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    /// Azure DevOps Services.
    AzureDevOps,
    /// Microsoft Graph.
    MicrosoftGraph,
}

impl Resource {
    /// The scope by which the Entra sign-in service knows it.
    pub fn scope(self) -> &'static str {
        match self {
            Self::AzureDevOps => "499b84ac-1321-427f-aa17-267ca6975798/.default",
            Self::MicrosoftGraph => "https://graph.microsoft.com/.default",
        }
    }

    /// The service that it belongs to.
    pub fn service(self) -> Service {
        match self {
            Self::AzureDevOps => Service::AzureDevOps,
            Self::MicrosoftGraph => Service::MicrosoftGraph,
        }
    }

    /// What a credential for it must be allowed to do.
    pub fn needs(self) -> &'static str {
        match self {
            Self::AzureDevOps => {
                "Scopes needed: Member Entitlement Management (Read), Graph (Read), Identity (Read); to map also Graph \
                 (Read & manage), to remove also Member Entitlement Management (Read & write)."
            }
            Self::MicrosoftGraph => {
                "Permissions needed: User.Read and User.Read.All; to invite also User.Invite.All; Policy.Read.All for \
                 the invitation policy."
            }
        }
    }
}

/// Whether a command asks something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    Nothing,
    /// It needs the terminal. Nobody is asked twice by it: a failure stands until somebody wants to try again.
    InTheTerminal,
}

/// A way that this version can go, with what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Pat(String),
    Env(String),
    Command(Vec<String>, Asks),
    AzureCli,
    /// A person, by a code.
    Account(Arc<Account>),
    /// An application, by itself.
    Application(Arc<Application>),
    /// Cannot be gone, with the reason and what to do.
    Closed {
        way: String,
        said: String,
        remedy: String,
    },
}

/// See the module.
pub(crate) struct Credential {
    pub source: Source,
    pub resource: Resource,
    /// Where it is configured: `credentials.azure_devops`.
    pub place: String,
    pub tenant: String,
    pub environment: Arc<Environment>,
    pub hidden: Arc<BTreeSet<String>>,
    pub limit: Duration,
    /// For commands that ask in it.
    pub terminal: Arc<Terminal>,
    /// Somebody wants to try again, for a command that asks.
    pub asked_again: AtomicBool,
    /// The token in use lacks what the chosen work needs.
    pub outdated: AtomicBool,
    /// The sign-in service; `None` where there is none to be asked.
    pub authority: Option<Authority>,
    pub held: Mutex<Held>,
}

/// What a credential holds.
#[derive(Default)]
pub(crate) struct Held {
    token: Option<Arc<Token>>,
    failure: Option<(Instant, Problem)>,
}

/// For how long a failure to get a token is repeated without trying.
const FAILURE_HOLDS: Duration = Duration::from_secs(5);

/// How long before its end a token is replaced, at most; and at most a tenth of its life.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);

impl Credential {
    /// A token that is good for some minutes, from memory or fresh.
    pub async fn token(&self) -> Result<Arc<Token>, Problem> {
        let mut held = self.held.lock().await;
        if self.outdated.swap(false, Ordering::Relaxed) {
            held.token = None;
        }
        if let Some(token) = held.token.as_ref().filter(|token| is_fresh(token)) {
            return Ok(Arc::clone(token));
        }
        Box::pin(self.fetch(&mut held)).await
    }

    /// A token other than the refused one; nothing where this way has no other. Fails where it should have one, and could not
    /// get it.
    pub async fn renew(&self, refused: &Token) -> Result<Option<Arc<Token>>, Problem> {
        let mut held = self.held.lock().await;
        // Somebody else may have got a new one meanwhile.
        if let Some(token) = held.token.as_ref().filter(|token| !token.is_same(refused)) {
            return Ok(Some(Arc::clone(token)));
        }
        if matches!(self.source, Source::Pat(_) | Source::Env(_) | Source::Closed { .. }) {
            return Ok(None);
        }
        // A person is not asked for the same token again by itself.
        if self.asks() && !self.asked_again.swap(false, Ordering::Relaxed) {
            return Ok(None);
        }
        held.token = None;
        Ok(Some(Box::pin(self.fetch(&mut held)).await?).filter(|token| !token.is_same(refused)))
    }

    /// Whether the token comes from a variable, which cannot change while the program runs.
    pub fn takes_token(&self) -> bool {
        matches!(self.source, Source::Pat(_) | Source::Env(_))
    }

    /// Uses a token that somebody typed in, in the place of the one in the variable.
    pub async fn take(&self, secret: SecretString) -> Result<(), Problem> {
        let token = match &self.source {
            Source::Pat(_) => Token::personal(secret),
            Source::Env(_) => Token::bearer(secret),
            _ => {
                let said = "tokens of this way of signing in cannot be typed in".to_owned();
                return Err(self.problem(ProblemKind::Local, said, "Sign in again by that way, then go on."));
            }
        };
        let Some(token) = token else {
            let said = "what was typed cannot be a token; it was not used".to_owned();
            return Err(self.problem(ProblemKind::Local, said, "Type the whole token and nothing else."));
        };
        *self.held.lock().await = Held { token: Some(Arc::new(token)), failure: None };
        Ok(())
    }

    async fn fetch(&self, held: &mut Held) -> Result<Arc<Token>, Problem> {
        if let Some((when, problem)) = &held.failure
            && (self.asks() || when.elapsed() < FAILURE_HOLDS)
        {
            return Err(problem.clone());
        }
        match self.get().await {
            Ok(token) => {
                let token = Arc::new(token);
                *held = Held { token: Some(Arc::clone(&token)), failure: None };
                Ok(token)
            }
            Err(problem) => {
                held.failure = Some((Instant::now(), problem.clone()));
                Err(problem)
            }
        }
    }

    /// A failure from before does not stand any more: somebody wants to try again.
    pub fn forget_failure(&self) {
        if let Source::Account(account) = &self.source {
            account.allow_asking();
        }
        self.asked_again.store(true, Ordering::Relaxed);
        // Whoever holds it is asking at this very moment.
        if let Ok(mut held) = self.held.try_lock() {
            held.failure = None;
        }
    }

    /// The chosen work needs this permission: the next token is asked for with it, and the one in use is good no longer.
    pub fn choose(&self, permission: &'static str) {
        if let Source::Account(account) = &self.source
            && account.choose(permission)
        {
            // Whoever holds the token may be waiting for a person; nobody waits for them here.
            self.outdated.store(true, Ordering::Relaxed);
        }
    }

    /// Whether a person is asked each time.
    fn asks(&self) -> bool {
        matches!(self.source, Source::Command(_, Asks::InTheTerminal))
    }

    /// Whether somebody, or something, signs in to the tenant this way. A token that is there already, or that serves Azure
    /// DevOps whatever backs it, is none.
    fn signs_in(&self) -> bool {
        match &self.source {
            Source::Pat(_) | Source::Env(_) | Source::Closed { .. } => false,
            Source::Command(..) => self.resource == Resource::MicrosoftGraph,
            Source::AzureCli | Source::Account(_) | Source::Application(_) => true,
        }
    }

    async fn get(&self) -> Result<Token, Problem> {
        if let Some(authority) = self.authority.as_ref().filter(|_| self.signs_in()) {
            authority.check_cloud().await?;
        }
        match &self.source {
            Source::Pat(name) => self.variable(name, Token::personal, "a personal access token"),
            Source::Env(name) => self.variable(name, Token::bearer, "a bearer token for Microsoft Graph"),
            Source::Command(argv, _) => self.command_output(argv).await,
            Source::AzureCli => azure_cli::token(self).await,
            Source::Account(account) => account.token(self.resource).await,
            Source::Application(application) => application.token(self.resource).await,
            Source::Closed { said, remedy, .. } => {
                Err(self.problem(ProblemKind::Local, said.clone(), remedy))
            }
        }
    }

    fn variable(
        &self,
        name: &str,
        take: impl Fn(SecretString) -> Option<Token>,
        what: &str,
    ) -> Result<Token, Problem> {
        let shown = clean_to(name, 80);
        let remedy = format!(
            "Set {shown} to {what}, or choose another way under {}. {}",
            self.place,
            self.resource.needs()
        );
        let Some(value) = self.environment.get(name) else {
            let said = format!("the environment variable {shown} is not set");
            return Err(self.problem(ProblemKind::NotSignedIn, said, &remedy));
        };
        let secret = SecretString::from(value.to_str().unwrap_or_default().trim().to_owned());
        take(secret).ok_or_else(|| {
            let said = format!("the environment variable {shown} is empty, or holds what cannot be a token");
            self.problem(ProblemKind::NotSignedIn, said, &remedy)
        })
    }

    async fn command_output(&self, argv: &[String]) -> Result<Token, Problem> {
        let program = clean_to(argv.first().map_or("", String::as_str), 120).into_owned();
        let remedy = format!(
            "Run the command of {} by hand: it must print the token on its first line, without asking for anything. {}",
            self.place,
            self.resource.needs()
        );
        let local = |said: String| self.problem(ProblemKind::Local, said, &remedy);
        let output = if self.asks() {
            let _lease = self.terminal.borrow(&program).await.map_err(|why| {
                let remedy = "It is asked where there is a terminal: in the dashboard, and in the commands.";
                let said = format!("`{program}` asks something in the terminal, and {why}");
                self.problem(ProblemKind::Local, said, remedy)
            })?;
            command::run_asking(argv, &self.environment, &self.hidden, command::PERSON).await
        } else {
            command::run(argv, &self.environment, &self.hidden, self.limit).await
        };
        let limit = if self.asks() { command::PERSON } else { self.limit };
        let output = output.map_err(|failure| local(words_of(&failure, &program, limit)))?;
        if !output.status.success() {
            return Err(local(format!("`{program}` failed ({}){}", output.status, tail(&output.stderr))));
        }
        let line = output.stdout.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii();
        let secret = std::str::from_utf8(line).ok().map(|line| SecretString::from(line.to_owned()));
        let token = secret.and_then(|secret| match self.resource {
            Resource::AzureDevOps => Token::by_shape(secret),
            Resource::MicrosoftGraph => Token::bearer(secret),
        });
        token.ok_or_else(|| {
            let why = if line.is_empty() {
                "printed nothing on its first line"
            } else {
                "printed what cannot be a token"
            };
            local(format!("`{program}` {why}{}", tail(&output.stderr)))
        })
    }

    /// A problem about this credential.
    pub fn problem(&self, kind: ProblemKind, said: String, remedy: &str) -> Problem {
        Problem {
            said,
            remedy: remedy.to_owned(),
            ..Problem::at(self.resource.service(), kind, format!("getting a token ({})", self.place))
        }
    }

    /// Where it comes from, in words.
    pub fn described(&self) -> String {
        match &self.source {
            Source::Pat(name) => {
                format!("the personal access token in {} ({})", clean_to(name, 80), self.place)
            }
            Source::Env(name) => format!("the token in {} ({})", clean_to(name, 80), self.place),
            Source::Command(argv, _) => {
                let program = argv.first().map_or("", String::as_str);
                format!("what the command `{}` printed ({})", clean_to(program, 120), self.place)
            }
            Source::AzureCli => format!("the Azure CLI's account ({})", self.place),
            Source::Account(_) => format!("the account that signed in by code ({})", self.place),
            Source::Application(application) => {
                format!("the application {} ({})", clean_to(&application.client_id, 80), self.place)
            }
            Source::Closed { way, .. } => format!("{way} ({})", self.place),
        }
    }

    /// The way's name in the configuration.
    pub fn way(&self) -> &str {
        match &self.source {
            Source::Pat(_) => "pat",
            Source::Env(_) => "env",
            Source::Command(..) => "command",
            Source::AzureCli => "azure-cli",
            Source::Account(_) => "device-code",
            Source::Application(application) => application.proof.way(),
            Source::Closed { way, .. } => way,
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({})", self.way())
    }
}

fn is_fresh(token: &Token) -> bool {
    let margin = token.lifetime.map_or(MARGIN, |life| (life / 10).clamp(SignedDuration::ZERO, MARGIN));
    token.form == Form::Basic || token.expires_at.is_none_or(|end| end - margin > Timestamp::now())
}

/// Why a command gave nothing.
pub(crate) fn words_of(failure: &command::Failure, program: &str, limit: Duration) -> String {
    match failure {
        command::Failure::NoProgram if program.is_empty() => "the command is empty".into(),
        command::Failure::NoProgram => format!("there is no program `{program}` on the path"),
        command::Failure::NoTerminal(error) => {
            format!("`{program}` asks something in the terminal, and there is none: {error}")
        }
        command::Failure::Io(error) => format!("`{program}` could not be run: {error}"),
        command::Failure::TimedOut => {
            format!("`{program}` did not end within {} s and was stopped", limit.as_secs_f32())
        }
    }
}

/// The error output of a command, short and harmless.
pub(crate) fn tail(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    format!(": {}", clean_to(&scrub(text, &[]), 300))
}

/// Whether the token of this credential would end with the switch.
pub(crate) fn is_same_pat(before: &Credential, after: &Credential, token: &Token) -> bool {
    token.form == Form::Basic && before.source == after.source && before.resource == after.resource
}

/// A token as a test needs it.
#[cfg(test)]
pub(crate) fn exposed(token: &Token) -> String {
    token.authorization().and_then(|value| value.to_str().map(str::to_owned).ok()).unwrap_or_default()
}
