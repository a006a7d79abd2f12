//! Slowing down before the refusal: what an answer says about the quota, turned into a pause for that service.
//!
//! Azure DevOps counts units in a sliding window and says in each answer, from some use on, how many are left and when all of
//! them would be back if nothing more were asked (`X-RateLimit-Remaining`, `-Limit`, `-Reset`). What a call costs it does not
//! say, nor how long the window is. Both follow: the window is the time to the reset, and what was used, shared out over our
//! own calls in that time, is the cost of one (calls of others under the same account make ours look dearer, which is as it
//! should be). So the service's books are kept here a second time, and the next call goes as soon as enough of the old ones
//! have left the window. Nothing is slowed down before that, and a [`RESERVE`] stays for what is under way: near the end never
//! more than it pays for, see [`Heard::room`].

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::time::Instant;

use super::wait::{asked_wait, server_date, span};
use crate::services::observer::Budget;
use crate::services::settings::Limits;

/// The share of the quota that is kept for what is under way, and for others who work as the same account.
const RESERVE: f64 = 0.01;

/// At least so many calls of ours stay in reserve.
const RESERVED_CALLS: f64 = 3.0;

/// So many of our own calls are remembered for each service.
const REMEMBERED: usize = 100_000;

/// So many calls are under way at once while calls wait for room: fewer than the reserve, because a change costs more than
/// the average.
const AT_THE_END: usize = 2;

/// A reset is told in whole seconds, as is the time of the answer: the window may be shorter by as much.
const ROUNDED: Duration = Duration::from_secs(1);

/// Waits below this are not worth a countdown on the screen.
pub(crate) const TOLD: Duration = Duration::from_secs(1);

/// What an answer means for the calls that follow.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Heard {
    /// How long the service is to be left alone; `None` for not at all.
    pub pause: Option<Duration>,
    /// How many calls may be under way at once; `None` for as many as like to.
    pub room: Option<usize>,
}

/// Our own calls to one service that are over, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Sent(VecDeque<Instant>);

impl Sent {
    /// A call is over.
    pub fn note(&mut self, at: Instant) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(at);
    }

    /// What so many units left of the limit mean: how many calls they pay for, and how long until enough of ours have left the
    /// window for another one.
    fn heard(&self, limit: f64, left: f64, window: Duration, now: Instant) -> Heard {
        // Those that are on the books for certain: whoever counts one that has left already waits for nothing.
        let certain = window.saturating_sub(ROUNDED);
        let inside = self.0.len() - self.0.partition_point(|at| *at + certain <= now);
        if inside == 0 {
            return Heard::default();
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of calls")]
        let cost = (limit - left) / inside as f64;
        // What is left is told in whole units: 1 may be nearly 2, and 0 nearly 1.
        let missing = ((RESERVE * limit).max(RESERVED_CALLS * cost) + 1.0).min(limit / 2.0) - left;
        if missing <= 0.0 {
            return Heard { pause: None, room: Some(count(left / cost).max(AT_THE_END)) };
        }
        let calls = count((missing / cost - 1e-6).ceil()).clamp(1, inside);
        let leaving = self.0.get(self.0.len() - inside + calls - 1);
        let pause = leaving.map(|leaving| (*leaving + window).saturating_duration_since(now));
        Heard { pause, room: Some(AT_THE_END) }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive, and at most the calls of a window"
)]
fn count(calls: f64) -> usize {
    calls as usize
}

/// What this answer means for the calls that follow.
///
/// What the service asks for in words (`Retry-After`) comes first: it knows when there is room again. An empty quota without
/// such a word waits for its reset; a nearly empty one until some of it is back.
pub(crate) fn heard(
    status: StatusCode,
    headers: &HeaderMap,
    budget: Option<&Budget>,
    sent: &Sent,
    limits: &Limits,
    now: (Timestamp, Instant),
) -> Heard {
    let (date, instant) = now;
    if let Some(asked) = asked_wait(headers, date) {
        // What a refusal asks for is for whoever repeats the call.
        return Heard { pause: status.is_success().then_some(asked), room: Some(AT_THE_END) };
    }
    let Some((budget, left)) = budget.and_then(|budget| Some((budget, budget.remaining?))) else {
        return Heard::default();
    };
    let reset = budget.reset.map(|reset| span(server_date(headers).unwrap_or(date), reset));
    if left <= 0.0 {
        return Heard { pause: Some(reset.unwrap_or(limits.backoff_first)), room: Some(AT_THE_END) };
    }
    match (budget.limit.filter(|limit| *limit > left), reset) {
        (Some(limit), Some(window)) => sent.heard(limit, left, window, instant),
        _ => Heard::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::http::wait::budget;
    use reqwest::header::{HeaderName, HeaderValue};

    /// 300 s after the moment of the answer.
    const RESET: (&str, &str) = ("x-ratelimit-reset", "1795471500");
    const LIMIT: (&str, &str) = ("x-ratelimit-limit", "200");

    /// After so many calls, one every second until now.
    fn heard_after(calls: u64, status: u16, list: &[(&'static str, &str)]) -> Heard {
        let headers: HeaderMap = list
            .iter()
            .chain(&[("date", "Mon, 23 Nov 2026 22:00:00 GMT")])
            .map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_str(v).unwrap()))
            .collect();
        // This machine's clock is ten minutes behind the service's.
        let date = "2026-11-23T21:50:00Z".parse().unwrap();
        let now = Instant::now() + Duration::from_secs(1_000);
        let mut sent = Sent::default();
        (1..=calls).rev().for_each(|ago| sent.note(now - Duration::from_secs(ago)));
        let status = StatusCode::from_u16(status).unwrap();
        heard(status, &headers, budget(&headers).as_ref(), &sent, &Limits::default(), (date, now))
    }

    fn asked_after(calls: u64, status: u16, list: &[(&'static str, &str)]) -> Option<Duration> {
        heard_after(calls, status, list).pause
    }

    fn asked(status: u16, list: &[(&'static str, &str)]) -> Option<Duration> {
        asked_after(197, status, list)
    }

    #[test]
    fn nothing_is_slowed_down_while_there_is_enough() {
        assert_eq!(asked(200, &[]), None);
        assert_eq!(asked_after(100, 200, &[LIMIT, ("x-ratelimit-remaining", "100"), RESET]), None);
        assert_eq!(asked(200, &[LIMIT, ("x-ratelimit-remaining", "4"), RESET]), None);
        assert_eq!(
            asked(200, &[("x-ratelimit-remaining", "1")]),
            None,
            "without a limit nobody knows what 1 is"
        );
        assert_eq!(asked(200, &[LIMIT, ("x-ratelimit-remaining", "1")]), None, "without a reset neither");
        assert_eq!(
            asked_after(0, 200, &[LIMIT, ("x-ratelimit-remaining", "1"), RESET]),
            None,
            "not our doing"
        );
    }

    #[test]
    fn near_the_end_a_call_goes_when_an_old_one_has_left_the_window() {
        // 199 used in 199 calls, the first 199 s ago: it leaves the window of 300 s in 101 s, and three have to.
        let pause = asked_after(199, 200, &[LIMIT, ("x-ratelimit-remaining", "1"), RESET]);
        assert_eq!(pause, Some(Duration::from_secs(103)));
        // Half as many calls, each at twice the price: three calls are six units, and one more: three calls are missing.
        let pause = asked_after(100, 200, &[LIMIT, ("x-ratelimit-remaining", "1"), RESET]);
        assert_eq!(pause, Some(Duration::from_secs(202)));
        assert_eq!(
            asked(200, &[LIMIT, ("x-ratelimit-remaining", "0"), RESET]),
            Some(Duration::from_secs(300))
        );
    }

    #[test]
    fn a_call_that_may_have_left_the_window_already_is_not_waited_for() {
        // The window may be 299 s as well: whoever called 299 s ago gives nothing back any more. The oldest that counts called
        // 298 s ago, and three calls have to leave.
        let pause =
            asked_after(299, 200, &[("x-ratelimit-limit", "299"), ("x-ratelimit-remaining", "1"), RESET]);
        assert_eq!(pause, Some(Duration::from_secs(4)));
    }

    #[test]
    fn what_the_service_asks_for_comes_first() {
        let empty = [LIMIT, ("x-ratelimit-remaining", "0"), RESET, ("retry-after", "7")];
        assert_eq!(asked(200, &empty), Some(Duration::from_secs(7)));
        assert_eq!(asked(429, &empty), None, "that one is waited for by whoever repeats the call");
        assert_eq!(asked(200, &[("retry-after", "0")]), Some(Duration::ZERO));
        assert_eq!(
            asked(404, &[LIMIT, ("x-ratelimit-remaining", "0"), RESET]),
            Some(Duration::from_secs(300)),
            "a refusal for another reason tells about the quota as well"
        );
    }

    #[test]
    fn nonsense_asks_for_nothing_or_for_little() {
        assert_eq!(asked(200, &[LIMIT, ("x-ratelimit-remaining", "NaN"), RESET]), None);
        assert_eq!(asked(200, &[("x-ratelimit-limit", "-4"), ("x-ratelimit-remaining", "1"), RESET]), None);
        let long_past = ("x-ratelimit-reset", "1000");
        assert_eq!(asked(200, &[LIMIT, ("x-ratelimit-remaining", "0"), long_past]), Some(Duration::ZERO));
        assert_eq!(asked(200, &[LIMIT, ("x-ratelimit-remaining", "1"), long_past]), None);
        let first = Limits::default().backoff_first;
        assert_eq!(asked(200, &[("x-ratelimit-remaining", "-3")]), Some(first));
    }

    #[test]
    fn no_more_calls_are_under_way_than_there_is_room_for() {
        let room = |left: &str| heard_after(100, 200, &[LIMIT, ("x-ratelimit-remaining", left), RESET]).room;
        assert_eq!(heard_after(100, 200, &[]).room, None, "a service that says nothing has room");
        assert_eq!(room("100"), Some(100), "a call a unit");
        assert_eq!(room("20"), Some(11), "1.8 units a call");
        assert_eq!(room("1"), Some(2), "fewer than the reserve pays for");
        let asked_to_wait = heard_after(100, 200, &[("retry-after", "7")]);
        assert_eq!(asked_to_wait.room, Some(2), "not all at once when the time is over");
    }
}
