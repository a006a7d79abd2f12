//! The frame around every tab.
//!
//! ```text
//!  ado2entra  fabrikam → contoso.onmicrosoft.com              1 Prerequisites  2 Users  3 Connection  4 Mapping
//!  … the tab …
//!  read 4 min ago · not connected · 187/200 units left
//!  j/k move  Enter details  Space tick  T read tokens  r read again  e export  : palette  ? help
//! ```

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use super::actions::Action;
use super::app::{App, Drawn, Tab, ViewState};
use super::mouse::Target;
use super::terminal::links;
use super::theme::Glyphs;
use super::widgets::pen::Pen;
use super::{connection, hints, mapping, overlay, prerequisites, state_line, users};

/// Smaller terminals get a note instead of the tab.
pub const SMALLEST: (u16, u16) = (40, 8);

/// Draws everything.
pub fn view(app: &App, view: &mut ViewState, frame: &mut Frame<'_>) {
    let area = frame.area();
    render(app, view, area, frame.buffer_mut());
}

/// Draws everything into a buffer.
pub fn render(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    view.cursor = None;
    view.links.clear();
    view.drawn = Drawn { dialogs: app.overlays.len(), ..Drawn::default() };
    let area = area.intersection(buf.area);
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        view.drawn = Drawn::default();
        too_small(app, area, buf);
        return;
    }
    head(app, view, Rect { height: 1, ..area }, buf);
    let body = Rect { y: area.y + 1, height: area.height - 3, ..area };
    match app.tab {
        Tab::Prerequisites => prerequisites::view(app, view, body, buf),
        Tab::Users => users::view(app, view, body, buf),
        Tab::Connection => connection::view(app, view, body, buf),
        Tab::Mapping => mapping::view(app, view, body, buf),
    }
    for over in &app.overlays {
        overlay::view(app, over, view, body, buf);
    }
    state_line::view(app, Rect { height: area.height - 2, y: area.y + 1, ..area }, buf);
    hints::view(app, Rect { y: area.bottom() - 1, height: 1, ..area }, buf);
    if app.look.glyphs == Glyphs::ASCII {
        in_ascii(area, buf);
    }
    if app.links {
        view.links = links::find(buf, area, &own_addresses(app));
    }
}

/// The addresses on this screen that the program made itself, or that Microsoft documents: only these become links.
fn own_addresses(app: &App) -> Vec<String> {
    let mut own = Vec::new();
    match app.tab {
        Tab::Prerequisites => {
            own.extend(prerequisites::selected(app).map(|check| check.id.docs_url().to_owned()));
        }
        Tab::Connection => {
            own.push(app.model.context.connect_page());
            let analysis = app.model.analysis.iter();
            own.extend(analysis.flat_map(|analysis| {
                let steps = analysis.timeline.iter().filter_map(|step| step.address.clone());
                steps.chain(analysis.way_back.iter().filter_map(|step| step.address.clone()))
            }));
        }
        Tab::Users | Tab::Mapping => {}
    }
    let shown = app.overlays.iter().any(|overlay| matches!(overlay, overlay::Overlay::SignIn));
    let code = app.model.signing_in.as_ref().filter(|code| shown && code.address_is_known);
    own.extend(code.map(|code| code.address.clone()));
    own
}

/// Sentences of the other rooms have a few signs of their own, which have ASCII twins too.
fn in_ascii(area: Rect, buf: &mut Buffer) {
    for position in area.positions() {
        let Some(cell) = buf.cell_mut(position) else { continue };
        let twin = match cell.symbol() {
            "·" => Glyphs::ASCII.middot,
            "→" => Glyphs::ASCII.arrow,
            "…" => Glyphs::ASCII.ellipsis,
            "≠" => Glyphs::ASCII.signs[2],
            "–" | "—" => "-",
            "’" => "'",
            _ => continue,
        };
        cell.set_symbol(twin);
    }
}

fn too_small(app: &App, area: Rect, buf: &mut Buffer) {
    let ellipsis = app.look.glyphs.ellipsis;
    Pen::line(buf, area, 0, ellipsis).write("ado2entra", app.look.theme.title);
    let text = format!("needs {}x{} or more; q quits", SMALLEST.0, SMALLEST.1);
    Pen::line(buf, area, 1, ellipsis).write(&text, app.look.theme.text);
}

/// The first line: who and where.
fn head(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let theme = &app.look.theme;
    let glyphs = &app.look.glyphs;
    let context = &app.model.context;
    let full = area.width >= 100;
    let titles: Vec<(Tab, String)> = Tab::ALL
        .into_iter()
        .map(|tab| {
            let number = tab.index() + 1;
            let title = match (area.width, tab == app.tab) {
                (100.., _) | (_, true) => format!("{number} {}", tab.title()),
                (76.., _) => tab.title().to_owned(),
                _ => number.to_string(),
            };
            (tab, title)
        })
        .collect();
    let gap = if full { 2 } else { 1 };
    let room: usize = titles.iter().map(|(_, title)| title.len() + gap).sum();
    let tabs_at = area.right().saturating_sub(u16::try_from(room).unwrap_or(0));
    {
        let left = Rect { width: tabs_at.saturating_sub(area.x).saturating_sub(1), ..area };
        let mut pen = Pen::line(buf, left, 0, glyphs.ellipsis);
        pen.skip(1);
        if area.width >= 112 {
            pen.write("ado2entra", theme.title).skip(2);
        }
        let mut words = Vec::new();
        if context.simulated {
            words.push("SIMULATION");
        }
        if context.offline.is_some() {
            words.push("OFFLINE");
        }
        if context.read_only {
            words.push("READ-ONLY");
        }
        let marks = words.join(" ");
        if !marks.is_empty() {
            pen.right(&marks, theme.simulation);
        }
        pen.write(&context.organization, theme.text);
        pen.write(" ", theme.text).write(glyphs.arrow, theme.dim).write(" ", theme.text);
        pen.write(&context.tenant, theme.text);
    }
    let mut pen = Pen::line(buf, area, 0, glyphs.ellipsis);
    pen.to(tabs_at);
    for (tab, title) in titles {
        let cells = u16::try_from(title.len()).unwrap_or(0).min(area.right().saturating_sub(pen.x()));
        view.can_be_clicked(app, Rect { x: pen.x(), width: cells, ..area }, || Target::Tab(tab));
        pen.write(&title, if tab == app.tab { theme.accent } else { theme.dim }).skip(gap);
    }
}

/// Draws lines that may be more than there is room for, from the line `scrolled` on; says so at the last line.
pub fn pane(
    app: &App,
    view: &mut ViewState,
    lines: &[(String, Style)],
    scrolled: usize,
    area: Rect,
    buf: &mut Buffer,
) {
    let glyphs = &app.look.glyphs;
    let height = usize::from(area.height);
    view.drawn.details_end = lines.len().saturating_sub(height);
    let from = scrolled.min(view.drawn.details_end);
    for (row, (line, style)) in (0..area.height).zip(lines.iter().skip(from)) {
        Pen::line(buf, area, row, glyphs.ellipsis).write(line, *style);
    }
    let below = lines.len().saturating_sub(from + height);
    if below > 0 && area.height > 0 {
        let more = format!(" {below} more lines, {} ", app.keymap.shown(Action::DetailsDown));
        let strip = Rect { y: area.bottom() - 1, height: 1, ..area };
        Clear.render(strip.intersection(buf.area), buf);
        Pen::line(buf, strip, 0, glyphs.ellipsis)
            .write(glyphs.down, app.look.theme.dim)
            .write(&more, app.look.theme.dim);
    }
}
