//! What is polled and when next, health, budget, how quick the answers are, and what happened.

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::activity::Source;
use crate::tui::app::App;
use crate::tui::overlay::log::clock;
use crate::tui::widgets::bar::sparkline;
use crate::tui::widgets::pen::{Pen, width};
use crate::tui::widgets::words::{ago, span};

/// Answers in the sparkline.
const ANSWERS: usize = 12;
/// From here on [`span`] changes by the minute only.
const BY_THE_MINUTE: i64 = 100;

/// What is polled, under the names of the screen.
const POLLED: [(Source, &str); 4] = [
    (Source::Backing, "tenant probe"),
    (Source::Roster, "people"),
    (Source::Directory, "tenant"),
    (Source::Health, "health"),
];

/// Whether the countdown of this source moves by the second.
pub fn counts_down(app: &App, source: Source) -> bool {
    let next = app.model.next_reading.get(&source);
    next.is_some_and(|at| {
        let left = at.duration_since(app.now());
        left.is_positive() && left < SignedDuration::from_secs(BY_THE_MINUTE)
    })
}

/// When a source is read next.
fn next(app: &App, source: Source) -> Option<String> {
    if app.model.reading.contains_key(&source) {
        return Some("being read".to_owned());
    }
    let left = app.model.next_reading.get(&source)?.duration_since(app.now());
    Some(if left.is_positive() { format!("in {}", span(left)) } else { "now".to_owned() })
}

/// The right end of the headline: when the directory is read next, and how quick the answers are.
/// Only the former where `room` columns do not hold both.
pub fn pulse(app: &App, room: usize) -> String {
    if app.model.context.offline.is_some() {
        return "offline, from a snapshot".to_owned();
    }
    let next = match next(app, Source::Backing) {
        Some(words) => format!("next reading {words}"),
        None => "polling is off, r reads".to_owned(),
    };
    let both = latency(app).map(|latency| format!("{next}   {latency}"));
    both.filter(|both| width(both) <= room).unwrap_or(next)
}

fn latency(app: &App) -> Option<String> {
    let mut millis: Vec<u64> = app
        .model
        .requests
        .iter()
        .rev()
        .filter(|line| line.status.is_some())
        .take(ANSWERS)
        .map(|line| line.millis)
        .collect();
    millis.reverse();
    let line = sparkline(&millis, ANSWERS, &app.look.glyphs.levels);
    millis.sort_unstable();
    let middle = millis.get(millis.len() / 2)?;
    Some(format!("{line} {middle} ms"))
}

/// Name and words of each line about the watching.
pub fn lines(app: &App) -> Vec<(&'static str, String, Style)> {
    let theme = &app.look.theme;
    let dot = format!(" {} ", app.look.glyphs.middot);
    let model = &app.model;
    let mut out = Vec::new();
    let polled: Vec<String> = POLLED
        .iter()
        .filter_map(|(source, name)| next(app, *source).map(|when| format!("{name} {when}")))
        .collect();
    // The probe alone counts by the second, and it stands in the headline: here minutes are enough.
    let polled: Vec<String> =
        polled.into_iter().filter(|words| !words.starts_with("tenant probe in")).collect();
    if !polled.is_empty() {
        out.push(("polled", polled.join(&dot), theme.dim));
    }
    match (model.facts.health.get(), &model.facts.health.problem) {
        (_, Some(problem)) => out.push(("health", problem.headline(), theme.caution)),
        (Some(health), None) if health.unhealthy.is_empty() && health.health == "healthy" => {
            out.push(("health", format!("{}: {}", health.health, health.message), theme.text));
        }
        (Some(health), None) => {
            let text = format!("{}: {} {}", health.health, health.message, health.unhealthy.join(", "));
            out.push(("health", text, theme.bad));
        }
        (None, None) => {}
    }
    let budgets: Vec<String> = model
        .budgets
        .iter()
        .filter_map(|(service, budget)| {
            let closed = budget.closed_until.filter(|until| *until > app.now());
            match (closed, budget.remaining, budget.limit) {
                (Some(until), _, _) => {
                    Some(format!("{} closed for {}", service.name(), span(until.duration_since(app.now()))))
                }
                (None, Some(left), Some(limit)) => Some(format!("{} {left}/{limit} units", service.name())),
                _ => None,
            }
        })
        .collect();
    if !budgets.is_empty() {
        out.push(("budget", budgets.join(&dot), theme.dim));
    }
    out
}

/// How the *before* reading stands, as far as the events tell.
pub fn before(app: &App) -> (String, Style) {
    let theme = &app.look.theme;
    match app.model.events.iter().rev().find(|event| event.subject == "before reading") {
        Some(event) => {
            (format!("{} ({}), {}", clock(event.at), ago(event.at, app.now()), event.text), theme.text)
        }
        None => (
            "taken by itself when everything is ready and before each apply; none seen in this session"
                .to_owned(),
            theme.dim,
        ),
    }
}

/// Draws the latest events, newest first.
pub fn events(app: &App, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let theme = &look.theme;
    let subjects = if area.width >= 70 {
        let newest = app.model.events.iter().rev().take(usize::from(area.height));
        newest.map(|event| width(&event.subject)).max().unwrap_or(0).min(26)
    } else {
        0
    };
    for (row, event) in (0..area.height).zip(app.model.events.iter().rev()) {
        let mut pen = Pen::line(buf, area, row, look.glyphs.ellipsis);
        pen.write(&clock(event.at), theme.dim).skip(2);
        if subjects > 0 {
            pen.cell(&event.subject, subjects, theme.text).skip(2);
        } else {
            pen.write(&event.subject, theme.text).write(": ", theme.text);
        }
        pen.write(&event.text, theme.text);
    }
}
