//! Kills the program in the middle of an apply run, again and again, starts it again until everybody is done, and counts at
//! the service what was done to whom.

use std::io;
use std::process::{Child, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ado2entra::simulator::Moment;
use rustix::process::{Pid, Signal, kill_process};

use super::world::World;

/// When the program is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    /// When so many further lines are in the journal.
    Line(i64),
    /// At the n-th change that it sends (from 1): when it has arrived and nothing has happened, or when it has happened and no
    /// byte of the answer has left.
    Change(u64, Moment),
    /// So long after the start.
    After(Duration),
}

/// What was counted.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Kills that hit a running program.
    pub kills: u32,
    /// Of these, at a line of the journal, at a change, at a random moment.
    pub at_lines: u32,
    pub at_changes: u32,
    pub at_random: u32,
    /// Starts of `apply` in all.
    pub starts: u32,
    /// Killed while this many rows were on the way (`sending`, `applied` or `unknown`), summed up.
    pub on_the_way: u32,
    /// People in the plans.
    pub people: usize,
    /// Changes that were carried out for somebody more than once.
    pub doubled: usize,
    /// Everything else that was not as it must be.
    pub wrongs: Vec<String>,
    /// Rows that were not verified in the end.
    pub unfinished: Vec<String>,
}

impl Tally {
    /// Adds another one.
    pub fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.at_lines += other.at_lines;
        self.at_changes += other.at_changes;
        self.at_random += other.at_random;
        self.starts += other.starts;
        self.on_the_way += other.on_the_way;
        self.people += other.people;
        self.doubled += other.doubled;
        self.wrongs.extend(other.wrongs);
        self.unfinished.extend(other.unfinished);
    }
}

/// A lock with a bell: the hook at the simulation waits in it until the killed process is gone.
#[derive(Default)]
struct Gone {
    gone: Mutex<bool>,
    bell: Condvar,
}

impl Gone {
    fn say(&self) {
        *self.gone.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.notify_all();
    }

    fn wait(&self) {
        let gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(gone, Duration::from_secs(60), |gone| !*gone);
        drop(waited);
    }
}

fn shoot(process: u32) {
    if let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        let _ = kill_process(process, Signal::KILL);
    }
}

/// Starts `apply` and kills it at this moment. `Some` is its exit code, where it ended by itself before.
pub fn start_and_kill(world: &World, kill: Kill, tally: &mut Tally) -> Option<i32> {
    tally.starts += 1;
    let lines = |store: &rusqlite::Connection| -> i64 {
        store.query_row("SELECT coalesce(max(id), 0) FROM journal", [], |row| row.get(0)).unwrap_or(0)
    };
    let store = world.look();
    let before = lines(&store);
    let control = world.control();
    let mut command = world.apply_command();
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let gone = Arc::new(Gone::default());
    let target = Arc::new(Mutex::new(None::<u32>));
    if let Kill::Change(number, moment) = kill {
        let (gone, target) = (Arc::clone(&gone), Arc::clone(&target));
        let first = Mutex::new(None::<u64>);
        control.on_change(move |change| {
            let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
            let nth = change.number - *first.get_or_insert(change.number) + 1;
            if nth == number && change.moment == moment {
                let process = *target.lock().unwrap_or_else(PoisonError::into_inner);
                process.into_iter().for_each(shoot);
                gone.wait();
            }
        });
    }
    // Held until the number of the process is known: the hook asks for it.
    let mut known = target.lock().unwrap_or_else(PoisonError::into_inner);
    let mut child = command.spawn().unwrap();
    *known = Some(child.id());
    drop(known);
    let begun = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        match kill {
            Kill::Line(further) if lines(&store) >= before + further => break kill_now(&mut child).unwrap(),
            Kill::After(pause) if begun.elapsed() >= pause => break kill_now(&mut child).unwrap(),
            _ => std::thread::sleep(Duration::from_micros(300)),
        }
    };
    gone.say();
    control.forget_hook();
    if code.is_none() {
        tally.kills += 1;
        match kill {
            Kill::Line(_) => tally.at_lines += 1,
            Kill::Change(..) => tally.at_changes += 1,
            Kill::After(_) => tally.at_random += 1,
        }
        let states = world.states();
        let open =
            states.values().filter(|state| ["sending", "applied", "unknown"].contains(&state.as_str()));
        tally.on_the_way += u32::try_from(open.count()).unwrap_or(0);
    }
    code
}

/// Kills it. `None`: it died of it.
fn kill_now(child: &mut Child) -> io::Result<Option<i32>> {
    child.kill()?;
    Ok(child.wait()?.code())
}

/// Lets the run come to its end, however often it has to be started, and counts.
pub fn finish(world: &World, tally: &mut Tally) {
    let mut last = String::new();
    for _ in 0..12 {
        tally.starts += 1;
        let ran = world.apply();
        if ran.code == Some(0) && world.unfinished().is_empty() {
            break;
        }
        last = format!("{:?}: {}", ran.code, ran.stderr);
    }
    tally.people += world.people.len();
    tally.doubled += world.control().effects().doubled().len();
    tally.wrongs.extend(world.wrongs());
    let open = world.unfinished();
    if !open.is_empty() {
        tally.unfinished.push(format!("{} ({last})", open.join("\n")));
    }
}

/// Kills one world's run again and again, at moments drawn from this seed, and then lets it finish. Kills at most so often.
pub fn random(world: &World, kills: u32, random: &mut fastrand::Rng, longest: Duration) -> Tally {
    let mut tally = Tally::default();
    while tally.kills < kills {
        let kill = match random.u32(0..10) {
            0..2 => Kill::Line(random.i64(1..8)),
            2..4 => {
                Kill::Change(random.u64(1..4), if random.bool() { Moment::Before } else { Moment::After })
            }
            _ => Kill::After(longest.mul_f64(random.f64())),
        };
        if start_and_kill(world, kill, &mut tally) == Some(0) {
            break;
        }
    }
    finish(world, &mut tally);
    tally
}

/// Kills a fresh world once, at this boundary, and lets it finish.
pub fn boundary(world: &World, kill: Kill) -> Tally {
    let mut tally = Tally::default();
    start_and_kill(world, kill, &mut tally);
    finish(world, &mut tally);
    tally
}
