//! The comparison as CSV: one row a person with the best candidate, in the columns of the contract. A cell that a spreadsheet
//! would take for a formula gets a leading `'`.

use std::io::{self, Write};

use crate::cli::document::diff::Comparison;
use crate::domain::forecast::table::{COLUMNS, cells};
use crate::domain::text::csv_cell;

/// All rows under their header.
pub fn csv(out: &mut dyn Write, comparison: &Comparison<'_>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(COLUMNS).map_err(into_io)?;
    for (user, person) in comparison.people() {
        let decision = comparison.plan.decision(&user.storage_key);
        let row = cells(user, Some(person), decision, Some(comparison.directory));
        writer.write_record(row.iter().map(|cell| csv_cell(cell))).map_err(into_io)?;
    }
    writer.flush()
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
