//! The *before* reading: everybody as they were before the switch, with their direct group memberships, so that a changed
//! storage key can be recognised and a loss be proven. Never overwritten after the switch; the store sees to that too.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use crate::domain::activity::EventLine;
use crate::domain::connection::Goal;
use crate::domain::forecast::Forecast;
use crate::domain::people::{Directory, Roster};
use crate::domain::{Descriptor, Plan, Problem};
use crate::services::Raw;
use crate::store::Reading;

use super::after;
use super::msg::Msg;
use super::observe::{Observed, observe};
use super::session::Session;

/// How many groups are asked for their members at a time.
const ABREAST: usize = 3;

/// Reads everybody's direct memberships (from the groups' side: fewer calls than people) and keeps the reading. The target is
/// that of the plan, else the one of the forecast.
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
    let memberships = held(&observed);
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

/// For each member the groups that they are directly in, by descriptor.
fn held(observed: &Observed) -> Result<BTreeMap<Descriptor, Vec<String>>, Problem> {
    let unread = || {
        observed.problem.clone().unwrap_or_else(|| {
            Problem::local("reading the groups", "the members of some groups could not be read", "")
        })
    };
    // With a group missing, nobody's memberships are whole, and somebody could be taken for somebody else by them.
    let direct =
        observed.direct.as_ref().filter(|_| observed.state.unread_groups.is_empty()).ok_or_else(unread)?;
    let name = |group: &u32| observed.descriptors.get(usize::try_from(*group).ok()?).map(ToString::to_string);
    Ok(direct
        .iter()
        .map(|(member, groups)| {
            let mut names: Vec<String> = groups.iter().filter_map(name).collect();
            names.sort();
            names.dedup();
            (member.clone(), names)
        })
        .collect())
}

/// For each member the groups that they are directly in.
pub(super) async fn memberships(session: &Session) -> Result<BTreeMap<Descriptor, Vec<String>>, Problem> {
    let azure = session.azure_devops().clone();
    let (groups, _) = azure.groups(Raw::Drop).all().await?;
    let mut answers = stream::iter(groups)
        .map(|group| {
            let azure = azure.clone();
            async move { azure.members(&group.descriptor).await }
        })
        .buffered(ABREAST);
    let mut found: BTreeMap<Descriptor, Vec<String>> = BTreeMap::new();
    while let Some(answer) = answers.next().await {
        for membership in answer? {
            found
                .entry(membership.member_descriptor)
                .or_default()
                .push(membership.container_descriptor.to_string());
        }
    }
    for groups in found.values_mut() {
        groups.sort();
        groups.dedup();
    }
    Ok(found)
}
