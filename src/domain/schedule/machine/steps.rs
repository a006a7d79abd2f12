//! The transitions.

use std::time::Duration;

use super::{
    Action, Answer, Change, Event, Found, HolderNow, Job, Line, Machine, PersonNow, RightsNow, TargetNow,
};
use crate::domain::ids::ObjectId;
use crate::domain::plan::RowState;
use crate::domain::problem::{Problem, ProblemKind};

/// Where the machine stands.
#[derive(Debug, Clone)]
pub(super) enum Phase {
    /// Not begun, or everything is to be read again.
    New,
    /// Looking for the invited address.
    Searching,
    /// Reading the person before this change.
    Person(Change),
    /// Reading the target before this mapping.
    Target(ObjectId),
    /// Reading whether the target is in use.
    Holder(ObjectId),
    /// Reading whether the person may be removed.
    Rights,
    /// Reading the guest of an invitation that is not to be mapped yet.
    Guest(ObjectId),
    /// Writing the intent down.
    Intent(Change),
    /// The call is under way.
    Calling(Change),
    /// Writing down what came of it; then this.
    Outcome(Box<After>),
    /// Waiting before a reading back.
    Pausing,
    /// Reading the person back.
    Back,
    /// Resting until the guest is known, and then mapping.
    Resting,
    /// The service asked to wait.
    Waiting,
    /// Somebody is asked; then everything is read again.
    Asking,
    /// Somebody is asked; then the reading back goes on.
    AskingBack,
    /// Through.
    Ended,
}

/// What follows a line in the journal.
#[derive(Debug, Clone)]
pub(super) enum After {
    ReadBack,
    Wait(Duration),
    Rest,
    Ask(Problem),
    Map(ObjectId),
    End(Option<Problem>),
}

impl Machine {
    /// Takes in what happened and says what is next. What cannot come at this point ends the row: that would be an error of
    /// this program, and nothing is sent on top of it.
    pub fn step(&mut self, event: Event) -> Action {
        let phase = std::mem::replace(&mut self.phase, Phase::Ended);
        match (phase, event) {
            (Phase::Searching, Event::Found(found)) => self.found(&found),
            (Phase::Person(change), Event::Person(now)) => self.person(change, now),
            (Phase::Target(target), Event::Target(now)) => self.target_read(target, now),
            (Phase::Holder(target), Event::Holder(now)) => self.holder(target, now),
            (Phase::Rights, Event::Rights(now)) => self.rights(now),
            (Phase::Guest(guest), Event::Target(now)) => self.guest_seen(guest, now),
            (Phase::Intent(change), Event::Recorded) => {
                self.phase = Phase::Calling(change);
                self.state = RowState::Sending;
                self.sent = Some(change);
                self.silent_for = Duration::ZERO;
                self.readings = 0;
                Action::Send(change)
            }
            (Phase::Calling(change), Event::Answered(answer)) => self.answered(change, answer),
            (Phase::Outcome(after), Event::Recorded) => self.after(*after),
            // A line that is not on disk: whatever was to follow does not.
            (Phase::Intent(_) | Phase::Outcome(_), Event::NotRecorded(problem)) => Action::End(Some(problem)),
            (Phase::Pausing | Phase::AskingBack, Event::Resumed) => self.read_back(),
            (Phase::Back, Event::Person(now)) => self.read(&now),
            (Phase::New, Event::Begin)
            | (Phase::Resting | Phase::Waiting | Phase::Asking, Event::Resumed)
            | (Phase::Intent(_), Event::Held) => self.begin(),
            (
                Phase::Resting
                | Phase::Waiting
                | Phase::Asking
                | Phase::AskingBack
                | Phase::Pausing
                | Phase::Intent(_)
                | Phase::New,
                Event::Cancelled,
            ) => Action::End(None),
            (phase, Event::Unread(problem)) => self.unread(&phase, problem),
            (phase, event) => Action::End(Some(Problem::local(
                "applying a row",
                format!("{event:?} came while {phase:?}"),
                "This is an error of this program: nothing more was sent for this row. Report it with the log.",
            ))),
        }
    }

    fn begin(&mut self) -> Action {
        if self.settles {
            return match self.job {
                Job::Invite if self.guest.is_none() => self.search(),
                _ => self.read_back(),
            };
        }
        match self.job {
            Job::Map { target } => self.read_person(Change::Map { target }),
            Job::Remove => self.read_person(Change::Remove),
            Job::Invite => match self.guest {
                Some(guest) if self.connected => self.read_person(Change::Map { target: guest }),
                Some(guest) => {
                    self.phase = Phase::Guest(guest);
                    Action::ReadTarget(guest)
                }
                None => self.search(),
            },
        }
    }

    pub(super) fn search(&mut self) -> Action {
        self.phase = Phase::Searching;
        Action::Search
    }

    fn read_person(&mut self, change: Change) -> Action {
        self.phase = Phase::Person(change);
        let target = match change {
            Change::Map { target } => Some(target),
            Change::Invite | Change::Remove => None,
        };
        Action::ReadPerson { target }
    }

    fn found(&mut self, found: &Found) -> Action {
        match *found {
            Found::Several(number) => {
                let detail = format!(
                    "{number} users of the tenant have the invited address; decide `map` onto one of them"
                );
                let state = if self.state.is_open() { RowState::Failed } else { RowState::Refused };
                self.record(state, detail, After::End(None))
            }
            Found::One(guest) => {
                self.guest = Some(guest);
                if self.settles && matches!(self.sent, Some(Change::Map { .. })) {
                    return self.read_back();
                }
                let detail = if self.sent.is_some() {
                    format!("the invited address is in the tenant: {guest}")
                } else {
                    format!("{guest} is in the tenant already, no invitation was sent")
                };
                let after = if self.settles {
                    After::ReadBack
                } else if self.connected {
                    After::Map(guest)
                } else {
                    After::End(None)
                };
                self.sent = None;
                self.record(RowState::Applied, detail, after)
            }
            Found::Nobody if self.sent.is_some() => self.nothing_seen(),
            // Invited before: never a second time. The guest is not to be seen yet.
            Found::Nobody if self.state == RowState::Applied => self.rest(),
            Found::Nobody => self.read_person(Change::Invite),
        }
    }

    fn guest_seen(&mut self, guest: ObjectId, now: TargetNow) -> Action {
        match now {
            TargetNow::Fit | TargetNow::Gone => {
                self.record(RowState::Applied, format!("invited before: {guest}"), After::End(None))
            }
            TargetNow::Unfit(why) => self.refuse(why),
        }
    }

    fn person(&mut self, change: Change, now: PersonNow) -> Action {
        match (change, now) {
            (Change::Map { .. }, PersonNow::HasTarget) => self.record(
                RowState::Verified,
                "has the target's identity already: mapped by the service itself or by somebody else; nothing was sent",
                After::End(None),
            ),
            (Change::Remove, PersonNow::Gone) => {
                self.record(RowState::Verified, "is gone already; nothing was sent", After::End(None))
            }
            (_, PersonNow::Gone) => self.refuse("this person is not in the organization any more"),
            (_, PersonNow::HasAnother(object)) => self.refuse(format!(
                "somebody else mapped this person to {object} meanwhile; it is not repeated, and the service cannot undo it"
            )),
            (_, PersonNow::Changed(difference)) => self.refuse(format!(
                "changed since it was decided: {difference}; look at it again and confirm"
            )),
            (Change::Map { target }, PersonNow::AsDecided) => {
                self.phase = Phase::Target(target);
                Action::ReadTarget(target)
            }
            (Change::Remove, PersonNow::AsDecided | PersonNow::HasTarget) => {
                self.phase = Phase::Rights;
                Action::ReadRights
            }
            (Change::Invite, PersonNow::AsDecided | PersonNow::HasTarget) => self.intend(change),
        }
    }

    fn target_read(&mut self, target: ObjectId, now: TargetNow) -> Action {
        match now {
            TargetNow::Fit => {
                self.phase = Phase::Holder(target);
                Action::ReadHolder(target)
            }
            TargetNow::Gone if self.job == Job::Invite => self.rest(),
            TargetNow::Gone => {
                self.refuse("the target is not in the tenant any more (deleted, or not visible)")
            }
            TargetNow::Unfit(why) => {
                self.refuse(format!("{why}; look at it again and confirm, or choose another"))
            }
        }
    }

    fn holder(&mut self, target: ObjectId, now: HolderNow) -> Action {
        match now {
            HolderNow::Free => self.intend(Change::Map { target }),
            HolderNow::Held(name) => self.refuse(format!(
                "the target is in the organization now, as {name}, and nobody can be mapped onto an active identity; decide \
                 `remove` for that second identity first"
            )),
        }
    }

    fn rights(&mut self, now: RightsNow) -> Action {
        match now {
            RightsNow::Ordinary => self.intend(Change::Remove),
            RightsNow::Kept(why) => self.refuse(why),
        }
    }

    fn intend(&mut self, change: Change) -> Action {
        self.phase = Phase::Intent(change);
        let target = match change {
            Change::Map { target } => Some(target),
            Change::Invite | Change::Remove => None,
        };
        Action::Record(Line { state: RowState::Sending, detail: String::new(), target, intent: Some(change) })
    }

    /// How a row stands whose latest call was not carried out.
    fn standing(&self) -> RowState {
        if self.job == Job::Invite && self.guest.is_some() { RowState::Applied } else { RowState::Planned }
    }

    fn answered(&mut self, change: Change, answer: Answer) -> Action {
        let standing = self.standing();
        match answer {
            Answer::Taken { status, guest } if change == Change::Invite => {
                self.guest = guest.or(self.guest);
                self.sent = None;
                // Without the guest's id in the answer the address is looked for: after a break that is the way, too.
                let after = if self.connected { After::Rest } else { After::End(None) };
                self.record(RowState::Applied, format!("invited (the service answered {status})"), after)
            }
            Answer::Taken { status, .. } => {
                self.record(RowState::Applied, format!("the service answered {status}"), After::ReadBack)
            }
            Answer::Batch { failures } => {
                let detail = match failures.len() {
                    0 => "the batch was taken; only reading proves it".to_owned(),
                    n => format!(
                        "the batch was taken with {n} rows reported as failed, not whose; reading tells"
                    ),
                };
                self.doubts = failures;
                self.record(RowState::Applied, detail, After::ReadBack)
            }
            Answer::NotTaken { wait, problem } => {
                self.sent = None;
                self.waits += 1;
                if self.waits > self.pace.waits {
                    return self.fail(&problem);
                }
                let after =
                    if wait > self.pace.longest_wait { After::Ask(problem) } else { After::Wait(wait) };
                self.record(standing, "the service asked to wait; the call was not taken", after)
            }
            Answer::Unsent => {
                self.sent = None;
                self.record(standing, "the run was stopped before this was sent", After::End(None))
            }
            Answer::Credential(problem) => {
                self.sent = None;
                let detail = format!("the credential was refused, nothing happened: {}", problem.headline());
                self.record(standing, detail, After::Ask(problem))
            }
            // Of a change only what never left is *unreachable*; whatever left and was lost is unknown.
            Answer::Refused(problem) if problem.kind == ProblemKind::Unreachable => {
                self.sent = None;
                let detail = format!("the call never left, nothing happened: {}", problem.headline());
                self.record(standing, detail, After::Ask(problem))
            }
            Answer::NotYet(problem) if self.job == Job::Invite => {
                self.sent = None;
                let detail = format!("the guest is not known everywhere yet: {}", problem.headline());
                self.record(RowState::Applied, detail, After::Rest)
            }
            // Whoever is gone need not be removed: reading decides.
            Answer::Refused(problem) if change == Change::Remove && problem.kind == ProblemKind::NotFound => {
                self.record(RowState::Applied, "the service knows nobody with this key", After::ReadBack)
            }
            Answer::NotYet(problem) | Answer::Refused(problem) => {
                self.sent = None;
                self.fail(&problem)
            }
            Answer::Unknown(problem) => self.record(RowState::Unknown, problem.to_string(), After::ReadBack),
        }
    }

    fn after(&mut self, after: After) -> Action {
        match after {
            After::End(problem) => Action::End(problem),
            After::ReadBack if self.job == Job::Invite && self.guest.is_none() => self.look_again(),
            After::ReadBack if self.settles => self.read_back(),
            After::ReadBack => self.look_again(),
            After::Map(guest) => self.read_person(Change::Map { target: guest }),
            After::Rest => self.rest(),
            After::Wait(wait) => {
                self.phase = Phase::Waiting;
                Action::Wait(wait)
            }
            After::Ask(problem) => {
                self.phase = Phase::Asking;
                Action::Ask(problem)
            }
        }
    }

    /// The guest is not known yet: others go on meanwhile.
    fn rest(&mut self) -> Action {
        if self.settles || !self.connected {
            return Action::End(None);
        }
        let doubled = self.pace.guest_first.saturating_mul(2u32.saturating_pow(self.rests));
        let pause = doubled.min(self.pace.guest_longest);
        if pause.is_zero() || self.rested + pause > self.pace.guest_limit {
            let minutes = self.pace.guest_limit.as_secs() / 60;
            let detail = format!(
                "invited; after {minutes} minutes the guest cannot be mapped yet. Apply again later: nobody is invited twice"
            );
            return self.record(RowState::Applied, detail, After::End(None));
        }
        self.rests += 1;
        self.rested += pause;
        self.phase = Phase::Resting;
        Action::Rest(pause)
    }

    fn unread(&mut self, phase: &Phase, problem: Problem) -> Action {
        let settling = self.settles || matches!(phase, Phase::Back) || self.sent.is_some();
        // A service that asks for a longer wait than anybody makes by itself, a credential that died, a network that is gone: it
        // would hit everybody, and it is not the row's fault.
        if super::is_credential(&problem)
            || matches!(problem.kind, ProblemKind::Throttled | ProblemKind::Unreachable)
        {
            // Whoever says go on again and again before the time is over is told so at last.
            self.waits += u32::from(problem.kind == ProblemKind::Throttled);
            if self.waits > self.pace.waits && !settling {
                return self.fail(&problem);
            }
            self.phase = if settling { Phase::AskingBack } else { Phase::Asking };
            return Action::Ask(problem);
        }
        if settling {
            self.unread = Some(problem);
            return self.look_again();
        }
        self.fail(&problem)
    }

    /// Nothing was sent, or it was refused. What would fail for everybody ends the run.
    fn fail(&mut self, problem: &Problem) -> Action {
        let stop = problem.kind.fails_for_all().then(|| problem.clone());
        self.record(RowState::Failed, problem.to_string(), After::End(stop))
    }

    fn refuse(&mut self, why: impl Into<String>) -> Action {
        self.record(RowState::Refused, why, After::End(None))
    }

    pub(super) fn record(&mut self, state: RowState, detail: impl Into<String>, after: After) -> Action {
        self.state = state;
        self.phase = Phase::Outcome(Box::new(after));
        let target = self.target();
        Action::Record(Line { state, detail: detail.into(), target, intent: None })
    }
}
