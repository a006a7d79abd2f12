//! A simulator, a session on it, and what an administrator does with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use ado2entra::config::{Overrides, load};
use ado2entra::domain::activity::Source;
use ado2entra::domain::plan::{Decision, PlanRow, RowState, Seen, SeenPerson, SeenTarget};
use ado2entra::domain::schedule::{ScheduleInput, schedule};
use ado2entra::domain::{Outcome, Problem, StorageKey};
use ado2entra::simulator::{self, Options, Simulator};
use ado2entra::tasks::effect::{ApplyOrder, Effect};
use ado2entra::tasks::gather::{apply, gather, settle_analysis};
use ado2entra::tasks::{Model, Msg, Runner, Session, Setup};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;

pub struct Stage {
    pub simulator: Simulator,
    pub session: Arc<Session>,
    pub messages: Receiver<Msg>,
    /// Why the latest run ended early, if it did.
    pub stopped: Option<Problem>,
    state: TempDir,
}

pub async fn stage(options: Options) -> Stage {
    let simulator = simulator::start(options).await.unwrap();
    let state = TempDir::new().unwrap();
    let file = state.path().join("config.toml");
    std::fs::write(&file, simulator.config_toml(&state.path().join("state"))).unwrap();
    let (session, messages) = open(&file, false).await;
    Stage { simulator, session, messages, stopped: None, state }
}

pub async fn open(file: &std::path::Path, read_only: bool) -> (Arc<Session>, Receiver<Msg>) {
    let loaded = load(Some(file), &Overrides::default(), &|_| None).unwrap();
    Session::open(Setup {
        state_directory: loaded.config.state_directory(&|_| None).unwrap(),
        config: loaded.config,
        environment: ado2entra::tasks::environment_of(std::env::vars_os()),
        read_only,
        simulated: true,
        sealed: true,
        use_store: true,
    })
    .await
    .unwrap()
}

impl Stage {
    /// Another session on the same store, as after a restart.
    pub async fn restart(&mut self, read_only: bool) {
        self.session.flush().await;
        let (session, messages) = open(&self.state.path().join("config.toml"), read_only).await;
        (self.session, self.messages) = (session, messages);
    }

    /// Read, accept the safe ones, connect, read again: ready to apply.
    pub async fn decided_and_connected(&mut self) -> (Model, Vec<StorageKey>) {
        let mut model = self.read().await;
        let decided = self.accept_safe(&mut model).await;
        assert!(decided.len() >= 3, "the scenario has safe people");
        self.simulator.control().connect();
        (self.read().await, decided)
    }

    pub async fn read(&mut self) -> Model {
        gather(&self.session, &mut self.messages, &Source::ALL, |_, _| ()).await
    }

    /// Decides about one person, through the same effect as the dashboard.
    pub async fn decide(&mut self, model: &mut Model, key: &StorageKey, decision: Decision) {
        let roster = model.roster.value.clone().unwrap();
        let row = PlanRow {
            decision,
            decided_at: Some(Timestamp::now()),
            decided_on: model
                .analysis
                .as_ref()
                .unwrap()
                .forecast
                .as_ref()
                .unwrap()
                .get(key)
                .map(|p| p.outcome),
            seen: Some(Arc::new(Seen { person: SeenPerson::from(roster.get(key).unwrap()), target: None })),
            ..PlanRow::undecided(key.clone())
        };
        self.save(model, vec![row]).await;
    }

    async fn save(&mut self, model: &mut Model, rows: Vec<PlanRow>) {
        let runner = Runner::new(Arc::clone(&self.session));
        runner.run(Effect::SaveRows(7, rows.clone()));
        loop {
            match self.messages.recv().await.unwrap() {
                Msg::RowsSaved(7) => break,
                Msg::RowsNotSaved(7, problem) => panic!("{problem}"),
                other => drop(model.absorb(&other)),
            }
        }
        model.keep_rows(rows);
        settle_analysis(&self.session, &mut self.messages, model, |_, _| ()).await;
    }

    /// Decides as bulk acceptance does, through the same effect as the dashboard.
    pub async fn accept_safe(&mut self, model: &mut Model) -> Vec<StorageKey> {
        let analysis = model.analysis.clone().unwrap();
        let (roster, directory) =
            (model.roster.value.clone().unwrap(), model.directory.value.clone().unwrap());
        let bulk = ado2entra::domain::plan::bulk::accept_safe(
            &roster,
            &directory,
            analysis.forecast.as_ref().unwrap(),
            &model.plan,
            &analysis.situation,
        );
        let rows: Vec<PlanRow> = bulk
            .rows
            .iter()
            .map(|(key, target)| PlanRow {
                decision: Decision::Map { target: *target },
                decided_at: Some(Timestamp::now()),
                decided_on: Some(Outcome::Safe),
                seen: Some(Arc::new(Seen {
                    person: SeenPerson::from(roster.get(key).unwrap()),
                    target: directory.get(*target).map(SeenTarget::from),
                })),
                ..PlanRow::undecided(key.clone())
            })
            .collect();
        let keys = rows.iter().map(|row| row.storage_key.clone()).collect();
        self.save(model, rows).await;
        keys
    }

    pub fn order(&self, model: &Model) -> ApplyOrder {
        let analysis = model.analysis.clone().unwrap();
        let (roster, directory) =
            (model.roster.value.clone().unwrap(), model.directory.value.clone().unwrap());
        ApplyOrder {
            schedule: schedule(&ScheduleInput {
                roster: &roster,
                roster_read_at: model.roster.read_at.unwrap(),
                directory: &directory,
                directory_read_at: model.directory.read_at.unwrap(),
                facts: &model.facts,
                forecast: analysis.forecast.as_ref().unwrap(),
                situation: &analysis.situation,
                plan: &model.plan,
                only: None,
                now: Timestamp::now(),
                reread_after: SignedDuration::from_mins(60),
            }),
            confirmed_name: self.session.context.organization.clone(),
            only: None,
        }
    }

    pub async fn apply(&mut self, model: &mut Model) -> BTreeMap<StorageKey, RowState> {
        let order = self.order(model);
        assert_eq!(order.schedule.refusals, Vec::<String>::new());
        apply(&self.session, &mut self.messages, model, order, |_, _| ()).await;
        self.stopped = model.apply.as_ref().unwrap().finished.clone().unwrap().1;
        model.apply.as_ref().unwrap().rows.values().map(|row| (row.storage_key.clone(), row.state)).collect()
    }
}
