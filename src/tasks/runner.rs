//! Turns effects into work, and work into messages. The only place that starts tasks.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::{Problem, ProblemKind};
use crate::store::files::write_private;

use super::analysis::{AnalysisInput, analyse};
use super::apply::{self, Control};
use super::effect::Effect;
use super::import;
use super::lessons;
use super::msg::{ApplyEvent, Msg};
use super::record;
use super::session::Session;
use super::{after, alarm, reading, signin, snapshot, watch as polling};

/// How many answers a search gives.
pub(super) const SEARCH_ANSWERS: usize = 50;

/// Runs effects for one session.
#[derive(Debug)]
pub struct Runner {
    session: Arc<Session>,
    tracker: TaskTracker,
    watching: Mutex<Option<CancellationToken>>,
    control: watch::Sender<Control>,
}

impl Runner {
    /// For this session.
    pub fn new(session: Arc<Session>) -> Self {
        Self {
            session,
            tracker: TaskTracker::new(),
            watching: Mutex::new(None),
            control: watch::Sender::new(Control::Run),
        }
    }

    /// Starts the work; the answer comes as messages. In read-only mode what would change a service is refused here too,
    /// whoever asks.
    pub fn run(&self, effect: Effect) {
        let session = Arc::clone(&self.session);
        if session.context.read_only && effect.changes_a_service() {
            let problem = Problem::local(
                "applying the plan",
                "this run is read-only",
                "Start again without --read-only to apply.",
            );
            self.tracker.spawn(async move { session.tell(Msg::Failed(problem)).await });
            return;
        }
        match effect {
            Effect::Read(sources) => {
                // Somebody asked for it: whoever was not signed in may try again.
                session.services.ask_again();
                self.tracker.spawn(async move { reading::read(&session, &sources).await });
            }
            Effect::Watch(on) => self.watch(on),
            Effect::Attend(looks) => session.attention.set(looks),
            Effect::ReadTokens => {
                let roster = session.latest().roster;
                self.tracker.spawn(async move {
                    if let Some(roster) = roster {
                        return reading::tokens::read(&session, &roster).await;
                    }
                    let problem = Problem::local(
                        "reading tokens and SSH keys",
                        "the people of the organization are not read yet",
                        "Try again when they are.",
                    );
                    session.tell(Msg::Failed(problem)).await;
                });
            }
            Effect::Analyse(input) => self.analyse(*input),
            Effect::SaveRows(number, rows) => {
                self.tracker.spawn(async move {
                    signin::choose(&session.services, &rows);
                    let saved = match session.store() {
                        Ok(store) => store.save_rows(rows).await,
                        Err(problem) => Err(problem),
                    };
                    session
                        .tell(match saved {
                            Ok(()) => Msg::RowsSaved(number),
                            Err(problem) => Msg::RowsNotSaved(number, problem),
                        })
                        .await;
                });
            }
            Effect::Search { generation, query, directory, index } => {
                self.tracker.spawn(async move {
                    let found =
                        tokio::task::spawn_blocking(move || index.search(&directory, &query, SEARCH_ANSWERS));
                    if let Ok(found) = found.await {
                        session.tell(Msg::SearchAnswered(generation, Arc::new(found))).await;
                    }
                });
            }
            Effect::Apply(order) => {
                self.control.send_replace(Control::Run);
                let control = self.control.subscribe();
                self.tracker.spawn(async move { apply::run(&session, *order, control).await });
            }
            Effect::StopReading => session.stop_reading(),
            Effect::CancelSignIn => session.cancel_sign_in(),
            Effect::LendTerminal(number) => session.services.lend_terminal(number),
            Effect::PauseApply => self.steer(Control::Pause),
            Effect::ResumeApply => self.steer(Control::Run),
            Effect::TakeToken(service, token) => {
                let control = self.control.clone();
                self.tracker.spawn(async move {
                    match session.take_token(service, token).await {
                        Ok(()) => drop(control.send_replace(Control::Run)),
                        Err(problem) => session.tell(Msg::Failed(problem)).await,
                    }
                });
            }
            Effect::CancelApply => self.steer(Control::Cancel),
            Effect::VerifyRows => {
                self.tracker.spawn(async move { apply::verify_open_rows(&session, None).await });
            }
            Effect::VerifyOnly(only) => {
                self.tracker.spawn(async move { apply::verify_open_rows(&session, Some(&only)).await });
            }
            kept => self.keep(kept),
        }
    }

    /// Small things that go to the store or into a file.
    fn keep(&self, effect: Effect) {
        let session = Arc::clone(&self.session);
        self.tracker.spawn(async move {
            let msg = match effect {
                Effect::Tick(id, tick) => {
                    through_store(&session, |store| async move {
                        match tick.clone() {
                            Some(tick) => store.tick(id, tick).await?,
                            None => drop(store.untick(id).await?),
                        }
                        Ok(Msg::Ticked(id, tick))
                    })
                    .await
                }
                Effect::TickPhase(phase, tick) => {
                    through_store(&session, |store| async move {
                        match tick.clone() {
                            Some(tick) => store.tick_phase(phase, tick).await?,
                            None => drop(store.untick_phase(phase).await?),
                        }
                        Ok(Msg::PhaseTicked(phase, tick))
                    })
                    .await
                }
                Effect::ConfirmPair(pair, tick) => {
                    through_store(&session, |store| async move {
                        match tick.clone() {
                            Some(tick) => store.confirm(pair.clone(), tick).await?,
                            None => drop(store.unconfirm(pair.clone()).await?),
                        }
                        Ok(Msg::PairConfirmed(pair, tick))
                    })
                    .await
                }
                Effect::UsePattern(pattern, since) => {
                    through_store(&session, |store| async move {
                        match since {
                            Some(at) => store.use_pattern(pattern.clone(), at).await?,
                            None => drop(store.drop_pattern(pattern.clone()).await?),
                        }
                        Ok(Msg::PatternUsed(pattern, since))
                    })
                    .await
                }
                Effect::NameOwner(address) => {
                    through_store(&session, |store| async move {
                        store
                            .set_owner(address.clone())
                            .await
                            .map(|()| Msg::PlanLearned(Box::new(super::msg::PlanLesson::Owner(address))))
                    })
                    .await
                }
                Effect::SaveSession(json) => {
                    // Not worth a word to anybody when it cannot be kept.
                    if let (Ok(store), Ok(value)) = (session.store(), serde_json::from_str(&json)) {
                        let _ = store.session_put("dashboard", value).await;
                    }
                    return;
                }
                Effect::ReadImport(input) => import::read(&session, *input).await,
                Effect::TakeSnapshot(path) => {
                    let taken = snapshot::take(&session, &path, false, false).await;
                    written(taken.map(|_| path), "snapshot")
                }
                Effect::LookBack(before) => return after::tell(&session, before.as_deref()).await,
                Effect::TickPoint(id, tick) => match after::tick(&session, id, tick.clone()).await {
                    Ok(()) => Msg::PointTicked(id, tick),
                    Err(problem) => Msg::Failed(problem),
                },
                Effect::WriteFile { what, path, bytes, force } => {
                    let result = write_file(&path, bytes, force).await.map(|()| path);
                    written(result, &what)
                }
                _ => return,
            };
            session.tell(msg).await;
        });
    }

    fn watch(&self, on: bool) {
        let mut watching = self.watching.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stop) = watching.take() {
            stop.cancel();
        }
        self.session.set_watched(on);
        if on {
            let stop = CancellationToken::new();
            *watching = Some(stop.clone());
            self.tracker.spawn(apply::later::watch(Arc::clone(&self.session), stop.clone()));
            self.tracker.spawn(polling::watch(Arc::clone(&self.session), stop));
        }
    }

    fn analyse(&self, input: AnalysisInput) {
        let session = Arc::clone(&self.session);
        self.tracker.spawn(async move {
            let plan = Arc::clone(&input.plan);
            let Ok(analysis) = tokio::task::spawn_blocking(move || Arc::new(analyse(input))).await else {
                return;
            };
            session.tell(Msg::Analysed(Arc::clone(&analysis))).await;
            alarm::look(&session, &analysis, &plan).await;
            lessons::learn(&session, &analysis, &plan).await;
            lessons::keep_readings(&session, &analysis, &plan).await;
            if let Err(problem) = record::keep_readiness(&session, &analysis).await {
                session.tell(Msg::Failed(problem)).await;
            }
        });
    }

    fn steer(&self, control: Control) {
        self.control.send_replace(control);
        if control == Control::Pause {
            let session = Arc::clone(&self.session);
            self.tracker.spawn(async move { session.tell(Msg::Apply(ApplyEvent::Paused(None))).await });
        }
    }
}

async fn through_store<F, Fut>(session: &Session, change: F) -> Msg
where
    F: FnOnce(crate::store::Store) -> Fut,
    Fut: Future<Output = Result<Msg, Problem>>,
{
    let result = match session.store() {
        Ok(store) => change(store.clone()).await,
        Err(problem) => Err(problem),
    };
    result.unwrap_or_else(Msg::Failed)
}

fn written(result: Result<std::path::PathBuf, Problem>, what: &str) -> Msg {
    match result {
        Ok(path) => Msg::FileWritten { what: what.to_owned(), path: path.display().to_string() },
        Err(problem) => Msg::Failed(problem),
    }
}

/// Writes a private file beside the screen's thread.
pub async fn write_file(path: &Path, bytes: Vec<u8>, force: bool) -> Result<(), Problem> {
    let owned = path.to_owned();
    match tokio::task::spawn_blocking(move || write_private(&owned, &bytes, force)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            let kind = if error.is_refusal() { ProblemKind::Refused } else { ProblemKind::Local };
            Err(Problem { kind, ..error.problem() })
        }
        Err(_) => Err(Problem::local(
            format!("writing {}", path.display()),
            "the work ended unexpectedly",
            "Try again.",
        )),
    }
}

/// The moment, for whoever may not look at the clock.
pub fn now() -> Timestamp {
    Timestamp::now()
}
