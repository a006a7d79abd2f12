//! Drawing the tab Prerequisites.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::{Check, CheckStatus, Verdict};
use crate::tui::actions::Action;
use crate::tui::app::{App, ViewState};
use crate::tui::mouse::Target;
use crate::tui::overlay::{Overlay, text_field};
use crate::tui::theme::Look;
use crate::tui::view::pane;
use crate::tui::widgets::frame::divider;
use crate::tui::widgets::pen::{Pen, is_one_line, width, wrap};
use crate::tui::widgets::words::{ago, count};

/// How much of the evidence is shown: a check may have something to say about each of a hundred thousand people.
const MOST_EVIDENCE: usize = 100;

/// Below this width list and details take turns.
const SIDE_BY_SIDE: u16 = 90;

/// Sign and style of a status.
pub fn sign(check: &Check, look: &Look) -> (&'static str, Style) {
    let (glyphs, theme) = (&look.glyphs, &look.theme);
    if check.ticked.is_some() && check.status.can_be_ticked() {
        return (glyphs.tick, theme.good);
    }
    match check.status {
        CheckStatus::Fail => (glyphs.cross, theme.bad),
        CheckStatus::Manual => (glyphs.circle, theme.caution),
        CheckStatus::Unknown => (glyphs.question, theme.caution),
        CheckStatus::Warn => (glyphs.bang, theme.caution),
        CheckStatus::Pass => (glyphs.tick, theme.good),
        CheckStatus::NotApplicable => (glyphs.dash, theme.dim),
    }
}

/// Draws the tab.
pub fn view(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    verdict(app, view, area, buf);
    let below = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
    let checks: Vec<&Check> = app.prerequisites.shown(&app.model).collect();
    if app.model.analysis.is_none() {
        waiting(app, below, buf);
        return;
    }
    let wide = area.width >= SIDE_BY_SIDE;
    if app.prerequisites.details && !wide {
        details(app, view, Rect { x: below.x + 1, width: below.width - 1, ..below }, buf);
        view.drawn.page = usize::from(below.height);
        return;
    }
    let list_width = if wide { below.width * 11 / 20 } else { below.width };
    list(app, view, &checks, Rect { width: list_width, ..below }, buf);
    if wide {
        divider(buf, below, below.x + list_width, &app.look);
        let x = below.x + list_width + 2;
        details(app, view, Rect { x, width: below.right().saturating_sub(x), ..below }, buf);
    }
}

fn verdict(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let theme = &look.theme;
    let mut pen = Pen::line(buf, area, 0, look.glyphs.ellipsis);
    pen.skip(1);
    if let Some(Overlay::Filter(line)) = app.overlays.last() {
        pen.write("/", theme.accent);
        text_field(&line.input, &mut pen, area.y, view, theme.text);
        return;
    }
    let Some(analysis) = &app.model.analysis else {
        pen.write("CHECKING", theme.title);
        return;
    };
    let (word, style) = match analysis.verdict {
        Verdict::Ready => ("READY", theme.good),
        Verdict::NotReady => ("NOT READY", theme.bad),
        Verdict::Unknown => ("NOT KNOWN YET", theme.caution),
    };
    pen.write(word, style).skip(3);
    let named = [
        (CheckStatus::Fail, "fail"),
        (CheckStatus::Manual, "to tick"),
        (CheckStatus::Unknown, "unknown"),
        (CheckStatus::Warn, "warn"),
        (CheckStatus::Pass, "pass"),
    ];
    let mut first = true;
    for (status, name) in named {
        let number = analysis.checks.iter().filter(|check| check.counts_as() == status).count();
        if number == 0 {
            continue;
        }
        if !first {
            pen.skip(1).write(look.glyphs.middot, theme.dim).skip(1);
        }
        first = false;
        pen.write(
            &format!("{number} {name}"),
            if status == CheckStatus::Fail { theme.bad } else { theme.text },
        );
    }
    let context = &app.model.context;
    pen.right(
        &format!("Azure DevOps: {}  Entra: {} ", context.azure_devops_way, context.entra_way),
        theme.dim,
    );
    if !app.prerequisites.filter().is_empty() {
        pen.skip(3).write("filter: ", theme.dim).write(app.prerequisites.filter(), theme.text);
    }
}

fn waiting(app: &App, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let mut row = 0;
    Pen::line(buf, area, row, look.glyphs.ellipsis).skip(2).write(
        "Reading the organization and the tenant. Each answer shows as soon as it is there.",
        look.theme.text,
    );
    row += 2;
    for (source, progress) in &app.model.reading {
        let text = crate::tui::state_line::progressing(*source, progress, app.now());
        Pen::line(buf, area, row, look.glyphs.ellipsis).skip(2).write(&text, look.theme.dim);
        row += 1;
    }
}

/// Titles get what the longest of them needs, as long as so much is left for the summaries that one can read them.
fn title_room(longest: usize, room: usize) -> usize {
    /// Fewer columns say nothing.
    const SUMMARY: usize = 20;
    if room < 60 {
        return room;
    }
    longest.min((room * 3 / 5).max(room.saturating_sub(3 * SUMMARY))).min(room - SUMMARY)
}

fn list(app: &App, view: &mut ViewState, checks: &[&Check], area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let theme = &look.theme;
    let cursor = checks.iter().position(|check| Some(check.id) == app.prerequisites.selected());
    let height = usize::from(area.height);
    view.drawn.page = height;
    let window = view.prerequisites.window(cursor, checks.len(), height, Some, |at| Some(*at));
    let room = usize::from(area.width).saturating_sub(5);
    let titles = checks.iter().map(|check| width(check.id.title())).max().unwrap_or(0);
    let title_room = title_room(titles, room);
    for (row, at) in (0..area.height).zip(window) {
        let Some(check) = checks.get(at) else { continue };
        let (glyph, style) = sign(check, look);
        let line = Rect { y: area.y + row, height: 1, ..area };
        view.can_be_clicked(app, line, || Target::Check(check.id));
        let mut pen = Pen::line(buf, area, row, look.glyphs.ellipsis);
        pen.skip(1);
        if Some(at) == cursor {
            pen.write(look.glyphs.gutter, theme.gutter);
        } else {
            pen.skip(1);
        }
        pen.write(glyph, style).skip(1);
        let title_style = if check.status == CheckStatus::NotApplicable { theme.dim } else { theme.text };
        pen.cell(check.id.title(), title_room, title_style).skip(1);
        let summary = match &check.ticked {
            Some(tick) if check.status.can_be_ticked() => format!("ticked: {}", tick.note),
            _ => check.summary.clone(),
        };
        pen.write(&summary, theme.dim);
    }
    if checks.is_empty() {
        Pen::line(buf, area, 0, look.glyphs.ellipsis).skip(2).write("nothing passes the filter", theme.dim);
    }
}

fn details(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let Some(check) = super::selected(app) else { return };
    let look = &app.look;
    let theme = &look.theme;
    let width = usize::from(area.width);
    let (glyph, style) = sign(check, look);
    let mut lines: Vec<(String, Style)> = Vec::new();
    for (at, line) in wrap(check.id.title(), width.saturating_sub(2)).into_iter().enumerate() {
        lines.push((if at == 0 { format!("{glyph} {line}") } else { format!("  {line}") }, theme.title));
    }
    let word = match check.status {
        CheckStatus::Fail => "fails: must be mended before connecting",
        CheckStatus::Manual => "only a person knows; tick it when it is so",
        CheckStatus::Unknown => "not known",
        CheckStatus::Warn => "worth mending",
        CheckStatus::Pass => "met",
        CheckStatus::NotApplicable => "does not apply here",
    };
    lines.push((word.to_owned(), style));
    lines.push((String::new(), theme.text));
    lines.extend(wrap(&check.summary, width).into_iter().map(|line| (line, theme.text)));
    if let Some(tick) = &check.ticked {
        lines.push((String::new(), theme.text));
        let text = format!("Ticked {}: {}", ago(tick.at, app.now()), tick.note);
        lines.extend(wrap(&text, width).into_iter().map(|line| (line, theme.good)));
    }
    if !check.evidence.is_empty() {
        lines.push((String::new(), theme.text));
        let in_sight = app.prerequisites.scrolled.saturating_add(usize::from(area.height));
        for evidence in check.evidence.iter().take(MOST_EVIDENCE) {
            if lines.len() >= in_sight && is_one_line(evidence, width.saturating_sub(2)) {
                // Only counted: a check has something to say about many people, and few of them are in sight.
                lines.push((String::new(), theme.text));
                continue;
            }
            for (at, line) in wrap(evidence, width.saturating_sub(2)).into_iter().enumerate() {
                let lead = if at == 0 { look.glyphs.middot } else { " " };
                lines.push((format!("{lead} {line}"), theme.text));
            }
        }
    }
    if let Some(more) = check.evidence.len().checked_sub(MOST_EVIDENCE).filter(|more| *more > 0) {
        let key = app.keymap.shown(Action::Export);
        let text = format!("and {} more; {key} writes all of them into a file", count(more));
        lines.extend(wrap(&text, width).into_iter().map(|line| (line, theme.dim)));
    }
    if !check.remedy.is_empty() {
        lines.push((String::new(), theme.text));
        lines.push(("What to do".to_owned(), theme.title));
        lines.extend(wrap(&check.remedy, width).into_iter().map(|line| (line, theme.text)));
    }
    lines.push((String::new(), theme.text));
    lines.push(("Microsoft's page (y copies the address)".to_owned(), theme.dim));
    lines.extend(wrap(check.id.docs_url(), width).into_iter().map(|line| (line, theme.dim)));
    pane(app, view, &lines, app.prerequisites.scrolled, area, buf);
}
