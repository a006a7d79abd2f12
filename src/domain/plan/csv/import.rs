//! Reading a plan back: all errors are listed, and any error refuses the whole file.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::record::{Column, Exported, LONG, PlanRecord, Sheet, records};
use super::table::{self, FileForm, ReadRow};
use crate::domain::forecast::Situation;
use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::plan::{Decision, Judgement, Rulebook, address};
use crate::domain::text::{clean, clean_to, named};

/// Something about one place of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportError {
    /// The row as a spreadsheet counts, the header being 1; `None` for the file as a whole.
    pub row: Option<usize>,
    /// The column's name; `None` for the row as a whole.
    pub column: Option<String>,
    /// What is wrong, in words.
    pub reason: String,
}

/// The same about something that does not refuse the file.
pub type ImportWarning = ImportError;

impl ImportError {
    pub(super) fn new(row: usize, column: Option<Column>, reason: impl Into<String>) -> Self {
        Self { row: Some(row), column: column.map(|column| column.name().to_owned()), reason: reason.into() }
    }

    pub(super) fn file(reason: impl Into<String>) -> Self {
        Self { row: None, column: None, reason: reason.into() }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(row) = self.row {
            write!(f, "row {row}")?;
            if let Some(column) = &self.column {
                write!(f, ", {column}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.reason)
    }
}

/// What one row of the file would change.
#[derive(Debug, Clone, PartialEq)]
pub struct RowChange {
    /// Whose.
    pub storage_key: StorageKey,
    /// The row in the file.
    pub row: usize,
    /// Name and address, cleaned.
    pub name: String,
    /// What is decided now.
    pub from: Decision,
    /// What the file decides.
    pub to: Decision,
    /// The note now.
    pub note_from: Option<String>,
    /// The file's note.
    pub note_to: Option<String>,
    /// What a person deciding this would be asked once more about.
    pub asks: Vec<String>,
}

/// A file that can be taken over, as a preview.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Import {
    /// What would change, in the order of the file.
    pub changes: Vec<RowChange>,
    /// What changed at the service since the export, and the like.
    pub warnings: Vec<ImportWarning>,
    /// Rows that change nothing.
    pub unchanged: usize,
}

/// What a file is read against.
#[derive(Debug, Clone, Copy)]
pub struct ImportContext<'a> {
    /// The plan and the people as they are now.
    pub sheet: Sheet<'a>,
    /// What the rules depend on.
    pub situation: &'a Situation,
    /// What the latest export of this store wrote; `None` when there was none.
    pub exported: Option<&'a Exported>,
    /// The tenant's verified domains: nobody of them can be invited.
    pub verified_domains: &'a [String],
}

/// Reads a file and says what it would change.
///
/// # Errors
/// All errors of the file, each with row, column and reason; nothing is taken over then.
pub fn import(bytes: &[u8], form: FileForm, context: &ImportContext<'_>) -> Result<Import, Vec<ImportError>> {
    let (rows, errors, warnings) = table::read(bytes, form);
    let mut reading = Reading {
        context,
        current: records(&context.sheet).into_iter().map(|record| (record.storage_key(), record)).collect(),
        by_upn: HashMap::new(),
        errors,
        warnings,
    };
    if rows.is_empty() && !reading.errors.is_empty() {
        return Err(reading.errors);
    }
    let known = reading.known_rows(&rows);
    for (_, row) in &known {
        reading.compare(row);
    }
    reading.index_targets(&known);
    let mut decided = Vec::new();
    for (key, row) in &known {
        if let Some(decision) = reading.decision(row, key) {
            decided.push((key.clone(), *row, decision));
        }
    }
    reading.finish(decided)
}

struct Reading<'a> {
    context: &'a ImportContext<'a>,
    current: BTreeMap<StorageKey, PlanRecord>,
    by_upn: HashMap<String, Vec<ObjectId>>,
    errors: Vec<ImportError>,
    warnings: Vec<ImportWarning>,
}

impl Reading<'_> {
    fn error(&mut self, row: &ReadRow, column: Column, reason: impl Into<String>) {
        self.errors.push(ImportError::new(row.number, Some(column), reason));
    }

    /// The rows of people in the plan, each exactly once.
    fn known_rows<'r>(&mut self, rows: &'r [ReadRow]) -> Vec<(StorageKey, &'r ReadRow)> {
        let mut seen: BTreeMap<StorageKey, usize> = BTreeMap::new();
        let mut known = Vec::new();
        for row in rows {
            let key = row.record.storage_key();
            if !self.current.contains_key(&key) {
                let reason = if key.as_str().is_empty() {
                    "is empty; it says who the row is about".to_owned()
                } else {
                    format!("nobody of the plan has the key {}", clean(key.as_str()))
                };
                self.error(row, Column::StorageKey, reason);
            } else if let Some(first) = seen.get(&key) {
                let reason = format!("this person is in row {first} already");
                self.error(row, Column::StorageKey, reason);
            } else {
                seen.insert(key.clone(), row.number);
                known.push((key, row));
            }
        }
        let missing: Vec<_> = self.current.iter().filter(|(key, _)| !seen.contains_key(*key)).collect();
        for (key, record) in missing {
            let name = named(record.get(Column::DisplayName), record.get(Column::PrincipalName));
            self.errors
                .push(ImportError::file(format!("{name} is missing from the file (storage_key {key})")));
        }
        known
    }

    /// What the latest export wrote for this person; without one, what it would write now.
    fn baseline(&self, key: &StorageKey) -> Option<&PlanRecord> {
        self.context.exported.and_then(|exported| exported.get(key)).or_else(|| self.current.get(key))
    }

    /// Read-only cells: an edit is an error, a change at the service meanwhile a warning.
    fn compare(&mut self, row: &ReadRow) {
        let key = row.record.storage_key();
        let (Some(current), Some(baseline)) = (self.current.get(&key).cloned(), self.baseline(&key).cloned())
        else {
            return;
        };
        for column in Column::ALL.iter().copied().filter(|column| !column.is_editable()) {
            let cell = row.record.get(column);
            let (now, before) = (current.get(column), baseline.get(column));
            if column.identifies() {
                if !same_cell(column, cell, now) {
                    self.error(row, column, format!("is {}, the plan has {}", shown(cell), shown(now)));
                }
            } else if !same_cell(column, cell, before) {
                let reason = format!(
                    "was edited: is {}, was {}; this column is read-only",
                    shown(cell),
                    shown(before)
                );
                self.error(row, column, reason);
            } else if !same_cell(column, cell, now) {
                let reason = format!("changed since the export: was {}, is {}", shown(before), shown(now));
                self.warnings.push(ImportError::new(row.number, Some(column), reason));
            }
        }
    }

    /// Which objects have the sign-in names that the file mentions: one pass over the directory.
    fn index_targets(&mut self, rows: &[(StorageKey, &ReadRow)]) {
        for (_, row) in rows {
            let upn = row.record.get(Column::TargetUpn);
            if !upn.trim().is_empty() {
                self.by_upn.entry(address::key(upn)).or_default();
            }
        }
        if self.by_upn.is_empty() {
            return;
        }
        for user in self.context.sheet.directory.users().iter().filter(|user| !user.deleted) {
            if let Some(found) = self.by_upn.get_mut(&address::key(&clean(user.user_principal_name()))) {
                found.push(user.id);
            }
        }
    }

    /// What the file decides in this row; `None` after an error.
    fn decision(&mut self, row: &ReadRow, key: &StorageKey) -> Option<Decision> {
        let word = row.record.get(Column::Decision).trim().to_lowercase();
        let address = row.record.get(Column::InviteAddress).trim().to_owned();
        let decision = match word.as_str() {
            "map" => Decision::Map { target: self.target(row, key)? },
            "invite" if address.is_empty() => {
                self.error(row, Column::InviteAddress, "is empty, and `invite` needs an address");
                return None;
            }
            "invite" => Decision::Invite { address: self.invited(key, address.clone()) },
            "remove" => Decision::Remove,
            "keep" => Decision::Keep,
            "undecided" | "" => Decision::Undecided,
            other => {
                let reason =
                    format!("`{}` is not a decision: map, invite, remove, keep or undecided", clean(other));
                self.error(row, Column::Decision, reason);
                return None;
            }
        };
        let mut fits = true;
        if !matches!(decision, Decision::Map { .. }) {
            for column in [Column::TargetObjectId, Column::TargetUpn] {
                if !row.record.get(column).trim().is_empty() {
                    let reason = format!(
                        "only `map` has a target; empty the cell, or decide `map` instead of `{}`",
                        decision.name()
                    );
                    self.error(row, column, reason);
                    fits = false;
                }
            }
        }
        if !matches!(decision, Decision::Invite { .. }) && !address.is_empty() {
            let reason = format!(
                "only `invite` has an address; empty the cell, or decide `invite` instead of `{}`",
                decision.name()
            );
            self.error(row, Column::InviteAddress, reason);
            fits = false;
        }
        fits.then_some(decision)
    }

    /// The planned address in its original form where the file holds it as it was shown.
    fn invited(&self, key: &StorageKey, address: String) -> String {
        match self.context.sheet.plan.decision(key) {
            Decision::Invite { address: planned } if clean(planned.trim()) == address => planned.clone(),
            _ => address,
        }
    }

    /// The target of a map: the cell that was changed decides; if both were, they must agree.
    fn target(&mut self, row: &ReadRow, key: &StorageKey) -> Option<ObjectId> {
        let baseline = self.baseline(key).cloned().unwrap_or_default();
        let id = row.record.get(Column::TargetObjectId).trim().to_owned();
        let upn = row.record.get(Column::TargetUpn).trim().to_owned();
        let id_changed = !id.eq_ignore_ascii_case(baseline.get(Column::TargetObjectId).trim());
        let upn_changed = address::key(&upn) != address::key(baseline.get(Column::TargetUpn));
        let (has_id, has_upn) = (!id.is_empty(), !upn.is_empty());
        match (id_changed, upn_changed) {
            (true, true) if has_id && has_upn => {
                let by_id = self.by_id(row, &id);
                let by_upn = self.by_name(row, &upn);
                let (by_id, by_upn) = (by_id?, by_upn?);
                if by_id != by_upn {
                    self.error(
                        row,
                        Column::TargetUpn,
                        format!("{} is not the user with the object id {by_id}; both cells were changed and must agree", clean(&upn)),
                    );
                    return None;
                }
                Some(by_id)
            }
            (true, _) | (false, false) if has_id => self.by_id(row, &id),
            (_, true) | (false, false) if has_upn => self.by_name(row, &upn),
            (false, false) => {
                self.error(row, Column::TargetObjectId, "is empty, and `map` needs a target");
                None
            }
            _ => {
                let column = if id_changed { Column::TargetObjectId } else { Column::TargetUpn };
                self.error(row, column, "was emptied, and `map` needs a target");
                None
            }
        }
    }

    fn by_id(&mut self, row: &ReadRow, id: &str) -> Option<ObjectId> {
        let Ok(target) = id.parse::<ObjectId>() else {
            self.error(row, Column::TargetObjectId, format!("`{}` is not an object id", clean(id)));
            return None;
        };
        // A target that is planned already may have gone meanwhile: that is a matter of applying, not of reading the file.
        let planned = self.context.sheet.plan.decision(&row.record.storage_key()).target() == Some(target);
        if !planned && self.context.sheet.directory.get(target).is_none() {
            self.error(
                row,
                Column::TargetObjectId,
                format!("nobody in the tenant has the object id {target}"),
            );
            return None;
        }
        Some(target)
    }

    fn by_name(&mut self, row: &ReadRow, upn: &str) -> Option<ObjectId> {
        let found = self.by_upn.get(&address::key(upn)).cloned().unwrap_or_default();
        match found.as_slice() {
            [one] => Some(*one),
            [] => {
                self.error(
                    row,
                    Column::TargetUpn,
                    format!("nobody in the tenant signs in as {}", clean(upn)),
                );
                None
            }
            several => {
                let reason = format!(
                    "{} users of the tenant have the sign-in name {}; give the object id",
                    several.len(),
                    clean(upn)
                );
                self.error(row, Column::TargetUpn, reason);
                None
            }
        }
    }

    /// Judges what changed, as a whole, and makes the preview.
    fn finish(mut self, decided: Vec<(StorageKey, &ReadRow, Decision)>) -> Result<Import, Vec<ImportError>> {
        let sheet = self.context.sheet;
        let all: BTreeMap<StorageKey, Decision> =
            decided.iter().map(|(key, _, decision)| (key.clone(), decision.clone())).collect();
        let book = Rulebook::new(sheet.plan, sheet.directory, self.context.situation)
            .with_roster(sheet.roster)
            .with_forecast(sheet.forecast)
            .with_verified_domains(self.context.verified_domains)
            .with_decisions(&all)
            .indexed();
        let mut changes = Vec::new();
        let mut unchanged = 0;
        for (key, row, to) in decided {
            let from = sheet.plan.decision(&key).clone();
            let current = self.current.get(&key).cloned().unwrap_or_default();
            let note = clean_to(row.record.get(Column::Note).trim(), LONG).into_owned();
            let note_changed = note != current.get(Column::Note).trim();
            let decision_changed = to != from;
            if !decision_changed && !note_changed {
                unchanged += 1;
                continue;
            }
            let mut asks = Vec::new();
            if decision_changed {
                match self.judged(&book, &key, &to) {
                    Judgement::Allowed => {}
                    Judgement::AskFirst(reasons) => asks = reasons,
                    Judgement::Refused(reason) => {
                        let column =
                            if to.target().is_some() { Column::TargetObjectId } else { Column::Decision };
                        self.error(row, column, reason);
                        continue;
                    }
                }
                self.warn_if_older(row, &key);
            }
            let note_from = sheet.plan.row(&key).and_then(|row| row.note.clone());
            let note_to =
                if note_changed { Some(note).filter(|note| !note.is_empty()) } else { note_from.clone() };
            let name = named(current.get(Column::DisplayName), current.get(Column::PrincipalName));
            changes.push(RowChange {
                storage_key: key,
                row: row.number,
                name,
                from,
                to,
                note_from,
                note_to,
                asks,
            });
        }
        if self.errors.is_empty() {
            Ok(Import { changes, warnings: self.warnings, unchanged })
        } else {
            self.errors.sort_by_key(|error| error.row.unwrap_or(usize::MAX));
            Err(self.errors)
        }
    }

    fn judged(&self, book: &Rulebook<'_>, key: &StorageKey, to: &Decision) -> Judgement {
        let sheet = self.context.sheet;
        match (sheet.roster.get(key), sheet.forecast.get(key)) {
            (Some(user), Some(person)) => book.judge(to, user, person),
            _ if !to.is_decided() => Judgement::Allowed,
            _ => Judgement::Refused(
                "This person is not in the organization any more: nothing new can be decided.".to_owned(),
            ),
        }
    }

    /// The file takes back what was decided in the program since the export: said, not hidden.
    fn warn_if_older(&mut self, row: &ReadRow, key: &StorageKey) {
        let Some(before) = self.context.exported.and_then(|exported| exported.get(key)) else { return };
        let untouched = [Column::Decision, Column::TargetObjectId, Column::TargetUpn, Column::InviteAddress]
            .into_iter()
            .all(|column| row.record.get(column) == before.get(column));
        if untouched {
            let now = self.current.get(key).map_or("", |record| record.get(Column::Decision)).to_owned();
            self.warnings.push(ImportError::new(
                row.number,
                Some(Column::Decision),
                format!("was not edited in the file; the plan has another decision since the export ({now})"),
            ));
        }
    }
}

/// Spreadsheets rewrite numbers and truth values: `0,98` and `TRUE` are no edits.
fn same_cell(column: Column, a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    match column {
        Column::Score => match (number(a), number(b)) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-6,
            _ => false,
        },
        Column::NeedsALook => a.trim().eq_ignore_ascii_case(b.trim()),
        Column::StorageKey => StorageKey::new(a) == StorageKey::new(b),
        _ => false,
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok()
}

fn shown(cell: &str) -> String {
    if cell.is_empty() { "empty".to_owned() } else { format!("`{}`", clean(cell)) }
}
