//! A simulator, a private folder, and the binary run between them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ado2entra::simulator::{Control, Fault, Options, Scenario, Simulator, start};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// What a command left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// The document on standard output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts the exit code, and shows everything where it is another.
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Asserts that standard error says this.
    pub fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "{words} in {self:#?}");
        self
    }
}

/// Runs the binary with nothing in its environment, and with `input` as its standard input.
pub fn run_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ado2entra"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the binary with nothing at all.
pub fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_with(folder, arguments, &[], "")
}

/// A running simulator with its configuration.
pub struct Stage {
    runtime: Runtime,
    simulator: Option<Simulator>,
    folder: TempDir,
}

impl Stage {
    pub fn new(scenario: Scenario, faults: &[Fault]) -> Self {
        Self::with(Options { scenario, faults: faults.to_vec(), ..Options::default() })
    }

    pub fn with(options: Options) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let simulator = runtime.block_on(start(options)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let config = simulator.config_toml(&folder.path().join("state"));
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        Self { runtime, simulator: Some(simulator), folder }
    }

    pub fn fabrikam() -> Self {
        Self::new(Scenario::Fabrikam, &[])
    }

    pub fn control(&self) -> Control {
        self.simulator.as_ref().unwrap().control()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and returns its name.
    pub fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A command against this simulator.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut all = vec!["--config", "config.toml"];
        all.extend(arguments);
        run(self.folder.path(), &all)
    }

    /// The same with `--format json`, read.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--format", "json"];
        all.extend(arguments);
        self.run(&all).json()
    }

    /// The network is gone.
    pub fn stop(&mut self) {
        if let Some(simulator) = self.simulator.take() {
            self.runtime.block_on(simulator.stop());
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop();
    }
}
