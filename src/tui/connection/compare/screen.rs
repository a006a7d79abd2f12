//! Drawing before and after.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::CheckStatus;
use crate::domain::activity::Source;
use crate::domain::comparison::words::{self, backed_by, sentence, who};
use crate::domain::comparison::{Change, Comparison, Difference};
use crate::domain::text::clean;
use crate::tui::app::{App, ViewState};
use crate::tui::overlay::log::clock;
use crate::tui::view::pane;
use crate::tui::widgets::frame::{dialog, divider};
use crate::tui::widgets::pen::{Pen, wrap};
use crate::tui::widgets::words::{ago, count, people, span};

use super::{Dialog, Page, Row, found, person, place, point, rows_of};

/// From this width on list and details stand beside each other.
const BOTH: u16 = 100;

/// Draws the overlay over the whole tab.
pub fn view(app: &App, open: &Dialog, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let (look, theme) = (&app.look, &app.look.theme);
    let inside = dialog(buf, area, "Before and after", look, theme.border);
    if inside.height < 4 {
        return;
    }
    tabs(app, open, Rect { height: 1, ..inside }, buf);
    let mut head = header(app, open, usize::from(inside.width));
    // A small screen keeps most of its lines for the list.
    head.truncate(usize::from(inside.height / 3).max(1));
    for (row, (line, style)) in (1..inside.height).zip(&head) {
        Pen::line(buf, inside, row, look.glyphs.ellipsis).write(line, *style);
    }
    let top = u16::try_from(head.len()).unwrap_or(0) + 1 + u16::from(inside.height >= 16);
    let body = Rect { y: inside.y + top, height: inside.height.saturating_sub(top + 1), ..inside };
    let rows = rows_of(app, open);
    let at = place(open, &rows);
    let both = inside.width >= BOTH;
    let list_width = if both { inside.width / 2 } else { inside.width };
    if both || !open.details {
        list(app, &rows, at, Rect { width: list_width, ..body }, view, buf);
    }
    let details_area = if both {
        divider(buf, body, body.x + list_width, look);
        Rect { x: body.x + list_width + 2, width: body.width.saturating_sub(list_width + 2), ..body }
    } else {
        body
    };
    if both || open.details {
        let lines = rows.get(at).map(|row| details(app, row, usize::from(details_area.width)));
        pane(app, view, &lines.unwrap_or_default(), open.scrolled, details_area, buf);
    }
    hints(app, open, inside, buf);
}

fn tabs(app: &App, open: &Dialog, area: Rect, buf: &mut Buffer) {
    let (look, theme) = (&app.look, &app.look.theme);
    let mut pen = Pen::line(buf, area, 0, look.glyphs.ellipsis);
    if let Some(progress) = app.model.reading.get(&Source::Memberships) {
        let mut words = "reading".to_owned();
        if let Some(total) = progress.total {
            words = format!("reading {} of {}", count(progress.items), count(total));
        }
        if let Some(left) = progress.remaining(app.now()) {
            words = format!("{words}, {} left", span(left));
        }
        pen.right(&words, theme.accent);
    } else if let Some(found) = found(app) {
        let words = if found.offline {
            format!("offline: as of {} UTC", clock(found.at))
        } else {
            format!("compared {} UTC", clock(found.at))
        };
        pen.right(&words, theme.dim);
    }
    for (page, name) in [(Page::Changes, "changes"), (Page::Checklist, "checklist")] {
        pen.write(name, if open.page == page { theme.accent } else { theme.dim }).skip(3);
    }
}

/// The answer in one sentence.
pub(super) fn answer(comparison: &Comparison) -> String {
    words::answer(&comparison.summary, people)
}

fn header(app: &App, open: &Dialog, width: usize) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    let mut out = Vec::new();
    let mut say = |text: &str, style: Style| {
        out.extend(wrap(text, width).into_iter().map(|line| (line, style)));
    };
    let Some(found) = found(app) else {
        say(
            "Everybody's groups are read, and what people work with; then before and after are compared.",
            theme.text,
        );
        return out;
    };
    if found.offline {
        let words = format!(
            "no service was asked: after is what was read {}, {}",
            found.at.strftime("%Y-%m-%d %H:%M UTC"),
            ago(found.at, app.now())
        );
        say(&words, theme.caution);
    }
    match (&found.comparison, open.page) {
        (Ok(comparison), Page::Changes) => {
            let style = match (comparison.summary.lost(), comparison.summary.lost_unexpectedly()) {
                (0, _) => theme.good,
                (_, 0) => theme.caution,
                _ => theme.bad,
            };
            say(&answer(comparison), style);
            say(&counts(app, comparison), theme.text);
            say(
                &format!(
                    "before: {}, {}, {}, {}",
                    clean(&found.before_from),
                    clock(comparison.before.taken_at),
                    people(comparison.before.people),
                    backed_by(comparison.before.backing)
                ),
                theme.dim,
            );
            if !comparison.not_compared.is_empty() {
                say(&format!("not compared: {}", comparison.not_compared.join("; ")), theme.caution);
            }
            say(&format!("shown: {}", open.shown.words()), theme.dim);
        }
        (Err(problem), Page::Changes) => say(&problem.to_string(), theme.caution),
        (_, Page::Checklist) => {
            let open =
                |status: CheckStatus| found.points.iter().filter(|point| point.counts_as() == status).count();
            let dot = app.look.glyphs.middot;
            say(
                &format!(
                    "{} not as it should be {dot} {} to tick {dot} {} not known {dot} {} to look at {dot} {} in order",
                    open(CheckStatus::Fail),
                    open(CheckStatus::Manual),
                    open(CheckStatus::Unknown),
                    open(CheckStatus::Warn),
                    open(CheckStatus::Pass)
                ),
                theme.text,
            );
        }
    }
    out
}

fn counts(app: &App, comparison: &Comparison) -> String {
    let dot = format!(" {} ", app.look.glyphs.middot);
    let summary = &comparison.summary;
    let mut words: Vec<String> = summary
        .by_kind
        .iter()
        .map(|(kind, counts)| {
            let parts: Vec<String> = [
                (counts.lost, "lost"),
                (counts.lost_expected, "lost as expected"),
                (counts.gained, "gained"),
                (counts.changed + counts.changed_expected, "changed"),
            ]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{} {word}", count(number)))
            .collect();
            format!("{}: {}", kind.shown(), parts.join(", "))
        })
        .collect();
    words.push(format!("{} unchanged", people(summary.unchanged)));
    words.push(format!("{} used it since", people(summary.came_back)));
    words.join(&dot)
}

fn list(app: &App, rows: &[Row], at: usize, area: Rect, view: &mut ViewState, buf: &mut Buffer) {
    let (look, theme) = (&app.look, &app.look.theme);
    let room = usize::from(area.height);
    view.drawn.page = room.saturating_sub(1);
    let top = at.saturating_sub(room.saturating_sub(1));
    for (row, (number, what)) in (0..area.height).zip(rows.iter().enumerate().skip(top)) {
        let mut pen = Pen::line(buf, area, row, look.glyphs.ellipsis);
        if number == at {
            pen.write(look.glyphs.gutter, theme.gutter);
        } else {
            pen.skip(1);
        }
        let Some((sign, style, name, about)) = line(app, what) else { continue };
        pen.write(sign, style).skip(1);
        let name_room = usize::from(area.width).saturating_sub(4) * 11 / 20;
        pen.cell(&name, name_room, theme.text).skip(1).write(&about, theme.dim);
    }
    if rows.is_empty() {
        let words = match found(app) {
            Some(found) if found.comparison.is_ok() => "nothing of this kind (f shows more)",
            Some(_) => "nothing to compare with: b names a snapshot from before",
            None => "",
        };
        Pen::line(buf, area, 0, look.glyphs.ellipsis).skip(1).write(words, theme.dim);
    }
}

type Line = (&'static str, Style, String, String);

fn line(app: &App, row: &Row) -> Option<Line> {
    let (glyphs, theme) = (&app.look.glyphs, &app.look.theme);
    let sign = |differences: &[Difference]| {
        if differences.iter().any(Difference::is_unexpected_loss) {
            (glyphs.bang, theme.bad)
        } else if differences.iter().any(|one| one.change == Change::Lost) {
            (glyphs.signs[1], theme.caution)
        } else if differences.iter().any(|one| one.expected.is_none()) {
            (glyphs.question, theme.caution)
        } else {
            (" ", theme.text)
        }
    };
    let kinds = |differences: &[Difference]| {
        let mut names: Vec<&str> = differences.iter().map(|one| one.kind.name()).collect();
        names.dedup();
        names.join(", ")
    };
    Some(match row {
        Row::Organization => {
            let differences = &found(app)?.comparison.as_ref().ok()?.organization;
            let (sign, style) = sign(differences);
            (sign, style, "the organization".to_owned(), kinds(differences))
        }
        Row::Person(key) => {
            let person = person(app, key)?;
            let (sign, style) = sign(&person.differences);
            (sign, style, clean(&person.name).into_owned(), kinds(&person.differences))
        }
        Row::Point(id) => {
            let point = point(app, *id)?;
            let (sign, style) = match point.counts_as() {
                CheckStatus::Fail => (glyphs.cross, theme.bad),
                CheckStatus::Manual => (glyphs.circle, theme.caution),
                CheckStatus::Unknown => (glyphs.question, theme.caution),
                CheckStatus::Warn => (glyphs.bang, theme.caution),
                CheckStatus::Pass => (glyphs.tick, theme.good),
                CheckStatus::NotApplicable => (glyphs.dash, theme.dim),
            };
            (sign, style, id.title().to_owned(), clean(&point.summary).into_owned())
        }
    })
}

fn details(app: &App, row: &Row, width: usize) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    let mut out: Vec<(String, Style)> = Vec::new();
    let mut say = |text: &str, indent: usize, style: Style| {
        let lead = " ".repeat(indent);
        let lines = wrap(text, width.saturating_sub(indent));
        out.extend(lines.into_iter().map(|line| (format!("{lead}{line}"), style)));
    };
    let arrow = app.look.glyphs.arrow;
    let tell = |differences: &[Difference], say: &mut dyn FnMut(&str, usize, Style)| {
        for one in differences {
            let style = match (one.change, one.expected.is_some()) {
                (Change::Lost, false) => theme.bad,
                (Change::Lost, true) => theme.caution,
                (_, false) => theme.text,
                (_, true) => theme.dim,
            };
            say(&format!("{}  {}", one.change.name(), one.kind.name()), 0, style);
            say(&sentence(one, arrow), 2, theme.text);
            if let Some(why) = one.expected {
                say(&format!("expected: {}", why.words()), 2, theme.dim);
            }
        }
    };
    match row {
        Row::Organization => {
            say("The organization", 0, theme.title);
            if let Some(Ok(comparison)) = found(app).map(|found| found.comparison.as_ref()) {
                tell(&comparison.organization, &mut say);
            }
        }
        Row::Person(key) => {
            let Some(person) = person(app, key) else { return out };
            say(&who(person, arrow), 0, theme.title);
            say(if person.came_back { "has used it since" } else { "has not used it since" }, 0, theme.dim);
            tell(&person.differences, &mut say);
            say(&format!("storage key {}", person.storage_key), 0, theme.dim);
        }
        Row::Point(id) => {
            let Some(point) = point(app, *id) else { return out };
            say(id.title(), 0, theme.title);
            say(&clean(&point.summary), 0, theme.text);
            for line in &point.evidence {
                say(line, 2, theme.text);
            }
            match &point.ticked {
                Some(tick) => {
                    say(&format!("ticked {} UTC: {}", clock(tick.at), clean(&tick.note)), 0, theme.good);
                }
                None if point.status == CheckStatus::Pass => {}
                None => say(&point.remedy, 0, theme.accent),
            }
        }
    }
    out
}

/// What is not among the hints at the foot of the screen; it fits into 80 columns.
fn hints(app: &App, open: &Dialog, inside: Rect, buf: &mut Buffer) {
    let (look, theme) = (&app.look, &app.look.theme);
    let mut keys =
        vec![("Enter", "details"), ("Tab", "page"), ("b", "snapshot"), ("r", "again"), ("e", "export")];
    match open.page {
        Page::Changes => keys.insert(1, ("f", "more or less")),
        Page::Checklist => keys.insert(0, ("Space", "tick")),
    }
    let mut pen = Pen::line(buf, inside, inside.height - 1, look.glyphs.ellipsis);
    for (key, words) in keys {
        pen.write(key, theme.accent).write(" ", theme.text).write(words, theme.text).skip(2);
    }
}
