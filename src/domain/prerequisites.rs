//! The prerequisites: each asks one thing that Microsoft's article or FAQ asks for, and answers with evidence.

use jiff::Timestamp;

use super::check::Check;
use super::connection::Goal;
use super::facts::Facts;
use super::forecast::{Forecast, Situation};
use super::people::{Directory, Roster};
use super::plan::Plan;

/// Everything that the prerequisites are judged on.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a> {
    /// The organization's name.
    pub organization: &'a str,
    /// What was read besides the people.
    pub facts: &'a Facts,
    /// The organization's people; `None` when they could not be read.
    pub roster: Option<&'a Roster>,
    /// The tenant's people; `None` when they could not be read.
    pub directory: Option<&'a Directory>,
    /// The comparison; `None` without both lists.
    pub forecast: Option<&'a Forecast>,
    /// What the comparison was made with.
    pub situation: &'a Situation,
    /// Decisions and ticks.
    pub plan: &'a Plan,
    /// What the administrator wants.
    pub goal: Goal,
    /// Today.
    pub now: Timestamp,
}

/// Evaluates all prerequisites, in the order of the screen.
pub fn evaluate(_findings: &Findings<'_>) -> Vec<Check> {
    Vec::new()
}
