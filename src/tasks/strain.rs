//! Signs that a service slows down, gathered from the traffic: waits that it asked for, answers that it delayed, a quota that
//! is nearly used up, and how long answers take.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::services::Traffic;

/// A share of the quota from which on Microsoft Graph is near its limit.
/// Source: Microsoft Graph throttling, `x-ms-throttle-limit-percentage`.
const NEAR: f64 = 0.8;

/// Counts since they were taken last.
#[derive(Debug, Default)]
pub(super) struct Strain {
    signs: AtomicU64,
    answers: AtomicU64,
    millis: AtomicU64,
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signs {
    /// Signs of strain.
    pub(super) signs: u64,
    /// How long an answer took on the average; `None` without one.
    pub(super) answer: Option<Duration>,
}

impl Strain {
    /// Takes in what happened on the wire.
    pub(super) fn hear(&self, traffic: &Traffic) {
        let sign = match traffic {
            Traffic::Waiting { .. } => true,
            Traffic::Budget { budget, .. } => {
                budget.delay.is_some_and(|delay| !delay.is_zero())
                    || budget.used_share.is_some_and(|share| share >= NEAR)
            }
            Traffic::Request(record) => {
                let millis = u64::try_from(record.duration.as_millis()).unwrap_or(u64::MAX);
                self.answers.fetch_add(1, Ordering::Relaxed);
                self.millis.fetch_add(millis, Ordering::Relaxed);
                matches!(record.status, Some(429 | 503))
            }
            Traffic::SignIn(_) | Traffic::Terminal(_) => false,
        };
        self.signs.fetch_add(u64::from(sign), Ordering::Relaxed);
    }

    /// What was counted since the last time.
    pub(super) fn take(&self) -> Signs {
        let (answers, millis) =
            (self.answers.swap(0, Ordering::Relaxed), self.millis.swap(0, Ordering::Relaxed));
        let answer = millis.checked_div(answers).map(Duration::from_millis);
        Signs { signs: self.signs.swap(0, Ordering::Relaxed), answer }
    }
}
