//! What backs the organization, asked without any credential: the watch survives the moment in which a token dies.

use crate::domain::connection::Backing;
use crate::domain::problem::Problem;

use super::unfinished;

/// One reading. A change is only to be believed after two equal ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeReading {
    /// What the headers say; `None` when they say nothing, or contradict each other.
    pub backing: Option<Backing>,
    /// The status of the answer.
    pub status: u16,
    /// What was seen, for the detail pane: each header with its value, and why the reading is unsure.
    pub notes: Vec<String>,
}

/// The client.
#[derive(Debug, Clone)]
pub struct Probe {
    pub(super) _hidden: (),
}

impl Probe {
    /// Reads once. No such organization is [`crate::domain::ProblemKind::NotFound`].
    pub async fn read(&self) -> Result<ProbeReading, Problem> {
        std::future::ready(Err(unfinished())).await
    }
}
