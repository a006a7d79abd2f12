//! Drawing the tab Connection.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::connection::{Step, StepState, WayBackStep};
use crate::domain::text::clean;
use crate::domain::{Backing, ConnectionState, Goal, Phase};
use crate::tui::actions::Action;
use crate::tui::app::{App, ViewState};
use crate::tui::view::pane;
use crate::tui::widgets::pen::{Pen, width, wrap};
use crate::tui::widgets::words::ago;

use super::{Item, accounts, alert, selected, selected_step, watch};

/// The most lines of the selected step while the overview is shown.
const BRIEF: u16 = 12;

/// Draws the tab.
pub fn view(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let Some(analysis) = &app.model.analysis else {
        waiting(app, area, buf);
        return;
    };
    if let Some(wrong) = &analysis.wrong_directory {
        alert::view(app, wrong, view, area, buf);
        return;
    }
    strip(app, Rect { height: 1, ..area }, buf);
    let roomy = area.height >= 14;
    let gap = u16::from(roomy);
    headline(app, Rect { y: area.y + 1 + gap, height: 1, ..area }, buf);
    let top = area.y + 2 + gap * 2;
    let body = Rect {
        x: area.x + 1,
        y: top,
        width: area.width.saturating_sub(2),
        height: area.bottom().saturating_sub(top),
    };
    let lines = item_lines(app, usize::from(body.width));
    if app.connection.details {
        pane(app, view, &lines, app.connection.scrolled, body, buf);
        return;
    }
    overview(app, &lines, body, roomy, buf);
}

fn waiting(app: &App, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let ellipsis = look.glyphs.ellipsis;
    Pen::line(buf, area, 0, ellipsis)
        .skip(1)
        .write("Finding out which directory backs the organization.", look.theme.text);
    if let Some(problem) = &app.model.facts.backing.problem {
        let room = usize::from(area.width.saturating_sub(2));
        for (row, line) in (2..area.height).zip(wrap(&problem.to_string(), room)) {
            Pen::line(buf, area, row, ellipsis).skip(1).write(&line, look.theme.bad);
        }
    }
    let events = Rect {
        x: area.x + 1,
        y: area.y + area.height / 2,
        width: area.width.saturating_sub(2),
        height: area.height - area.height / 2,
    };
    watch::events(app, events, buf);
}

fn sign(app: &App, state: StepState) -> (&'static str, Style, &'static str) {
    let (glyphs, theme) = (&app.look.glyphs, &app.look.theme);
    match state {
        StepState::Done => (glyphs.tick, theme.good, "done"),
        StepState::Current => (glyphs.dot, theme.accent, "now"),
        StepState::Blocked => (glyphs.bang, theme.bad, "now, and something stands in the way"),
        StepState::Todo => (glyphs.circle, theme.dim, "to come"),
    }
}

/// The steps in one line; where they do not fit, the selected one and how many there are.
fn strip(app: &App, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let theme = &look.theme;
    let steps: &[Step] = app.model.analysis.as_ref().map_or(&[], |analysis| &analysis.timeline);
    let here = selected(app);
    let names: usize = steps.iter().map(|step| width(step.phase.shown()) + 2).sum();
    let room = usize::from(area.width.saturating_sub(2));
    let between = match room.checked_sub(names + "way back".len() + 2) {
        Some(spare) if spare >= steps.len() * 4 => format!(" {} ", look.glyphs.horizontal.repeat(2)),
        Some(spare) if spare + 1 >= steps.len() => " ".to_owned(),
        _ => {
            compact(app, steps, here, area, buf);
            return;
        }
    };
    let mut pen = Pen::line(buf, area, 0, look.glyphs.ellipsis);
    pen.skip(1);
    for (at, step) in steps.iter().enumerate() {
        if at > 0 {
            pen.write(&between, theme.border);
        }
        let (glyph, style, _) = sign(app, step.state);
        let chosen = here == Item::Step(step.phase);
        pen.write(glyph, if chosen { theme.gutter } else { style }).skip(1);
        pen.write(step.phase.shown(), if chosen { theme.accent } else { style });
    }
    pen.skip(between.len().min(3));
    let chosen = here == Item::WayBack;
    if chosen {
        pen.write(look.glyphs.gutter, theme.gutter);
    } else {
        pen.skip(1);
    }
    pen.write("way back", if chosen { theme.accent } else { theme.dim });
}

fn compact(app: &App, steps: &[Step], here: Item, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let theme = &look.theme;
    let mut pen = Pen::line(buf, area, 0, look.glyphs.ellipsis);
    pen.skip(1);
    for step in steps {
        let (glyph, style, _) = sign(app, step.state);
        pen.write(glyph, if here == Item::Step(step.phase) { theme.gutter } else { style });
    }
    pen.skip(1);
    match here {
        Item::Step(phase) => {
            let at = Phase::ALL.iter().position(|other| *other == phase).unwrap_or(0) + 1;
            pen.write(&format!("{at} of {} {}", steps.len(), phase.shown()), theme.accent);
        }
        Item::WayBack => {
            pen.write("way back", theme.accent);
        }
    }
}

/// `NOT CONNECTED   backed by Microsoft accounts`, and the pulse at the right.
fn headline(app: &App, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let theme = &look.theme;
    let Some(analysis) = &app.model.analysis else { return };
    let (word, style) = match (analysis.state, analysis.goal) {
        (ConnectionState::Connected, Goal::Disconnect) => ("CONNECTED, to be disconnected", theme.caution),
        (ConnectionState::Connected, _) => ("CONNECTED", theme.good),
        (ConnectionState::NotConnected, Goal::Disconnect) => ("DISCONNECTED", theme.good),
        (ConnectionState::NotConnected, _) => ("NOT CONNECTED", theme.title),
        (ConnectionState::ConnectedElsewhere, Goal::Switch) => ("NOT SWITCHED YET", theme.title),
        (ConnectionState::ConnectedElsewhere, _) => ("CONNECTED ELSEWHERE", theme.caution),
        (ConnectionState::Unknown, _) => ("NOT KNOWN", theme.caution),
    };
    let mut pen = Pen::line(buf, area, 0, look.glyphs.ellipsis);
    pen.skip(1);
    let facts = &app.model.facts;
    let backed = match (analysis.situation.backing, &facts.backing.problem) {
        (None, Some(problem)) => problem.headline(),
        (None, None) => "not read yet; two equal readings are needed".to_owned(),
        (Some(Backing::MicrosoftAccounts), _) => "backed by Microsoft accounts".to_owned(),
        (Some(Backing::Tenant(tenant)), _) => match facts.tenant.get().filter(|own| own.id == tenant) {
            Some(own) => format!("backed by {}", clean(&own.display_name)),
            None if analysis.situation.destination == Some(tenant) => "backed by the destination".to_owned(),
            None => match facts.tenant_name(tenant) {
                Some(name) => format!("backed by another directory, {} ({tenant})", clean(name)),
                None => format!("backed by another directory, {tenant}"),
            },
        },
    };
    if area.width >= 60 {
        // What backs the organization is worth more than how quick the answers are.
        let room = usize::from(area.width).saturating_sub(width(word) + width(&backed) + 7);
        pen.right(&format!("{} ", watch::pulse(app, room)), theme.dim);
    }
    pen.write(word, style).skip(3);
    pen.write(&backed, if analysis.situation.backing.is_none() { theme.caution } else { theme.text });
}

/// The words of what is selected.
fn item_lines(app: &App, room: usize) -> Vec<(String, Style)> {
    match selected(app) {
        Item::Step(_) => selected_step(app).map(|step| step_lines(app, step, room)).unwrap_or_default(),
        Item::WayBack => {
            let steps = app.model.analysis.iter().flat_map(|analysis| analysis.way_back.iter());
            way_back_lines(app, steps, room)
        }
    }
}

fn step_lines(app: &App, step: &Step, room: usize) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    let (glyph, style, word) = sign(app, step.state);
    let mut lines = Vec::new();
    let mut say = |lead: &str, text: &str, style: Style| {
        let indent = " ".repeat(width(lead));
        for (at, line) in wrap(text, room.saturating_sub(indent.len()).max(8)).into_iter().enumerate() {
            lines.push((format!("{}{line}", if at == 0 { lead } else { &indent }), style));
        }
    };
    let style = if step.state == StepState::Todo { theme.title } else { style };
    say(&format!("{glyph} "), &format!("{} ({word})", step.title), style);
    if let Some(tick) = &step.ticked {
        let text = format!("ticked {}: {}", ago(tick.at, app.now()), tick.note);
        say(&format!("  {} ", app.look.glyphs.tick), &text, theme.good);
    }
    for seen in &step.sees {
        say("  ", seen, theme.text);
    }
    if let Some(address) = &step.address {
        let key = app.keymap.shown(Action::Copy);
        say("    ", &format!("{address}  ({key} copies)"), theme.accent);
    }
    for (at, line) in step.person.iter().enumerate() {
        say(&format!("  {} ", at + 1), line, theme.text);
    }
    lines
}

/// The words of the way back.
pub(super) fn way_back_lines<'a>(
    app: &App,
    steps: impl Iterator<Item = &'a WayBackStep>,
    room: usize,
) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    let mut lines = Vec::new();
    let mut say = |indent: usize, text: &str, style: Style| {
        for line in wrap(text, room.saturating_sub(indent).max(8)) {
            lines.push((format!("{}{line}", " ".repeat(indent)), style));
        }
    };
    say(0, "The way back", theme.title);
    let key = app.keymap.shown(Action::Copy);
    let mut first = true;
    for step in steps {
        say(2, &step.title, theme.title);
        if let Some(address) = &step.address {
            let hint = if first { format!("  ({key} copies)") } else { String::new() };
            say(4, &format!("{address}{hint}"), theme.accent);
            first = false;
        }
        for line in &step.words {
            say(4, line, theme.text);
        }
    }
    lines
}

/// The selected item in short, then before reading, way back, watching, events.
fn overview(app: &App, lines: &[(String, Style)], area: Rect, roomy: bool, buf: &mut Buffer) {
    let look = &app.look;
    let theme = &look.theme;
    let open = app.keymap.shown(Action::Open);
    let (before, before_style) = watch::before(app);
    let mut below = vec![
        (
            "way back",
            format!("the disconnect page, the rescue page, Support ({open} on it opens the steps)"),
            theme.text,
        ),
        ("before reading", before, before_style),
    ];
    let label = if area.width >= 70 { 17 } else { 10 };
    let mut accounts = accounts::lines(app, usize::from(area.width).saturating_sub(label));
    accounts.extend(accounts::missing(app, area.height > 24));
    for (at, line) in accounts.into_iter().enumerate() {
        below.insert(at, line);
    }
    // What is as it should be gives way to the step where there is little room.
    let is_news = |style: &Style| area.height >= 20 || *style == theme.bad || *style == theme.caution;
    below.extend(watch::lines(app).into_iter().filter(|(_, _, style)| is_news(style)));
    if !roomy {
        below.retain(|(name, ..)| matches!(*name, "signed in" | "way back"));
    }
    let gap = u16::from(roomy);
    let least_events = if roomy { 2 } else { 0 };
    let below_height = u16::try_from(below.len()).unwrap_or(0);
    let all = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let step = area
        .height
        .saturating_sub(below_height + gap * 2 + least_events)
        .min(all)
        .min(if area.height > 30 { BRIEF * 2 } else { BRIEF });
    for (row, (line, style)) in (0..step).zip(lines) {
        Pen::line(buf, area, row, look.glyphs.ellipsis).write(line, *style);
    }
    if all > step && step > 0 {
        let more = format!(" {} {open} ", look.glyphs.ellipsis);
        let end = area.right().saturating_sub(u16::try_from(width(&more)).unwrap_or(0));
        Pen::line(buf, area, step - 1, look.glyphs.ellipsis).to(end).write(&more, theme.dim);
    }
    let top = step + gap;
    for (row, (name, text, style)) in (top..area.height).zip(&below) {
        let mut pen = Pen::line(buf, area, row, look.glyphs.ellipsis);
        let name = if label < 17 && *name == "before reading" { "before" } else { name };
        pen.cell(name, label, theme.dim).write(text, *style);
    }
    let top = top + below_height + gap;
    let events = Rect { y: area.y + top, height: area.height.saturating_sub(top), ..area };
    watch::events(app, events, buf);
}
