//! A disk that is full, fails at the n-th write, or takes nothing at all, under the real program: no call leaves whose intent is
//! not on disk, the message is one, what is stored stays and can be seen, and with room again everybody is done.
//!
//! Two kinds of disk: a small file system of its own (needs the right to mount, which root has; elsewhere that test says that it
//! did nothing), and a limit on the size of files (`ulimit -f`), which every account may set: SQLite then gets EFBIG at the write
//! that would cross it, one page later each time.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "a test may")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use ado2entra::simulator::Options;

#[path = "support/child.rs"]
mod child;
#[path = "support/world.rs"]
#[expect(dead_code, reason = "others use the rest of it")]
mod world;

use world::{CONFIG, Ran, Spec, World, ran};

fn world(maps: usize) -> World {
    let spec = Spec { maps, removals: 1, invitations: 1, options: Options::default(), ..Spec::default() };
    World::new(Path::new(env!("CARGO_BIN_EXE_ado2entra")), &spec)
}

/// `apply` under a limit on the size of files, in blocks of 512 bytes; SIGXFSZ ignored, so that the write fails instead.
fn limited(world: &World, blocks: u64, arguments: &str) -> Ran {
    let mut command = Command::new("/bin/sh");
    command
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$PROGRAM\" --config config.toml {arguments}"));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("PROGRAM", env!("CARGO_BIN_EXE_ado2entra"));
    command
        .current_dir(world.folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    ran(command)
}

/// Every call that came has its intent on record; nobody was done twice; no decision is lost; the file is whole.
fn assert_nothing_off_the_record(world: &World, about: &str) {
    assert_eq!(world.wrongs(), Vec::<String>::new(), "{about}");
    let store = world.look();
    let intents: i64 = store
        .query_row("SELECT count(*) FROM journal WHERE state = 'sending'", [], |row| row.get(0))
        .unwrap();
    let calls = calls(world);
    assert!(calls <= intents, "{about}: {calls} calls and {intents} intents");
}

/// Not a test by itself: finishes a run without the product's patience.
#[test]
fn child_that_applies() {
    if let Some(config) = std::env::var_os(CONFIG) {
        std::process::exit(child::run(Path::new(&config)));
    }
}

/// Everybody is done in the end, and nobody twice.
fn with_room_again(mut world: World) {
    let this = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
    let arguments = ["--exact", "child_that_applies", "--nocapture", "--test-threads=1"].map(str::to_owned);
    world.apply_by = Some([this].into_iter().chain(arguments).collect());
    for _ in 0..6 {
        if world.unfinished().is_empty() || world.apply().code == Some(0) {
            break;
        }
    }
    assert_eq!(world.unfinished(), Vec::<String>::new());
    assert_nothing_off_the_record(&world, "with room again");
}

/// How many changes arrived at the services, carried out or not.
fn calls(world: &World) -> i64 {
    let requests = world.control().requests().into_iter();
    let changes = requests.filter(|request| {
        ["PATCH", "DELETE"].contains(&request.method.as_str()) || request.path.ends_with("/invitations")
    });
    i64::try_from(changes.count()).unwrap()
}

/// A run under a limit of so many pages in SQLite's log: the write after that fails, and so does every later one. Says whether the
/// run got through all the same. Then with room again, from what is there.
fn a_run_whose_log_takes(pages: u64, template: &World) -> bool {
    let world = template.again();
    // What an earlier run wrote is in the main file; what this one writes begins at 0 in the -wal file: a header, and 4120 bytes a
    // page. Below 64 blocks not even the -shm file fits.
    let blocks = FIRST_BLOCKS + (pages * 4120).div_ceil(512);
    let ran = limited(&world, blocks, "--format json apply --yes --confirm fabrikam");
    let about = format!("{pages} pages: {ran:#?}");
    assert_nothing_off_the_record(&world, &about);
    if ran.code == Some(0) {
        assert_eq!(world.unfinished(), Vec::<String>::new(), "{about}");
        return true;
    }
    assert!([Some(1), Some(5)].contains(&ran.code), "{about}");
    assert!(!ran.stderr.contains("panicked") && !ran.stderr.contains("a fault of its own"), "{about}");
    let complaints = ran.stderr.lines().filter(|line| line.contains("disk")).count();
    assert!((1..=2).contains(&complaints), "one clear message: {about}");
    if pages.is_multiple_of(8) {
        // What is stored can be seen meanwhile.
        let shown = limited(&world, blocks, "plan show");
        assert!(shown.stdout.contains("Decided:"), "{shown:#?}");
    }
    // Where nothing has happened yet, all the runs begin alike.
    if calls(&world) > 0 || pages.is_multiple_of(4) {
        with_room_again(world);
    }
    false
}

/// The smallest limit under which a store can be opened.
const FIRST_BLOCKS: u64 = 65;

/// Each write of a run that maps, removes and invites, one after the other: a limit that is a page larger each time, in a world in
/// which nothing has happened yet, until the run gets through.
#[test]
fn a_disk_that_fails_at_the_nth_write() {
    let config = "\n[apply]\nconcurrency = 1\n".to_owned();
    let spec = Spec { maps: 1, removals: 1, invitations: 1, config, ..Spec::default() };
    let template = World::decided(Path::new(env!("CARGO_BIN_EXE_ado2entra")), &spec);
    let (next, through) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let pages = next.fetch_add(1, Ordering::SeqCst);
                    if pages > through.load(Ordering::SeqCst) {
                        return;
                    }
                    assert!(pages < 400, "no end to it");
                    if a_run_whose_log_takes(pages, &template) {
                        through.fetch_min(pages, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    let through = through.into_inner();
    eprintln!("the disk failed at each of {through} writes");
    assert!(through >= 20, "a run writes more than {through} pages");
}

/// A file system of its own, gone with the value.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path, kilobytes: u32) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={kilobytes}k,mode=0700"), "tmpfs"]).arg(at);
        let mounted = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        mounted.then(|| Self(at.to_owned()))
    }

    fn remount(&self, options: &str) {
        let done =
            Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_is_full_and_one_that_became_read_only() {
    let world = world(8);
    let state = world.path("state");
    let kept = world.path("kept");
    std::fs::rename(&state, &kept).unwrap();
    let Some(disk) = Disk::mount(&state, 4096) else {
        eprintln!("not tested: this account may not mount a file system");
        return;
    };
    let copied =
        Command::new("cp").arg("-a").arg(format!("{}/.", kept.display())).arg(&state).status().unwrap();
    assert!(copied.success());
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o700)).unwrap();

    // Full from the first byte.
    let filler = state.join("filler");
    let fill = |room: u64| {
        let _ = std::fs::write(&filler, vec![0; 8 << 20]);
        if room > 0 {
            let length = std::fs::metadata(&filler).unwrap().len();
            std::fs::OpenOptions::new().write(true).open(&filler).unwrap().set_len(length - room).unwrap();
        }
    };
    let mut failed = 0;
    for room in [0, 8 << 10, 48 << 10, 96 << 10, 160 << 10, 224 << 10] {
        std::fs::remove_file(&filler).ok();
        fill(room);
        let ran = world.apply();
        let about = format!("{room} bytes left: {ran:#?}");
        std::fs::remove_file(&filler).unwrap();
        assert_nothing_off_the_record(&world, &about);
        if ran.code == Some(0) {
            break;
        }
        failed += 1;
        assert!([Some(1), Some(5)].contains(&ran.code), "{about}");
        assert!(ran.stderr.contains("full") || ran.stderr.contains("disk") || room > 0, "{about}");
        fill(0);
        let shown = world.run(&["plan", "show"]);
        assert!(shown.stdout.contains("Decided:"), "{shown:#?}");
        // Exports go elsewhere, and work.
        let export = world.run(&["plan", "export", "-"]);
        assert!(export.stdout.contains("storage_key"), "{export:#?}");
        std::fs::remove_file(&filler).unwrap();
    }
    assert!(failed >= 2, "the disk was full {failed} times");

    let before = calls(&world);
    disk.remount("ro");
    let ran = world.apply();
    assert_eq!(ran.code, Some(5), "{ran:#?}");
    assert!(ran.stderr.contains("read-only"), "{ran:#?}");
    assert_eq!(calls(&world), before, "nothing was sent");
    let shown = world.run(&["plan", "show"]);
    assert!(shown.stdout.contains("Decided:"), "{shown:#?}");
    disk.remount("rw");

    with_room_again(world);
}
