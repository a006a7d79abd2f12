//! Whether anybody looks at the screen, as far as the terminal tells (focus reporting), and which services asked to wait: what
//! the pollers slow down for.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::Service;
use crate::services::Traffic;

/// Since when nobody looks; `None` while somebody may.
#[derive(Debug)]
pub(super) struct Attention(watch::Sender<Option<Instant>>);

impl Default for Attention {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Attention {
    /// The terminal has, or has lost, the focus.
    pub(super) fn set(&self, looks: bool) {
        self.0.send_if_modified(|since| {
            let changes = looks == since.is_some();
            if changes {
                *since = (!looks).then(Instant::now);
            }
            changes
        });
    }

    /// To hear of changes.
    pub(super) fn listen(&self) -> watch::Receiver<Option<Instant>> {
        self.0.subscribe()
    }
}

/// For how long nobody has looked.
pub(super) fn hidden(since: Option<Instant>) -> Option<Duration> {
    since.map(|since| since.elapsed())
}

/// Until when each service asked not to be asked.
#[derive(Debug, Default)]
pub(super) struct Closed(Mutex<BTreeMap<Service, Timestamp>>);

impl Closed {
    /// Takes in what happened on the wire.
    pub(super) fn hear(&self, traffic: &Traffic) {
        if let Traffic::Waiting { service, until } = traffic {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(*service, *until);
        }
    }

    /// How long the service still wants to be left alone.
    pub(super) fn left(&self, service: Service, now: Timestamp) -> Option<Duration> {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&service)?;
        Duration::try_from(until.duration_since(now)).ok().filter(|left| !left.is_zero())
    }
}
