//! Where there is a terminal: questions are asked on it, and a signal in the middle of a run leaves nothing half-recorded.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::hold::hold;
use crate::stage::Stage;

/// How long a test waits for something that must come. Only a broken program lets it pass.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a command on a terminal, waits until it asks this, answers, and returns its code with everything it wrote.
fn asked(stage: &Stage, arguments: &[&str], question: &str, answer: &str) -> (u32, String) {
    let pty = native_pty_system()
        .openpty(PtySize { rows: 40, cols: 200, pixel_width: 0, pixel_height: 0 })
        .unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ado2entra"));
    command.env_clear();
    command.env("TERM", "xterm-256color");
    command.cwd(stage.path(""));
    command.args(["--config", "config.toml"]);
    command.args(arguments);
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut keyboard = pty.master.take_writer().unwrap();
    let mut screen = pty.master.try_clone_reader().unwrap();
    let (told, hears) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length) = screen.read(&mut buffer) {
            if length == 0 || told.send(buffer[..length].to_vec()).is_err() {
                break;
            }
        }
    });
    let mut seen = String::new();
    while !seen.contains(question) {
        let bytes = hears.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it never asked: {seen}"));
        seen.push_str(&String::from_utf8_lossy(&bytes));
    }
    keyboard.write_all(format!("{answer}\n").as_bytes()).unwrap();
    while let Ok(bytes) = hears.recv_timeout(PATIENCE) {
        seen.push_str(&String::from_utf8_lossy(&bytes));
    }
    (child.wait().unwrap().exit_code(), seen)
}

#[test]
fn nothing_is_sent_before_the_name_was_typed() {
    let stage = Stage::fabrikam();
    let (code, _) = asked(&stage, &["plan", "accept-safe"], "[y/N]", "n");
    assert_eq!(code, 5);
    let (code, _) = asked(&stage, &["plan", "accept-safe"], "[y/N]", "y");
    assert_eq!(code, 0);
    stage.control().connect();
    let (code, seen) = asked(&stage, &["apply"], "Type the organization's name", "Fabrikam");
    assert_eq!(code, 5, "{seen}");
    assert!(seen.contains("cannot be undone") && seen.contains("goes first, alone"), "{seen}");
    assert!(seen.contains("locked out now; roughly") && seen.contains("nobody else is mapping"), "{seen}");
    assert!(stage.control().patches().is_empty());
    let (code, seen) = asked(&stage, &["apply"], "Type the organization's name", "fabrikam");
    assert_eq!(code, 0, "{seen}");
    assert!(!stage.control().mappings().is_empty());
}

#[test]
fn a_signal_stops_a_run_after_the_call_under_way() {
    let stage = Stage::fabrikam();
    stage.run(&["plan", "accept-safe", "--yes"]).exits(0);
    stage.control().connect();
    let (there, release) = hold(&stage.control(), 1);
    let child = Command::new(env!("CARGO_BIN_EXE_ado2entra"))
        .args(["--config", "config.toml", "apply", "--yes", "--confirm", "fabrikam"])
        .current_dir(stage.path(""))
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    there.recv_timeout(PATIENCE).expect("nothing was ever sent");
    let process = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    drop(release);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));

    let plan = stage.json(&["plan", "show"]);
    let rows = plan["rows"].as_array().unwrap();
    let in_state =
        |wanted: &str| rows.iter().filter(|row| row["decision"] == "map" && row["state"] == wanted).count();
    assert_eq!(in_state("sending") + in_state("unknown"), 0, "{plan}");
    assert!(in_state("planned") > 0, "the run was stopped: {plan}");
    // What is left is sent, what was verified is not sent again.
    stage.run(&["apply", "--yes", "--confirm", "fabrikam"]).exits(0);
    assert!(stage.control().patches().values().all(|times| *times == 1));
}
