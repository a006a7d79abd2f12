//! The box of a dialog.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use super::pen::Pen;
use crate::tui::theme::Look;

/// A box of at most this size in the middle of `area`.
pub fn centered(area: Rect, width: u16, height: u16) -> Rect {
    let width = width.min(area.width);
    let height = height.min(area.height);
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Clears the box, draws its edge with the title, and returns what is inside (with one free column on both sides).
pub fn dialog(buf: &mut Buffer, area: Rect, title: &str, look: &Look, edge: Style) -> Rect {
    let area = area.intersection(buf.area);
    Clear.render(area, buf);
    if area.width < 4 || area.height < 3 {
        return area;
    }
    let glyphs = &look.glyphs;
    let across = usize::from(area.width) - 2;
    let [top_left, top_right, bottom_left, bottom_right] = glyphs.corners;
    let mut pen = Pen::line(buf, area, 0, glyphs.ellipsis);
    pen.write(top_left, edge).write(&glyphs.horizontal.repeat(across), edge).write(top_right, edge);
    let mut pen = Pen::line(buf, area, area.height - 1, glyphs.ellipsis);
    pen.write(bottom_left, edge).write(&glyphs.horizontal.repeat(across), edge).write(bottom_right, edge);
    for row in 1..area.height - 1 {
        let mut pen = Pen::line(buf, area, row, glyphs.ellipsis);
        pen.write(glyphs.vertical, edge).skip(across).write(glyphs.vertical, edge);
    }
    if across > 4 && !title.is_empty() {
        let strip = Rect { x: area.x + 2, width: area.width - 4, height: 1, ..area };
        let mut pen = Pen::line(buf, strip, 0, glyphs.ellipsis);
        pen.write(" ", edge).write(title, look.theme.title).write(" ", edge);
    }
    Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height - 2 }
}

/// A vertical line between two panes.
pub fn divider(buf: &mut Buffer, area: Rect, x: u16, look: &Look) {
    for row in 0..area.height {
        let strip = Rect { x, y: area.y, width: 1, height: area.height };
        Pen::line(buf, strip, row, look.glyphs.ellipsis).write(look.glyphs.vertical, look.theme.border);
    }
}
