//! Whether the configuration file may name commands to run: not if anybody else could have written them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::error::{ConfigError, shown_path};

/// Refuses a file that names commands if it or its folder is writable by others, or belongs to somebody who is
/// neither this user nor root. Where the path is a link, the same holds for the link's folder and for the file
/// that it leads to, with its folder.
pub fn check_command_trust(path: &Path) -> Result<(), ConfigError> {
    let unreadable = |what: &Path, error: &std::io::Error| {
        let problem = format!("cannot see who may write to {}: {error}", shown_path(what));
        ConfigError::at_file(path, problem, "the commands in this file are not run until that can be checked")
    };
    let real = fs::canonicalize(path).map_err(|error| unreadable(path, &error))?;
    let mut checked: Vec<PathBuf> = vec![real.clone()];
    checked.extend(real.parent().map(Path::to_owned));
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let folder = fs::canonicalize(folder).map_err(|error| unreadable(folder, &error))?;
        if !checked.contains(&folder) {
            checked.push(folder);
        }
    }
    let user = rustix::process::geteuid().as_raw();
    for one in checked {
        let about = fs::metadata(&one).map_err(|error| unreadable(&one, &error))?;
        if let Some(objection) = objection(about.mode(), about.uid(), user) {
            let shown = shown_path(&one);
            return Err(ConfigError::at_file(
                path,
                format!("this file names commands to run, and {shown} {}", objection.why()),
                format!("look at the commands in it, then {}", objection.remedy(&shown)),
            ));
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Objection {
    Writable,
    SomebodyElses(u32),
}

impl Objection {
    fn why(&self) -> String {
        match self {
            Self::Writable => "can be written by others".to_owned(),
            Self::SomebodyElses(owner) => format!("belongs to somebody else (user {owner})"),
        }
    }

    fn remedy(&self, path: &str) -> String {
        match self {
            Self::Writable => format!("chmod go-w '{path}'"),
            Self::SomebodyElses(_) => "copy it into a folder of your own".to_owned(),
        }
    }
}

/// What speaks against trusting something with this mode and owner.
fn objection(mode: u32, owner: u32, user: u32) -> Option<Objection> {
    const WRITABLE_BY_GROUP_OR_OTHERS: u32 = 0o022;
    if owner != user && owner != 0 {
        Some(Objection::SomebodyElses(owner))
    } else if mode & WRITABLE_BY_GROUP_OR_OTHERS != 0 {
        Some(Objection::Writable)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_others_cannot_change_is_trusted() {
        assert_eq!(objection(0o100_600, 1000, 1000), None);
        assert_eq!(objection(0o100_644, 0, 1000), None);
        assert_eq!(objection(0o100_660, 1000, 1000), Some(Objection::Writable));
        assert_eq!(objection(0o100_602, 1000, 1000), Some(Objection::Writable));
        assert_eq!(objection(0o041_777, 0, 1000), Some(Objection::Writable));
        assert_eq!(objection(0o100_600, 1001, 1000), Some(Objection::SomebodyElses(1001)));
        // Root does not trust what a user wrote.
        assert_eq!(objection(0o100_600, 1000, 0), Some(Objection::SomebodyElses(1000)));
    }
}
