//! The wrong directory: the whole screen says so. Which tenant, map nobody, the way back.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::connection::WrongDirectory;
use crate::tui::app::{App, ViewState};
use crate::tui::view::pane;
use crate::tui::widgets::frame::dialog;
use crate::tui::widgets::pen::wrap;

use super::screen;

/// Draws the alert over the whole tab.
pub fn view(app: &App, wrong: &WrongDirectory, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let theme = &app.look.theme;
    let inside = dialog(buf, area, &wrong.headline, &app.look, theme.alert);
    let width = usize::from(inside.width);
    let mut lines: Vec<(String, Style)> = Vec::new();
    let mut say = |text: &str, style: Style| {
        lines.extend(wrap(text, width).into_iter().map(|line| (line, style)));
    };
    if inside.height >= 12 {
        say("", theme.text);
    }
    let tenant = match &wrong.name {
        Some(name) => format!("{name} ({})", wrong.tenant),
        None => wrong.tenant.to_string(),
    };
    say(&format!("connected to {tenant}"), theme.alert);
    say("MAP NOBODY", theme.alert);
    if inside.height >= 12 {
        say("", theme.text);
    }
    for line in &wrong.lines {
        say(line, theme.text);
    }
    say("", theme.text);
    let back = app.model.analysis.iter().flat_map(|analysis| analysis.way_back.iter());
    lines.extend(screen::way_back_lines(app, back, width));
    pane(app, view, &lines, app.connection.scrolled, inside, buf);
}
