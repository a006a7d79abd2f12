//! Flat lists of numbers, as the index keeps them: sorted pairs of a key and a number, and a list for each of many.

use super::changes::GONE;

/// Sorted pairs of a key and a number, eight bytes each.
#[derive(Debug, Default)]
pub(super) struct Pairs(Vec<u64>);

impl Pairs {
    pub(super) fn push(&mut self, key: u32, number: u32) {
        self.0.push(u64::from(key) << 32 | u64::from(number));
    }

    pub(super) fn sort(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.shrink_to_fit();
    }

    /// The pairs of those who stay, under their new numbers, together with new ones. New numbers keep the order.
    pub(super) fn merged(&self, kept: &[u32], fresh: &Self) -> Self {
        let renumbered = self.0.iter().filter_map(|pair| {
            let number = *kept.get(usize::try_from(pair & 0xFFFF_FFFF).unwrap_or_default())?;
            (number != GONE).then_some(pair & !0xFFFF_FFFF | u64::from(number))
        });
        Self::together(renumbered, &fresh.0, self.0.len())
    }

    /// These and others.
    pub(super) fn with(&self, fresh: &Self) -> Self {
        Self::together(self.0.iter().copied(), &fresh.0, self.0.len())
    }

    /// Both in order gives both in order, each pair once.
    fn together(own: impl Iterator<Item = u64>, fresh: &[u64], size: usize) -> Self {
        let mut all = Vec::with_capacity(size + fresh.len());
        let mut fresh = fresh.iter().copied().peekable();
        for pair in own {
            while let Some(next) = fresh.next_if(|next| *next <= pair) {
                if next != pair {
                    all.push(next);
                }
            }
            all.push(pair);
        }
        all.extend(fresh);
        Self(all)
    }

    /// The numbers with this key, in order.
    pub(super) fn of(&self, key: u32) -> impl ExactSizeIterator<Item = u32> {
        let from = self.0.partition_point(|pair| pair >> 32 < u64::from(key));
        let rest = self.0.get(from..).unwrap_or_default();
        let found = rest.partition_point(|pair| pair >> 32 == u64::from(key));
        rest.get(..found)
            .unwrap_or_default()
            .iter()
            .map(|pair| u32::try_from(pair & 0xFFFF_FFFF).unwrap_or_default())
    }
}

/// A list of numbers for each of many, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Lists {
    starts: Vec<u32>,
    numbers: Vec<u32>,
}

impl Lists {
    pub(super) fn of(&self, at: u32) -> &[u32] {
        let bounds = self.starts.get(at as usize).zip(self.starts.get(at as usize + 1));
        bounds.and_then(|(from, to)| self.numbers.get(*from as usize..*to as usize)).unwrap_or_default()
    }

    /// Adds the list of the next one.
    pub(super) fn push(&mut self, list: &[u32]) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.numbers.extend_from_slice(list);
        self.starts.push(u32::try_from(self.numbers.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn shrink(&mut self) {
        self.numbers.shrink_to_fit();
        self.starts.shrink_to_fit();
    }

    /// The lists of those who stay, under their new numbers, with new lists put in. `kept` has a new number (or [`GONE`])
    /// for each; new numbers keep the order. `fresh` is in order and has every number that `kept` leaves out.
    pub(super) fn merged(&self, kept: &[u32], fresh: &[(u32, Vec<u32>)]) -> Self {
        let mut merged = Self {
            starts: Vec::with_capacity(self.starts.len() + fresh.len()),
            numbers: Vec::with_capacity(
                self.numbers.len() + fresh.iter().map(|(_, list)| list.len()).sum::<usize>(),
            ),
        };
        let mut fresh = fresh.iter().peekable();
        for (own, number) in (0_u32..).zip(kept).filter(|(_, number)| **number != GONE) {
            while let Some((_, list)) = fresh.next_if(|(next, _)| next < number) {
                merged.push(list);
            }
            merged.push(self.of(own));
        }
        for (_, list) in fresh {
            merged.push(list);
        }
        merged
    }

    /// The same relation seen from the other side.
    pub(super) fn turned(&self, others: usize) -> Self {
        let mut starts = vec![0_u32; others + 1];
        for number in &self.numbers {
            if let Some(count) = starts.get_mut(*number as usize + 1) {
                *count += 1;
            }
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut numbers = vec![0_u32; self.numbers.len()];
        for own in 0..u32::try_from(self.starts.len().saturating_sub(1)).unwrap_or(u32::MAX) {
            for number in self.of(own) {
                if let Some(place) = next.get_mut(*number as usize) {
                    if let Some(cell) = numbers.get_mut(*place as usize) {
                        *cell = own;
                    }
                    *place += 1;
                }
            }
        }
        Self { starts, numbers }
    }
}
