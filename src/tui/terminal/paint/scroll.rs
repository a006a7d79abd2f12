//! Lines that are on the screen already, somewhat higher or lower: the terminal moves them by itself.
//!
//! Whole lines only, between two edges (DECSTBM) by deleting or inserting lines (DL, IL), all of which the VT102 knew. Whether
//! it is worth it is counted: what moves against what would have to be written again because it stood still.

use std::hash::{Hash as _, Hasher as _};
use std::io::Write as _;

use ratatui::buffer::Buffer;

/// Cells at the left that say which line is selected or marked: lines that differ only there are the same.
const MARGIN: u16 = 4;

/// The bytes of moving lines, in cells that could have been written for them.
const COST: usize = 60;

/// Lines that move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    /// First line of the part that moves.
    top: u16,
    /// Its last line.
    bottom: u16,
    /// By how many lines.
    by: u16,
    /// Upwards, as when one goes down a list.
    up: bool,
}

/// A line in two numbers: what stands in it, and how many cells of it are not blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    hash: u64,
    cells: usize,
}

fn lines(buf: &Buffer) -> Vec<Line> {
    let width = usize::from(buf.area.width).max(1);
    buf.content
        .chunks(width)
        .map(|cells| {
            let mut hasher = std::hash::DefaultHasher::new();
            let mut count = 0;
            for cell in cells.iter().skip(usize::from(MARGIN)) {
                if cell.symbol() != " " {
                    count += 1;
                }
                cell.symbol().hash(&mut hasher);
                (cell.fg, cell.bg, cell.modifier).hash(&mut hasher);
            }
            Line { hash: hasher.finish(), cells: count }
        })
        .collect()
}

/// The move that saves most, if one saves anything.
pub(super) fn find(last: &Buffer, next: &Buffer) -> Option<Shift> {
    let height = usize::from(next.area.height);
    let changed = (0..height).filter(|y| differs(last, next, *y)).count();
    if changed < 4 || last.area != next.area || next.area.width <= MARGIN {
        return None;
    }
    let (old, new) = (lines(last), lines(next));
    let mut best: Option<(usize, Shift)> = None;
    for by in 1..height {
        for up in [true, false] {
            let source = |y: usize| if up { Some(y + by) } else { y.checked_sub(by) };
            let moved = |y: &usize| {
                let from = source(*y).and_then(|from| old.get(from));
                from.is_some_and(|from| from.cells > 0 && Some(from) == new.get(*y))
                    && old.get(*y) != new.get(*y)
            };
            let Some(first) = (0..height).find(moved) else { continue };
            let Some(end) = (0..height).rfind(moved) else { continue };
            let saved: usize =
                (first..=end).filter(moved).filter_map(|y| new.get(y)).map(|line| line.cells).sum();
            let (top, bottom) = if up { (first, end + by) } else { (first - by, end) };
            // What stands still inside is moved away and written again.
            let still: usize = (top..=bottom)
                .filter(|y| old.get(*y) == new.get(*y))
                .filter_map(|y| new.get(y))
                .map(|line| line.cells)
                .sum();
            let gain = saved.saturating_sub(still + COST);
            if gain > best.map_or(0, |(gain, _)| gain) {
                let line = |y: usize| u16::try_from(y).unwrap_or(u16::MAX);
                best = Some((gain, Shift { top: line(top), bottom: line(bottom), by: line(by), up }));
            }
        }
    }
    best.map(|(_, shift)| shift)
}

fn differs(last: &Buffer, next: &Buffer, y: usize) -> bool {
    let width = usize::from(next.area.width);
    let row = y * width..(y + 1) * width;
    last.content.get(row.clone()) != next.content.get(row)
}

impl Shift {
    /// Appends the code. The cursor is anywhere afterwards; the text has to be plain before.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        let Self { top, bottom, by, up } = self;
        let code = if up { 'M' } else { 'L' };
        let (top, bottom) = (top + 1, bottom + 1);
        let _ = write!(out, "\u{1b}[{top};{bottom}r\u{1b}[{top}H\u{1b}[{by}{code}\u{1b}[r");
    }

    /// Does the same to the buffer.
    pub(super) fn apply(self, buf: &mut Buffer) {
        let width = usize::from(buf.area.width);
        let (top, end) = (usize::from(self.top) * width, (usize::from(self.bottom) + 1) * width);
        let Some(part) = buf.content.get_mut(top..end) else { return };
        let cells = (usize::from(self.by) * width).min(part.len());
        if self.up {
            part.rotate_left(cells);
            let kept = part.len() - cells;
            part.iter_mut().skip(kept).for_each(ratatui::buffer::Cell::reset);
        } else {
            part.rotate_right(cells);
            part.iter_mut().take(cells).for_each(ratatui::buffer::Cell::reset);
        }
    }
}
