//! A simulator, a session on it, and what an administrator does with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use ado2entra::config::{Overrides, load};
use ado2entra::domain::activity::Source;
use ado2entra::domain::plan::{Decision, JournalEntry, PlanRow, RowState, Seen, SeenPerson, SeenTarget};
use ado2entra::domain::schedule::machine::Pace;
use ado2entra::domain::schedule::{ScheduleInput, schedule};
use ado2entra::domain::{Outcome, Problem, Service, StorageKey};
use ado2entra::simulator::{self, Options, Simulator};
use ado2entra::store::{Place, Store};
use ado2entra::tasks::effect::{ApplyOrder, Effect};
use ado2entra::tasks::gather::{apply, gather, settle_analysis, verify};
use ado2entra::tasks::{ApplyEvent, Environment, Model, Msg, Runner, Session, Setup};
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

/// As patient as a simulator on the same machine deserves.
pub fn hurried() -> Pace {
    let millis = Duration::from_millis;
    Pace {
        read_back: vec![Duration::ZERO, millis(50), millis(200)],
        silence: millis(400),
        visible: Duration::from_secs(600),
        guest_first: millis(100),
        guest_longest: millis(300),
        guest_limit: Duration::from_secs(20),
        ..Pace::default()
    }
}

pub async fn stage(options: Options) -> Stage {
    configured(options, "").await
}

/// With these lines under `[apply]`.
pub async fn configured(options: Options, apply: &str) -> Stage {
    let simulator = simulator::start(options).await.unwrap();
    let state = TempDir::new().unwrap();
    let file = state.path().join("config.toml");
    let config = simulator.config_toml(&state.path().join("state"));
    std::fs::write(&file, format!("{config}\n[apply]\n{apply}\n")).unwrap();
    let (session, messages) = open(&file, false).await;
    session.set_pace(hurried());
    Stage { simulator, session, messages, stopped: None, state }
}

/// With an access token in a variable, before and after the switch.
pub async fn with_a_token_in_a_variable() -> Stage {
    let simulator = simulator::start(Options::default()).await.unwrap();
    let state = TempDir::new().unwrap();
    let file = state.path().join("config.toml");
    let config = simulator.config_toml(&state.path().join("state"));
    let (before, rest) = config.split_once("[credentials.azure_devops]").unwrap();
    let (_, after) = rest.split_once("[credentials.entra]").unwrap();
    let way = "[credentials.azure_devops]\nkind = \"pat\"\nenv = \"TOKEN\"\nafter_connect = \"same\"\n";
    std::fs::write(&file, format!("{before}{way}\n[credentials.entra]{after}")).unwrap();
    let variables = [("PATH", "/usr/bin:/bin"), ("TOKEN", simulator.azure_devops_token())];
    let (session, messages) = open_with(&file, false, Environment::of(variables)).await;
    session.set_pace(hurried());
    Stage { simulator, session, messages, stopped: None, state }
}

pub async fn open(file: &std::path::Path, read_only: bool) -> (Arc<Session>, Receiver<Msg>) {
    open_with(file, read_only, ado2entra::tasks::environment_of(std::env::vars_os())).await
}

async fn open_with(
    file: &std::path::Path,
    read_only: bool,
    environment: Environment,
) -> (Arc<Session>, Receiver<Msg>) {
    let loaded = load(Some(file), &Overrides::default(), &|_| None).unwrap();
    Session::open(Setup {
        state_directory: loaded.config.state_directory(&|_| None).unwrap(),
        config: loaded.config,
        environment,
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
        session.set_pace(hurried());
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
            seen: Some(Arc::new(Seen {
                person: SeenPerson::from(roster.get(key).unwrap()),
                target: decision
                    .target()
                    .and_then(|id| model.directory.value.as_ref()?.get(id))
                    .map(SeenTarget::from),
            })),
            decision,
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
        self.order_for(model, None)
    }

    /// Only these people.
    pub fn order_for(&self, model: &Model, only: Option<BTreeSet<StorageKey>>) -> ApplyOrder {
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
                only: only.as_ref(),
                now: Timestamp::now(),
                reread_after: SignedDuration::from_mins(60),
            }),
            confirmed_name: self.session.context.organization.clone(),
            only,
        }
    }

    /// Reads back what is open; sends nothing.
    pub async fn verify(&mut self, model: &mut Model) {
        verify(&self.session, &mut self.messages, model, |_, _| ()).await;
    }

    /// Starts a run without waiting for it.
    pub fn begin(&self, model: &Model) -> Runner {
        let runner = Runner::new(Arc::clone(&self.session));
        runner.run(Effect::Apply(Box::new(self.order(model))));
        runner
    }

    /// Takes messages in until one of them is this.
    pub async fn until(&mut self, model: &mut Model, wanted: impl Fn(&Msg) -> bool) {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(60), self.messages.recv());
            let msg = next.await.unwrap().unwrap();
            model.absorb(&msg);
            if wanted(&msg) {
                return;
            }
        }
    }

    /// Takes messages in until the run asks for another token.
    pub async fn until_a_token_is_wanted(&mut self, model: &mut Model) -> Service {
        let service = std::cell::Cell::new(None);
        self.until(model, |msg| {
            if let Msg::Apply(ApplyEvent::TokenWanted(wanted)) = msg {
                service.set(Some(*wanted));
            }
            service.get().is_some()
        })
        .await;
        service.get().unwrap()
    }

    /// Writes a line into the journal as a run would that was killed right after it.
    pub async fn killed_after(&self, row: &PlanRow) {
        let destination = self.simulator.control().tenants()[0].0.parse().unwrap();
        let place =
            Place::new(self.state.path().join("state"), &self.session.context.organization, destination);
        let store = Store::open(&place).unwrap();
        let line = JournalEntry {
            at: Timestamp::now(),
            run: "killed".into(),
            storage_key: row.storage_key.clone(),
            decision: row.decision.clone(),
            target: row.decision.target(),
            state: RowState::Sending,
            attempt: row.attempts + 1,
            detail: "PATCH".into(),
            activity_id: None,
            new_storage_key: None,
        };
        store.append_journal(line).await.unwrap();
    }

    /// People of this outcome who are not privileged.
    pub fn people(model: &Model, outcome: Outcome) -> Vec<StorageKey> {
        let forecast = model.analysis.as_ref().unwrap().forecast.clone().unwrap();
        let people = forecast.people().iter();
        people
            .filter(|person| person.outcome == outcome && person.privileged == Some(false))
            .map(|person| person.storage_key.clone())
            .collect()
    }

    /// How many requests of this method ended in this path.
    pub fn requests(&self, method: &str, ending: &str) -> usize {
        let requests = self.simulator.control().requests();
        requests.iter().filter(|it| it.method == method && it.path.ends_with(ending)).count()
    }

    pub async fn apply(&mut self, model: &mut Model) -> BTreeMap<StorageKey, RowState> {
        let order = self.order(model);
        assert_eq!(order.schedule.refusals, Vec::<String>::new());
        apply(&self.session, &mut self.messages, model, order, |_, _| ()).await;
        self.stopped = model.apply.as_ref().unwrap().finished.clone().unwrap().1;
        model.apply.as_ref().unwrap().rows.values().map(|row| (row.storage_key.clone(), row.state)).collect()
    }
}
