//! Before and after, and the list for the time after connecting.

use std::fmt::Write as _;

use crate::domain::papers::escape::html as escaped;
use crate::domain::papers::report::{AfterPaper, ChangePaper, KindPaper, PointPaper};

/// Both of them.
pub(super) fn write(out: &mut String, paper: &AfterPaper) {
    out.push_str("<h2>Before and after</h2>\n");
    out.push_str("<ul>\n");
    for line in &paper.answer {
        let _ = writeln!(out, "<li>{}</li>", escaped(line));
    }
    out.push_str("</ul>\n");
    if !paper.facts.is_empty() {
        out.push_str("<table>\n");
        for fact in &paper.facts {
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\">{}</th><td class=\"w\">{}</td></tr>",
                escaped(&fact.about),
                escaped(&fact.words)
            );
        }
        out.push_str("</table>\n");
    }
    kinds(out, &paper.kinds);
    listed(out, "The organization", paper.organization.iter().map(ChangePaper::line));
    listed(out, "Not compared", paper.not_compared.iter().cloned());
    points(out, &paper.points);
}

fn kinds(out: &mut String, kinds: &[KindPaper]) {
    if kinds.is_empty() {
        return;
    }
    out.push_str("<table>\n<thead><tr><th>What</th>");
    for title in
        ["Lost, not expected", "Lost, as expected", "Gained", "Changed, not expected", "Changed, as expected"]
    {
        let _ = write!(out, "<th class=\"n\">{title}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for it in kinds {
        let counts = it.counts;
        let _ = write!(out, "<tr><td>{}</td>", escaped(it.name));
        for number in
            [counts.lost, counts.lost_expected, counts.gained, counts.changed, counts.changed_expected]
        {
            let _ = write!(out, "<td class=\"n\">{number}</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}

fn listed(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let _ = writeln!(out, "<p>{title}:</p>\n<ul>");
    for line in lines {
        let _ = writeln!(out, "<li>{}</li>", escaped(&line));
    }
    out.push_str("</ul>\n");
}

fn points(out: &mut String, points: &[PointPaper]) {
    if points.is_empty() {
        return;
    }
    out.push_str(
        "<h2>The list for the time after connecting</h2>\n<table class=\"all\">\n<thead><tr><th>What</th>\
         <th class=\"s\">How it stood</th><th>What was found</th></tr></thead>\n<tbody>\n",
    );
    for point in points {
        let _ = write!(
            out,
            "<tr><td>{}</td><td class=\"s\">{}</td><td class=\"w\">{}",
            escaped(point.title),
            point.status,
            escaped(&point.summary)
        );
        for line in &point.evidence {
            let _ = write!(out, "<p>{}</p>", escaped(line));
        }
        if let Some(words) = point.tick_words() {
            let _ = write!(out, "<p>{}</p>", escaped(&words));
        }
        out.push_str("</td></tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}
