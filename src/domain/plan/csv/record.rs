//! One person's row of the file, and how it is made from the plan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::candidate::Candidate;
use crate::domain::forecast::Forecast;
use crate::domain::ids::StorageKey;
use crate::domain::people::{Directory, LastAccess, OrgUser, Roster, UserType};
use crate::domain::plan::{Decision, Plan, PlanRow, RowState};
use crate::domain::text::{clean, clean_to};

/// Longest note and list of reasons in a cell, in characters.
pub(super) const LONG: usize = 4096;

macro_rules! columns {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal;)*) => {
        /// A column of the file, in its order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Column {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)*
        }

        impl Column {
            /// All columns, in the order of the file.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in the header.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

columns! {
    /// The organization's name.
    Organization "organization";
    /// Identifies the person.
    StorageKey "storage_key";
    /// The name.
    DisplayName "display_name";
    /// The sign-in address.
    PrincipalName "principal_name";
    /// The mail address.
    Mail "mail";
    /// Which directory the identity comes from.
    Origin "origin";
    /// The access level, as the service shows it.
    AccessLevel "access_level";
    /// Last use.
    LastAccessed "last_accessed";
    /// What connecting will do, or did.
    Outcome "outcome";
    /// What is to be done: `map`, `invite`, `remove`, `keep`, `undecided`.
    Decision "decision";
    /// The tenant user of a map.
    TargetObjectId "target_object_id";
    /// The target's sign-in name.
    TargetUpn "target_upn";
    /// `Member` or `Guest`.
    TargetUserType "target_user_type";
    /// The address of an invitation.
    InviteAddress "invite_address";
    /// The sign-in name of the best candidate.
    CandidateUpn "candidate_upn";
    /// How much speaks for the target, or for the best candidate, 0 to 1.
    Score "score";
    /// What speaks for it.
    Evidence "evidence";
    /// What speaks against it.
    Warnings "warnings";
    /// What was seen when it was decided has changed since.
    NeedsALook "needs_a_look";
    /// The administrator's words.
    Note "note";
    /// How the row stands.
    State "state";
    /// Why it failed.
    Error "error";
}

impl Column {
    /// Reads a header cell; case and blanks around it do not count.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::ALL.iter().copied().find(|column| column.name().eq_ignore_ascii_case(name))
    }

    /// Whether an import takes changes of this column.
    pub fn is_editable(self) -> bool {
        matches!(
            self,
            Self::Decision | Self::TargetObjectId | Self::TargetUpn | Self::InviteAddress | Self::Note
        )
    }

    /// Whether this column must equal the plan, whatever was exported before.
    pub(super) fn identifies(self) -> bool {
        matches!(self, Self::Organization | Self::StorageKey | Self::PrincipalName | Self::Origin)
    }
}

/// One row of the file: the cells as text, without guards. The store keeps the rows of the latest export, so that an import can
/// tell an edit from a change at the service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanRecord {
    cells: BTreeMap<Column, String>,
}

impl PlanRecord {
    /// The cell's text; empty where there is nothing.
    pub fn get(&self, column: Column) -> &str {
        self.cells.get(&column).map_or("", String::as_str)
    }

    /// Writes a cell.
    pub fn set(&mut self, column: Column, text: impl Into<String>) {
        let text = text.into();
        if text.is_empty() {
            self.cells.remove(&column);
        } else {
            self.cells.insert(column, text);
        }
    }

    /// The person of the row.
    pub fn storage_key(&self) -> StorageKey {
        StorageKey::new(self.get(Column::StorageKey))
    }
}

/// The rows of the latest export, by person.
pub type Exported = BTreeMap<StorageKey, PlanRecord>;

/// What the store keeps of an export.
pub fn exported(records: &[PlanRecord]) -> Exported {
    records.iter().map(|record| (record.storage_key(), record.clone())).collect()
}

/// What a file is made from.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// The organization's name.
    pub organization: &'a str,
    /// Its people.
    pub roster: &'a Roster,
    /// The tenant's people.
    pub directory: &'a Directory,
    /// The comparison.
    pub forecast: &'a Forecast,
    /// The decisions.
    pub plan: &'a Plan,
}

/// The rows of the file: everybody in the organization, in the order of the roster, then those of the plan who are gone from it.
pub fn records(sheet: &Sheet<'_>) -> Vec<PlanRecord> {
    let people = sheet.roster.people().iter().map(|user| of_user(sheet, user));
    let gone = sheet
        .plan
        .rows
        .values()
        .filter(|row| row.decision.is_decided() && sheet.roster.get(&row.storage_key).is_none())
        .map(|row| of_gone(sheet, row));
    people.chain(gone).collect()
}

fn of_user(sheet: &Sheet<'_>, user: &OrgUser) -> PlanRecord {
    let row = sheet.plan.row(&user.storage_key).cloned();
    let row = row.unwrap_or_else(|| PlanRow::undecided(user.storage_key.clone()));
    let mut record = of_row(sheet, &row);
    record.set(Column::DisplayName, clean(&user.display_name));
    record.set(Column::PrincipalName, clean(&user.principal_name));
    record.set(Column::Mail, user.mail.as_deref().map(clean).unwrap_or_default());
    record.set(Column::Origin, clean(user.origin.as_str()));
    record.set(Column::AccessLevel, user.access_level.as_deref().map(clean).unwrap_or_default());
    record.set(
        Column::LastAccessed,
        match user.last_accessed {
            LastAccess::At(at) => at.to_string(),
            LastAccess::Never => "never".to_owned(),
            LastAccess::Unknown => String::new(),
        },
    );
    record
}

/// Somebody about whom something was decided and who is not in the organization any more.
fn of_gone(sheet: &Sheet<'_>, row: &PlanRow) -> PlanRecord {
    let mut record = of_row(sheet, row);
    if let Some(seen) = &row.seen {
        record.set(Column::DisplayName, clean(&seen.person.display_name));
        record.set(Column::PrincipalName, clean(&seen.person.principal_name));
        record.set(Column::Mail, seen.person.mail.as_deref().map(clean).unwrap_or_default());
        record.set(Column::Origin, clean(&seen.person.origin));
    }
    record
}

/// The cells that come from the decision and the forecast.
fn of_row(sheet: &Sheet<'_>, row: &PlanRow) -> PlanRecord {
    let mut record = PlanRecord::default();
    record.set(Column::Organization, clean(sheet.organization));
    record.set(Column::StorageKey, clean(row.storage_key.as_str()));
    record.set(Column::Decision, row.decision.name());
    record.set(Column::NeedsALook, if row.needs_a_look { "true" } else { "false" });
    record.set(Column::Note, row.note.as_deref().map(|note| clean_to(note, LONG)).unwrap_or_default());
    let state =
        if row.decision.is_decided() || row.state != RowState::Planned { row.state.name() } else { "" };
    record.set(Column::State, state);
    record.set(Column::Error, row.error.as_deref().map(|error| clean_to(error, LONG)).unwrap_or_default());
    if let Decision::Invite { address } = &row.decision {
        record.set(Column::InviteAddress, clean(address));
    }
    if let Some(target) = row.decision.target() {
        record.set(Column::TargetObjectId, target.to_string());
        if let Some(user) = sheet.directory.get(target) {
            record.set(Column::TargetUpn, clean(user.user_principal_name()));
            record.set(Column::TargetUserType, user.user_type.map_or("", UserType::as_str));
        } else if let Some(seen) = row.seen.as_ref().and_then(|seen| seen.target.as_ref()) {
            record.set(Column::TargetUpn, clean(&seen.user_principal_name));
        }
    }
    if let Some(person) = sheet.forecast.get(&row.storage_key) {
        record.set(Column::Outcome, person.outcome.name());
        let best = person.candidates.first();
        let best_user = best.and_then(|best| sheet.directory.get(best.object_id));
        record.set(
            Column::CandidateUpn,
            best_user.map(|user| clean(user.user_principal_name())).unwrap_or_default(),
        );
        let shown = match row.decision.target() {
            Some(target) => person.candidates.iter().find(|candidate| candidate.object_id == target),
            None => best,
        };
        if let Some(candidate) = shown {
            set_reasons(&mut record, candidate);
        }
    }
    record
}

fn set_reasons(record: &mut PlanRecord, candidate: &Candidate) {
    record.set(Column::Score, format!("{:.2}", candidate.score));
    let evidence = candidate.evidence.iter().map(|it| (it.kind.name(), it.detail.as_str()));
    record.set(Column::Evidence, reasons(evidence));
    let warnings = candidate.warnings.iter().map(|it| (it.kind.name(), it.detail.as_str()));
    record.set(Column::Warnings, reasons(warnings));
}

/// `mail: adele@fabrikam.com; name: Adele Vance`.
fn reasons<'a>(list: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let parts: Vec<String> = list
        .map(
            |(kind, detail)| {
                if detail.is_empty() { kind.to_owned() } else { format!("{kind}: {}", clean(detail)) }
            },
        )
        .collect();
    clean_to(&parts.join("; "), LONG).into_owned()
}
