//! The whole way through every layer but the screen: the simulator over real HTTP, the clients, the store, the plan, the
//! apply run.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeMap;
use std::sync::Arc;

use ado2entra::config::{Overrides, load};
use ado2entra::domain::activity::Source;
use ado2entra::domain::plan::{Decision, PlanRow, RowState, Seen, SeenPerson, SeenTarget};
use ado2entra::domain::schedule::{Disposition, ScheduleInput, schedule};
use ado2entra::domain::{ConnectionState, Outcome, StorageKey};
use ado2entra::simulator::{self, Options, Simulator};
use ado2entra::tasks::effect::{ApplyOrder, Effect};
use ado2entra::tasks::gather::{apply, gather, settle_analysis};
use ado2entra::tasks::{Model, Msg, Runner, Session, Setup};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;

struct Stage {
    simulator: Simulator,
    session: Arc<Session>,
    messages: Receiver<Msg>,
    _state: TempDir,
}

async fn stage(options: Options) -> Stage {
    let simulator = simulator::start(options).await.unwrap();
    let state = TempDir::new().unwrap();
    let file = state.path().join("config.toml");
    std::fs::write(&file, simulator.config_toml(&state.path().join("state"))).unwrap();
    let (session, messages) = open(&file, false).await;
    Stage { simulator, session, messages, _state: state }
}

async fn open(file: &std::path::Path, read_only: bool) -> (Arc<Session>, Receiver<Msg>) {
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
    async fn read(&mut self) -> Model {
        gather(&self.session, &mut self.messages, &Source::ALL, |_, _| ()).await
    }

    /// Decides as bulk acceptance does, through the same effect as the dashboard.
    async fn accept_safe(&mut self, model: &mut Model) -> Vec<StorageKey> {
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
                seen: Some(Seen {
                    person: SeenPerson::from(roster.get(key).unwrap()),
                    target: directory.get(*target).map(SeenTarget::from),
                }),
                ..PlanRow::undecided(key.clone())
            })
            .collect();
        let keys = rows.iter().map(|row| row.storage_key.clone()).collect();
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
        keys
    }

    fn order(&self, model: &Model) -> ApplyOrder {
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

    async fn apply(&mut self, model: &mut Model) -> BTreeMap<StorageKey, RowState> {
        let order = self.order(model);
        assert_eq!(order.schedule.refusals, Vec::<String>::new());
        apply(&self.session, &mut self.messages, model, order, |_, _| ()).await;
        let (_, stopped) = model.apply.as_ref().unwrap().finished.clone().unwrap();
        assert!(stopped.is_none(), "{}", stopped.unwrap());
        model.apply.as_ref().unwrap().rows.values().map(|row| (row.storage_key.clone(), row.state)).collect()
    }
}

#[tokio::test]
async fn safe_people_are_mapped_and_proven_after_the_switch() {
    let mut stage = stage(Options::default()).await;
    let mut model = stage.read().await;
    let analysis = model.analysis.clone().unwrap();
    assert_eq!(analysis.state, ConnectionState::NotConnected);
    let counts = analysis.forecast.as_ref().unwrap().counts();
    for outcome in Outcome::ALL {
        assert!(counts.get(&outcome).is_some_and(|n| *n > 0), "nobody is {outcome}: {counts:?}");
    }

    let decided = stage.accept_safe(&mut model).await;
    assert!(decided.len() >= 3, "{counts:?}");

    // Before the switch a map waits, and nothing is sent.
    let order = stage.order(&model);
    assert!(order.schedule.rows.iter().all(|row| !matches!(row.disposition, Disposition::Send(_))));
    assert!(stage.simulator.control().patches().is_empty());

    stage.simulator.control().connect();
    let mut model = stage.read().await;
    assert_eq!(model.analysis.as_ref().unwrap().state, ConnectionState::Connected);
    let states = stage.apply(&mut model).await;
    for key in &decided {
        assert_eq!(states.get(key), Some(&RowState::Verified), "{key}: {:?}", model.plan.row(key));
    }
    let sent = stage.simulator.control().mappings();
    for key in &decided {
        assert!(
            sent.get(key.as_str()).is_none_or(|n| *n == 1),
            "{key} was mapped {:?} times",
            sent.get(key.as_str())
        );
    }
}
