//! Makes the text of a new configuration file: the commented example, with the values that were chosen in their places.
//!
//! What holds: reading the text back gives exactly the configuration that it was made from (by test, for any of them), every
//! comment of the example is still there, and a key that the chosen way of signing in does not use stays commented out. Nothing
//! secret can come in: a [`Config`] holds none, and [`give`] refuses words of a command that look like a token.

use std::fmt::Write as _;

use super::choices::{AfterConnect, AzureDevOpsKind, EntraKind};
use super::credentials::CommandLine;
use super::error::{ConfigError, Place, Problem};
use super::layers::Value;
use super::schema::{self, KEYS_SECTION, Slot};
use super::settings::Config;
use super::{EXAMPLE, names};

/// Where the remarks behind the values begin in the example.
const REMARKS: usize = 38;

/// The file's text for this configuration.
pub fn commented(config: &Config) -> String {
    let mut config = config.clone();
    let mut standard = Config::default();
    let mut text = String::from("# Made by the set-up of ado2entra; edit it as you like.\n#\n");
    let mut section = "";
    for line in EXAMPLE.lines() {
        if let Some((name, _)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            section = name;
        }
        let written = match Entry::read(line, section) {
            Some(entry) => entry.with(&mut config, &mut standard),
            None => line.to_owned(),
        };
        text.push_str(&written);
        text.push('\n');
        if section == KEYS_SECTION && line.starts_with('[') {
            for (action, keys) in &config.keys {
                let _ = writeln!(text, "{} = {}", quoted(action), list(keys));
            }
        }
    }
    text
}

/// Only the lines that give organization, tenant and the ways of signing in, with their sections: for a file that is there
/// already and is never written over.
pub fn lines_to_add(config: &Config) -> Vec<String> {
    let mut lines = Vec::new();
    let mut waiting = None;
    for line in commented(config).lines() {
        if let Some((name, _)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let wanted =
                matches!(name, "organization" | "tenant" | "credentials.azure_devops" | "credentials.entra");
            waiting = wanted.then(|| format!("[{name}]"));
        } else if !line.starts_with('#')
            && !line.contains(" = []")
            && let Some((key, rest)) = line.split_once(" = ")
            && (waiting.is_some() || lines.last().is_some_and(|last: &String| !last.is_empty()))
        {
            if let Some(section) = waiting.take() {
                lines.push(section);
            }
            lines.push(format!("{key} = {}", split(rest).0));
        } else if line.is_empty() && lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(String::new());
        }
    }
    // What comes after the credentials has no open section any more.
    let end = lines.iter().rposition(|line| line.starts_with('[')).map_or(0, |at| {
        lines.iter().skip(at).position(String::is_empty).map_or(lines.len(), |length| at + length)
    });
    lines.truncate(end);
    lines
}

/// Puts a value, as a person types it, to the key `section.name`. A command is typed as in a shell: words, quotes around
/// those with spaces. Nothing changes on an error.
pub fn give(config: &mut Config, dotted: &str, typed: &str) -> Result<(), ConfigError> {
    let told = |problem: Problem| ConfigError::new(Place::Whole, problem.what, problem.advice);
    let Some(key) = schema::find_dotted(dotted) else {
        return Err(told(Problem::new(format!("there is no key {dotted}"), "see config.example.toml")));
    };
    let slot = (key.slot)(config);
    let value = match &slot {
        Slot::Command(_) => Value::List(command_words(typed).map_err(told)?),
        Slot::Addresses(_) | Slot::Permissions(_) => {
            let parts = typed.split([',', ' ']).map(str::trim).filter(|part| !part.is_empty());
            Value::List(parts.map(str::to_owned).collect())
        }
        Slot::Flag(_) => Value::Flag(typed.trim() == "true"),
        Slot::Seconds(_) | Slot::Number(..) => Value::Number(typed.trim().parse().map_err(|_| {
            told(Problem::new("this is not a whole number", format!("write {}", slot.form())))
        })?),
        _ => Value::Text(typed.trim().to_owned()),
    };
    slot.set(value).map_err(told)
}

/// The words of a command as one types them.
fn command_words(typed: &str) -> Result<Vec<String>, Problem> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = typed.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\\', None | Some('"')) => {
                let next = chars.next().unwrap_or('\\');
                word.get_or_insert_default().push(next);
            }
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    if let Some(open) = quote {
        return Err(Problem::new(format!("a quote {open} is not closed"), "close it, or take it out"));
    }
    words.extend(word);
    if words.iter().any(|word| looks_like_a_token(word)) {
        let what = "one of the words looks like a token, and it would stand in the file";
        let advice = "put it into a password store, or into a file that only you can read, and name the command that prints it";
        return Err(Problem::new(what, advice));
    }
    names::command(words.clone())?;
    Ok(words)
}

/// A command as one would type it.
pub fn typed_command(command: &CommandLine) -> String {
    let words = std::iter::once(command.program()).chain(command.arguments().iter().map(String::as_str));
    let typed = words.map(|word| {
        let plain =
            !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '\\'));
        if plain {
            word.to_owned()
        } else {
            format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
        }
    });
    typed.collect::<Vec<_>>().join(" ")
}

/// Personal access tokens are 52 or 84 letters and digits, bearer tokens begin with `eyJ`; paths and GUIDs are neither.
fn looks_like_a_token(word: &str) -> bool {
    let value = word.rsplit('=').find(|part| !part.is_empty()).unwrap_or_default();
    let letters = value.bytes().all(|b| b.is_ascii_alphanumeric());
    (value.len() >= 40 && letters && value.bytes().any(|b| b.is_ascii_digit()))
        || (value.starts_with("eyJ") && value.len() >= 20)
}

/// A line of the example that gives a key, or shows how to, behind a `#`.
struct Entry<'a> {
    line: &'a str,
    key: &'static schema::Key,
    is_comment: bool,
    /// The value as it stands there.
    value: &'a str,
    /// The remark behind it, with its `#`; may be empty.
    remark: &'a str,
}

impl<'a> Entry<'a> {
    fn read(line: &'a str, section: &str) -> Option<Self> {
        let (is_comment, rest) = match line.strip_prefix("# ") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (name, rest) = rest.split_once(" = ")?;
        let key = schema::find(section, name)?;
        let (value, remark) = split(rest);
        Some(Self { line, key, is_comment, value, remark })
    }

    /// The line as it has to be for this configuration.
    fn with(&self, config: &mut Config, standard: &mut Config) -> String {
        let used = is_used(config, &self.key.dotted());
        let usual = literal(&(self.key.slot)(standard));
        let value = literal(&(self.key.slot)(config));
        let is_usual = value == usual;
        match value {
            // Not given, or of no use to the chosen way.
            None => self.commented_out(),
            Some(_) if is_usual && !used => self.commented_out(),
            Some(_) if is_usual && self.is_comment => self.line.to_owned(),
            Some(value) if !self.is_comment && value == self.value => self.line.to_owned(),
            Some(value) => {
                // The remark of the organization is its address.
                let shown = config.organization.name.as_deref().unwrap_or_default();
                let remark = match self.key.section {
                    "organization" if self.key.name == "name" => self.remark.replace("fabrikam", shown),
                    _ => self.remark.to_owned(),
                };
                let written = format!("{} = {value}", self.key.name);
                if remark.is_empty() {
                    written
                } else {
                    format!("{written:<REMARKS$}{}{remark}", gap(&written))
                }
            }
        }
    }

    fn commented_out(&self) -> String {
        if self.is_comment { self.line.to_owned() } else { format!("# {}", self.line) }
    }
}

fn gap(written: &str) -> &'static str {
    if written.chars().count() >= REMARKS { " " } else { "" }
}

/// Value and remark; a `#` in quotes belongs to the value.
fn split(rest: &str) -> (&str, &str) {
    let mut in_quotes = false;
    for (at, c) in rest.char_indices() {
        match c {
            '"' => in_quotes = !in_quotes,
            '#' if !in_quotes => {
                let (value, remark) = rest.split_at(at);
                return (value.trim_end(), remark);
            }
            _ => {}
        }
    }
    (rest.trim_end(), "")
}

/// Whether the chosen ways of signing in look at this key.
fn is_used(config: &Config, dotted: &str) -> bool {
    let azure = &config.credentials.azure_devops;
    let entra = config.credentials.entra.kind;
    match dotted {
        "credentials.azure_devops.env" => azure.kind == AzureDevOpsKind::Pat,
        "credentials.azure_devops.command" => azure.kind == AzureDevOpsKind::Command,
        "credentials.azure_devops.after_command" => azure.after_connect == AfterConnect::Command,
        "credentials.azure_devops.needs_terminal" => azure.needs_terminal,
        "credentials.entra.needs_terminal" => config.credentials.entra.needs_terminal,
        "credentials.entra.command" => entra == EntraKind::Command,
        "credentials.entra.env" => entra == EntraKind::Env,
        _ => true,
    }
}

/// The value as it stands in the file; none if it is not set.
fn literal(slot: &Slot<'_>) -> Option<String> {
    Some(match slot {
        Slot::OptionalText(slot, _) => quoted(slot.as_deref()?),
        Slot::Text(slot, _) => quoted(slot),
        Slot::Choice(slot) => quoted(slot.word()),
        Slot::Seconds(slot) => slot.map_or(0, |every| every.as_secs()).to_string(),
        Slot::Number(slot, ..) => slot.to_string(),
        Slot::Flag(slot) => slot.to_string(),
        Slot::Addresses(slot) | Slot::Permissions(slot) => list(slot),
        Slot::Command(slot) => {
            let command = slot.as_ref()?;
            let words: Vec<String> = std::iter::once(command.program().to_owned())
                .chain(command.arguments().iter().cloned())
                .collect();
            list(&words)
        }
        // A path that is not text could not stand in the file, and cannot come from one.
        Slot::Path(slot) => quoted(slot.as_ref()?.to_str()?),
        Slot::Endpoint(slot) => quoted(slot.as_str()),
    })
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
}

/// A basic TOML string.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
#[path = "write/tests.rs"]
mod tests;
