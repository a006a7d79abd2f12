//! A change of what backs the organization is announced after two equal readings: one odd answer of a proxy or of a server that
//! is behind must not turn the screen.

use super::Backing;

/// What one reading meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observation {
    /// As announced before, or nothing could be read.
    Unchanged,
    /// Something new, seen once: wait for the next reading.
    Maybe(Backing),
    /// Seen twice for the first time in this session.
    First(Backing),
    /// Seen twice: it changed.
    Changed {
        /// What was announced before.
        from: Backing,
        /// What holds now.
        to: Backing,
    },
}

/// Counts readings until two in a row are equal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TwoReadings {
    announced: Option<Backing>,
    seen_once: Option<Backing>,
}

impl TwoReadings {
    /// Begins with what an earlier session announced.
    pub fn starting_at(announced: Option<Backing>) -> Self {
        Self { announced, seen_once: None }
    }

    /// What was announced last.
    pub fn announced(&self) -> Option<Backing> {
        self.announced
    }

    /// Takes a reading; `None` for one that failed or contradicted itself, which interrupts a count of two.
    pub fn observe(&mut self, reading: Option<Backing>) -> Observation {
        let Some(reading) = reading else {
            self.seen_once = None;
            return Observation::Unchanged;
        };
        if self.announced == Some(reading) {
            self.seen_once = None;
            return Observation::Unchanged;
        }
        if self.seen_once != Some(reading) {
            self.seen_once = Some(reading);
            return Observation::Maybe(reading);
        }
        self.seen_once = None;
        match self.announced.replace(reading) {
            Some(from) => Observation::Changed { from, to: reading },
            None => Observation::First(reading),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::fixtures::tenant;

    #[test]
    fn a_change_is_announced_after_two_equal_readings_in_a_row() {
        let msa = Backing::MicrosoftAccounts;
        let there = Backing::Tenant(tenant(1));
        let other = Backing::Tenant(tenant(3));
        let mut readings = TwoReadings::default();
        let mut see = |reading| readings.observe(reading);
        assert_eq!(see(Some(msa)), Observation::Maybe(msa));
        assert_eq!(see(Some(msa)), Observation::First(msa));
        assert_eq!(see(Some(msa)), Observation::Unchanged);
        assert_eq!(see(Some(there)), Observation::Maybe(there));
        assert_eq!(see(Some(msa)), Observation::Unchanged, "one odd answer");
        assert_eq!(see(Some(there)), Observation::Maybe(there));
        assert_eq!(see(None), Observation::Unchanged);
        assert_eq!(see(Some(there)), Observation::Maybe(there), "a failed reading interrupts");
        assert_eq!(see(Some(other)), Observation::Maybe(other), "two that differ are not two equal ones");
        assert_eq!(see(Some(there)), Observation::Maybe(there));
        assert_eq!(see(Some(there)), Observation::Changed { from: msa, to: there });
        assert_eq!(readings.announced(), Some(there));
    }

    #[test]
    fn an_earlier_session_is_remembered() {
        let mut readings = TwoReadings::starting_at(Some(Backing::MicrosoftAccounts));
        let there = Backing::Tenant(tenant(1));
        readings.observe(Some(there));
        assert_eq!(
            readings.observe(Some(there)),
            Observation::Changed { from: Backing::MicrosoftAccounts, to: there }
        );
    }
}
