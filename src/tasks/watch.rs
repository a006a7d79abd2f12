//! The pollers: what is read again by itself, how often, and when the pace slows.
//!
//! Nothing is polled faster than configured. After a failure the pause doubles, up to ten times the configured one; a service
//! that asked to wait is not asked before; while nobody looks at the terminal the lists are read more rarely, and what is
//! overdue is read as soon as somebody does. A program that was stopped (Ctrl-Z) reads once when it goes on, not once for
//! each reading that it missed. Between two readings nothing wakes up.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch::Receiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::activity::Source;
use crate::domain::connection::readings::Observation;
use crate::domain::polling::{Clock, TENANT_PEOPLE_EVERY, pause};
use crate::domain::{Problem, Service};

use super::attention::hidden;
use super::msg::{Fact, Msg};
use super::reading;
use super::session::Session;
use super::switch;

/// Polls until it is told to stop. Four clocks: the probe, the tenant's people, the organization's people, health.
pub(super) async fn watch(session: Arc<Session>, stop: CancellationToken) {
    let context = Arc::clone(&session.context);
    let tenant_people = context.poll_tenant.map(|every| every.saturating_mul(TENANT_PEOPLE_EVERY));
    let ticker = |clock, every| Ticker { session: &session, clock, every, stop: &stop };
    tokio::join!(
        ticker(Clock::Probe, context.poll_tenant).run(|| probe(&session)),
        ticker(Clock::TenantPeople, tenant_people).run(|| reading::tenant_people(&session)),
        ticker(Clock::OrgPeople, context.poll_users).run(|| org_people(&session)),
        ticker(Clock::Health, context.poll_health).run(|| reading::health(&session)),
        switch::follow(&session, &stop),
    );
}

/// What a clock reads, and whom it asks for it.
fn asked(clock: Clock) -> (Source, Service) {
    match clock {
        Clock::Probe => (Source::Backing, Service::AzureDevOps),
        Clock::TenantPeople => (Source::Directory, Service::MicrosoftGraph),
        Clock::OrgPeople => (Source::Roster, Service::AzureDevOpsEntitlements),
        Clock::Health => (Source::Health, Service::AzureDevOpsStatus),
    }
}

struct Ticker<'a> {
    session: &'a Session,
    clock: Clock,
    every: Option<Duration>,
    stop: &'a CancellationToken,
}

impl Ticker<'_> {
    async fn run<F: Future<Output = Result<(), Problem>>>(self, read: impl Fn() -> F) {
        let Some(every) = self.every else { return };
        let (source, service) = asked(self.clock);
        let schedule = |due: Option<Timestamp>| self.session.tell(Msg::ReadingScheduled(source, due));
        let closed = || self.session.closed.left(service, Timestamp::now());
        let attention = self.session.attention.listen();
        tokio::select! {
            () = tick(self.clock, every, attention, closed, schedule, read) => {}
            () = self.stop.cancelled() => {}
        }
        self.session.tell(Msg::ReadingScheduled(source, None)).await;
    }
}

/// Reads again and again, for ever.
async fn tick<R, S>(
    clock: Clock,
    every: Duration,
    mut attention: Receiver<Option<Instant>>,
    closed: impl Fn() -> Option<Duration>,
    schedule: impl Fn(Option<Timestamp>) -> S,
    read: impl Fn() -> R,
) where
    R: Future<Output = Result<(), Problem>>,
    S: Future<Output = ()>,
{
    let mut failures = 0;
    let mut not_before: Option<Instant> = None;
    loop {
        let ended = Instant::now();
        // Until it is due; what changes meanwhile makes it due sooner or later.
        loop {
            let since = *attention.borrow_and_update();
            let mut due = ended + pause(clock, every, failures, hidden(since));
            if let Some(later) = not_before.max(closed().map(|wait| Instant::now() + wait)) {
                due = due.max(later);
            }
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let told = SignedDuration::try_from(left).ok();
            schedule(told.and_then(|left| Timestamp::now().checked_add(left).ok())).await;
            tokio::select! {
                // By then nobody may look, or the service may have asked to wait: both are asked again.
                () = tokio::time::sleep_until(due) => if closed().is_none() { break },
                changed = attention.changed() => if changed.is_err() { return },
            }
        }
        // Boxed: the future of a reading is large, and nested in this one it outgrew a thread's stack.
        match Box::pin(read()).await {
            Ok(()) => (failures, not_before) = (0, None),
            Err(problem) => {
                failures += 1;
                let wait = problem
                    .retry_at
                    .and_then(|at| Duration::try_from(at.duration_since(Timestamp::now())).ok());
                not_before = wait.map(|wait| Instant::now() + wait);
            }
        }
    }
}

async fn org_people(session: &Arc<Session>) -> Result<(), Problem> {
    if switch::may_list(session).await { reading::org_people(session).await } else { Ok(()) }
}

/// The watch over what backs the organization. A single reading is cheap and says nothing yet; when it differs from what is
/// believed, a second one must agree before the change is announced.
async fn probe(session: &Arc<Session>) -> Result<(), Problem> {
    let reading = match session.services.probe.read().await {
        Ok(reading) => reading,
        Err(problem) => {
            if session.gate.gone(Timestamp::now()) {
                switch::lost(session, &problem).await;
            }
            session.tell(Msg::FactRead(Fact::Backing(Err(problem.clone())), Timestamp::now())).await;
            return Err(problem);
        }
    };
    switch::back_again(session).await;
    let was_known = session.believed_backing().is_some();
    match (session.observe(reading.backing), reading.backing) {
        // Something new, seen once, or headers that contradict each other: look again at once.
        (Observation::Maybe(_), _) | (_, None) => reading::backing(session).await,
        (_, Some(backing)) => {
            session.tell(Msg::FactRead(Fact::Backing(Ok(backing)), Timestamp::now())).await;
        }
    }
    if !was_known && session.believed_backing().is_some() {
        session.gate.first_known();
    }
    Ok(())
}

#[cfg(test)]
mod tests;
