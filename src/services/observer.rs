//! What the rest of the program learns about the traffic: one record per request, waits, and the request budget. Nothing
//! in it is secret: no header, no body, and of the query only the names of the parameters.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::problem::{ProblemKind, Service};
use crate::domain::signin::{SignInStep, TerminalStep};

/// One try of one request, after its answer was read or it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRecord {
    /// Who was asked.
    pub service: Service,
    /// `GET`, `PATCH`, …
    pub method: String,
    /// Path below the endpoint, and the names of the query's parameters.
    pub path: String,
    /// The status of the answer; `None` without one.
    pub status: Option<u16>,
    /// What it was taken for; `None` when it succeeded.
    pub failure: Option<ProblemKind>,
    /// From sending to the last byte.
    pub duration: Duration,
    /// Bytes of the body after decompression.
    pub bytes: u64,
    /// When it was sent.
    pub at: Timestamp,
    /// Which try of the same request this was, from 1.
    pub attempt: u32,
    /// The id that the service gave the call.
    pub activity_id: Option<String>,
    /// The moment on the service's own clock, from the answer: for measuring how far this machine's clock is off.
    pub server_date: Option<Timestamp>,
    /// When the next try is due, where there will be one.
    pub retry_at: Option<Timestamp>,
}

/// How much of the quota is left, as far as the service says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Budget {
    /// `X-RateLimit-Limit`.
    pub limit: Option<f64>,
    /// `X-RateLimit-Remaining`.
    pub remaining: Option<f64>,
    /// `X-RateLimit-Reset`: when all of it is back.
    pub reset: Option<Timestamp>,
    /// `X-RateLimit-Delay`: by how much the service delayed this answer.
    pub delay: Option<Duration>,
    /// `x-ms-throttle-limit-percentage` of Microsoft Graph: 0.8 and more is near the limit.
    pub used_share: Option<f64>,
}

/// Something that happened on the wire.
#[derive(Debug, Clone, PartialEq)]
pub enum Traffic {
    /// A request ended.
    Request(RequestRecord),
    /// No request goes to this service before this moment, because it asked for that.
    Waiting {
        /// Who asked to wait.
        service: Service,
        /// The end of the wait.
        until: Timestamp,
    },
    /// The service told about its quota.
    Budget {
        /// Whose quota.
        service: Service,
        /// What it said.
        budget: Budget,
    },
    /// Somebody has to sign in with a code, or has done so.
    SignIn(SignInStep),
    /// A credential command wants the terminal, or gives it back.
    Terminal(TerminalStep),
}

/// Gets told about the traffic, from whatever thread it happens on; must not block.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(Traffic) + Send + Sync>);

impl Observer {
    /// Calls this with everything that happens.
    pub fn new(tell: impl Fn(Traffic) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// Nobody listens.
    pub fn none() -> Self {
        Self::new(|_| ())
    }

    pub(crate) fn tell(&self, traffic: Traffic) {
        (self.0)(traffic);
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
