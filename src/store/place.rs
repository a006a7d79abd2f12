//! Where a store lies, and who may touch it.
//!
//! `<state directory>/<organization>/<tenant id>.sqlite`. Folders are made 0700 and files 0600. What is there already is
//! used as it is if it belongs to the account that runs the program and nobody else can write to it.

use std::fmt::Write as _;
use std::fs::{DirBuilder, Metadata, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, OFlags};

use super::desk::Writes;
use super::error::OpenError;
use super::text::shown;
use crate::domain::TenantId;

/// Longest name of an organization's folder, in bytes; names of organizations have at most 50 characters.
const LONGEST_NAME: usize = 120;

/// The store of one organization and destination tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    state_directory: PathBuf,
    organization: String,
    tenant: TenantId,
}

impl Place {
    /// Under this state directory. The organization's name is compared without case, as the service does.
    pub fn new(state_directory: impl Into<PathBuf>, organization: &str, tenant: TenantId) -> Self {
        Self {
            state_directory: state_directory.into(),
            organization: organization.trim().to_lowercase(),
            tenant,
        }
    }

    /// The stores of an organization that exist already, for work without a connection. Ordered by tenant id.
    pub fn existing(state_directory: &Path, organization: &str) -> Vec<Self> {
        let organization = organization.trim().to_lowercase();
        let folder = state_directory.join(folder_name(&organization));
        let mut tenants: Vec<TenantId> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".sqlite")?.parse().ok())
            .collect();
        tenants.sort_unstable();
        tenants.into_iter().map(|tenant| Self::new(state_directory, &organization, tenant)).collect()
    }

    /// The organization's name, in lower case.
    pub fn organization(&self) -> &str {
        &self.organization
    }

    /// The destination tenant.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The state directory.
    pub fn state_directory(&self) -> &Path {
        &self.state_directory
    }

    /// The organization's folder.
    pub fn folder(&self) -> PathBuf {
        self.state_directory.join(folder_name(&self.organization))
    }

    /// The database file.
    pub fn path(&self) -> PathBuf {
        self.folder().join(format!("{}.sqlite", self.tenant))
    }
}

/// A name that is one plain path component, and differs for different organizations: letters, digits and `-` stay, every
/// other byte becomes `_` and two hexadecimal digits.
fn folder_name(organization: &str) -> String {
    let mut name = String::new();
    for byte in organization.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            name.push(char::from(byte));
        } else {
            let _ = write!(name, "_{byte:02x}");
        }
    }
    if name.len() > LONGEST_NAME {
        // FNV-1a: only has to tell absurdly long names apart.
        let hash = organization.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        name.truncate(LONGEST_NAME);
        let _ = write!(name, "_{hash:016x}");
    }
    if name.is_empty() { "_".to_owned() } else { name }
}

/// The kind of file system, as far as it matters to SQLite: WAL needs memory that all processes share, which a network
/// file system does not give (sqlite.org/wal.html).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileSystem {
    /// On this machine.
    Local,
    /// Over the network or through FUSE, by name.
    Network(&'static str),
    /// This system does not say; treated like a network.
    Unknown,
}

impl FileSystem {
    /// The file system that this path lies on.
    #[cfg(target_os = "linux")]
    pub fn of(path: &Path) -> Self {
        match rustix::fs::statfs(path) {
            Ok(found) => Self::from_magic(found.f_type),
            Err(_) => Self::Unknown,
        }
    }

    /// The file system that this path lies on.
    #[cfg(not(target_os = "linux"))]
    pub fn of(_path: &Path) -> Self {
        Self::Unknown
    }

    /// From the number that statfs(2) gives, as in linux/magic.h and the file systems' own sources.
    ///
    /// The type of that number differs from one architecture to the next, and some sign-extend its 32 bits.
    pub fn from_magic(magic: impl Into<i64>) -> Self {
        let name = match magic.into() & 0xffff_ffff {
            0x6969 => "NFS",
            0x517b => "SMB",
            0xff53_4d42 => "CIFS",
            0xfe53_4d42 => "SMB2",
            0x6573_5546 => "FUSE",
            0x0102_1997 => "9P",
            0x00c3_6400 => "Ceph",
            0x0bd0_0bd0 => "Lustre",
            0x5346_414f | 0x6b41_4653 => "AFS",
            0x7375_7245 => "Coda",
            0x564c => "NCP",
            0x4750_4653 => "GPFS",
            0x0116_1970 => "GFS2",
            0x7461_636f => "OCFS2",
            0x786f_4256 => "vboxsf",
            _ => return Self::Local,
        };
        Self::Network(name)
    }

    /// How a screen says it.
    pub fn shown(&self) -> String {
        match self {
            Self::Local => "local".to_owned(),
            Self::Network(name) => format!("network ({name})"),
            Self::Unknown => "unknown".to_owned(),
        }
    }
}

/// What [`prepare`] found.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The file, with every link of the folders before it resolved.
    pub(super) path: PathBuf,
    /// Whether the folder takes new files (SQLite's `-wal` and `-shm`).
    pub(super) folder_writable: bool,
}

/// Makes what is missing (where writing is allowed), and refuses what others own or can write to.
pub(super) fn prepare(place: &Place, writes: Writes) -> Result<Prepared, OpenError> {
    let folder = place.folder();
    if writes == Writes::Allowed {
        // The state directory is judged before anything is made in it.
        make_folder(place.state_directory())?;
        let state_writable = check_folder(place.state_directory())?;
        if !folder.exists() && !state_writable {
            return Err(OpenError::ReadOnly { path: place.state_directory().to_path_buf() });
        }
        make_folder(&folder)?;
    } else {
        if !folder.exists() {
            return Err(OpenError::Missing { path: place.path() });
        }
        check_folder(place.state_directory())?;
    }
    let folder_writable = check_folder(&folder)?;
    let real =
        folder.canonicalize().map_err(|error| io(&folder, "finding the folder of the store", &error))?;
    let path = real.join(format!("{}.sqlite", place.tenant()));
    match std::fs::symlink_metadata(&path) {
        Ok(found) => check_file(&path, &found, writes, folder_writable)?,
        Err(error) if error.kind() == ErrorKind::NotFound => match writes {
            Writes::Refused => return Err(OpenError::Missing { path }),
            Writes::Allowed if !folder_writable => return Err(OpenError::ReadOnly { path: folder }),
            Writes::Allowed => make_file(&path)?,
        },
        Err(error) => return Err(io(&path, "looking at the store", &error)),
    }
    Ok(Prepared { path, folder_writable })
}

fn io(path: &Path, asked: &'static str, error: &std::io::Error) -> OpenError {
    OpenError::Io { path: path.to_path_buf(), asked, said: error.to_string() }
}

fn make_folder(path: &Path) -> Result<(), OpenError> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| match error.kind() {
        ErrorKind::ReadOnlyFilesystem => OpenError::ReadOnly { path: path.to_path_buf() },
        _ => OpenError::NotWritable {
            path: path.to_path_buf(),
            said: format!("the folder cannot be made: {error}"),
        },
    })
}

/// Refuses a folder that others own or can write to; says whether we can write to it.
pub(super) fn check_folder(path: &Path) -> Result<bool, OpenError> {
    let found =
        std::fs::metadata(path).map_err(|error| io(path, "looking at the state directory", &error))?;
    if !found.is_dir() {
        return Err(OpenError::NotWritable {
            path: path.to_path_buf(),
            said: "it is not a folder".to_owned(),
        });
    }
    check_owner(path, &found, "folder")?;
    // The owner's own write bit counts even for root: whoever took it away wants nothing written here.
    Ok(found.mode() & 0o200 != 0 && rustix::fs::access(path, Access::WRITE_OK).is_ok())
}

fn check_owner(path: &Path, found: &Metadata, what: &str) -> Result<(), OpenError> {
    let us = rustix::process::geteuid().as_raw();
    let name = shown(path);
    if found.uid() != us {
        return Err(OpenError::NotPrivate {
            path: path.to_path_buf(),
            said: format!("another account (user id {}) owns this {what}, yours is {us}", found.uid()),
            remedy: format!(
                "Whoever owns it could change the plan. Run the program as that account, take {name} over (chown), or \
                 name another state directory in the configuration ([state] directory)."
            ),
        });
    }
    if found.mode() & 0o022 != 0 {
        return Err(OpenError::NotPrivate {
            path: path.to_path_buf(),
            said: format!("others can write to this {what} (mode {:04o})", found.mode() & 0o7777),
            remedy: format!(
                "Whoever can write there could change the plan. If only you have used it: chmod go-w '{name}'. Or name \
                 another state directory in the configuration ([state] directory)."
            ),
        });
    }
    Ok(())
}

fn check_file(path: &Path, found: &Metadata, writes: Writes, folder_writable: bool) -> Result<(), OpenError> {
    if found.is_symlink() {
        return Err(OpenError::Link { path: path.to_path_buf() });
    }
    if !found.is_file() {
        return Err(OpenError::NotAStore { path: path.to_path_buf() });
    }
    check_owner(path, found, "file")?;
    if writes == Writes::Refused {
        return Ok(());
    }
    let writable = found.mode() & 0o200 != 0 && rustix::fs::access(path, Access::WRITE_OK).is_ok();
    if !folder_writable || !writable {
        return Err(OpenError::ReadOnly { path: path.to_path_buf() });
    }
    if found.mode() & 0o077 != 0 {
        // Ours, but others could read it: a copy made with the usual umask.
        let mut permissions = found.permissions();
        permissions.set_mode(0o600);
        std::fs::set_permissions(path, permissions)
            .map_err(|error| io(path, "making the store private", &error))?;
    }
    Ok(())
}

/// Made by us and not by SQLite, so that it is private from its first moment; SQLite gives `-wal` and `-shm` the same mode.
fn make_file(path: &Path) -> Result<(), OpenError> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(path);
    match made {
        Ok(_) => Ok(()),
        // Another start of this program was quicker.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == ErrorKind::StorageFull => {
            Err(OpenError::Full { path: path.to_path_buf() })
        }
        Err(error) => Err(OpenError::NotWritable {
            path: path.to_path_buf(),
            said: format!("the file cannot be made: {error}"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant() -> TenantId {
        "00000000-0000-4000-8000-000000000001".parse().unwrap()
    }

    #[test]
    fn a_name_stays_one_component() {
        for name in ["..", ".", "", "a/b", "../../etc", "Fabrikam", "ü", "a\0b", &"x".repeat(4000)] {
            let place = Place::new("/state", name, tenant());
            assert_eq!(place.folder().parent(), Some(Path::new("/state")), "{name}");
            assert!(place.folder().file_name().is_some_and(|name| name.len() < 200), "{name}");
        }
        assert_eq!(
            Place::new("/state", "Fabrikam", tenant()).path(),
            Path::new("/state/fabrikam/00000000-0000-4000-8000-000000000001.sqlite")
        );
    }

    #[test]
    fn different_names_have_different_folders() {
        assert_ne!(folder_name("a b"), folder_name("a-b"));
        assert_ne!(folder_name("a_20b"), folder_name("a b"));
        assert_ne!(folder_name(&"x".repeat(4000)), folder_name(&"x".repeat(4001)));
    }

    #[test]
    fn network_file_systems_are_known() {
        assert_eq!(FileSystem::from_magic(0x6969), FileSystem::Network("NFS"));
        assert_eq!(FileSystem::from_magic(0xff53_4d42_u32.cast_signed()), FileSystem::Network("CIFS"));
        assert_eq!(FileSystem::from_magic(0x6573_5546), FileSystem::Network("FUSE"));
        assert_eq!(FileSystem::from_magic(0xef53), FileSystem::Local);
    }
}
