//! The consumption limit of Azure DevOps: units in a sliding window, first delays, then refusals.
//!
//! After the published description (learn.microsoft.com/azure/devops/integrate/concepts/rate-limits): every call costs
//! units; what was used in the last five minutes counts. Below the limit nothing happens, and from half of it on the answers
//! say what is left. Above it an answer is delayed and still good, with `Retry-After` (until enough has left the window),
//! `X-RateLimit-Delay`, `-Limit`, `-Remaining` and `-Reset`. Who goes on all the same is refused with 429. Each service
//! counts by itself. Sizes are [`Quota`]'s, so that an evening can be played in minutes.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant, SystemTime},
};

use axum::http::StatusCode;

use super::{
    answer::{Answer, devops_error},
    server::{Call, Shared},
};

/// How much a service of Azure DevOps gives to one caller.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quota {
    /// Units in a window. The published number is 200.
    pub units: f64,
    /// The sliding window. The published length is five minutes.
    pub window: Duration,
    /// Units of a read.
    pub read_cost: f64,
    /// Units of a change.
    pub write_cost: f64,
    /// Calls are delayed above `units`, and refused above this many times `units`.
    pub refused_above: f64,
    /// The longest delay of an answer. The published one is 30 s.
    pub longest_delay: Duration,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            units: 200.0,
            window: Duration::from_secs(300),
            read_cost: 1.0,
            write_cost: 2.0,
            refused_above: 1.02,
            longest_delay: Duration::from_secs(30),
        }
    }
}

/// What a service counted. See [`super::Control::consumption`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Consumption {
    /// Calls that came, refused ones included.
    pub calls: u64,
    /// Units of the calls that were carried out.
    pub units: f64,
    /// Answers that were delayed.
    pub delayed: u64,
    /// Calls that were refused with 429.
    pub refused: u64,
    /// Calls that came although an answer sent more than [`UNDER_WAY`] before had asked to wait until later.
    pub inside_closed_windows: u64,
    /// From the first call to the end of the latest answer.
    pub took: Duration,
    /// The shortest time in which a caller could have had the same calls carried out, in the same order: each as soon as the
    /// window has room for it. Network and work not counted.
    pub shortest: Duration,
}

/// A call that left its caller before the answer with the wait arrived there is nobody's fault.
pub const UNDER_WAY: Duration = Duration::from_millis(100);

/// One service's books.
#[derive(Debug, Default)]
pub(super) struct Books(HashMap<String, Book>);

#[derive(Debug)]
struct Book {
    first: Instant,
    /// Calls in the window, with their cost.
    spent: VecDeque<(Instant, f64)>,
    used: f64,
    /// Said in an answer that left then: no call before.
    closed: Option<(Instant, Instant)>,
    /// The same costs, each as early as possible; from the first call on.
    ideal: VecDeque<(Duration, f64)>,
    ideal_used: f64,
    seen: Consumption,
}

/// What the books say about a call.
pub(super) struct Charge {
    /// How long the answer waits.
    pub delay: Duration,
    /// It is not carried out at all.
    pub refused: Option<Answer>,
    headers: Vec<(&'static str, String)>,
}

impl Charge {
    /// Adds what the answer says about the quota.
    pub fn told(self, mut answer: Answer) -> Answer {
        for (name, value) in self.headers {
            answer = answer.with(name, &value);
        }
        answer
    }
}

impl Books {
    /// What was counted, by service: `devops`, `vssps`, `vsaex`.
    pub fn read(&self) -> std::collections::BTreeMap<String, Consumption> {
        self.0.iter().map(|(service, book)| (service.clone(), book.seen.clone())).collect()
    }
}

/// Puts a call on the books. `None` where there is no quota, or for a service that has none.
pub(super) fn charge(shared: &Shared, call: &Call) -> Option<Charge> {
    if !matches!(call.service(), "devops" | "vssps" | "vsaex") {
        return None;
    }
    let mut state = shared.disturb();
    let quota = state.quota?;
    let cost = if call.reads() || call.queries() { quota.read_cost } else { quota.write_cost };
    let now = Instant::now();
    let book = state.books.0.entry(call.service().to_owned()).or_insert_with(|| Book::new(now));
    Some(book.charge(&quota, cost, now, SystemTime::now()))
}

impl Book {
    fn new(first: Instant) -> Self {
        Self {
            first,
            spent: VecDeque::new(),
            used: 0.0,
            closed: None,
            ideal: VecDeque::new(),
            ideal_used: 0.0,
            seen: Consumption::default(),
        }
    }

    fn charge(&mut self, quota: &Quota, cost: f64, now: Instant, date: SystemTime) -> Charge {
        while let Some((at, spent)) = self.spent.front().copied().filter(|(at, _)| *at + quota.window <= now)
        {
            let _ = at;
            self.used = (self.used - spent).max(0.0);
            self.spent.pop_front();
        }
        self.seen.calls += 1;
        if let Some((told, until)) = self.closed
            && now > told + UNDER_WAY
            && now < until
        {
            self.seen.inside_closed_windows += 1;
        }
        if self.used + cost > quota.units * quota.refused_above {
            self.seen.refused += 1;
            let wait = self.until_below(quota, now);
            let mut headers = self.headers(quota, now, date);
            headers.push(("retry-after", whole_seconds(wait).to_string()));
            self.closed = Some((now, now + Duration::from_secs(whole_seconds(wait))));
            let answer = devops_error(
                StatusCode::TOO_MANY_REQUESTS,
                "RequestBlockedException",
                "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource 'TSTUs' in \
                 namespace 'User'. (simulated)",
            );
            return Charge { delay: Duration::ZERO, refused: Some(answer), headers };
        }
        self.spent.push_back((now, cost));
        self.used += cost;
        self.seen.units += cost;
        self.count_ideal(quota, cost);
        let mut headers = self.headers(quota, now, date);
        let mut delay = Duration::ZERO;
        if self.used > quota.units {
            let wait = self.until_below(quota, now);
            delay = wait.min(quota.longest_delay);
            self.seen.delayed += 1;
            let after = now + delay;
            let left = whole_seconds(wait.saturating_sub(delay));
            headers.push(("retry-after", left.to_string()));
            headers.push(("x-ratelimit-delay", format!("{:.3}", delay.as_secs_f64())));
            self.closed = Some((after, after + Duration::from_secs(left)));
        }
        self.seen.took = self.seen.took.max(now + delay - self.first);
        Charge { delay, refused: None, headers }
    }

    /// Until what was used is below the limit again, if nothing is added.
    fn until_below(&self, quota: &Quota, now: Instant) -> Duration {
        let mut used = self.used;
        for (at, cost) in &self.spent {
            if used < quota.units {
                break;
            }
            used -= cost;
            if used < quota.units {
                return (*at + quota.window).saturating_duration_since(now);
            }
        }
        Duration::ZERO
    }

    fn headers(&self, quota: &Quota, now: Instant, date: SystemTime) -> Vec<(&'static str, String)> {
        let mut headers = vec![("date", httpdate::fmt_http_date(date))];
        if self.used * 2.0 < quota.units {
            return headers;
        }
        let last = self
            .spent
            .back()
            .map_or(Duration::ZERO, |(at, _)| (*at + quota.window).saturating_duration_since(now));
        let reset = (date + last).duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        headers.push(("x-ratelimit-resource", "TSTUs/User (simulated)".to_owned()));
        headers.push(("x-ratelimit-limit", format!("{}", quota.units)));
        headers.push(("x-ratelimit-remaining", format!("{:.0}", (quota.units - self.used).max(0.0).floor())));
        headers.push(("x-ratelimit-reset", (reset.as_secs() + 1).to_string()));
        headers
    }

    /// The same call in the schedule of somebody who is never late.
    fn count_ideal(&mut self, quota: &Quota, cost: f64) {
        let mut at = self.ideal.back().map_or(Duration::ZERO, |(at, _)| *at);
        let leave = |ideal: &mut VecDeque<(Duration, f64)>, used: &mut f64, at: Duration| {
            while let Some((_, spent)) = ideal.front().filter(|(then, _)| *then + quota.window <= at).copied()
            {
                *used -= spent;
                ideal.pop_front();
            }
        };
        leave(&mut self.ideal, &mut self.ideal_used, at);
        while self.ideal_used + cost > quota.units + 1e-6 {
            let Some((first, _)) = self.ideal.front() else { break };
            at = *first + quota.window;
            leave(&mut self.ideal, &mut self.ideal_used, at);
        }
        self.ideal.push_back((at, cost));
        self.ideal_used += cost;
        self.seen.shortest = at;
    }
}

/// Upwards: a wait that is told is never too short.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota() -> Quota {
        Quota { units: 10.0, window: Duration::from_secs(60), ..Quota::default() }
    }

    fn value<'a>(charge: &'a Charge, name: &str) -> Option<&'a str> {
        charge.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn it_warns_delays_and_refuses_and_the_window_slides() {
        let (start, date) = (Instant::now(), SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000));
        let mut book = Book::new(start);
        let quota = Quota { refused_above: 1.1, ..quota() };
        let mut ask = |at: u64| book.charge(&quota, 1.0, start + Duration::from_secs(at), date);
        for second in 0..4 {
            assert_eq!(value(&ask(second), "x-ratelimit-remaining"), None, "below half nothing is said");
        }
        for second in 4..10 {
            let charge = ask(second);
            assert!(charge.delay.is_zero() && charge.refused.is_none());
            assert_eq!(value(&charge, "x-ratelimit-remaining"), Some((9 - second).to_string().as_str()));
            assert_eq!(value(&charge, "x-ratelimit-reset"), Some("1000061"));
        }
        // The eleventh is late: two have to leave the window before it is below the limit.
        let late = ask(10);
        assert_eq!(late.delay, Duration::from_secs(30));
        assert_eq!(value(&late, "retry-after"), Some("21"));
        let refused = ask(11);
        assert!(refused.refused.is_some());
        assert_eq!(value(&refused, "retry-after"), Some("50"));
        assert!(ask(62).refused.is_none(), "three have left by then");
        assert_eq!(book.seen.refused, 1);
        assert_eq!(book.seen.inside_closed_windows, 0, "the delayed answer had not left yet");
        assert_eq!(book.seen.delayed, 1);
    }

    #[test]
    fn the_shortest_time_is_that_of_full_windows() {
        let start = Instant::now();
        let mut book = Book::new(start);
        for _ in 0..35 {
            book.count_ideal(&quota(), 1.0);
        }
        assert_eq!(book.seen.shortest, Duration::from_secs(180), "ten at 0, 60, 120, five at 180");
    }

    #[test]
    fn a_call_inside_a_closed_window_is_counted() {
        let (start, date) = (Instant::now(), SystemTime::UNIX_EPOCH);
        let mut book = Book::new(start);
        let quota = Quota { refused_above: 1.0, ..quota() };
        for _ in 0..11 {
            book.charge(&quota, 1.0, start, date);
        }
        assert_eq!((book.seen.refused, book.seen.inside_closed_windows), (1, 0));
        book.charge(&quota, 1.0, start + UNDER_WAY / 2, date);
        assert_eq!(book.seen.inside_closed_windows, 0, "it was under way");
        book.charge(&quota, 1.0, start + Duration::from_secs(20), date);
        assert_eq!(book.seen.inside_closed_windows, 1);
    }
}
