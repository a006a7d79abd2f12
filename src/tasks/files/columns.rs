//! CSV exports of portals: columns by tolerant names, whatever their order, separator and spelling.

use csv::{ReaderBuilder, StringRecord};

/// A column that is looked for, with the names under which portals have it, each in lower case without anything but letters
/// and digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// How a message names it.
    pub name: &'static str,
    /// The names in files.
    pub known_as: &'static [&'static str],
}

/// The rows of a file, with the columns that were found.
#[derive(Debug)]
pub(super) struct Table {
    headers: Vec<String>,
    found: Vec<Option<usize>>,
    rows: Vec<(u64, StringRecord)>,
}

/// Most errors that one message lists.
const LISTED: usize = 10;

impl Table {
    /// Reads the text. `needed` names the columns without which the layout is unknown, as indices into `columns`.
    pub(super) fn read(text: &str, columns: &[Column], needed: &[usize]) -> Result<Self, String> {
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter(text))
            .flexible(true)
            .has_headers(true)
            .from_reader(text.as_bytes());
        let headers: Vec<String> = match reader.headers() {
            Ok(headers) => headers.iter().map(|header| header.trim().to_owned()).collect(),
            Err(error) => return Err(format!("the first row cannot be read: {error}")),
        };
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
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| match error.position() {
                Some(position) => format!("row {}: {error}", position.record() + 1),
                None => error.to_string(),
            })?;
            // The row of a spreadsheet: the header is the first, and counting starts with one.
            let row = record.position().map_or(0, |position| position.record() + 1);
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                rows.push((row, record));
            }
        }
        Ok(Self { headers, found, rows })
    }

    /// Turns each row into something, or says what is wrong in which row and column. All errors are collected.
    pub(super) fn each<T>(
        &self,
        mut convert: impl FnMut(&Row<'_>) -> Result<T, CellError>,
    ) -> Result<Vec<T>, String> {
        let mut made = Vec::with_capacity(self.rows.len());
        let mut errors = Vec::new();
        for (number, record) in &self.rows {
            match convert(&Row { number: *number, record, table: self }) {
                Ok(one) => made.push(one),
                Err(error) => {
                    let column = self
                        .found
                        .get(error.column)
                        .copied()
                        .flatten()
                        .and_then(|at| self.headers.get(at))
                        .map_or(String::new(), |header| format!(", column `{header}`"));
                    errors.push(format!("row {number}{column}: {}", error.reason));
                }
            }
        }
        if errors.is_empty() {
            return Ok(made);
        }
        let more = errors.len().saturating_sub(LISTED);
        errors.truncate(LISTED);
        if more > 0 {
            errors.push(format!("and {more} more"));
        }
        Err(errors.join("; "))
    }

    /// Whether the file has this column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.found.get(column).is_some_and(Option::is_some)
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
    table: &'a Table,
}

impl<'a> Row<'a> {
    /// The cell of this column; `None` where there is none, or nothing in it.
    pub(super) fn get(&self, column: usize) -> Option<&'a str> {
        let at = (*self.table.found.get(column)?)?;
        self.record.get(at).map(str::trim).filter(|cell| !cell.is_empty())
    }
}

fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |c: char| first.matches(c).count();
    [(',', b','), (';', b';'), ('\t', b'\t')]
        .into_iter()
        .max_by_key(|(c, byte)| (count(*c), *byte == b','))
        .map_or(b',', |(_, byte)| byte)
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

    #[test]
    fn headers_are_found_however_they_are_spelled() {
        for text in [
            "Display Name,E-Mail (UTC)\nA,b@c.d\n",
            "\"MAIL\";\"display_name\"\r\nb@c.d;A\r\n",
            "Email\tName\nb@c.d\tA\n",
        ] {
            let table = Table::read(text, &COLUMNS, &[0]).unwrap();
            let rows = table
                .each(|row| Ok((row.number, row.get(0).map(str::to_owned), row.get(1).map(str::to_owned))));
            assert_eq!(rows.unwrap(), [(2, Some("b@c.d".into()), Some("A".into()))], "{text}");
        }
    }

    #[test]
    fn an_unknown_layout_names_what_was_looked_for_and_what_is_there() {
        let error = Table::read("Foo,Bar\n1,2\n", &COLUMNS, &[0]).unwrap_err();
        assert!(error.contains("address") && error.contains("Foo, Bar"), "{error}");
    }

    #[test]
    fn every_wrong_cell_is_named_with_row_and_column() {
        let table = Table::read("Mail,Name\nx,A\n\ny,B\n", &COLUMNS, &[0]).unwrap();
        let error = table
            .each(|row| -> Result<(), _> {
                Err(CellError { column: 0, reason: format!("{:?}", row.get(0)) })
            })
            .unwrap_err();
        assert_eq!(error, "row 2, column `Mail`: Some(\"x\"); row 3, column `Mail`: Some(\"y\")");
    }

    #[test]
    fn short_rows_are_rows_with_empty_cells() {
        let table = Table::read("Mail,Name\nx\n", &COLUMNS, &[0]).unwrap();
        assert_eq!(table.each(|row| Ok(row.get(1).is_none())).unwrap(), [true]);
    }
}
