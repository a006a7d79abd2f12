//! The moment of the switch, told to whoever sits in front of the screen: what happened, what was kept, what rests, whether the
//! new way of signing in works, and what to do next. Where nobody is let in any more: which of the known causes it is, and the
//! way back. What it says follows what is known, while it is open.
//!
//! ```text
//!  ┌ fabrikam is connected ──────────────────────────────────────────────────────────────┐
//!  │ 19:04:11  from Microsoft accounts to Contoso, seen twice                              │
//!  │                                                                                       │
//!  │ sign-in  Azure DevOps: jamal@contoso.com by azure-cli · tenant: the same by azure-cli │
//!  │ next     49 people are locked out until mapped; 82 mappings are decided. Go to …      │
//!  │ kept     before reading: 19:02:11 (2 min ago), 143 people, with their groups          │
//!  │                                                                                       │
//!  │ Enter to Mapping   r try the sign-in again   b way back   Esc leave                   │
//!  └───────────────────────────────────────────────────────────────────────────────────────┘
//! ```

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Overlay;
use crate::domain::activity::Source;
use crate::domain::connection::Goal;
use crate::domain::schedule::locked_out;
use crate::domain::text::clean;
use crate::domain::{Backing, ConnectionState, Phase};
use crate::tasks::{self, Msg};
use crate::tui::app::{App, Effect, Tab};
use crate::tui::connection::{self, accounts};
use crate::tui::overlay::log::clock;
use crate::tui::widgets::frame::{centered, dialog};
use crate::tui::widgets::pen::{Pen, wrap};
use crate::tui::widgets::words::count;

/// What is read when the sign-in is tried again.
const TRIED: [Source; 9] = [
    Source::Backing,
    Source::AfterConnect,
    Source::Operator,
    Source::Me,
    Source::Roster,
    Source::GraphIdentities,
    Source::HiddenIdentities,
    Source::Administrators,
    Source::Owner,
];

/// Opens the dialog at the switch, and when somebody turns out to be locked out. It lies under whatever somebody is typing in.
pub fn absorbed(app: &mut App, msg: &Msg) {
    let cause = match msg {
        Msg::Turned(_) => {
            app.connection.told_lockout = None;
            connection::follow(app);
            put(app);
            return;
        }
        Msg::Analysed(analysis) => analysis.lockout.as_ref().map(|lockout| lockout.cause),
        _ => return,
    };
    // Each cause is told once; when somebody was let in meanwhile, it is news again.
    if cause.is_some() && app.connection.told_lockout != cause {
        put(app);
    }
    app.connection.told_lockout = cause;
}

fn put(app: &mut App) {
    if !app.overlays.iter().any(|overlay| matches!(overlay, Overlay::Turn)) {
        app.overlays.insert(0, Overlay::Turn);
    }
}

/// Whether the topmost dialog is this one, and it was drawn: a key that was meant for something else does not answer it.
fn was_drawn(app: &App) -> bool {
    app.drawn.dialogs >= app.overlays.len()
}

/// `Enter` goes where the work is, `r` tries the sign-in again, `b` shows the way back, `y` copies the address, `Esc` leaves.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    if !was_drawn(app) {
        return Vec::new();
    }
    match key.code {
        KeyCode::Esc | KeyCode::Char('q') => {
            app.overlays.pop();
            Vec::new()
        }
        KeyCode::Enter => {
            app.overlays.pop();
            app.tab = if next(app) == Some(Phase::Map) { Tab::Mapping } else { Tab::Connection };
            if app.model.analysis.as_ref().is_some_and(|analysis| analysis.lockout.is_some()) {
                connection::show_what_is_due(app);
            }
            Vec::new()
        }
        KeyCode::Char('b') => {
            app.overlays.pop();
            app.tab = Tab::Connection;
            connection::show_way_back(app);
            Vec::new()
        }
        KeyCode::Char('y') => vec![Effect::Copy(address(app))],
        KeyCode::Char('r') => {
            app.say("trying the sign-in again");
            vec![Effect::Task(tasks::Effect::Read(TRIED.to_vec()))]
        }
        _ => Vec::new(),
    }
}

/// The page to open, built by the program.
fn address(app: &App) -> String {
    let analysis = app.model.analysis.as_ref();
    let own = analysis.and_then(|analysis| {
        let wrong = analysis.wrong_directory.as_ref().map(|_| app.model.context.connect_page());
        wrong.or_else(|| analysis.lockout.as_ref().map(|lockout| lockout.address.clone()))
    });
    own.unwrap_or_else(|| app.model.context.connect_page())
}

fn next(app: &App) -> Option<Phase> {
    app.model.analysis.as_ref().map(|analysis| analysis.phase)
}

fn backing(app: &App, backing: Backing) -> String {
    let Backing::Tenant(tenant) = backing else { return "Microsoft accounts".to_owned() };
    match app.model.facts.tenant_name(tenant) {
        Some(name) => clean(name).into_owned(),
        None => format!("the directory {tenant}"),
    }
}

fn title(app: &App) -> String {
    let organization = clean(&app.model.context.organization);
    let Some(analysis) = &app.model.analysis else { return format!("{organization} has another directory") };
    if let Some(wrong) = &analysis.wrong_directory {
        return wrong.headline.clone();
    }
    if app.model.turn.is_none() && analysis.lockout.is_some() {
        return format!("Locked out of {organization}");
    }
    let word = match (analysis.state, analysis.goal) {
        (ConnectionState::Connected, Goal::Switch) => "is switched",
        (ConnectionState::Connected, _) => "is connected",
        (ConnectionState::NotConnected, Goal::Connect) => "is disconnected again",
        (ConnectionState::NotConnected, _) => "is disconnected",
        _ => "has another directory",
    };
    format!("{organization} {word}")
}

/// Name and words, line by line; an empty name goes on with what is above.
fn lines(app: &App) -> Vec<(&'static str, String, Style)> {
    let theme = &app.look.theme;
    let model = &app.model;
    let mut out = Vec::new();
    if let Some(turn) = model.turn {
        let what = format!("from {} to {}, seen twice", backing(app, turn.from), backing(app, turn.to));
        out.push((" ", format!("{}  {what}", clock(turn.at)), theme.title));
    }
    let Some(analysis) = &model.analysis else { return out };
    if let Some(wrong) = &analysis.wrong_directory {
        out.extend(wrong.lines.iter().map(|line| (" ", line.clone(), theme.text)));
        return out;
    }
    sign_in(app, &mut out);
    let (before, style) = connection::before_reading(app);
    let kept = ("kept", format!("before reading: {before}; never written over"), style);
    if analysis.lockout.is_some() {
        out.push((
            "paused",
            "Nothing is listed or applied until the sign-in works. Decisions, ticks and what was read are kept."
                .to_owned(),
            theme.caution,
        ));
    } else if let Some(text) = what_next(app) {
        out.push(("next", text, theme.text));
    }
    out.push(kept);
    out
}

fn sign_in(app: &App, out: &mut Vec<(&'static str, String, Style)>) {
    let theme = &app.look.theme;
    let model = &app.model;
    let Some(analysis) = &model.analysis else { return };
    let asked_after = model.turn.is_none_or(|turn| {
        model.facts.operator.problem.is_some() || model.facts.operator.read_at.is_some_and(|at| at >= turn.at)
    });
    if model.reading.contains_key(&Source::Operator) || !asked_after {
        out.push(("sign-in", "trying the way of after the switch".to_owned(), theme.accent));
    } else if let Some(lockout) = &analysis.lockout {
        out.push(("locked out", lockout.headline.clone(), theme.bad));
        out.extend(lockout.evidence.iter().map(|line| ("", line.clone(), theme.text)));
        out.push(("do this", format!("{}  (y copies)", lockout.address), theme.accent));
        for (at, line) in lockout.remedy.iter().enumerate() {
            out.push(("", format!("{} {line}", at + 1), theme.text));
        }
    } else if let Some(problem) = &model.facts.operator.problem {
        out.push(("sign-in", problem.to_string(), theme.bad));
    } else {
        for (name, text, style) in accounts::lines(app, usize::MAX) {
            let (name, style) = match name {
                "signed in" => ("sign-in", theme.good),
                "in the browser" => ("browser", style),
                _ => continue,
            };
            out.push((name, text, style));
        }
    }
}

/// What there is to do, in a sentence.
fn what_next(app: &App) -> Option<String> {
    let analysis = app.model.analysis.as_ref()?;
    let step = analysis.timeline.iter().find(|step| step.phase == analysis.phase)?;
    if analysis.phase != Phase::Map {
        return Some(match step.person.first() {
            Some(first) => format!("{}: {first}", step.title),
            None => step.title.clone(),
        });
    }
    let out = locked_out(analysis.forecast.as_ref()?, &analysis.situation).now.unwrap_or(0);
    let decided = app.model.plan.rows.values().filter(|row| row.decision.target().is_some()).count();
    let people = if out == 1 { "1 person is" } else { &format!("{} people are", count(out)) };
    let maps = if decided == 1 { "1 mapping is" } else { &format!("{} mappings are", count(decided)) };
    Some(format!("{people} locked out until mapped; {maps} decided. Go to Mapping (Enter), then apply (A)."))
}

/// A box in the middle.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let look = &app.look;
    let analysis = app.model.analysis.as_ref();
    let bad = analysis.is_some_and(|it| it.lockout.is_some() || it.wrong_directory.is_some());
    let width = area.width.min(96);
    let room = usize::from(width.saturating_sub(4));
    let label = if room >= 60 { 12 } else { 0 };
    let mut text: Vec<(&'static str, String, Style)> = Vec::new();
    for (name, words, style) in lines(app) {
        let indent = if name == " " { 0 } else { label };
        for (at, line) in wrap(&words, room.saturating_sub(indent)).into_iter().enumerate() {
            text.push((if at == 0 || name == " " { name } else { "" }, line, style));
        }
    }
    let height = u16::try_from(text.len() + 4).unwrap_or(area.height);
    let edge = if bad { look.theme.alert } else { look.theme.accent };
    let inside = dialog(buf, centered(area, width, height), &title(app), look, edge);
    if inside.height < 2 {
        return;
    }
    let keys = inside.height - 1;
    let overflows = text.len() > usize::from(keys);
    for (row, (name, line, style)) in (0..keys - u16::from(overflows)).zip(&text) {
        let mut pen = Pen::line(buf, inside, row, look.glyphs.ellipsis);
        if *name != " " && label > 0 {
            pen.cell(name, label, look.theme.dim);
        }
        pen.write(line, *style);
    }
    if overflows {
        let more = format!("{} Enter shows all", look.glyphs.ellipsis);
        Pen::line(buf, inside, keys - 1, look.glyphs.ellipsis).write(&more, look.theme.dim);
    }
    let to = if next(app) == Some(Phase::Map) && !bad { "to Mapping" } else { "to Connection" };
    let mut pen = Pen::line(buf, inside, keys, look.glyphs.ellipsis);
    for (key, words) in
        [("Enter", to), ("r", "try again"), ("b", "way back"), ("y", "copy"), ("Esc", "leave")]
    {
        pen.write(key, look.theme.accent).skip(1).write(words, look.theme.text).skip(3);
    }
}
