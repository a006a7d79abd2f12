//! The configuration file: what is at its place, and writing it.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use crate::domain::Problem;
use crate::domain::text::clean_to;
use crate::tasks::runner::write_file;

/// What is at the place of the configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The place.
    pub path: PathBuf,
    /// What is there.
    pub state: PlaceState,
}

/// See [`Place`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceState {
    /// Nothing: the file can be written.
    Free,
    /// A file, which is never written over.
    Taken,
    /// The file can be written, and its commands would not be run, because others can write to this folder.
    OpenToOthers(PathBuf),
    /// Nothing can be written there, for this reason.
    Unusable(String),
}

/// Looks; changes nothing.
pub(super) fn look(path: PathBuf, commands: bool) -> Place {
    let state = if path.symlink_metadata().is_ok() { PlaceState::Taken } else { free(&path, commands) };
    Place { path, state }
}

fn free(path: &Path, commands: bool) -> PlaceState {
    let folder = folder(path);
    let Some(nearest) = folder.ancestors().find(|folder| folder.exists()) else {
        return PlaceState::Unusable("no folder above it exists".to_owned());
    };
    match fs::metadata(nearest) {
        Err(error) => PlaceState::Unusable(format!("{}: {error}", nearest.display())),
        Ok(about) if !about.is_dir() => PlaceState::Unusable(format!("{} is no folder", nearest.display())),
        // A folder that is made is made for its owner only.
        Ok(about) if commands && nearest == folder && about.mode() & 0o022 != 0 => {
            PlaceState::OpenToOthers(folder.to_owned())
        }
        Ok(_) => PlaceState::Free,
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes the file (0600) as a whole, and makes its folder (0700) where there is none.
pub(super) async fn write(path: &Path, text: String) -> Result<(), Problem> {
    let folder = folder(path).to_owned();
    let made = tokio::task::spawn_blocking(move || {
        if folder.is_dir() { Ok(()) } else { DirBuilder::new().recursive(true).mode(0o700).create(&folder) }
    });
    if let Ok(Err(error)) = made.await {
        return Err(Problem::local(
            format!("making the folder of {}", clean_to(&path.to_string_lossy(), 200)),
            error.to_string(),
            "Make the folder yourself, or start with --config and a path in another one.",
        ));
    }
    write_file(path, text.into_bytes(), false).await
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn the_file_is_private_its_folder_is_made_and_nothing_is_written_over() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config/ado2entra/config.toml");
        assert_eq!(look(path.clone(), true).state, PlaceState::Free);
        write(&path, "# mine\n".to_owned()).await.unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(look(path.clone(), false).state, PlaceState::Taken);
        let problem = write(&path, "# other\n".to_owned()).await.unwrap_err();
        assert!(problem.said.contains("exists already"), "{problem}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "# mine\n");
    }

    #[test]
    fn a_link_that_leads_nowhere_is_taken_and_a_file_is_no_folder() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("link.toml");
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        assert_eq!(look(link, false).state, PlaceState::Taken);
        fs::write(home.path().join("file"), "").unwrap();
        let below = look(home.path().join("file/config.toml"), false).state;
        assert!(matches!(below, PlaceState::Unusable(_)), "{below:?}");
    }

    #[test]
    fn a_folder_open_to_others_matters_where_commands_are_named() {
        let home = tempfile::tempdir().unwrap();
        let open = home.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(look(open.join("c.toml"), false).state, PlaceState::Free);
        assert_eq!(look(open.join("c.toml"), true).state, PlaceState::OpenToOthers(open));
    }
}
