//! What became of each row, in words.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::Scheduled;
use crate::cli::commands::plan::decision_words;
use crate::cli::output::{Paint, Tone};
use crate::cli::text::{number, people, row_person};
use crate::domain::schedule::{advice, still_locked_out};
use crate::domain::text::clean;
use crate::domain::{PlanRow, RowState};
use crate::tasks::Model;

/// What is wanted of a row.
pub fn wanted(scheduled: &Scheduled, row: &PlanRow) -> String {
    decision_words(&row.decision, Some(&scheduled.known.directory))
}

/// One line of progress; `None` for states that are not worth one.
pub fn progress(model: &Model, row: &PlanRow) -> Option<String> {
    if matches!(row.state, RowState::Planned | RowState::Skipped) {
        return None;
    }
    let who = row_person(model.roster.get(), row);
    let mut line = format!("{}: {who}", row.state.name());
    if let Some(error) = row.error.as_deref().filter(|_| row.state != RowState::Verified) {
        line.push_str(": ");
        line.push_str(error);
    }
    Some(line)
}

/// How many are still locked out, and roughly how long the rest takes at the pace so far.
pub fn how_far(model: &Model) -> Option<String> {
    let analysis = model.analysis.as_ref()?;
    let out = still_locked_out(analysis.forecast.as_ref()?, &analysis.situation, &model.plan)
        .filter(|out| *out > 0)?;
    let mut line = format!("{} still locked out", people(out));
    if let Some(left) = model.apply.as_ref().and_then(|apply| apply.remaining(jiff::Timestamp::now())) {
        let _ = write!(line, "; about {} min left", (left.as_secs() + 59) / 60);
    }
    Some(line)
}

/// The counts, then every row that is not verified with its reason, then the verified ones.
pub fn result(
    out: &mut dyn Write,
    paint: Paint,
    model: &Model,
    scheduled: &Scheduled,
    rows: &[PlanRow],
) -> io::Result<()> {
    let mut counts: BTreeMap<RowState, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.state).or_default() += 1;
    }
    if rows.is_empty() {
        let organization = clean(&model.context.organization);
        return writeln!(out, "{organization}: {}", scheduled.schedule.why_nothing_is_due());
    }
    let summary: Vec<String> = RowState::ALL
        .into_iter()
        .filter_map(|state| counts.get(&state).map(|n| format!("{} {}", number(*n), state.name())))
        .collect();
    writeln!(out, "{}", paint.tone(Tone::Strong, &format!("{}.", summary.join(", "))))?;
    for state in RowState::ALL.into_iter().filter(|state| counts.contains_key(state)) {
        if !matches!(state, RowState::Verified | RowState::Skipped) {
            let advice = advice(
                state,
                "`apply --verify`",
                "`apply --only KEY`",
                "decide again, or `plan confirm KEY --note TEXT`",
            );
            writeln!(out, "{}: {advice}.", state.name())?;
        }
    }
    if let Some(analysis) = &model.analysis
        && let Some(forecast) = &analysis.forecast
        && let Some(locked) = still_locked_out(forecast, &analysis.situation, &model.plan)
            .filter(|_| counts.contains_key(&RowState::Verified))
        && analysis.situation.is_connected()
    {
        writeln!(out, "{} still locked out.", people(locked))?;
    }
    let (verified, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.state == RowState::Verified);
    for row in others.into_iter().chain(verified) {
        line(out, paint, scheduled, row)?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, paint: Paint, scheduled: &Scheduled, row: &PlanRow) -> io::Result<()> {
    let who = row_person(Some(&scheduled.known.roster), row);
    let tone = match row.state {
        RowState::Verified => Tone::Good,
        RowState::Failed | RowState::Refused | RowState::Unknown => Tone::Bad,
        _ => Tone::Careful,
    };
    writeln!(out, "- {}: {who}: {}", paint.tone(tone, row.state.name()), wanted(scheduled, row))?;
    if let Some(key) = &row.new_storage_key {
        writeln!(out, "  Under a new key: {key}")?;
    }
    if let Some(error) = row.error.as_deref().filter(|_| row.state != RowState::Verified) {
        writeln!(out, "  Why: {}", clean(error))?;
    }
    // What `--only` and `plan confirm` want.
    if matches!(row.state, RowState::Failed | RowState::Refused | RowState::Unknown) {
        writeln!(out, "  Key: {}", row.storage_key)?;
    }
    Ok(())
}
