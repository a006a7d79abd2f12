//! The lookout of a run that nobody watches otherwise (a command): what backs the organization, and who is new in it. The
//! dashboard has its own watch.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::domain::Plan;
use crate::domain::people::Roster;
use crate::services::Raw;
use crate::tasks::alarm;
use crate::tasks::session::Session;

/// Looks again and again until it is told to stop.
pub(super) async fn watch(session: Arc<Session>, plan: Arc<Plan>, stop: CancellationToken) {
    let Some(every) = session.context.poll_users else { return };
    if session.is_watched() {
        return;
    }
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = stop.cancelled() => return,
        }
        tokio::select! {
            () = Box::pin(look(&session, &plan)) => {}
            () = stop.cancelled() => return,
        }
    }
}

async fn look(session: &Session, plan: &Plan) {
    // Two readings that agree: one alone is not believed.
    for _ in 0..2 {
        if let Ok(reading) = session.services.probe.read().await {
            session.observe(reading.backing);
        }
    }
    if let Ok((users, _)) = session.azure_devops().users(Raw::Drop).all().await {
        alarm::look_at(session, &Roster::new(users), &[], plan).await;
    }
}
