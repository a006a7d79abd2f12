//! The *before* reading: everybody as they were before the switch, with their direct group memberships, so that a changed
//! storage key can be recognised and a loss be proven. Never overwritten after the switch; the store sees to that too.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::activity::EventLine;
use crate::domain::connection::Goal;
use crate::domain::forecast::Forecast;
use crate::domain::people::{Directory, Roster};
use crate::domain::{Plan, Problem};
use crate::store::Reading;

use super::after;
use super::msg::Msg;
use super::observe::observe;
use super::session::Session;

/// Reads everybody's direct memberships and keeps the reading. The target is that of the plan, else the one of the forecast.
pub(super) async fn keep(
    session: &Session,
    roster: &Arc<Roster>,
    directory: &Arc<Directory>,
    plan: &Plan,
    forecast: Option<&Forecast>,
    goal: Goal,
) -> Result<(), Problem> {
    let store = session.store()?;
    // Before a disconnection the destination backs the organization; before anything else it does not.
    if session.is_connected() && goal != Goal::Disconnect {
        return Ok(());
    }
    let observed = Box::pin(observe(session)).await;
    let memberships = &observed.memberships;
    let taken_at = Timestamp::now();
    let readings: Vec<Reading> = roster
        .people()
        .iter()
        .map(|user| Reading {
            storage_key: user.storage_key.clone(),
            taken_at,
            user: user.clone(),
            target: plan
                .decision(&user.storage_key)
                .target()
                .or_else(|| forecast.and_then(|all| all.get(&user.storage_key)?.target))
                .and_then(|id| directory.get(id))
                .cloned(),
            memberships: memberships
                .as_ref()
                .ok()
                .map(|known| known.get(&user.descriptor).cloned().unwrap_or_default()),
        })
        .collect();
    let people = readings.len();
    store.save_before(readings, false).await?;
    after::keep_before(session, &observed, roster).await?;
    let text = match memberships {
        Ok(_) => format!("{people} people, with their groups"),
        Err(problem) => format!("{people} people, without their groups: {}", problem.headline()),
    };
    let line = EventLine { at: taken_at, subject: "before reading".to_owned(), text };
    session.tell(Msg::Happened(line)).await;
    Ok(())
}
