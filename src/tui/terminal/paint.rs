//! A frame's changes as bytes: as few as possible, because they travel over SSH.
//!
//! Written by hand instead of through a backend, for these reasons:
//! - lists are scrolled by the terminal ([`scroll`]), blanks are erased instead of written, the cursor takes the shortest way,
//!   and only what differs of a style is told; what nobody can see (the colour of a blank) is not told at all;
//! - with `NO_COLOR` no colour code is written at all (crossterm 0.29 writes the frame of one, `ESC[;m`, which wipes a
//!   reverse);
//! - after anything but a plain character of one column the cursor is placed anew, so that a terminal that thinks otherwise
//!   about the width of a name cannot push the columns.
//!
//! Only what every terminal since the VT102 knows is used, and ECH and CHA, which xterm, VTE, kitty, tmux, screen, the Linux
//! console and Windows Terminal know as well.

use std::cmp::Ordering;
use std::io::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::Color;
use unicode_width::UnicodeWidthStr;

use self::pen::Pen;
use super::links::{self, Link};

mod pen;
mod scroll;
#[cfg(test)]
mod tests;

/// More changes than this are worth a second look at their order.
const MANY: usize = 40;

/// More styles than this at a time do not come in columns.
const MOST_PENS: usize = 12;

/// Erasing so many blanks is shorter than writing them, even when the cursor has to step over them afterwards.
const ERASED: u16 = 9;

/// Appends what turns `last`, which is on the screen, into `next`; nothing where nothing differs. Both have the same area.
/// Begins and ends with plain text and without a link. `last` is left in an unspecified state. Returns where the cursor
/// stands afterwards, if that is certain.
pub fn paint(out: &mut Vec<u8>, last: &mut Buffer, next: &Buffer, links: &[Link]) -> Option<Position> {
    if let Some(shift) = scroll::find(last, next) {
        shift.write(out);
        shift.apply(last);
    }
    let rows = rows(last, next);
    let mut pens: Vec<Pen> = Vec::new();
    let mut count = 0;
    for (_, pen) in rows.iter().flat_map(|(_, row)| row) {
        count += 1;
        if !pens.contains(pen) {
            pens.push(*pen);
        }
    }
    let (mut painted, mut at) = painted(next, links, &rows, &[]);
    // Many lines of the same columns are shorter column by column: a style costs more than a step of the cursor.
    if count > MANY && (2..=MOST_PENS).contains(&pens.len()) {
        let (by_pen, then_at) = self::painted(next, links, &rows, &pens);
        if by_pen.len() < painted.len() {
            (painted, at) = (by_pen, then_at);
        }
    }
    out.append(&mut painted);
    at
}

/// The changes line by line, or (with `pens`) one style after the other.
fn painted(next: &Buffer, links: &[Link], rows: &[Row], pens: &[Pen]) -> (Vec<u8>, Option<Position>) {
    let mut out = Vec::new();
    let mut painter = Painter { out: &mut out, next, links, pen: Pen::PLAIN, at: None, linked: None };
    if pens.is_empty() {
        for (y, row) in rows {
            painter.row(*y, row);
        }
    }
    let mut part = Vec::new();
    for pen in pens {
        for (y, row) in rows {
            part.clear();
            part.extend(row.iter().filter(|(_, own)| own == pen));
            painter.row(*y, &part);
        }
    }
    let at = painter.end();
    (out, at)
}

/// A line, and the cells of it that look different, each with the style that it is written with.
type Row = (u16, Vec<(u16, Pen)>);

fn rows(last: &Buffer, next: &Buffer) -> Vec<Row> {
    let mut cells = Vec::new();
    let mut rows = Vec::new();
    for y in next.area.top()..next.area.bottom() {
        changed(last, next, y, &mut cells);
        if cells.is_empty() {
            continue;
        }
        rows.push((y, cells.iter().map(|x| (*x, style(next, *x, y))).collect()));
    }
    rows
}

/// The style that a cell is written with: a blank between words is written with those before it.
fn style(next: &Buffer, x: u16, y: u16) -> Pen {
    let is_gap = |x: u16| next.cell((x, y)).is_some_and(is_blank);
    if !is_gap(x) {
        return next.cell((x, y)).map_or(Pen::PLAIN, Pen::of);
    }
    let before = (next.area.left()..x).rev().take(usize::from(ERASED)).find(|x| !is_gap(*x));
    let behind = (x..next.area.right()).take(usize::from(ERASED)).find(|x| !is_gap(*x));
    match (before, behind) {
        (Some(before), Some(behind)) if behind - before <= ERASED => {
            next.cell((before, y)).map_or(Pen::PLAIN, Pen::of)
        }
        _ => Pen::PLAIN,
    }
}

/// The cells of a line that look different, from left to right. Of a blank only what stands behind and around the letter is
/// seen, and of what a wide letter covers nothing.
fn changed(last: &Buffer, next: &Buffer, y: u16, row: &mut Vec<u16>) {
    row.clear();
    let (mut covered, mut torn) = (0, 0);
    for x in next.area.left()..next.area.right() {
        let (Some(before), Some(cell)) = (last.cell((x, y)), next.cell((x, y))) else { continue };
        let same = before == cell;
        if covered > 0 {
            covered -= 1;
        } else {
            if torn > 0 || !(same || (is_blank(before) && is_blank(cell))) {
                row.push(x);
            }
            covered = columns(cell) - 1;
        }
        // Where a wide letter was, and is no more, its other half may still be there.
        torn = if same { torn } else { torn.max(columns(before)) }.saturating_sub(1);
    }
}

/// How many columns a letter takes.
fn columns(cell: &Cell) -> usize {
    let symbol = cell.symbol();
    if symbol.len() == 1 { 1 } else { symbol.width().max(1) }
}

/// A blank on the terminal's own background.
fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && Pen::of(cell).leaves_blanks()
}

/// Of one column, on every terminal.
fn is_certain(symbol: &str) -> bool {
    symbol.chars().nth(1).is_none() && symbol.width() == 1
}

struct Painter<'a> {
    out: &'a mut Vec<u8>,
    next: &'a Buffer,
    links: &'a [Link],
    pen: Pen,
    /// Where the cursor is for certain.
    at: Option<(u16, u16)>,
    linked: Option<usize>,
}

impl Painter<'_> {
    fn cell(&self, x: u16, y: u16) -> Option<&Cell> {
        self.next.cell((x, y))
    }

    fn blank(&self, x: u16, y: u16) -> bool {
        self.cell(x, y).is_some_and(is_blank) && self.link(x, y).is_none()
    }

    fn link(&self, x: u16, y: u16) -> Option<usize> {
        if self.links.is_empty() { None } else { links::at(self.links, x, y) }
    }

    /// Writes the cells of a line that changed, from left to right.
    fn row(&mut self, y: u16, changed: &[(u16, Pen)]) {
        let end = self.next.area.right();
        let mut rest = changed;
        while let Some((&(x, _), after)) = rest.split_first() {
            if !self.blank(x, y) {
                self.write(x, y);
                rest = after;
                continue;
            }
            let run = (x..end).take_while(|x| self.blank(*x, y)).count();
            let to = x.saturating_add(u16::try_from(run).unwrap_or(u16::MAX));
            let inside = rest.iter().take_while(|(x, _)| *x < to).count();
            let (blanks, behind) = rest.split_at(inside);
            // Blanks behind the last one that changed are there already.
            let length = blanks.last().map_or(0, |(last, _)| last - x + 1);
            if to == end && length > 3 {
                self.erase(x, y, None);
            } else if length >= ERASED || (behind.is_empty() && length > 5) {
                self.erase(x, y, Some(length));
            } else {
                for (x, _) in blanks {
                    self.write(*x, y);
                }
            }
            rest = behind;
        }
    }

    /// Erases so many cells, or all to the end of the line; the cursor stays before them.
    fn erase(&mut self, x: u16, y: u16, length: Option<u16>) {
        self.go(x, y);
        self.follow(None);
        if !self.pen.leaves_blanks() {
            self.dip(Pen::PLAIN);
        }
        let _ = match length {
            Some(length) => write!(self.out, "\u{1b}[{length}X"),
            None => write!(self.out, "\u{1b}[K"),
        };
    }

    fn write(&mut self, x: u16, y: u16) {
        self.go(x, y);
        self.follow(self.link(x, y));
        let Some(cell) = self.next.cell((x, y)) else { return };
        if !self.fits(cell) {
            self.dip(Pen::of(cell));
        }
        let symbol = cell.symbol();
        self.out.extend_from_slice(symbol.as_bytes());
        // At the edge terminals wait with their cursor in different places.
        let certain = is_certain(symbol) && x + 1 < self.next.area.right();
        self.at = certain.then_some((x + 1, y));
    }

    /// Whether the cell comes out right with the pen as it is.
    fn fits(&self, cell: &Cell) -> bool {
        let wanted = Pen::of(cell);
        wanted == self.pen || (cell.symbol() == " " && wanted.leaves_blanks() && self.pen.leaves_blanks())
    }

    fn dip(&mut self, wanted: Pen) {
        self.pen.change(wanted, self.out);
        self.pen = wanted;
    }

    /// Begins or ends a link.
    fn follow(&mut self, link: Option<usize>) {
        if link != self.linked {
            match link.and_then(|at| self.links.get(at)) {
                Some(link) => self.out.extend_from_slice(&links::open(&link.address)),
                None => self.out.extend_from_slice(links::CLOSE),
            }
            self.linked = link;
        }
    }

    /// Takes the cursor there by the shortest way.
    fn go(&mut self, x: u16, y: u16) {
        if self.at == Some((x, y)) {
            return;
        }
        let mut way = match (x, y) {
            (0, 0) => "\u{1b}[H".to_owned(),
            (0, y) => format!("\u{1b}[{}H", y + 1),
            (x, y) => format!("\u{1b}[{};{}H", y + 1, x + 1),
        };
        if let Some((from, line)) = self.at.filter(|(_, line)| *line <= y) {
            let mut try_way = |other: String| {
                if other.len() < way.len() {
                    way = other;
                }
            };
            let down = "\n".repeat(usize::from(y - line));
            try_way(format!("{down}\u{1b}[{}G", x + 1));
            if x == 0 {
                try_way(format!("\r{down}"));
            }
            match x.cmp(&from) {
                Ordering::Less => {
                    try_way(format!("{down}{}", "\u{8}".repeat(usize::from(from - x))));
                    try_way(format!("{down}\u{1b}[{}D", from - x));
                }
                Ordering::Equal => try_way(down),
                Ordering::Greater => {
                    let steps = if x - from == 1 { String::new() } else { (x - from).to_string() };
                    try_way(format!("{down}\u{1b}[{steps}C"));
                    if y == line {
                        self.over(from, x, y).into_iter().for_each(try_way);
                    }
                }
            }
        }
        self.out.extend_from_slice(way.as_bytes());
        self.at = Some((x, y));
    }

    /// What stands between, written once more, where that needs no other style and every terminal agrees about its width.
    fn over(&self, from: u16, to: u16, y: u16) -> Option<String> {
        /// More is never shorter than a step of the cursor.
        const FEW: u16 = 6;
        if to - from > FEW {
            return None;
        }
        let mut text = String::new();
        for x in from..to {
            let cell = self.cell(x, y)?;
            if self.link(x, y) != self.linked || !is_certain(cell.symbol()) || !self.fits(cell) {
                return None;
            }
            text.push_str(cell.symbol());
        }
        Some(text)
    }

    /// Ends plain and without a link; where the cursor is.
    fn end(mut self) -> Option<Position> {
        self.follow(None);
        if self.pen != Pen::PLAIN {
            self.dip(Pen::PLAIN);
        }
        self.at.map(Position::from)
    }
}

/// The code of a colour; `base` is 30 for the text and 40 for the background.
fn color(color: Color, base: u8) -> String {
    let code = match color {
        Color::Reset => base + 9,
        Color::Black => base,
        Color::Red => base + 1,
        Color::Green => base + 2,
        Color::Yellow => base + 3,
        Color::Blue => base + 4,
        Color::Magenta => base + 5,
        Color::Cyan => base + 6,
        Color::Gray => base + 7,
        Color::DarkGray => base + 60,
        Color::LightRed => base + 61,
        Color::LightGreen => base + 62,
        Color::LightYellow => base + 63,
        Color::LightBlue => base + 64,
        Color::LightMagenta => base + 65,
        Color::LightCyan => base + 66,
        Color::White => base + 67,
        Color::Indexed(number) => return format!("{};5;{number}", base + 8),
        Color::Rgb(red, green, blue) => return format!("{};2;{red};{green};{blue}", base + 8),
    };
    code.to_string()
}
