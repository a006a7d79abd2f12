//! When to stop. A wrong assumption must cost one person's row, not everybody's.

use crate::domain::plan::{PlanRow, RowState};
use crate::domain::{Problem, ProblemKind};

/// Counts failures in a row.
#[derive(Debug)]
pub struct Brakes {
    stop_after: u32,
    in_a_row: u32,
}

impl Brakes {
    /// Stops after so many failures in a row.
    pub fn new(stop_after: u32) -> Self {
        Self { stop_after: stop_after.max(1), in_a_row: 0 }
    }

    /// Takes in how a row ended. An unknown outcome counts as a failure: something is not as it should be.
    pub fn after(&mut self, row: &PlanRow) -> Result<(), Problem> {
        match row.state {
            RowState::Failed | RowState::Unknown => self.in_a_row += 1,
            RowState::Verified | RowState::Applied => self.in_a_row = 0,
            // Refused and skipped rows were not sent; they say nothing about the service.
            _ => {}
        }
        if self.in_a_row >= self.stop_after {
            return Err(Problem {
                kind: ProblemKind::Refused,
                ..Problem::local(
                    "applying the plan",
                    format!(
                        "{} failures in a row; the last: {}",
                        self.in_a_row,
                        row.error.as_deref().unwrap_or("no reason given")
                    ),
                    "Nothing more was sent. Mend the reason, then apply again: verified rows are not sent twice.",
                )
            });
        }
        Ok(())
    }

    /// The canary decides whether others follow: it must not fail.
    pub fn after_canary(&mut self, row: &PlanRow) -> Result<(), Problem> {
        match row.state {
            RowState::Failed | RowState::Unknown | RowState::Applied => Err(Problem {
                kind: ProblemKind::Refused,
                ..Problem::local(
                    "applying the plan",
                    format!(
                        "the first person was not verified: {}",
                        row.error
                            .as_deref()
                            .unwrap_or("the service took the call, but reading back does not show it yet")
                    ),
                    "Nobody else was touched. Wait a few minutes, verify again (`v`, or `apply --verify`), then apply again.",
                )
            }),
            _ => Ok(()),
        }
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

    #[test]
    fn nobody_follows_a_canary_that_is_not_verified() {
        let mut brakes = Brakes::new(3);
        for state in [RowState::Failed, RowState::Unknown, RowState::Applied] {
            assert!(brakes.after_canary(&row(state)).is_err());
        }
        assert!(brakes.after_canary(&row(RowState::Verified)).is_ok());
        assert!(brakes.after_canary(&row(RowState::Refused)).is_ok(), "the next one becomes the canary");
    }
}
