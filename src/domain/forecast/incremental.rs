//! A forecast after a change, made from the one before it: only those are judged again whose answer can depend on what
//! changed. What comes out is the same as a forecast made from nothing.
//!
//! Somebody is judged again
//! - who changed, or came; whose plan, confirmed pair or hazard changed;
//! - who shares an address with somebody in the organization who changed in name or address, came or went;
//! - whose identity, planned target, address, login or words lead to a tenant user who changed, came or went, or about whom
//!   the whole set says something else now: claimed by others, active, made together with many;
//! - who is proposed a tenant user for whom the plan holds something else now.
//!
//! Everybody is judged again when something changed on which everybody depends (the destination, who is privileged, the size
//! of the tenant past a power of two, how usual sign-in names of the tenant are; any list while a pattern is in use), or when so much changed that looking for the affected is not worth it.

use std::collections::HashSet;
use std::sync::Arc;

use super::comparison::{Comparison, WORTH_A_THREAD};
use super::dates::is_settled;
use super::shared::differences::Differences;
use super::shared::{Shared, day_of};
use super::shares::in_shares;
use super::{Forecast, Material, Person, Situation, forecast};
use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::matching::affected::{Affected, Asked};
use crate::domain::matching::changes::Changes;
use crate::domain::matching::fold::domain_part;
use crate::domain::matching::keys::OrgKeys;
use crate::domain::matching::pair::OrgView;
use crate::domain::outcome::Outcome;
use crate::domain::people::{Directory, OrgUser, TenantUser};

/// From this share of the tenant on (one in so many) everybody is judged again.
const TOO_MANY: usize = 10;

/// A forecast and how many people were judged for it.
#[derive(Debug, Clone)]
pub struct Again {
    /// The forecast.
    pub forecast: Forecast,
    /// How many people were judged again.
    pub judged: usize,
}

/// The forecast for `after`, where `forecast` was made for `before`.
pub fn forecast_again(before: &Material<'_>, earlier: &Forecast, after: &Material<'_>) -> Again {
    let everybody = || Again {
        forecast: forecast(after.roster, after.directory, after.index, after.situation),
        judged: after.roster.people().len(),
    };
    if is_another_world(before.situation, after.situation)
        || before.index.len().next_power_of_two() != after.index.len().next_power_of_two()
        || earlier.people.len() != before.roster.people().len()
    {
        return everybody();
    }
    let shared = Arc::new(earlier.shared.again(before, after));
    let same_lists =
        std::ptr::eq(before.roster, after.roster) && std::ptr::eq(before.directory, after.directory);
    let same_people = same_lists && before.situation.graph_identities == after.situation.graph_identities;
    let usual = |shared: &Shared| shared.sign_in_names_are_usual();
    if usual(&earlier.shared) != usual(&shared) || (!after.situation.patterns.is_empty() && !same_people) {
        return everybody();
    }
    let Some(change) = Change::new(before, &earlier.shared, after, &shared) else { return everybody() };
    let comparison = Comparison {
        roster: after.roster,
        directory: after.directory,
        index: after.index,
        situation: after.situation,
        shared: Arc::clone(&shared),
    };
    let places = &change.places;
    let people = after.roster.people();
    let again = in_shares(people, WORTH_A_THREAD, |from, part| {
        let mut asked = (Asked::default(), Asked::default());
        let mut places = places.iter().skip(from);
        let mut again = Vec::new();
        for (at, user) in (from..).zip(part) {
            let known = places.next().copied().flatten().and_then(|at| earlier.people.get(at as usize));
            if known.is_none_or(|known| change.concerns(user, known, &comparison, &mut asked)) {
                again.push(at);
            }
        }
        again
    });
    let users: Vec<&OrgUser> = again.iter().filter_map(|at| people.get(*at)).collect();
    let mut judged = comparison.some(&users).into_iter();
    let count = judged.len();
    let mut again = again.into_iter().peekable();
    let mut all: Vec<Person> = Vec::with_capacity(people.len());
    for (at, place) in places.iter().enumerate() {
        let new = again.next_if_eq(&at).and_then(|_| judged.next());
        let old = || place.and_then(|place| earlier.people.get(place as usize)).cloned();
        all.extend(new.or_else(old));
    }
    Again { forecast: Forecast { shared, ..Forecast::new(all) }, judged: count }
}

/// Whether everybody's answer may be another one.
fn is_another_world(before: &Situation, after: &Situation) -> bool {
    // whoever adds to the situation has to say here whom a change of it concerns
    let Situation {
        destination,
        backing,
        previous_backing,
        operator_keys,
        operator_objects,
        administrators,
        owner,
        graph_identities: _,
        planned: _,
        confirmed: _,
        hazards: _,
        patterns,
        protected,
        inactive_after_days,
        now: _,
        candidates,
    } = before;
    *destination != after.destination
        || *backing != after.backing
        || *previous_backing != after.previous_backing
        || *operator_keys != after.operator_keys
        || *operator_objects != after.operator_objects
        || *administrators != after.administrators
        || *owner != after.owner
        || *patterns != after.patterns
        || *protected != after.protected
        || *inactive_after_days != after.inactive_after_days
        || *candidates != after.candidates
}

/// What changed, in the form in which it can be asked whom it concerns.
struct Change {
    /// Where everybody in the new roster was in the old one.
    places: Vec<Option<u32>>,
    /// People to judge in any case.
    people: HashSet<StorageKey>,
    /// Addresses of people who changed, came or went.
    addresses: HashSet<String>,
    /// Tenant users who changed, came or went.
    objects: HashSet<ObjectId>,
    /// Tenant users for whom the plan holds something else: whoever is proposed one of them is told so.
    planned: HashSet<ObjectId>,
    /// Domains that are the tenant's own now, or are no more.
    domains: HashSet<String>,
    /// Tenant users as they were, and as they are.
    before: Affected,
    after: Affected,
    /// Tenant users about whom only those who have their address may think otherwise.
    aged: Affected,
    /// Nobody is concerned by an address or a name.
    is_narrow: bool,
}

impl Change {
    /// `None`: too much.
    fn new(before: &Material<'_>, old: &Shared, after: &Material<'_>, new: &Shared) -> Option<Self> {
        let changes = if std::ptr::eq(before.directory, after.directory) {
            Changes::default()
        } else {
            Changes::between(before.directory, after.directory)
        };
        let most = after.directory.len() / TOO_MANY + 16;
        if changes.len() > most {
            return None;
        }
        let places = places(before, after);
        let mut change = Self {
            people: people(before.situation, after.situation),
            addresses: HashSet::new(),
            objects: HashSet::new(),
            planned: HashSet::new(),
            domains: HashSet::new(),
            before: Affected::by([]),
            after: Affected::by([]),
            aged: Affected::by([]),
            is_narrow: true,
            places,
        };
        let mut told = HashSet::new();
        let renamed = change.note_people(before, after, &mut told);
        let Differences { mut objects, planned, domains, days } =
            new.differences(before, old, after, &change.places, &renamed);
        objects.extend(told);
        change.domains = domains;
        change.planned.extend(planned);
        if !days.is_empty() {
            let made = |user: &&TenantUser| user.created.is_some_and(|made| days.contains(&day_of(made)));
            objects.extend(after.directory.users().iter().filter(made).map(|user| user.id));
        }
        if objects.len() > most {
            return None;
        }
        let were = changes.before(before.directory).map(|(user, _)| user);
        let are = changes.after(after.directory).map(|(user, _)| user);
        change.objects = were.chain(are).map(|user| user.id).collect();
        // in a fixed order, so that two runs do the same
        let mut told: Vec<ObjectId> = objects.union(&change.objects).copied().collect();
        told.sort_unstable();
        let of = |directory: &Directory| Affected::by(told.iter().filter_map(|id| directory.get(*id)));
        change.before = of(before.directory);
        change.after = of(after.directory);
        let reading = |shared: &Shared, situation: &Situation| shared.read_at.unwrap_or(situation.now);
        let (was, is) = (reading(old, before.situation), reading(new, after.situation));
        if was != is {
            let aged = |user: &&TenantUser| {
                user.created.is_some_and(|made| is_settled(made, was) != is_settled(made, is))
            };
            let aged: Vec<&TenantUser> = after.directory.users().iter().filter(aged).collect();
            if aged.len() > most {
                return None;
            }
            change.aged = Affected::by(aged);
        }
        change.is_narrow = [&change.before, &change.after, &change.aged].iter().all(|users| users.is_empty())
            && change.addresses.is_empty()
            && change.domains.is_empty();
        Some(change)
    }

    /// Compares the people of the organization with themselves. Adds the tenant users whom others are told of together with
    /// somebody's name, and returns places in the new roster of those whose name or addresses are others.
    fn note_people(
        &mut self,
        before: &Material<'_>,
        after: &Material<'_>,
        objects: &mut HashSet<ObjectId>,
    ) -> HashSet<u32> {
        let mut renamed = HashSet::new();
        if std::ptr::eq(before.roster, after.roster) {
            return renamed;
        }
        let mut met = vec![false; before.roster.people().len()];
        let mut noted: Vec<(&OrgUser, &Situation)> = Vec::new();
        for (at, (user, place)) in (0_u32..).zip(after.roster.people().iter().zip(&self.places)) {
            let Some(known) = place.and_then(|at| before.roster.people().get(at as usize)) else {
                noted.push((user, after.situation));
                continue;
            };
            if let Some(mark) = place.and_then(|at| met.get_mut(at as usize)) {
                *mark = true;
            }
            if known == user {
                continue;
            }
            self.people.insert(user.storage_key.clone());
            // what others are told of somebody is the name; whom somebody stands against is told by the addresses
            if known.display_name != user.display_name || OrgKeys::of(known) != OrgKeys::of(user) {
                renamed.insert(at);
                noted.push((known, before.situation));
                noted.push((user, after.situation));
            }
        }
        let gone = before.roster.people().iter().zip(met).filter(|(_, met)| !met);
        noted.extend(gone.map(|(user, _)| (user, before.situation)));
        for (user, situation) in noted {
            self.people.insert(user.storage_key.clone());
            self.addresses.extend(OrgKeys::of(user).iter().map(str::to_owned));
            objects.extend(user.origin_object());
            self.planned.extend(situation.planned.get(&user.storage_key));
        }
        renamed
    }

    /// Whether somebody has to be judged again.
    fn concerns(
        &self,
        user: &OrgUser,
        known: &Person,
        comparison: &Comparison<'_>,
        asked: &mut (Asked, Asked),
    ) -> bool {
        let planned = comparison.situation.planned.get(&user.storage_key);
        if self.people.contains(&user.storage_key)
            || user.origin_object().is_some_and(|object| self.objects.contains(&object))
            || planned.is_some_and(|object| self.objects.contains(object))
        {
            return true;
        }
        if matches!(known.outcome, Outcome::Connected | Outcome::Foreign) {
            return false;
        }
        if known.candidates.iter().any(|candidate| self.planned.contains(&candidate.object_id)) {
            return true;
        }
        if self.is_narrow {
            return false;
        }
        let view = OrgView::of(user);
        let by_key = |key: &str| {
            self.addresses.contains(key)
                || domain_part(key).is_some_and(|domain| self.domains.contains(domain))
        };
        if view.keys.iter().any(by_key)
            || self.before.by_address(&view)
            || self.after.by_address(&view)
            || self.aged.by_address(&view)
        {
            return true;
        }
        // whom the service maps by itself has no proposals; other accounts count only beside one that is newer
        if known.outcome == Outcome::Automatic
            && let Some(target) = known.target.and_then(|id| comparison.directory.get(id))
            && comparison.newer(user, target).is_none()
        {
            return false;
        }
        self.before.by_name(&view, &mut asked.0) || self.after.by_name(&view, &mut asked.1)
    }
}

/// Where everybody in the new roster was in the old one.
fn places(before: &Material<'_>, after: &Material<'_>) -> Vec<Option<u32>> {
    let people = after.roster.people();
    if std::ptr::eq(before.roster, after.roster) {
        return (0_u32..).take(people.len()).map(Some).collect();
    }
    let place =
        |user: &OrgUser| before.roster.position(&user.storage_key).and_then(|at| u32::try_from(at).ok());
    people.iter().map(place).collect()
}

/// People whose planned map, confirmed pair or earlier hazard is another one.
fn people(before: &Situation, after: &Situation) -> HashSet<StorageKey> {
    let mut people = HashSet::new();
    let (old, new) = (&before.planned, &after.planned);
    people.extend(
        old.iter().filter(|(key, target)| new.get(*key) != Some(*target)).map(|(key, _)| key.clone()),
    );
    people.extend(new.keys().filter(|key| !old.contains_key(*key)).cloned());
    let pairs = before.confirmed.symmetric_difference(&after.confirmed);
    let pairs = pairs.chain(before.hazards.symmetric_difference(&after.hazards));
    people.extend(pairs.map(|pair| pair.storage_key.clone()));
    people
}

#[cfg(test)]
mod tests;
