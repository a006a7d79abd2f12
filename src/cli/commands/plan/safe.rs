//! `plan accept-safe`: the only decision that is made for many people at once. Privileged and protected people are left out.

use super::{Known, decision_words};
use crate::cli::answer;
use crate::cli::exit::{Exit, Failure};
use crate::cli::text::org_user;
use crate::cli::work::{self, Work};
use crate::domain::plan::bulk::{BulkAcceptance, accept_safe};
use crate::domain::{Decision, PlanRow};
use crate::tasks::{Effect, Model, runner};

/// The command.
pub async fn run(mut work: Work, mut model: Model, yes: bool) -> Result<Exit, Failure> {
    if let Some(refusal) = work::store_refusal(&model) {
        return Err(refusal);
    }
    let known = Known::of(&model)?;
    let (bulk, rows) = accepted(&known);
    if let Some(reason) = bulk.refused {
        return Err(Failure::refused(reason));
    }
    let output = work.output;
    output.data(|out| {
        for row in &rows {
            if let Some(user) = known.roster.get(&row.storage_key) {
                writeln!(
                    out,
                    "{}: {}",
                    org_user(user),
                    decision_words(&row.decision, Some(&known.directory))
                )?;
            }
        }
        for (key, reason) in &bulk.left_out_refused {
            if let Some(user) = known.roster.get(key) {
                writeln!(out, "left out: {}: {}", org_user(user), crate::domain::text::clean(reason))?;
            }
        }
        Ok(())
    })?;
    output.say(&format!("{}.", bulk.summary()));
    if rows.is_empty() {
        return Ok(Exit::Done);
    }
    let question = format!("Accept {}?", crate::cli::text::count(rows.len(), "proposal", "proposals"));
    answer::agreed(output, &question, yes, "`--yes` answers it.").await?;
    let count = rows.len();
    work.keep(&mut model, Effect::SaveRows(1, rows)).await?;
    work.keep_readings(&mut model).await;
    output.say(&format!("{} decided. Nothing was sent to a service.", crate::cli::text::people(count)));
    Ok(Exit::Done)
}

/// What accepting the safe class decides now, as rows to be kept.
pub fn accepted(known: &Known) -> (BulkAcceptance, Vec<PlanRow>) {
    let bulk =
        accept_safe(&known.roster, &known.directory, &known.forecast, &known.plan, &known.analysis.situation);
    let now = runner::now();
    let rows = bulk
        .rows
        .iter()
        .filter_map(|(key, target)| {
            let (user, person) = (known.roster.get(key)?, known.forecast.get(key)?);
            let note = known.plan.row(key).and_then(|row| row.note.clone());
            Some(known.row(user, person, Decision::Map { target: *target }, note, now))
        })
        .collect();
    (bulk, rows)
}
