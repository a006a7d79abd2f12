//! The counts that the apply dialog shows before anything is sent.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Call, Disposition, Schedule, ScheduleInput};
use crate::domain::connection::ConnectionState;
use crate::domain::forecast::{Forecast, Person, Situation};
use crate::domain::outcome::Outcome;
use crate::domain::plan::{Decision, Plan, PlanCounts, PlanRow, RowState};

/// How many people cannot get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedOut {
    /// Now: people who are not identities of the directory that backs the organization. `None` while that is unknown, 0
    /// before connecting.
    pub now: Option<usize>,
    /// On connecting: everybody whom the service does not map by itself. After connecting the same as now.
    pub on_connecting: usize,
}

/// Everybody who is locked out: now, where the destination backs the organization, else on connecting.
pub fn who_is_locked_out<'a>(
    forecast: &'a Forecast,
    situation: &Situation,
) -> impl Iterator<Item = &'a Person> + use<'a> {
    let connected = situation.is_connected();
    forecast.people().iter().filter(move |person| match person.outcome {
        Outcome::Connected => false,
        // Whoever the service maps to somebody else loses access too.
        Outcome::Automatic => connected,
        _ => true,
    })
}

/// How many are locked out now, and how many will be.
pub fn locked_out(forecast: &Forecast, situation: &Situation) -> LockedOut {
    let without = who_is_locked_out(forecast, situation).count();
    let now = match ConnectionState::of(situation.backing, situation.destination) {
        ConnectionState::Connected => Some(without),
        ConnectionState::NotConnected | ConnectionState::ConnectedElsewhere => Some(0),
        ConnectionState::Unknown => None,
    };
    LockedOut { now, on_connecting: without }
}

/// How many are still locked out, without a new reading: the plan's verified rows count as through. `None` while what backs
/// the organization is unknown.
pub fn still_locked_out(forecast: &Forecast, situation: &Situation, plan: &Plan) -> Option<usize> {
    let before = locked_out(forecast, situation).now?;
    if before == 0 {
        return Some(0);
    }
    let out = |person: &&Person| !plan.row(&person.storage_key).is_some_and(is_through);
    Some(who_is_locked_out(forecast, situation).filter(out).count())
}

/// Whether the run has done what it does about this row.
fn is_through(row: &PlanRow) -> bool {
    row.state == RowState::Verified && !matches!(row.decision, Decision::Undecided | Decision::Keep)
}

/// What a state means for the administrator, and what to do about it. `verify`, `again` and `look` name the way to read again,
/// to try again, and to look again and confirm.
pub fn advice(state: RowState, verify: &str, again: &str, look: &str) -> String {
    match state {
        RowState::Verified => "read back and right: these people can sign in, or are as decided".to_owned(),
        RowState::Applied => format!(
            "the service took it, not seen by reading yet (it can take an hour): {verify} reads again"
        ),
        RowState::Sending => format!("was under way when the run ended: {verify} finds out by reading"),
        RowState::Unknown => format!(
            "sent, and nobody knows whether it happened: {verify} finds out; it is never repeated blindly"
        ),
        RowState::Failed => {
            format!("nothing happened for these people: mend the reason, then {again} tries them again alone")
        }
        RowState::Refused => {
            format!("not sent, something is not as it was decided: see the reason, {look}")
        }
        RowState::Skipped => "not due in this run".to_owned(),
        RowState::Planned => "not sent: apply again".to_owned(),
    }
}

/// How many requests a row takes: person, target, who has the target (two lists), the change, reading back.
const REQUESTS_A_ROW: u64 = 6;
/// What a request takes when none was measured, in milliseconds.
const USUAL_MILLIS: u64 = 500;

/// What one run would do, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Maps that are sent.
    pub map: usize,
    /// Invitations that are sent.
    pub invite: usize,
    /// Removals that are sent.
    pub remove: usize,
    /// People who stay as they are.
    pub keep: usize,
    /// People who need a decision and have none: left alone.
    pub undecided: usize,
    /// Rows that are only read back.
    pub verify: usize,
    /// Rows that are not due.
    pub skipped: usize,
    /// Rows that are refused.
    pub refused: usize,
    /// Rows that were verified in an earlier run.
    pub verified_before: usize,
    /// Privileged people among those who are sent.
    pub privileged: usize,
    /// People who are locked out now; `None` when that is unknown.
    pub locked_out: Option<usize>,
}

impl Summary {
    /// Counts a schedule that was made from this input.
    pub fn of(schedule: &Schedule, input: &ScheduleInput<'_>) -> Self {
        let counts = PlanCounts::of(input.forecast, input.plan);
        let mut summary = Self {
            keep: counts.keep,
            undecided: counts.undecided,
            verified_before: input.plan.rows.values().filter(|row| is_through(row)).count(),
            locked_out: locked_out(input.forecast, input.situation).now,
            ..Self::default()
        };
        for row in &schedule.rows {
            match &row.disposition {
                Disposition::Send(call) => {
                    match call {
                        Call::Map { .. } => summary.map += 1,
                        Call::Invite { .. } => summary.invite += 1,
                        Call::Remove => summary.remove += 1,
                    }
                    summary.privileged += usize::from(row.privileged);
                }
                Disposition::Verify => summary.verify += 1,
                Disposition::Skip(_) => summary.skipped += 1,
                Disposition::Refuse(_) => summary.refused += 1,
            }
        }
        summary
    }

    /// Roughly how long the run takes with so many rows at a time, where a request takes so many milliseconds (`None`: none was
    /// measured).
    pub fn roughly(&self, millis: Option<u64>, abreast: usize) -> SignedDuration {
        let each = millis.map_or(USUAL_MILLIS, |each| each.clamp(50, 30_000));
        let rows = u64::try_from(self.sent() + self.verify).unwrap_or(u64::MAX);
        let abreast = u64::try_from(abreast.max(1)).unwrap_or(1);
        let total = rows.saturating_mul(each).saturating_mul(REQUESTS_A_ROW) / abreast;
        SignedDuration::from_millis(i64::try_from(total).unwrap_or(i64::MAX))
            .max(SignedDuration::from_secs(1))
    }

    /// How many calls are sent.
    pub fn sent(&self) -> usize {
        self.map + self.invite + self.remove
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::fixtures::*;

    #[test]
    fn who_is_locked_out_depends_on_the_connection() {
        let forecast = Forecast::new(vec![
            person(1, Outcome::Automatic, Some(1), vec![]),
            person(2, Outcome::Connected, Some(2), vec![]),
            person(3, Outcome::Hazard, Some(3), vec![]),
            person(4, Outcome::Missing, None, vec![]),
        ]);
        assert_eq!(locked_out(&forecast, &situation()), LockedOut { now: Some(0), on_connecting: 2 });
        assert_eq!(locked_out(&forecast, &connected()), LockedOut { now: Some(3), on_connecting: 3 });
        let unknown = Situation { backing: None, ..situation() };
        assert_eq!(locked_out(&forecast, &unknown).now, None);
    }

    #[test]
    fn the_time_that_a_run_takes_is_never_nothing_and_never_absurd() {
        let summary = Summary { map: 100, verify: 20, ..Summary::default() };
        assert_eq!(summary.roughly(Some(100), 2), SignedDuration::from_secs(36));
        assert_eq!(summary.roughly(None, 0), SignedDuration::from_secs(360));
        assert_eq!(summary.roughly(Some(u64::MAX), 1), SignedDuration::from_secs(120 * 30 * 6));
        assert_eq!(
            Summary { map: 1, ..Summary::default() }.roughly(Some(1), 8),
            SignedDuration::from_secs(1)
        );
    }

    #[test]
    fn verified_rows_count_as_through_before_the_next_reading() {
        let user = org_user(1, "Ada", "ada@fabrikam.com");
        let forecast = Forecast::new(vec![
            person(1, Outcome::Safe, Some(1), vec![]),
            person(2, Outcome::Missing, None, vec![]),
        ]);
        let mut made = row(&user, map(1), Outcome::Safe, &directory([]));
        made.state = RowState::Applied;
        let mut plan = plan([made.clone()]);
        assert_eq!(still_locked_out(&forecast, &connected(), &plan), Some(2));
        made.state = RowState::Verified;
        plan.put(made);
        assert_eq!(still_locked_out(&forecast, &connected(), &plan), Some(1));
        assert_eq!(still_locked_out(&forecast, &situation(), &plan), Some(0), "before connecting nobody is");
    }
}
