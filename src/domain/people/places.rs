//! Where somebody stands in a list, by what identifies them: a hash table of places alone, because the list has the keys.

use std::hash::{BuildHasher as _, Hash, RandomState};

/// No place.
const EMPTY: u32 = u32::MAX;

/// The table. It holds four bytes a slot, and at least half of the slots are empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    slots: Vec<u32>,
    used: usize,
    hasher: RandomState,
}

impl Places {
    /// For so many.
    pub fn with_capacity(count: usize) -> Self {
        Self { slots: vec![EMPTY; slots_for(count)], used: 0, hasher: RandomState::new() }
    }

    /// The place at which this key stands; `key_at` says which key stands at a place.
    pub fn find<K: Hash + Eq>(&self, key: &K, key_at: impl Fn(u32) -> Option<K>) -> Option<u32> {
        let slot = self.slot(key, key_at)?;
        self.slots.get(slot).copied().filter(|at| *at != EMPTY)
    }

    /// Adds a place, whose key is not there yet.
    pub fn add<K: Hash + Eq>(&mut self, key: &K, at: u32, key_at: impl Fn(u32) -> Option<K>) {
        if (self.used + 1) * 2 > self.slots.len() {
            let all: Vec<u32> = self.slots.iter().copied().filter(|at| *at != EMPTY).collect();
            self.slots = vec![EMPTY; slots_for(all.len() * 2 + 8)];
            self.used = 0;
            for place in all {
                if let Some(key) = key_at(place) {
                    self.put(&key, place, &key_at);
                }
            }
        }
        self.put(key, at, key_at);
    }

    fn put<K: Hash + Eq>(&mut self, key: &K, at: u32, key_at: impl Fn(u32) -> Option<K>) {
        if let Some(slot) = self.slot(key, key_at).and_then(|slot| self.slots.get_mut(slot)) {
            *slot = at;
            self.used += 1;
        }
    }

    /// The slot that has this key, or the empty one where it would be.
    fn slot<K: Hash + Eq>(&self, key: &K, key_at: impl Fn(u32) -> Option<K>) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        #[expect(clippy::cast_possible_truncation, reason = "any bits of the hash will do")]
        let mut slot = self.hasher.hash_one(key) as usize & mask;
        loop {
            let at = *self.slots.get(slot)?;
            if at == EMPTY || key_at(at).as_ref() == Some(key) {
                return Some(slot);
            }
            slot = (slot + 1) & mask;
        }
    }
}

fn slots_for(count: usize) -> usize {
    (count * 2).next_power_of_two().max(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_found_again_and_nothing_else() {
        let keys: Vec<u64> = (0..5000).map(|n| n * 3).collect();
        let key_at = |at: u32| keys.get(at as usize).copied();
        for mut places in [Places::default(), Places::with_capacity(5000)] {
            assert_eq!(places.find(&1, key_at), None);
            for (at, key) in (0..).zip(&keys) {
                places.add(key, at, key_at);
            }
            for n in 0..15_000 {
                let expected = (n % 3 == 0).then(|| u32::try_from(n / 3).unwrap());
                assert_eq!(places.find(&n, key_at), expected);
            }
        }
    }
}
