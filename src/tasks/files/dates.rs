//! Dates as portals write them. What is not understood is unknown: a date decides nothing here.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::domain::people::LastAccess;

/// Years up to this one stand for *never*: the services write year 1, spreadsheets make 1900 or 1970 of it.
const NO_EARLIER_THAN: i16 = 2000;

/// A moment. Without an offset it is taken as UTC, which is what the portals export.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let civil = text.parse::<DateTime>().ok().or_else(|| {
        // Month first: what the portals write in English, whatever the browser's language.
        [
            "%m/%d/%Y %I:%M:%S %p",
            "%m/%d/%Y, %I:%M:%S %p",
            "%m/%d/%Y %I:%M %p",
            "%m/%d/%Y %H:%M:%S",
            "%m/%d/%Y %H:%M",
        ]
        .iter()
        .find_map(|form| DateTime::strptime(form, text).ok())
        .or_else(|| Date::strptime("%m/%d/%Y", text).ok().map(Date::into))
    })?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// When somebody last used the organization.
pub(super) fn last_access(text: Option<&str>) -> LastAccess {
    let Some(text) = text else { return LastAccess::Unknown };
    if text.eq_ignore_ascii_case("never") || text.starts_with("0001-") {
        return LastAccess::Never;
    }
    match moment(text) {
        Some(at) if at.to_zoned(TimeZone::UTC).year() < NO_EARLIER_THAN => LastAccess::Never,
        Some(at) => LastAccess::At(at),
        None => LastAccess::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spellings_are_one_moment() {
        let expected: Timestamp = "2026-03-05T14:07:00Z".parse().unwrap();
        for text in ["2026-03-05T14:07:00Z", "2026-03-05 14:07:00", "3/5/2026 2:07:00 PM", "03/05/2026 14:07"]
        {
            assert_eq!(moment(text), Some(expected), "{text}");
        }
        assert_eq!(moment("3/5/2026"), Some("2026-03-05T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn never_is_never_and_nonsense_is_unknown() {
        for text in ["Never", "0001-01-01T00:00:00Z", "1/1/1900 0:00"] {
            assert_eq!(last_access(Some(text)), LastAccess::Never, "{text}");
        }
        assert_eq!(last_access(Some("last spring")), LastAccess::Unknown);
        assert_eq!(last_access(None), LastAccess::Unknown);
    }
}
