//! `config check`, `config show`, `config path`: from a file to what is in force.

use std::io::{self, Write};

use crate::cli::args::Format;
use crate::cli::document::configuration::{ConfigCheckDocument, ConfigDocument, severity};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, Tone};
use crate::config::{Checked, ConfigErrors, Environment, Loaded, Severity};

/// Says what is wrong with the configuration; what is merely not given yet is said and is not wrong.
pub fn check(
    output: Output,
    loaded: &Result<Loaded, ConfigErrors>,
    check_keys: &dyn Fn(&Loaded) -> Result<(), ConfigErrors>,
) -> Result<Exit, Failure> {
    output.refuse_csv("config check")?;
    let keys = loaded.as_ref().map_or(Ok(()), check_keys);
    let checked = Checked::new(loaded, keys);
    let exit = if checked.is_valid() { Exit::Done } else { Exit::Usage };
    if output.format == Format::Json {
        output.json(&ConfigCheckDocument::from(checked))?;
        return Ok(exit);
    }
    output.data(|out| {
        for line in &checked.lines {
            let tone = match line.severity {
                Severity::Good => Tone::Good,
                Severity::Warning | Severity::NotUsableYet => Tone::Careful,
                Severity::Error => Tone::Bad,
            };
            let word = match line.severity {
                Severity::Good => "ok",
                Severity::NotUsableYet => "not usable yet",
                other => severity(other),
            };
            writeln!(out, "{}: {}", output.paint.tone(tone, word), line.text)?;
        }
        Ok(())
    })?;
    Ok(exit)
}

/// Every value with its origin. Secrets are not in the configuration; the arguments of commands are left out.
pub fn show(output: Output, loaded: &Loaded) -> Result<Exit, Failure> {
    output.refuse_csv("config show")?;
    let effective = loaded.effective();
    if output.format == Format::Json {
        output.json(&ConfigDocument::from(effective))?;
        return Ok(Exit::Done);
    }
    output.data(|out: &mut dyn Write| -> io::Result<()> {
        for row in &effective.rows {
            let value = row.value.as_deref().unwrap_or("(not set)");
            writeln!(out, "{} = {value}  # {}", row.key, row.origin)?;
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}

/// Where the file is looked for, one line and nothing else, so that it can be handed to an editor.
pub fn path(
    output: Output,
    explicit: Option<&std::path::Path>,
    env: &Environment<'_>,
) -> Result<Exit, Failure> {
    let Some(location) = crate::config::locate(explicit, env) else {
        return Err(Failure::usage(
            "there is no place for a configuration file: neither XDG_CONFIG_HOME nor HOME is an absolute path. \
             Name a file with --config",
        ));
    };
    output.data(|out| {
        writeln!(out, "{}", crate::domain::text::clean_to(&location.path.to_string_lossy(), 4_096))
    })?;
    if !location.path.exists() {
        output.say("There is no such file yet; the defaults hold.");
    }
    Ok(Exit::Done)
}
