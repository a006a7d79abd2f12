//! `plan import`: what a file would change, the question, and then all of it or nothing.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read as _, Write};
use std::path::Path;

use super::{Known, decision_words};
use crate::cli::answer;
use crate::cli::exit::{Exit, Failure};
use crate::cli::text::{count, number};
use crate::cli::work::{self, Work};
use crate::domain::plan::csv::{self, FileForm, Import, ImportContext, RowChange};
use crate::domain::text::clean;
use crate::domain::{Directory, PlanRow};
use crate::tasks::{Effect, Model, exports, runner};

/// The largest file that is read: a plan of 100,000 people is about 50 MB.
const LARGEST: u64 = 512 << 20;

/// The command.
pub async fn run(mut work: Work, mut model: Model, file: &Path, yes: bool) -> Result<Exit, Failure> {
    if let Some(refusal) = work::store_refusal(&model) {
        return Err(refusal);
    }
    let known = Known::of(&model)?;
    let bytes = content(file)?;
    let exported = exports::latest(&work.session).await?;
    let domains = model.facts.tenant.get().map(|tenant| tenant.verified_domains.clone()).unwrap_or_default();
    let context = ImportContext {
        sheet: known.sheet(&model.context.organization),
        situation: &known.analysis.situation,
        exported: exported.as_ref(),
        verified_domains: &domains,
    };
    let read =
        csv::import(&bytes, FileForm::of_name(&file.to_string_lossy()), &context).map_err(|errors| {
            let mut message = format!(
                "{} was refused, and nothing was taken over: {}",
                file.display(),
                count(errors.len(), "error", "errors")
            );
            for error in errors {
                message.push('\n');
                message.push_str(&error.to_string());
            }
            Failure::refused(message)
        })?;
    let output = work.output;
    for warning in &read.warnings {
        output.say(&format!("warning: {warning}"));
    }
    output.data(|out| preview(out, &read, &known.directory))?;
    if read.changes.is_empty() {
        output.say("The file changes nothing.");
        return Ok(Exit::Done);
    }
    let question = format!("Take over {}?", count(read.changes.len(), "change", "changes"));
    answer::agreed(output, &question, yes, "`--yes` answers it.").await?;
    let rows = rows(&known, &read)?;
    work.keep(&mut model, Effect::SaveRows(1, rows)).await?;
    work.keep_readings(&mut model).await;
    output.say(&format!("{} taken over.", count(read.changes.len(), "change", "changes")));
    Ok(Exit::Done)
}

fn content(file: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: std::io::Error| Failure::usage(format!("reading {}: {error}", file.display()));
    let mut bytes = Vec::new();
    File::open(file).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::refused(format!("{} is larger than 512 MiB, so it is no plan", file.display())));
    }
    Ok(bytes)
}

fn preview(out: &mut dyn Write, read: &Import, directory: &Directory) -> std::io::Result<()> {
    for change in &read.changes {
        writeln!(out, "{}", words(change, directory))?;
        for ask in &change.asks {
            writeln!(out, "  Note: {}", clean(ask))?;
        }
    }
    writeln!(out, "{}, {} unchanged.", count(read.changes.len(), "change", "changes"), number(read.unchanged))
}

fn words(change: &RowChange, directory: &Directory) -> String {
    let mut line = format!("row {}: {}: ", change.row, clean(&change.name));
    if change.from == change.to {
        line.push_str("the note changes");
    } else {
        let (from, to) = (&change.from, &change.to);
        line.push_str(&decision_words(from, Some(directory)));
        line.push_str(" becomes ");
        line.push_str(&decision_words(to, Some(directory)));
    }
    if let Some(note) = change.note_to.as_deref().filter(|_| change.note_from != change.note_to) {
        let _ = write!(line, ", note: {}", clean(note));
    }
    line
}

/// The rows to be kept. A row of which only the note changes keeps everything else, what was sent included.
fn rows(known: &Known, read: &Import) -> Result<Vec<PlanRow>, Failure> {
    let now = runner::now();
    read.changes
        .iter()
        .map(|change| {
            let key = &change.storage_key;
            if change.from == change.to {
                let row = known.plan.row(key).cloned().unwrap_or_else(|| PlanRow::undecided(key.clone()));
                return Ok(PlanRow { note: change.note_to.clone(), ..row });
            }
            match (known.roster.get(key), known.forecast.get(key)) {
                (Some(user), Some(person)) => {
                    Ok(known.row(user, person, change.to.clone(), change.note_to.clone(), now))
                }
                _ => Err(Failure::refused(format!(
                    "row {}: {} is not in the organization any more; nothing was taken over",
                    change.row,
                    clean(&change.name)
                ))),
            }
        })
        .collect()
}
