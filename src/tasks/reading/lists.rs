//! The two lists of people, page by page.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::Problem;
use crate::domain::activity::{Progress, Source};
use crate::domain::matching::{Changes, TenantIndex};
use crate::domain::people::{Directory, OrgUser, Roster, TenantUser};
use crate::services::{Pages, Raw, Skipped};
use crate::tasks::msg::{Fact, Msg};
use crate::tasks::session::Session;

use super::event;

/// The organization's people. Pages are handed on as they arrive.
pub(super) async fn roster(session: &Session) -> Option<Arc<Roster>> {
    let source = Source::Roster;
    session.tell(Msg::ReadingStarted(source, Timestamp::now())).await;
    let on_page = |items: &[OrgUser]| Some(Msg::RosterPageRead(Arc::new(items.to_vec())));
    let users = listing(session, source, session.azure_devops().users(Raw::Drop), on_page);
    match session.unless_stopped("reading the people of the organization", users).await {
        Ok((users, skipped)) => {
            let at = Timestamp::now();
            let roster = Arc::new(Roster::new(users));
            say_what_was_read(session, source, roster.people().len() + roster.services().len(), &skipped)
                .await;
            session.remember(|latest| {
                latest.roster = Some(Arc::clone(&roster));
                latest.successors_sought = false;
                latest.unsaved = true;
            });
            session.tell(Msg::RosterRead(Arc::clone(&roster), at)).await;
            Some(roster)
        }
        Err(problem) => {
            session.tell(Msg::ReadingFailed(source, problem.clone(), Timestamp::now())).await;
            for (source, fact) in [
                (Source::GraphIdentities, Fact::GraphIdentities(Err(problem.clone()))),
                (Source::HiddenIdentities, Fact::HiddenIdentities(Err(problem.clone()))),
            ] {
                let _ = source;
                session.tell(Msg::FactRead(fact, Timestamp::now())).await;
            }
            None
        }
    }
}

/// The tenant's people, and the deleted ones where they may be read; then the index over them.
pub(super) async fn directory(session: &Session) {
    let source = Source::Directory;
    session.tell(Msg::ReadingStarted(source, Timestamp::now())).await;
    let users = listing(session, source, session.services.graph.users(Raw::Drop), |_: &[TenantUser]| None);
    let listed = session.unless_stopped("reading the people of the tenant", users).await;
    let (mut users, skipped) = match listed {
        Ok(read) => read,
        Err(problem) => {
            session.tell(Msg::ReadingFailed(source, problem, Timestamp::now())).await;
            return;
        }
    };
    // Without the permission nobody is known to be deleted; the mapping itself would then say so.
    if let Ok((deleted, _)) = session.services.graph.deleted_users(Raw::Drop).all().await {
        users.extend(deleted.into_iter().map(|mut user| {
            user.deleted = true;
            user
        }));
    }
    let at = Timestamp::now();
    let known = session.latest();
    let known = known.directory.zip(known.index);
    let built = tokio::task::spawn_blocking(move || indexed(Directory::new(users), known)).await;
    let Ok((directory, index)) = built else {
        let problem = Problem::local(
            "building the index over the tenant's people",
            "the work ended unexpectedly",
            "Read again with `r`; if it happens again, report it with the log.",
        );
        session.tell(Msg::ReadingFailed(source, problem, Timestamp::now())).await;
        return;
    };
    say_what_was_read(session, source, directory.len(), &skipped).await;
    session.remember(|latest| {
        latest.directory = Some(Arc::clone(&directory));
        latest.index = Some(Arc::clone(&index));
        latest.unsaved = true;
    });
    session.tell(Msg::DirectoryRead(directory, index, at)).await;
}

/// The list with its index. Where the list was read before, the index is made from the one before; where nobody changed, both
/// stay what they are, so that everything made of them stays as well.
fn indexed(
    directory: Directory,
    known: Option<(Arc<Directory>, Arc<TenantIndex>)>,
) -> (Arc<Directory>, Arc<TenantIndex>) {
    let Some((old, index)) = known else {
        let index = TenantIndex::build(&directory);
        return (Arc::new(directory), Arc::new(index));
    };
    let changes = Changes::between(&old, &directory);
    tracing::debug!(changed = changes.len(), of = directory.len(), "the tenant's people were read again");
    if changes.is_empty() {
        return (old, index);
    }
    let index = index.updated(&old, &directory, &changes);
    (Arc::new(directory), Arc::new(index))
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

async fn say_what_was_read(session: &Session, source: Source, items: usize, skipped: &[Skipped]) {
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
