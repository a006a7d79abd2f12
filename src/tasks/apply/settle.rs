//! What was sent and is not proven yet is settled by reading, never by sending again.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::people::{OrgUser, Roster};
use crate::domain::plan::{PlanRow, RowState};
use crate::domain::{Decision, ObjectId, Problem, ProblemKind};

use super::journal::Journal;
use super::row::is_invitation;
use crate::services::Raw;
use crate::tasks::session::Session;
use crate::tasks::succession::Search;

/// Pauses between the readings back: the service's answer may be ahead of what it shows.
const PAUSES: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(400), Duration::from_millis(1500), Duration::from_secs(4)];

/// Further pauses for a call that got no answer: Azure DevOps may delay one by 30 s on purpose and still carry it out.
const PATIENCE: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(20)];

/// What became of a person whose key is gone.
#[derive(Debug)]
pub(super) enum Found {
    /// Found, under a new key, which is in the row now.
    Person(Box<OrgUser>),
    /// Nobody fits, or more than one.
    Nobody,
    /// Could not be read.
    Unread(Problem),
}

/// Settles a row of an earlier run (or of this one).
pub(super) async fn settle(
    session: &Arc<Session>,
    journal: &Journal,
    mut row: PlanRow,
) -> Result<PlanRow, Problem> {
    let target = row.decision.target();
    Box::pin(settle_in_place(session, journal, &mut row, target)).await?;
    Ok(row)
}

/// Reads the person back, several times with pauses, and writes down what was seen. `target` is that of the map that was sent,
/// also of the one that follows an invitation.
pub(super) async fn settle_in_place(
    session: &Arc<Session>,
    journal: &Journal,
    row: &mut PlanRow,
    target: Option<ObjectId>,
) -> Result<(), Problem> {
    if is_invitation(row) && target.is_none() {
        return settle_invitation(session, journal, row).await;
    }
    let patience: &[Duration] = if row.state == RowState::Unknown { &PATIENCE } else { &[] };
    let mut last = Reading::Unchanged;
    for pause in PAUSES.iter().chain(patience) {
        tokio::time::sleep(*pause).await;
        last = match (&row.decision, target) {
            (_, Some(target)) => Box::pin(read_map(session, journal, row, target)).await,
            (Decision::Remove, None) => read_removal(session, row).await,
            // Nothing was ever sent for these.
            _ => return Ok(()),
        };
        if matches!(last, Reading::Done(_) | Reading::Otherwise(_)) {
            break;
        }
    }
    match last {
        Reading::Done(what) => journal.record(row, RowState::Verified, &what, None).await,
        Reading::Otherwise(what) => journal.record(row, RowState::Failed, &what, None).await,
        Reading::Unread(problem) => {
            let state = if row.state == RowState::Sending { RowState::Unknown } else { row.state };
            journal.record(row, state, &format!("could not be read back: {problem}"), None).await?;
            if problem.kind.fails_for_all() { Err(problem) } else { Ok(()) }
        }
        // Taken by the service, and not to be seen yet: stays applied. Never answered, and nothing to be seen: a later
        // reading decides; sending it again would be blind.
        Reading::Unchanged if row.state == RowState::Applied => {
            journal.record(row, RowState::Applied, "taken by the service, not to be seen yet", None).await
        }
        Reading::Unchanged if row.state == RowState::Unknown && row.attempts > 0 => {
            let what = "the call got no answer, and repeated reading shows that nothing happened; it may be sent again";
            journal.record(row, RowState::Failed, what, None).await
        }
        Reading::Unchanged => {
            let what = "the call may have been sent; reading does not show it yet";
            journal.record(row, RowState::Unknown, what, None).await
        }
    }
}

enum Reading {
    /// As planned.
    Done(String),
    /// Something else happened.
    Otherwise(String),
    /// As before the call.
    Unchanged,
    /// No reading.
    Unread(Problem),
}

async fn read_map(session: &Session, journal: &Journal, row: &mut PlanRow, target: ObjectId) -> Reading {
    let key = row.new_storage_key.clone().unwrap_or_else(|| row.storage_key.clone());
    let person = match session.azure_devops().user(&key).await {
        Ok(person) => person,
        Err(problem) if problem.kind == ProblemKind::NotFound => {
            match under_a_new_key(session, journal, row).await {
                Found::Person(person) => *person,
                Found::Nobody => return Reading::Unchanged,
                Found::Unread(problem) => return Reading::Unread(problem),
            }
        }
        Err(problem) => return Reading::Unread(problem),
    };
    let seen_before = row.seen.as_ref().and_then(|seen| seen.person.origin_id.as_deref());
    match person.origin_object() {
        Some(object) if object == target => Reading::Done(match &row.new_storage_key {
            Some(key) => format!("read back: has the target's identity, under a new key {key}"),
            None => "read back: has the target's identity".to_owned(),
        }),
        // A different Entra identity than before and than planned: somebody else's doing.
        Some(object) if Some(object.to_string().as_str()) != seen_before => Reading::Otherwise(format!(
            "read back: has the identity {object}, which is not the planned one; was mapped by somebody else"
        )),
        _ => Reading::Unchanged,
    }
}

async fn read_removal(session: &Session, row: &PlanRow) -> Reading {
    match session.azure_devops().user(&row.storage_key).await {
        Err(problem) if problem.kind == ProblemKind::NotFound => Reading::Done("read back: gone".to_owned()),
        Err(problem) => Reading::Unread(problem),
        Ok(person) if person.status == crate::domain::people::EntitlementStatus::Deleted => {
            Reading::Done("read back: deleted".to_owned())
        }
        Ok(_) => Reading::Unchanged,
    }
}

/// An invitation is proven by a user with the address; it is never sent twice.
async fn settle_invitation(session: &Session, journal: &Journal, row: &mut PlanRow) -> Result<(), Problem> {
    let Decision::Invite { address } = row.decision.clone() else { return Ok(()) };
    match session.services.graph.users_at(&address).await {
        Ok(users) if !users.is_empty() => {
            // After the switch the invitation goes on as a map: what is there already needs no further call.
            if let Ok(person) = session.azure_devops().user(&row.storage_key).await
                && users.iter().any(|user| person.origin_object() == Some(user.id))
            {
                let what = "read back: has the identity of the invited guest";
                return journal.record(row, RowState::Verified, what, None).await;
            }
            journal.record(row, RowState::Applied, "the invited address is in the tenant", None).await
        }
        Ok(_) if row.state == RowState::Applied => Ok(()),
        Ok(_) => {
            let what = "the invitation got no answer and nobody with the address is in the tenant yet";
            journal.record(row, RowState::Unknown, what, None).await
        }
        Err(problem) => {
            let detail = format!("could not be read back: {problem}");
            journal.record(row, RowState::Unknown, &detail, None).await
        }
    }
}

/// Looks for a person whose key is gone, by the rule of the glossary; the new key is kept in the row.
pub(super) async fn under_a_new_key(session: &Session, journal: &Journal, row: &mut PlanRow) -> Found {
    match Box::pin(new_key(session, journal, row)).await {
        Ok(Some(person)) => {
            row.new_storage_key = Some(person.storage_key.clone());
            Found::Person(Box::new(person))
        }
        Ok(None) => Found::Nobody,
        Err(problem) => Found::Unread(problem),
    }
}

async fn new_key(session: &Session, journal: &Journal, row: &PlanRow) -> Result<Option<OrgUser>, Problem> {
    let (users, _) = session.azure_devops().users(Raw::Drop).all().await?;
    let roster = Roster::new(users);
    let search = Search::new(session, journal.store(), &roster).await?;
    Ok(search.new_key(&row.storage_key, row.decision.target()).and_then(|key| roster.get(&key).cloned()))
}
