//! Questions to the person: only where there is a terminal to answer on, and never with *yes* as the default.

use super::exit::{Exit, Failure};
use super::output::Output;

/// Asks a yes-or-no question. Without a terminal `otherwise` says which option answers it, and the command is refused.
pub async fn agreed(output: Output, question: &str, yes: bool, otherwise: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !output.can_ask {
        return Err(Failure::refused(format!(
            "nothing was changed: this needs an answer, and there is no terminal to ask on. {otherwise}"
        )));
    }
    match ask(output, format!("{question} [y/N]")).await?.as_deref() {
        Some("y" | "Y" | "yes" | "Yes") => Ok(()),
        _ => Err(Failure::refused("nothing was changed.")),
    }
}

/// Has the organization's name typed out. The name must be exactly that.
pub async fn typed_name(output: Output, organization: &str) -> Result<String, Failure> {
    let question = format!("Type the organization's name ({organization}) to apply, anything else to leave:");
    match ask(output, question).await? {
        Some(answer) if answer == organization => Ok(answer),
        _ => Err(Failure::refused("nothing was sent: the name was not typed.")),
    }
}

/// Waits for a line on a thread of its own, so that a signal still ends the program.
async fn ask(output: Output, question: String) -> Result<Option<String>, Failure> {
    tokio::task::spawn_blocking(move || output.ask(&question))
        .await
        .map_err(|_| Failure::new(Exit::No, "the answer could not be read"))
}
