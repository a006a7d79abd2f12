//! Templates of messages: plain text with a few marks, one line for each paragraph, that becomes text or HTML.
//!
//! | at the beginning of a line | is |
//! | --- | --- |
//! | `%%` | a note for whoever edits the template; left out |
//! | `{{?name}}` | the line is there only where `name` is filled |
//! | `{{!name}}` | the line is there only where `name` is not filled |
//! | `Subject:` | the subject; the first one that is there counts |
//! | `# ` | a heading |
//! | `1. ` (any number) | a numbered step; the numbers are counted anew |
//! | `- ` | a point |
//!
//! `{{name}}` is replaced by a value; a line with a list is repeated for each of its entries. `` `words` `` are code. What fills
//! a template is untrusted: it is put in as text, never as a mark.

use std::fmt;

use super::escape;
use crate::domain::text::clean;

/// Largest template that is read, in bytes.
pub const LARGEST: usize = 256 << 10;

/// What a placeholder may be filled with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Not known, or not given: lines that ask for it by `{{?name}}` are left out.
    Missing,
    /// Words.
    Text(String),
    /// One line for each.
    List(Vec<String>),
}

impl Value {
    /// Words; nothing but blanks is missing.
    pub fn text(words: impl Into<String>) -> Self {
        let words = words.into();
        if words.trim().is_empty() { Self::Missing } else { Self::Text(words) }
    }

    fn is_filled(&self) -> bool {
        match self {
            Self::Missing => false,
            Self::Text(_) => true,
            Self::List(entries) => !entries.is_empty(),
        }
    }

    fn entries(&self) -> Vec<&str> {
        match self {
            Self::Missing => vec![""],
            Self::Text(words) => vec![words],
            Self::List(entries) => entries.iter().map(String::as_str).collect(),
        }
    }
}

/// The values of the placeholders, by name.
pub type Values = std::collections::BTreeMap<&'static str, Value>;

/// Something in a template that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct TemplateError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub said: String,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.said)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Code(String),
    Value(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Subject,
    Heading,
    Step,
    Point,
    Words,
    Blank,
}

#[derive(Debug, Clone)]
struct Line {
    /// The name, and whether it has to be filled.
    condition: Option<(&'static str, bool)>,
    kind: Kind,
    parts: Vec<Part>,
}

/// A template that was understood.
#[derive(Debug, Clone)]
pub struct Template {
    lines: Vec<Line>,
}

/// A line as it is written: filled, and still in parts.
struct Filled<'a> {
    kind: Kind,
    parts: Vec<(bool, std::borrow::Cow<'a, str>)>,
}

impl Template {
    /// Reads a template whose placeholders are these; all errors are listed.
    pub fn parse(text: &str, names: &[&'static str]) -> Result<Self, Vec<TemplateError>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = Vec::new();
        let mut errors = Vec::new();
        for (at, line) in text.lines().enumerate() {
            if line.starts_with("%%") {
                continue;
            }
            let mut reader = Reader { line: at + 1, column: 1, names, errors: &mut errors };
            lines.push(reader.line(line.trim_end()));
        }
        if errors.is_empty() { Ok(Self { lines }) } else { Err(errors) }
    }

    fn filled<'a>(&'a self, values: &'a Values) -> Vec<Filled<'a>> {
        let value = |name: &str| values.get(name).unwrap_or(&Value::Missing);
        let mut found = Vec::new();
        for line in &self.lines {
            if line.condition.is_some_and(|(name, wanted)| value(name).is_filled() != wanted) {
                continue;
            }
            // A line with a list is written once for each entry; other values are the same in all of them.
            let list = line.parts.iter().find_map(|part| match part {
                Part::Value(name) if matches!(value(name), Value::List(_)) => Some(*name),
                _ => None,
            });
            for entry in list.map_or(vec![""], |name| value(name).entries()) {
                let parts = line.parts.iter().map(|part| match part {
                    Part::Text(words) => (false, words.as_str().into()),
                    Part::Code(words) => (true, words.as_str().into()),
                    Part::Value(name) if Some(*name) == list => (false, clean(entry)),
                    Part::Value(name) => {
                        (false, clean(value(name).entries().first().copied().unwrap_or_default()))
                    }
                });
                found.push(Filled { kind: line.kind, parts: parts.collect() });
            }
        }
        found
    }

    /// The subject and the message as plain text.
    pub fn text(&self, values: &Values) -> String {
        let mut out = String::new();
        let mut step = 0;
        let mut subject = false;
        for line in self.filled(values) {
            let words: String = line.parts.iter().map(|(_, words)| &**words).collect();
            if line.kind != Kind::Step {
                step = 0;
            }
            match line.kind {
                Kind::Subject if subject => continue,
                Kind::Subject => {
                    subject = true;
                    out.push_str("Subject: ");
                    out.push_str(&words);
                }
                Kind::Heading => {
                    out.push_str(&words);
                    out.push('\n');
                    out.extend(std::iter::repeat_n('-', words.chars().count()));
                }
                Kind::Step => {
                    step += 1;
                    out.push_str(&step.to_string());
                    out.push_str(". ");
                    out.push_str(&words);
                }
                Kind::Point => {
                    out.push_str("- ");
                    out.push_str(&words);
                }
                Kind::Words => out.push_str(&words),
                // Lines that were left out leave no gap.
                Kind::Blank if out.is_empty() || out.ends_with("\n\n") => continue,
                Kind::Blank => {}
            }
            out.push('\n');
        }
        let end = out.trim_end().len();
        out.truncate(end);
        out.push('\n');
        out
    }

    /// The message as one HTML document in this language; the subject is its title.
    pub fn html(&self, values: &Values, language: &str) -> String {
        let mut subject = None;
        let mut body = String::new();
        let mut list: Option<&str> = None;
        for line in self.filled(values) {
            let words: String = line
                .parts
                .iter()
                .map(|(code, words)| {
                    let words = escape::html(words);
                    if *code { format!("<code>{words}</code>") } else { words }
                })
                .collect();
            let wanted = match line.kind {
                Kind::Step => Some("ol"),
                Kind::Point => Some("ul"),
                _ => None,
            };
            if list != wanted {
                if let Some(open) = list {
                    body.push_str(closing(open));
                }
                if let Some(next) = wanted {
                    body.push_str(if next == "ol" { "<ol>\n" } else { "<ul>\n" });
                }
                list = wanted;
            }
            match line.kind {
                Kind::Subject => {
                    let plain: String = line.parts.iter().map(|(_, words)| escape::html(words)).collect();
                    subject.get_or_insert(plain);
                }
                Kind::Heading => body.extend(["<h2>", &words, "</h2>\n"]),
                Kind::Step | Kind::Point => body.extend(["<li>", &words, "</li>\n"]),
                Kind::Words => body.extend(["<p>", &words, "</p>\n"]),
                Kind::Blank => {}
            }
        }
        if let Some(open) = list {
            body.push_str(closing(open));
        }
        format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n</head>\n<body>\n{body}</body>\n</html>\n",
            escape::html(language),
            subject.unwrap_or_default()
        )
    }
}

fn closing(list: &str) -> &'static str {
    if list == "ol" { "</ol>\n" } else { "</ul>\n" }
}

/// Reads one line.
struct Reader<'a> {
    line: usize,
    column: usize,
    names: &'a [&'static str],
    errors: &'a mut Vec<TemplateError>,
}

impl Reader<'_> {
    fn error(&mut self, said: String) {
        self.errors.push(TemplateError { line: self.line, column: self.column, said });
    }

    fn step<'t>(&mut self, text: &'t str, bytes: usize) -> &'t str {
        let (gone, rest) = text.split_at_checked(bytes).unwrap_or((text, ""));
        self.column += gone.chars().count();
        rest
    }

    fn line(&mut self, text: &str) -> Line {
        let mut rest = text;
        let mut condition = None;
        for (mark, wanted) in [("{{?", true), ("{{!", false)] {
            let Some(inside) = rest.strip_prefix(mark) else { continue };
            let Some((name, _)) = inside.split_once("}}") else {
                self.error(format!("`{mark}` is not closed by `}}}}`"));
                return Line { condition, kind: Kind::Blank, parts: Vec::new() };
            };
            condition = self.name(name).map(|name| (name, wanted));
            rest = self.step(rest, mark.len() + name.len() + 2);
            break;
        }
        let (kind, skipped) = kind(rest);
        rest = self.step(rest, skipped);
        Line { condition, kind, parts: self.parts(rest) }
    }

    fn parts(&mut self, text: &str) -> Vec<Part> {
        let mut rest = text;
        let mut parts = Vec::new();
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix("{{") {
                let Some((name, _)) = inside.split_once("}}") else {
                    self.error("`{{` is not closed by `}}`".to_owned());
                    return parts;
                };
                if name.starts_with(['?', '!']) {
                    self.error("a condition stands at the beginning of its line".to_owned());
                } else if let Some(name) = self.name(name) {
                    parts.push(Part::Value(name));
                }
                rest = self.step(rest, name.len() + 4);
            } else if let Some((code, _)) = rest.strip_prefix('`').and_then(|inside| inside.split_once('`')) {
                parts.push(Part::Code(clean(code).into_owned()));
                rest = self.step(rest, code.len() + 2);
            } else {
                let first = rest.chars().next().map_or(1, char::len_utf8);
                let end = rest
                    .char_indices()
                    .skip(1)
                    .find(|(at, c)| *c == '`' || rest.get(*at..).is_some_and(|tail| tail.starts_with("{{")))
                    .map_or(rest.len(), |(at, _)| at)
                    .max(first);
                let words = rest.get(..end).unwrap_or_default();
                parts.push(Part::Text(crate::domain::text::clean_to(words, LARGEST).into_owned()));
                rest = self.step(rest, end);
            }
        }
        parts
    }

    fn name(&mut self, name: &str) -> Option<&'static str> {
        let found = self.names.iter().copied().find(|known| *known == name.trim());
        if found.is_none() {
            self.error(format!(
                "`{}` is not a placeholder; there are {}",
                clean(name.trim()),
                self.names.join(", ")
            ));
        }
        found
    }
}

/// What a line is, and how many bytes its mark takes.
fn kind(text: &str) -> (Kind, usize) {
    if text.is_empty() {
        return (Kind::Blank, 0);
    }
    for (mark, kind) in [("Subject: ", Kind::Subject), ("# ", Kind::Heading), ("- ", Kind::Point)] {
        if text.starts_with(mark) {
            return (kind, mark.len());
        }
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if (1..4).contains(&digits) && text.get(digits..).is_some_and(|rest| rest.starts_with(". ")) {
        return (Kind::Step, digits + 2);
    }
    (Kind::Words, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["who", "when", "people"];

    fn values(when: Value, people: &[&str]) -> Values {
        let people = people.iter().map(|name| (*name).to_owned()).collect();
        [("who", Value::text("fab`rikam`")), ("when", when), ("people", Value::List(people))].into()
    }

    #[test]
    fn conditions_lists_and_numbers() {
        let text = "%% a note\nSubject: {{who}}\n\n{{?when}}At {{when}}.\n{{!when}}Soon.\n\n# List\n1. a\n{{?when}}1. b\n7. `c`\n- {{people}} of {{who}}\n";
        let template = Template::parse(text, &NAMES).unwrap();
        assert_eq!(
            template.text(&values(Value::Missing, &["x", "y"])),
            "Subject: fab`rikam`\n\nSoon.\n\nList\n----\n1. a\n2. c\n- x of fab`rikam`\n- y of fab`rikam`\n"
        );
        let html = template.html(&values(Value::text("<now>"), &[]), "en");
        assert!(html.contains("<title>fab`rikam`</title>"), "{html}");
        assert!(html.contains("<p>At &lt;now&gt;.</p>"), "{html}");
        assert!(
            html.contains("<ol>\n<li>a</li>\n<li>b</li>\n<li><code>c</code></li>\n</ol>\n</body>"),
            "{html}"
        );
    }

    #[test]
    fn a_value_is_never_a_mark() {
        let template = Template::parse("{{who}}\n{{when}}", &NAMES).unwrap();
        let hostile =
            [("who", Value::text("# {{when}} <b>")), ("when", Value::text("1. x\n- y\u{202e}"))].into();
        assert_eq!(template.text(&hostile), "# {{when}} <b>\n1. x - y\u{FFFD}\n");
        let html = template.html(&hostile, "en\"><script>");
        assert!(html.contains("<p># {{when}} &lt;b&gt;</p>") && !html.contains("<script>"), "{html}");
    }

    #[test]
    fn every_mistake_has_its_place() {
        let errors = Template::parse("ö {{whom}}\n{{?when\n\nx {{?who}} {{who", &NAMES).unwrap_err();
        let words: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            words,
            [
                "1:3: `whom` is not a placeholder; there are who, when, people",
                "2:1: `{{?` is not closed by `}}`",
                "4:3: a condition stands at the beginning of its line",
                "4:12: `{{` is not closed by `}}`",
            ]
        );
    }

    #[test]
    fn odd_text_is_just_text() {
        for text in ["`", "a `b", "{", "}}", "1.", "1234. x", "#x", "é{{who}}é`", "\u{feff}x"] {
            assert!(Template::parse(text, &NAMES).is_ok(), "{text:?}");
        }
    }
}
