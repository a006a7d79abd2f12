//! Who has to be told after the switch: whose access tokens and SSH keys have to be made anew, which of them end soon or are
//! for all organizations, and which service connections and agents hang on somebody's credential.
//!
//! Global tokens end on 2026-12-01 (Azure DevOps blog, "Retirement of global personal access tokens").

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use crate::domain::facts::{TokenInventory, TokenNote};
use crate::domain::ids::StorageKey;
use crate::domain::people::{OrgUser, Roster};
use crate::domain::text::{clean, named};

/// A token that ends within so many days is about to end.
pub const SOON_DAYS: i64 = 30;

/// The columns of the CSV.
pub const COLUMNS: [&str; 10] = [
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
];

/// Something on the list of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The token or key.
    pub note: TokenNote,
    /// Whole days until it ends; `None`: not said.
    pub days_left: Option<i64>,
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
        Some(self.note.valid_to?.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string())
    }

    /// Everything about it in one line, cleaned: kind, name, scope, end, global.
    pub fn line(&self) -> String {
        let mut words = self.kind().to_owned();
        if let Some(name) = self.note.name.as_deref().filter(|name| !name.trim().is_empty()) {
            words.push_str(" \"");
            words.push_str(&clean(name));
            words.push('"');
        }
        match self.note.scope.as_deref() {
            Some("app_token") if !self.note.ssh => words.push_str(", full access"),
            Some(scope) if !self.note.ssh => {
                words.push_str(", ");
                words.push_str(&clean(scope));
            }
            _ => {}
        }
        if let Some(until) = self.until() {
            words.push_str(match self.days_left {
                Some(days) if days < 0 => ", ended on ",
                Some(days) if days <= SOON_DAYS => ", ends soon, on ",
                _ => ", good until ",
            });
            words.push_str(&until);
        }
        if self.note.global {
            words.push_str(", for all organizations");
        }
        words
    }

    /// What its owner has to do.
    pub fn what_to_do(&self) -> &'static str {
        match (self.note.ssh, self.note.global) {
            (true, _) => "add the public key again",
            (false, true) => {
                "make a new one for this organization only: global tokens stop working on 2026-12-01"
            }
            (false, false) => "make a new one, and put it where the old one is used",
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
    /// When the person's tokens were read.
    pub read_at: Option<Timestamp>,
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FollowUp {
    /// Who has something to do, by name.
    pub entries: Vec<Entry>,
    /// People with nothing to do.
    pub nothing: usize,
    /// Who could not be read, with the reason.
    pub unread: Vec<(String, String)>,
    /// People who were not read yet.
    pub open: usize,
}

impl FollowUp {
    /// From what was read of everybody in the organization.
    pub fn of(inventory: &TokenInventory, roster: &Roster, now: Timestamp) -> Self {
        let mut list = Self::default();
        for user in roster.people() {
            let key = &user.storage_key;
            if let Some(notes) = inventory.notes.get(key).filter(|notes| !notes.is_empty()) {
                list.entries.push(entry(user, notes, inventory.read_at.get(key).copied(), now));
            } else if inventory.people.contains_key(key) {
                list.nothing += 1;
            } else if let Some(why) = inventory.unread.get(key) {
                list.unread.push((named(&user.display_name, &user.principal_name), clean(why).into_owned()));
            } else {
                list.open += 1;
            }
        }
        list
    }

    /// How many tokens, keys, global tokens and things that end soon there are.
    pub fn counts(&self) -> [usize; 4] {
        let mut counts = [0; 4];
        for item in self.entries.iter().flat_map(|entry| &entry.items) {
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
                ]
            })
        })
    }
}

fn entry(user: &OrgUser, notes: &[TokenNote], read_at: Option<Timestamp>, now: Timestamp) -> Entry {
    let mut items: Vec<Item> = notes
        .iter()
        .map(|note| {
            let days_left = note.valid_to.map(|until| until.duration_since(now).as_hours().div_euclid(24));
            Item { note: note.clone(), days_left }
        })
        .collect();
    items.sort_by_key(|item| (item.note.ssh, item.note.valid_to, item.note.name.clone()));
    Entry {
        storage_key: user.storage_key.clone(),
        name: user.display_name.to_string(),
        address: user.principal_name.to_string(),
        mail: user.mail.as_deref().map(str::to_owned),
        items,
        read_at,
    }
}

/// The text to send to one person. `organization` is the organization's name, `portal` its address without it, `tenant` the
/// directory's name. Everything that came from a service is cleaned.
pub fn letter(entry: &Entry, organization: &str, portal: &str, tenant: &str, now: Timestamp) -> String {
    let organization = clean(organization);
    let tenant = clean(tenant);
    let to = entry.mail.as_deref().unwrap_or(&entry.address);
    let base = format!("{}/{organization}/_usersSettings", portal.trim_end_matches('/'));
    let (tokens, keys): (Vec<&Item>, Vec<&Item>) = entry.items.iter().partition(|item| !item.note.ssh);
    let mut lines = vec![
        format!("To: {} <{}>", clean(entry.name.trim()), clean(to.trim())),
        format!("Subject: Your access tokens and SSH keys for {organization}"),
        String::new(),
        format!(
            "The Azure DevOps organization {organization} works with the directory {tenant}. Access tokens and SSH keys from \
             before may stop working. You have these; please make them anew:"
        ),
        String::new(),
    ];
    lines.extend(entry.items.iter().map(|item| format!("- {}: {}.", item.line(), item.what_to_do())));
    lines.push(String::new());
    lines.push("Sign in with your work account first, in a private browser window.".to_owned());
    if !tokens.is_empty() {
        lines.push(format!("Access tokens: {base}/tokens"));
    }
    if !keys.is_empty() {
        lines.push(format!("SSH keys: {base}/keys"));
    }
    if tokens.iter().any(|item| item.note.global) {
        let over = TimeZone::UTC.to_datetime(now).date() >= date(2026, 12, 1);
        lines.push(
            if over {
                "Tokens for all organizations have stopped working on 2026-12-01, switch or not."
            } else {
                "Tokens for all organizations stop working on 2026-12-01, switch or not."
            }
            .to_owned(),
        );
    }
    lines.push("A token that nobody needs any more is better revoked there than made anew.".to_owned());
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::PersonTokens;
    use crate::domain::plan::fixtures::{at, key, now, org_user, roster};

    fn token(ssh: bool, name: &str, global: bool, until: &str) -> TokenNote {
        TokenNote {
            ssh,
            name: Some(name.to_owned()),
            scope: Some("app_token".to_owned()),
            global,
            valid_from: None,
            valid_to: Some(at(until)),
        }
    }

    fn list() -> FollowUp {
        let mut inventory = TokenInventory::default();
        inventory.people.insert(key(1), PersonTokens::default());
        inventory.people.insert(key(2), PersonTokens::default());
        inventory.unread.insert(key(3), "403 not allowed".into());
        inventory.notes.insert(
            key(1),
            vec![
                token(true, "laptop", false, "2027-06-01T00:00:00Z"),
                token(false, "=cmd", true, "2026-12-10T00:00:00Z"),
                token(false, "ci\u{1b}[31m", false, "2027-06-01T00:00:00Z"),
            ],
        );
        let people = [
            org_user(1, "Adele Vance", "adele@fabrikam.com"),
            org_user(2, "Alex Wilber", "alex@fabrikam.com"),
            org_user(3, "Isaiah Langer", "isaiah@fabrikam.com"),
            org_user(4, "Patti Fernandez", "patti@fabrikam.com"),
        ];
        FollowUp::of(&inventory, &roster(people), now())
    }

    #[test]
    fn everybody_is_counted_once_and_what_ends_first_comes_first() {
        let list = list();
        assert_eq!((list.entries.len(), list.nothing, list.unread.len(), list.open), (1, 1, 1, 1));
        assert_eq!(list.counts(), [2, 1, 1, 1]);
        let names: Vec<_> =
            list.entries[0].items.iter().map(|item| item.note.name.as_deref().unwrap()).collect();
        assert_eq!(names, ["=cmd", "ci\u{1b}[31m", "laptop"]);
        assert!(list.entries[0].items[0].ends_soon() && !list.entries[0].items[1].ends_soon());
        assert_eq!(list.rows().count(), 3);
    }

    #[test]
    fn the_letter_names_each_and_holds_no_escape() {
        let list = list();
        let letter = letter(&list.entries[0], "fabrikam", "https://dev.azure.com/", "Contoso", now());
        assert!(letter.starts_with("To: Adele Vance <adele@fabrikam.com>\n"), "{letter}");
        assert!(
            letter.contains(
                "access token \"=cmd\", full access, ends soon, on 2026-12-10, for all organizations"
            )
        );
        assert!(letter.contains("https://dev.azure.com/fabrikam/_usersSettings/tokens\n"));
        assert!(letter.contains("https://dev.azure.com/fabrikam/_usersSettings/keys\n"));
        assert!(letter.contains("stop working on 2026-12-01, switch or not"));
        assert!(!letter.contains('\u{1b}'));
    }
}
