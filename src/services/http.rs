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
use tokio::time::Instant;

pub(crate) mod endpoint;
pub(crate) mod failure;
pub(crate) mod gate;
pub(crate) mod json;
pub(crate) mod need;
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
use json::Unreadable;
use need::Need;
use send::{Exchange, Lost};
use transport::Transport;

use crate::domain::problem::{Problem, ProblemKind, Service};
use crate::services::credential::source::Credential;
use crate::services::credential::token::Token;
use crate::services::observer::{Observer, RequestRecord, Traffic};
use crate::services::settings::{Limits, Settings};

/// Tries of a read whose connection could not even be made.
const CONNECT_TRIES: u32 = 3;

/// Tries of a read whose answer is whole but cannot be understood.
const UNREADABLE_TRIES: u32 = 3;

/// Bodies above this are parsed off the runtime's threads.
const LARGE: usize = 256 * 1024;

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

/// What became of one try of a read.
enum Tried<T> {
    Done(Answer<T>),
    /// Another try may help, after this wait or the gate's.
    Again {
        problem: Problem,
        wait: Option<Duration>,
        tries: u32,
    },
    Failed(Problem),
}

impl Http {
    /// Prepares connections; nothing is sent.
    pub fn new(settings: &Settings, observer: Observer) -> Result<Self, Problem> {
        Ok(Self {
            inner: Arc::new(Inner {
                transport: Transport::new(settings)?,
                limits: settings.limits,
                gates: Gates::default(),
                observer,
                random: Mutex::new(fastrand::Rng::with_seed(settings.seed)),
                organization: settings.organization.clone(),
                tenant: settings.tenant.clone(),
            }),
        })
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// Reads, and repeats where that can help. `parse` runs on the body, off the runtime if it is large.
    pub async fn read<T, P>(&self, call: &Call, parse: P) -> Result<Answer<T>, Problem>
    where
        T: Send + 'static,
        P: Fn(&[u8]) -> Result<T, Unreadable> + Copy + Send + 'static,
    {
        let limits = &self.inner.limits;
        let deadline = Instant::now() + limits.patience;
        let mut token = self.token(call).await?;
        let (mut attempt, mut renewed) = (0, false);
        loop {
            attempt += 1;
            self.pass(call, deadline).await?;
            let (exchange, record) = self.exchange(call, token.as_deref(), attempt).await?;
            let tried = self.judge_read(call, exchange, token.as_deref(), parse).await;
            match tried {
                Tried::Done(answer) => {
                    self.tell(record, None, None);
                    return Ok(answer);
                }
                Tried::Failed(problem) => {
                    self.tell(record, Some(problem.kind), None);
                    if !renewed && let Some(fresh) = self.renewed(call, token.as_deref(), &problem).await {
                        renewed = true;
                        token = Some(fresh);
                        continue;
                    }
                    return Err(problem);
                }
                Tried::Again { problem, wait, tries } => {
                    let wait = wait.unwrap_or_else(|| wait::backoff(limits, attempt, &mut self.random()));
                    let out_of_time = Instant::now() + wait > deadline;
                    if attempt >= tries.min(limits.tries) || out_of_time {
                        self.tell(record, Some(problem.kind), None);
                        return Err(self.given_up(call, problem, wait, attempt, out_of_time));
                    }
                    let now = Timestamp::now();
                    if matches!(problem.kind, ProblemKind::Throttled) {
                        let until = self.close(call.endpoint.service, wait, now);
                        self.tell(record, Some(problem.kind), Some(until));
                    } else {
                        self.tell(record, Some(problem.kind), Some(wait::later(now, wait)));
                        tokio::time::sleep(wait).await;
                    }
                    token = self.token(call).await?;
                }
            }
        }
    }

    /// Sends a change, once. No answer is [`ProblemKind::OutcomeUnknown`]; a clear *not now* is
    /// [`ProblemKind::Throttled`] with the moment from which on it may be sent again. Only a refused token is replaced and
    /// the call repeated: then nothing has happened for certain.
    pub async fn write(&self, call: &Call) -> Result<Answer<Vec<u8>>, Problem> {
        let mut token = self.token(call).await?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.pass(call, Instant::now() + self.inner.limits.patience).await?;
            let (exchange, record) = self.exchange(call, token.as_deref(), attempt).await?;
            match self.judge_write(call, exchange, token.as_deref()) {
                Ok(answer) => {
                    self.tell(record, None, None);
                    return Ok(answer);
                }
                Err(problem) => {
                    self.tell(record, Some(problem.kind), problem.retry_at);
                    if attempt == 1
                        && let Some(fresh) = self.renewed(call, token.as_deref(), &problem).await
                    {
                        token = Some(fresh);
                        continue;
                    }
                    return Err(problem);
                }
            }
        }
    }

    /// Asks once and gives whatever came, for the probe: status and headers say everything there.
    pub async fn look(&self, call: &Call) -> Result<(StatusCode, HeaderMap), Problem> {
        self.pass(call, Instant::now() + self.inner.limits.patience).await?;
        let (exchange, record) = self.exchange(call, None, 1).await?;
        match exchange {
            Ok(exchange) => {
                self.heed(call.endpoint.service, exchange.status, &exchange.headers);
                self.tell(record, None, None);
                Ok((exchange.status, exchange.headers))
            }
            Err(lost) => {
                let problem = self.lost(call, lost);
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

    async fn renewed(&self, call: &Call, refused: Option<&Token>, problem: &Problem) -> Option<Arc<Token>> {
        if problem.kind != ProblemKind::NotSignedIn {
            return None;
        }
        call.credential.as_ref()?.renew(refused?).await
    }

    async fn pass(&self, call: &Call, deadline: Instant) -> Result<(), Problem> {
        let spread = self.random().f64();
        self.inner.gates.pass(call.endpoint.service, deadline, spread).await.map_err(|until| {
            let mut problem =
                self.problem(call, ProblemKind::Throttled, "it asked for no requests until then");
            problem.retry_at = Some(until);
            problem.remedy = throttled_remedy(until);
            problem
        })
    }

    fn random(&self) -> std::sync::MutexGuard<'_, fastrand::Rng> {
        self.inner.random.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn exchange(
        &self,
        call: &Call,
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
        } else if call.method != Method::GET {
            // A length of zero, said aloud: some gateways answer 411 without it.
            request = request.body(Vec::new());
        }
        let (at, begun) = (Timestamp::now(), Instant::now());
        let exchange = send::send(request, &self.inner.limits).await;
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
        let mut wait = status.is_success().then(|| wait::asked_wait(headers, now)).flatten();
        if let Some(budget) = wait::budget(headers) {
            wait = wait.max(wait::quota_wait(&budget, headers, &self.inner.limits, now));
            self.inner.observer.tell(Traffic::Budget { service, budget });
        }
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            // A good answer with an absurd wait does not stop the work for longer than we would be patient.
            self.close(service, wait.min(self.inner.limits.patience), now);
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

    fn failed(&self, call: &Call, exchange: &Exchange, token: Option<&Token>) -> Problem {
        let described = call.credential.as_ref().map(|credential| credential.described());
        let secrets = token.map(Token::secrets).unwrap_or_default();
        failure::problem(
            &self.asked(call, described.as_deref()),
            exchange.status,
            &exchange.headers,
            &exchange.body,
            &secrets,
        )
    }

    async fn judge_read<T, P>(
        &self,
        call: &Call,
        exchange: Result<Exchange, Lost>,
        token: Option<&Token>,
        parse: P,
    ) -> Tried<T>
    where
        T: Send + 'static,
        P: Fn(&[u8]) -> Result<T, Unreadable> + Copy + Send + 'static,
    {
        let exchange = match exchange {
            Ok(exchange) => exchange,
            Err(lost) => {
                let (again, tries) = (lost.may_pass(), lost.tries(self.inner.limits.tries));
                let problem = self.lost(call, lost);
                return if again {
                    Tried::Again { problem, wait: None, tries }
                } else {
                    Tried::Failed(problem)
                };
            }
        };
        self.heed(call.endpoint.service, exchange.status, &exchange.headers);
        let status = exchange.status.as_u16();
        if exchange.status.is_success() && status != 203 && !said::is_page(&exchange.headers, &exchange.body)
        {
            return self.parsed(call, exchange, parse).await;
        }
        let mut problem = self.failed(call, &exchange, token);
        if !matches!(status, 408 | 429 | 500 | 502 | 503 | 504 | 509) {
            return Tried::Failed(problem);
        }
        let wait = wait::asked_wait(&exchange.headers, Timestamp::now());
        if wait.is_some() {
            problem.kind = ProblemKind::Throttled;
        }
        Tried::Again { problem, wait, tries: self.inner.limits.tries }
    }

    async fn parsed<T, P>(&self, call: &Call, exchange: Exchange, parse: P) -> Tried<T>
    where
        T: Send + 'static,
        P: Fn(&[u8]) -> Result<T, Unreadable> + Copy + Send + 'static,
    {
        let Exchange { status, headers, body } = exchange;
        let bytes = body.len() as u64;
        let parsed = if !said::may_be_json(&headers) {
            let kind = wait::header(&headers, "content-type").unwrap_or_default().to_owned();
            Err(Unreadable::other(format!("it is declared as `{kind}`")))
        } else if body.len() > LARGE {
            let parsing = tokio::task::spawn_blocking(move || parse(said::without_bom(&body)));
            parsing.await.unwrap_or_else(|_| Err(Unreadable::other("reading it was interrupted".into())))
        } else {
            parse(said::without_bom(&body))
        };
        match parsed {
            Ok(value) => Tried::Done(Answer { value, status: status.as_u16(), headers, bytes }),
            Err(unreadable) => {
                let said = format!(
                    "the answer ({bytes} bytes) of {} is not the JSON that is expected: {unreadable}",
                    call.endpoint.path_for_log(&call.url)
                );
                let mut problem = self.problem(call, ProblemKind::BadAnswer, said);
                problem.status = Some(status.as_u16());
                problem.activity_id = said::activity_id(&headers);
                Tried::Again { problem, wait: None, tries: UNREADABLE_TRIES }
            }
        }
    }

    fn judge_write(
        &self,
        call: &Call,
        exchange: Result<Exchange, Lost>,
        token: Option<&Token>,
    ) -> Result<Answer<Vec<u8>>, Problem> {
        let exchange = exchange.map_err(|lost| self.lost(call, lost))?;
        self.heed(call.endpoint.service, exchange.status, &exchange.headers);
        let status = exchange.status.as_u16();
        if exchange.status.is_success() && status != 203 && !said::is_page(&exchange.headers, &exchange.body)
        {
            let Exchange { headers, body, .. } = exchange;
            let bytes = body.len() as u64;
            return Ok(Answer { value: said::without_bom(&body).to_vec(), status, headers, bytes });
        }
        let mut problem = self.failed(call, &exchange, token);
        let now = Timestamp::now();
        let wait = wait::asked_wait(&exchange.headers, now);
        match (status, wait) {
            // 429 and a 503 that says when to come again were not processed.
            (429, _) | (503, Some(_)) => {
                let wait = wait.unwrap_or_else(|| self.inner.limits.backoff_longest);
                let until = self.close(call.endpoint.service, wait, now);
                problem.kind = ProblemKind::Throttled;
                problem.retry_at = Some(until);
                problem.remedy = throttled_remedy(until);
            }
            // A gateway that lost its patience knows nothing about what happened behind it.
            (408 | 500 | 502..=599, _) => {
                problem.kind = ProblemKind::OutcomeUnknown;
                let advice = "It may or may not have happened: read it back before anything is sent again.";
                problem.remedy = format!("{advice} {}", problem.remedy);
            }
            _ => {}
        }
        Err(problem)
    }

    fn lost(&self, call: &Call, lost: Lost) -> Problem {
        let kind = match &lost {
            Lost::NotSent { .. } => ProblemKind::Unreachable,
            _ if call.changes => ProblemKind::OutcomeUnknown,
            Lost::NoAnswer { .. } | Lost::Broken { .. } => ProblemKind::Unreachable,
            Lost::TooLarge { .. } => ProblemKind::BadAnswer,
        };
        let mut problem = self.problem(call, kind, lost.words(&self.inner.limits));
        problem.status = lost.status().map(|status| status.as_u16());
        if kind == ProblemKind::Unreachable {
            problem.remedy = lost.remedy(call.endpoint.place());
        }
        problem
    }

    fn given_up(
        &self,
        call: &Call,
        problem: Problem,
        wait: Duration,
        attempt: u32,
        out_of_time: bool,
    ) -> Problem {
        let mut problem = problem;
        if problem.kind == ProblemKind::Throttled {
            let until = self.close(call.endpoint.service, wait, Timestamp::now());
            problem.retry_at = Some(until);
            problem.remedy = throttled_remedy(until);
        }
        if attempt > 1 {
            problem.said.push_str(&format!(" (after {attempt} tries)"));
        } else if out_of_time && problem.kind == ProblemKind::Throttled {
            problem.said.push_str(" (it asks for a longer wait than this program makes by itself)");
        }
        problem
    }
}

fn throttled_remedy(until: Timestamp) -> String {
    let until = until.round(jiff::Unit::Second).unwrap_or(until);
    format!("The service asks to wait until {until}. Nothing is sent there before; read again then.")
}
