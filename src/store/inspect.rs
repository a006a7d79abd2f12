//! What the state directory looks like, without opening or making anything in it: for `doctor`.

use std::path::Path;

use super::error::OpenError;
use super::lock::{HeldBy, held_by};
use super::place::{FileSystem, Place, check_folder};
use crate::domain::TenantId;

/// One store that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSeen {
    /// Whose.
    pub tenant: TenantId,
    /// How large it is, in bytes.
    pub bytes: u64,
    /// Who has it open, or applies.
    pub held_by: Option<HeldBy>,
}

/// The state directory as it is.
#[derive(Debug)]
pub struct StateSeen {
    /// It is there.
    pub exists: bool,
    /// Whether this account can write to it, or why it must not be used.
    pub usable: Result<bool, OpenError>,
    /// What it lies on: of the nearest folder that is there.
    pub file_system: FileSystem,
    /// Bytes that this account may still write there; `None` where the system does not say.
    pub free: Option<u64>,
    /// The stores of the organization.
    pub stores: Vec<StoreSeen>,
}

/// Looks at a state directory, and at what an organization has in it.
pub fn inspect(state_directory: &Path, organization: Option<&str>) -> StateSeen {
    let exists = state_directory.exists();
    let there = state_directory.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let usable = if exists {
        check_folder(state_directory)
    } else {
        Ok(rustix::fs::access(there, rustix::fs::Access::WRITE_OK).is_ok())
    };
    let stores = organization.map(|name| Place::existing(state_directory, name)).unwrap_or_default();
    StateSeen {
        exists,
        usable,
        file_system: FileSystem::of(there),
        free: rustix::fs::statvfs(there).ok().map(|found| found.f_bavail.saturating_mul(found.f_frsize)),
        stores: stores
            .into_iter()
            .map(|place| {
                let path = place.path();
                StoreSeen {
                    tenant: place.tenant(),
                    bytes: path.metadata().map_or(0, |about| about.len()),
                    held_by: held_by(&path),
                }
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn looking_makes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state").join("below");
        let seen = inspect(&state, Some("fabrikam"));
        assert!(!seen.exists && seen.stores.is_empty());
        assert!(seen.usable.unwrap() && seen.free.is_some());
        assert!(!state.exists());
    }

    #[test]
    fn a_directory_that_others_can_write_to_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(inspect(folder.path(), None).usable.is_err());
    }
}
