//! A list of people, page by page; the organization's.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::Problem;
use crate::domain::activity::{Progress, Source};
use crate::domain::news;
use crate::domain::people::{OrgUser, Roster};
use crate::services::{Pages, Raw, Skipped};
use crate::tasks::msg::{Fact, Msg};
use crate::tasks::session::Session;

use super::event;

/// The organization's people. Pages are handed on as they arrive.
pub(super) async fn roster(session: &Session) -> Result<Arc<Roster>, Problem> {
    let source = Source::Roster;
    session.tell(Msg::ReadingStarted(source, Timestamp::now())).await;
    let on_page = |items: &[OrgUser]| Some(Msg::RosterPageRead(Arc::new(items.to_vec())));
    let users = listing(session, source, session.azure_devops().users(Raw::Drop), on_page);
    match session.unless_stopped("reading the people of the organization", users).await {
        Ok((users, skipped)) => {
            let at = Timestamp::now();
            let known = session.latest().roster;
            let roster = unless_the_same(known.as_ref(), Roster::new(users));
            say_what_was_read(session, source, roster.people().len() + roster.services().len(), &skipped)
                .await;
            session.remember(|latest| {
                latest.roster = Some(Arc::clone(&roster));
                latest.successors_sought = false;
                latest.unsaved = true;
            });
            session.tell(Msg::RosterRead(Arc::clone(&roster), at)).await;
            if let Some(known) = known.filter(|known| !Arc::ptr_eq(known, &roster)) {
                notice(session, &known, &roster, at).await;
            }
            Ok(roster)
        }
        Err(problem) => {
            session.tell(Msg::ReadingFailed(source, problem.clone(), Timestamp::now())).await;
            // What needs the list fails with it.
            for fact in
                [Fact::GraphIdentities(Err(problem.clone())), Fact::HiddenIdentities(Err(problem.clone()))]
            {
                session.tell(Msg::FactRead(fact, Timestamp::now())).await;
            }
            Err(problem)
        }
    }
}

/// The list before, where nobody changed: everything that was made of it stays as well.
fn unless_the_same(known: Option<&Arc<Roster>>, read: Roster) -> Arc<Roster> {
    match known {
        Some(known) if known.people() == read.people() && known.services() == read.services() => {
            crate::tasks::discard::discard(read);
            Arc::clone(known)
        }
        _ => Arc::new(read),
    }
}

/// Tells what is different from the reading before.
async fn notice(session: &Session, old: &Arc<Roster>, new: &Arc<Roster>, at: Timestamp) {
    let (old, roster, destination) = (Arc::clone(old), Arc::clone(new), session.destination());
    let compared =
        tokio::task::spawn_blocking(move || news::organization(&old, &roster, destination, at)).await;
    let Ok(found) = compared else { return };
    if found.is_empty() {
        return;
    }
    let words = found.words(|key| Some(Arc::clone(&new.get(key)?.display_name)));
    event(session, Source::Roster, format!("since the reading before: {words}")).await;
    session.tell(Msg::Noticed(Arc::new(found))).await;
}

/// Reads a listing to its end, telling how far it is.
pub(super) async fn listing<T>(
    session: &Session,
    source: Source,
    mut pages: Pages<T>,
    on_page: impl Fn(&[T]) -> Option<Msg>,
) -> Result<(Vec<T>, Vec<Skipped>), Problem>
where
    T: Clone + Send + 'static,
{
    let started = Timestamp::now();
    let mut items = Vec::new();
    let mut skipped = Vec::new();
    while let Some(page) = pages.next().await? {
        if page.restarted {
            items.clear();
            skipped.clear();
        }
        if let Some(msg) = on_page(&page.items) {
            session.tell(msg).await;
        }
        items.extend(page.items);
        skipped.extend(page.skipped);
        let progress = Progress {
            started_at: started,
            pages: page.progress.pages,
            items: items.len(),
            bytes: page.progress.bytes,
            total: page.progress.total.and_then(|total| usize::try_from(total).ok()),
            waiting_until: None,
        };
        session.tell(Msg::ReadingProgressed(source, progress)).await;
    }
    Ok((items, skipped))
}

pub(super) async fn say_what_was_read(session: &Session, source: Source, items: usize, skipped: &[Skipped]) {
    let mut text = format!("{items} read");
    let (cut, gone): (Vec<&Skipped>, Vec<&Skipped>) = skipped.iter().partition(|row| row.used);
    if let Some(first) = gone.first() {
        let _ = write!(text, ", {} left out, the first at {first}", gone.len());
    }
    if let Some(first) = cut.first() {
        let _ = write!(text, ", {} read in part, the first at {first}", cut.len());
    }
    event(session, source, text).await;
    session.tell(Msg::RowsLeftOut(source, skipped.len())).await;
}
