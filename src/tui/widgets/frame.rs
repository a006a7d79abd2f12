//! The box of a dialog.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use super::pen::{Pen, fit};
use crate::domain::text::clean;
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
    pen.write(top_left, edge);
    if across > 4 && !title.is_empty() {
        // Into cells that the edge never had: a style is laid over the one that is there, and a bold title on a dim line is dim.
        pen.write(glyphs.horizontal, edge).skip(1);
        pen.write(&fit(&clean(title), across - 4, glyphs.ellipsis), look.theme.title).skip(1);
    }
    let rest = pen.left().saturating_sub(1);
    pen.write(&glyphs.horizontal.repeat(rest), edge).write(top_right, edge);
    let mut pen = Pen::line(buf, area, area.height - 1, glyphs.ellipsis);
    pen.write(bottom_left, edge).write(&glyphs.horizontal.repeat(across), edge).write(bottom_right, edge);
    for row in 1..area.height - 1 {
        let mut pen = Pen::line(buf, area, row, glyphs.ellipsis);
        pen.write(glyphs.vertical, edge).skip(across).write(glyphs.vertical, edge);
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

#[cfg(test)]
mod tests {
    use ratatui::style::Modifier;

    use super::*;
    use crate::tui::theme::ThemeName;

    #[test]
    fn a_title_is_as_bright_as_titles_are_in_every_theme_and_on_every_edge() {
        for name in [ThemeName::Dark, ThemeName::Light, ThemeName::Ansi, ThemeName::Mono] {
            let look = Look::new(name, false);
            for edge in [look.theme.border, look.theme.accent, look.theme.bad] {
                let mut buf = Buffer::empty(Rect::new(0, 0, 30, 5));
                let area = buf.area;
                dialog(&mut buf, area, "Accept 3?", &look, edge);
                let line: String = (0..30).map(|x| buf[(x, 0)].symbol()).collect();
                assert_eq!(line, format!("┌─ Accept 3? {}┐", "─".repeat(16)));
                for x in 3..12 {
                    let style = buf[(x, 0)].style();
                    assert_eq!(style.fg, look.theme.title.fg.or(Style::reset().fg), "{name:?} at {x}");
                    assert!(style.add_modifier.contains(Modifier::BOLD), "{name:?} at {x}");
                    assert!(!style.add_modifier.contains(Modifier::DIM), "{name:?} at {x}");
                }
            }
        }
    }

    #[test]
    fn a_long_title_leaves_the_corners_alone() {
        let look = Look::new(ThemeName::Ansi, false);
        for width in 4..40 {
            let mut buf = Buffer::empty(Rect::new(0, 0, width, 3));
            let area = buf.area;
            dialog(&mut buf, area, "田中 太郎 is the same person as somebody", &look, look.theme.border);
            assert_eq!(buf[(width - 1, 0)].symbol(), "┐", "at {width}");
            assert_eq!(buf[(0, 0)].symbol(), "┌", "at {width}");
        }
    }
}
