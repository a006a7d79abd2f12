//! A person's sign-in by a code that is typed into a browser elsewhere, and the refresh token that comes of it.
//!
//! One refresh token serves both resources: it belongs to person and application, not to what is read with it. It is kept in
//! memory only, is replaced by each new one that the service gives, and one question for a token is under way at a time.
//! Nobody is asked twice: after a sign-in that was cancelled, declined or not answered the failure stands until somebody asks
//! to sign in again ([`Account::allow_asking`]).

use std::fmt;
use std::sync::{Mutex as Lock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::authority::{Authority, Code, Grant};
use super::refusal::{Asking, Denied, Refusal, next_best};
use super::source::Resource;
use super::token::Token;
use crate::domain::problem::{Problem, ProblemKind, Service};
use crate::domain::signin::{DeviceCode, SignInStep};
use crate::domain::text::clean_to;
use crate::services::http::form::Form;
use crate::services::http::wait::later;
use crate::services::observer::{Observer, Traffic};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What is asked for in any case: to know who one is, and to read the tenant's people.
const LEAST: [&str; 2] = ["User.Read", "User.Read.All"];

/// By how much the pause between two questions grows when the service says `slow_down` (RFC 8628, section 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// The longest pause between two questions.
const SLOWEST: Duration = Duration::from_secs(60);

/// See the module.
pub(crate) struct Account {
    authority: Authority,
    client_id: String,
    /// Beside the least.
    permissions: Vec<String>,
    /// What the work that was chosen meanwhile needs beside these.
    chosen: Lock<Chosen>,
    place: String,
    observer: Observer,
    state: Mutex<State>,
    /// Ends the sign-in that is under way.
    under_way: Lock<Option<CancellationToken>>,
    /// Why nobody is asked at the moment.
    given_up: Lock<Option<Problem>>,
}

/// Permissions that the chosen work needs.
#[derive(Default)]
struct Chosen {
    /// Asked for.
    wanted: Vec<&'static str>,
    /// Asked for, and not given: nobody is asked again by itself.
    refused: Vec<&'static str>,
}

#[derive(Default)]
struct State {
    refresh: Option<SecretString>,
    /// A token that came with a sign-in for the other resource.
    spare: Option<(Resource, Token)>,
}

impl Account {
    pub fn new(
        authority: Authority,
        client_id: &str,
        permissions: &[String],
        place: &str,
        observer: Observer,
    ) -> Self {
        Self {
            authority,
            client_id: client_id.to_owned(),
            permissions: permissions.to_vec(),
            chosen: Lock::default(),
            place: place.to_owned(),
            observer,
            state: Mutex::default(),
            under_way: Lock::default(),
            given_up: Lock::default(),
        }
    }

    /// A fresh token for this resource: by the refresh token, or by asking the person to sign in.
    pub async fn token(&self, resource: Resource) -> Result<Token, Problem> {
        let mut state = self.state.lock().await;
        if let Some((_, token)) = state.spare.take_if(|(of, _)| *of == resource) {
            return Ok(token);
        }
        let mut because = None;
        if let Some(refresh) = state.refresh.clone() {
            match self.refreshed(&refresh, resource, &mut state).await {
                Ok(token) => return Ok(token),
                Err(Denied::Refused(refusal)) if refusal.asks_for_the_person() => {
                    because = Some(refusal.problem(&self.asking(REFRESHING, resource)).said);
                    state.refresh = None;
                }
                // Nobody has consented to what the chosen work needs beside the least: the person may, by signing in once more.
                Err(Denied::Refused(refusal))
                    if resource == Resource::MicrosoftGraph
                        && refusal.asks_for_consent()
                        && self.has_chosen() =>
                {
                    return self.widened(refresh, resource, &mut state).await;
                }
                Err(denied) => return Err(self.denied(denied, REFRESHING, resource)),
            }
        }
        self.sign_in(&mut state, because).await?;
        if let Some((_, token)) = state.spare.take_if(|(of, _)| *of == resource) {
            return Ok(token);
        }
        let Some(refresh) = state.refresh.clone() else {
            return Err(Problem {
                said:
                    "the sign-in gave no refresh token, so nothing but Microsoft Graph can be reached with it"
                        .into(),
                remedy: format!(
                    "Have `offline_access` allowed for the application {}, or name another way under \
                     [credentials.azure_devops] after_connect.",
                    self.client_id
                ),
                ..Problem::at(resource.service(), ProblemKind::NotAllowed, REFRESHING)
            });
        };
        let refreshed = self.refreshed(&refresh, resource, &mut state).await;
        refreshed.map_err(|denied| self.denied(denied, REFRESHING, resource))
    }

    /// The chosen work needs this permission beside the least. Answers whether it is news: then the token in use lacks it.
    pub fn choose(&self, permission: &'static str) -> bool {
        let asked = self.permissions.iter().any(|one| one.eq_ignore_ascii_case(permission));
        let mut chosen = self.chosen();
        if asked || LEAST.contains(&permission) {
            return false;
        }
        if chosen.wanted.contains(&permission) || chosen.refused.contains(&permission) {
            return false;
        }
        chosen.wanted.push(permission);
        true
    }

    fn has_chosen(&self) -> bool {
        !self.chosen().wanted.is_empty()
    }

    fn chosen(&self) -> std::sync::MutexGuard<'_, Chosen> {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the person to sign in once more, with what the chosen work needs. Where nothing comes of it, the work goes on
    /// without: the permission stays among those that are missing.
    async fn widened(
        &self,
        refresh: SecretString,
        resource: Resource,
        state: &mut State,
    ) -> Result<Token, Problem> {
        let needed = self.chosen().wanted.join(", ");
        let because = format!("the plan needs {needed}, which was not asked for before");
        if self.sign_in(state, Some(because)).await.is_err() {
            let mut chosen = self.chosen();
            let refused = std::mem::take(&mut chosen.wanted);
            chosen.refused.extend(refused);
            drop(chosen);
            // The sign-in of before is as good as it was.
            self.allow_asking();
            state.refresh = Some(refresh.clone());
        }
        if let Some((_, token)) = state.spare.take_if(|(of, _)| *of == resource) {
            return Ok(token);
        }
        let refresh = state.refresh.clone().unwrap_or(refresh);
        let refreshed = self.refreshed(&refresh, resource, state).await;
        refreshed.map_err(|denied| self.denied(denied, REFRESHING, resource))
    }

    /// Ends the sign-in that is under way, if one is.
    pub fn cancel(&self) {
        if let Some(under_way) = self.under_way.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            under_way.cancel();
        }
    }

    /// Whether a code is shown right now.
    pub fn is_asking(&self) -> bool {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Somebody wants to sign in again: a failure from before does not stand any more.
    pub fn allow_asking(&self) {
        *self.given_up.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Takes over the sign-in of another account object for the same application and tenant.
    pub fn adopt(&self, other: &Self) {
        if self.client_id != other.client_id || self.authority.tenant() != other.authority.tenant() {
            return;
        }
        // Neither is in use by anybody else at that moment; if it is, the person signs in once more.
        if let (Ok(mut own), Ok(theirs)) = (self.state.try_lock(), other.state.try_lock()) {
            own.refresh.clone_from(&theirs.refresh);
        }
    }

    async fn refreshed(
        &self,
        refresh: &SecretString,
        resource: Resource,
        state: &mut State,
    ) -> Result<Token, Denied> {
        let form = Form::default()
            .with("grant_type", "refresh_token")
            .with("client_id", &self.client_id)
            .with("scope", &self.scope(resource))
            .with_secret("refresh_token", refresh);
        let grant = self.authority.grant_patiently(REFRESHING, &form).await?;
        Self::taken(grant, state).ok_or_else(|| Denied::Problem(self.unusable(REFRESHING, resource)))
    }

    /// Keeps the refresh token of a grant, and gives its token.
    fn taken(grant: Grant, state: &mut State) -> Option<Token> {
        let Grant { access, refresh, lifetime, scope } = grant;
        // The service gives a new one with each token; where it does not, the old one stays good.
        if let Some(refresh) = refresh {
            state.refresh = Some(refresh);
        }
        Token::granted(access, lifetime, scope.as_deref())
    }

    async fn sign_in(&self, state: &mut State, because: Option<String>) -> Result<(), Problem> {
        if let Some(problem) = self.given_up.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(problem);
        }
        let result = self.ask_the_person(state, because).await;
        if let Err(problem) = &result {
            // What passes by itself is tried again by itself; what needs a person is not.
            if !matches!(
                problem.kind,
                ProblemKind::Unreachable | ProblemKind::ServiceFailing | ProblemKind::Throttled
            ) {
                *self.given_up.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem.clone());
            }
        }
        result
    }

    async fn ask_the_person(&self, state: &mut State, because: Option<String>) -> Result<(), Problem> {
        let resource = Resource::MicrosoftGraph;
        let scope = self.scope(resource);
        let code = self.authority.device_code(&self.client_id, &scope).await;
        let code = code.map_err(|denied| self.denied(denied, ASKING, resource))?;
        let cancelled = CancellationToken::new();
        let mut shown = Shown::new(self, cancelled.clone(), self.described(&code, because));
        let result = tokio::select! {
            biased;
            () = cancelled.cancelled() => Err(self.stopped()),
            result = self.poll(&code) => result,
        };
        let step = match result
            .and_then(|grant| Self::taken(grant, state).ok_or_else(|| self.unusable(SIGNING_IN, resource)))
        {
            Ok(token) => {
                state.spare = Some((resource, token));
                Ok(())
            }
            Err(problem) => Err(problem),
        };
        shown.end(match &step {
            Ok(()) => SignInStep::Done,
            Err(problem) if problem.kind == ProblemKind::Cancelled => SignInStep::Ended,
            Err(problem) => SignInStep::Failed(problem.clone()),
        });
        step
    }

    /// Asks until the person has answered, or the code has ended.
    async fn poll(&self, code: &Code) -> Result<Grant, Problem> {
        let ends = Instant::now() + code.lifetime;
        let mut pause = code.interval.clamp(Duration::from_millis(50), SLOWEST);
        let form = Form::default()
            .with("grant_type", DEVICE_GRANT)
            .with("client_id", &self.client_id)
            .with_secret("device_code", &code.device);
        loop {
            tokio::time::sleep(pause.min(ends.saturating_duration_since(Instant::now()))).await;
            if Instant::now() >= ends {
                let refusal = Refusal {
                    error: "expired_token".into(),
                    codes: Vec::new(),
                    text: "the code has ended".into(),
                    status: 400,
                    activity_id: None,
                };
                return Err(refusal.problem(&self.asking(SIGNING_IN, Resource::MicrosoftGraph)));
            }
            match self.authority.grant(SIGNING_IN, &form).await {
                Ok(grant) => return Ok(grant),
                Err(Denied::Refused(refusal)) if refusal.error == "authorization_pending" => {}
                Err(Denied::Refused(refusal)) if refusal.error == "slow_down" => {
                    pause = (pause + SLOWER).min(SLOWEST);
                }
                // A network that is gone for a while must not cost the person who is typing their sign-in.
                Err(Denied::Problem(problem))
                    if matches!(
                        problem.kind,
                        ProblemKind::Unreachable | ProblemKind::ServiceFailing | ProblemKind::Throttled
                    ) =>
                {
                    pause = (pause * 2).min(SLOWEST);
                }
                Err(denied) => return Err(self.denied(denied, SIGNING_IN, Resource::MicrosoftGraph)),
            }
        }
    }

    fn described(&self, code: &Code, because: Option<String>) -> DeviceCode {
        let now = Timestamp::now();
        DeviceCode {
            user_code: code.user.clone(),
            address: clean_to(&code.address, 200).into_owned(),
            address_is_known: self.authority.is_known_page(&code.address),
            tenant: self.authority.tenant().to_owned(),
            permissions: self.wanted().into_iter().map(str::to_owned).collect(),
            shown_at: now,
            ends_at: later(now, code.lifetime),
            again_because: because,
        }
    }

    fn wanted(&self) -> Vec<&str> {
        let mut wanted: Vec<&str> = LEAST.to_vec();
        let chosen = self.chosen().wanted.clone();
        for permission in self.permissions.iter().map(String::as_str).chain(chosen) {
            if !wanted.iter().any(|one| one.eq_ignore_ascii_case(permission)) {
                wanted.push(permission);
            }
        }
        wanted
    }

    /// The least that serves; with `offline_access`, for the refresh token.
    fn scope(&self, resource: Resource) -> String {
        match resource {
            Resource::MicrosoftGraph => {
                let mut scope: Vec<String> =
                    self.wanted().iter().map(|name| format!("https://graph.microsoft.com/{name}")).collect();
                scope.push("offline_access".to_owned());
                scope.join(" ")
            }
            Resource::AzureDevOps => format!("{} offline_access", resource.scope()),
        }
    }

    fn asking<'a>(&'a self, asked: &'a str, resource: Resource) -> Asking<'a> {
        Asking {
            asked,
            tenant: self.authority.tenant(),
            client_id: &self.client_id,
            place: &self.place,
            way: "device-code",
            service: resource.service(),
        }
    }

    fn denied(&self, denied: Denied, asked: &str, resource: Resource) -> Problem {
        match denied {
            Denied::Refused(refusal) => refusal.problem(&self.asking(asked, resource)),
            Denied::Problem(problem) => problem,
        }
    }

    fn stopped(&self) -> Problem {
        Problem {
            said: "the sign-in was cancelled".into(),
            remedy: format!("Read again to get a new code. {}", next_best("device-code", &self.place)),
            ..Problem::at(Service::EntraLogin, ProblemKind::Cancelled, SIGNING_IN)
        }
    }

    fn unusable(&self, asked: &str, resource: Resource) -> Problem {
        Problem {
            said: "what came as a token cannot be one".into(),
            remedy: format!(
                "Check a proxy before the sign-in service; {}",
                next_best("device-code", &self.place)
            ),
            ..Problem::at(resource.service(), ProblemKind::BadAnswer, asked)
        }
    }
}

const ASKING: &str = "asking for a sign-in code";
const SIGNING_IN: &str = "signing in by code";
const REFRESHING: &str = "renewing the sign-in";

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account")
    }
}

impl PartialEq for Account {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Account {}

/// A code on the screen. Whatever happens, also when the one who waits is dropped, the screen is told that it is over.
struct Shown<'a> {
    account: &'a Account,
    over: bool,
}

impl<'a> Shown<'a> {
    fn new(account: &'a Account, cancelled: CancellationToken, code: DeviceCode) -> Self {
        *account.under_way.lock().unwrap_or_else(PoisonError::into_inner) = Some(cancelled);
        account.observer.tell(Traffic::SignIn(SignInStep::CodeShown(code)));
        Self { account, over: false }
    }

    fn end(&mut self, step: SignInStep) {
        if !std::mem::replace(&mut self.over, true) {
            *self.account.under_way.lock().unwrap_or_else(PoisonError::into_inner) = None;
            self.account.observer.tell(Traffic::SignIn(step));
        }
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.end(SignInStep::Ended);
    }
}
