//! Everything that follows from what was read: the comparison, the prerequisites, the verdict. Computed off the screen's
//! thread, because it grows with the lists.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::connection::lockout::{Lockout, lockout};
use crate::domain::connection::portal::Portal;
use crate::domain::connection::timeline::{Step, current_phase, timeline};
use crate::domain::connection::way_back::{WayBackStep, WrongDirectory, way_back, wrong_directory};
use crate::domain::facts::Facts;
use crate::domain::forecast::{Again, Forecast, Material, Situation, forecast, forecast_again};
use crate::domain::matching::TenantIndex;
use crate::domain::people::{Directory, Roster};
use crate::domain::prerequisites::{Findings, evaluate};
use crate::domain::{Backing, Check, ConnectionState, Goal, Outcome, Phase, Plan, StorageKey, Verdict};

use super::context::{ConfiguredGoal, Context};

/// What an analysis is made of: shared readings, so that making one copies nothing large.
#[derive(Debug, Clone)]
pub struct AnalysisInput {
    /// Names and settings.
    pub context: Arc<Context>,
    /// What was read besides the people.
    pub facts: Facts,
    /// The organization's people.
    pub roster: Option<Arc<Roster>>,
    /// The tenant's people, with the index over them.
    pub directory: Option<(Arc<Directory>, Arc<TenantIndex>)>,
    /// Decisions and ticks.
    pub plan: Arc<Plan>,
    /// The analysis before this one; its comparison is used again when nothing that it depends on changed.
    pub previous: Option<Arc<Analysis>>,
    /// Now.
    pub now: Timestamp,
}

/// Everything that follows from what was read.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// The readings that it was made of, to tell whether it is up to date.
    pub roster: Option<Arc<Roster>>,
    /// Likewise.
    pub directory: Option<Arc<Directory>>,
    /// The index over them.
    pub index: Option<Arc<TenantIndex>>,
    /// What the comparison was made with.
    pub situation: Situation,
    /// The comparison; `None` until both lists were read.
    pub forecast: Option<Arc<Forecast>>,
    /// Whose outcome another reading changed, and what it was.
    pub moved: Vec<(StorageKey, Outcome)>,
    /// The prerequisites.
    pub checks: Vec<Check>,
    /// The answer over them.
    pub verdict: Verdict,
    /// How the connection stands.
    pub state: ConnectionState,
    /// What the administrator wants.
    pub goal: Goal,
    /// The steps from here to *done*.
    pub timeline: Vec<Step>,
    /// The step that is due.
    pub phase: Phase,
    /// How to get back, at any time.
    pub way_back: Vec<WayBackStep>,
    /// The organization is connected to a directory that nobody meant.
    pub wrong_directory: Option<WrongDirectory>,
    /// The switch is done and Azure DevOps does not let the administrator in: why, and the way back.
    pub lockout: Option<Lockout>,
    /// When it was made.
    pub at: Timestamp,
}

/// Computes the analysis. Pure, and as slow as the lists are long: run it where nothing waits for it.
pub fn analyse(input: AnalysisInput) -> Analysis {
    let mut situation = Situation::new(&input.facts, &input.plan, input.now);
    situation.inactive_after_days = input.context.inactive_after_days;
    situation.protected.clone_from(&input.context.protected);
    situation.candidates = input.context.candidates;
    let forecast = comparison(&input, &situation);
    let moved = moved(&input, forecast.as_deref());
    let goal = Goal::resolve(
        input.context.goal == ConfiguredGoal::Disconnect,
        situation.backing,
        input.plan.first_backing,
        situation.destination,
    );
    let findings = Findings {
        organization: &input.context.organization,
        facts: &input.facts,
        roster: input.roster.as_deref(),
        directory: input.directory.as_ref().map(|(directory, _)| directory.as_ref()),
        forecast: forecast.as_deref(),
        situation: &situation,
        plan: &input.plan,
        goal,
        now: input.now,
    };
    let checks = evaluate(&findings);
    let portal = Portal::new(&input.context.portal, &input.context.organization);
    Analysis {
        timeline: timeline(&findings, &checks, &portal),
        phase: current_phase(&findings, &checks),
        way_back: way_back(&findings, &portal),
        wrong_directory: wrong_directory(
            &findings,
            situation.backing.and_then(Backing::tenant).and_then(|tenant| input.facts.tenant_name(tenant)),
            &portal,
        ),
        lockout: lockout(&findings, &portal),
        verdict: Verdict::of(&checks),
        state: ConnectionState::of(situation.backing, situation.destination),
        goal,
        checks,
        forecast,
        moved,
        roster: input.roster,
        index: input.directory.as_ref().map(|(_, index)| Arc::clone(index)),
        directory: input.directory.map(|(directory, _)| directory),
        situation,
        at: input.now,
    }
}

/// The comparison: the one before where nothing that it depends on changed; else made from the one before by judging again
/// whom the change concerns; from nothing where there is none before.
fn comparison(input: &AnalysisInput, situation: &Situation) -> Option<Arc<Forecast>> {
    let roster = input.roster.as_ref()?;
    let (directory, index) = input.directory.as_ref()?;
    if let Some(previous) = &input.previous {
        let same_lists = previous.roster.as_ref().is_some_and(|old| Arc::ptr_eq(old, roster))
            && previous.directory.as_ref().is_some_and(|old| Arc::ptr_eq(old, directory));
        if same_lists && previous.situation.compares_like(situation) {
            return previous.forecast.clone();
        }
        if let Some(again) = updated(previous, &Material { roster, directory, index, situation }) {
            tracing::debug!(judged = again.judged, of = roster.people().len(), "the comparison was updated");
            return Some(Arc::new(again.forecast));
        }
    }
    tracing::debug!(judged = roster.people().len(), "the comparison was made");
    Some(Arc::new(forecast(roster, directory, index, situation)))
}

/// Whose outcome is another because the lists are: what the administrator decides moves outcomes too, and is no news.
fn moved(input: &AnalysisInput, forecast: Option<&Forecast>) -> Vec<(StorageKey, Outcome)> {
    let (Some(previous), Some(forecast)) = (&input.previous, forecast) else { return Vec::new() };
    let Some(before) = previous.forecast.as_deref() else { return Vec::new() };
    let same = |old: &Option<Arc<Roster>>, new: &Option<Arc<Roster>>| match (old, new) {
        (Some(old), Some(new)) => Arc::ptr_eq(old, new),
        _ => false,
    };
    let same_directory = match (&previous.directory, &input.directory) {
        (Some(old), Some((new, _))) => Arc::ptr_eq(old, new),
        _ => false,
    };
    if same(&previous.roster, &input.roster) && same_directory {
        return Vec::new();
    }
    forecast
        .people()
        .iter()
        .filter_map(|person| {
            let old = before.get(&person.storage_key)?.outcome;
            (old != person.outcome).then(|| (person.storage_key.clone(), old))
        })
        .collect()
}

fn updated(previous: &Analysis, after: &Material<'_>) -> Option<Again> {
    let before = Material {
        roster: previous.roster.as_deref()?,
        directory: previous.directory.as_deref()?,
        index: previous.index.as_deref()?,
        situation: &previous.situation,
    };
    Some(forecast_again(&before, previous.forecast.as_deref()?, after))
}
