//! What people work with beside their own access: projects, service connections, agent pools with their agents. Read only, and
//! only what says whether they are there and ready: the parameters of a connection, which may hold secrets, are never looked
//! at.
//!
//! Source: MicrosoftDocs/vsts-rest-api-specs (core, serviceEndpoint, distributedTask).

use serde::Deserialize;

use super::AzureDevOps;
use crate::domain::comparison::state::Named;
use crate::domain::facts::{Creator, Workload, WorkloadKind};
use crate::domain::ids::StorageKey;
use crate::domain::problem::Problem;
use crate::domain::text::clean_to;
use crate::services::http::json::Unreadable;
use crate::services::http::need::Need;
use crate::services::paging::{Batch, Continued, Listing, Pages, Raw, hash};
use crate::services::wire::lenient::{Text, flag};
use crate::services::wire::page;

const VERSION: (&str, &str) = ("api-version", "7.1");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Project {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    name: Text,
    #[serde(default)]
    state: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    name: Text,
    #[serde(default, rename = "type")]
    kind: Text,
    #[serde(default)]
    is_ready: Text,
    #[serde(default)]
    is_disabled: Text,
    created_by: Option<Somebody>,
}

/// An `IdentityRef`: the id is the storage key.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Somebody {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    display_name: Text,
    #[serde(default)]
    unique_name: Text,
}

impl Somebody {
    /// Where the service says anything about them.
    fn creator(self) -> Option<Creator> {
        let creator = Creator {
            key: self.id.as_deref().filter(|id| uuid::Uuid::try_parse(id.trim()).is_ok()).map(StorageKey::new),
            name: self.display_name.or_empty().into(),
            address: self.unique_name.into_string(),
        };
        (creator != Creator::default()).then_some(creator)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pool {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    name: Text,
    #[serde(default)]
    is_hosted: Text,
    owner: Option<Somebody>,
    created_by: Option<Somebody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Agent {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    name: Text,
    #[serde(default)]
    status: Text,
    #[serde(default)]
    enabled: Text,
}

/// An agent pool of the organization's own machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentPool {
    /// For the next call.
    pub id: String,
    /// Untrusted, for people's eyes.
    pub name: String,
    /// Microsoft's own machines: nobody has to look after them.
    pub hosted: bool,
    /// Who owns it, else who made it.
    pub owner: Option<Creator>,
}

/// An agent, as far as it counts.
struct Counted {
    id: u64,
    name: String,
    enabled: bool,
    online: bool,
}

fn projects(body: &[u8], raw: Raw) -> Result<Batch<Named>, Unreadable> {
    page::parse(body, raw, |project: Project| {
        // It goes into the next address.
        let id = project.id.as_deref().and_then(|id| uuid::Uuid::try_parse(id.trim()).ok());
        let id = id.ok_or("it has no `id` that is one")?.hyphenated().to_string();
        let state = project.state.into_string();
        let good = state.as_deref().map(|state| state.eq_ignore_ascii_case("wellFormed"));
        Ok(Named { id, name: project.name.or_empty().into(), standing: state, good })
    })
}

fn connections(body: &[u8], raw: Raw) -> Result<Batch<Workload>, Unreadable> {
    page::parse(body, raw, |one: Connection| {
        let (standing, good) = match (flag(&one.is_disabled), flag(&one.is_ready)) {
            (Some(true), _) => (Some("disabled".to_owned()), Some(false)),
            (_, Some(true)) => (Some("ready".to_owned()), Some(true)),
            (_, Some(false)) => (Some("not ready".to_owned()), Some(false)),
            (_, None) => (None, None),
        };
        Ok(Workload {
            kind: WorkloadKind::ServiceConnection,
            id: one.id.as_deref().ok_or("it has no `id`")?.to_lowercase(),
            name: one.name.or_empty().into(),
            about: one.kind.into_string(),
            set_up_by: one.created_by.and_then(Somebody::creator),
            standing,
            good,
        })
    })
}

fn pools(body: &[u8], raw: Raw) -> Result<Batch<AgentPool>, Unreadable> {
    page::parse(body, raw, |pool: Pool| {
        let id = pool.id.as_deref().filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
        let id = id.ok_or("it has no `id` that is one")?.to_owned();
        Ok(AgentPool {
            id,
            name: pool.name.or_empty().into(),
            hosted: flag(&pool.is_hosted) == Some(true),
            owner: pool.owner.or(pool.created_by).and_then(Somebody::creator),
        })
    })
}

fn agents(body: &[u8], raw: Raw) -> Result<Batch<Counted>, Unreadable> {
    page::parse(body, raw, |agent: Agent| {
        let id = agent.id.as_deref().ok_or("it has no `id`")?;
        Ok(Counted {
            id: hash(id),
            name: String::from(agent.name.or_empty()),
            enabled: flag(&agent.enabled) != Some(false),
            online: agent.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("online")),
        })
    })
}

impl AzureDevOps {
    /// The projects of the organization.
    pub fn projects(&self) -> Pages<Named> {
        let what = format!("the projects of {}", self.organization());
        let path = [self.organization(), "_apis", "projects"];
        self.resources(&path, what, Need::Projects, projects, |one| hash(&one.id))
    }

    /// The service connections of one project.
    pub fn service_connections(&self, project: &Named) -> Pages<Workload> {
        let what = format!("the service connections of {}", clean_to(&project.name, 80));
        // By its id: a name may hold anything.
        let path = [self.organization(), project.id.as_str(), "_apis", "serviceendpoint", "endpoints"];
        self.resources(&path, what, Need::ServiceConnections, connections, |one| hash(&one.id))
    }

    /// The agent pools of the organization.
    pub fn agent_pools(&self) -> Pages<AgentPool> {
        let what = format!("the agent pools of {}", self.organization());
        let path = [self.organization(), "_apis", "distributedtask", "pools"];
        self.resources(&path, what, Need::AgentPools, pools, |one| hash(&one.id))
    }

    /// How the agents of this pool stand.
    pub async fn agents(&self, pool: &AgentPool) -> Result<Workload, Problem> {
        let what = format!("the agents of {}", clean_to(&pool.name, 80));
        let path = [self.organization(), "_apis", "distributedtask", "pools", pool.id.as_str(), "agents"];
        let found = self.resources(&path, what, Need::AgentPools, agents, |one| one.id).all().await?.0;
        let offline: Vec<&str> = found
            .iter()
            .filter(|agent| agent.enabled && !agent.online)
            .map(|agent| agent.name.as_str())
            .collect();
        let mut standing =
            format!("{} of {} agents online", found.iter().filter(|one| one.online).count(), found.len());
        if !offline.is_empty() {
            standing = format!("{standing}, not {}", offline.join(", "));
        }
        Ok(Workload {
            kind: WorkloadKind::AgentPool,
            id: pool.id.clone(),
            name: pool.name.clone(),
            about: None,
            set_up_by: pool.owner.clone(),
            standing: Some(standing),
            good: (!found.is_empty()).then_some(offline.is_empty()),
        })
    }

    fn resources<T: Send + 'static>(
        &self,
        path: &[&str],
        what: String,
        need: Need,
        parse: fn(&[u8], Raw) -> Result<Batch<T>, Unreadable>,
        key: fn(&T) -> u64,
    ) -> Pages<T> {
        let endpoint = &self.inner.core;
        let url = endpoint.fixed_url(path, &[VERSION]);
        Pages::new(
            &self.inner.http,
            Listing {
                first: self.get(endpoint, url, format!("reading {what}"), need),
                what,
                continued: Continued::HeaderToken("continuationToken"),
                parse,
                key,
                raw: Raw::Drop,
            },
        )
    }
}
