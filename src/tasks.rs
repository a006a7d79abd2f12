//! What awaits: everything between the pure rooms and the services.
//!
//! [`Effect`]s are values that say what is to be done; [`Runner`] does it and answers with [`Msg`]s; [`Model`] is what the
//! messages add up to. The dashboard and the commands share all three, so that both see the same thing. `Msg` and `Effect`
//! carry domain types only.

pub mod after;
mod alarm;
pub mod analysis;
pub mod apply;
mod attention;
mod before;
pub mod context;
pub mod discard;
pub mod doctor;
pub mod effect;
pub mod exports;
pub mod files;
pub mod gather;
pub mod import;
pub mod lessons;
pub mod model;
pub mod msg;
mod observe;
pub mod offline;
pub mod papers;
mod reading;
mod record;
pub mod runner;
pub mod session;
pub mod setup;
pub mod signin;
pub mod snapshot;
mod strain;
mod succession;
mod switch;
mod traffic;
mod watch;

pub use crate::services::Environment;
pub use analysis::{Analysis, analyse};
pub use context::Context;
pub use effect::Effect;
pub use model::Model;
pub use msg::{ApplyEvent, Fact, Msg};
pub use runner::Runner;
pub use session::{DryCall, Session, Setup, SetupError, environment_of};
