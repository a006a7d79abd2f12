//! One instance at a time for each store, over all processes.
//!
//! The lock is the system's (`flock`), on a file of its own beside the database: it goes away with the process that held
//! it, so a killed run leaves no stale lock behind. Who holds it is written inside, as information only. A dashboard holds it
//! for as long as it is open, a command for as long as it applies; whoever comes second opens the store for reading only.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use super::text::shown;
use super::{About, Store};
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
                format!("another instance is applying this plan, or has it open: {holder}"),
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

/// How long an instance wants to be the only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// A command: it only must not come in while another instance is there.
    Passing,
    /// A dashboard: for as long as the store is open.
    Lasting,
}

/// The lock of a store that holds it for as long as it is open.
#[derive(Debug, Default)]
pub(super) struct Held {
    lock: Mutex<Option<Locked>>,
    /// Whether an apply run of this process is under way.
    applying: AtomicBool,
}

/// The right to apply; given back when dropped.
#[derive(Debug)]
pub struct ApplyLock {
    /// `None`: the store itself holds the lock, and only says that nobody applies any more.
    own: Option<Locked>,
    about: Arc<About>,
}

impl Drop for ApplyLock {
    fn drop(&mut self) {
        drop(self.own.take());
        self.about.held.applying.store(false, Ordering::SeqCst);
    }
}

/// The locked file; unlocked when dropped.
#[derive(Debug)]
struct Locked(File);

impl Drop for Locked {
    fn drop(&mut self) {
        // The file stays: deleting it would let two processes lock two different files of one name.
        let _ = self.0.set_len(0);
        let _ = self.0.unlock();
    }
}

/// Another instance looks for a moment only, with a shared lock; so long is waited for it.
const LOOKS: [Duration; 3] = [Duration::from_millis(5), Duration::from_millis(20), Duration::from_millis(60)];

impl Store {
    /// Takes the lock of an apply run, or says who has it. Waits for nobody who means to keep it.
    pub fn try_lock_apply(&self) -> Result<ApplyLock, NotLocked> {
        let path = self.lock_path();
        if self.is_read_only() {
            return Err(failed(&path, "the store is open for reading only"));
        }
        if self.about.held.applying.swap(true, Ordering::SeqCst) {
            return Err(NotLocked::Held(us()));
        }
        // From here on dropping the lock says that nobody applies.
        let mut apply = ApplyLock { own: None, about: Arc::clone(&self.about) };
        if self.holds().is_none() {
            apply.own = Some(lock(&path, &us())?);
        }
        Ok(apply)
    }

    /// Makes this instance the only one, or asks whether there is another. Gives the other one.
    pub(super) fn claim(&self, claim: Claim) -> Option<HeldBy> {
        let path = self.lock_path();
        let found = match claim {
            Claim::Passing => look(&path).map(|()| None),
            Claim::Lasting => lock(&path, &us()).map(Some),
        };
        match found {
            Ok(locked) => {
                *self.about.held.lock.lock().unwrap_or_else(PoisonError::into_inner) = locked;
                None
            }
            Err(NotLocked::Held(holder)) => Some(holder),
            Err(NotLocked::Failed(problem)) => {
                // Nothing is known about others; an apply run refuses by itself where there is no lock.
                tracing::warn!(%problem, "other instances cannot be looked for");
                None
            }
        }
    }

    fn lock_path(&self) -> PathBuf {
        let mut name = self.path().as_os_str().to_owned();
        name.push(".lock");
        PathBuf::from(name)
    }

    fn holds(&self) -> Option<()> {
        self.about.held.lock.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|_| ())
    }
}

fn failed(path: &Path, said: &str) -> NotLocked {
    NotLocked::Failed(Problem::local(
        format!("locking the plan for an apply run ({})", shown(path)),
        clean(said),
        "Look at the permissions of this file and its folder, then try again.",
    ))
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
}

/// Who holds the lock of the store at this path, without making a lock file where there is none.
pub(super) fn held_by(store: &Path) -> Option<HeldBy> {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    path.symlink_metadata().ok()?;
    match look(&path) {
        Err(NotLocked::Held(holder)) => Some(holder),
        _ => None,
    }
}

/// Whether somebody holds the lock.
fn look(path: &Path) -> Result<(), NotLocked> {
    let mut file = open(path).map_err(|error| failed(path, &error.to_string()))?;
    match file.try_lock_shared() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(NotLocked::Held(holder(&mut file))),
        Err(TryLockError::Error(error)) => Err(failed(path, &error.to_string())),
    }
}

fn lock(path: &Path, us: &HeldBy) -> Result<Locked, NotLocked> {
    let io = |error: &dyn std::fmt::Display| failed(path, &error.to_string());
    let mut file = open(path).map_err(|error| io(&error))?;
    let mut looks = LOOKS.into_iter();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => match looks.next() {
                Some(pause) => std::thread::sleep(pause),
                None => return Err(NotLocked::Held(holder(&mut file))),
            },
            Err(TryLockError::Error(error)) => return Err(io(&error)),
        }
    }
    let words = serde_json::to_vec(us).map_err(|error| io(&error))?;
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(&words));
    if let Err(error) = written {
        // The lock holds all the same; only the information about us is missing.
        tracing::warn!(%error, "the lock file could not be written");
    }
    Ok(Locked(file))
}

/// What the holder wrote; empty if it cannot be read.
fn holder(file: &mut File) -> HeldBy {
    let mut words = String::new();
    let read = file.take(4096).read_to_string(&mut words);
    read.ok().and_then(|_| serde_json::from_str(&words).ok()).unwrap_or_default()
}

/// Account of the machine, and the machine: `adele@jumphost`.
pub(super) fn login() -> String {
    let us = us();
    format!("{}@{}", clean_to(&us.who, 64), clean_to(&us.host, 64))
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
