//! Drawing the set-up: the fields with their outcomes, and below (or beside) what the present one means.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::text::clean;
use crate::tasks::setup::{PlaceState, Subject};
use crate::tui::app::ViewState;
use crate::tui::overlay::text_field;
use crate::tui::theme::Look;
use crate::tui::view::SMALLEST;
use crate::tui::widgets::frame::divider;
use crate::tui::widgets::pen::{Pen, width, wrap};

use super::outcome::{self, Outcome, Sign};
use super::{Draft, Field, State, fields};

/// From this width on the explanation stands beside the fields.
const SIDE_BY_SIDE: u16 = 130;

/// Columns of the names of the fields.
const LABELS: usize = 17;

/// What a frame showed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shown {
    /// Where the cursor of the text field is.
    pub cursor: Option<Position>,
    /// How far the explanation can be scrolled.
    pub end: usize,
}

/// Draws everything.
pub fn view(state: &State, area: Rect, buf: &mut Buffer) -> Shown {
    let area = area.intersection(buf.area);
    let glyphs = &state.look.glyphs;
    let theme = &state.look.theme;
    let mut shown = Shown::default();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        Pen::line(buf, area, 0, glyphs.ellipsis).write("ado2entra set-up", theme.title);
        let text = format!("needs {}x{} or more; Esc leaves", SMALLEST.0, SMALLEST.1);
        Pen::line(buf, area, 1, glyphs.ellipsis).write(&text, theme.text);
        return shown;
    }
    head(state, area, buf);
    let air = u16::from(area.height >= 16);
    let body = Rect { y: area.y + 1 + air, height: area.height - 3 - air, ..area };
    let all = state.fields();
    let many = u16::try_from(all.len()).unwrap_or(body.height);
    if area.width >= SIDE_BY_SIDE {
        let list = Rect { width: area.width * 3 / 5, ..body };
        divider(buf, body, list.right(), &state.look);
        let x = list.right() + 2;
        let pane = Rect { x, width: area.right().saturating_sub(x + 1), ..body };
        draw_fields(state, &all, list, buf, &mut shown);
        shown.end = explanation(state, pane, buf);
    } else {
        let rows = many.min((body.height * 3 / 5).max(3)).min(body.height);
        draw_fields(state, &all, Rect { height: rows, ..body }, buf, &mut shown);
        if body.height > rows + 1 {
            let line = Rect { y: body.y + rows, height: 1, ..body };
            let rule = glyphs.horizontal.repeat(usize::from(body.width));
            Pen::line(buf, line, 0, glyphs.ellipsis).write(&rule, theme.border);
            let pane = Rect {
                x: body.x + 1,
                y: body.y + rows + 1,
                width: body.width - 2,
                height: body.height - rows - 1,
            };
            shown.end = explanation(state, pane, buf);
        }
    }
    place_line(state, Rect { y: area.bottom() - 2, height: 1, ..area }, buf);
    hints(state, Rect { y: area.bottom() - 1, height: 1, ..area }, buf);
    shown
}

fn head(state: &State, area: Rect, buf: &mut Buffer) {
    let theme = &state.look.theme;
    let mut pen = Pen::line(buf, area, 0, state.look.glyphs.ellipsis);
    pen.skip(1).write("ado2entra", theme.title).skip(2).write("set-up", theme.accent);
    let words = if area.width >= 76 {
        "each answer is tried as you leave it; nothing is changed at a service "
    } else {
        "first start "
    };
    pen.right(words, theme.dim);
}

fn sign(sign: Sign, look: &Look) -> (&'static str, Style) {
    let (glyphs, theme) = (&look.glyphs, &look.theme);
    match sign {
        Sign::Nothing => (" ", theme.text),
        Sign::Good => (glyphs.tick, theme.good),
        Sign::Care => (glyphs.bang, theme.caution),
        Sign::Bad => (glyphs.cross, theme.bad),
        Sign::Asking => (glyphs.pending, theme.accent),
    }
}

/// What stands beside a field: what is wrong with what was typed, or the outcome of its trial.
fn beside(state: &State, draft: &Draft, field: Field) -> Outcome {
    if let Some(error) = draft.errors.get(&field) {
        let is_empty = state.text(field).trim().is_empty();
        let left = state.left.contains(&field) && (state.at != field || state.notice.is_some());
        return match (is_empty, left) {
            (true, true) => Outcome { sign: Sign::Bad, brief: "is missing".to_owned(), lines: Vec::new() },
            (false, true) => Outcome { sign: Sign::Bad, brief: error.problem.clone(), lines: Vec::new() },
            _ => Outcome::default(),
        };
    }
    match field.subject().filter(|_| field.shows_outcome()) {
        Some(subject) => outcome::of(state, subject),
        None => Outcome::default(),
    }
}

fn draw_fields(state: &State, all: &[Field], area: Rect, buf: &mut Buffer, shown: &mut Shown) {
    let look = &state.look;
    let (theme, glyphs) = (&look.theme, &look.glyphs);
    let draft = state.draft();
    let height = usize::from(area.height);
    let at = all.iter().position(|field| *field == state.at).unwrap_or(0);
    let from = (at + 1).saturating_sub(height).min(all.len().saturating_sub(height));
    let room = usize::from(area.width).saturating_sub(LABELS + 4);
    let values = if room >= 50 { (room * 2 / 5).clamp(24, 44) } else { room.saturating_sub(2) };
    for (row, field) in (0..area.height).zip(all.iter().skip(from)) {
        let mut pen = Pen::line(buf, area, row, glyphs.ellipsis);
        pen.skip(1);
        let here = *field == state.at;
        if here {
            pen.write(glyphs.gutter, theme.gutter);
        } else {
            pen.skip(1);
        }
        pen.skip(1);
        if *field == Field::Write {
            pen.write(write_label(state), if here { theme.accent } else { theme.title });
            continue;
        }
        pen.cell(field.label(), LABELS, if here { theme.text } else { theme.dim }).skip(1);
        let start = pen.x();
        if let Some(word) = state.choice(*field) {
            let text = format!("< {word} >");
            pen.cell(&text, values, if here { theme.accent } else { theme.text });
        } else if let Some(input) = state.texts.get(field) {
            if here {
                let mut view = ViewState::default();
                let strip =
                    Rect { x: start, y: area.y + row, width: u16::try_from(values).unwrap_or(0), height: 1 };
                let mut pen = Pen::line(buf, strip, 0, glyphs.ellipsis);
                text_field(input, &mut pen, area.y + row, &mut view, theme.text);
                shown.cursor = view.cursor;
            } else {
                pen.cell(input.value(), values, theme.text);
            }
        }
        let beside = beside(state, &draft, *field);
        let mut pen = Pen::line(buf, area, row, glyphs.ellipsis);
        pen.to(start.saturating_add(u16::try_from(values + 1).unwrap_or(0)));
        let (glyph, style) = sign(beside.sign, look);
        pen.write(glyph, style).skip(1);
        let style = if beside.sign == Sign::Bad { theme.text } else { theme.dim };
        pen.write(&beside.brief, style);
    }
}

fn write_label(state: &State) -> &'static str {
    if state.can_write().is_some() || state.place.is_none() && state.location.is_some() {
        "write the file, open the dashboard"
    } else {
        "open the dashboard, write nothing"
    }
}

/// The lines that explain the present field.
fn lines(state: &State) -> Vec<(Sign, String)> {
    let field = state.at;
    let mut lines = Vec::new();
    let draft = state.draft();
    if field == Field::Write {
        summary(state, &mut lines);
        return lines;
    }
    lines.push((Sign::Nothing, field.help().to_owned()));
    if let Some(error) = draft.errors.get(&field)
        && !state.text(field).trim().is_empty()
    {
        lines.push((Sign::Bad, format!("{}; {}", error.problem, error.advice)));
    }
    if let Some(subject) = field.subject() {
        lines.extend(outcome::of(state, subject).lines);
    }
    match field {
        Field::AzureKind => lines.push((Sign::Nothing, fields::azure_words(state.azure).to_owned())),
        Field::EntraKind => lines.push((Sign::Nothing, fields::entra_words(state.entra).to_owned())),
        Field::AfterKind => lines.push((Sign::Nothing, fields::after_words(state.after()).to_owned())),
        _ => {}
    }
    lines
}

/// What is missing, and what happens now.
fn summary(state: &State, lines: &mut Vec<(Sign, String)>) {
    let draft = state.draft();
    let fields = state.fields();
    let wrong: Vec<&str> = fields
        .iter()
        .filter(|field| draft.errors.contains_key(field))
        .map(|field| field.label().trim())
        .collect();
    if !wrong.is_empty() {
        lines.push((Sign::Bad, format!("Still to be given: {}.", wrong.join(", "))));
    }
    let mut open = 0;
    for subject in Subject::ALL {
        let outcome = outcome::of(state, subject);
        if matches!(outcome.sign, Sign::Bad | Sign::Care) {
            open += 1;
            let name = fields
                .iter()
                .find(|field| field.subject() == Some(subject))
                .map_or("", |field| field.label());
            let all = outcome.lines.iter().filter(|(sign, _)| matches!(sign, Sign::Bad | Sign::Care));
            lines.extend(all.map(|(sign, line)| (*sign, format!("{name}: {line}"))));
        }
    }
    if wrong.is_empty() && open == 0 {
        let asking = Subject::ALL.into_iter().any(|subject| outcome::of(state, subject).sign == Sign::Asking);
        let text = if asking {
            "Nothing is missing so far; some answers are still to come."
        } else {
            "Nothing is missing."
        };
        lines.push((if asking { Sign::Asking } else { Sign::Good }, text.to_owned()));
    } else if open > 0 {
        lines.push((
            Sign::Nothing,
            "You can mend these later: the tab Prerequisites says them again. r tries everything once more."
                .to_owned(),
        ));
    }
    match (&state.location, state.place.as_ref().map(|place| &place.state)) {
        (None, _) => lines.push((
            Sign::Care,
            "There is no home folder, so no place for the file: the values hold for this run. Start with --config PATH \
             to keep them."
                .to_owned(),
        )),
        (Some(path), Some(PlaceState::Taken)) => {
            lines.push((
                Sign::Care,
                format!(
                    "{} exists, and is never written over: the values hold for this run. To keep them, add these lines \
                     to it (y copies them):",
                    path.display()
                ),
            ));
            let added = crate::config::lines_to_add(&draft.config);
            lines.extend(added.into_iter().map(|line| (Sign::Nothing, line)));
        }
        (Some(_), Some(PlaceState::Unusable(why))) => lines.push((
            Sign::Bad,
            format!("The file cannot be written: {why}. The values hold for this run; --config PATH names another place."),
        )),
        (Some(path), Some(PlaceState::OpenToOthers(folder))) => {
            lines.push((
                Sign::Care,
                format!(
                    "Others can write to {}, and so the commands in the file would not be run: chmod go-w {}, then r.",
                    folder.display(),
                    folder.display()
                ),
            ));
            lines.push((Sign::Nothing, will_be_written(&path.display().to_string())));
        }
        (Some(path), _) => lines.push((Sign::Nothing, will_be_written(&path.display().to_string()))),
    }
}

fn will_be_written(path: &str) -> String {
    format!(
        "Enter writes {path}, readable by you alone, with every setting and a word about it. No secret is in it, only the \
         names of what gives them."
    )
}

/// Draws the explanation; returns how far it can be scrolled.
fn explanation(state: &State, area: Rect, buf: &mut Buffer) -> usize {
    let look = &state.look;
    let mut rows: Vec<(&'static str, Style, String)> = Vec::new();
    for (kind, text) in lines(state) {
        let (glyph, style) = sign(kind, look);
        let indent = if kind == Sign::Nothing { 0 } else { 2 };
        for (at, line) in wrap(&text, usize::from(area.width).saturating_sub(indent)).into_iter().enumerate()
        {
            let lead = match (indent, at) {
                (0, _) => "",
                (_, 0) => glyph,
                _ => " ",
            };
            rows.push((lead, style, line));
        }
    }
    let height = usize::from(area.height);
    let end = rows.len().saturating_sub(height);
    let from = state.scrolled.min(end);
    for (row, (lead, style, line)) in (0..area.height).zip(rows.iter().skip(from)) {
        let mut pen = Pen::line(buf, area, row, look.glyphs.ellipsis);
        if !lead.is_empty() {
            pen.write(lead, *style).skip(1);
        }
        pen.write(line, look.theme.text);
    }
    let below = rows.len().saturating_sub(from + height);
    if below > 0 && area.height > 0 {
        let more = format!(" {below} more lines, PageDown ");
        let last = Rect { y: area.bottom() - 1, height: 1, ..area };
        let mut pen = Pen::line(buf, last, 0, look.glyphs.ellipsis);
        pen.right(&more, look.theme.accent);
    }
    end
}

/// The place of the file, or a notice.
fn place_line(state: &State, area: Rect, buf: &mut Buffer) {
    let theme = &state.look.theme;
    let mut pen = Pen::line(buf, area, 0, state.look.glyphs.ellipsis);
    pen.skip(1);
    if let Some((text, bad)) = &state.notice {
        pen.write(text, if *bad { theme.bad } else { theme.text });
        return;
    }
    if state.writing.is_some() {
        pen.write("writing", theme.accent);
        return;
    }
    let Some(path) = &state.location else {
        pen.write("no home folder: nothing will be written", theme.caution);
        return;
    };
    let path = path.display().to_string();
    let path = clean(&path);
    match state.place.as_ref().map(|place| &place.state) {
        Some(PlaceState::Taken) => pen.write("stays as it is: ", theme.dim).write(&path, theme.text),
        Some(PlaceState::Unusable(_)) => {
            pen.write("cannot be written: ", theme.caution).write(&path, theme.text)
        }
        Some(PlaceState::Free | PlaceState::OpenToOthers(_)) | None => {
            pen.write("will be written: ", theme.dim).write(&path, theme.text)
        }
    };
}

fn hints(state: &State, area: Rect, buf: &mut Buffer) {
    let theme = &state.look.theme;
    let field = state.at;
    let mut list: Vec<(&str, &str)> = Vec::new();
    if field == Field::Write {
        list.push(("Enter", if state.can_write().is_some() { "write and go on" } else { "go on" }));
        list.push(("Shift-Tab", "back"));
        list.push(("r", "try again"));
        list.push(("y", "copy the lines"));
    } else {
        list.push(("Tab", "next"));
        list.push(("Shift-Tab", "back"));
        if state.choice(field).is_some() {
            list.push(("Left/Right", "choose"));
            list.push(("w", "write"));
            list.push(("r", "try again"));
        }
    }
    list.push(("Esc", "leave"));
    let mut pen = Pen::line(buf, area, 0, state.look.glyphs.ellipsis);
    pen.skip(1);
    for (key, text) in list {
        if pen.left() < width(key) + 1 + width(text) {
            break;
        }
        pen.write(key, theme.accent).skip(1).write(text, theme.dim).skip(2);
    }
}
