//! The file's text, read into a layer, with every error that it has.
//!
//! The TOML reader recovers from errors, so that a file is judged whole. On a line with a syntax error nothing
//! else is said: the value there is a guess.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Place, Position, Problem, quoted};
use super::layers::{Binding, Layer, Origin, Value};
use super::schema::{self, KEYS_SECTION, SECTIONS};
use super::unknown;

/// A layer, and what was wrong.
pub(super) struct Read {
    pub layer: Layer,
    pub errors: Vec<ConfigError>,
    /// Whether the text is TOML. If it is not, what is missing in it may be what could not be read.
    pub is_toml: bool,
}

/// Reads the text of the file at `path`; `~/` in paths means `home`.
pub(super) fn read(text: &str, path: &Path, home: Option<&Path>) -> Read {
    // A byte-order mark is not a character of the first line.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (table, syntax_errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader {
        text,
        path,
        home,
        lines: line_starts(text),
        reported: BTreeSet::new(),
        broken: BTreeSet::new(),
        errors: Vec::new(),
        layer: Layer { path: Some(path.to_owned()), ..Layer::default() },
    };
    for error in &syntax_errors {
        reader.syntax_error(error);
    }
    reader.section("", table.get_ref());
    Read { layer: reader.layer, errors: reader.errors, is_toml: syntax_errors.is_empty() }
}

struct Reader<'a> {
    text: &'a str,
    path: &'a Path,
    home: Option<&'a Path>,
    lines: Vec<usize>,
    /// Lines whose syntax error was reported; one a line is enough.
    reported: BTreeSet<usize>,
    /// Lines on which a syntax error makes every meaning a guess.
    broken: BTreeSet<usize>,
    errors: Vec<ConfigError>,
    layer: Layer,
}

impl Reader<'_> {
    fn syntax_error(&mut self, error: &toml::de::Error) {
        let at = error.span().map_or(0, |span| span.start);
        let position = self.position(at);
        let begin = position.line - 1;
        let line_start = self.lines.get(begin).copied().unwrap_or_default();
        let line_end = self.lines.get(position.line).copied().unwrap_or(self.text.len());
        let line = self.text.get(line_start..line_end).unwrap_or_default();
        // The reader takes what stands there for a number or a boolean, and calls it a wrong one.
        let bare_text = line.split_once('=').is_some_and(|(before, value)| {
            let value = value.trim_start();
            at > line_start + before.len()
                && value.starts_with(char::is_alphabetic)
                && !["true", "false"].iter().any(|word| value.starts_with(word))
        });
        let (message, advice) = match error.message() {
            _ if bare_text => ("a text without quotes", "write it in quotes: KEY = \"…\""),
            "duplicate key" => ("duplicate key", "keep one of them"),
            other => (other, "correct this line: KEY = VALUE, texts in quotes"),
        };
        self.broken.insert(position.line);
        if !self.reported.insert(position.line) {
            return;
        }
        self.error(position, Problem::new(format!("not valid TOML: {message}"), advice));
        // Below a header that cannot be read, every key is taken for one of another section.
        if line.trim_start().starts_with('[') {
            let starts = self.lines.iter().enumerate().skip(position.line);
            let following =
                starts.map(|(index, start)| (index + 1, self.text.get(*start..).unwrap_or_default()));
            let until_next =
                following.take_while(|(_, rest)| !rest.trim_start_matches([' ', '\t']).starts_with('['));
            self.broken.extend(until_next.map(|(line, _)| line));
        }
    }

    fn section(&mut self, section: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name: &str = key.get_ref();
            let at = self.position(key.span().start);
            let dotted = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
            let is_section = SECTIONS.iter().any(|known| {
                *known == dotted || known.strip_prefix(&dotted).is_some_and(|rest| rest.starts_with('.'))
            });
            match value.get_ref() {
                DeValue::Table(inner) if dotted == KEYS_SECTION => self.bindings("", inner, 0),
                DeValue::Table(inner) if is_section => self.section(&dotted, inner),
                _ if is_section => self.semantic(at, unknown::not_a_section(&dotted)),
                inner => {
                    if let Some(key) = schema::find(section, name) {
                        self.value(key, value);
                    } else {
                        let is_table = matches!(inner, DeValue::Table(_));
                        self.semantic(at, unknown::key(section, name, is_table));
                    }
                }
            }
        }
    }

    fn value(&mut self, key: &'static schema::Key, value: &Spanned<DeValue<'_>>) {
        let at = self.position(value.span().start);
        let end = self.position(value.span().end);
        if self.broken.range(at.line..=end.line).next().is_some() {
            return;
        }
        let mut scratch = super::Config::default();
        let slot = (key.slot)(&mut scratch);
        let wrong_type = |kind| {
            Problem::new(format!("{} cannot be {kind}", key.dotted()), format!("write {}", slot.form()))
        };
        let plain = match plain(value.get_ref()) {
            Ok(plain) if slot.fits(&plain) => plain,
            Ok(plain) => return self.error(at, wrong_type(plain.kind())),
            Err(Unfit { kind, span }) => {
                let at = span.map_or(at, |span| self.position(span.start));
                return self.error(at, wrong_type(kind));
            }
        };
        let plain = match plain {
            Value::Text(text) if slot.is_path() => match self.below_home(&text) {
                Ok(text) => Value::Text(text),
                Err(problem) => return self.error(at, named(key, problem)),
            },
            other => other,
        };
        let origin = Origin::File { path: self.path.to_owned(), position: at };
        if let Err(problem) = self.layer.add(key, plain, origin) {
            let item =
                problem.item.and_then(|index| value.get_ref().as_array()?.get(index).map(Spanned::span));
            let at = item.map_or(at, |span| self.position(span.start));
            self.error(at, named(key, problem));
        }
    }

    /// `~/` at the beginning of a path.
    fn below_home(&self, text: &str) -> Result<String, Problem> {
        let Some(rest) = text.strip_prefix("~/") else {
            return Ok(text.to_owned());
        };
        let home = self.home.and_then(Path::to_str).ok_or_else(|| {
            Problem::new(
                "~/ needs a home folder, and HOME is not set",
                "set HOME, or write the path from / on",
            )
        })?;
        Ok(format!("{}/{rest}", home.trim_end_matches('/')))
    }

    /// `[keys]`; an action with a dot in its name may be written as a table in a table.
    fn bindings(&mut self, prefix: &str, table: &DeTable<'_>, depth: usize) {
        for (name, value) in table {
            let at = self.position(name.span().start);
            let action = format!("{prefix}{}", name.get_ref());
            match value.get_ref() {
                DeValue::Table(inner) if depth < 3 => {
                    self.bindings(&format!("{action}."), inner, depth + 1);
                }
                DeValue::Array(items) => {
                    let mut keys = Vec::new();
                    for item in items {
                        let place = self.position(item.span().start);
                        match item.get_ref().as_str() {
                            Some(key) => keys.push((key.to_owned(), place)),
                            None => self.semantic(place, not_a_key(&action)),
                        }
                    }
                    self.layer.bindings.push(Binding { action, at, keys });
                }
                _ => {
                    let place = self.position(value.span().start);
                    self.semantic(place, not_a_key(&action));
                }
            }
        }
    }

    /// An error about what a value means; not on a line that could not be read.
    fn semantic(&mut self, at: Position, problem: Problem) {
        if !self.broken.contains(&at.line) {
            self.error(at, problem);
        }
    }

    fn error(&mut self, at: Position, problem: Problem) {
        let place = Place::File { path: self.path.to_owned(), position: Some(at) };
        self.errors.push(ConfigError::new(place, problem.what, problem.advice));
    }

    fn position(&self, offset: usize) -> Position {
        position(self.text, &self.lines, offset)
    }
}

fn named(key: &schema::Key, problem: Problem) -> Problem {
    Problem { what: format!("{}: {}", key.dotted(), problem.what), ..problem }
}

fn not_a_key(action: &str) -> Problem {
    let what = format!("the keys of the action {} are a list of texts", quoted(action));
    Problem::new(what, "write for example [\"a\", \"Ctrl-A\"]")
}

/// What a TOML value is, where it is nothing that any key takes.
struct Unfit {
    kind: &'static str,
    span: Option<Range<usize>>,
}

fn plain(value: &DeValue<'_>) -> Result<Value, Unfit> {
    let unfit = |kind| Err(Unfit { kind, span: None });
    match value {
        DeValue::String(text) => Ok(Value::Text(text.to_string())),
        DeValue::Boolean(flag) => Ok(Value::Flag(*flag)),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) => Ok(Value::Number(number)),
            Err(_) => unfit("a number of this size"),
        },
        DeValue::Float(_) => unfit("a number with a fraction"),
        DeValue::Datetime(_) => unfit("a date or time"),
        DeValue::Table(_) => unfit("a table"),
        DeValue::Array(items) => {
            let mut list = Vec::with_capacity(items.len());
            for item in items {
                match item.get_ref() {
                    DeValue::String(text) => list.push(text.to_string()),
                    _ => return Err(Unfit { kind: "a list of anything but texts", span: Some(item.span()) }),
                }
            }
            Ok(Value::List(list))
        }
    }
}

/// The offsets at which lines begin.
pub(super) fn line_starts(text: &str) -> Vec<usize> {
    let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(after_breaks).collect()
}

/// Line and column of a byte offset; what is past the end is at the end.
pub(super) fn position(text: &str, lines: &[usize], offset: usize) -> Position {
    let offset = offset.min(text.len());
    let line = lines.partition_point(|start| *start <= offset).max(1);
    let start = lines.get(line - 1).copied().unwrap_or_default();
    let before = text.as_bytes().get(start..offset).unwrap_or_default();
    // Every byte but the following ones of a character begins one.
    let column = before.iter().filter(|byte| (**byte & 0xc0) != 0x80).count() + 1;
    Position { line, column }
}
