//! A frame's changes as bytes: as few as possible, because they travel over SSH.
//!
//! Written by hand instead of through a backend for three reasons: a move of the selection costs 42 bytes instead of 67; with
//! `NO_COLOR` no colour code is written at all (crossterm 0.29 writes the frame of one, `ESC[;m`, which wipes a reverse); and
//! after anything but a plain character of one column the cursor is placed anew, so that a terminal that thinks otherwise
//! about the width of a name cannot push the columns.

use std::io::{self, Write};

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use super::links::{self, Link};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

const CODES: [(Modifier, u8); 7] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// Writes the changed cells, which come line by line, from left to right. Leaves the terminal with plain text.
pub fn paint<'a>(
    out: &mut impl Write,
    changes: impl IntoIterator<Item = (u16, u16, &'a Cell)>,
    links: &[Link],
) -> io::Result<()> {
    let mut linked = None;
    let mut pen = PLAIN;
    let mut next = None;
    for (x, y, cell) in changes {
        if next != Some((x, y)) {
            write!(out, "\u{1b}[{};{}H", y + 1, x + 1)?;
        }
        let link = if links.is_empty() { None } else { links::at(links, x, y) };
        if link != linked {
            match link.and_then(|at| links.get(at)) {
                Some(link) => out.write_all(&links::open(&link.address))?,
                None => out.write_all(links::CLOSE)?,
            }
            linked = link;
        }
        let wanted = Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
        if wanted != pen {
            change(out, pen, wanted)?;
            pen = wanted;
        }
        let symbol = cell.symbol();
        out.write_all(symbol.as_bytes())?;
        let certain = symbol.chars().nth(1).is_none() && symbol.width() == 1;
        next = certain.then_some((x + 1, y));
    }
    if linked.is_some() {
        out.write_all(links::CLOSE)?;
    }
    if pen == PLAIN { Ok(()) } else { out.write_all(b"\x1b[m") }
}

fn change(out: &mut impl Write, from: Pen, to: Pen) -> io::Result<()> {
    if to == PLAIN {
        return out.write_all(b"\x1b[m");
    }
    let mut codes = Vec::with_capacity(4);
    if from != PLAIN {
        codes.push("0".to_owned());
    }
    codes
        .extend(CODES.iter().filter(|(one, _)| to.modifier.contains(*one)).map(|(_, code)| code.to_string()));
    codes.extend(color(to.fg, 30));
    codes.extend(color(to.bg, 40));
    write!(out, "\u{1b}[{}m", codes.join(";"))
}

/// The code of a colour; `base` is 30 for the text and 40 for the background.
fn color(color: Color, base: u8) -> Option<String> {
    let code = match color {
        Color::Reset => return None,
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
        Color::Indexed(number) => return Some(format!("{};5;{number}", base + 8)),
        Color::Rgb(red, green, blue) => return Some(format!("{};2;{red};{green};{blue}", base + 8)),
    };
    Some(code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    fn written(before: &Buffer, after: &Buffer) -> String {
        let mut out = Vec::new();
        paint(&mut out, before.diff(after), &[]).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_moved_selection_costs_two_cells() {
        let area = Rect::new(0, 0, 40, 10);
        let gutter = Style::new().fg(Color::Blue).add_modifier(Modifier::REVERSED);
        let (mut before, mut after) = (Buffer::empty(area), Buffer::empty(area));
        before.set_string(1, 4, "▌", gutter);
        after.set_string(1, 5, "▌", gutter);
        assert_eq!(written(&before, &after), "\u{1b}[5;2H \u{1b}[6;2H\u{1b}[7;34m▌\u{1b}[m");
        assert_eq!(written(&after, &after), "", "nothing changed, nothing is written");
    }

    #[test]
    fn what_may_be_wider_than_thought_is_followed_by_a_place() {
        let area = Rect::new(0, 0, 20, 1);
        let (before, mut after) = (Buffer::empty(area), Buffer::empty(area));
        after.set_string(0, 0, "a田b e\u{301}x", Style::new());
        assert_eq!(written(&before, &after), "\u{1b}[1;1Ha田\u{1b}[1;4Hb\u{1b}[1;6He\u{301}\u{1b}[1;7Hx");
    }

    #[test]
    fn the_cells_of_an_address_are_a_link_and_nothing_else_is() {
        let area = Rect::new(0, 0, 20, 1);
        let (before, mut after) = (Buffer::empty(area), Buffer::empty(area));
        after.set_string(0, 0, "see https://x.test ok", Style::new());
        let link = Link { area: Rect::new(4, 0, 14, 1), address: "https://x.test".to_owned() };
        let mut out = Vec::new();
        paint(&mut out, before.diff(&after), &[link]).unwrap();
        let text = String::from_utf8(out).unwrap();
        let (begin, rest) = text.split_once("\u{1b}]8;id=").unwrap();
        assert!(!begin.contains("https"), "{text:?}");
        assert!(rest.contains(";https://x.test\u{1b}\\"), "{text:?}");
        assert!(rest.contains("\u{1b}]8;;\u{1b}\\"), "{text:?}");
    }

    #[test]
    fn styles_are_whole_and_end_plain() {
        let area = Rect::new(0, 0, 10, 1);
        let (before, mut after) = (Buffer::empty(area), Buffer::empty(area));
        after.set_string(0, 0, "a", Style::new().fg(Color::Indexed(75)).add_modifier(Modifier::BOLD));
        after.set_string(1, 0, "b", Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::White));
        after.set_string(2, 0, "c", Style::new());
        assert_eq!(
            written(&before, &after),
            "\u{1b}[1;1H\u{1b}[1;38;5;75ma\u{1b}[0;38;2;1;2;3;107mb\u{1b}[mc"
        );
    }
}
