//! The clocks on a clock of their own: time is paused, and passes only when nothing else is to be done.

use std::cell::{Cell, RefCell};

use super::*;
use crate::domain::ProblemKind;
use crate::tasks::attention::Attention;

const EVERY: Duration = Duration::from_secs(300);

/// Seconds at which something was read.
#[derive(Default)]
struct Log(RefCell<Vec<u64>>);

impl Log {
    fn take(&self) -> Vec<u64> {
        self.0.take()
    }
}

struct Desk {
    begun: Instant,
    log: Log,
    scheduled: Cell<usize>,
    fails: Cell<bool>,
    retry_in: Cell<Option<u64>>,
    closed_until: Cell<Option<u64>>,
}

impl Desk {
    fn new() -> Self {
        Self {
            begun: Instant::now(),
            log: Log::default(),
            scheduled: Cell::new(0),
            fails: Cell::new(false),
            retry_in: Cell::new(None),
            closed_until: Cell::new(None),
        }
    }

    fn seconds(&self) -> u64 {
        self.begun.elapsed().as_secs()
    }

    /// Lets the clock tick for so long.
    async fn run(&self, clock: Clock, attention: &Attention, seconds: u64) {
        let closed = || {
            let left = self.closed_until.get()?.checked_sub(self.seconds())?;
            Some(Duration::from_secs(left)).filter(|left| !left.is_zero())
        };
        let schedule = |_| {
            self.scheduled.set(self.scheduled.get() + 1);
            std::future::ready(())
        };
        let read = || async {
            self.log.0.borrow_mut().push(self.seconds());
            if self.fails.get() {
                let retry = self.retry_in.get();
                return Err(Problem {
                    retry_at: retry.map(|wait| {
                        Timestamp::now() + SignedDuration::from_secs(i64::try_from(wait).unwrap())
                    }),
                    ..Problem::at(Service::AzureDevOps, ProblemKind::Unreachable, "reading")
                });
            }
            Ok(())
        };
        let ticking = tick(clock, EVERY, attention.listen(), closed, schedule, read);
        let _ = tokio::time::timeout(Duration::from_secs(seconds), ticking).await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_reading_for_each_interval_and_nothing_else_wakes_up() {
    let desk = Desk::new();
    let attention = Attention::default();
    desk.run(Clock::OrgPeople, &attention, 3_050).await;
    assert_eq!(desk.log.take(), (1..=10).map(|n| n * 300).collect::<Vec<_>>());
    assert_eq!(desk.scheduled.get(), 11, "once for each pause");
}

#[tokio::test(start_paused = true)]
async fn failures_slow_it_down_and_success_restores_the_pace() {
    let desk = Desk::new();
    desk.fails.set(true);
    let attention = Attention::default();
    desk.run(Clock::Health, &attention, 10_000).await;
    assert_eq!(desk.log.take(), [300, 900, 2_100, 4_500, 7_500], "doubled, up to ten times");
    desk.fails.set(false);
    desk.run(Clock::Health, &attention, 700).await;
    assert_eq!(desk.log.take().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_asked_to_wait_is_not_asked_before() {
    let desk = Desk::new();
    desk.closed_until.set(Some(1_000));
    let attention = Attention::default();
    desk.run(Clock::TenantPeople, &attention, 1_500).await;
    assert_eq!(desk.log.take(), [1_000, 1_300]);
    // What the failure itself says counts too.
    let desk = Desk::new();
    desk.fails.set(true);
    desk.retry_in.set(Some(2_000));
    desk.run(Clock::TenantPeople, &attention, 2_500).await;
    let read = desk.log.take();
    assert_eq!((read.len(), read[0]), (2, 300));
    assert!(read[1] >= 2_299, "{read:?}");
}

#[tokio::test(start_paused = true)]
async fn hidden_it_is_slower_and_whoever_comes_back_sees_what_is_overdue_at_once() {
    let desk = Desk::new();
    let attention = Attention::default();
    let later = |seconds, looks| {
        let attention = &attention;
        async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            attention.set(looks);
        }
    };
    tokio::join!(desk.run(Clock::OrgPeople, &attention, 4_000), later(10, false), later(3_000, true));
    // 300: the pause had begun; then three times as long; then, back at 3000, at once, and as configured again.
    assert_eq!(desk.log.take(), [300, 1_200, 2_100, 3_000, 3_300, 3_600, 3_900]);
}

#[tokio::test(start_paused = true)]
async fn the_probe_keeps_its_pace_while_somebody_is_in_the_browser() {
    let desk = Desk::new();
    let attention = Attention::default();
    attention.set(false);
    desk.run(Clock::Probe, &attention, 1_600).await;
    assert_eq!(desk.log.take(), [300, 600, 900, 1_200, 1_500]);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_was_stopped_reads_once_when_it_goes_on() {
    let desk = Desk::new();
    let attention = Attention::default();
    tokio::join!(desk.run(Clock::OrgPeople, &attention, 40_000), async {
        tokio::time::sleep(Duration::from_secs(100)).await;
        // As a stopped process: all timers are overdue together.
        tokio::time::advance(Duration::from_secs(36_000)).await;
    });
    let read = desk.log.take();
    assert_eq!(read.iter().filter(|at| **at <= 36_100).count(), 1, "{read:?}");
}
