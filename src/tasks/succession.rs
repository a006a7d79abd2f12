//! People whose storage key changed with the switch: found by what the reading from before it knows of them, and by nothing
//! less (see [`crate::domain::connection::join`]).

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::connection::ConnectionState;
use crate::domain::connection::join::{self, BeforeReading};
use crate::domain::people::Roster;
use crate::domain::plan::{Plan, PlanRow};
use crate::domain::{ObjectId, Problem, StorageKey};
use crate::store::{Reading, ReadingKind, Store};

use super::analysis::Analysis;
use super::observe;
use super::session::Session;

/// Rows of the plan whose key is gone and whose person was found under a new one; the new key is in them.
pub(super) async fn renamed(
    session: &Session,
    store: &Store,
    analysis: &Analysis,
    plan: &Plan,
) -> Result<Vec<PlanRow>, Problem> {
    let Some(roster) = analysis.roster.as_ref().filter(|_| analysis.state == ConnectionState::Connected)
    else {
        return Ok(Vec::new());
    };
    let lost: Vec<&PlanRow> = plan
        .rows
        .values()
        .filter(|row| {
            row.decision.is_decided()
                && row.new_storage_key.is_none()
                && roster.get(&row.storage_key).is_none()
        })
        .collect();
    if lost.is_empty() || session.remember(|latest| std::mem::replace(&mut latest.successors_sought, true)) {
        return Ok(Vec::new());
    }
    let search = Search::new(session, store, roster).await?;
    Ok(lost
        .into_iter()
        .filter_map(|row| {
            let key = search.new_key(&row.storage_key, row.decision.target())?;
            Some(PlanRow { new_storage_key: Some(key), ..row.clone() })
        })
        .collect())
}

/// What one search needs: the readings from before the switch, and everybody's memberships now.
pub(super) struct Search<'a> {
    before: BTreeMap<StorageKey, Reading>,
    known: BTreeSet<StorageKey>,
    roster: &'a Roster,
    memberships: BTreeMap<StorageKey, BTreeSet<String>>,
}

impl<'a> Search<'a> {
    pub(super) async fn new(session: &Session, store: &Store, roster: &'a Roster) -> Result<Self, Problem> {
        let before = store.readings(ReadingKind::Before).await?;
        let (_, memberships) = observe::groups(session).await?;
        let by_member = memberships.whole()?;
        let memberships = roster
            .people()
            .iter()
            .map(|user| {
                let groups = by_member.get(&user.descriptor).cloned().unwrap_or_default();
                (user.storage_key.clone(), groups.into_iter().collect())
            })
            .collect();
        Ok(Self { known: before.keys().cloned().collect(), before, roster, memberships })
    }

    pub(super) fn new_key(&self, key: &StorageKey, target: Option<ObjectId>) -> Option<StorageKey> {
        let before = self.before.get(key)?;
        let before = BeforeReading {
            storage_key: before.storage_key.clone(),
            principal_name: before.user.principal_name.to_string(),
            access_level: before.user.access_level.as_deref().map(str::to_owned),
            memberships: before.memberships.clone().map(|groups| groups.into_iter().collect()),
            target: target.or_else(|| before.target.as_ref().map(|user| user.id)),
        };
        join::new_key(&before, &self.known, self.roster, &self.memberships)
    }
}
