//! What Microsoft Support needs where more than 100 people are disconnected: which identity of the organization is to be mapped
//! onto which tenant user, as a list and as a letter (FAQ of "Connect your organization to Microsoft Entra ID").

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Material;
use crate::domain::connection::Backing;
use crate::domain::ids::StorageKey;
use crate::domain::people::TenantUser;
use crate::domain::plan::{Decision, JournalEntry, PlanRow, RowState, csv};
use crate::domain::text::{clean, csv_cell};

/// The columns of the list.
pub const COLUMNS: [&str; 13] = [
    "storage_key",
    "descriptor",
    "display_name",
    "principal_name",
    "mail",
    "origin",
    "target_object_id",
    "target_upn",
    "target_display_name",
    "state",
    "error",
    "activity_id",
    "activity_at",
];

/// Longest list of failed calls in the letter; the journal has all of them.
const CALLS: usize = 200;

/// Whoever is to be mapped and is not yet proven to be.
fn wanted(material: &Material) -> impl Iterator<Item = &PlanRow> {
    material
        .plan
        .rows
        .values()
        .filter(|row| row.decision.target().is_some() && row.state != RowState::Verified)
}

/// The newest call of each row that the service gave an id.
fn calls(material: &Material) -> BTreeMap<&StorageKey, &JournalEntry> {
    material
        .journal
        .iter()
        .filter(|line| line.activity_id.is_some())
        .map(|line| (material.planned(&line.storage_key), line))
        .collect()
}

/// The list as CSV: UTF-8, RFC 4180, a header, every cell cleaned, no cell a formula.
pub fn list(material: &Material) -> String {
    let calls = calls(material);
    let mut rows: Vec<(String, Vec<String>)> =
        wanted(material).map(|row| line(material, row, &calls)).collect();
    rows.sort();
    let header = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    csv::lines(std::iter::once(header).chain(rows.into_iter().map(|(_, cells)| cells)))
}

fn line(
    material: &Material,
    row: &PlanRow,
    latest: &BTreeMap<&StorageKey, &JournalEntry>,
) -> (String, Vec<String>) {
    let key = &row.storage_key;
    let user = material.newest(key).map(|known| &known.user);
    let seen = row.seen.as_deref();
    let person = seen.map(|seen| &seen.person);
    let target = row.decision.target();
    let read =
        material.newest(key).and_then(|known| known.target.as_ref()).filter(|it| Some(it.id) == target);
    let seen_target = seen.and_then(|seen| seen.target.as_ref());
    let name = user.map(|user| &*user.display_name).or(person.map(|it| it.display_name.as_str()));
    let mail = match (user, person) {
        (Some(user), _) => user.mail.as_deref(),
        (None, person) => person.and_then(|it| it.mail.as_deref()),
    };
    let call = latest.get(key);
    let cells = [
        row.new_storage_key.as_ref().unwrap_or(key).as_str(),
        user.map_or("", |user| user.descriptor.as_str()),
        name.unwrap_or_default(),
        user.map(|user| &*user.principal_name)
            .or(person.map(|it| it.principal_name.as_str()))
            .unwrap_or_default(),
        mail.unwrap_or_default(),
        user.map(|user| user.origin.as_str()).or(person.map(|it| it.origin.as_str())).unwrap_or_default(),
        &target.map(|id| id.to_string()).unwrap_or_default(),
        read.map(TenantUser::user_principal_name)
            .or(seen_target.map(|it| it.user_principal_name.as_str()))
            .unwrap_or_default(),
        read.map(TenantUser::display_name)
            .or(seen_target.map(|it| it.display_name.as_str()))
            .unwrap_or_default(),
        row.state.name(),
        row.error.as_deref().unwrap_or_default(),
        call.and_then(|line| line.activity_id.as_deref()).unwrap_or_default(),
        &call.map(|line| line.at.to_string()).unwrap_or_default(),
    ];
    (
        name.unwrap_or_default().to_lowercase() + key.as_str(),
        cells.iter().map(|cell| csv_cell(cell)).collect(),
    )
}

/// The letter that goes with the list. `list` is the name of the list's file, where there is one.
pub fn letter(material: &Material, list: Option<&str>) -> String {
    let plan = &material.plan;
    let waiting: Vec<&PlanRow> = wanted(material).collect();
    let decided =
        |wanted: fn(&Decision) -> bool| plan.rows.values().filter(|row| wanted(&row.decision)).count();
    let verified = plan
        .rows
        .values()
        .filter(|row| row.decision.target().is_some() && row.state == RowState::Verified)
        .count();
    let undecided = material.people().into_iter().filter(|key| !plan.decision(key).is_decided()).count();
    let mut out = String::new();
    let mut say = |words: &str| {
        // Writing to memory cannot fail.
        let _ = writeln!(out, "{words}");
    };
    say("To Microsoft Support: mapping of disconnected users of an Azure DevOps organization");
    say("");
    say(&format!("Organization: https://dev.azure.com/{}", clean(&material.organization)));
    if let Some(tenant) = material.tenant {
        say(&format!("Destination tenant (Microsoft Entra ID): {tenant}"));
    }
    say(&match plan.first_backing {
        Some(Backing::MicrosoftAccounts) => "Backed before by: Microsoft accounts".to_owned(),
        Some(Backing::Tenant(tenant)) => format!("Backed before by: the tenant {tenant}"),
        None => "Backed before by: not known".to_owned(),
    });
    say(&material.switched_at.map_or_else(
        || "The switch: not seen yet".to_owned(),
        |at| format!("The switch was seen at: {}", second(at)),
    ));
    say(&format!("Written: {} by ado2entra {}", second(material.written_at), material.version));
    say("");
    say("What we ask for");
    say(&format!(
        "Please map these {} identities of the organization onto the users of the destination tenant that the list names. The \
         portal's Resolve and Invite are not available, because more users are disconnected than it allows (100).",
        waiting.len()
    ));
    if let Some(list) = list {
        say(&format!("The list: {} (CSV, UTF-8; columns {}).", clean(list), COLUMNS.join(", ")));
    }
    say(
        "The storage key identifies a person. The descriptor is the one of our latest reading; connecting changes it.",
    );
    say("");
    say("How it stands");
    say(&format!("- to be mapped, in the list: {}", waiting.len()));
    for state in RowState::ALL.into_iter().filter(|state| *state != RowState::Verified) {
        let count = waiting.iter().filter(|row| row.state == state).count();
        if count > 0 {
            say(&format!("  - {}: {count}", state.name()));
        }
    }
    say(&format!("- mapped, and read back: {verified}"));
    for (words, count) in [
        ("to be invited as guests", decided(|it| matches!(it, Decision::Invite { .. }))),
        ("to be removed", decided(|it| matches!(it, Decision::Remove))),
        ("to be left as they are", decided(|it| matches!(it, Decision::Keep))),
        ("without a decision, and therefore not in the list", undecided),
    ] {
        if count > 0 {
            say(&format!("- {words}: {count}"));
        }
    }
    failed_calls(material, &mut say);
    out
}

fn failed_calls(material: &Material, say: &mut impl FnMut(&str)) {
    let failed: Vec<&JournalEntry> = material
        .journal
        .iter()
        .filter(|line| line.activity_id.is_some())
        .filter(|line| matches!(line.state, RowState::Failed | RowState::Unknown | RowState::Refused))
        .collect();
    if failed.is_empty() {
        return;
    }
    say("");
    say(&format!("Calls that failed: {}, the newest first", failed.len()));
    for line in failed.iter().rev().take(CALLS) {
        say(&format!(
            "- {}  activity id {}  {}: {}",
            second(line.at),
            clean(line.activity_id.as_deref().unwrap_or_default()),
            material.name(&line.storage_key),
            clean(&line.detail)
        ));
    }
    if failed.len() > CALLS {
        say(&format!("- and {} more in the journal", failed.len() - CALLS));
    }
}

/// To the second, in UTC.
pub(super) fn second(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests;
