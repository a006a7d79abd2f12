//! The file as text: CSV with guards, and JSON.

use std::collections::{BTreeMap, BTreeSet};

#[cfg(test)]
use serde_json::Map;
use serde_json::Value;

use super::ImportError;
use super::record::{Column, PlanRecord};
use crate::domain::text::{clean, csv_guard, csv_unguard};

/// The name of the JSON document.
const SCHEMA: &str = "ado2entra.plan/1";

/// In which form a plan is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileForm {
    /// `.csv`
    Csv,
    /// `.json`
    Json,
}

impl FileForm {
    /// By the file's name: `.json` is JSON, everything else CSV.
    pub fn of_name(name: &str) -> Self {
        let is_json = name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("json"));
        if is_json { Self::Json } else { Self::Csv }
    }
}

/// The rows as CSV: UTF-8, RFC 4180, a header, lines that end in LF, formula cells guarded.
pub fn write_csv(records: &[PlanRecord]) -> String {
    let header = Column::ALL.iter().map(|column| column.name().to_owned()).collect();
    let rows = records
        .iter()
        .map(|record| Column::ALL.iter().map(|column| csv_guard(record.get(*column)).into_owned()).collect());
    lines(std::iter::once(header).chain(rows))
}

/// Rows of cells as CSV text; the cells are guarded already.
pub(in crate::domain) fn lines(rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    for row in rows {
        // Writing to memory cannot fail, and all rows of a caller are equally long.
        let _ = writer.write_record(&row);
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// The rows as a JSON document, for the tests of reading one; an empty cell is `null`.
#[cfg(test)]
pub fn write_json(organization: &str, records: &[PlanRecord]) -> String {
    let rows: Vec<Value> = records
        .iter()
        .map(|record| {
            let cells: Map<String, Value> = Column::ALL
                .iter()
                .map(|column| (column.name().to_owned(), json_cell(record, *column)))
                .collect();
            Value::Object(cells)
        })
        .collect();
    let document = serde_json::json!({"schema": SCHEMA, "organization": clean(organization), "rows": rows});
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
fn json_cell(record: &PlanRecord, column: Column) -> Value {
    let text = record.get(column);
    match column {
        Column::NeedsALook => Value::Bool(text == "true"),
        Column::Score => {
            text.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map_or(Value::Null, Value::Number)
        }
        _ if text.is_empty() => Value::Null,
        _ => Value::String(text.to_owned()),
    }
}

/// A row as it was read, with its number in the file.
#[derive(Debug, Clone)]
pub(super) struct ReadRow {
    /// As a spreadsheet counts: the header is row 1. In JSON the first row is row 1.
    pub(super) number: usize,
    pub(super) record: PlanRecord,
}

/// What could be read, and everything that could not.
pub(super) type ReadTable = (Vec<ReadRow>, Vec<ImportError>, Vec<ImportError>);

/// Reads a file: rows, errors, warnings.
pub(super) fn read(bytes: &[u8], form: FileForm) -> ReadTable {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return refused("the file is not UTF-8 text; save it as CSV UTF-8");
    };
    match form {
        FileForm::Csv => read_csv(text),
        FileForm::Json => read_json(text),
    }
}

fn refused(reason: impl Into<String>) -> ReadTable {
    (Vec::new(), vec![ImportError::file(reason)], Vec::new())
}

fn read_csv(text: &str) -> ReadTable {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = match records.next() {
        None => return refused("the file is empty"),
        Some(Err(error)) => return refused(format!("the header cannot be read: {error}")),
        Some(Ok(header)) => header,
    };
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    let mut columns = Vec::new();
    let mut seen = BTreeSet::new();
    for cell in &header {
        let column = Column::parse(csv_unguard(cell));
        match column {
            Some(column) if !seen.insert(column) => {
                errors.push(ImportError::new(1, Some(column), "the column is there twice"));
            }
            None if !cell.trim().is_empty() => {
                warnings.push(ImportError {
                    row: Some(1),
                    column: None,
                    reason: format!("the column `{}` is not one of the plan and was not read", clean(cell)),
                });
            }
            _ => {}
        }
        columns.push(column);
    }
    for column in Column::ALL.iter().filter(|column| !seen.contains(column)) {
        errors.push(ImportError::new(1, Some(*column), "the column is missing"));
    }
    if !errors.is_empty() {
        return (Vec::new(), errors, warnings);
    }
    let mut rows = Vec::new();
    for (at, read) in records.enumerate() {
        let number = at + 2;
        match read {
            Err(error) => {
                errors.push(ImportError {
                    row: Some(number),
                    column: None,
                    reason: format!("cannot be read: {error}"),
                });
            }
            Ok(cells) if cells.iter().all(|cell| cell.trim().is_empty()) => {}
            Ok(cells) if cells.len() != columns.len() => errors.push(ImportError {
                row: Some(number),
                column: None,
                reason: format!("has {} cells, the header has {}", cells.len(), columns.len()),
            }),
            Ok(cells) => {
                let mut record = PlanRecord::default();
                for (column, cell) in columns.iter().zip(&cells) {
                    if let Some(column) = column {
                        record.set(*column, csv_unguard(cell));
                    }
                }
                rows.push(ReadRow { number, record });
            }
        }
    }
    (rows, errors, warnings)
}

/// `;` where the header has more of them than of `,`: what spreadsheets write in many countries.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let count = |wanted: char| header.chars().filter(|c| *c == wanted).count();
    if count(';') > count(',') { b';' } else { b',' }
}

fn read_json(text: &str) -> ReadTable {
    let document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => return refused(format!("the file is not JSON: {error}")),
    };
    if document.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
        return refused(format!("the file is not a plan: `\"schema\": \"{SCHEMA}\"` is missing"));
    }
    let Some(list) = document.get("rows").and_then(Value::as_array) else {
        return refused("the file has no list `rows`");
    };
    let mut rows = Vec::new();
    let mut errors = Vec::new();
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    for (at, row) in list.iter().enumerate() {
        let number = at + 1;
        let Some(cells) = row.as_object() else {
            errors.push(ImportError {
                row: Some(number),
                column: None,
                reason: "is not an object".to_owned(),
            });
            continue;
        };
        let mut record = PlanRecord::default();
        for (name, value) in cells {
            let Some(column) = Column::parse(name) else {
                unknown.entry(name.clone()).or_insert(number);
                continue;
            };
            match value {
                Value::Null => {}
                Value::String(text) => record.set(column, text.as_str()),
                Value::Bool(flag) => record.set(column, flag.to_string()),
                Value::Number(value) => record.set(column, value.to_string()),
                Value::Array(_) | Value::Object(_) => {
                    errors.push(ImportError::new(
                        number,
                        Some(column),
                        "must be a text, a number, true, false or null",
                    ));
                }
            }
        }
        for column in Column::ALL.iter().filter(|column| !cells.contains_key(column.name())) {
            errors.push(ImportError::new(number, Some(*column), "is missing"));
        }
        rows.push(ReadRow { number, record });
    }
    let warnings = unknown
        .into_iter()
        .map(|(name, number)| ImportError {
            row: Some(number),
            column: None,
            reason: format!("`{}` is not a column of the plan and was not read", clean(&name)),
        })
        .collect();
    (rows, errors, warnings)
}
