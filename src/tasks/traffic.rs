//! What the traffic on the wire becomes: lines for the log pane, budgets, waits, and signs of strain.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::domain::ProblemKind;
use crate::domain::activity::{Budget, CONNECTION, EventLine, RequestLine};
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
            Traffic::Request(record) => {
                if let Some(line) = broken(&record) {
                    let _ = tx.try_send(Msg::Happened(line));
                }
                Msg::Requested(Box::new(request_line(&record)))
            }
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
            Traffic::Terminal(step) => return deliver(&tx, Msg::Terminal(step)),
        };
        let _ = tx.try_send(msg);
    })
}

/// What somebody in front of the screen wants to know about a request that is asked for once more: the first time only, and
/// not where the service merely asked to wait, which is shown anyway.
fn broken(record: &RequestRecord) -> Option<EventLine> {
    record.retry_at.filter(|_| record.attempt == 1)?;
    let what = match record.failure? {
        ProblemKind::BadAnswer => "an answer was cut off or not readable",
        ProblemKind::Unreachable if record.status.is_some() => "an answer broke off in the middle",
        ProblemKind::Unreachable => "no answer came",
        ProblemKind::ServiceFailing => "the service failed",
        _ => return None,
    };
    let text = format!("{}: {what}; it is asked again, nothing is lost", record.service.name());
    Some(EventLine { at: record.at, subject: CONNECTION.to_owned(), text })
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
