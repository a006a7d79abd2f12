//! What is different in the whole set since an earlier forecast, as far as it can matter to people who did not change
//! themselves.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use super::{Claimed, SAME_DAYS, Shared, active, by_address, own_domains, planned, read_at};
use crate::domain::forecast::Material;
use crate::domain::forecast::patterns::Patterns;
use crate::domain::forecast::standing::Standing;
use crate::domain::ids::ObjectId;
use crate::domain::matching::TenantIndex;
use crate::domain::people::{Directory, Roster};

/// What is different.
#[derive(Debug, Default)]
pub(in crate::domain::forecast) struct Differences {
    /// Tenant users that somebody else claims now, or claims no more; who became active, or are no more.
    pub(in crate::domain::forecast) objects: HashSet<ObjectId>,
    /// Tenant users for whom the plan holds something else.
    pub(in crate::domain::forecast) planned: HashSet<ObjectId>,
    /// Domains that became the tenant's own, or are no more.
    pub(in crate::domain::forecast) domains: HashSet<String>,
    /// Days on which many accounts were made, as it seems now and did not before, or the other way round.
    pub(in crate::domain::forecast) days: BTreeSet<i64>,
}

impl Shared {
    /// Looks over the lists again, but not over what cannot have changed.
    pub(in crate::domain::forecast) fn again(&self, before: &Material<'_>, after: &Material<'_>) -> Self {
        let same_people = std::ptr::eq(before.roster, after.roster);
        let same_tenant = std::ptr::eq(before.directory, after.directory);
        let (old, new) = (before.situation, after.situation);
        let same_tenants = (old.destination, old.backing, old.previous_backing)
            == (new.destination, new.backing, new.previous_backing);
        let same_identities = old.graph_identities == new.graph_identities;
        let Material { roster, directory, index, situation } = *after;
        let standings = OnceCell::new();
        let standings = || standings.get_or_init(|| Standing::of_everybody(roster, directory, situation));
        let claimed = || Arc::new(Claimed::new(roster, directory, index, standings()));
        let kept = |same: bool| same.then_some(self);
        let mut shared = Self {
            by_address: kept(same_people)
                .map_or_else(|| Arc::new(by_address(roster)), |old| Arc::clone(&old.by_address)),
            claimed: kept(same_people && same_tenant && same_tenants)
                .map_or_else(claimed, |old| Arc::clone(&old.claimed)),
            active: kept(same_people && same_identities)
                .map_or_else(|| Arc::new(active(roster, situation)), |old| Arc::clone(&old.active)),
            planned: planned(situation),
            domains: kept(same_tenant)
                .map_or_else(|| Arc::new(own_domains(directory)), |old| Arc::clone(&old.domains)),
            read_at: read_at(roster, situation),
            patterns: Arc::clone(&self.patterns),
        };
        if !(same_people && same_tenant && same_tenants && same_identities && old.patterns == new.patterns) {
            let patterns = Patterns::find(roster, directory, index, situation, standings(), &shared);
            shared.patterns = Arc::new(patterns);
        }
        shared
    }

    /// What is different from what was known before. `places` says for everybody in the new roster where they were in the old
    /// one, `renamed` who of them has another name or address now.
    pub(in crate::domain::forecast) fn differences(
        &self,
        before: &Material<'_>,
        old: &Self,
        after: &Material<'_>,
        places: &[Option<u32>],
        renamed: &HashSet<u32>,
    ) -> Differences {
        // whoever adds to what the whole set knows has to say here whom a change of it concerns
        let Self { by_address: _, claimed, active, planned, domains, read_at: _, patterns: _ } = self;
        let mut found = Differences::default();
        if !Arc::ptr_eq(claimed, &old.claimed) {
            let was = old.claimed.of_everybody(before.roster, before.directory, before.index);
            let is = claimed.of_everybody(after.roster, after.directory, after.index);
            let mut met = vec![false; was.len()];
            for (at, (claim, place)) in (0_u32..).zip(is.iter().zip(places)) {
                let earlier = place.and_then(|at| {
                    if let Some(mark) = met.get_mut(at as usize) {
                        *mark = true;
                    }
                    was.get(at as usize)
                });
                if earlier != Some(claim) || renamed.contains(&at) {
                    found.objects.extend(claim.map(|(object, _)| object));
                    found.objects.extend(earlier.copied().flatten().map(|(object, _)| object));
                }
            }
            let gone = was.iter().zip(met).filter(|(_, met)| !met);
            found.objects.extend(gone.filter_map(|(claim, _)| Some((*claim)?.0)));
            let days = old.claimed.made_on.keys().chain(claimed.made_on.keys());
            let around = days.flat_map(|day| day - SAME_DAYS..=day + SAME_DAYS);
            found.days = around.filter(|day| old.claimed.many_on(*day) != claimed.many_on(*day)).collect();
        }
        if !Arc::ptr_eq(active, &old.active) {
            found.objects.extend(unequal(&old.active, active));
        }
        found.planned.extend(unequal(&old.planned, planned));
        if !Arc::ptr_eq(domains, &old.domains) {
            found.domains = old.domains.symmetric_difference(domains).cloned().collect();
        }
        found
    }
}

impl Claimed {
    /// For everybody in the roster whom they claim, and whether by the sign-in name.
    fn of_everybody(
        &self,
        roster: &Roster,
        directory: &Directory,
        index: &TenantIndex,
    ) -> Vec<Option<(ObjectId, bool)>> {
        let mut claims = vec![None; roster.people().len()];
        for (target, by) in &self.by_target {
            let Some(user) = index.user(directory, *target) else { continue };
            for claim in by {
                if let Some(cell) = claims.get_mut(claim.person as usize) {
                    *cell = Some((user.id, claim.by_sign_in));
                }
            }
        }
        claims
    }
}

/// Keys with another value in the other map.
fn unequal<'m, K: Hash + Eq + Copy, V: PartialEq>(
    old: &'m HashMap<K, V>,
    new: &'m HashMap<K, V>,
) -> impl Iterator<Item = K> {
    let gone = old.keys().filter(|key| !new.contains_key(key));
    let other = new.iter().filter(|(key, value)| old.get(key) != Some(*value)).map(|(key, _)| key);
    gone.chain(other).copied()
}
