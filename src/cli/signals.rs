//! SIGINT, SIGTERM and SIGHUP end a command with the codes of the contract.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::exit::{Exit, Failure};

/// How long a command that is sending may take to come to rest after a signal. A call that takes longer is on record: the
/// next run reads what became of it before anything is sent again.
const REST: Duration = Duration::from_millis(800);

/// The three signals.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Takes the signals over. Inside a tokio runtime.
    pub fn take() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The next one, as the code with which the program ends.
    pub async fn next(&mut self) -> Exit {
        tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
            _ = self.hang_up.recv() => Exit::HungUp,
        }
    }
}

/// How a command hears that it is to stop. Commands that never say that they are busy are dropped where they wait, which
/// leaves nothing half-done; one that is busy gets a moment to come to rest.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    asked: CancellationToken,
    busy: Arc<AtomicBool>,
    sending: Arc<AtomicBool>,
}

/// Said where a call did not come back in time.
const UNDER_WAY: &str = "Ended while a call was under way. It is on record, and so is everything before it; `ado2entra apply` \
                         reads first what became of it, and sends nothing twice";

impl Stop {
    /// From now on a signal waits for this command, while it tidies up.
    pub fn tidying(&self) {
        self.busy.store(true, Ordering::SeqCst);
    }

    /// From now on a signal waits for the call that is under way.
    pub fn busy(&self) {
        self.tidying();
        self.sending.store(true, Ordering::SeqCst);
    }

    /// Returns when a signal came.
    pub async fn asked(&self) {
        self.asked.cancelled().await;
    }

    /// Runs the future to its end or to a signal.
    pub async fn run_until_signal(
        &self,
        work: impl Future<Output = Result<Exit, Failure>>,
    ) -> Result<Exit, Failure> {
        let mut signals = Signals::take()
            .map_err(|error| Failure::new(Exit::No, format!("signals cannot be heard: {error}")))?;
        tokio::pin!(work);
        let signal = tokio::select! {
            result = &mut work => return result,
            signal = signals.next() => signal,
        };
        self.asked.cancel();
        if self.busy.load(Ordering::SeqCst) {
            let at_rest = tokio::select! {
                _ = &mut work => true,
                _ = signals.next() => false,
                () = tokio::time::sleep(REST) => false,
            };
            if !at_rest && self.sending.load(Ordering::SeqCst) {
                return Err(Failure::new(signal, UNDER_WAY));
            }
        }
        Ok(signal)
    }
}
