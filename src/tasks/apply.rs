//! The apply run: one row after the other is read again, written down, sent, written down, read back.
//!
//! The order of every row: read person and target again → compare with what the decision was bound to → intent into the
//! journal → call → outcome into the journal → read back → result into the journal. A step that cannot be written down
//! stops the run before the next call. Nothing here repeats a call whose outcome is not known.
//!
//! | module | does |
//! | --- | --- |
//! | [`row`] | one person, from reading again to reading back |
//! | [`settle`] | what was sent earlier and is not proven yet |
//! | [`brakes`](mod@brakes) | when to stop |

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use futures_util::{StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::domain::plan::{Plan, PlanRow, RowState};
use crate::domain::schedule::{Disposition, ScheduledRow};
use crate::domain::{Problem, StorageKey};

use super::before;
use super::effect::ApplyOrder;
use super::msg::{ApplyEvent, Msg};
use super::session::Session;

pub mod brakes;
mod journal;
mod row;
mod settle;

use brakes::Brakes;
use journal::Journal;

/// What the administrator wants of a run that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Run,
    /// Send nothing until told otherwise.
    Pause,
    /// Stop after the calls under way.
    Cancel,
}

/// Runs a confirmed order to its end.
pub(super) async fn run(session: &Arc<Session>, order: ApplyOrder, mut control: watch::Receiver<Control>) {
    let stopped = match Box::pin(prepare(session, &order)).await {
        Ok((plan, journal)) => {
            let due = order.schedule.rows.iter().filter(|row| is_due(row)).count();
            let started = ApplyEvent::Started { run: journal.run().to_owned(), due, at: Timestamp::now() };
            session.tell(Msg::Apply(started)).await;
            let mut work = Run { session, journal: Arc::new(journal), plan, brakes: brakes(session) };
            Box::pin(work.rows(&order.schedule.rows, &mut control)).await.err()
        }
        Err(problem) => {
            let started = ApplyEvent::Started { run: String::new(), due: 0, at: Timestamp::now() };
            session.tell(Msg::Apply(started)).await;
            Some(problem)
        }
    };
    session.tell(Msg::Apply(ApplyEvent::Finished { stopped, at: Timestamp::now() })).await;
}

/// Reads back everything that was sent and is not proven, and sends nothing.
pub(super) async fn verify_open_rows(session: &Arc<Session>) {
    let stopped = Box::pin(verify(session)).await.err();
    session.tell(Msg::Apply(ApplyEvent::Finished { stopped, at: Timestamp::now() })).await;
}

async fn verify(session: &Arc<Session>) -> Result<(), Problem> {
    let store = session.store()?;
    let plan = store.load_plan().await?;
    let journal = Journal::open(session, store.clone(), run_id())?;
    let open: Vec<&PlanRow> = plan.rows.values().filter(|row| row.state.is_open()).collect();
    let event = ApplyEvent::Started { run: journal.run().to_owned(), due: open.len(), at: Timestamp::now() };
    session.tell(Msg::Apply(event)).await;
    for row in open {
        settle::settle(session, &journal, row.clone()).await?;
    }
    Ok(())
}

/// Name, store, lock, and the refusals of the whole run: everything that has to be right before the first row.
async fn prepare(session: &Arc<Session>, order: &ApplyOrder) -> Result<(Plan, Journal), Problem> {
    let asked = format!("applying the plan to {}", session.context.organization);
    if order.confirmed_name != session.context.organization {
        return Err(Problem::local(
            asked,
            "the organization's name was not confirmed",
            format!("Type `{}` exactly to begin.", session.context.organization),
        ));
    }
    if let Some(refusal) = order.schedule.refusals.first() {
        return Err(Problem::local(asked, refusal.clone(), ""));
    }
    let store = session.store()?;
    let journal = Journal::open(session, store.clone(), run_id())?;
    let plan = store.load_plan().await?;
    let people = session.latest();
    if let (Some(roster), Some(directory)) = (&people.roster, &people.directory) {
        before::keep(session, roster, directory, &plan, people.forecast.as_deref()).await?;
    }
    Ok((plan, journal))
}

/// The id of a run: its moment, which also sorts.
fn run_id() -> String {
    Timestamp::now().to_string()
}

fn brakes(session: &Session) -> Brakes {
    Brakes::new(session.context.stop_after_failures)
}

fn is_due(row: &ScheduledRow) -> bool {
    matches!(row.disposition, Disposition::Send(_) | Disposition::Verify)
}

struct Run<'a> {
    session: &'a Arc<Session>,
    journal: Arc<Journal>,
    plan: Plan,
    brakes: Brakes,
}

impl Run<'_> {
    async fn rows(
        &mut self,
        rows: &[ScheduledRow],
        control: &mut watch::Receiver<Control>,
    ) -> Result<(), Problem> {
        self.note_what_is_not_sent(rows).await?;
        for scheduled in rows.iter().filter(|row| row.disposition == Disposition::Verify) {
            self.wait_while_paused(control).await?;
            settle::settle(self.session, &self.journal, self.plan_row(&scheduled.storage_key)).await?;
        }
        let mut sends: VecDeque<ScheduledRow> =
            rows.iter().filter(|row| matches!(row.disposition, Disposition::Send(_))).cloned().collect();
        // The canary: one alone, until one was verified.
        while sends.front().is_some_and(|row| !row.privileged) {
            let Some(scheduled) = sends.pop_front() else { break };
            self.wait_while_paused(control).await?;
            let row = self.plan_row(&scheduled.storage_key);
            let row = Box::pin(row::send(self.session, &self.journal, row, &scheduled)).await?;
            self.brakes.after_canary(&row)?;
            if row.state == RowState::Verified {
                break;
            }
        }
        let (last, others): (Vec<_>, Vec<_>) = sends.into_iter().partition(|row| row.privileged);
        self.abreast(others, self.session.context.concurrency, control).await?;
        self.abreast(last, 1, control).await
    }

    /// So many at a time; a row is only begun while nobody paused and no brake is on.
    async fn abreast(
        &mut self,
        rows: Vec<ScheduledRow>,
        concurrency: usize,
        control: &mut watch::Receiver<Control>,
    ) -> Result<(), Problem> {
        let mut under_way = FuturesUnordered::new();
        let mut waiting = rows.into_iter();
        let mut stopped: Option<Problem> = None;
        loop {
            while stopped.is_none() && under_way.len() < concurrency {
                if under_way.is_empty() {
                    if let Err(problem) = self.wait_while_paused(control).await {
                        stopped = Some(problem);
                        break;
                    }
                } else if *control.borrow() != Control::Run {
                    break;
                }
                let Some(scheduled) = waiting.next() else { break };
                let row = self.plan_row(&scheduled.storage_key);
                let (session, journal) = (Arc::clone(self.session), Arc::clone(&self.journal));
                under_way.push(async move { row::send(&session, &journal, row, &scheduled).await });
            }
            // What is under way is always waited for: its outcome has to be written down.
            let Some(result) = under_way.next().await else { break };
            let outcome = match result {
                Ok(row) => self.brakes.after(&row),
                Err(problem) => Err(problem),
            };
            if let Err(problem) = outcome {
                stopped.get_or_insert(problem);
            }
        }
        stopped.map_or(Ok(()), Err)
    }

    async fn wait_while_paused(&self, control: &mut watch::Receiver<Control>) -> Result<(), Problem> {
        let mut paused = false;
        loop {
            let wish = *control.borrow_and_update();
            match wish {
                Control::Run => {
                    if paused {
                        self.session.tell(Msg::Apply(ApplyEvent::Resumed)).await;
                    }
                    return Ok(());
                }
                Control::Cancel => return Err(brakes::cancelled(&self.session.context.organization)),
                Control::Pause => paused = true,
            }
            if control.changed().await.is_err() {
                return Err(brakes::cancelled(&self.session.context.organization));
            }
        }
    }

    /// Refused and skipped rows are told and, where refused, written down, before anything is sent.
    async fn note_what_is_not_sent(&self, rows: &[ScheduledRow]) -> Result<(), Problem> {
        for scheduled in rows {
            let (state, why) = match &scheduled.disposition {
                Disposition::Skip(why) => (RowState::Skipped, why),
                Disposition::Refuse(why) => (RowState::Refused, why),
                Disposition::Send(_) | Disposition::Verify => continue,
            };
            let mut row = self.plan_row(&scheduled.storage_key);
            if state == RowState::Skipped {
                // Not a state of the row: it stays planned on disk.
                row.state = state;
                row.error = Some(why.clone());
                self.session.tell(Msg::Apply(ApplyEvent::RowChanged(Box::new(row)))).await;
            } else {
                self.journal.record(&mut row, state, why, None).await?;
            }
        }
        Ok(())
    }

    fn plan_row(&self, key: &StorageKey) -> PlanRow {
        self.plan.row(key).cloned().unwrap_or_else(|| PlanRow::undecided(key.clone()))
    }
}

/// How many rows are in each state; states that no row is in are absent.
pub fn summary<'a>(rows: impl IntoIterator<Item = &'a PlanRow>) -> BTreeMap<RowState, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.state).or_default() += 1;
    }
    counts
}
