//! Whom a change of domain would lead where: one look over the tenant's users for the local parts of the organization.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::id::{PatternId, is_plain_domain};
use super::providers::is_public_provider;
use crate::domain::forecast::standing::Standing;
use crate::domain::ids::ObjectId;
use crate::domain::matching::fold::push_address_key;
use crate::domain::matching::keys::OrgKeys;
use crate::domain::people::{Directory, Roster, TenantUser};

/// Where a pattern leads each person (place in the roster): in order, each target once.
pub(super) type Targets = BTreeMap<u32, Vec<ObjectId>>;

/// A local part that more people than this have on one side says nothing: `info`, `admin`, whoever.
const MANY: usize = 64;

/// So many addresses of a tenant user are looked at.
const ADDRESSES: usize = 64;

/// An address of somebody who is open to be matched.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub person: u32,
    pub local: String,
    /// Place in [`Entries::domains`].
    pub domain: u32,
}

/// The addresses of everybody who is open to be matched, without those of public providers.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub list: Vec<Entry>,
    pub domains: Vec<String>,
    people: HashMap<String, usize>,
}

impl Entries {
    pub fn of(roster: &Roster, standings: &[Standing]) -> Self {
        let mut entries = Self::default();
        let mut numbers: HashMap<String, u32> = HashMap::new();
        for ((person, user), standing) in (0_u32..).zip(roster.people()).zip(standings) {
            if !matches!(standing, Standing::Open) {
                continue;
            }
            let mut counted: Option<&str> = None;
            let keys = OrgKeys::of(user);
            for key in keys.iter() {
                let Some((local, domain)) = key.rsplit_once('@') else { continue };
                if !is_plain_domain(domain) || is_public_provider(domain) {
                    continue;
                }
                let number = if let Some(number) = numbers.get(domain) {
                    *number
                } else {
                    let Ok(number) = u32::try_from(entries.domains.len()) else { continue };
                    entries.domains.push(domain.to_owned());
                    numbers.insert(domain.to_owned(), number);
                    number
                };
                if counted != Some(domain) {
                    *entries.people.entry(domain.to_owned()).or_default() += 1;
                }
                counted = Some(domain);
                entries.list.push(Entry { person, local: local.to_owned(), domain: number });
            }
        }
        entries
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn domain(&self, entry: &Entry) -> &str {
        self.domains.get(entry.domain as usize).map_or("", String::as_str)
    }

    /// How many people have an address in this domain.
    pub fn people_in(&self, domain: &str) -> usize {
        self.people.get(domain).copied().unwrap_or_default()
    }
}

/// Somebody in the tenant with a wanted local part.
struct Hit {
    domain: u32,
    user: ObjectId,
    /// An address has it; otherwise the nickname or the account's name.
    by_address: bool,
}

#[derive(Default)]
struct Slot {
    entries: Vec<usize>,
    hits: Vec<Hit>,
}

/// Whether a user may be the target of a pattern: no guest, nobody deleted.
pub(super) fn is_own(user: &TenantUser) -> bool {
    !user.deleted && user.decoded_guest_address().is_none()
}

/// Every change of domain that leads anybody anywhere.
pub(super) fn by_domain(entries: &Entries, directory: &Directory) -> BTreeMap<PatternId, Targets> {
    let mut slots: HashMap<&str, Slot> = HashMap::new();
    for (at, entry) in entries.list.iter().enumerate() {
        slots.entry(&entry.local).or_default().entries.push(at);
    }
    let mut domains: Vec<String> = Vec::new();
    let mut numbers: HashMap<String, Option<u32>> = HashMap::new();
    let mut number_of = |domain: &str| -> Option<u32> {
        if let Some(number) = numbers.get(domain) {
            return *number;
        }
        let usable = is_plain_domain(domain) && !is_public_provider(domain);
        let number = if usable { u32::try_from(domains.len()).ok() } else { None };
        if number.is_some() {
            domains.push(domain.to_owned());
        }
        numbers.insert(domain.to_owned(), number);
        number
    };
    let mut key = String::new();
    for user in directory.users().iter().filter(|user| is_own(user)) {
        let main = main_domain(user);
        let main = main.as_deref().and_then(&mut number_of);
        let mut note = |local: &str, domain: Option<u32>, by_address: bool| {
            let (Some(domain), Some(slot)) = (domain, slots.get_mut(local)) else { return };
            if slot.hits.len() <= MANY {
                slot.hits.push(Hit { domain, user: user.id, by_address });
            }
        };
        let proxies = user.proxy_addresses().take(ADDRESSES);
        for address in std::iter::once(user.user_principal_name()).chain(user.mail()).chain(proxies) {
            key.clear();
            push_address_key(address, &mut key);
            if let Some((local, domain)) = key.rsplit_once('@') {
                note(local, number_of(domain), true);
            }
        }
        for login in user.mail_nickname().into_iter().chain(user.sam_account_name()) {
            key.clear();
            push_address_key(login, &mut key);
            note(&key, main, false);
        }
    }
    gather(entries, slots, &domains)
}

/// The domain in which somebody is known: that of the sign-in name, or of the mail where the former is only technical.
pub(super) fn main_domain(user: &TenantUser) -> Option<String> {
    let domain = |address: &str| {
        let mut key = String::new();
        push_address_key(address, &mut key);
        key.rsplit_once('@').map(|(_, domain)| domain.to_owned())
    };
    let own = domain(user.user_principal_name())?;
    if own.ends_with(".onmicrosoft.com")
        && let Some(mail) = user.mail().and_then(domain)
    {
        return Some(mail);
    }
    Some(own)
}

/// To whom somebody is led: by addresses, and by nicknames or names of accounts.
type Led = (Vec<ObjectId>, Vec<ObjectId>);

fn gather(entries: &Entries, slots: HashMap<&str, Slot>, domains: &[String]) -> BTreeMap<PatternId, Targets> {
    // an address comes before a nickname; both are sorted, so that the order of the slots does not matter
    let mut found: HashMap<(u32, u32), BTreeMap<u32, Led>> = HashMap::new();
    for slot in slots.into_values() {
        if slot.hits.is_empty() || slot.hits.len() > MANY || slot.entries.len() > MANY {
            continue;
        }
        for entry in slot.entries.iter().filter_map(|at| entries.list.get(*at)) {
            for hit in &slot.hits {
                let from = entries.domain(entry);
                if domains.get(hit.domain as usize).is_none_or(|to| to == from) {
                    continue;
                }
                let lists =
                    found.entry((entry.domain, hit.domain)).or_default().entry(entry.person).or_default();
                let list = if hit.by_address { &mut lists.0 } else { &mut lists.1 };
                list.push(hit.user);
            }
        }
    }
    found
        .into_iter()
        .filter_map(|((from, to), people)| {
            let from = entries.domains.get(from as usize)?;
            let to = domains.get(to as usize)?;
            let targets = people
                .into_iter()
                .map(|(person, (by_address, by_login))| {
                    let mut list = if by_address.is_empty() { by_login } else { by_address };
                    list.sort_unstable();
                    list.dedup();
                    (person, list)
                })
                .collect();
            Some((PatternId::domain(from, to), targets))
        })
        .collect()
}

/// Targets to which exactly one person is led.
pub(super) fn alone(targets: &Targets) -> HashSet<ObjectId> {
    let mut count: HashMap<ObjectId, usize> = HashMap::new();
    for target in targets.values().flatten() {
        *count.entry(*target).or_default() += 1;
    }
    count.into_iter().filter(|(_, count)| *count == 1).map(|(target, _)| target).collect()
}
