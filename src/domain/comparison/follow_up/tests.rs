use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::domain::facts::{PersonTokens, TokensBefore};
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

fn inventory() -> TokenInventory {
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
    inventory
}

fn people() -> Roster {
    roster([
        org_user(1, "Adele Vance", "adele@fabrikam.com"),
        org_user(2, "Alex Wilber", "alex@fabrikam.com"),
        org_user(3, "Isaiah Langer", "isaiah@fabrikam.com"),
        org_user(4, "Patti Fernandez", "patti@fabrikam.com"),
    ])
}

fn workloads() -> Workloads {
    let one = |kind, name: &str, n: u32, good| Workload {
        kind,
        id: name.to_owned(),
        name: name.to_owned(),
        about: Some("azurerm".to_owned()),
        set_up_by: Some(Creator { key: Some(key(n)), name: format!("nr {n}"), address: None }),
        standing: Some("ready".to_owned()),
        good,
    };
    Workloads {
        list: vec![
            one(WorkloadKind::ServiceConnection, "Fiber: prod", 1, Some(true)),
            one(WorkloadKind::AgentPool, "Default", 77, Some(false)),
        ],
        not_read: vec!["service connections of Orchard: 403".to_owned()],
        read_at: now(),
    }
}

/// Adele has two tokens and a key, Isaiah could not be read, Patti was not yet.
pub(in crate::domain) fn list() -> FollowUp {
    FollowUp::of(&inventory(), Some(&workloads()), &people(), now())
}

/// The same after a switch: the key is gone, one token was made since, Patti had a token and was not read since.
pub(in crate::domain) fn list_after() -> FollowUp {
    let mut earlier = inventory();
    earlier.notes.insert(key(9), vec![token(false, "of Patti", false, "2027-06-01T00:00:00Z")]);
    earlier.read_at = [(key(1), hours(-5)), (key(9), hours(-4))].into();
    let mut inventory = inventory();
    inventory.read_at = [(key(1), hours(-1)), (key(2), hours(-1))].into();
    let notes = inventory.notes.get_mut(&key(1)).unwrap();
    notes.retain(|note| !note.ssh);
    notes.push(TokenNote {
        valid_from: Some(hours(-2)),
        ..token(false, "new", false, "2027-06-01T00:00:00Z")
    });
    inventory.before = Some(Arc::new(TokensBefore {
        switched_at: hours(-3),
        inventory: earlier,
        renamed: BTreeMap::from([(key(4), key(9))]),
    }));
    FollowUp::of(&inventory, None, &people(), now())
}

fn hours(hours: i64) -> Timestamp {
    now() + jiff::SignedDuration::from_hours(hours)
}

#[test]
fn everybody_is_counted_once_and_what_ends_first_comes_first() {
    let list = list();
    assert_eq!((list.entries.len(), list.nothing, list.unread.len(), list.open), (1, 1, 1, 1));
    assert_eq!(list.counts(), [2, 1, 1, 1]);
    let names: Vec<_> = list.entries[0].items.iter().map(|item| item.note.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["=cmd", "ci\u{1b}[31m", "laptop"]);
    assert!(list.entries[0].items[0].ends_soon() && !list.entries[0].items[1].ends_soon());
    assert_eq!(list.rows().count(), 3 + 2);
}

#[test]
fn what_works_with_a_credential_is_told_to_whoever_set_it_up() {
    let list = list();
    assert_eq!(list.entries[0].workloads[0].name, "Fiber: prod");
    assert_eq!(list.others[0].name, "Default", "nobody of the organization");
    assert_eq!((list.workloads(), list.not_read.len()), ([2, 1], 1));
    let rows: Vec<Vec<String>> = list.rows().collect();
    assert!(rows.iter().all(|row| row.len() == COLUMNS.len()));
    assert_eq!(rows[3][4..7], ["service connection", "Fiber: prod", "azurerm"]);
    assert_eq!((rows[4][1].as_str(), rows[4][4].as_str()), ("nr 77", "agent pool"));
    // Somebody with nothing else is on the list for that alone; the address helps where the key says nothing.
    let mut found = workloads();
    found.list[1].set_up_by =
        Some(Creator { key: Some(key(78)), name: "A".into(), address: Some("ALEX@fabrikam.com".into()) });
    let list = FollowUp::of(&inventory(), Some(&found), &people(), now());
    let names: Vec<&str> = list.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!((names, list.nothing), (vec!["Adele Vance", "Alex Wilber"], 0));
}

#[test]
fn after_the_switch_both_readings_are_one_list_that_says_what_was_seen_when() {
    let list = list_after();
    let standings = |entry: &Entry| {
        let of = |item: &Item| (item.note.name.clone().unwrap(), item.standing);
        entry.items.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(
        standings(&list.entries[0]),
        [
            ("=cmd".to_owned(), Standing::Still),
            ("ci\u{1b}[31m".to_owned(), Standing::Still),
            ("new".to_owned(), Standing::MadeSince),
            ("laptop".to_owned(), Standing::Gone),
        ]
    );
    assert_eq!((list.entries[0].read_before, list.entries[0].read_at), (Some(hours(-5)), Some(hours(-1))));
    // Patti's key changed with the switch; what was read before is hers.
    assert_eq!(list.entries[1].storage_key, key(4));
    assert_eq!(standings(&list.entries[1]), [("of Patti".to_owned(), Standing::NotReadSince)]);
    assert_eq!((list.nothing, list.unread.len(), list.open), (1, 1, 1), "Patti is still to be read");
    assert_eq!(list.counts(), [3, 1, 1, 1], "what was made since is nobody's task");
    let rows: Vec<Vec<String>> = list.rows().collect();
    assert_eq!(rows[2][9..11], ["nothing: it was made since the switch", "made-since"]);
}

#[test]
fn a_reading_from_before_the_switch_is_no_reading_since() {
    let mut inventory = inventory();
    inventory.read_at = [(key(1), hours(-5)), (key(2), hours(-5))].into();
    let earlier = inventory.clone();
    inventory.before =
        Some(Arc::new(TokensBefore { switched_at: hours(-3), inventory: earlier, renamed: BTreeMap::new() }));
    let list = FollowUp::of(&inventory, None, &people(), now());
    assert!(list.entries[0].items.iter().all(|item| item.standing == Standing::NotReadSince));
    assert_eq!((list.entries[0].read_at, list.nothing, list.open), (None, 0, 3));
}
