//! The last line: what the keys do here and now, from the table of actions and the real keymap.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::actions::Action;
use super::app::App;
use super::availability::disabled;
use super::overlay;
use super::widgets::pen::{Pen, width};

/// Key and words of the hints, most useful first.
pub fn hints(app: &App) -> Vec<(String, String)> {
    if let Some(over) = app.overlays.last() {
        return overlay::hints(over)
            .iter()
            .map(|(key, text)| ((*key).to_owned(), (*text).to_owned()))
            .collect();
    }
    let mut actions: Vec<Action> = Action::ALL
        .iter()
        .copied()
        .filter(|action| action.hint_rank() > 0 && action.lives_in(app.tab))
        .filter(|action| !app.keymap.keys(*action).is_empty() && disabled(app, *action).is_none())
        .collect();
    actions.sort_by_key(|action| action.hint_rank());
    actions
        .into_iter()
        .map(|action| {
            let mut key = app.keymap.shown(action);
            if action == Action::Down {
                key = format!("{key}/{}", app.keymap.shown(Action::Up));
            }
            (key, action.label().to_owned())
        })
        .collect()
}

/// Draws as many as fit; palette, help and quit always first get their room.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = &app.look.theme;
    let list = hints(app);
    let size = |(key, text): &(String, String)| width(key) + 1 + width(text) + 2;
    let kept = if app.overlays.is_empty() { 3.min(list.len()) } else { 0 };
    let (others, always) = list.split_at(list.len() - kept);
    let mut room = usize::from(area.width.saturating_sub(1)).saturating_sub(always.iter().map(size).sum());
    let mut pen = Pen::line(buf, area, 0, app.look.glyphs.ellipsis);
    pen.skip(1);
    let mut shown: Vec<&(String, String)> = Vec::new();
    for hint in others {
        if size(hint) > room {
            break;
        }
        room -= size(hint);
        shown.push(hint);
    }
    for (key, text) in shown.into_iter().chain(always) {
        pen.write(key, theme.accent).skip(1).write(text, theme.dim).skip(2);
    }
}
