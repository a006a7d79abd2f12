//! Who is next, and how many at a time: rows that rest come back when their time is there, rows that wait for another come
//! after it, nobody begins while the run is paused, is asked to sign in, or is being stopped. What is under way is always
//! waited for: its outcome has to be written down.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::plan::RowState;
use crate::domain::schedule::governor::Governor;
use crate::domain::schedule::machine::{Event, is_credential};
use crate::domain::{Backing, Decision, Problem, StorageKey};
use crate::tasks::msg::{ApplyEvent, Msg};

use super::brakes::{self, Brakes};
use super::hands::{Hands, drive};
use super::ticket::{Step, Ticket};
use super::{Control, batch};

/// What comes back from the work under way.
enum Done {
    Row(Box<Ticket>, Step),
    Batch(Vec<(Ticket, Event)>),
}

/// The rows of a run and where each stands.
pub(super) struct Crew {
    hands: Arc<Hands>,
    control: watch::Receiver<Control>,
    brakes: Brakes,
    governor: Governor,
    /// What backed the organization when the run began.
    backing: Option<Backing>,
    under_way: FuturesUnordered<BoxFuture<'static, Done>>,
    /// Rows that go on at this event as soon as there is room.
    ready: VecDeque<(Ticket, Event)>,
    resting: Vec<(Instant, Ticket)>,
    asking: Vec<Ticket>,
    batch: Vec<Ticket>,
    asked: Option<Problem>,
    /// How often a question was answered with *go on*.
    answers: u32,
    stopped: Option<Problem>,
    paused: bool,
    finished: BTreeMap<StorageKey, RowState>,
    told_guests: usize,
    /// Nobody steers this: a question ends it.
    quiet: bool,
}

impl Crew {
    pub(super) fn new(hands: Arc<Hands>) -> Self {
        let context = &hands.session.context;
        Self {
            control: hands.control.clone(),
            brakes: Brakes::new(context.stop_after_failures),
            governor: Governor::new(context.concurrency),
            backing: hands.session.believed_backing(),
            under_way: FuturesUnordered::new(),
            ready: VecDeque::new(),
            resting: Vec::new(),
            asking: Vec::new(),
            batch: Vec::new(),
            asked: None,
            answers: 0,
            stopped: None,
            paused: false,
            finished: BTreeMap::new(),
            told_guests: 0,
            quiet: false,
            hands,
        }
    }

    /// Without anybody to ask.
    pub(super) fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    /// The first who is verified, one after the other; before that nobody else is touched.
    pub(super) async fn canary(&mut self, queue: &mut VecDeque<Ticket>) -> Result<(), Problem> {
        while let Some(ticket) = queue.pop_front() {
            let invites = matches!(ticket.row.decision, Decision::Invite { .. });
            let key = ticket.row.storage_key.clone();
            self.work(VecDeque::from([ticket]), 1, false).await?;
            // Whoever rests has been invited.
            let state = self.finished.get(&key).copied().unwrap_or(RowState::Applied);
            match state {
                RowState::Verified => return Ok(()),
                RowState::Applied if invites => return Ok(()),
                RowState::Refused | RowState::Skipped | RowState::Planned => {}
                _ => return Err(brakes::no_canary(state, self.brakes.last_words())),
            }
        }
        Ok(())
    }

    /// Works the queue off, at most so many at a time. With `guests` also those who rest are waited for.
    pub(super) async fn work(
        &mut self,
        mut queue: VecDeque<Ticket>,
        most: usize,
        guests: bool,
    ) -> Result<(), Problem> {
        loop {
            self.heed_control().await;
            self.begin_what_may(&mut queue, most).await;
            if self.under_way.is_empty() {
                if !self.batch.is_empty() && (self.stopped.is_some() || !self.is_held()) {
                    self.send_batch();
                } else if self.stopped.is_some() {
                    break;
                } else if self.is_held() {
                    self.changed().await;
                    continue;
                } else if self.ready.is_empty() && queue.is_empty() && (!guests || self.resting.is_empty()) {
                    return Ok(());
                } else {
                    self.until_somebody_wakes().await;
                    continue;
                }
            }
            let Some(done) = self.next().await else { continue };
            self.take(done).await;
        }
        self.let_go(queue).await;
        Err(self
            .stopped
            .take()
            .unwrap_or_else(|| brakes::cancelled(&self.hands.session.context.organization)))
    }

    /// Nothing may begin: paused, or somebody is asked to do something.
    fn is_held(&self) -> bool {
        self.paused || self.asked.is_some()
    }

    async fn heed_control(&mut self) {
        let changed = self.control.has_changed().unwrap_or(false);
        let wish = *self.control.borrow_and_update();
        match wish {
            Control::Cancel => {
                let why = self.asked.take();
                self.stop(why.unwrap_or_else(|| brakes::cancelled(&self.hands.session.context.organization)));
            }
            Control::Pause => self.paused = true,
            // Said again after a question: go on at the rows that asked.
            Control::Run if self.paused || (changed && self.asked.is_some()) => {
                self.paused = false;
                self.asked = None;
                self.answers += 1;
                self.ready.extend(self.asking.drain(..).map(|ticket| (ticket, Event::Resumed)));
                self.hands.session.tell(Msg::Apply(ApplyEvent::Resumed)).await;
            }
            Control::Run => {}
        }
    }

    async fn begin_what_may(&mut self, queue: &mut VecDeque<Ticket>, most: usize) {
        if self.stopped.is_none() {
            let now = self.hands.session.believed_backing();
            if now != self.backing {
                self.stop(brakes::directory_changed(&self.hands.session.context.organization));
            }
        }
        while self.stopped.is_none()
            && !self.is_held()
            && self.under_way.len() < self.governor.allowed().min(most)
            && self.batch.len() < batch::MOST
        {
            let next = match self.ready.pop_front() {
                Some(next) => Some(next),
                None => match self.awake() {
                    Some(ticket) => Some((ticket, Event::Resumed)),
                    None => self.from(queue).await.map(|ticket| (ticket, Event::Begin)),
                },
            };
            let Some((ticket, event)) = next else { break };
            self.start(ticket, event);
        }
        if self.batch.len() >= batch::MOST && !self.is_held() {
            self.send_batch();
        }
    }

    /// Ends the run; the first reason counts.
    fn stop(&mut self, why: Problem) {
        self.stopped.get_or_insert(why);
        self.hands.stop.cancel();
    }

    fn start(&self, mut ticket: Ticket, event: Event) {
        ticket.answers = self.answers;
        let hands = Arc::clone(&self.hands);
        self.under_way.push(
            async move {
                let (ticket, step) = drive(hands, ticket, event).await;
                Done::Row(Box::new(ticket), step)
            }
            .boxed(),
        );
    }

    fn send_batch(&mut self) {
        let tickets = std::mem::take(&mut self.batch);
        if self.stopped.is_some() {
            for (ticket, event) in batch::unsent(tickets) {
                self.start(ticket, event);
            }
            return;
        }
        let hands = Arc::clone(&self.hands);
        self.under_way.push(async move { Done::Batch(batch::send(hands, tickets).await) }.boxed());
    }

    /// Somebody whose rest is over.
    fn awake(&mut self) -> Option<Ticket> {
        let now = Instant::now();
        let at = self.resting.iter().position(|(until, _)| *until <= now)?;
        Some(self.resting.swap_remove(at).1)
    }

    /// The next of the queue whose predecessor is verified. A row whose predecessor was not is set aside.
    async fn from(&mut self, queue: &mut VecDeque<Ticket>) -> Option<Ticket> {
        let mut at = 0;
        while let Some(ticket) = queue.get(at) {
            match ticket.after.as_ref().map(|key| self.finished.get(key).copied()) {
                None | Some(Some(RowState::Verified)) => return queue.remove(at),
                // Still under way, or behind this one.
                Some(None)
                    if !self.under_way.is_empty()
                        || queue.iter().any(|it| Some(&it.row.storage_key) == ticket.after.as_ref()) =>
                {
                    at += 1;
                }
                Some(_) => {
                    let mut ticket = queue.remove(at)?;
                    ticket.row.state = RowState::Skipped;
                    ticket.row.error = Some(
                        "waits until the second identity that has its target is removed and a reading shows it".to_owned(),
                    );
                    self.finished.insert(ticket.row.storage_key.clone(), RowState::Skipped);
                    self.hands.session.tell(Msg::Apply(ApplyEvent::RowChanged(Box::new(ticket.row)))).await;
                }
            }
        }
        None
    }

    /// The next of what is under way; `None` when something else wants attention first.
    async fn next(&mut self) -> Option<Done> {
        let room = self.stopped.is_none() && !self.is_held();
        let wake = self.resting.iter().map(|(until, _)| *until).min().filter(|_| room);
        tokio::select! {
            done = self.under_way.next(), if !self.under_way.is_empty() => done,
            Ok(()) = self.control.changed() => {
                self.control.mark_changed();
                None
            }
            () = sleep_until(wake), if wake.is_some() => None,
        }
    }

    async fn until_somebody_wakes(&mut self) {
        let wake = self.resting.iter().map(|(until, _)| *until).min();
        tokio::select! {
            () = sleep_until(wake) => {}
            () = self.changed() => {}
            // What backs the organization is looked at again now and then.
            () = tokio::time::sleep(Duration::from_secs(5)) => {}
        }
    }

    /// Until the administrator says something.
    async fn changed(&mut self) {
        if self.control.changed().await.is_err() {
            self.stop(brakes::cancelled(&self.hands.session.context.organization));
            return;
        }
        self.control.mark_changed();
    }

    async fn take(&mut self, done: Done) {
        let (ticket, step) = match done {
            Done::Row(ticket, step) => (*ticket, step),
            Done::Batch(tickets) => {
                for (ticket, event) in tickets {
                    // Reading back and writing down: not held up by a pause.
                    self.start(ticket, event);
                }
                return;
            }
        };
        match step {
            Step::Ready => self.batch.push(ticket),
            Step::Rests(pause) => {
                self.resting.push((Instant::now() + pause, ticket));
                self.tell_guests().await;
            }
            // Its call was under way already when somebody said: go on.
            Step::Asks(_) if ticket.answers < self.answers && !self.quiet => {
                self.ready.push_back((ticket, Event::Resumed));
            }
            Step::Asks(problem) => {
                self.asking.push(ticket);
                if self.quiet {
                    self.stop(problem);
                } else if self.asked.is_none() && self.stopped.is_none() {
                    self.asked = Some(problem.clone());
                    let session = &self.hands.session;
                    let token =
                        problem.service.filter(|it| is_credential(&problem) && session.takes_token(*it));
                    session.tell(Msg::Apply(ApplyEvent::Paused(Some(problem)))).await;
                    if let Some(service) = token {
                        session.tell(Msg::Apply(ApplyEvent::TokenWanted(service))).await;
                    }
                }
            }
            Step::Ended(problem) => {
                self.finished.insert(ticket.row.storage_key.clone(), ticket.row.state);
                self.pace().await;
                let braked = if ticket.settles { Ok(()) } else { self.brakes.after(&ticket.row) };
                if let Some(problem) = problem.or(braked.err()) {
                    self.stop(problem);
                }
                self.tell_guests().await;
            }
        }
    }

    /// Fewer at a time while the service slows down, more again when it does not.
    async fn pace(&mut self) {
        let before = self.governor.allowed();
        let strain = self.hands.session.strain.take();
        if strain.signs > 0 {
            self.governor.strained();
        } else {
            self.governor.finished(strain.answer);
        }
        let at_a_time = self.governor.allowed();
        if at_a_time != before {
            let of = self.hands.session.context.concurrency;
            self.hands.session.tell(Msg::Apply(ApplyEvent::Paced { at_a_time, of })).await;
        }
    }

    async fn tell_guests(&mut self) {
        let guests = self.resting.len();
        if guests == self.told_guests && guests == 0 {
            return;
        }
        self.told_guests = guests;
        let first = self.resting.iter().map(|(until, _)| *until).min();
        let wait = first.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
        let next = Timestamp::now() + SignedDuration::try_from(wait).unwrap_or_default();
        self.hands.session.tell(Msg::Apply(ApplyEvent::GuestsRest { guests, next })).await;
    }

    /// The run ends: whoever rests or asks stays as they are on disk.
    async fn let_go(&mut self, queue: VecDeque<Ticket>) {
        drop(queue);
        let left = self.resting.drain(..).map(|(_, ticket)| ticket).chain(self.asking.drain(..));
        for mut ticket in left.collect::<Vec<_>>() {
            ticket.machine.step(Event::Cancelled);
        }
        self.ready.clear();
        self.tell_guests().await;
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake).await,
        None => std::future::pending().await,
    }
}
