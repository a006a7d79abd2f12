//! Drawing the tab Users: bar of outcomes, filter line, table.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::people::OrgUser;
use crate::domain::plan::PlanRow;
use crate::domain::text::clean;
use crate::domain::{Outcome, Person};
use crate::tui::app::{App, ViewState};
use crate::tui::mouse::Target;
use crate::tui::people::table::{Sheet, draw};
use crate::tui::people::{People, SortBy, head};
use crate::tui::theme::Theme;
use crate::tui::widgets::bar::shares;
use crate::tui::widgets::columns::{Column, usual_width};
use crate::tui::widgets::frame::divider;
use crate::tui::widgets::names::shown;
use crate::tui::widgets::pen::{Pen, width};
use crate::tui::widgets::words::{count, last_access};

use super::details;

/// From this width on the details stand beside the table, below it under the table.
const SIDE_BY_SIDE: u16 = 130;

/// Reasons begin with the same words: in fewer columns they all say the same. The details have them in full.
const LEGIBLE_WHY: u16 = 40;

/// The columns, in their order. Their widths follow what stands in them.
pub const COLUMNS: [Column; 8] = [
    Column { title: "person", least: 12, decent: 20, most: 40, priority: 0 },
    Column { title: "sign-in address", least: 16, decent: 26, most: 48, priority: 2 },
    Column { title: "access", least: 8, decent: 12, most: 24, priority: 6 },
    Column { title: "last access", least: 11, decent: 12, most: 13, priority: 4 },
    Column { title: "outcome", least: 9, decent: 10, most: 10, priority: 1 },
    Column { title: "decision", least: 9, decent: 9, most: 9, priority: 3 },
    Column { title: "best candidate", least: 20, decent: 26, most: 48, priority: 5 },
    Column { title: "why", least: LEGIBLE_WHY, decent: LEGIBLE_WHY, most: 160, priority: 7 },
];

/// How many people are looked at to see how wide their names are.
const LOOKED_AT: usize = 300;

/// While people arrive, the first of them stand for all, so that the columns do not wander.
const FIRST: usize = 100;

/// The style of an outcome.
pub fn outcome_style(outcome: Outcome, theme: &Theme) -> Style {
    match outcome {
        Outcome::Connected | Outcome::Automatic | Outcome::Safe => theme.good,
        Outcome::Review | Outcome::Unsure | Outcome::Foreign => theme.caution,
        Outcome::Hazard | Outcome::Conflict | Outcome::Missing => theme.bad,
    }
}

/// How the bar names an outcome.
fn bar_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Automatic => "by themselves",
        Outcome::Foreign => "other directory",
        other => other.name(),
    }
}

/// A decision in a word: what is on its way to the disk says so.
fn decision_word<'a>(app: &'a App, user: &OrgUser) -> (Cow<'a, str>, Style) {
    let (glyphs, theme) = (&app.look.glyphs, &app.look.theme);
    if let Some(row) = app.saving.pending().get(&user.storage_key) {
        return (format!("{} {}", glyphs.pending, saving_word(row)).into(), theme.caution);
    }
    let row = app.model.plan.row(&user.storage_key).filter(|row| row.decision.is_decided());
    match row {
        None => ("".into(), theme.dim),
        Some(row) if row.needs_a_look => {
            (format!("{} {}", glyphs.bang, row.decision.name()).into(), theme.caution)
        }
        Some(row) => (row.decision.name().into(), theme.text),
    }
}

fn saving_word(row: &PlanRow) -> &'static str {
    if row.decision.is_decided() { "saving" } else { "undoing" }
}

/// Draws the tab.
pub fn view(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let above = bar(app, view, area, buf);
    head::line(app, &app.users.list, view, Rect { y: area.y + above, height: 1, ..area }, buf);
    let mut table_area =
        Rect { y: area.y + above + 1, height: area.height.saturating_sub(above + 1), ..area };
    if app.users.details {
        if area.width >= SIDE_BY_SIDE {
            let side = area.width * 2 / 5;
            table_area.width -= side;
            divider(buf, table_area, table_area.right(), &app.look);
            let x = table_area.right() + 2;
            let beside = Rect { x, width: area.right().saturating_sub(x), ..table_area };
            details::view(app, view, beside, buf);
            view.can_be_clicked(app, beside, || Target::Details);
        } else {
            // A short list stays above, so that one sees whom the details are about.
            let above = (table_area.height / 3).clamp(2, 8).min(table_area.height);
            let below = Rect {
                y: table_area.y + above + 1,
                height: table_area.height.saturating_sub(above + 1),
                x: table_area.x + 2,
                width: table_area.width.saturating_sub(3),
            };
            table_area.height = above;
            let rule = app.look.glyphs.horizontal.repeat(usize::from(area.width));
            let line = Rect { y: table_area.bottom(), height: 1, ..area };
            Pen::line(buf, line, 0, app.look.glyphs.ellipsis).write(&rule, app.look.theme.border);
            details::view(app, view, below, buf);
            view.can_be_clicked(app, below, || Target::Details);
        }
    }
    table(app, view, table_area, buf);
}

/// Draws the outcomes: bar and counts in one line, or in two where they do not fit, or the counts alone over two lines.
/// Returns how many lines it took.
fn bar(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) -> u16 {
    let look = &app.look;
    let mut pen = Pen::line(buf, area, 0, look.glyphs.ellipsis);
    pen.skip(1);
    let Some(forecast) = app.model.analysis.as_ref().and_then(|analysis| analysis.forecast.as_ref()) else {
        let people = People::of(&app.model);
        let text = match (people.len(), people.is_arriving()) {
            (0, true) if app.model.roster.problem.is_some() => {
                "the people of the organization are not read".to_owned()
            }
            (0, true) => "reading the people of the organization".to_owned(),
            (number, true) => {
                format!("{} so far; what happens to them follows when both lists are read", count(number))
            }
            (number, false) => {
                format!("{} people; what happens to them follows when the tenant is read", count(number))
            }
        };
        pen.write(&text, look.theme.dim);
        return 1;
    };
    let counts = forecast.counts();
    let order = [
        Outcome::Connected,
        Outcome::Automatic,
        Outcome::Safe,
        Outcome::Review,
        Outcome::Missing,
        Outcome::Hazard,
        Outcome::Conflict,
        Outcome::Unsure,
        Outcome::Foreign,
    ];
    let present: Vec<(Outcome, usize)> =
        order.into_iter().filter_map(|outcome| Some((outcome, *counts.get(&outcome)?))).collect();
    let words: Vec<String> = present
        .iter()
        .map(|(outcome, number)| format!("{} {}", count(*number), bar_word(*outcome)))
        .collect();
    let taken: usize = words.iter().map(|word| width(word) + 3).sum::<usize>().saturating_sub(2);
    let numbers: Vec<usize> = present.iter().map(|(_, number)| *number).collect();
    let room = pen.left();
    let fits = room >= taken + present.len();
    let two_lines = !fits && area.height >= 16;
    let words_fit = room >= words.iter().map(|word| width(word) + 2).sum::<usize>().saturating_sub(2);
    let cells = shares(&numbers, room.saturating_sub(taken));
    let mut row = 0;
    for (((outcome, _), word), cells) in present.iter().zip(&words).zip(cells) {
        let style = outcome_style(*outcome, &look.theme);
        if fits {
            pen.write(&look.glyphs.block.repeat(cells), style).skip(1);
        } else if two_lines && row == 0 && pen.left() < width(word) {
            row = 1;
            pen = Pen::line(buf, area, row, look.glyphs.ellipsis);
            pen.skip(1);
        }
        let from = pen.x();
        pen.write(word, if fits { look.theme.text } else { style });
        let cells = Rect { x: from, y: area.y + row, width: pen.x() - from, height: 1 };
        view.can_be_clicked(app, cells, || Target::Outcome(*outcome));
        pen.skip(2);
    }
    if !two_lines {
        return 1;
    }
    if words_fit {
        let mut pen = Pen::line(buf, area, 1, look.glyphs.ellipsis);
        pen.skip(1);
        let cells = shares(&numbers, pen.left().saturating_sub(1));
        for ((outcome, _), cells) in present.iter().zip(cells) {
            pen.write(&look.glyphs.block.repeat(cells), outcome_style(*outcome, &look.theme));
        }
    }
    2
}

fn table(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let contents = contents(app, view);
    let sheet = Sheet {
        list: &app.users.list,
        columns: &COLUMNS,
        sorts: &SortBy::ALL,
        contents: &contents,
        gap: 2,
        lead: 4,
        gutter: app.look.theme.gutter,
        scroll: |view| &mut view.users,
    };
    draw(app, &sheet, view, area, buf, |_, _| None, |column, user, person| cell(app, column, user, person));
}

/// How wide what stands in each column usually is; looked at once for every reading and comparison.
fn contents(app: &App, view: &mut ViewState) -> [u16; 8] {
    let people = People::of(&app.model);
    let looked_at = if people.is_arriving() { people.len().min(FIRST) } else { people.len() };
    let state = (app.revision.people, app.revision.findings, looked_at);
    if let Some((of, widths)) = view.user_widths
        && of == state
    {
        return widths;
    }
    let step = looked_at.div_ceil(LOOKED_AT).max(1);
    let mut all: [Vec<u16>; 8] = Default::default();
    for at in (0..looked_at).step_by(step) {
        let Some(user) = people.user(at) else { continue };
        let person = people.person(at, &user.storage_key);
        for (column, widths) in all.iter_mut().enumerate() {
            let (text, _) = cell(app, column, user, person);
            widths.push(u16::try_from(width(&clean(&text))).unwrap_or(u16::MAX));
        }
    }
    let widths = all.map(usual_width);
    view.user_widths = Some((state, widths));
    widths
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
        1 => (shown(&user.principal_name, "address"), theme.text),
        2 => (user.access_level.as_deref().unwrap_or_default().into(), theme.dim),
        3 => (last_access(user.last_accessed, app.now()).into(), theme.dim),
        4 => match person {
            Some(person) => (person.outcome.name().into(), outcome_style(person.outcome, theme)),
            None => (app.look.glyphs.ellipsis.into(), theme.dim),
        },
        5 => decision_word(app, user),
        6 => {
            let best = person.and_then(|person| {
                person.target.or_else(|| person.candidates.first().map(|candidate| candidate.object_id))
            });
            let best = best.and_then(|id| app.model.directory.value.as_ref()?.get(id));
            match best.map_or("", |best| best.user_principal_name()) {
                // The eye finds the ones that differ.
                same if !same.is_empty() && same.eq_ignore_ascii_case(&user.principal_name) => {
                    ("same address".into(), theme.dim)
                }
                other => (other.into(), theme.text),
            }
        }
        _ => (person.map_or("", |person| &person.why).into(), theme.dim),
    }
}
