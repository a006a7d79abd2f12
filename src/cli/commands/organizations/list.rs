//! The CSV of all organizations of a tenant that the portal offers (Organization settings, Microsoft Entra ID, Download).
//!
//! Microsoft does not describe its columns. They are found by name, in any order; the name of the organization, else its address,
//! is all that is needed. A plain list of names, one a line, is taken too.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::cli::exit::Failure;
use crate::domain::text::clean;

/// The largest file that is read.
const LARGEST: u64 = 16 << 20;

/// Column names that hold the organization's name, then those that hold its address; compared without case and separators.
const NAMES: [&str; 4] = ["organizationname", "organization", "accountname", "name"];
const ADDRESSES: [&str; 3] = ["url", "organizationurl", "address"];

/// The names in the order of the file.
pub fn read(file: &Path) -> Result<Vec<String>, Failure> {
    let shown = file.display();
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::usage(format!("reading the list of organizations {shown}: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::usage(format!(
            "{shown} is larger than 16 MiB, so it is no list of organizations"
        )));
    }
    names(&bytes).map_err(|said| Failure::usage(format!("{shown}: {said}")))
}

fn names(bytes: &[u8]) -> Result<Vec<String>, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| "the file is not UTF-8 text".to_owned())?;
    let header = text.lines().next().unwrap_or_default();
    let semicolons = header.matches(';').count() > header.matches(',').count();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(if semicolons { b';' } else { b',' })
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for (at, row) in reader.records().enumerate() {
        rows.push(row.map_err(|error| format!("row {}: cannot be read: {error}", at + 1))?);
    }
    let Some(header) = rows.first() else { return Err("the file is empty".to_owned()) };
    let find =
        |wanted: &[&str]| wanted.iter().find_map(|name| header.iter().position(|cell| plain(cell) == *name));
    let (by_name, by_address) = (find(&NAMES), find(&ADDRESSES));
    let (columns, rows): (Vec<usize>, _) = match (by_name, by_address) {
        (None, None) if header.len() == 1 => (vec![0], rows.as_slice()),
        (None, None) => {
            let columns: Vec<String> = header.iter().map(|cell| clean(cell).into_owned()).collect();
            return Err(format!(
                "no column with the organizations' names was found. Looked for: Organization Name, Name, Url. There are: {}",
                columns.join(", ")
            ));
        }
        (name, address) => (name.into_iter().chain(address).collect(), rows.get(1..).unwrap_or_default()),
    };
    let names: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let cells = columns.iter().filter_map(|at| row.get(*at));
            cells.map(str::trim).find(|cell| !cell.is_empty()).map(str::to_owned)
        })
        .collect();
    if names.is_empty() { Err("there is not one organization in it".to_owned()) } else { Ok(names) }
}

fn plain(cell: &str) -> String {
    cell.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portal_s_list_and_a_plain_one_are_read() {
        let portal = "\u{feff}Organization Id,Organization Name,Url,Owner\r\n1,fabrikam,https://dev.azure.com/fabrikam,a\r\n2,,https://dev.azure.com/woodgrove,b\r\n";
        assert_eq!(names(portal.as_bytes()).unwrap(), ["fabrikam", "https://dev.azure.com/woodgrove"]);
        assert_eq!(names(b"Url;Owner\nhttps://fabrikam.visualstudio.com;x\n").unwrap().len(), 1);
        assert_eq!(names(b"fabrikam\n\nwoodgrove\n").unwrap(), ["fabrikam", "woodgrove"]);
    }

    #[test]
    fn what_is_no_list_is_refused_with_what_was_looked_for() {
        let said = names(b"a,b\n1,2\n").unwrap_err();
        assert!(said.contains("Organization Name") && said.contains("a, b"), "{said}");
        for nothing in [&b""[..], b"Organization Name,Url\n", &[0xff, 0xfe]] {
            assert!(names(nothing).is_err());
        }
    }
}
