//! The lookout of a run: who is new in the organization while it goes on, and, for a run that nobody watches otherwise (a
//! command), what backs the organization. The dashboard's own watch reads the people more rarely than a run may take.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::Plan;
use crate::domain::people::Roster;
use crate::services::Raw;
use crate::tasks::alarm;
use crate::tasks::session::Session;

/// The longest pause between two looks, where reading everybody is quick.
const LONGEST: Duration = Duration::from_secs(60);

/// Reading everybody takes at most one part in so many of the time, so that a large organization's run is not held up by it.
const SHARE: u32 = 20;

/// Looks again and again until it is told to stop.
pub(super) async fn watch(session: Arc<Session>, plan: Arc<Plan>, stop: CancellationToken) {
    let Some(every) = session.context.poll_users else { return };
    let mut pause = every.min(LONGEST);
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
        let begun = Instant::now();
        tokio::select! {
            () = Box::pin(look(&session, &plan)) => {}
            () = stop.cancelled() => return,
        }
        pause = every.min(LONGEST).max(begun.elapsed() * SHARE);
    }
}

async fn look(session: &Session, plan: &Plan) {
    if !session.is_watched() {
        // Two readings that agree: one alone is not believed.
        for _ in 0..2 {
            if let Ok(reading) = session.services.probe.read().await {
                session.observe(reading.backing);
            }
        }
    }
    if let Ok((users, _)) = session.azure_devops().users(Raw::Drop).all().await {
        // What the run did meanwhile is in the store.
        let now = session.stored_plan().await.and_then(Result::ok);
        alarm::look_at_people(session, &Roster::new(users), now.unwrap_or_else(|| plan.clone())).await;
    }
}
