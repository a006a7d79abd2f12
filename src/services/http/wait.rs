//! How long to wait: what the service asked for, else exponential back-off with full jitter.

use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;

use crate::services::observer::Budget;
use crate::services::settings::Limits;

/// A header as text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

/// The moment in the answer's `Date` header.
pub(crate) fn server_date(headers: &HeaderMap) -> Option<Timestamp> {
    header(headers, "date").and_then(http_date)
}

fn http_date(text: &str) -> Option<Timestamp> {
    let time = httpdate::parse_http_date(text).ok()?;
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Timestamp::from_second(i64::try_from(since.as_secs()).ok()?).ok()
}

/// What the service asked to wait: `retry-after-ms`, `x-ms-retry-after-ms`, or `Retry-After` as seconds or as a date,
/// which counts from the server's own clock. `None` for none, and for one that makes no sense.
pub(crate) fn asked_wait(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    for name in ["retry-after-ms", "x-ms-retry-after-ms"] {
        if let Some(milliseconds) = header(headers, name).and_then(|text| text.parse::<u64>().ok()) {
            return Some(Duration::from_millis(milliseconds));
        }
    }
    let text = header(headers, "retry-after")?;
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = http_date(text)?;
    Some(span(server_date(headers).unwrap_or(now), until))
}

/// From one moment to a later one; nothing if it is past.
pub(crate) fn span(from: Timestamp, until: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(from)).unwrap_or(Duration::ZERO)
}

/// A moment later than another, as far as the calendar goes.
pub(crate) fn later(now: Timestamp, wait: Duration) -> Timestamp {
    SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok()).unwrap_or(Timestamp::MAX)
}

/// Full jitter: anything up to the doubled bound of this try.
pub(crate) fn backoff(limits: &Limits, attempt: u32, random: &mut fastrand::Rng) -> Duration {
    let doubled = limits.backoff_first.saturating_mul(1_u32 << attempt.saturating_sub(1).min(16));
    doubled.min(limits.backoff_longest).mul_f64(random.f64())
}

/// What the answer says about the quota; `None` when it says nothing.
pub(crate) fn budget(headers: &HeaderMap) -> Option<Budget> {
    let number = |name: &str| {
        header(headers, name).and_then(|text| text.parse::<f64>().ok()).filter(|n| n.is_finite())
    };
    let budget = Budget {
        limit: number("x-ratelimit-limit"),
        remaining: number("x-ratelimit-remaining"),
        reset: header(headers, "x-ratelimit-reset")
            .and_then(|text| text.parse::<i64>().ok())
            .and_then(|seconds| Timestamp::from_second(seconds).ok()),
        delay: number("x-ratelimit-delay").and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        used_share: number("x-ms-throttle-limit-percentage"),
    };
    (budget != Budget::default()).then_some(budget)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        list.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_str(v).unwrap())).collect()
    }

    fn now() -> Timestamp {
        "2026-11-23T22:00:00Z".parse().unwrap()
    }

    #[test]
    fn every_form_of_retry_after() {
        let wait = |list: &[(&'static str, &str)]| asked_wait(&headers(list), now());
        assert_eq!(wait(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(wait(&[("retry-after", " 7 ")]), Some(Duration::from_secs(7)));
        assert_eq!(wait(&[("retry-after", "1.5")]), Some(Duration::from_millis(1500)));
        assert_eq!(
            wait(&[("retry-after-ms", "250"), ("retry-after", "7")]),
            Some(Duration::from_millis(250))
        );
        assert_eq!(wait(&[("x-ms-retry-after-ms", "250")]), Some(Duration::from_millis(250)));
        assert_eq!(wait(&[]), None);
        for garbage in ["soon", "-5", "", "NaN", "inf", "1e400"] {
            assert_eq!(wait(&[("retry-after", garbage)]), None, "{garbage}");
        }
        assert_eq!(wait(&[("retry-after", "315360000")]), Some(Duration::from_secs(315_360_000)));
    }

    #[test]
    fn a_date_counts_from_the_servers_clock() {
        let skewed = headers(&[
            ("date", "Mon, 23 Nov 2026 23:30:00 GMT"),
            ("retry-after", "Mon, 23 Nov 2026 23:30:09 GMT"),
        ]);
        assert_eq!(asked_wait(&skewed, now()), Some(Duration::from_secs(9)));
        let without = headers(&[("retry-after", "Mon, 23 Nov 2026 22:00:30 GMT")]);
        assert_eq!(asked_wait(&without, now()), Some(Duration::from_secs(30)));
        let past = headers(&[("retry-after", "Mon, 23 Nov 2020 22:00:30 GMT")]);
        assert_eq!(asked_wait(&past, now()), Some(Duration::ZERO));
    }

    #[test]
    fn back_off_doubles_and_stays_under_its_bound() {
        let limits = Limits::default();
        let mut random = fastrand::Rng::with_seed(7);
        for attempt in 1..=40 {
            let bound = Duration::from_secs(1_u64 << (attempt - 1).min(6)).min(limits.backoff_longest);
            for _ in 0..50 {
                assert!(backoff(&limits, attempt, &mut random) <= bound, "try {attempt}");
            }
        }
    }

    #[test]
    fn what_an_answer_says_about_the_quota() {
        let answer = headers(&[
            ("x-ratelimit-limit", "200"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1795471212"),
            ("x-ratelimit-delay", "0.750"),
        ]);
        let read = budget(&answer).unwrap();
        assert_eq!((read.limit, read.remaining), (Some(200.0), Some(0.0)));
        assert_eq!(read.reset.map(Timestamp::as_second), Some(1_795_471_212));
        assert_eq!(read.delay, Some(Duration::from_millis(750)));
        assert_eq!(budget(&headers(&[])), None);
        assert_eq!(budget(&headers(&[("x-ratelimit-limit", "many"), ("x-ratelimit-reset", "soon")])), None);
    }
}
