//! The commands, one file each: what is shown, in which words, and with which code it ends.

pub mod after;
pub mod announce;
pub mod apply;
pub mod check;
pub mod compare;
pub mod configuration;
pub mod demo;
pub mod diff;
pub mod doctor;
pub mod follow_up;
pub mod organizations;
mod paper;
pub mod plan;
pub mod report;
pub mod simulator;
pub mod snapshot;
pub mod status;
pub mod support;
