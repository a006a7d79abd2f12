//! The two lists of people: the organization's ([`Roster`]) and the destination tenant's ([`Directory`]).
//!
//! Fields keep what the service wrote (originals are for display and for the CSV); comparison happens on keys made by
//! [`super::matching`]. Every string is untrusted: it goes through [`super::text::clean`] before it is shown.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::{Descriptor, ObjectId, StorageKey, TenantId};

pub mod patch;
mod places;
mod tenant_user;
mod texts;

use places::Places;
pub use tenant_user::{TenantUser, TenantUserParts};
pub use texts::{LONGEST_TEXT, MOST_ENTRIES, Strings};

/// Where an identity of the organization comes from. Open: the service may name others.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A personal Microsoft account.
    Msa,
    /// An Entra identity.
    Aad,
    /// Azure DevOps itself: service identities.
    Vsts,
    /// Anything else that the service said, as it said it.
    #[serde(untagged)]
    Other(Arc<str>),
}

impl Origin {
    /// As the service writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Msa => "msa",
            Self::Aad => "aad",
            Self::Vsts => "vsts",
            Self::Other(text) => text,
        }
    }

    /// Reads what the service wrote; case does not count.
    pub fn parse(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "msa" => Self::Msa,
            "aad" => Self::Aad,
            "vsts" => Self::Vsts,
            _ => Self::Other(text.trim().into()),
        }
    }
}

/// When somebody last used the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LastAccess {
    /// The service did not say.
    Unknown,
    /// Never: the service writes a date in year 1 (published examples show two different ones).
    Never,
    /// At this moment.
    At(Timestamp),
}

impl LastAccess {
    /// The moment, if there is one.
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Never | Self::Unknown => None,
        }
    }
}

/// The state of the licence, as far as this program tells states apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntitlementStatus {
    /// In use.
    Active,
    /// Invited and never signed in.
    Pending,
    /// Disabled, or about to be.
    Disabled,
    /// Deleted.
    Deleted,
    /// Another word of the service, or none.
    Other(Arc<str>),
}

impl EntitlementStatus {
    /// Reads the service's word.
    pub fn parse(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "active" => Self::Active,
            "pending" => Self::Pending,
            "disabled" | "pendingdisabled" => Self::Disabled,
            "deleted" => Self::Deleted,
            _ => Self::Other(text.trim().into()),
        }
    }
}

/// A person in the organization: one user entitlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrgUser {
    /// Identifies the person, before and after connecting.
    pub storage_key: StorageKey,
    /// For the next call only; changes on connecting.
    pub descriptor: Descriptor,
    /// Untrusted, for people's eyes.
    pub display_name: Arc<str>,
    /// The sign-in address (for an Entra guest the external address, never the `#EXT#` form).
    pub principal_name: Arc<str>,
    /// The mail address, where there is one.
    pub mail: Option<Arc<str>>,
    /// Which directory the identity comes from.
    pub origin: Origin,
    /// The id in that directory; `None` when absent or all zeros (a pending invitation).
    pub origin_id: Option<Arc<str>>,
    /// `Windows Live ID` for a Microsoft account, the tenant's GUID for an Entra identity.
    pub domain: Option<Arc<str>>,
    /// `member`, `guest` or another word; often absent.
    pub meta_type: Option<Arc<str>>,
    /// The Entra object behind it was deleted.
    pub deleted_in_origin: bool,
    /// The access level as the service shows it, such as `Basic`.
    pub access_level: Option<Arc<str>>,
    /// The licence's state.
    pub status: EntitlementStatus,
    /// Last use.
    pub last_accessed: LastAccess,
    /// When the entitlement was made.
    pub created: Option<Timestamp>,
}

impl OrgUser {
    /// Uses one piece of memory for texts that many people have, and for a mail address that is the sign-in address.
    fn share(&mut self, words: &mut HashSet<Arc<str>>) {
        if self.mail.as_deref() == Some(&*self.principal_name) {
            self.mail = Some(Arc::clone(&self.principal_name));
        }
        for field in [&mut self.domain, &mut self.meta_type, &mut self.access_level] {
            let Some(text) = field else { continue };
            match words.get(&**text) {
                Some(known) => *text = Arc::clone(known),
                None => drop(words.insert(Arc::clone(text))),
            }
        }
    }

    /// The tenant that an Entra identity belongs to (its home for a member, the host for a guest).
    pub fn identity_tenant(&self) -> Option<TenantId> {
        match self.origin {
            Origin::Aad => self.domain.as_deref().and_then(|domain| domain.parse().ok()),
            _ => None,
        }
    }

    /// The Entra object behind this identity, where it is one.
    pub fn origin_object(&self) -> Option<ObjectId> {
        match self.origin {
            Origin::Aad => self.origin_id.as_deref().and_then(|id| id.parse().ok()),
            _ => None,
        }
    }

    /// Build services, agents, service principals, system accounts: counted apart, never offered.
    pub fn is_service_identity(&self) -> bool {
        matches!(
            self.descriptor.subject_type(),
            "svc" | "acs" | "agg" | "imp" | "s2s" | "aadsp" | "win" | "tst"
        ) || self.origin == Origin::Vsts
            || self.domain.as_deref().is_some_and(|domain| {
                domain.eq_ignore_ascii_case("LOCAL AUTHORITY")
                    || domain.eq_ignore_ascii_case("Build")
                    || domain.eq_ignore_ascii_case("AgentPool")
            })
            || self.meta_type.as_deref().is_some_and(|kind| {
                kind.eq_ignore_ascii_case("application") || kind.eq_ignore_ascii_case("managedIdentity")
            })
    }

    /// Invited and never signed in: bind-pending, or without a readable origin id while pending.
    pub fn is_pending(&self) -> bool {
        matches!(self.descriptor.subject_type(), "bnd" | "unusr")
            || (self.status == EntitlementStatus::Pending && self.origin_id.is_none())
    }
}

/// Member or guest, as the tenant says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserType {
    /// A member, which an external person can be too.
    Member,
    /// A guest.
    Guest,
}

impl UserType {
    /// As Microsoft Graph writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Guest => "Guest",
        }
    }
}

/// Everybody in the organization, people and service identities apart. Joined by storage key; a key that came twice
/// counts once, the later reading wins.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    people: Vec<OrgUser>,
    services: Vec<OrgUser>,
    by_key: HashMap<StorageKey, usize>,
    /// Who is which tenant user, people before services; in the order of the tenant users.
    by_object: Vec<(ObjectId, usize)>,
    words: Words,
}

/// What a filter looks for words in, of everybody one after the other in lower case: one piece of memory, because looking
/// through a hundred thousand people's scattered texts takes longer than a key may.
#[derive(Debug, Clone, Default)]
struct Words {
    text: String,
    ends: Vec<usize>,
}

impl Words {
    fn of(people: &[OrgUser]) -> Self {
        let mut words = Self::default();
        for user in people {
            let fields = [
                Some(&user.display_name),
                Some(&user.principal_name),
                user.mail.as_ref(),
                user.access_level.as_ref(),
            ];
            for field in fields.into_iter().flatten() {
                words.text.push_str(&field.to_lowercase());
                // No word that is looked for holds a line break: none is found across two fields.
                words.text.push('\n');
            }
            words.ends.push(words.text.len());
        }
        words
    }

    fn get(&self, at: usize) -> Option<&str> {
        let from = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(from..*self.ends.get(at)?)
    }
}

impl Roster {
    /// Sorts people from service identities and drops repetitions. People are ordered by display name, then storage key.
    pub fn new(users: impl IntoIterator<Item = OrgUser>) -> Self {
        let mut unique: Vec<OrgUser> = users.into_iter().collect();
        // stable: of one key the later reading stays last, and is the one that is kept
        unique.sort_by(|a, b| a.storage_key.cmp(&b.storage_key));
        unique.dedup_by(|later, kept| {
            let same = later.storage_key == kept.storage_key;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
        let mut words: HashSet<Arc<str>> = HashSet::new();
        for user in &mut unique {
            user.share(&mut words);
        }
        let (mut services, mut people): (Vec<_>, Vec<_>) =
            unique.into_iter().partition(OrgUser::is_service_identity);
        people.shrink_to_fit();
        services.shrink_to_fit();
        let order = |a: &OrgUser, b: &OrgUser| {
            (&a.display_name, &a.storage_key).cmp(&(&b.display_name, &b.storage_key))
        };
        people.sort_by(order);
        services.sort_by(order);
        let by_key = people.iter().enumerate().map(|(at, user)| (user.storage_key.clone(), at)).collect();
        let mut by_object: Vec<(ObjectId, usize)> = people
            .iter()
            .chain(&services)
            .enumerate()
            .filter_map(|(at, user)| Some((user.origin_object()?, at)))
            .collect();
        by_object.sort_unstable();
        let words = Words::of(&people);
        Self { people, services, by_key, by_object, words }
    }

    /// The people, ordered by display name, then storage key.
    pub fn people(&self) -> &[OrgUser] {
        &self.people
    }

    /// Name, addresses and access level of the person with this number, in lower case, a line each.
    pub fn words(&self, at: usize) -> Option<&str> {
        self.words.get(at)
    }

    /// Service identities.
    pub fn services(&self) -> &[OrgUser] {
        &self.services
    }

    /// The person with this key.
    pub fn get(&self, key: &StorageKey) -> Option<&OrgUser> {
        self.position(key).and_then(|at| self.people.get(at))
    }

    /// People and service identities that are this tenant user, people first.
    pub fn with_object(&self, object: ObjectId) -> impl Iterator<Item = &OrgUser> {
        let from = self.by_object.partition_point(|(other, _)| *other < object);
        let found = self.by_object.iter().skip(from).take_while(move |(other, _)| *other == object);
        found.filter_map(|(_, at)| {
            self.people.get(*at).or_else(|| self.services.get(at.checked_sub(self.people.len())?))
        })
    }

    /// Where this person stands in [`Roster::people`].
    pub fn position(&self, key: &StorageKey) -> Option<usize> {
        self.by_key.get(key).copied()
    }
}

/// Everybody in the destination tenant, joined by object id; an id that came twice counts once.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    users: Vec<TenantUser>,
    by_id: Places,
}

impl Directory {
    /// Keeps the order of arrival; for an id that came twice the later reading wins.
    pub fn new(users: impl IntoIterator<Item = TenantUser>) -> Self {
        let users = users.into_iter();
        let by_id = Places::with_capacity(users.size_hint().0);
        let mut directory = Self { users: Vec::new(), by_id };
        for user in users {
            directory.insert(user);
        }
        directory.users.shrink_to_fit();
        directory
    }

    /// Adds or replaces one user.
    pub fn insert(&mut self, user: TenantUser) {
        let found = self.position(user.id);
        if let Some(slot) = found.and_then(|at| self.users.get_mut(at)) {
            *slot = user;
        } else if let Ok(at) = u32::try_from(self.users.len()) {
            let id = user.id;
            self.users.push(user);
            let users = &self.users;
            self.by_id.add(&id, at, |at| users.get(at as usize).map(|user| user.id));
        }
    }

    /// All users, in order of arrival.
    pub fn users(&self) -> &[TenantUser] {
        &self.users
    }

    /// The user with this object id.
    pub fn get(&self, id: ObjectId) -> Option<&TenantUser> {
        self.position(id).and_then(|at| self.users.get(at))
    }

    /// Where this user stands in [`Directory::users`].
    pub fn position(&self, id: ObjectId) -> Option<usize> {
        self.by_id.find(&id, |at| self.users.get(at as usize).map(|user| user.id)).map(|at| at as usize)
    }

    /// How many users there are.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether nobody was read.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }
}
