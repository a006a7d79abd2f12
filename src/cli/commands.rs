//! The commands, one file each: what is shown, in which words, and with which code it ends.

pub mod apply;
pub mod check;
pub mod configuration;
pub mod demo;
pub mod diff;
pub mod plan;
pub mod simulator;
pub mod snapshot;
pub mod status;
