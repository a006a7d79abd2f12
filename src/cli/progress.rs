//! Progress of a long read on standard error: one line that is written over, and only where that is a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write};

use jiff::Timestamp;

use super::text::number;
use crate::domain::activity::{Progress, Source};
use crate::tasks::Msg;

/// At most ten times a second.
const PAUSE_MILLISECONDS: i64 = 100;

/// One line about everything that is being read.
#[derive(Debug)]
pub struct ProgressLine {
    shown: bool,
    reading: BTreeMap<Source, Progress>,
    last: Option<Timestamp>,
    dirty: bool,
}

impl ProgressLine {
    /// Shows nothing where standard error is not a terminal.
    pub fn new() -> Self {
        Self { shown: io::stderr().is_terminal(), reading: BTreeMap::new(), last: None, dirty: false }
    }

    /// Takes in what happened.
    pub fn hear(&mut self, msg: &Msg, now: Timestamp) {
        if !self.shown {
            return;
        }
        match msg {
            Msg::ReadingStarted(source, at) => {
                self.reading.insert(*source, Progress::started(*at));
            }
            Msg::ReadingProgressed(source, progress) => {
                self.reading.insert(*source, *progress);
            }
            Msg::RosterRead(..) => {
                self.reading.remove(&Source::Roster);
            }
            Msg::DirectoryRead(..) => {
                self.reading.remove(&Source::Directory);
            }
            Msg::ReadingFailed(source, ..) | Msg::ReadingEnded(source) => {
                self.reading.remove(source);
            }
            _ => return,
        }
        let due = self
            .last
            .is_none_or(|last| now.duration_since(last).as_millis() >= i128::from(PAUSE_MILLISECONDS));
        if due {
            self.last = Some(now);
            let line = self.line(now);
            self.draw(&line);
        }
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.dirty {
            let _ = write!(io::stderr().lock(), "\r\u{1b}[2K");
            self.dirty = false;
        }
    }

    fn draw(&mut self, line: &str) {
        let mut out = io::stderr().lock();
        let _ = write!(out, "\r\u{1b}[2K{line}").and_then(|()| out.flush());
        self.dirty = true;
    }

    fn line(&self, now: Timestamp) -> String {
        let lists = self.reading.iter().filter(|(source, _)| {
            matches!(source, Source::Roster | Source::Directory | Source::Memberships | Source::Tokens)
        });
        let parts: Vec<String> = lists.map(|(source, progress)| describe(*source, progress, now)).collect();
        if parts.is_empty() { "reading …".into() } else { format!("reading {}", parts.join("; ")) }
    }
}

fn describe(source: Source, progress: &Progress, now: Timestamp) -> String {
    let mut words = format!("{}: {}", source.name(), number(progress.items));
    if let Some(total) = progress.total {
        let _ = write!(words, " of {}", number(total));
    }
    if let Some(until) = progress.waiting_until.filter(|until| *until > now) {
        let seconds = until.duration_since(now).as_secs().max(1);
        let _ = write!(words, ", the service asked to wait {seconds} s");
    } else if let Some(remaining) = progress.remaining(now) {
        let _ = write!(words, ", about {} s left", remaining.as_secs().max(1));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn the_line_says_how_far_it_is_and_why_it_waits() {
        let start = Timestamp::UNIX_EPOCH;
        let now = start + SignedDuration::from_secs(10);
        let mut progress = Progress { items: 1_000, total: Some(3_000), ..Progress::started(start) };
        assert_eq!(
            describe(Source::Directory, &progress, now),
            "people of the tenant: 1,000 of 3,000, about 20 s left"
        );
        progress.waiting_until = Some(now + SignedDuration::from_secs(30));
        assert_eq!(
            describe(Source::Directory, &progress, now),
            "people of the tenant: 1,000 of 3,000, the service asked to wait 30 s"
        );
    }
}
