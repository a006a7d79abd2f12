//! Writing text into a strip of one line. All text goes through [`clean`], and never past the end of the strip.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::text::clean;

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The longest beginning of `text` that fits into `columns`, with `ellipsis` at its end if something was cut off.
pub fn fit(text: &str, columns: usize, ellipsis: &str) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(ellipsis.width());
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = grapheme.width();
        if used + wide > room {
            break;
        }
        out.push_str(grapheme);
        used += wide;
    }
    if ellipsis.width() <= columns {
        out.push_str(ellipsis);
    }
    out
}

/// Whether [`wrap`] leaves this text as it is: one line, with one space between two words.
pub fn is_one_line(text: &str, columns: usize) -> bool {
    let mut after_space = true;
    let spaced = text.chars().all(|c| {
        let single = !c.is_whitespace() || (c == ' ' && !after_space);
        after_space = c == ' ';
        single
    });
    spaced && (text.is_empty() || !after_space) && text.width() <= columns
}

/// Breaks a text into lines of at most `columns`, at spaces where possible. Text that comes in is cleaned.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let cleaned = clean(paragraph);
        if is_one_line(&cleaned, columns) {
            lines.push(cleaned.into_owned());
            continue;
        }
        let mut line = String::new();
        let mut used = 0;
        for word in cleaned.split_whitespace() {
            let mut word = word.to_owned();
            loop {
                let wide = word.width();
                let gap = usize::from(used > 0);
                if used + gap + wide <= columns {
                    if gap == 1 {
                        line.push(' ');
                    }
                    line.push_str(&word);
                    used += gap + wide;
                    break;
                }
                if used > 0 {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                    continue;
                }
                // A word longer than the line is broken where it must.
                let head = fit(&word, columns, "");
                if head.is_empty() {
                    break;
                }
                word = word.get(head.len()..).unwrap_or_default().to_owned();
                lines.push(head);
            }
        }
        lines.push(line);
    }
    lines
}

/// A strip of one line that is written from left to right.
#[derive(Debug)]
pub struct Pen<'a> {
    buf: &'a mut Buffer,
    x: u16,
    y: u16,
    end: u16,
    ellipsis: &'static str,
}

impl<'a> Pen<'a> {
    /// The line `row` of `area`, from its left edge. A line outside of the area takes no text.
    pub fn line(buf: &'a mut Buffer, area: Rect, row: u16, ellipsis: &'static str) -> Self {
        let area = area.intersection(buf.area);
        let inside = row < area.height;
        Self {
            x: area.x,
            y: area.y.saturating_add(row),
            end: if inside { area.right() } else { area.x },
            buf,
            ellipsis,
        }
    }

    /// Where the next text goes.
    pub fn x(&self) -> u16 {
        self.x
    }

    /// Columns left.
    pub fn left(&self) -> usize {
        usize::from(self.end.saturating_sub(self.x))
    }

    /// Writes, cut with `…` where it does not fit.
    pub fn write(&mut self, text: &str, style: Style) -> &mut Self {
        let room = self.left();
        self.put(text, room, style);
        self
    }

    /// Leaves columns free.
    pub fn skip(&mut self, columns: usize) -> &mut Self {
        self.x = self.x.saturating_add(u16::try_from(columns).unwrap_or(u16::MAX)).min(self.end);
        self
    }

    /// Goes to this column of the screen, if it is ahead.
    pub fn to(&mut self, x: u16) -> &mut Self {
        self.x = self.x.max(x).min(self.end);
        self
    }

    /// Writes into a cell of exactly so many columns.
    pub fn cell(&mut self, text: &str, columns: usize, style: Style) -> &mut Self {
        let columns = columns.min(self.left());
        let used = self.put(text, columns, style);
        self.skip(columns.saturating_sub(used))
    }

    /// Writes into a cell of exactly so many columns, at its right edge.
    pub fn cell_right(&mut self, text: &str, columns: usize, style: Style) -> &mut Self {
        let columns = columns.min(self.left());
        let wide = clean(text).width().min(columns);
        self.skip(columns - wide);
        self.put(text, wide, style);
        self
    }

    /// Writes at the right end of the strip, if all of it fits after one free column.
    pub fn right(&mut self, text: &str, style: Style) -> &mut Self {
        let wide = clean(text).width();
        if wide < self.left() {
            let start = self.end.saturating_sub(u16::try_from(wide).unwrap_or(0));
            let before = self.x;
            self.x = start;
            self.put(text, wide, style);
            self.x = before;
            self.end = start.saturating_sub(1).max(before);
        }
        self
    }

    fn put(&mut self, text: &str, columns: usize, style: Style) -> usize {
        let columns = columns.min(self.left());
        if columns == 0 {
            return 0;
        }
        let text = clean(text);
        let text = fit(&text, columns, self.ellipsis);
        let (x, _) = self.buf.set_stringn(self.x, self.y, &text, columns, style);
        let used = usize::from(x.saturating_sub(self.x));
        self.x = x.min(self.end);
        used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_columns_not_by_characters() {
        assert_eq!(fit("田中太郎", 5, "…"), "田中…");
        assert_eq!(fit("Jörg", 4, "…"), "Jörg");
        assert_eq!(fit("Jörg", 3, "…"), "Jö…");
        assert_eq!(fit("x", 0, "…"), "");
        assert_eq!(fit("e\u{301}e\u{301}e\u{301}", 2, "…"), "e\u{301}…");
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_where_they_must() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("田田田", 4), ["田田", "田"]);
        assert_eq!(wrap("a\nb", 5), ["a", "b"]);
        assert_eq!(wrap(" a  b ", 9), ["a b"]);
        assert_eq!(wrap("", 9), [""]);
    }

    #[test]
    fn one_line_is_what_wrapping_leaves_alone() {
        for text in ["", "a", "one two", "田中 太郎", "Jörg e\u{301}"] {
            assert!(is_one_line(text, 10) && wrap(text, 10) == [text], "{text:?}");
        }
        for text in [" ", " a", "a ", "a  b", "a\tb", "a\nb", "a\u{3000}b", "one two three"] {
            assert!(!is_one_line(text, 10) && wrap(text, 10) != [text], "{text:?}");
        }
    }

    #[test]
    fn nothing_is_written_outside_of_the_strip() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 10, 2));
        let mut pen = Pen::line(&mut buf, Rect::new(2, 0, 4, 1), 0, "…");
        pen.write("abcdefghij", Style::new());
        assert_eq!(pen.left(), 0);
        let mut below = Pen::line(&mut buf, Rect::new(2, 0, 4, 1), 1, "…");
        below.write("outside", Style::new());
        assert_eq!(buf, Buffer::with_lines(["  abc…    ", "          "]));
    }

    #[test]
    fn what_attacks_terminals_arrives_as_marks() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 1));
        let area = buf.area;
        Pen::line(&mut buf, area, 0, "…").write("a\u{1b}[2Jb\u{202e}", Style::new());
        assert!(buf.content.iter().all(|cell| !cell.symbol().contains(['\u{1b}', '\u{202e}'])));
    }
}
