//! How many rows are under way at a time: never more than configured, fewer while the service slows down, more again once it
//! does not. Halved at each sign of strain, one more after some rows that went well.

use std::time::Duration;

/// See the module.
#[derive(Debug, Clone)]
pub struct Governor {
    most: usize,
    allowed: usize,
    well: usize,
    /// The quickest a row's requests were on the average, in milliseconds: what is usual here.
    usual: Option<u64>,
}

/// How many rows have to go well for each place that is under way, before one more is tried.
const PATIENCE: usize = 3;
/// An answer that takes so many times as long as usual is a sign of strain, from [`SLOW`] on.
const TIMES: u64 = 4;
const SLOW: u64 = 2_000;

impl Governor {
    /// At most so many at a time.
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { most, allowed: most, well: 0, usual: None }
    }

    /// How many may be under way now.
    pub fn allowed(&self) -> usize {
        self.allowed
    }

    /// Whether fewer are under way than configured.
    pub fn is_slowed(&self) -> bool {
        self.allowed < self.most
    }

    /// The service asked to wait, delayed an answer on purpose, or is near its limit.
    pub fn strained(&mut self) {
        self.allowed = (self.allowed / 2).max(1);
        self.well = 0;
    }

    /// A row is through, and its requests took so long on the average; `None` where that was not measured.
    pub fn finished(&mut self, answer: Option<Duration>) {
        if let Some(millis) = answer.and_then(|span| u64::try_from(span.as_millis()).ok()) {
            let usual = self.usual.get_or_insert(millis);
            *usual = millis.min(*usual);
            if millis >= SLOW && millis >= usual.saturating_mul(TIMES) {
                self.strained();
                return;
            }
        }
        self.well += 1;
        if self.well >= self.allowed * PATIENCE && self.allowed < self.most {
            self.allowed += 1;
            self.well = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strain_halves_and_what_goes_well_grows_back_to_what_is_configured() {
        let mut governor = Governor::new(8);
        governor.strained();
        assert_eq!(governor.allowed(), 4);
        for _ in 0..5 {
            governor.strained();
        }
        assert_eq!(governor.allowed(), 1, "one at a time always goes");
        let mut rows = 0;
        while governor.is_slowed() {
            governor.finished(Some(Duration::from_millis(90)));
            rows += 1;
        }
        assert_eq!((governor.allowed(), rows), (8, 3 * (1 + 2 + 3 + 4 + 5 + 6 + 7)));
        governor.finished(None);
        assert_eq!(governor.allowed(), 8);
    }

    #[test]
    fn answers_that_take_much_longer_than_usual_are_strain() {
        let mut governor = Governor::new(4);
        governor.finished(Some(Duration::from_millis(100)));
        governor.finished(Some(Duration::from_millis(900)));
        assert_eq!(governor.allowed(), 4, "longer, and still quick");
        governor.finished(Some(Duration::from_millis(2_500)));
        assert_eq!(governor.allowed(), 2);
        let mut slow = Governor::new(4);
        slow.finished(Some(Duration::from_millis(2_500)));
        slow.finished(Some(Duration::from_millis(2_600)));
        assert_eq!(slow.allowed(), 4, "a service that is always slow is not under strain");
    }
}
