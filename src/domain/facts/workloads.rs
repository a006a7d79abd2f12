//! What works with somebody's credential: service connections, and the organization's own agents. Never the credential.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ids::StorageKey;

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkloadKind {
    /// A way from the pipelines of a project to another service.
    ServiceConnection,
    /// A pool of the organization's own agents.
    AgentPool,
}

impl WorkloadKind {
    /// In words.
    pub fn shown(self) -> &'static str {
        match self {
            Self::ServiceConnection => "service connection",
            Self::AgentPool => "agent pool",
        }
    }
}

/// Somebody, as far as a service names them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Creator {
    /// The storage key.
    pub key: Option<StorageKey>,
    /// Untrusted, for people's eyes.
    pub name: String,
    /// The sign-in address.
    pub address: Option<String>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// Which kind.
    pub kind: WorkloadKind,
    /// What identifies it.
    pub id: String,
    /// Untrusted, for people's eyes; of a service connection with its project in front.
    pub name: String,
    /// What it leads to, as the service writes it: `azurerm`, `github`.
    pub about: Option<String>,
    /// Who set it up; of a pool, who owns it.
    pub set_up_by: Option<Creator>,
    /// How it stands, in words: `ready`, `1 of 3 agents online, not b`.
    pub standing: Option<String>,
    /// Whether that is as it should be; `None`: not said.
    pub good: Option<bool>,
}

/// All of them, as far as they could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workloads {
    /// By kind, then by name.
    pub list: Vec<Workload>,
    /// What could not be read, each with its reason, in words.
    pub not_read: Vec<String>,
    /// When they were read.
    pub read_at: Timestamp,
}
