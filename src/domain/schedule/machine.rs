//! One row of a run as a state machine without hands: it says what is to be done next, and is told what came of it.
//!
//! [`Machine::step`] takes one [`Event`] and gives one [`Action`]. Whoever carries the actions out (`tasks::apply`) decides
//! nothing; whoever wants to know what can happen needs no service, no disk and no clock.
//!
//! ```text
//!   read person → read target → is the target in use? → write the intent down → send → write the outcome down
//!        ▲              (a difference refuses the row)                                          │
//!        └── asked to wait, credential refused: nothing happened, everything is read again ◀────┤
//!                                                                                               ▼
//!                     verified ◀── shows it ── read back ◀── pause ◀── taken, or no answer at all
//! ```
//!
//! What holds, whatever comes in which order (the properties in `machine/tests.rs`):
//! - nothing is sent whose intent was not recorded just before;
//! - between two calls lies a reading of the person; a call without an answer is never followed by the same call;
//! - `verified` is recorded only after a reading that shows it;
//! - a line that could not be written down ends the row without another call;
//! - every path ends.
//!
//! Before a removal it is read who must not be removed (operator, owner, administrators, protected addresses), in the place of
//! the target.
//!
//! An invitation has two calls: the invitation and, once the organization is connected, the mapping onto the guest. Between
//! both the row is `applied` and rests with growing pauses, an hour at most, while others go on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::ids::ObjectId;
use crate::domain::plan::RowState;
use crate::domain::problem::Problem;

mod back;
mod judge;
mod memory;
mod steps;
#[cfg(test)]
mod tests;

pub use judge::{is_credential, person_now, target_now};
pub use memory::Memory;
use steps::Phase;

/// What the row is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// Give the person's work and access to this tenant user.
    Map {
        /// The target.
        target: ObjectId,
    },
    /// Use the tenant user with the address, else invite it; once connected, map onto that user.
    Invite,
    /// Delete the entitlement.
    Remove,
}

/// A change at a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// `PATCH graph/users/{descriptor}`, or a row of a batch.
    Map {
        /// The target.
        target: ObjectId,
    },
    /// `POST invitations`.
    Invite,
    /// `DELETE userentitlements/{key}`.
    Remove,
}

/// How patient the machine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// Pauses before the readings back: the service's answer may be ahead of what it shows.
    pub read_back: Vec<Duration>,
    /// How long after a call without an answer a reading that shows nothing proves that nothing happened. Azure DevOps may
    /// delay a call by 30 s on purpose and still carry it out.
    pub silence: Duration,
    /// How long a change that was taken may take to be seen; Entra says: up to an hour.
    pub visible: Duration,
    /// The first pause before a guest is tried again; each further one is twice as long.
    pub guest_first: Duration,
    /// The longest of these pauses.
    pub guest_longest: Duration,
    /// After so much waiting for a guest the row stays `applied`.
    pub guest_limit: Duration,
    /// How often a call that was not taken is sent again.
    pub waits: u32,
    /// A service that asks for a longer wait than this: a person is asked.
    pub longest_wait: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            read_back: vec![
                Duration::ZERO,
                Duration::from_millis(400),
                Duration::from_millis(1500),
                seconds(4),
            ],
            silence: seconds(45),
            visible: seconds(70 * 60),
            guest_first: seconds(5),
            guest_longest: seconds(300),
            guest_limit: seconds(3600),
            waits: 20,
            longest_wait: seconds(15 * 60),
        }
    }
}

/// What a reading says about the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonNow {
    /// As it was when it was decided.
    AsDecided,
    /// Has the target's identity.
    HasTarget,
    /// Has the identity of another tenant user, and had not when it was decided: somebody else mapped this person.
    HasAnother(ObjectId),
    /// Is not as it was, in words.
    Changed(String),
    /// Is not in the organization, under no key that could be theirs.
    Gone,
}

/// What a reading says about the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetNow {
    /// Can be mapped onto.
    Fit,
    /// Cannot, in words.
    Unfit(String),
    /// Is not to be seen.
    Gone,
}

/// Whether the target is active in the organization at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HolderNow {
    /// Nobody in the organization has this identity.
    Free,
    /// This one has.
    Held(String),
}

/// Whether a person may be removed at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RightsNow {
    /// Nothing speaks against it.
    Ordinary,
    /// Is never removed, in words.
    Kept(String),
}

/// Who has the address of an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nobody.
    Nobody,
    /// This user or guest.
    One(ObjectId),
    /// So many.
    Several(usize),
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The service took it; of an invitation with the guest's object, where it was named.
    Taken {
        /// HTTP status.
        status: u16,
        /// The guest.
        guest: Option<ObjectId>,
    },
    /// The service took a batch and reported these failures, without saying whose: the answer proves nothing about anybody.
    Batch {
        /// The words of the rows that failed.
        failures: Vec<String>,
    },
    /// The service did not take it and asks to wait so long.
    NotTaken {
        /// The wait.
        wait: Duration,
        /// In whole.
        problem: Problem,
    },
    /// It never left: the run was stopped while it waited for the others of its batch.
    Unsent,
    /// The target is not known to the service yet.
    NotYet(Problem),
    /// The credential was refused: nothing happened.
    Credential(Problem),
    /// Refused, or never sent: nothing happened.
    Refused(Problem),
    /// No answer, or one that does not say: it may have happened.
    Unknown(Problem),
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The row's turn.
    Begin,
    /// Who has the invited address.
    Found(Found),
    /// The person was read.
    Person(PersonNow),
    /// The target was read.
    Target(TargetNow),
    /// Whether the target is in use was read.
    Holder(HolderNow),
    /// Whether the person may be removed was read.
    Rights(RightsNow),
    /// A reading failed.
    Unread(Problem),
    /// The line is on disk.
    Recorded,
    /// The line is not on disk.
    NotRecorded(Problem),
    /// The call was answered, or not.
    Answered(Answer),
    /// The pause, rest or wait is over, or whoever was asked says: go on.
    Resumed,
    /// The run was paused when an intent was to be recorded, and goes on: what was read may be old by now. In place of
    /// [`Event::Recorded`], for an intent.
    Held,
    /// The run is being stopped; only in place of [`Event::Resumed`], or instead of recording an intent. What is on disk says
    /// enough for the next start.
    Cancelled,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Look for the invited address in the tenant → [`Event::Found`].
    Search,
    /// Read the person, under a new key where the old one is gone → [`Event::Person`]. With the target to compare with.
    ReadPerson {
        /// The target of the mapping, where there is one.
        target: Option<ObjectId>,
    },
    /// Read the target → [`Event::Target`].
    ReadTarget(ObjectId),
    /// Read whether the target is active in the organization → [`Event::Holder`].
    ReadHolder(ObjectId),
    /// Read whether the person may be removed → [`Event::Rights`].
    ReadRights,
    /// Put the row into this state, on disk → [`Event::Recorded`].
    Record(Line),
    /// Send → [`Event::Answered`]. Always right after the [`Action::Record`] of its intent.
    Send(Change),
    /// Pause, short: the row keeps its place → [`Event::Resumed`].
    Pause(Duration),
    /// Come back after so long, others go on meanwhile → [`Event::Resumed`].
    Rest(Duration),
    /// The service asks for so long a wait → [`Event::Resumed`].
    Wait(Duration),
    /// A person has to do something before anything goes on, such as signing in → [`Event::Resumed`].
    Ask(Problem),
    /// The row is through; with a problem that stops the whole run, where it would hit everybody.
    End(Option<Problem>),
}

/// A line for the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How the row stands from now on.
    pub state: RowState,
    /// What happened, or for `sending` nothing: whoever sends knows the call best.
    pub detail: String,
    /// Target of a map, guest of an invitation.
    pub target: Option<ObjectId>,
    /// For `sending`: the call that follows.
    pub intent: Option<Change>,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Machine {
    job: Job,
    pace: Pace,
    /// The destination backs the organization: a mapping may follow an invitation.
    connected: bool,
    /// Only readings: the row is settled and nothing is sent.
    settles: bool,
    /// How the row stands on disk.
    state: RowState,
    phase: Phase,
    /// The call whose effect may be there.
    sent: Option<Change>,
    /// How long ago that was, as far as pauses tell.
    silent_for: Duration,
    /// The tenant user that the invitation led to.
    guest: Option<ObjectId>,
    readings: usize,
    rests: u32,
    rested: Duration,
    waits: u32,
    /// Why the latest reading back failed.
    unread: Option<Problem>,
    /// What a batch said about some of its rows.
    doubts: Vec<String>,
}

impl Machine {
    /// A row that is to be sent. `state` is how it stands on disk, `memory` what the journal knows of earlier calls.
    pub fn send(job: Job, state: RowState, connected: bool, memory: &Memory, pace: Pace) -> Self {
        Self {
            guest: memory.guest,
            job,
            pace,
            connected,
            settles: false,
            state,
            phase: Phase::New,
            sent: None,
            silent_for: Duration::ZERO,
            readings: 0,
            rests: 0,
            rested: Duration::ZERO,
            waits: 0,
            unread: None,
            doubts: Vec::new(),
        }
    }

    /// A row of which something was sent: what became of it is read, and nothing is sent. `silent_for` is how long ago the
    /// last call was.
    pub fn settle(
        job: Job,
        state: RowState,
        connected: bool,
        memory: &Memory,
        silent_for: Duration,
        pace: Pace,
    ) -> Self {
        let sent = memory.sent.map(|(change, _)| change).or(match &job {
            Job::Map { target } => Some(Change::Map { target: *target }),
            Job::Remove => Some(Change::Remove),
            Job::Invite => Some(Change::Invite),
        });
        Self { settles: true, sent, silent_for, ..Self::send(job, state, connected, memory, pace) }
    }

    /// How the row stands on disk.
    pub fn state(&self) -> RowState {
        self.state
    }

    /// Whether nothing follows any more.
    pub fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended)
    }

    /// The tenant user that the row leads to: the target of a map, the guest of an invitation once known.
    pub fn target(&self) -> Option<ObjectId> {
        match self.job {
            Job::Map { target } => Some(target),
            Job::Invite => self.guest,
            Job::Remove => None,
        }
    }
}
