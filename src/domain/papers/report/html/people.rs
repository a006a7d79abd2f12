//! The people of the report: whoever asks for attention or was decided about with all there is to say, the others in a table.

use std::fmt::Write as _;

use crate::domain::papers::escape::html as escaped;
use crate::domain::papers::report::person::Call;
use crate::domain::papers::report::{PersonPaper, ROW_TITLES, Report};
use crate::domain::papers::support::second;

/// Everybody.
pub(super) fn everybody(out: &mut String, report: &Report) {
    out.push_str("<h2>Everybody</h2>\n<p>Those with something open come first.</p>\n");
    let (told, rest) = report.told_and_others();
    for person in told {
        one(out, person);
    }
    others(out, report.others_title(), &rest);
}

/// Who asks for nothing.
fn others(out: &mut String, title: &str, people: &[&PersonPaper]) {
    if people.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h3>{title}</h3>\n<table class=\"all\">\n<thead><tr>");
    for title in ROW_TITLES {
        let _ = write!(out, "<th>{title}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for person in people {
        out.push_str("<tr>");
        for lines in person.row() {
            out.push_str("<td class=\"w\">");
            for line in lines {
                let _ = write!(out, "<p>{}</p>", escaped(&line));
            }
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}

fn one(out: &mut String, person: &PersonPaper) {
    let class = match (person.is_open(), person.is_to_send) {
        (true, _) => "open",
        (false, true) => "done",
        (false, false) => "rest",
    };
    let _ = writeln!(out, "<article class=\"{class}\">\n<h3>{}</h3>", escaped(&person.name));
    let mut who = vec![person.address.clone()];
    who.extend(person.about.iter().cloned());
    who.retain(|it| !it.is_empty());
    let _ = writeln!(out, "<p>{}</p>", escaped(&who.join(" · ")));
    let since =
        person.new_storage_key.as_ref().map(|key| format!(", since the switch {key}")).unwrap_or_default();
    let _ = writeln!(out, "<p class=\"key\">{}{}</p>", escaped(person.storage_key.as_str()), escaped(&since));
    let _ = writeln!(out, "<p>{}</p>", escaped(&person.sentence()));
    for (title, lines) in [("Evidence", &person.evidence), ("Doubts", &person.doubts)] {
        if !lines.is_empty() {
            let _ = writeln!(out, "<p>{title}:</p>\n<ul>");
            for line in lines {
                let _ = writeln!(out, "<li>{}</li>", escaped(line));
            }
            out.push_str("</ul>\n");
        }
    }
    since_before(out, person);
    for (title, words) in [("Note", &person.note), ("Error", &person.error)] {
        if let Some(words) = words {
            let _ = writeln!(out, "<p>{title}: {}</p>", escaped(words));
        }
    }
    if !person.history.is_empty() {
        out.push_str("<p>Decisions:</p>\n<ul>\n");
        for moment in &person.history {
            let _ = writeln!(out, "<li>{}: {}</li>", second(moment.at), escaped(&moment.words));
        }
        out.push_str("</ul>\n");
    }
    calls(out, &person.calls);
    out.push_str("</article>\n");
}

fn since_before(out: &mut String, person: &PersonPaper) {
    if person.came_back == Some(true) {
        out.push_str("<p>Has used the organization since.</p>\n");
    }
    if person.changes.is_empty() {
        return;
    }
    out.push_str("<p>Since before the switch:</p>\n<ul>\n");
    for change in &person.changes {
        let _ = writeln!(out, "<li>{}</li>", escaped(&change.line()));
    }
    out.push_str("</ul>\n");
}

fn calls(out: &mut String, calls: &[Call]) {
    if calls.is_empty() {
        return;
    }
    out.push_str(
        "<table class=\"all\">\n<thead><tr><th>When</th><th>State</th><th class=\"n\">Attempt</th><th>What happened</th></tr></thead>\n<tbody>\n",
    );
    for call in calls {
        let id =
            call.activity_id.as_ref().map(|id| format!("<p class=\"key\">activity id {}</p>", escaped(id)));
        let _ = writeln!(
            out,
            "<tr><td class=\"s\">{}</td><td class=\"s\">{}</td><td class=\"n\">{}</td><td class=\"w\">{}{}</td></tr>",
            second(call.at),
            call.state.name(),
            call.attempt,
            escaped(&call.detail),
            id.unwrap_or_default()
        );
    }
    out.push_str("</tbody>\n</table>\n");
}
