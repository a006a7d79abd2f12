//! A comparison in words and in cells, the same for screen, text and CSV. Everything is cleaned here.

use super::{Comparison, Difference, PersonChanges, Summary};
use crate::domain::connection::Backing;
use crate::domain::text::{clean, named};

/// The columns of the CSV.
pub const COLUMNS: [&str; 11] = [
    "storage_key",
    "new_storage_key",
    "display_name",
    "principal_name",
    "new_principal_name",
    "kind",
    "change",
    "before",
    "after",
    "expected",
    "note",
];

/// The answer of a comparison in one sentence, without a full stop. `people` says how many people, in words.
pub fn answer(summary: &Summary, people: impl Fn(usize) -> String) -> String {
    if summary.lost() == 0 {
        return "nobody lost anything".to_owned();
    }
    let expected = match summary.with_expected_loss {
        0 => String::new(),
        n => format!("; {} lost only what was to be expected", people(n)),
    };
    match (summary.lost_unexpectedly(), summary.with_unexpected_loss) {
        (0, _) => format!("nobody lost anything unexpected{expected}"),
        (_, 0) => format!("the organization lost something that was not to be expected{expected}"),
        (_, n) => format!("{} lost something that was not to be expected{expected}", people(n)),
    }
}

/// One difference in a sentence's part: what was and what is, and why that was to be expected.
pub fn sentence(one: &Difference, arrow: &str) -> String {
    let mut words = match (&one.before, &one.after) {
        (Some(before), Some(after)) => format!("{} {arrow} {}", clean(before), clean(after)),
        (Some(only), None) | (None, Some(only)) => clean(only).into_owned(),
        (None, None) => String::new(),
    };
    if let Some(note) = &one.note {
        words.push_str(" (");
        words.push_str(&clean(note));
        words.push(')');
    }
    words
}

/// Who it is: name and address, and the new address where there is one.
pub fn who(person: &PersonChanges, arrow: &str) -> String {
    let mut words = named(&person.name, &person.address);
    if let Some(new) = &person.new_address {
        words.push(' ');
        words.push_str(arrow);
        words.push(' ');
        words.push_str(&clean(new));
    }
    words
}

/// What backed the organization.
pub fn backed_by(backing: Option<Backing>) -> String {
    match backing {
        None => "not known what backed it".to_owned(),
        Some(Backing::MicrosoftAccounts) => "backed by Microsoft accounts".to_owned(),
        Some(Backing::Tenant(tenant)) => format!("backed by the directory {tenant}"),
    }
}

/// All rows of the CSV, without the line of columns: a person's differences one by one, then the organization's.
pub fn rows(comparison: &Comparison) -> impl Iterator<Item = Vec<String>> {
    let people = comparison.people.iter().flat_map(|person| {
        person.differences.iter().map(move |one| {
            let mut row = vec![
                person.storage_key.to_string(),
                person.new_storage_key.as_ref().map(ToString::to_string).unwrap_or_default(),
                person.name.to_string(),
                person.address.to_string(),
                person.new_address.as_deref().unwrap_or_default().to_owned(),
            ];
            row.extend(cells(one));
            row
        })
    });
    let organization = comparison.organization.iter().map(|one| {
        let mut row = vec![String::new(); 5];
        row.extend(cells(one));
        row
    });
    people.chain(organization)
}

fn cells(one: &Difference) -> [String; 6] {
    [
        one.kind.name().to_owned(),
        one.change.name().to_owned(),
        one.before.as_deref().unwrap_or_default().to_owned(),
        one.after.as_deref().unwrap_or_default().to_owned(),
        one.expected.map(super::Expected::name).unwrap_or_default().to_owned(),
        one.note.as_deref().unwrap_or_default().to_owned(),
    ]
}
