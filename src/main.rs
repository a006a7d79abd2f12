//! The binary: arguments, panic hook, exit code. What happens in between is said in `start` and `cli`.

use std::io::Write as _;
use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;

fn main() -> ExitCode {
    panic::set_hook(Box::new(say_what_happened));
    ado2entra::start::run(std::env::args_os()).into()
}

/// Where it happened, and where the log is. The words of a panic may hold what a service sent, so only words that stand in
/// the program itself are shown. The dashboard puts its own hook before this one, which gives the terminal back first.
fn say_what_happened(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let words = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("no further words");
    tracing::error!(place, words, "a fault of the program");
    let log = ado2entra::cli::log_file().map(|path| format!(" The log is {}.", path.display()));
    // A terminal that is gone is no reason for a second panic.
    let _ = writeln!(
        std::io::stderr().lock(),
        "\nado2entra met a fault of its own at {place}: {words}.\nWhat was decided and sent so far is on disk; start again to go \
         on.{}",
        log.unwrap_or_default()
    );
}
