//! Who has to be told after the switch: whose access tokens and SSH keys have to be made anew, which of them end soon or are
//! for all organizations. What was read before the switch and what was read since are one list, each with when it was seen.
//!
//! Global tokens end on 2026-12-01 (Azure DevOps blog, "Retirement of global personal access tokens"). The text to send to each
//! person is in [`crate::domain::papers::letter`].

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::facts::{TokenInventory, TokenNote};
use crate::domain::ids::StorageKey;
use crate::domain::people::{OrgUser, Roster};
use crate::domain::text::{clean, named};

mod joined;
#[cfg(test)]
pub(in crate::domain) mod tests;

/// A token that ends within so many days is about to end.
pub const SOON_DAYS: i64 = 30;

/// The columns of the CSV.
pub const COLUMNS: [&str; 13] = [
    "storage_key",
    "display_name",
    "principal_name",
    "mail",
    "kind",
    "name",
    "scope",
    "valid_until",
    "global",
    "what_to_do",
    "standing",
    "read_before_switch",
    "read_at",
];

/// How a token or key stands, by what was read before the switch and what was read since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There, by the only reading that there is.
    There,
    /// There before the switch, and there still.
    Still,
    /// There before the switch, and not since.
    Gone,
    /// There before the switch; nobody looked since.
    NotReadSince,
    /// Made since the switch: nothing has to be done about it.
    MadeSince,
}

impl Standing {
    /// The name in the CSV.
    pub fn name(self) -> &'static str {
        match self {
            Self::There => "there",
            Self::Still => "still-there",
            Self::Gone => "gone",
            Self::NotReadSince => "not-read-since",
            Self::MadeSince => "made-since",
        }
    }
}

/// Something on the list of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The token or key.
    pub note: TokenNote,
    /// Whole days until it ends; `None`: not said.
    pub days_left: Option<i64>,
    /// When it was seen.
    pub standing: Standing,
}

impl Item {
    /// Ends within [`SOON_DAYS`], or has ended.
    pub fn ends_soon(&self) -> bool {
        self.days_left.is_some_and(|days| days <= SOON_DAYS)
    }

    /// What kind it is, in words.
    pub fn kind(&self) -> &'static str {
        if self.note.ssh { "SSH key" } else { "access token" }
    }

    /// The day on which it ends, in UTC.
    pub fn until(&self) -> Option<String> {
        Some(day(self.note.valid_to?))
    }

    /// Its owner has something to do.
    pub fn is_due(&self) -> bool {
        self.standing != Standing::MadeSince
    }

    /// What its owner has to do.
    pub fn what_to_do(&self) -> &'static str {
        match (self.standing, self.note.ssh, self.note.global) {
            (Standing::MadeSince, ..) => "nothing: it was made since the switch",
            (_, true, _) => "add the public key again",
            (_, false, true) => {
                "make a new one for this organization only: global tokens stop working on 2026-12-01"
            }
            (_, false, false) => "make a new one, and put it where the old one is used",
        }
    }
}

/// One person with what they have to make anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub storage_key: StorageKey,
    /// Untrusted, for people's eyes.
    pub name: String,
    /// The sign-in address.
    pub address: String,
    /// The mail address, where there is one.
    pub mail: Option<String>,
    /// Tokens first, then keys; what ends first, first.
    pub items: Vec<Item>,
    /// When the person's tokens were read before the switch, once one was seen.
    pub read_before: Option<Timestamp>,
    /// When they were read since; without a switch, when they were read.
    pub read_at: Option<Timestamp>,
}

impl Entry {
    /// The person has something to do.
    fn is_due(&self) -> bool {
        self.items.iter().any(Item::is_due)
    }
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FollowUp {
    /// Who has something to do, by name.
    pub entries: Vec<Entry>,
    /// People who were read and have nothing to do.
    pub nothing: usize,
    /// Who could not be read, with the reason; what was read of them before the switch is on the list all the same.
    pub unread: Vec<(String, String)>,
    /// People who were not read yet, or not since the switch.
    pub open: usize,
}

impl FollowUp {
    /// From what was read of everybody in the organization.
    pub fn of(inventory: &TokenInventory, roster: &Roster, now: Timestamp) -> Self {
        let mut list = Self::default();
        for user in roster.people() {
            let key = &user.storage_key;
            let joined = joined::of(inventory, key);
            let is_read = joined.is_read;
            let entry = entry(user, joined, now);
            let is_due = entry.is_due();
            if is_due {
                list.entries.push(entry);
            }
            if is_read {
                list.nothing += usize::from(!is_due);
            } else if let Some(why) = inventory.unread.get(key) {
                list.unread.push((named(&user.display_name, &user.principal_name), clean(why).into_owned()));
            } else {
                list.open += 1;
            }
        }
        list
    }

    /// How many tokens, keys, global tokens and things that end soon there are to be made anew.
    pub fn counts(&self) -> [usize; 4] {
        let mut counts = [0; 4];
        for item in self.entries.iter().flat_map(|entry| &entry.items).filter(|item| item.is_due()) {
            let [tokens, keys, global, soon] = &mut counts;
            *if item.note.ssh { keys } else { tokens } += 1;
            *global += usize::from(item.note.global);
            *soon += usize::from(item.ends_soon());
        }
        counts
    }

    /// The rows of the CSV, without the line of columns.
    pub fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        self.entries.iter().flat_map(|entry| {
            entry.items.iter().map(move |item| {
                let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
                vec![
                    entry.storage_key.to_string(),
                    entry.name.clone(),
                    entry.address.clone(),
                    entry.mail.clone().unwrap_or_default(),
                    item.kind().to_owned(),
                    item.note.name.clone().unwrap_or_default(),
                    item.note.scope.clone().unwrap_or_default(),
                    item.until().unwrap_or_default(),
                    if item.note.global { "yes" } else { "no" }.to_owned(),
                    item.what_to_do().to_owned(),
                    item.standing.name().to_owned(),
                    moment(entry.read_before),
                    moment(entry.read_at),
                ]
            })
        })
    }
}

/// The day in UTC.
pub(in crate::domain) fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

fn entry(user: &OrgUser, joined: joined::Joined, now: Timestamp) -> Entry {
    let mut items: Vec<Item> = joined
        .notes
        .into_iter()
        .map(|(note, standing)| {
            let days_left = note.valid_to.map(|until| until.duration_since(now).as_hours().div_euclid(24));
            Item { note, days_left, standing }
        })
        .collect();
    items.sort_by_key(|item| (item.note.ssh, item.note.valid_to, item.note.name.clone()));
    Entry {
        storage_key: user.storage_key.clone(),
        name: user.display_name.to_string(),
        address: user.principal_name.to_string(),
        mail: user.mail.as_deref().map(str::to_owned),
        items,
        read_before: joined.read_before,
        read_at: joined.read_at,
    }
}
