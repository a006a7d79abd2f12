//! The messages to the users, before and after the switch, in Microsoft's steps ("Connect your organization to Microsoft Entra
//! ID": inform users of the change, and of the completed change).
//!
//! The words are in one file for each language and occasion, and any of them can be replaced by a template of one's own.

use super::template::{Template, TemplateError, Value, Values};

/// Which message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Before the switch.
    Before,
    /// After everybody was mapped.
    After,
}

/// The languages that there are words for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// The tag of the language (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }
}

/// The placeholders of a template.
pub const PLACEHOLDERS: [&str; 8] =
    ["organization", "address", "tenant", "when", "contact", "locked-out", "keep-working", "names"];

/// The words of this program, as a template to edit.
pub fn built_in(occasion: Occasion, language: Language) -> &'static str {
    match (occasion, language) {
        (Occasion::Before, Language::English) => include_str!("announce/en-before.txt"),
        (Occasion::After, Language::English) => include_str!("announce/en-after.txt"),
        (Occasion::Before, Language::German) => include_str!("announce/de-before.txt"),
        (Occasion::After, Language::German) => include_str!("announce/de-after.txt"),
    }
}

/// What a message says, as far as it is known. Everything may come from a service or a command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announcement {
    /// The organization's name.
    pub organization: String,
    /// Its address in the browser.
    pub address: String,
    /// The tenant's name, else its domain.
    pub tenant: String,
    /// When access stops, in the administrator's words.
    pub when: Option<String>,
    /// Whom to ask.
    pub contact: Option<String>,
    /// How many people lose access until they are mapped.
    pub locked_out: Option<usize>,
    /// How many people can go on at once.
    pub keep_working: Option<usize>,
    /// Who loses access; empty where names are not wanted.
    pub names: Vec<String>,
}

impl Announcement {
    fn values(&self) -> Values {
        let count = |n: Option<usize>| n.map_or(Value::Missing, |n| Value::Text(n.to_string()));
        let maybe = |text: &Option<String>| text.as_ref().map_or(Value::Missing, Value::text);
        [
            ("organization", Value::text(&self.organization)),
            ("address", Value::text(&self.address)),
            ("tenant", Value::text(&self.tenant)),
            ("when", maybe(&self.when)),
            ("contact", maybe(&self.contact)),
            ("locked-out", count(self.locked_out)),
            ("keep-working", count(self.keep_working)),
            ("names", Value::List(self.names.clone())),
        ]
        .into()
    }

    /// The message as plain text.
    pub fn text(&self, template: &Template) -> String {
        template.text(&self.values())
    }

    /// The message as HTML.
    pub fn html(&self, template: &Template, language: Language) -> String {
        template.html(&self.values(), language.tag())
    }
}

/// Reads a template for a message.
pub fn template(text: &str) -> Result<Template, Vec<TemplateError>> {
    Template::parse(text, &PLACEHOLDERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announcement() -> Announcement {
        Announcement {
            organization: "fabrikam".into(),
            address: "https://dev.azure.com/fabrikam".into(),
            tenant: "Contoso <b>".into(),
            ..Announcement::default()
        }
    }

    #[test]
    fn every_built_in_message_is_a_template_that_leaves_no_mark() {
        for occasion in [Occasion::Before, Occasion::After] {
            for language in [Language::English, Language::German] {
                let template = template(built_in(occasion, language)).unwrap();
                let full = Announcement {
                    when: Some("2026-11-28 19:00".into()),
                    contact: Some("it@fabrikam.com".into()),
                    locked_out: Some(3),
                    keep_working: Some(4),
                    names: vec!["Adele <script>".into()],
                    ..announcement()
                };
                for it in [announcement(), full] {
                    let (text, html) = (it.text(&template), it.html(&template, language));
                    assert!(text.starts_with("Subject: ") && text.contains("fabrikam"), "{text}");
                    assert!(!text.contains("{{") && !html.contains("{{"), "{text}");
                    assert!(!html.contains("<b>") && !html.contains("<script"), "{html}");
                    assert!(html.contains("Contoso &lt;b&gt;"), "{html}");
                    assert_eq!(
                        text.contains("2026-11-28"),
                        it.when.is_some() && occasion == Occasion::Before
                    );
                    assert_eq!(text.contains("Adele"), !it.names.is_empty() && occasion == Occasion::Before);
                    assert_eq!(text.contains("it@fabrikam.com"), it.contact.is_some());
                }
            }
        }
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        let template = template(built_in(Occasion::Before, Language::English)).unwrap();
        let text = announcement().text(&template);
        assert!(!text.contains("until they are mapped:") && text.contains("You will be told"), "{text}");
    }
}
