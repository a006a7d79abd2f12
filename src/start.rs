//! What joins the rooms into a running dashboard: a session (or a snapshot), the runner that turns effects into messages, and
//! the screen. The only place that knows both `cli` and `tui`.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::cli::{Dashboard, Exit, Opening};
use crate::config::{Config, ConfigErrors, Glyphs, KeyVocabulary, Links, Loaded, Theme, check_command_trust};
use crate::domain::doctor::Finding;
use crate::tasks::setup::{Prober, SetupEffect};
use crate::tasks::{Context, Effect, Msg, Runner, Session, offline, snapshot};
use crate::tui::theme::Look;
use crate::tui::{self, Console, RunError, ThemeName, UiSettings, setup};

/// How many effects may wait for the runner.
const EFFECTS: usize = 1024;

/// How much of the time before the process is ended is for removing what is not to be left behind.
const TIDYING: Duration = Duration::from_millis(100);

/// Why the dashboard could not be opened, or why it ended by itself.
type Left = (Exit, String);

/// Runs the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    crate::cli::run(
        arguments,
        &Dashboard { open: &open, check_keys: &check_keys, describe_terminal: &describe_terminal },
    )
}

/// Checks the `[keys]` of a configuration against the table of actions, conflicts included.
fn check_keys(loaded: &Loaded) -> Result<(), ConfigErrors> {
    let actions: Vec<&str> = tui::action_names().collect();
    let check_key = |key: &str| tui::keymap::Key::parse(key).map(|_| ());
    loaded.check_keys(&KeyVocabulary { actions: &actions, check_key: &check_key })
}

/// What the terminal can do, as far as its variables tell.
fn describe_terminal(loaded: Option<&Loaded>) -> Vec<Finding> {
    let settings = loaded.map(settings).unwrap_or_default();
    tui::terminal::describe::findings(settings.theme, settings.ascii, |name| std::env::var(name).ok())
}

/// Opens the dashboard and returns when it was left.
fn open(opening: Opening) -> Exit {
    match try_open(opening) {
        Ok(exit) => exit,
        Err((exit, said)) => {
            crate::cli::complain(&said);
            exit
        }
    }
}

fn try_open(mut opening: Opening) -> Result<Exit, Left> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        // Debug builds need it: one row of an apply run is a deep chain of futures.
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
        .map_err(|error| (Exit::No, format!("the runtime could not be started: {error}")))?;
    let settings = settings(&opening.loaded);
    let mut console = None;
    let mut tried = None;
    if opening.snapshot.is_none() && opening.loaded.config.require_target().is_err() {
        let Some((taken, prober)) = set_up(&runtime, &mut opening, &settings)? else {
            crate::cli::complain("set-up was left; nothing was written");
            return Ok(Exit::Done);
        };
        (console, tried) = (Some(taken), Some(prober));
    }
    let (session, messages) = runtime
        .block_on(Session::open_lasting(opening.setup))
        .map_err(|error| (Exit::Usage, error.to_string()))?;
    if let Some(tried) = tried {
        tried.hand_over(&session);
    }
    let start = match opening.snapshot {
        Some(path) => offline_start(&runtime, &session, &path, settings)?,
        None => live_start(&runtime, &session, messages, settings),
    };
    let left = tui::run_on(console, start);
    // Whatever still runs is cut here; the journal is written before and after every call, so nothing is lost.
    runtime.block_on(session.flush());
    runtime.shutdown_background();
    match left {
        Ok(tui::Exit::Quit) => Ok(Exit::Done),
        Ok(tui::Exit::TasksEnded) => {
            Err((Exit::No, "the work behind the screen ended; see the log".to_owned()))
        }
        Err(error) => Err((Exit::Usage, error.to_string())),
    }
}

/// The set-up screen. Returns the terminal, for the dashboard to go on with, and puts the values into `opening`; `None` when
/// the set-up was left.
fn set_up(
    runtime: &Runtime,
    opening: &mut Opening,
    settings: &UiSettings,
) -> Result<Option<(Console, Arc<Prober>)>, Left> {
    let unusable = |error: std::io::Error| (Exit::Usage, RunError::Terminal(error).to_string());
    let look = Look::new(tui::resolved(settings.theme), settings.ascii);
    let place = opening.loaded.location.as_ref().map(|location| location.path.clone());
    let state = setup::State::new(look, opening.loaded.config.clone(), place);
    let (prober, messages) = Prober::new(opening.setup.environment.clone());
    let (effects, mut wanted) = mpsc::channel::<SetupEffect>(EFFECTS);
    let working = Arc::clone(&prober);
    runtime.spawn(async move {
        while let Some(effect) = wanted.recv().await {
            working.run(effect);
        }
    });
    let mut console = Console::take(settings.mouse).map_err(unusable)?;
    let end = setup::run(&mut console, setup::Start { state, effects, messages }).map_err(unusable)?;
    prober.stop();
    let config = match end {
        setup::End::Left => return Ok(None),
        setup::End::ForNow(config) => config,
        setup::End::Written(path, config) => {
            if config.runs_commands() {
                check_command_trust(&path).map_err(|error| (Exit::Usage, error.to_string()))?;
            }
            opening.loaded.path = Some(path);
            config
        }
    };
    opening.loaded.config = Config::clone(&config);
    opening.setup.config = *config;
    Ok(Some((console, prober)))
}

fn live_start(
    runtime: &Runtime,
    session: &Arc<Session>,
    messages: mpsc::Receiver<Msg>,
    settings: UiSettings,
) -> tui::Start {
    let (effects, mut wanted) = mpsc::channel::<Effect>(EFFECTS);
    let runner = Runner::new(Arc::clone(session));
    runtime.spawn(async move {
        while let Some(effect) = wanted.recv().await {
            runner.run(effect);
        }
    });
    let hangup = Arc::clone(session);
    tui::Start {
        context: Arc::clone(&session.context),
        settings,
        session: runtime.block_on(session.saved_session()),
        effects,
        messages,
        clock: Box::new(crate::tasks::runner::now),
        on_hangup: Box::new(move |at_most, saved| {
            hangup.leave_blocking(&saved, at_most.saturating_sub(TIDYING));
            crate::cli::remove_private_folders();
        }),
    }
}

fn offline_start(
    runtime: &Runtime,
    session: &Arc<Session>,
    path: &Path,
    settings: UiSettings,
) -> Result<tui::Start, Left> {
    let model = runtime
        .block_on(snapshot::open(path, Context::clone(&session.context)))
        .map_err(|problem| (Exit::Usage, problem.to_string()))?;
    let told = offline::messages(&model);
    let (effects, mut wanted) = mpsc::channel::<Effect>(EFFECTS);
    let (tx, messages) = mpsc::channel::<Msg>(EFFECTS);
    let (session, shown): (_, Arc<Path>) = (Arc::clone(session), path.into());
    runtime.spawn(async move {
        for msg in told {
            if tx.send(msg).await.is_err() {
                return;
            }
        }
        while let Some(effect) = wanted.recv().await {
            // What a live start reads by itself needs no answer here.
            if !matches!(effect, Effect::Read(_)) {
                tokio::spawn(offline::run(Arc::clone(&session), Arc::clone(&shown), effect, tx.clone()));
            }
        }
    });
    Ok(tui::Start {
        context: model.context,
        settings,
        session: None,
        effects,
        messages,
        clock: Box::new(crate::tasks::runner::now),
        on_hangup: Box::new(|_, _| ()),
    })
}

fn settings(loaded: &Loaded) -> UiSettings {
    let ui = &loaded.config.ui;
    UiSettings {
        theme: match ui.theme {
            Theme::Auto => ThemeName::Auto,
            Theme::Dark => ThemeName::Dark,
            Theme::Light => ThemeName::Light,
            Theme::Ansi => ThemeName::Ansi,
            Theme::Mono => ThemeName::Mono,
        },
        ascii: ui.glyphs == Glyphs::Ascii,
        mouse: ui.mouse,
        links: match ui.links {
            Links::Auto => tui::links_are_taken(|name| std::env::var(name).ok()),
            Links::Always => true,
            Links::Never => false,
        },
        keys: loaded.config.keys.clone(),
    }
}
