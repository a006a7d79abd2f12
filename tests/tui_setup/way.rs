//! The whole first start against the simulator: what is typed is tried for real, and the file that comes of it opens a session.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ado2entra::config::{Config, commented, parse};
use ado2entra::simulator::{Fault, Options, Simulator, start};
use ado2entra::tasks::setup::{Prober, SetupMsg, Subject};
use ado2entra::tasks::{Environment, Session, Setup};
use ado2entra::tui::ThemeName;
use ado2entra::tui::keymap::Key;
use ado2entra::tui::setup::{Effect, End, Event, Sign, State, first_effects, outcome_of, update};
use ado2entra::tui::theme::Look;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokio::sync::mpsc;

/// Only a broken program lets this pass.
const PATIENCE: Duration = Duration::from_secs(60);

struct Stage {
    state: State,
    prober: std::sync::Arc<Prober>,
    messages: mpsc::Receiver<SetupMsg>,
    end: Option<End>,
    home: tempfile::TempDir,
    simulator: Simulator,
}

impl Stage {
    async fn new(faults: &[Fault]) -> Self {
        let simulator = start(Options { faults: faults.to_vec(), ..Options::default() }).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let whole = simulator.config_toml(&home.path().join("state"));
        let whole = parse(&whole, Path::new("simulator"), &|_| None).unwrap();
        // Only where the services are: everything else is typed.
        let base = Config { endpoints: whole.endpoints, state: whole.state, ..Config::default() };
        let path = home.path().join("config/ado2entra/config.toml");
        let state = State::new(Look::new(ThemeName::Mono, true), base, Some(path));
        let variables = [
            ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
            ("MY_PAT".to_owned(), simulator.azure_devops_token().to_owned()),
            ("GRAPH".to_owned(), simulator.graph_token().to_owned()),
        ];
        let (prober, messages) = Prober::new(Environment::of(variables));
        let mut made = Self { state, prober, messages, end: None, home, simulator };
        let effects = first_effects(&mut made.state);
        made.perform(effects);
        made
    }

    fn path(&self) -> PathBuf {
        self.home.path().join("config/ado2entra/config.toml")
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        let mut queue = VecDeque::from(effects);
        while let Some(effect) = queue.pop_front() {
            match effect {
                Effect::Task(effect) => self.prober.run(effect),
                Effect::End(end) => self.end = Some(end),
                other => panic!("{other:?}"),
            }
        }
    }

    fn event(&mut self, event: Event) {
        let effects = update(&mut self.state, event);
        self.perform(effects);
    }

    fn keys(&mut self, names: &str) {
        for name in names.split_whitespace() {
            let key = Key::parse(name).unwrap();
            self.event(Event::Key(KeyEvent::new(key.code, KeyModifiers::NONE)));
        }
    }

    fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.event(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
    }

    fn retype(&mut self, text: &str) {
        self.event(Event::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        self.types(text);
    }

    async fn until(&mut self, holds: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !holds(self) {
                let msg = self.messages.recv().await.unwrap();
                self.event(Event::Msg(msg));
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap();
    }

    async fn outcome(&mut self, subject: Subject) -> (Sign, String) {
        self.until(|stage| stage.state.trial(subject).is_some_and(|trial| trial.ended)).await;
        let outcome = outcome_of(&self.state, subject);
        let lines: Vec<String> = outcome.lines.into_iter().map(|(_, line)| line).collect();
        (outcome.sign, format!("{}\n{}", outcome.brief, lines.join("\n")))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_nothing_to_a_file_that_opens_a_session() {
    let mut stage = Stage::new(&[]).await;
    let organization = stage.simulator.organization().to_owned();
    stage.types(&format!("https://dev.azure.com/{organization}"));
    stage.keys("Tab");
    let (sign, said) = stage.outcome(Subject::Organization).await;
    assert_eq!((sign, said.contains("Microsoft accounts")), (Sign::Good, true), "{said}");

    // The variable of the default is not set; the remedy names it.
    let (sign, said) = stage.outcome(Subject::AzureDevOps).await;
    assert_eq!((sign, said.contains("AZURE_DEVOPS_EXT_PAT")), (Sign::Bad, true), "{said}");

    let domain = stage.simulator.tenant_domain().to_owned();
    stage.types(&domain);
    stage.keys("Tab");
    let (sign, said) = stage.outcome(Subject::Tenant).await;
    assert_eq!((sign, said.contains("public cloud")), (Sign::Good, true), "{said}");

    stage.keys("Tab");
    stage.retype("MY_PAT");
    stage.keys("Tab");
    let (sign, said) = stage.outcome(Subject::AzureDevOps).await;
    assert!(sign <= Sign::Care && said.contains("May read the organization's people"), "{sign:?} {said}");

    // Graph by a token in a variable: the last of the kinds.
    stage.keys("Left Tab");
    stage.types("GRAPH");
    stage.keys("Tab");
    let (sign, said) = stage.outcome(Subject::Entra).await;
    assert!(sign <= Sign::Care && said.contains("May read the tenant's people"), "{sign:?} {said}");
    let (_, tenant) = stage.outcome(Subject::Tenant).await;
    assert!(tenant.starts_with("Contoso"), "its name is known now: {tenant}");

    stage.keys("w Enter");
    stage.until(|stage| stage.end.is_some()).await;
    let Some(End::Written(path, config)) = stage.end.clone() else { panic!("{:?}", stage.end) };
    assert_eq!(path, stage.path());
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, commented(&config));
    assert!(!text.contains(stage.simulator.azure_devops_token()), "no secret is in it");
    assert!(stage.simulator.control().patches().is_empty(), "nothing was changed at a service");

    let parsed = parse(&text, &path, &|_| None).unwrap();
    assert_eq!(parsed, *config);
    let state_directory = stage.home.path().join("state");
    let setup = Setup {
        config: parsed,
        environment: Environment::of([("PATH", "/usr/bin:/bin")]),
        state_directory,
        read_only: false,
        simulated: true,
        sealed: true,
        use_store: true,
    };
    let (session, _messages) = Session::open(setup).await.unwrap();
    assert_eq!(session.context.organization, organization);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_do_not_exist_are_said_with_what_to_do() {
    let mut stage = Stage::new(&[]).await;
    stage.types("no-such-organization");
    stage.keys("Tab");
    let (sign, said) = stage.outcome(Subject::Organization).await;
    assert_eq!((sign, said.contains("there is no such organization")), (Sign::Bad, true), "{said}");
    stage.types("nowhere.example");
    stage.keys("Tab");
    let (sign, said) = stage.outcome(Subject::Tenant).await;
    assert_eq!((sign, said.contains("there is no such tenant")), (Sign::Bad, true), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_of_another_cloud_is_said() {
    let mut stage = Stage::new(&[Fault::GovernmentTenant]).await;
    stage.keys("Tab");
    let domain = stage.simulator.tenant_domain().to_owned();
    stage.types(&domain);
    stage.keys("Tab");
    let (sign, said) = stage.outcome(Subject::Tenant).await;
    assert_eq!((sign, said.contains("Azure Government")), (Sign::Bad, true), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_shown_once_and_its_sign_in_goes_on_into_the_session() {
    use ado2entra::simulator::SignInAnswer;
    let mut stage = Stage::new(&[]).await;
    stage.simulator.control().answer_sign_ins(SignInAnswer::Waits);
    stage.simulator.control().pace_sign_ins(Duration::from_millis(50), Duration::from_secs(600));
    stage.types(stage.simulator.organization().to_owned().as_str());
    stage.keys("Tab");
    let domain = stage.simulator.tenant_domain().to_owned();
    stage.types(&domain);
    // Azure DevOps by the same sign-in as Graph, and that by a code; after the switch, too.
    stage.keys("Tab Right Right Tab Right Tab");
    stage.types(stage.simulator.client_id());
    stage.keys("Tab");
    let code = |stage: &Stage| {
        Subject::ALL.into_iter().find(|subject| {
            outcome_of(&stage.state, *subject).lines.iter().any(|(_, line)| line.contains("type the code"))
        })
    };
    stage.until(|stage| code(stage).is_some()).await;
    assert_eq!(stage.simulator.control().waiting_codes().len(), 1, "one code for all three");
    stage.simulator.control().approve_sign_in();
    let (sign, said) = stage.outcome(Subject::Entra).await;
    assert!(sign <= Sign::Care && said.contains("Signed in as"), "{sign:?} {said}");
    let (sign, said) = stage.outcome(Subject::AfterConnect).await;
    assert_eq!((sign, said.contains("a token of the destination")), (Sign::Good, true), "{said}");
    stage
        .until(|stage| {
            Subject::ALL
                .into_iter()
                .all(|subject| stage.state.trial(subject).is_some_and(|trial| trial.ended))
        })
        .await;
    assert!(stage.simulator.control().waiting_codes().is_empty(), "nobody was asked again");

    stage.keys("w Enter");
    stage.until(|stage| stage.end.is_some()).await;
    let Some(End::Written(_, config)) = stage.end.clone() else { panic!("{:?}", stage.end) };
    let setup = Setup {
        config: *config,
        environment: Environment::of([("PATH", "/usr/bin:/bin")]),
        state_directory: stage.home.path().join("state"),
        read_only: false,
        simulated: true,
        sealed: true,
        use_store: true,
    };
    let (session, mut messages) = Session::open(setup).await.unwrap();
    stage.prober.hand_over(&session);
    let runner = ado2entra::tasks::Runner::new(session);
    runner.run(ado2entra::tasks::Effect::Read(vec![ado2entra::domain::activity::Source::Me]));
    let read = async {
        loop {
            use ado2entra::tasks::{Fact, Msg};
            if let Msg::FactRead(fact @ Fact::Me(_), _) = messages.recv().await.unwrap() {
                return fact;
            }
        }
    };
    let fact = tokio::time::timeout(PATIENCE, read).await.unwrap();
    assert!(matches!(fact, ado2entra::tasks::Fact::Me(Ok(_))), "{fact:?}");
    assert!(stage.simulator.control().waiting_codes().is_empty(), "the code was typed once");
}
