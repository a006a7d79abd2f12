//! The tenant's people: all of them once, and from then on only what changed.
//!
//! Before the list is read, the service is asked for a link to the changes that come from now on; what changes while the list
//! is under way is then told once more, and never missed. The link and the list belong together, so both are replaced together
//! and read by one at a time. Where there are no changes to be had (external tenants), where a link has ended, where somebody
//! is told about who was never read, and once an hour anyway, everybody is read anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::domain::activity::Source;
use crate::domain::matching::{Changes, TenantIndex};
use crate::domain::news::{self, Found};
use crate::domain::people::patch::Merged;
use crate::domain::people::{Directory, TenantUser};
use crate::domain::polling::WHOLE_AGAIN;
use crate::domain::{ObjectId, Problem, ProblemKind};
use crate::services::{Delta, DeltaLink, DeltaRound, Raw};
use crate::tasks::msg::Msg;
use crate::tasks::session::Session;

use super::event;
use super::lists::{listing, say_what_was_read};

/// More people than this are not read one by one.
const ONE_BY_ONE: usize = 20;

/// The list with its index.
type Indexed = (Arc<Directory>, Arc<TenantIndex>);

/// Reads everybody, and the deleted ones where they may be read; then the index over them. What went wrong was told.
pub(super) async fn whole(session: &Session) -> Result<(), Problem> {
    let _alone = session.reading_directory.lock().await;
    told(session, whole_alone(session).await).await
}

/// Tells what went wrong, here and nowhere below.
async fn told(session: &Session, result: Result<(), Problem>) -> Result<(), Problem> {
    if let Err(problem) = &result {
        session.tell(Msg::ReadingFailed(Source::Directory, problem.clone(), Timestamp::now())).await;
    }
    result
}

async fn whole_alone(session: &Session) -> Result<(), Problem> {
    let reading = async {
        session.tell(Msg::ReadingStarted(Source::Directory, Timestamp::now())).await;
        try_whole(session).await
    };
    session.unless_stopped("reading the people of the tenant", Box::pin(reading)).await
}

async fn try_whole(session: &Session) -> Result<(), Problem> {
    let source = Source::Directory;
    let link = beginning(session).await?;
    let (mut users, skipped) =
        listing(session, source, session.services.graph.users(Raw::Drop), |_: &[TenantUser]| None).await?;
    // Without the permission nobody is known to be deleted; the mapping itself would then say so.
    if let Ok((deleted, _)) = session.services.graph.deleted_users(Raw::Drop).all().await {
        users.extend(deleted);
    }
    let at = Timestamp::now();
    let known = known(session);
    let built = off_thread(move || indexed(Directory::new(users), known, at)).await?;
    say_what_was_read(session, source, built.0.0.len(), &skipped).await;
    keep(session, built, link.map(|link| (link, at)), at).await;
    Ok(())
}

/// Where the changes begin; `None` where there are none to be had, or where nobody will ask for them.
async fn beginning(session: &Session) -> Result<Option<DeltaLink>, Problem> {
    if !session.lasts() {
        return Ok(None);
    }
    match session.services.graph.delta_from_now().await {
        Ok(link) => Ok(Some(link)),
        // Whatever stands in the way of this stands in the way of the list too.
        Err(problem)
            if matches!(
                problem.kind,
                ProblemKind::NotSignedIn
                    | ProblemKind::NotAllowed
                    | ProblemKind::Unreachable
                    | ProblemKind::Throttled
                    | ProblemKind::Local
                    | ProblemKind::Cancelled
            ) =>
        {
            Err(problem)
        }
        Err(problem) => {
            let text = format!(
                "changes cannot be asked for ({}): everybody is read instead, once an hour",
                problem.headline()
            );
            event(session, Source::Directory, text).await;
            Ok(None)
        }
    }
}

/// Asks for what changed since the last time, and merges it. Reads everybody where that is what is needed. What went wrong was
/// told.
pub(super) async fn changes(session: &Session) -> Result<(), Problem> {
    let _alone = session.reading_directory.lock().await;
    told(session, changes_alone(session).await).await
}

async fn changes_alone(session: &Session) -> Result<(), Problem> {
    let latest = session.latest();
    let Some(known) = latest.directory.zip(latest.index) else { return whole_alone(session).await };
    let whole_is_due = |read: Timestamp| {
        let due = SignedDuration::try_from(WHOLE_AGAIN).unwrap_or(SignedDuration::MAX);
        Timestamp::now().duration_since(read) >= due
    };
    let Some((link, read)) = latest.changes else {
        // Without changes the whole list is the only way, and a large one is not read every minute.
        return match session.remember(|latest| latest.directory_read) {
            Some(read) if !whole_is_due(read) => Ok(()),
            _ => whole_alone(session).await,
        };
    };
    if whole_is_due(read) {
        return whole_alone(session).await;
    }
    match session.services.graph.delta(&link).await {
        Ok(Delta::Round(round)) => Box::pin(merge(session, known, round, read)).await,
        Ok(Delta::Expired(problem)) => {
            let text = format!(
                "the list of changes is not known any more ({}): everybody is read anew",
                problem.said
            );
            event(session, Source::Directory, text).await;
            session.remember(|latest| latest.changes = None);
            whole_alone(session).await
        }
        Err(problem) => Err(problem),
    }
}

async fn merge(session: &Session, known: Indexed, round: DeltaRound, read: Timestamp) -> Result<(), Problem> {
    let DeltaRound { changes, skipped, link } = round;
    if let Some(first) = skipped.first() {
        let text = format!("a change could not be read ({first}): everybody is read anew");
        event(session, Source::Directory, text).await;
        session.remember(|latest| latest.changes = None);
        return whole_alone(session).await;
    }
    let at = Timestamp::now();
    let (before, index) = known.clone();
    let (merged, before) = off_thread(move || (before.merged(changes), before)).await?;
    let Merged { directory, unknown } = merged;
    if unknown.len() > ONE_BY_ONE {
        session.remember(|latest| latest.changes = None);
        return whole_alone(session).await;
    }
    let strangers = strangers(session, &unknown).await?;
    if directory.is_none() && strangers.is_empty() {
        session.remember(|latest| latest.changes = Some((link, read)));
        session.tell(Msg::DirectoryUnchanged(at)).await;
        return Ok(());
    }
    let built = off_thread(move || {
        let merged = directory.unwrap_or_else(|| Directory::clone(&before));
        indexed(merged.with(strangers), Some((before, index)), at)
    })
    .await?;
    if let (_, Some(found)) = &built {
        event(session, Source::Directory, format!("changes: {}", found.words(|_| None))).await;
    }
    keep(session, built, Some((link, read)), at).await;
    Ok(())
}

/// People who are told about in part and were never read: each by themselves. Who is gone by now is left out.
async fn strangers(session: &Session, unknown: &BTreeSet<ObjectId>) -> Result<Vec<TenantUser>, Problem> {
    let mut found = Vec::new();
    for id in unknown {
        match session.services.graph.user(*id).await {
            Ok(user) => found.push(user),
            Err(problem) if problem.kind == ProblemKind::NotFound => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(found)
}

fn known(session: &Session) -> Option<Indexed> {
    let latest = session.latest();
    latest.directory.zip(latest.index)
}

/// Keeps a reading and tells it.
async fn keep(
    session: &Session,
    ((directory, index), found): (Indexed, Option<Found>),
    link: Option<(DeltaLink, Timestamp)>,
    at: Timestamp,
) {
    session.remember(|latest| {
        let same = latest.directory.as_ref().is_some_and(|old| Arc::ptr_eq(old, &directory));
        latest.directory = Some(Arc::clone(&directory));
        latest.index = Some(Arc::clone(&index));
        latest.directory_read = Some(at);
        latest.changes = link;
        latest.unsaved |= !same;
    });
    session.tell(Msg::DirectoryRead(directory, index, at)).await;
    if let Some(found) = found {
        session.tell(Msg::Noticed(Arc::new(found))).await;
    }
}

/// The list with its index. Where the list was read before, the index is made from the one before; where nobody changed, both
/// stay what they are, so that everything made of them stays as well.
fn indexed(directory: Directory, known: Option<Indexed>, at: Timestamp) -> (Indexed, Option<Found>) {
    let Some((old, index)) = known else {
        let index = TenantIndex::build(&directory);
        return ((Arc::new(directory), Arc::new(index)), None);
    };
    let changes = Changes::between(&old, &directory);
    tracing::debug!(changed = changes.len(), of = directory.len(), "the tenant's people were read again");
    if changes.is_empty() {
        return ((old, index), None);
    }
    let found = news::tenant(&old, &directory, &changes, at);
    let index = index.updated(&old, &directory, &changes);
    ((Arc::new(directory), Arc::new(index)), Some(found))
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| {
        Problem::local(
            "building the index over the tenant's people",
            "the work ended unexpectedly",
            "Read again with `r`; if it happens again, report it with the log.",
        )
    })
}
