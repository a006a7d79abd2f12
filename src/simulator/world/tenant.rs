//! A tenant and its users: written down, generated, invited, changed.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap, HashSet},
    time::Instant,
};

use jiff::Timestamp;
use uuid::Uuid;

use super::generate::Crowd;
use crate::simulator::ids::{Ids, Kind};

#[derive(Debug, Clone)]
pub(in crate::simulator) struct TenantUser {
    pub display: String,
    pub given: Option<String>,
    pub surname: Option<String>,
    pub mail: Option<String>,
    pub upn: String,
    pub other_mails: Vec<String>,
    pub proxies: Vec<String>,
    /// `Member`, `Guest`, or `None` as in old directories.
    pub kind: Option<&'static str>,
    pub enabled: bool,
    /// `PendingAcceptance` or `Accepted`, for external users.
    pub external: Option<&'static str>,
    pub nickname: String,
    pub sam: Option<String>,
    pub created: Timestamp,
    /// In the recycle bin.
    pub deleted: bool,
}

impl TenantUser {
    /// The external address in a guest's user principal name: the last `_` before `#EXT#` was the `@`.
    pub fn external_address(&self) -> Option<String> {
        let (head, _) = self.upn.split_once("#EXT#")?;
        let (local, domain) = head.rsplit_once('_')?;
        Some(format!("{local}@{domain}"))
    }

    /// What Azure DevOps shows as the principal name: never the `#EXT#` form.
    pub fn shown_principal(&self) -> String {
        self.external_address().unwrap_or_else(|| self.upn.clone())
    }
}

#[derive(Debug, Clone)]
struct Edit {
    user: TenantUser,
    /// When lists and Azure DevOps see it.
    from: Option<Instant>,
}

/// A group of the tenant.
#[derive(Debug, Clone)]
pub(in crate::simulator) struct DirectoryGroup {
    pub id: Uuid,
    pub display: String,
    pub members: Vec<u32>,
    pub nested: Vec<usize>,
}

#[derive(Debug)]
pub(in crate::simulator) struct Tenant {
    pub number: u8,
    pub id: Uuid,
    /// `contoso.onmicrosoft.com`
    pub initial_domain: String,
    /// `contoso.com`
    pub domain: String,
    pub display: String,
    pub groups: Vec<DirectoryGroup>,
    ids: Ids,
    listed: Vec<TenantUser>,
    crowd: Crowd,
    crowd_size: u32,
    added: Vec<Edit>,
    edited: HashMap<u32, Edit>,
    by_upn: HashMap<String, u32>,
    /// Numbers of the users that changed, in order: the delta feed.
    pub changes: Vec<u32>,
    /// What changed of whom, by the names of the properties.
    touched: HashMap<u32, BTreeSet<&'static str>>,
    /// Gone from the recycle bin too.
    purged: HashSet<u32>,
}

/// The properties in which two users differ.
fn differences(before: &TenantUser, after: &TenantUser) -> impl Iterator<Item = &'static str> {
    let outside = before.external != after.external || before.upn != after.upn;
    [
        ("displayName", before.display != after.display),
        ("mail", before.mail != after.mail),
        ("userPrincipalName", before.upn != after.upn),
        ("otherMails", before.other_mails != after.other_mails),
        ("proxyAddresses", before.proxies != after.proxies),
        ("userType", before.kind != after.kind),
        ("accountEnabled", before.enabled != after.enabled),
        ("externalUserState", before.external != after.external),
        ("identities", outside),
        ("mailNickname", before.nickname != after.nickname),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
}

impl Tenant {
    pub fn new(ids: Ids, crowd: Crowd, number: u8, name: &str, display: &str) -> Self {
        Self {
            number,
            id: ids.make(Kind::Tenant, number.into()),
            initial_domain: format!("{name}.onmicrosoft.com"),
            domain: format!("{name}.com"),
            display: display.to_owned(),
            groups: Vec::new(),
            ids,
            listed: Vec::new(),
            crowd,
            crowd_size: 0,
            added: Vec::new(),
            edited: HashMap::new(),
            by_upn: HashMap::new(),
            changes: Vec::new(),
            touched: HashMap::new(),
            purged: HashSet::new(),
        }
    }

    /// Writes a user down; only before the simulation starts.
    pub fn list(&mut self, user: TenantUser) -> u32 {
        let number = u32::try_from(self.listed.len()).unwrap_or(u32::MAX);
        self.by_upn.insert(user.upn.to_lowercase(), number);
        self.listed.push(user);
        number
    }

    /// Lets the crowd fill the tenant up to this many users.
    pub fn fill(&mut self, total: usize) {
        self.crowd_size = u32::try_from(total.saturating_sub(self.listed.len())).unwrap_or(0);
    }

    pub fn set_crowd(&mut self, crowd: Crowd) {
        self.crowd = crowd;
    }

    /// Makes a user written down a guest or a member.
    pub fn set_my_type(&mut self, number: u32, guest: bool) {
        if let Some(user) = self.listed.get_mut(number as usize) {
            user.kind = Some(if guest { "Guest" } else { "Member" });
        }
    }

    pub fn count(&self) -> u32 {
        self.listed_count() + self.crowd_size + u32::try_from(self.added.len()).unwrap_or(0)
    }

    fn listed_count(&self) -> u32 {
        u32::try_from(self.listed.len()).unwrap_or(0)
    }

    pub fn object(&self, number: u32) -> Uuid {
        self.ids.make(Kind::Object(self.number), number)
    }

    pub fn number_of(&self, object: Uuid) -> Option<u32> {
        self.ids.number(Kind::Object(self.number), object).filter(|number| *number < self.count())
    }

    /// The user as the directory itself knows it at once.
    pub fn fresh(&self, number: u32) -> Option<Cow<'_, TenantUser>> {
        match self.edited.get(&number) {
            Some(edit) => Some(Cow::Borrowed(&edit.user)),
            None => self.original(number),
        }
    }

    /// The user as lists and Azure DevOps see it, which may be late.
    pub fn user(&self, number: u32) -> Option<Cow<'_, TenantUser>> {
        let in_effect = |edit: &&Edit| edit.from.is_none_or(|from| from <= Instant::now());
        if let Some(edit) = self.edited.get(&number).filter(in_effect) {
            return Some(Cow::Borrowed(&edit.user));
        }
        match number.checked_sub(self.listed_count() + self.crowd_size) {
            Some(late) => {
                self.added.get(late as usize).filter(in_effect).map(|edit| Cow::Borrowed(&edit.user))
            }
            None => self.original(number),
        }
    }

    fn original(&self, number: u32) -> Option<Cow<'_, TenantUser>> {
        if let Some(user) = self.listed.get(number as usize) {
            return Some(Cow::Borrowed(user));
        }
        let in_crowd = number - self.listed_count();
        if in_crowd < self.crowd_size {
            return Some(Cow::Owned(self.crowd.user(in_crowd, self)));
        }
        self.added.get((in_crowd - self.crowd_size) as usize).map(|edit| Cow::Borrowed(&edit.user))
    }

    /// Adds a user, as an invitation does.
    pub fn add(&mut self, user: TenantUser, from: Option<Instant>) -> u32 {
        let number = self.count();
        self.added.push(Edit { user, from });
        self.changes.push(number);
        number
    }

    /// Changes a user.
    pub fn edit(&mut self, number: u32, from: Option<Instant>, change: impl FnOnce(&mut TenantUser)) -> bool {
        let Some(user) = self.fresh(number) else { return false };
        let before = user.into_owned();
        let mut user = before.clone();
        change(&mut user);
        if !self.is_added(number) {
            self.touched.entry(number).or_default().extend(differences(&before, &user));
        }
        self.edited.insert(number, Edit { user, from });
        self.changes.push(number);
        true
    }

    /// Every change so far is visible everywhere.
    pub fn catch_up(&mut self) {
        self.edited.values_mut().chain(&mut self.added).for_each(|edit| edit.from = None);
    }

    fn is_added(&self, number: u32) -> bool {
        number >= self.listed_count() + self.crowd_size
    }

    /// The properties of a user that changed since the start; `None` for one who was added since then.
    pub fn touched(&self, number: u32) -> Option<BTreeSet<&'static str>> {
        (!self.is_added(number)).then(|| self.touched.get(&number).cloned().unwrap_or_default())
    }

    /// Takes a user out of the recycle bin for good.
    pub fn purge(&mut self, number: u32) {
        self.purged.insert(number);
    }

    /// Whether a user is gone for good.
    pub fn is_purged(&self, number: u32) -> bool {
        self.purged.contains(&number)
    }

    /// Everybody who might have this address somewhere: written down, added, changed, and the one of the crowd
    /// whose number the address ends in. The caller still compares.
    pub fn near(&self, address: &str) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..self.listed_count()).collect();
        let trailing = self.crowd.number_in(address).filter(|number| *number < self.crowd_size);
        numbers.extend(trailing.map(|number| number + self.listed_count()));
        numbers.extend(self.listed_count() + self.crowd_size..self.count());
        numbers.extend(self.edited.keys().copied());
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The users, visible and not deleted, with this user principal name.
    pub fn by_upn(&self, upn: &str) -> Vec<u32> {
        let wanted = upn.to_lowercase();
        let mut numbers: Vec<u32> = self.by_upn.get(&wanted).copied().into_iter().collect();
        let trailing = self.crowd.number_in(&wanted).filter(|number| *number < self.crowd_size);
        numbers.extend(trailing.map(|number| number + self.listed_count()));
        numbers.extend(self.listed_count() + self.crowd_size..self.count());
        numbers.extend(self.edited.keys().copied());
        numbers.sort_unstable();
        numbers.dedup();
        numbers.retain(|number| {
            self.user(*number).is_some_and(|user| !user.deleted && user.upn.to_lowercase() == wanted)
        });
        numbers
    }
}
