//! People from files: the services' own JSON (an array, a page as it was answered, or JSON Lines), or a CSV export of a
//! portal. Which of them it is, is seen by looking into the file, not at its name.
//!
//! An unknown layout is an error that names what was looked for; a wrong value is an error that names row and column. A
//! file is taken whole or not at all.

mod columns;
mod dates;
mod org_export;
mod tenant_export;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::domain::Problem;
use crate::domain::people::{Directory, OrgUser, Roster, TenantUser};
use crate::services::wire;

/// The largest file that is read, in bytes: half a million tenant users as JSON are about 700 MB.
const LARGEST: u64 = 4 << 30;

/// A list that was read from a file, and what was left out of it.
#[derive(Debug)]
pub struct FromFile<T> {
    /// The people.
    pub list: T,
    /// What was left out, in words, each with its row.
    pub left_out: Vec<String>,
}

/// The organization's people from a file. People without a storage key get `row:N`, by the row of a spreadsheet.
pub fn org_users(path: &Path) -> Result<FromFile<Roster>, Problem> {
    let (people, left_out): (Vec<OrgUser>, _) = match content(path)? {
        Content::Json(bytes) => from_json(path, wire::org_users_from_json(&bytes))?,
        Content::Csv(text) => (org_export::read(&text).map_err(|said| bad(path, said))?, Vec::new()),
    };
    if people.is_empty() {
        return Err(bad(path, "there is nobody in it".into()));
    }
    Ok(FromFile { list: Roster::new(people), left_out })
}

/// The tenant's users from a file.
pub fn tenant_users(path: &Path) -> Result<FromFile<Directory>, Problem> {
    let (users, left_out): (Vec<TenantUser>, _) = match content(path)? {
        Content::Json(bytes) => from_json(path, wire::tenant_users_from_json(&bytes))?,
        Content::Csv(text) => (tenant_export::read(&text).map_err(|said| bad(path, said))?, Vec::new()),
    };
    if users.is_empty() {
        return Err(bad(path, "there is nobody in it".into()));
    }
    Ok(FromFile { list: Directory::new(users), left_out })
}

fn from_json<T>(
    path: &Path,
    read: Result<wire::List<T>, wire::BadList>,
) -> Result<(Vec<T>, Vec<String>), Problem> {
    let read = read.map_err(|error| bad(path, error.to_string()))?;
    let left_out = read.skipped.iter().map(|skipped| format!("row {}: {}", skipped.row, skipped.reason)).collect();
    Ok((read.items, left_out))
}

enum Content {
    Json(Vec<u8>),
    Csv(String),
}

fn content(path: &Path) -> Result<Content, Problem> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| bad(path, error.to_string()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(bad(path, "it is larger than 4 GiB".into()));
    }
    sort_out(bytes).map_err(|said| bad(path, said))
}

/// Tells JSON from CSV by the first character, and takes a byte-order mark off. Spreadsheets also save UTF-16.
fn sort_out(bytes: Vec<u8>) -> Result<Content, String> {
    let bytes = match bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, rest @ ..] => rest.to_vec(),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?.into_bytes(),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?.into_bytes(),
        _ => bytes,
    };
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Err("it is empty".into()),
        Some(b'[' | b'{') => Ok(Content::Json(bytes)),
        Some(_) => String::from_utf8(bytes).map(Content::Csv).map_err(|error| {
            format!(
                "byte {} is not UTF-8: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")",
                error.utf8_error().valid_up_to() + 1
            )
        }),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("it is UTF-16 and ends in the middle of a character".into());
    }
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<String, _>>()
        .map_err(|_| "it is UTF-16 with a broken character in it".into())
}

fn bad(path: &Path, said: String) -> Problem {
    Problem::local(
        format!("reading {}", crate::domain::text::clean(&path.to_string_lossy())),
        said,
        "Give the services' own JSON (an array or JSON Lines), or the portal's CSV export",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        std::fs::write(&path, content).unwrap();
        (folder, path)
    }

    #[test]
    fn the_kind_is_seen_from_the_content() {
        let is_json = |bytes: &[u8]| matches!(sort_out(bytes.to_vec()).unwrap(), Content::Json(_));
        assert!(is_json(b"\xEF\xBB\xBF [ ]"));
        assert!(is_json(b"{\"id\":1}\n{\"id\":2}"));
        assert!(!is_json(b"Name,Email\n"));
        let wide: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("Name;Email".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert!(matches!(sort_out(wide).unwrap(), Content::Csv(text) if text == "Name;Email"));
        assert!(sort_out(b" \n".to_vec()).is_err());
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let problem = org_users(Path::new("/nowhere/people.json")).unwrap_err();
        assert!(problem.to_string().contains("/nowhere/people.json"), "{problem}");
    }

    #[test]
    fn portal_exports_are_read_from_a_file() {
        let (_folder, path) = file(b"Name;Email;Access Level\r\nRaisa P;raisa@fabrikam.com;Basic\r\n");
        let people = org_users(&path).unwrap();
        assert_eq!(people.list.people().len(), 1);
        let (_folder, path) =
            file(b"userPrincipalName,id\nraisa@contoso.com,6f2e0000-0000-4000-8000-000000000001\n");
        assert_eq!(tenant_users(&path).unwrap().list.len(), 1);
    }
}
