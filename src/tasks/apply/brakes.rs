//! When to stop. A wrong assumption must cost one person's row, not everybody's.

use crate::domain::plan::{PlanRow, RowState};
use crate::domain::{Problem, ProblemKind};

/// Counts failures in a row.
#[derive(Debug)]
pub struct Brakes {
    stop_after: u32,
    in_a_row: u32,
    last: Option<String>,
}

impl Brakes {
    /// Stops after so many failures in a row.
    pub fn new(stop_after: u32) -> Self {
        Self { stop_after: stop_after.max(1), in_a_row: 0, last: None }
    }

    /// Takes in how a row ended. An unknown outcome counts as a failure: something is not as it should be.
    pub fn after(&mut self, row: &PlanRow) -> Result<(), Problem> {
        self.last.clone_from(&row.error);
        match row.state {
            RowState::Failed | RowState::Unknown => self.in_a_row += 1,
            RowState::Verified | RowState::Applied => self.in_a_row = 0,
            // Refused and skipped rows were not sent; they say nothing about the service.
            _ => {}
        }
        if self.in_a_row >= self.stop_after {
            return Err(refused(
                format!(
                    "{} failures in a row; the last: {}",
                    self.in_a_row,
                    row.error.as_deref().unwrap_or("no reason given")
                ),
                "Nothing more was sent. Mend the reason, then apply again: verified rows are not sent twice.",
            ));
        }
        Ok(())
    }

    /// Why the latest row did not go well.
    pub fn last_words(&self) -> Option<&str> {
        self.last.as_deref()
    }
}

fn refused(said: String, remedy: &str) -> Problem {
    Problem { kind: ProblemKind::Refused, ..Problem::local("applying the plan", said, remedy) }
}

/// The canary decides whether others follow: it was not verified.
pub fn no_canary(state: RowState, why: Option<&str>) -> Problem {
    let why = why.unwrap_or("the service took the call, but reading back does not show it yet");
    let next = match state {
        RowState::Failed => "Mend the reason, then try that row again (`R`, or `apply --only`).",
        _ => "Wait a few minutes, verify again (`v`, or `apply --verify`), then apply again.",
    };
    refused(format!("the first person was not verified: {why}"), &format!("Nobody else was touched. {next}"))
}

/// What backs the organization is not what it was when the run began.
pub fn directory_changed(organization: &str) -> Problem {
    Problem {
        kind: ProblemKind::Refused,
        ..Problem::local(
            format!("applying the plan to {organization}"),
            "the directory that backs the organization changed during the run",
            "Nothing more was sent. Read again, and look at the Connection tab before anything else.",
        )
    }
}

/// The administrator stopped the run.
pub fn cancelled(organization: &str) -> Problem {
    Problem {
        kind: ProblemKind::Cancelled,
        ..Problem::local(
            format!("applying the plan to {organization}"),
            "stopped by you after the calls under way",
            "Apply again to go on; what is verified is not sent twice.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::StorageKey;

    fn row(state: RowState) -> PlanRow {
        PlanRow { state, ..PlanRow::undecided(StorageKey::new("k")) }
    }

    #[test]
    fn failures_in_a_row_stop_and_a_success_between_them_does_not() {
        let mut brakes = Brakes::new(2);
        assert!(brakes.after(&row(RowState::Failed)).is_ok());
        assert!(brakes.after(&row(RowState::Verified)).is_ok());
        assert!(brakes.after(&row(RowState::Unknown)).is_ok());
        assert!(brakes.after(&row(RowState::Refused)).is_ok(), "a refused row is no answer of the service");
        assert!(brakes.after(&row(RowState::Failed)).is_err());
    }
}
