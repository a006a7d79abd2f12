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
use std::io::{BufRead, BufReader, Cursor, Read as _};
use std::path::Path;

use crate::domain::Problem;
use crate::domain::people::{Directory, OrgUser, Roster, TenantUser};
use crate::services::{Skipped, wire};

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
    let mut people: Vec<OrgUser> = Vec::new();
    let left_out = match content(path)? {
        Content::Json(from) => left_out(path, wire::org_users_from_json(from, |user| people.push(user)))?,
        Content::Csv(text) => {
            people = org_export::read(&text).map_err(|said| bad(path, said))?;
            Vec::new()
        }
    };
    if people.is_empty() {
        return Err(nobody(path, &left_out));
    }
    Ok(FromFile { list: Roster::new(people), left_out })
}

/// The tenant's users from a file.
pub fn tenant_users(path: &Path) -> Result<FromFile<Directory>, Problem> {
    let mut directory = Directory::default();
    let left_out = match content(path)? {
        Content::Json(from) => {
            left_out(path, wire::tenant_users_from_json(from, |user| directory.insert(user)))?
        }
        Content::Csv(text) => {
            let users: Vec<TenantUser> = tenant_export::read(&text).map_err(|said| bad(path, said))?;
            directory = Directory::new(users);
            Vec::new()
        }
    };
    if directory.is_empty() {
        return Err(nobody(path, &left_out));
    }
    Ok(FromFile { list: directory, left_out })
}

fn left_out(path: &Path, read: Result<Vec<Skipped>, wire::BadList>) -> Result<Vec<String>, Problem> {
    let skipped = read.map_err(|error| bad(path, error.to_string()))?;
    Ok(skipped.iter().map(|skipped| format!("row {}: {}", skipped.row, skipped.reason)).collect())
}

fn nobody(path: &Path, left_out: &[String]) -> Problem {
    bad(
        path,
        match left_out.first() {
            Some(first) => format!("nobody in it could be understood; {first}"),
            None => "there is nobody in it".into(),
        },
    )
}

enum Content {
    Json(Box<dyn BufRead>),
    Csv(String),
}

fn content(path: &Path) -> Result<Content, Problem> {
    let file = File::open(path).map_err(|error| bad(path, error.to_string()))?;
    let length = file.metadata().map_err(|error| bad(path, error.to_string()))?.len();
    if length > LARGEST {
        return Err(bad(path, "it is larger than 4 GiB".into()));
    }
    sort_out(BufReader::with_capacity(256 * 1024, file.take(LARGEST))).map_err(|said| bad(path, said))
}

/// Tells JSON from CSV by the first character, and takes a byte-order mark off. Spreadsheets also save UTF-16. JSON is handed
/// on unread: it may be large.
fn sort_out(mut from: impl BufRead + 'static) -> Result<Content, String> {
    let beginning = from.fill_buf().map_err(|error| error.to_string())?;
    let (mark, wide) = match beginning {
        [0xEF, 0xBB, 0xBF, ..] => (3, None),
        [0xFF, 0xFE, ..] => (2, Some(Order::LittleEnd)),
        [0xFE, 0xFF, ..] => (2, Some(Order::BigEnd)),
        _ => (0, None),
    };
    from.consume(mark);
    if let Some(order) = wide {
        return from_text(utf16(&rest(from)?, order)?);
    }
    let beginning = from.fill_buf().map_err(|error| error.to_string())?;
    let first = beginning.iter().find(|byte| !byte.is_ascii_whitespace());
    if matches!(first, Some(b'[' | b'{')) {
        return Ok(Content::Json(Box::new(from)));
    }
    from_text(String::from_utf8(rest(from)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        format!("byte {at} is not UTF-8: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")")
    })?)
}

fn rest(mut from: impl BufRead) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Which byte of a UTF-16 unit comes first.
#[derive(Clone, Copy)]
enum Order {
    LittleEnd,
    BigEnd,
}

fn from_text(text: String) -> Result<Content, String> {
    match text.trim_start().chars().next() {
        None => Err("it is empty".into()),
        Some('[' | '{') => Ok(Content::Json(Box::new(Cursor::new(text)))),
        Some(_) => Ok(Content::Csv(text)),
    }
}

fn utf16(bytes: &[u8], order: Order) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("it is UTF-16 and ends in the middle of a character".into());
    }
    let unit = |pair: &[u8; 2]| match order {
        Order::LittleEnd => u16::from_le_bytes(*pair),
        Order::BigEnd => u16::from_be_bytes(*pair),
    };
    char::decode_utf16(pairs.iter().map(unit))
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
        let is_json =
            |bytes: &[u8]| matches!(sort_out(Cursor::new(bytes.to_vec())).unwrap(), Content::Json(_));
        assert!(is_json(b"\xEF\xBB\xBF [ ]"));
        assert!(is_json(b"{\"id\":1}\n{\"id\":2}"));
        assert!(!is_json(b"Name,Email\n"));
        let wide: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("Name;Email".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert!(matches!(sort_out(Cursor::new(wide)).unwrap(), Content::Csv(text) if text == "Name;Email"));
        assert!(sort_out(Cursor::new(b" \n".to_vec())).is_err());
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
