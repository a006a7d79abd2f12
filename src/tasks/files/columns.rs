//! CSV exports of portals: columns by tolerant names, whatever their order, separator and spelling.

use std::cell::RefCell;
use std::io::BufRead;

use csv::{ReaderBuilder, StringRecord};

use super::stream::Watched;
use crate::domain::text::clean_to;
use crate::services::Skipped;
use crate::services::wire::LeftOut;

/// A column that is looked for, with the names under which portals have it, each in lower case without anything but letters
/// and digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// How a message names it.
    pub name: &'static str,
    /// The names in files.
    pub known_as: &'static [&'static str],
}

/// The columns of a table that were found.
#[derive(Debug)]
struct Layout {
    headers: Vec<String>,
    found: Vec<Option<usize>>,
}

/// The longest cell that is not a list, in bytes; of a longer one only the beginning is used.
const LONGEST: usize = 4096;

/// Reads a table row by row: each row is turned into something and handed on, or left out with its row and column named.
/// `needed` names the columns without which the layout is unknown, as indices into `columns`. Fails on an unknown layout,
/// and on a table that ends in the middle of a row: nobody knows how much is missing.
pub(super) fn read<T>(
    mut from: impl BufRead,
    columns: &[Column],
    needed: &[usize],
    convert: impl Fn(&Row<'_>) -> Result<T, CellError>,
    mut each: impl FnMut(T),
) -> Result<LeftOut, String> {
    let delimiter = delimiter(from.fill_buf().map_err(|error| error.to_string())?);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(true)
        .from_reader(Watched::new(from, delimiter));
    let layout = match reader.headers() {
        Ok(headers) => Layout::find(headers, columns, needed)?,
        Err(error) => return Err(format!("the first row cannot be read: {}", said(&error))),
    };
    let mut left_out = LeftOut::default();
    let mut record = StringRecord::new();
    let (mut number, mut cells) = (1, layout.headers.len());
    while reader.read_record(&mut record).map_err(|error| said(&error))? {
        // The row of a spreadsheet: the header is the first, and counting starts with one.
        number = record.position().map_or(0, |position| position.record() + 1);
        cells = record.len();
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let row = Row { number, record: &record, layout: &layout, notes: RefCell::default() };
        let made = convert(&row);
        let notes = row.notes.into_inner();
        let mut tell = |used: bool, reason: &str| {
            let reason = clean_to(reason, 200).into_owned();
            left_out.add(Skipped { row: number, byte: None, used, reason });
        };
        match made {
            Ok(one) => {
                if !notes.is_empty() {
                    tell(true, &notes.join("; "));
                }
                each(one);
            }
            Err(error) => tell(false, &format!("{}{}", layout.named(error.column), error.reason)),
        }
    }
    let watched = reader.get_ref();
    if let Some(opened) = watched.open_cell() {
        return Err(format!(
            "row {number}: the file ends in the middle of a quoted cell that begins at byte {opened}"
        ));
    }
    if !watched.ends_a_line() && cells < layout.headers.len() {
        return Err(format!(
            "row {number}: the file ends in the middle of it, {cells} of {} cells are there",
            layout.headers.len()
        ));
    }
    Ok(left_out)
}

/// What the reader of the table said, with the row.
fn said(error: &csv::Error) -> String {
    let row = |position: &Option<csv::Position>| {
        position.as_ref().map_or(String::new(), |at| format!("row {}: ", at.record() + 1))
    };
    match error.kind() {
        csv::ErrorKind::Utf8 { pos, err } => format!(
            "{}its cell {} is not UTF-8: save the file as UTF-8 (in a spreadsheet: \"CSV UTF-8\")",
            row(pos),
            err.field() + 1
        ),
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    }
}

impl Layout {
    fn find(headers: &StringRecord, columns: &[Column], needed: &[usize]) -> Result<Self, String> {
        let headers: Vec<String> = headers.iter().map(|header| header.trim().to_owned()).collect();
        let plain: Vec<String> = headers.iter().map(|header| plain(header)).collect();
        let found: Vec<Option<usize>> = columns
            .iter()
            .map(|column| {
                // The order of the known names is the order of preference.
                column.known_as.iter().find_map(|name| plain.iter().position(|header| header == name))
            })
            .collect();
        let missing: Vec<&str> = needed
            .iter()
            .filter(|at| found.get(**at).is_none_or(Option::is_none))
            .filter_map(|at| columns.get(*at).map(|column| column.name))
            .collect();
        if !missing.is_empty() {
            return Err(format!(
                "the layout is not known: looked for a column with the {}; the columns are: {}",
                missing.join(", and one with the "),
                shown(&headers)
            ));
        }
        Ok(Self { headers, found })
    }

    fn place(&self, column: usize) -> Option<usize> {
        self.found.get(column).copied().flatten()
    }

    fn named(&self, column: usize) -> String {
        let header = self.place(column).and_then(|at| self.headers.get(at));
        header.map_or(String::new(), |header| format!("column `{header}`: "))
    }
}

/// A wrong value.
#[derive(Debug)]
pub(super) struct CellError {
    /// Which column, as an index into the columns that were looked for.
    pub column: usize,
    /// What is wrong.
    pub reason: String,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// The row of a spreadsheet.
    pub number: u64,
    record: &'a StringRecord,
    layout: &'a Layout,
    notes: RefCell<Vec<String>>,
}

impl<'a> Row<'a> {
    /// The cell of this column; `None` where there is none, or nothing in it. Of one that is far too long for a name or an
    /// address only the beginning.
    pub(super) fn get(&self, column: usize) -> Option<&'a str> {
        let cell = self.whole(column)?;
        if cell.len() <= LONGEST {
            return Some(cell);
        }
        let words = format!("is longer than {LONGEST} bytes: only its beginning is used");
        self.note(column, &words);
        let end = (0..=LONGEST).rev().find(|end| cell.is_char_boundary(*end))?;
        cell.get(..end)
    }

    /// All of the cell, for a list.
    pub(super) fn whole(&self, column: usize) -> Option<&'a str> {
        self.record.get(self.layout.place(column)?).map(str::trim).filter(|cell| !cell.is_empty())
    }

    /// Whether the file has this column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.layout.place(column).is_some()
    }

    /// Something of this cell is left out; said once.
    pub(super) fn note(&self, column: usize, words: &str) {
        let note = format!("{}{words}", self.layout.named(column));
        let mut notes = self.notes.borrow_mut();
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
}

/// What is most often in the first line. A first line longer than the reader's buffer is not looked at to its end.
fn delimiter(beginning: &[u8]) -> u8 {
    let first = beginning.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let count = |c: u8| first.split(|byte| *byte == c).count();
    [b',', b';', b'\t'].into_iter().max_by_key(|c| (count(*c), *c == b',')).unwrap_or(b',')
}

/// Letters and digits in lower case; what is in brackets, such as `(UTC)`, does not count.
fn plain(header: &str) -> String {
    header
        .split('(')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn shown(headers: &[String]) -> String {
    let listed: Vec<&str> = headers.iter().take(30).map(String::as_str).collect();
    if listed.iter().all(|header| header.is_empty()) { "(none)".into() } else { listed.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 2] = [
        Column { name: "address", known_as: &["email", "mail"] },
        Column { name: "name", known_as: &["name", "displayname"] },
    ];

    /// Number, first and second cell.
    type Cells = (u64, Option<String>, Option<String>);

    fn table(text: &str) -> Result<(Vec<Cells>, LeftOut), String> {
        let mut all = Vec::new();
        let convert = |row: &Row<'_>| match row.get(0) {
            Some("bad") => Err(CellError { column: 0, reason: "no good".into() }),
            cell => Ok((row.number, cell.map(str::to_owned), row.get(1).map(str::to_owned))),
        };
        let from = std::io::BufReader::with_capacity(64, text.as_bytes());
        let left_out = read(from, &COLUMNS, &[0], convert, |row| all.push(row))?;
        Ok((all, left_out))
    }

    #[test]
    fn headers_are_found_however_they_are_spelled() {
        for text in [
            "Display Name,E-Mail (UTC)\nA,b@c.d\n",
            "\"MAIL\";\"display_name\"\r\nb@c.d;A\r\n",
            "Email\tName\nb@c.d\tA\n",
            "Email\tName\nb@c.d\tA",
        ] {
            let (rows, left_out) = table(text).unwrap();
            assert_eq!(rows, [(2, Some("b@c.d".into()), Some("A".into()))], "{text}");
            assert!(left_out.is_nothing());
        }
    }

    #[test]
    fn an_unknown_layout_names_what_was_looked_for_and_what_is_there() {
        let error = table("Foo,Bar\n1,2\n").unwrap_err();
        assert!(error.contains("address") && error.contains("Foo, Bar"), "{error}");
    }

    #[test]
    fn a_wrong_row_costs_itself_and_is_named_with_row_and_column() {
        let (rows, left_out) = table("Mail,Name\nx,A\nbad,B\ny,C\n").unwrap();
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 4]);
        assert_eq!((left_out.rows, left_out.parts), (1, 0));
        assert_eq!(left_out.told[0].to_string(), "row 3: column `Mail`: no good");
    }

    #[test]
    fn a_cell_of_ten_megabytes_is_cut_and_named() {
        let long = "ä".repeat(5_000_000);
        let (rows, left_out) = table(&format!("Mail,Name\nx,\"{long}\"\ny,B\n")).unwrap();
        assert_eq!(rows.len(), 2);
        assert!(rows[0].2.as_ref().unwrap().len() <= LONGEST);
        assert_eq!((left_out.rows, left_out.parts), (0, 1));
        assert!(left_out.told[0].to_string().starts_with("row 2: column `Name`: is longer"), "{left_out:?}");
    }

    #[test]
    fn a_table_that_is_cut_is_refused() {
        for (text, place) in [
            (
                "Mail,Name\nx,\"A",
                "row 2: the file ends in the middle of a quoted cell that begins at byte 12",
            ),
            ("Mail,Name\nx,A\ny", "row 3: the file ends in the middle of it, 1 of 2 cells"),
        ] {
            let error = table(text).unwrap_err();
            assert!(error.contains(place), "{error}");
        }
    }

    #[test]
    fn another_encoding_is_refused_with_the_row() {
        let bytes = b"Mail,Name\nx,A\ny,M\xFCller\n";
        let error = read(&bytes[..], &COLUMNS, &[0], |_| Ok(()), |()| ()).unwrap_err();
        assert!(error.starts_with("row 3: its cell 2 is not UTF-8"), "{error}");
    }

    #[test]
    fn short_rows_are_rows_with_empty_cells() {
        assert_eq!(table("Mail,Name\nx\n").unwrap().0, [(2, Some("x".into()), None)]);
    }

    proptest::proptest! {
        /// Wherever the buffer ends, the rows are the same.
        #[test]
        fn the_buffer_makes_no_difference(cells in proptest::collection::vec("[a;,\"\n ü]{0,6}", 2..9), capacity in 1_usize..20) {
            let mut text = String::from("Mail,Name\n");
            for pair in cells.chunks(2) {
                let quoted: Vec<String> = pair.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
                text.push_str(&quoted.join(","));
                text.push('\n');
            }
            let rows = |capacity: usize| {
                let mut all = Vec::new();
                let from = std::io::BufReader::with_capacity(capacity.max(10), text.as_bytes());
                let made = |row: &Row<'_>| Ok((row.number, row.get(0).map(str::to_owned), row.get(1).map(str::to_owned)));
                read(from, &COLUMNS, &[0], made, |row| all.push(row)).unwrap();
                all
            };
            proptest::prop_assert_eq!(rows(capacity), rows(10_000));
        }
    }
}
