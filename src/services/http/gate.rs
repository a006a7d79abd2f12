//! One gate per service: once it asked to wait, nothing goes there before the time is over, and while its quota is nearly
//! used up only as many calls are under way as it has room for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::pace::{Heard, Sent};
use super::wait::later;
use crate::domain::problem::Service;

#[derive(Debug, Clone, Copy)]
struct Closed {
    until: Instant,
    until_at: Timestamp,
}

/// A wait longer than this is taken for a mistake of the service; nobody is kept out for longer.
pub(crate) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Those who waited go off within this time, not all at once.
const SPREAD: Duration = Duration::from_millis(250);

#[derive(Debug, Default)]
struct Gate {
    closed: Option<Closed>,
    /// Calls that are over.
    sent: Sent,
    under_way: usize,
    /// So many may be under way; `None` for as many as like to.
    room: Option<usize>,
}

/// The gates of all services. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gates(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    gates: Mutex<HashMap<Service, Gate>>,
    /// A call is over: there may be room for another one.
    over: Notify,
}

/// Leave for one call to a service. The call counts as under way until this is dropped.
#[derive(Debug)]
pub struct Pass {
    gates: Gates,
    service: Service,
}

impl Pass {
    /// The service that may be called.
    pub(crate) fn service(&self) -> Service {
        self.service
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut gates = self.gates.lock();
        let gate = gates.entry(self.service).or_default();
        gate.under_way = gate.under_way.saturating_sub(1);
        // Now, and not when it left: the service may have put it on its books at any time until it answered.
        gate.sent.note(Instant::now());
        drop(gates);
        self.gates.0.over.notify_waiters();
    }
}

/// What somebody finds at a gate.
enum Found {
    Open(Pass),
    Closed(Closed),
    Full,
}

impl Gates {
    /// Closes the gate of this service; a longer wait that is already on stays. Gives the end of the wait.
    pub fn close(&self, service: Service, wait: Duration, now: Timestamp) -> Timestamp {
        let wait = wait.min(LONGEST);
        let closed = Closed { until: Instant::now() + wait, until_at: later(now, wait) };
        let mut gates = self.lock();
        let gate = gates.entry(service).or_default();
        let kept = gate.closed.filter(|kept| kept.until >= closed.until).unwrap_or(closed);
        gate.closed = Some(kept);
        kept.until_at
    }

    /// Takes in what an answer says about the quota, read with the calls that were sent. Gives the pause that it asks for.
    pub fn heed(&self, service: Service, hear: impl FnOnce(&Sent) -> Heard) -> Option<Duration> {
        let mut gates = self.lock();
        let gate = gates.entry(service).or_default();
        let heard = hear(&gate.sent);
        gate.room = heard.room;
        heard.pause
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Service, Gate>> {
        self.0.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when this service is closed now, if it is.
    pub fn closed(&self, service: Service) -> Option<Timestamp> {
        let gates = self.lock();
        let closed = gates.get(&service)?.closed?;
        (closed.until > Instant::now()).then_some(closed.until_at)
    }

    fn enter(&self, service: Service) -> Found {
        let mut gates = self.lock();
        let gate = gates.entry(service).or_default();
        let now = Instant::now();
        gate.closed = gate.closed.filter(|closed| closed.until > now);
        if let Some(closed) = gate.closed {
            return Found::Closed(closed);
        }
        if gate.room.is_some_and(|room| gate.under_way >= room) {
            return Found::Full;
        }
        gate.under_way += 1;
        Found::Open(Pass { gates: self.clone(), service })
    }

    /// Waits until this service is open and has room; with the end of the wait as the error if that would be after the
    /// deadline. `spread` keeps those who waited from going off all at once.
    pub async fn pass(&self, service: Service, deadline: Instant, spread: f64) -> Result<Pass, Timestamp> {
        loop {
            let over = self.0.over.notified();
            match self.enter(service) {
                Found::Open(pass) => return Ok(pass),
                Found::Closed(gate) if gate.until > deadline => return Err(gate.until_at),
                Found::Closed(gate) => {
                    let left = gate.until.saturating_duration_since(Instant::now());
                    let extra = left.mul_f64(0.05 * spread).min(SPREAD);
                    tokio::time::sleep_until(gate.until + extra).await;
                }
                Found::Full => over.await,
            }
        }
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
        assert_eq!(
            gates.pass(Service::MicrosoftGraph, soon, 0.0).await.unwrap_err(),
            until,
            "the longer wait stays"
        );
        assert!(gates.pass(Service::EntraLogin, soon, 0.0).await.is_ok());
    }

    #[tokio::test]
    async fn nobody_passes_before_the_time_is_over() {
        let gates = Gates::default();
        let begun = Instant::now();
        gates.close(Service::AzureDevOps, Duration::from_millis(80), Timestamp::UNIX_EPOCH);
        drop(gates.pass(Service::AzureDevOps, begun + Duration::from_secs(5), 0.5).await.unwrap());
        assert!(begun.elapsed() >= Duration::from_millis(80));
    }

    #[tokio::test(start_paused = true)]
    async fn while_there_is_little_room_calls_wait_for_those_under_way() {
        let gates = Gates::default();
        let service = Service::AzureDevOps;
        let soon = Instant::now() + Duration::from_secs(60);
        let first = gates.pass(service, soon, 0.0).await.unwrap();
        let second = gates.pass(service, soon, 0.0).await.unwrap();
        gates.heed(service, |_| Heard { pause: None, room: Some(2) });
        let waiting = tokio::spawn({
            let gates = gates.clone();
            async move { gates.pass(service, soon, 0.0).await.map(drop) }
        });
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(!waiting.is_finished(), "two are under way, and two have room");
        assert!(gates.pass(Service::EntraLogin, soon, 0.0).await.is_ok(), "others have room of their own");
        drop(first);
        assert_eq!(waiting.await.unwrap(), Ok(()));
        drop(second);
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
