//! The loop: waits on input, messages and timers; drains what is there; draws once if something changed.
//!
//! There is no tick. A timer exists while something on screen moves by itself: a countdown, a progress, a notice that goes
//! away, an age that changes by the minute. Input is answered at once; what only moves is drawn at a calmer pace.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::tasks::{self, Context, Msg};

use super::app::{App, Effect, Event, Exit, UiSettings, ViewState};
use super::terminal::background;
use super::terminal::console::Console;
use super::terminal::input::Input;
use super::theme::ThemeName;
use super::update::{prepare, start as first_effects, update};
use super::view::render;
use super::{connection, overlay, session, state_line};

/// How many events are taken in before a frame is due anyway.
const DRAINED: usize = 500;

/// What the dashboard starts with.
pub struct Start {
    /// Names and settings.
    pub context: Arc<Context>,
    /// `[ui]` and `[keys]`.
    pub settings: UiSettings,
    /// What was kept at the end of the last session, as JSON.
    pub session: Option<String>,
    /// To whom effects go.
    pub effects: mpsc::Sender<tasks::Effect>,
    /// Where messages come from.
    pub messages: mpsc::Receiver<Msg>,
    /// The clock.
    pub clock: Box<dyn Fn() -> Timestamp>,
    /// Asked to write down what is known, within the time given, before the process is ended from outside.
    pub on_hangup: LastWords,
}

/// Gets the time that it has, and the session as it stood on the last frame.
pub type LastWords = Box<dyn FnOnce(Duration, String) + Send>;

impl std::fmt::Debug for Start {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Start").field("context", &self.context).finish_non_exhaustive()
    }
}

/// Why the dashboard could not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The keys of the configuration.
    #[error("the keys of the configuration cannot be used:\n  {}", .0.join("\n  "))]
    Keys(Vec<String>),
    /// The terminal.
    #[error("the terminal could not be used: {0}; run it in a terminal, or use the commands (see --help)")]
    Terminal(#[from] io::Error),
}

/// How soon something has to be on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pace {
    /// How far a long reading is.
    Slowest,
    /// It only moves: countdowns, ages.
    Slow,
    /// People arriving.
    Calm,
    /// Something was read.
    Soon,
    /// Somebody waits for it.
    Now,
}

impl Pace {
    /// At least so long after the frame before.
    fn gap(self) -> Duration {
        Duration::from_millis(match self {
            Self::Slowest => 2000,
            Self::Slow => 1000,
            Self::Calm => 250,
            Self::Soon => 34,
            Self::Now => 12,
        })
    }

    fn of(msg: &Msg) -> Self {
        match msg {
            Msg::ReadingProgressed(..) | Msg::Requested(_) => Self::Slowest,
            Msg::Clock(_) | Msg::BudgetRead(..) | Msg::DirectoryUnchanged(_) => Self::Slow,
            Msg::RosterPageRead(_) | Msg::ReadingStarted(..) | Msg::ReadingScheduled(..) => Self::Calm,
            _ => Self::Soon,
        }
    }
}

/// Runs the dashboard until it is left. Takes the terminal and the signals HUP, TERM, INT, WINCH and CONT. Call it outside of
/// a runtime: it waits in one of its own.
///
/// # Errors
/// Keys that cannot be used; a terminal that cannot be taken or written to.
pub fn run(start: Start) -> Result<Exit, RunError> {
    run_on(None, start)
}

/// Like [`run`], on a terminal that was taken before.
///
/// # Errors
/// See [`run`].
pub fn run_on(console: Option<Console>, start: Start) -> Result<Exit, RunError> {
    let Start { context, mut settings, session, effects, messages, clock, on_hangup } = start;
    let auto = settings.theme == ThemeName::Auto;
    settings.theme = resolved(settings.theme);
    let ask_background =
        auto && settings.theme == ThemeName::Ansi && background::may_ask(|name| std::env::var(name).ok());
    let mut app = App::new(context, &settings, clock()).map_err(RunError::Keys)?;
    if let Some(session) = &session {
        session::restore(&mut app, session);
    }
    let console = match console {
        Some(console) => console,
        None => Console::take(settings.mouse)?,
    };
    let kept = Arc::new(Mutex::new(session.unwrap_or_default()));
    let last = Arc::clone(&kept);
    console.on_hangup(Box::new(move |at_most| {
        let session = std::mem::take(&mut *last.lock().unwrap_or_else(PoisonError::into_inner));
        on_hangup(at_most, session);
    }));
    let mut running = Loop {
        app,
        view: ViewState::default(),
        console,
        kept,
        typed: false,
        effects,
        backlog: VecDeque::new(),
        clock,
        due: Some(Pace::Now),
        drawn_at: None,
        done: None,
        ask_background,
        lent: false,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let exit = runtime.block_on(running.run(messages))?;
    running.console.leave()?;
    Ok(exit)
}

/// The theme in this terminal, by its variables.
pub fn resolved(theme: ThemeName) -> ThemeName {
    let variable = |name: &str| std::env::var(name).ok();
    theme.resolve(variable("NO_COLOR").as_deref(), variable("COLORFGBG").as_deref())
}

struct Loop {
    app: App,
    view: ViewState,
    console: Console,
    /// The session, for an end that comes from outside; empty: nothing worth keeping.
    kept: Arc<Mutex<String>>,
    /// Somebody did something since the last frame.
    typed: bool,
    effects: mpsc::Sender<tasks::Effect>,
    backlog: VecDeque<tasks::Effect>,
    clock: Box<dyn Fn() -> Timestamp>,
    due: Option<Pace>,
    drawn_at: Option<Instant>,
    done: Option<Exit>,
    ask_background: bool,
    /// A command asks something in the terminal; nothing is drawn meanwhile.
    lent: bool,
}

impl Loop {
    async fn run(&mut self, mut messages: mpsc::Receiver<Msg>) -> io::Result<Exit> {
        let effects = self.effects.clone();
        // The first frame before anything else.
        self.draw()?;
        if self.ask_background {
            self.console.screen.write_raw(background::QUERY)?;
        }
        self.perform(first_effects()).await?;
        loop {
            if let Some(exit) = self.done {
                self.hand_over().await;
                return Ok(exit);
            }
            let wake = self.wake();
            tokio::select! {
                biased;
                input = self.console.inputs.recv() => match input {
                    Some(input) => self.typed(input).await?,
                    // The terminal is gone; the guard ends the process.
                    None => std::future::pending().await,
                },
                msg = messages.recv() => match msg {
                    Some(msg) => self.told(msg).await?,
                    None => self.done = Some(Exit::TasksEnded),
                },
                permit = effects.reserve(), if !self.backlog.is_empty() => match permit {
                    Ok(permit) => if let Some(effect) = self.backlog.pop_front() { permit.send(effect) },
                    Err(_) => self.done = Some(Exit::TasksEnded),
                },
                () = sleep(wake), if wake.is_some() => self.tick(),
            }
            for _ in 0..DRAINED {
                if let Ok(input) = self.console.inputs.try_recv() {
                    self.typed(input).await?;
                } else if let Ok(msg) = messages.try_recv() {
                    self.told(msg).await?;
                } else {
                    break;
                }
                if self.done.is_some() {
                    break;
                }
            }
            if self.due.is_some_and(|pace| self.drawn_at.is_none_or(|at| at.elapsed() >= pace.gap())) {
                self.draw()?;
            }
        }
    }

    fn owe(&mut self, pace: Pace) {
        self.due = self.due.max(Some(pace));
    }

    fn tell_time(&mut self) {
        let now = (self.clock)();
        update(&mut self.app, Event::Msg(Msg::Clock(now)));
    }

    fn tick(&mut self) {
        self.tell_time();
        self.owe(Pace::Slow);
    }

    /// When something has to be done without anything happening.
    fn wake(&self) -> Option<Duration> {
        let since = self.drawn_at.map_or(Duration::MAX, |at| at.elapsed());
        if self.lent {
            return None;
        }
        if let Some(pace) = self.due {
            return Some(pace.gap().saturating_sub(since));
        }
        if state_line::moves(&self.app) || connection::moves(&self.app) || overlay::sign_in::moves(&self.app)
        {
            return Some(Pace::Slow.gap().saturating_sub(since));
        }
        if self.app.reads_long() {
            return Some(Pace::Slowest.gap().saturating_sub(since));
        }
        let now = self.app.now();
        let next = state_line::changes_at(&self.app).into_iter().chain(self.app.toasts.until(now)).min()?;
        let wait = Duration::try_from(next.duration_since((self.clock)())).unwrap_or_default();
        Some(wait.max(Duration::from_millis(20)))
    }

    async fn typed(&mut self, input: Input) -> io::Result<()> {
        use crossterm::event::Event as Typed;
        self.tell_time();
        let event = match input {
            Input::Typed(Typed::Key(key)) => Event::Key(key),
            Input::Typed(Typed::Paste(text)) => Event::Paste(text),
            Input::Typed(Typed::Mouse(mouse)) => Event::Mouse(mouse),
            Input::Typed(Typed::Resize(width, height)) => Event::Resize(width, height),
            // Nothing on the screen changes by it; only what is polled does.
            Input::Typed(focus @ (Typed::FocusGained | Typed::FocusLost)) => {
                self.send(tasks::Effect::Attend(focus == Typed::FocusGained));
                return Ok(());
            }
            Input::Resized => {
                self.console.screen.forget();
                Event::Resize(0, 0)
            }
            Input::Background(_) if !self.ask_background => return Ok(()),
            Input::Background(theme) => Event::Background(theme),
            // The terminal is a command's just now; taking it back draws everything anew.
            Input::Continued if self.lent => return Ok(()),
            Input::Continued => {
                // Somebody stopped us from outside, and the shell used the terminal meanwhile.
                self.console.screen.take()?;
                Event::Resize(0, 0)
            }
        };
        self.owe(Pace::Now);
        self.typed = true;
        let effects = update(&mut self.app, event);
        self.perform(effects).await
    }

    async fn told(&mut self, msg: Msg) -> io::Result<()> {
        let pace = Pace::of(&msg);
        self.tell_time();
        self.owe(pace);
        let effects = update(&mut self.app, Event::Msg(msg));
        self.perform(effects).await
    }

    async fn perform(&mut self, effects: Vec<Effect>) -> io::Result<()> {
        for effect in effects {
            match effect {
                Effect::Task(effect) => self.send(effect),
                Effect::Copy(text) => self.copy(&text)?,
                Effect::LendTerminal(number, by) => {
                    self.console.lend(&by)?;
                    self.lent = true;
                    self.send(tasks::Effect::LendTerminal(number));
                }
                Effect::TakeTerminalBack => {
                    if std::mem::take(&mut self.lent) {
                        self.console.take_back()?;
                        self.owe(Pace::Now);
                    }
                }
                Effect::Suspend => self.suspend().await?,
                Effect::Quit => self.done = Some(Exit::Quit),
            }
        }
        Ok(())
    }

    /// In order, without ever waiting: what does not fit into the channel stays in the backlog.
    fn send(&mut self, effect: tasks::Effect) {
        use mpsc::error::TrySendError;
        if !self.backlog.is_empty() {
            self.backlog.push_back(effect);
            return;
        }
        match self.effects.try_send(effect) {
            Ok(()) => {}
            Err(TrySendError::Full(effect)) => self.backlog.push_back(effect),
            Err(TrySendError::Closed(_)) => self.done = Some(Exit::TasksEnded),
        }
    }

    /// Hands the last effects over (the session to be kept), within a second.
    async fn hand_over(&mut self) {
        let rest = std::mem::take(&mut self.backlog);
        let effects = &self.effects;
        let _ = tokio::time::timeout(Duration::from_secs(1), async move {
            for effect in rest {
                if effects.send(effect).await.is_err() {
                    return;
                }
            }
        })
        .await;
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        let copied = self.console.copy(text)?;
        if copied.bad {
            self.app.complain(copied.said);
        } else {
            self.app.say(copied.said);
        }
        self.owe(Pace::Now);
        Ok(())
    }

    async fn suspend(&mut self) -> io::Result<()> {
        self.console.suspend().await?;
        // Whoever brings it back looks at it.
        self.send(tasks::Effect::Attend(true));
        self.tell_time();
        self.owe(Pace::Now);
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        self.due = None;
        if self.lent || self.console.shared.is_ending() {
            return Ok(());
        }
        prepare(&mut self.app);
        let Self { app, view, console, .. } = self;
        console.screen.draw_with_links(|area, buf| {
            render(app, view, area, buf);
            (view.cursor, &view.links)
        })?;
        self.drawn_at = Some(Instant::now());
        if std::mem::take(&mut self.typed) {
            *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = session::write(&self.app);
        }
        let drawn = self.view.drawn.clone();
        update(&mut self.app, Event::Drawn(drawn));
        Ok(())
    }
}

async fn sleep(wake: Option<Duration>) {
    tokio::time::sleep(wake.unwrap_or_default()).await;
}
