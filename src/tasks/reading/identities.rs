//! Identities beside the people: without access, hidden, and the owner.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use crate::domain::activity::Source;
use crate::domain::facts::{LegacyIdentity, Owner};
use crate::domain::people::Roster;
use crate::domain::{Descriptor, Problem, StorageKey};
use crate::services::{GraphUser, Raw};
use crate::tasks::msg::{Fact, Msg};
use crate::tasks::session::Session;

use super::lists::listing;
use super::{ABREAST, fact};

/// Hidden identities are looked up address by address, one call each: for more people only for addresses that already
/// look doubled.
const LOOK_UPS: usize = 200;

/// Users of the graph who have no entitlement, and whether each is active.
pub(super) async fn graph_identities(session: &Session, roster: &Roster) -> Option<Vec<GraphUser>> {
    let source = Source::GraphIdentities;
    session.tell(Msg::ReadingStarted(source, Timestamp::now())).await;
    let azure = session.azure_devops().clone();
    let read = async {
        let (users, _) =
            listing(session, source, azure.graph_users(&["msa", "aad"], Raw::Drop), |_| None).await?;
        let known: BTreeSet<&Descriptor> =
            roster.people().iter().chain(roster.services()).map(|user| &user.descriptor).collect();
        let others: Vec<GraphUser> =
            users.iter().filter(|user| !known.contains(&user.descriptor)).cloned().collect();
        let identities = stream::iter(others)
            .map(|user| {
                let azure = azure.clone();
                async move {
                    // A state that cannot be read counts as active: `None`.
                    let active = azure.is_active(&user.descriptor).await.ok();
                    user.identity(active)
                }
            })
            .buffered(ABREAST)
            .collect::<Vec<_>>()
            .await;
        Ok::<_, Problem>((users, identities))
    };
    match read.await {
        Ok((users, identities)) => {
            session.tell(Msg::FactRead(Fact::GraphIdentities(Ok(identities)), Timestamp::now())).await;
            Some(users)
        }
        Err(problem) => {
            session.tell(Msg::FactRead(Fact::GraphIdentities(Err(problem)), Timestamp::now())).await;
            None
        }
    }
}

/// Identities that the people list does not show, and that share an address with somebody in it.
pub(super) async fn hidden_identities(session: &Session, roster: &Roster, graph_users: Vec<GraphUser>) {
    fact(session, Source::HiddenIdentities, async {
        let addresses = addresses_to_look_up(roster, &graph_users);
        let azure = session.azure_devops().clone();
        let keys: BTreeSet<StorageKey> =
            roster.people().iter().chain(roster.services()).map(|user| user.storage_key.clone()).collect();
        let mut found: Vec<LegacyIdentity> = Vec::new();
        let mut answers = stream::iter(addresses)
            .map(|address| {
                let azure = azure.clone();
                async move { azure.identities_at(&address).await }
            })
            .buffered(ABREAST);
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(identities) => found.extend(identities),
                Err(problem) => return Fact::HiddenIdentities(Err(problem)),
            }
        }
        found.retain(|identity| !keys.contains(&StorageKey::new(&identity.id)));
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found.dedup_by(|a, b| a.id == b.id);
        Fact::HiddenIdentities(Ok(found))
    })
    .await;
}

fn addresses_to_look_up(roster: &Roster, graph_users: &[GraphUser]) -> Vec<String> {
    let key = |text: &str| text.trim().to_lowercase();
    let of_people: BTreeSet<String> = roster
        .people()
        .iter()
        .flat_map(|user| [Some(user.principal_name.as_ref()), user.mail.as_deref()])
        .flatten()
        .filter(|address| address.contains('@'))
        .map(key)
        .collect();
    if of_people.len() <= LOOK_UPS {
        return of_people.into_iter().collect();
    }
    let descriptors: BTreeSet<&Descriptor> = roster.people().iter().map(|user| &user.descriptor).collect();
    graph_users
        .iter()
        .filter(|user| !descriptors.contains(&user.descriptor))
        .flat_map(|user| [Some(user.principal_name.as_str()), user.mail.as_deref()])
        .flatten()
        .map(key)
        .filter(|address| of_people.contains(address))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .take(LOOK_UPS)
        .collect()
}

/// The owner: from the service where it says so, else from the configuration or the administrator's word.
pub(super) async fn owner(session: &Session, roster: &Roster) {
    let told = match session.any_store() {
        Some(store) => store.load_plan().await.ok().and_then(|plan| plan.owner_told),
        None => None,
    }
    .or_else(|| session.owner.clone());
    fact(session, Source::Owner, async {
        let mut read = session.azure_devops().owner().await;
        if let (Err(_), Some(address)) = (&read, told) {
            read = Ok(Owner { storage_key: None, name: None, address: Some(address), told: true });
        }
        Fact::Owner(read.map(|owner| with_key(owner, roster)))
    })
    .await;
}

/// An owner known by address only is the one person in the roster who has that address.
fn with_key(mut owner: Owner, roster: &Roster) -> Owner {
    owner.storage_key = owner.storage_key.filter(|key| roster.get(key).is_some());
    if let (None, Some(address)) = (&owner.storage_key, &owner.address) {
        let mut matching = roster.people().iter().filter(|user| {
            user.principal_name.trim().eq_ignore_ascii_case(address.trim())
                || user.mail.as_deref().is_some_and(|mail| mail.trim().eq_ignore_ascii_case(address.trim()))
        });
        if let (Some(user), None) = (matching.next(), matching.next()) {
            owner.storage_key = Some(user.storage_key.clone());
        }
    }
    owner
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::OrgUser;
    use crate::domain::people::{EntitlementStatus, LastAccess, Origin};

    fn user(n: u32, address: &str) -> OrgUser {
        OrgUser {
            storage_key: StorageKey::new(&format!("00000000-0000-4000-8000-{n:012}")),
            descriptor: Descriptor::new(&format!("msa.{n}")),
            display_name: "Adele Vance".into(),
            principal_name: address.into(),
            mail: Some(address.into()),
            origin: Origin::Msa,
            origin_id: None,
            domain: None,
            meta_type: None,
            deleted_in_origin: false,
            access_level: None,
            status: EntitlementStatus::Active,
            last_accessed: LastAccess::Unknown,
            created: None,
        }
    }

    #[test]
    fn few_people_are_all_looked_up_and_many_only_where_doubled() {
        let few = Roster::new((0..3).map(|n| user(n, &format!("P{n}@fabrikam.com"))));
        assert_eq!(addresses_to_look_up(&few, &[]).len(), 3);
        let many = Roster::new((0..500).map(|n| user(n, &format!("p{n}@fabrikam.com"))));
        let double = GraphUser {
            descriptor: Descriptor::new("msa.hidden"),
            display_name: String::new(),
            principal_name: "P7@fabrikam.com ".into(),
            mail: None,
            origin: "msa".into(),
            origin_id: None,
            domain: None,
            meta_type: None,
            deleted_in_origin: false,
        };
        assert_eq!(addresses_to_look_up(&many, &[double]), ["p7@fabrikam.com"]);
    }

    #[test]
    fn an_owner_by_address_is_found_only_where_one_person_has_it() {
        let owner =
            || Owner { storage_key: None, name: None, address: Some("P1@Fabrikam.com".into()), told: true };
        let one = Roster::new([user(1, "p1@fabrikam.com"), user(2, "p2@fabrikam.com")]);
        assert_eq!(with_key(owner(), &one).storage_key, Some(user(1, "").storage_key));
        let two = Roster::new([user(1, "p1@fabrikam.com"), user(2, "p1@fabrikam.com")]);
        assert_eq!(with_key(owner(), &two).storage_key, None);
    }
}
