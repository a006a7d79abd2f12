//! The dashboard without a terminal: keys go in, effects come out, screens are compared.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

#[path = "tui_core/desk.rs"]
mod desk;
#[path = "tui_core/keys.rs"]
mod keys;
#[path = "support/made_up.rs"]
mod made_up;
#[path = "tui_core/mouse.rs"]
mod mouse;
#[path = "tui_core/news.rs"]
mod news;
#[path = "tui_core/people.rs"]
mod people;
#[path = "tui_core/screens.rs"]
mod screens;
#[path = "tui_core/sign_in.rs"]
mod sign_in;
#[path = "tui_core/sizes.rs"]
mod sizes;
#[path = "tui_core/update.rs"]
mod update;
#[path = "tui_core/wire.rs"]
mod wire;
