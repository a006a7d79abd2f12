//! What only the whole set knows: whose address is whose, who claims whom, who is active, when accounts were made.
//!
//! Made once for a forecast and kept with it, so that one person can be judged again at any time. Nothing here depends on
//! the order of the lists.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Situation;
use super::patterns::Patterns;
use super::standing::Standing;
use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::matching::TenantIndex;
use crate::domain::matching::fold::{address_key, domain_part};
use crate::domain::matching::keys::OrgKeys;
use crate::domain::people::{Directory, EntitlementStatus, Roster};

pub(super) mod differences;

/// Somebody who claims a tenant user: the addresses of the person lead there and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// Place in the roster.
    pub person: u32,
    /// The person signs in with the tenant user's own name.
    pub by_sign_in: bool,
}

/// Who is behind an active object id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActiveAs {
    /// This entitlement.
    Entitlement(StorageKey),
    /// A user of the graph without an entitlement, by name.
    Graph(String),
}

/// What only the whole set knows. Parts are shared between forecasts where nothing that they depend on changed.
#[derive(Debug, Clone, Default)]
pub struct Shared {
    /// Who has an address in the organization, in the order of the roster.
    by_address: Arc<HashMap<String, Vec<u32>>>,
    /// Who claims whom, and when the claimed accounts were made.
    claimed: Arc<Claimed>,
    /// Who is active in the organization already.
    active: Arc<HashMap<ObjectId, Vec<ActiveAs>>>,
    /// Whom the plan maps onto a tenant user.
    planned: HashMap<ObjectId, Vec<StorageKey>>,
    /// The domains that the tenant uses now: those of sign-in names and of main addresses. A domain that is left in aliases
    /// only is not among them: nobody is given an address of it any more.
    domains: Arc<HashSet<String>>,
    /// When the lists were read, as far as the dates in them tell; never later than the moment of the forecast.
    pub(super) read_at: Option<Timestamp>,
    patterns: Arc<Patterns>,
}

/// Who claims whom.
#[derive(Debug, Clone, Default)]
struct Claimed {
    /// Who claims the tenant user with a number of the index.
    by_target: HashMap<u32, Vec<Claim>>,
    /// On which day how many of the claimed accounts were made.
    made_on: BTreeMap<i64, usize>,
    /// People open to be matched, and how many of them sign in with a name of the tenant.
    open: usize,
    by_sign_in: usize,
}

/// A day, in seconds.
const DAY: i64 = 86_400;

/// From so many people with a last access on, the latest of them tells when the lists were read.
const DATED: usize = 20;

/// How many days around an account's first day count as the same days.
const SAME_DAYS: i64 = 3;

impl Shared {
    /// Looks over both lists. `standings` are in the order of the roster.
    pub(super) fn new(
        roster: &Roster,
        directory: &Directory,
        index: &TenantIndex,
        situation: &Situation,
        standings: &[Standing],
    ) -> Self {
        let mut shared = Self {
            by_address: Arc::new(by_address(roster)),
            claimed: Arc::new(Claimed::new(roster, directory, index, standings)),
            active: Arc::new(active(roster, situation)),
            planned: planned(situation),
            domains: Arc::new(own_domains(directory)),
            read_at: read_at(roster, situation),
            patterns: Arc::default(),
        };
        shared.patterns = Arc::new(Patterns::find(roster, directory, index, situation, standings, &shared));
        shared
    }

    /// Whether people here sign in with names of the tenant at all: where fewer than one in twenty does, an agreement is an
    /// exception, and no account was made in order to be found by it.
    pub fn sign_in_names_are_usual(&self) -> bool {
        self.claimed.open < 20 || self.claimed.by_sign_in * 20 >= self.claimed.open
    }

    /// The patterns, and where those in use lead people.
    pub fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// Whether the tenant itself hands out addresses of this domain (an address key's).
    pub fn is_own_domain(&self, domain: &str) -> bool {
        self.domains.contains(domain) || domain.ends_with(".onmicrosoft.com")
    }

    /// Places in the roster of those who have this address.
    pub fn with_address(&self, key: &str) -> &[u32] {
        self.by_address.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// Who claims the tenant user with this number of the index, in the order of the roster.
    pub fn claims(&self, target: u32) -> &[Claim] {
        self.claimed.by_target.get(&target).map(Vec::as_slice).unwrap_or_default()
    }

    /// As whom the tenant user is active in the organization, apart from this person.
    pub fn active_as(&self, object: ObjectId, person: &StorageKey) -> Option<&ActiveAs> {
        let others = |own: &&ActiveAs| !matches!(own, ActiveAs::Entitlement(key) if key == person);
        self.active.get(&object)?.iter().find(others)
    }

    /// Whom else the plan maps onto this tenant user.
    pub fn planned_for(&self, object: ObjectId, person: &StorageKey) -> Option<&StorageKey> {
        self.planned.get(&object)?.iter().find(|key| *key != person)
    }

    /// Whether many of the accounts that people of the organization lead to were made in the same days as this one:
    /// administrators make accounts for everybody right before connecting, so such a date says nothing about one of them.
    pub fn made_with_many(&self, made: Timestamp) -> bool {
        self.claimed.many_on(day_of(made))
    }
}

impl Claimed {
    fn new(roster: &Roster, directory: &Directory, index: &TenantIndex, standings: &[Standing]) -> Self {
        let mut claimed = Self::default();
        for ((person, standing), user) in (0_u32..).zip(standings).zip(roster.people()) {
            if !matches!(standing, Standing::Open) {
                continue;
            }
            let keys = OrgKeys::of(user);
            claimed.open += 1;
            if let Some((target, by_sign_in)) = claimed_by(&keys, directory, index) {
                claimed.by_sign_in += usize::from(by_sign_in);
                claimed.by_target.entry(target).or_default().push(Claim { person, by_sign_in });
            }
        }
        for target in claimed.by_target.keys() {
            if let Some(made) = index.user(directory, *target).and_then(|user| user.created) {
                *claimed.made_on.entry(day_of(made)).or_default() += 1;
            }
        }
        claimed
    }

    /// Whether many of the claimed accounts were made around this day.
    fn many_on(&self, day: i64) -> bool {
        let near: usize = self.made_on.range(day - SAME_DAYS..=day + SAME_DAYS).map(|(_, count)| count).sum();
        near >= (self.by_target.len() / 50).max(5)
    }
}

/// The day of a moment, as dates of accounts are counted.
pub(super) fn day_of(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(DAY)
}

fn by_address(roster: &Roster) -> HashMap<String, Vec<u32>> {
    let mut by_address: HashMap<String, Vec<u32>> = HashMap::new();
    for (person, user) in (0_u32..).zip(roster.people()) {
        for key in OrgKeys::of(user).iter() {
            by_address.entry(key.to_owned()).or_default().push(person);
        }
    }
    by_address
}

fn active(roster: &Roster, situation: &Situation) -> HashMap<ObjectId, Vec<ActiveAs>> {
    let mut active: HashMap<ObjectId, Vec<ActiveAs>> = HashMap::new();
    for user in roster.people().iter().chain(roster.services()) {
        if user.status == EntitlementStatus::Deleted {
            continue;
        }
        if let Some(object) = user.origin_object() {
            active.entry(object).or_default().push(ActiveAs::Entitlement(user.storage_key.clone()));
        }
    }
    for identity in situation.graph_identities.iter().flat_map(|list| list.iter()) {
        // what could not be read counts as active
        if let Some(object) = identity.origin_object.filter(|_| identity.active != Some(false)) {
            active.entry(object).or_default().push(ActiveAs::Graph(identity.display_name.clone()));
        }
    }
    active
}

fn planned(situation: &Situation) -> HashMap<ObjectId, Vec<StorageKey>> {
    let mut planned: HashMap<ObjectId, Vec<StorageKey>> = HashMap::new();
    for (key, target) in &situation.planned {
        planned.entry(*target).or_default().push(key.clone());
    }
    for keys in planned.values_mut() {
        keys.sort();
    }
    planned
}

fn own_domains(directory: &Directory) -> HashSet<String> {
    let mut domains = HashSet::new();
    let mut last = String::new();
    let members = || directory.users().iter().filter(|user| user.decoded_guest_address().is_none());
    for address in members().flat_map(|user| user.mail().into_iter().chain(Some(user.user_principal_name())))
    {
        let Some(domain) = domain_part(address.trim()) else { continue };
        // most are of the domain before them
        if !domain.eq_ignore_ascii_case(&last) {
            last = address_key(domain);
            if !domains.contains(&last) {
                domains.insert(last.clone());
            }
        }
    }
    domains.extend(stamped_domains(directory));
    domains
}

/// Domains that accounts of the last year got as an alias, one in five or more of them: an address policy hands them out
/// still, though nobody's main address is there.
fn stamped_domains(directory: &Directory) -> Vec<String> {
    let Some(newest) = directory.users().iter().filter_map(|user| user.created).max() else {
        return Vec::new();
    };
    let young = directory.users().iter().filter(|user| {
        user.created.is_some_and(|made| newest.as_second() - made.as_second() <= 365 * DAY)
            && user.decoded_guest_address().is_none()
    });
    let mut total = 0_usize;
    let mut counts: HashMap<String, usize> = HashMap::new();
    for user in young {
        total += 1;
        let mut own: Vec<String> = Vec::new();
        for domain in user.proxy_addresses().take(64).filter_map(|text| domain_part(text.trim())) {
            let domain = address_key(domain);
            if !own.contains(&domain) {
                own.push(domain);
            }
        }
        for domain in own {
            *counts.entry(domain).or_default() += 1;
        }
    }
    counts.into_iter().filter(|(_, count)| count * 5 >= total).map(|(domain, _)| domain).collect()
}

/// Files may be older than the clock; a handful of people says nothing about that.
fn read_at(roster: &Roster, situation: &Situation) -> Option<Timestamp> {
    let used = roster.people().iter().filter_map(|user| user.last_accessed.at());
    (used.clone().count() >= DATED).then(|| used.max()).flatten().map(|latest| latest.min(situation.now))
}

/// The one tenant user that somebody's addresses lead to, and whether by the sign-in name itself.
fn claimed_by(keys: &OrgKeys, directory: &Directory, index: &TenantIndex) -> Option<(u32, bool)> {
    let mut hits: Vec<u32> = Vec::new();
    for key in keys.iter() {
        hits.extend(index.with_address(directory, key));
    }
    hits.sort_unstable();
    hits.dedup();
    if let Some(sign_in) = &keys.sign_in {
        let named = |at: &&u32| {
            index.user(directory, **at).is_some_and(|user| {
                address_key(user.user_principal_name()) == *sign_in
                    || user.decoded_guest_address().is_some_and(|address| address_key(&address) == *sign_in)
            })
        };
        let mut by_name: Vec<u32> = hits.iter().filter(named).copied().collect();
        if by_name.len() > 1 {
            // an account that may sign in comes before one that may not
            let enabled = |at: &u32| {
                index.user(directory, *at).is_some_and(|user| user.enabled != Some(false) && !user.deleted)
            };
            by_name.retain(enabled);
        }
        if let [only] = by_name.as_slice() {
            return Some((*only, true));
        }
    }
    match hits.as_slice() {
        [only] => Some((*only, false)),
        _ => None,
    }
}
