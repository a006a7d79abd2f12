//! The apply run: one row after the other is read again, written down, sent, written down, read back.
//!
//! What is done next for a row is decided by its machine ([`crate::domain::schedule::machine`]); this room carries it out. A
//! step that cannot be written down stops the run before the next call. Nothing here repeats a call whose outcome is not
//! known.
//!
//! | module | does |
//! | --- | --- |
//! | `hands` | carries out one row's actions |
//! | `ticket` | a row on its way |
//! | `rights` | whether somebody may be removed at this moment |
//! | `holders` | whether a target is in use at this moment |
//! | `crew` | who is next, how many at a time; pauses, questions, the end |
//! | `batch` | up to 20 people in one call |
//! | [`brakes`](mod@brakes) | when to stop |
//! | `lookout` | the directory and newcomers, during a command |
//! | `later` | rows that are not proven yet, again and again |
//! | `turns` | what is looked at quietly gives way to a run |

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::domain::plan::{Plan, PlanRow, RowState};
use crate::domain::schedule::machine::Line;
use crate::domain::schedule::{Disposition, ScheduledRow};
use crate::domain::{Decision, Goal, Problem, StorageKey};

use super::before;
use super::effect::ApplyOrder;
use super::msg::{ApplyEvent, Msg};
use super::session::Session;

mod batch;
pub mod brakes;
mod crew;
mod hands;
mod holders;
mod journal;
pub(super) mod later;
mod lookout;
mod rights;
mod ticket;
pub(super) mod turns;

use crew::Crew;
use hands::Hands;
use journal::Journal;
use ticket::Ticket;

/// What the administrator wants of a run that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Go on; said again, also at the rows that asked for something.
    Run,
    /// Send nothing until told otherwise.
    Pause,
    /// Stop after the calls under way.
    Cancel,
}

/// Runs a confirmed order to its end.
pub(super) async fn run(session: &Arc<Session>, order: ApplyOrder, control: watch::Receiver<Control>) {
    let _mine = session.turns.mine().await;
    let stopped = match Box::pin(prepare(session, &order)).await {
        Ok((plan, journal)) => {
            let due = order.schedule.rows.iter().filter(|row| is_due(row)).count();
            let started = ApplyEvent::Started { run: journal.run().to_owned(), due, at: Timestamp::now() };
            session.tell(Msg::Apply(started)).await;
            let stop = CancellationToken::new();
            let plan = Arc::new(plan);
            let lookout = lookout::watch(Arc::clone(session), Arc::clone(&plan), stop.clone());
            let lookout = tokio::spawn(lookout);
            let batch = session.context.batch_route;
            let hands = Hands::new(session, journal, plan, control, batch);
            let ended = Box::pin(rows(Arc::new(hands), &order.schedule.rows)).await;
            stop.cancel();
            // Its reading, if one is under way, is dropped.
            let _ = lookout.await;
            ended.err()
        }
        Err(problem) => {
            let started = ApplyEvent::Started { run: String::new(), due: 0, at: Timestamp::now() };
            session.tell(Msg::Apply(started)).await;
            Some(problem)
        }
    };
    session.tell(Msg::Apply(ApplyEvent::Finished { stopped, at: Timestamp::now() })).await;
}

/// Reads back everything that was sent and is not proven, or only these rows of it, and sends nothing.
pub(super) async fn verify_open_rows(session: &Arc<Session>, only: Option<&BTreeSet<StorageKey>>) {
    let _mine = session.turns.mine().await;
    let stopped = Box::pin(settle_open(session, only, None)).await.err();
    session.tell(Msg::Apply(ApplyEvent::Finished { stopped, at: Timestamp::now() })).await;
}

/// Settles what is open by reading; quietly, where that has to give way to somebody. Gives how many rows were looked at, and how
/// many are still open.
async fn settle_open(
    session: &Arc<Session>,
    only: Option<&BTreeSet<StorageKey>>,
    give_way: Option<CancellationToken>,
) -> Result<(usize, usize), Problem> {
    let (journal, plan) = Journal::open(session).await?;
    let connected = session.is_connected();
    let wanted = |row: &&PlanRow| {
        row.state.is_open()
            && only.is_none_or(|only| only.contains(&row.storage_key))
            && waits_for_a_reading(row, connected)
    };
    let tickets: VecDeque<Ticket> = plan
        .rows
        .values()
        .filter(wanted)
        .filter_map(|row| {
            Ticket::settle(row.clone(), &journal.memory(&row.storage_key), connected, session.pace())
        })
        .collect();
    let keys: Vec<StorageKey> = tickets.iter().map(|ticket| ticket.row.storage_key.clone()).collect();
    if give_way.is_none() {
        let event =
            ApplyEvent::Started { run: journal.run().to_owned(), due: tickets.len(), at: Timestamp::now() };
        session.tell(Msg::Apply(event)).await;
    }
    // Nobody steers this: it sends nothing, and a question ends it.
    let (steering, control) = watch::channel(Control::Run);
    let store = journal.store().clone();
    let hands = Hands::new(session, journal, Arc::new(plan), control, false);
    let concurrency = session.context.concurrency;
    let mut crew = Crew::new(Arc::new(hands)).quiet();
    let mut work = Box::pin(crew.work(tickets, concurrency, false));
    tokio::select! {
        done = &mut work => done?,
        () = asked(give_way) => {
            steering.send_replace(Control::Cancel);
            work.await?;
        }
    }
    let open = store.open_rows().await?;
    let left = open.iter().filter(|row| keys.contains(&row.storage_key)).count();
    Ok((keys.len(), left))
}

/// Returns when the turn is wanted by somebody else.
async fn asked(give_way: Option<CancellationToken>) {
    match give_way {
        Some(token) => token.cancelled().await,
        None => std::future::pending().await,
    }
}

/// An invitation is done until the organization is connected.
fn waits_for_a_reading(row: &PlanRow, connected: bool) -> bool {
    connected || row.state != RowState::Applied || !matches!(row.decision, Decision::Invite { .. })
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
    let (journal, plan) = Journal::open(session).await?;
    let people = session.latest();
    if let (Some(roster), Some(directory)) = (&people.roster, &people.directory) {
        before::keep(session, roster, directory, &plan, people.forecast.as_deref(), Goal::Connect).await?;
    }
    Ok((plan, journal))
}

fn is_due(row: &ScheduledRow) -> bool {
    matches!(row.disposition, Disposition::Send(_) | Disposition::Verify)
}

/// First what is only read; then one person alone; then the others; privileged people last and one by one; guests who rest
/// come back in between and at the end.
async fn rows(hands: Arc<Hands>, rows: &[ScheduledRow]) -> Result<(), Problem> {
    note_what_is_not_sent(&hands, rows).await?;
    let session = Arc::clone(&hands.session);
    let (connected, concurrency) = (session.is_connected(), session.context.concurrency);
    let (mut settles, mut sends, mut last) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
    for scheduled in rows.iter().filter(|row| is_due(row)) {
        let mut row = plan_row(&hands.plan, &scheduled.storage_key);
        let memory = hands.journal.memory(&scheduled.storage_key);
        if scheduled.disposition == Disposition::Verify {
            settles.extend(Ticket::settle(row, &memory, connected, session.pace()));
            continue;
        }
        let why = if row.decision != scheduled.decision {
            Some("the decision is not the one that was shown")
        } else if row.needs_a_look {
            Some("the outcome or the person changed since this was decided; look at it again and confirm")
        } else {
            None
        };
        if let Some(why) = why {
            refuse(&hands, &mut row, why).await?;
            continue;
        }
        let ticket = Ticket::send(row, scheduled, memory, connected, session.pace());
        if scheduled.privileged { &mut last } else { &mut sends }.extend(ticket);
    }
    let mut crew = Crew::new(hands);
    crew.work(settles, concurrency, false).await?;
    crew.canary(&mut sends).await?;
    crew.work(sends, concurrency, false).await?;
    crew.work(last, 1, true).await
}

/// Refused and skipped rows are told and, where refused, written down, before anything is sent.
async fn note_what_is_not_sent(hands: &Hands, rows: &[ScheduledRow]) -> Result<(), Problem> {
    for scheduled in rows {
        let mut row = plan_row(&hands.plan, &scheduled.storage_key);
        match &scheduled.disposition {
            Disposition::Skip(why) => {
                // Not a state of the row: it stays as it is on disk.
                row.state = RowState::Skipped;
                row.error = Some(why.clone());
                hands.session.tell(Msg::Apply(ApplyEvent::RowChanged(Box::new(row)))).await;
            }
            Disposition::Refuse(why) => refuse(hands, &mut row, why).await?,
            Disposition::Send(_) | Disposition::Verify => {}
        }
    }
    Ok(())
}

async fn refuse(hands: &Hands, row: &mut PlanRow, why: &str) -> Result<(), Problem> {
    let line = Line {
        state: RowState::Refused,
        detail: why.to_owned(),
        target: row.decision.target(),
        intent: None,
    };
    hands.journal.record(row, &line, None).await
}

fn plan_row(plan: &Plan, key: &StorageKey) -> PlanRow {
    plan.row(key).cloned().unwrap_or_else(|| PlanRow::undecided(key.clone()))
}

/// How many rows are in each state; states that no row is in are absent.
pub fn summary<'a>(rows: impl IntoIterator<Item = &'a PlanRow>) -> BTreeMap<RowState, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.state).or_default() += 1;
    }
    counts
}
