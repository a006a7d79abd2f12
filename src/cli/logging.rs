//! The log: a file of one's own in the state directory, never the screen, and never a secret (nothing that is logged holds
//! one; other crates are not listened to at all, because they might log headers).

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::args::LogLevel;

/// A log that grew larger than this begins anew at the next start; the one before is kept beside it.
const LARGEST: u64 = 8 * 1024 * 1024;

/// How many lines may wait to be written; room for all of them is made at the start, before the first frame.
const WAITING: usize = 2_048;

static LOG_FILE: OnceLock<PathBuf> = OnceLock::new();

/// Where the log is, if there is one: for the message after a panic.
pub fn log_file() -> Option<&'static Path> {
    LOG_FILE.get().map(PathBuf::as_path)
}

/// Keeps the writer alive; what is still in its queue is written when this is dropped.
#[derive(Debug)]
pub struct Logging {
    _writer: Option<WorkerGuard>,
}

/// Begins to log into `ado2entra.log` in this directory. Without a safe directory there is no log, and the command goes on:
/// the same directory is refused, with words, where decisions are to be kept.
pub fn start(directory: &Path, level: LogLevel) -> Logging {
    let filter = match level {
        LogLevel::Off => return Logging { _writer: None },
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let Ok((file, path)) = open(directory) else { return Logging { _writer: None } };
    let (writer, guard) = NonBlockingBuilder::default().buffered_lines_limit(WAITING).finish(file);
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer);
    let only_ours = Targets::new().with_target("ado2entra", filter);
    let started = tracing_subscriber::registry().with(layer).with(only_ours).try_init().is_ok();
    if started {
        let _ = LOG_FILE.set(path);
        tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
    }
    Logging { _writer: Some(guard) }
}

fn open(directory: &Path) -> io::Result<(File, PathBuf)> {
    if !directory.exists() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let about = fs::metadata(directory)?;
    let mine = about.uid() == rustix::process::geteuid().as_raw();
    if !mine || about.mode() & 0o022 != 0 {
        return Err(io::Error::from(io::ErrorKind::PermissionDenied));
    }
    let path = directory.join("ado2entra.log");
    if let Ok(old) = fs::symlink_metadata(&path) {
        if !old.is_file() {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists));
        }
        if old.len() > LARGEST {
            fs::rename(&path, directory.join("ado2entra.log.1"))?;
        }
    }
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
    Ok((file, path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_log_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let (mut file, path) = open(&state).unwrap();
        writeln!(file, "hello").unwrap();
        assert_eq!(fs::metadata(&state).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_directory_that_others_can_write_to_gets_no_log() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(open(folder.path()).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_link_is_not_followed_and_a_large_log_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let log = folder.path().join("ado2entra.log");
        std::os::unix::fs::symlink("/dev/null", &log).unwrap();
        assert!(open(folder.path()).is_err());
        fs::remove_file(&log).unwrap();
        File::create(&log).unwrap().set_len(LARGEST + 1).unwrap();
        open(folder.path()).unwrap();
        assert_eq!(fs::metadata(&log).unwrap().len(), 0);
        assert!(folder.path().join("ado2entra.log.1").exists());
    }
}
