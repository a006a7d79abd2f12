//! Opening the file: private, ours, of a known version, whole; then the settings and the migrations.
//!
//! The order matters. Nothing is written before the file was recognised and checked, so that a damaged or foreign file
//! stays exactly as it is.

use std::path::Path;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use super::About;
use super::desk::Writes;
use super::error::{OpenError, opening};
use super::place::{FileSystem, Place, Prepared, prepare};
use super::schema::{APPLICATION_ID, MIGRATIONS, known_version};

/// How long a request waits for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(5);

/// What stays as it is in the path of an SQLite URI.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// Opens the store of this place.
pub(super) fn open(place: &Place, writes: Writes) -> Result<(Connection, About), OpenError> {
    let prepared = prepare(place, writes)?;
    let path = &prepared.path;
    let mut connection = match writes {
        Writes::Allowed => connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?,
        Writes::Refused => connect_for_reading(&prepared)?,
    };
    let failed = |asked| move |error: rusqlite::Error| opening(path, asked, &error);
    connection.busy_timeout(PATIENCE).map_err(failed("setting up the store"))?;

    // Until the file is known to be good, not even the tidying of its -wal file on closing may touch it.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .map_err(failed("setting up the store"))?;
    let found = recognise(&connection, path)?;
    if let Some(version) = found {
        quick_check(&connection, path)?;
        if writes == Writes::Refused && version < known_version() {
            return Err(OpenError::OlderVersion {
                path: path.clone(),
                found: version,
                known: known_version(),
            });
        }
    } else if writes == Writes::Refused {
        return Err(OpenError::Missing { path: path.clone() });
    }
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)
        .map_err(failed("setting up the store"))?;

    let file_system = FileSystem::of(path);
    set_up(&connection).map_err(failed("setting up the store"))?;
    let journal_mode = if writes == Writes::Allowed {
        let mode = set_journal_mode(&connection, &file_system).map_err(failed("setting the journal mode"))?;
        migrate(&mut connection, path, MIGRATIONS)?;
        mode
    } else {
        connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .map_err(failed("reading the journal mode"))?
    };
    check_whose(&connection, path, place, writes)?;
    super::acts::introduce(&connection, &super::lock::login()).map_err(failed("setting up the store"))?;
    let about = About {
        path: path.clone(),
        read_only: writes == Writes::Refused,
        journal_mode,
        file_system,
        held: super::lock::Held::default(),
    };
    Ok((connection, about))
}

fn connect(path: &Path, how: OpenFlags) -> Result<Connection, OpenError> {
    // The folders before the file are resolved already; NOFOLLOW keeps the file itself from being a link.
    let flags = how | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    Connection::open_with_flags(path, flags).map_err(|error| opening(path, "opening the store", &error))
}

/// In a folder that takes no new files SQLite cannot make the `-shm` file that WAL needs. Where no `-wal` file with newer
/// content lies beside it, the file is opened as immutable, which needs neither.
fn connect_for_reading(prepared: &Prepared) -> Result<Connection, OpenError> {
    let path = &prepared.path;
    let beside = |what: &str| {
        let mut name = path.clone().into_os_string();
        name.push(what);
        std::fs::metadata(name)
    };
    let newer_content = beside("-wal").is_ok_and(|found| found.len() > 0);
    if newer_content && !prepared.folder_writable && beside("-shm").is_err() {
        return Err(OpenError::NotWritable {
            path: path.clone(),
            said: "its newest content lies in the file -wal beside it, and SQLite cannot take it in without making a \
                   file -shm there"
                .to_owned(),
        });
    }
    if prepared.folder_writable || newer_content {
        return connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    }
    let Some(text) = path.to_str() else {
        return connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    };
    let uri = format!("file://{}?immutable=1", utf8_percent_encode(text, PLAIN));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    Connection::open_with_flags(uri, flags).map_err(|error| opening(path, "opening the store", &error))
}

/// The version of the file; `None` for one that is still empty.
fn recognise(connection: &Connection, path: &Path) -> Result<Option<i64>, OpenError> {
    let asked = "reading what the store is";
    let failed = |error: rusqlite::Error| opening(path, asked, &error);
    let number = |pragma: &str| -> Result<i64, OpenError> {
        connection.pragma_query_value(None, pragma, |row| row.get(0)).map_err(failed)
    };
    let application = number("application_id")?;
    let version = number("user_version")?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    if application == 0 && version == 0 && tables == 0 {
        return Ok(None);
    }
    if application != APPLICATION_ID || version < 1 {
        return Err(OpenError::NotAStore { path: path.to_path_buf() });
    }
    if version > known_version() {
        return Err(OpenError::NewerVersion {
            path: path.to_path_buf(),
            found: version,
            known: known_version(),
        });
    }
    Ok(Some(version))
}

fn quick_check(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let said: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| opening(path, "checking the store", &error))?;
    if said == "ok" { Ok(()) } else { Err(OpenError::Damaged { path: path.to_path_buf(), said }) }
}

/// Settings of the connection; none of them is kept in the file.
pub(super) fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // So that the triggers of the journal also see the deletion inside an INSERT OR REPLACE.
    connection.pragma_update(None, "recursive_triggers", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// WAL where processes can share memory, else DELETE; both with FULL. Another process that has the file open may keep the
/// mode from changing; either is durable, so the mode that SQLite reports is taken.
pub(super) fn set_journal_mode(
    connection: &Connection,
    file_system: &FileSystem,
) -> rusqlite::Result<String> {
    let wanted = match file_system {
        FileSystem::Local => "WAL",
        FileSystem::Network(_) | FileSystem::Unknown => "DELETE",
    };
    connection.pragma_update_and_check(None, "journal_mode", wanted, |row| row.get(0))
}

/// Runs the migrations that the file has not seen, all in one transaction.
fn migrate(connection: &mut Connection, path: &Path, migrations: &[&str]) -> Result<(), OpenError> {
    let failed = |error: rusqlite::Error| opening(path, "bringing the store up to date", &error);
    let version = |connection: &Connection| -> rusqlite::Result<usize> {
        let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok(usize::try_from(found).unwrap_or(usize::MAX))
    };
    if version(connection).map_err(failed)? >= migrations.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Once more, now that nobody else can be at it.
    let seen = version(&transaction).map_err(failed)?;
    for migration in migrations.iter().skip(seen) {
        transaction.execute_batch(migration).map_err(failed)?;
    }
    if seen < migrations.len() {
        let now = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
        transaction.pragma_update(None, "user_version", now).map_err(failed)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

/// A file that was moved or copied from another plan must not be taken for this one. A new file becomes this plan's.
fn check_whose(connection: &Connection, path: &Path, place: &Place, writes: Writes) -> Result<(), OpenError> {
    let ours = format!("{}, {}", place.organization(), place.tenant());
    let whose = || -> rusqlite::Result<Option<String>> {
        connection.query_row("SELECT value FROM meta WHERE key = 'whose'", [], |row| row.get(0)).optional()
    };
    let failed = |error: rusqlite::Error| opening(path, "reading whose plan the store holds", &error);
    let mut found = whose().map_err(failed)?;
    if found.is_none() && writes == Writes::Allowed {
        connection
            .execute("INSERT OR IGNORE INTO meta (key, value) VALUES ('whose', ?1)", [&ours])
            .map_err(failed)?;
        // Another start of this program may have been quicker.
        found = whose().map_err(failed)?;
    }
    match found {
        Some(holds) if holds != ours => Err(OpenError::OtherPlan {
            path: path.to_path_buf(),
            holds: crate::domain::text::clean(&holds).into_owned(),
        }),
        _ => Ok(()),
    }
}
