//! Cuts a file of people into rows without holding it: a JSON array, `{"value": […]}` and its like, JSON Lines, or several
//! of these one after another. Only the row at hand is in memory.

use std::io::{self, BufRead};

use super::BadList;
use crate::domain::text::clean_to;

/// A row longer than this is left out: no person has so much, not even one with a name of ten million bytes.
const LONGEST: usize = 32 * 1024 * 1024;

/// What is kept from row to row.
const USUAL: usize = 64 * 1024;

/// Names of the member that holds the list.
const LISTS: [&[u8]; 3] = [b"value", b"items", b"members"];

/// Names of the member that a page has when another page follows.
const CONTINUED: [&[u8]; 2] = [b"@odata.nextLink", b"continuationToken"];

/// A row, or why there is none.
pub(crate) enum Row<'a> {
    Object(&'a [u8]),
    /// Neither an object nor readable.
    Odd(&'static str),
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The number, from 1.
    pub row: u64,
    /// The byte at which it begins, from 0.
    pub byte: u64,
}

/// Calls `each` with every row; how many there were.
pub(crate) fn cut(from: impl BufRead, mut each: impl FnMut(Place, Row<'_>)) -> Result<u64, BadList> {
    let mut source = Source { from, at: 0, row: 0, kept: Vec::with_capacity(8 * 1024), goes_on: false };
    if source.starts_with_bom()? {
        source.skip(3);
    }
    if source.blank()?.is_none() {
        return Err(source.bad("the file is empty"));
    }
    while let Some(byte) = source.blank()? {
        match byte {
            b'[' => {
                source.skip(1);
                source.list(&mut each)?;
            }
            b'{' => source.object(&mut each)?,
            other => return Err(source.unexpected(other, "a list or an object")),
        }
    }
    if source.goes_on {
        return Err(
            source.bad("the list goes on: its last page names a next one; put all pages into the file")
        );
    }
    Ok(source.row)
}

struct Source<R> {
    from: R,
    at: u64,
    row: u64,
    kept: Vec<u8>,
    /// The page at hand says that another one follows.
    goes_on: bool,
}

impl<R: BufRead> Source<R> {
    fn bad(&self, reason: impl Into<String>) -> BadList {
        BadList { row: self.row + 1, byte: self.at, reason: reason.into() }
    }

    fn unexpected(&self, byte: u8, wanted: &str) -> BadList {
        let found = clean_to(&String::from_utf8_lossy(&[byte]), 4).into_owned();
        self.bad(format!("`{found}` stands where {wanted} is expected"))
    }

    fn fill(&mut self) -> Result<&[u8], BadList> {
        loop {
            match self.from.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.bad(error.to_string())),
            }
        }
        // Asked again because of the borrow; what is there already is not read twice.
        let (at, row) = (self.at, self.row);
        self.from.fill_buf().map_err(|error| BadList { row: row + 1, byte: at, reason: error.to_string() })
    }

    fn skip(&mut self, count: usize) {
        self.from.consume(count);
        self.at += count as u64;
    }

    fn starts_with_bom(&mut self) -> Result<bool, BadList> {
        Ok(self.fill()?.starts_with(b"\xEF\xBB\xBF"))
    }

    /// Skips white space and commas; the next byte, or `None` at the end.
    fn blank(&mut self) -> Result<Option<u8>, BadList> {
        loop {
            let buffer = self.fill()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let gap = buffer.iter().take_while(|b| b.is_ascii_whitespace() || **b == b',').count();
            let next = buffer.get(gap).copied();
            self.skip(gap);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    /// The rows of a list whose bracket is open.
    fn list(&mut self, each: &mut impl FnMut(Place, Row<'_>)) -> Result<(), BadList> {
        loop {
            match self.blank()? {
                None => return Err(self.bad("the file ends in the middle of the list")),
                Some(b']') => {
                    self.skip(1);
                    return Ok(());
                }
                Some(b'}') => return Err(self.unexpected(b'}', "a row")),
                Some(first) => {
                    self.kept.clear();
                    self.kept.shrink_to(USUAL);
                    let byte = self.at;
                    let whole = self.value(true)?;
                    self.row += 1;
                    let place = Place { row: self.row, byte };
                    let row = match (first, whole) {
                        (b'{', true) => Row::Object(&self.kept),
                        (b'{', false) => Row::Odd("it is longer than 32 MiB"),
                        _ => Row::Odd("it is not an object"),
                    };
                    each(place, row);
                }
            }
        }
    }

    /// An object that holds a list, or is a row by itself.
    fn object(&mut self, each: &mut impl FnMut(Place, Row<'_>)) -> Result<(), BadList> {
        let mut row = Vec::new();
        let byte = self.at;
        self.skip(1);
        row.push(b'{');
        let (mut had_list, mut had_rows, mut goes_on) = (false, false, false);
        loop {
            match self.blank()? {
                None => return Err(self.bad("the file ends in the middle of an object")),
                Some(b'}') => {
                    self.skip(1);
                    break;
                }
                Some(b'"') => {
                    self.kept.clear();
                    self.value(true)?;
                    let name = self.kept.clone();
                    match self.blank()? {
                        Some(b':') => self.skip(1),
                        Some(other) => return Err(self.unexpected(other, "`:`")),
                        None => return Err(self.bad("the file ends in the middle of an object")),
                    }
                    let first = self.blank()?;
                    let bare = name.get(1..name.len().saturating_sub(1)).unwrap_or_default();
                    if first == Some(b'[') && LISTS.contains(&bare) && row.len() < LONGEST {
                        had_list = true;
                        if had_rows {
                            // Older answers carry the same rows twice, as `members` and as `items`.
                            self.value(false)?;
                        } else {
                            self.skip(1);
                            let before = self.row;
                            self.list(each)?;
                            had_rows = self.row > before;
                        }
                        continue;
                    }
                    self.kept.clear();
                    let keep = row.len() < LONGEST;
                    self.value(keep)?;
                    // a text with something in it
                    goes_on |= CONTINUED.contains(&bare) && first == Some(b'"') && self.kept.len() > 2;
                    if keep {
                        if row.len() > 1 {
                            row.push(b',');
                        }
                        row.extend_from_slice(&name);
                        row.push(b':');
                        row.extend_from_slice(&self.kept);
                    }
                }
                Some(other) => return Err(self.unexpected(other, "the name of a member")),
            }
        }
        self.goes_on = had_list && goes_on;
        if !had_list {
            row.push(b'}');
            self.row += 1;
            let whole = row.len() < LONGEST;
            each(
                Place { row: self.row, byte },
                if whole { Row::Object(&row) } else { Row::Odd("it is longer than 32 MiB") },
            );
        }
        Ok(())
    }

    /// Reads one value to its end, into `kept` if wanted; whether all of it was kept.
    fn value(&mut self, keep: bool) -> Result<bool, BadList> {
        let (mut depth, mut in_text, mut escaped, mut whole) = (0_u32, false, false, keep);
        let mut begun = false;
        loop {
            self.fill()?;
            let Self { from, kept, .. } = self;
            let buffer = from.fill_buf().unwrap_or_default();
            if buffer.is_empty() {
                // A bare number may end with the file.
                let ended = begun && depth == 0 && !in_text;
                return if ended { Ok(whole) } else { Err(self.bad("the file ends in the middle of a row")) };
            }
            let mut end = None;
            for (at, byte) in buffer.iter().enumerate() {
                if in_text {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => {
                            in_text = false;
                            if depth == 0 {
                                end = Some(at + 1);
                                break;
                            }
                        }
                        _ => {}
                    }
                    continue;
                }
                match byte {
                    b'"' => in_text = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        if depth == 0 {
                            // The end of what holds a bare value.
                            end = Some(at);
                            break;
                        }
                        depth -= 1;
                        if depth == 0 {
                            end = Some(at + 1);
                            break;
                        }
                    }
                    b',' | b' ' | b'\n' | b'\r' | b'\t' | b':' if depth == 0 && (begun || at > 0) => {
                        end = Some(at);
                        break;
                    }
                    _ => {}
                }
            }
            let count = end.unwrap_or(buffer.len());
            let piece = buffer.get(..count).unwrap_or_default();
            if keep {
                let room = LONGEST.saturating_sub(kept.len());
                whole = whole && piece.len() <= room;
                kept.extend_from_slice(piece.get(..piece.len().min(room)).unwrap_or_default());
            }
            self.skip(count);
            begun = true;
            if end.is_some() {
                return Ok(whole);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<String>, BadList> {
        let mut all = Vec::new();
        // A tiny buffer, so that every boundary falls somewhere.
        let from = io::BufReader::with_capacity(3, text.as_bytes());
        cut(from, |place, row| {
            let number = place.row;
            all.push(match row {
                Row::Object(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
                Row::Odd(why) => format!("{number}: {why}"),
            });
        })?;
        Ok(all)
    }

    #[test]
    fn every_shape_of_a_list() {
        let expected = vec![r#"{"a":1}"#.to_owned(), r#"{"b":"]},{\"\\"}"#.to_owned()];
        for text in [
            r#"[{"a":1},{"b":"]},{\"\\"}]"#,
            " [ {\"a\":1} ,\n {\"b\":\"]},{\\\"\\\\\"} ] ",
            r#"{"@odata.context":"x","value":[{"a":1},{"b":"]},{\"\\"}],"count":2}"#,
            r#"{"members":[{"a":1},{"b":"]},{\"\\"}],"items":[{"a":1},{"b":"]},{\"\\"}]}"#,
            "{\"a\":1}\n{\"b\":\"]},{\\\"\\\\\"}\n",
            "{\"value\":[{\"a\":1}]}\n{\"value\":[{\"b\":\"]},{\\\"\\\\\"}]}",
            "\u{FEFF}[{\"a\":1},{\"b\":\"]},{\\\"\\\\\"}]",
        ] {
            assert_eq!(rows(text).unwrap(), expected, "{text}");
        }
        assert_eq!(rows("[]").unwrap(), Vec::<String>::new());
        assert_eq!(rows(r#"{"value":[],"count":0}"#).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_object_is_told_apart() {
        assert_eq!(
            rows(r#"[1,{"a":2},"x",[{"b":3}],null]"#).unwrap(),
            [
                "1: it is not an object",
                r#"{"a":2}"#,
                "3: it is not an object",
                "4: it is not an object",
                "5: it is not an object"
            ]
        );
        let long = format!(r#"[{{"a":"{}"}},{{"b":1}}]"#, "x".repeat(LONGEST));
        assert_eq!(rows(&long).unwrap(), ["1: it is longer than 32 MiB", r#"{"b":1}"#]);
    }

    #[test]
    fn a_list_whose_last_page_is_missing_is_an_error() {
        let first = r#"{"value":[{"a":1}],"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?x"}"#;
        let last = r#"{"members":[{"b":2}],"continuationToken":null}"#;
        assert_eq!(rows(&format!("{first}\n{last}")).unwrap().len(), 2);
        for cut in [first.to_owned(), format!("{last}\n{first}"), last.replace("null", "\"MTA=\"")] {
            assert!(rows(&cut).unwrap_err().reason.contains("goes on"), "{cut}");
        }
    }

    #[test]
    fn a_cut_file_is_an_error_with_row_and_byte() {
        let whole = r#"{"value":[{"a":1},{"b":{"c":[1,2]}}]}"#;
        for cut_at in 1..whole.len() {
            let error = rows(whole.get(..cut_at).unwrap()).unwrap_err();
            assert!(error.reason.contains("ends in the middle"), "{cut_at}: {error}");
        }
        assert!(rows("  ").unwrap_err().reason.contains("empty"));
        let error = rows("hello").unwrap_err();
        assert_eq!((error.row, error.byte), (1, 0));
    }

    proptest::proptest! {
        /// Whatever the rows hold and wherever the buffer ends: each comes out as it went in, in every shape of a list.
        #[test]
        fn rows_come_out_as_they_went_in(
            texts in proptest::collection::vec(".{0,12}", 1..6),
            capacity in 1_usize..40,
            shape in 0_usize..3,
        ) {
            let objects: Vec<String> = texts
                .iter()
                .enumerate()
                .map(|(n, text)| serde_json::json!({ "n": n, "t": text, "in": [{ "t": text }] }).to_string())
                .collect();
            let file = match shape {
                0 => format!("[{}]", objects.join(", ")),
                1 => format!("{{\"count\":1,\"value\":[{}]}}", objects.join(",")),
                _ => objects.join("\n"),
            };
            let mut out = Vec::new();
            let from = io::BufReader::with_capacity(capacity, file.as_bytes());
            let count = cut(from, |_, row| {
                if let Row::Object(bytes) = row {
                    out.push(serde_json::from_slice::<serde_json::Value>(bytes).unwrap());
                }
            });
            let expected: Vec<serde_json::Value> =
                objects.iter().map(|object| serde_json::from_str(object).unwrap()).collect();
            proptest::prop_assert_eq!(count.unwrap(), objects.len() as u64);
            proptest::prop_assert_eq!(out, expected);
        }

        /// Rubbish ends in an error or in rows, never in a panic or a loop.
        #[test]
        fn rubbish_is_survived(text in "[\\[\\]{}\",:\\\\a1 \n]{0,40}", capacity in 1_usize..9) {
            let _ = cut(io::BufReader::with_capacity(capacity, text.as_bytes()), |_, _| ());
        }
    }
}
