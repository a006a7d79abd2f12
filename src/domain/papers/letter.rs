//! The letter to one person of the follow-up: which access tokens and SSH keys they have, what was seen of each and when, and what
//! to do. In the languages of the announcements; the words around the list can be replaced by a template of one's own.

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::announce::Language;
use super::template::{Template, TemplateError, Value, Values};
use crate::domain::comparison::follow_up::Entry;
use crate::domain::text::clean;

mod words;

/// The placeholders of a template.
pub const PLACEHOLDERS: [&str; 11] = [
    "organization",
    "address",
    "tenant",
    "name",
    "items",
    "tokens-page",
    "keys-page",
    "global-ends",
    "global-ended",
    "read",
    "contact",
];

/// The day on which tokens for all organizations stop working.
const GLOBAL_ENDS: &str = "2026-12-01";

/// The words of this program, as a template to edit.
pub fn built_in(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("letter/en.txt"),
        Language::German => include_str!("letter/de.txt"),
    }
}

/// Reads a template for letters.
pub fn template(text: &str) -> Result<Template, Vec<TemplateError>> {
    Template::parse(text, &PLACEHOLDERS)
}

/// What all letters of one evening have in common.
#[derive(Debug, Clone, Copy)]
pub struct Letters<'a> {
    /// The organization's name.
    pub organization: &'a str,
    /// The address of all organizations: `https://dev.azure.com`.
    pub portal: &'a str,
    /// The tenant's name, else its domain.
    pub tenant: &'a str,
    /// Whom to ask.
    pub contact: Option<&'a str>,
    /// The language of the lines about tokens and keys.
    pub language: Language,
    /// The moment at which they are written.
    pub now: Timestamp,
}

impl Letters<'_> {
    /// The letter to one person, with the line that says to whom. Everything that came from a service is cleaned.
    pub fn text(&self, template: &Template, entry: &Entry) -> String {
        let to = entry.mail.as_deref().unwrap_or(&entry.address);
        format!(
            "To: {} <{}>\n{}",
            clean(entry.name.trim()),
            clean(to.trim()),
            template.text(&self.values(entry))
        )
    }

    fn values(&self, entry: &Entry) -> Values {
        let address = format!("{}/{}", self.portal.trim_end_matches('/'), self.organization);
        let due = |ssh: bool| entry.items.iter().any(|item| item.is_due() && item.note.ssh == ssh);
        let page = |is_there: bool, name: &str| match is_there {
            true => Value::text(format!("{address}/_usersSettings/{name}")),
            false => Value::Missing,
        };
        let is_global = entry.items.iter().any(|item| item.is_due() && item.note.global);
        let is_over = TimeZone::UTC.to_datetime(self.now).date() >= date(2026, 12, 1);
        let day = |is_there: bool| if is_there { Value::text(GLOBAL_ENDS) } else { Value::Missing };
        let items = entry.items.iter().map(|item| words::line(item, self.language));
        let items = items.chain(entry.workloads.iter().map(|one| words::workload(one, self.language)));
        let read = entry.read_at.or(entry.read_before);
        [
            ("organization", Value::text(self.organization)),
            ("address", Value::text(&address)),
            ("tenant", Value::text(self.tenant)),
            ("name", Value::text(entry.name.trim())),
            ("items", Value::List(items.collect())),
            ("tokens-page", page(due(false), "tokens")),
            ("keys-page", page(due(true), "keys")),
            ("global-ends", day(is_global && !is_over)),
            ("global-ended", day(is_global && is_over)),
            ("read", read.map_or(Value::Missing, |at| Value::text(super::support::second(at)))),
            ("contact", self.contact.map_or(Value::Missing, Value::text)),
        ]
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comparison::follow_up::tests::{list, list_after};
    use crate::domain::plan::fixtures::{at, now};

    fn letters(language: Language) -> Letters<'static> {
        Letters {
            organization: "fabrikam",
            portal: "https://dev.azure.com/",
            tenant: "Contoso",
            contact: None,
            language,
            now: now(),
        }
    }

    #[test]
    fn the_letter_names_each_and_holds_no_escape() {
        let template = template(built_in(Language::English)).unwrap();
        let text = letters(Language::English).text(&template, &list().entries[0]);
        assert!(
            text.starts_with("To: Adele Vance <adele@fabrikam.com>\nSubject: Your access tokens"),
            "{text}"
        );
        assert!(
            text.contains(
                "- access token \"=cmd\", full access, ends soon, on 2026-12-10, for all organizations: make a new one"
            ),
            "{text}"
        );
        assert!(text.contains(": https://dev.azure.com/fabrikam/_usersSettings/tokens\n"));
        assert!(text.contains(": https://dev.azure.com/fabrikam/_usersSettings/keys\n"));
        assert!(text.contains("stop working on 2026-12-01, switch or not"));
        assert!(text.contains("- service connection \"Fiber: prod\", azurerm: run one pipeline"), "{text}");
        assert!(!text.contains('\u{1b}') && !text.contains("{{") && !text.contains("Questions?"));
        let later =
            Letters { now: at("2026-12-02T00:00:00Z"), contact: Some("it@x"), ..letters(Language::English) };
        let text = later.text(&template, &list().entries[0]);
        assert!(
            text.contains("have stopped working on 2026-12-01") && text.contains("Questions? it@x"),
            "{text}"
        );
    }

    #[test]
    fn each_language_says_everything_and_what_was_seen_when() {
        let english = template(built_in(Language::English)).unwrap();
        let german = template(built_in(Language::German)).unwrap();
        let list = list_after();
        let (one, other) = (&list.entries[0], &list.entries[1]);
        let text = letters(Language::English).text(&english, one);
        assert!(
            text.contains(
                "- SSH key \"laptop\", good until 2027-06-01, there before the switch and gone since: add"
            ),
            "{text}"
        );
        assert!(
            text.contains(
                "\"new\", full access, good until 2027-06-01, made since the switch: nothing to do\n"
            ),
            "{text}"
        );
        let text = letters(Language::German).text(&german, one);
        assert!(
            text.contains("Subject: Ihre Zugriffstoken") && text.contains("Guten Tag Adele Vance,"),
            "{text}"
        );
        assert!(text.contains("- SSH-Schlüssel \"laptop\", gültig bis 2027-06-01, vor der Umstellung vorhanden und seitdem weg: hinterlegen"), "{text}");
        for word in ["access token", "switch", "good until", "{{"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        // Nobody looked at the other one since, and there is no key.
        let text = letters(Language::German).text(&german, other);
        assert!(
            text.contains("vor der Umstellung vorhanden: legen Sie") && !text.contains("_usersSettings/keys"),
            "{text}"
        );
    }
}
