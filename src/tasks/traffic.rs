//! What the traffic on the wire becomes: lines for the log pane, budgets, waits, and signs of strain.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::domain::activity::{Budget, RequestLine};
use crate::services::{Observer, RequestRecord, Traffic};

use super::attention::Closed;
use super::msg::Msg;
use super::strain::Strain;

/// Feeds the log pane, the budget and the waits. Lines are dropped rather than waited for.
pub(super) fn observer(tx: mpsc::Sender<Msg>, strain: Arc<Strain>, closed: Arc<Closed>) -> Observer {
    Observer::new(move |traffic| {
        strain.hear(&traffic);
        closed.hear(&traffic);
        let msg = match traffic {
            Traffic::Request(record) => Msg::Requested(Box::new(request_line(&record))),
            Traffic::Waiting { service, until } => {
                Msg::BudgetRead(service, Budget { remaining: None, limit: None, closed_until: Some(until) })
            }
            Traffic::Budget { service, budget } => Msg::BudgetRead(
                service,
                Budget {
                    remaining: budget.remaining.map(whole),
                    limit: budget.limit.map(whole),
                    closed_until: None,
                },
            ),
            // Somebody waits for this one: it is never dropped.
            Traffic::SignIn(step) => return deliver(&tx, Msg::SignIn(step)),
        };
        let _ = tx.try_send(msg);
    })
}

/// Hands a message to whoever shows it, from a place that cannot wait; never dropped while somebody listens.
pub(super) fn deliver<T: Send + 'static>(tx: &mpsc::Sender<T>, msg: T) {
    use mpsc::error::TrySendError;
    if let Err(TrySendError::Full(msg)) = tx.try_send(msg)
        && let Ok(runtime) = tokio::runtime::Handle::try_current()
    {
        let tx = tx.clone();
        drop(runtime.spawn(async move { tx.send(msg).await }));
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
fn whole(units: f64) -> u64 {
    units.clamp(0.0, 1e15) as u64
}

fn request_line(record: &RequestRecord) -> RequestLine {
    let mut note = record.failure.map(|kind| format!("{kind:?}")).unwrap_or_default();
    if record.attempt > 1 {
        let _ = write!(note, " try {}", record.attempt);
    }
    if let Some(at) = record.retry_at {
        let wait = at.duration_since(Timestamp::now()).as_secs().max(0);
        let _ = write!(note, " again in {wait} s");
    }
    RequestLine {
        at: record.at,
        service: record.service,
        method: record.method.clone(),
        path: record.path.clone(),
        status: record.status,
        millis: u64::try_from(record.duration.as_millis()).unwrap_or(u64::MAX),
        bytes: record.bytes,
        note: note.trim().to_owned(),
    }
}
