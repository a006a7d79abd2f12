//! Microsoft's list for the time after connecting ("Connect your organization to Microsoft Entra ID", 03/2026): what can be
//! read is read, what cannot is for a person to tick, with a note.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Comparison;
use super::state::Named;
use crate::domain::check::{CheckStatus, Tick};

mod points;
#[cfg(test)]
mod tests;

use points::{found, point};

/// The most lines of evidence of one point; more are counted.
const EVIDENCE: usize = 50;

macro_rules! points {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $title:literal;)*) => {
        /// A point of the list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum PointId {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl PointId {
            /// All of them, in Microsoft's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in JSON and on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The point in one line.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

points! {
    /// The operator is an identity of the directory.
    SignedInAgain "signed-in-again" "You are signed in with the work account";
    /// Tried out in a private window.
    SingleSignOn "single-sign-on" "Signing in works in a private window, with single sign-on";
    /// Nobody is left disconnected who should not be.
    MappingComplete "mapping-complete" "Everybody active is mapped";
    /// Nobody lost anything unexpected.
    PermissionsIntact "permissions-intact" "Roles and permissions are intact";
    /// Guests are still there.
    GuestsHaveAccess "guests-have-access" "Guests still have access";
    /// Projects are all there.
    ProjectsReachable "projects-reachable" "Projects and repositories can be reached";
    /// Service connections are ready.
    ServiceConnections "service-connections" "Service connections and pipelines work";
    /// Agents are online.
    AgentsOnline "agents-online" "Agents are online";
    /// Other tools.
    ToolsWork "tools-work" "Other tools and extensions work";
    /// SSH keys are there again.
    SshKeysRecreated "ssh-keys-recreated" "SSH keys are made anew";
    /// The audit log shows who linked the organization.
    LinkEvent "link-event" "The audit log shows the link event";
    /// Feedback of some days.
    FeedbackCollected "feedback-collected" "Feedback was collected for some days";
}

impl PointId {
    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.name() == name)
    }
}

impl fmt::Display for PointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One point with what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Which one.
    pub id: PointId,
    /// How it stands.
    pub status: CheckStatus,
    /// The finding in one line.
    pub summary: String,
    /// The findings one by one, cleaned.
    pub evidence: Vec<String>,
    /// What to do; empty where there is nothing to do.
    pub remedy: String,
    /// A person's confirmation.
    pub ticked: Option<Tick>,
}

impl Point {
    /// With the tick counted.
    pub fn counts_as(&self) -> CheckStatus {
        if self.ticked.is_some() && self.status.can_be_ticked() { CheckStatus::Pass } else { self.status }
    }
}

/// An entry of the audit log about the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// `Organization.LinkToAAD` and the like.
    pub action: String,
    /// Who, by name and address as far as the log says.
    pub actor: String,
    /// The log's own sentence.
    pub details: String,
}

/// Something that was to be read: the value, or why it is not there, in words.
pub type Read<T> = Result<T, String>;

/// What the list is made from.
#[derive(Debug, Clone)]
pub struct AfterFacts<'a> {
    /// The destination backs the organization; `None`: not known.
    pub connected: Option<bool>,
    /// Whether the account behind the credential is an identity of the directory, with its name.
    pub signed_in: Read<(bool, String)>,
    /// Who is not connected, by name; whom the plan keeps as they are is not among them.
    pub disconnected: Read<Vec<String>>,
    /// How many the plan keeps as they are.
    pub kept: usize,
    /// Before and after.
    pub comparison: Read<&'a Comparison>,
    /// Projects as they are now.
    pub projects: Read<&'a [Named]>,
    /// Service connections as they are now.
    pub connections: Read<&'a [Named]>,
    /// Agent pools as they are now.
    pub pools: Read<&'a [Named]>,
    /// What the audit log says about linking.
    pub audit: Read<&'a [AuditEntry]>,
    /// How many people had SSH keys before and have none now, by name; with the people who were not read.
    pub without_keys: Read<Vec<String>>,
    /// What persons ticked.
    pub ticks: &'a BTreeMap<PointId, Tick>,
}

/// The whole list.
pub fn points(facts: &AfterFacts<'_>) -> Vec<Point> {
    PointId::ALL
        .iter()
        .map(|id| {
            let mut point = if facts.connected == Some(false) && *id != PointId::FeedbackCollected {
                found(*id, CheckStatus::NotApplicable, "not connected to the directory yet")
            } else {
                point(*id, facts)
            };
            point.ticked = facts.ticks.get(id).cloned();
            if point.evidence.len() > EVIDENCE {
                let more = point.evidence.len() - EVIDENCE;
                point.evidence.truncate(EVIDENCE);
                point.evidence.push(format!("and {more} more"));
            }
            point
        })
        .collect()
}

/// Whether everything is as it should be: nothing fails, and what only a person knows was ticked.
pub fn is_complete(points: &[Point]) -> bool {
    !points.iter().any(|point| {
        matches!(point.counts_as(), CheckStatus::Fail | CheckStatus::Manual | CheckStatus::Unknown)
    })
}
