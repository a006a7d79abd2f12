//! People from files: the services' own JSON (an array, a page as it was answered, or JSON Lines), or a CSV export of a
//! portal. Which of them it is, is seen by looking into the file, not at its name. No file is held in memory: rows are read
//! one after the other.
//!
//! A row that cannot be read is left out, and told with its row and byte or column; of a row with an absurdly long name or
//! list only that is left out. A file that ends in the middle is refused: nobody knows who stood in the part that is missing,
//! and whoever did would look as if they were not in the tenant. So are an unknown layout and another encoding.

mod columns;
mod dates;
mod org_export;
mod stream;
mod tenant_export;

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;

use crate::domain::Problem;
use crate::domain::people::{Directory, OrgUser, Roster};
use crate::services::wire;

pub use crate::services::Skipped;
pub use crate::services::wire::{LeftOut, MOST_TOLD};
use stream::{Order, Utf16};

/// The largest file that is read, in bytes: half a million tenant users as JSON are about 700 MB.
const LARGEST: u64 = 4 << 30;

/// A list that was read from a file, and what was left out of it.
#[derive(Debug)]
pub struct FromFile<T> {
    /// The people.
    pub list: T,
    /// What was left out.
    pub left_out: LeftOut,
}

/// The organization's people from a file. People without a storage key get `row:N`, by the row of a spreadsheet.
pub fn org_users(path: &Path) -> Result<FromFile<Roster>, Problem> {
    let mut people: Vec<OrgUser> = Vec::new();
    let each = |user| people.push(user);
    let left_out = match content(path)? {
        Content::Json(from) => wire::org_users_from_json(from, each).map_err(|error| error.to_string()),
        Content::Csv(from) => org_export::read(from, each),
    };
    let left_out = left_out.map_err(|said| bad(path, said))?;
    if people.is_empty() {
        return Err(nobody(path, &left_out));
    }
    Ok(FromFile { list: Roster::new(people), left_out })
}

/// The tenant's users from a file.
pub fn tenant_users(path: &Path) -> Result<FromFile<Directory>, Problem> {
    let mut directory = Directory::default();
    let each = |user| directory.insert(user);
    let left_out = match content(path)? {
        Content::Json(from) => wire::tenant_users_from_json(from, each).map_err(|error| error.to_string()),
        Content::Csv(from) => tenant_export::read(from, each),
    };
    let left_out = left_out.map_err(|said| bad(path, said))?;
    if directory.is_empty() {
        return Err(nobody(path, &left_out));
    }
    Ok(FromFile { list: directory, left_out })
}

fn nobody(path: &Path, left_out: &LeftOut) -> Problem {
    bad(
        path,
        match left_out.told.first() {
            Some(first) => format!("nobody in it could be understood; {first}"),
            None => "there is nobody in it".into(),
        },
    )
}

enum Content {
    Json(Box<dyn BufRead>),
    Csv(Box<dyn BufRead>),
}

fn content(path: &Path) -> Result<Content, Problem> {
    let file = File::open(path).map_err(|error| bad(path, error.to_string()))?;
    let length = file.metadata().map_err(|error| bad(path, error.to_string()))?.len();
    if length > LARGEST {
        return Err(bad(path, "it is larger than 4 GiB".into()));
    }
    sort_out(BufReader::with_capacity(256 * 1024, file.take(LARGEST))).map_err(|said| bad(path, said))
}

/// Tells JSON from CSV by the first character, and takes a byte-order mark off. Spreadsheets also save UTF-16. All is handed
/// on unread: it may be large.
fn sort_out(mut from: impl BufRead + 'static) -> Result<Content, String> {
    let beginning = from.fill_buf().map_err(|error| error.to_string())?;
    let (mark, wide) = match beginning {
        [0xEF, 0xBB, 0xBF, ..] => (3, None),
        [0xFF, 0xFE, ..] => (2, Some(Order::LittleEnd)),
        [0xFE, 0xFF, ..] => (2, Some(Order::BigEnd)),
        _ => (0, None),
    };
    match wide {
        Some(order) => {
            from.consume(mark);
            kind(Box::new(BufReader::new(Utf16::new(from, order))), 0)
        }
        None => kind(Box::new(from), mark),
    }
}

/// What begins after the mark. The reader of JSON knows the mark, and counts its bytes.
fn kind(mut from: Box<dyn BufRead>, mut mark: usize) -> Result<Content, String> {
    loop {
        let beginning = from.fill_buf().map_err(|error| error.to_string())?;
        if beginning.len() <= mark {
            return Err("it is empty".into());
        }
        match beginning.iter().skip(mark).find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'[' | b'{') => return Ok(Content::Json(from)),
            Some(_) => {
                from.consume(mark);
                return Ok(Content::Csv(from));
            }
            None => {
                let blank = beginning.len();
                from.consume(blank);
                mark = 0;
            }
        }
    }
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
    use std::io::Cursor;

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
        let Content::Csv(mut from) = sort_out(Cursor::new(wide)).unwrap() else { panic!() };
        let mut text = String::new();
        from.read_to_string(&mut text).unwrap();
        assert_eq!(text, "Name;Email");
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
