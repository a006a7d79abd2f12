//! What a reading teaches the plan, kept before anything depends on it: the hazard pairs and the directory of every reading
//! before the switch, the identities of the operator, rows whose outcome changed since they were decided.

use std::sync::Arc;

use crate::domain::connection::{ConnectionState, Goal, Phase};
use crate::domain::people::{Directory, Roster};
use crate::domain::plan::reconcile::reconcile;
use crate::domain::plan::{Pair, Plan};
use crate::domain::{Outcome, Problem};
use crate::store::{Reading, Store};

use super::analysis::Analysis;
use super::before;
use super::msg::{Msg, PlanLesson};
use super::record;
use super::session::{BeforeTaken, Latest, Session};
use super::succession;

/// What is new in this analysis, compared with the plan it was made with. Nothing new gives an empty list, so that keeping
/// a lesson and analysing again comes to rest.
pub fn lessons(analysis: &Analysis, plan: &Plan) -> Vec<PlanLesson> {
    let mut lessons = Vec::new();
    let situation = &analysis.situation;
    if let (None, Some(backing)) = (plan.first_backing, situation.backing) {
        lessons.push(PlanLesson::FirstBacking(backing));
    }
    if analysis.state == ConnectionState::ConnectedElsewhere {
        let tenant = situation.backing.and_then(crate::domain::Backing::tenant);
        // Only a directory that is meant to be left is the one before; a wrong one is not.
        let expected = plan.first_backing.is_none_or(|first| first.tenant() == tenant);
        if let Some(tenant) = tenant.filter(|tenant| expected && plan.previous_backing != Some(*tenant)) {
            lessons.push(PlanLesson::PreviousBacking(tenant));
        }
    }
    for key in situation.operator_keys.difference(&plan.operator_keys) {
        lessons.push(PlanLesson::OperatorKey(key.clone()));
    }
    for id in situation.operator_objects.difference(&plan.operator_objects) {
        lessons.push(PlanLesson::OperatorObject(*id));
    }
    let Some(forecast) = &analysis.forecast else { return lessons };
    if !situation.is_connected() && situation.backing.is_some() {
        let new: Vec<Pair> = forecast
            .people()
            .iter()
            .filter(|person| person.outcome == Outcome::Hazard)
            .filter_map(|person| {
                Some(Pair { storage_key: person.storage_key.clone(), target: person.target? })
            })
            .filter(|pair| !plan.hazards.contains(pair))
            .collect();
        if !new.is_empty() {
            lessons.push(PlanLesson::Hazards(new));
        }
    }
    let (Some(roster), Some(directory)) = (&analysis.roster, &analysis.directory) else { return lessons };
    let changed = reconcile(plan, forecast, roster, directory);
    if !changed.is_empty() {
        lessons.push(PlanLesson::Rows(changed));
    }
    lessons
}

/// Keeps the lessons, then tells them.
pub(super) async fn learn(session: &Session, analysis: &Analysis, plan: &Plan) {
    session.remember(|latest| latest.forecast.clone_from(&analysis.forecast));
    let Ok(store) = session.store() else { return };
    let mut new = lessons(analysis, plan);
    match Box::pin(succession::renamed(session, store, analysis, plan)).await {
        Ok(rows) if rows.is_empty() => {}
        Ok(rows) => new.push(PlanLesson::Rows(rows)),
        Err(problem) => session.tell(Msg::Failed(problem)).await,
    }
    for lesson in new {
        match keep(store, &lesson).await {
            Ok(()) => session.tell(Msg::PlanLearned(Box::new(lesson))).await,
            Err(problem) => {
                session.tell(Msg::Failed(problem)).await;
                return;
            }
        }
    }
}

/// Keeps what the readings themselves are needed for later: the moment of the switch, the last reading of everybody in the
/// plan, and once a session the *before* reading.
pub(super) async fn keep_readings(session: &Session, analysis: &Analysis, plan: &Plan) {
    let (Ok(store), Some(roster), Some(directory)) = (session.store(), &analysis.roster, &analysis.directory)
    else {
        return;
    };
    if let Err(problem) = try_keep_readings(session, store, analysis, plan, roster, directory).await {
        session.tell(Msg::Failed(problem)).await;
    }
}

async fn try_keep_readings(
    session: &Session,
    store: &Store,
    analysis: &Analysis,
    plan: &Plan,
    roster: &Arc<Roster>,
    directory: &Arc<Directory>,
) -> Result<(), Problem> {
    let backing = analysis.situation.backing;
    let first = plan.first_backing.or(backing);
    if analysis.state == ConnectionState::Connected && first != backing {
        store.mark_switched(analysis.at).await?;
    } else if backing.is_some() && first == backing && store.switched_at().await?.is_some() {
        // The way back was taken: what backed the organization first backs it again.
        store.forget_switch().await?;
    }
    if backing.is_some() && first == backing {
        record::keep_found(session, store, analysis).await?;
    }
    if session.remember(|latest| std::mem::take(&mut latest.unsaved)) {
        let readings = plan
            .rows
            .values()
            .filter(|row| row.decision.is_decided())
            .filter_map(|row| {
                Some(Reading {
                    storage_key: row.storage_key.clone(),
                    taken_at: analysis.at,
                    user: roster.get(&row.storage_key)?.clone(),
                    target: row.decision.target().and_then(|id| directory.get(id)).cloned(),
                    memberships: None,
                })
            })
            .collect();
        store.save_last_readings(readings).await?;
    }
    // Only of what backed the organization first: after a connection to a wrong directory nothing is *before* any more.
    let due = backing.is_some()
        && first == backing
        && (analysis.goal == Goal::Disconnect || analysis.state != ConnectionState::Connected);
    // Once when the program starts, and once more when everything is ready: who came or went meanwhile belongs to it.
    let now = if analysis.phase > Phase::Prepare { BeforeTaken::Ready } else { BeforeTaken::Preparing };
    let is_news = |latest: &mut Latest| std::mem::replace(&mut latest.before_taken, now) < now;
    if due && session.remember(is_news) {
        let forecast = analysis.forecast.as_deref();
        before::keep(session, roster, directory, plan, forecast, analysis.goal).await?;
    }
    Ok(())
}

async fn keep(store: &Store, lesson: &PlanLesson) -> Result<(), Problem> {
    match lesson {
        PlanLesson::Hazards(pairs) => store.add_hazards(pairs.iter().cloned().collect()).await,
        PlanLesson::FirstBacking(backing) => store.set_first_backing(*backing).await.map(drop),
        PlanLesson::PreviousBacking(tenant) => store.set_previous_backing(*tenant).await,
        PlanLesson::OperatorKey(key) => store.add_operator(Some(key.clone()), None).await,
        PlanLesson::OperatorObject(id) => store.add_operator(None, Some(*id)).await,
        PlanLesson::Rows(rows) => store.save_rows(rows.clone()).await,
        PlanLesson::Owner(address) => store.set_owner(address.clone()).await,
    }
}
