//! Notices in the state line, with a history for the log pane.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

/// How long a notice stays, unless a key is pressed after it.
const STAYS: SignedDuration = SignedDuration::from_secs(8);
/// How many are kept.
const KEPT: usize = 200;

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
    /// Whether something did not work.
    pub bad: bool,
}

/// All notices.
#[derive(Debug, Clone, Default)]
pub struct Toasts {
    history: VecDeque<Toast>,
    shown: bool,
}

impl Toasts {
    /// Shows a notice.
    pub fn say(&mut self, at: Timestamp, text: String, bad: bool) {
        self.history.push_back(Toast { at, text, bad });
        while self.history.len() > KEPT {
            self.history.pop_front();
        }
        self.shown = true;
    }

    /// The notice to be shown at this moment.
    pub fn current(&self, now: Timestamp) -> Option<&Toast> {
        self.history.back().filter(|toast| self.shown && now.duration_since(toast.at) < STAYS)
    }

    /// When the present notice goes away by itself.
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        self.current(now).map(|toast| toast.at + STAYS)
    }

    /// A key was pressed: what it answers to was seen.
    pub fn seen(&mut self) {
        self.shown = false;
    }

    /// All that are kept, oldest first.
    pub fn history(&self) -> impl DoubleEndedIterator<Item = &Toast> {
        self.history.iter()
    }
}
