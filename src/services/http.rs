//! The one HTTP room under all clients.
//!
//! What holds in it: a token is attached only to an address that its service's endpoint covers; no redirect is followed;
//! a read is repeated on 408, 429, 500, 502, 503, 504 and on broken connections, within its limits; a write is sent once;
//! nothing is sent to a service that asked to wait, before the wait is over; a body is capped after decompression; HTML is
//! never taken for data. Every failure becomes a [`Problem`] without secrets.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use tokio::sync::Notify;
use tokio::time::Instant;

pub(crate) mod clock;
pub(crate) mod endpoint;
pub(crate) mod failure;
pub(crate) mod form;
pub(crate) mod gate;
pub(crate) mod json;
mod judge;
pub(crate) mod names;
pub(crate) mod need;
pub(crate) mod pace;
pub(crate) mod proxy;
pub(crate) mod redact;
pub(crate) mod said;
mod send;
pub(crate) mod transport;
pub(crate) mod wait;

#[cfg(test)]
mod tests;

use endpoint::Endpoint;
use failure::Asked;
use gate::Gates;
pub use gate::Pass;
use json::Unreadable;
use judge::{Tried, throttled_remedy};
use need::Need;
use proxy::Proxies;
use send::{Exchange, Lost};
use transport::Transport;

use crate::domain::problem::{Problem, ProblemKind, Service};
use crate::services::credential::source::Credential;
use crate::services::credential::token::Token;
use crate::services::observer::{Observer, RequestRecord, Traffic};
use crate::services::settings::{Limits, Settings};

/// Tries of a read whose connection could not even be made.
const CONNECT_TRIES: u32 = 3;

/// See the module. Clones share everything.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    transport: Transport,
    limits: Limits,
    gates: Gates,
    observer: Observer,
    random: Mutex<fastrand::Rng>,
    organization: String,
    tenant: String,
    /// Somebody noticed that there is a connection again: whoever waits to try again does so now.
    back: Notify,
}

/// One call, before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub endpoint: Endpoint,
    pub method: Method,
    pub url: Url,
    /// In words: `reading page 3 of the user entitlements of fabrikam`.
    pub asked: String,
    /// `None` for an anonymous call.
    pub credential: Option<Arc<Credential>>,
    pub need: Need,
    pub body: Option<Vec<u8>>,
    /// Something is to be changed by it: without an answer nobody knows whether it was.
    pub changes: bool,
}

impl Call {
    /// A read.
    pub fn get(endpoint: &Endpoint, url: Url, asked: impl Into<String>, need: Need) -> Self {
        Self {
            endpoint: endpoint.clone(),
            method: Method::GET,
            url,
            asked: asked.into(),
            credential: None,
            need,
            body: None,
            changes: false,
        }
    }

    /// With this credential.
    pub fn with(mut self, credential: &Arc<Credential>) -> Self {
        self.credential = Some(Arc::clone(credential));
        self
    }

    /// As a change, with a JSON body where there is one.
    pub fn changing(mut self, method: Method, body: Option<&serde_json::Value>) -> Self {
        self.method = method;
        self.body = body.map(|body| body.to_string().into_bytes());
        self.changes = true;
        self
    }

    /// As a question that is put by a body and changes nothing.
    pub fn posing(mut self, body: &serde_json::Value) -> Self {
        self.method = Method::POST;
        self.body = Some(body.to_string().into_bytes());
        self
    }
}

/// A good answer.
#[derive(Debug)]
pub(crate) struct Answer<T> {
    pub value: T,
    pub status: u16,
    pub headers: HeaderMap,
    /// Size of the body after decompression.
    pub bytes: u64,
}

impl Http {
    /// Prepares connections; nothing is sent.
    pub fn new(settings: &Settings, proxies: Proxies, observer: Observer) -> Result<Self, Problem> {
        Ok(Self {
            inner: Arc::new(Inner {
                transport: Transport::new(settings, proxies)?,
                limits: settings.limits,
                gates: Gates::default(),
                observer,
                random: Mutex::new(fastrand::Rng::with_seed(settings.seed)),
                organization: settings.organization.clone(),
                tenant: settings.tenant.clone(),
                back: Notify::new(),
            }),
        })
    }

    /// There is a connection again: whoever waits to try once more need not wait to the end.
    pub fn connection_is_back(&self) {
        self.inner.back.notify_waiters();
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// The way to this endpoint.
    pub fn route(&self, endpoint: &Endpoint) -> proxy::Route {
        self.inner.transport.route(endpoint)
    }

    /// Reads, and repeats where that can help. `parse` runs on the body, off the runtime if it is large.
    pub async fn read<T, P>(&self, call: &Call, parse: P) -> Result<Answer<T>, Problem>
    where
        T: Send + 'static,
        P: Fn(&[u8]) -> Result<T, Unreadable> + Copy + Send + 'static,
    {
        let limits = &self.inner.limits;
        let mut token = self.token(call).await?;
        // From here on: a person may have taken minutes to sign in.
        let deadline = Instant::now() + limits.patience;
        let (mut attempt, mut renewed) = (0, false);
        loop {
            attempt += 1;
            let pass = self.pass(call, deadline).await?;
            let (exchange, record) = self.exchange(call, pass, token.as_deref(), attempt).await?;
            let tried = Box::pin(self.judge_read(call, exchange, token.as_deref(), parse)).await;
            match tried {
                Tried::Done(answer) => {
                    self.tell(record, None, None);
                    return Ok(answer);
                }
                Tried::Failed(problem) => {
                    self.tell(record, Some(problem.kind), None);
                    token = self.another_token(call, token, problem, &mut renewed).await?;
                }
                Tried::Again { problem, wait, tries } => {
                    let wait = wait.unwrap_or_else(|| wait::backoff(limits, attempt, &mut self.random()));
                    let out_of_time = Instant::now() + wait > deadline;
                    if attempt >= tries.min(limits.tries) || out_of_time {
                        self.tell(record, Some(problem.kind), None);
                        let problem = self.given_up(call, problem, wait, attempt, out_of_time);
                        token = self.another_token(call, token, problem, &mut renewed).await?;
                        continue;
                    }
                    let now = Timestamp::now();
                    if matches!(problem.kind, ProblemKind::Throttled) {
                        let until = self.close(call.endpoint.service, wait, now);
                        self.tell(record, Some(problem.kind), Some(until));
                    } else {
                        self.tell(record, Some(problem.kind), Some(wait::later(now, wait)));
                        tokio::select! {
                            () = tokio::time::sleep(wait) => {}
                            () = self.inner.back.notified() => {}
                        }
                    }
                    token = self.token(call).await?;
                }
            }
        }
    }

    /// Sends a change, once. No answer is [`ProblemKind::OutcomeUnknown`]; a clear *not now* is
    /// [`ProblemKind::Throttled`] with the moment from which on it may be sent again. Only a refused token is replaced and
    /// the call repeated: then nothing has happened for certain.
    ///
    /// With a pass from [`Http::admit`] it leaves at once: whoever wrote down that it is about to leave must not find later
    /// that it waited. Should the service have asked to wait since, nothing is sent, and that is [`ProblemKind::Throttled`].
    pub async fn write(&self, call: &Call, pass: Option<Pass>) -> Result<Answer<Vec<u8>>, Problem> {
        let service = call.endpoint.service;
        let mut pass = pass.filter(|pass| pass.service() == service);
        let mut token = self.token(call).await?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let pass = match (pass.take(), self.inner.gates.closed(service)) {
                (Some(pass), None) => pass,
                (Some(_), Some(until)) => return Err(self.closed(call, until)),
                (None, _) => self.pass(call, Instant::now() + self.inner.limits.patience).await?,
            };
            let (exchange, record) = self.exchange(call, pass, token.as_deref(), attempt).await?;
            match self.judge_write(call, exchange, token.as_deref()) {
                Ok(answer) => {
                    self.tell(record, None, None);
                    return Ok(answer);
                }
                Err(problem) => {
                    self.tell(record, Some(problem.kind), problem.retry_at);
                    if attempt > 1 {
                        return Err(problem);
                    }
                    token = Some(self.renewed(call, token.as_deref(), problem).await?);
                }
            }
        }
    }

    /// Asks once and gives whatever came, for the probe: status and headers say everything there.
    pub async fn look(&self, call: &Call) -> Result<(StatusCode, HeaderMap), Problem> {
        let pass = self.pass(call, Instant::now() + self.inner.limits.patience).await?;
        let (exchange, record) = self.exchange(call, pass, None, 1).await?;
        match exchange {
            Ok(exchange) => {
                let now = Timestamp::now();
                let put_off = matches!(exchange.status.as_u16(), 429 | 503);
                if let Some(wait) = wait::asked_wait(&exchange.headers, now).filter(|_| put_off) {
                    self.close(call.endpoint.service, wait, now);
                }
                self.tell(record, None, None);
                Ok((exchange.status, exchange.headers))
            }
            Err(lost) => {
                let problem = self.lost(call, &lost);
                self.tell(record, Some(problem.kind), None);
                Err(problem)
            }
        }
    }

    /// A problem about this call without an answer behind it.
    pub fn problem(&self, call: &Call, kind: ProblemKind, said: impl Into<String>) -> Problem {
        let mut problem =
            Problem { said: said.into(), ..Problem::at(call.endpoint.service, kind, call.asked.clone()) };
        let described = call.credential.as_ref().map(|credential| credential.described());
        problem.remedy = failure::remedy(&self.asked(call, described.as_deref()), &problem);
        problem
    }

    async fn token(&self, call: &Call) -> Result<Option<Arc<Token>>, Problem> {
        let Some(credential) = &call.credential else { return Ok(None) };
        if !call.endpoint.covers(&call.url) {
            // Every address is made or checked by its endpoint; this is the last lock on the door.
            return Err(self.problem(
                call,
                ProblemKind::BadAnswer,
                "the address does not belong to the service",
            ));
        }
        let token = credential.token().await.map_err(|problem| {
            let asked = format!("{}: {}", call.asked, problem.asked);
            Problem { asked, service: Some(call.endpoint.service), ..problem }
        })?;
        Ok(Some(token))
    }

    /// A token in place of the one that was refused, once a read; else the problem stands.
    async fn another_token(
        &self,
        call: &Call,
        refused: Option<Arc<Token>>,
        problem: Problem,
        renewed: &mut bool,
    ) -> Result<Option<Arc<Token>>, Problem> {
        if *renewed {
            return Err(problem);
        }
        *renewed = true;
        self.renewed(call, refused.as_deref(), problem).await.map(Some)
    }

    /// A token in place of the refused one; else the problem, with the reason why there is none.
    async fn renewed(
        &self,
        call: &Call,
        refused: Option<&Token>,
        problem: Problem,
    ) -> Result<Arc<Token>, Problem> {
        let (Some(credential), Some(refused)) = (&call.credential, refused) else { return Err(problem) };
        if problem.kind != ProblemKind::NotSignedIn {
            return Err(problem);
        }
        match credential.renew(refused).await {
            Ok(Some(fresh)) => Ok(fresh),
            Ok(None) => Err(problem),
            Err(why) => Err(Problem {
                said: format!("{}; a new token could not be had: {}", problem.said, why.said),
                remedy: why.remedy,
                ..problem
            }),
        }
    }

    /// Waits until a change may be sent to this service, for as long as that takes.
    pub async fn admit(&self, service: Service) -> Pass {
        loop {
            let spread = self.random().f64();
            // A wait is a day at most, so that the deadline is never met.
            let deadline = Instant::now() + self.inner.limits.patience.max(gate::LONGEST * 2);
            if let Ok(pass) = self.inner.gates.pass(service, deadline, spread).await {
                return pass;
            }
        }
    }

    async fn pass(&self, call: &Call, deadline: Instant) -> Result<Pass, Problem> {
        let spread = self.random().f64();
        let passed = self.inner.gates.pass(call.endpoint.service, deadline, spread).await;
        passed.map_err(|until| self.closed(call, until))
    }

    /// Nothing was sent: the service asked for no requests until then.
    fn closed(&self, call: &Call, until: Timestamp) -> Problem {
        let problem = self.problem(call, ProblemKind::Throttled, "it asked for no requests until then");
        Problem { retry_at: Some(until), remedy: throttled_remedy(until), ..problem }
    }

    fn random(&self) -> std::sync::MutexGuard<'_, fastrand::Rng> {
        self.inner.random.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn exchange(
        &self,
        call: &Call,
        pass: Pass,
        token: Option<&Token>,
        attempt: u32,
    ) -> Result<(Result<Exchange, Lost>, RequestRecord), Problem> {
        let client = self.inner.transport.client(&call.endpoint, &call.asked)?;
        let mut request = client.request(call.method.clone(), call.url.clone()).headers(self.headers(call));
        if let Some(value) = token.and_then(Token::authorization) {
            request = request.header(AUTHORIZATION, value);
        }
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        } else if !matches!(call.method, Method::GET | Method::HEAD) {
            // A length of zero, said aloud: some gateways answer 411 without it.
            request = request.body(Vec::new());
        }
        let (at, begun) = (Timestamp::now(), Instant::now());
        // Boxed: a request under way is large, and every client's future would carry it.
        let exchange = Box::pin(send::send(request, &self.inner.limits)).await;
        if let Ok(done) = &exchange {
            self.heed(call.endpoint.service, done.status, &done.headers);
        }
        // The call is over; what it says about the quota is known before the next one goes.
        drop(pass);
        let (status, bytes, activity_id) = match &exchange {
            Ok(done) => (Some(done.status), done.body.len(), said::activity_id(&done.headers)),
            Err(lost) => (lost.status(), 0, None),
        };
        let record = RequestRecord {
            service: call.endpoint.service,
            method: call.method.to_string(),
            path: call.endpoint.path_for_log(&call.url),
            status: status.map(|status| status.as_u16()),
            failure: None,
            duration: begun.elapsed(),
            bytes: bytes as u64,
            at,
            attempt,
            activity_id,
            server_date: exchange.as_ref().ok().and_then(|done| wait::server_date(&done.headers)),
            retry_at: None,
        };
        Ok((exchange, record))
    }

    fn headers(&self, call: &Call) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if call.endpoint.service == Service::MicrosoftGraph {
            let id = uuid::Builder::from_random_bytes(self.random().u128(..).to_le_bytes()).into_uuid();
            if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
                headers.insert(HeaderName::from_static("client-request-id"), id);
            }
        } else if failure::is_azure_devops(call.endpoint.service) {
            // Asks for a 401 instead of a redirect to the sign-in page (artifacts-credprovider#165).
            headers.insert(
                HeaderName::from_static("x-tfs-fedauthredirect"),
                HeaderValue::from_static("Suppress"),
            );
        }
        headers
    }

    /// What an answer says about the quota, whatever its status.
    fn heed(&self, service: Service, status: StatusCode, headers: &HeaderMap) {
        let now = Timestamp::now();
        let budget = wait::budget(headers);
        let pause = self.inner.gates.heed(service, |sent| {
            pace::heard(status, headers, budget.as_ref(), sent, &self.inner.limits, (now, Instant::now()))
        });
        if let Some(budget) = budget {
            self.inner.observer.tell(Traffic::Budget { service, budget });
        }
        if let Some(pause) = pause.filter(|pause| !pause.is_zero()) {
            // A good answer with an absurd wait does not stop the work for longer than we would be patient.
            let pause = pause.min(self.inner.limits.patience);
            if pause < pace::TOLD {
                self.inner.gates.close(service, pause, now);
            } else {
                self.close(service, pause, now);
            }
        }
    }

    fn close(&self, service: Service, wait: Duration, now: Timestamp) -> Timestamp {
        let until = self.inner.gates.close(service, wait, now);
        self.inner.observer.tell(Traffic::Waiting { service, until });
        until
    }

    fn tell(&self, record: RequestRecord, failure: Option<ProblemKind>, retry_at: Option<Timestamp>) {
        tracing::debug!(
            service = %record.service, method = %record.method, path = %record.path, status = record.status,
            attempt = record.attempt, bytes = record.bytes, ms = record.duration.as_millis(), "request"
        );
        self.inner.observer.tell(Traffic::Request(RequestRecord { failure, retry_at, ..record }));
    }

    fn asked<'a>(&'a self, call: &'a Call, credential: Option<&'a str>) -> Asked<'a> {
        Asked {
            service: call.endpoint.service,
            what: &call.asked,
            need: call.need,
            credential,
            organization: &self.inner.organization,
            tenant: &self.inner.tenant,
            write: call.changes,
        }
    }
}
