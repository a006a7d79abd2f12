//! The filters that work without advanced mode: equality, `in`, `startswith`, and `any()` over the address lists.

use crate::simulator::world::tenant::TenantUser;

/// `a or b or …`, each `a and b and …`.
#[derive(Debug, Clone)]
pub(super) struct Filter(Vec<Vec<Term>>);

#[derive(Debug, Clone, PartialEq)]
enum Term {
    Equals(String, String),
    OneOf(String, Vec<String>),
    StartsWith(String, String),
    AnyIn(String, String),
}

impl Filter {
    /// Understands a filter, or says that it does not.
    pub fn parse(text: &str) -> Result<Self, String> {
        let alternatives = split(text, " or ")
            .into_iter()
            .map(|part| split(part, " and ").into_iter().map(|term| Self::term(term.trim())).collect());
        alternatives.collect::<Result<_, _>>().map(Self)
    }

    fn term(text: &str) -> Result<Term, String> {
        let fail = || format!("Invalid filter clause: {text} (simulated: eq, in, startswith, any)");
        let lower = text.to_lowercase();
        if lower.starts_with("startswith(") {
            let inner = text.split_once('(').map(|(_, rest)| rest.trim_end_matches(')'));
            let (name, value) = inner.and_then(|inner| inner.split_once(',')).ok_or_else(fail)?;
            return Ok(Term::StartsWith(name.trim().to_owned(), unquote(value).ok_or_else(fail)?));
        }
        if let Some((list, rest)) = text.split_once("/any(") {
            let inner = rest.strip_suffix(')').ok_or_else(fail)?;
            let (variable, comparison) = inner.split_once(':').ok_or_else(fail)?;
            let (left, value) = comparison.split_once(" eq ").ok_or_else(fail)?;
            if left.trim() != variable.trim() {
                return Err(fail());
            }
            return Ok(Term::AnyIn(list.trim().to_owned(), unquote(value).ok_or_else(fail)?));
        }
        if let Some((name, rest)) = text.split_once(" in ") {
            let inner =
                rest.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).ok_or_else(fail)?;
            let values: Option<Vec<_>> = split(inner, ",").into_iter().map(unquote).collect();
            return Ok(Term::OneOf(name.trim().to_owned(), values.ok_or_else(fail)?));
        }
        let (name, value) = text.split_once(" eq ").ok_or_else(fail)?;
        let value = match value.trim() {
            word @ ("true" | "false") => word.to_owned(),
            quoted => unquote(quoted).ok_or_else(fail)?,
        };
        Ok(Term::Equals(name.trim().to_owned(), value))
    }

    /// An address that every match must hold, if there is one: it narrows the search.
    pub fn address(&self) -> Option<&str> {
        let [terms] = &self.0[..] else { return None };
        terms.iter().find_map(|term| match term {
            Term::Equals(_, value) | Term::AnyIn(_, value) if value.contains('@') => {
                Some(value.rsplit_once(':').map_or(value.as_str(), |(_, address)| address))
            }
            _ => None,
        })
    }

    pub fn takes(&self, user: &TenantUser) -> bool {
        self.0.iter().any(|terms| terms.iter().all(|term| term.takes(user)))
    }
}

impl Term {
    fn takes(&self, user: &TenantUser) -> bool {
        let equal = |name: &str, wanted: &str| {
            scalar(user, name).is_some_and(|value| value.to_lowercase() == wanted.to_lowercase())
        };
        match self {
            Self::Equals(name, wanted) => equal(name, wanted),
            Self::OneOf(name, wanted) => wanted.iter().any(|wanted| equal(name, wanted)),
            Self::StartsWith(name, start) => scalar(user, name)
                .is_some_and(|value| value.to_lowercase().starts_with(&start.to_lowercase())),
            Self::AnyIn(list, wanted) => {
                let values = match list.as_str() {
                    "otherMails" => &user.other_mails,
                    "proxyAddresses" => &user.proxies,
                    _ => return false,
                };
                values.iter().any(|value| value.to_lowercase() == wanted.to_lowercase())
            }
        }
    }
}

fn scalar(user: &TenantUser, name: &str) -> Option<String> {
    match name {
        "mail" => user.mail.clone(),
        "userPrincipalName" => Some(user.upn.clone()),
        "displayName" => Some(user.display.clone()),
        "givenName" => user.given.clone(),
        "surname" => user.surname.clone(),
        "mailNickname" => Some(user.nickname.clone()),
        "userType" => user.kind.map(str::to_owned),
        "accountEnabled" => Some(user.enabled.to_string()),
        _ => None,
    }
}

/// Splits outside of quotes.
fn split<'a>(text: &'a str, at: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut quoted) = (Vec::new(), 0, false);
    for (place, letter) in text.char_indices() {
        if letter == '\'' {
            quoted = !quoted;
        }
        if !quoted && place >= start && text.get(place..).is_some_and(|rest| rest.starts_with(at)) {
            parts.push(text.get(start..place).unwrap_or_default());
            start = place + at.len();
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

/// A quoted value; doubled quotes stand for one.
fn unquote(text: &str) -> Option<String> {
    Some(text.trim().strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_forms_are_understood() {
        let term = |text| Filter::parse(text).unwrap().0.remove(0).remove(0);
        assert_eq!(
            term("mail eq 'o''dowd@contoso.com'"),
            Term::Equals("mail".into(), "o'dowd@contoso.com".into())
        );
        assert_eq!(
            term("proxyAddresses/any(p:p eq 'smtp:a@contoso.com')"),
            Term::AnyIn("proxyAddresses".into(), "smtp:a@contoso.com".into())
        );
        assert_eq!(
            term("mail in ('a or b','c')"),
            Term::OneOf("mail".into(), vec!["a or b".into(), "c".into()])
        );
        assert_eq!(term("startswith(displayName,'Am')"), Term::StartsWith("displayName".into(), "Am".into()));
        assert!(Filter::parse("endsWith(mail,'x')").is_err());
        assert_eq!(Filter::parse("mail eq 'a@b.c' or userPrincipalName eq 'a@b.c'").unwrap().0.len(), 2);
    }
}
