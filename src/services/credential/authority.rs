//! The sign-in service of Entra, for one tenant: device codes and tokens. Forms go in, tokens or refusals come out.
//!
//! Before anything is asked in a tenant's name, discovery says in which cloud it is: a Government or China tenant is
//! recognised before any sign-in is tried.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use secrecy::zeroize::Zeroize;
use serde::Deserialize;

use super::refusal::{Denied, Refusal};
use crate::domain::facts::Cloud;
use crate::domain::ids::TenantId;
use crate::domain::problem::{Problem, ProblemKind, Service};
use crate::domain::text::clean_to;
use crate::services::entra::Entra;
use crate::services::http::Http;
use crate::services::http::endpoint::Endpoint;
use crate::services::http::form::{Form, FormAnswer};
use crate::services::http::{clock, said, wait};

/// How often a question for a token is put again that got no answer, or a *later*.
const TRIES: u32 = 4;

/// How long the question for the cloud may hold up a sign-in.
const CLOUD_PATIENCE: Duration = Duration::from_secs(30);

/// What the sign-in service gave.
pub(crate) struct Grant {
    pub access: SecretString,
    pub refresh: Option<SecretString>,
    /// How long the access token is good for, as told.
    pub lifetime: Option<Duration>,
    /// The permissions that were granted, as told.
    pub scope: Option<String>,
}

/// A code for a person to type in.
pub(crate) struct Code {
    pub device: SecretString,
    pub user: String,
    pub address: String,
    pub lifetime: Duration,
    pub interval: Duration,
}

#[derive(Deserialize)]
struct GrantAnswer {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<Seconds>,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct CodeAnswer {
    device_code: Option<String>,
    user_code: Option<String>,
    #[serde(alias = "verification_url")]
    verification_uri: Option<String>,
    expires_in: Option<Seconds>,
    interval: Option<Seconds>,
}

/// A number, or a number as text: the older endpoint wrote texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

impl Seconds {
    fn span(&self) -> Option<Duration> {
        let seconds = match self {
            Self::Number(seconds) => *seconds,
            Self::Text(text) => text.trim().parse().ok()?,
        };
        // Nothing of this service lives for longer than a day.
        Some(Duration::from_secs(seconds.min(24 * 60 * 60)))
    }
}

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Authority {
    http: Http,
    endpoint: Endpoint,
    entra: Entra,
    tenant: String,
}

impl Authority {
    pub fn new(http: &Http, endpoint: &Endpoint, entra: &Entra, tenant: &str) -> Self {
        Self {
            http: http.clone(),
            endpoint: endpoint.clone(),
            entra: entra.clone(),
            tenant: tenant.trim().to_owned(),
        }
    }

    /// The destination's id, where it is known by now.
    pub fn tenant_id(&self) -> Option<TenantId> {
        self.tenant.parse().ok().or_else(|| self.entra.known().map(|found| found.id))
    }

    /// The tenant as configured.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The address that stands in the claim `aud` of an assertion.
    pub fn token_address(&self) -> String {
        self.endpoint.fixed_url(&[&self.tenant, "oauth2", "v2.0", "token"], &[]).to_string()
    }

    /// Whether this page may be trusted with a code: those that Microsoft documents, and pages of this very endpoint where
    /// that is on this machine.
    pub fn is_known_page(&self, address: &str) -> bool {
        const KNOWN: [&str; 5] = [
            "https://microsoft.com/devicelogin",
            "https://www.microsoft.com/devicelogin",
            "https://login.microsoft.com/device",
            "https://login.microsoftonline.com/common/oauth2/deviceauth",
            "https://aka.ms/devicelogin",
        ];
        let own = reqwest::Url::parse(address)
            .is_ok_and(|url| self.endpoint.is_loopback() && self.endpoint.covers(&url));
        own || KNOWN.contains(&address.trim_end_matches('/'))
    }

    /// Asks anonymously in which cloud the tenant is, once; an error where no sign-in must be tried there, or where there is
    /// no such tenant. Whether the sign-in service can be reached at all shows when it is asked for a token.
    pub async fn check_cloud(&self) -> Result<(), Problem> {
        let found = match self.entra.known() {
            Some(found) => found,
            None => match tokio::time::timeout(CLOUD_PATIENCE, self.entra.discover()).await {
                Ok(Ok(found)) => found,
                Ok(Err(problem)) if problem.kind == ProblemKind::NotFound => return Err(problem),
                Ok(Err(_)) | Err(_) => return Ok(()),
            },
        };
        let Cloud::National(name) = &found.cloud else { return Ok(()) };
        Err(Problem {
            said: format!("the tenant is in {}; nothing was signed in", clean_to(name, 60)),
            remedy: "Azure DevOps Services connects to tenants of the public cloud only. Choose another destination \
                     tenant: [tenant] id."
                .into(),
            ..Problem::at(
                Service::EntraLogin,
                ProblemKind::Refused,
                format!("signing in to {}", clean_to(&self.tenant, 80)),
            )
        })
    }

    /// A code for a person to type in.
    pub async fn device_code(&self, client_id: &str, scope: &str) -> Result<Code, Denied> {
        let form = Form::default().with("client_id", client_id).with("scope", scope);
        let asked = "asking for a sign-in code";
        let answer = self.post("devicecode", asked, &form).await?;
        let read: Option<CodeAnswer> = serde_json::from_slice(said::without_bom(&answer.body)).ok();
        let code = read.and_then(|read| {
            let user = read.user_code.filter(|code| is_code(code))?;
            Some(Code {
                device: secret(read.device_code?)?,
                user,
                address: read.verification_uri.filter(|text| !text.is_empty() && text.len() <= 300)?,
                lifetime: read.expires_in.and_then(|it| it.span()).unwrap_or(Duration::from_secs(900)),
                interval: read.interval.and_then(|it| it.span()).unwrap_or(Duration::from_secs(5)),
            })
        });
        code.ok_or_else(|| self.strange(asked, "the answer holds no sign-in code that could be shown"))
    }

    /// A token for a form that says by what right. One question, one answer.
    pub async fn grant(&self, asked: &str, form: &Form) -> Result<Grant, Denied> {
        let answer = self.post("token", asked, form).await?;
        let read: Option<GrantAnswer> = serde_json::from_slice(said::without_bom(&answer.body)).ok();
        let grant = read.and_then(|read| {
            Some(Grant {
                access: secret(read.access_token?)?,
                refresh: read.refresh_token.and_then(secret),
                lifetime: read.expires_in.and_then(|it| it.span()),
                scope: read.scope,
            })
        });
        grant.ok_or_else(|| self.strange(asked, "the answer holds no token"))
    }

    /// Like [`Authority::grant`], and again where the network or the service failed. For rights that are not used up by being
    /// asked for: application secrets, and refresh tokens, whose predecessors stay good for a while.
    pub async fn grant_patiently(&self, asked: &str, form: &Form) -> Result<Grant, Denied> {
        let limits = *self.http.limits();
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.grant(asked, form).await {
                Err(Denied::Problem(problem))
                    if attempt < TRIES
                        && matches!(
                            problem.kind,
                            ProblemKind::Unreachable | ProblemKind::ServiceFailing | ProblemKind::Throttled
                        ) =>
                {
                    let wait = limits.backoff_first.saturating_mul(1 << attempt).min(limits.backoff_longest);
                    tokio::time::sleep(wait).await;
                }
                other => return other,
            }
        }
    }

    async fn post(&self, what: &str, asked: &str, form: &Form) -> Result<FormAnswer, Denied> {
        let url = self.endpoint.url(&[&self.tenant, "oauth2", "v2.0", what], &[])?;
        let answer = self.http.post_form(&self.endpoint, url, asked, form).await?;
        let status = answer.status.as_u16();
        if answer.status.is_success() {
            return Ok(answer);
        }
        if let Some(mut refusal) =
            Refusal::read(&answer.body, status, said::activity_id(&answer.headers), &form.secrets())
        {
            // An assertion or a token is refused for the time in it; the service does not say whose clock is wrong.
            if let Some(advice) = clock::advice(&answer.headers, Timestamp::now()) {
                refusal.text = format!("{}. {advice}", refusal.text);
            }
            return Err(Denied::Refused(refusal));
        }
        let kind = match status {
            429 => ProblemKind::Throttled,
            408 | 500..=599 => ProblemKind::ServiceFailing,
            _ => ProblemKind::BadAnswer,
        };
        let words = said::read(&answer.headers, &answer.body, &form.secrets());
        let mut said = words.text;
        if said.is_empty() {
            said = answer.status.canonical_reason().unwrap_or("an unknown status").to_lowercase();
        }
        let now = Timestamp::now();
        Err(Denied::Problem(Problem {
            status: Some(status),
            code: words.code,
            said,
            remedy: "Try again in a minute; check a proxy between this machine and the sign-in service."
                .into(),
            retry_at: wait::asked_wait(&answer.headers, now).map(|wait| wait::later(now, wait)),
            ..Problem::at(Service::EntraLogin, kind, asked)
        }))
    }

    fn strange(&self, asked: &str, said: &str) -> Denied {
        Denied::Problem(Problem {
            said: said.to_owned(),
            remedy: format!(
                "Something between this machine and {} may have answered in its place: check proxy and [endpoints].",
                self.endpoint.place()
            ),
            ..Problem::at(Service::EntraLogin, ProblemKind::BadAnswer, asked)
        })
    }
}

/// A text as a secret; the text itself is wiped. Nothing for an empty one.
fn secret(mut text: String) -> Option<SecretString> {
    let secret = (!text.trim().is_empty()).then(|| SecretString::from(text.trim()));
    text.zeroize();
    secret
}

/// What can be a code that people type: nothing that could act on a terminal.
fn is_code(text: &str) -> bool {
    (4..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
