//! Whose turn it is inside of this program: what is looked at quietly gives way to whatever an administrator asked for. Against
//! other processes the lock of the store counts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::{Mutex as Turn, MutexGuard};
use tokio_util::sync::CancellationToken;

/// See the module.
#[derive(Debug, Default)]
pub(in crate::tasks) struct Turns {
    turn: Turn<()>,
    /// How many have asked for the turn, or have it.
    wanted: AtomicUsize,
    /// Ends the quiet look that is under way.
    way: Mutex<CancellationToken>,
}

/// The turn of a run; given back when dropped.
#[derive(Debug)]
pub(super) struct Mine<'a> {
    turns: &'a Turns,
    _turn: MutexGuard<'a, ()>,
}

impl Drop for Mine<'_> {
    fn drop(&mut self) {
        self.turns.wanted.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The turn of a quiet look, and who wants it back.
#[derive(Debug)]
pub(super) struct Quiet<'a> {
    pub(super) give_way: CancellationToken,
    _turn: MutexGuard<'a, ()>,
}

impl Turns {
    /// Waits for the turn, and ends a quiet look that has it.
    pub(super) async fn mine(&self) -> Mine<'_> {
        self.wanted.fetch_add(1, Ordering::SeqCst);
        self.way.lock().unwrap_or_else(PoisonError::into_inner).cancel();
        Mine { turns: self, _turn: self.turn.lock().await }
    }

    /// The turn, where nobody else has it or wants it.
    pub(super) fn quiet(&self) -> Option<Quiet<'_>> {
        let turn = self.turn.try_lock().ok()?;
        let give_way = CancellationToken::new();
        *self.way.lock().unwrap_or_else(PoisonError::into_inner) = give_way.clone();
        // Whoever asked before the token was there waits for the turn.
        (self.wanted.load(Ordering::SeqCst) == 0).then_some(Quiet { give_way, _turn: turn })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_quiet_look_gives_way_and_never_waits() {
        let turns = Turns::default();
        let quiet = turns.quiet().unwrap();
        assert!(turns.quiet().is_none());
        let (mine, ()) = tokio::join!(turns.mine(), async {
            quiet.give_way.cancelled().await;
            drop(quiet);
        });
        assert!(turns.quiet().is_none(), "somebody runs");
        drop(mine);
        assert!(!turns.quiet().unwrap().give_way.is_cancelled());
    }
}
