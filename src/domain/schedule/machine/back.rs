//! The readings back after a call, and what follows when none of them shows it.

use std::time::Duration;

use super::steps::{After, Phase};
use super::{Action, Change, Job, Machine, PersonNow};
use crate::domain::plan::RowState;

/// The longest pause between two readings while a call without an answer may still be carried out.
const LONG_PAUSE: Duration = Duration::from_secs(10);

impl Machine {
    /// The next reading back, after its pause; or what follows from having seen nothing.
    pub(super) fn look_again(&mut self) -> Action {
        let doubtful = matches!(self.state, RowState::Unknown | RowState::Sending);
        let pause = if let Some(pause) = self.pace.read_back.get(self.readings).filter(|_| !self.settles) {
            *pause
        } else if doubtful && self.silent_for < self.pace.silence {
            LONG_PAUSE.min(self.pace.silence.saturating_sub(self.silent_for)).max(Duration::from_millis(1))
        } else {
            return self.nothing_more();
        };
        self.readings += 1;
        self.silent_for += pause;
        self.phase = Phase::Pausing;
        Action::Pause(pause)
    }

    pub(super) fn read_back(&mut self) -> Action {
        if self.job == Job::Invite && self.guest.is_none() {
            return self.search();
        }
        self.phase = Phase::Back;
        Action::ReadPerson { target: self.target() }
    }

    pub(super) fn read(&mut self, now: &PersonNow) -> Action {
        self.unread = None;
        let verified = match (&self.job, now) {
            (Job::Remove, PersonNow::Gone) => Some("read back: gone"),
            (Job::Map { .. } | Job::Invite, PersonNow::HasTarget) => {
                Some("read back: has the target's identity")
            }
            _ => None,
        };
        if let Some(detail) = verified {
            return self.record(RowState::Verified, detail, After::End(None));
        }
        match now {
            PersonNow::HasAnother(object) if self.job != Job::Remove => self.record(
                RowState::Failed,
                format!(
                    "read back: has the identity {object}, which is not the planned one; was mapped by somebody else, and the \
                     service cannot undo it"
                ),
                After::End(None),
            ),
            _ => self.nothing_seen(),
        }
    }

    pub(super) fn nothing_seen(&mut self) -> Action {
        self.unread = None;
        self.look_again()
    }

    /// All readings are made and none shows the change.
    fn nothing_more(&mut self) -> Action {
        // Nothing of ours is out there: a look, and no more.
        if !self.state.is_open() {
            let stop = self.unread.take().filter(|problem| problem.kind.fails_for_all());
            return Action::End(stop);
        }
        if let Some(problem) = self.unread.take() {
            let state = if self.state == RowState::Sending { RowState::Unknown } else { self.state };
            let stop = problem.kind.fails_for_all().then(|| problem.clone());
            return self.record(state, format!("could not be read back: {problem}"), After::End(stop));
        }
        let inviting = self.job == Job::Invite && !matches!(self.sent, Some(Change::Map { .. }));
        match self.state {
            // An invitation whose guest is known is done until the mapping follows.
            RowState::Applied if inviting => Action::End(None),
            RowState::Applied if !self.doubts.is_empty() => {
                let words = self.doubts.join("; ");
                let detail = format!(
                    "the batch was answered, and reading shows that nothing happened for this person; the service said of \
                     its failed rows: {words}. It may be sent again"
                );
                self.record(RowState::Failed, detail, After::End(None))
            }
            RowState::Applied if self.silent_for >= self.pace.visible => {
                let detail = "the service took the call more than an hour ago, and reading does not show it; it may be \
                              sent again";
                self.record(RowState::Failed, detail, After::End(None))
            }
            RowState::Applied if self.settles => Action::End(None),
            RowState::Applied => self.record(
                RowState::Applied,
                "taken by the service, not to be seen yet",
                After::End(None),
            ),
            // Nobody with the address may only mean: not to be seen yet.
            _ if inviting && self.silent_for < self.pace.visible => self.record(
                RowState::Unknown,
                "the invitation got no answer and nobody with the address is in the tenant yet; it can take an hour to show. \
                 Verify again later",
                After::End(None),
            ),
            _ => self.record(
                RowState::Failed,
                "the call got no answer, and reading shows that nothing happened; it may be sent again",
                After::End(None),
            ),
        }
    }
}
