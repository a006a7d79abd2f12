//! Why a store does not open, each with what was tried, what happened and what to do.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::lock::HeldBy;
use super::text::shown;
use crate::domain::Problem;
use crate::domain::text::clean;

/// Why a store could not be opened. The file was not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenError {
    /// Somebody else owns the folder or the file, or can write to it. A refusal for safety (exit code 5).
    NotPrivate {
        /// The folder or file.
        path: PathBuf,
        /// Who can do what.
        said: String,
        /// What to do.
        remedy: String,
    },
    /// A link stands where the file should be; links are not followed. A refusal for safety (exit code 5).
    Link {
        /// The link.
        path: PathBuf,
    },
    /// The folder, the file or the whole file system is read-only: [`super::Store::open_read_only`] still shows what is there.
    ReadOnly {
        /// The folder or file.
        path: PathBuf,
    },
    /// The folder or the file could not be made.
    NotWritable {
        /// The folder or file.
        path: PathBuf,
        /// What happened.
        said: String,
    },
    /// There is no store yet, and nothing may be written.
    Missing {
        /// Where it would be.
        path: PathBuf,
    },
    /// A newer version of this program has written it.
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// The schema version in the file.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// An earlier version has written it, and it cannot be brought up to date because nothing may be written.
    OlderVersion {
        /// The file.
        path: PathBuf,
        /// The schema version in the file.
        found: i64,
        /// The one that is needed.
        known: i64,
    },
    /// It is an SQLite file of another program.
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// It belongs to another organization or tenant: the file was moved or copied here.
    OtherPlan {
        /// The file.
        path: PathBuf,
        /// Whose plan it is, `organization, tenant`.
        holds: String,
    },
    /// It is damaged. It was left as it is.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the check found.
        said: String,
    },
    /// Another process holds it.
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// Another instance of this program has the plan open, or is applying it. A refusal for safety (exit code 5); what is
    /// stored can be read.
    InUse {
        /// The file.
        path: PathBuf,
        /// Who, as that process wrote it down.
        holder: HeldBy,
    },
    /// There is no room on the disk.
    Full {
        /// The file.
        path: PathBuf,
    },
    /// Anything else that the system answered.
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        asked: &'static str,
        /// What the system said.
        said: String,
    },
}

impl OpenError {
    /// The folder or file in question.
    pub fn path(&self) -> &Path {
        match self {
            Self::NotPrivate { path, .. }
            | Self::Link { path }
            | Self::ReadOnly { path }
            | Self::NotWritable { path, .. }
            | Self::Missing { path }
            | Self::NewerVersion { path, .. }
            | Self::OlderVersion { path, .. }
            | Self::NotAStore { path }
            | Self::OtherPlan { path, .. }
            | Self::Damaged { path, .. }
            | Self::Busy { path }
            | Self::InUse { path, .. }
            | Self::Full { path }
            | Self::Io { path, .. } => path,
        }
    }

    /// Refused for safety: a state directory (or file) that others own or can write to, or a link. Exit code 5.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::NotPrivate { .. } | Self::Link { .. } | Self::InUse { .. })
    }

    /// Whether opening for reading may still work.
    pub fn is_still_readable(&self) -> bool {
        matches!(self, Self::ReadOnly { .. } | Self::Full { .. } | Self::InUse { .. })
    }

    fn said(&self) -> String {
        match self {
            Self::NotPrivate { said, .. } | Self::NotWritable { said, .. } | Self::Io { said, .. } => {
                said.clone()
            }
            Self::Link { .. } => "a link stands here, and links are not followed".to_owned(),
            Self::ReadOnly { .. } => "it is read-only".to_owned(),
            Self::Missing { .. } => "there is no store yet".to_owned(),
            Self::NewerVersion { found, known, .. } => {
                format!(
                    "a newer version of this program wrote it (version {found} of the file, known up to {known})"
                )
            }
            Self::OlderVersion { found, known, .. } => format!(
                "an earlier version of this program wrote it (version {found} of the file, {known} is needed), and it \
                 cannot be brought up to date because nothing may be written"
            ),
            Self::NotAStore { .. } => "it is a database of another program".to_owned(),
            Self::OtherPlan { holds, .. } => format!("it holds the plan of {holds}"),
            Self::Damaged { said, .. } => format!("it is damaged: {said}"),
            Self::Busy { .. } => "another process holds it".to_owned(),
            Self::InUse { holder, .. } => {
                format!(
                    "open for reading only: another instance is applying this plan, or has it open: {holder}"
                )
            }
            Self::Full { .. } => "the disk is full".to_owned(),
        }
    }

    fn remedy(&self) -> String {
        let path = shown(self.path());
        match self {
            Self::NotPrivate { remedy, .. } => remedy.clone(),
            Self::Link { .. } => {
                "Put the file itself in its place, or name another state directory in the configuration ([state] \
                 directory)."
                    .to_owned()
            }
            Self::ReadOnly { .. } => {
                "What is already stored can be shown. To decide, tick or apply make it writable for you, or name another \
                 state directory in the configuration ([state] directory)."
                    .to_owned()
            }
            Self::NotWritable { .. } => {
                "Make the folder writable for you, or name another state directory in the configuration ([state] \
                 directory)."
                    .to_owned()
            }
            Self::Missing { .. } => "Start once with a state directory that you can write to.".to_owned(),
            Self::NewerVersion { .. } => {
                "Use that newer version. The file was left as it is; without it you can read, but not decide, tick or \
                 apply."
                    .to_owned()
            }
            Self::OlderVersion { .. } => {
                "Copy it to a folder that you can write to, and name that folder in the configuration ([state] \
                 directory)."
                    .to_owned()
            }
            Self::NotAStore { .. } | Self::OtherPlan { .. } => {
                format!("The file was left as it is. Move it away from {path} and start again.")
            }
            Self::Damaged { .. } => format!(
                "The file was left as it is. Restore it from a backup, or move {path} aside (with {path}-wal and \
                 {path}-shm, where they exist), start again and import an exported plan. Before applying anything \
                 compare with the service: the journal of what was sent is in the damaged file."
            ),
            Self::Busy { .. } => "Close the other program that uses this store, then try again.".to_owned(),
            Self::InUse { .. } => {
                "Reading works. To decide, tick or apply use that instance, or end it and start this one again.".to_owned()
            }
            Self::Full { .. } => "Free some space there and start again.".to_owned(),
            Self::Io { .. } => {
                "Look at the disk and at the permissions of the folder, or name another state directory in the \
                 configuration ([state] directory)."
                    .to_owned()
            }
        }
    }

    /// The same as a [`Problem`].
    pub fn problem(&self) -> Problem {
        let asked = match self {
            Self::Io { asked, .. } => asked,
            _ => "opening the store",
        };
        Problem::local(
            format!("{asked} ({})", shown(self.path())),
            clean(&self.said()),
            clean(&self.remedy()),
        )
    }
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.problem().fmt(f)
    }
}

impl std::error::Error for OpenError {}

/// Puts an SQLite error of opening in its drawer.
pub(super) fn opening(path: &Path, asked: &'static str, error: &rusqlite::Error) -> OpenError {
    let path = path.to_path_buf();
    let said = clean(&error.to_string()).into_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => OpenError::Damaged { path, said },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Busy { path },
        Some(ErrorCode::DiskFull) => OpenError::Full { path },
        Some(ErrorCode::ReadOnly) => OpenError::ReadOnly { path },
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => OpenError::NotWritable { path, said },
        _ => OpenError::Io { path, asked, said },
    }
}

/// What happened and what to do, for an SQLite error of a request.
pub(super) fn remedy_for(error: &rusqlite::Error, path: &Path) -> (String, String) {
    let file = shown(path);
    let (said, remedy) = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => (
            "the disk is full, and nothing was written".to_owned(),
            format!("Free some space where {file} lies and do it again. What is stored can still be read."),
        ),
        Some(ErrorCode::ReadOnly) => (
            "the store is open for reading only".to_owned(),
            "To decide, tick or apply make its folder writable for you and start again.".to_owned(),
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            "another process holds the store, and nothing was written".to_owned(),
            "Wait until the other program is done, or close it, and do it again.".to_owned(),
        ),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => (
            format!("the store is damaged: {error}"),
            format!("Close the program, keep a copy of {file}, and restore it from a backup."),
        ),
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => (
            format!("the disk does not answer as it should: {error}"),
            format!("Look at the disk where {file} lies, then do it again."),
        ),
        _ => (error.to_string(), "Do it again; if it stays, start the program again.".to_owned()),
    };
    (clean(&said).into_owned(), remedy)
}
