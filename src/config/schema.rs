//! The table of keys: where each stands in the file and in [`Config`]. Reading, checking, showing, suggestions
//! and the tests of `config.example.toml` all go by it, so that no key can be forgotten in one of them.

use std::path::PathBuf;
use std::time::Duration;

use super::choices::Choice;
use super::credentials::CommandLine;
use super::endpoint::Endpoint;
use super::error::{Problem, quoted, quoted_if_short, shown_path};
use super::settings::Config;
use super::suggest::nearest;
use super::{layers::Value, names};

/// One key of the file.
pub(super) struct Key {
    /// The section without brackets, `credentials.entra`.
    pub section: &'static str,
    /// The key within its section.
    pub name: &'static str,
    /// Where its value lives.
    pub slot: for<'c> fn(&'c mut Config) -> Slot<'c>,
}

impl Key {
    /// `section.name`.
    pub fn dotted(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }
}

type CheckText = fn(&str) -> Result<String, Problem>;

/// The place of a value in [`Config`], with the form that it must have.
pub(super) enum Slot<'c> {
    OptionalText(&'c mut Option<String>, CheckText),
    Text(&'c mut String, CheckText),
    Choice(&'c mut dyn Choice),
    Seconds(&'c mut Option<Duration>),
    Number(&'c mut u32, std::ops::RangeInclusive<u32>, &'static str),
    Flag(&'c mut bool),
    Addresses(&'c mut Vec<String>),
    Permissions(&'c mut Vec<String>),
    Command(&'c mut Option<CommandLine>),
    Path(&'c mut Option<PathBuf>),
    Endpoint(&'c mut Endpoint),
}

/// The longest polling interval, a day: more is a mistake in the unit.
const LONGEST_POLL: i64 = 86_400;

impl Slot<'_> {
    /// What the value must be, for the message about a wrong type.
    pub fn form(&self) -> String {
        let form = match self {
            Slot::Choice(slot) => return format!("one of {}", listed(&slot.words())),
            Slot::OptionalText(..) | Slot::Text(..) | Slot::Path(_) | Slot::Endpoint(_) => "a text in quotes",
            Slot::Seconds(_) => "a whole number of seconds, without quotes",
            Slot::Number(..) => "a whole number, without quotes",
            Slot::Flag(_) => "true or false, without quotes",
            Slot::Addresses(_) => "a list of addresses: [\"somebody@fabrikam.com\", …]",
            Slot::Permissions(_) => "a list of permissions for Microsoft Graph: [\"User.Invite.All\", …]",
            Slot::Command(_) => {
                "a list of texts, the program and its arguments: [\"pass\", \"show\", \"ado\"]"
            }
        };
        form.to_owned()
    }

    /// Whether `~/` at its beginning means the home folder.
    pub fn is_path(&self) -> bool {
        matches!(self, Slot::Path(_))
    }

    /// Whether the value has the right type.
    pub fn fits(&self, value: &Value) -> bool {
        match self {
            Slot::OptionalText(..) | Slot::Text(..) | Slot::Choice(_) | Slot::Path(_) | Slot::Endpoint(_) => {
                matches!(value, Value::Text(_))
            }
            Slot::Seconds(_) | Slot::Number(..) => matches!(value, Value::Number(_)),
            Slot::Flag(_) => matches!(value, Value::Flag(_)),
            Slot::Addresses(_) | Slot::Permissions(_) | Slot::Command(_) => matches!(value, Value::List(_)),
        }
    }

    /// Checks a value and puts it there; nothing changes on an error.
    pub fn set(self, value: Value) -> Result<(), Problem> {
        match (self, value) {
            (Slot::OptionalText(slot, check), Value::Text(text)) => *slot = Some(check(&text)?),
            (Slot::Text(slot, check), Value::Text(text)) => *slot = check(&text)?,
            (Slot::Choice(slot), Value::Text(text)) => choose(slot, &text)?,
            (Slot::Seconds(slot), Value::Number(number)) => *slot = seconds(number)?,
            (Slot::Number(slot, range, unit), Value::Number(number)) => {
                let fitting = u32::try_from(number).ok().filter(|number| range.contains(number));
                *slot = fitting.ok_or_else(|| {
                    let (least, most) = (range.start(), range.end());
                    Problem::new(
                        format!("{number} is out of range"),
                        format!("write {least} to {most} {unit}"),
                    )
                })?;
            }
            (Slot::Flag(slot), Value::Flag(flag)) => *slot = flag,
            (Slot::Addresses(slot), Value::List(items)) => {
                let each = items.iter().enumerate();
                *slot = each
                    .map(|(i, it)| names::address(it).map_err(|p| p.in_item(i)))
                    .collect::<Result<_, _>>()?;
            }
            (Slot::Permissions(slot), Value::List(items)) => {
                let each = items.iter().enumerate();
                *slot = each
                    .map(|(i, it)| names::permission(it).map_err(|p| p.in_item(i)))
                    .collect::<Result<_, _>>()?;
            }
            (Slot::Command(slot), Value::List(words)) => *slot = Some(names::command(words)?),
            (Slot::Path(slot), Value::Text(text)) => *slot = Some(names::path(&text)?),
            (Slot::Endpoint(slot), Value::Text(text)) => *slot = Endpoint::read(&text)?,
            (slot, value) => {
                return Err(Problem::new(
                    format!("{} does not fit here", value.kind()),
                    format!("write {}", slot.form()),
                ));
            }
        }
        Ok(())
    }

    /// The value as it would stand in the file; none if it is not set. What may be a secret is left out.
    pub fn show(&self) -> Option<String> {
        match self {
            Slot::OptionalText(slot, _) => slot.as_deref().map(quoted),
            Slot::Text(slot, _) => Some(quoted(slot)),
            Slot::Choice(slot) => Some(quoted(slot.word())),
            Slot::Seconds(slot) => Some(slot.map_or(0, |every| every.as_secs()).to_string()),
            Slot::Number(slot, ..) => Some(slot.to_string()),
            Slot::Flag(slot) => Some(slot.to_string()),
            Slot::Addresses(slot) | Slot::Permissions(slot) => {
                let items: Vec<String> = slot.iter().map(|it| quoted(it)).collect();
                Some(format!("[{}]", items.join(", ")))
            }
            Slot::Command(slot) => slot.as_ref().map(shown_command),
            Slot::Path(slot) => slot.as_ref().map(|path| format!("\"{}\"", shown_path(path))),
            Slot::Endpoint(slot) => Some(format!("\"{slot}\"")),
        }
    }
}

/// The program, and how many arguments: people do write secrets into them.
fn shown_command(command: &CommandLine) -> String {
    let program = quoted(command.program());
    match command.arguments().len() {
        0 => format!("[{program}]"),
        1 => format!("[{program}, (1 argument, not shown)]"),
        n => format!("[{program}, ({n} arguments, not shown)]"),
    }
}

fn choose(slot: &mut dyn Choice, text: &str) -> Result<(), Problem> {
    if slot.choose(text) {
        return Ok(());
    }
    let words = slot.words();
    let allowed = listed(&words);
    let advice = match nearest(text, words.iter().copied()) {
        Some(word) => format!("did you mean \"{word}\"? Allowed: {allowed}"),
        None => format!("allowed: {allowed}"),
    };
    Err(Problem::new(format!("{} is not a choice", quoted_if_short(text)), advice))
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

fn seconds(number: i64) -> Result<Option<Duration>, Problem> {
    match u64::try_from(number) {
        Ok(0) => Ok(None),
        Ok(seconds) if number <= LONGEST_POLL => Ok(Some(Duration::from_secs(seconds))),
        _ => {
            let advice = format!("write 1 to {LONGEST_POLL} seconds, or 0 for never");
            Err(Problem::new(format!("{number} is out of range"), advice))
        }
    }
}

macro_rules! keys {
    ($($section:literal { $($name:literal => $slot:expr),* $(,)? })*) => {
        /// Every key, in the order of the file; `[keys]` is not in it, its names are those of the actions.
        pub(super) const KEYS: &[Key] =
            &[$($(Key { section: $section, name: $name, slot: $slot }),*),*];

        /// Every section, in the order of the file.
        pub(super) const SECTIONS: &[&str] = &[$($section),*, KEYS_SECTION];
    };
}

/// The section whose names are actions.
pub(super) const KEYS_SECTION: &str = "keys";

keys! {
    "organization" {
        "name" => |c| Slot::OptionalText(&mut c.organization.name, names::organization),
        "owner" => |c| Slot::OptionalText(&mut c.organization.owner, names::address),
    }
    "tenant" {
        "id" => |c| Slot::OptionalText(&mut c.tenant.id, names::tenant),
    }
    "connection" {
        "goal" => |c| Slot::Choice(&mut c.connection.goal),
    }
    "credentials.azure_devops" {
        "kind" => |c| Slot::Choice(&mut c.credentials.azure_devops.kind),
        "env" => |c| Slot::Text(&mut c.credentials.azure_devops.env, names::variable),
        "command" => |c| Slot::Command(&mut c.credentials.azure_devops.command),
        "after_connect" => |c| Slot::Choice(&mut c.credentials.azure_devops.after_connect),
        "after_command" => |c| Slot::Command(&mut c.credentials.azure_devops.after_command),
        "needs_terminal" => |c| Slot::Flag(&mut c.credentials.azure_devops.needs_terminal),
    }
    "credentials.entra" {
        "kind" => |c| Slot::Choice(&mut c.credentials.entra.kind),
        "client_id" => |c| Slot::OptionalText(&mut c.credentials.entra.client_id, names::client_id),
        "permissions" => |c| Slot::Permissions(&mut c.credentials.entra.permissions),
        "secret_env" => |c| Slot::OptionalText(&mut c.credentials.entra.secret_env, names::variable),
        "certificate_file" => |c| Slot::Path(&mut c.credentials.entra.certificate_file),
        "key_file" => |c| Slot::Path(&mut c.credentials.entra.key_file),
        "assertion_env" => |c| Slot::OptionalText(&mut c.credentials.entra.assertion_env, names::variable),
        "assertion_file" => |c| Slot::Path(&mut c.credentials.entra.assertion_file),
        "command" => |c| Slot::Command(&mut c.credentials.entra.command),
        "needs_terminal" => |c| Slot::Flag(&mut c.credentials.entra.needs_terminal),
        "env" => |c| Slot::OptionalText(&mut c.credentials.entra.env, names::variable),
    }
    "polling" {
        "tenant" => |c| Slot::Seconds(&mut c.polling.tenant),
        "users" => |c| Slot::Seconds(&mut c.polling.users),
        "health" => |c| Slot::Seconds(&mut c.polling.health),
    }
    "review" {
        "inactive_after_days" => |c| Slot::Number(&mut c.review.inactive_after_days, 1..=3650, "days"),
        "protected" => |c| Slot::Addresses(&mut c.review.protected),
    }
    "apply" {
        "route" => |c| Slot::Choice(&mut c.apply.route),
        "concurrency" => |c| Slot::Number(&mut c.apply.concurrency, 1..=16, "calls at the same time"),
        "stop_after_failures" => |c| Slot::Number(&mut c.apply.stop_after_failures, 1..=100, "failures in a row"),
        "reread_after_minutes" => |c| Slot::Number(&mut c.apply.reread_after_minutes, 0..=10_080, "minutes"),
    }
    "ui" {
        "theme" => |c| Slot::Choice(&mut c.ui.theme),
        "glyphs" => |c| Slot::Choice(&mut c.ui.glyphs),
        "mouse" => |c| Slot::Flag(&mut c.ui.mouse),
        "links" => |c| Slot::Choice(&mut c.ui.links),
    }
    "state" {
        "directory" => |c| Slot::Path(&mut c.state.directory),
    }
    "network" {
        "ca_file" => |c| Slot::Path(&mut c.network.ca_file),
    }
    "endpoints" {
        "azure_devops" => |c| Slot::Endpoint(&mut c.endpoints.azure_devops),
        "azure_devops_identity" => |c| Slot::Endpoint(&mut c.endpoints.azure_devops_identity),
        "azure_devops_entitlements" => |c| Slot::Endpoint(&mut c.endpoints.azure_devops_entitlements),
        "azure_devops_audit" => |c| Slot::Endpoint(&mut c.endpoints.azure_devops_audit),
        "azure_devops_status" => |c| Slot::Endpoint(&mut c.endpoints.azure_devops_status),
        "microsoft_graph" => |c| Slot::Endpoint(&mut c.endpoints.microsoft_graph),
        "entra_login" => |c| Slot::Endpoint(&mut c.endpoints.entra_login),
    }
}

/// The key with this section and name.
pub(super) fn find(section: &str, name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.section == section && key.name == name)
}

/// The key that is named `section.name`.
pub(super) fn find_dotted(dotted: &str) -> Option<&'static Key> {
    let (section, name) = dotted.rsplit_once('.')?;
    find(section, name)
}
