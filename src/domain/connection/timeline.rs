//! The timeline: where on the way the administrator is, what the program sees of each step, what only a person can do.

use serde::{Deserialize, Serialize};

use super::portal::Portal;
use super::{ConnectionState, Goal, Phase, is_wrong_directory, steps};
use crate::domain::check::{Check, CheckStatus, Tick, Verdict};
use crate::domain::connection::Backing;
use crate::domain::outcome::Outcome;
use crate::domain::plan::{Decision, RowState};
use crate::domain::prerequisites::Findings;

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Behind us.
    Done,
    /// The one to do now.
    Current,
    /// Ahead of us.
    Todo,
    /// The one to do now, and something stands in the way.
    Blocked,
}

/// One step with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which phase.
    pub phase: Phase,
    /// How it stands.
    pub state: StepState,
    /// The step in one line.
    pub title: String,
    /// What the program sees of it, line by line.
    pub sees: Vec<String>,
    /// What only a person can do, line by line, in order.
    pub person: Vec<String>,
    /// The page to open; built by the program.
    pub address: Option<String>,
    /// A person's word that the step is done.
    pub ticked: Option<Tick>,
}

/// The whole timeline, in order of the phases.
pub fn timeline(findings: &Findings<'_>, checks: &[Check], portal: &Portal) -> Vec<Step> {
    let current = current_phase(findings, checks);
    let blocked = is_blocked(findings, checks, current);
    Phase::ALL
        .into_iter()
        .map(|phase| {
            let words = steps::words(phase, findings, checks, portal);
            let state = match phase.cmp(&current) {
                std::cmp::Ordering::Less => StepState::Done,
                std::cmp::Ordering::Greater => StepState::Todo,
                std::cmp::Ordering::Equal if blocked => StepState::Blocked,
                std::cmp::Ordering::Equal if phase == Phase::Done => StepState::Done,
                std::cmp::Ordering::Equal => StepState::Current,
            };
            Step {
                phase,
                state,
                title: words.title,
                sees: words.sees,
                person: words.person,
                address: words.address,
                ticked: findings.plan.phase_ticks.get(&phase).cloned(),
            }
        })
        .collect()
}

/// Something stands in the way of the current step.
fn is_blocked(findings: &Findings<'_>, checks: &[Check], current: Phase) -> bool {
    wrong(findings)
        || match current {
            // What is only to be ticked, or to be read, is the step's own work.
            Phase::Prepare | Phase::Connect => checks.iter().any(|check| check.status == CheckStatus::Fail),
            Phase::Map => findings.situation.administrators.is_none(),
            _ => false,
        }
}

fn wrong(findings: &Findings<'_>) -> bool {
    let situation = findings.situation;
    is_wrong_directory(situation.backing, situation.destination, findings.plan.first_backing).is_some()
}

/// The phase to be in: what was read decides, a person's ticks decide what cannot be read.
pub fn current_phase(findings: &Findings<'_>, checks: &[Check]) -> Phase {
    if wrong(findings) {
        return Phase::Connect;
    }
    if !is_there(findings) {
        let prepared = Verdict::of(checks) == Verdict::Ready || ticked(findings, Phase::Prepare);
        return if prepared { Phase::Connect } else { Phase::Prepare };
    }
    if !signed_in_again(findings) {
        return Phase::SignInAgain;
    }
    if findings.goal != Goal::Disconnect && people_left(findings) != Some(0) {
        return Phase::Map;
    }
    [Phase::Inform, Phase::Validate]
        .into_iter()
        .find(|phase| !ticked(findings, *phase))
        .unwrap_or(Phase::Done)
}

fn ticked(findings: &Findings<'_>, phase: Phase) -> bool {
    findings.plan.phase_ticks.contains_key(&phase)
}

/// The organization is where the goal wants it.
pub(super) fn is_there(findings: &Findings<'_>) -> bool {
    let situation = findings.situation;
    match findings.goal {
        Goal::Disconnect => situation.backing == Some(Backing::MicrosoftAccounts),
        Goal::Connect | Goal::Switch => {
            ConnectionState::of(situation.backing, situation.destination) == ConnectionState::Connected
        }
    }
}

/// The credential in use is one of the new kind, or the administrator said so.
pub(super) fn signed_in_again(findings: &Findings<'_>) -> bool {
    if ticked(findings, Phase::SignInAgain) {
        return true;
    }
    let aged = &findings.facts.operator;
    let Some(operator) = aged.get().filter(|_| aged.problem.is_none()) else { return false };
    let tenant = findings
        .roster
        .and_then(|roster| roster.get(&operator.storage_key))
        .and_then(crate::domain::people::OrgUser::identity_tenant);
    let kind = operator.descriptor.as_ref().map(crate::domain::ids::Descriptor::subject_type);
    match findings.goal {
        Goal::Disconnect => kind == Some("msa"),
        Goal::Connect => {
            kind == Some("aad") || (tenant.is_some() && tenant == findings.situation.destination)
        }
        // An Entra identity alone says nothing here: the one before the switch was an Entra identity too.
        Goal::Switch => tenant.is_some() && tenant == findings.situation.destination,
    }
}

/// How many people of the plan still wait for something; `None` when the people were not read.
pub(super) fn people_left(findings: &Findings<'_>) -> Option<usize> {
    let forecast = findings.forecast?;
    let waiting = forecast
        .people()
        .iter()
        .filter(|person| {
            let row = findings.plan.row(&person.storage_key);
            match row.map_or(&Decision::Undecided, |row| &row.decision) {
                Decision::Undecided => person.outcome != Outcome::Connected,
                Decision::Keep => false,
                Decision::Map { .. } | Decision::Invite { .. } | Decision::Remove => {
                    row.is_some_and(|row| row.state != RowState::Verified)
                }
            }
        })
        .count();
    Some(waiting)
}

#[cfg(test)]
mod tests;
