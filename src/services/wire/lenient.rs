//! Values that are read whatever their type is, so that one odd member does not cost the whole row. Texts are capped: a
//! name of 10 MB is an attack, not a name.

use std::fmt;

use crate::domain::people::MOST_ENTRIES;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Longest text of one member, in bytes.
pub(crate) const LONGEST: usize = 4096;

/// Most entries of one list.
const MOST: usize = MOST_ENTRIES;

/// The longest address that a list of addresses is read for, in bytes: 64 before the `@`, 255 after it (RFC 5321).
pub(crate) const LONGEST_ADDRESS: usize = 320;

/// A text as the service wrote it, numbers and truth values too; anything else is absent, and so is a blank text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Text(pub Option<Box<str>>);

impl Text {
    /// The text, or an empty one.
    pub fn or_empty(self) -> Box<str> {
        self.0.unwrap_or_default()
    }

    /// The text, if there is one.
    pub fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Whether only its beginning was kept.
    pub fn is_cut(&self) -> bool {
        self.0.as_deref().is_some_and(|text| text.len() > LONGEST)
    }

    /// As an owned string.
    pub fn into_string(self) -> Option<String> {
        self.0.map(Into::into)
    }
}

struct AnyText;

impl<'de> Visitor<'de> for AnyText {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        if text.trim().is_empty() {
            return Ok(Text(None));
        }
        if text.len() <= LONGEST {
            return Ok(Text(Some(text.into())));
        }
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let kept = text.get(..end).unwrap_or_default();
        Ok(Text(Some(format!("{kept}…").into())))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
        Ok(Text(Some(value.to_string().into())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Text, E> {
        Ok(Text(Some(value.to_string().into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Text, E> {
        Ok(Text(Some(value.to_string().into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Text, E> {
        Ok(Text(Some(value.to_string().into())))
    }

    fn visit_unit<E>(self) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyText)
    }
}

/// A list; anything else is an empty one. Entries beyond the cap are dropped and counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct List<T>(pub Vec<T>, pub usize);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new(), 0)
    }
}

struct AnyList<T>(std::marker::PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for AnyList<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
        let mut list = Vec::new();
        while list.len() < MOST {
            match seq.next_element()? {
                Some(entry) => list.push(entry),
                None => return Ok(List(list, 0)),
            }
        }
        let mut more = 0;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            more += 1;
        }
        Ok(List(list, more))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List<T>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(List::default())
    }

    fn visit_unit<E>(self) -> Result<List<T>, E> {
        Ok(List::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<List<T>, E> {
        Ok(List::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<List<T>, E> {
        Ok(List::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<List<T>, E> {
        Ok(List::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<List<T>, E> {
        Ok(List::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<List<T>, E> {
        Ok(List::default())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyList(std::marker::PhantomData))
    }
}

/// In words, what of a row was too long: each member with its name and whether it was cut, each list with its name and how
/// many of its entries were dropped. `None`: nothing was.
pub(crate) fn too_long(texts: &[(&str, &Text)], lists: &[(&str, usize)]) -> Option<String> {
    if !texts.iter().any(|(_, text)| text.is_cut()) && lists.iter().all(|(_, dropped)| *dropped == 0) {
        return None;
    }
    let texts = texts.iter().filter(|(_, text)| text.is_cut());
    let texts =
        texts.map(|(name, _)| format!("`{name}` is longer than {LONGEST} bytes: only its beginning is used"));
    let lists = lists.iter().filter(|(_, dropped)| *dropped > 0);
    let lists = lists.map(|(name, dropped)| format!("{dropped} of its `{name}` are left out"));
    Some(texts.chain(lists).collect::<Vec<_>>().join("; "))
}

/// A truth value, written as one or as a text.
pub(crate) fn flag(text: &Text) -> Option<bool> {
    match text.as_deref()?.trim() {
        yes if yes.eq_ignore_ascii_case("true") => Some(true),
        no if no.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A moment, with any number of fraction digits; one without a zone is taken for UTC.
pub(crate) fn moment(text: Option<&str>) -> Option<Timestamp> {
    let text = text?.trim();
    text.parse::<Timestamp>().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

/// An id in an origin; all zeros stand for none.
pub(crate) fn origin_id(text: Option<&str>) -> Option<&str> {
    text.filter(|id| id.bytes().any(|b| !matches!(b, b'0' | b'-')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Option<String> {
        serde_json::from_str::<Text>(json).unwrap().into_string()
    }

    #[test]
    fn any_type_is_read_as_a_text_or_as_nothing() {
        assert_eq!(text("\" a b \"").as_deref(), Some(" a b "), "as it was written");
        assert_eq!(text("17").as_deref(), Some("17"));
        assert_eq!(text("true").as_deref(), Some("true"));
        for nothing in ["null", "\"\"", "\"  \"", "[1,[2]]", "{\"a\":{}}"] {
            assert_eq!(text(nothing), None, "{nothing}");
        }
        let long = text(&format!("\"{}\"", "ä".repeat(10_000_000))).unwrap();
        assert!(long.len() <= LONGEST + 3 && long.ends_with('…'));
    }

    #[test]
    fn lists_are_capped_and_never_fail() {
        let many = format!("[{}1]", "1,".repeat(100_000));
        let List(kept, more) = serde_json::from_str::<List<Text>>(&many).unwrap();
        assert_eq!((kept.len(), kept.len() + more), (MOST, 100_001));
        for odd in ["null", "3", "\"x\"", "{\"a\":1}", "false", "1.5", "-1"] {
            assert!(serde_json::from_str::<List<Text>>(odd).unwrap().0.is_empty(), "{odd}");
        }
    }

    #[test]
    fn moments_of_every_precision() {
        for (written, second) in [
            ("2018-07-19T00:00:00", 1_531_958_400),
            ("2018-07-19T00:00:00Z", 1_531_958_400),
            ("2018-07-19T02:00:00.1234567+02:00", 1_531_958_400),
        ] {
            assert_eq!(moment(Some(written)).unwrap().as_second(), second, "{written}");
        }
        assert_eq!(moment(Some("yesterday")), None);
        assert_eq!(moment(None), None);
    }
}
