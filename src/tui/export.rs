//! `e`: what is shown, as a CSV file with the columns of the contract; or one of the lists that are made from the plan for others.

use std::path::PathBuf;

use crate::domain::forecast::table::{COLUMNS, cells};
use crate::domain::plan::csv::{self as lists, Sheet};
use crate::domain::text::csv_cell;
use crate::tasks;

use super::app::{App, Effect, Tab};
use super::overlay::{Prompt, Purpose};
use super::people::{People, PeopleList};

/// What a file may hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Content {
    /// The list of the tab, as it is shown.
    #[default]
    Shown,
    /// Microsoft's cross-tenant identity map.
    IdentityMap,
    /// Whom the Entra administrator creates.
    EntraCreate,
    /// Whom the Entra administrator invites.
    EntraInvite,
}

impl Content {
    const ALL: [Self; 4] = [Self::Shown, Self::IdentityMap, Self::EntraCreate, Self::EntraInvite];

    /// The next one, in a circle.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|it| *it == self).unwrap_or(0);
        Self::ALL.get(at + 1).copied().unwrap_or_default()
    }

    fn words(self) -> &'static str {
        match self {
            Self::Shown => "what is shown",
            Self::IdentityMap => "the Microsoft 365 identity map: everybody who is mapped, without a header",
            Self::EntraCreate => "for the Entra administrator: whom to create (missing, and undecided)",
            Self::EntraInvite => "for the Entra administrator: whom to invite (decided so)",
        }
    }

    /// The same names as on the command line.
    fn name(self, tab: Tab) -> String {
        match self {
            Self::Shown => tab.title().to_lowercase(),
            Self::IdentityMap => "m365".to_owned(),
            Self::EntraCreate => "entra-create".to_owned(),
            Self::EntraInvite => "entra-invite".to_owned(),
        }
    }
}

/// The question into which file.
pub fn question(app: &App, tab: Tab, content: Content) -> Prompt {
    Prompt::new(
        "Export as CSV",
        vec![
            format!("What: {}. Tab: another list.", content.words()),
            "Into which file? An existing file is not replaced.".to_owned(),
        ],
        &proposed_path(app, tab, content),
        Purpose::Export(tab, content),
    )
}

/// The same question about the next list; a path that was typed stays.
pub fn turned(app: &App, prompt: &Prompt, tab: Tab, content: Content) -> Prompt {
    let typed = prompt.input.value();
    let next = question(app, tab, content.next());
    if typed == proposed_path(app, tab, content) {
        return next;
    }
    Prompt { input: typed.to_owned().into(), ..next }
}

/// The name that the dialog proposes.
fn proposed_path(app: &App, tab: Tab, content: Content) -> String {
    let organization: String =
        app.model.context.organization.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("{organization}-{}.csv", content.name(tab))
}

/// The effect that writes the file.
pub fn write(app: &mut App, tab: Tab, content: Content, path: &str) -> Vec<Effect> {
    if content != Content::Shown {
        return write_list(app, content, path);
    }
    let (what, rows) = match tab {
        Tab::Prerequisites => ("the prerequisites", prerequisites(app)),
        Tab::Users => ("the people shown", users(app, &app.users.list)),
        Tab::Mapping | Tab::Connection => ("the people shown", users(app, &app.mapping.list)),
    };
    write_rows(app, what, &rows, path)
}

/// A list that is made from the whole plan, whatever the tab shows.
fn write_list(app: &mut App, content: Content, path: &str) -> Vec<Effect> {
    let model = &app.model;
    let forecast =
        model.analysis.as_ref().and_then(|analysis| Some((analysis, analysis.forecast.as_deref()?)));
    let (Some(roster), Some(directory), Some((analysis, forecast))) =
        (model.roster.get(), model.directory.get(), forecast)
    else {
        app.complain("nothing was compared yet: both lists of people are needed");
        return Vec::new();
    };
    let organization = &model.context.organization;
    let sheet = Sheet { organization, roster, directory, forecast, plan: &model.plan };
    let domains =
        model.facts.tenant.get().map(|tenant| tenant.verified_domains.as_slice()).unwrap_or_default();
    let (what, text) = match content {
        Content::EntraCreate => ("the list to create", lists::entra_create(&sheet, domains)),
        Content::EntraInvite => ("the list to invite", lists::entra_invite(&sheet)),
        Content::Shown | Content::IdentityMap => {
            ("the identity map", lists::identity_map(&sheet, &analysis.situation))
        }
    };
    vec![file(what, path, text.into_bytes())]
}

fn file(what: &str, path: &str, bytes: Vec<u8>) -> Effect {
    Effect::Task(tasks::Effect::WriteFile {
        what: what.to_owned(),
        path: PathBuf::from(path),
        bytes,
        force: false,
    })
}

/// The effect that writes these rows, the first being the columns.
pub fn write_rows(app: &mut App, what: &str, rows: &[Vec<String>], path: &str) -> Vec<Effect> {
    match csv(rows) {
        Ok(bytes) => vec![file(what, path, bytes)],
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
