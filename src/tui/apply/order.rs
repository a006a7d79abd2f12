//! The dialog before a run: counts, order, risks, what is skipped and refused, then the organization's name.
//!
//! ```text
//!  ┌ Apply to fabrikam ──────────────────────────────────────────────────────────────────┐
//!  │ 82 map · 6 invite · 3 remove · 12 keep · 7 undecided (left alone)                    │
//!  │ first Adele Vance alone, then 2 at a time by last access, administrators last        │
//!  │ 49 people are locked out now; roughly 3 min at the service's pace                    │
//!  │ A mapping cannot be undone by the service.                                           │
//!  │                                                                                      │
//!  │ Type the organization's name to begin:  fabri▏                                       │
//!  └──────────────────────────────────────────────────────────────────────────────────────┘
//! ```

use std::collections::{BTreeMap, BTreeSet};

use crossterm::event::{KeyCode, KeyEvent};
use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use tui_input::Input;

use crate::domain::StorageKey;
use crate::domain::activity::usual_millis;
use crate::domain::schedule::{Disposition, Schedule, ScheduleInput, Summary, schedule};
use crate::domain::text::{clean, named};
use crate::tasks;
use crate::tasks::effect::ApplyOrder;
use crate::tui::actions::Action;
use crate::tui::app::{App, Effect, ViewState};
use crate::tui::decide::Known;
use crate::tui::overlay::{Overlay, edit, text_field};
use crate::tui::update::perform;
use crate::tui::widgets::frame::{centered, dialog};
use crate::tui::widgets::pen::{Pen, wrap};
use crate::tui::widgets::words::{count, people, span};

use super::Dialog;

/// A run that may be begun, as it is shown.
#[derive(Debug, Clone)]
pub struct Order {
    schedule: Schedule,
    summary: Summary,
    only: Option<BTreeSet<StorageKey>>,
    input: Input,
    top: usize,
}

impl Order {
    /// What a run would do at this moment.
    ///
    /// # Errors
    /// What has to be read or saved first.
    pub fn new(app: &App, only: Option<BTreeSet<StorageKey>>) -> Result<Self, String> {
        if !app.saving.is_idle() {
            return Err("the last decisions are still being saved".to_owned());
        }
        let known = Known::of(app)?;
        if let Some(why) = crate::tui::mapping::loading(&app.model) {
            return Err(why.to_owned());
        }
        let model = &app.model;
        let (Some(roster_read_at), Some(directory_read_at)) = (model.roster.read_at, model.directory.read_at)
        else {
            return Err("both lists of people have to be read first".to_owned());
        };
        let input = ScheduleInput {
            roster: &known.roster,
            roster_read_at,
            directory: &known.directory,
            directory_read_at,
            facts: &model.facts,
            forecast: &known.forecast,
            situation: &known.analysis.situation,
            plan: &model.plan,
            only: only.as_ref(),
            now: app.now(),
            reread_after: SignedDuration::try_from(model.context.reread_after).unwrap_or(SignedDuration::MAX),
        };
        let made = schedule(&input);
        let summary = Summary::of(&made, &input);
        Ok(Self { schedule: made, summary, only, input: Input::default(), top: 0 })
    }

    /// Whether typing the name begins something.
    pub fn may_begin(&self) -> bool {
        self.schedule.refusals.is_empty() && self.summary.sent() + self.summary.verify > 0
    }

    /// The name, being typed; `None` where there is nothing to begin.
    pub fn input(&mut self) -> Option<&mut Input> {
        self.may_begin().then_some(&mut self.input)
    }
}

/// A key for the dialog.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let Some(Overlay::Apply(Dialog::Order(order))) = app.overlays.last_mut() else { return Vec::new() };
    match key.code {
        KeyCode::Esc => {
            app.overlays.pop();
        }
        KeyCode::Up => order.top = order.top.saturating_sub(1),
        KeyCode::Down => order.top = order.top.saturating_add(1),
        KeyCode::PageUp => order.top = order.top.saturating_sub(5),
        KeyCode::PageDown => order.top = order.top.saturating_add(5),
        // The dialog stays: whoever is typing the organization's name would type the rest of it into the tab below.
        KeyCode::Char('r') if !order.may_begin() => return perform(app, Action::ReadAgain),
        KeyCode::Enter if order.may_begin() => return begin(app),
        _ => {
            if let Some(input) = order.input() {
                edit(input, key);
            }
        }
    }
    Vec::new()
}

/// Takes in what was read meanwhile, where there was nothing to begin; an order that may be begun is never exchanged under
/// somebody's hands.
pub fn reread(app: &mut App) {
    let Some(Overlay::Apply(Dialog::Order(order))) = app.overlays.last() else { return };
    if order.may_begin() {
        return;
    }
    let Ok(now) = Order::new(app, order.only.clone()) else { return };
    app.overlays.pop();
    app.overlays.push(Overlay::Apply(Dialog::Order(Box::new(now))));
}

fn begin(app: &mut App) -> Vec<Effect> {
    let Some(Overlay::Apply(Dialog::Order(order))) = app.overlays.last() else { return Vec::new() };
    let typed = order.input.value().to_owned();
    if typed != app.model.context.organization {
        app.complain("that is not the organization's name, letter by letter: nothing was sent");
        return Vec::new();
    }
    if app.model.context.read_only || app.is_applying() {
        app.overlays.pop();
        app.complain("nothing was sent: read-only, or another run is under way");
        return Vec::new();
    }
    let (shown, only) = (order.schedule.clone(), order.only.clone());
    match Order::new(app, only.clone()) {
        Ok(now) if now.schedule == shown => {
            app.overlays.pop();
            app.mapping.list.clear_marks();
            app.say("applying: one person first");
            let order = ApplyOrder { schedule: shown, confirmed_name: typed, only };
            vec![Effect::Task(tasks::Effect::Apply(Box::new(order)))]
        }
        Ok(now) => {
            app.overlays.pop();
            app.overlays.push(Overlay::Apply(Dialog::Order(Box::new(now))));
            app.complain(
                "something changed while the dialog was open: look at the new numbers, nothing was sent",
            );
            Vec::new()
        }
        Err(why) => {
            app.overlays.pop();
            app.complain(format!("nothing was sent: {why}"));
            Vec::new()
        }
    }
}

fn name(app: &App, key: &StorageKey) -> String {
    let user = app.model.roster.value.as_ref().and_then(|roster| roster.get(key));
    if let Some(user) = user {
        return named(&user.display_name, &user.principal_name);
    }
    let seen = app.model.plan.row(key).and_then(|row| row.seen.as_ref());
    seen.map_or_else(
        || clean(key.as_str()).into_owned(),
        |seen| named(&seen.person.display_name, &seen.person.principal_name),
    )
}

/// Roughly how long the run takes, from the answers of late.
fn roughly(app: &App, summary: &Summary) -> SignedDuration {
    summary.roughly(usual_millis(app.model.requests.iter()), app.model.context.concurrency)
}

fn lines(app: &App, order: &Order) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    let dot = format!(" {} ", app.look.glyphs.middot);
    let summary = &order.summary;
    let mut out = Vec::new();
    out.push((
        [
            format!("{} map", count(summary.map)),
            format!("{} invite", count(summary.invite)),
            format!("{} remove", count(summary.remove)),
            format!("{} keep", count(summary.keep)),
            format!("{} undecided (left alone)", count(summary.undecided)),
        ]
        .join(&dot),
        theme.title,
    ));
    if let Some(only) = &order.only {
        out.push((format!("only the {} chosen", people(only.len())), theme.text));
    }
    let mut further = Vec::new();
    if summary.verify > 0 {
        further.push(format!("{} only read back", count(summary.verify)));
    }
    if summary.verified_before > 0 {
        further.push(format!("{} verified before", count(summary.verified_before)));
    }
    if !further.is_empty() {
        out.push((further.join(&dot), theme.text));
    }
    if let Some(canary) = order.schedule.canary() {
        let mut text = format!("first {} alone", name(app, &canary.storage_key));
        if summary.sent() > 1 {
            text = format!("{text}, then {} at a time by last access", app.model.context.concurrency);
        }
        text.push_str(if summary.privileged > 0 {
            ", administrators last and one by one"
        } else {
            ", no administrator among them"
        });
        out.push((text, theme.text));
    }
    let mut now = match summary.locked_out {
        Some(0) => "nobody is locked out now".to_owned(),
        Some(number) => format!("{} locked out now", people(number)),
        None => "how many are locked out now is not known".to_owned(),
    };
    if order.may_begin() {
        now = format!("{now}; roughly {} at the service's pace", span(roughly(app, summary)));
    }
    out.push((now, theme.text));
    if app.model.context.batch_route && summary.map > 0 {
        out.push((
            "by the batch route (20 a call, undocumented; one person alone first): everybody is read back"
                .to_owned(),
            theme.caution,
        ));
    }
    set_aside(app, order, &mut out);
    out
}

/// Skipped rows by reason, refused rows by name.
fn set_aside(app: &App, order: &Order, out: &mut Vec<(String, Style)>) {
    let theme = &app.look.theme;
    let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &order.schedule.rows {
        if let Disposition::Skip(why) = &row.disposition {
            *skipped.entry(why.as_str()).or_default() += 1;
        }
    }
    for (why, number) in skipped {
        out.push((format!("skipped: {}: {why}", people(number)), theme.dim));
    }
    for row in &order.schedule.rows {
        if let Disposition::Refuse(why) = &row.disposition {
            out.push((format!("refused: {}: {why}", name(app, &row.storage_key)), theme.bad));
        }
    }
}

/// What always stays in sight: the risks, or why nothing may be sent.
fn foot(app: &App, order: &Order) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    if !order.schedule.refusals.is_empty() {
        let mut out = vec![("Nothing can be sent now:".to_owned(), theme.bad)];
        out.extend(order.schedule.refusals.iter().map(|why| (why.clone(), theme.bad)));
        return out;
    }
    if !order.may_begin() {
        return vec![(order.schedule.why_nothing_is_due().to_owned(), theme.caution)];
    }
    let mut out: Vec<(String, Style)> = Vec::new();
    out.extend(app.model.alarms.iter().map(|alarm| (format!("ALARM: {alarm}"), theme.bad)));
    if order.summary.map > 0 {
        out.push(("A mapping cannot be undone by the service.".to_owned(), theme.caution));
    }
    out.push(("Make sure that nobody else is mapping, in the portal or elsewhere.".to_owned(), theme.text));
    out
}

/// Draws the dialog.
pub fn view(app: &App, order: &Order, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let width = area.width.min(90);
    let room = usize::from(width.saturating_sub(4));
    let wrapped = |lines: Vec<(String, Style)>| -> Vec<(String, Style)> {
        lines
            .into_iter()
            .flat_map(|(text, style)| wrap(&text, room).into_iter().map(move |line| (line, style)))
            .collect()
    };
    let (head, foot) = (wrapped(lines(app, order)), wrapped(foot(app, order)));
    let asks = u16::from(order.may_begin());
    let fixed = u16::try_from(foot.len()).unwrap_or(u16::MAX).saturating_add(asks);
    let all = u16::try_from(head.len()).unwrap_or(u16::MAX).saturating_add(fixed).saturating_add(3);
    let title = format!("Apply to {}", app.model.context.organization);
    let edge = if order.may_begin() { look.theme.caution } else { look.theme.bad };
    let inside = dialog(buf, centered(area, width, all), &title, look, edge);
    let fixed = fixed.min(inside.height);
    // One free line between both, where there is room for it.
    let above = inside.height.saturating_sub(fixed);
    let shown = usize::from(if above > 1 && head.len() < usize::from(above) { above - 1 } else { above });
    let top = order.top.min(head.len().saturating_sub(shown));
    for (row, (line, style)) in (0..above).zip(head.iter().skip(top).take(shown)) {
        Pen::line(buf, inside, row, look.glyphs.ellipsis).write(line, *style);
    }
    if head.len() > top + shown && above > 0 {
        Pen::line(buf, inside, above - 1, look.glyphs.ellipsis)
            .to(inside.right().saturating_sub(1))
            .write(look.glyphs.down, look.theme.dim);
    }
    let words = inside.height.saturating_sub(asks);
    for (row, (line, style)) in (above..words).zip(&foot) {
        Pen::line(buf, inside, row, look.glyphs.ellipsis).write(line, *style);
    }
    if asks == 1 && inside.height > 0 {
        let mut pen = Pen::line(buf, inside, inside.height - 1, look.glyphs.ellipsis);
        let ask = if room >= 60 { "Type the organization's name to begin: " } else { "Type its name: " };
        pen.write(ask, look.theme.title);
        text_field(&order.input, &mut pen, inside.y + inside.height - 1, view, look.theme.accent);
    }
}
