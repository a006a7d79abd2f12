//! What changed since a reading before: who is new in the organization, who is gone, who changed and in what, and whom the
//! service mapped by itself. Compared by storage key and object id, never by place.
//!
//! News are kept until the administrator asks for a reading (`r`): somebody who comes back from the portal after twenty
//! minutes, and six readings, must still see what happened meanwhile.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;

use super::ids::{ObjectId, StorageKey, TenantId};
use super::matching::Changes;
use super::outcome::Outcome;
use super::people::{Directory, OrgUser, Roster};
use super::text::clean_to;

/// What of a person is different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// The display name.
    Name,
    /// The sign-in address.
    Address,
    /// The mail address.
    Mail,
    /// The access level.
    AccessLevel,
    /// The identity behind the person.
    Identity,
    /// The state of the licence.
    Status,
    /// The storage key: the same person is found under a new one.
    Key,
    /// What connecting will do, or did.
    Outcome,
}

impl Piece {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "sign-in address",
            Self::Mail => "mail",
            Self::AccessLevel => "access level",
            Self::Identity => "identity",
            Self::Status => "licence",
            Self::Key => "storage key",
            Self::Outcome => "outcome",
        }
    }
}

/// What is new about somebody who is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Was not there before.
    New,
    /// Is an identity of the destination tenant now, and was none before.
    Mapped,
    /// Something else changed.
    Changed,
}

impl Mark {
    /// The sign beside the person: one letter, so that it needs neither colour nor a font.
    pub fn sign(self) -> &'static str {
        match self {
            Self::New => "N",
            Self::Mapped => "M",
            Self::Changed => "C",
        }
    }
}

/// The news about somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonNews {
    /// The sign.
    pub mark: Mark,
    /// What changed, each once.
    pub pieces: Vec<Piece>,
    /// The outcome before, where it is another now.
    pub outcome_before: Option<Outcome>,
    /// The reading that found it.
    pub at: Timestamp,
}

/// Somebody who was there and is not any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The key that is gone.
    pub storage_key: StorageKey,
    /// The name.
    pub display_name: Arc<str>,
    /// The sign-in address.
    pub principal_name: Arc<str>,
    /// The reading that found it.
    pub at: Timestamp,
}

/// What is new about a tenant user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantMark {
    /// Was not there before.
    New,
    /// Changed.
    Changed,
    /// Is gone, or in the recycle bin.
    Gone,
}

/// What one reading found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// In the organization.
    Organization {
        /// About whom who is there.
        people: BTreeMap<StorageKey, PersonNews>,
        /// Who is gone.
        gone: Vec<Gone>,
    },
    /// In the tenant.
    Tenant(BTreeMap<ObjectId, TenantMark>, Timestamp),
}

impl Found {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Organization { people, gone } => people.is_empty() && gone.is_empty(),
            Self::Tenant(users, _) => users.is_empty(),
        }
    }

    /// In words, for the log: how many, and the first names.
    pub fn words(&self, name_of: impl Fn(&StorageKey) -> Option<Arc<str>>) -> String {
        let mut parts = Vec::new();
        match self {
            Self::Organization { people, gone } => {
                for (mark, word) in [(Mark::New, "new"), (Mark::Mapped, "mapped"), (Mark::Changed, "changed")]
                {
                    let of: Vec<_> = people.iter().filter(|(_, news)| news.mark == mark).collect();
                    let names = of.iter().filter_map(|(key, _)| name_of(key));
                    parts.extend(part(of.len(), word, names));
                }
                parts.extend(part(gone.len(), "gone", gone.iter().map(|one| Arc::clone(&one.display_name))));
            }
            Self::Tenant(users, _) => {
                for (mark, word) in
                    [(TenantMark::New, "new"), (TenantMark::Changed, "changed"), (TenantMark::Gone, "gone")]
                {
                    let number = users.values().filter(|found| **found == mark).count();
                    parts.extend(part(number, word, std::iter::empty()));
                }
            }
        }
        parts.join("; ")
    }
}

/// How many names are said.
const NAMED: usize = 3;

fn part(number: usize, word: &str, names: impl Iterator<Item = Arc<str>>) -> Option<String> {
    if number == 0 {
        return None;
    }
    let names: Vec<String> = names.take(NAMED).map(|name| clean_to(&name, 60).into_owned()).collect();
    let mut text = format!("{number} {word}");
    if !names.is_empty() {
        let _ = write!(text, ": {}", names.join(", "));
        if number > names.len() {
            text.push_str(", …");
        }
    }
    Some(text)
}

fn pieces(before: &OrgUser, after: &OrgUser) -> Vec<Piece> {
    // When somebody was last there is no news: it is different at every reading.
    [
        (Piece::Name, before.display_name != after.display_name),
        (Piece::Address, before.principal_name != after.principal_name),
        (Piece::Mail, before.mail != after.mail),
        (Piece::AccessLevel, before.access_level != after.access_level),
        (
            Piece::Identity,
            (&before.origin, &before.origin_id, &before.domain)
                != (&after.origin, &after.origin_id, &after.domain),
        ),
        (Piece::Status, before.status != after.status),
    ]
    .into_iter()
    .filter_map(|(piece, differs)| differs.then_some(piece))
    .collect()
}

fn of_destination(user: &OrgUser, destination: Option<TenantId>) -> bool {
    destination.is_some() && user.identity_tenant() == destination
}

fn compared(
    before: &OrgUser,
    after: &OrgUser,
    destination: Option<TenantId>,
    at: Timestamp,
) -> Option<PersonNews> {
    let mut pieces = pieces(before, after);
    if before.storage_key != after.storage_key {
        pieces.push(Piece::Key);
    }
    let mapped = of_destination(after, destination) && !of_destination(before, destination);
    let mark = if mapped { Mark::Mapped } else { Mark::Changed };
    (!pieces.is_empty()).then_some(PersonNews { mark, pieces, outcome_before: None, at })
}

/// What is different in the organization between two readings.
pub fn organization(old: &Roster, new: &Roster, destination: Option<TenantId>, at: Timestamp) -> Found {
    let mut people = BTreeMap::new();
    let mut came = Vec::new();
    for user in new.people() {
        match old.get(&user.storage_key) {
            Some(before) => {
                if let Some(news) = compared(before, user, destination, at) {
                    people.insert(user.storage_key.clone(), news);
                }
            }
            None => came.push(user),
        }
    }
    let went: Vec<&OrgUser> =
        old.people().iter().filter(|user| new.get(&user.storage_key).is_none()).collect();
    // Storage keys may change at the switch: who went and who came with the same address is one person, if it is clear who.
    let mut by_address: HashMap<String, Vec<&OrgUser>> = HashMap::new();
    for user in &went {
        by_address.entry(user.principal_name.to_lowercase()).or_default().push(user);
    }
    let mut arrivals: HashMap<String, usize> = HashMap::new();
    for user in &came {
        *arrivals.entry(user.principal_name.to_lowercase()).or_default() += 1;
    }
    let mut followed = std::collections::BTreeSet::new();
    for user in came {
        let address = user.principal_name.to_lowercase();
        let only = match by_address.get(&address).map(Vec::as_slice) {
            Some([only]) if arrivals.get(&address) == Some(&1) && !address.is_empty() => Some(*only),
            _ => None,
        };
        let news = only.and_then(|before| compared(before, user, destination, at)).unwrap_or(PersonNews {
            mark: Mark::New,
            pieces: Vec::new(),
            outcome_before: None,
            at,
        });
        if let Some(before) = only {
            followed.insert(&before.storage_key);
        }
        people.insert(user.storage_key.clone(), news);
    }
    let gone = went
        .iter()
        .filter(|user| !followed.contains(&user.storage_key))
        .map(|user| Gone {
            storage_key: user.storage_key.clone(),
            display_name: Arc::clone(&user.display_name),
            principal_name: Arc::clone(&user.principal_name),
            at,
        })
        .collect();
    Found::Organization { people, gone }
}

/// What is different in the tenant between two readings.
pub fn tenant(old: &Directory, new: &Directory, changes: &Changes, at: Timestamp) -> Found {
    let mut users = BTreeMap::new();
    for (user, _) in changes.before(old) {
        users.insert(user.id, TenantMark::Gone);
    }
    for (user, _) in changes.after(new) {
        let mark = match old.get(user.id) {
            _ if user.deleted => TenantMark::Gone,
            None => TenantMark::New,
            Some(before) if before.deleted => TenantMark::New,
            Some(_) => TenantMark::Changed,
        };
        users.insert(user.id, mark);
    }
    Found::Tenant(users, at)
}

/// Everything that is new since the administrator looked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct News {
    people: BTreeMap<StorageKey, PersonNews>,
    gone: Vec<Gone>,
    users: BTreeMap<ObjectId, TenantMark>,
    since: Option<Timestamp>,
}

/// How many there are of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// People who are new.
    pub new: usize,
    /// People who changed.
    pub changed: usize,
    /// People who became identities of the destination tenant.
    pub mapped: usize,
    /// People who are gone.
    pub gone: usize,
}

impl News {
    /// Takes in what a reading found.
    pub fn take(&mut self, found: &Found) {
        if found.is_empty() {
            return;
        }
        match found {
            Found::Organization { people, gone } => {
                for one in gone {
                    self.people.remove(&one.storage_key);
                    self.gone.push(one.clone());
                    self.begin(one.at);
                }
                for (key, news) in people {
                    self.begin(news.at);
                    // Who is back is not gone any more.
                    self.gone.retain(|one| one.storage_key != *key);
                    self.person(key, news);
                }
            }
            Found::Tenant(users, at) => {
                self.begin(*at);
                for (id, mark) in users {
                    let new_still =
                        self.users.get(id) == Some(&TenantMark::New) && *mark == TenantMark::Changed;
                    self.users.insert(*id, if new_still { TenantMark::New } else { *mark });
                }
            }
        }
    }

    fn person(&mut self, key: &StorageKey, news: &PersonNews) {
        let Some(known) = self.people.get_mut(key) else {
            self.people.insert(key.clone(), news.clone());
            return;
        };
        known.mark = known.mark.min(news.mark);
        known.at = news.at;
        known.outcome_before = known.outcome_before.or(news.outcome_before);
        for piece in &news.pieces {
            if !known.pieces.contains(piece) {
                known.pieces.push(*piece);
            }
        }
    }

    /// Takes in that people have another outcome than before.
    pub fn outcomes<'a>(
        &mut self,
        moved: impl IntoIterator<Item = (&'a StorageKey, Outcome)>,
        at: Timestamp,
    ) {
        for (key, before) in moved {
            self.begin(at);
            let news = PersonNews {
                mark: Mark::Changed,
                pieces: vec![Piece::Outcome],
                outcome_before: Some(before),
                at,
            };
            self.person(key, &news);
        }
    }

    fn begin(&mut self, at: Timestamp) {
        self.since.get_or_insert(at);
    }

    /// The administrator looked: what comes from now on is new.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The news about a person.
    pub fn of(&self, key: &StorageKey) -> Option<&PersonNews> {
        self.people.get(key)
    }

    /// What is new about a tenant user.
    pub fn of_tenant_user(&self, id: ObjectId) -> Option<TenantMark> {
        self.users.get(&id).copied()
    }

    /// Who is gone.
    pub fn gone(&self) -> &[Gone] {
        &self.gone
    }

    /// When the first of it was found.
    pub fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// How many people there are of each kind.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { gone: self.gone.len(), ..Counts::default() };
        for news in self.people.values() {
            match news.mark {
                Mark::New => counts.new += 1,
                Mark::Mapped => counts.mapped += 1,
                Mark::Changed => counts.changed += 1,
            }
        }
        counts
    }

    /// In a few words: `2 new, 1 gone`; `None` without news about people.
    pub fn summary(&self) -> Option<String> {
        let counts = self.counts();
        let parts: Vec<String> = [
            (counts.new, "new"),
            (counts.mapped, "mapped"),
            (counts.changed, "changed"),
            (counts.gone, "gone"),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// The news about a person in words. `by_us`: this program sent the mapping.
pub fn words(news: &PersonNews, by_us: bool, outcome_now: Option<Outcome>) -> String {
    let mut text = match (news.mark, by_us) {
        (Mark::New, _) => "new in the organization".to_owned(),
        (Mark::Mapped, true) => "mapped by this program".to_owned(),
        (Mark::Mapped, false) => "mapped by the service, or by somebody else".to_owned(),
        (Mark::Changed, _) => String::new(),
    };
    let named: Vec<String> = news
        .pieces
        .iter()
        // Being mapped says that it is another identity.
        .filter(|piece| !(news.mark == Mark::Mapped && matches!(piece, Piece::Identity | Piece::Outcome)))
        .filter_map(|piece| match (piece, news.outcome_before, outcome_now) {
            (Piece::Outcome, Some(before), Some(now)) if before == now => None,
            (Piece::Outcome, Some(before), _) => Some(format!("outcome, was {}", before.name())),
            (piece, _, _) => Some(piece.name().to_owned()),
        })
        .collect();
    if !named.is_empty() {
        if !text.is_empty() {
            text.push_str("; ");
        }
        let _ = write!(text, "changed: {}", named.join(", "));
    }
    if text.is_empty() { "changed, and changed back".to_owned() } else { text }
}

#[cfg(test)]
mod tests;
