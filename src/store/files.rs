//! Private files of any kind: exports, snapshots, reports, configuration.
//!
//! A file is written beside its target under a name of its own (made exclusively, 0600, no link followed), brought to the
//! disk, and then takes its place in one step. So a reader sees the old file or the whole new one, never a half; and
//! without `force` the target can not be overwritten even if it appears in the last moment.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::text::shown;
use crate::domain::Problem;

/// How often another name is tried when the one for the new file is taken.
const TRIES: usize = 16;

/// Why a file was not written. The target is as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteError {
    /// There is such a file already. A refusal for safety (exit code 5).
    Exists(PathBuf),
    /// The target is a link; nothing is written through one, with or without `--force`. A refusal for safety (exit code 5).
    Link(PathBuf),
    /// The target is a folder, a device or the like.
    NotAFile(PathBuf),
    /// The folder is missing, or is none.
    NoFolder(PathBuf),
    /// Anything else that the system answered: no permission, no space.
    Io {
        /// The target.
        path: PathBuf,
        /// What the system said.
        said: String,
    },
}

impl WriteError {
    /// The target; for [`WriteError::NoFolder`] its folder.
    pub fn path(&self) -> &Path {
        match self {
            Self::Exists(path)
            | Self::Link(path)
            | Self::NotAFile(path)
            | Self::NoFolder(path)
            | Self::Io { path, .. } => path,
        }
    }

    /// Refused for safety: exit code 5.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Exists(_) | Self::Link(_))
    }

    /// The same as a [`Problem`].
    pub fn problem(&self) -> Problem {
        let (said, remedy) = match self {
            Self::Exists(_) => {
                ("the file exists already", "Choose another name, or say --force to replace it")
            }
            Self::Link(_) => ("it is a link, and nothing is written through one", "Name the file itself"),
            Self::NotAFile(_) => ("it is not a file", "Name a file"),
            Self::NoFolder(_) => ("there is no such folder", "Make it first, or name another one"),
            Self::Io { said, .. } => {
                (said.as_str(), "Look at the disk and at the folder's permissions, or name another folder")
            }
        };
        Problem::local(format!("writing {}", shown(self.path())), said, remedy)
    }
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.problem().fmt(f)
    }
}

impl std::error::Error for WriteError {}

/// Writes a private file (0600) as a whole. Without `force` an existing target is never replaced. Blocks.
pub fn write_private(path: &Path, bytes: &[u8], force: bool) -> Result<(), WriteError> {
    let io = |error: &dyn std::fmt::Display| WriteError::Io {
        path: path.to_path_buf(),
        said: crate::domain::text::clean(&error.to_string()).into_owned(),
    };
    // `file_name` looks past a trailing slash, which the system would take for a folder.
    let ends_in_slash = path.as_os_str().as_encoded_bytes().ends_with(b"/");
    let name = path
        .file_name()
        .filter(|_| !ends_in_slash)
        .ok_or_else(|| WriteError::NotAFile(path.to_path_buf()))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder_fd = rustix::fs::openat(CWD, folder, flags, Mode::empty()).map_err(|error| match error {
        Errno::NOENT | Errno::NOTDIR => WriteError::NoFolder(folder.to_path_buf()),
        other => io(&other),
    })?;

    // A first look gives the clear answers; what counts is the exclusive step at the end.
    match rustix::fs::statat(&folder_fd, name, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => {}
        Err(error) => return Err(io(&error)),
        Ok(found) => match FileType::from_raw_mode(found.st_mode) {
            FileType::Symlink => return Err(WriteError::Link(path.to_path_buf())),
            _ if !force => return Err(WriteError::Exists(path.to_path_buf())),
            FileType::RegularFile => {}
            _ => return Err(WriteError::NotAFile(path.to_path_buf())),
        },
    }

    let (temporary, file) = make_beside(&folder_fd, name).map_err(|error| io(&error))?;
    let placed = fill(file, bytes).and_then(|()| put_in_place(&folder_fd, &temporary, name, force));
    if let Err(error) = placed {
        let _ = rustix::fs::unlinkat(&folder_fd, &temporary, AtFlags::empty());
        return Err(match Errno::from_io_error(&error) {
            Some(Errno::EXIST) => WriteError::Exists(path.to_path_buf()),
            Some(Errno::ISDIR) => WriteError::NotAFile(path.to_path_buf()),
            _ => io(&error),
        });
    }
    // Some file systems cannot sync a folder; the file itself is on the disk already.
    let _ = rustix::fs::fsync(&folder_fd);
    Ok(())
}

/// Makes a new private file in the folder of the target.
fn make_beside(folder: &OwnedFd, name: &OsStr) -> rustix::io::Result<(OsString, File)> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut last = Errno::EXIST;
    for _ in 0..TRIES {
        let mut temporary = OsString::from(".");
        // A long name must leave room for what is added; 255 bytes is the usual limit.
        if name.len() <= 200 {
            temporary.push(name);
        }
        temporary.push(format!(".{:016x}.part", fastrand::u64(..)));
        match rustix::fs::openat(folder, &temporary, flags, Mode::RUSR | Mode::WUSR) {
            Ok(file) => return Ok((temporary, File::from(file))),
            Err(Errno::EXIST) => last = Errno::EXIST,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

fn fill(mut file: File, bytes: &[u8]) -> std::io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// The one step in which the file appears. Neither way follows a link at the target.
fn put_in_place(folder: &OwnedFd, temporary: &OsStr, name: &OsStr, force: bool) -> std::io::Result<()> {
    if force {
        return Ok(rustix::fs::renameat(folder, temporary, folder, name)?);
    }
    match rename_without_replacing(folder, temporary, name) {
        // Not known to this file system or kernel: a hard link refuses an existing name just as well.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            rustix::fs::linkat(folder, temporary, folder, name, AtFlags::empty())?;
            Ok(rustix::fs::unlinkat(folder, temporary, AtFlags::empty())?)
        }
        result => Ok(result?),
    }
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn rename_without_replacing(folder: &OwnedFd, temporary: &OsStr, name: &OsStr) -> rustix::io::Result<()> {
    rustix::fs::renameat_with(folder, temporary, folder, name, rustix::fs::RenameFlags::NOREPLACE)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn rename_without_replacing(_: &OwnedFd, _: &OsStr, _: &OsStr) -> rustix::io::Result<()> {
    Err(Errno::NOSYS)
}
