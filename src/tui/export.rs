//! What is shown, as a CSV file: the tabs Prerequisites and Users with the columns of the contract.

use std::path::PathBuf;

use crate::domain::forecast::table::{COLUMNS, cells};
use crate::domain::text::csv_cell;
use crate::tasks;

use super::app::{App, Effect, Tab};
use super::people::{People, PeopleList};

/// The name that the dialog proposes.
pub fn proposed_path(app: &App, tab: Tab) -> String {
    let organization: String =
        app.model.context.organization.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("{organization}-{}.csv", tab.title().to_lowercase())
}

/// The effect that writes the list of this tab.
pub fn write(app: &mut App, tab: Tab, path: &str) -> Vec<Effect> {
    let (what, rows) = match tab {
        Tab::Prerequisites => ("the prerequisites", prerequisites(app)),
        Tab::Users => ("the people shown", users(app, &app.users.list)),
        Tab::Mapping | Tab::Connection => ("the people shown", users(app, &app.mapping.list)),
    };
    write_rows(app, what, &rows, path)
}

/// The effect that writes these rows, the first being the columns.
pub fn write_rows(app: &mut App, what: &str, rows: &[Vec<String>], path: &str) -> Vec<Effect> {
    match csv(rows) {
        Ok(bytes) => vec![Effect::Task(tasks::Effect::WriteFile {
            what: what.to_owned(),
            path: PathBuf::from(path),
            bytes,
            force: false,
        })],
        Err(error) => {
            app.complain(format!("the CSV could not be made: {error}"));
            Vec::new()
        }
    }
}

fn csv(rows: &[Vec<String>]) -> Result<Vec<u8>, String> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| csv_cell(cell))).map_err(|error| error.to_string())?;
    }
    writer.into_inner().map_err(|error| error.to_string())
}

fn strings(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn prerequisites(app: &App) -> Vec<Vec<String>> {
    let mut rows =
        vec![strings(&["id", "title", "status", "summary", "evidence", "remedy", "docs_url", "ticked"])];
    rows.extend(app.prerequisites.shown(&app.model).map(|check| {
        vec![
            check.id.name().to_owned(),
            check.id.title().to_owned(),
            check.status.name().to_owned(),
            check.summary.clone(),
            check.evidence.join("; "),
            check.remedy.clone(),
            check.id.docs_url().to_owned(),
            check.ticked.as_ref().map(|tick| tick.note.clone()).unwrap_or_default(),
        ]
    }));
    rows
}

fn users(app: &App, list: &PeopleList) -> Vec<Vec<String>> {
    let mut rows = vec![strings(&COLUMNS)];
    let people = People::of(&app.model);
    for at in list.rows() {
        let Some(user) = people.user(*at as usize) else { continue };
        let person = people.person(*at as usize, &user.storage_key);
        let decision = app.model.plan.decision(&user.storage_key);
        rows.push(cells(user, person, decision, app.model.directory.value.as_deref()).to_vec());
    }
    rows
}
