//! A private temporary folder: for `demo`, which keeps nothing, and for a snapshot on its way to standard output.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The folders that are there: a signal ends the process without dropping anything.
static THERE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A folder for this user only; removed, with what is in it, when this is dropped.
#[derive(Debug)]
pub struct PrivateFolder(PathBuf);

impl PrivateFolder {
    /// Makes one in the system's folder for temporary files. The name cannot be guessed, and an existing one is never taken.
    pub fn new() -> io::Result<Self> {
        let base = std::env::temp_dir();
        for _ in 0..16 {
            let path = base.join(format!("ado2entra-{:016x}", fastrand::u64(..)));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {
                    let path = fs::canonicalize(path)?;
                    there(|all| all.push(path.clone()));
                    return Ok(Self(path));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::from(io::ErrorKind::AlreadyExists))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        there(|all| all.retain(|path| *path != self.0));
        remove(&self.0);
    }
}

/// Removes the folders that are still there; for a process that ends at once.
pub fn remove_all() {
    for path in there(std::mem::take) {
        remove(&path);
    }
}

fn there<T>(look: impl FnOnce(&mut Vec<PathBuf>) -> T) -> T {
    look(&mut THERE.lock().unwrap_or_else(PoisonError::into_inner))
}

fn remove(path: &Path) {
    // Something may still be written into it: once more. Nothing better can be done about a folder that cannot be removed than
    // leaving it.
    if fs::remove_dir_all(path).is_err() {
        let _ = fs::remove_dir_all(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn it_is_private_and_goes_away_with_its_content() {
        let folder = PrivateFolder::new().unwrap();
        let path = folder.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        fs::write(path.join("x"), "y").unwrap();
        drop(folder);
        assert!(!path.exists());
    }
}
