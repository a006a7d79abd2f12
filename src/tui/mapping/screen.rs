//! Drawing the tab Mapping: the bar of decisions, the line below it, the people.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::people::OrgUser;
use crate::domain::{Decision, Outcome, Person, PlanRow, RowState};
use crate::tui::actions::Action;
use crate::tui::app::{App, ViewState};
use crate::tui::apply::strip;
use crate::tui::overlay::Overlay;
use crate::tui::people::table::{Sheet, draw};
use crate::tui::people::{SortBy, head};
use crate::tui::users::outcome_style;
use crate::tui::widgets::bar::stacked;
use crate::tui::widgets::columns::Column;
use crate::tui::widgets::frame::divider;
use crate::tui::widgets::names::shown;
use crate::tui::widgets::pen::{Pen, width};
use crate::tui::widgets::words::{count, last_access};

use super::{Side, candidates};

/// Below this width people and candidates take turns.
const SIDE_BY_SIDE: u16 = 72;

/// The list is no narrower beside the candidates: a name of 17 columns and the word `undecided`.
const LEAST_LIST: u16 = 33;

/// The right side is no wider: what belongs together stays together.
const WIDEST: u16 = 120;

/// The columns; the later ones only where there is room for the names and the decisions first. Whose turn it is is read in
/// the names, what was decided in whole on the right: a narrow list gives the names more.
const COLUMNS: [Column; 4] = [
    Column { title: "person", least: 12, decent: 17, most: 24, priority: 0 },
    Column { title: "decision", least: 9, decent: 9, most: 60, priority: 1 },
    Column { title: "outcome", least: 9, decent: 9, most: 9, priority: 2 },
    Column { title: "last access", least: 12, decent: 13, most: 13, priority: 3 },
];

const SORTS: [SortBy; 4] = [SortBy::Name, SortBy::Decision, SortBy::Outcome, SortBy::LastAccess];

/// How many of the columns are shown on a strip of this width.
fn shown_columns(width: u16) -> usize {
    match width {
        70.. => 4,
        52.. => 3,
        _ => 2,
    }
}

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
        let left = (area.width * 3 / 8).clamp(LEAST_LIST, 90);
        list(app, view, Rect { width: left, ..body }, buf);
        divider(buf, body, body.x + left, &app.look);
        let x = body.x + left + 2;
        let right = Rect { x, width: body.right().saturating_sub(x + 1).min(WIDEST), ..body };
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
    let (theme, glyphs) = (&look.theme, &look.glyphs);
    let mut pen = Pen::line(buf, area, 0, glyphs.ellipsis);
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
        let keys = usize::try_from(app.mapping.keys()).unwrap_or(usize::MAX);
        words.push(match keys {
            1 => "1 key so far".to_owned(),
            keys => format!("{} keys so far", count(keys)),
        });
    }
    let text = words.join(&format!(" {} ", glyphs.middot));
    let room = pen.left().saturating_sub(width(&text) + 3);
    // What `a` would do shows as a lighter part: decided, safe, left to look at.
    let done = [
        (progress.decided.max(usize::from(progress.needed == 0)), glyphs.full, theme.good),
        (progress.safe_left, glyphs.half, theme.good),
    ];
    stacked(&mut pen, room.min(60), &done, progress.needed.max(1), (glyphs.empty, theme.dim));
    pen.skip(2).write(&text, theme.text);
}

/// The filter while it is typed, else the apply run, else filter, order and how many are shown.
fn second_line(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let typing = matches!(app.overlays.last(), Some(Overlay::Filter(_)));
    if app.model.apply.is_some() && !typing {
        strip::view(app, area, buf);
    } else {
        head::line(app, &app.mapping.list, view, area, buf);
    }
}

fn list(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let theme = &app.look.theme;
    let columns = shown_columns(area.width.saturating_sub(6));
    let columns = COLUMNS.get(..columns).unwrap_or(&COLUMNS);
    let contents = COLUMNS.map(|column| column.most);
    let sheet = Sheet {
        list: &app.mapping.list,
        columns,
        sorts: &SORTS,
        contents: &contents,
        gap: 1,
        lead: 5,
        gutter: if app.mapping.side == Side::People { theme.gutter } else { theme.accent },
        scroll: |view| &mut view.mapping,
    };
    let sign = |user, person| {
        let (glyph, _, style) = standing(app, user, person);
        Some((glyph, style))
    };
    draw(app, &sheet, view, area, buf, sign, |column, user, person| cell(app, column, user, person));
}

fn cell<'a>(
    app: &'a App,
    column: usize,
    user: &'a OrgUser,
    person: Option<&'a Person>,
) -> (Cow<'a, str>, Style) {
    let theme = &app.look.theme;
    match column {
        0 => (shown(&user.display_name, "name"), theme.text),
        1 => {
            let (_, words, style) = standing(app, user, person);
            (words, style)
        }
        2 => match person {
            Some(person) => (person.outcome.name().into(), outcome_style(person.outcome, theme)),
            None => (app.look.glyphs.ellipsis.into(), theme.dim),
        },
        _ => (last_access(user.last_accessed, app.now()).into(), theme.dim),
    }
}

/// How a person stands: sign, words, style. What is not on disk yet is *saving*, never decided.
pub(super) fn standing(
    app: &App,
    user: &OrgUser,
    person: Option<&Person>,
) -> (&'static str, Cow<'static, str>, Style) {
    let (glyphs, theme) = (&app.look.glyphs, &app.look.theme);
    if let Some(row) = app.saving.pending().get(&user.storage_key) {
        return (glyphs.pending, format!("saving {}", decision(app, row)).into(), theme.caution);
    }
    let Some(row) = app.model.plan.row(&user.storage_key).filter(|row| row.decision.is_decided()) else {
        return undecided(app, person);
    };
    if row.needs_a_look {
        return (glyphs.bang, format!("needs a look: {}", decision(app, row)).into(), theme.caution);
    }
    let said = |word: &str| format!("{word} {}", decision(app, row)).into();
    match row.state {
        RowState::Planned => (glyphs.tick, decision(app, row).into(), theme.text),
        RowState::Sending => (glyphs.pending, said("sending"), theme.caution),
        RowState::Applied => (glyphs.pending, said("applied"), theme.caution),
        RowState::Verified => (glyphs.tick, said("verified"), theme.good),
        RowState::Failed => (glyphs.cross, said("failed"), theme.bad),
        RowState::Refused => (glyphs.cross, said("refused"), theme.bad),
        RowState::Skipped => (glyphs.dash, said("waits"), theme.dim),
        RowState::Unknown => (glyphs.question, said("unknown"), theme.bad),
    }
}

fn undecided(app: &App, person: Option<&Person>) -> (&'static str, Cow<'static, str>, Style) {
    let theme = &app.look.theme;
    let (words, style) = match person.map(|person| person.outcome) {
        None => (app.look.glyphs.ellipsis, theme.dim),
        Some(Outcome::Connected) => ("connected", theme.dim),
        Some(Outcome::Automatic) => ("by itself", theme.dim),
        Some(Outcome::Hazard) => ("hazard", theme.bad),
        Some(Outcome::Conflict) => ("conflict", theme.bad),
        Some(_) => ("undecided", theme.text),
    };
    (" ", words.into(), style)
}

/// A decision in words: `→ adele.vance@contoso.com`.
pub(super) fn decision(app: &App, row: &PlanRow) -> String {
    match &row.decision {
        Decision::Map { target } => {
            let name = super::tenant_user(app, *target)
                .map_or_else(|| target.to_string(), |user| user.user_principal_name().to_string());
            format!("{} {name}", app.look.glyphs.arrow)
        }
        Decision::Invite { address } => format!("invite {address}"),
        other => other.name().to_owned(),
    }
}
