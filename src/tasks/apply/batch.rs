//! The batch route: up to 20 people in one call. Nothing is concluded from its answer about anybody: everybody is read back.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::schedule::machine::{Answer, Event};
use crate::domain::{Problem, ProblemKind, Service};
use crate::services::{BatchRow, Taken};

use super::hands::Hands;
use super::ticket::Ticket;

/// The most people of one call; nobody knows the service's own limit, and this is what its own page sends.
pub(super) const MOST: usize = 20;

/// Sends one call for all of these; their intents are on disk. Gives each the event that its machine waits for.
pub(super) async fn send(hands: Arc<Hands>, mut tickets: Vec<Ticket>) -> Vec<(Ticket, Event)> {
    let rows: Vec<BatchRow> = tickets.iter().filter_map(Ticket::batch_row).collect();
    let pass = loop {
        if let Some(pass) = hands.admitted(Service::AzureDevOpsIdentity).await {
            break pass;
        }
        if matches!(hands.until_resumed().await, Event::Cancelled) {
            return unsent(tickets).collect();
        }
    };
    let answer = match hands.session.azure_devops().map_batch(&rows, Some(pass)).await {
        Ok(taken) => {
            for ticket in &mut tickets {
                let activity_id = taken.activity_id.clone();
                ticket.taken = Some(Taken { status: taken.status, activity_id });
            }
            Answer::Batch { failures: taken.failures }
        }
        Err(problem) => {
            for ticket in &mut tickets {
                ticket.taken = Taken::refused(&problem);
            }
            Answer::of(explained(problem), Timestamp::now())
        }
    };
    tickets.into_iter().map(|ticket| (ticket, Event::Answered(answer.clone()))).collect()
}

/// Nobody is sent after all: the run is being stopped.
pub(super) fn unsent(tickets: Vec<Ticket>) -> impl Iterator<Item = (Ticket, Event)> {
    tickets.into_iter().map(|ticket| (ticket, Event::Answered(Answer::Unsent)))
}

/// The route is not documented and may be switched off for an organization: then the documented call is the way.
fn explained(problem: Problem) -> Problem {
    if !matches!(problem.kind, ProblemKind::NotAllowed | ProblemKind::NotFound) {
        return problem;
    }
    let remedy = format!(
        "The batch route is not documented and may be switched off for this organization: set route = \"per-user\" under \
         [apply], which sends the documented call for each person. {}",
        problem.remedy
    );
    // Whatever the service calls it, it is the same for everybody.
    Problem { kind: ProblemKind::NotAllowed, remedy, ..problem }
}
