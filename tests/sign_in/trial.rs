//! What the set-up screen does: tries the ways of a configuration, and hands the sign-in on.

use std::path::Path;
use std::time::Duration;

use ado2entra::config;
use ado2entra::domain::ProblemKind;
use ado2entra::domain::signin::SignInStep;
use ado2entra::simulator::{Options, SignInAnswer, SignInWay, Simulator, start};
use ado2entra::tasks::signin::Trial;
use ado2entra::tasks::{Effect, Environment, Fact, Msg, Runner, Session, Setup};

async fn simulator() -> Simulator {
    let simulator = start(Options::default()).await.unwrap();
    simulator.control().pace_sign_ins(Duration::ZERO, Duration::from_secs(900));
    simulator
}

fn setup(simulator: &Simulator, state: &Path, way: SignInWay) -> Setup {
    let text = simulator.config_toml_with(state, way);
    Setup {
        config: config::parse(&text, Path::new("made here"), &|_| None).unwrap(),
        environment: Environment::of([
            ("PATH", "/usr/bin:/bin"),
            ("ADO2ENTRA_SIMULATED_SECRET", simulator.client_secret()),
        ]),
        state_directory: state.to_owned(),
        read_only: false,
        simulated: true,
        sealed: true,
        use_store: false,
    }
}

#[tokio::test]
async fn both_ways_are_tried_and_the_sign_in_is_handed_on() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator().await;
    let (trial, mut messages) = Trial::new(&setup(&simulator, folder.path(), SignInWay::DeviceCode)).unwrap();
    let entra = trial.entra().await.unwrap();
    assert_eq!((entra.way.as_str(), entra.user_type.as_deref()), ("device-code", Some("Member")));
    assert!(entra.granted.missing().unwrap().is_empty(), "{:?}", entra.notes);
    let azure_devops = trial.azure_devops().await.unwrap();
    assert_eq!(azure_devops.way, "command");
    assert!(azure_devops.who.is_some());
    let mut codes = 0;
    while let Ok(msg) = messages.try_recv() {
        codes += usize::from(matches!(msg, Msg::SignIn(SignInStep::CodeShown(_))));
    }
    assert_eq!(codes, 1);

    let opened = Session::open(setup(&simulator, folder.path(), SignInWay::DeviceCode)).await.unwrap();
    let (session, mut messages) = opened;
    trial.hand_over(&session);
    Runner::new(session).run(Effect::Read(vec![ado2entra::domain::activity::Source::Me]));
    loop {
        match messages.recv().await.unwrap() {
            Msg::FactRead(Fact::Me(me), _) => break drop(me.unwrap()),
            Msg::SignIn(step) => panic!("somebody was asked again: {step:?}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_trial_is_cancelled_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator().await;
    simulator.control().answer_sign_ins(SignInAnswer::Waits);
    let (trial, mut messages) = Trial::new(&setup(&simulator, folder.path(), SignInWay::DeviceCode)).unwrap();
    let other = trial.clone();
    let waiting = tokio::spawn(async move { other.entra().await });
    while !matches!(messages.recv().await.unwrap(), Msg::SignIn(SignInStep::CodeShown(_))) {}
    trial.cancel();
    assert_eq!(waiting.await.unwrap().unwrap_err().kind, ProblemKind::Cancelled);
    simulator.control().answer_sign_ins(SignInAnswer::ByItself);
    trial.entra().await.unwrap();
}

#[tokio::test]
async fn an_application_is_tried_too() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator().await;
    let (trial, _messages) = Trial::new(&setup(&simulator, folder.path(), SignInWay::ClientSecret)).unwrap();
    let entra = trial.entra().await.unwrap();
    assert_eq!(entra.way, "client-secret");
    assert!(entra.user_type.is_none() && entra.notes.iter().any(|note| note.contains("cannot be checked")));
}
