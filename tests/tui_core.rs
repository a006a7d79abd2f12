//! The dashboard without a terminal: keys go in, effects come out, screens are compared.

#[path = "tui_core/desk.rs"]
mod desk;
#[path = "tui_core/keys.rs"]
mod keys;
#[path = "tui_core/people.rs"]
mod people;
#[path = "tui_core/screens.rs"]
mod screens;
#[path = "tui_core/sizes.rs"]
mod sizes;
#[path = "tui_core/update.rs"]
mod update;
