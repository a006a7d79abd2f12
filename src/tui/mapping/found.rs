//! Drawing the search of the whole tenant: the field, those found, and what is known about the highlighted one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::people::OrgUser;
use crate::tui::app::{App, ViewState};
use crate::tui::mouse::Target;
use crate::tui::overlay::text_field;
use crate::tui::widgets::names::shown;
use crate::tui::widgets::pen::Pen;
use crate::tui::widgets::words::count;

use super::evidence::rows;
use super::layout::Layout;
use super::lines::{INDENT, Line, draw};
use super::proposals::judged;
use super::search::Search;

/// Draws the search.
pub(super) fn view(
    app: &App,
    search: &Search,
    user: &OrgUser,
    view: &mut ViewState,
    area: Rect,
    buf: &mut Buffer,
) {
    let theme = &app.look.theme;
    {
        let mut pen = Pen::line(buf, area, 0, app.look.glyphs.ellipsis);
        pen.write("search: ", theme.accent);
        text_field(&search.input, &mut pen, area.y, view, theme.text);
    }
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let found = search.found();
    let directory = app.model.directory.value.as_ref();
    if found.is_empty() {
        let all = directory.map_or(0, |directory| directory.len());
        let text = match (search.input.value().trim().is_empty(), search.answered) {
            (true, _) => format!("name, address, or object id; all {} people of the tenant", count(all)),
            (false, false) => "searching".to_owned(),
            (false, true) => "nobody in the tenant fits".to_owned(),
        };
        draw(app, &[Line::of(text, theme.dim)], list, buf);
        return;
    }
    let cursor = found.iter().position(|id| Some(*id) == search.cursor);
    // What is known about the highlighted pair stands below it; the list scrolls in what is left.
    let height = usize::from(list.height);
    let layout = Layout::of(usize::from(area.width));
    let target = search.cursor.and_then(|id| directory?.get(id));
    let candidate = search.cursor.and_then(|id| judged(app, user, id));
    let mut about: Vec<Line> = candidate
        .iter()
        .flat_map(|candidate| rows(app, candidate, Some(user), target))
        .flat_map(|row| layout.lines(&row, theme.text))
        .collect();
    // Few who were found leave it more room.
    about.truncate(height - found.len().min(height / 2));
    let rows = height.saturating_sub(about.len());
    view.drawn.page = rows.max(1);
    let window = view.candidates.window(
        cursor,
        found.len(),
        rows,
        |at| found.get(at).copied(),
        |id| found.iter().position(|it| it == id),
    );
    let mut lines = Vec::new();
    for at in window {
        let target = found.get(at).and_then(|id| directory?.get(*id));
        let Some(target) = target else { continue };
        let y = list.y.saturating_add(u16::try_from(lines.len()).unwrap_or(u16::MAX));
        if y < list.bottom() {
            view.can_be_clicked(app, Rect { y, height: 1, ..list }, || Target::Candidate(target.id));
        }
        lines.push(
            Line::at(INDENT)
                .then(shown(target.display_name(), "name"), theme.text)
                .then("  ", theme.text)
                .then(target.user_principal_name(), theme.dim)
                .selected(cursor == Some(at)),
        );
        if cursor == Some(at) {
            lines.append(&mut about);
        }
    }
    draw(app, &lines, list, buf);
}
