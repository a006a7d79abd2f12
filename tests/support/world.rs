//! A small organization with a plan of maps, removals and invitations, connected and ready to be applied by the real program;
//! and what a test may ask about it afterwards: what the service did to whom, what the store says, and whether they agree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ado2entra::simulator::{Control, Effects, Options, Simulator, start};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// How many rows of each kind the plan has.
#[derive(Debug, Clone)]
pub struct Spec {
    pub maps: usize,
    pub removals: usize,
    pub invitations: usize,
    /// How the services behave. The numbers of people are made to fit.
    pub options: Options,
    /// Further lines for the configuration.
    pub config: String,
}

impl Default for Spec {
    fn default() -> Self {
        Self { maps: 4, removals: 1, invitations: 1, options: Options::default(), config: String::new() }
    }
}

/// What is to become of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    Map(String),
    Remove,
    Invite,
}

impl Wish {
    fn word(&self) -> &'static str {
        match self {
            Self::Map(_) => "map",
            Self::Remove => "remove",
            Self::Invite => "invite",
        }
    }
}

/// Somebody in the plan.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub key: String,
    pub address: String,
    pub wish: Wish,
}

/// What a command left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

pub struct World {
    pub runtime: Runtime,
    pub simulator: Option<Simulator>,
    pub folder: TempDir,
    pub people: Vec<Wanted>,
    binary: PathBuf,
    spec: Spec,
    /// Applies in place of the program: a program with arguments, and with the configuration in [`CONFIG`].
    pub apply_by: Option<Vec<String>>,
}

/// Names the configuration to whatever applies in place of the program.
pub const CONFIG: &str = "SWEEP_CONFIG";

impl World {
    /// Everything decided and imported, and the organization connected.
    pub fn new(binary: &Path, spec: &Spec) -> Self {
        let world = Self::decided(binary, spec);
        world.control().connect();
        world
    }

    /// Everything decided and imported; not connected yet.
    pub fn decided(binary: &Path, spec: &Spec) -> Self {
        let mut world = Self::peopled(binary, spec);
        let count = spec.maps + spec.removals + spec.invitations;
        let mut free = world.free_targets().into_iter();
        // The kinds alternate, so that a run has all of them from the beginning.
        let mut left = [(spec.maps, 0), (spec.removals, 1), (spec.invitations, 2)];
        let wishes: Vec<Wish> = (0..count)
            .map(|n| {
                left.sort_by_key(|(amount, kind)| (std::cmp::Reverse(*amount), *kind));
                let place = usize::from(n % 2 == 1 && left[1].0 > 0);
                left[place].0 -= 1;
                match left[place].1 {
                    0 => Wish::Map(free.next().expect("enough free users in the tenant")),
                    1 => Wish::Remove,
                    _ => Wish::Invite,
                }
            })
            .collect();
        world.decide(&wishes, address);
        world
    }

    /// The same world once more, decided and connected: with a simulation of its own in which nothing has happened yet, and a
    /// copy of the store. Quicker than deciding again.
    pub fn again(&self) -> Self {
        let mut world = Self::peopled(&self.binary, &self.spec);
        world.people.clone_from(&self.people);
        copy(&self.path("state"), &world.path("state"));
        world.control().connect();
        world
    }

    /// The people are there, and nothing is decided.
    fn peopled(binary: &Path, spec: &Spec) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let options = Options {
            org_users: Some(spec.options.org_users.unwrap_or(6)),
            tenant_users: Some(60 + 2 * spec.maps),
            ..spec.options.clone()
        };
        let simulator = runtime.block_on(start(options)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let config = simulator.config_toml(&folder.path().join("state"));
        std::fs::write(folder.path().join("config.toml"), config + &spec.config).unwrap();
        let control = simulator.control();
        control.set_invitation_policy("everyone");
        let count = spec.maps + spec.removals + spec.invitations;
        for n in 0..count {
            control.add_person(&format!("{} {}", word(2 * n, 7), word(2 * n + 1, 9)), &address(n));
        }
        Self {
            runtime,
            simulator: Some(simulator),
            folder,
            people: Vec::new(),
            binary: binary.to_owned(),
            spec: spec.clone(),
            apply_by: None,
        }
    }

    /// Users of the tenant that nobody in the organization has anything to do with.
    fn free_targets(&self) -> Vec<String> {
        let diff = self.json(&["diff"]);
        let taken: BTreeSet<String> = diff["users"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|user| user["candidates"].as_array().unwrap())
            .map(|candidate| candidate["object_id"].as_str().unwrap().to_owned())
            .collect();
        let snapshot: Value = serde_json::from_str(&self.run(&["snapshot", "take", "-"]).stdout).unwrap();
        let users = snapshot["tenant_users"].as_array().unwrap();
        users
            .iter()
            .rev()
            .filter(|user| user["userType"] == "Member" && user["accountEnabled"] == true)
            .map(|user| user["id"].as_str().unwrap().to_owned())
            .filter(|id| !taken.contains(id))
            .collect()
    }

    fn decide(&mut self, wishes: &[Wish], address: impl Fn(usize) -> String) {
        let exported = self.run(&["plan", "export", "-"]).stdout;
        let mut reader = csv::Reader::from_reader(exported.as_bytes());
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|column| column == name).unwrap();
        let (key, principal, decision) = (at("storage_key"), at("principal_name"), at("decision"));
        let (target, invite) = (at("target_object_id"), at("invite_address"));
        let numbers: BTreeMap<String, usize> = (0..wishes.len()).map(|n| (address(n), n)).collect();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&header).unwrap();
        for row in reader.records().map(Result::unwrap) {
            let mut cells: Vec<String> = row.iter().map(str::to_owned).collect();
            if let Some(n) = numbers.get(&cells[principal]) {
                let wish = &wishes[*n];
                wish.word().clone_into(&mut cells[decision]);
                match wish {
                    Wish::Map(object) => object.clone_into(&mut cells[target]),
                    Wish::Invite => {
                        let address = cells[principal].clone();
                        cells[invite] = address;
                    }
                    Wish::Remove => {}
                }
                self.people.push(Wanted {
                    key: cells[key].clone(),
                    address: cells[principal].clone(),
                    wish: wish.clone(),
                });
            }
            writer.write_record(&cells).unwrap();
        }
        std::fs::write(self.path("plan.csv"), writer.into_inner().unwrap()).unwrap();
        let ran = self.run(&["plan", "import", "plan.csv", "--yes"]);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert_eq!(self.people.len(), wishes.len());
    }

    pub fn control(&self) -> Control {
        self.simulator.as_ref().unwrap().control()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with these arguments, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(["--config", "config.toml"]).args(arguments);
        command.current_dir(self.folder.path()).env_clear().env("PATH", "/usr/bin:/bin");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `apply`, confirmed.
    pub fn apply_command(&self) -> Command {
        if let Some([program, arguments @ ..]) = self.apply_by.as_deref() {
            let mut command = Command::new(program);
            command.args(arguments).current_dir(self.folder.path()).env_clear().env("PATH", "/usr/bin:/bin");
            command.env(CONFIG, self.path("config.toml"));
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            return command;
        }
        self.command(&["--format", "json", "apply", "--yes", "--confirm", "fabrikam"])
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments))
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--format", "json"];
        all.extend(arguments);
        let ran = self.run(&all);
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
    }

    pub fn apply(&self) -> Ran {
        ran(self.apply_command())
    }

    /// The database file.
    pub fn store(&self) -> PathBuf {
        let folder = self.path("state").join("fabrikam");
        let found = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        found.into_iter().find(|path| path.extension().is_some_and(|ext| ext == "sqlite")).unwrap()
    }

    /// The store, for looking only.
    pub fn look(&self) -> Connection {
        Connection::open_with_flags(self.store(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    /// State of each row that is decided, by key.
    pub fn states(&self) -> BTreeMap<String, String> {
        let store = self.look();
        let mut rows = store.prepare("SELECT storage_key, state FROM plan_row").unwrap();
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// What is wrong now, in words: somebody done twice, a decision lost or changed, a call without an intent on record.
    pub fn wrongs(&self) -> Vec<String> {
        let mut wrongs = Vec::new();
        let effects = self.control().effects();
        wrongs.extend(effects.doubled().into_iter().map(|who| format!("done twice: {who}")));
        let store = self.look();
        let whole: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        if whole != "ok" {
            wrongs.push(format!("the store is damaged: {whole}"));
        }
        for person in &self.people {
            let decision: Option<String> = store
                .query_row(
                    "SELECT decision || ' ' || coalesce(target, address, '') FROM plan_row WHERE storage_key = ?1",
                    [&person.key],
                    |row| row.get(0),
                )
                .ok();
            if !decision.as_ref().is_some_and(|decision| kept(decision, person)) {
                wrongs.push(format!("the decision for {} is now {decision:?}", person.address));
            }
            let intents: i64 = store
                .query_row(
                    "SELECT count(*) FROM journal WHERE storage_key = ?1 AND state = 'sending'",
                    [&person.key],
                    |row| row.get(0),
                )
                .unwrap();
            if intents < i64::from(done(&effects, person)) {
                wrongs.push(format!("{} was sent without an intent on record", person.address));
            }
        }
        wrongs
    }

    /// Who is not where the plan wants them, at the service.
    pub fn unfinished(&self) -> Vec<String> {
        let effects = self.control().effects();
        let states = self.states();
        let mut open = Vec::new();
        for person in &self.people {
            let expected = if person.wish == Wish::Invite { 2 } else { 1 };
            let state = states.get(&person.key).map_or("none", String::as_str);
            if done(&effects, person) != expected || state != "verified" {
                let why: Option<String> = self
                    .look()
                    .query_row("SELECT error FROM plan_row WHERE storage_key = ?1", [&person.key], |row| {
                        row.get(0)
                    })
                    .unwrap();
                let why = why.unwrap_or_default();
                open.push(format!("{} ({}): {state} {why}", person.address, person.wish.word()));
            }
        }
        open
    }
}

/// A made-up word that is like no other: people who resemble each other would change each other's outcome.
fn word(number: usize, length: usize) -> String {
    let mut random = fastrand::Rng::with_seed(number as u64 + 1);
    (0..length).map(|_| random.lowercase()).collect()
}

/// The sign-in address of a person of the plan.
fn address(number: usize) -> String {
    format!("{}@mailbox.example", word(2 * number, 10))
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(done.success());
}

/// How many changes were carried out for somebody.
fn done(effects: &Effects, person: &Wanted) -> u32 {
    let count = |map: &BTreeMap<String, u32>, key: &str| map.get(key).copied().unwrap_or(0);
    count(&effects.mapped, &person.key)
        + count(&effects.removed, &person.key)
        + count(&effects.invited, &person.address)
}

fn kept(decision: &str, person: &Wanted) -> bool {
    decision
        == match &person.wish {
            Wish::Map(object) => format!("map {object}"),
            Wish::Remove => "remove ".to_owned(),
            Wish::Invite => format!("invite {}", person.address),
        }
}

pub fn ran(mut command: Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
