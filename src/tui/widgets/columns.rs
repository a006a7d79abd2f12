//! Columns whose widths follow what stands in them: a column is left out rather than made unreadable, and none is wide with
//! nothing in it while another is cut.

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub title: &'static str,
    /// It is left out rather than narrower than this.
    pub least: u16,
    /// So much of its content can be read before a less important column is shown beside it.
    pub decent: u16,
    /// It takes no more than this, unless it is the last one, which takes what is left.
    pub most: u16,
    /// Who comes first when there is not room for all: 0 before 1.
    pub priority: u8,
}

impl Column {
    /// What it would like, with content of this width.
    fn wish(&self, content: u16) -> u16 {
        let title = u16::try_from(self.title.len()).unwrap_or(u16::MAX);
        content.max(title).clamp(self.least, self.most.max(self.least))
    }
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

/// Columns that fit into `room`, in their order, with `gap` between them, for contents of these widths. Together they are
/// exactly as wide as the room.
pub fn fitted(columns: &[Column], contents: &[u16], room: u16, gap: u16) -> Vec<Place> {
    let wish = |at: usize| {
        columns.get(at).map_or(0, |column| column.wish(contents.get(at).copied().unwrap_or(column.decent)))
    };
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|at| columns.get(*at).map_or(u8::MAX, |column| column.priority));
    let mut widths = vec![0u16; columns.len()];
    let mut left = room;
    let mut any = false;
    for at in &order {
        let (Some(column), Some(width)) = (columns.get(*at), widths.get_mut(*at)) else { continue };
        let readable = wish(*at).min(column.decent).max(column.least);
        if !any {
            *width = readable.min(room);
            left -= *width;
            any = *width > 0;
        } else if let Some(rest) = left.checked_sub(readable + gap) {
            *width = readable;
            left = rest;
        }
    }
    // What is left over is shared column by column, until each has what it would like.
    let mut grew = true;
    while left > 0 && grew {
        grew = false;
        for at in &order {
            if let Some(width) = widths.get_mut(*at)
                && (1..wish(*at)).contains(width)
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

/// A width in which nearly all of these fit: a single long one does not make the column wide.
pub fn usual_width(mut widths: Vec<u16>) -> u16 {
    widths.sort_unstable();
    let at = widths.len().saturating_sub(1).saturating_sub(widths.len() / 20);
    widths.get(at).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COLUMNS: [Column; 4] = [
        Column { title: "person", least: 12, decent: 20, most: 40, priority: 0 },
        Column { title: "address", least: 16, decent: 26, most: 48, priority: 2 },
        Column { title: "outcome", least: 9, decent: 10, most: 10, priority: 1 },
        Column { title: "why", least: 20, decent: 30, most: 200, priority: 3 },
    ];

    fn widths(contents: [u16; 4], room: u16) -> Vec<(usize, u16)> {
        fitted(&COLUMNS, &contents, room, 2).iter().map(|place| (place.column, place.width)).collect()
    }

    #[test]
    fn short_names_leave_their_room_to_long_addresses() {
        assert_eq!(widths([13, 44, 8, 90], 75), [(0, 13), (1, 44), (2, 14)]);
        assert_eq!(widths([40, 26, 8, 90], 75), [(0, 36), (1, 26), (2, 9)]);
        assert_eq!(widths([13, 20, 8, 90], 120), [(0, 13), (1, 20), (2, 9), (3, 72)]);
    }

    #[test]
    fn one_long_text_does_not_make_a_column_wide() {
        let mut all = vec![18; 60];
        all.push(200);
        assert_eq!(usual_width(all), 18);
        assert_eq!(usual_width(vec![7, 9]), 9, "of a few, none is left out");
        assert_eq!(usual_width(Vec::new()), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn rows_are_exactly_the_room_and_no_column_below_its_least(
            room in 12u16..=260,
            contents in prop::array::uniform4(0u16..220),
        ) {
            let places = fitted(&COLUMNS, &contents, room, 2);
            let last = places.last().unwrap();
            prop_assert_eq!(last.x + last.width, room);
            for (at, place) in places.iter().enumerate() {
                prop_assert!(place.width >= COLUMNS[place.column].least);
                let next = places.get(at + 1);
                prop_assert!(next.is_none_or(|next| next.x == place.x + place.width + 2));
                // Nobody has room to spare while somebody else is cut.
                if next.is_some() {
                    let column = &COLUMNS[place.column];
                    let wish = column.wish(contents[place.column]);
                    prop_assert!(place.width <= wish);
                }
            }
        }
    }
}
