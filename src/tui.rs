//! The dashboard: four tabs over one model, in the Elm architecture.
//!
//! ```text
//! update(&mut App, Event) -> Vec<Effect>        no I/O, no clock: time arrives in a message
//! view(&App, &mut ViewState, &mut Frame)        ViewState holds scroll offsets only
//! ```
//!
//! What holds here: state is by identity (storage keys, check ids), never by row; a decision counts once the store said so;
//! accepting carries the person and the candidate of the last drawn frame; every text of a service goes through
//! [`crate::domain::text::clean`] in [`widgets::pen::Pen`]; nothing is drawn when nothing changed.
//!
//! Where to find what: [`actions`] is the one table of actions (how to add one is said there), [`keymap`] who presses what,
//! [`update`](mod@update) and [`view`](mod@view) the frame around the tabs, [`prerequisites`], [`users`], [`connection`],
//! [`mapping`] the tabs, [`apply`] the dialog, [`overlay`] everything that lies over a tab, [`people`] filtered and sorted
//! lists, [`decide`] how a decision gets to the disk, [`widgets`] the building blocks.

pub mod actions;
pub mod app;
pub mod apply;
pub mod availability;
pub mod connection;
pub mod decide;
pub mod export;
pub mod filter;
pub mod follow_up;
pub mod hints;
pub mod import;
pub mod keymap;
pub mod mapping;
pub mod mouse;
pub mod overlay;
pub mod people;
pub mod prerequisites;
pub mod run;
pub mod session;
pub mod setup;
pub mod state_line;
pub mod terminal;
pub mod theme;
pub mod toasts;
pub mod update;
pub mod users;
pub mod view;
pub mod widgets;

pub use actions::action_names;
pub use app::{App, Effect, Event, Exit, Tab, UiSettings, ViewState};
pub use keymap::Keymap;
pub use run::{RunError, Start, resolved, run, run_on};
pub use terminal::console::Console;
pub use terminal::links::are_taken as links_are_taken;
pub use theme::ThemeName;
pub use update::update;
pub use view::view;
