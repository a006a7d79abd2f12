//! Reading JSON, with errors that name the byte. `serde_json` stops at a depth of 128 by itself.

use std::fmt;

use serde::de::DeserializeOwned;

use crate::domain::text::clean_to;

/// Why a body could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Where, from 0; `None` when it is not about a place.
    pub byte: Option<usize>,
    /// Why, cleaned for a screen.
    pub reason: String,
    /// The body ends in the middle, as if something on the way had cut it.
    pub is_cut: bool,
}

impl Unreadable {
    /// Not about a place in the body.
    pub fn other(reason: impl AsRef<str>) -> Self {
        Self { byte: None, reason: clean_to(reason.as_ref(), 200).into_owned(), is_cut: false }
    }

    /// An error of `serde_json` in this body.
    pub fn at(error: &serde_json::Error, body: &[u8]) -> Self {
        let reason = error.to_string();
        // The place is given as byte; line and column at the end of the sentence would repeat it.
        let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
        Self {
            byte: Some(offset(error, body)),
            reason: clean_to(reason, 200).into_owned(),
            is_cut: error.is_eof(),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.byte {
            Some(byte) => write!(f, "{}, at byte {byte}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

fn offset(error: &serde_json::Error, body: &[u8]) -> usize {
    let before = error.line().saturating_sub(1);
    let line_begin = if before == 0 {
        0
    } else {
        body.iter()
            .enumerate()
            .filter(|(_, b)| **b == b'\n')
            .nth(before - 1)
            .map_or(body.len(), |(at, _)| at + 1)
    };
    (line_begin + error.column()).min(body.len())
}

/// Reads a whole body as JSON.
pub(crate) fn from_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, Unreadable> {
    if body.trim_ascii().is_empty() {
        return Err(Unreadable::other("it is empty"));
    }
    if body.starts_with(&[0xFF, 0xFE]) || body.starts_with(&[0xFE, 0xFF]) {
        return Err(Unreadable::other("it is UTF-16, and JSON on the wire is UTF-8"));
    }
    serde_json::from_slice(body).map_err(|error| Unreadable::at(&error, body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn errors_name_the_byte() {
        let body = b"{\"a\":1,\n \"b\":[1,2\n";
        let error = from_body::<Value>(body).unwrap_err();
        assert_eq!(error.byte, Some(body.len()));
        assert!(error.is_cut);
        assert!(error.to_string().contains("EOF"), "{error}");
        let error = from_body::<Value>(b"{\"a\" 1}").unwrap_err();
        assert_eq!(error.byte, Some(6));
    }

    #[test]
    fn a_pit_without_a_bottom_is_refused() {
        let deep = "[".repeat(100_000);
        assert!(from_body::<Value>(deep.as_bytes()).unwrap_err().reason.contains("recursion limit"));
        assert!(from_body::<Value>(b" ").unwrap_err().reason.contains("empty"));
        assert!(from_body::<Value>(b"\xFF\xFE{\0}\0").unwrap_err().reason.contains("UTF-16"));
    }
}
