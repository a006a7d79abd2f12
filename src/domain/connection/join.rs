//! Who is who across the switch, should the storage key have changed.
//!
//! Storage keys are believed to survive the switch and a mapping, but no public source proves it. The rule of the glossary: *the
//! old key is gone and exactly one entitlement whose origin id is the planned target holds this person's access level and direct
//! memberships* is the same person under a new key; for a person who stays disconnected the principal name takes the place of the
//! target. Anything less certain is nobody: a wrong join would hand one person's row to another.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::people::{EntitlementStatus, OrgUser, Roster};
use crate::domain::plan::address;

/// What a reading before the switch knew about one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeforeReading {
    /// The planned key.
    pub storage_key: StorageKey,
    /// The sign-in address.
    pub principal_name: String,
    /// The access level, as the service showed it.
    pub access_level: Option<String>,
    /// The groups of which the person was a direct member, by an id that the switch does not change (the storage key or the
    /// principal name of the group); `None` when they were not read.
    pub memberships: Option<BTreeSet<String>>,
    /// The planned target of a map; of `automatic` and `keep` the forecast one.
    pub target: Option<ObjectId>,
}

/// The new key of this person, where the old one is gone and exactly one entitlement can only be theirs. `known_before` are the
/// keys of everybody in the reading before the switch: somebody who was there already is nobody's new key.
pub fn new_key(
    before: &BeforeReading,
    known_before: &BTreeSet<StorageKey>,
    after: &Roster,
    memberships_after: &BTreeMap<StorageKey, BTreeSet<String>>,
) -> Option<StorageKey> {
    if after.get(&before.storage_key).is_some() {
        return None;
    }
    let held = before.memberships.as_ref()?;
    let is_theirs = |user: &&OrgUser| {
        let same_rights = user.access_level.as_deref() == before.access_level.as_deref()
            && memberships_after.get(&user.storage_key) == Some(held);
        let same_person = match (before.target, user.origin_object()) {
            (Some(target), Some(object)) if object == target => true,
            // Whoever stays disconnected is still under the old name, and not another object of the tenant.
            (_, None) | (None, Some(_)) => address::same(&user.principal_name, &before.principal_name),
            (Some(_), Some(_)) => false,
        };
        same_rights
            && same_person
            && user.status != EntitlementStatus::Deleted
            && !known_before.contains(&user.storage_key)
    };
    let mut found = after.people().iter().filter(is_theirs);
    match (found.next(), found.next()) {
        (Some(user), None) => Some(user.storage_key.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::fixtures::*;

    fn groups(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn before(target: Option<u32>) -> BeforeReading {
        BeforeReading {
            storage_key: key(1),
            principal_name: "adele@fabrikam.com".into(),
            access_level: Some("Basic".into()),
            memberships: Some(groups(&["readers", "builders"])),
            target: target.map(object),
        }
    }

    fn mapped(n: u32, to: u32) -> OrgUser {
        in_tenant(org_user(n, "Adele Vance", "adele@contoso.com"), tenant(1), object(to))
    }

    fn find(before: &BeforeReading, users: Vec<OrgUser>, held: &[(u32, &[&str])]) -> Option<StorageKey> {
        let memberships = held.iter().map(|(n, names)| (key(*n), groups(names))).collect();
        new_key(before, &[key(1), key(2)].into(), &roster(users), &memberships)
    }

    const BOTH: &[&str] = &["builders", "readers"];

    #[test]
    fn exactly_one_entitlement_of_the_target_with_the_same_rights() {
        assert_eq!(find(&before(Some(7)), vec![mapped(11, 7)], &[(11, BOTH)]), Some(key(11)));
    }

    #[test]
    fn anything_less_certain_is_nobody() {
        let target = before(Some(7));
        let old = org_user(1, "Adele Vance", "adele@fabrikam.com");
        assert_eq!(find(&target, vec![old, mapped(11, 7)], &[(11, BOTH)]), None, "the old key is there");
        assert_eq!(find(&target, vec![mapped(11, 8)], &[(11, BOTH)]), None, "another target");
        assert_eq!(find(&target, vec![mapped(11, 7)], &[(11, &["readers"])]), None, "other memberships");
        assert_eq!(find(&target, vec![mapped(11, 7)], &[]), None, "memberships not read");
        assert_eq!(find(&target, vec![mapped(2, 7)], &[(2, BOTH)]), None, "a key that was there before");
        let mut stakeholder = mapped(11, 7);
        stakeholder.access_level = Some("Stakeholder".into());
        assert_eq!(find(&target, vec![stakeholder], &[(11, BOTH)]), None, "another access level");
        let mut deleted = mapped(11, 7);
        deleted.status = EntitlementStatus::Deleted;
        assert_eq!(find(&target, vec![deleted], &[(11, BOTH)]), None, "deleted");
        let unread = BeforeReading { memberships: None, ..before(Some(7)) };
        assert_eq!(find(&unread, vec![mapped(11, 7)], &[(11, BOTH)]), None, "not read before");
        assert_eq!(
            find(&target, vec![mapped(11, 7), mapped(12, 7)], &[(11, BOTH), (12, BOTH)]),
            None,
            "two of them"
        );
    }

    #[test]
    fn who_stays_disconnected_is_found_by_the_principal_name() {
        let same = org_user(11, "Adele Vance", "Adele@fabrikam.com");
        let other = org_user(12, "Adele Vance", "adele2@fabrikam.com");
        let held: &[(u32, &[&str])] = &[(11, BOTH), (12, BOTH)];
        for target in [None, Some(7)] {
            assert_eq!(find(&before(target), vec![same.clone(), other.clone()], held), Some(key(11)));
        }
        let twin = org_user(13, "Adele Vance", "adele@fabrikam.com");
        let held: &[(u32, &[&str])] = &[(11, BOTH), (13, BOTH)];
        assert_eq!(find(&before(None), vec![same, twin], held), None, "two of them");
        let somebody_else = in_tenant(org_user(11, "Adele", "adele@fabrikam.com"), tenant(1), object(9));
        assert_eq!(
            find(&before(Some(7)), vec![somebody_else], &[(11, BOTH)]),
            None,
            "mapped to somebody else than planned"
        );
    }
}
