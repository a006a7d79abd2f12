//! `plan show`, `accept-safe`, `confirm`, `export`, `import`: the decisions.

mod show;

pub use show::text;

use crate::cli::text::tenant_user;
use crate::domain::text::clean;
use crate::domain::{Decision, Directory};

/// A decision in words, with its target.
pub fn decision_words(decision: &Decision, directory: Option<&Directory>) -> String {
    match decision {
        Decision::Map { target } => format!("map to {}", tenant_user(directory, *target)),
        Decision::Invite { address } => format!("invite {}", clean(address)),
        other => other.name().to_owned(),
    }
}
