//! The style that the terminal writes with, and the shortest code for another one.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::color;

/// Colours and modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// A modifier, the code that sets it, and the code that takes it away (bold and dim share theirs).
const CODES: [(Modifier, u8, u8); 7] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// How heavy letters are.
const WEIGHTS: Modifier = Modifier::BOLD.union(Modifier::DIM);

impl Pen {
    /// As the terminal writes by itself.
    pub(super) const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    /// That of a cell.
    pub(super) fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// Whether a blank looks like one that nobody wrote.
    pub(super) fn leaves_blanks(self) -> bool {
        let seen = Modifier::UNDERLINED | Modifier::REVERSED | Modifier::CROSSED_OUT;
        self.bg == Color::Reset && !self.modifier.intersects(seen)
    }

    /// Appends the code that changes this one into another one.
    pub(super) fn change(self, to: Self, out: &mut Vec<u8>) {
        if to == Self::PLAIN {
            out.extend_from_slice(b"\x1b[m");
            return;
        }
        let anew = Self::PLAIN.codes(to);
        let only = self.codes(to);
        let (reset, codes) = if only.len() <= anew.len() + 2 { ("", only) } else { ("0;", anew) };
        out.extend_from_slice(format!("\u{1b}[{reset}{codes}m").as_bytes());
    }

    /// The codes of what differs.
    fn codes(self, to: Self) -> String {
        let mut codes: Vec<String> = Vec::new();
        let mut have = self.modifier;
        for (modifier, _, off) in CODES {
            // Some terminals know one weight at a time: the last one said holds. So both are said in their order, or none.
            let other_weight = WEIGHTS.contains(modifier) && have & WEIGHTS != to.modifier & WEIGHTS;
            if have.contains(modifier) && (other_weight || !to.modifier.contains(modifier)) {
                codes.push(off.to_string());
                // Whatever shares the code is gone too.
                let gone = CODES.iter().filter(|(_, _, code)| *code == off);
                gone.for_each(|(modifier, _, _)| have.remove(*modifier));
            }
        }
        let missing = CODES.iter().filter(|(one, _, _)| to.modifier.contains(*one) && !have.contains(*one));
        codes.extend(missing.map(|(_, on, _)| on.to_string()));
        // Of a colour that stays nothing is said: with NO_COLOR there is none.
        if self.fg != to.fg {
            codes.push(color(to.fg, 30));
        }
        if self.bg != to.bg {
            codes.push(color(to.bg, 40));
        }
        codes.join(";")
    }
}
