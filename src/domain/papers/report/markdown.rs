//! The report as Markdown: the same words, tables instead of pictures.

use std::fmt::Write as _;

use super::who::NOT_WRITTEN_DOWN;
use super::{AfterPaper, Count, Hand, PersonPaper, Report, Word};
use crate::domain::papers::escape::markdown as escaped;
use crate::domain::papers::support::second;

/// Writes the report as Markdown.
pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    write_to(&mut out, report);
    out
}

/// Writes the report behind what is there already.
pub(in crate::domain::papers) fn write_to(out: &mut String, report: &Report) {
    let _ = writeln!(out, "# Connecting {} to Microsoft Entra ID\n", escaped(&report.organization));
    for fact in &report.facts {
        let _ = writeln!(out, "- **{}**: {}", escaped(&fact.about), escaped(&fact.words));
    }
    out.push_str("\n## Result\n\n");
    for line in &report.result {
        let _ = writeln!(out, "- {}", escaped(line));
    }
    counted(out, report.found, &report.outcomes);
    counted(out, "What was decided", &report.decisions);
    counted(out, "What was done", &report.states);
    if !report.moments.is_empty() {
        out.push_str("\n## The way in time\n\n| when | what |\n| --- | --- |\n");
        for moment in &report.moments {
            let _ = writeln!(out, "| {} | {} |", second(moment.at), escaped(&moment.words));
        }
    }
    checks(out, report);
    if let Some(paper) = &report.after {
        after(out, paper);
    }
    hands(out, &report.hands);
    confirmed(out, "What a person confirmed", &report.words);
    confirmed(out, "Patterns used as evidence", &report.patterns);
    out.push_str("\n## Everybody\n\nThose with something open come first.\n");
    let (told, rest) = report.told_and_others();
    for person in told {
        one(out, person);
    }
    others(out, report.others_title(), &rest);
}

fn others(out: &mut String, title: &str, people: &[&PersonPaper]) {
    if people.is_empty() {
        return;
    }
    let _ =
        writeln!(out, "\n### {title}\n\n| {} |\n| --- | --- | --- | --- |", super::ROW_TITLES.join(" | "));
    for person in people {
        let cells = person.row().map(|lines| escaped(&lines.join("; ")));
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
}

fn checks(out: &mut String, report: &Report) {
    let Some((verdict, at)) = report.verdict else { return };
    let _ = writeln!(
        out,
        "\n## Prerequisites before the switch\n\n{}, {}.\n\n| what | how it stood | what was found |\n| --- | --- | --- |",
        super::verdict_words(verdict),
        second(at)
    );
    for check in &report.checks {
        let _ =
            writeln!(out, "| {} | {} | {} |", escaped(check.title), check.status, escaped(&check.summary));
    }
}

fn after(out: &mut String, paper: &AfterPaper) {
    out.push_str("\n## Before and after\n\n");
    for line in &paper.answer {
        let _ = writeln!(out, "- {}", escaped(line));
    }
    for fact in &paper.facts {
        let _ = writeln!(out, "- **{}**: {}", escaped(&fact.about), escaped(&fact.words));
    }
    if !paper.kinds.is_empty() {
        out.push_str(
            "\n| what | lost, not expected | lost, as expected | gained | changed, not expected | changed, as expected |\n\
             | --- | ---: | ---: | ---: | ---: | ---: |\n",
        );
        for it in &paper.kinds {
            let counts = it.counts;
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} |",
                it.name,
                counts.lost,
                counts.lost_expected,
                counts.gained,
                counts.changed,
                counts.changed_expected
            );
        }
    }
    listed(out, "The organization", paper.organization.iter().map(super::ChangePaper::line));
    listed(out, "Not compared", paper.not_compared.iter().cloned());
    if paper.points.is_empty() {
        return;
    }
    out.push_str("\n## The list for the time after connecting\n\n| what | how it stood | what was found | ticked |\n| --- | --- | --- | --- |\n");
    for point in &paper.points {
        let found: Vec<&str> = std::iter::once(point.summary.as_str())
            .chain(point.evidence.iter().map(String::as_str))
            .collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            escaped(point.title),
            point.status,
            escaped(&found.join("; ")),
            escaped(&point.tick_words().unwrap_or_default())
        );
    }
}

fn listed(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let _ = writeln!(out, "\n{title}:\n");
    for line in lines {
        let _ = writeln!(out, "- {}", escaped(&line));
    }
}

fn counted(out: &mut String, title: &str, counts: &[Count]) {
    if counts.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## {title}\n\n| what | people |\n| --- | ---: |");
    for it in counts {
        let _ = writeln!(out, "| {} | {} |", escaped(&it.name), it.count);
    }
}

fn confirmed(out: &mut String, title: &str, words: &[Word]) {
    if words.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## {title}\n\n| when | what | note | by |\n| --- | --- | --- | --- |");
    for word in words {
        let by = word.by.as_deref().unwrap_or(NOT_WRITTEN_DOWN);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            second(word.at),
            escaped(&word.about),
            escaped(&word.note),
            escaped(by)
        );
    }
}

fn hands(out: &mut String, hands: &[Hand]) {
    if hands.is_empty() {
        return;
    }
    out.push_str(
        "\n## Whose accounts were used\n\n| Azure DevOps | machine | decisions | confirmations | runs | first | last |\n\
         | --- | --- | ---: | ---: | ---: | --- | --- |\n",
    );
    for hand in hands {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            escaped(hand.author.account.as_deref().unwrap_or("not read by then")),
            escaped(&hand.author.login),
            hand.decisions,
            hand.confirmations,
            hand.runs,
            second(hand.first),
            second(hand.last)
        );
    }
}

fn one(out: &mut String, person: &PersonPaper) {
    let _ = writeln!(out, "\n### {}\n", escaped(&person.name));
    let mut who = vec![escaped(&person.address)];
    who.extend(person.about.iter().map(|it| escaped(it)));
    who.push(escaped(person.storage_key.as_str()));
    who.extend(
        person.new_storage_key.iter().map(|key| format!("since the switch {}", escaped(key.as_str()))),
    );
    who.retain(|it| !it.is_empty());
    let _ = writeln!(out, "{}\n\n{}\n", who.join(" · "), escaped(&person.sentence()));
    for (title, lines) in [("Evidence", &person.evidence), ("Doubt", &person.doubts)] {
        for line in lines {
            let _ = writeln!(out, "- {title}: {}", escaped(line));
        }
    }
    for (title, words) in [("Note", &person.note), ("Error", &person.error)] {
        if let Some(words) = words {
            let _ = writeln!(out, "- {title}: {}", escaped(words));
        }
    }
    for change in &person.changes {
        let _ = writeln!(out, "- Since before: {}", escaped(&change.line()));
    }
    if person.came_back == Some(true) {
        out.push_str("- Has used the organization since\n");
    }
    for moment in &person.history {
        let _ = writeln!(out, "- {}: {}", second(moment.at), escaped(&moment.words));
    }
    if !person.calls.is_empty() {
        out.push_str(
            "\n| when | state | attempt | what happened | activity id |\n| --- | --- | ---: | --- | --- |\n",
        );
        for call in &person.calls {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                second(call.at),
                call.state.name(),
                call.attempt,
                escaped(&call.detail),
                escaped(call.activity_id.as_deref().unwrap_or_default())
            );
        }
    }
}
