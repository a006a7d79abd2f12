//! The run itself: it goes on until it is over or a signal stops it after the calls under way; then what became of each row
//! is printed, and decides how the command ends.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _};

use super::{Scheduled, question, words};
use crate::cli::args::{ApplyArgs, Format};
use crate::cli::document::apply::{ApplyDocument, RowEntry};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::signals::Stop;
use crate::cli::text::count;
use crate::cli::work::{self, Work};
use crate::domain::plan::Decision;
use crate::domain::schedule::Disposition;
use crate::domain::schedule::machine::is_credential;
use crate::domain::{PlanRow, Problem, ProblemKind, RowState, StorageKey};
use crate::tasks::effect::ApplyOrder;
use crate::tasks::{ApplyEvent, Effect, Model, Msg};

/// Asks, sends, reads back, and says what became of each row.
pub async fn apply(
    mut work: Work,
    mut model: Model,
    scheduled: Scheduled,
    args: &ApplyArgs,
    stop: Stop,
) -> Result<Exit, Failure> {
    let output = work.output;
    if !scheduled.schedule.refusals.is_empty() {
        let mut message = String::from("nothing was sent.");
        for refusal in &scheduled.schedule.refusals {
            message.push('\n');
            message.push_str(refusal);
        }
        return Err(Failure::refused(message));
    }
    let mut stopped = None;
    if scheduled.due().next().is_some() {
        let confirmed_name = question::confirmed(output, &model, &scheduled, args).await?;
        let order =
            ApplyOrder { schedule: scheduled.schedule.clone(), confirmed_name, only: scheduled.only.clone() };
        stop.busy();
        stopped = until_finished(&mut work, &mut model, Effect::Apply(Box::new(order)), &stop).await;
        work.session.flush().await;
    }
    let rows: Vec<PlanRow> = scheduled
        .schedule
        .rows
        .iter()
        .map(|entry| {
            let ran = model.apply.as_ref().and_then(|apply| apply.rows.get(&entry.storage_key));
            ran.cloned().unwrap_or_else(|| scheduled.row(entry))
        })
        .collect();
    print(output, &model, &scheduled, &rows)?;
    let exit = ended(&scheduled, &rows, stopped.as_ref());
    match stopped {
        Some(problem) => Err(Failure::new(exit, problem.to_string())),
        None => Ok(exit),
    }
}

/// Reads back what is applied, or was sent without an answer; sends nothing.
pub async fn verify(
    mut work: Work,
    mut model: Model,
    only: Option<BTreeSet<StorageKey>>,
    stop: Stop,
) -> Result<Exit, Failure> {
    let output = work.output;
    let open: Vec<StorageKey> = model
        .plan
        .rows
        .values()
        .filter(|row| row.state.is_open())
        .filter(|row| only.as_ref().is_none_or(|only| only.contains(&row.storage_key)))
        .map(|row| row.storage_key.clone())
        .collect();
    let mut stopped = None;
    if !open.is_empty() {
        stop.busy();
        let effect = Effect::VerifyOnly(open.iter().cloned().collect());
        stopped = until_finished(&mut work, &mut model, effect, &stop).await;
        work.session.flush().await;
        work.analyse(&mut model).await;
    }
    let scheduled = Scheduled::of(&model, only)?;
    let rows: Vec<PlanRow> = open.iter().filter_map(|key| model.plan.row(key).cloned()).collect();
    print(output, &model, &scheduled, &rows)?;
    let connected = scheduled.known.analysis.situation.is_connected();
    let exit = if rows.iter().all(|row| is_done(row, connected)) { Exit::Done } else { Exit::No };
    match stopped {
        Some(problem) => {
            Err(Failure::new(if exit == Exit::Done { Exit::No } else { exit }, problem.to_string()))
        }
        None => Ok(exit),
    }
}

/// Starts the effect and takes its messages in until it is over. A signal cancels: the calls under way are waited for.
async fn until_finished(work: &mut Work, model: &mut Model, effect: Effect, stop: &Stop) -> Option<Problem> {
    let progress = io::stderr().is_terminal();
    let output = work.output;
    work.start(effect);
    let mut cancelled = false;
    loop {
        let msg = tokio::select! {
            msg = work.next() => msg?,
            () = stop.asked(), if !cancelled => {
                cancelled = true;
                work.start(Effect::CancelApply);
                continue;
            }
        };
        model.absorb(&msg);
        match &msg {
            Msg::Apply(ApplyEvent::RowChanged(row)) if progress => {
                if let Some(line) = words::progress(model, row) {
                    output.say(&line);
                }
                if row.state == RowState::Verified
                    && let Some(line) = words::how_far(model)
                {
                    output.say(&line);
                }
            }
            Msg::Apply(ApplyEvent::Throttled { until }) if progress => {
                output.say(&format!("the service asked to wait until {}", crate::cli::text::moment(*until)));
            }
            Msg::Apply(ApplyEvent::Paused(Some(_))) => {
                // Nobody can resume a command, and the credential was renewed once already: what paused it ends it, and is
                // said at the end.
                work.start(Effect::CancelApply);
            }
            Msg::Apply(ApplyEvent::Alarm(text)) => output.say(&format!("ALARM: {text}")),
            Msg::Apply(ApplyEvent::GuestsRest { guests, next }) if *guests > 0 => output.say(&format!(
                "{} not known everywhere yet; tried again at {}. Others go on. Ctrl-C stops, and `apply` goes on later.",
                count(*guests, "invited guest is", "invited guests are"),
                crate::cli::text::moment(*next)
            )),
            Msg::Apply(ApplyEvent::Paced { at_a_time, of }) if progress => output.say(&format!(
                "{at_a_time} of {of} at a time now, {}",
                if at_a_time < of { "because the service slows down" } else { "as configured" }
            )),
            Msg::Apply(ApplyEvent::Finished { stopped, .. }) => return stopped.clone(),
            Msg::Failed(problem) => return Some(problem.clone()),
            _ => {}
        }
    }
}

fn print(output: Output, model: &Model, scheduled: &Scheduled, rows: &[PlanRow]) -> Result<(), Failure> {
    match output.format {
        Format::Json => output.json(&ApplyDocument::new(false, rows.iter().map(RowEntry::of).collect())),
        _ => output.data(|out| words::result(out, output.paint, model, scheduled, rows)),
    }
}

/// Whether nothing is left to do for this row now.
fn is_done(row: &PlanRow, connected: bool) -> bool {
    match row.state {
        RowState::Verified => true,
        RowState::Applied => !connected && matches!(row.decision, Decision::Invite { .. }),
        _ => false,
    }
}

/// The contract's rule: 0 if every due row is done; 5 if nothing was sent or verified because of refusals; else 1.
fn ended(scheduled: &Scheduled, rows: &[PlanRow], stopped: Option<&Problem>) -> Exit {
    let connected = scheduled.known.analysis.situation.is_connected();
    let due = |key: &StorageKey| scheduled.due().any(|row| row.storage_key == *key);
    let touched = rows.iter().any(|row| {
        due(&row.storage_key)
            && matches!(
                row.state,
                RowState::Verified
                    | RowState::Applied
                    | RowState::Sending
                    | RowState::Unknown
                    | RowState::Failed
            )
    });
    let refused = scheduled.schedule.rows.iter().zip(rows).any(|(entry, row)| {
        matches!(entry.disposition, Disposition::Refuse(_)) || row.state == RowState::Refused
    });
    let all_done = rows.iter().filter(|row| due(&row.storage_key)).all(|row| is_done(row, connected));
    match stopped {
        None if all_done && !refused => Exit::Done,
        None if refused && !touched => Exit::Refused,
        None => Exit::No,
        Some(_) if touched => Exit::No,
        // A credential command that fails is no wish of anybody's safety: nobody is signed in.
        Some(problem) if is_credential(problem) => Exit::NotAllowed,
        Some(problem) if problem.kind == ProblemKind::Local => Exit::Refused,
        Some(problem) => work::not_kept(problem).exit,
    }
}
