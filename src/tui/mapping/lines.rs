//! Lines of the right side: texts one behind the other or at given columns, and the gutter before a highlighted one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::app::App;
use crate::tui::widgets::pen::{Pen, wrap};

use super::Side;

/// Where texts begin: behind the gutter.
pub(super) const INDENT: u16 = 2;

/// A piece of a line.
#[derive(Debug, Clone)]
enum Part {
    Text(String, Style),
    /// Goes on at this column of the pane, if that is ahead.
    At(u16),
}

/// One line: parts from the left, one at the right end, and whether the gutter stands before it.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    parts: Vec<Part>,
    right: Option<(String, Style)>,
    selected: bool,
}

impl Line {
    /// A text from the left edge.
    pub(super) fn of(text: impl Into<String>, style: Style) -> Self {
        Self::default().then(text, style)
    }

    /// Nothing yet, from this column on.
    pub(super) fn at(column: u16) -> Self {
        Self::default().to(column)
    }

    /// A text behind it.
    pub(super) fn then(mut self, text: impl Into<String>, style: Style) -> Self {
        self.parts.push(Part::Text(text.into(), style));
        self
    }

    /// Goes on at this column.
    pub(super) fn to(mut self, column: u16) -> Self {
        self.parts.push(Part::At(column));
        self
    }

    /// A text at the right end, where there is room for it.
    pub(super) fn right(mut self, text: impl Into<String>, style: Style) -> Self {
        self.right = Some((text.into(), style));
        self
    }

    /// The parts of another line behind its own.
    pub(super) fn followed_by(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self.right = self.right.or(other.right);
        self.selected |= other.selected;
        self
    }

    /// With the gutter before it, or without.
    pub(super) fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }
}

/// A text broken into lines of this width.
pub(super) fn wrapped(text: &str, width: usize, style: Style) -> impl Iterator<Item = Line> {
    wrap(text, width).into_iter().map(move |line| Line::of(line, style))
}

/// Draws as many lines as there is room for.
pub(super) fn draw(app: &App, lines: &[Line], area: Rect, buf: &mut Buffer) {
    let (glyphs, theme) = (&app.look.glyphs, &app.look.theme);
    for (row, line) in (0..area.height).zip(lines) {
        let mut pen = Pen::line(buf, area, row, glyphs.ellipsis);
        if line.selected {
            let focused = app.mapping.side == Side::Candidates;
            pen.write(glyphs.gutter, if focused { theme.gutter } else { theme.accent });
        }
        if let Some((text, style)) = &line.right {
            pen.right(text, *style);
        }
        for part in &line.parts {
            match part {
                Part::Text(text, style) => pen.write(text, *style),
                Part::At(column) => pen.to(area.x + column),
            };
        }
    }
}
