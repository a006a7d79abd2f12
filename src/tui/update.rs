//! What happens: `update(&mut App, Event) -> Vec<Effect>`, without I/O and without a clock.

use std::sync::Arc;

use crossterm::event::{KeyEvent, KeyEventKind};

use crate::domain::Problem;
use crate::domain::activity::Source;
use crate::domain::signin::TerminalStep;
use crate::domain::text::clean_to;
use crate::tasks::{self, Msg};

use super::actions::Action;
use super::app::{Analysing, App, Effect, Event, Tab};
use super::availability::disabled;
use super::keymap::Key;
use super::overlay::{self, Confirm, Confirmed, FilterLine, Help, Log, Overlay, Palette};
use super::theme::Theme;
use super::{apply, connection, decide, export, import, mapping, mouse, prerequisites, session, users};

/// The most characters that are taken from one paste.
const LONGEST_PASTE: usize = 2_000;

/// Takes in one event.
pub fn update(app: &mut App, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        Event::Key(key) => press(app, &key),
        Event::Paste(text) => paste(app, &text),
        Event::Mouse(event) => mouse::take(app, event),
        Event::Resize(..) => Vec::new(),
        Event::Background(theme) => {
            app.look.theme = Theme::new(theme);
            Vec::new()
        }
        Event::Msg(msg) => absorb(app, &msg),
        Event::Drawn(drawn) => {
            app.drawn = drawn;
            Vec::new()
        }
    }
}

/// What is asked for at the start: everything is read once, then watched.
pub fn start() -> Vec<Effect> {
    vec![Effect::Task(tasks::Effect::Read(Source::ALL.to_vec())), Effect::Task(tasks::Effect::Watch(true))]
}

/// Brings the lists up to date with the model. Called before each frame and before each key; cheap when nothing changed.
pub fn prepare(app: &mut App) {
    let App { model, users, mapping, saving, revision, prerequisites, .. } = app;
    users.list.prepare(model, saving.pending(), *revision);
    mapping.list.prepare(model, saving.pending(), *revision);
    prerequisites.prepare(model);
    mapping::prepare(app);
}

fn press(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    prepare(app);
    app.begun = true;
    app.toasts.seen();
    if app.tab == Tab::Mapping {
        app.mapping.pressed();
    }
    if !app.overlays.is_empty() {
        return overlay::key(app, key);
    }
    match app.keymap.action(app.tab, Key::of(key)) {
        Some(action) => perform_if_enabled(app, action),
        None => Vec::new(),
    }
}

fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    if let Some(Overlay::Apply(dialog)) = app.overlays.last_mut()
        && let Some(token) = dialog.token()
    {
        token.paste(text);
        return Vec::new();
    }
    let typed: String = clean_to(text, LONGEST_PASTE).into_owned();
    prepare(app);
    let Some(input) = overlay::input(app) else { return Vec::new() };
    for c in typed.chars() {
        input.handle(tui_input::InputRequest::InsertChar(c));
    }
    if let Some(Overlay::Filter(line)) = app.overlays.last() {
        let text = line.input.value().to_owned();
        set_filter(app, &text);
    }
    if matches!(app.overlays.last(), Some(Overlay::Search(_))) {
        return mapping::search_typed(app);
    }
    Vec::new()
}

/// Performs an action, or says why not.
pub fn perform_if_enabled(app: &mut App, action: Action) -> Vec<Effect> {
    match disabled(app, action) {
        Some(why) => {
            app.complain(format!("{}: {why}", action.label()));
            Vec::new()
        }
        None => perform(app, action),
    }
}

/// Performs an action: what is the same everywhere here, the rest in its tab.
pub fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::NextTab => go(app, Tab::at(app.tab.index() + 1)),
        Action::PreviousTab => go(app, Tab::at(app.tab.index() + Tab::ALL.len() - 1)),
        Action::GoToPrerequisites => go(app, Tab::Prerequisites),
        Action::GoToUsers => go(app, Tab::Users),
        Action::GoToConnection => go(app, Tab::Connection),
        Action::GoToMapping => go(app, Tab::Mapping),
        Action::ReadAgain => {
            app.say("reading everything again");
            // What was marked has been seen; what this reading finds is news.
            app.model.news.clear();
            let mut effects = vec![Effect::Task(tasks::Effect::Read(Source::ALL.to_vec()))];
            // A run that asked for a credential tries it again.
            if matches!(&app.model.apply, Some(run) if matches!(run.paused, Some(Some(_)))) {
                effects.push(Effect::Task(tasks::Effect::ResumeApply));
            }
            return effects;
        }
        Action::StopReading => return vec![Effect::Task(tasks::Effect::StopReading)],
        Action::TakeBack => return decide::take_back(app),
        Action::Palette => app.overlays.push(Overlay::Palette(Palette::default())),
        Action::Help => app.overlays.push(Overlay::Help(Help::default())),
        Action::Log => app.overlays.push(Overlay::Log(Log::default())),
        Action::Filter => {
            app.overlays.push(Overlay::Filter(FilterLine::new(filter(app))));
        }
        Action::Export => {
            let question = export::question(app, app.tab, export::Content::Shown);
            app.overlays.push(Overlay::Prompt(question));
        }
        Action::Suspend => return vec![Effect::Suspend],
        Action::Quit => return quit(app),
        _ => {
            return match app.tab {
                Tab::Prerequisites => prerequisites::perform(app, action),
                Tab::Users => users::perform(app, action),
                Tab::Connection => connection::perform(app, action),
                Tab::Mapping => mapping::perform(app, action),
            };
        }
    }
    Vec::new()
}

/// Goes to a tab.
pub fn go(app: &mut App, tab: Tab) {
    app.tab = tab;
    // What was drawn belongs to the other tab: nothing may be accepted before this one was seen.
    app.drawn.proposal = None;
}

/// The filter of the active tab, as typed.
pub fn filter(app: &App) -> &str {
    match app.tab {
        Tab::Prerequisites => app.prerequisites.filter(),
        Tab::Users => app.users.list.filter().text(),
        Tab::Mapping => app.mapping.list.filter().text(),
        Tab::Connection => "",
    }
}

/// Another filter for the active tab.
pub fn set_filter(app: &mut App, text: &str) {
    match app.tab {
        Tab::Prerequisites => app.prerequisites.set_filter(text),
        Tab::Users => app.users.list.set_filter(text),
        Tab::Mapping => app.mapping.list.set_filter(text),
        Tab::Connection => {}
    }
    prepare(app);
}

fn quit(app: &mut App) -> Vec<Effect> {
    if app.is_applying() {
        app.overlays.push(Overlay::Confirm(Confirm {
            title: "An apply run is under way".to_owned(),
            text: vec![
                "Stop it after the current calls and quit? What was sent stays sent and is in the journal; the rest waits."
                    .to_owned(),
            ],
            then: Confirmed::StopAndQuit,
        }));
        return Vec::new();
    }
    leave_program(app)
}

/// Quits as soon as nothing is being saved or applied any more.
pub fn leave_program(app: &mut App) -> Vec<Effect> {
    app.leaving = true;
    if app.saving.is_idle() && !app.is_applying() {
        return vec![Effect::Task(tasks::Effect::SaveSession(session::write(app))), Effect::Quit];
    }
    app.say(if app.is_applying() { "stopping after the current calls" } else { "saving the last decisions" });
    Vec::new()
}

fn absorb(app: &mut App, msg: &Msg) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut analyse = false;
    match msg {
        Msg::RowsSaved(number) => {
            effects.extend(decide::saved(app, *number));
            analyse = true;
        }
        // Before the model takes it in: what was before can be taken back to.
        Msg::PatternUsed(..) | Msg::PairConfirmed(..) => decide::kept(app, msg),
        Msg::RowsNotSaved(number, problem) => decide::not_saved(app, *number, problem),
        // A poll that fails again in the same way says so in the log and on the state line, not in a notice every minute.
        Msg::ReadingFailed(source, problem, _) if is_known(app, *source, problem) => {}
        Msg::Failed(problem) | Msg::ReadingFailed(_, problem, _) => app.complain(problem.to_string()),
        Msg::FileWritten { what, path } => app.say(format!("{what} written to {path}")),
        Msg::Ticked(id, tick) => {
            app.say(format!(
                "{}: {}",
                id.title(),
                if tick.is_some() { "ticked" } else { "no longer ticked" }
            ));
        }
        // The store may open when somebody is at work already.
        Msg::SessionFound(saved) if !app.begun => session::restore(app, saved),
        Msg::SignIn(step) => overlay::sign_in::absorbed(app, step),
        Msg::Terminal(TerminalStep::Wanted { number, by }) => {
            effects.push(Effect::LendTerminal(*number, by.clone()));
        }
        Msg::Terminal(TerminalStep::Returned) => effects.push(Effect::TakeTerminalBack),
        Msg::RosterRead(..) => app.revision.people += 1,
        Msg::Analysed(analysis) => {
            let before = app.model.analysis.as_ref().and_then(|before| before.forecast.as_ref());
            // An analysis of the same people with other decisions found nothing else about them.
            if before.map(Arc::as_ptr) != analysis.forecast.as_ref().map(Arc::as_ptr) {
                app.revision.findings += 1;
            }
        }
        Msg::PlanLoaded(_) | Msg::PlanLearned(_) | Msg::Apply(_) => app.revision.decisions += 1,
        _ => {}
    }
    if matches!(msg, Msg::Failed(_)) {
        decide::not_kept(app);
    }
    analyse |= app.model.absorb(msg);
    if matches!(msg, Msg::Analysed(_)) {
        let again = app.analysing == Analysing::Again;
        app.analysing = Analysing::No;
        analyse |= again;
    }
    if analyse {
        effects.extend(analysis(app));
    }
    effects.extend(connection::absorbed(app, msg));
    effects.extend(mapping::absorbed(app, msg));
    import::absorbed(app, msg);
    effects.extend(apply::absorbed(app, msg));
    if app.leaving && app.saving.is_idle() && !app.is_applying() {
        app.leaving = false;
        effects.extend(leave_program(app));
    }
    effects
}

/// Whether the latest reading of this list failed like this already.
fn is_known(app: &App, source: Source, problem: &Problem) -> bool {
    let known = match source {
        Source::Roster => &app.model.roster.problem,
        Source::Directory => &app.model.directory.problem,
        _ => return false,
    };
    known.as_ref().is_some_and(|known| known.kind == problem.kind && known.said == problem.said)
}

/// One analysis at a time; what changes meanwhile is taken together into the next.
fn analysis(app: &mut App) -> Option<Effect> {
    if app.analysing == Analysing::No {
        app.analysing = Analysing::Yes;
        Some(Effect::Task(tasks::Effect::Analyse(Box::new(app.model.analysis_input()))))
    } else {
        app.analysing = Analysing::Again;
        None
    }
}
