//! The two lists of people, page by page.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::Problem;
use crate::domain::activity::{Progress, Source};
use crate::domain::matching::TenantIndex;
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
    match listing(session, source, session.azure_devops().users(Raw::Drop), on_page).await {
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
    let listed =
        listing(session, source, session.services.graph.users(Raw::Drop), |_: &[TenantUser]| None).await;
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
    let built = tokio::task::spawn_blocking(move || {
        let directory = Directory::new(users);
        let index = TenantIndex::build(&directory);
        (Arc::new(directory), Arc::new(index))
    })
    .await;
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
        latest.unsaved = true;
    });
    session.tell(Msg::DirectoryRead(directory, index, at)).await;
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
    if let Some(first) = skipped.first() {
        let _ =
            write!(text, ", {} left out, the first at row {}: {}", skipped.len(), first.row, first.reason);
    }
    event(session, source, text).await;
}
