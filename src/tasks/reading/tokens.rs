//! Everybody's tokens and SSH keys: two calls or more a person, so it is slow, shows how long it will take, and can be
//! interrupted: what was read is kept in the store, and the next time only the others are asked.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};

use crate::domain::activity::{Progress, Source};
use crate::domain::facts::{TokenInventory, TokensBefore};
use crate::domain::people::{OrgUser, Roster};
use crate::domain::{Descriptor, Problem, ProblemKind, StorageKey};
use crate::tasks::msg::{Fact, Msg};
use crate::tasks::observe;
use crate::tasks::session::Session;

use super::ABREAST;

/// The place in the store.
const KEPT: &str = "tokens";

/// The place of what was read before the switch: afterwards it says who had what.
const KEPT_BEFORE: &str = "tokens-before";

/// What was read within so many hours is not read again.
const FRESH_HOURS: i64 = 12;

/// So many people are read between two savings.
const STEP: usize = 25;

/// What earlier sittings read; `None` where nothing was, or there is no store.
pub(in crate::tasks) async fn known(session: &Session) -> Option<TokenInventory> {
    let value = session.any_store()?.session_get(KEPT).await.ok()??;
    serde_json::from_value(value).ok()
}

/// What was read before the switch.
pub(in crate::tasks) async fn before(session: &Session) -> Option<TokenInventory> {
    let value = session.any_store()?.session_get(KEPT_BEFORE).await.ok()??;
    serde_json::from_value(value).ok()
}

/// When the switch was seen. Where this reading is the first to see it, that is now, and the store is told.
async fn switched_at(session: &Session) -> Option<Timestamp> {
    let store = session.any_store()?;
    if let Some(at) = store.switched_at().await.ok()? {
        return Some(at);
    }
    let first = store.load_plan().await.ok()?.first_backing?;
    if !session.is_connected() || session.believed_backing() == Some(first) {
        return None;
    }
    let now = Timestamp::now();
    // A store that can only be read is told by the next run that may write.
    if let Ok(store) = session.store() {
        store.mark_switched(now).await.ok()?;
    }
    Some(now)
}

/// Reads everybody and tells the inventory, or why there is none.
pub(in crate::tasks) async fn read(session: &Session, roster: &Roster) {
    let result = of(session, roster.people()).await;
    let before = of_before(session).await;
    let result = match result {
        Ok(inventory) => Ok(TokenInventory { before, ..inventory }),
        // Nobody may ask any more, or not yet: what was read before the switch is still worth telling.
        Err(problem) if before.is_some() => {
            let everybody = roster.people().iter().map(|user| user.storage_key.clone());
            let unread = everybody.map(|key| (key, problem.headline())).collect();
            Ok(TokenInventory { before, unread, ..TokenInventory::default() })
        }
        Err(problem) => Err(problem),
    };
    let is_stopped =
        matches!(&result, Err(problem) if matches!(problem.kind, ProblemKind::Cancelled | ProblemKind::NotSignedIn));
    session.tell(Msg::FactRead(Fact::Tokens(result), Timestamp::now())).await;
    if !is_stopped {
        let found = observe::workloads(session).await;
        session.tell(Msg::FactRead(Fact::Workloads(found), Timestamp::now())).await;
    }
}

/// What was read before the switch, once one was seen.
async fn of_before(session: &Session) -> Option<Arc<TokensBefore>> {
    let switched_at = switched_at(session).await?;
    let inventory = before(session).await?;
    let renamed = session.stored_plan().await?.ok()?.renamed;
    Some(Arc::new(TokensBefore { switched_at, inventory, renamed }))
}

/// The inventory of these people, with what earlier sittings read.
pub(in crate::tasks) async fn of(session: &Session, people: &[OrgUser]) -> Result<TokenInventory, Problem> {
    let known = known(session).await;
    let source = Source::Tokens;
    let started_at = Timestamp::now();
    session.tell(Msg::ReadingStarted(source, started_at)).await;
    let switched = switched_at(session).await;
    let mut inventory = still_fresh(known.unwrap_or_default(), people, started_at, switched);
    let before = inventory.people.len();
    let open: Vec<(StorageKey, Descriptor)> = people
        .iter()
        .filter(|user| !user.is_service_identity() && !inventory.people.contains_key(&user.storage_key))
        .map(|user| (user.storage_key.clone(), user.descriptor.clone()))
        .collect();
    let total = open.len();
    if before > 0 {
        session.happened(source.name(), format!("{before} people were read before; {total} are left")).await;
    }
    let azure = session.azure_devops().clone();
    let mut answers = stream::iter(open)
        .map(|(key, descriptor)| {
            let azure = azure.clone();
            async move { (key, azure.tokens_one_by_one(&descriptor).await) }
        })
        .buffered(ABREAST);
    let mut done = 0;
    let mut ended = None;
    let mut stop = session.stop();
    loop {
        let next = tokio::select! {
            biased;
            next = answers.next() => next,
            Ok(()) = stop.changed() => {
                // What was read is kept; of the others it is said that nobody asked.
                for user in people {
                    if !inventory.people.contains_key(&user.storage_key) {
                        let why = "the reading was stopped; the next one goes on here".to_owned();
                        inventory.unread.entry(user.storage_key.clone()).or_insert(why);
                    }
                }
                None
            }
        };
        let Some((key, answer)) = next else { break };
        match answer {
            Ok((counts, notes)) => {
                inventory.read_at.insert(key.clone(), Timestamp::now());
                if !notes.is_empty() {
                    inventory.notes.insert(key.clone(), notes);
                }
                inventory.people.insert(key, counts);
            }
            Err(problem) if problem.kind.fails_for_all() => {
                ended = Some(problem);
                break;
            }
            Err(problem) => {
                inventory.unread.insert(key, problem.headline());
            }
        }
        done += 1;
        if done % STEP == 0 {
            keep(session, &inventory).await;
        }
        let progress = Progress { items: done, total: Some(total), ..Progress::started(started_at) };
        session.tell(Msg::ReadingProgressed(source, progress)).await;
    }
    keep(session, &inventory).await;
    session.tell(Msg::ReadingEnded(source)).await;
    match ended {
        Some(problem) => Err(problem),
        None => Ok(inventory),
    }
}

/// What an earlier sitting read of people who are still there, as long as it is not old. Failures are tried again.
fn still_fresh(
    mut inventory: TokenInventory,
    people: &[OrgUser],
    now: Timestamp,
    switched: Option<Timestamp>,
) -> TokenInventory {
    let there: std::collections::BTreeSet<&StorageKey> =
        people.iter().map(|user| &user.storage_key).collect();
    let fresh = |key: &StorageKey, read_at: Option<&Timestamp>| {
        there.contains(key)
            && read_at.is_some_and(|at| now.duration_since(*at) < SignedDuration::from_hours(FRESH_HOURS))
            // What was read before the switch says nothing about after it.
            && read_at.zip(switched.as_ref()).is_none_or(|(at, switched)| at >= switched)
    };
    let TokenInventory { people: counts, unread, notes, read_at, .. } = &mut inventory;
    counts.retain(|key, _| fresh(key, read_at.get(key)));
    notes.retain(|key, _| counts.contains_key(key));
    read_at.retain(|key, _| counts.contains_key(key));
    unread.clear();
    inventory
}

/// Keeps what was read. Without a store the next sitting begins anew; that is said nowhere, because nothing is lost.
async fn keep(session: &Session, inventory: &TokenInventory) {
    if let (Ok(store), Ok(value)) = (session.store(), serde_json::to_value(inventory)) {
        if !session.is_connected() {
            let _ = store.session_put(KEPT_BEFORE, value.clone()).await;
        }
        let _ = store.session_put(KEPT, value).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::{PersonTokens, TokenNote};
    use crate::domain::plan::fixtures::{key, now, org_user};

    #[test]
    fn what_is_old_or_gone_is_read_again() {
        let mut inventory = TokenInventory::default();
        let hours = |hours: i64| now() - SignedDuration::from_hours(hours);
        for (n, age) in [(1, 1), (2, 13), (9, 1)] {
            inventory.people.insert(key(n), PersonTokens::default());
            inventory.read_at.insert(key(n), hours(age));
        }
        let note =
            TokenNote { ssh: true, name: None, scope: None, global: false, valid_from: None, valid_to: None };
        inventory.notes.insert(key(1), vec![note.clone()]);
        inventory.notes.insert(key(2), vec![note]);
        inventory.unread.insert(key(3), "503".into());
        let people = [org_user(1, "A", "a@x"), org_user(2, "B", "b@x"), org_user(3, "C", "c@x")];
        let fresh = still_fresh(inventory.clone(), &people, now(), None);
        assert_eq!(fresh.people.keys().collect::<Vec<_>>(), [&key(1)]);
        assert_eq!(fresh.notes.keys().collect::<Vec<_>>(), [&key(1)]);
        assert!(fresh.unread.is_empty(), "a failure is tried again");
        assert!(
            still_fresh(inventory, &people, now(), Some(now())).people.is_empty(),
            "the switch was since"
        );
    }
}
