//! The commands from outside: the real binary, in an empty environment, against the simulator and against files. What is
//! checked is what scripts rely on: exit codes, JSON, CSV, and that nothing else comes to standard output.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod apply;
mod config;
mod demo;
mod doctor;
mod faults;
mod files;
mod help;
#[path = "../support/hold.rs"]
mod hold;
mod members;
mod organizations;
mod pages;
mod papers;
mod patterns;
mod reference;
mod snapshots;
mod stage;
mod terminal;
mod way;
