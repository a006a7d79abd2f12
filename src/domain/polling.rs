//! How long the pauses between two readings are: never shorter than configured, longer while something fails and while nobody
//! looks.
//!
//! Source of the back-off: dashboards that exhaust the quota of the very account that they watch (microsoft/apm#2679). Who
//! presses *Connect* does it in a browser, and the terminal has lost the focus just then: so the probe keeps its pace for a
//! good while without anybody looking, and the lists do not.

use std::time::Duration;

/// What is read again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// What backs the organization: anonymous, and the one thing that must be noticed soon.
    Probe,
    /// What changed among the tenant's people.
    TenantPeople,
    /// The organization's people.
    OrgPeople,
    /// The service's health.
    Health,
}

/// The longest pause, as a multiple of the configured one.
const SLOWEST: u32 = 10;

/// A look away shorter than this changes nothing.
const GLANCE: Duration = Duration::from_secs(60);

/// Who does not look for so long is not in the middle of pressing *Connect*.
const GONE: Duration = Duration::from_secs(30 * 60);

/// The tenant's people are asked for at every third look at what backs the organization: once a minute as configured by
/// default, which is far below any quota of Microsoft Graph.
pub const TENANT_PEOPLE_EVERY: u32 = 3;

/// A list of changes may be incomplete without anybody noticing (replays, changes that come late): everybody is read anew
/// after this time. Source: Microsoft Graph, delta query overview, on synchronizing anew.
pub const WHOLE_AGAIN: Duration = Duration::from_secs(60 * 60);

/// The pause after a reading, when the last `failures` in a row failed and nobody has looked for `hidden`.
pub fn pause(clock: Clock, every: Duration, failures: u32, hidden: Option<Duration>) -> Duration {
    let after_failures = 1_u32.checked_shl(failures.min(8)).unwrap_or(SLOWEST).min(SLOWEST);
    let unwatched = match (clock, hidden) {
        (_, None) => 1,
        (Clock::Probe, Some(hidden)) if hidden < GONE => 1,
        (Clock::Probe, Some(_)) => 3,
        (_, Some(hidden)) if hidden < GLANCE => 1,
        (_, Some(hidden)) if hidden < GONE => 3,
        (_, Some(_)) => SLOWEST,
    };
    every.saturating_mul(after_failures.max(unwatched).min(SLOWEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(20);
    const CLOCKS: [Clock; 4] = [Clock::Probe, Clock::TenantPeople, Clock::OrgPeople, Clock::Health];

    #[test]
    fn never_faster_than_configured_and_never_slower_than_ten_times() {
        for clock in CLOCKS {
            for failures in 0..40 {
                for hidden in [None, Some(0), Some(59), Some(60), Some(1799), Some(1800), Some(u64::MAX)] {
                    let pause = pause(clock, EVERY, failures, hidden.map(Duration::from_secs));
                    assert!((EVERY..=EVERY * 10).contains(&pause), "{clock:?} {failures} {hidden:?}");
                }
            }
        }
    }

    #[test]
    fn failures_double_it() {
        let after = |failures| pause(Clock::Health, EVERY, failures, None).as_secs();
        assert_eq!([0, 1, 2, 3, 4, 100].map(after), [20, 40, 80, 160, 200, 200]);
    }

    #[test]
    fn the_probe_keeps_watching_while_somebody_is_in_the_browser() {
        let minutes = |clock, minutes: u64| pause(clock, EVERY, 0, Some(Duration::from_secs(minutes * 60)));
        assert_eq!(minutes(Clock::Probe, 20), EVERY);
        assert_eq!(minutes(Clock::Probe, 60), EVERY * 3);
        assert_eq!(minutes(Clock::OrgPeople, 20), EVERY * 3);
        assert_eq!(minutes(Clock::OrgPeople, 60), EVERY * 10);
        assert_eq!(minutes(Clock::OrgPeople, 0), EVERY, "a glance elsewhere");
    }
}
