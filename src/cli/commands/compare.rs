//! `snapshot compare`: what people lost, gained, or have in another form between two snapshots. Nothing is asked of a service;
//! where there is a plan of the same organization, it says who was to be removed and who was to become whom.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use crate::cli::args::{Format, Global};
use crate::cli::document::comparison::ComparisonDocument;
use crate::cli::exit::{Exit, Failure};
use crate::cli::launch;
use crate::cli::output::{Output, Paint, Tone};
use crate::cli::text::{self, moment, number, people};
use crate::domain::Plan;
use crate::domain::comparison::state::Moment;
use crate::domain::comparison::words::{self, COLUMNS, backed_by, rows, sentence, who};
use crate::domain::comparison::{Change, Comparison, Difference, PersonChanges};
use crate::domain::text::{clean, csv_cell};
use crate::tasks::{Session, after};

/// The most people that the text names; CSV and JSON name all.
const NAMED: usize = 200;

/// The command.
pub async fn run(output: Output, global: &Global, before: &Path, after: &Path) -> Result<Exit, Failure> {
    let plan = plan(global).await;
    let found = after::compare_snapshots(before.to_owned(), after.to_owned(), plan).await?;
    show(output, &found)?;
    Ok(if found.has_losses() { Exit::No } else { Exit::Done })
}

/// The plan of the configured organization, where there is one: without a configuration the comparison does without.
async fn plan(global: &Global) -> Option<(String, Plan)> {
    let loaded = launch::load(global).ok()?;
    loaded.config.require_target().ok()?;
    let setup = launch::setup(&loaded, global).ok()?;
    let (session, _messages) = Session::open(setup).await.ok()?;
    let plan = session.plan_offline().await?;
    Some((session.context.organization.clone(), plan))
}

/// Prints a comparison in the form that was asked for.
pub fn show(output: Output, found: &Comparison) -> Result<(), Failure> {
    match output.format {
        Format::Json => output.json(&ComparisonDocument::new(found)),
        Format::Csv => {
            output.data(|out| csv(out, COLUMNS.iter().map(|name| (*name).to_owned()).collect(), rows(found)))
        }
        Format::Text => output.data(|out| text(out, output.paint, found)),
    }
}

/// Rows under their header; a cell that a spreadsheet would take for a formula gets a leading `'`.
pub fn csv(
    out: &mut dyn Write,
    header: Vec<String>,
    rows: impl Iterator<Item = Vec<String>>,
) -> io::Result<()> {
    let into_io = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(header).map_err(into_io)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| csv_cell(cell))).map_err(into_io)?;
    }
    writer.flush()
}

/// The comparison in words: the answer, the counts, then people with losses, then the rest in one line each.
pub fn text(out: &mut dyn Write, paint: Paint, found: &Comparison) -> io::Result<()> {
    let heading = format!("Before and after: {}", clean(&found.after.organization));
    writeln!(out, "{}", paint.tone(Tone::Strong, &heading))?;
    line_of(out, "before", &found.before)?;
    line_of(out, "after", &found.after)?;
    writeln!(out)?;
    writeln!(out, "{}", answer(paint, found))?;
    let summary = &found.summary;
    let mut more = vec![format!("{} unchanged", people(summary.unchanged))];
    if summary.new_keys > 0 {
        more.push(format!("{} under a new key", people(summary.new_keys)));
    }
    more.push(format!("{} used it since", people(summary.came_back)));
    writeln!(out, "{}.", more.join(" · "))?;
    table(out, found)?;
    organization(out, paint, found)?;
    everybody(out, paint, found)?;
    if !found.not_compared.is_empty() {
        writeln!(out, "\nNot compared:")?;
        for what in &found.not_compared {
            writeln!(out, "  {}", clean(what))?;
        }
    }
    Ok(())
}

fn line_of(out: &mut dyn Write, name: &str, of: &Moment) -> io::Result<()> {
    writeln!(out, "  {name:<7} {}  {}, {}", moment(of.taken_at), people(of.people), backed_by(of.backing))
}

fn answer(paint: Paint, found: &Comparison) -> String {
    let tone = match (found.summary.lost(), found.summary.lost_unexpectedly()) {
        (0, _) => Tone::Good,
        (_, 0) => Tone::Careful,
        _ => Tone::Bad,
    };
    paint.tone(tone, &format!("{}.", text::sentence(&words::answer(&found.summary, people))))
}

fn table(out: &mut dyn Write, found: &Comparison) -> io::Result<()> {
    if found.summary.by_kind.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {:<22} {:>9} {:>9} {:>9} {:>9}", "", "lost", "expected", "gained", "changed")?;
    for (kind, counts) in &found.summary.by_kind {
        let cell = |n: usize| if n == 0 { "-".to_owned() } else { number(n) };
        writeln!(
            out,
            "  {:<22} {:>9} {:>9} {:>9} {:>9}",
            kind.shown(),
            cell(counts.lost),
            cell(counts.lost_expected),
            cell(counts.gained),
            cell(counts.changed + counts.changed_expected)
        )?;
    }
    Ok(())
}

fn organization(out: &mut dyn Write, paint: Paint, found: &Comparison) -> io::Result<()> {
    if found.organization.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", paint.tone(Tone::Strong, "The organization:"))?;
    for one in &found.organization {
        difference(out, paint, one)?;
    }
    Ok(())
}

fn everybody(out: &mut dyn Write, paint: Paint, found: &Comparison) -> io::Result<()> {
    let mut heading = "";
    let as_expected = |person: &&PersonChanges| {
        !person.has_loss() && person.differences.iter().all(|one| one.expected.is_some())
    };
    let (quiet, loud): (Vec<&PersonChanges>, Vec<&PersonChanges>) =
        found.people.iter().partition(as_expected);
    for person in loud.iter().take(NAMED) {
        let next = if person.has_unexpected_loss() {
            "Lost something that was not to be expected:"
        } else if person.has_loss() {
            "Lost only what was to be expected:"
        } else {
            "Changed or gained, nothing lost:"
        };
        if next != heading {
            writeln!(out, "\n{}", paint.tone(Tone::Strong, next))?;
            heading = next;
        }
        let back = if person.came_back { "   used it since" } else { "" };
        writeln!(out, "{}{back}", who(person, "now"))?;
        for one in &person.differences {
            difference(out, paint, one)?;
        }
    }
    if let Some(more) = loud.len().checked_sub(NAMED).filter(|more| *more > 0) {
        writeln!(out, "\n… and {} more: --format csv or json names all.", people(more))?;
    }
    if !quiet.is_empty() {
        let kinds: BTreeSet<&str> =
            quiet.iter().flat_map(|person| &person.differences).map(|one| one.kind.name()).collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        writeln!(
            out,
            "\n{} changed only as was to be expected ({}): --format csv or json names them.",
            people(quiet.len()),
            kinds.join(", ")
        )?;
    }
    Ok(())
}

fn difference(out: &mut dyn Write, paint: Paint, one: &Difference) -> io::Result<()> {
    let tone = match (one.change, one.expected.is_some()) {
        (Change::Lost, false) => Some(Tone::Bad),
        (Change::Lost, true) => Some(Tone::Careful),
        _ => None,
    };
    let word = format!("{:<8}", one.change.name());
    let word = tone.map_or_else(|| word.clone(), |tone| paint.tone(tone, &word));
    writeln!(out, "  {word}{:<16} {}", one.kind.name(), sentence(one, "→"))?;
    if let Some(why) = one.expected {
        writeln!(out, "          {:<16} expected: {}", "", why.words())?;
    }
    Ok(())
}
