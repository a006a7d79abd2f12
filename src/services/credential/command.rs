//! Runs a credential command: an argument list without a shell, in a process group of its own, standard input closed,
//! with a time limit, and without the program's secrets in its environment.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use secrecy::zeroize::{Zeroize, Zeroizing};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::Environment;

/// Most of the output that is kept; the rest is read and dropped.
const MOST: usize = 64 * 1024;

/// How long the ends of the output may stay open after the command itself has ended: something that it started in the
/// background may hold them.
const LINGER: Duration = Duration::from_millis(300);

/// What a command left behind.
pub(crate) struct Output {
    pub status: ExitStatus,
    pub stdout: Zeroizing<Vec<u8>>,
    pub stderr: Vec<u8>,
}

/// Why there is none.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no such program on the path.
    NoProgram,
    /// It asks something in the terminal, and there is none.
    NoTerminal(io::Error),
    /// It could not be started, or its end could not be read.
    Io(io::Error),
    /// It took too long and was killed with everything in its process group.
    TimedOut,
}

/// Kills the process group unless the command ended by itself; also when the one who waits is dropped.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0 {
            // An error means that nobody is left in it.
            let _nobody_left = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// How long a person may take to answer a command that asks.
pub(crate) const PERSON: Duration = Duration::from_secs(300);

/// Runs a command that asks something in the terminal, to its end: the terminal is its input and takes its messages. It stays in
/// the process group of this program, which is the one that may read the terminal; so only the command itself is stopped when
/// it takes too long.
pub(crate) async fn run_asking(
    command: &[String],
    environment: &Environment,
    hidden: &BTreeSet<String>,
    limit: Duration,
) -> Result<Output, Failure> {
    let [program, arguments @ ..] = command else { return Err(Failure::NoProgram) };
    let terminal = File::options().read(true).write(true).open("/dev/tty").map_err(Failure::NoTerminal)?;
    let messages = terminal.try_clone().map_err(Failure::NoTerminal)?;
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(environment.without(hidden))
        .stdin(Stdio::from(terminal))
        .stdout(Stdio::piped())
        .stderr(Stdio::from(messages))
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Failure::NoProgram,
            _ => Failure::Io(error),
        })?;
    let mut stdout = Zeroizing::new(Vec::with_capacity(MOST));
    let out = child.stdout.take();
    let whole = async {
        let (status, ()) = tokio::join!(child.wait(), collect(out, &mut stdout));
        status
    };
    match tokio::time::timeout(limit, whole).await {
        Ok(Ok(status)) => Ok(Output { status, stdout, stderr: Vec::new() }),
        Ok(Err(error)) => Err(Failure::Io(error)),
        Err(_) => Err(Failure::TimedOut),
    }
}

/// Runs a command to its end.
pub(crate) async fn run(
    command: &[String],
    environment: &Environment,
    hidden: &BTreeSet<String>,
    limit: Duration,
) -> Result<Output, Failure> {
    let [program, arguments @ ..] = command else { return Err(Failure::NoProgram) };
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(environment.without(hidden))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Failure::NoProgram,
            _ => Failure::Io(error),
        })?;
    let mut group = Group(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw));
    let (mut stdout, mut stderr) = (Zeroizing::new(Vec::with_capacity(MOST)), Vec::new());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let ended = {
        let reading = async { tokio::join!(collect(out, &mut stdout), collect(err, &mut stderr)) };
        let mut reading = std::pin::pin!(reading);
        let whole = async {
            let mut read = false;
            let status = loop {
                tokio::select! {
                    status = child.wait() => break status,
                    _ = &mut reading, if !read => read = true,
                }
            };
            if !read {
                // What came until then counts.
                drop(tokio::time::timeout(LINGER, &mut reading).await);
            }
            status
        };
        tokio::time::timeout(limit, whole).await
    };
    match ended {
        Ok(Ok(status)) => {
            group.0 = None;
            Ok(Output { status, stdout, stderr })
        }
        Ok(Err(error)) => Err(Failure::Io(error)),
        Err(_) => Err(Failure::TimedOut),
    }
}

async fn collect(from: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) {
    let Some(mut from) = from else { return };
    let mut piece = [0_u8; 4096];
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        let room = MOST.saturating_sub(into.len()).min(count);
        into.extend_from_slice(piece.get(..room).unwrap_or_default());
    }
    piece.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Vec<String> {
        ["/bin/sh", "-c", script].map(str::to_owned).to_vec()
    }

    async fn run_it(script: &str, limit: Duration) -> Result<Output, Failure> {
        let environment =
            Environment::of([("PATH", "/usr/bin:/bin"), ("SECRET_ONE", "tell-nobody"), ("PLAIN", "fine")]);
        run(&sh(script), &environment, &BTreeSet::from(["SECRET_ONE".to_owned()]), limit).await
    }

    #[tokio::test]
    async fn the_child_sees_the_environment_without_the_secrets() {
        let output =
            run_it("echo \"$PLAIN/$SECRET_ONE/$HOME\"; cat; echo oops >&2; exit 3", Duration::from_secs(20))
                .await
                .unwrap();
        assert_eq!(output.stdout.as_slice(), b"fine//\n");
        assert_eq!(output.stderr, b"oops\n");
        assert_eq!(output.status.code(), Some(3));
    }

    #[tokio::test]
    async fn a_flood_of_output_is_read_and_dropped() {
        let output = run_it("head -c 3000000 /dev/zero", Duration::from_secs(30)).await.unwrap();
        assert!(output.status.success());
        assert_eq!(output.stdout.len(), MOST);
    }

    #[tokio::test]
    async fn too_long_kills_the_whole_group() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("pid");
        let script = format!("sleep 600 & echo $! > {}; wait", mark.display());
        let mut limit = Duration::from_millis(700);
        // On a slow machine it has to have begun, too.
        let pid: i32 = loop {
            assert!(matches!(run_it(&script, limit).await, Err(Failure::TimedOut)));
            let told = std::fs::read_to_string(&mark).unwrap_or_default();
            match told.strip_suffix('\n') {
                Some(pid) => break pid.parse().unwrap(),
                None => limit *= 3,
            }
        };
        let alive = || {
            // A killed process may stay as a zombie until its new parent asks for it.
            std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
        };
        for _ in 0..3000 {
            if !alive() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the grandchild lives on");
    }

    #[tokio::test]
    async fn something_left_in_the_background_does_not_hold_the_answer() {
        let output = run_it("sleep 30 & echo token", Duration::from_secs(20)).await.unwrap();
        assert_eq!(output.stdout.as_slice(), b"token\n");
    }

    #[tokio::test]
    async fn a_missing_program_is_told_apart() {
        let environment = Environment::of([("PATH", "/nowhere")]);
        let failure = run(&["az".into()], &environment, &BTreeSet::new(), Duration::from_secs(5)).await;
        assert!(matches!(failure, Err(Failure::NoProgram)));
        assert!(matches!(
            run(&[], &environment, &BTreeSet::new(), Duration::from_secs(5)).await,
            Err(Failure::NoProgram)
        ));
    }
}
