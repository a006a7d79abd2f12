//! How values look in the tables: times, names and JSON as text.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::desk::Failure;
use crate::domain::text::clean;

/// A path as it may be shown.
pub(super) fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy()).into_owned()
}

/// RFC 3339 UTC, to the nanosecond where there is one.
pub(super) fn time(at: Timestamp) -> String {
    at.to_string()
}

/// A time of the table `what`.
pub(super) fn parse_time(what: &str, text: &str) -> Result<Timestamp, Failure> {
    text.parse().map_err(|error: jiff::Error| unreadable(what, &error))
}

/// JSON of one of our own types.
pub(super) fn json<T: Serialize>(what: &str, value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| unreadable(what, &error))
}

/// Reads what [`json`] wrote.
pub(super) fn parse_json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| unreadable(what, &error))
}

/// A value that is not what this program writes there.
pub(super) fn unreadable(what: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::Unreadable { what: clean(what).into_owned(), said: clean(&error.to_string()).into_owned() }
}

/// A text column.
pub(super) fn text(row: &Row<'_>, column: &str) -> Result<String, Failure> {
    Ok(row.get::<_, String>(column)?)
}

/// A text column that may be empty.
pub(super) fn maybe(row: &Row<'_>, column: &str) -> Result<Option<String>, Failure> {
    Ok(row.get::<_, Option<String>>(column)?)
}
