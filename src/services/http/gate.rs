//! One gate per service: once it asked to wait, nothing goes there before the time is over.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::pace::Sent;
use super::wait::later;
use crate::domain::problem::Service;

#[derive(Debug, Clone, Copy)]
struct Closed {
    until: Instant,
    until_at: Timestamp,
}

/// A wait longer than this is taken for a mistake of the service; nobody is kept out for longer.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Those who waited go off within this time, not all at once.
const SPREAD: Duration = Duration::from_millis(250);

#[derive(Debug, Default)]
struct Gate {
    closed: Option<Closed>,
    sent: Sent,
}

/// The gates of all services.
#[derive(Debug, Default)]
pub(crate) struct Gates(Mutex<HashMap<Service, Gate>>);

impl Gates {
    /// Closes the gate of this service; a longer wait that is already on stays. Gives the end of the wait.
    pub fn close(&self, service: Service, wait: Duration, now: Timestamp) -> Timestamp {
        let wait = wait.min(LONGEST);
        let closed = Closed { until: Instant::now() + wait, until_at: later(now, wait) };
        let mut gates = self.gates();
        let gate = gates.entry(service).or_default();
        let kept = gate.closed.filter(|kept| kept.until >= closed.until).unwrap_or(closed);
        gate.closed = Some(kept);
        kept.until_at
    }

    /// Looks at what was sent to this service.
    pub fn look<T>(&self, service: Service, look: impl FnOnce(&Sent) -> T) -> T {
        look(&self.gates().entry(service).or_default().sent)
    }

    fn gates(&self) -> MutexGuard<'_, HashMap<Service, Gate>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when this service is closed; one that is open takes note of a call.
    fn closed(&self, service: Service) -> Option<Closed> {
        let mut gates = self.gates();
        let gate = gates.entry(service).or_default();
        let now = Instant::now();
        gate.closed = gate.closed.filter(|closed| closed.until > now);
        if gate.closed.is_none() {
            gate.sent.note(now);
        }
        gate.closed
    }

    /// Waits until this service is open; with the end of the wait as the error if that would be after the deadline.
    /// `spread` keeps those who waited from going off all at once.
    pub async fn pass(&self, service: Service, deadline: Instant, spread: f64) -> Result<(), Timestamp> {
        while let Some(gate) = self.closed(service) {
            if gate.until > deadline {
                return Err(gate.until_at);
            }
            let left = gate.until.saturating_duration_since(Instant::now());
            let extra = left.mul_f64(0.05 * spread).min(SPREAD);
            tokio::time::sleep_until(gate.until + extra).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_gate_holds_only_its_own_service() {
        let gates = Gates::default();
        let now = Timestamp::UNIX_EPOCH;
        let until = gates.close(Service::MicrosoftGraph, Duration::from_secs(600), now);
        assert_eq!(until.as_second(), 600);
        gates.close(Service::MicrosoftGraph, Duration::from_secs(1), now);
        let soon = Instant::now() + Duration::from_secs(5);
        assert_eq!(gates.pass(Service::MicrosoftGraph, soon, 0.0).await, Err(until), "the longer wait stays");
        assert_eq!(gates.pass(Service::EntraLogin, soon, 0.0).await, Ok(()));
    }

    #[tokio::test]
    async fn nobody_passes_before_the_time_is_over() {
        let gates = Gates::default();
        let begun = Instant::now();
        gates.close(Service::AzureDevOps, Duration::from_millis(80), Timestamp::UNIX_EPOCH);
        gates.pass(Service::AzureDevOps, begun + Duration::from_secs(5), 0.5).await.unwrap();
        assert!(begun.elapsed() >= Duration::from_millis(80));
    }

    #[test]
    fn ten_years_are_cut_to_a_day() {
        let until = Gates::default().close(
            Service::AzureDevOps,
            Duration::from_secs(315_360_000),
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(until.as_second(), 86_400);
    }
}
