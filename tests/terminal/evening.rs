//! A whole evening at the keyboard, from `prepare` to `done`, in a pseudo-terminal against the simulation: the access token dies at
//! the switch, an answer is cut off, the connection drops twice. Nothing is lost, and whoever sits there is told each time what
//! happened. Nothing secret is in any byte that the program wrote.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use ado2entra::simulator::{
    Control, Fault, Moment, Options, Scenario, SignInAnswer, SignInWay, Simulator, start,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::pty::{PATIENCE, Terminal, alone};

/// The variable that holds the access token.
const PAT: &str = "EVENING_PAT";

struct Evening {
    _runtime: Runtime,
    simulator: Simulator,
    folder: TempDir,
}

impl Evening {
    /// Azure DevOps by an access token that dies at the switch, the tenant by a code in a browser.
    fn new(scenario: Scenario, after_connect: &str) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        // Small pages, so that a list has several.
        let options = Options { scenario, page_size: Some(10), ..Options::default() };
        let simulator = runtime.block_on(start(options)).unwrap();
        let control = simulator.control();
        control.pace_sign_ins(Duration::ZERO, Duration::from_secs(900));
        control.answer_sign_ins(SignInAnswer::Waits);
        control.set_fault(Fault::PatDiesAtConnect, true);
        let evening = Self { _runtime: runtime, simulator, folder: tempfile::tempdir().unwrap() };
        evening.configure(after_connect, "");
        evening
    }

    fn configure(&self, after_connect: &str, more: &str) {
        let config =
            self.simulator.config_toml_with(&self.folder.path().join("state"), SignInWay::DeviceCode);
        let by_command = format!("kind = \"command\"\ncommand = [\"printf\", \"%s\", \"{}\"]", self.token());
        assert!(config.contains(&by_command), "{config}");
        let config = config
            .replace(&by_command, &format!("kind = \"pat\"\nenv = \"{PAT}\""))
            .replace("after_connect = \"entra\"", &format!("after_connect = \"{after_connect}\""));
        let quick = "\n[polling]\ntenant = 1\nusers = 4\nhealth = 60\n";
        fs::write(self.folder.path().join("config.toml"), format!("{config}{quick}{more}")).unwrap();
    }

    fn token(&self) -> &str {
        self.simulator.azure_devops_token()
    }

    fn control(&self) -> Control {
        self.simulator.control()
    }

    /// The dashboard, signed in to the tenant by a code.
    fn dashboard(&self) -> Terminal {
        let command = [env!("CARGO_BIN_EXE_ado2entra"), "--config", "config.toml", "--log-level", "trace"];
        let variables = [(PAT, self.token()), ("XDG_STATE_HOME", "state-home")];
        let terminal =
            Terminal::start_in(Some(self.folder.path()), &command.map(str::to_owned), &variables, true);
        terminal.wait_for("Sign in to the tenant");
        terminal.wait_for("Code  SIML-");
        self.simulator.control().approve_sign_in();
        terminal.wait(|screen| !screen.contents().contains("SIML-"), "the code gone");
        terminal
    }

    /// Nothing secret is in any file, on the screen, or among the arguments.
    fn keeps_its_secrets(&self, terminal: &Terminal, arguments: &[u8]) {
        let mut secrets = self.control().secrets_given_out();
        assert!(secrets.len() > 2, "a code and tokens were given out: {}", secrets.len());
        secrets.push(self.token().to_owned());
        secrets.push(STANDARD.encode(format!(":{}", self.token())));
        let screen = terminal.seen.lock().unwrap().raw.clone();
        let mut written =
            vec![("the screen".to_owned(), screen), ("the arguments".to_owned(), arguments.to_vec())];
        collect(self.folder.path(), &mut written);
        assert!(
            written.iter().any(|(name, _)| name.contains("log")),
            "there is a log: {:?}",
            names(&written)
        );
        for (name, bytes) in written.iter().filter(|(name, _)| !name.ends_with("config.toml")) {
            for secret in &secrets {
                assert!(
                    !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
                    "{secret} is in {name}"
                );
            }
        }
    }
}

fn names(written: &[(String, Vec<u8>)]) -> Vec<&str> {
    written.iter().map(|(name, _)| name.as_str()).collect()
}

fn collect(folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

fn arguments(terminal: &Terminal) -> Vec<u8> {
    fs::read(format!("/proc/{}/cmdline", terminal.pid().as_raw_nonzero())).unwrap()
}

/// Ticks what is selected, with a note.
fn tick(terminal: &mut Terminal, note: &str) {
    terminal.type_keys(" ");
    terminal.wait_for("Enter take it");
    terminal.type_keys(&format!("{note}\r"));
    terminal.wait(|screen| !screen.contents().contains("Enter take it"), "the note taken");
}

fn ticks_everything(terminal: &mut Terminal) {
    terminal.wait_for("4 to tick · 1 unknown");
    for left in ["3 to tick", "2 to tick", "1 to tick", "1 unknown · 17 pass", "READY   18 pass"] {
        terminal.type_keys("g");
        tick(terminal, "seen to it");
        terminal.wait_for(left);
    }
}

fn accepts_the_safe_ones(terminal: &mut Terminal) {
    terminal.type_keys("4");
    terminal.wait_for("0 of 3 decided");
    terminal.type_keys("a");
    terminal.wait_for("Accept 3 safe proposals?");
    terminal.type_keys("y");
    terminal.wait_for("3 of 3 decided");
}

#[test]
fn from_prepare_to_done_although_the_token_dies_an_answer_is_cut_and_the_connection_drops_twice() {
    let _alone = alone();
    let evening = Evening::new(Scenario::Ready, "entra");
    let control = evening.control();
    let mut terminal = evening.dashboard();
    let arguments = arguments(&terminal);
    terminal.wait_for("4 to tick");

    // Prepare. An answer is cut off in the middle of a list: it is said, asked again, and whole.
    control.set_fault(Fault::Truncate, true);
    terminal.type_keys("r");
    terminal.wait_for("it is asked again, nothing is lost");
    control.set_fault(Fault::Truncate, false);
    ticks_everything(&mut terminal);
    accepts_the_safe_ones(&mut terminal);

    // Connect: which page, as whom, and what is kept. The connection drops for the first time.
    terminal.type_keys("3");
    terminal.wait_for("Connect in the portal (now)");
    terminal.wait_for("signed in as Niamh Halloran");
    terminal.wait_for("23 people, with their groups");
    control.set_fault(Fault::Offline, true);
    terminal.wait_for("lost; what was read stays, the watch goes on");
    control.set_fault(Fault::Offline, false);
    terminal.wait_for("it is back after");

    // The button in the portal. The token of before dies with it.
    control.connect();
    terminal.wait_for("fabrikam is connected");
    for part in [
        "from Microsoft accounts to Contoso",
        "niamh.halloran@contoso.com by device-code",
        "3 people are locked out until mapped; 3 mappings are decided",
        "kept        before reading",
    ] {
        terminal.wait_for(part);
    }
    terminal.type_keys("\r");
    terminal.wait_for("3 of 3 decided");

    // Map. The connection drops for the second time, when the first person was sent and is to be read back.
    let (sent, hears) = std::sync::mpsc::channel();
    let sent = std::sync::Mutex::new(sent);
    control.on_change(move |change| {
        if change.moment == Moment::After {
            let _ = sent.lock().unwrap().send(change.number);
        }
    });
    terminal.type_keys("A");
    terminal.wait_for("Type the organization's name");
    terminal.type_keys("fabrikam\r");
    hears.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("nothing was sent:\n{}", terminal.text()));
    control.set_fault(Fault::Offline, true);
    terminal.wait_for("it is asked again, nothing is lost");
    terminal.wait_for("connection lost");
    control.set_fault(Fault::Offline, false);
    terminal.wait(|screen| !screen.contents().contains("connection lost"), "the connection back");
    terminal.wait_for("Applied to fabrikam");
    terminal.wait_for("3 verified");
    assert!(control.mappings().values().all(|count| *count == 1), "{:?}", control.mappings());
    assert_eq!(control.mappings().len(), 3);
    terminal.type_keys("\u{1b}");
    terminal.wait(|screen| !screen.contents().contains("Applied to fabrikam"), "the report left");

    // Inform, validate, done.
    terminal.type_keys("3");
    terminal.wait_for("Tell the users what to do (now)");
    tick(&mut terminal, "mail sent at nine");
    terminal.wait_for("Compare after with before (now)");
    tick(&mut terminal, "looked, all there");
    terminal.wait_for("Nothing is left to do");
    terminal.quit();
    evening.keeps_its_secrets(&terminal, &arguments);
}

/// The program keeps signing in with the token of before: it says so, rests, and goes on with another way.
#[test]
fn a_dead_token_locks_out_the_screen_says_so_and_the_next_start_goes_on() {
    let _alone = alone();
    let evening = Evening::new(Scenario::Ready, "same");
    let control = evening.control();
    let mut terminal = evening.dashboard();
    terminal.wait_for("1 fail");
    accepts_the_safe_ones(&mut terminal);
    terminal.type_keys("3");
    terminal.wait_for("23 people, with their groups");
    control.connect();
    for part in [
        "The access token of before the switch is dead",
        "LOCKED OUT of Azure DevOps (3)",
        "after_connect = \"entra\"",
        "Nothing is listed or applied until the sign-in works",
        "If nobody gets in: the rescue page",
    ] {
        terminal.wait_for(part);
    }
    // It rests: a small question now and then, and no list.
    control.forget_requests();
    let until = Instant::now() + PATIENCE;
    let asked = |path: &str| control.requests().iter().filter(|one| one.path.ends_with(path)).count();
    let who = |control: &Control| {
        control
            .requests()
            .iter()
            .filter(|one| one.path.ends_with("connectionData") && one.authenticated)
            .count()
    };
    while who(&control) < 2 {
        assert!(Instant::now() < until, "nobody asks any more: {:?}", control.requests());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(asked("userentitlements"), 0);
    terminal.type_keys("b");
    terminal.wait_for("The rescue page, when the organization itself does not let you in");
    terminal.type_keys("q");
    assert_eq!(terminal.end(), 0);

    evening.configure("entra", "");
    let mut terminal = evening.dashboard();
    let arguments = arguments(&terminal);
    terminal.type_keys("4");
    terminal.wait_for("3 of 3 decided");
    terminal.type_keys("3");
    terminal.wait_for("Map who is disconnected (now)");
    terminal.wait_for("niamh.halloran@contoso.com by device-code");
    terminal.quit();
    evening.keeps_its_secrets(&terminal, &arguments);
}
