//! Destination and backing tenant told from files, where nobody could be asked.

use std::collections::BTreeMap;

use crate::domain::connection::Backing;
use crate::domain::ids::TenantId;
use crate::domain::people::{Directory, OrgUser, Roster};

/// Which tenant is the destination and what backs the organization, from the two lists alone (contract, "From files").
///
/// With `tenant` that is the destination. Without it, it is the directory that most of those Entra identities name whose
/// object is among the tenant users. In both cases the backing tenant is the other directory that more than half of the
/// remaining Entra identities share; where there is none, Microsoft accounts. `backing` overrides.
pub fn infer_destination(
    roster: &Roster,
    directory: &Directory,
    tenant: Option<TenantId>,
    backing: Option<TenantId>,
) -> (Option<TenantId>, Option<Backing>) {
    let in_directory = |user: &OrgUser| user.origin_object().is_some_and(|id| directory.get(id).is_some());
    let destination = tenant.or_else(|| {
        let connected: Vec<TenantId> = roster
            .people()
            .iter()
            .filter(|user| in_directory(user))
            .filter_map(OrgUser::identity_tenant)
            .collect();
        shared_by_most(&connected)
    });
    let backing = backing.or_else(|| {
        let rest: Vec<TenantId> = roster
            .people()
            .iter()
            .filter(|user| !in_directory(user))
            .filter_map(OrgUser::identity_tenant)
            .filter(|tenant| Some(*tenant) != destination)
            .collect();
        shared_by_most(&rest)
    });
    (destination, Some(backing.map_or(Backing::MicrosoftAccounts, Backing::Tenant)))
}

/// The one that more than half of them are.
fn shared_by_most(tenants: &[TenantId]) -> Option<TenantId> {
    let mut counts: BTreeMap<TenantId, usize> = BTreeMap::new();
    for tenant in tenants {
        *counts.entry(*tenant).or_default() += 1;
    }
    counts.into_iter().find(|(_, count)| count * 2 > tenants.len()).map(|(tenant, _)| tenant)
}
