//! One document about several organizations that go to the same tenant: a table, then the report of each.

use std::fmt::Write as _;

use super::escape;
use super::report::{self, Report, verdict_words};
use super::support::second;
use crate::domain::plan::RowState;

/// What there is about one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Its report.
    Report(Box<Report>),
    /// Its name, and why there is no report.
    Missing(String, String),
}

/// One line of the table.
struct Line {
    organization: String,
    /// Verdict, people, to be sent, verified, open.
    cells: [String; 5],
}

const HEADINGS: [&str; 6] =
    ["Organization", "Prerequisites", "People", "To map, invite, remove", "Read back", "Open"];

fn line(entry: &Entry) -> Line {
    match entry {
        Entry::Missing(organization, why) => Line {
            organization: organization.clone(),
            cells: [why.clone(), String::new(), String::new(), String::new(), String::new()],
        },
        Entry::Report(report) => {
            let count = |wanted: &dyn Fn(&report::PersonPaper) -> bool| {
                report.people.iter().filter(|it| wanted(it)).count().to_string()
            };
            Line {
                organization: report.organization.clone(),
                cells: [
                    report.verdict.map_or_else(
                        || "not kept".to_owned(),
                        |(verdict, at)| format!("{}, {}", verdict_words(verdict), second(at)),
                    ),
                    report.people.len().to_string(),
                    count(&|it| it.is_to_send),
                    count(&|it| it.is_to_send && it.state == RowState::Verified),
                    count(&|it| it.is_open()),
                ],
            }
        }
    }
}

/// The document as HTML.
pub fn html(entries: &[Entry]) -> String {
    let mut out = String::new();
    let title = title(entries);
    report::begin(&mut out, &title);
    let _ = write!(out, "<h1>{}</h1>\n<table>\n<thead><tr>", escape::html(&title));
    for heading in HEADINGS {
        let _ = write!(out, "<th>{heading}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for entry in entries {
        let line = line(entry);
        let _ = write!(out, "<tr><td>{}</td>", escape::html(&line.organization));
        for cell in &line.cells {
            let _ = write!(out, "<td>{}</td>", escape::html(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
    for entry in entries {
        if let Entry::Report(report) = entry {
            out.push_str("<section>\n");
            report::write_html(&mut out, report);
            out.push_str("</section>\n");
        }
    }
    report::end(&mut out);
    out
}

/// The document as Markdown.
pub fn markdown(entries: &[Entry]) -> String {
    let mut out = format!("# {}\n\n|", title(entries));
    for heading in HEADINGS {
        let _ = write!(out, " {heading} |");
    }
    out.push_str("\n| --- | --- | ---: | ---: | ---: | ---: |\n");
    for entry in entries {
        let line = line(entry);
        let _ = write!(out, "| {} |", escape::markdown(&line.organization));
        for cell in &line.cells {
            let _ = write!(out, " {} |", escape::markdown(cell));
        }
        out.push('\n');
    }
    for entry in entries {
        if let Entry::Report(report) = entry {
            out.push('\n');
            report::write_markdown(&mut out, report);
        }
    }
    out
}

fn title(entries: &[Entry]) -> String {
    format!("Connecting {} organizations to Microsoft Entra ID", entries.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::papers::report::tests::material;

    #[test]
    fn a_table_comes_first_and_nothing_of_a_name_becomes_a_mark() {
        let report = Report::of(&material());
        let entries = [
            Entry::Report(Box::new(report)),
            Entry::Missing("<b>|woodgrove".into(), "never | <i>opened".into()),
        ];
        let html = html(&entries);
        assert_eq!(html.matches("<section>").count(), 1);
        assert!(html.contains("<td>&lt;b&gt;|woodgrove</td><td>never | &lt;i&gt;opened</td>"), "{html}");
        assert!(!html.contains("<b>") && !html.contains("<script"));
        assert!(html.find("woodgrove") < html.find("<section>"));
        let text = markdown(&entries);
        assert!(text.starts_with("# Connecting 2 organizations to Microsoft Entra ID\n"), "{text}");
        assert!(
            text.contains("| &lt;b&gt;\\|woodgrove | never \\| &lt;i&gt;opened |  |  |  |  |\n"),
            "{text}"
        );
        assert_eq!(text.matches("\n## Everybody").count(), 1);
    }
}
