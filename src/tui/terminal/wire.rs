//! What the terminal shows, and the bytes that turn it into the next frame. Pure: [`Screen`](super::Screen) sends them.
//!
//! A frame of more than a few bytes stands inside a synchronized update (DEC private mode 2026, which terminals without it
//! ignore). A smaller one, such as a moved selection or a countdown, reaches any terminal in one piece and is shown at
//! once; around it the two codes would be a third of what is sent.

use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use crossterm::{Command, cursor};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::links::Link;
use super::paint::paint;

/// So many bytes fit into one packet of any line, and into one read of any terminal.
const IN_ONE_PIECE: usize = 100;

/// See the module.
#[derive(Debug, Default)]
pub struct Wire {
    /// What is on the screen; of no size: not known.
    shown: Buffer,
    /// Where the cursor can be seen.
    cursor: Option<Position>,
    painted: Vec<u8>,
    bytes: Vec<u8>,
}

impl Wire {
    /// The next frame is drawn whole: what the terminal shows is not known any more.
    pub fn forget(&mut self) {
        self.shown = Buffer::empty(Rect::ZERO);
    }

    /// The terminal was taken (again): nothing of ours is on it, and its cursor is hidden.
    pub fn taken(&mut self) {
        self.forget();
        self.cursor = None;
    }

    /// What has to be sent so that the terminal shows `next` with its cursor there; nothing where nothing differs. The whole
    /// of it after the size changed.
    pub fn frame(&mut self, next: Buffer, cursor: Option<Position>, links: &[Link]) -> &[u8] {
        let whole = self.shown.area != next.area;
        if whole {
            self.shown = Buffer::empty(next.area);
        }
        self.painted.clear();
        let at = paint(&mut self.painted, &mut self.shown, &next, links);
        self.bytes.clear();
        let bracketed = whole || self.painted.len() > IN_ONE_PIECE;
        if bracketed {
            put(&mut self.bytes, &BeginSynchronizedUpdate);
        }
        if whole {
            put(&mut self.bytes, &Clear(ClearType::All));
        }
        self.bytes.extend_from_slice(&self.painted);
        let stands = if whole || !self.painted.is_empty() { at } else { self.cursor };
        match cursor {
            Some(Position { x, y }) => {
                if stands != cursor {
                    put(&mut self.bytes, &cursor::MoveTo(x, y));
                }
                if self.cursor.is_none() {
                    put(&mut self.bytes, &cursor::Show);
                }
            }
            None if self.cursor.is_some() => put(&mut self.bytes, &cursor::Hide),
            None => {}
        }
        if bracketed {
            put(&mut self.bytes, &EndSynchronizedUpdate);
        }
        self.shown = next;
        self.cursor = cursor;
        &self.bytes
    }
}

/// Appends the code of a command.
fn put(bytes: &mut Vec<u8>, command: &impl Command) {
    let mut code = String::new();
    // Writing to a string does not fail.
    let _ = command.write_ansi(&mut code);
    bytes.extend_from_slice(code.as_bytes());
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    const AREA: Rect = Rect::new(0, 0, 40, 6);

    fn text(wire: &mut Wire, line: &str, cursor: Option<(u16, u16)>) -> String {
        let mut buf = Buffer::empty(AREA);
        buf.set_string(2, 1, line, Style::new());
        let bytes = wire.frame(buf, cursor.map(Position::from), &[]);
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn the_first_frame_is_whole_and_nothing_follows_when_nothing_differs() {
        let mut wire = Wire::default();
        assert_eq!(text(&mut wire, "one", None), "\u{1b}[?2026h\u{1b}[2J\u{1b}[2;3Hone\u{1b}[?2026l");
        assert_eq!(text(&mut wire, "one", None), "");
        wire.forget();
        assert_eq!(text(&mut wire, "one", None), "\u{1b}[?2026h\u{1b}[2J\u{1b}[2;3Hone\u{1b}[?2026l");
    }

    #[test]
    fn a_few_bytes_go_alone_and_many_in_a_synchronized_update() {
        let mut wire = Wire::default();
        let mut all = Buffer::empty(AREA);
        let _ = wire.frame(all.clone(), None, &[]);
        assert_eq!(text(&mut wire, "9 s", None), "\u{1b}[2;3H9 s");
        assert_eq!(text(&mut wire, "8 s", None), "\u{1b}[2;3H8");
        for y in 0..AREA.height {
            all.set_string(0, y, "a line that is long enough", Style::new());
        }
        let bytes = String::from_utf8(wire.frame(all, None, &[]).to_vec()).unwrap();
        assert!(bytes.starts_with("\u{1b}[?2026h") && bytes.ends_with("\u{1b}[?2026l"), "{bytes:?}");
    }

    #[test]
    fn the_cursor_is_shown_and_hidden_once_and_placed_only_where_it_is_not() {
        let mut wire = Wire::default();
        let _ = text(&mut wire, "", None);
        assert_eq!(text(&mut wire, "a", Some((3, 1))), "\u{1b}[2;3Ha\u{1b}[?25h");
        assert_eq!(text(&mut wire, "ab", Some((4, 1))), "\u{1b}[2;4Hb");
        assert_eq!(text(&mut wire, "ab", Some((4, 1))), "");
        assert_eq!(text(&mut wire, "ab", Some((2, 1))), "\u{1b}[2;3H");
        assert_eq!(text(&mut wire, "xb", Some((2, 1))), "\u{1b}[2;3Hx\u{1b}[2;3H");
        assert_eq!(text(&mut wire, "xb", None), "\u{1b}[?25l");
        wire.taken();
        let all = text(&mut wire, "xb", Some((4, 1)));
        assert!(all.contains("\u{1b}[?25h"), "{all:?}");
    }
}
