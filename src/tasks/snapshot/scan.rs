//! Reading a snapshot without holding it: the file is cut into its members and the rows of its lists, one at a time.
//!
//! A file may come from anybody, so it is read with limits: a zstd window of 128 MiB, 4 GiB in all and 200 times the size of
//! the file after decompression, 32 MiB a row, a depth of 128, the schema in the first line. Whether a file is compressed is
//! seen by its first bytes, not by its name.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{SCHEMA, VERSION};
use crate::domain::text::clean_to;
use crate::domain::{Problem, ProblemKind};

/// Largest snapshot that is read, in bytes after decompression.
const LARGEST: u64 = 4 << 30;

/// And at most so many times the size of the file.
const RATIO: u64 = 200;

/// Largest zstd window that is accepted, as a power of two: 128 MiB.
const WINDOW: u32 = 27;

/// Longest row, and longest member that is not a list.
const LONGEST: usize = 32 << 20;

/// Brackets within brackets.
const DEPTH: u32 = 128;

/// Longest text of a member of our own.
const LONGEST_TEXT: usize = 4096;

/// The first line must name the schema within so many bytes.
const HEAD: usize = 4096;

/// How a zstd file begins.
const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// How much is read at a time.
const CHUNK: usize = 1 << 20;

/// What was found.
#[derive(Clone, Copy)]
pub(super) enum Found<'a> {
    /// A member that is no list.
    Member(&'a str, &'a [u8]),
    /// A list begins: it was written, even where it turns out to be empty.
    List(&'a str),
    /// A row of a list.
    Row(&'a str, &'a [u8]),
}

/// A failure of reading this file.
pub(super) fn bad(path: &Path, said: impl Into<String>) -> Problem {
    Problem {
        kind: ProblemKind::BadAnswer,
        ..Problem::local(
            format!("reading the snapshot {}", path.display()),
            said,
            "Take a new one with `ado2entra snapshot take`, or give the right file.",
        )
    }
}

/// Reads a snapshot from its beginning to its end and hands out what is in it, in the order of the file.
pub(super) fn scan(
    path: &Path,
    mut each: impl FnMut(Found<'_>) -> Result<(), String>,
) -> Result<(), Problem> {
    let failed = |error: &io::Error| bad(path, error.to_string());
    let mut file = File::open(path).map_err(|error| failed(&error))?;
    let size = file.metadata().map_err(|error| failed(&error))?.len();
    let mut first = [0; 4];
    let compressed = file.read_exact(&mut first).is_ok() && first == MAGIC;
    file.seek(SeekFrom::Start(0)).map_err(|error| failed(&error))?;
    if !compressed {
        return walk(Limited::new(file, LARGEST, "it is larger than 4 GiB"), &mut each)
            .map_err(|said| bad(path, said));
    }
    let most = size.saturating_mul(RATIO);
    let said = if most < LARGEST {
        "it unpacks to more than 200 times its size"
    } else {
        "it unpacks to more than 4 GiB"
    };
    let mut decoder = zstd::Decoder::with_buffer(BufReader::with_capacity(1 << 16, file))
        .map_err(|error| failed(&error))?;
    decoder.window_log_max(WINDOW).map_err(|error| failed(&error))?;
    walk(Limited::new(decoder, most.min(LARGEST), said), &mut each).map_err(|said| bad(path, said))
}

/// Ends with an error when more comes out than may.
struct Limited<R> {
    from: R,
    left: u64,
    said: &'static str,
}

impl<R> Limited<R> {
    fn new(from: R, most: u64, said: &'static str) -> Self {
        Self { from, left: most, said }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| io::Error::other(self.said))?;
        Ok(count)
    }
}

struct Scanner<R> {
    from: R,
    buffer: Vec<u8>,
    /// What is not looked at yet.
    start: usize,
    filled: usize,
    ended: bool,
    /// Bytes before `start`, for messages.
    before: u64,
}

fn walk<R: Read>(from: R, each: &mut impl FnMut(Found<'_>) -> Result<(), String>) -> Result<(), String> {
    let mut scanner = Scanner { from, buffer: vec![0; CHUNK], start: 0, filled: 0, ended: false, before: 0 };
    scanner.check_schema()?;
    scanner.expect(b'{', "an object")?;
    loop {
        match scanner.blank()? {
            Some(b'}') => {
                scanner.skip(1);
                break;
            }
            Some(b',') => scanner.skip(1),
            Some(b'"') => {
                let name: String = {
                    let length = scanner.value()?;
                    serde_json::from_slice(scanner.taken(length))
                        .map_err(|error| scanner.at(&error.to_string()))?
                };
                scanner.expect(b':', "`:`")?;
                if scanner.blank()? == Some(b'[') {
                    scanner.skip(1);
                    each(Found::List(&name))?;
                    scanner.list(&name, each)?;
                } else {
                    let length = scanner.value()?;
                    each(Found::Member(&name, scanner.taken(length)))
                        .map_err(|said| format!("`{}`: {said}", clean_to(&name, 60)))?;
                }
            }
            _ => return Err(scanner.at("the name of a member is expected")),
        }
    }
    match scanner.blank()? {
        None => Ok(()),
        Some(_) => Err(scanner.at("something follows after its end")),
    }
}

impl<R: Read> Scanner<R> {
    fn at(&self, said: &str) -> String {
        format!("{said}, at byte {}", self.before)
    }

    /// Reads more, keeping what is not looked at yet. Says whether there was more.
    fn more(&mut self) -> Result<bool, String> {
        if self.ended {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.start = 0;
        }
        if self.filled == self.buffer.len() {
            if self.buffer.len() > LONGEST {
                return Err(self.at("a row is longer than 32 MiB"));
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
            match self.from.read(room) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(false);
                }
                Ok(count) => {
                    self.filled += count;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..self.filled).unwrap_or_default()
    }

    fn skip(&mut self, count: usize) {
        self.start += count;
        self.before += count as u64;
    }

    /// Skips white space; the next byte, or `None` at the end.
    fn blank(&mut self) -> Result<Option<u8>, String> {
        loop {
            let gap = self.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let next = self.rest().get(gap).copied();
            self.skip(gap);
            if next.is_some() {
                return Ok(next);
            }
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    fn expect(&mut self, wanted: u8, words: &str) -> Result<(), String> {
        match self.blank()? {
            Some(byte) if byte == wanted => {
                self.skip(1);
                Ok(())
            }
            None => Err(self.at("it ends too early")),
            Some(_) => Err(self.at(&format!("{words} is expected"))),
        }
    }

    /// Whether this is a snapshot at all, and one that this version can read: before anything else of it is believed.
    fn check_schema(&mut self) -> Result<(), String> {
        while self.rest().len() < HEAD && self.more()? {}
        let head = self.rest();
        let head = head.get(..head.len().min(HEAD)).unwrap_or_default();
        let text = String::from_utf8_lossy(head);
        let named = text
            .trim_start_matches('\u{feff}')
            .trim_start()
            .strip_prefix('{')
            .and_then(|rest| rest.trim_start().strip_prefix("\"schema\""))
            .and_then(|rest| rest.trim_start().strip_prefix(':'))
            .and_then(|rest| rest.trim_start().strip_prefix('"'))
            .and_then(|rest| rest.split_once('"'))
            .map(|(name, _)| name);
        let Some(name) = named else {
            return Err(format!(
                "it is no snapshot: it does not begin with {{\"schema\":\"{SCHEMA}{VERSION}\""
            ));
        };
        match name.strip_prefix(SCHEMA).and_then(|number| number.parse::<u32>().ok()) {
            Some(number) if (1..=VERSION).contains(&number) => {}
            Some(number) if number > VERSION => {
                return Err(format!(
                    "it was written by a later version of this program (schema {number}, this one reads up to {VERSION})"
                ));
            }
            _ => {
                let name = clean_to(name, 80);
                return Err(format!("its schema is `{name}`, this version reads `{SCHEMA}{VERSION}`"));
            }
        }
        if head.starts_with(b"\xEF\xBB\xBF") {
            self.skip(3);
        }
        Ok(())
    }

    fn list(
        &mut self,
        name: &str,
        each: &mut impl FnMut(Found<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        loop {
            match self.blank()? {
                Some(b']') => {
                    self.skip(1);
                    return Ok(());
                }
                Some(b',') => self.skip(1),
                Some(_) => {
                    let length = self.value()?;
                    each(Found::Row(name, self.taken(length)))
                        .map_err(|said| self.at(&format!("`{}`: {said}", clean_to(name, 60))))?;
                }
                None => return Err(self.at("it ends in the middle of a list")),
            }
        }
    }

    /// Goes behind the value that begins here, and says how long it is; [`Scanner::taken`] is the value.
    fn value(&mut self) -> Result<usize, String> {
        let (mut depth, mut in_text) = (0_u32, false);
        let mut at = 0;
        loop {
            let bytes = self.buffer.get(self.start + at..self.filled).unwrap_or_default();
            let mut from = 0;
            let mut end = None;
            while let Some(byte) = bytes.get(from).copied() {
                if in_text {
                    // Most of a snapshot is inside of texts: they are skipped in one go.
                    let rest = bytes.get(from..).unwrap_or_default();
                    match rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
                        None => {
                            from = bytes.len();
                            break;
                        }
                        Some(gap) if rest.get(gap) == Some(&b'\\') => {
                            if from + gap + 1 >= bytes.len() {
                                // What is escaped has not been read yet.
                                from += gap;
                                break;
                            }
                            from += gap + 2;
                        }
                        Some(gap) => {
                            from += gap + 1;
                            in_text = false;
                            if depth == 0 {
                                end = Some(from);
                                break;
                            }
                        }
                    }
                    continue;
                }
                match byte {
                    b'"' => in_text = true,
                    b'{' | b'[' => {
                        depth += 1;
                        if depth > DEPTH {
                            return Err(self.at("it is deeper than 128 brackets"));
                        }
                    }
                    b'}' | b']' | b',' if depth == 0 => {
                        end = Some(from);
                        break;
                    }
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            end = Some(from + 1);
                            break;
                        }
                    }
                    _ => {}
                }
                from += 1;
            }
            at += end.unwrap_or(from);
            if end.is_some() {
                if at == 0 {
                    return Err(self.at("a value is expected"));
                }
                self.skip(at);
                return Ok(at);
            }
            if at > LONGEST {
                return Err(self.at("a row is longer than 32 MiB"));
            }
            if !self.more()? {
                return Err(self.at("it ends in the middle of a value"));
            }
        }
    }

    /// The value of this length that ends here.
    fn taken(&self, length: usize) -> &[u8] {
        self.buffer.get(self.start.saturating_sub(length)..self.start).unwrap_or_default()
    }
}

/// A member of our own, with its texts cleaned and cut as if a service had said them.
pub(super) fn own<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let said = |error: serde_json::Error| clean_to(&error.to_string(), 200).into_owned();
    let mut value: Value = serde_json::from_slice(bytes).map_err(said)?;
    clean_texts(&mut value);
    serde_json::from_value(value).map_err(said)
}

fn clean_texts(value: &mut Value) {
    match value {
        Value::String(text) => {
            let cleaned = clean_to(text, LONGEST_TEXT);
            if cleaned != text.as_str() {
                *text = cleaned.into_owned();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(clean_texts),
        Value::Object(object) => object.values_mut().for_each(clean_texts),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every boundary falls somewhere.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let (Some(byte), Some(slot)) = (self.0.split_off_first(), buffer.first_mut()) else {
                return Ok(0);
            };
            *slot = *byte;
            Ok(1)
        }
    }

    fn read(text: &str) -> Result<Vec<String>, String> {
        let mut out = Vec::new();
        walk(Slow(text.as_bytes()), &mut |found| {
            out.push(match found {
                Found::Member(name, value) => format!("{name}={}", String::from_utf8_lossy(value).trim_end()),
                Found::List(name) => format!("{name}["),
                Found::Row(name, row) => format!("{name}:{}", String::from_utf8_lossy(row).trim_end()),
            });
            Ok(())
        })?;
        Ok(out)
    }

    const HEAD_LINE: &str = "{\"schema\":\"ado2entra.snapshot/1\",\"taken_at\":\"2026\"";

    #[test]
    fn members_and_rows_come_out_as_they_are() {
        let text = format!(
            "{HEAD_LINE},\n \"a\":{{\"x\":[1,\"]}}\\\"\\\\\"]}},\"l\":[\n{{\"b\":\"\\\\\"}},\n 2 ,\"t\" ],\"e\":[],\"n\":null,\"d\":12 }}\n"
        );
        assert_eq!(
            read(&text).unwrap(),
            [
                "schema=\"ado2entra.snapshot/1\"",
                "taken_at=\"2026\"",
                "a={\"x\":[1,\"]}\\\"\\\\\"]}",
                "l[",
                "l:{\"b\":\"\\\\\"}",
                "l:2",
                "l:\"t\"",
                "e[",
                "n=null",
                "d=12"
            ]
        );
    }

    #[test]
    fn a_cut_file_is_an_error_wherever_it_is_cut() {
        let text = format!("{HEAD_LINE},\"a\":{{\"x\":1}},\"l\":[{{\"b\":\"c\"}},{{}}]}}");
        assert!(read(&text).is_ok());
        for end in 0..text.len() {
            let error = read(text.get(..end).unwrap()).unwrap_err();
            assert!(!error.is_empty(), "{end}");
        }
        assert!(read(&format!("{text} x")).unwrap_err().contains("after its end"));
    }

    #[test]
    fn what_is_no_snapshot_is_told_before_anything_is_read() {
        for (text, said) in [
            ("[]", "no snapshot"),
            ("{\"taken_at\":\"x\",\"schema\":\"ado2entra.snapshot/1\"}", "no snapshot"),
            ("{\"schema\":\"ado2entra.diff/1\"}", "its schema is `ado2entra.diff/1`"),
            ("{\"schema\":\"ado2entra.snapshot/2\"}", "later version"),
            ("{\"schema\":\"ado2entra.snapshot/0\"}", "its schema is"),
            ("", "no snapshot"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn a_pit_is_refused() {
        let text = format!("{HEAD_LINE},\"l\":[{}", "[".repeat(200));
        assert!(read(&text).unwrap_err().contains("128"), "{text}");
    }

    #[test]
    fn texts_of_our_own_are_cleaned() {
        let value: Vec<String> = own(br#"["a\u001b[31m", "\u202eb"]"#).unwrap();
        assert!(value.iter().all(|text| !text.contains(['\u{1b}', '\u{202e}'])), "{value:?}");
    }
}
