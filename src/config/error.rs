//! What is wrong with a configuration, where, and what to do about it.
//!
//! Every error is one line, `PATH:LINE:COLUMN: what; what to do`. A value is quoted only where it cannot be a
//! secret: people do paste tokens into the wrong place, and an error text ends in logs and tickets.

use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a text file. Both count from 1; columns count characters, not bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Where a configuration error is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the configuration file, or at it as a whole where there is no position.
    File {
        /// The file, as it was given or found.
        path: PathBuf,
        /// Line and column, where the error is inside of the file.
        position: Option<Position>,
    },
    /// In the value of this environment variable.
    Environment(&'static str),
    /// In the value of this flag of the command line.
    Flag(&'static str),
    /// In the configuration as a whole: something that no layer gave.
    Whole,
}

/// One error (or remark) about the configuration; shows itself as `PATH:LINE:COLUMN: what; what to do`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// Where it is.
    pub place: Place,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub advice: String,
}

impl ConfigError {
    pub(super) fn new(place: Place, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { place, problem: problem.into(), advice: advice.into() }
    }

    pub(super) fn at_file(path: &Path, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Place::File { path: path.to_owned(), position: None }, problem, advice)
    }

    /// Line and column, where the error is inside of the file.
    pub fn position(&self) -> Option<Position> {
        match self.place {
            Place::File { position, .. } => position,
            _ => None,
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File { path, position: Some(Position { line, column }) } => {
                write!(f, "{}:{line}:{column}: ", shown_path(path))?;
            }
            Place::File { path, position: None } => write!(f, "{}: ", shown_path(path))?,
            Place::Environment(name) => write!(f, "environment variable {name}: ")?,
            Place::Flag(name) => write!(f, "{name}: ")?,
            Place::Whole => {}
        }
        write!(f, "{}; {}", self.problem, self.advice)
    }
}

/// All errors of a configuration, at least one, in the order of the file. Shows itself as one line for each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// How many errors are kept; a file that is no configuration at all has thousands.
    pub const AT_MOST: usize = 50;

    /// Sorts the errors by place and makes `Ok` of none.
    pub(super) fn unless_none(mut errors: Vec<ConfigError>) -> Result<(), Self> {
        if errors.is_empty() {
            return Ok(());
        }
        errors.sort_by(|a, b| a.place.cmp(&b.place));
        errors.dedup();
        if let Some(left_out) = errors.len().checked_sub(Self::AT_MOST).filter(|n| *n > 0) {
            errors.truncate(Self::AT_MOST);
            let place = errors.last().map_or(Place::Whole, |last| match &last.place {
                Place::File { path, .. } => Place::File { path: path.clone(), position: None },
                other => other.clone(),
            });
            let problem = format!("and {left_out} more errors");
            errors.push(ConfigError::new(place, problem, "correct these first"));
        }
        Err(Self(errors))
    }

    /// Keeps the order given; there must be at least one.
    pub(super) fn in_this_order(errors: Vec<ConfigError>) -> Self {
        Self(errors)
    }

    /// The errors, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, ConfigError> {
        self.0.iter()
    }
}

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self(vec![error])
    }
}

impl<'a> IntoIterator for &'a ConfigErrors {
    type Item = &'a ConfigError;
    type IntoIter = std::slice::Iter<'a, ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

/// What a check of one value found, before it is known where the value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub what: String,
    pub advice: String,
    /// Which item of a list it is about.
    pub item: Option<usize>,
}

impl Problem {
    pub(super) fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), advice: advice.into(), item: None }
    }

    pub(super) fn in_item(mut self, index: usize) -> Self {
        self.item = Some(index);
        self
    }
}

/// A text in quotes for an error or a list: without what could act on a terminal, and not endless.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut out = String::from("\"");
    for (count, c) in text.chars().enumerate() {
        if count == LONGEST {
            out.push('…');
            break;
        }
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if acts_on_terminals(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A wrong value for an error: quoted, unless it is so long that it may be a secret in the wrong place.
pub(super) fn quoted_if_short(text: &str) -> String {
    if text.chars().count() <= 32 { quoted(text) } else { "this text".to_owned() }
}

/// A path for an error or a list, without what could act on a terminal.
pub(super) fn shown_path(path: &Path) -> String {
    let mut out = String::new();
    for c in path.to_string_lossy().chars() {
        if acts_on_terminals(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

/// Control characters, bidi controls, and characters that take no room.
pub(super) fn acts_on_terminals(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
