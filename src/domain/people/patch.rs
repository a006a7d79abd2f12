//! Changes of the tenant's people as a delta query tells them: only what is named changed, and the rest stays as it was.
//!
//! Source: Microsoft Graph, delta query overview and `user: delta`: a changed item has at least the members that changed;
//! `@removed` says `changed` for somebody in the recycle bin and `deleted` for good; items may repeat, and whole rounds may be
//! told again. So changes are merged by object id, and telling one twice makes no difference.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::{Directory, TenantUser, TenantUserParts, UserType};
use crate::domain::ids::ObjectId;

/// A member of a change: told, or left as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Told<T> {
    /// The change does not speak of it.
    #[default]
    Not,
    /// It is this now; an empty value means that there is none.
    Is(T),
}

impl<T> Told<T> {
    /// The same, made into something else.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Told<U> {
        match self {
            Self::Not => Told::Not,
            Self::Is(value) => Told::Is(make(value)),
        }
    }

    fn put(self, place: &mut T) {
        if let Self::Is(value) = self {
            *place = value;
        }
    }
}

/// What a delta query tells about a user that is there. See [`TenantUserParts`] for the members.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "each is the member of the same name of TenantUserParts")]
pub struct TenantUserPatch {
    pub display_name: Told<Box<str>>,
    pub given_name: Told<Option<Box<str>>>,
    pub surname: Told<Option<Box<str>>>,
    pub user_principal_name: Told<Box<str>>,
    pub mail: Told<Option<Box<str>>>,
    pub other_mails: Told<Box<[Box<str>]>>,
    pub proxy_addresses: Told<Box<[Box<str>]>>,
    pub identity_addresses: Told<Box<[Box<str>]>>,
    pub user_type: Told<Option<UserType>>,
    pub enabled: Told<Option<bool>>,
    pub pending: Told<bool>,
    pub mail_nickname: Told<Option<Box<str>>>,
    pub sam_account_name: Told<Option<Box<str>>>,
    pub created: Told<Option<Timestamp>>,
}

impl TenantUserPatch {
    /// Whether somebody who was not known before can be made of it: a new object comes with its sign-in name, a changed one
    /// perhaps without.
    fn is_whole(&self) -> bool {
        matches!(&self.user_principal_name, Told::Is(name) if !name.is_empty())
    }

    fn over(self, mut parts: TenantUserParts) -> TenantUser {
        // Who is told about without `@removed` is there (again).
        parts.deleted = false;
        self.display_name.put(&mut parts.display_name);
        self.given_name.put(&mut parts.given_name);
        self.surname.put(&mut parts.surname);
        self.user_principal_name.put(&mut parts.user_principal_name);
        self.mail.put(&mut parts.mail);
        self.other_mails.put(&mut parts.other_mails);
        self.proxy_addresses.put(&mut parts.proxy_addresses);
        self.identity_addresses.put(&mut parts.identity_addresses);
        self.user_type.put(&mut parts.user_type);
        self.enabled.put(&mut parts.enabled);
        self.pending.put(&mut parts.pending);
        self.mail_nickname.put(&mut parts.mail_nickname);
        self.sam_account_name.put(&mut parts.sam_account_name);
        self.created.put(&mut parts.created);
        parts.into()
    }
}

/// One change of the tenant's people.
#[derive(Debug, Clone, PartialEq)]
pub enum DirectoryChange {
    /// Somebody came, came back, or changed.
    Changed(ObjectId, Box<TenantUserPatch>),
    /// Somebody is in the recycle bin, and can come back.
    Removed(ObjectId),
    /// Somebody is gone for good.
    Deleted(ObjectId),
}

impl DirectoryChange {
    /// About whom.
    pub fn id(&self) -> ObjectId {
        match self {
            Self::Changed(id, _) | Self::Removed(id) | Self::Deleted(id) => *id,
        }
    }
}

/// What came of merging changes into a reading.
#[derive(Debug, Clone, Default)]
pub struct Merged {
    /// The tenant's people with the changes in them; `None` where nobody is different from before.
    pub directory: Option<Directory>,
    /// People who are told about in part and were never read whole: they have to be read by themselves.
    pub unknown: BTreeSet<ObjectId>,
}

fn nobody(id: ObjectId) -> TenantUserParts {
    TenantUserParts {
        id,
        display_name: Box::default(),
        given_name: None,
        surname: None,
        user_principal_name: Box::default(),
        mail: None,
        other_mails: Box::default(),
        proxy_addresses: Box::default(),
        identity_addresses: Box::default(),
        user_type: None,
        enabled: None,
        pending: false,
        deleted: false,
        mail_nickname: None,
        sam_account_name: None,
        created: None,
    }
}

impl Directory {
    /// The people with these changes, one after the other. Who stays keeps the place; who is new comes last.
    pub fn merged(&self, changes: impl IntoIterator<Item = DirectoryChange>) -> Merged {
        let mut told: HashMap<ObjectId, Option<TenantUser>> = HashMap::new();
        let mut order = Vec::new();
        let mut unknown = BTreeSet::new();
        for change in changes {
            let id = change.id();
            let known = match told.get(&id) {
                Some(later) => later.as_ref(),
                None => self.get(id),
            };
            let now = match change {
                DirectoryChange::Deleted(_) => None,
                DirectoryChange::Removed(_) => {
                    let Some(user) = known else { continue };
                    let mut user = user.clone();
                    user.deleted = true;
                    Some(user)
                }
                DirectoryChange::Changed(_, patch) => {
                    let parts = match known {
                        Some(user) => TenantUserParts::from(user),
                        None if patch.is_whole() => nobody(id),
                        None => {
                            unknown.insert(id);
                            continue;
                        }
                    };
                    Some(patch.over(parts))
                }
            };
            unknown.remove(&id);
            if told.insert(id, now).is_none() {
                order.push(id);
            }
        }
        told.retain(|id, now| now.as_ref() != self.get(*id));
        if told.is_empty() {
            return Merged { directory: None, unknown };
        }
        let mut users: Vec<TenantUser> = Vec::with_capacity(self.len() + order.len());
        for user in self.users() {
            match told.remove(&user.id) {
                Some(now) => users.extend(now),
                None => users.push(user.clone()),
            }
        }
        users.extend(order.iter().filter_map(|id| told.remove(id).flatten()));
        Merged { directory: Some(Self::new(users)), unknown }
    }

    /// The same people, with these put in their place or added: who was read by themselves.
    #[must_use]
    pub fn with(&self, read: impl IntoIterator<Item = TenantUser>) -> Self {
        let mut all = self.clone();
        for user in read {
            all.insert(user);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u32) -> ObjectId {
        format!("00000000-0000-4000-9000-0000000{n:05}").parse().unwrap()
    }

    fn user(n: u32, upn: &str) -> TenantUser {
        TenantUserParts {
            user_principal_name: upn.into(),
            mail: Some(upn.into()),
            surname: Some("Vance".into()),
            enabled: Some(true),
            ..nobody(id(n))
        }
        .into()
    }

    fn changed(n: u32, patch: TenantUserPatch) -> DirectoryChange {
        DirectoryChange::Changed(id(n), Box::new(patch))
    }

    fn three() -> Directory {
        Directory::new([user(1, "a@contoso.com"), user(2, "b@contoso.com"), user(3, "c@contoso.com")])
    }

    #[test]
    fn what_is_not_told_stays_as_it_was() {
        let patch = TenantUserPatch {
            mail: Told::Is(None),
            enabled: Told::Is(Some(false)),
            ..TenantUserPatch::default()
        };
        let merged = three().merged([changed(2, patch)]).directory.unwrap();
        let b = merged.get(id(2)).unwrap();
        assert_eq!((b.mail(), b.surname(), b.enabled), (None, Some("Vance"), Some(false)));
        assert_eq!(b.user_principal_name(), "b@contoso.com");
        assert_eq!(merged.position(id(2)), Some(1), "the place stays");
    }

    #[test]
    fn who_is_removed_can_come_back_and_who_is_deleted_is_gone() {
        let all = three();
        let gone = all.merged([DirectoryChange::Removed(id(1)), DirectoryChange::Deleted(id(3))]);
        let gone = gone.directory.unwrap();
        assert!(gone.get(id(1)).unwrap().deleted);
        assert_eq!((gone.len(), gone.get(id(3))), (2, None));
        // Restored, and told with nothing but the id.
        let back = gone.merged([changed(1, TenantUserPatch::default())]).directory.unwrap();
        assert_eq!(back.get(id(1)), all.get(id(1)));
    }

    #[test]
    fn telling_it_again_changes_nothing() {
        let rename =
            || TenantUserPatch { surname: Told::Is(Some("Wilber".into())), ..TenantUserPatch::default() };
        let round = || [changed(1, rename()), DirectoryChange::Deleted(id(2)), changed(1, rename())];
        let once = three().merged(round()).directory.unwrap();
        assert!(once.merged(round()).directory.is_none(), "a round that is replayed");
        assert!(three().merged([]).directory.is_none());
        // Of two changes of the same person in one round the later counts.
        let there_and_back = [DirectoryChange::Deleted(id(2)), changed(2, rename())];
        assert!(three().merged(there_and_back).unknown.contains(&id(2)), "deleted, then told in part");
        assert!(
            three()
                .merged([DirectoryChange::Removed(id(9)), DirectoryChange::Deleted(id(9))])
                .directory
                .is_none()
        );
    }

    #[test]
    fn new_people_come_last_and_parts_of_strangers_are_named() {
        let whole = TenantUserPatch {
            user_principal_name: Told::Is("d@contoso.com".into()),
            ..TenantUserPatch::default()
        };
        let part = TenantUserPatch { mail: Told::Is(None), ..TenantUserPatch::default() };
        let merged = three().merged([changed(4, whole.clone()), changed(5, part.clone())]);
        let directory = merged.directory.unwrap();
        assert_eq!((directory.len(), directory.position(id(4))), (4, Some(3)));
        assert_eq!(merged.unknown, BTreeSet::from([id(5)]));
        // The whole of them may come later in the same round.
        assert!(three().merged([changed(4, part), changed(4, whole)]).unknown.is_empty());
    }
}
