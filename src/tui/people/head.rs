//! The line above a list of people: the filter on the left, on the right how many are shown and in which order. While the
//! filter is typed, the heads of the columns give way to what may be typed next.
//!
//! ```text
//!  filter: outcome:review !stakeholder                        2 marked · 14 of 143 · sorted by last access ↓
//! ```

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::app::{App, ViewState};
use crate::tui::filter::completion;
use crate::tui::overlay::{Overlay, text_field};
use crate::tui::widgets::pen::{Pen, width};
use crate::tui::widgets::words::count;

use super::{People, PeopleList};

/// Below this width the order is not named: the arrow in the head of the column tells it.
const NAMES_THE_ORDER: u16 = 60;

/// Draws the line.
pub fn line(app: &App, list: &PeopleList, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let theme = &look.theme;
    let mut pen = Pen::line(buf, area, 0, look.glyphs.ellipsis);
    pen.skip(1);
    let people = People::of(&app.model);
    let (by, reversed) = list.sort();
    let mut right = format!("{} of {}", count(list.rows().len()), count(people.len()));
    if !list.marks().is_empty() {
        right = format!("{} marked {} {right}", count(list.marks().len()), look.glyphs.middot);
    }
    if people.is_arriving() {
        right.push_str(" so far");
    } else if area.width >= NAMES_THE_ORDER {
        let arrow = if reversed { look.glyphs.up } else { look.glyphs.down };
        let _ = write!(right, " {} sorted by {} {arrow}", look.glyphs.middot, by.name());
    }
    right.push(' ');
    pen.right(&right, theme.dim);
    if let Some(Overlay::Filter(line)) = app.overlays.last() {
        pen.write("/", theme.accent);
        text_field(&line.input, &mut pen, area.y, view, theme.text);
    } else if !list.filter().text().is_empty() {
        pen.write("filter: ", theme.dim).write(list.filter().text(), theme.text);
    }
}

/// What may be typed next, or what is wrong with what was typed, in the line of the heads; `false` where no filter is typed.
pub fn suggestions(app: &App, area: Rect, buf: &mut Buffer) -> bool {
    let Some(Overlay::Filter(line)) = app.overlays.last() else { return false };
    let look = &app.look;
    let theme = &look.theme;
    let mut pen = Pen::line(buf, area, 0, look.glyphs.ellipsis);
    pen.skip(1);
    let text = line.input.value();
    if let Some(remark) = completion::remark(text) {
        pen.write(&remark, theme.caution);
        return true;
    }
    let found = completion::suggestions(line.stem().unwrap_or(text));
    match found.as_slice() {
        [] => {
            pen.write("words, field:value, !not; all of them must hold", theme.dim);
        }
        [one] if !one.help.is_empty() => {
            pen.write(one.shown, theme.text).write(": ", theme.dim).write(one.help, theme.dim);
            pen.skip(2).write("Tab completes", theme.dim);
        }
        some => {
            let end = "  Tab completes ";
            let all: usize = some.iter().map(|one| width(one.shown) + 2).sum();
            if pen.left() > all + width(end) {
                pen.right(end, theme.dim);
            }
            // Where there is not room for all, the one that stands there now comes first.
            let chosen = some.iter().position(|one| line.chosen() == Some(one.part.as_str()));
            let first = chosen.filter(|_| pen.left() < all).unwrap_or(0);
            for one in some.iter().skip(first) {
                let chosen = line.chosen() == Some(one.part.as_str());
                let colon = if one.help.is_empty() || one.help == "outcome" { " " } else { ":" };
                pen.write(one.shown, if chosen { theme.accent } else { theme.text })
                    .write(colon, theme.dim)
                    .skip(1);
            }
        }
    }
    true
}
