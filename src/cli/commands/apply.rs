//! `apply`: what would be sent, the question, the run, and what became of each row.
//!
//! Nothing is sent before the organization's name was typed (or given with `--yes --confirm`). The last thing that is printed
//! is what became of every row of the run, whatever stopped it.

mod dry;
mod question;
mod run;
mod words;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::plan::Known;
use crate::cli::args::ApplyArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::signals::Stop;
use crate::cli::work::{self, Work};
use crate::domain::activity::Source;
use crate::domain::schedule::{Disposition, Schedule, ScheduleInput, ScheduledRow, schedule};
use crate::domain::{PlanRow, RowState, StorageKey};
use crate::tasks::Model;

/// The command.
pub async fn run(mut work: Work, args: &ApplyArgs, stop: Stop) -> Result<Exit, Failure> {
    work.output.refuse_csv("apply")?;
    let sends = !args.dry_run && !args.verify;
    if sends && work.session.context.read_only {
        return Err(Failure::refused(
            "nothing was sent: this run is read-only. Leave --read-only away to apply; --dry-run shows the calls",
        ));
    }
    if sends {
        question::given(&work.session.context.organization, args)?;
    }
    let mut model = work.read(&Source::ALL).await;
    if let Some(failure) = work::unreadable(&model) {
        return Err(failure);
    }
    if sends {
        work.keep_readings(&mut model).await;
    }
    if args.dry_run {
        work::mention_store(work.output, &model);
    } else if let Some(refusal) = work::store_refusal(&model) {
        return Err(refusal);
    }
    let only = only(&model, &args.only)?;
    if args.verify {
        return run::verify(work, model, only, stop).await;
    }
    let schedule = Scheduled::of(&model, only)?;
    if args.dry_run {
        dry::show(&work, &model, &schedule)
    } else {
        run::apply(work, model, schedule, args, stop).await
    }
}

/// The rows that were named; a name that is nobody's is a wrong usage, not a run without them.
fn only(model: &Model, named: &[String]) -> Result<Option<BTreeSet<StorageKey>>, Failure> {
    if named.is_empty() {
        return Ok(None);
    }
    let known = Known::of(model)?;
    named
        .iter()
        .map(|key| {
            let key = StorageKey::new(key);
            if known.roster.get(&key).is_some() || known.plan.row(&key).is_some() {
                Ok(key)
            } else {
                Err(Failure::usage(super::plan::unknown_key(&known, &key)))
            }
        })
        .collect::<Result<BTreeSet<_>, _>>()
        .map(Some)
}

/// A run before it begins, with what it was made from.
#[derive(Debug)]
pub struct Scheduled {
    /// The rows, in order.
    pub schedule: Schedule,
    /// What was read.
    pub known: Known,
    /// Only these.
    pub only: Option<BTreeSet<StorageKey>>,
}

impl Scheduled {
    /// Decides what the run does.
    pub fn of(model: &Model, only: Option<BTreeSet<StorageKey>>) -> Result<Self, Failure> {
        let known = Known::of(model)?;
        let schedule = schedule(&input(model, &known, only.as_ref()));
        Ok(Self { schedule, known, only })
    }

    /// The numbers for the question.
    pub fn summary(&self, model: &Model) -> crate::domain::schedule::Summary {
        crate::domain::schedule::Summary::of(&self.schedule, &input(model, &self.known, self.only.as_ref()))
    }

    /// Rows for which something is sent or read.
    pub fn due(&self) -> impl Iterator<Item = &ScheduledRow> {
        self.schedule
            .rows
            .iter()
            .filter(|row| matches!(row.disposition, Disposition::Send(_) | Disposition::Verify))
    }

    /// How many rows are refused.
    pub fn refused(&self) -> usize {
        self.schedule.rows.iter().filter(|row| matches!(row.disposition, Disposition::Refuse(_))).count()
    }

    /// The row as the plan has it, in the state that this schedule gives it before anything is sent.
    pub fn row(&self, scheduled: &ScheduledRow) -> PlanRow {
        let key = &scheduled.storage_key;
        let mut row = self.known.plan.row(key).cloned().unwrap_or_else(|| PlanRow::undecided(key.clone()));
        match &scheduled.disposition {
            Disposition::Skip(why) => {
                row.state = RowState::Skipped;
                row.error = Some(why.clone());
            }
            Disposition::Refuse(why) => {
                row.state = RowState::Refused;
                row.error = Some(why.clone());
            }
            Disposition::Send(_) | Disposition::Verify => {}
        }
        row
    }
}

fn input<'a>(
    model: &'a Model,
    known: &'a Known,
    only: Option<&'a BTreeSet<StorageKey>>,
) -> ScheduleInput<'a> {
    ScheduleInput {
        roster: &known.roster,
        roster_read_at: model.roster.read_at.unwrap_or(Timestamp::UNIX_EPOCH),
        directory: &known.directory,
        directory_read_at: model.directory.read_at.unwrap_or(Timestamp::UNIX_EPOCH),
        facts: &model.facts,
        forecast: &known.forecast,
        situation: &known.analysis.situation,
        plan: &known.plan,
        only,
        now: model.now,
        reread_after: SignedDuration::try_from(model.context.reread_after).unwrap_or(SignedDuration::MAX),
    }
}
