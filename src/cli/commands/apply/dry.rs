//! `apply --dry-run`: exactly which calls would be made, and none is.

use std::io::{self, Write};

use super::{Scheduled, words};
use crate::cli::args::Format;
use crate::cli::document::apply::{ApplyDocument, CallEntry, RowEntry};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Tone;
use crate::cli::text::{count, row_person};
use crate::cli::work::Work;
use crate::domain::schedule::{Call, Disposition, ScheduledRow, is_batchable};
use crate::domain::text::clean;
use crate::domain::{PlanRow, RowState};
use crate::tasks::{DryCall, Model};

/// Prints the calls. Refused rows make it a refusal, as they would without `--dry-run`.
pub fn show(work: &Work, model: &Model, scheduled: &Scheduled) -> Result<Exit, Failure> {
    let rows: Vec<(PlanRow, Option<DryCall>, &ScheduledRow)> = scheduled
        .schedule
        .rows
        .iter()
        .map(|entry| {
            let mut row = scheduled.row(entry);
            let call = match &entry.disposition {
                Disposition::Send(call) => {
                    row.state = RowState::Planned;
                    Some(dry_call(work, scheduled, entry, call))
                }
                // What was sent before is read back first; nothing is sent for it in this run.
                Disposition::Verify => {
                    row.state = RowState::Skipped;
                    row.error = Some("was sent before; it is only read back".into());
                    None
                }
                Disposition::Skip(_) | Disposition::Refuse(_) => None,
            };
            (row, call, entry)
        })
        .collect();
    let output = &work.output;
    match output.format {
        Format::Json => {
            let entries = rows.iter().map(|(row, call, _)| entry(row, call.as_ref())).collect();
            output.json(&ApplyDocument::new(true, entries))?;
        }
        _ => output.data(|out| {
            writeln!(out, "{}", output.paint.tone(Tone::Strong, "Dry run: nothing is sent."))?;
            rows.iter().try_for_each(|(row, call, _)| text(out, scheduled, row, call.as_ref()))
        })?,
    }
    let planned = rows.iter().filter(|(_, call, _)| call.is_some()).count();
    output.say(&format!(
        "{} would be made for {}; nothing was sent.",
        count(planned, "call", "calls"),
        clean(&model.context.organization)
    ));
    for refusal in &scheduled.schedule.refusals {
        output.say(&format!("refused: {refusal}"));
    }
    let refused = !scheduled.schedule.refusals.is_empty() || scheduled.refused() > 0;
    Ok(if refused { Exit::Refused } else { Exit::Done })
}

/// The call as it would be sent, by the route that is configured.
fn dry_call(work: &Work, scheduled: &Scheduled, entry: &ScheduledRow, call: &Call) -> DryCall {
    if let Call::Map { target, .. } = call
        && work.session.context.batch_route
        && let Some(person) = scheduled.known.roster.get(&entry.storage_key)
        && let Some(target) = scheduled.known.directory.get(*target)
        && is_batchable(person, target, entry.privileged)
    {
        return work.session.dry_batch(&person.principal_name, target.user_principal_name());
    }
    work.session.dry_call(call, &entry.storage_key)
}

fn entry<'a>(row: &'a PlanRow, call: Option<&DryCall>) -> RowEntry<'a> {
    let call = call.map(|call| CallEntry {
        method: call.method.clone(),
        url: call.url.clone(),
        body: call.body.as_deref().and_then(|body| serde_json::from_str(body).ok()),
    });
    RowEntry { call, ..RowEntry::of(row) }
}

fn text(out: &mut dyn Write, scheduled: &Scheduled, row: &PlanRow, call: Option<&DryCall>) -> io::Result<()> {
    let who = row_person(Some(&scheduled.known.roster), row);
    writeln!(out, "- {who}: {}", words::wanted(scheduled, row))?;
    match (call, &row.error) {
        (Some(call), _) => {
            writeln!(out, "  {} {}", call.method, clean(&call.url))?;
            if let Some(body) = &call.body {
                writeln!(out, "  {}", clean(body))?;
            }
        }
        (None, Some(why)) => writeln!(out, "  {}: {}", row.state.name(), clean(why))?,
        (None, None) => writeln!(out, "  {}", row.state.name())?,
    }
    Ok(())
}
