//! What stays the same for the whole run of the program: who, where, and the settings that screens and commands need.

use std::collections::BTreeSet;
use std::time::Duration;

/// What the administrator configured as the goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConfiguredGoal {
    /// Connect, or switch, by what backs the organization now.
    #[default]
    Auto,
    /// Disconnect.
    Disconnect,
}

/// Names and settings, without a secret in them.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// The organization's name.
    pub organization: String,
    /// The destination tenant as configured: a domain or a GUID.
    pub tenant: String,
    /// How Azure DevOps is signed in to, in a word: `pat`, `azure-cli`, `command`.
    pub azure_devops_way: String,
    /// How the tenant is read, in a word.
    pub entra_way: String,
    /// The portal's base address, from the endpoints: `https://dev.azure.com`.
    pub portal: String,
    /// The services are simulated: every screen says so.
    pub simulated: bool,
    /// Nothing may be sent that changes anything.
    pub read_only: bool,
    /// An offline run from a snapshot: where it was taken.
    pub offline: Option<String>,
    /// The configured goal.
    pub goal: ConfiguredGoal,
    /// Days without access after which somebody counts as inactive.
    pub inactive_after_days: u32,
    /// Addresses never offered for removal or bulk decisions.
    pub protected: BTreeSet<String>,
    /// How many rows are sent at a time.
    pub concurrency: usize,
    /// Stop after so many failures in a row.
    pub stop_after_failures: u32,
    /// An older reading must be refreshed before apply.
    pub reread_after: Duration,
    /// How often the probe asks what backs the organization, and the tenant's people are read; `None`: never.
    pub poll_tenant: Option<Duration>,
    /// How often the organization's people are read.
    pub poll_users: Option<Duration>,
    /// How often health is read.
    pub poll_health: Option<Duration>,
    /// How many candidates a person has on screen and in JSON.
    pub candidates: usize,
    /// The undocumented batch route was asked for; this version uses the documented call for each person.
    pub batch_route: bool,
}

impl Context {
    /// The page on which *Connect directory* is.
    pub fn connect_page(&self) -> String {
        format!("{}/{}/_settings/organizationAad", self.portal.trim_end_matches('/'), self.organization)
    }
}
