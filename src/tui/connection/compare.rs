//! `c`: before and after, and the list for the time after connecting.
//!
//! ```text
//!  ┌ Before and after ──────────────────────────────────────────────────────────────────────────────┐
//!  │ 1 changes  2 checklist                       before: the reading from before the switch, 18:59  │
//!  │ 3 people lost something that was not to be expected; 2 lost only what was to be expected        │
//!  │ groups 5 lost 2 expected · access levels 1 lost · 34 identities changed · 28 people unchanged   │
//!  │                                                                                                 │
//!  │ ▌! Beatriz Cordeiro   group, project                  │ Beatriz Cordeiro (beatriz@contoso.com)  │
//!  │  ~ Ravi Danjuma       access-level                    │   lost  group    [Orchard]\Contributors │
//! ```
//!
//! Nothing is decided here: it is read, shown, exported, and points that only a person knows are ticked with a note.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent};

use crate::domain::StorageKey;
use crate::domain::comparison::checklist::{Point, PointId};
use crate::domain::comparison::words::{COLUMNS, rows};
use crate::domain::comparison::{Comparison, Difference, LookBack, PersonChanges};
use crate::tasks::{self, Msg};
use crate::tui::app::{App, Effect};
use crate::tui::export;
use crate::tui::overlay::{Overlay, Prompt, Purpose, moved};

mod screen;

pub use screen::view;

/// What the overlay shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Page {
    /// Who lost, gained or changed what.
    #[default]
    Changes,
    /// The list for the time after connecting.
    Checklist,
}

/// Whose changes are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shown {
    /// Everything that was not to be expected, and every loss.
    #[default]
    Losses,
    /// Only what was lost and not to be expected.
    Unexpected,
    /// Everybody with a difference.
    Everything,
}

impl Shown {
    fn next(self) -> Self {
        match self {
            Self::Losses => Self::Unexpected,
            Self::Unexpected => Self::Everything,
            Self::Everything => Self::Losses,
        }
    }

    /// In words, for the line above the list.
    pub fn words(self) -> &'static str {
        match self {
            Self::Losses => "losses, and what was not to be expected",
            Self::Unexpected => "only unexpected losses",
            Self::Everything => "every difference",
        }
    }
}

/// Something in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// What concerns the organization.
    Organization,
    /// One person.
    Person(StorageKey),
    /// One point of the list for the time after.
    Point(PointId),
}

/// The overlay.
#[derive(Debug, Clone, Default)]
pub struct Dialog {
    /// Which page.
    pub page: Page,
    /// Whose changes.
    pub shown: Shown,
    /// What is selected; nothing: the first. By identity, so that a new reading does not move it.
    selected: Option<Row>,
    /// The details instead of the list, where there is not room for both.
    pub details: bool,
    /// First line of the details.
    pub scrolled: usize,
}

/// Opens it, and compares at once where nothing was compared yet.
pub(super) fn open(app: &mut App) -> Vec<Effect> {
    app.overlays.push(Overlay::Compare(Dialog::default()));
    if app.model.look_back.is_some() { Vec::new() } else { vec![look(None)] }
}

fn look(before: Option<PathBuf>) -> Effect {
    Effect::Task(tasks::Effect::LookBack(before))
}

/// Why it cannot be opened. Without a network, what the store and a snapshot hold is compared.
pub(super) fn disabled(app: &App) -> Option<String> {
    let roster = &app.model.roster;
    let is_coming = roster.value.is_none() && roster.problem.is_none() && app.model.context.offline.is_none();
    is_coming.then(|| "the people of the organization are not read yet".to_owned())
}

/// The latest look back.
pub(super) fn found(app: &App) -> Option<&LookBack> {
    app.model.look_back.as_deref()
}

fn comparison(app: &App) -> Option<&Comparison> {
    found(app)?.comparison.as_ref().ok()
}

fn is_shown(shown: Shown, differences: &[Difference]) -> bool {
    match shown {
        Shown::Everything => true,
        Shown::Unexpected => differences.iter().any(Difference::is_unexpected_loss),
        Shown::Losses => differences
            .iter()
            .any(|one| one.change == crate::domain::comparison::Change::Lost || one.expected.is_none()),
    }
}

/// The rows of the page, in their order.
pub(super) fn rows_of(app: &App, dialog: &Dialog) -> Vec<Row> {
    match dialog.page {
        Page::Checklist => {
            let points = found(app).map_or(&[][..], |found| &found.points);
            points.iter().map(|point| Row::Point(point.id)).collect()
        }
        Page::Changes => {
            let Some(comparison) = comparison(app) else { return Vec::new() };
            let organization = (!comparison.organization.is_empty()
                && is_shown(dialog.shown, &comparison.organization))
            .then_some(Row::Organization);
            let people = comparison.people.iter();
            let people = people.filter(|person| is_shown(dialog.shown, &person.differences));
            organization
                .into_iter()
                .chain(people.map(|person| Row::Person(person.storage_key.clone())))
                .collect()
        }
    }
}

/// Where the selection stands in these rows.
pub(super) fn place(dialog: &Dialog, rows: &[Row]) -> usize {
    rows.iter().position(|row| Some(row) == dialog.selected.as_ref()).unwrap_or(0)
}

/// The person of a row.
pub(super) fn person<'a>(app: &'a App, key: &StorageKey) -> Option<&'a PersonChanges> {
    comparison(app)?.people.iter().find(|person| person.storage_key == *key)
}

/// The point of a row.
pub(super) fn point(app: &App, id: PointId) -> Option<&Point> {
    found(app)?.points.iter().find(|point| point.id == id)
}

/// `Tab` turns the page, `j`/`k` move, `Enter` opens, `f` shows more or less, `b` compares with a snapshot, `r` compares
/// again, `e` exports, `Space` ticks a point, `Esc` leaves.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let (end, page) = (app.drawn.details_end, app.drawn.page.max(1));
    let Some(Overlay::Compare(dialog)) = app.overlays.last() else { return Vec::new() };
    let rows = rows_of(app, dialog);
    let (at, last) = (place(dialog, &rows), rows.len().saturating_sub(1));
    let is_open = dialog.details;
    match key.code {
        KeyCode::Esc | KeyCode::Char('q' | 'c') if !is_open => {
            app.overlays.pop();
            return Vec::new();
        }
        KeyCode::Char('r') => {
            app.say("comparing again");
            return vec![look(None)];
        }
        KeyCode::Char('b') => {
            ask_before(app);
            return Vec::new();
        }
        KeyCode::Char('e') => {
            ask_export(app);
            return Vec::new();
        }
        KeyCode::Char(' ') => return tick(app, rows.get(at)),
        _ => {}
    }
    let Some(Overlay::Compare(dialog)) = app.overlays.last_mut() else { return Vec::new() };
    let to = moved(key.code, at, last, page);
    match key.code {
        KeyCode::Tab | KeyCode::BackTab => {
            let other = if dialog.page == Page::Changes { Page::Checklist } else { Page::Changes };
            *dialog = Dialog { page: other, shown: dialog.shown, ..Dialog::default() };
            return Vec::new();
        }
        KeyCode::Char('f') if dialog.page == Page::Changes => {
            dialog.shown = dialog.shown.next();
            dialog.scrolled = 0;
        }
        KeyCode::Enter => (dialog.details, dialog.scrolled) = (!dialog.details, 0),
        KeyCode::Esc | KeyCode::Char('q' | 'c') => dialog.details = false,
        KeyCode::Char('J') => dialog.scrolled = (dialog.scrolled + 3).min(end),
        KeyCode::Char('K') => dialog.scrolled = dialog.scrolled.min(end).saturating_sub(3),
        _ if to != at => dialog.scrolled = 0,
        _ => {}
    }
    if to != at {
        dialog.selected = rows.get(to).cloned();
    }
    Vec::new()
}

fn ask_before(app: &mut App) {
    app.overlays.push(Overlay::Prompt(Prompt::new(
        "Compare with a snapshot",
        vec![
            "Which snapshot was taken before? It is read, and nothing of it is kept. Without one, the reading from before the \
             switch is used that the program keeps."
                .to_owned(),
        ],
        "",
        Purpose::CompareWith,
    )));
}

fn ask_export(app: &mut App) {
    if comparison(app).is_none() {
        app.complain("there is no comparison to export");
        return;
    }
    let organization: String =
        app.model.context.organization.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    app.overlays.push(Overlay::Prompt(Prompt::new(
        "Export every difference as CSV",
        vec!["Into which file? An existing file is not replaced.".to_owned()],
        &format!("{organization}-compared.csv"),
        Purpose::ExportComparison,
    )));
}

/// The effect that compares with this snapshot.
pub fn compare_with(path: &str) -> Vec<Effect> {
    vec![look(Some(PathBuf::from(path)))]
}

/// The effect that writes every difference.
pub fn export_to(app: &mut App, path: &str) -> Vec<Effect> {
    let Some(comparison) = comparison(app) else { return Vec::new() };
    let mut all = vec![COLUMNS.iter().map(|name| (*name).to_owned()).collect()];
    all.extend(rows(comparison));
    export::write_rows(app, "the comparison", &all, path)
}

fn tick(app: &mut App, row: Option<&Row>) -> Vec<Effect> {
    let Some(Row::Point(id)) = row else { return Vec::new() };
    let id = *id;
    let Some(point) = point(app, id) else { return Vec::new() };
    if point.ticked.is_some() {
        return vec![Effect::Task(tasks::Effect::TickPoint(id, None))];
    }
    if !point.status.can_be_ticked() {
        let status = point.status.name();
        app.complain(format!("{status} cannot be ticked, only what a person has to tell"));
        return Vec::new();
    }
    if let Some(why) = app.cannot_decide() {
        app.complain(why);
        return Vec::new();
    }
    let text = vec![
        point.remedy.clone(),
        "Who looked, and what was found? The note is kept in the plan, and shown with the point.".to_owned(),
    ];
    app.overlays.push(Overlay::Prompt(Prompt::new(
        format!("Tick: {}", id.title()),
        text,
        "",
        Purpose::TickPoint(id),
    )));
    Vec::new()
}

/// Follows a message.
pub(super) fn absorbed(app: &mut App, msg: &Msg) {
    match msg {
        Msg::LookedBack(found) => {
            let words = match &found.comparison {
                Ok(comparison) => screen::answer(comparison),
                Err(problem) => problem.said.clone(),
            };
            app.say(format!("before and after: {words}"));
        }
        Msg::PointTicked(id, tick) => {
            let word = if tick.is_some() { "ticked" } else { "no longer ticked" };
            app.say(format!("{}: {word}", id.title()));
        }
        _ => {}
    }
}
