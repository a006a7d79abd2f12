//! The set-up screen of the first start: keys go in, trials come out, screens are compared; and the whole way against the
//! simulator, to a file that is on the disk.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

#[path = "tui_setup/again.rs"]
mod again;
#[path = "tui_setup/desk.rs"]
mod desk;
#[path = "tui_setup/screens.rs"]
mod screens;
#[path = "tui_setup/sizes.rs"]
mod sizes;
#[path = "tui_setup/update.rs"]
mod update;
#[path = "tui_setup/way.rs"]
mod way;
