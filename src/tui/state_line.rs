//! The line above the hints: a notice if there is one, else age of the data, connection, budget and running work.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use crate::domain::activity::{Progress, Source};
use crate::domain::{ConnectionState, ProblemKind, Service};

use crate::tasks::model::StoreState;

use super::actions::Action;
use super::app::{App, LONG, Tab};
use super::connection::accounts;
use super::overlay::log::clock;
use super::widgets::pen::{Pen, width, wrap};
use super::widgets::words::{ago, ago_changes, count, span};

/// The parts of the state, in their order.
pub fn parts(app: &App) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    let model = &app.model;
    let mut parts = Vec::new();
    if let Some(wrong) = model.analysis.as_ref().and_then(|analysis| analysis.wrong_directory.as_ref()) {
        parts.push((wrong.headline.clone(), theme.alert));
    }
    if model.facts.backing.problem.as_deref().is_some_and(|it| it.kind == ProblemKind::Unreachable) {
        parts.push(("connection lost".to_owned(), theme.bad));
    }
    if model.analysis.as_ref().is_some_and(|analysis| analysis.lockout.is_some()) {
        let key = app.keymap.shown(Action::GoToConnection);
        parts.push((format!("LOCKED OUT of Azure DevOps ({key})"), theme.alert));
    }
    for (source, progress) in &model.reading {
        if LONG.contains(source) {
            parts.push((progressing(*source, progress, model.now), theme.accent));
        }
    }
    let small = model.reading.keys().filter(|source| !LONG.contains(source)).count();
    if small > 0 && parts.is_empty() {
        parts.push((format!("reading {small} more"), theme.dim));
    }
    if !app.saving.is_idle() {
        parts.push(("saving".to_owned(), theme.caution));
    }
    if let StoreState::Unusable(problem) = &model.store {
        parts.push((format!("nothing can be decided: {}", problem.headline()), theme.bad));
    }
    match age(app) {
        Some((text, is_old)) => parts.push((text, if is_old { theme.caution } else { theme.dim })),
        None if model.reading.is_empty()
            && model.roster.problem.is_none()
            && model.directory.problem.is_none() =>
        {
            parts.push(("nothing read yet".to_owned(), theme.dim));
        }
        None => {}
    }
    if let Some((news, since)) = model.news.summary().zip(model.news.since()) {
        parts.push((format!("{news} since {}", clock(since)), theme.accent));
    }
    if let Some(problem) = model.roster.problem.as_ref().or(model.directory.problem.as_ref()) {
        parts.push((problem.headline(), theme.bad));
    }
    let left_out: usize = model.left_out.values().sum();
    if left_out > 0 {
        let rows = if left_out == 1 { "1 row" } else { &format!("{} rows", count(left_out)) };
        let key = app.keymap.shown(Action::Log);
        parts.push((format!("{rows} not read whole ({key})"), theme.caution));
    }
    if let Some(analysis) = &model.analysis {
        let state = match analysis.state {
            ConnectionState::NotConnected => ("not connected", theme.dim),
            ConnectionState::Connected => ("connected", theme.good),
            ConnectionState::ConnectedElsewhere => ("connected elsewhere", theme.caution),
            ConnectionState::Unknown => ("connection unknown", theme.dim),
        };
        parts.push((state.0.to_owned(), state.1));
    }
    if let Some((service, until)) = closed(app) {
        let text = format!("{service} asks to wait {}", span(until.duration_since(model.now)));
        parts.push((text, theme.caution));
    }
    let least = model
        .budgets
        .values()
        .filter_map(|budget| budget.remaining.zip(budget.limit))
        .min_by_key(|(left, limit)| left.saturating_mul(1000) / (*limit).max(1));
    if let Some((left, limit)) = least {
        parts.push((format!("{left}/{limit} units left"), theme.dim));
    }
    parts
}

/// The service that asked to wait longest, and until when.
fn closed(app: &App) -> Option<(Service, Timestamp)> {
    let now = app.now();
    app.model
        .budgets
        .iter()
        .filter_map(|(service, budget)| Some((*service, budget.closed_until.filter(|until| *until > now)?)))
        .max_by_key(|(_, until)| *until)
}

/// One long read in words: pages, people, rate, how long still.
pub fn progressing(source: Source, progress: &Progress, now: Timestamp) -> String {
    let mut text = format!("{}: {}", source.name(), count(progress.items));
    if let Some(total) = progress.total {
        let _ = write!(text, " of {}", count(total));
    }
    if progress.pages > 0 {
        let pages = if progress.pages == 1 { "page" } else { "pages" };
        let _ = write!(text, ", {} {pages}", progress.pages);
    }
    if let Some(until) = progress.waiting_until.filter(|until| *until > now) {
        let _ = write!(text, ", waits {}", span(until.duration_since(now)));
    } else {
        if let Some(rate) = progress.rate(now).filter(|rate| *rate >= 1.0) {
            // As wide as it was, so that what stands behind stays where it is.
            let _ = write!(text, ", {rate:>4.0}/s");
        }
        if let Some(left) = progress.remaining(now).filter(SignedDuration::is_positive) {
            let _ = write!(text, ", {} left", span(left));
        }
    }
    text
}

/// What the active tab shows, each with its age.
fn ages(app: &App) -> Vec<(&'static str, Timestamp)> {
    let model = &app.model;
    let people = ("people", model.roster.read_at);
    let tenant = ("tenant", model.directory.read_at);
    let probe = ("probe", model.facts.backing.read_at);
    let health = ("health", model.facts.health.read_at);
    let shown = match app.tab {
        Tab::Users | Tab::Mapping => vec![people, tenant],
        Tab::Connection => vec![probe, people],
        Tab::Prerequisites => vec![people, tenant, probe, health],
    };
    shown.into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
}

/// The ages in words, and whether any of them is too old to apply by. One age where all are the same, and only the oldest
/// where there are many.
fn age(app: &App) -> Option<(String, bool)> {
    let now = app.now();
    let ages = ages(app);
    let (oldest_name, oldest) = *ages.iter().min_by_key(|(_, at)| *at)?;
    let longest = SignedDuration::try_from(app.model.context.reread_after).unwrap_or(SignedDuration::MAX);
    let is_old = now.duration_since(oldest) > longest;
    let same = ages.iter().all(|(_, at)| ago(*at, now) == ago(oldest, now));
    let mut text = if same {
        format!("read {}", ago(oldest, now))
    } else if ages.len() > 2 {
        format!("{oldest_name} read {}, the rest later", ago(oldest, now))
    } else {
        let each: Vec<String> = ages.iter().map(|(name, at)| format!("{name} {}", ago(*at, now))).collect();
        format!("read: {}", each.join(", "))
    };
    if is_old {
        text.push_str(", old");
    }
    Some((text, is_old))
}

/// When this line says something else without anything happening: an age or a countdown.
pub fn changes_at(app: &App) -> Option<Timestamp> {
    let now = app.now();
    ages(app).into_iter().map(|(_, at)| now + ago_changes(at, now)).min()
}

/// Whether something on this line counts by the second. How far a reading is moves too, but more calmly.
pub fn moves(app: &App) -> bool {
    let now = app.now();
    closed(app).is_some()
        || app.model.apply.as_ref().and_then(|apply| apply.throttled_until).is_some_and(|until| until > now)
}

/// The most lines that a notice takes: what went wrong and what to do must be readable, even at 80 columns.
const NOTICE: usize = 5;

/// Draws the last line of `area`; a long notice takes more lines above it.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let last = area.height.saturating_sub(1);
    if let Some(toast) = app.toasts.current(app.now()) {
        let style = if toast.bad { look.theme.bad } else { look.theme.text };
        let lines = wrap(&toast.text, usize::from(area.width.saturating_sub(2)));
        let shown = lines.len().min(NOTICE).min(usize::from(area.height));
        let from = last.saturating_sub(u16::try_from(shown.saturating_sub(1)).unwrap_or(0));
        Clear.render(Rect { y: area.y + from, height: last + 1 - from, ..area }.intersection(buf.area), buf);
        for (row, line) in (from..=last).zip(&lines) {
            Pen::line(buf, area, row, look.glyphs.ellipsis).skip(1).write(line, style);
        }
        return;
    }
    let mut pen = Pen::line(buf, area, last, look.glyphs.ellipsis);
    pen.skip(1);
    let parts = parts(app);
    let taken: usize = parts.iter().map(|(text, _)| width(text) + 3).sum();
    if let Some(who) = accounts::brief(app, pen.left().saturating_sub(taken + 2)) {
        pen.right(&format!("{who} "), look.theme.dim);
    }
    for (at, (text, style)) in parts.into_iter().enumerate() {
        if at > 0 {
            pen.skip(1).write(look.glyphs.middot, look.theme.dim).skip(1);
        }
        pen.write(&text, style);
    }
}
