//! What the set-up screen does: tries the ways of a configuration, and hands the sign-in on.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ado2entra::config::{self, Config};
use ado2entra::domain::signin::{SignInStep, SignedIn};
use ado2entra::simulator::{Options, SignInAnswer, SignInWay, Simulator, start};
use ado2entra::tasks::setup::{Finding, Prober, SetupEffect, SetupMsg, Subject};
use ado2entra::tasks::{Effect, Environment, Fact, Msg, Runner, Session, Setup};
use tokio::sync::mpsc::Receiver;

async fn simulator() -> Simulator {
    let simulator = start(Options::default()).await.unwrap();
    simulator.control().pace_sign_ins(Duration::ZERO, Duration::from_secs(900));
    simulator
}

fn config(simulator: &Simulator, state: &Path, way: SignInWay) -> Config {
    let text = simulator.config_toml_with(state, way);
    config::parse(&text, Path::new("made here"), &|_| None).unwrap()
}

fn environment(simulator: &Simulator) -> Environment {
    Environment::of([("PATH", "/usr/bin:/bin"), ("ADO2ENTRA_SIMULATED_SECRET", simulator.client_secret())])
}

/// Trials with the values of a configuration.
struct Trials {
    prober: Arc<Prober>,
    messages: Receiver<SetupMsg>,
    config: Config,
}

impl Trials {
    fn new(simulator: &Simulator, state: &Path, way: SignInWay) -> Self {
        let (prober, messages) = Prober::new(environment(simulator));
        Self { prober, messages, config: config(simulator, state, way) }
    }

    fn begin(&self, subject: Subject, number: u64) {
        let config = Box::new(self.config.clone());
        self.prober.run(SetupEffect::Try { subject, number, config, after: Duration::ZERO });
    }

    /// Everything that this try finds out.
    async fn found(&mut self, subject: Subject, number: u64) -> Vec<Finding> {
        self.begin(subject, number);
        let mut findings = Vec::new();
        loop {
            match self.messages.recv().await.unwrap() {
                SetupMsg::Found(of, by, finding) if (of, by) == (subject, number) => findings.push(*finding),
                SetupMsg::Ended(of, by) if (of, by) == (subject, number) => return findings,
                // Of a try that was ended.
                _ => {}
            }
        }
    }
}

fn signed_in(findings: &[Finding]) -> &SignedIn {
    let found = findings.iter().find_map(|finding| match finding {
        Finding::SignedIn(signed_in) => Some(signed_in.as_ref()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nobody signed in: {findings:?}"))
}

fn shows_a_code(finding: &Finding) -> bool {
    matches!(finding, Finding::SignIn(SignInStep::CodeShown(_)))
}

#[tokio::test]
async fn both_ways_are_tried_and_the_sign_in_is_handed_on() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator().await;
    let mut trials = Trials::new(&simulator, folder.path(), SignInWay::DeviceCode);
    let findings = trials.found(Subject::Entra, 1).await;
    let entra = signed_in(&findings);
    assert_eq!((entra.way.as_str(), entra.user_type.as_deref()), ("device-code", Some("Member")));
    assert!(entra.granted.missing().unwrap().is_empty(), "{:?}", entra.notes);
    assert_eq!(findings.iter().filter(|finding| shows_a_code(finding)).count(), 1);
    assert!(findings.iter().any(|finding| matches!(finding, Finding::Profile(_))), "{findings:?}");
    let read =
        |path: &str| simulator.control().requests().iter().filter(|it| it.path.ends_with(path)).count();
    assert_eq!(read("/organization"), 1, "the tenant's own page is read once");
    let findings = trials.found(Subject::AzureDevOps, 1).await;
    assert!(findings.iter().any(|finding| matches!(finding, Finding::Operator(_))), "{findings:?}");
    assert!(!findings.iter().any(shows_a_code));

    let opened = Session::open(Setup {
        config: config(&simulator, folder.path(), SignInWay::DeviceCode),
        environment: environment(&simulator),
        state_directory: folder.path().to_owned(),
        read_only: false,
        simulated: true,
        sealed: true,
        use_store: false,
    });
    let (session, mut messages) = opened.await.unwrap();
    trials.prober.hand_over(&session);
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
async fn a_trial_is_ended_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator().await;
    simulator.control().answer_sign_ins(SignInAnswer::Waits);
    let mut trials = Trials::new(&simulator, folder.path(), SignInWay::DeviceCode);
    trials.begin(Subject::Entra, 1);
    loop {
        if let SetupMsg::Found(_, 1, finding) = trials.messages.recv().await.unwrap()
            && shows_a_code(&finding)
        {
            break;
        }
    }
    trials.prober.run(SetupEffect::Stop(Subject::Entra));
    simulator.control().answer_sign_ins(SignInAnswer::ByItself);
    let findings = trials.found(Subject::Entra, 2).await;
    assert_eq!(signed_in(&findings).way, "device-code");
}

#[tokio::test]
async fn an_application_is_tried_too() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator().await;
    let mut trials = Trials::new(&simulator, folder.path(), SignInWay::ClientSecret);
    let findings = trials.found(Subject::Entra, 1).await;
    let entra = signed_in(&findings);
    assert_eq!(entra.way, "client-secret");
    assert!(entra.user_type.is_none() && entra.notes.iter().any(|note| note.contains("cannot be checked")));
}
