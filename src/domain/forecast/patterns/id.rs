//! The name of a pattern: readable, stable, and enough to find the pattern again.
//!
//! `domain:fabrikam.com>contoso.com`, `scheme:fabrikam.com:{g}{surname}>contoso.com`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::scheme::Template;

/// What kind of pattern it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatternKind {
    /// The same local part in another domain.
    Domain,
    /// The address is made of the account's name by a rule.
    Scheme,
}

impl PatternKind {
    /// The name in JSON and in ids.
    pub fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Scheme => "scheme",
        }
    }
}

/// The name of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PatternId {
    from: Arc<str>,
    template: Option<Template>,
    to: Arc<str>,
}

/// A text that is not the name of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of a pattern; they look like domain:fabrikam.com>contoso.com")]
pub struct NotAPattern(String);

impl PatternId {
    /// A change of domain.
    pub fn domain(from: &str, to: &str) -> Self {
        Self { from: from.into(), template: None, to: to.into() }
    }

    /// A scheme of addresses.
    pub fn scheme(from: &str, template: Template, to: &str) -> Self {
        Self { from: from.into(), template: Some(template), to: to.into() }
    }

    /// What kind it is.
    pub fn kind(&self) -> PatternKind {
        if self.template.is_some() { PatternKind::Scheme } else { PatternKind::Domain }
    }

    /// The domain that people of the organization have, as an address key's.
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The domain of the tenant.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// How addresses are made of names; of a scheme.
    pub fn template(&self) -> Option<Template> {
        self.template
    }

    /// In a few words, for a line on a screen: `fabrikam.com → contoso.com`, with the arrow given.
    pub fn shown(&self, arrow: &str) -> String {
        match self.template {
            None => format!("{} {arrow} {}", self.from, self.to),
            Some(template) => format!("{template}@{} {arrow} {}", self.from, self.to),
        }
    }
}

/// Whether a domain may stand in a name: letters, digits, dots and hyphens, in any script.
pub(super) fn is_plain_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.len() <= 253
        && domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
}

impl fmt::Display for PatternId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.template {
            None => write!(f, "domain:{}>{}", self.from, self.to),
            Some(template) => write!(f, "scheme:{}:{template}>{}", self.from, self.to),
        }
    }
}

impl FromStr for PatternId {
    type Err = NotAPattern;

    fn from_str(text: &str) -> Result<Self, NotAPattern> {
        let parsed = || {
            let text = text.trim();
            let (begin, to) = text.rsplit_once('>')?;
            let (kind, rest) = begin.split_once(':')?;
            let (from, template) = match kind {
                "domain" => (rest, None),
                "scheme" => {
                    let (from, template) = rest.split_once(':')?;
                    (from, Some(template.parse().ok()?))
                }
                _ => return None,
            };
            let (from, to) = (from.to_lowercase(), to.to_lowercase());
            (is_plain_domain(&from) && is_plain_domain(&to)).then(|| Self {
                from: from.into(),
                template,
                to: to.into(),
            })
        };
        parsed().ok_or_else(|| NotAPattern(crate::domain::text::clean_to(text, 200).into_owned()))
    }
}

impl TryFrom<String> for PatternId {
    type Error = NotAPattern;

    fn try_from(text: String) -> Result<Self, NotAPattern> {
        text.parse()
    }
}

impl From<PatternId> for String {
    fn from(id: PatternId) -> Self {
        id.to_string()
    }
}
