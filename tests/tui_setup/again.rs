//! The next start: where one was, although the store opens only when the tenant's id is known.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ado2entra::config::parse;
use ado2entra::domain::StorageKey;
use ado2entra::domain::activity::Source;
use ado2entra::simulator::{Options, start};
use ado2entra::tasks::{self, Environment, Msg, Runner, Session, Setup};
use ado2entra::tui::people::SortBy;
use ado2entra::tui::update::update;
use ado2entra::tui::{App, Event, Tab, UiSettings};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use tokio::sync::mpsc;

const SAVED: &str = r#"{"tab":"Users","users_details":true,
    "users":{"filter":"outcome:review","sort":"last access","reversed":true,"person":"00000000-0000-4000-8000-000000000007"},
    "mapping":{"filter":"is:undecided","sort":"address","reversed":false,"person":null}}"#;

async fn app() -> App {
    let simulator = start(Options::default()).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let (session, _rx) =
        Session::open(setup(&simulator.config_toml(home.path()), home.path())).await.unwrap();
    App::new(Arc::clone(&session.context), &UiSettings::default(), Timestamp::UNIX_EPOCH).unwrap()
}

fn setup(toml: &str, home: &Path) -> Setup {
    Setup {
        config: parse(toml, Path::new("simulator"), &|_| None).unwrap(),
        environment: Environment::of([("PATH", "/usr/bin:/bin")]),
        state_directory: home.join("state"),
        read_only: false,
        simulated: true,
        sealed: true,
        use_store: true,
    }
}

#[tokio::test]
async fn where_one_was_comes_back_when_the_store_opens() {
    let mut app = app().await;
    update(&mut app, Event::Msg(Msg::SessionFound(SAVED.to_owned())));
    assert_eq!(app.tab, Tab::Users);
    assert!(app.users.details);
    assert_eq!(app.users.list.filter().text(), "outcome:review");
    assert_eq!(app.users.list.sort(), (SortBy::LastAccess, true));
    assert_eq!(app.mapping.list.filter().text(), "is:undecided");
}

#[tokio::test]
async fn nothing_moves_under_the_hands_of_somebody_who_has_begun() {
    let mut app = app().await;
    update(&mut app, Event::Key(KeyEvent::new(KeyCode::Char('3'), KeyModifiers::NONE)));
    update(&mut app, Event::Msg(Msg::SessionFound(SAVED.to_owned())));
    assert_eq!(app.tab, Tab::Connection);
    assert_eq!(app.users.list.filter().text(), "");
    assert_eq!(app.users.list.selected(), None::<&StorageKey>);
}

async fn until(messages: &mut mpsc::Receiver<Msg>, wanted: impl Fn(&Msg) -> bool) -> Msg {
    let waiting = async {
        loop {
            let msg = messages.recv().await.unwrap();
            if wanted(&msg) {
                return msg;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_given_as_a_domain_has_its_session_told_after_discovery() {
    let simulator = start(Options::default()).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let toml = simulator.config_toml(home.path());
    assert!(toml.contains(simulator.tenant_domain()), "by its domain");

    let (session, mut messages) = Session::open(setup(&toml, home.path())).await.unwrap();
    assert_eq!(session.saved_session().await, None, "the store is not open yet");
    let runner = Runner::new(Arc::clone(&session));
    runner.run(tasks::Effect::Read(vec![Source::Discovery]));
    until(&mut messages, |msg| matches!(msg, Msg::PlanLoaded(_))).await;
    runner.run(tasks::Effect::SaveSession(SAVED.to_owned()));
    let kept = async {
        while session.saved_session().await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), kept).await.unwrap();
    session.flush().await;
    drop((runner, session, messages));

    let (session, mut messages) = Session::open(setup(&toml, home.path())).await.unwrap();
    let runner = Runner::new(Arc::clone(&session));
    runner.run(tasks::Effect::Read(vec![Source::Discovery]));
    let Msg::SessionFound(found) = until(&mut messages, |msg| matches!(msg, Msg::SessionFound(_))).await
    else {
        panic!()
    };
    assert!(found.contains("outcome:review"), "{found}");
}
