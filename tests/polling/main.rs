//! Polling against the simulator: what changed in the tenant comes by asking for changes and not by reading everybody, is
//! merged by id, survives replays, sparse rows and links that have ended; what is new in the organization is noticed; and
//! nothing is asked more often than configured.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::sync::Arc;
use std::time::Duration;

use ado2entra::config::{Overrides, load};
use ado2entra::domain::activity::Source;
use ado2entra::domain::news::{Found, Mark, TenantMark};
use ado2entra::domain::{ObjectId, StorageKey};
use ado2entra::simulator::{self, Control, Fault, Options, Simulator, TenantChange};
use ado2entra::tasks::effect::Effect;
use ado2entra::tasks::{Model, Msg, Runner, Session, Setup};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;

/// How long a test waits for something that must come. Only a broken program lets it pass.
const PATIENCE: Duration = Duration::from_secs(60);

const AMARA: &str = "amara.okonjo@contoso.com";
const ARJUN: &str = "arjun.banerji@contoso.com";
const NIAMH: &str = "niamh.halloran@contoso.com";

struct Stage {
    simulator: Simulator,
    runner: Runner,
    messages: Receiver<Msg>,
    model: Model,
    _folder: TempDir,
}

impl Stage {
    /// A session as a dashboard opens it, with everybody read once and these lines under `[polling]`.
    async fn new(faults: &[Fault], polling: &str) -> Self {
        let options = Options { faults: faults.to_vec(), page_size: Some(20), ..Options::default() };
        let simulator = simulator::start(options).await.unwrap();
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("config.toml");
        let config = simulator.config_toml(&folder.path().join("state"));
        std::fs::write(&file, format!("{config}\n[polling]\n{polling}\n")).unwrap();
        let loaded = load(Some(&file), &Overrides::default(), &|_| None).unwrap();
        let (session, messages) = Session::open_lasting(Setup {
            state_directory: loaded.config.state_directory(&|_| None).unwrap(),
            config: loaded.config,
            environment: ado2entra::tasks::environment_of(std::env::vars_os()),
            read_only: false,
            simulated: true,
            sealed: true,
            use_store: true,
        })
        .await
        .unwrap();
        let model = Model::new(Arc::clone(&session.context), Timestamp::now());
        let runner = Runner::new(session);
        let mut stage = Self { simulator, runner, messages, model, _folder: folder };
        let sources = vec![Source::Discovery, Source::Backing, Source::Roster, Source::Directory];
        stage.runner.run(Effect::Read(sources));
        let (mut roster, mut directory) = (false, false);
        while !(roster && directory) {
            match stage.next().await {
                Msg::RosterRead(..) => roster = true,
                Msg::DirectoryRead(..) => directory = true,
                Msg::ReadingFailed(_, problem, _) => panic!("{problem}"),
                _ => {}
            }
        }
        stage
    }

    async fn next(&mut self) -> Msg {
        let msg = tokio::time::timeout(PATIENCE, self.messages.recv()).await.unwrap().unwrap();
        self.model.absorb(&msg);
        msg
    }

    /// Waits for a message of this kind.
    async fn until<T>(&mut self, wanted: impl Fn(&Msg) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(&self.next().await) {
                return found;
            }
        }
    }

    fn control(&self) -> Control {
        self.simulator.control()
    }

    /// Requests to the tenant's users: how many listings, and how many questions for changes.
    fn asked(&self) -> (usize, usize) {
        let requests = self.control().requests();
        let to = |path: &str| requests.iter().filter(|request| request.path.ends_with(path)).count();
        (to("/v1.0/users"), to("/users/delta"))
    }

    fn id(&self, upn: &str) -> ObjectId {
        self.control().object_id(upn).unwrap().parse().unwrap()
    }
}

fn unchanged(msg: &Msg) -> Option<()> {
    matches!(msg, Msg::DirectoryUnchanged(_)).then_some(())
}

fn of_tenant(msg: &Msg) -> Option<Vec<(ObjectId, TenantMark)>> {
    match msg {
        Msg::Noticed(found) => match found.as_ref() {
            Found::Tenant(users, _) => Some(users.iter().map(|(id, mark)| (*id, *mark)).collect()),
            Found::Organization { .. } => None,
        },
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tenant_is_polled_by_its_changes_and_nobody_is_lost() {
    let mut stage = Stage::new(&[], "tenant = 1\nusers = 0\nhealth = 0").await;
    let control = stage.control();
    let everybody = stage.model.directory.value.as_ref().unwrap().len();
    let (amara, arjun, niamh) = (stage.id(AMARA), stage.id(ARJUN), stage.id(NIAMH));
    control.forget_requests();
    stage.runner.run(Effect::Watch(true));
    stage.until(unchanged).await;
    assert_eq!(stage.asked(), (0, 1), "nothing changed: one small question");

    // The service may tell things twice, and only what changed.
    control.set_fault(Fault::DeltaReplays, true);
    control.set_fault(Fault::DeltaSparse, true);
    let before = stage.model.directory.value.clone().unwrap();
    control.change_tenant_user(AMARA, &TenantChange::Mail("amara@contoso.com".to_owned()));
    control.change_tenant_user(ARJUN, &TenantChange::Delete);
    control.change_tenant_user(NIAMH, &TenantChange::Purge);
    let marks = stage.until(of_tenant).await;
    assert_eq!(marks.len(), 3, "{marks:?}");
    assert!(marks.contains(&(amara, TenantMark::Changed)) && marks.contains(&(niamh, TenantMark::Gone)));
    let directory = stage.model.directory.value.clone().unwrap();
    assert_eq!(directory.len(), everybody - 1);
    let (was, is) = (before.get(amara).unwrap(), directory.get(amara).unwrap());
    assert_eq!(is.mail(), Some("amara@contoso.com"));
    assert_eq!((is.display_name(), is.enabled), (was.display_name(), was.enabled), "the rest stays");
    assert!(directory.get(arjun).unwrap().deleted && directory.get(niamh).is_none());
    assert_eq!(stage.model.news.of_tenant_user(arjun), Some(TenantMark::Gone));

    // Told once more it is nothing new, and who comes back is whole again.
    stage.until(unchanged).await;
    control.change_tenant_user(&arjun.to_string(), &TenantChange::Restore);
    assert_eq!(stage.until(of_tenant).await, [(arjun, TenantMark::New)]);
    let back = stage.model.directory.value.clone().unwrap();
    assert_eq!(back.get(arjun), before.get(arjun));
    assert_eq!(stage.asked().0, 0, "nobody was listed again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_has_ended_costs_one_whole_reading() {
    for fault in [Fault::DeltaExpired, Fault::DeltaTooOld] {
        let mut stage = Stage::new(&[], "tenant = 1\nusers = 0\nhealth = 0").await;
        let control = stage.control();
        let amara = stage.id(AMARA);
        control.set_fault(fault, true);
        control.change_tenant_user(AMARA, &TenantChange::Disable);
        control.forget_requests();
        stage.runner.run(Effect::Watch(true));
        let said = stage
            .until(|msg| match msg {
                Msg::Happened(line) if line.text.contains("read anew") => Some(line.text.clone()),
                _ => None,
            })
            .await;
        assert!(said.contains("not known any more"), "{said}");
        control.set_fault(fault, false);
        assert_eq!(stage.until(of_tenant).await, [(amara, TenantMark::Changed)]);
        stage.until(unchanged).await;
        let pages = stage.model.directory.value.as_ref().unwrap().len().div_ceil(20);
        let (listed, asked) = stage.asked();
        assert!(listed <= pages + 1 && asked >= 3, "{fault}: read once ({listed} pages), then by changes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_without_change_tracking_is_not_read_whole_every_minute() {
    let mut stage = Stage::new(&[Fault::NoDelta], "tenant = 1\nusers = 0\nhealth = 0").await;
    assert!(stage.model.events.iter().any(|line| line.text.contains("changes cannot be asked for")));
    stage.control().forget_requests();
    stage.runner.run(Effect::Watch(true));
    for _ in 0..8 {
        stage
            .until(|msg| {
                matches!(msg, Msg::ReadingScheduled(Source::Directory | Source::Backing, Some(_)))
                    .then_some(())
            })
            .await;
    }
    assert_eq!(stage.asked(), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_new_in_the_organization_is_noticed() {
    let mut stage = Stage::new(&[], "tenant = 0\nusers = 1\nhealth = 0").await;
    let control = stage.control();
    stage.runner.run(Effect::Watch(true));
    let gone = control.storage_key("niamh.halloran@contoso.com").unwrap();
    control.remove_person(&gone);
    let new = StorageKey::new(&control.add_person("Somebody New", "somebody.new@fabrikam.example"));
    while stage.model.news.counts().new == 0 || stage.model.news.counts().gone == 0 {
        stage.next().await;
    }
    assert_eq!(stage.model.news.of(&new).unwrap().mark, Mark::New);
    assert_eq!(stage.model.news.gone()[0].storage_key, StorageKey::new(&gone));
    let line = stage.model.events.iter().find(|line| line.text.contains("Somebody New")).unwrap();
    assert!(line.text.starts_with("since the reading before"), "{line:?}");
    // The switch: whom the service maps by itself is told apart from other changes.
    let mapped = control.connect();
    while stage.model.news.counts().mapped < mapped {
        stage.next().await;
    }
    assert!(stage.model.news.summary().unwrap().contains("mapped"), "{:?}", stage.model.news.summary());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_asked_more_often_than_configured() {
    let mut stage = Stage::new(&[], "tenant = 1\nusers = 2\nhealth = 0").await;
    stage.control().forget_requests();
    stage.runner.run(Effect::Watch(true));
    for _ in 0..2 {
        stage.until(|msg| matches!(msg, Msg::RosterRead(..)).then_some(())).await;
    }
    stage.runner.run(Effect::Watch(false));
    let requests = stage.control().requests();
    let times = |part: &str| -> Vec<Duration> {
        requests.iter().filter(|request| request.path.contains(part)).map(|request| request.at).collect()
    };
    for (part, every) in [("/users/delta", 3), ("_apis/status", 3600)] {
        for pair in times(part).windows(2) {
            assert!(pair[1].checked_sub(pair[0]).unwrap() >= Duration::from_secs(every), "{part}: {pair:?}");
        }
    }
    let lists = times("userentitlements");
    let pages = lists.len() / 2;
    assert!(lists[pages].checked_sub(lists[0]).unwrap() >= Duration::from_secs(2), "{lists:?}");
    assert!(times("status").is_empty(), "health is off");
}
