//! The terminal, lent to a command that asks something in it: a passphrase, a one-time code, a touch of a key.
//!
//! One command has it at a time. Where a screen is drawn on it, the screen is told first and steps aside; it has it back as soon
//! as the command has ended, however that ended.

use std::fmt;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, watch};

use crate::domain::signin::TerminalStep;
use crate::services::observer::{Observer, Traffic};

/// Whether commands may ask in the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TerminalUse {
    /// Nobody may use it now.
    #[default]
    Never,
    /// Nothing is drawn on it: a command may ask at once.
    Free,
    /// A screen is on it, and steps aside when it is told so.
    OnRequest,
}

/// How long a screen may take to step aside.
const PATIENCE: Duration = Duration::from_secs(30);

/// See the module.
pub(crate) struct Terminal {
    how: TerminalUse,
    observer: Observer,
    /// The number of the last request that the screen granted.
    lent: watch::Sender<u64>,
    /// The number of the last request; held by whoever has the terminal.
    turn: Mutex<u64>,
}

/// The terminal, while a command has it. The screen takes it back when this is dropped.
pub(crate) struct Lease<'a> {
    told: Option<&'a Observer>,
    _turn: MutexGuard<'a, u64>,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(observer) = self.told {
            observer.tell(Traffic::Terminal(TerminalStep::Returned));
        }
    }
}

impl Terminal {
    pub fn new(how: TerminalUse, observer: Observer) -> Self {
        Self { how, observer, lent: watch::Sender::new(0), turn: Mutex::new(0) }
    }

    /// Nobody may use it.
    pub fn never() -> Self {
        Self::new(TerminalUse::Never, Observer::none())
    }

    /// Waits for the terminal; the reason, in words, where there is none to be had.
    pub async fn borrow(&self, by: &str) -> Result<Lease<'_>, &'static str> {
        if self.how == TerminalUse::Never {
            return Err("there is no terminal for it here");
        }
        let mut turn = self.turn.lock().await;
        if self.how == TerminalUse::Free {
            return Ok(Lease { told: None, _turn: turn });
        }
        *turn += 1;
        let number = *turn;
        let mut lent = self.lent.subscribe();
        self.observer.tell(Traffic::Terminal(TerminalStep::Wanted { number, by: by.to_owned() }));
        // From here on the screen is told that it is over, whatever happens.
        let lease = Lease { told: Some(&self.observer), _turn: turn };
        match tokio::time::timeout(PATIENCE, lent.wait_for(|granted| *granted >= number)).await {
            Ok(Ok(_)) => Ok(lease),
            _ => Err("the screen did not step aside"),
        }
    }

    /// The screen has stepped aside for this request.
    pub fn lend(&self, number: u64) {
        self.lent.send_replace(number);
    }
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Terminal({:?})", self.how)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex as Lock};

    use super::*;

    #[tokio::test]
    async fn one_at_a_time_and_the_screen_has_it_back_after_each() {
        let told: Arc<Lock<Vec<Traffic>>> = Arc::default();
        let heard = Arc::clone(&told);
        let observer = Observer::new(move |traffic| heard.lock().unwrap().push(traffic));
        let terminal = Arc::new(Terminal::new(TerminalUse::OnRequest, observer));
        let names = || {
            let all = told.lock().unwrap();
            all.iter().map(|it| format!("{it:?}").contains("Wanted")).collect::<Vec<_>>()
        };
        let screen = Arc::clone(&terminal);
        let granting = tokio::spawn(async move {
            for number in 1..=2 {
                tokio::time::sleep(Duration::from_millis(20)).await;
                screen.lend(number);
            }
        });
        let (first, second) = tokio::join!(
            async { drop(terminal.borrow("pass").await.map_err(str::to_owned).unwrap()) },
            async { drop(terminal.borrow("pass").await.map_err(str::to_owned).unwrap()) }
        );
        granting.await.unwrap();
        assert_eq!((first, second), ((), ()));
        assert_eq!(names(), [true, false, true, false]);
    }

    #[tokio::test]
    async fn where_nobody_may_use_it_nobody_waits() {
        assert!(Terminal::never().borrow("pass").await.is_err());
        assert!(Terminal::new(TerminalUse::Free, Observer::none()).borrow("pass").await.is_ok());
    }
}
