//! The run in one line: `✓ 31 verified  ~ 2 applied  ✗ 1 failed  waits 11 s   p pause  c cancel`.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::RowState;
use crate::tasks::model::ApplyProgress;
use crate::tui::actions::Action;
use crate::tui::app::App;
use crate::tui::availability::disabled;
use crate::tui::theme::Look;
use crate::tui::widgets::bar::gauge;
use crate::tui::widgets::pen::Pen;
use crate::tui::widgets::words::{count, span};

/// How wide the gauge of a run is.
const GAUGE: usize = 16;

/// Sign, word and style of a row's state.
pub fn sign(state: RowState, look: &Look) -> (&'static str, &'static str, Style) {
    let (glyphs, theme) = (&look.glyphs, &look.theme);
    match state {
        RowState::Verified => (glyphs.tick, "verified", theme.good),
        RowState::Applied => (glyphs.pending, "applied", theme.caution),
        RowState::Sending => (glyphs.pending, "being sent", theme.caution),
        RowState::Unknown => (glyphs.question, "unknown", theme.bad),
        RowState::Failed => (glyphs.cross, "failed", theme.bad),
        RowState::Refused => (glyphs.cross, "refused", theme.bad),
        RowState::Skipped => (glyphs.dash, "skipped", theme.dim),
        RowState::Planned => (glyphs.circle, "not sent", theme.dim),
    }
}

/// How many rows of the run are in each state, in the order of a summary; states that nobody is in are absent.
pub fn counts(run: &ApplyProgress) -> Vec<(RowState, usize)> {
    let mut numbers: BTreeMap<RowState, usize> = BTreeMap::new();
    for row in run.rows.values() {
        *numbers.entry(row.state).or_default() += 1;
    }
    RowState::ALL.into_iter().filter_map(|state| Some((state, *numbers.get(&state)?))).collect()
}

/// Draws the strip.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let theme = &look.theme;
    let Some(run) = &app.model.apply else { return };
    let mut pen = Pen::line(buf, area, 0, look.glyphs.ellipsis);
    pen.skip(1);
    let actions: &[Action] = if run.finished.is_some() {
        &[Action::RetryFailed, Action::VerifyAgain]
    } else {
        &[Action::Pause, Action::CancelApply]
    };
    let keys: Vec<String> = actions
        .iter()
        .filter(|action| disabled(app, **action).is_none())
        .map(|action| {
            let word = match action {
                Action::Pause if run.paused.is_some() => "go on",
                Action::CancelApply => "stop",
                other => other.label(),
            };
            format!("{} {word}", app.keymap.shown(*action))
        })
        .collect();
    if area.width >= 60 && !keys.is_empty() {
        pen.right(&format!("{} ", keys.join("  ")), theme.dim);
    }
    match (&run.finished, &run.paused) {
        (Some((_, Some(problem))), _) => {
            pen.write("stopped: ", theme.bad).write(&problem.said, theme.bad).skip(2)
        }
        (Some((_, None)), _) => pen.write("applied", theme.title).skip(2),
        (None, Some(Some(problem))) => {
            let said = if area.width < 100 { "" } else { problem.said.as_str() };
            pen.write(if said.is_empty() { "paused" } else { "paused: " }, theme.bad)
                .write(said, theme.bad)
                .skip(2)
        }
        (None, Some(None)) => pen.write("paused", theme.caution).skip(2),
        (None, None) => pen.write("applying", theme.accent).skip(2),
    };
    let brief = area.width < 100;
    let numbers = app.mapping.numbers();
    let counted = numbers.map_or(&[][..], |numbers| numbers.run.as_slice());
    if !brief && run.finished.is_none() {
        let done = counted.iter().filter(|(state, _)| !state.is_open() && *state != RowState::Planned);
        let done: usize = done.map(|(_, number)| number).sum();
        gauge(&mut pen, GAUGE, done, run.due, (look.glyphs.full, look.glyphs.empty), (theme.good, theme.dim));
        pen.skip(2);
    }
    for (state, number) in counted {
        let (glyph, word, style) = sign(*state, look);
        let text = if brief { count(*number) } else { format!("{} {word}", count(*number)) };
        pen.write(glyph, style).skip(1).write(&text, style).skip(2);
    }
    if run.finished.is_some() {
        return;
    }
    pen.write(&format!("of {}", count(run.due)), theme.text);
    if let Some(until) = run.throttled_until.max(app.model.waiting_until()).filter(|until| *until > app.now())
    {
        let text = format!("throttled, {}", span(until.duration_since(app.now())));
        pen.skip(2).write(&text, theme.caution);
    } else if let Some(left) = run.remaining(app.now()) {
        pen.write(&format!(", about {} left", span(left)), theme.dim);
    }
    if let Some(locked) = numbers.and_then(|numbers| numbers.locked_out) {
        pen.write(&format!(", {} locked out", count(locked)), theme.caution);
    }
    if let Some((guests, _)) = run.guests {
        let words = if guests == 1 { "guest" } else { "guests" };
        pen.write(&format!(", {} {words} waited for", count(guests)), theme.dim);
    }
    if let Some(slowed) = run.slowed {
        pen.write(&format!(", {} at a time: the service is slow", count(slowed)), theme.dim);
    }
}
