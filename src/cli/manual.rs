//! Completions and the manual page, made from the command line itself, so that they cannot say something else.

use std::io::{self, Write};

use clap::{Arg, Command};

use super::args;
use super::exit::Exit;

/// Completions for this shell.
pub fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "ado2entra", &mut out);
    out
}

/// The manual page: the command, its options, every command below it, exit codes and files.
pub fn page(out: &mut dyn Write) -> io::Result<()> {
    let command = args::command();
    let man = clap_mangen::Man::new(command.clone());
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    writeln!(out, ".SH COMMANDS")?;
    for below in command.get_subcommands() {
        section(out, "ado2entra", below)?;
    }
    writeln!(out, ".SH \"EXIT STATUS\"")?;
    for exit in Exit::ALL {
        writeln!(out, ".TP\n\\fB{}\\fR\n{}", exit.code(), escaped(exit.meaning()))?;
    }
    out.write_all(TAIL.as_bytes())
}

fn section(out: &mut dyn Write, before: &str, command: &Command) -> io::Result<()> {
    let name = format!("{before} {}", command.get_name());
    let arguments: Vec<&Arg> = command
        .get_arguments()
        .filter(|argument| !argument.is_global_set() && argument.get_id() != "help")
        .collect();
    let mut synopsis = name.clone();
    for argument in &arguments {
        synopsis.push(' ');
        synopsis.push_str(&in_brackets(argument));
    }
    writeln!(out, ".SS {}", escaped(&synopsis))?;
    if let Some(about) = command.get_about() {
        writeln!(out, "{}.", escaped(&about.to_string()))?;
    }
    for argument in arguments {
        writeln!(out, ".TP\n\\fB{}\\fR", escaped(&usage(argument)))?;
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        writeln!(out, "{}.", escaped(&help))?;
    }
    for below in command.get_subcommands() {
        section(out, &name, below)?;
    }
    Ok(())
}

fn in_brackets(argument: &Arg) -> String {
    let plain = usage(argument);
    if argument.is_required_set() { plain } else { format!("[{plain}]") }
}

/// How an argument is written: `--name VALUE`, `--name`, or the value's name.
pub fn usage(argument: &Arg) -> String {
    let value = argument
        .get_value_names()
        .filter(|_| argument.get_action().takes_values())
        .and_then(|names| names.first())
        .map(ToString::to_string);
    match (argument.get_long(), value) {
        (Some(long), Some(value)) => format!("--{long} {value}"),
        (Some(long), None) => format!("--{long}"),
        (None, value) => value.unwrap_or_else(|| argument.get_id().to_string().to_uppercase()),
    }
}

/// Text for roff: no line begins like a request, and a hyphen stays one.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

const TAIL: &str = r".SH FILES
.TP
\fI$XDG_CONFIG_HOME/ado2entra/config.toml\fR
The configuration (default: ~/.config). \fBado2entra config path\fR says where it is looked for.
.TP
\fI$XDG_STATE_HOME/ado2entra/\fR
Decisions, journal and log (default: ~/.local/state). The directory must belong to you and be writable by nobody else.
.SH ENVIRONMENT
.TP
\fBADO2ENTRA_CONFIG\fR
The configuration file.
.TP
\fBADO2ENTRA_ORGANIZATION, ADO2ENTRA_TENANT\fR
Organization and destination tenant; they win over the file, and the options win over them.
.TP
\fBAZURE_DEVOPS_EXT_PAT\fR
The personal access token, unless the configuration names another variable or another way to sign in.
.TP
\fBNO_COLOR\fR
Text is not coloured.
.TP
\fBHTTPS_PROXY, NO_PROXY, SSL_CERT_FILE\fR
As usual. Loopback addresses are never asked through a proxy.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_knows_every_command() {
        let mut out = Vec::new();
        page(&mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        for name in ["check tick", "plan accept\\-safe", "config path", "simulator", "snapshot take"] {
            assert!(page.contains(&format!(".SS ado2entra {name}")), "{name}");
        }
        assert!(page.contains("EXIT STATUS"));
    }

    #[test]
    fn nothing_in_a_text_becomes_a_request() {
        assert_eq!(escaped(".so /etc/passwd"), "\\&.so /etc/passwd");
        assert_eq!(escaped("a\\b --x"), "a\\eb \\-\\-x");
    }
}
