//! Long lists by identity: which rows are visible, and which columns there is room for.
//!
//! Only visible rows are ever built: 100,000 rows cost as much as 100. Scrolling goes by half a page, because a scroll by one
//! line repaints the whole list on the wire.

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

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub title: &'static str,
    /// It is left out rather than narrower than this.
    pub least: u16,
    /// It takes no more than this, unless it is the one that takes what is left.
    pub most: u16,
    /// Who comes first when there is not room for all: 0 before 1.
    pub priority: u8,
}

/// Where a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which column.
    pub column: usize,
    /// Its first column on the strip.
    pub x: u16,
    /// Its width.
    pub width: u16,
}

/// Columns that fit into `room`, in their order, with `gap` between them: the important ones first, each at least as wide
/// as it must be; what is left over is shared, and the rest goes to the last one.
pub fn places(columns: &[Column], room: u16, gap: u16) -> Vec<Place> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|at| columns.get(*at).map_or(u8::MAX, |column| column.priority));
    let mut widths = vec![0u16; columns.len()];
    let mut left = room;
    let mut any = false;
    for at in &order {
        let (Some(column), Some(width)) = (columns.get(*at), widths.get_mut(*at)) else { continue };
        let gap = if any { gap } else { 0 };
        let least = if any { column.least } else { column.least.min(room) };
        if least > 0 && least + gap <= left {
            *width = least;
            left -= least + gap;
            any = true;
        }
    }
    // What is left over is shared column by column, so that none is wide while another is cut.
    let mut grew = true;
    while left > 0 && grew {
        grew = false;
        for at in &order {
            if let (Some(column), Some(width)) = (columns.get(*at), widths.get_mut(*at))
                && (1..column.most).contains(width)
                && left > 0
            {
                *width += 1;
                left -= 1;
                grew = true;
            }
        }
    }
    if let Some(last) = widths.iter_mut().rev().find(|width| **width > 0) {
        *last += left;
    }
    let mut x = 0;
    let mut out = Vec::new();
    for (column, width) in widths.into_iter().enumerate().filter(|(_, width)| *width > 0) {
        out.push(Place { column, x, width });
        x += width + gap;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column { title: "a", least: 10, most: 20, priority: 0 },
        Column { title: "b", least: 8, most: 12, priority: 2 },
        Column { title: "c", least: 6, most: 6, priority: 1 },
    ];

    #[test]
    fn columns_go_by_importance_and_fill_the_room() {
        let shown = |room| places(&COLUMNS, room, 1).iter().map(|p| (p.column, p.width)).collect::<Vec<_>>();
        assert_eq!(shown(5), [(0, 5)]);
        assert_eq!(shown(17), [(0, 10), (2, 6)]);
        assert_eq!(shown(24), [(0, 17), (2, 6)]);
        assert_eq!(shown(26), [(0, 10), (1, 8), (2, 6)]);
        assert_eq!(shown(60), [(0, 20), (1, 12), (2, 26)]);
        for room in 0..300 {
            let places = places(&COLUMNS, room, 1);
            let end = places.last().map_or(0, |place| place.x + place.width);
            assert!(end <= room);
        }
    }

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
