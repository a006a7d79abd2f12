//! The alarm: somebody appeared in the organization as a planned target. Raised once for each, by whatever reading shows it
//! first: the watch, a reading by hand, or the row itself right before its call.

use std::collections::BTreeSet;

use crate::domain::Plan;
use crate::domain::people::Roster;
use crate::domain::schedule::intruder::{Intruder, intruders};
use crate::domain::text::{clean, named};

use super::analysis::Analysis;
use super::msg::{ApplyEvent, Msg};
use super::session::Session;

/// Looks through a reading.
pub(super) async fn look(session: &Session, analysis: &Analysis, plan: &Plan) {
    let Some(roster) = &analysis.roster else { return };
    let graph = analysis.situation.graph_identities.iter().flat_map(|list| list.iter()).cloned();
    look_at(session, roster, &graph.collect::<Vec<_>>(), plan).await;
}

/// Looks through people who were just read, without the graph's users. Rows that are under way are left out: who has the target
/// then may be the person itself, under a new key.
pub(super) async fn look_at_people(session: &Session, roster: &Roster, mut plan: Plan) {
    plan.rows.retain(|_, row| !row.state.is_open());
    let found = intruders(&plan, roster, &[]);
    raise(session, &plan, found).await;
}

/// Looks through these people. Whoever is gone again may be told again.
async fn look_at(
    session: &Session,
    roster: &Roster,
    graph: &[crate::domain::facts::GraphIdentity],
    plan: &Plan,
) {
    let found = intruders(plan, roster, graph);
    session.alarms(|known| known.retain(|intruder| found.contains(intruder)));
    raise(session, plan, found).await;
}

/// Raises the alarm for those who are new.
pub(super) async fn raise(session: &Session, plan: &Plan, found: impl IntoIterator<Item = Intruder>) {
    for intruder in found {
        if !session.alarms(|known: &mut BTreeSet<Intruder>| known.insert(intruder.clone())) {
            continue;
        }
        let seen = plan.row(&intruder.planned_for).and_then(|row| row.seen.as_ref());
        let name = seen.map_or_else(
            || clean(intruder.planned_for.as_str()).into_owned(),
            |seen| named(&seen.person.display_name, &seen.person.principal_name),
        );
        let text = intruder.words(&name);
        session.happened("alarm", text.clone()).await;
        session.tell(Msg::Apply(ApplyEvent::Alarm(text))).await;
    }
}
