//! Finding people: by number, by storage key, by descriptor, by address.

use uuid::Uuid;

use super::{
    World,
    generate::Crowd,
    group::Group,
    person::{Fate, Origin, Person, Seen},
};
use crate::simulator::ids::{self, Kind};

/// What a descriptor names.
#[derive(Debug, Clone)]
pub(in crate::simulator) enum Subject {
    Person(Box<Seen>),
    Group(u16),
}

impl World {
    /// Writes a person down; only before the simulation starts.
    pub fn list(&mut self, person: Person) -> u32 {
        let number = u32::try_from(self.listed.len()).unwrap_or(u32::MAX);
        self.listed.push(person);
        number
    }

    /// The people who were written down.
    pub fn listed_mut(&mut self) -> &mut [Person] {
        &mut self.listed
    }

    /// Makes the organization exactly this large, service identities not counted: the crowd fills it up, or the last
    /// people written down are left out. The first few (operator, owner, administrators) always stay.
    pub fn fill(&mut self, total: usize) {
        const ALWAYS: usize = 4;
        let mut room = total.max(ALWAYS);
        self.listed.retain(|person| {
            let counts = person.entitled && !matches!(person.origin, Origin::Service { .. });
            let stays = !counts || room > 0;
            room -= usize::from(counts && stays);
            stays
        });
        self.crowd_size = u32::try_from(room).unwrap_or(0);
    }

    /// How many people are generated.
    pub fn crowd_size(&self) -> u32 {
        self.crowd_size
    }

    pub fn set_crowd(&mut self, crowd: Crowd) {
        self.crowd = crowd;
    }

    pub fn people_count(&self) -> u32 {
        let rest = u32::try_from(self.listed.len() + self.added.len()).unwrap_or(0);
        self.crowd_size + rest
    }

    /// How many people have an entitlement.
    pub fn entitled_count(&self) -> u32 {
        let named = self.listed.iter().chain(&self.added).filter(|person| person.entitled).count();
        let removed = self.fates.values().filter(|fate| fate.removed).count();
        (self.crowd_size + u32::try_from(named).unwrap_or(0))
            .saturating_sub(u32::try_from(removed).unwrap_or(0))
    }

    fn original(&self, number: u32) -> Option<Person> {
        if let Some(person) = self.listed.get(number as usize) {
            return Some(person.clone());
        }
        let in_crowd = number - u32::try_from(self.listed.len()).unwrap_or(0);
        if in_crowd < self.crowd_size {
            let home = self.backing_home();
            return Some(self.crowd.person(in_crowd, home));
        }
        self.added.get((in_crowd - self.crowd_size) as usize).cloned()
    }

    fn backing_home(&self) -> &str {
        &self.destination().domain
    }

    /// A person as the services show them now.
    pub fn person(&self, number: u32) -> Option<Seen> {
        let mut person = self.original(number)?;
        let fate = self.fates.get(&number);
        if let Some((tenant, object)) = fate.and_then(|fate| fate.identity) {
            let directory = self.tenant(tenant);
            let user = directory.number_of(object).and_then(|user| directory.fresh(user))?;
            person.display.clone_from(&user.display);
            person.principal = user.shown_principal();
            person.mail = user.mail.clone().unwrap_or_else(|| user.shown_principal());
            person.origin = Origin::Tenant { tenant, object, guest: user.kind == Some("Guest") };
        }
        if fate.is_some_and(|fate| fate.without_groups) {
            person.groups.clear();
        }
        if fate.is_some_and(|fate| fate.stakeholder) {
            person.access = super::person::Access::Stakeholder;
        }
        let removed = fate.is_some_and(|fate| fate.removed);
        if removed {
            person.active = false;
            person.groups.clear();
        } else if let Some(fate) = fate {
            person.groups.extend(&fate.joined);
        }
        let key = fate.and_then(|fate| fate.key).unwrap_or_else(|| self.ids.make(Kind::StorageKey, number));
        let descriptor = self.descriptor_of(number, &person);
        Some(Seen { number, person, key, descriptor, removed })
    }

    fn descriptor_of(&self, number: u32, person: &Person) -> String {
        let subject = self.ids.make(Kind::Subject, number);
        match &person.origin {
            Origin::Msa => ids::descriptor("msa", &subject.to_string()),
            Origin::Tenant { object, .. } => {
                ids::descriptor("aad", &ids::subject_of_object(*object).to_string())
            }
            Origin::Pending => ids::descriptor("aad", &format!("upn:Windows Live ID\\{}", person.principal)),
            Origin::Service { prefix, .. } => ids::descriptor(prefix, &subject.to_string()),
        }
    }

    pub fn find_key(&self, key: Uuid) -> Option<Seen> {
        let number = match self.new_keys.get(&key) {
            Some(number) => *number,
            None => self.ids.number(Kind::StorageKey, key).filter(|number| *number < self.people_count())?,
        };
        self.person(number).filter(|seen| seen.key == key)
    }

    /// What a descriptor names now. A descriptor from before a change names nothing any more.
    pub fn find(&self, descriptor: &str) -> Option<Subject> {
        if descriptor.starts_with("vssgp.") || descriptor.starts_with("aadgp.") {
            let group =
                self.groups.iter().find(|group| !group.gone && group.descriptor(self.ids) == descriptor)?;
            return Some(Subject::Group(group.number));
        }
        let text = ids::decode_descriptor(descriptor)?;
        let number = match Uuid::try_parse(&text) {
            Ok(subject) => match self.subjects.get(&subject) {
                Some(number) => *number,
                None => self.ids.number(Kind::Subject, subject)?,
            },
            // an invited person's descriptor holds their address
            Err(_) => self.find_pending(&text)?,
        };
        if number >= self.people_count() {
            return None;
        }
        let seen = self.person(number).filter(|seen| seen.descriptor == descriptor)?;
        Some(Subject::Person(Box::new(seen)))
    }

    fn find_pending(&self, text: &str) -> Option<u32> {
        let address = text.rsplit_once('\\')?.1;
        self.near(address).into_iter().find(|number| {
            self.original(*number).is_some_and(|person| {
                person.origin == Origin::Pending && person.principal.eq_ignore_ascii_case(address)
            })
        })
    }

    /// Everybody who might have this address: the caller still compares.
    pub fn near(&self, address: &str) -> Vec<u32> {
        let listed = u32::try_from(self.listed.len()).unwrap_or(0);
        let mut numbers: Vec<u32> = (0..listed).collect();
        let trailing = self.crowd.number_in(address).filter(|number| *number < self.crowd_size);
        numbers.extend(trailing.map(|number| number + listed));
        numbers.extend(listed + self.crowd_size..self.people_count());
        numbers
    }

    pub(super) fn set_identity(&mut self, number: u32, tenant: u8, object: Uuid) {
        self.fates.entry(number).or_default().identity = Some((tenant, object));
        self.index_person(number);
    }

    /// Puts a person into a group.
    pub fn join(&mut self, number: u32, group: u16) {
        self.fates.entry(number).or_default().joined.push(group);
    }

    pub(super) fn change_key(&mut self, number: u32) {
        let serial = u32::try_from(self.new_keys.len()).unwrap_or(u32::MAX);
        let key = self.ids.make(Kind::NewStorageKey, serial);
        self.new_keys.insert(key, number);
        self.fates.entry(number).or_default().key = Some(key);
    }

    /// Learns who holds which object, from the people who can hold one.
    pub fn index(&mut self) {
        self.holders.clear();
        self.subjects.clear();
        let listed = u32::try_from(self.listed.len()).unwrap_or(0);
        let mut numbers: Vec<u32> =
            (0..listed).chain(listed + self.crowd_size..self.people_count()).collect();
        let mapped = |(number, fate): (&u32, &Fate)| fate.identity.is_some().then_some(*number);
        numbers.extend(self.fates.iter().filter_map(mapped));
        for number in numbers {
            self.index_person(number);
        }
    }

    pub(super) fn index_person(&mut self, number: u32) {
        let Some(seen) = self.person(number) else { return };
        if let Origin::Tenant { object, .. } = seen.person.origin {
            // a removed person must not hide the one who is active under the same object
            if seen.occupies() || !self.holders.contains_key(&object) {
                self.holders.insert(object, number);
                self.subjects.insert(ids::subject_of_object(object), number);
            }
        }
    }

    pub fn group(&self, number: u16) -> Option<&Group> {
        self.groups.get(usize::from(number))
    }

    /// The direct members of a group: groups first, then people.
    pub fn members(&self, number: u16) -> Vec<String> {
        let Some(group) = self.group(number) else { return Vec::new() };
        let mut members: Vec<String> = group
            .nested
            .iter()
            .filter_map(|nested| self.group(*nested))
            .filter(|nested| !nested.gone)
            .map(|nested| nested.descriptor(self.ids))
            .collect();
        let people = (0..self.people_count()).filter_map(|number| self.person(number));
        members.extend(
            people
                .filter(|seen| seen.occupies() && seen.person.groups.contains(&number))
                .map(|seen| seen.descriptor),
        );
        members
    }

    /// The groups that a subject is a direct member of.
    pub fn containers(&self, subject: &Subject) -> Vec<u16> {
        match subject {
            Subject::Person(seen) => seen.person.groups.clone(),
            Subject::Group(number) => {
                let holding = self.groups.iter().filter(|group| group.nested.contains(number));
                holding.map(|group| group.number).collect()
            }
        }
    }

    /// Whether the person is an administrator of the organization, nested groups counted.
    pub fn is_administrator(&self, seen: &Seen) -> bool {
        let mut open: Vec<u16> = seen.person.groups.clone();
        let mut known = Vec::new();
        while let Some(number) = open.pop() {
            if number == super::group::ADMINISTRATORS {
                return true;
            }
            if !known.contains(&number) {
                known.push(number);
                open.extend(self.containers(&Subject::Group(number)));
            }
        }
        false
    }
}
