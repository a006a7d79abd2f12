//! Carries out what a row's machine says, one action at a time, and tells it what came of it. Decides nothing.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::people::{OrgUser, Roster};
use crate::domain::plan::{Plan, PlanRow};
use crate::domain::schedule::machine::{
    Action, Answer, Change, Event, Found, Line, TargetNow, person_now, target_now,
};
use crate::domain::text::{clean, named};
use crate::domain::{Decision, ObjectId, Problem, ProblemKind, Service, StorageKey};
use crate::services::{Pass, Raw, Taken};
use crate::tasks::msg::{ApplyEvent, Msg};
use crate::tasks::session::Session;
use crate::tasks::succession::Search;

use super::Control;
use super::holders::Holders;
use super::journal::Journal;
use super::rights::Rights;
use super::ticket::{Step, Ticket};

/// What was read longer ago is read again before a call: the service let us wait meanwhile.
const FRESH: Duration = Duration::from_secs(60);

/// A pause that is longer than this is cut short when the run is stopped: what is on disk says enough.
const SHORT: Duration = Duration::from_secs(1);

/// What all rows of a run share.
#[derive(Debug)]
pub(super) struct Hands {
    pub(super) session: Arc<Session>,
    pub(super) journal: Journal,
    /// The plan at the beginning of the run.
    pub(super) plan: Arc<Plan>,
    pub(super) control: watch::Receiver<Control>,
    /// The run is being stopped, by whomever: what is under way is read back, and nothing is sent any more.
    pub(super) stop: CancellationToken,
    /// Maps go by the batch route.
    pub(super) batch: bool,
    pub(super) rights: Rights,
    pub(super) holders: Holders,
}

/// Drives a row until it is through, or until something else has to happen first.
pub(super) async fn drive(hands: Arc<Hands>, mut ticket: Ticket, event: Event) -> (Ticket, Step) {
    // Had before the intent is on disk: what is written down as about to leave does not wait any more.
    let mut pass = None;
    let mut action = ticket.machine.step(event);
    loop {
        let event = match action {
            Action::Rest(pause) => return (ticket, Step::Rests(pause)),
            Action::Ask(problem) => return (ticket, Step::Asks(problem)),
            Action::End(problem) => return (ticket, Step::Ended(problem)),
            Action::Send(Change::Map { .. }) if hands.batch && ticket.batch_row().is_some() => {
                return (ticket, Step::Ready);
            }
            Action::Record(ref line) if line.intent.is_some() => match hands.leave(&ticket, line).await {
                Ok(leave) => {
                    pass = leave;
                    Box::pin(hands.perform(&mut ticket, action)).await
                }
                Err(event) => event,
            },
            Action::Send(change) => {
                Event::Answered(Box::pin(hands.send(&mut ticket, change, pass.take())).await)
            }
            Action::Wait(wait) => hands.wait(wait).await,
            Action::Pause(pause) if pause > SHORT => hands.unless_cancelled(pause).await,
            Action::Pause(pause) => {
                tokio::time::sleep(pause).await;
                Event::Resumed
            }
            other => Box::pin(hands.perform(&mut ticket, other)).await,
        };
        action = ticket.machine.step(event);
    }
}

impl Hands {
    pub(super) fn new(
        session: &Arc<Session>,
        journal: Journal,
        plan: Arc<Plan>,
        control: watch::Receiver<Control>,
        batch: bool,
    ) -> Self {
        Self {
            session: Arc::clone(session),
            journal,
            plan,
            control,
            stop: CancellationToken::new(),
            batch,
            rights: Rights::default(),
            holders: Holders::default(),
        }
    }

    async fn perform(&self, ticket: &mut Ticket, action: Action) -> Event {
        match action {
            Action::Search => self.search(&ticket.row).await,
            Action::ReadPerson { target } => self.read_person(ticket, target).await,
            Action::ReadTarget(target) => self.read_target(ticket, target).await,
            Action::ReadHolder(target) => self.holders.of(&self.session, &self.plan, ticket, target).await,
            Action::ReadRights => self.read_rights(ticket).await,
            Action::Record(line) => self.record(ticket, line).await,
            // The caller's.
            Action::Send(_)
            | Action::Pause(_)
            | Action::Rest(_)
            | Action::Wait(_)
            | Action::Ask(_)
            | Action::End(_) => Event::Resumed,
        }
    }

    async fn search(&self, row: &PlanRow) -> Event {
        let Decision::Invite { address } = &row.decision else { return Event::Found(Found::Nobody) };
        match self.session.services.graph.users_at(address).await {
            Ok(users) => Event::Found(match users.as_slice() {
                [] => Found::Nobody,
                [user] => Found::One(user.id),
                many => Found::Several(many.len()),
            }),
            Err(problem) => Event::Unread(problem),
        }
    }

    async fn read_person(&self, ticket: &mut Ticket, target: Option<ObjectId>) -> Event {
        ticket.person = match self.session.azure_devops().user(ticket.key()).await {
            Ok(person) => Some(person),
            Err(problem) if problem.kind == ProblemKind::NotFound => {
                // Who was removed is gone, and not to be looked for.
                if ticket.was_sent() && ticket.row.decision == Decision::Remove {
                    None
                } else {
                    match Box::pin(self.under_a_new_key(&ticket.row)).await {
                        Ok(found) => found,
                        Err(problem) => return Event::Unread(problem),
                    }
                }
            }
            Err(problem) => return Event::Unread(problem),
        };
        if let Some(person) =
            ticket.person.as_ref().filter(|person| person.storage_key != ticket.row.storage_key)
        {
            ticket.row.new_storage_key = Some(person.storage_key.clone());
        }
        Event::Person(person_now(&ticket.row, ticket.person.as_ref(), target))
    }

    /// Looks for a person whose key is gone, by the rule of the glossary.
    async fn under_a_new_key(&self, row: &PlanRow) -> Result<Option<OrgUser>, Problem> {
        let (users, _) = self.session.azure_devops().users(Raw::Drop).all().await?;
        let roster = Roster::new(users);
        let search = Search::new(&self.session, self.journal.store(), &roster).await?;
        Ok(search.new_key(&row.storage_key, row.decision.target()).and_then(|key| roster.get(&key).cloned()))
    }

    async fn read_target(&self, ticket: &mut Ticket, target: ObjectId) -> Event {
        ticket.target = match self.session.services.graph.user(target).await {
            Ok(user) => Some(user),
            Err(problem) if problem.kind == ProblemKind::NotFound => None,
            Err(problem) => return Event::Unread(problem),
        };
        let others = self.plan.rows.values().filter(|row| row.storage_key != ticket.row.storage_key);
        let claimed = others.into_iter().find(|row| row.decision.target() == Some(target));
        Event::Target(match claimed {
            Some(other) => TargetNow::Unfit(format!(
                "the tenant user is planned for {} already: one target for one person",
                self.name(&other.storage_key)
            )),
            None => target_now(&ticket.row, ticket.target.as_ref()),
        })
    }

    async fn read_rights(&self, ticket: &Ticket) -> Event {
        let Some(person) = &ticket.person else {
            return Event::Unread(Problem::local("removing a person", "the person was not read", ""));
        };
        match Box::pin(self.rights.of(&self.session, &self.plan, person)).await {
            Ok(now) => Event::Rights(now),
            Err(problem) => Event::Unread(problem),
        }
    }

    async fn record(&self, ticket: &mut Ticket, mut line: Line) -> Event {
        if let Some(change) = line.intent {
            line.detail = self.call_in_words(ticket, change);
        }
        let taken = ticket.taken.take();
        match self.journal.record(&mut ticket.row, &line, taken.as_ref()).await {
            Ok(()) => Event::Recorded,
            Err(problem) => Event::NotRecorded(problem),
        }
    }

    fn call_in_words(&self, ticket: &Ticket, change: Change) -> String {
        let azure = self.session.azure_devops();
        let planned = match (change, &ticket.person) {
            (Change::Map { .. }, _) if self.batch && ticket.batch_row().is_some() => {
                let rows: Vec<_> = ticket.batch_row().into_iter().collect();
                azure.batch_call(&rows)
            }
            (Change::Map { target }, Some(person)) => azure.map_call(&person.descriptor, target),
            (Change::Remove, _) => azure.remove_call(ticket.key()),
            (Change::Invite | Change::Map { .. }, _) => {
                return format!("POST invitations for {}", invited(&ticket.row));
            }
        };
        format!("{} {}", planned.method, planned.url)
    }

    /// Waits until the call that is about to be written down may leave. Ends early when the run is paused or stopped, and
    /// has both sides read again when that was long after they were read. A batch waits when it leaves.
    async fn leave(&self, ticket: &Ticket, line: &Line) -> Result<Option<Pass>, Event> {
        if self.stop.is_cancelled() {
            return Err(Event::Cancelled);
        }
        let service = match line.intent {
            Some(Change::Map { .. }) if self.batch && ticket.batch_row().is_some() => None,
            Some(Change::Map { .. }) => Some(Service::AzureDevOpsIdentity),
            Some(Change::Remove) => Some(Service::AzureDevOpsEntitlements),
            Some(Change::Invite) => Some(Service::MicrosoftGraph),
            None => None,
        };
        let Some(service) = service else {
            return if self.is_paused() { Err(self.until_resumed().await) } else { Ok(None) };
        };
        let begun = Instant::now();
        match self.admitted(service).await {
            None => Err(self.until_resumed().await),
            Some(_) if begun.elapsed() > FRESH => Err(Event::Held),
            pass => Ok(pass),
        }
    }

    /// Leave for a call to this service; `None` when the run is paused or stopped before there is any.
    pub(super) async fn admitted(&self, service: Service) -> Option<Pass> {
        let mut control = self.control.clone();
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            Ok(_) = control.wait_for(|wish| *wish != Control::Run) => None,
            pass = self.session.services.admit(service) => Some(pass),
        }
    }

    async fn send(&self, ticket: &mut Ticket, change: Change, pass: Option<Pass>) -> Answer {
        let azure = self.session.azure_devops();
        let result =
            match (change, &ticket.person) {
                (Change::Map { target }, Some(person)) => {
                    azure.map(&person.descriptor, target, pass).await.map(|taken| (taken, None))
                }
                (Change::Remove, Some(person)) => {
                    azure.remove(&person.storage_key, pass).await.map(|taken| (taken, None))
                }
                (Change::Invite, Some(person)) => {
                    let name = person.display_name.to_string();
                    let invitation = self.session.invitation(invited(&ticket.row), Some(name));
                    self.session.services.graph.invite(&invitation, pass).await.map(|invited| {
                        (Taken { status: 201, activity_id: invited.activity_id }, invited.user)
                    })
                }
                // The machine reads the person before each call.
                (_, None) => Err(Problem::local("sending a change", "the person was not read", "")),
            };
        match result {
            Ok((taken, guest)) => {
                let status = taken.status;
                ticket.taken = Some(taken);
                Answer::Taken { status, guest }
            }
            Err(problem) => {
                ticket.taken = Taken::refused(&problem);
                Answer::of(problem, Timestamp::now())
            }
        }
    }

    async fn wait(&self, wait: Duration) -> Event {
        let until = Timestamp::now() + jiff::SignedDuration::try_from(wait).unwrap_or_default();
        self.session.tell(Msg::Apply(ApplyEvent::Throttled { until })).await;
        let over = self.stop.run_until_cancelled(tokio::time::sleep(wait)).await;
        over.map_or(Event::Cancelled, |()| Event::Resumed)
    }

    /// Nothing is to leave until told otherwise.
    fn is_paused(&self) -> bool {
        *self.control.borrow() == Control::Pause
    }

    /// Until a paused run goes on: with both sides read again, or not at all.
    pub(super) async fn until_resumed(&self) -> Event {
        let mut control = self.control.clone();
        let wish = tokio::select! {
            () = self.stop.cancelled() => return Event::Cancelled,
            wish = control.wait_for(|wish| *wish != Control::Pause) => wish.map(|wish| *wish),
        };
        if matches!(wish, Ok(Control::Run)) { Event::Held } else { Event::Cancelled }
    }

    /// Sleeps; an administrator who stops the run meanwhile wakes it.
    async fn unless_cancelled(&self, pause: Duration) -> Event {
        let mut control = self.control.clone();
        tokio::select! {
            () = tokio::time::sleep(pause) => Event::Resumed,
            Ok(_) = control.wait_for(|wish| *wish == Control::Cancel) => Event::Cancelled,
        }
    }

    /// A person's name for a sentence, without the roster at hand.
    fn name(&self, key: &StorageKey) -> String {
        let seen = self.plan.row(key).and_then(|row| row.seen.as_ref());
        seen.map_or_else(
            || clean(key.as_str()).into_owned(),
            |seen| named(&seen.person.display_name, &seen.person.principal_name),
        )
    }
}

fn invited(row: &PlanRow) -> &str {
    match &row.decision {
        Decision::Invite { address } => address.trim(),
        _ => "",
    }
}
