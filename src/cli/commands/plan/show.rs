//! The plan in words: how many of each decision, then the decisions one by one.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Known, decision_words};
use crate::cli::args::Format;
use crate::cli::document::Tenant;
use crate::cli::document::plan::PlanDocument;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, Paint, Tone};
use crate::cli::text::{number, people, row_person, simulated};
use crate::domain::plan::csv;
use crate::domain::text::clean;
use crate::domain::{Outcome, PlanRow, Problem, RowState};
use crate::tasks::Model;

/// Prints the plan. As text it can be shown without the two lists, from the store alone.
pub fn show(output: Output, model: &Model) -> Result<Exit, Failure> {
    if output.format == Format::Text {
        output.data(|out| text(out, output.paint, model))?;
        let shown = if unknown(model).is_some() { Exit::No } else { Exit::Done };
        return crate::cli::work::unreadable(model).map_or(Ok(shown), Err);
    }
    let known = Known::of(model)?;
    if let Some(problem) = unknown(model) {
        return Err(Failure::new(Exit::No, format!("the decisions are not known: {problem}")));
    }
    let records = csv::records(&known.sheet(&model.context.organization));
    if output.format == Format::Csv {
        output.data(|out| out.write_all(csv::write_csv(&records).as_bytes()))?;
    } else {
        let tenant = known.analysis.situation.destination;
        output.json(&PlanDocument::new(&model.context.organization, tenant, &records))?;
    }
    Ok(Exit::Done)
}

/// Why the decisions are not known: then nobody may be called undecided. A snapshot has none in it, which is known.
fn unknown(model: &Model) -> Option<Problem> {
    if model.plan_loaded || model.context.offline.is_some() {
        return None;
    }
    model.store.refusal()
}

/// The whole plan.
fn text(out: &mut dyn Write, paint: Paint, model: &Model) -> io::Result<()> {
    let heading = format!("Plan of {} for {}", clean(&model.context.organization), Tenant::of(model).shown());
    writeln!(out, "{}", paint.tone(Tone::Strong, &heading))?;
    simulated(out, model.context.simulated)?;
    if unknown(model).is_some() {
        return writeln!(out, "The decisions are not known: the store could not be read.");
    }
    if model.context.offline.is_some() {
        return writeln!(out, "A snapshot holds no decisions. Leave --snapshot away to see the plan.");
    }
    let decided: Vec<&PlanRow> = model
        .plan
        .rows
        .values()
        .filter(|row| row.decision.is_decided() || row.state != RowState::Planned)
        .collect();
    if decided.is_empty() {
        writeln!(out, "Nothing is decided yet.")?;
    } else {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &decided {
            *counts.entry(row.decision.name()).or_default() += 1;
        }
        let counts: Vec<String> =
            counts.into_iter().map(|(name, n)| format!("{} {name}", number(n))).collect();
        writeln!(out, "Decided: {}.", counts.join(", "))?;
    }
    if let Some(open) = open_people(model) {
        writeln!(out, "Undecided, and not mapped by itself: {}.", people(open))?;
    }
    let look = decided.iter().filter(|row| row.needs_a_look).count();
    if look > 0 {
        writeln!(
            out,
            "{}: their outcome changed since the decision; `plan confirm KEY --note TEXT` says that it holds.",
            paint.tone(Tone::Careful, &format!("{} need a look", people(look)))
        )?;
    }
    if !decided.is_empty() {
        writeln!(out)?;
    }
    for row in decided {
        entry(out, paint, model, row)?;
    }
    Ok(())
}

/// How many people are undecided and will not be, or are not, mapped by the service.
fn open_people(model: &Model) -> Option<usize> {
    let forecast = model.analysis.as_ref()?.forecast.as_ref()?;
    let open = forecast.people().iter().filter(|person| {
        !matches!(person.outcome, Outcome::Automatic | Outcome::Connected)
            && !model.plan.decision(&person.storage_key).is_decided()
    });
    Some(open.count())
}

fn entry(out: &mut dyn Write, paint: Paint, model: &Model, row: &PlanRow) -> io::Result<()> {
    let person = row_person(model.roster.get(), row);
    writeln!(out, "- {person}: {}", decision_words(&row.decision, model.directory.get()))?;
    writeln!(out, "  Key: {}", row.storage_key)?;
    if let Some(key) = &row.new_storage_key {
        writeln!(out, "  Under a new key: {key}")?;
    }
    let tone = match row.state {
        RowState::Verified => Tone::Good,
        RowState::Failed | RowState::Refused => Tone::Bad,
        _ => Tone::Careful,
    };
    writeln!(out, "  State: {}", paint.tone(tone, row.state.name()))?;
    if row.needs_a_look {
        writeln!(out, "  Needs a look: the outcome changed since the decision")?;
    }
    if let Some(note) = &row.note {
        writeln!(out, "  Note: {}", clean(note))?;
    }
    if let Some(error) = &row.error {
        writeln!(out, "  Why: {}", clean(error))?;
    }
    Ok(())
}
