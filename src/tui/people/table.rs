//! Heads and rows of a list of people. The tabs say which columns there are and what stands in them.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::people::OrgUser;
use crate::domain::{Person, StorageKey};
use crate::tui::app::{App, ViewState};
use crate::tui::filter::completion;
use crate::tui::mouse::Target;
use crate::tui::widgets::columns::{Column, Place, fitted};
use crate::tui::widgets::pen::{Pen, width, wrap};
use crate::tui::widgets::scroll::Scroll;

use super::{People, PeopleList, SortBy, head, news_sign};

/// A list as a tab shows it.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// The people.
    pub list: &'a PeopleList,
    /// The columns, in their order.
    pub columns: &'a [Column],
    /// By what a click on the head of each sorts.
    pub sorts: &'a [SortBy],
    /// How wide the contents of each are.
    pub contents: &'a [u16],
    /// Free columns between two.
    pub gap: u16,
    /// Columns before the first: gutter, mark, and a sign where there is one.
    pub lead: u16,
    /// The style of the gutter cell.
    pub gutter: Style,
    /// Which part of the list is in sight.
    pub scroll: fn(&mut ViewState) -> &mut Scroll<StorageKey>,
}

/// Draws the list. `sign` stands before a row, `cell` says what stands in a column of it.
pub fn draw<'a>(
    app: &'a App,
    sheet: &Sheet<'a>,
    view: &mut ViewState,
    area: Rect,
    buf: &mut Buffer,
    sign: impl Fn(&'a OrgUser, Option<&'a Person>) -> Option<(&'static str, Style)>,
    cell: impl Fn(usize, &'a OrgUser, Option<&'a Person>) -> (Cow<'a, str>, Style),
) {
    let (glyphs, theme) = (&app.look.glyphs, &app.look.theme);
    let list = sheet.list;
    let people = People::of(&app.model);
    let strip = Rect { x: area.x + sheet.lead, width: area.width.saturating_sub(sheet.lead + 1), ..area };
    let places = fitted(sheet.columns, sheet.contents, strip.width, sheet.gap);
    if !head::suggestions(app, Rect { height: 1, ..area }, buf) {
        heads(app, sheet, &places, view, strip, buf);
    }
    let rows = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let height = usize::from(rows.height);
    view.drawn.page = height;
    view.drawn.selected = list.selected().cloned();
    let window = (sheet.scroll)(view).window(
        list.cursor(),
        list.rows().len(),
        height,
        |row| list.key_at(&app.model, row),
        |key| list.row_of(&app.model, key),
    );
    if list.rows().is_empty() {
        let strip = Rect { x: strip.x, width: strip.width, ..rows };
        for (row, line) in (1..rows.height).zip(wrap(&nobody(app, sheet.list), usize::from(strip.width))) {
            Pen::line(buf, strip, row, glyphs.ellipsis).write(&line, theme.dim);
        }
        return;
    }
    for (row, at) in (0..rows.height).zip(window) {
        let Some(number) = list.rows().get(at) else { continue };
        let Some(user) = people.user(*number as usize) else { continue };
        let person = people.person(*number as usize, &user.storage_key);
        let line = Rect { y: rows.y + row, height: 1, ..rows };
        view.can_be_clicked(app, line, || Target::Person(user.storage_key.clone()));
        let mut pen = Pen::line(buf, rows, row, glyphs.ellipsis);
        news_sign(&app.model, &user.storage_key, &mut pen, theme.accent);
        if list.cursor() == Some(at) {
            pen.write(glyphs.gutter, sheet.gutter);
        } else {
            pen.skip(1);
        }
        if !list.marks().is_empty() && list.marks().contains(&user.storage_key) {
            pen.write(glyphs.mark, theme.accent);
        }
        if let Some((glyph, style)) = sign(user, person) {
            pen.to(area.x + 3).write(glyph, style);
        }
        for place in &places {
            pen.to(strip.x + place.x);
            let (text, style) = cell(place.column, user, person);
            pen.cell(&text, usize::from(place.width), style);
        }
    }
}

/// The heads of the columns; an arrow behind the one by which the list is sorted.
fn heads(
    app: &App,
    sheet: &Sheet<'_>,
    places: &[Place],
    view: &mut ViewState,
    strip: Rect,
    buf: &mut Buffer,
) {
    let (glyphs, theme) = (&app.look.glyphs, &app.look.theme);
    let (by, reversed) = sheet.list.sort();
    let arriving = People::of(&app.model).is_arriving();
    let mut pen = Pen::line(buf, strip, 0, glyphs.ellipsis);
    for place in places {
        pen.to(strip.x + place.x);
        let title = sheet.columns.get(place.column).map_or("", |column| column.title);
        let Some(sort) = sheet.sorts.get(place.column).copied() else { continue };
        let cells = Rect { x: strip.x + place.x, width: place.width, height: 1, ..strip };
        view.can_be_clicked(app, cells, || Target::Sort(sort));
        if sort == by && !arriving && usize::from(place.width) > width(title) + 1 {
            pen.write(title, theme.dim)
                .skip(1)
                .write(if reversed { glyphs.up } else { glyphs.down }, theme.dim);
        } else {
            pen.cell(title, usize::from(place.width), theme.dim);
        }
    }
}

/// Why the list is empty.
fn nobody(app: &App, list: &PeopleList) -> String {
    let people = People::of(&app.model);
    match (&app.model.roster.problem, people.is_empty()) {
        (Some(problem), true) => problem.to_string(),
        (None, true) if people.is_arriving() => "nobody has arrived yet".to_owned(),
        (None, true) => "nobody is in the organization".to_owned(),
        (_, false) => match completion::complaint(list.filter().text()) {
            Some(complaint) => format!("nobody passes the filter: {complaint}"),
            None => "nobody passes the filter; Esc takes it away".to_owned(),
        },
    }
}
