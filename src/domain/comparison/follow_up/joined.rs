//! One person's tokens and keys of before the switch and of since, as one list. The service gives a token no name of its own that
//! lasts, so one is known again by what its owner called it and by the moment since when it is good.

use jiff::Timestamp;

use super::Standing;
use crate::domain::facts::{TokenInventory, TokenNote};
use crate::domain::ids::StorageKey;

/// What both readings say.
pub(super) struct Joined {
    /// Each token and key once.
    pub notes: Vec<(TokenNote, Standing)>,
    /// When the reading from before the switch is of.
    pub read_before: Option<Timestamp>,
    /// When the latest reading is of, that counts.
    pub read_at: Option<Timestamp>,
    /// The person was read, and where there was a switch, since it.
    pub is_read: bool,
}

/// Of this person, by the key that they have now.
pub(super) fn of(inventory: &TokenInventory, key: &StorageKey) -> Joined {
    let notes = inventory.notes.get(key).map_or(&[][..], Vec::as_slice);
    let read_at = inventory.read_at.get(key).copied();
    let was_read = inventory.people.contains_key(key);
    let Some(before) = inventory.before.as_deref() else {
        let notes = notes.iter().map(|note| (note.clone(), Standing::There)).collect();
        return Joined { notes, read_before: None, read_at, is_read: was_read };
    };
    // A reading from before the switch says nothing about after it, even where it is the latest one.
    let is_read = was_read && read_at.is_none_or(|at| at >= before.switched_at);
    let notes = if is_read { notes } else { &[] };
    let key_before = before.renamed.get(key).unwrap_or(key);
    let mut earlier: Vec<&TokenNote> =
        before.inventory.notes.get(key_before).map_or(&[][..], Vec::as_slice).iter().collect();
    let mut all: Vec<(TokenNote, Standing)> = notes
        .iter()
        .map(|note| {
            let standing = match earlier.iter().position(|old| is_same(old, note)) {
                Some(at) => {
                    earlier.swap_remove(at);
                    Standing::Still
                }
                None if note.valid_from.is_some_and(|from| from >= before.switched_at) => Standing::MadeSince,
                None => Standing::There,
            };
            (note.clone(), standing)
        })
        .collect();
    let left = if is_read { Standing::Gone } else { Standing::NotReadSince };
    all.extend(earlier.into_iter().map(|note| (note.clone(), left)));
    Joined {
        notes: all,
        read_before: before.inventory.read_at.get(key_before).copied(),
        read_at: read_at.filter(|_| is_read),
        is_read,
    }
}

fn is_same(one: &TokenNote, other: &TokenNote) -> bool {
    let since_when = match (one.valid_from, other.valid_from) {
        (None, None) => one.valid_to == other.valid_to,
        (first, second) => first == second,
    };
    one.ssh == other.ssh && one.name == other.name && since_when
}
