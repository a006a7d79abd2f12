//! The moment of the switch, behind the screen.
//!
//! What holds here:
//! - Another directory is announced once and in one place, [`follow`], whoever saw it first: the probe by its clock, a reading
//!   that somebody asked for, the lookout of a run, or somebody who was refused. All of them go through [`Session::observe`],
//!   where a change shows once, and which leaves it here.
//! - A refused credential is taken as a sign that the switch may just have happened: what backs the organization is asked
//!   again at once, without a credential, and where the answer changed, everything is read again with the way of signing in
//!   that is meant for after the switch.
//! - While Azure DevOps refuses the credential, nothing is listed by it: one small question takes the place of each listing
//!   until somebody is let in again, and then everything that was missed is read.
//! - What could not be read because there was no connection is read again as soon as the probe gets through.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::domain::activity::{CONNECTION, SIGN_IN, Source};
use crate::domain::connection::Turn;
use crate::domain::connection::lockout::locks_out;
use crate::domain::{Backing, Problem, ProblemKind, Service};

use super::msg::{Fact, Msg};
use super::reading;
use super::session::Session;

/// What is read with the Azure DevOps credential, and so is read again when another one is used.
const BY_AZURE_DEVOPS: [Source; 6] = [
    Source::Operator,
    Source::Roster,
    Source::GraphIdentities,
    Source::HiddenIdentities,
    Source::Administrators,
    Source::Owner,
];

/// What the messages of a session say about its credential and its connection.
#[derive(Debug, Default)]
pub(super) struct Gate {
    /// Azure DevOps refuses the credential.
    refused: AtomicBool,
    /// What [`follow`] has to do.
    todo: Mutex<Todo>,
    /// There is something to do.
    wake: Notify,
    /// Since when the probe does not get through.
    gone_since: Mutex<Option<Timestamp>>,
    /// What could not be read for want of a connection.
    missed: Mutex<BTreeSet<Source>>,
}

/// What is left for [`follow`] to do.
#[derive(Debug, Default)]
struct Todo {
    /// Somebody was refused: look what backs the organization.
    look: bool,
    /// What is believed to back the organization is not announced yet.
    news: Option<News>,
}

/// What there is to announce of the directory that is believed to back the organization now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    /// It is known at all, and was not when everything else was read.
    First,
    /// Before, this backed it.
    From(Backing),
}

impl Gate {
    /// Listens to every message before it is told.
    pub(super) fn hear(&self, msg: &Msg) {
        match msg {
            Msg::FactRead(Fact::Operator(Ok(_)), _) => self.refused.store(false, Ordering::Relaxed),
            Msg::FactRead(Fact::Operator(Err(problem)), _) => {
                self.refuse(problem);
                self.miss(Source::Operator, problem);
            }
            Msg::ReadingFailed(source, problem, _) => {
                if *source == Source::Roster {
                    self.refuse(problem);
                }
                self.miss(*source, problem);
            }
            Msg::RosterRead(..) => self.found(Source::Roster),
            Msg::DirectoryRead(..) => self.found(Source::Directory),
            _ => {}
        }
    }

    fn refuse(&self, problem: &Problem) {
        // A run of the sign-in service's own, such as a code that nobody typed in, is a refusal too: nothing can be read.
        if locks_out(problem) && problem.service != Some(Service::MicrosoftGraph) {
            self.refused.store(true, Ordering::Relaxed);
            self.todo().look = true;
            self.wake.notify_one();
        }
    }

    fn miss(&self, source: Source, problem: &Problem) {
        if matches!(problem.kind, ProblemKind::Unreachable | ProblemKind::ServiceFailing) {
            self.missed().insert(source);
        }
    }

    fn found(&self, source: Source) {
        self.missed().remove(&source);
    }

    fn missed(&self) -> std::sync::MutexGuard<'_, BTreeSet<Source>> {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another directory is believed to back the organization than this one.
    pub(super) fn turned(&self, from: Backing) {
        self.announce(|news| match news {
            // Nothing was said of the one between.
            Some(News::From(earlier)) => News::From(earlier),
            _ => News::From(from),
        });
    }

    /// What backs the organization is known now, and was not when everything else was read.
    pub(super) fn first_known(&self) {
        self.announce(|news| news.unwrap_or(News::First));
    }

    fn announce(&self, what: impl FnOnce(Option<News>) -> News) {
        let mut todo = self.todo();
        todo.news = Some(what(todo.news));
        self.wake.notify_one();
    }

    fn todo(&self) -> std::sync::MutexGuard<'_, Todo> {
        self.todo.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The probe does not get through. Answers whether that is news.
    pub(super) fn gone(&self, now: Timestamp) -> bool {
        let mut since = self.gone_since();
        let is_news = since.is_none();
        since.get_or_insert(now);
        is_news
    }

    fn gone_since(&self) -> std::sync::MutexGuard<'_, Option<Timestamp>> {
        self.gone_since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Announces what is to be announced, and whenever somebody was refused: is it the switch?
pub(super) async fn follow(session: &Arc<Session>, stop: &CancellationToken) {
    loop {
        tokio::select! {
            () = session.gate.wake.notified() => {}
            () = stop.cancelled() => return,
        }
        let look = std::mem::take(&mut session.gate.todo().look);
        // Where there is something to announce, it answers why somebody was refused.
        if announces(session).await || !look || session.believed_backing().is_none() {
            continue;
        }
        tokio::select! {
            () = Box::pin(reading::backing(session)) => {}
            () = stop.cancelled() => return,
        }
        // After the switch the way that is meant for it was refused: what does it say of itself by now?
        if !announces(session).await && session.is_connected() {
            reading::read(session, &[Source::AfterConnect]).await;
        }
    }
}

/// Announces what backs the organization now, where that is to be announced.
async fn announces(session: &Arc<Session>) -> bool {
    let news = session.gate.todo().news.take();
    let (Some(news), Some(now)) = (news, session.believed_backing()) else { return false };
    if news == News::From(now) {
        // There and back again before anybody heard of it.
        return false;
    }
    announce(session, news, now).await;
    true
}

/// Another directory backs the organization: told, kept, and everything that depends on it is read again, with the credential
/// for now.
async fn announce(session: &Arc<Session>, news: News, now: Backing) {
    let name = |backing: Backing| match backing {
        Backing::MicrosoftAccounts => "Microsoft accounts".to_owned(),
        Backing::Tenant(tenant) => format!("tenant {tenant}"),
    };
    let text = match news {
        News::From(before) => format!("the directory changed: from {} to {}", name(before), name(now)),
        News::First => format!("backed by {}", name(now)),
    };
    session.happened(Source::Backing.name(), text).await;
    // Whoever saw it may not have come to tell it yet.
    session.tell(Msg::FactRead(Fact::Backing(Ok(now)), Timestamp::now())).await;
    if let News::From(from) = news {
        session.tell(Msg::Turned(Turn { at: Timestamp::now(), from, to: now })).await;
        // Whoever was refused before may be let in by the other way, now.
        session.services.ask_again();
    }
    let session = Arc::clone(session);
    // Beside the watch, which must not wait for a list.
    tokio::spawn(async move {
        reading::name_backing(&session).await;
        // First by which way and as whom: it is said while the lists are still under way.
        Box::pin(reading::read(&session, &[Source::AfterConnect, Source::Operator])).await;
        if !session.gate.refused.load(Ordering::Relaxed) {
            Box::pin(reading::read(&session, &BY_AZURE_DEVOPS)).await;
        }
    });
}

/// Whether the organization's people may be listed now. While the credential is refused one small question is asked in place of
/// the list; when it is answered, everything is read that was not.
pub(super) async fn may_list(session: &Arc<Session>) -> bool {
    if !session.gate.refused.load(Ordering::Relaxed) {
        return true;
    }
    Box::pin(reading::read(session, &[Source::Operator])).await;
    if session.gate.refused.load(Ordering::Relaxed) {
        return false;
    }
    session.happened(SIGN_IN, "Azure DevOps lets us in again; everything is read".to_owned()).await;
    Box::pin(reading::read(session, &BY_AZURE_DEVOPS)).await;
    false
}

/// The probe does not get through any more. Told once, until it does.
pub(super) async fn lost(session: &Session, problem: &Problem) {
    let text = format!("lost; what was read stays, the watch goes on ({})", problem.said);
    session.happened(CONNECTION, text).await;
}

/// The probe got through; if it had not, what was missed meanwhile is read now, not at its next turn.
pub(super) async fn back_again(session: &Arc<Session>) {
    let gone = session.gate.gone_since().take();
    let Some(since) = gone else { return };
    session.services.probe.connection_is_back();
    let seconds = Timestamp::now().duration_since(since).as_secs().max(1);
    session.happened(CONNECTION, format!("it is back after {seconds} s; nothing was lost")).await;
    let missed: Vec<Source> = std::mem::take(&mut *session.gate.missed()).into_iter().collect();
    if !missed.is_empty() {
        let session = Arc::clone(session);
        // Beside the watch, which must not wait for a list.
        tokio::spawn(async move { Box::pin(reading::read(&session, &missed)).await });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(kind: ProblemKind, service: Service) -> Problem {
        Problem::at(service, kind, "reading")
    }

    fn failed(source: Source, kind: ProblemKind, service: Service) -> Msg {
        Msg::ReadingFailed(source, problem(kind, service), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn only_a_refusal_by_azure_devops_closes_the_gate() {
        let gate = Gate::default();
        gate.hear(&failed(Source::Roster, ProblemKind::Unreachable, Service::AzureDevOpsEntitlements));
        gate.hear(&failed(Source::Directory, ProblemKind::NotSignedIn, Service::MicrosoftGraph));
        assert!(!gate.refused.load(Ordering::Relaxed));
        gate.hear(&failed(Source::Roster, ProblemKind::NotSignedIn, Service::AzureDevOpsEntitlements));
        assert!(gate.refused.load(Ordering::Relaxed));
    }

    #[test]
    fn what_was_missed_is_forgotten_when_it_was_read() {
        let gate = Gate::default();
        for source in [Source::Roster, Source::Directory] {
            gate.hear(&failed(source, ProblemKind::Unreachable, Service::AzureDevOps));
        }
        gate.hear(&Msg::RosterRead(Arc::default(), Timestamp::UNIX_EPOCH));
        assert_eq!(*gate.missed(), BTreeSet::from([Source::Directory]));
    }

    #[test]
    fn two_changes_that_nobody_heard_of_are_announced_as_one() {
        let (gate, tenant) =
            (Gate::default(), Backing::Tenant("c0000000-0000-4000-8000-000000000001".parse().unwrap()));
        gate.first_known();
        assert_eq!(gate.todo().news, Some(News::First));
        gate.turned(Backing::MicrosoftAccounts);
        gate.turned(tenant);
        gate.first_known();
        assert_eq!(gate.todo().news, Some(News::From(Backing::MicrosoftAccounts)));
    }
}
