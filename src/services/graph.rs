//! The client of Microsoft Graph: the destination tenant's users, the account that reads it, its policy, invitations.
//!
//! Sources: microsoft-graph-docs-contrib (user-list, invitation-post, authorizationpolicy-get) and the published metadata.

use std::sync::Arc;

use reqwest::Url;

use super::credential::source::Credential;
use super::http::endpoint::Endpoint;
use super::http::json::{Unreadable, from_body};
use super::http::need::Need;
use super::http::{Answer, Call, Http};
use crate::domain::problem::Problem;

mod delta;
mod invite;
mod me;
mod users;

pub use delta::{Delta, DeltaLink, DeltaRound};
pub use invite::{Invitation, Invited};

/// The client. Clones share connections, tokens and waits.
#[derive(Debug, Clone)]
pub struct Graph {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    http: Http,
    credential: Arc<Credential>,
    endpoint: Endpoint,
    /// As configured; for texts.
    tenant: String,
}

impl Graph {
    pub(crate) fn new(http: &Http, credential: &Arc<Credential>, endpoint: Endpoint, tenant: &str) -> Self {
        Self {
            inner: Arc::new(Inner {
                http: http.clone(),
                credential: Arc::clone(credential),
                endpoint,
                tenant: tenant.to_owned(),
            }),
        }
    }

    /// `{endpoint}/v1.0/…`
    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, Problem> {
        let mut segments = vec!["v1.0"];
        segments.extend(path);
        self.inner.endpoint.url(&segments, query)
    }

    fn fixed_url(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut segments = vec!["v1.0"];
        segments.extend(path);
        self.inner.endpoint.fixed_url(&segments, query)
    }

    fn get(&self, url: Url, asked: impl Into<String>, need: Need) -> Call {
        Call::get(&self.inner.endpoint, url, asked, need).with(&self.inner.credential)
    }

    async fn read<T>(&self, call: &Call) -> Result<Answer<T>, Problem>
    where
        T: serde::de::DeserializeOwned + Send + 'static,
    {
        let parse = |body: &[u8]| -> Result<T, Unreadable> { from_body(body) };
        self.inner.http.read(call, parse).await
    }
}
