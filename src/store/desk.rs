//! The thread that owns the connection: takes requests in order, answers each once.

use std::path::{Path, PathBuf};
use std::sync::mpsc as std_mpsc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::error::{OpenError, remedy_for};
use super::place::Place;
use super::{About, open};
use crate::domain::Problem;

/// So many requests may wait; then the askers wait.
const WAITING: usize = 64;

/// How often a blocking asker looks whether there is room in the queue.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

type Job = Box<dyn FnOnce(&mut Desk) + Send>;

/// Whether a connection may change the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writes {
    Allowed,
    Refused,
}

/// Why a request failed, before it is put into words with path and purpose.
#[derive(Debug)]
pub(super) enum Failure {
    Sqlite(rusqlite::Error),
    /// Something in the file does not read as what it must be.
    Unreadable {
        what: String,
        said: String,
    },
    /// A rule of this room says no.
    Refused {
        said: String,
        remedy: String,
    },
    Closed,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Failure {
    fn into_problem(self, asked: &str, path: &Path) -> Problem {
        let file = super::text::shown(path);
        let asked = format!("{asked} ({file})");
        match self {
            Self::Sqlite(error) => {
                let (said, remedy) = remedy_for(&error, path);
                Problem::local(asked, said, remedy)
            }
            Self::Unreadable { what, said } => Problem::local(
                asked,
                format!("{what} cannot be read: {said}"),
                "The file was changed by something else than this program. Restore it from a backup, or move it aside \
                 and import an exported plan.",
            ),
            Self::Refused { said, remedy } => {
                Problem::local(asked, crate::domain::text::clean(&said), remedy)
            }
            Self::Closed => Problem::local(asked, "the store is closed", "Start the program again."),
        }
    }
}

/// What the thread holds.
pub(super) struct Desk {
    connection: Option<Connection>,
    path: PathBuf,
    /// Names this connection in the journal, so that lines of other processes can be told apart.
    pub(super) writer: String,
    /// The newest journal line that the holder of this store knows about.
    pub(super) seen: i64,
    /// The run of apply that wrote the latest line of this connection.
    pub(super) run: Option<String>,
}

impl Desk {
    /// Runs a job on one consistent state of the file.
    pub(super) fn read<T>(
        &mut self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let connection = self.connection.as_mut().ok_or(Failure::Closed)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
        job(&transaction)
    }

    /// Runs a job that changes the file: all of it, or nothing. Returns once it is on the disk.
    pub(super) fn write<T>(
        &mut self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let connection = self.connection.as_mut().ok_or(Failure::Closed)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = job(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    pub(super) fn close(&mut self) -> Result<(), Failure> {
        match self.connection.take() {
            Some(connection) => connection.close().map_err(|(_, error)| error.into()),
            None => Ok(()),
        }
    }

    #[cfg(test)]
    pub(super) fn connection(&mut self) -> Result<&mut Connection, Failure> {
        self.connection.as_mut().ok_or(Failure::Closed)
    }
}

/// The way to the thread.
#[derive(Debug, Clone)]
pub(super) struct Handle {
    jobs: mpsc::Sender<Job>,
    path: PathBuf,
}

impl Handle {
    /// Asks, and waits for the answer. What was taken into the queue is done even if nobody waits any more.
    pub(super) async fn ask<T, F>(&self, asked: &'static str, job: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut Desk) -> Result<T, Failure> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let request: Job = Box::new(move |desk| {
            // Nobody waits for the answer any more: the work is done all the same.
            let _ = answer.send(job(desk));
        });
        let result = match self.jobs.send(request).await {
            Ok(()) => answered.await.unwrap_or(Err(Failure::Closed)),
            Err(_) => Err(Failure::Closed),
        };
        result.map_err(|failure| failure.into_problem(asked, &self.path))
    }

    /// Asks from a plain thread, and gives up after `timeout`. Giving up does not take back what was asked.
    pub(super) fn ask_blocking<T, F>(
        &self,
        asked: &'static str,
        timeout: Duration,
        job: F,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut Desk) -> Result<T, Failure> + Send + 'static,
    {
        let end = Instant::now() + timeout;
        let (answer, answered) = std_mpsc::channel();
        let mut request: Job = Box::new(move |desk| {
            let _ = answer.send(job(desk));
        });
        let late = || Failure::Refused {
            said: format!("no answer within {} ms", timeout.as_millis()),
            remedy: "The disk may be slow or gone; what was asked may still be written.".to_owned(),
        };
        let result = loop {
            match self.jobs.try_send(request) {
                Ok(()) => {
                    let left = end.saturating_duration_since(Instant::now());
                    break match answered.recv_timeout(left) {
                        Ok(result) => result,
                        Err(std_mpsc::RecvTimeoutError::Timeout) => Err(late()),
                        Err(std_mpsc::RecvTimeoutError::Disconnected) => Err(Failure::Closed),
                    };
                }
                Err(mpsc::error::TrySendError::Closed(_)) => break Err(Failure::Closed),
                Err(mpsc::error::TrySendError::Full(back)) if Instant::now() < end => {
                    request = back;
                    std::thread::sleep(LOOK_AGAIN);
                }
                Err(mpsc::error::TrySendError::Full(_)) => break Err(late()),
            }
        };
        result.map_err(|failure| failure.into_problem(asked, &self.path))
    }
}

/// Starts the thread and waits until the file is open, or is refused.
pub(super) fn start(place: &Place, writes: Writes) -> Result<(Handle, About), OpenError> {
    let (jobs, mut queue) = mpsc::channel::<Job>(WAITING);
    let (ready, opened) = std_mpsc::channel();
    let wanted = place.clone();
    let no_thread =
        |said: String| OpenError::Io { path: place.path(), asked: "starting the store's thread", said };
    std::thread::Builder::new()
        .name("store".to_owned())
        .spawn(move || {
            let (connection, about) = match open::open(&wanted, writes) {
                Ok(opened) => opened,
                Err(error) => {
                    let _ = ready.send(Err(error));
                    return;
                }
            };
            let seen = super::journal::newest(&connection).unwrap_or(0);
            let mut desk = Desk {
                connection: Some(connection),
                path: about.path.clone(),
                writer: format!("{}-{:016x}", std::process::id(), fastrand::u64(..)),
                seen,
                run: None,
            };
            tracing::debug!(path = %desk.path.display(), mode = %about.journal_mode, "store opened");
            if ready.send(Ok(about)).is_err() {
                return;
            }
            while let Some(job) = queue.blocking_recv() {
                job(&mut desk);
            }
            if desk.close().is_err() {
                tracing::warn!(path = %desk.path.display(), "the store could not be closed tidily");
            }
        })
        .map_err(|error| no_thread(error.to_string()))?;
    let about = opened.recv().map_err(|error| no_thread(error.to_string()))??;
    Ok((Handle { jobs, path: about.path.clone() }, about))
}
