//! The state of the dashboard, and what goes in and out of it.
//!
//! [`App`] holds everything that decides what a key does; [`ViewState`] holds only what drawing needs to remember (scroll
//! offsets). State is by identity: selections, marks and decisions hold storage keys, never row numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;
use ratatui::layout::{Position, Rect};

use crate::domain::activity::Source;
use crate::domain::{ObjectId, StorageKey};
use crate::tasks::{self, Context, Model};

use super::decide::Saving;
use super::keymap::{Keymap, build};
use super::mouse::{Click, Hit, Target};
use super::overlay::Overlay;
use super::people::Revision;
use super::terminal::links::Link;
use super::theme::{Look, ThemeName};
use super::toasts::Toasts;
use super::widgets::scroll::Scroll;
use super::{connection, mapping, prerequisites, users};

/// What takes its time to be read, is shown with its progress, and can be stopped.
pub const LONG: [Source; 4] = [Source::Roster, Source::Directory, Source::Memberships, Source::Tokens];

/// The four tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Tab {
    /// What Microsoft's article asks for.
    #[default]
    Prerequisites,
    /// What happens to each person.
    Users,
    /// The timeline of connecting.
    Connection,
    /// Decisions and apply.
    Mapping,
}

impl Tab {
    /// All tabs, in their order.
    pub const ALL: [Self; 4] = [Self::Prerequisites, Self::Users, Self::Connection, Self::Mapping];

    /// The title on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Prerequisites => "Prerequisites",
            Self::Users => "Users",
            Self::Connection => "Connection",
            Self::Mapping => "Mapping",
        }
    }

    /// Where it stands, from 0.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The tab at this place, counted around.
    pub fn at(index: usize) -> Self {
        Self::ALL.get(index % Self::ALL.len()).copied().unwrap_or_default()
    }
}

/// What comes in.
#[derive(Debug, Clone)]
pub enum Event {
    /// A key.
    Key(KeyEvent),
    /// Pasted text.
    Paste(String),
    /// The mouse, where it was asked for.
    Mouse(MouseEvent),
    /// The terminal has this size now.
    Resize(u16, u16),
    /// The terminal's background calls for this theme.
    Background(ThemeName),
    /// From the tasks; the time arrives this way too.
    Msg(tasks::Msg),
    /// A frame was drawn, and this is what stood on it.
    Drawn(Drawn),
}

/// What goes out.
#[derive(Debug, Clone)]
pub enum Effect {
    /// For the tasks.
    Task(tasks::Effect),
    /// Copy this through the terminal.
    Copy(String),
    /// Step aside: a command asks something in the terminal. The number goes back with the answer.
    LendTerminal(u64, String),
    /// The command is over: the terminal is ours again.
    TakeTerminalBack,
    /// Suspend the program.
    Suspend,
    /// End it.
    Quit,
}

/// How the dashboard ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The administrator quit.
    Quit,
    /// Everything that sent messages is gone.
    TasksEnded,
}

/// What is configured under `[ui]` and `[keys]`.
#[derive(Debug, Clone, Default)]
pub struct UiSettings {
    /// `auto`, `dark`, `light`, `ansi`, `mono`.
    pub theme: ThemeName,
    /// Use the ASCII twins of the glyphs.
    pub ascii: bool,
    /// Take the mouse.
    pub mouse: bool,
    /// Make the program's own addresses links (OSC 8).
    pub links: bool,
    /// Action name → keys.
    pub keys: BTreeMap<String, Vec<String>>,
}

/// A person and a candidate, as they stood on the frame that was drawn last. Accepting carries exactly this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Whom.
    pub person: StorageKey,
    /// Onto whom.
    pub candidate: ObjectId,
    /// What stood on the frame about both, as a number: other evidence is another proposal.
    pub shown: u64,
}

/// What the last frame showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawn {
    /// How many lines the list of the active tab had; a page is that long.
    pub page: usize,
    /// How far the details can be scrolled.
    pub details_end: usize,
    /// Who was selected in the list of people. A decision about somebody else than was drawn is dropped.
    pub selected: Option<StorageKey>,
    /// How many dialogs lay over the tab. A question is not answered before it was drawn.
    pub dialogs: usize,
    /// Whether both sides of the tab Mapping were on the frame.
    pub side_by_side: bool,
    /// The highlighted pair of the tab Mapping, if one was on the frame.
    pub proposal: Option<Proposal>,
    /// What can be clicked; empty where the mouse was not asked for.
    pub hits: Vec<Hit>,
}

/// What drawing remembers from frame to frame, and nothing else.
#[derive(Debug, Default)]
pub struct ViewState {
    /// First line of the list of prerequisites.
    pub prerequisites: Scroll<usize>,
    /// First line of the table of the tab Users.
    pub users: Scroll<StorageKey>,
    /// First line of the list of people in the tab Mapping.
    pub mapping: Scroll<StorageKey>,
    /// First line of the candidates (or of what the search found) in the tab Mapping.
    pub candidates: Scroll<ObjectId>,
    /// How wide the columns of the tab Users have to be: of which reading, comparison and number of people; and the widths.
    pub user_widths: Option<((u64, u64, usize), [u16; 8])>,
    /// Where the cursor of a text field is; nowhere when it is not shown.
    pub cursor: Option<Position>,
    /// What this frame shows; sent back as [`Event::Drawn`].
    pub drawn: Drawn,
    /// Addresses of our own on this frame.
    pub links: Vec<Link>,
}

impl ViewState {
    /// Takes note of what can be clicked, where the mouse was asked for.
    pub fn can_be_clicked(&mut self, app: &App, area: Rect, target: impl FnOnce() -> Target) {
        if app.mouse {
            self.drawn.hits.push(Hit { area, target: target() });
        }
    }
}

/// Analyses are made off this thread, one at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Analysing {
    /// None is under way.
    #[default]
    No,
    /// One is.
    Yes,
    /// One is, and it is out of date already.
    Again,
}

/// The state of the dashboard.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct App {
    /// Everything that is known.
    pub model: Model,
    /// Theme and glyphs.
    pub look: Look,
    /// Which key does what.
    pub keymap: Keymap,
    /// The active tab.
    pub tab: Tab,
    /// Dialogs over the tab; the last one is on top and takes the keys.
    pub overlays: Vec<Overlay>,
    /// Notices, with their history.
    pub toasts: Toasts,
    /// Decisions on their way to the disk, and those that can be taken back.
    pub saving: Saving,
    /// Whether an analysis is under way.
    pub analysing: Analysing,
    /// The end was asked for and waits for something.
    pub leaving: bool,
    /// What the last frame showed.
    pub drawn: Drawn,
    /// Whether the mouse was asked for.
    pub mouse: bool,
    /// Whether the program's own addresses become links.
    pub links: bool,
    /// The last click.
    pub clicked: Option<Click>,
    /// Somebody pressed a key: nothing moves under their hands any more.
    pub begun: bool,
    /// Goes up whenever lists made from the model must be made again.
    pub revision: Revision,
    /// Of the tab Prerequisites.
    pub prerequisites: prerequisites::State,
    /// Of the tab Users.
    pub users: users::State,
    /// Of the tab Connection.
    pub connection: connection::State,
    /// Of the tab Mapping.
    pub mapping: mapping::State,
}

impl App {
    /// Nothing known yet.
    ///
    /// # Errors
    /// What is wrong with the keys of the configuration, all of it.
    pub fn new(context: Arc<Context>, settings: &UiSettings, now: Timestamp) -> Result<Self, Vec<String>> {
        Ok(Self {
            model: Model::new(context, now),
            look: Look::new(settings.theme, settings.ascii),
            keymap: build(&settings.keys)?,
            tab: Tab::default(),
            overlays: Vec::new(),
            toasts: Toasts::default(),
            saving: Saving::default(),
            analysing: Analysing::default(),
            leaving: false,
            drawn: Drawn::default(),
            mouse: settings.mouse,
            links: settings.links,
            clicked: None,
            begun: false,
            revision: Revision::default(),
            prerequisites: prerequisites::State::default(),
            users: users::State::default(),
            connection: connection::State::default(),
            mapping: mapping::State::default(),
        })
    }

    /// The time by the latest message that told it.
    pub fn now(&self) -> Timestamp {
        self.model.now
    }

    /// Says something in the state line, and keeps it in the log.
    pub fn say(&mut self, text: impl Into<String>) {
        self.toasts.say(self.model.now, text.into(), false);
    }

    /// Says that something did not work.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.toasts.say(self.model.now, text.into(), true);
    }

    /// Whether an apply run is under way.
    pub fn is_applying(&self) -> bool {
        self.model.apply.as_ref().is_some_and(|apply| apply.finished.is_none())
    }

    /// Whether something is being read that takes its time: a list of people, tokens, a snapshot.
    pub fn reads_long(&self) -> bool {
        self.model.reading.keys().any(|source| LONG.contains(source))
    }

    /// The pair of the last drawn frame, once: a second accept needs a second frame.
    pub fn take_proposal(&mut self) -> Option<Proposal> {
        self.drawn.proposal.take()
    }

    /// Why nothing can be decided just now: no usable store, or the plan is not there yet.
    pub fn cannot_decide(&self) -> Option<String> {
        if let Some(problem) = self.model.store.refusal() {
            return Some(format!("{}. {}", problem.said, problem.remedy));
        }
        if let Some(read) = self.model.facts.strange_tenant() {
            let read = crate::domain::text::clean(&read.display_name);
            return Some(format!(
                "the tenant that was read, {read}, is not the destination: see the first prerequisite that fails"
            ));
        }
        (!self.model.plan_loaded).then(|| "the plan is still being opened".to_owned())
    }
}
