//! The client of Azure DevOps Services: who is in the organization, who administers it, and the two changes that this
//! program makes (mapping users, removing one entitlement).
//!
//! Sources: MicrosoftDocs/vsts-rest-api-specs (memberEntitlementManagement, graph, ims, tokenAdmin); `connectionData` from
//! Microsoft's Python library; the owner's read from github/gh-gei.

use std::sync::Arc;

use reqwest::{Method, Url};
use serde_json::Value;

use super::credential::source::Credential;
use super::http::endpoint::Endpoint;
use super::http::json::{Unreadable, from_body};
use super::http::need::Need;
use super::http::{Answer, Call, Http, Pass};
use crate::domain::problem::Problem;

mod administrators;
mod audit;
mod batch;
mod entitlements;
mod graph;
mod identities;
mod operator;
mod owner;
mod resources;
mod rules;
mod tokens;
mod types;

pub use administrators::PeopleIn;
pub use batch::{BatchRow, BatchTaken};
pub use resources::AgentPool;
pub use types::{GraphUser, Group, Membership, PlannedCall, Taken};

pub(crate) use administrators::is_administrators_group;

/// The client. Clones share connections, tokens and waits.
#[derive(Debug, Clone)]
pub struct AzureDevOps {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    http: Http,
    organization: String,
    credential: Arc<Credential>,
    /// `dev.azure.com`
    core: Endpoint,
    /// `vssps.dev.azure.com`
    identity: Endpoint,
    /// `vsaex.dev.azure.com`
    entitlements: Endpoint,
    /// `auditservice.dev.azure.com`
    audit: Endpoint,
}

impl AzureDevOps {
    pub(crate) fn new(
        http: &Http,
        organization: &str,
        credential: &Arc<Credential>,
        core: Endpoint,
        identity: Endpoint,
        entitlements: Endpoint,
        audit: Endpoint,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                http: http.clone(),
                organization: organization.to_owned(),
                credential: Arc::clone(credential),
                core,
                identity,
                entitlements,
                audit,
            }),
        }
    }

    /// The organization's name.
    pub fn organization(&self) -> &str {
        &self.inner.organization
    }

    /// `{endpoint}/{organization}/_apis/…`
    fn url(&self, endpoint: &Endpoint, path: &[&str], query: &[(&str, &str)]) -> Result<Url, Problem> {
        let mut segments = vec![self.organization(), "_apis"];
        segments.extend(path);
        endpoint.url(&segments, query)
    }

    fn get(&self, endpoint: &Endpoint, url: Url, asked: String, need: Need) -> Call {
        Call::get(endpoint, url, asked, need).with(&self.inner.credential)
    }

    /// Reads one JSON document into a tolerant wire type.
    async fn read<T>(&self, call: &Call) -> Result<Answer<T>, Problem>
    where
        T: serde::de::DeserializeOwned + Send + 'static,
    {
        let parse = |body: &[u8]| -> Result<T, Unreadable> { from_body(body) };
        self.inner.http.read(call, parse).await
    }

    async fn change(
        &self,
        call: Call,
        method: Method,
        body: Option<&Value>,
        pass: Option<Pass>,
    ) -> Result<Taken, Problem> {
        let answer = self.inner.http.write(&call.changing(method, body), pass).await?;
        Ok(Taken { status: answer.status, activity_id: super::http::said::activity_id(&answer.headers) })
    }
}
