//! Where a command's words go: data to standard output, everything else to standard error. Nothing here panics when the
//! reader goes away; a closed pipe ends the command quietly.

use std::io::{self, BufWriter, IsTerminal as _, Write};

use serde::Serialize;

use super::args::{Format, When};
use super::exit::Failure;
use super::json;
use crate::domain::text;

/// How a word is coloured, where text is coloured at all. The words carry the meaning; colour only repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// What hurts.
    Bad,
    /// What asks for attention.
    Careful,
    /// What is in order.
    Good,
    /// Headings.
    Strong,
}

/// Colours words, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint(pub bool);

impl Paint {
    /// The words in this tone.
    pub fn tone(self, tone: Tone, words: &str) -> String {
        if !self.0 {
            return words.to_owned();
        }
        let code = match tone {
            Tone::Bad => "31",
            Tone::Careful => "33",
            Tone::Good => "32",
            Tone::Strong => "1",
        };
        format!("\u{1b}[{code}m{words}\u{1b}[0m")
    }
}

/// The three streams, and how data is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// How data is wanted.
    pub format: Format,
    /// Whether text is coloured.
    pub paint: Paint,
    /// Standard output is a terminal: JSON is laid out for people.
    pub on_terminal: bool,
    /// Questions can be asked: standard input and standard error are terminals.
    pub can_ask: bool,
}

#[expect(clippy::unused_self, reason = "whoever is given an output may write; nobody else")]
impl Output {
    /// As the terminal and the options say.
    pub fn new(format: Format, when: When) -> Self {
        let on_terminal = io::stdout().is_terminal();
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => on_terminal && !set("NO_COLOR") && !dumb,
        };
        Self {
            format,
            paint: Paint(colour),
            on_terminal,
            can_ask: io::stderr().is_terminal() && io::stdin().is_terminal(),
        }
    }

    /// Writes data to standard output.
    pub fn data(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
        write(&mut out).and_then(|()| out.flush()).map_err(Failure::from)
    }

    /// Writes one JSON document to standard output.
    pub fn json(self, document: &impl Serialize) -> Result<(), Failure> {
        self.data(|out| json::write(out, document, self.on_terminal))
    }

    /// Writes one JSON document on one line.
    pub fn json_line(self, document: &impl Serialize) -> Result<(), Failure> {
        self.data(|out| json::write(out, document, false))
    }

    /// Says something to the person. When nobody listens any more there is nobody to tell about that either.
    pub fn say(self, message: &str) {
        let _ = write_lines(&mut io::stderr().lock(), message);
    }

    /// Asks for a line; `None` when the input ended. Only where [`Output::can_ask`].
    pub fn ask(self, question: &str) -> Option<String> {
        let mut out = io::stderr().lock();
        let _ = write!(out, "{question} ").and_then(|()| out.flush());
        drop(out);
        let mut answer = String::new();
        match io::stdin().read_line(&mut answer) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(answer.trim().to_owned()),
        }
    }

    /// Refuses a format that a command does not print.
    pub fn refuse_csv(self, command: &str) -> Result<(), Failure> {
        if self.format == Format::Csv {
            return Err(Failure::usage(format!(
                "`{command}` prints text or JSON; --format csv is for `diff` and `plan show`"
            )));
        }
        Ok(())
    }
}

/// Each line cleaned: a message may quote what a service or a file said.
pub fn write_lines(out: &mut dyn Write, message: &str) -> io::Result<()> {
    for line in message.lines() {
        writeln!(out, "{}", text::clean_to(line, 4_000))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_keep_their_lines_and_lose_their_escapes() {
        let mut out = Vec::new();
        write_lines(&mut out, "one\ntwo\u{1b}[31m").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "one\ntwo\u{fffd}[31m\n");
    }

    #[test]
    fn without_colour_there_is_no_escape() {
        assert_eq!(Paint(false).tone(Tone::Bad, "fail"), "fail");
        assert_eq!(Paint(true).tone(Tone::Bad, "fail"), "\u{1b}[31mfail\u{1b}[0m");
    }
}
