//! The pollers: what is read again by itself, how often, and when the pace slows.
//!
//! Nothing is polled faster than configured. After a failure the pause doubles, up to ten times the configured one; a
//! service that asked to wait is not asked before.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::domain::activity::Source;
use crate::domain::connection::readings::Observation;

use super::msg::{Fact, Msg};
use super::reading;
use super::session::Session;
use super::switch::{self, announce};

/// The longest pause after failures, as a multiple of the configured one.
const SLOWEST: u32 = 10;

/// Polls until it is told to stop. Three clocks: the probe, the organization's people, health.
pub(super) async fn watch(session: Arc<Session>, stop: CancellationToken) {
    let context = Arc::clone(&session.context);
    tokio::join!(
        probe(&session, context.poll_tenant, &stop),
        again(&session, &[Source::Roster, Source::GraphIdentities], context.poll_users, &stop),
        again(&session, &[Source::Health], context.poll_health, &stop),
        switch::refusals(&session, &stop),
    );
}

/// Sleeps until the next reading is due; `false` when it was told to stop.
async fn pause(session: &Session, source: Source, pause: Duration, stop: &CancellationToken) -> bool {
    let due = SignedDuration::try_from(pause).ok().and_then(|pause| Timestamp::now().checked_add(pause).ok());
    session.tell(Msg::ReadingScheduled(source, due)).await;
    tokio::select! {
        () = tokio::time::sleep(pause) => true,
        () = stop.cancelled() => {
            session.tell(Msg::ReadingScheduled(source, None)).await;
            false
        }
    }
}

async fn again(
    session: &Arc<Session>,
    sources: &[Source],
    every: Option<Duration>,
    stop: &CancellationToken,
) {
    let (Some(every), Some(first)) = (every, sources.first()) else { return };
    while pause(session, *first, every, stop).await {
        if !switch::may_list(session, sources).await {
            continue;
        }
        tokio::select! {
            // Boxed: the future of a reading is large, and nested in this one it outgrew a thread's stack.
            () = Box::pin(reading::read(session, sources)) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// The watch over what backs the organization. A single reading is cheap and says nothing yet; when it differs from what is
/// believed, a second one must agree before the change is announced.
async fn probe(session: &Arc<Session>, every: Option<Duration>, stop: &CancellationToken) {
    let Some(every) = every else { return };
    let mut slower = 1;
    let mut gone_since = None;
    while pause(session, Source::Backing, every * slower, stop).await {
        match session.services.probe.read().await {
            Ok(reading) => {
                slower = 1;
                if let Some(since) = gone_since.take() {
                    switch::back_again(session, since).await;
                }
                let before = session.believed_backing();
                match (session.observe(reading.backing), reading.backing) {
                    (Observation::Unchanged, Some(backing)) => {
                        session.tell(Msg::FactRead(Fact::Backing(Ok(backing)), Timestamp::now())).await;
                    }
                    (Observation::Changed { .. } | Observation::First(_), Some(backing)) => {
                        session.tell(Msg::FactRead(Fact::Backing(Ok(backing)), Timestamp::now())).await;
                        announce(session, before, backing).await;
                    }
                    // Something new, seen once, or headers that contradict each other: look again at once.
                    _ => {
                        reading::backing(session).await;
                        if let Some(now) = session.believed_backing().filter(|now| Some(*now) != before) {
                            announce(session, before, now).await;
                        }
                    }
                }
            }
            Err(problem) => {
                slower = (slower * 2).min(SLOWEST);
                if gone_since.is_none() {
                    gone_since = Some(Timestamp::now());
                    switch::lost(session, &problem).await;
                }
                session.tell(Msg::FactRead(Fact::Backing(Err(problem)), Timestamp::now())).await;
            }
        }
    }
}
