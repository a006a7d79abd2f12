//! Whether somebody may be removed at this moment: the operator, the owner, the administrators and the protected addresses are
//! asked for again right before the call. Whoever became one of them since the last reading stays.
//!
//! What cannot be read stands against the removal; but for the owner, whom the service may not tell at all (that read is not
//! documented): then the word of the administrator or of the configuration counts, as everywhere.

use std::collections::HashMap;

use tokio::sync::{Mutex, OnceCell};

use crate::domain::people::OrgUser;
use crate::domain::plan::{Kept, Plan, address};
use crate::domain::schedule::machine::RightsNow;
use crate::domain::{Descriptor, Problem, ProblemKind, StorageKey};
use crate::services::AzureDevOps;
use crate::tasks::session::Session;

/// What does not change during a run, so that it is asked for once: a run ends when what backs the organization changes.
#[derive(Debug, Default)]
pub(super) struct Rights {
    /// The group of administrators.
    group: OnceCell<Descriptor>,
    /// The storage keys of its members.
    keys: Mutex<HashMap<Descriptor, StorageKey>>,
}

impl Rights {
    /// Reads what stands against removing this person, who was read just before.
    pub(super) async fn of(
        &self,
        session: &Session,
        plan: &Plan,
        person: &OrgUser,
    ) -> Result<RightsNow, Problem> {
        let kept = self.kept(session, plan, person).await?;
        Ok(kept.map_or(RightsNow::Ordinary, |kept| RightsNow::Kept(kept.to_string())))
    }

    async fn kept(&self, session: &Session, plan: &Plan, person: &OrgUser) -> Result<Option<Kept>, Problem> {
        if address::is_listed(person, &session.context.protected) {
            return Ok(Some(Kept::Protected));
        }
        let azure = session.azure_devops();
        let operator = azure.operator().await?;
        let own = operator.storage_key == person.storage_key
            || operator.descriptor.as_ref() == Some(&person.descriptor)
            || plan.operator_keys.contains(&person.storage_key)
            || person.origin_object().is_some_and(|object| plan.operator_objects.contains(&object));
        if own {
            return Ok(Some(Kept::Own));
        }
        if owns(session, azure, plan, person).await? {
            return Ok(Some(Kept::Owner));
        }
        Ok(self.is_administrator(session, azure, person).await?.then_some(Kept::Administrator))
    }

    async fn is_administrator(
        &self,
        session: &Session,
        azure: &AzureDevOps,
        person: &OrgUser,
    ) -> Result<bool, Problem> {
        let group = self.group.get_or_try_init(|| azure.administrators_group()).await?;
        let now = azure.people_in(group, Some(&session.services.graph)).await?;
        if now.people.contains(&person.descriptor)
            || person.origin_object().is_some_and(|object| now.objects.contains(&object))
        {
            return Ok(true);
        }
        // The same person may be a member under another descriptor.
        for member in &now.people {
            if self.key(azure, member).await? == person.storage_key {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn key(&self, azure: &AzureDevOps, member: &Descriptor) -> Result<StorageKey, Problem> {
        let mut keys = self.keys.lock().await;
        if let Some(key) = keys.get(member) {
            return Ok(key.clone());
        }
        let key = azure.storage_key(member).await?;
        keys.insert(member.clone(), key.clone());
        Ok(key)
    }
}

/// Whether this person owns the organization, as far as the service or somebody says.
async fn owns(
    session: &Session,
    azure: &AzureDevOps,
    plan: &Plan,
    person: &OrgUser,
) -> Result<bool, Problem> {
    match azure.owner().await {
        Ok(owner) => Ok(match owner.storage_key {
            Some(key) if key == person.storage_key => true,
            _ => owner.address.is_some_and(|address| address::is_listed(person, &[address])),
        }),
        Err(problem)
            if matches!(
                problem.kind,
                ProblemKind::NotAllowed
                    | ProblemKind::NotFound
                    | ProblemKind::BadAnswer
                    | ProblemKind::Refused
            ) =>
        {
            Ok(address::is_listed(person, plan.owner_told.iter().chain(&session.owner)))
        }
        Err(problem) => Err(problem),
    }
}
