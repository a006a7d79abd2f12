//! An organization at one moment, in the form in which two moments are compared: small, because two times 100,000 people have
//! to fit beside each other. Group and project names are held once; a person holds numbers.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::connection::Backing;
use crate::domain::ids::{ObjectId, StorageKey, TenantId};
use crate::domain::people::{EntitlementStatus, LastAccess, OrgUser, Origin};

/// When a state is of, and of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When it was read.
    pub taken_at: Timestamp,
    /// The organization's name.
    pub organization: String,
    /// What backed it; `None`: not known.
    pub backing: Option<Backing>,
    /// How many people there were.
    pub people: usize,
}

/// A licence, told by where it comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Licence {
    /// Not said.
    #[default]
    Unknown,
    /// Assigned in the organization.
    Account,
    /// Follows from a Visual Studio subscription, which is found by the person's address.
    Subscription,
    /// Assigned by a group rule.
    Rule,
}

/// How many tokens and keys somebody has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TokenCounts {
    /// Personal access tokens that are valid.
    pub access_tokens: u32,
    /// SSH keys.
    pub ssh_keys: u32,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonState {
    /// Identifies the person.
    pub key: StorageKey,
    /// Untrusted, for people's eyes.
    pub name: Arc<str>,
    /// The sign-in address.
    pub address: Arc<str>,
    /// Which directory the identity comes from.
    pub origin: Origin,
    /// The tenant of an Entra identity.
    pub tenant: Option<TenantId>,
    /// Its object.
    pub object: Option<ObjectId>,
    /// A guest of its tenant; `None`: not said.
    pub guest: Option<bool>,
    /// The access level, as the service shows it.
    pub access: Option<Arc<str>>,
    /// Where the licence comes from.
    pub licence: Licence,
    /// The state of the entitlement.
    pub status: EntitlementStatus,
    /// Last use.
    pub last_accessed: LastAccess,
    /// Groups that the person is directly in, as numbers into [`State::groups`], in order; `None`: not read.
    pub direct: Option<Box<[u32]>>,
    /// Projects that the entitlement names, in order; `None`: not read.
    pub projects: Option<Box<[Arc<str>]>>,
    /// Tokens and keys, where they were read.
    pub tokens: Option<TokenCounts>,
}

impl PersonState {
    /// From an entitlement, without what is read elsewhere (groups, tokens).
    pub fn of(user: &OrgUser) -> Self {
        Self {
            key: user.storage_key.clone(),
            name: Arc::clone(&user.display_name),
            address: Arc::clone(&user.principal_name),
            origin: user.origin.clone(),
            tenant: user.identity_tenant(),
            object: user.origin_object(),
            guest: match user.meta_type.as_deref() {
                Some(kind) if kind.eq_ignore_ascii_case("guest") => Some(true),
                Some(kind) if kind.eq_ignore_ascii_case("member") => Some(false),
                _ => None,
            },
            access: user.access_level.clone(),
            licence: Licence::Unknown,
            status: user.status.clone(),
            last_accessed: user.last_accessed,
            direct: None,
            projects: None,
            tokens: None,
        }
    }
}

/// One group of the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupState {
    /// What stays the same when the group is renamed or the directory changes: of a group of Azure DevOps its descriptor,
    /// which holds the group's SID; of an Entra group its object id, where the service said so.
    pub id: Arc<str>,
    /// `[Fiber]\Contributors`
    pub name: Arc<str>,
    /// A group of a tenant, by its object where the service said so.
    pub entra: bool,
    /// The project that it belongs to.
    pub project: Option<Arc<str>>,
    /// The Project Collection Administrators themselves.
    pub administrators: bool,
    /// Groups that this one is directly in, as numbers.
    pub within: Vec<u32>,
}

/// Something with an id and a name, of which it counts whether it is there and how it stands: a project, a service
/// connection, an agent pool, a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Named {
    /// What identifies it.
    pub id: String,
    /// Untrusted, for people's eyes.
    pub name: String,
    /// How it stands, in a word, where that counts: `ready`, `not ready`, `2 of 3 agents online`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<String>,
    /// Whether that is as it should be; `None`: not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<bool>,
}

/// The organization's owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerState {
    /// Who, where the service said so.
    pub key: Option<StorageKey>,
    /// Name and address, untrusted.
    pub shown: String,
}

/// The organization at one moment. `None` in a list: it was not read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// When it was read.
    pub taken_at: Timestamp,
    /// The organization's name.
    pub organization: String,
    /// What backed it; `None`: not known.
    pub backing: Option<Backing>,
    /// The owner; `None`: not read.
    pub owner: Option<OwnerState>,
    /// The administrators, nested groups resolved; `None`: not read, or not all of them.
    pub administrators: Option<Vec<StorageKey>>,
    /// Everybody, in the order of the keys. Not part of the stored form: people are stored one by one.
    #[serde(skip)]
    pub people: Vec<PersonState>,
    /// The groups; empty where they were not read (then nobody's `direct` is there either).
    pub groups: Vec<GroupState>,
    /// Groups and all their members were read.
    pub groups_whole: bool,
    /// Groups whose members could not be read, as numbers: nobody is known not to be in them.
    pub unread_groups: Vec<u32>,
    /// Service identities.
    pub services: Option<Vec<Named>>,
    /// Group rules.
    pub rules: Option<Vec<Named>>,
    /// Projects.
    pub projects: Option<Vec<Named>>,
    /// Service connections.
    pub connections: Option<Vec<Named>>,
    /// Agent pools.
    pub pools: Option<Vec<Named>>,
    /// What was not read, in words, each with its reason.
    pub left_out: Vec<String>,
}

impl State {
    /// When it is of, and of what.
    pub fn moment(&self) -> Moment {
        Moment {
            taken_at: self.taken_at,
            organization: self.organization.clone(),
            backing: self.backing,
            people: self.people.len(),
        }
    }

    /// Puts the people into the order of their keys; a key that came twice counts once, the later one wins. Every list of
    /// numbers is put in order too. To be called when everything is in.
    pub fn settle(&mut self) {
        // stable: of one key the later reading stays last, and is the one that is kept
        self.people.sort_by(|a, b| a.key.cmp(&b.key));
        self.people.dedup_by(|later, kept| {
            let same = later.key == kept.key;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
        for person in &mut self.people {
            if let Some(list) = &mut person.direct {
                sort_unique(list);
            }
            if let Some(projects) = &mut person.projects {
                let mut all = std::mem::take(projects).into_vec();
                all.sort();
                all.dedup();
                *projects = all.into();
            }
        }
        for group in &mut self.groups {
            group.within.sort_unstable();
            group.within.dedup();
        }
        self.unread_groups.sort_unstable();
        self.unread_groups.dedup();
        let lists =
            [&mut self.services, &mut self.rules, &mut self.projects, &mut self.connections, &mut self.pools];
        for list in lists.into_iter().flatten() {
            list.sort();
            list.dedup_by(|a, b| a.id == b.id);
        }
    }

    /// The person with this key. Only after [`State::settle`].
    pub fn person(&self, key: &StorageKey) -> Option<&PersonState> {
        self.position(key).and_then(|at| self.people.get(at))
    }

    /// Where the person with this key stands.
    pub fn position(&self, key: &StorageKey) -> Option<usize> {
        self.people.binary_search_by(|person| person.key.cmp(key)).ok()
    }
}

fn sort_unique(list: &mut Box<[u32]>) {
    let mut all = std::mem::take(list).into_vec();
    all.sort_unstable();
    all.dedup();
    *list = all.into();
}
