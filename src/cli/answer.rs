//! Questions to the person: only where there is a terminal to answer on, and never with *yes* as the default.

use super::exit::Failure;
use super::output::Output;

/// Asks a yes-or-no question. Without a terminal `otherwise` says which option answers it, and the command is refused.
pub fn agreed(output: &Output, question: &str, yes: bool, otherwise: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !output.can_ask {
        return Err(Failure::refused(format!(
            "nothing was changed: this needs an answer, and there is no terminal to ask on. {otherwise}"
        )));
    }
    match output.ask(&format!("{question} [y/N]")).as_deref() {
        Some("y" | "Y" | "yes" | "Yes") => Ok(()),
        _ => Err(Failure::refused("nothing was changed.")),
    }
}

/// Has the organization's name typed out. The name must be exactly that.
pub fn typed_name(output: &Output, organization: &str) -> Result<String, Failure> {
    let question = format!("Type the organization's name ({organization}) to apply, anything else to leave:");
    match output.ask(&question) {
        Some(answer) if answer == organization => Ok(answer),
        _ => Err(Failure::refused("nothing was sent: the name was not typed.")),
    }
}
