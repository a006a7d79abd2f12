//! The loop: waits on input, messages and timers; drains what is there; draws once if something changed.
//!
//! There is no tick. A timer exists while something on screen moves by itself: a countdown, a progress, a notice that goes
//! away, an age that changes by the minute. Input is answered at once; what only moves is drawn at a calmer pace.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::tasks::{self, Context, Msg};

use super::app::{App, Effect, Event, Exit, UiSettings, ViewState};
use super::terminal::clipboard::{Between, sequence};
use super::terminal::guard::{Ending, OnHangup, watch_signals, watch_terminal};
use super::terminal::input::{self, Input, Parking};
use super::terminal::{Screen, Shared};
use super::update::{prepare, start as first_effects, update};
use super::view::render;
use super::{connection, overlay, session, state_line};

/// How many events are taken in before a frame is due anyway.
const DRAINED: usize = 500;
/// How long the loop waits for a stop that it asked for (Ctrl-Z); longer means that nobody stops us.
const STOP_PATIENCE: Duration = Duration::from_millis(300);

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
    pub on_hangup: OnHangup,
}

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
    /// It only moves: progress, countdowns, ages.
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
            Self::Slow => 1000,
            Self::Calm => 250,
            Self::Soon => 34,
            Self::Now => 12,
        })
    }

    fn of(msg: &Msg) -> Self {
        match msg {
            Msg::Clock(_) | Msg::ReadingProgressed(..) | Msg::Requested(_) | Msg::BudgetRead(..) => {
                Self::Slow
            }
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
    let Start { context, mut settings, session, effects, messages, clock, on_hangup } = start;
    let variable = |name: &str| std::env::var(name).ok();
    settings.theme =
        settings.theme.resolve(variable("NO_COLOR").as_deref(), variable("COLORFGBG").as_deref());
    let mut app = App::new(context, &settings, clock()).map_err(RunError::Keys)?;
    if let Some(session) = &session {
        session::restore(&mut app, session);
    }
    let shared = Shared::default();
    let terminal = input::terminal()?;
    let watched = rustix::io::dup(&terminal).map_err(io::Error::from)?;
    let (typed, inputs) = mpsc::channel(256);
    let ending = Ending::new(shared.clone(), on_hangup);
    watch_signals(typed.clone(), ending.clone())?;
    let screen = Screen::enter(&shared, settings.mouse)?;
    watch_terminal(watched, ending)?;
    let parking = Parking::default();
    input::start(terminal, typed, parking.clone())?;
    let mut running = Loop {
        app,
        view: ViewState::default(),
        screen,
        effects,
        backlog: VecDeque::new(),
        clock,
        between: Between::detect(variable),
        parking,
        due: Some(Pace::Now),
        drawn_at: None,
        done: None,
        shared,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let exit = runtime.block_on(running.run(inputs, messages))?;
    running.screen.leave()?;
    Ok(exit)
}

struct Loop {
    app: App,
    view: ViewState,
    screen: Screen,
    effects: mpsc::Sender<tasks::Effect>,
    backlog: VecDeque<tasks::Effect>,
    clock: Box<dyn Fn() -> Timestamp>,
    between: Between,
    parking: Parking,
    due: Option<Pace>,
    drawn_at: Option<Instant>,
    done: Option<Exit>,
    shared: Shared,
}

impl Loop {
    async fn run(
        &mut self,
        mut inputs: mpsc::Receiver<Input>,
        mut messages: mpsc::Receiver<Msg>,
    ) -> io::Result<Exit> {
        let effects = self.effects.clone();
        // The first frame before anything else.
        self.draw()?;
        self.perform(first_effects(), &mut inputs).await?;
        loop {
            if let Some(exit) = self.done {
                self.hand_over().await;
                return Ok(exit);
            }
            let wake = self.wake();
            tokio::select! {
                biased;
                input = inputs.recv() => match input {
                    Some(input) => self.typed(input, &mut inputs).await?,
                    // The terminal is gone; the guard ends the process.
                    None => std::future::pending().await,
                },
                msg = messages.recv() => match msg {
                    Some(msg) => self.told(msg, &mut inputs).await?,
                    None => self.done = Some(Exit::TasksEnded),
                },
                permit = effects.reserve(), if !self.backlog.is_empty() => match permit {
                    Ok(permit) => if let Some(effect) = self.backlog.pop_front() { permit.send(effect) },
                    Err(_) => self.done = Some(Exit::TasksEnded),
                },
                () = sleep(wake), if wake.is_some() => self.tick(),
            }
            for _ in 0..DRAINED {
                if let Ok(input) = inputs.try_recv() {
                    self.typed(input, &mut inputs).await?;
                } else if let Ok(msg) = messages.try_recv() {
                    self.told(msg, &mut inputs).await?;
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
        if let Some(pace) = self.due {
            return Some(pace.gap().saturating_sub(since));
        }
        if state_line::moves(&self.app) || connection::moves(&self.app) || overlay::sign_in::moves(&self.app)
        {
            return Some(Pace::Slow.gap().saturating_sub(since));
        }
        let now = self.app.now();
        let next = state_line::changes_at(&self.app).into_iter().chain(self.app.toasts.until(now)).min()?;
        let wait = Duration::try_from(next.duration_since((self.clock)())).unwrap_or_default();
        Some(wait.max(Duration::from_millis(20)))
    }

    async fn typed(&mut self, input: Input, inputs: &mut mpsc::Receiver<Input>) -> io::Result<()> {
        use crossterm::event::Event as Typed;
        self.tell_time();
        let event = match input {
            Input::Typed(Typed::Key(key)) => Event::Key(key),
            Input::Typed(Typed::Paste(text)) => Event::Paste(text),
            Input::Typed(Typed::Mouse(mouse)) => Event::Mouse(mouse),
            Input::Typed(Typed::Resize(width, height)) => Event::Resize(width, height),
            Input::Typed(Typed::FocusGained | Typed::FocusLost) => return Ok(()),
            Input::Resized => Event::Resize(0, 0),
            Input::Continued => {
                // Somebody stopped us from outside, and the shell used the terminal meanwhile.
                self.screen.take()?;
                Event::Resize(0, 0)
            }
        };
        self.owe(Pace::Now);
        let effects = update(&mut self.app, event);
        self.perform(effects, inputs).await
    }

    async fn told(&mut self, msg: Msg, inputs: &mut mpsc::Receiver<Input>) -> io::Result<()> {
        let pace = Pace::of(&msg);
        self.tell_time();
        self.owe(pace);
        let effects = update(&mut self.app, Event::Msg(msg));
        self.perform(effects, inputs).await
    }

    async fn perform(&mut self, effects: Vec<Effect>, inputs: &mut mpsc::Receiver<Input>) -> io::Result<()> {
        for effect in effects {
            match effect {
                Effect::Task(effect) => self.send(effect),
                Effect::Copy(text) => self.copy(&text)?,
                Effect::Suspend => self.suspend(inputs).await?,
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
        match sequence(text, self.between) {
            Some(bytes) => {
                self.screen.write_raw(&bytes)?;
                self.app.say(format!("sent to the terminal for its clipboard: {text}"));
            }
            None => self.app.complain("too long for the clipboard of a terminal; e writes a file instead"),
        }
        self.owe(Pace::Now);
        Ok(())
    }

    /// Ctrl-Z: the terminal is given back, the whole process group stops, and everything is drawn anew when it goes on.
    async fn suspend(&mut self, inputs: &mut mpsc::Receiver<Input>) -> io::Result<()> {
        self.parking.park(true);
        self.screen.leave()?;
        if rustix::process::kill_current_process_group(rustix::process::Signal::TSTP).is_ok() {
            // The stop may reach us a moment later. Where nobody stops us (no job control) we simply go on.
            let patience = tokio::time::sleep(STOP_PATIENCE);
            tokio::pin!(patience);
            loop {
                tokio::select! {
                    () = &mut patience => break,
                    input = inputs.recv() => if matches!(input, None | Some(Input::Continued)) { break },
                }
            }
        }
        self.screen.take()?;
        self.parking.park(false);
        self.tell_time();
        self.owe(Pace::Now);
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        self.due = None;
        if self.shared.is_ending() {
            return Ok(());
        }
        prepare(&mut self.app);
        let Self { app, view, screen, .. } = self;
        screen.draw(|area, buf| {
            render(app, view, area, buf);
            view.cursor
        })?;
        self.drawn_at = Some(Instant::now());
        let drawn = self.view.drawn.clone();
        update(&mut self.app, Event::Drawn(drawn));
        Ok(())
    }
}

async fn sleep(wake: Option<Duration>) {
    tokio::time::sleep(wake.unwrap_or_default()).await;
}
