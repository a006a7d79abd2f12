//! `P`: patterns of the addresses, with whom they explain and whom they contradict; `Enter` makes one of them evidence.
//!
//! Using one decides about nobody. It widens what `a` accepts together, so it is asked about once; it counts when the store
//! has it, and `u` takes it back.

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::forecast::patterns::{Example, Pattern, PatternId};
use crate::domain::text::clean;
use crate::tasks;
use crate::tui::actions::Action;
use crate::tui::app::{App, Effect};
use crate::tui::overlay::{Confirm, Confirmed, Overlay};
use crate::tui::people::People;
use crate::tui::widgets::frame::{centered, dialog};
use crate::tui::widgets::pen::{Pen, wrap};
use crate::tui::widgets::words::{count, people};

/// The list of patterns over the tab.
#[derive(Debug, Clone, Default)]
pub struct Dialog {
    /// The highlighted pattern; `None`: the first.
    at: Option<PatternId>,
    /// First line of the examples that is shown.
    top: usize,
}

/// The patterns that the latest comparison found.
fn patterns(app: &App) -> &[Pattern] {
    super::forecast(app).map_or(&[], |found| found.patterns().all())
}

/// Opens the list.
pub(super) fn open(app: &mut App) {
    let at = unused(app).next().map(|pattern| pattern.id.clone());
    app.overlays.push(Overlay::Patterns(Dialog { at, top: 0 }));
}

/// Why there is nothing to open.
pub(super) fn disabled(app: &App) -> Option<String> {
    match app.model.analysis.as_ref().map(|analysis| analysis.forecast.is_some()) {
        Some(true) if patterns(app).is_empty() => Some("no pattern was found in the addresses".to_owned()),
        Some(true) => None,
        _ => Some("both lists of people have to be read and compared first".to_owned()),
    }
}

/// Those that could be used and would say something new.
fn unused(app: &App) -> impl Iterator<Item = &Pattern> {
    super::forecast(app).into_iter().flat_map(|forecast| forecast.patterns().unused())
}

/// The line of the tab about a pattern that could be used: what it would explain, and the key.
pub(super) fn notice(app: &App) -> Option<String> {
    let first = unused(app).next().filter(|_| app.model.apply.is_none())?;
    let key = app.keymap.shown(Action::Patterns);
    let what = first.id.shown(app.look.glyphs.arrow);
    let more = match unused(app).count() {
        1 => String::new(),
        n => format!(" {} {} more", app.look.glyphs.middot, n - 1),
    };
    Some(format!("{what} would explain {} ({}): {key}{more}", people(first.explains), first.against()))
}

fn place(app: &App, dialog: &Dialog) -> usize {
    patterns(app).iter().position(|pattern| Some(&pattern.id) == dialog.at.as_ref()).unwrap_or(0)
}

/// `j`/`k` move, `J`/`K` scroll the examples, `Enter` uses or drops, `Esc` leaves.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let Some(Overlay::Patterns(dialog)) = app.overlays.last() else { return Vec::new() };
    let at = place(app, dialog);
    let ids: Vec<PatternId> = patterns(app).iter().map(|pattern| pattern.id.clone()).collect();
    let last = ids.len().saturating_sub(1);
    let end = app.drawn.details_end;
    let to = match key.code {
        KeyCode::Esc | KeyCode::Char('q' | 'P') => {
            app.overlays.pop();
            return Vec::new();
        }
        KeyCode::Enter => return toggle(app, at),
        KeyCode::Down | KeyCode::Char('j') => (at + 1).min(last),
        KeyCode::Up | KeyCode::Char('k') => at.saturating_sub(1),
        KeyCode::Home | KeyCode::Char('g') => 0,
        KeyCode::End | KeyCode::Char('G') => last,
        _ => at,
    };
    let Some(Overlay::Patterns(dialog)) = app.overlays.last_mut() else { return Vec::new() };
    match key.code {
        KeyCode::Char('J') | KeyCode::PageDown => dialog.top = (dialog.top + 1).min(end),
        KeyCode::Char('K') | KeyCode::PageUp => dialog.top = dialog.top.min(end).saturating_sub(1),
        _ if to != at => dialog.top = 0,
        _ => {}
    }
    dialog.at = ids.get(to).cloned();
    Vec::new()
}

fn toggle(app: &mut App, at: usize) -> Vec<Effect> {
    if let Some(why) = app.cannot_decide() {
        app.complain(why);
        return Vec::new();
    }
    // What was never on the screen is not decided about.
    if app.drawn.dialogs != app.overlays.len() {
        return Vec::new();
    }
    let Some(pattern) = patterns(app).get(at) else { return Vec::new() };
    let id = pattern.id.clone();
    if app.model.plan.patterns.contains_key(&id) {
        return vec![Effect::Task(tasks::Effect::UsePattern(id, None))];
    }
    let text = vec![
        format!("{}.", pattern.sentence()),
        format!(
            "Whom it leads to exactly one account of their own name becomes a safe proposal, unless anything else speaks \
             against it: {} then accepts them together.",
            app.keymap.shown(Action::AcceptSafe)
        ),
        "Nobody is decided about by this, and it can be taken back (u).".to_owned(),
    ];
    let use_it = tasks::Effect::UsePattern(id, Some(app.now()));
    app.overlays.push(Overlay::Confirm(Confirm {
        title: "Use this pattern as evidence?".to_owned(),
        text,
        then: Confirmed::Do(vec![use_it], String::new()),
    }));
    Vec::new()
}

/// The store has it.
pub(super) fn used(app: &mut App, id: &PatternId, since: Option<Timestamp>) {
    app.revision.decisions += 1;
    let what = id.shown(app.look.glyphs.arrow);
    app.say(match since {
        Some(_) => format!("{what} is used as evidence"),
        None => format!("{what} is no longer used"),
    });
}

/// A large box.
pub fn view(app: &App, open: &Dialog, view: &mut crate::tui::app::ViewState, area: Rect, buf: &mut Buffer) {
    let (look, theme) = (&app.look, &app.look.theme);
    let all = patterns(app);
    let at = place(app, open);
    let lines = all.get(at).map(|pattern| details(app, pattern, area.width.min(110))).unwrap_or_default();
    let height = u16::try_from(all.len() + lines.len() + 6).unwrap_or(area.height);
    let inside = dialog(buf, centered(area, 110, height), "Patterns in the addresses", look, theme.border);
    let rows = inside.height.saturating_sub(2);
    let listed = u16::try_from(all.len()).unwrap_or(rows).min((rows / 3).max(1));
    let top = at.saturating_sub(usize::from(listed).saturating_sub(1));
    for (row, (number, pattern)) in (0..listed).zip(all.iter().enumerate().skip(top)) {
        line(app, pattern, number == at, Rect { y: inside.y + row, height: 1, ..inside }, buf);
    }
    if all.is_empty() {
        Pen::line(buf, inside, 0, look.glyphs.ellipsis)
            .write("no pattern is left in the addresses", theme.dim);
    }
    let rest = usize::from(rows.saturating_sub(listed + 1));
    view.drawn.details_end = lines.len().saturating_sub(rest);
    let from = open.top.min(view.drawn.details_end);
    for (row, (text, style)) in (listed + 1..rows).zip(lines.iter().skip(from)) {
        Pen::line(buf, inside, row, look.glyphs.ellipsis).write(text, *style);
    }
    let mut pen = Pen::line(buf, inside, inside.height.saturating_sub(1), look.glyphs.ellipsis);
    let used = all.get(at).is_some_and(|pattern| pattern.used);
    pen.write("Enter", theme.accent)
        .write(if used { " use it no longer   " } else { " use it as evidence   " }, theme.text);
    if view.drawn.details_end > 0 {
        pen.write("J", theme.accent).write(" more   ", theme.text);
    }
    pen.write("Esc", theme.accent).write(" leave", theme.text);
}

fn line(app: &App, pattern: &Pattern, here: bool, area: Rect, buf: &mut Buffer) {
    let (glyphs, theme) = (&app.look.glyphs, &app.look.theme);
    let mut pen = Pen::line(buf, area, 0, glyphs.ellipsis);
    let counts = format!(
        "{} explained {m} {} contradicted {m} {} unclear",
        count(pattern.explains),
        count(pattern.contradicts),
        count(pattern.unclear),
        m = glyphs.middot
    );
    if here {
        pen.write(glyphs.gutter, theme.gutter);
    } else {
        pen.skip(1);
    }
    pen.write(if pattern.used { glyphs.tick } else { " " }, theme.good).skip(1);
    pen.right(&counts, theme.dim);
    pen.write(&pattern.id.shown(glyphs.arrow), theme.text);
}

/// The counts in words, then those whom it contradicts, then those whom it explains.
fn details(app: &App, pattern: &Pattern, width: u16) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    let room = usize::from(width.saturating_sub(4));
    let mut words = format!("{}.", pattern.sentence());
    for (n, what) in [
        (pattern.confirmed, "of them have another address that says the same"),
        (pattern.unclear, "are unclear"),
        (pattern.elsewhere, "have addresses that lead to somebody else"),
    ] {
        if n > 0 {
            words.extend([" ", count(n).as_str(), " ", what, "."]);
        }
    }
    let mut lines: Vec<(String, Style)> =
        wrap(&words, room).into_iter().map(|line| (line, theme.text)).collect();
    let mut add = |title: &str, sign: &str, list: &[Example], all: usize, style: Style| {
        if list.is_empty() {
            return;
        }
        lines.push((String::new(), theme.text));
        let some = if list.len() < all { format!(" (the first {})", list.len()) } else { String::new() };
        lines.push((format!("{title}{some}"), theme.dim));
        lines.extend(list.iter().map(|example| (shown(app, sign, example), style)));
    };
    add("contradicted: names of two people", "!", &pattern.contradicted, pattern.contradicts, theme.bad);
    add("explained: the names agree", " ", &pattern.explained, pattern.explains, theme.text);
    lines
}

fn shown(app: &App, sign: &str, example: &Example) -> String {
    let user = People::of(&app.model).get(&example.person);
    let target = super::tenant_user(app, example.target);
    let same = user.zip(target).is_some_and(|(user, target)| {
        user.display_name.to_lowercase() == target.display_name().to_lowercase()
    });
    let left = user.map(|user| format!("{} {}", clean(&user.display_name), clean(&user.principal_name)));
    let right = target.map(|user| {
        let name = if same { String::new() } else { format!("{} ", clean(user.display_name())) };
        format!("{name}{}", clean(user.user_principal_name()))
    });
    format!("{sign} {} {} {}", left.unwrap_or_default(), app.look.glyphs.arrow, right.unwrap_or_default())
}
