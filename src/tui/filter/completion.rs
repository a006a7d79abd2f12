//! What may be typed next in a filter: fields, their values, outcomes; and what is wrong with what was typed.

use super::{FIELDS, Field, Of, parts};
use crate::domain::Outcome;

/// Something that the last part of a filter can become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The part as it would be, with its `!`.
    pub part: String,
    /// What is shown: the field with its colon, or the value.
    pub shown: &'static str,
    /// In a few words; empty for a value.
    pub help: &'static str,
}

/// The part that is being typed, at the end of the text; empty after a space.
fn last_part(text: &str) -> &str {
    let mut quoted = false;
    let mut start = 0;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => start = at + c.len_utf8(),
            _ => {}
        }
    }
    text.get(start..).unwrap_or_default()
}

fn field_of(part: &str) -> Option<(&'static Field, &str)> {
    let (name, value) = part.split_once(':')?;
    Some((FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))?, value))
}

/// What a field knows. An outcome is a property too; the properties alone are enough for a first look.
fn values(field: &Field, all: bool) -> impl Iterator<Item = &'static str> {
    let outcomes = (all && field.of == Of::Is).then(|| Outcome::ALL.into_iter().map(Outcome::name));
    field.values.iter().copied().chain(outcomes.into_iter().flatten())
}

/// What the last part can become: the values of its field, or fields and outcomes that begin so.
pub fn suggestions(text: &str) -> Vec<Suggestion> {
    let part = last_part(text);
    let (not, rest) = match part.strip_prefix('!') {
        Some(rest) => ("!", rest),
        None => ("", part),
    };
    if let Some((field, value)) = field_of(rest) {
        let value = value.to_lowercase();
        return values(field, !value.is_empty())
            .filter(|known| known.starts_with(&value))
            .map(|known| Suggestion { part: format!("{not}{}:{known}", field.name), shown: known, help: "" })
            .collect();
    }
    let typed = rest.to_lowercase();
    let fields = FIELDS.iter().filter(|field| field.name.starts_with(&typed)).map(|field| Suggestion {
        part: format!("{not}{}:", field.name),
        shown: field.name,
        help: field.help,
    });
    // Outcomes only where a letter of them was typed: the fields come first.
    let outcomes = Outcome::ALL
        .into_iter()
        .map(Outcome::name)
        .filter(|name| !typed.is_empty() && name.starts_with(&typed))
        .map(|name| Suggestion { part: format!("{not}{name}"), shown: name, help: "outcome" });
    fields.chain(outcomes).collect()
}

/// The text with its last part replaced.
pub fn completed(text: &str, part: &str) -> String {
    let kept = text.len() - last_part(text).len();
    format!("{}{part}", text.get(..kept).unwrap_or_default())
}

/// The text with as much added as all suggestions have in common; `None` where that is nothing more.
pub fn common(text: &str) -> Option<String> {
    let suggestions = suggestions(text);
    let mut common = suggestions.first()?.part.clone();
    for suggestion in &suggestions {
        while !suggestion.part.starts_with(&common) {
            common.pop();
        }
    }
    (common.len() > last_part(text).len()).then(|| completed(text, &common))
}

/// What is wrong with the part that is being typed; `None` where it can be meant so.
pub fn remark(text: &str) -> Option<String> {
    remark_on(last_part(text))
}

/// What is wrong with any part of a filter.
pub fn complaint(text: &str) -> Option<String> {
    parts(text).iter().find_map(|part| remark_on(part))
}

fn remark_on(part: &str) -> Option<String> {
    let rest = part.strip_prefix('!').unwrap_or(part);
    let (name, value) = rest.split_once(':')?;
    if name.is_empty() || name.contains('"') {
        return None;
    }
    let Some((field, _)) = field_of(rest) else {
        return Some(format!("there is no field {name}: it is looked for as a word"));
    };
    if field.name == "idle" {
        let is_number = value.trim_end_matches('d').parse::<u32>().is_ok();
        return (!value.is_empty() && !is_number).then(|| "idle: takes a number of days".to_owned());
    }
    let closed = matches!(field.name, "outcome" | "decision" | "state" | "is");
    let fits = values(field, true).any(|known| known.starts_with(&value.to_lowercase()));
    let known = || values(field, true).collect::<Vec<_>>().join(", ");
    (closed && !fits).then(|| format!("{}: knows {}", field.name, known()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<&'static str> {
        suggestions(text).into_iter().map(|suggestion| suggestion.shown).collect()
    }

    #[test]
    fn fields_then_outcomes_then_values() {
        assert_eq!(shown("").len(), FIELDS.len());
        assert_eq!(shown("basic o"), ["origin", "outcome"]);
        assert_eq!(shown("sa"), ["safe"]);
        assert_eq!(shown("!outcome:"), super::super::OUTCOMES);
        assert_eq!(shown("is:und"), ["undecided"]);
        assert_eq!(shown("is:un"), ["undecided", "unsure"], "an outcome is a property too");
        assert_eq!(shown("is:"), super::super::PROPERTIES);
        assert!(shown("name:x").is_empty());
        assert!(shown("\"name o").is_empty(), "between quotation marks nothing is a field");
    }

    #[test]
    fn as_much_as_is_common_is_completed() {
        assert_eq!(common("basic !ou").as_deref(), Some("basic !outcome:"));
        assert_eq!(common("is:und").as_deref(), Some("is:undecided"));
        assert_eq!(common("o"), None, "origin or outcome");
        assert_eq!(common("name:x"), None);
        assert_eq!(completed("a b", "outcome:"), "a outcome:");
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        assert!(remark("foo:bar").is_some_and(|text| text.contains("no field foo")));
        assert!(remark("outcome:saef").is_some_and(|text| text.contains("safe")));
        assert!(remark("idle:soon").is_some_and(|text| text.contains("number")));
        for fine in [
            "",
            "outcome:",
            "outcome:sa",
            "is:haz",
            "idle:90",
            "idle:90d",
            "name:x:y",
            "http",
            "access:whatever",
        ] {
            assert_eq!(remark(fine), None, "{fine}");
        }
        assert_eq!(remark("is:gone basic"), None, "it is not being typed any more");
        assert!(complaint("is:gone basic").is_some_and(|text| text.contains("knows marked")));
    }
}
