//! One gate per service: once it asked to wait, nothing goes there before the time is over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::wait::later;
use crate::domain::problem::Service;

#[derive(Debug, Clone, Copy)]
struct Closed {
    until: Instant,
    until_at: Timestamp,
}

/// A wait longer than this is taken for a mistake of the service; nobody is kept out for longer.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The gates of all services.
#[derive(Debug, Default)]
pub(crate) struct Gates(Mutex<HashMap<Service, Closed>>);

impl Gates {
    /// Closes the gate of this service; a longer wait that is already on stays. Gives the end of the wait.
    pub fn close(&self, service: Service, wait: Duration, now: Timestamp) -> Timestamp {
        let wait = wait.min(LONGEST);
        let closed = Closed { until: Instant::now() + wait, until_at: later(now, wait) };
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = gates.entry(service).or_insert(closed);
        if closed.until > gate.until {
            *gate = closed;
        }
        gate.until_at
    }

    /// Until when this service is closed, if it is.
    fn closed(&self, service: Service) -> Option<Closed> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = gates.get(&service).copied()?;
        if gate.until <= Instant::now() {
            gates.remove(&service);
            return None;
        }
        Some(gate)
    }

    /// Waits until this service is open; with the end of the wait as the error if that would be after the deadline.
    /// `spread` keeps those who waited from going off all at once.
    pub async fn pass(&self, service: Service, deadline: Instant, spread: f64) -> Result<(), Timestamp> {
        while let Some(gate) = self.closed(service) {
            if gate.until > deadline {
                return Err(gate.until_at);
            }
            let left = gate.until.saturating_duration_since(Instant::now());
            let extra = left.mul_f64(0.05 * spread).min(Duration::from_secs(1));
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
