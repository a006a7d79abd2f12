//! One request and its answer, with a limit for each phase and a cap on the body.

use std::io;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, Response, StatusCode};
use tokio::time::{Instant, timeout};

use super::CONNECT_TRIES;
use super::proxy::{Route, Straight};
use super::transport::{chain, until_headers};
use crate::domain::text::clean_to;
use crate::services::settings::Limits;

/// A whole answer.
pub(crate) struct Exchange {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// After decompression.
    pub body: Vec<u8>,
}

/// Why there is no whole answer.
#[derive(Debug)]
pub(crate) enum Lost {
    /// No connection was made: nothing was sent.
    NotSent { why: String, kind: Unmade },
    /// Sent, or perhaps sent, and nothing came back.
    NoAnswer { why: String },
    /// The answer began, and did not end.
    Broken { status: StatusCode, why: String },
    /// The answer is larger than any page may be.
    TooLarge { status: StatusCode },
}

/// Why a connection was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unmade {
    Name,
    Proxy,
    Certificate,
    Refused,
    Other,
}

impl Lost {
    /// The status, if the answer got that far.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Broken { status, .. } | Self::TooLarge { status } => Some(*status),
            _ => None,
        }
    }

    /// Whether trying again can help.
    pub fn may_pass(&self) -> bool {
        !matches!(self, Self::TooLarge { .. } | Self::NotSent { kind: Unmade::Certificate, .. })
    }

    /// How many tries make sense.
    pub fn tries(&self, most: u32) -> u32 {
        if matches!(self, Self::NotSent { .. }) { CONNECT_TRIES } else { most }
    }

    /// What happened.
    pub fn words(&self, limits: &Limits) -> String {
        match self {
            Self::NotSent { why, .. } => format!("no connection: {why}"),
            Self::NoAnswer { why } => format!("no answer: {why}"),
            Self::Broken { why, .. } => format!("the answer broke off: {why}"),
            Self::TooLarge { .. } => format!("the answer is larger than {} MiB", limits.body / (1024 * 1024)),
        }
    }

    /// What to do. `place` is the service, `route` the way there.
    pub fn remedy(&self, place: &str, route: &Route) -> String {
        let Self::NotSent { kind, why } = self else {
            return format!("Check the network connection to {place}, then read again.");
        };
        match (kind, route) {
            (Unmade::Proxy, Route::Through(proxy)) => format!(
                "The proxy {proxy} does not let this connection through. If it wants a name and a password, write them into the \
                 variable (http://NAME:PASSWORD@…); else ask whoever runs it to allow {place}, or take the host out with \
                 NO_PROXY."
            ),
            (Unmade::Certificate, _) if is_about_time(why) => "The certificate is not good at this machine's time. Look at the clock \
                 first (`ado2entra doctor` compares it with the service's); if the clock is right, the certificate of a proxy \
                 that reads along has ended."
                .into(),
            (Unmade::Certificate, _) => "The certificate was not accepted. If a proxy of your company reads along, name its root \
                 certificate: ca_file under [network], or SSL_CERT_FILE. `ado2entra doctor` says who issued the certificate. \
                 Check this machine's clock too."
                .into(),
            (Unmade::Name, Route::Through(proxy)) => format!(
                "The name of the proxy {proxy} could not be looked up. Check the variable, the network connection and the VPN."
            ),
            (Unmade::Name, _) if why.contains("longer than") => "The name server is slow or does not answer: see \
                 /etc/resolv.conf, the VPN, and `ado2entra doctor`, which measures it."
                .into(),
            (Unmade::Name, _) => format!(
                "The name in {place} could not be looked up. Check the network connection, the VPN, and whether a proxy is needed \
                 (HTTPS_PROXY)."
            ),
            (Unmade::Refused, Route::Through(proxy)) => {
                format!("Nobody listens where the proxy {proxy} should be. Check the variable, or unset it.")
            }
            (Unmade::Refused, _) => {
                format!("Nobody listens at {place}. Check [endpoints] in the configuration, firewall and proxy.")
            }
            (_, Route::Through(proxy)) => {
                format!("Check the way through the proxy {proxy} to {place} (`ado2entra doctor`), then read again.")
            }
            (_, Route::Direct(Straight::Excepted(entry))) => format!(
                "{place} is asked without the proxy ({entry}). Check the network connection, or whether that entry is right."
            ),
            (_, Route::Direct(Straight::OnlyForHttp)) => format!(
                "Check the network connection to {place}. HTTP_PROXY serves plain http only: if your company wants a proxy, set \
                 HTTPS_PROXY too."
            ),
            _ => format!(
                "Check the network connection to {place}, and whether your company wants a proxy (HTTPS_PROXY); `ado2entra \
                 doctor` looks at each step."
            ),
        }
    }
}

/// Whether a certificate was refused for its time.
pub(crate) fn is_about_time(why: &str) -> bool {
    let why = why.to_ascii_lowercase();
    why.contains("expired") || why.contains("not valid yet") || why.contains("notvalidyet")
}

/// Sends and reads to the end.
pub(crate) async fn send(request: RequestBuilder, limits: &Limits) -> Result<Exchange, Lost> {
    let begun = Instant::now();
    let response = match timeout(until_headers(limits), request.send()).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(unsent(error)),
        Err(_) => {
            let why = format!("nothing came within {} s", until_headers(limits).as_secs_f32());
            return Err(Lost::NoAnswer { why });
        }
    };
    receive(response, limits, begun).await
}

async fn receive(mut response: Response, limits: &Limits, begun: Instant) -> Result<Exchange, Lost> {
    let status = response.status();
    let headers = response.headers().clone();
    let declared = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if declared > limits.body {
        return Err(Lost::TooLarge { status });
    }
    let mut body = Vec::with_capacity(declared.min(4 * 1024 * 1024));
    loop {
        let left = limits.page.saturating_sub(begun.elapsed());
        let piece = match timeout(left.min(limits.between_bytes), response.chunk()).await {
            Ok(Ok(Some(piece))) => piece,
            Ok(Ok(None)) => return Ok(Exchange { status, headers, body }),
            Ok(Err(error)) => {
                let why = short(&chain(&error.without_url()));
                return Err(Lost::Broken { status, why });
            }
            Err(_) => {
                let why = silence(begun, limits, body.len());
                return Err(Lost::Broken { status, why });
            }
        };
        if body.len() + piece.len() > limits.body {
            return Err(Lost::TooLarge { status });
        }
        body.extend_from_slice(&piece);
    }
}

fn silence(begun: Instant, limits: &Limits, bytes: usize) -> String {
    if begun.elapsed() >= limits.page {
        return format!("it was not whole after {} ({bytes} bytes)", seconds(limits.page));
    }
    format!("nothing more came for {} after {bytes} bytes", seconds(limits.between_bytes))
}

fn seconds(span: Duration) -> String {
    format!("{} s", span.as_secs_f32())
}

/// The library's own frame around a cause says nothing to an administrator.
const FRAMES: [&str; 8] = [
    "error sending request: ",
    "client error (Connect): ",
    "client error (SendRequest): ",
    "error decoding response body: ",
    "request or response body error: ",
    "error resolving DNS: ",
    "tunnel error: failed to create underlying connection: ",
    "tcp connect error: ",
];

fn short(text: &str) -> String {
    let plain = FRAMES.iter().fold(text.to_owned(), |text, frame| text.replace(frame, ""));
    clean_to(&plain, 200).into_owned()
}

/// Tells apart whether something may have been sent.
fn unsent(error: reqwest::Error) -> Lost {
    let (connecting, name) = (error.is_connect(), error.is_dns());
    let error = error.without_url();
    let text = chain(&error);
    let why = short(&text);
    if !connecting && !error.is_builder() {
        return Lost::NoAnswer { why };
    }
    let lower = text.to_ascii_lowercase();
    let kind = if name {
        Unmade::Name
    } else if lower.contains("tunnel error") || lower.contains("proxy authorization") {
        if is_refused(&error) { Unmade::Refused } else { Unmade::Proxy }
    } else if lower.contains("certificate") {
        Unmade::Certificate
    } else if is_refused(&error) {
        Unmade::Refused
    } else {
        Unmade::Other
    };
    Lost::NotSent { why, kind }
}

fn is_refused(error: &reqwest::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            return true;
        }
        source = cause.source();
    }
    false
}
