//! Every screen as a command: arguments in, data to standard output, messages to standard error, an exit code at the end.
//!
//! What holds in this room:
//! - Data goes to standard output as text, JSON or CSV; messages, questions and progress go to standard error, progress only
//!   where that is a terminal. A closed pipe ends the program quietly ([`output`]).
//! - Every command ends with one of the codes of [`Exit`]; a script may rely on them.
//! - JSON documents have a type of their own each ([`document`]): what they hold, and in which order, is read there. An absent
//!   member is unknown, `null` is known to be none.
//! - Text reads well aloud: sentences and lists, no boxes, no columns that only the eye can follow, colour only on a terminal
//!   and never as the only sign.
//! - Whatever came from a service, a file or a snapshot is cleaned before it is printed.
//! - The commands look at [`crate::tasks`] only, as the dashboard does; they know neither services nor store.

mod answer;
mod args;
mod commands;
mod delays;
mod document;
mod exit;
mod json;
mod launch;
mod logging;
mod manual;
mod output;
mod private;
mod progress;
mod sign_in;
mod signals;
mod text;
mod work;

pub use args::{Cli, command};
pub use exit::{Exit, Failure};
pub use launch::{Dashboard, Opening, run};
pub use logging::log_file;
pub use manual::usage;
pub use private::remove_all as remove_private_folders;

/// Says on standard error what stood in the way, cleaned.
pub fn complain(message: &str) {
    let _ = output::write_lines(&mut std::io::stderr().lock(), &format!("ado2entra: {message}"));
}
