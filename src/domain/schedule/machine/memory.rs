//! What the journal knows of a row from earlier: which call was sent last and when, and the guest of an invitation.

use jiff::Timestamp;

use super::Change;
use crate::domain::ids::ObjectId;
use crate::domain::plan::{Decision, JournalEntry, RowState};

/// See the module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// The last call whose intent was written down, and when.
    pub sent: Option<(Change, Timestamp)>,
    /// The tenant user that an invitation led to.
    pub guest: Option<ObjectId>,
}

impl Memory {
    /// From the lines about one row, oldest first. Lines of another decision say nothing about this one.
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a JournalEntry>, decision: &Decision) -> Self {
        let mut memory = Self::default();
        for line in lines.into_iter().filter(|line| line.decision == *decision) {
            memory.take_in(line);
        }
        memory
    }

    /// Takes in one more line.
    pub fn take_in(&mut self, line: &JournalEntry) {
        let invitation = matches!(line.decision, Decision::Invite { .. });
        match line.state {
            RowState::Sending => {
                let change = match (&line.decision, line.target) {
                    (Decision::Remove, _) => Change::Remove,
                    (_, Some(target)) => Change::Map { target },
                    (_, None) => Change::Invite,
                };
                self.sent = Some((change, line.at));
            }
            RowState::Applied if invitation && line.target.is_some() => self.guest = line.target,
            _ => {}
        }
    }
}
