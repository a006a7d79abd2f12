//! Who has to be told after the switch: whose access tokens and SSH keys have to be made anew, which of them end soon or are
//! for all organizations, and who set up a service connection or owns a pool of agents, which hang on somebody's credential. What was read before the switch and what was read since are one list, each with when it was seen.
//!
//! Global tokens end on 2026-12-01 (Azure DevOps blog, "Retirement of global personal access tokens"). The text to send to each
//! person is in [`crate::domain::papers::letter`].

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::facts::{Creator, TokenInventory, TokenNote, Workload, WorkloadKind, Workloads};
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
    /// What the person set up or owns that works with somebody's credential.
    pub workloads: Vec<Workload>,
}

impl Entry {
    /// The person has something to do.
    fn is_due(&self) -> bool {
        !self.workloads.is_empty() || self.items.iter().any(Item::is_due)
    }
}

/// What somebody has to do about it after the switch.
pub fn look_after(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::ServiceConnection => {
            "run one pipeline that uses it; where it fails, sign in again in the connection or give it a new token"
        }
        WorkloadKind::AgentPool => {
            "see that its agents are online; one that was registered with somebody's token is registered again"
        }
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
    /// Service connections and agent pools that nobody of the organization is known to have set up.
    pub others: Vec<Workload>,
    /// Service connections and agent pools that could not be read, with the reason.
    pub not_read: Vec<String>,
}

impl FollowUp {
    /// From what was read of everybody in the organization.
    pub fn of(
        inventory: &TokenInventory,
        workloads: Option<&Workloads>,
        roster: &Roster,
        now: Timestamp,
    ) -> Self {
        let mut list = Self::default();
        let mut owned: BTreeMap<&StorageKey, Vec<Workload>> = BTreeMap::new();
        for workload in workloads.iter().flat_map(|found| &found.list) {
            match workload.set_up_by.as_ref().and_then(|who| owner(who, inventory, roster)) {
                Some(user) => owned.entry(&user.storage_key).or_default().push(workload.clone()),
                None => list.others.push(workload.clone()),
            }
        }
        list.not_read = workloads.map(|found| found.not_read.clone()).unwrap_or_default();
        for user in roster.people() {
            let key = &user.storage_key;
            let joined = joined::of(inventory, key);
            let is_read = joined.is_read;
            let entry =
                Entry { workloads: owned.remove(key).unwrap_or_default(), ..entry(user, joined, now) };
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

    /// How many service connections and agent pools there are, and how many of them do not stand as they should.
    pub fn workloads(&self) -> [usize; 2] {
        let all = || self.entries.iter().flat_map(|entry| &entry.workloads).chain(&self.others);
        [all().count(), all().filter(|one| one.good == Some(false)).count()]
    }

    /// The rows of the CSV, without the line of columns: each person's tokens, keys, connections and pools, then what is nobody's.
    pub fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        let theirs = self.entries.iter().flat_map(|entry| {
            let who = [
                entry.storage_key.to_string(),
                entry.name.clone(),
                entry.address.clone(),
                entry.mail.clone().unwrap_or_default(),
            ];
            let tokens = entry.items.iter().map(move |item| token_cells(entry, item));
            let others = entry.workloads.iter().map(workload_cells);
            tokens.chain(others).map(move |cells| who.iter().cloned().chain(cells).collect())
        });
        let others = self.others.iter().map(|one| {
            let by = one.set_up_by.as_ref();
            let who = [
                by.and_then(|who| who.key.as_ref()).map(ToString::to_string).unwrap_or_default(),
                by.map(|who| who.name.clone()).unwrap_or_default(),
                by.and_then(|who| who.address.clone()).unwrap_or_default(),
                String::new(),
            ];
            who.into_iter().chain(workload_cells(one)).collect()
        });
        theirs.chain(others)
    }
}

/// Who it is in the organization now: by the key of now or before, else by the sign-in address.
fn owner<'a>(who: &Creator, inventory: &TokenInventory, roster: &'a Roster) -> Option<&'a OrgUser> {
    let key = who.key.as_ref()?;
    let renamed = inventory.before.as_deref().map(|before| &before.renamed);
    let new = renamed.and_then(|renamed| renamed.iter().find(|(_, old)| *old == key)).map(|(new, _)| new);
    let by_address = || {
        let address = who.address.as_deref().filter(|address| !address.trim().is_empty())?;
        let mut same =
            roster.people().iter().filter(|user| user.principal_name.eq_ignore_ascii_case(address.trim()));
        // An address that two people have names nobody.
        same.next().filter(|_| same.next().is_none())
    };
    roster.get(key).or_else(|| roster.get(new?)).or_else(by_address)
}

fn token_cells(entry: &Entry, item: &Item) -> [String; 9] {
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    [
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
}

fn workload_cells(one: &Workload) -> [String; 9] {
    let none = String::new;
    [
        one.kind.shown().to_owned(),
        one.name.clone(),
        one.about.clone().unwrap_or_default(),
        none(),
        none(),
        look_after(one.kind).to_owned(),
        one.standing.clone().unwrap_or_default(),
        none(),
        none(),
    ]
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
        workloads: Vec::new(),
    }
}
