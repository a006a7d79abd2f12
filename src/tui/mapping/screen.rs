//! Drawing the tab Mapping: the bar of decisions, the line below it, the people.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::people::OrgUser;
use crate::domain::{Decision, Outcome, Person, PlanRow, RowState};
use crate::tui::actions::Action;
use crate::tui::app::{App, ViewState};
use crate::tui::apply::strip;
use crate::tui::overlay::{Overlay, text_field};
use crate::tui::people::{People, news_sign};
use crate::tui::widgets::bar::gauge;
use crate::tui::widgets::columns::{Column, fitted};
use crate::tui::widgets::frame::divider;
use crate::tui::widgets::pen::{Pen, wrap};
use crate::tui::widgets::words::count;

use super::{Side, candidates};

/// Below this width people and candidates take turns.
const SIDE_BY_SIDE: u16 = 72;

const COLUMNS: [Column; 2] = [
    Column { title: "person", least: 12, decent: 12, most: 22, priority: 0 },
    Column { title: "decision", least: 11, decent: 11, most: 60, priority: 1 },
];

/// Draws the tab.
pub fn view(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    bar(app, Rect { height: 1, ..area }, buf);
    second_line(app, view, Rect { y: area.y + 1, height: 1, ..area }, buf);
    let mut above = 2;
    if let Some(words) = super::patterns::notice(app).filter(|_| area.height >= 10) {
        let mut pen =
            Pen::line(buf, Rect { y: area.y + above, height: 1, ..area }, 0, app.look.glyphs.ellipsis);
        pen.skip(1).write(&words, app.look.theme.caution);
        above += 1;
    }
    let body = Rect { y: area.y + above, height: area.height.saturating_sub(above), ..area };
    view.drawn.selected = app.mapping.list.selected().cloned();
    view.drawn.side_by_side = area.width >= SIDE_BY_SIDE;
    if view.drawn.side_by_side {
        let left = (area.width * 2 / 5).clamp(30, 70);
        list(app, view, Rect { width: left, ..body }, buf);
        divider(buf, body, body.x + left, &app.look);
        let x = body.x + left + 2;
        let right = Rect { x, width: body.right().saturating_sub(x + 1), ..body };
        candidates::view(app, view, right, buf);
    } else if app.mapping.side == Side::Candidates {
        let inside = Rect { x: body.x + 1, width: body.width.saturating_sub(2), ..body };
        candidates::view(app, view, inside, buf);
    } else {
        list(app, view, body, buf);
    }
}

fn bar(app: &App, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let theme = &look.theme;
    let mut pen = Pen::line(buf, area, 0, look.glyphs.ellipsis);
    pen.skip(1);
    if let Some(wrong) = app.model.analysis.as_ref().and_then(|analysis| analysis.wrong_directory.as_ref()) {
        let tenant = wrong.name.clone().unwrap_or_else(|| wrong.tenant.to_string());
        pen.write(&wrong.headline, theme.alert).skip(2);
        let key = app.keymap.shown(Action::GoToConnection);
        pen.write(&format!("connected to {tenant}; the way back is in Connection ({key})"), theme.bad);
        return;
    }
    let Some(progress) = app.mapping.progress() else {
        pen.write(super::loading(&app.model).unwrap_or("nothing to decide yet"), theme.dim);
        return;
    };
    let mut words = match progress.needed {
        0 => vec!["nobody is left to decide about".to_owned()],
        needed => vec![
            format!("{} of {} decided", count(progress.decided), count(needed)),
            format!("{} safe left", count(progress.safe_left)),
        ],
    };
    if progress.needs_a_look > 0 {
        words.push(format!("{} to look at again", count(progress.needs_a_look)));
    }
    if area.width >= 60 {
        let keys = usize::try_from(app.mapping.keys).unwrap_or(usize::MAX);
        words.push(match keys {
            1 => "1 key so far".to_owned(),
            keys => format!("{} keys so far", count(keys)),
        });
    }
    let text = words.join(&format!(" {} ", look.glyphs.middot));
    let room = pen.left().saturating_sub(text.chars().count() + 3);
    gauge(
        &mut pen,
        room.min(60),
        progress.decided.max(usize::from(progress.needed == 0)),
        progress.needed.max(1),
        (look.glyphs.full, look.glyphs.empty),
        (theme.good, theme.dim),
    );
    pen.skip(2).write(&text, theme.text);
}

/// The filter while it is typed, else the apply run, else filter, order and how many are shown.
fn second_line(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let theme = &look.theme;
    let typing = matches!(app.overlays.last(), Some(Overlay::Filter(_)));
    if app.model.apply.is_some() && !typing {
        strip::view(app, area, buf);
        return;
    }
    let list = &app.mapping.list;
    let mut pen = Pen::line(buf, area, 0, look.glyphs.ellipsis);
    pen.skip(1);
    let (by, reversed) = list.sort();
    let all = People::of(&app.model).len();
    let mut right = format!("{} of {}", count(list.rows().len()), count(all));
    if !list.marks().is_empty() {
        right = format!("{} marked {} {right}", count(list.marks().len()), look.glyphs.middot);
    }
    if area.width >= 60 {
        let arrow = if reversed { look.glyphs.up } else { look.glyphs.down };
        right = format!("{right} {} sorted by {} {arrow}", look.glyphs.middot, by.name());
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

fn list(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let theme = &look.theme;
    let list = &app.mapping.list;
    let people = People::of(&app.model);
    let strip = Rect { x: area.x + 5, width: area.width.saturating_sub(6), ..area };
    let places = fitted(&COLUMNS, &COLUMNS.map(|column| column.most), strip.width, 1);
    {
        let mut pen = Pen::line(buf, strip, 0, look.glyphs.ellipsis);
        for place in &places {
            pen.to(strip.x + place.x);
            let title = COLUMNS.get(place.column).map_or("", |column| column.title);
            pen.cell(title, usize::from(place.width), theme.dim);
        }
    }
    let rows = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let height = usize::from(rows.height);
    view.drawn.page = height;
    let window = view.mapping.window(
        list.cursor(),
        list.rows().len(),
        height,
        |row| list.key_at(&app.model, row),
        |key| list.row_of(&app.model, key),
    );
    if list.rows().is_empty() {
        let text = match (&app.model.roster.problem, people.is_empty()) {
            (Some(problem), true) => problem.to_string(),
            (None, true) if people.is_arriving() => "nobody has arrived yet".to_owned(),
            (None, true) => "nobody is in the organization".to_owned(),
            (_, false) => "nobody passes the filter; Esc takes it away".to_owned(),
        };
        for (row, line) in (1..rows.height).zip(wrap(&text, usize::from(strip.width))) {
            Pen::line(buf, Rect { x: strip.x, width: strip.width, ..rows }, row, look.glyphs.ellipsis)
                .write(&line, theme.dim);
        }
        return;
    }
    for (row, at) in (0..rows.height).zip(window) {
        let Some(number) = list.rows().get(at) else { continue };
        let Some(user) = people.user(*number as usize) else { continue };
        let person = people.person(*number as usize, &user.storage_key);
        let (glyph, words, style) = standing(app, user, person);
        let line = Rect { y: rows.y + row, height: 1, ..rows };
        view.can_be_clicked(app, line, || crate::tui::mouse::Target::Person(user.storage_key.clone()));
        let mut pen = Pen::line(buf, rows, row, look.glyphs.ellipsis);
        news_sign(&app.model, &user.storage_key, &mut pen, theme.accent);
        if list.cursor() == Some(at) {
            let focused = app.mapping.side == Side::People;
            pen.write(look.glyphs.gutter, if focused { theme.gutter } else { theme.accent });
        } else {
            pen.skip(1);
        }
        if list.marks().contains(&user.storage_key) {
            pen.write(look.glyphs.mark, theme.accent);
        }
        pen.to(area.x + 3).write(glyph, style);
        for place in &places {
            pen.to(strip.x + place.x);
            if place.column == 0 {
                pen.cell(
                    &crate::tui::widgets::names::shown(&user.display_name, "name"),
                    usize::from(place.width),
                    theme.text,
                );
            } else {
                pen.cell(&words, usize::from(place.width), style);
            }
        }
    }
}

/// How a person stands: sign, words, style. What is not on disk yet is *saving*, never decided.
pub(super) fn standing(app: &App, user: &OrgUser, person: Option<&Person>) -> (&'static str, String, Style) {
    let (glyphs, theme) = (&app.look.glyphs, &app.look.theme);
    if let Some(row) = app.saving.pending().get(&user.storage_key) {
        return (glyphs.pending, format!("saving {}", decision(app, row)), theme.caution);
    }
    let Some(row) = app.model.plan.row(&user.storage_key).filter(|row| row.decision.is_decided()) else {
        return undecided(app, person);
    };
    if row.needs_a_look {
        return (glyphs.bang, format!("needs a look: {}", decision(app, row)), theme.caution);
    }
    let said = |word: &str| format!("{word} {}", decision(app, row));
    match row.state {
        RowState::Planned => (glyphs.tick, decision(app, row), theme.text),
        RowState::Sending => (glyphs.pending, said("sending"), theme.caution),
        RowState::Applied => (glyphs.pending, said("applied"), theme.caution),
        RowState::Verified => (glyphs.tick, said("verified"), theme.good),
        RowState::Failed => (glyphs.cross, said("failed"), theme.bad),
        RowState::Refused => (glyphs.cross, said("refused"), theme.bad),
        RowState::Skipped => (glyphs.dash, said("waits"), theme.dim),
        RowState::Unknown => (glyphs.question, said("unknown"), theme.bad),
    }
}

fn undecided(app: &App, person: Option<&Person>) -> (&'static str, String, Style) {
    let theme = &app.look.theme;
    let (words, style) = match person.map(|person| person.outcome) {
        None => (app.look.glyphs.ellipsis, theme.dim),
        Some(Outcome::Connected) => ("connected", theme.dim),
        Some(Outcome::Automatic) => ("by itself", theme.dim),
        Some(Outcome::Hazard) => ("hazard", theme.bad),
        Some(Outcome::Conflict) => ("conflict", theme.bad),
        Some(_) => ("undecided", theme.text),
    };
    (" ", words.to_owned(), style)
}

/// A decision in words: `→ adele.vance@contoso.com`.
pub(super) fn decision(app: &App, row: &PlanRow) -> String {
    match &row.decision {
        Decision::Map { target } => {
            let user = app.model.directory.value.as_ref().and_then(|directory| directory.get(*target));
            let name = user.map_or_else(|| target.to_string(), |user| user.user_principal_name().to_string());
            format!("{} {name}", app.look.glyphs.arrow)
        }
        Decision::Invite { address } => format!("invite {address}"),
        other => other.name().to_owned(),
    }
}
