//! The store: what must outlive the program. One SQLite file per organization and destination tenant.
//!
//! What holds here:
//! - **One thread owns the connection.** Requests come in over a bounded channel and are answered one by one, in order.
//!   A reply to a writing request means that the change is on the disk (`synchronous = FULL`): only then may a screen
//!   say *decided*, and only then may a call be sent.
//! - **The journal is append-only.** Triggers in the file refuse any change of a line that was written.
//! - **What is read before the switch stays.** After [`Store::mark_switched`] nothing replaces a *before* reading.
//! - **Nobody else may write.** Folders are 0700, files 0600; a folder that others own or can write to is refused.
//! - **No secret ever comes in.** Tokens live in memory only, and no type of this room has a place for one.
//! - A failing request (full disk, another process holding the file) changes nothing and leaves the store usable.
//!
//! The rooms: where the file lies and who may touch it ([`place`]), the tables and their migrations ([`schema`]),
//! opening and checking (`open`), the thread (`desk`), what is kept ([`plan`], `acts`, [`journal`], [`readings`],
//! `found`, [`exports`], [`session`]), the lock of an apply run ([`lock`]), and private files of any kind ([`files`]).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::Problem;

mod acts;
mod desk;
pub mod error;
pub mod exports;
#[cfg(test)]
mod faults;
pub mod files;
mod found;
pub mod inspect;
pub mod journal;
pub mod lock;
mod open;
pub mod place;
pub mod plan;
pub mod readings;
pub mod schema;
pub mod session;
mod text;

pub use error::OpenError;
pub use exports::Export;
pub use files::{WriteError, write_private};
pub use lock::{ApplyLock, Claim, HeldBy, NotLocked};
pub use place::{FileSystem, Place};
pub use readings::{Reading, ReadingKind};
pub use session::Event;

use desk::{Desk, Failure, Writes};

/// A handle to the thread that owns the file. Cheap to clone; the thread ends when the last handle is gone.
#[derive(Debug, Clone)]
pub struct Store {
    desk: desk::Handle,
    about: Arc<About>,
}

/// What does not change while the store is open.
#[derive(Debug)]
struct About {
    path: PathBuf,
    read_only: bool,
    journal_mode: String,
    file_system: FileSystem,
    /// The lock, where it is held for as long as the store is open.
    held: lock::Held,
}

impl Store {
    /// Opens or makes the store at this place, brings it up to the present schema and checks it. Blocks.
    pub fn open(place: &Place) -> Result<Self, OpenError> {
        let (desk, about) = desk::start(place, Writes::Allowed)?;
        Ok(Self { desk, about: Arc::new(about) })
    }

    /// Opens what is there for reading: a read-only folder, a file of somebody's backup. Never makes or changes a file in
    /// a folder that is read-only. Blocks.
    pub fn open_read_only(place: &Place) -> Result<Self, OpenError> {
        let (desk, about) = desk::start(place, Writes::Refused)?;
        Ok(Self { desk, about: Arc::new(about) })
    }

    /// Opens as well as it goes: for writing, else for reading with the reason why not for writing, else not at all with
    /// the reason. Whoever has no store to write to shows the reason and refuses to decide, tick and apply. Blocks.
    pub fn open_best(place: &Place) -> (Option<Self>, Option<OpenError>) {
        match Self::open(place) {
            Ok(store) => (Some(store), None),
            Err(reason) if reason.is_still_readable() => match Self::open_read_only(place) {
                Ok(store) => (Some(store), Some(reason)),
                Err(OpenError::Missing { .. }) => (None, Some(reason)),
                Err(worse) => (None, Some(worse)),
            },
            Err(reason) => (None, Some(reason)),
        }
    }

    /// [`Store::open_best`], but for reading only while another instance has the plan open or is applying it; then with who
    /// that is as the reason. With [`Claim::Lasting`] this instance is the one from now on, until the store is closed. Blocks.
    pub fn open_claiming(place: &Place, claim: Claim) -> (Option<Self>, Option<OpenError>) {
        let (store, reason) = Self::open_best(place);
        let Some(open) = store.as_ref().filter(|store| !store.is_read_only()) else { return (store, reason) };
        let Some(holder) = open.claim(claim) else { return (store, reason) };
        let in_use = OpenError::InUse { path: open.path().to_path_buf(), holder };
        drop(store);
        match Self::open_read_only(place) {
            Ok(store) => (Some(store), Some(in_use)),
            Err(worse) => (None, Some(worse)),
        }
    }

    /// [`Store::open_claiming`] without blocking the runtime.
    pub async fn open_claiming_async(place: Place, claim: Claim) -> (Option<Self>, Option<OpenError>) {
        let path = place.path();
        tokio::task::spawn_blocking(move || Self::open_claiming(&place, claim)).await.unwrap_or_else(
            |ended| (None, Some(OpenError::Io { path, asked: "opening the store", said: ended.to_string() })),
        )
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.about.path
    }

    /// Whether every change is refused.
    pub fn is_read_only(&self) -> bool {
        self.about.read_only
    }

    /// SQLite's journal mode, `wal` or `delete`, for `doctor`.
    pub fn journal_mode(&self) -> &str {
        &self.about.journal_mode
    }

    /// What kind of file system the file lies on, for `doctor`.
    pub fn file_system(&self) -> &FileSystem {
        &self.about.file_system
    }

    /// Answers once everything that was asked before is on the disk.
    pub async fn flush(&self) -> Result<(), Problem> {
        self.read("waiting for the store", |_| Ok(())).await
    }

    /// [`Store::flush`] for a thread without a runtime, with an end to its patience. Also safe where the runtime is dying.
    pub fn flush_blocking(&self, timeout: Duration) -> Result<(), Problem> {
        self.desk.ask_blocking("waiting for the store", timeout, |_| Ok(()))
    }

    /// Writes everything into the main file and closes it. Other handles answer with a problem from then on. The file is
    /// complete without this call too; it only tidies up the `-wal` file.
    pub async fn close(self) -> Result<(), Problem> {
        self.desk.ask("closing the store", Desk::close).await
    }

    async fn read<T, F>(&self, asked: &'static str, job: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&rusqlite::Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    {
        self.desk.ask(asked, move |desk| desk.read(job)).await
    }

    async fn write<T, F>(&self, asked: &'static str, job: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&rusqlite::Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    {
        self.desk.ask(asked, move |desk| desk.write(job)).await
    }
}
