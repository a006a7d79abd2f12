//! This machine's clock beside the service's: tokens look ended, or not begun, where the two are far apart, and the service
//! only says that it does not take the token.

use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;

use super::wait::server_date;

/// The services allow for five minutes; from here on the clock is worth a word.
const NOTICED: SignedDuration = SignedDuration::from_mins(2);

/// How far this machine's clock is ahead of the service's (negative: behind), by the date in an answer. The date has no
/// fractions and is as old as the answer was under way: a second or two mean nothing.
pub(crate) fn ahead(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    Some(now.duration_since(server_date(headers)?))
}

/// What to say when a token was refused while the clocks are apart.
pub(crate) fn advice(headers: &HeaderMap, now: Timestamp) -> Option<String> {
    let ahead = ahead(headers, now)?;
    (ahead.abs() >= NOTICED).then(|| {
        format!(
            "This machine's clock is {} the service's: for that alone a token is taken to have ended, or not to have begun. \
             Set the clock (timedatectl set-ntp true), then sign in again.",
            words(ahead)
        )
    })
}

/// `3 min 20 s ahead of`, `2 h 5 min behind`: the other clock follows.
pub(crate) fn words(ahead: SignedDuration) -> String {
    let seconds = ahead.abs().as_secs();
    let span = match (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, seconds) => format!("{seconds} s"),
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (days, hours, _, _) => format!("{days} days {hours} h"),
    };
    format!("{span} {}", if ahead.is_negative() { "behind" } else { "ahead of" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn only_clocks_that_are_far_apart_are_named() {
        let mut headers = HeaderMap::new();
        headers.insert("date", HeaderValue::from_static("Mon, 23 Nov 2026 19:00:00 GMT"));
        let at = |text: &str| advice(&headers, text.parse().unwrap());
        assert_eq!(at("2026-11-23T19:01:59Z"), None);
        assert!(at("2026-11-23T19:11:05Z").unwrap().contains("is 11 min 5 s ahead of"));
        assert!(at("2026-11-23T16:55:00Z").unwrap().contains("is 2 h 5 min behind the service's"));
        assert_eq!(advice(&HeaderMap::new(), Timestamp::now()), None);
        assert_eq!(words(SignedDuration::from_secs(-3)), "3 s behind");
        assert_eq!(words(SignedDuration::from_secs(200_000)), "2 days 7 h ahead of");
    }
}
