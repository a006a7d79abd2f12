//! The two pictures of the report as inline SVG: how many of what, and the way in time. They repeat what the tables say, so
//! that nobody needs to see them.

use std::fmt::Write as _;

use super::{Count, Moment};
use crate::domain::papers::escape;
use crate::domain::papers::support::second;

/// Height of one line, in pixels.
const LINE: usize = 24;
/// Width of the space for names.
const NAMES: usize = 190;
/// Width of the longest bar, and of the axis of time.
const WIDTH: usize = 360;
/// Width of the space for what happened.
const WORDS: usize = 330;

/// Bars with names and numbers.
pub(super) fn bars(title: &str, counts: &[Count]) -> String {
    let most = counts.iter().map(|it| it.count).max().unwrap_or(1).max(1);
    let (width, height) = (NAMES + WIDTH + 70, counts.len() * LINE + 8);
    let mut out = head(title, width, height);
    for (at, it) in counts.iter().enumerate() {
        let y = at * LINE + 4;
        // The shortest bar is still to be seen.
        let long = (it.count * WIDTH / most).max(2);
        let _ = writeln!(
            out,
            "<text class=\"name\" x=\"{}\" y=\"{}\">{}</text><rect class=\"bar\" x=\"{NAMES}\" y=\"{}\" width=\"{long}\" \
             height=\"{}\"/><text x=\"{}\" y=\"{}\">{}</text>",
            NAMES - 8,
            y + 16,
            escape::html(&it.name),
            y + 2,
            LINE - 6,
            NAMES + long + 8,
            y + 16,
            it.count
        );
    }
    out.push_str("</svg>\n");
    out
}

/// One line for each moment, with a dot where it is in time.
pub(super) fn timeline(title: &str, moments: &[Moment]) -> String {
    let (Some(first), Some(last)) = (moments.first(), moments.last()) else { return String::new() };
    let seconds = |at: jiff::Timestamp| usize::try_from(at.as_second() - first.at.as_second()).unwrap_or(0);
    let span = seconds(last.at).max(1);
    let (axis, width) = (NAMES, NAMES + WIDTH + WORDS);
    let mut out = head(title, width, moments.len() * LINE + 8);
    for (at, it) in moments.iter().enumerate() {
        let y = at * LINE + 4;
        let x = axis + seconds(it.at).saturating_mul(WIDTH - 20) / span + 10;
        let middle = y + LINE / 2;
        let _ = writeln!(
            out,
            "<text class=\"name\" x=\"{}\" y=\"{}\">{}</text><line class=\"axis\" x1=\"{axis}\" y1=\"{middle}\" x2=\"{}\" \
             y2=\"{middle}\"/><circle class=\"dot\" cx=\"{x}\" cy=\"{middle}\" r=\"5\"/><text x=\"{}\" y=\"{}\">{}</text>",
            axis - 8,
            y + 16,
            escape::html(&second(it.at)),
            axis + WIDTH,
            axis + WIDTH + 10,
            y + 16,
            escape::html(&crate::domain::text::clean_to(&it.words, 48))
        );
    }
    out.push_str("</svg>\n");
    out
}

fn head(title: &str, width: usize, height: usize) -> String {
    let title = escape::html(title);
    format!(
        "<svg role=\"img\" aria-label=\"{title}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <title>{title}</title>\n"
    )
}
