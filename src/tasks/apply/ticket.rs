//! A row on its way through the run: the machine that decides, and what it was told last.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::people::{OrgUser, TenantUser};
use crate::domain::plan::PlanRow;
use crate::domain::schedule::machine::{Job, Machine, Memory, Pace};
use crate::domain::schedule::{Call, Disposition, ScheduledRow, is_batchable};
use crate::domain::{Decision, Problem, StorageKey};
use crate::services::{BatchRow, Taken};

/// See the module.
#[derive(Debug)]
pub(super) struct Ticket {
    /// As it stands on disk.
    pub(super) row: PlanRow,
    pub(super) machine: Machine,
    /// The person as read last.
    pub(super) person: Option<OrgUser>,
    /// The target as read last.
    pub(super) target: Option<TenantUser>,
    /// The service's answer that the next line is about.
    pub(super) taken: Option<Taken>,
    /// This row has to be verified first.
    pub(super) after: Option<StorageKey>,
    pub(super) privileged: bool,
    /// How many questions of the run were answered when this row went on last.
    pub(super) answers: u32,
    /// Only read: says nothing about how the service takes calls.
    pub(super) settles: bool,
}

/// Where a row stands that is not under way.
#[derive(Debug)]
pub(super) enum Step {
    /// Comes back after so long.
    Rests(Duration),
    /// Waits until a person did something.
    Asks(Problem),
    /// Its intent is on disk, and it waits for the others of its batch.
    Ready,
    /// Through.
    Ended(Option<Problem>),
}

impl Ticket {
    /// A row that is sent in this run; `None` for one that is not.
    pub(super) fn send(
        row: PlanRow,
        scheduled: &ScheduledRow,
        memory: Memory,
        connected: bool,
        pace: Pace,
    ) -> Option<Self> {
        let Disposition::Send(call) = &scheduled.disposition else { return None };
        let mut memory = memory;
        let job = match (call, &row.decision) {
            (Call::Map { target, .. }, Decision::Invite { .. }) => {
                memory.guest = Some(*target);
                Job::Invite
            }
            (Call::Map { target, .. }, _) => Job::Map { target: *target },
            (Call::Invite { .. }, _) => Job::Invite,
            (Call::Remove, _) => Job::Remove,
        };
        let machine = Machine::send(job, row.state, connected, &memory, pace);
        let ticket = Self::new(row, machine);
        Some(Self { after: scheduled.after.clone(), privileged: scheduled.privileged, ..ticket })
    }

    /// A row of which something was sent; `None` where nothing ever is.
    pub(super) fn settle(row: PlanRow, memory: &Memory, connected: bool, pace: Pace) -> Option<Self> {
        let job = match &row.decision {
            Decision::Map { target } => Job::Map { target: *target },
            Decision::Invite { .. } => Job::Invite,
            Decision::Remove => Job::Remove,
            Decision::Undecided | Decision::Keep => return None,
        };
        let silent_for = memory.sent.map_or(Duration::ZERO, |(_, at)| {
            Duration::try_from(Timestamp::now().duration_since(at)).unwrap_or(Duration::ZERO)
        });
        let machine = Machine::settle(job, row.state, connected, memory, silent_for, pace);
        Some(Self { settles: true, ..Self::new(row, machine) })
    }

    fn new(row: PlanRow, machine: Machine) -> Self {
        Self {
            row,
            machine,
            person: None,
            target: None,
            taken: None,
            after: None,
            privileged: false,
            answers: 0,
            settles: false,
        }
    }

    /// The key under which the person is found now.
    pub(super) fn key(&self) -> &StorageKey {
        self.row.new_storage_key.as_ref().unwrap_or(&self.row.storage_key)
    }

    /// Whether an earlier call of this row may have changed something.
    pub(super) fn was_sent(&self) -> bool {
        self.machine.state().is_open()
    }

    /// Both sides by name, where the batch route can tell who is meant.
    pub(super) fn batch_row(&self) -> Option<BatchRow> {
        let (person, target) = (self.person.as_ref()?, self.target.as_ref()?);
        let maps = matches!(self.row.decision, Decision::Map { .. });
        (maps && is_batchable(person, target, self.privileged)).then(|| BatchRow {
            source: person.principal_name.to_string(),
            target: target.user_principal_name().to_string(),
        })
    }
}
