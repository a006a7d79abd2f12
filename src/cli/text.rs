//! Words for numbers, moments and people, as every command writes them.

use std::borrow::Cow;
use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::people::{LastAccess, Roster};
use crate::domain::text::clean;
use crate::domain::{Directory, ObjectId, OrgUser, PlanRow};

/// A number with its thousands apart: `5,000`.
pub fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// So many of something: `1 person`, `2 people`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// So many people.
pub fn people(n: usize) -> String {
    count(n, "person", "people")
}

/// A moment, to the second, in UTC.
pub fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A day, in UTC.
pub fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

/// When somebody last used the organization.
pub fn last_access(access: LastAccess) -> String {
    match access {
        LastAccess::Unknown => "last access unknown".into(),
        LastAccess::Never => "never signed in".into(),
        LastAccess::At(at) => format!("last access {}", day(at)),
    }
}

/// Name and address of a person of the organization.
pub fn org_user(user: &OrgUser) -> String {
    person(&user.display_name, &user.principal_name)
}

/// Whose row this is: by the roster, else as the person was when it was decided, else the bare key.
pub fn row_person(roster: Option<&Roster>, row: &PlanRow) -> String {
    let now = |key| roster.and_then(|roster| roster.get(key));
    let user = now(&row.storage_key).or_else(|| row.new_storage_key.as_ref().and_then(now));
    match (user, &row.seen) {
        (Some(user), _) => org_user(user),
        (None, Some(seen)) => person(&seen.person.display_name, &seen.person.principal_name),
        (None, None) => row.storage_key.to_string(),
    }
}

/// Name and address of a tenant user, or the bare id of somebody who is not in the list.
pub fn tenant_user(directory: Option<&Directory>, id: ObjectId) -> String {
    match directory.and_then(|directory| directory.get(id)) {
        Some(user) => person(user.display_name(), user.user_principal_name()),
        None => format!("tenant user {id}"),
    }
}

fn person(name: &str, address: &str) -> String {
    let (name, address) = (clean(name), clean(address));
    match (name.is_empty(), address.is_empty()) {
        (true, true) => "(no name)".into(),
        (true, false) => address.into_owned(),
        (false, true) => name.into_owned(),
        (false, false) => format!("{name} <{address}>"),
    }
}

/// Says that the services are simulated, where they are.
pub fn simulated(out: &mut dyn Write, simulated: bool) -> io::Result<()> {
    if simulated {
        writeln!(out, "Simulated services: all of them are on this machine.")?;
    }
    Ok(())
}

/// The first letter in upper case, for the beginning of a sentence.
pub fn sentence(words: &str) -> Cow<'_, str> {
    let mut rest = words.chars();
    match rest.next() {
        Some(first) if first.is_lowercase() => {
            Cow::Owned(first.to_uppercase().chain(rest).collect::<String>())
        }
        _ => Cow::Borrowed(words),
    }
}

/// The known word nearest to one that is not known, if one is near.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    known
        .into_iter()
        .map(|name| (name, strsim::damerau_levenshtein(&word, &name.to_ascii_lowercase())))
        .filter(|(name, distance)| {
            *distance <= name.len().max(word.len()) / 3 || (word.len() >= 4 && name.contains(&word))
        })
        .min_by_key(|(_, distance)| *distance)
        .map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_thousands_apart() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_000), "1,000");
        assert_eq!(number(500_000), "500,000");
        assert_eq!(people(1), "1 person");
        assert_eq!(people(1_234_567), "1,234,567 people");
    }

    #[test]
    fn a_typing_mistake_finds_the_word_and_nonsense_does_not() {
        let known = ["users-informed", "user-count", "admin-is-pca"];
        assert_eq!(nearest("user-informed", known), Some("users-informed"));
        assert_eq!(nearest("informed", known), Some("users-informed"));
        assert_eq!(nearest("xyzzy", known), None);
    }

    #[test]
    fn names_are_cleaned() {
        assert_eq!(person("Ra\u{202e}isa", "raisa@contoso.com"), "Ra\u{fffd}isa <raisa@contoso.com>");
        assert_eq!(person("", ""), "(no name)");
    }
}
