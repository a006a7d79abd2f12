//! `demo` without a terminal, and `simulator`.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::stage::{run, run_with};

#[test]
fn the_tour_works_in_an_empty_environment_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let temporary = folder.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let variables = [("TMPDIR", temporary.to_str().unwrap())];
    let ran = run_with(folder.path(), &["demo"], &variables, "").exits(0);
    for step in ["Check", "Diff", "Map the safe ones", "Connect", "Apply", "Verify", "All of it worked."] {
        assert!(ran.stdout.lines().any(|line| line == step), "{step} in {ran:?}");
    }
    assert!(ran.stdout.contains("simulation"));
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "the private folder is gone");
}

#[test]
fn the_tour_is_sealed_off() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("ADO2ENTRA_CONFIG", "/nowhere/config.toml"),
        ("ADO2ENTRA_ORGANIZATION", "somebody-elses"),
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("HTTPS_PROXY", "http://127.0.0.1:9"),
        ("ALL_PROXY", "http://127.0.0.1:9"),
        ("AZURE_DEVOPS_EXT_PAT", "not-a-real-token"),
    ];
    let ran = run_with(folder.path(), &["demo", "--scenario", "ready"], &variables, "").exits(0);
    assert!(!ran.stdout.contains("somebody-elses"));
    run(folder.path(), &["demo", "--organization", "fabrikam"]).exits(2).says("sealed off");
}

#[test]
fn people_are_found_again_where_keys_change_and_after_a_switch() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["demo", "--fault", "keys-change"][..], &["demo", "--scenario", "switch"]] {
        let ran = run(folder.path(), arguments).exits(0);
        assert!(!ran.stdout.contains("0 of 0 decided"), "{ran:?}");
    }
}

#[test]
fn a_tour_that_does_not_work_out_says_so() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["demo", "--fault", "patch-forbidden"]).exits(1).says("the tour ends here");
    run(folder.path(), &["demo", "--fault", "wrong-directory"]).exits(1).says("connected-elsewhere");
}

/// Starts the simulator, hands over its first line and the process.
fn simulator(folder: &std::path::Path, arguments: &[&str]) -> (serde_json::Value, std::process::Child) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ado2entra"))
        .arg("simulator")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (serde_json::from_str(&line).unwrap(), child)
}

fn end(mut child: std::process::Child, signal: rustix::process::Signal) -> Option<i32> {
    let process = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(process, signal).unwrap();
    child.wait().unwrap().code()
}

#[test]
fn the_simulator_says_where_it_is_and_ends_with_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let (ready, child) = simulator(folder.path(), &["--write-config", "c.toml"]);
    assert!(ready["listening"].as_str().unwrap().starts_with("127.0.0.1:"));
    assert!(ready["config"].as_str().unwrap().ends_with("/c.toml"));
    let check = run(folder.path(), &["--config", "c.toml", "check", "--format", "json"]).exits(1);
    assert_eq!(check.json()["organization"], "fabrikam");
    assert_eq!(end(child, rustix::process::Signal::TERM), Some(143));

    let (ready, child) = simulator(folder.path(), &[]);
    assert!(ready["config"].is_null());
    assert_eq!(end(child, rustix::process::Signal::INT), Some(130));

    run(folder.path(), &["simulator", "--write-config", "c.toml"]).exits(5).says("--force");
    run(folder.path(), &["simulator", "--listen", "0.0.0.0:0"]).exits(2).says("loopback");
}

#[test]
fn a_watch_ends_with_the_signal_s_code() {
    let folder = tempfile::tempdir().unwrap();
    let (_, simulation) = simulator(folder.path(), &["--write-config", "c.toml"]);
    for (signal, code) in [(rustix::process::Signal::INT, 130), (rustix::process::Signal::HUP, 129)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ado2entra"))
            .args(["--config", "c.toml", "status", "--watch", "--format", "json"])
            .current_dir(folder.path())
            .env_clear()
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("{\"schema\":\"ado2entra.status/1\""), "{line}");
        assert_eq!(end(child, signal), Some(code));
    }
    end(simulation, rustix::process::Signal::TERM);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let (_, simulation) = simulator(folder.path(), &["--write-config", "c.toml", "--org-users", "3000"]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_ado2entra"))
        .args(["--config", "c.toml", "diff", "--format", "json"])
        .current_dir(folder.path())
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    end(simulation, rustix::process::Signal::TERM);
}
