//! One person: read again, compare, write down, send, write down, read back.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::people::{OrgUser, TenantUser};
use crate::domain::plan::{PlanRow, RowState};
use crate::domain::schedule::{Call, Disposition, ScheduledRow};
use crate::domain::{Decision, ObjectId, Problem, ProblemKind, WarningKind};
use crate::services::Taken;

use super::journal::Journal;
use super::settle::{self, Found};
use crate::tasks::msg::{ApplyEvent, Msg};
use crate::tasks::session::Session;

/// How often a call that the service did not take, because it asked to wait, is sent again.
const WAITS: u32 = 20;

/// Sends one row. An error means that the run must end: the journal cannot be written, or the failure would hit everybody.
pub(super) async fn send(
    session: &Arc<Session>,
    journal: &Journal,
    mut row: PlanRow,
    scheduled: &ScheduledRow,
) -> Result<PlanRow, Problem> {
    let Disposition::Send(call) = &scheduled.disposition else { return Ok(row) };
    if row.decision != scheduled.decision {
        refuse(journal, &mut row, "the decision is not the one that was shown").await?;
        return Ok(row);
    }
    match call {
        Call::Map { target, .. } => Box::pin(map(session, journal, &mut row, *target)).await?,
        Call::Remove => Box::pin(remove(session, journal, &mut row)).await?,
        Call::Invite { address } => Box::pin(invite(session, journal, &mut row, address)).await?,
    }
    Ok(row)
}

async fn map(
    session: &Arc<Session>,
    journal: &Journal,
    row: &mut PlanRow,
    target: ObjectId,
) -> Result<(), Problem> {
    let Some(person) = person_again(session, journal, row).await? else { return Ok(()) };
    if person.origin_object() == Some(target) {
        // Somebody else, or the service itself, was quicker. Nothing is sent.
        return journal.record(row, RowState::Verified, "was mapped already, not by this run", None).await;
    }
    let Some(target_user) = target_again(session, journal, row, target).await? else { return Ok(()) };
    // A guest of one's own invitation was not there when the invitation was decided.
    let seen = Some(&target_user).filter(|_| !is_invitation(row));
    if let Some(difference) = differences(row, &person, seen) {
        return refuse(journal, row, &difference).await;
    }
    let azure = session.azure_devops().clone();
    let planned = azure.map_call(&person.descriptor, target);
    let detail = format!("{} {}", planned.method, planned.url);
    let sent = call(session, journal, row, &detail, || azure.map(&person.descriptor, target)).await?;
    prove(session, journal, row, sent, Some(target)).await
}

async fn remove(session: &Arc<Session>, journal: &Journal, row: &mut PlanRow) -> Result<(), Problem> {
    let Some(person) = person_again(session, journal, row).await? else { return Ok(()) };
    if let Some(difference) = differences(row, &person, None) {
        return refuse(journal, row, &difference).await;
    }
    let azure = session.azure_devops().clone();
    let planned = azure.remove_call(&person.storage_key);
    let detail = format!("{} {}", planned.method, planned.url);
    let sent = call(session, journal, row, &detail, || azure.remove(&person.storage_key)).await?;
    prove(session, journal, row, sent, None).await
}

/// Reads back what was sent, answered or not.
async fn prove(
    session: &Arc<Session>,
    journal: &Journal,
    row: &mut PlanRow,
    sent: Sent,
    target: Option<ObjectId>,
) -> Result<(), Problem> {
    match sent {
        Sent::Taken(taken) => {
            let detail = format!("the service answered {}", taken.status);
            journal.record(row, RowState::Applied, &detail, Some(&taken)).await?;
        }
        Sent::Unanswered => {}
        Sent::Not => return Ok(()),
    }
    Box::pin(settle::settle_in_place(session, journal, row, target)).await
}

/// An existing user or guest with the address is used; only where there is none an invitation is sent.
async fn invite(
    session: &Arc<Session>,
    journal: &Journal,
    row: &mut PlanRow,
    address: &str,
) -> Result<(), Problem> {
    let graph = session.services.graph.clone();
    let existing = match graph.users_at(address).await {
        Ok(users) => users,
        Err(problem) => return fail(journal, row, &problem).await,
    };
    match existing.as_slice() {
        [] => {}
        [user] => {
            let detail = format!("{} is in the tenant already, no invitation was sent", user.id);
            return journal.record(row, RowState::Applied, &detail, None).await;
        }
        many => {
            let reason = format!(
                "{} users of the tenant have the address {address}; decide `map` onto one",
                many.len()
            );
            return refuse(journal, row, &reason).await;
        }
    }
    let Some(person) = person_again(session, journal, row).await? else { return Ok(()) };
    let invitation = session.invitation(address, Some(person.display_name.to_string()));
    let detail = format!("POST invitations for {address}");
    let sent = call(session, journal, row, &detail, || async {
        let invited = graph.invite(&invitation).await?;
        Ok(Taken { status: 201, activity_id: invited.activity_id })
    })
    .await?;
    match sent {
        Sent::Taken(taken) => journal.record(row, RowState::Applied, "invited", Some(&taken)).await,
        unproven => prove(session, journal, row, unproven, None).await,
    }
}

/// Reads the person again. `None`: the row was refused or failed, and that is written down.
async fn person_again(
    session: &Session,
    journal: &Journal,
    row: &mut PlanRow,
) -> Result<Option<OrgUser>, Problem> {
    let key = row.new_storage_key.clone().unwrap_or_else(|| row.storage_key.clone());
    match session.azure_devops().user(&key).await {
        Ok(person) => Ok(Some(person)),
        Err(problem) if problem.kind == ProblemKind::NotFound => {
            match settle::under_a_new_key(session, journal, row).await {
                Found::Person(person) => Ok(Some(*person)),
                Found::Nobody => {
                    refuse(journal, row, "this person is not in the organization any more").await?;
                    Ok(None)
                }
                Found::Unread(problem) => {
                    fail(journal, row, &problem).await?;
                    Ok(None)
                }
            }
        }
        Err(problem) => {
            fail(journal, row, &problem).await?;
            Ok(None)
        }
    }
}

/// Reads the target again and refuses one that cannot be mapped onto.
async fn target_again(
    session: &Session,
    journal: &Journal,
    row: &mut PlanRow,
    target: ObjectId,
) -> Result<Option<TenantUser>, Problem> {
    let user = match session.services.graph.user(target).await {
        Ok(user) => user,
        Err(problem) if problem.kind == ProblemKind::NotFound => {
            refuse(journal, row, "the target is not in the tenant any more (deleted, or not visible)")
                .await?;
            return Ok(None);
        }
        Err(problem) => {
            fail(journal, row, &problem).await?;
            return Ok(None);
        }
    };
    let unfit = if user.deleted {
        Some(WarningKind::Deleted)
    } else if user.enabled == Some(false) {
        Some(WarningKind::Disabled)
    } else if user.pending && !is_invitation(row) {
        Some(WarningKind::PendingInvitation)
    } else {
        None
    };
    if let Some(kind) = unfit {
        refuse(journal, row, &format!("the target is {kind} now")).await?;
        return Ok(None);
    }
    Ok(Some(user))
}

fn differences(row: &PlanRow, person: &OrgUser, target: Option<&TenantUser>) -> Option<String> {
    let differences = row.seen.as_ref()?.differences(person, target);
    (!differences.is_empty()).then(|| {
        format!("changed since it was decided: {}; look at it again and confirm", differences.join("; "))
    })
}

async fn refuse(journal: &Journal, row: &mut PlanRow, reason: &str) -> Result<(), Problem> {
    journal.record(row, RowState::Refused, reason, None).await
}

/// A failure before or at the call, with nothing done. What would fail for everybody ends the run.
async fn fail(journal: &Journal, row: &mut PlanRow, problem: &Problem) -> Result<(), Problem> {
    journal.record(row, RowState::Failed, &problem.to_string(), None).await?;
    if problem.kind.fails_for_all() { Err(problem.clone()) } else { Ok(()) }
}

/// What became of a call.
enum Sent {
    /// The service took it.
    Taken(Taken),
    /// It was sent, and nobody knows: the row is `unknown`.
    Unanswered,
    /// It was not carried out; the row has its state.
    Not,
}

/// Writes the intent down, sends, and sorts the answer.
async fn call<Fut>(
    session: &Arc<Session>,
    journal: &Journal,
    row: &mut PlanRow,
    detail: &str,
    mut send: impl FnMut() -> Fut,
) -> Result<Sent, Problem>
where
    Fut: Future<Output = Result<Taken, Problem>>,
{
    for _ in 0..WAITS {
        journal.record(row, RowState::Sending, detail, None).await?;
        let problem = match send().await {
            Ok(taken) => return Ok(Sent::Taken(taken)),
            Err(problem) => problem,
        };
        match (problem.kind, problem.retry_at) {
            // The service said that it did not take the call: waiting and sending it again is safe.
            (ProblemKind::Throttled, Some(until)) => {
                journal
                    .record(row, RowState::Planned, "the service asked to wait; the call was not taken", None)
                    .await?;
                session.tell(Msg::Apply(ApplyEvent::Throttled { until })).await;
                let wait =
                    Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or(Duration::ZERO);
                tokio::time::sleep(wait).await;
            }
            (ProblemKind::OutcomeUnknown, _) => {
                journal.record(row, RowState::Unknown, &problem.to_string(), None).await?;
                return Ok(Sent::Unanswered);
            }
            _ => {
                fail(journal, row, &problem).await?;
                return Ok(Sent::Not);
            }
        }
    }
    let problem = Problem {
        kind: ProblemKind::Throttled,
        ..Problem::local("sending a change", "the service kept asking to wait", "Apply again later.")
    };
    fail(journal, row, &problem).await?;
    Ok(Sent::Not)
}

/// Whether this row's decision is finished once it is applied: an invitation has no mapping before the switch.
pub(super) fn is_invitation(row: &PlanRow) -> bool {
    matches!(row.decision, Decision::Invite { .. })
}
