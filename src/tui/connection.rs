//! The tab Connection: where on the way the organization is, what is seen of it, what only a person can do.
//!
//! ```text
//!  ✓ prepare ── ● connect ── ○ sign in again ── ○ map ── ○ inform ── ○ validate ── ○ done    way back
//!
//!  NOT CONNECTED   backed by Microsoft accounts                     next reading in 12 s   ▂▂▃▂▂▅▂▂ 84 ms
//!
//!  ● Connect in the portal                                                                            now
//!    When you do: 61 keep working · 49 are locked out until mapped · 33 service identities are not touched
//!    1 Open this page in the browser, signed in as jamal@outlook.com.
//!    https://dev.azure.com/fabrikam/_settings/organizationAad                                     y copy
//!
//!  before reading   19:02:11, 143 people, with their groups
//!  way back         the disconnect page, the rescue page, Support                                   Enter
//!
//!  19:04:11  tenant probe   no tenant (302, both headers agree)
//! ```
//!
//! The timeline, its words and the way back come from the analysis; nothing here decides where on the way we are. The wrong
//! directory turns the whole screen, whatever was open. Addresses are the program's own, never a service's.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::domain::Phase;
use crate::domain::activity::{CONNECTION, SIGN_IN, Source};
use crate::domain::connection::{LockoutCause, Step};
use crate::tasks::{self, Msg};

use super::actions::Action;
use super::app::{App, Effect, Tab};
use super::overlay::{Overlay, Prompt, Purpose, turn};

pub mod accounts;
mod alert;
mod compare;
mod screen;
mod watch;

pub use compare::{
    Dialog as Compare, compare_with, export_to as export_comparison, key as compare_key, view as compare_view,
};
pub use screen::view;
pub use watch::before as before_reading;

/// What happened longer ago is no news.
const NEWS: SignedDuration = SignedDuration::from_secs(30);

/// How far one key scrolls the details.
const SCROLL: usize = 3;

/// Something that can be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// A step of the timeline.
    Step(Phase),
    /// The way back.
    WayBack,
}

impl Item {
    fn all() -> impl DoubleEndedIterator<Item = Self> {
        Phase::ALL.into_iter().map(Self::Step).chain([Self::WayBack])
    }
}

/// What the tab Connection remembers.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// What was selected; nothing: the step that is due, and it follows when that changes.
    selected: Option<Item>,
    /// All words of the selected item instead of the overview.
    pub details: bool,
    /// First line of the details.
    pub scrolled: usize,
    /// The lock-out that was told last.
    pub told_lockout: Option<LockoutCause>,
}

/// The selected item.
pub fn selected(app: &App) -> Item {
    app.connection.selected.unwrap_or_else(|| {
        Item::Step(app.model.analysis.as_ref().map_or(Phase::Prepare, |analysis| analysis.phase))
    })
}

/// Follows the step that is due again.
pub fn follow(app: &mut App) {
    app.connection.selected = None;
}

/// Selects the step that is due and opens all of it.
pub fn show_what_is_due(app: &mut App) {
    app.connection.selected = None;
    app.connection.details = true;
    app.connection.scrolled = 0;
}

/// Selects the way back and opens all of it.
pub fn show_way_back(app: &mut App) {
    app.connection.selected = Some(Item::WayBack);
    app.connection.details = true;
    app.connection.scrolled = 0;
}

/// The selected step, as the analysis tells it.
pub fn selected_step(app: &App) -> Option<&Step> {
    let Item::Step(phase) = selected(app) else { return None };
    app.model.analysis.as_ref()?.timeline.iter().find(|step| step.phase == phase)
}

/// Performs an action of this tab.
pub fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    let end = app.drawn.details_end;
    match action {
        Action::DetailsDown => app.connection.scrolled = (app.connection.scrolled + SCROLL).min(end),
        Action::DetailsUp => {
            app.connection.scrolled = app.connection.scrolled.min(end).saturating_sub(SCROLL);
        }
        _ => app.connection.scrolled = 0,
    }
    match action {
        Action::Down => step(app, |at, _| at + 1),
        Action::Up => step(app, |at, _| at.saturating_sub(1)),
        Action::Top => step(app, |_, _| 0),
        Action::Bottom | Action::PageDown => step(app, |_, last| last),
        Action::PageUp => step(app, |_, _| 0),
        Action::Open => app.connection.details = !app.connection.details,
        Action::Leave if app.connection.details => app.connection.details = false,
        Action::Leave => app.connection.selected = None,
        Action::Tick => return tick(app),
        Action::Copy => return vec![Effect::Copy(address(app))],
        Action::TakeSnapshot => snapshot(app),
        Action::Compare => return compare::open(app),
        _ => {}
    }
    Vec::new()
}

fn step(app: &mut App, to: impl Fn(usize, usize) -> usize) {
    let last = Phase::ALL.len();
    let here = selected(app);
    let at = Item::all().position(|item| item == here).unwrap_or(0);
    app.connection.selected = Item::all().nth(to(at, last).min(last));
}

/// The address that belongs to what is selected; where it has none, the page on which one connects and disconnects.
pub fn address(app: &App) -> String {
    let analysis = app.model.analysis.as_ref();
    let wrong = analysis.is_some_and(|analysis| analysis.wrong_directory.is_some());
    let own = match selected(app) {
        // The alert shows the way back, whatever was selected.
        Item::Step(_) if wrong => None,
        Item::Step(_) => selected_step(app).and_then(|step| step.address.clone()),
        Item::WayBack => {
            analysis.and_then(|analysis| analysis.way_back.iter().find_map(|step| step.address.clone()))
        }
    };
    own.unwrap_or_else(|| app.model.context.connect_page())
}

/// Steps that no reading can see: a person says that they are done.
fn can_be_ticked(phase: Phase) -> bool {
    matches!(phase, Phase::Prepare | Phase::SignInAgain | Phase::Inform | Phase::Validate)
}

fn tick(app: &mut App) -> Vec<Effect> {
    let Item::Step(phase) = selected(app) else { return Vec::new() };
    if app.model.plan.phase_ticks.contains_key(&phase) {
        return vec![Effect::Task(tasks::Effect::TickPhase(phase, None))];
    }
    let title = selected_step(app).map_or_else(|| phase.shown().to_owned(), |step| step.title.clone());
    app.overlays.push(Overlay::Prompt(Prompt::new(
        format!("Done: {title}"),
        vec!["Who did it, and when? The note is kept in the plan, and shown with the step.".to_owned()],
        "",
        Purpose::TickPhase(phase),
    )));
    Vec::new()
}

fn snapshot(app: &mut App) {
    let organization: String =
        app.model.context.organization.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let time = app.now().to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H-%M").to_string();
    app.overlays.push(Overlay::Prompt(Prompt::new(
        "Take a snapshot",
        vec![
            "Everything is read once more and written into one file (.json, or .json.zst to compress it). Nothing secret is \
             in it. An existing file is not replaced."
                .to_owned(),
        ],
        &format!("{organization}-{time}.json.zst"),
        Purpose::Snapshot,
    )));
}

/// Why an action of this tab is disabled.
pub fn disabled(app: &App, action: Action) -> Option<String> {
    match action {
        Action::Tick => match selected(app) {
            Item::WayBack => Some("the way back is no step that gets done".to_owned()),
            Item::Step(phase) if app.model.plan.phase_ticks.contains_key(&phase) => None,
            Item::Step(phase) if !can_be_ticked(phase) => {
                Some(format!("`{}` is found by reading, not by a tick", phase.shown()))
            }
            Item::Step(_) => None,
        },
        Action::Open if app.model.analysis.is_none() => Some("nothing was read yet".to_owned()),
        Action::TakeSnapshot if app.model.context.offline.is_some() => {
            Some("working offline, from a snapshot".to_owned())
        }
        Action::Compare => compare::disabled(app),
        _ => None,
    }
}

/// Follows a message; the model has taken it in already.
pub fn absorbed(app: &mut App, msg: &Msg) -> Vec<Effect> {
    compare::absorbed(app, msg);
    if let Msg::PhaseTicked(phase, tick) = msg {
        let word = if tick.is_some() { "ticked" } else { "no longer ticked" };
        app.say(format!("{}: {word}", phase.shown()));
    }
    if let Msg::Happened(event) = msg
        && [CONNECTION, SIGN_IN].contains(&event.subject.as_str())
        // Events of an earlier run are told when the store opens; they are no news.
        && app.now().duration_since(event.at) < NEWS
    {
        app.say(format!("{}: {}", event.subject, event.text));
    }
    turn::absorbed(app, msg);
    Vec::new()
}

/// Whether something in this tab moves by the second (a countdown), so that it has to be drawn again.
pub fn moves(app: &App) -> bool {
    app.tab == Tab::Connection
        && app.model.context.offline.is_none()
        && watch::counts_down(app, Source::Backing)
}
