//! The state of the simulation: one organization, some tenants, and what happens to them.
//!
//! What changes as the real service does, as far as anybody knows: connecting maps by itself who signs in with
//! the user principal name of exactly one enabled tenant user; origin, origin id, domain and descriptor of a
//! mapped person change; the storage key stays. Everything that nobody has published follows a [`Rules`] switch.

pub(super) mod generate;
pub(super) mod group;
pub(super) mod people;
pub(super) mod person;
pub(super) mod tenant;

use std::{collections::HashMap, time::Instant};

use jiff::Timestamp;
use uuid::Uuid;

use self::{
    generate::Crowd,
    group::Group,
    person::{Fate, Origin, Person, Seen},
    tenant::Tenant,
};
use super::ids::{Ids, Kind};

/// An identity that only a search finds, in no list.
#[derive(Debug, Clone)]
pub(super) struct Hidden {
    pub display: String,
    pub address: String,
    pub active: bool,
}

/// An entry of the audit log.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub at: Timestamp,
    pub action: &'static str,
    pub details: String,
}

/// What the switches say about unproven behaviour, for one operation.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct Rules {
    pub keys_change: bool,
    pub guests_too: bool,
    pub active_target_strips: bool,
    pub loses_access: bool,
}

/// Why a mapping was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    NotConnected,
    NoSuchPerson,
    AlreadyMapped,
    Itself,
    NoSuchObject,
    Disabled,
    ActiveTarget(String),
}

#[derive(Debug)]
pub(super) struct World {
    pub ids: Ids,
    pub now: Timestamp,
    pub organization: String,
    pub groups: Vec<Group>,
    pub tenants: Vec<Tenant>,
    /// The tenant that the administrator wants.
    pub destination: u8,
    /// The tenant that backs the organization; none: Microsoft accounts.
    pub backing: Option<u8>,
    pub hidden: Vec<Hidden>,
    /// The person behind the access token.
    pub operator: u32,
    pub owner: u32,
    /// The user of the destination tenant behind the Graph token.
    pub me: u32,
    /// `allowInvitesFrom` of the authorization policy.
    pub invites_from: &'static str,
    /// Display name and role template id of the roles of `me`.
    pub my_roles: Vec<(&'static str, &'static str)>,
    pub events: Vec<Event>,
    /// Connecting took access away.
    pub lost_access: bool,
    listed: Vec<Person>,
    crowd: Crowd,
    crowd_size: u32,
    added: Vec<Person>,
    fates: HashMap<u32, Fate>,
    /// Who holds a tenant object, by the object.
    holders: HashMap<Uuid, u32>,
    /// Who is behind the GUID of an `aad` descriptor.
    subjects: HashMap<Uuid, u32>,
    new_keys: HashMap<Uuid, u32>,
}

impl World {
    pub fn new(ids: Ids, now: Timestamp, organization: &str, crowd: Crowd) -> Self {
        Self {
            ids,
            now,
            organization: organization.to_owned(),
            groups: Group::standard(),
            tenants: Vec::new(),
            destination: 0,
            backing: None,
            hidden: Vec::new(),
            operator: 0,
            owner: 0,
            me: 0,
            invites_from: "everyone",
            my_roles: Vec::new(),
            events: Vec::new(),
            lost_access: false,
            listed: Vec::new(),
            crowd,
            crowd_size: 0,
            added: Vec::new(),
            fates: HashMap::new(),
            holders: HashMap::new(),
            subjects: HashMap::new(),
            new_keys: HashMap::new(),
        }
    }

    pub fn organization_id(&self) -> Uuid {
        self.ids.make(Kind::Organization, 0)
    }

    pub fn tenant(&self, number: u8) -> &Tenant {
        &self.tenants[usize::from(number)]
    }

    pub fn tenant_mut(&mut self, number: u8) -> &mut Tenant {
        &mut self.tenants[usize::from(number)]
    }

    pub fn destination(&self) -> &Tenant {
        self.tenant(self.destination)
    }

    pub fn backing_tenant(&self) -> Option<&Tenant> {
        self.backing.map(|number| self.tenant(number))
    }

    /// A tenant by id or by one of its domains.
    pub fn tenant_named(&self, name: &str) -> Option<&Tenant> {
        let name = name.to_lowercase();
        self.tenants.iter().find(|tenant| {
            tenant.id.to_string() == name || tenant.initial_domain == name || tenant.domain == name
        })
    }

    /// Connects the organization to a tenant. Answers how many people it mapped.
    pub fn connect(&mut self, tenant: u8, rules: Rules) -> usize {
        self.disconnect_quietly();
        self.backing = Some(tenant);
        self.lose_groups_of_others(tenant);
        let mut mapped = 0;
        for number in 0..self.people_count() {
            let Some(seen) = self.person(number).filter(Seen::listed) else { continue };
            if rules.keys_change {
                self.change_key(number);
            }
            if let Some(object) = self.match_by_name(&seen, tenant, rules) {
                self.set_identity(number, tenant, object);
                mapped += 1;
            }
        }
        if rules.loses_access {
            self.lose_access();
        }
        let name = self.tenant(tenant).display.clone();
        self.event("Organization.LinkToAAD", format!("Linked the organization to the directory {name}"));
        mapped
    }

    /// Somebody without rights of an administrator leaves all groups, and the first subscription is not recognised any more.
    fn lose_access(&mut self) {
        self.lost_access = true;
        let listed = self.listed.iter().enumerate();
        let plain = |person: &Person| {
            person.entitled && person.origin == Origin::Msa && !person.groups.contains(&group::ADMINISTRATORS)
        };
        let poor = listed.clone().filter(|(_, person)| plain(person)).nth(5).map(|(number, _)| number);
        let subscriber = listed
            .filter(|(_, person)| plain(person) && person.access.parts().0 == "msdn")
            .map(|(number, _)| number)
            .next();
        for (number, takes_groups) in [(poor, true), (subscriber, false)] {
            let Some(number) = number.and_then(|number| u32::try_from(number).ok()) else { continue };
            let fate = self.fates.entry(number).or_default();
            fate.without_groups |= takes_groups;
            fate.stakeholder |= !takes_groups;
        }
    }

    /// Groups of another tenant, and their memberships, do not survive a switch.
    fn lose_groups_of_others(&mut self, tenant: u8) {
        for group in &mut self.groups {
            group.gone |= group.directory.is_some_and(|(of, _)| of != tenant);
        }
    }

    fn match_by_name(&self, seen: &Seen, tenant: u8, rules: Rules) -> Option<Uuid> {
        match seen.person.origin {
            Origin::Msa => {}
            Origin::Tenant { tenant: of, .. } if of != tenant => {}
            _ => return None,
        }
        let directory = self.tenant(tenant);
        let mut numbers = directory.by_upn(&seen.person.principal);
        numbers.retain(|number| directory.user(*number).is_some_and(|user| user.enabled));
        if numbers.is_empty() && rules.guests_too {
            let wanted = seen.person.principal.to_lowercase();
            numbers = directory.near(&wanted);
            numbers.retain(|number| {
                directory.user(*number).is_some_and(|user| {
                    user.enabled
                        && !user.deleted
                        && user.external_address().is_some_and(|address| address.to_lowercase() == wanted)
                })
            });
        }
        let [number] = numbers[..] else { return None };
        let object = directory.object(number);
        self.holder(object).is_none().then_some(object)
    }

    /// Leaves the tenant: who was mapped signs in with their former account again.
    pub fn disconnect(&mut self) {
        self.disconnect_quietly();
        self.event("Organization.UnlinkFromAAD", "Unlinked the organization from its directory".to_owned());
    }

    fn disconnect_quietly(&mut self) {
        self.backing = None;
        for fate in self.fates.values_mut() {
            fate.identity = None;
        }
        self.index();
    }

    /// Maps a person onto an object of the backing tenant.
    pub fn map(&mut self, number: u32, object: Uuid, rules: Rules) -> Result<Seen, Refusal> {
        let backing = self.backing.ok_or(Refusal::NotConnected)?;
        let seen = self.person(number).ok_or(Refusal::NoSuchPerson)?;
        if let Origin::Tenant { tenant, object: own, .. } = seen.person.origin {
            if own == object {
                return Err(Refusal::Itself);
            }
            if tenant == backing {
                return Err(Refusal::AlreadyMapped);
            }
        }
        let directory = self.tenant(backing);
        let user = directory
            .number_of(object)
            .and_then(|user| directory.user(user))
            .filter(|user| !user.deleted)
            .ok_or(Refusal::NoSuchObject)?;
        if !user.enabled {
            return Err(Refusal::Disabled);
        }
        if let Some(holder) = self.holder(object) {
            let name = self.person(holder).map(|seen| seen.person.display).unwrap_or_default();
            if !rules.active_target_strips {
                return Err(Refusal::ActiveTarget(name));
            }
            self.strip(holder);
        }
        if rules.keys_change {
            self.change_key(number);
        }
        self.set_identity(number, backing, object);
        self.person(number).ok_or(Refusal::NoSuchPerson)
    }

    /// Who is active in the organization under this object.
    pub fn holder(&self, object: Uuid) -> Option<u32> {
        let number = *self.holders.get(&object)?;
        self.person(number).is_some_and(|seen| seen.occupies()).then_some(number)
    }

    /// Removes a person by storage key. Answers whether there was one.
    pub fn remove(&mut self, key: Uuid) -> bool {
        let Some(seen) = self.find_key(key).filter(Seen::listed) else { return false };
        self.strip(seen.number);
        true
    }

    fn strip(&mut self, number: u32) {
        self.fates.entry(number).or_default().removed = true;
    }

    /// Adds a person with an entitlement, as an administrator of the organization does.
    pub fn add_person(&mut self, person: Person) -> u32 {
        let number = self.people_count();
        self.added.push(person);
        self.index_person(number);
        number
    }

    pub fn event(&mut self, action: &'static str, details: String) {
        let at = self.now;
        self.events.push(Event { at, action, details });
    }

    /// When a change in a tenant becomes visible elsewhere.
    pub fn visible_from(delay: Option<std::time::Duration>) -> Option<Instant> {
        delay.map(|delay| Instant::now() + delay)
    }
}
