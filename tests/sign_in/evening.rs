//! The real binary, signed in by code: the prompt, a run in which tokens end all the time, and where the secrets went.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use ado2entra::simulator::{Control, Fault, Options, SignInAnswer, SignInWay, Simulator, start};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

struct Evening {
    /// Keeps the simulator answering.
    _runtime: Runtime,
    simulator: Simulator,
    folder: TempDir,
    /// The application's secret is in its variable.
    by_secret: bool,
}

/// A variable that holds a secret which no child may see.
const DECOY: &str = "decoy-pat-that-nobody-may-see";

impl Evening {
    /// The access token comes from a command, which writes down its environment and its arguments; the tenant is signed in to
    /// by code.
    fn new() -> Self {
        Self::by(SignInWay::DeviceCode)
    }

    fn by(way: SignInWay) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let simulator = runtime.block_on(start(Options::default())).unwrap();
        simulator.control().pace_sign_ins(Duration::ZERO, Duration::from_secs(900));
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        // The one place in which the token may be found.
        fs::write(folder.path().join("vault"), simulator.azure_devops_token()).unwrap();
        let script = format!(
            "#!/bin/sh\nenv >> '{seen}'\ncat /proc/$$/cmdline /proc/$PPID/cmdline /proc/$PPID/environ >> '{parent}'\ncat '{vault}'\n",
            seen = at("seen-by-child"),
            parent = at("seen-of-parent"),
            vault = at("vault")
        );
        let command = folder.path().join("give-token");
        fs::write(&command, script).unwrap();
        fs::set_permissions(&command, fs::Permissions::from_mode(0o700)).unwrap();
        let config = simulator.config_toml_with(&folder.path().join("state"), way);
        let token = format!("command = [\"printf\", \"%s\", \"{}\"]", simulator.azure_devops_token());
        assert!(config.contains(&token), "{config}");
        let config = config.replace(&token, &format!("command = [\"{}\"]", command.display()));
        fs::write(folder.path().join("config.toml"), config).unwrap();
        Self { _runtime: runtime, simulator, folder, by_secret: way == SignInWay::ClientSecret }
    }

    fn control(&self) -> Control {
        self.simulator.control()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_ado2entra"))
            .args(["--config", "config.toml", "--log-level", "trace"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("AZURE_DEVOPS_EXT_PAT", DECOY)
            .envs(self.by_secret.then(|| ("ADO2ENTRA_SIMULATED_SECRET", self.simulator.client_secret())))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let ran = Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        // What it said is searched later like everything else.
        let number = fs::read_dir(self.folder.path()).unwrap().count();
        fs::write(self.folder.path().join(format!("said-{number}")), format!("{}{}", ran.stdout, ran.stderr))
            .unwrap();
        ran
    }

    /// Everything that was written, by file.
    fn written(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        collect(self.folder.path(), &mut all);
        all
    }
}

fn collect(folder: &Path, into: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

#[test]
fn an_evening_by_code_while_tokens_end_and_no_secret_is_left_anywhere() {
    let evening = Evening::new();
    let check = evening.run(&["check", "--format", "json"]);
    assert_eq!(check.code, 1, "{}", check.stderr);
    for part in ["/login/device", "SIML-", "Asked for: User.Read, User.Read.All", "Signed in."] {
        assert!(check.stderr.contains(part), "{part}: {}", check.stderr);
    }
    let document: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
    let of =
        |id: &str| document["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap();
    assert_eq!(
        of("credentials-outlive-switch")["status"],
        "pass",
        "the same sign-in serves after the switch"
    );

    let decided = evening.run(&["plan", "accept-safe", "--yes"]);
    assert_eq!(decided.code, 0, "{}", decided.stderr);
    // The access token dies with the switch; the sign-in to the tenant goes on.
    evening.control().set_fault(Fault::PatDiesAtConnect, true);
    evening.control().connect();
    // From now on every token ends in the middle of things, whatever the client was told; not before each of the requests that
    // are under way together was let in again.
    evening.control().token_uses(Some(20));
    let applied = evening.run(&["apply", "--yes", "--confirm", "fabrikam", "--format", "json"]);
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    let document: serde_json::Value = serde_json::from_str(&applied.stdout).unwrap();
    let verified = document["summary"]["verified"].as_u64().unwrap();
    assert!(verified > 5, "{document}");
    let log = evening.control().requests();
    let refused = log.iter().filter(|request| request.status == 401 && request.authenticated).count();
    assert!(refused > 0, "no token ended in the middle");
    assert!(evening.control().mappings().values().all(|count| *count == 1), "somebody was mapped twice");
    evening.control().token_uses(None);

    for arguments in [
        &["snapshot", "take", "snapshot.json"][..],
        &["plan", "export", "plan.csv"],
        &["report", "report.html"],
        &["diff", "--format", "csv"],
        &["config", "show"],
    ] {
        evening.run(arguments);
    }
    search(&evening);
}

#[test]
fn a_declined_sign_in_ends_the_command_with_its_reason() {
    let evening = Evening::new();
    evening.control().answer_sign_ins(SignInAnswer::Declines);
    let diff = evening.run(&["diff"]);
    assert_eq!(diff.code, 3, "{}", diff.stderr);
    assert!(diff.stderr.contains("declined in the browser"), "{}", diff.stderr);
    assert_eq!(diff.stderr.matches("SIML-").count(), 1, "asked once");
    search(&evening);
}

#[test]
fn an_application_checks_what_it_can_and_says_what_it_cannot() {
    let evening = Evening::by(SignInWay::ClientSecret);
    let diff = evening.run(&["diff", "--format", "json"]);
    assert_eq!(diff.code, 0, "{}", diff.stderr);
    let check = evening.run(&["check", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
    let of = |id: &str| {
        let checks = document["checks"].as_array().unwrap();
        checks.iter().find(|check| check["id"] == id).unwrap().clone()
    };
    let member = of("admin-tenant-member");
    assert!(member["evidence"].to_string().contains("whether *you* are a member"), "{member}");
    assert!(!check.stderr.contains("SIML-"), "nobody is asked for a code");
    search(&evening);
}

#[test]
fn a_government_tenant_is_told_and_nobody_is_asked_to_sign_in() {
    let evening = Evening::new();
    evening.control().set_fault(Fault::GovernmentTenant, true);
    let check = evening.run(&["check", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
    let checks = document["checks"].as_array().unwrap();
    let cloud = checks.iter().find(|check| check["id"] == "tenant-public-cloud").unwrap();
    assert_eq!(cloud["status"], "fail");
    assert!(!check.stderr.contains("SIML-"), "{}", check.stderr);
    let log = evening.control().requests();
    assert!(log.iter().all(|request| !request.path.contains("/oauth2/")), "nobody signed in");
    assert!(log.iter().all(|request| !request.path.starts_with("/graph/") || !request.authenticated));
}

/// Every byte that the program wrote or said, and what its children saw.
fn search(evening: &Evening) {
    let mut secrets = evening.control().secrets_given_out();
    assert!(!secrets.is_empty());
    let decoyed = |name: &str| name != "seen-of-parent";
    let pat = evening.simulator.azure_devops_token();
    secrets.push(pat.to_owned());
    secrets.push(evening.simulator.client_secret().to_owned());
    secrets.push(STANDARD.encode(format!(":{pat}")));
    secrets.push(STANDARD.encode(format!("x:{pat}")).trim_end_matches('=').to_owned());
    let written = evening.written();
    let names: Vec<_> =
        written.keys().filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect();
    for kind in ["log", "said-", "seen-by-child"] {
        assert!(names.iter().any(|name| name.contains(kind)), "{kind} is not among {names:?}");
    }
    for (path, bytes) in &written {
        let name = path.file_name().unwrap().to_str().unwrap();
        if name == "vault" || name == "config.toml" {
            // The one is the source itself; the other is ours, with tokens of the simulator as arguments.
            assert!(name == "vault" || !holds(bytes, evening.simulator.client_secret()));
            continue;
        }
        assert!(!decoyed(name) || !holds(bytes, DECOY), "the decoy is in {}", path.display());
        for secret in &secrets {
            // The environment of the program itself is what we gave it.
            if name == "seen-of-parent" && secret == evening.simulator.client_secret() {
                continue;
            }
            assert!(!holds(bytes, secret), "{secret} is in {}", path.display());
        }
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
