//! Times and amounts in words.

use jiff::{SignedDuration, Timestamp};

use crate::domain::people::LastAccess;

/// How long ago, in words that change by the minute: `just now`, `4 min ago`, `3 h ago`, `2 days ago`.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(at).as_secs().max(0) / 60;
    match minutes {
        0 => "just now".to_owned(),
        1..=59 => format!("{minutes} min ago"),
        60..=1439 => format!("{} h ago", minutes / 60),
        1440..=2879 => "1 day ago".to_owned(),
        _ => format!("{} days ago", minutes / 1440),
    }
}

/// When [`ago`] says something else next.
pub fn ago_changes(at: Timestamp, now: Timestamp) -> SignedDuration {
    let seconds = now.duration_since(at).as_secs().max(0);
    SignedDuration::from_secs(60 - seconds % 60)
}

/// Last access for a column.
pub fn last_access(access: LastAccess, now: Timestamp) -> String {
    match access {
        LastAccess::Unknown => "unknown".to_owned(),
        LastAccess::Never => "never".to_owned(),
        LastAccess::At(at) => match now.duration_since(at).as_hours() / 24 {
            days if days < 1 => "today".to_owned(),
            1 => "1 day ago".to_owned(),
            days => format!("{days} days ago"),
        },
    }
}

/// A span for a countdown or an estimate: `9 s`, `3 min`, `2 h`.
pub fn span(span: SignedDuration) -> String {
    match span.as_secs().max(0) {
        seconds @ 0..=99 => format!("{seconds} s"),
        seconds @ 100..=5999 => format!("{} min", (seconds + 30) / 60),
        seconds => format!("{} h", (seconds + 1800) / 3600),
    }
}

/// With thousands apart: `5,312`.
pub fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 person`, `2 people`.
pub fn people(number: usize) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{} people", count(number)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_change_by_the_minute() {
        let then = Timestamp::UNIX_EPOCH;
        let at = |seconds| ago(then, then + SignedDuration::from_secs(seconds));
        assert_eq!(at(-5), "just now");
        assert_eq!(at(59), "just now");
        assert_eq!(at(60), "1 min ago");
        assert_eq!(at(3 * 3600), "3 h ago");
        assert_eq!(at(25 * 3600), "1 day ago");
        assert_eq!(at(49 * 3600), "2 days ago");
        assert_eq!(ago_changes(then, then + SignedDuration::from_secs(70)), SignedDuration::from_secs(50));
    }

    #[test]
    fn amounts_are_readable() {
        assert_eq!(
            (count(0), count(999), count(5312), count(1_000_000)),
            ("0".into(), "999".into(), "5,312".into(), "1,000,000".into())
        );
        assert_eq!(people(1), "1 person");
        assert_eq!(span(SignedDuration::from_secs(150)), "3 min");
    }
}
