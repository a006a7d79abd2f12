//! Long lists by identity: which rows are in sight.
//!
//! Only these are ever built: 100,000 rows cost as much as 100. A list scrolls by half a page, so that the eye has to find
//! its place anew only once in twenty rows, and the line carries one scroll for all of them.

use std::ops::Range;

/// Which row is the first on screen, held by identity, so that a refresh does not move the list.
#[derive(Debug, Clone)]
pub struct Scroll<K> {
    top: usize,
    key: Option<K>,
}

impl<K> Default for Scroll<K> {
    fn default() -> Self {
        Self { top: 0, key: None }
    }
}

impl<K: PartialEq> Scroll<K> {
    /// The rows to draw: `height` of `len`, with the row `cursor` among them. `key_at` names a row, `find` looks one up.
    pub fn window(
        &mut self,
        cursor: Option<usize>,
        len: usize,
        height: usize,
        key_at: impl Fn(usize) -> Option<K>,
        find: impl Fn(&K) -> Option<usize>,
    ) -> Range<usize> {
        if height == 0 || len == 0 {
            return 0..0;
        }
        let furthest = len.saturating_sub(height);
        if let Some(key) = &self.key
            && key_at(self.top).as_ref() != Some(key)
            && let Some(moved) = find(key)
        {
            self.top = moved;
        }
        let mut top = self.top.min(furthest);
        if let Some(cursor) = cursor
            && (cursor < top || cursor >= top + height)
        {
            top = cursor.saturating_sub(height / 2).min(furthest);
        }
        self.top = top;
        self.key = key_at(top);
        top..(top + height).min(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_does_not_move_the_list() {
        let mut scroll = Scroll::default();
        let old: Vec<u32> = (0..100).collect();
        let key = |list: &[u32], at: usize| list.get(at).copied();
        let window =
            scroll.window(Some(60), 100, 10, |at| key(&old, at), |k| old.iter().position(|o| o == k));
        assert_eq!(window, 55..65);
        let new: Vec<u32> = (0..100).map(|n| if n < 3 { 200 + n } else { n - 3 }).collect();
        let window =
            scroll.window(Some(63), 100, 10, |at| key(&new, at), |k| new.iter().position(|o| o == k));
        assert_eq!(window, 58..68, "55 is still the first on screen");
    }

    #[test]
    fn the_cursor_is_always_in_the_window() {
        let mut scroll = Scroll::default();
        for (cursor, len, height) in [(0, 1, 1), (9, 10, 3), (0, 10, 3), (4, 5, 100), (99, 100, 1)] {
            let window = scroll.window(Some(cursor), len, height, Some, |key| Some(*key));
            assert!(window.contains(&cursor), "{cursor} of {len} in {window:?}");
            assert!(window.len() <= height);
        }
    }
}
