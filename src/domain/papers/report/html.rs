//! The report as one HTML file: no script, nothing loaded from anywhere, a content security policy that forbids both.

use std::fmt::Write as _;

use super::person::Call;
use super::who::NOT_WRITTEN_DOWN;
use super::{Count, Hand, PersonPaper, Report, Word, charts};
use crate::domain::papers::escape::html as escaped;
use crate::domain::papers::support::second;

const STYLE: &str = "\
:root{color-scheme:light}
body{font:15px/1.45 system-ui,sans-serif;color:#1b1b1b;background:#fff;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid #999}h3{font-size:1rem;margin:1.2rem 0 .2rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #ddd;overflow-wrap:anywhere}
th[scope=row]{white-space:nowrap;font-weight:600}
ul{margin:.2rem 0;padding-left:1.2rem}p{margin:.3rem 0}
.open{border-left:4px solid #b3261e;padding-left:.6rem}.done{border-left:4px solid #2e7d32;padding-left:.6rem}
.rest{border-left:4px solid #bbb;padding-left:.6rem}
.key{font:12px/1.4 ui-monospace,monospace;color:#555;overflow-wrap:anywhere}
svg{max-width:100%;height:auto;font:13px system-ui,sans-serif}svg .name{text-anchor:end}svg .bar{fill:#2b5797}
svg .axis{stroke:#bbb}svg .dot{fill:#2b5797}
@media print{body{margin:0;max-width:none;font-size:11px}h2{break-after:avoid}article,tr,svg{break-inside:avoid}
svg .bar,svg .dot{print-color-adjust:exact}}
";

/// Writes the report as HTML.
pub fn html(report: &Report) -> String {
    let mut out = String::new();
    begin(&mut out, &title(report));
    write_to(&mut out, report);
    end(&mut out);
    out
}

/// The heading of a report.
fn title(report: &Report) -> String {
    format!("Connecting {} to Microsoft Entra ID", report.organization)
}

/// The beginning of a document: nothing is loaded from anywhere, and nothing runs.
pub(in crate::domain::papers) fn begin(out: &mut String, title: &str) {
    let title = escaped(title);
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
}

/// Its end.
pub(in crate::domain::papers) fn end(out: &mut String) {
    out.push_str("</body>\n</html>\n");
}

/// Writes one report behind what is there already.
pub(in crate::domain::papers) fn write_to(out: &mut String, report: &Report) {
    let _ = writeln!(out, "<h1>{}</h1>\n<table>", escaped(&title(report)));
    for fact in &report.facts {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
            escaped(&fact.about),
            escaped(&fact.words)
        );
    }
    out.push_str("</table>\n<h2>Result</h2>\n<ul>\n");
    for line in &report.result {
        let _ = writeln!(out, "<li>{}</li>", escaped(line));
    }
    out.push_str("</ul>\n");
    counted(out, report.found, &report.outcomes);
    counted(out, "What was decided", &report.decisions);
    counted(out, "What was done", &report.states);
    if !report.moments.is_empty() {
        out.push_str("<h2>The way in time</h2>\n");
        out.push_str(&charts::timeline("The way in time", &report.moments));
        out.push_str("<table>\n<thead><tr><th>When</th><th>What</th></tr></thead>\n<tbody>\n");
        for moment in &report.moments {
            let _ =
                writeln!(out, "<tr><td>{}</td><td>{}</td></tr>", second(moment.at), escaped(&moment.words));
        }
        out.push_str("</tbody>\n</table>\n");
    }
    checks(out, report);
    hands(out, &report.hands);
    confirmed(out, "What a person confirmed", &report.words);
    confirmed(out, "Patterns used as evidence", &report.patterns);
    out.push_str("<h2>Everybody</h2>\n<p>Those with something open come first.</p>\n");
    for person in &report.people {
        one(out, person);
    }
}

fn checks(out: &mut String, report: &Report) {
    let Some((verdict, at)) = report.verdict else { return };
    let _ = writeln!(
        out,
        "<h2>Prerequisites before the switch</h2>\n<p>{}, {}.</p>\n\
         <table>\n<thead><tr><th>What</th><th>How it stood</th><th>What was found</th></tr></thead>\n<tbody>",
        super::verdict_words(verdict),
        second(at)
    );
    for check in &report.checks {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"s\">{}</td><td>{}</td></tr>",
            escaped(check.title),
            check.status,
            escaped(&check.summary)
        );
    }
    out.push_str("</tbody>\n</table>\n");
}

fn counted(out: &mut String, title: &str, counts: &[Count]) {
    if counts.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h2>{}</h2>", escaped(title));
    out.push_str(&charts::bars(title, counts));
    out.push_str("<table>\n<thead><tr><th>What</th><th>People</th></tr></thead>\n<tbody>\n");
    for it in counts {
        let _ = writeln!(out, "<tr><td>{}</td><td>{}</td></tr>", escaped(&it.name), it.count);
    }
    out.push_str("</tbody>\n</table>\n");
}

fn confirmed(out: &mut String, title: &str, words: &[Word]) {
    if words.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<h2>{}</h2>\n<table>\n<thead><tr><th>When</th><th>What</th><th>Note</th><th>By</th></tr></thead>\n<tbody>",
        escaped(title)
    );
    for word in words {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            second(word.at),
            escaped(&word.about),
            escaped(&word.note),
            escaped(word.by.as_deref().unwrap_or(NOT_WRITTEN_DOWN))
        );
    }
    out.push_str("</tbody>\n</table>\n");
}

fn hands(out: &mut String, hands: &[Hand]) {
    if hands.is_empty() {
        return;
    }
    out.push_str(
        "<h2>Whose accounts were used</h2>\n<table>\n<thead><tr><th>Azure DevOps</th><th>Machine</th><th class=\"n\">Decisions</th>\
         <th class=\"n\">Confirmations</th><th class=\"n\">Runs</th><th>First</th><th>Last</th></tr></thead>\n<tbody>\n",
    );
    for hand in hands {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td></tr>",
            escaped(hand.author.account.as_deref().unwrap_or("not read by then")),
            escaped(&hand.author.login),
            hand.decisions,
            hand.confirmations,
            hand.runs,
            second(hand.first),
            second(hand.last)
        );
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
    let _ = writeln!(out, "<p>{}</p>", escaped(&person.address));
    if !person.about.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", escaped(&person.about.join(" · ")));
    }
    let _ = writeln!(out, "<p class=\"key\">{}</p>", escaped(person.storage_key.as_str()));
    if let Some(key) = &person.new_storage_key {
        let _ = writeln!(out, "<p class=\"key\">since the switch {}</p>", escaped(key.as_str()));
    }
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

fn calls(out: &mut String, calls: &[Call]) {
    if calls.is_empty() {
        return;
    }
    out.push_str(
        "<table>\n<thead><tr><th>When</th><th>State</th><th>Attempt</th><th>What happened</th><th>Activity id</th></tr></thead>\n<tbody>\n",
    );
    for call in calls {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"key\">{}</td></tr>",
            second(call.at),
            call.state.name(),
            call.attempt,
            escaped(&call.detail),
            escaped(call.activity_id.as_deref().unwrap_or_default())
        );
    }
    out.push_str("</tbody>\n</table>\n");
}
