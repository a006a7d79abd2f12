//! Rows that are still `applied` (or unknown) are read back again later, without anybody asking: Entra changes can take an
//! hour to show. Quiet: rows change on the screen, no run begins or ends there.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::Problem;
use crate::tasks::session::Session;

/// The first look, and the longest pause between two.
const FIRST: Duration = Duration::from_secs(2 * 60);
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Looks again and again until it is told to stop, more and more rarely while nothing changes.
pub(in crate::tasks) async fn watch(session: Arc<Session>, stop: CancellationToken) {
    if session.context.read_only {
        return;
    }
    let mut pause = FIRST;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
        pause = match Box::pin(look(&session)).await {
            Ok(0) => FIRST,
            // Somebody else is applying, or the store is busy: later.
            Ok(_) | Err(_) => (pause * 2).min(LONGEST),
        };
    }
}

/// Reads back what is open. Gives how many rows still are.
async fn look(session: &Arc<Session>) -> Result<usize, Problem> {
    if session.store()?.open_rows().await?.is_empty() {
        return Ok(0);
    }
    let (_, open) = super::settle_open(session, None, false).await?;
    Ok(open)
}
