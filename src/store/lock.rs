//! One apply run at a time for each store, over all processes.
//!
//! The lock is the system's (`flock`), on a file of its own beside the database: it goes away with the process that held
//! it, so a killed run leaves no stale lock behind. Who holds it is written inside, as information only.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use jiff::Timestamp;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use super::Store;
use super::text::shown;
use crate::domain::Problem;
use crate::domain::text::{clean, clean_to};

/// Who holds the lock, as that process wrote it down. Information only: nothing is decided by it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HeldBy {
    /// The account's name.
    pub who: String,
    /// The machine's name.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// Since when.
    pub since: Option<Timestamp>,
}

impl std::fmt::Display for HeldBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.pid == 0 {
            return f.write_str("another process that did not say who it is");
        }
        let who = clean_to(&self.who, 64);
        let host = clean_to(&self.host, 64);
        write!(f, "process {} of {who} on {host}", self.pid)?;
        match self.since {
            Some(since) => write!(f, ", since {since}"),
            None => Ok(()),
        }
    }
}

/// Why there is no lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotLocked {
    /// Another instance is applying. A refusal for safety (exit code 5).
    Held(HeldBy),
    /// The lock file could not be made or locked.
    Failed(Problem),
}

impl NotLocked {
    /// Refused for safety: exit code 5.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Held(_))
    }

    /// The same as a [`Problem`].
    pub fn problem(&self) -> Problem {
        match self {
            Self::Held(holder) => Problem::local(
                "locking the plan for an apply run",
                format!("another instance is applying this plan: {holder}"),
                "Wait until it is done, or end it; nothing is sent twice.",
            ),
            Self::Failed(problem) => problem.clone(),
        }
    }
}

impl std::fmt::Display for NotLocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.problem().fmt(f)
    }
}

impl std::error::Error for NotLocked {}

/// The right to apply; given back when dropped.
#[derive(Debug)]
pub struct ApplyLock {
    file: File,
}

impl Drop for ApplyLock {
    fn drop(&mut self) {
        // The file stays: deleting it would let two processes lock two different files of one name.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

impl Store {
    /// Takes the lock of an apply run, or says who has it. Does not wait.
    pub fn try_lock_apply(&self) -> Result<ApplyLock, NotLocked> {
        let mut name = self.path().as_os_str().to_owned();
        name.push(".lock");
        let path = Path::new(&name);
        if self.is_read_only() {
            return Err(failed(path, "the store is open for reading only"));
        }
        lock(path, &us())
    }
}

fn failed(path: &Path, said: &str) -> NotLocked {
    NotLocked::Failed(Problem::local(
        format!("locking the plan for an apply run ({})", shown(path)),
        clean(said),
        "Look at the permissions of this file and its folder, then try again.",
    ))
}

fn lock(path: &Path, us: &HeldBy) -> Result<ApplyLock, NotLocked> {
    let io = |error: &dyn std::fmt::Display| failed(path, &error.to_string());
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
        .map_err(|error| io(&error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(NotLocked::Held(holder(&mut file))),
        Err(TryLockError::Error(error)) => return Err(io(&error)),
    }
    let words = serde_json::to_vec(us).map_err(|error| io(&error))?;
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(&words));
    if let Err(error) = written {
        // The lock holds all the same; only the information about us is missing.
        tracing::warn!(%error, "the lock file could not be written");
    }
    Ok(ApplyLock { file })
}

/// What the holder wrote; empty if it cannot be read.
fn holder(file: &mut File) -> HeldBy {
    let mut words = String::new();
    let read = file.take(4096).read_to_string(&mut words);
    read.ok().and_then(|_| serde_json::from_str(&words).ok()).unwrap_or_default()
}

fn us() -> HeldBy {
    let first_line = |path: &str| {
        std::fs::read_to_string(path).ok().and_then(|text| text.lines().next().map(str::to_owned))
    };
    let user_id = rustix::process::geteuid().as_raw();
    HeldBy {
        who: std::env::var("USER")
            .ok()
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| format!("user {user_id}")),
        host: first_line("/proc/sys/kernel/hostname")
            .or_else(|| first_line("/etc/hostname"))
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| "this machine".to_owned()),
        pid: std::process::id(),
        since: Some(Timestamp::now()),
    }
}
