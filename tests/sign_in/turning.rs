//! The switch behind the screen: who notices it, by which way it goes on, and which cause a lock-out has, each against the
//! simulation.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ado2entra::config;
use ado2entra::domain::activity::Source;
use ado2entra::domain::connection::LockoutCause;
use ado2entra::domain::{Backing, Goal, Phase};
use ado2entra::simulator::{Fault, Options, Scenario, Simulator, TenantChange, start};
use ado2entra::tasks::gather::gather;
use ado2entra::tasks::{Effect, Environment, Model, Msg, Runner, Session, Setup, analyse};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;

/// Something that an administrator of the tenant does, to the user with this name.
type Act = fn(&Simulator, &str);

struct Desk {
    simulator: Simulator,
    session: Arc<Session>,
    messages: Receiver<Msg>,
    model: Model,
    _state: TempDir,
}

impl Desk {
    /// Everything read; the configuration is changed like this, and polling is as said.
    async fn new(scenario: Scenario, change: impl Fn(&str) -> String, polling: &str) -> Self {
        let simulator = start(Options { scenario, ..Options::default() }).await.unwrap();
        simulator.control().set_fault(Fault::PatDiesAtConnect, true);
        let state = tempfile::tempdir().unwrap();
        let text = change(&simulator.config_toml(&state.path().join("state")));
        let text = format!("{text}\n[polling]\n{polling}\n");
        let setup = Setup {
            config: config::parse(&text, Path::new("made here"), &|_| None).unwrap(),
            environment: Environment::of([("PATH", "/usr/bin:/bin")]),
            state_directory: state.path().join("state"),
            read_only: false,
            simulated: true,
            sealed: true,
            use_store: true,
        };
        let (session, mut messages) = Session::open(setup).await.unwrap();
        let model = gather(&session, &mut messages, &Source::ALL, |_, _| ()).await;
        Self { simulator, session, messages, model, _state: state }
    }

    /// Watches until this holds.
    async fn until(&mut self, what: &str, holds: impl Fn(&Model) -> bool) {
        let runner = Runner::new(Arc::clone(&self.session));
        runner.run(Effect::Watch(true));
        let work = async {
            while !holds(&self.model) {
                let msg = self.messages.recv().await.unwrap();
                if self.model.absorb(&msg) {
                    let analysis = Arc::new(analyse(self.model.analysis_input()));
                    self.model.absorb(&Msg::Analysed(analysis));
                }
            }
        };
        let ended = tokio::time::timeout(Duration::from_secs(60), work).await;
        let (events, problem) = (&self.model.events, &self.model.facts.operator.problem);
        assert!(ended.is_ok(), "waited for {what} in vain: {events:?} {problem:?}");
        runner.run(Effect::Watch(false));
    }

    fn cause(&self) -> Option<LockoutCause> {
        self.model.analysis.as_ref()?.lockout.as_ref().map(|lockout| lockout.cause)
    }
}

fn is_locked_out(model: &Model) -> bool {
    model.analysis.as_ref().is_some_and(|analysis| analysis.lockout.is_some())
}

fn plain(text: &str) -> String {
    text.to_owned()
}

fn same(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("after_command"));
    lines.collect::<Vec<_>>().join("\n").replace("after_connect = \"command\"", "after_connect = \"same\"")
}

const PROBED: &str = "tenant = 1\nusers = 0\nhealth = 0";

#[tokio::test]
async fn whoever_is_refused_looks_at_once_whether_it_is_the_switch() {
    // The probe never asks by itself.
    let mut desk = Desk::new(Scenario::Ready, plain, "tenant = 0\nusers = 1\nhealth = 0").await;
    assert_eq!(desk.model.analysis.as_ref().unwrap().goal, Goal::Connect);
    desk.simulator.control().connect();
    desk.until("the switch", |model| model.turn.is_some() && model.facts.operator.problem.is_none()).await;
    let turn = desk.model.turn.unwrap();
    assert_eq!(turn.from, Backing::MicrosoftAccounts);
    assert_eq!(
        turn.to.tenant().map(|tenant| tenant.to_string()).as_deref(),
        Some(desk.simulator.tenant_id())
    );
    desk.until("mapping", |model| model.analysis.as_ref().is_some_and(|it| it.phase == Phase::Map)).await;
    // It was announced once, and what was read before is kept.
    let told = desk.model.events.iter().filter(|event| event.text.contains("the directory changed")).count();
    assert_eq!(told, 1, "{:?}", desk.model.events);
}

#[tokio::test]
async fn a_reading_that_somebody_asks_for_announces_the_switch_as_the_watch_would() {
    let mut desk = Desk::new(Scenario::Ready, plain, "tenant = 0\nusers = 0\nhealth = 0").await;
    desk.simulator.control().connect();
    Runner::new(Arc::clone(&desk.session)).run(Effect::Read(vec![Source::Backing]));
    desk.until("the switch", |model| model.turn.is_some() && model.facts.operator.problem.is_none()).await;
    desk.until("mapping", |model| model.analysis.as_ref().is_some_and(|it| it.phase == Phase::Map)).await;
    let told = desk.model.events.iter().filter(|event| event.text.contains("the directory changed")).count();
    assert_eq!(told, 1, "{:?}", desk.model.events);
}

#[tokio::test]
async fn a_switch_between_tenants_is_noticed_and_goes_on_by_the_new_way() {
    let mut desk = Desk::new(Scenario::Switch, plain, PROBED).await;
    let analysis = desk.model.analysis.clone().unwrap();
    assert_eq!(analysis.goal, Goal::Switch);
    desk.until("the old directory's name", |model| model.facts.backing_tenant.get().is_some()).await;
    assert_eq!(&*desk.model.facts.backing_tenant.get().unwrap().display_name, "Adatum Corporation");
    desk.simulator.control().connect();
    desk.until("the switch", |model| {
        model.turn.is_some() && model.analysis.as_ref().is_some_and(|it| it.phase == Phase::Map)
    })
    .await;
    assert_eq!(desk.cause(), None);
    assert!(matches!(desk.model.turn.unwrap().from, Backing::Tenant(_)));
}

#[tokio::test]
async fn the_wrong_directory_has_a_name() {
    let mut desk = Desk::new(Scenario::Ready, plain, PROBED).await;
    desk.simulator.control().set_fault(Fault::WrongDirectory, true);
    desk.simulator.control().connect();
    desk.until("the alert", |model| {
        let wrong = model.analysis.as_ref().and_then(|analysis| analysis.wrong_directory.as_ref());
        wrong.is_some_and(|wrong| wrong.name.is_some())
    })
    .await;
    let wrong = desk.model.analysis.as_ref().unwrap().wrong_directory.clone().unwrap();
    assert_eq!(wrong.name.as_deref(), Some("Northwind Traders"));
    assert!(wrong.lines[0].contains("Northwind Traders"), "{wrong:?}");
    assert_eq!(desk.cause(), None, "that is no lock-out, it is worse");
}

#[tokio::test]
async fn each_lock_out_has_its_cause() {
    // The token of before is used on, and is dead.
    let mut desk = Desk::new(Scenario::Ready, same, PROBED).await;
    desk.simulator.control().connect();
    desk.until("a lock-out", is_locked_out).await;
    assert_eq!(desk.cause(), Some(LockoutCause::TokenDead));

    // In `fabrikam` the operator is a Microsoft account, and the work account another person: without that one nobody gets in.
    let nothing: Act = |_, _| ();
    let guest: Act = |simulator, _| simulator.control().set_fault(Fault::MeIsGuest, true);
    let disabled: Act = |simulator, upn| {
        assert!(simulator.control().change_tenant_user(upn, &TenantChange::Disable));
    };
    for (act, cause) in
        [(nothing, LockoutCause::NotMapped), (guest, LockoutCause::Guest), (disabled, LockoutCause::Disabled)]
    {
        let mut desk = Desk::new(Scenario::Fabrikam, plain, PROBED).await;
        let me = desk.model.facts.me.get().unwrap().user_principal_name().to_owned();
        let key = desk.simulator.control().storage_key(&me).unwrap();
        assert!(desk.simulator.control().remove_person(&key));
        act(&desk.simulator, &me);
        Runner::new(Arc::clone(&desk.session)).run(Effect::Read(vec![Source::Me]));
        desk.simulator.control().connect();
        let guest_or_not = cause;
        desk.until("a lock-out", |model| {
            let lockout = model.analysis.as_ref().and_then(|analysis| analysis.lockout.as_ref());
            lockout.is_some_and(|lockout| lockout.cause == guest_or_not)
        })
        .await;
        let lockout = desk.model.analysis.as_ref().unwrap().lockout.clone().unwrap();
        assert!(lockout.remedy.iter().any(|line| line.contains("rescue page")), "{lockout:?}");
        if cause == LockoutCause::NotMapped {
            assert!(lockout.headline.contains("niamh.halloran@mailbox.example"), "{lockout:?}");
        }
    }
}
