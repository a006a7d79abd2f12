//! Rows that are still `applied` (or unknown, or were being sent when an earlier run broke off) are read back without anybody
//! asking: soon after the start, and again later, because Entra changes can take an hour to show. Quiet: rows change on the
//! screen, no run begins or ends there, and a run that somebody asks for comes first.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::Problem;
use crate::tasks::session::Session;

/// How long after the start: what backs the organization has to be known, and that is asked for until it is.
const SOON: Duration = Duration::from_secs(2);
/// The first look after one that found nothing, and the longest pause between two.
const FIRST: Duration = Duration::from_secs(2 * 60);
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Looks again and again until it is told to stop, more and more rarely while nothing changes.
pub(in crate::tasks) async fn watch(session: Arc<Session>, stop: CancellationToken) {
    if session.context.read_only {
        return;
    }
    let mut pause = SOON;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
        if session.believed_backing().is_none() {
            pause = SOON;
            continue;
        }
        pause = match Box::pin(look(&session)).await {
            Ok(0) => FIRST,
            // Somebody else is applying, or the store is busy: later.
            Ok(_) | Err(_) => (pause * 2).clamp(FIRST, LONGEST),
        };
    }
}

/// Reads back what is open. Gives how many rows still are.
async fn look(session: &Arc<Session>) -> Result<usize, Problem> {
    if session.store()?.open_rows().await?.is_empty() {
        return Ok(0);
    }
    // Whoever runs reads back itself.
    let Some(quiet) = session.turns.quiet() else { return Ok(1) };
    let (_, open) = super::settle_open(session, None, Some(quiet.give_way.clone())).await?;
    Ok(open)
}
