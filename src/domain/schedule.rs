//! One apply run as data: which rows are due, in which order, with which call, and why the others are not.
//!
//! Everything that was not read fails closed: the run is refused as a whole where the connection or the administrators are
//! unknown, or a reading is too old; a row is refused where its person or target is not as it was when it was decided. Rows
//! that were sent are only read back, never sent again. `keep` and `undecided` need no call and have no row; they are counted
//! in [`Summary`].

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::connection::{ConnectionState, is_wrong_directory};
use super::facts::Facts;
use super::forecast::{Forecast, Situation};
use super::ids::{Descriptor, ObjectId, StorageKey};
use super::people::{Directory, OrgUser, Roster, TenantUser, UserType};
use super::plan::{Decision, Plan, Rulebook};
use super::text::clean;

pub mod governor;
pub mod intruder;
pub mod machine;
mod order;
mod row;
mod summary;

pub use summary::{LockedOut, Summary, advice, locked_out, still_locked_out, who_is_locked_out};

/// A change at a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// `PATCH graph/users/{descriptor}` with the target's object id.
    Map {
        /// The person's present descriptor.
        descriptor: Descriptor,
        /// The target.
        target: ObjectId,
    },
    /// Search for this address in the tenant, else invite it.
    Invite {
        /// The address.
        address: String,
    },
    /// `DELETE userentitlements/{storage key}`.
    Remove,
}

/// Whether the batch route can tell who is meant by both names: it finds people by mail address and targets by user principal
/// name, as far as anybody knows, and must find exactly one of each. Privileged people never go in a batch.
pub fn is_batchable(person: &OrgUser, target: &TenantUser, privileged: bool) -> bool {
    !privileged
        && person.mail.as_deref().is_some_and(|mail| mail.eq_ignore_ascii_case(&person.principal_name))
        && target.user_type != Some(UserType::Guest)
        && !target.user_principal_name().contains('#')
}

/// What becomes of a row in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Due: this call is sent.
    Send(Call),
    /// Due: nothing is sent, what is already there is read back.
    Verify,
    /// Not due, with the reason.
    Skip(String),
    /// Due, but refused, with the reason and the way out.
    Refuse(String),
}

/// One row of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduledRow {
    /// Whose.
    pub storage_key: StorageKey,
    /// What is wanted.
    pub decision: Decision,
    /// What becomes of it.
    pub disposition: Disposition,
    /// Privileged people go last, one by one.
    pub privileged: bool,
    /// This row's removal comes first: the map is sent only once a reading shows that person gone.
    pub after: Option<StorageKey>,
}

/// The end of the reason of every row that is skipped until the organization is connected.
const WAITS: &str = "waits for the connection";

/// An apply run before it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The rows in the order of sending: the canary first, privileged people last. Skipped and refused rows come after.
    pub rows: Vec<ScheduledRow>,
    /// Why the whole run is refused; nothing is sent then.
    pub refusals: Vec<String>,
}

/// What a schedule is made of.
#[derive(Debug, Clone, Copy)]
pub struct ScheduleInput<'a> {
    /// The organization's people.
    pub roster: &'a Roster,
    /// When they were read.
    pub roster_read_at: Timestamp,
    /// The tenant's people.
    pub directory: &'a Directory,
    /// When they were read.
    pub directory_read_at: Timestamp,
    /// What else was read.
    pub facts: &'a Facts,
    /// The comparison.
    pub forecast: &'a Forecast,
    /// What the comparison was made with.
    pub situation: &'a Situation,
    /// The decisions.
    pub plan: &'a Plan,
    /// Only these rows; the only way in which privileged people are sent.
    pub only: Option<&'a BTreeSet<StorageKey>>,
    /// Now.
    pub now: Timestamp,
    /// An older reading must be refreshed first.
    pub reread_after: SignedDuration,
}

/// Decides what one apply run does. Not asked here: whether the program runs read-only, and whether the administrator typed
/// the organization's name.
pub fn schedule(input: &ScheduleInput<'_>) -> Schedule {
    let book = Rulebook::new(input.plan, input.directory, input.situation)
        .with_roster(input.roster)
        .with_forecast(input.forecast)
        .indexed();
    let run = row::Run { input, book: &book, state: state(input) };
    let rows = input.plan.rows.values().filter_map(|row| run.scheduled(row)).collect();
    Schedule { rows: order::ordered(rows, input), refusals: refusals(input) }
}

fn state(input: &ScheduleInput<'_>) -> ConnectionState {
    ConnectionState::of(input.situation.backing, input.situation.destination)
}

/// Why nothing at all may be sent.
fn refusals(input: &ScheduleInput<'_>) -> Vec<String> {
    let mut refusals = Vec::new();
    let situation = input.situation;
    if let Some(tenant) =
        is_wrong_directory(situation.backing, situation.destination, input.plan.first_backing)
    {
        refusals.push(format!(
            "The organization is connected to the wrong directory, {tenant}. Map nobody. See the way back on the \
             Connection tab."
        ));
    }
    if let Some(read) = input.facts.strange_tenant() {
        refusals.push(format!(
            "The tenant that was read, {} ({}), is not the destination: nobody is mapped to strangers. See the prerequisite \
             `tenant-public-cloud`.",
            clean(&read.display_name),
            read.id
        ));
    }
    if state(input) == ConnectionState::Unknown {
        refusals.push(
            "Which directory backs the organization is not known, so nothing is sent. Read again (r in the dashboard), and look at the \
             Connection tab for the reason."
                .to_owned(),
        );
    }
    if situation.administrators.is_none() {
        let reason = input
            .facts
            .administrators
            .problem
            .as_deref()
            .map_or_else(String::new, |problem| format!(" ({})", problem.headline()));
        refusals.push(format!(
            "Who the administrators are could not be read completely{reason}, so nothing is sent: they must go last, one by \
             one. See the prerequisite `admins-covered`."
        ));
    }
    for (what, read_at) in [
        ("The organization's people were", Some(input.roster_read_at)),
        ("The tenant's people were", Some(input.directory_read_at)),
        ("What backs the organization was", input.facts.backing.read_at),
    ] {
        if let Some(read_at) = read_at
            && input.now.duration_since(read_at) > input.reread_after
        {
            refusals.push(format!(
                "{what} read {} minutes ago; after {} minutes they must be read again before anything is sent (r in the dashboard).",
                input.now.duration_since(read_at).as_mins(),
                input.reread_after.as_mins()
            ));
        }
    }
    refusals
}

impl Schedule {
    /// Why there is nothing to send or to read back, and what to do, for a run in which no row is due.
    pub fn why_nothing_is_due(&self) -> &'static str {
        let waits =
            |row: &ScheduledRow| matches!(&row.disposition, Disposition::Skip(why) if why.ends_with(WAITS));
        let set_aside = |row: &ScheduledRow| matches!(row.disposition, Disposition::Refuse(_));
        if self.rows.iter().any(waits) {
            "Nothing is due yet: mapping begins once the organization is connected; the tab Connection leads there."
        } else if self.rows.iter().any(set_aside) {
            "Nothing is due: every row that is left is refused, with its reason."
        } else if self.rows.is_empty() {
            "Nothing is due: no decision sends anything yet. Decide in the tab Mapping, or import a plan."
        } else {
            "Nothing is due: there is no row to send or to read back."
        }
    }

    /// The rows for which a call is sent, in order; empty when the run is refused.
    pub fn calls(&self) -> impl Iterator<Item = (&ScheduledRow, &Call)> {
        let rows: &[ScheduledRow] = if self.refusals.is_empty() { &self.rows } else { &[] };
        rows.iter().filter_map(|row| match &row.disposition {
            Disposition::Send(call) => Some((row, call)),
            _ => None,
        })
    }

    /// The first row that is sent, alone, and verified before anything else is sent.
    pub fn canary(&self) -> Option<&ScheduledRow> {
        self.calls().next().map(|(row, _)| row)
    }
}

#[cfg(test)]
mod tests;
