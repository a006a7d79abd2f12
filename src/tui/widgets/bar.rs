//! Bars: outcomes in proportion, gauges, sparklines.

use ratatui::style::Style;

use super::pen::Pen;

/// How many cells each count gets of `room`: in proportion, at least one for what is there, none for what is not.
pub fn shares(counts: &[usize], room: usize) -> Vec<usize> {
    let total: usize = counts.iter().sum();
    let present = counts.iter().filter(|count| **count > 0).count();
    if total == 0 || room < present {
        return counts.iter().map(|count| usize::from(*count > 0 && room >= present)).collect();
    }
    let spare = room - present;
    let mut out: Vec<usize> = counts
        .iter()
        .map(|count| {
            if *count == 0 {
                0
            } else {
                1 + usize::try_from(*count as u128 * spare as u128 / total as u128).unwrap_or(0)
            }
        })
        .collect();
    let used: usize = out.iter().sum();
    if let Some((at, _)) = counts.iter().enumerate().max_by_key(|(at, count)| (**count, usize::MAX - *at))
        && let Some(largest) = out.get_mut(at)
    {
        *largest += room.saturating_sub(used);
    }
    out
}

/// A gauge of `columns` cells, `part` of `whole` full.
pub fn gauge(
    pen: &mut Pen<'_>,
    columns: usize,
    part: usize,
    whole: usize,
    glyphs: (&str, &str),
    styles: (Style, Style),
) {
    let columns = columns.min(pen.left());
    let full = if whole == 0 {
        0
    } else {
        usize::try_from(part.min(whole) as u128 * columns as u128 / whole as u128).unwrap_or(0)
    };
    pen.write(&glyphs.0.repeat(full), styles.0);
    pen.write(&glyphs.1.repeat(columns - full), styles.1);
}

/// A gauge of several parts one behind the other, each with its own glyph, and what is left of `whole` in `rest`. A part
/// that is there takes at least one cell.
pub fn stacked(
    pen: &mut Pen<'_>,
    columns: usize,
    parts: &[(usize, &str, Style)],
    whole: usize,
    rest: (&str, Style),
) {
    let columns = columns.min(pen.left());
    let taken: usize = parts.iter().map(|(part, ..)| *part).sum();
    let mut numbers: Vec<usize> = parts.iter().map(|(part, ..)| *part).collect();
    numbers.push(whole.saturating_sub(taken));
    let cells = shares(&numbers, columns);
    for ((_, glyph, style), cells) in parts.iter().zip(&cells) {
        pen.write(&glyph.repeat(*cells), *style);
    }
    pen.write(&rest.0.repeat(cells.last().copied().unwrap_or(0)), rest.1);
}

/// The latest `columns` values as a line of levels, from 0 to the largest.
pub fn sparkline(values: &[u64], columns: usize, levels: &[&'static str; 8]) -> String {
    let shown = values.get(values.len().saturating_sub(columns)..).unwrap_or_default();
    let largest = shown.iter().copied().max().unwrap_or(0).max(1);
    shown
        .iter()
        .map(|value| {
            let level = usize::try_from(u128::from(*value) * 7 / u128::from(largest)).unwrap_or(7);
            levels.get(level).copied().unwrap_or_default()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_fill_the_room_and_nothing_present_is_invisible() {
        assert_eq!(shares(&[61, 21, 14, 9, 0, 1], 40).iter().sum::<usize>(), 40);
        assert_eq!(shares(&[100_000, 1], 10), [9, 1]);
        assert_eq!(shares(&[0, 0], 10), [0, 0]);
        assert_eq!(shares(&[1, 1, 1], 2), [0, 0, 0], "no room for all of them");
    }

    #[test]
    fn a_sparkline_goes_from_nothing_to_the_largest() {
        let levels = ["0", "1", "2", "3", "4", "5", "6", "7"];
        assert_eq!(sparkline(&[0, 50, 100], 5, &levels), "037");
        assert_eq!(sparkline(&[1, 2, 3, 4], 2, &levels), "57");
        assert_eq!(sparkline(&[], 5, &levels), "");
    }
}
