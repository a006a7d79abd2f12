//! The report as one HTML file: no script, nothing loaded from anywhere, a content security policy that forbids both.

use std::fmt::Write as _;

use super::who::NOT_WRITTEN_DOWN;
use super::{Count, Hand, Moment, Report, Word, charts};
use crate::domain::papers::escape::html as escaped;
use crate::domain::papers::support::second;

mod after;
mod people;

const STYLE: &str = "\
:root{color-scheme:light}
body{font:15px/1.45 system-ui,sans-serif;color:#1b1b1b;background:#fff;max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;overflow-wrap:anywhere}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid #999}
h3{font-size:1rem;margin:1.2rem 0 .2rem;overflow-wrap:anywhere}
table{border-collapse:collapse;margin:.5rem 0}table.all{width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .9rem .25rem 0;border-bottom:1px solid #ddd}
th{font-weight:600}th.s,td.s,th[scope=row]{white-space:nowrap}th.n,td.n{text-align:right;white-space:nowrap}
td.w,p,li{overflow-wrap:anywhere}td.w{min-width:9rem}
ul{margin:.2rem 0;padding-left:1.2rem}p{margin:.3rem 0}
article{padding-left:.6rem;border-left:4px solid #bbb;margin:1rem 0}
article.open{border-color:#b3261e}article.done{border-color:#2e7d32}
.key{font:12px/1.4 ui-monospace,monospace;color:#555;overflow-wrap:anywhere}
svg{vertical-align:middle;max-width:100%}svg .bar,svg .dot{fill:#2b5797}svg .axis{stroke:#bbb}
@media screen and (max-width:44rem){table.all{display:block;overflow-x:auto}td.p{display:none}th.s,td.s{white-space:normal}td.w{min-width:0}th,td{padding-right:.5rem}}
@page{margin:15mm}
@media print{:root{font-size:12px}body{margin:0;padding:0;max-width:none;font-size:10px}h2,h3{break-after:avoid}h2{margin-top:1.2rem}
thead{display:table-header-group}tr,article>p,article>ul{break-inside:avoid}
.key{font-size:9px}svg .bar,svg .dot{print-color-adjust:exact;-webkit-print-color-adjust:exact}section+section{break-before:page}}
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
    timeline(out, &report.moments);
    checks(out, report);
    if let Some(paper) = &report.after {
        after::write(out, paper);
    }
    hands(out, &report.hands);
    confirmed(out, "What a person confirmed", &report.words);
    confirmed(out, "Patterns used as evidence", &report.patterns);
    people::everybody(out, report);
}

fn checks(out: &mut String, report: &Report) {
    let Some((verdict, at)) = report.verdict else { return };
    let _ = writeln!(
        out,
        "<h2>Prerequisites before the switch</h2>\n<p>{}, {}.</p>\n\
         <table class=\"all\">\n<thead><tr><th>What</th><th class=\"s\">How it stood</th><th>What was found</th></tr></thead>\n<tbody>",
        super::verdict_words(verdict),
        second(at)
    );
    for check in &report.checks {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"s\">{}</td><td class=\"w\">{}</td></tr>",
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
    let most = counts.iter().map(|it| it.count).max().unwrap_or(1);
    let _ = writeln!(
        out,
        "<h2>{}</h2>\n<table>\n<thead><tr><th>What</th><th class=\"n\">People</th><td class=\"p\"></td></tr></thead>\n<tbody>",
        escaped(title)
    );
    for it in counts {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"p\">{}</td></tr>",
            escaped(&it.name),
            it.count,
            charts::bar(it.count, most)
        );
    }
    out.push_str("</tbody>\n</table>\n");
}

fn timeline(out: &mut String, moments: &[Moment]) {
    let (Some(first), Some(last)) = (moments.first(), moments.last()) else { return };
    out.push_str(
        "<h2>The way in time</h2>\n<table class=\"all\">\n<thead><tr><th>When</th><td class=\"p\"></td><th>What</th></tr></thead>\n<tbody>\n",
    );
    for it in moments {
        let _ = writeln!(
            out,
            "<tr><td class=\"s\">{}</td><td class=\"p\">{}</td><td class=\"w\">{}</td></tr>",
            second(it.at),
            charts::dot(it.at, first.at, last.at),
            escaped(&it.words)
        );
    }
    out.push_str("</tbody>\n</table>\n");
}

fn confirmed(out: &mut String, title: &str, words: &[Word]) {
    if words.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<h2>{}</h2>\n<table class=\"all\">\n<thead><tr><th>When</th><th>What</th><th>Note</th><th>By</th></tr></thead>\n<tbody>",
        escaped(title)
    );
    for word in words {
        let _ = writeln!(
            out,
            "<tr><td class=\"s\">{}</td><td class=\"w\">{}</td><td class=\"w\">{}</td><td class=\"w\">{}</td></tr>",
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
        "<h2>Whose accounts were used</h2>\n<table class=\"all\">\n<thead><tr><th>Azure DevOps</th><th>Machine</th><th class=\"n\">Decisions</th>\
         <th class=\"n\">Confirmations</th><th class=\"n\">Runs</th><th>First</th><th>Last</th></tr></thead>\n<tbody>\n",
    );
    for hand in hands {
        let _ = writeln!(
            out,
            "<tr><td class=\"w\">{}</td><td class=\"w\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td></tr>",
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
