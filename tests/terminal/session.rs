//! What is left is found again, also after the terminal was taken away; a long reading can be stopped.

use std::path::Path;

use rustix::process::{Signal, kill_process};

use crate::pty::{Terminal, alone, demo};
use crate::world::{Spec, World};

fn dashboard(world: &World) -> Terminal {
    let command = [env!("CARGO_BIN_EXE_ado2entra"), "--config", "config.toml"].map(str::to_owned);
    let terminal = Terminal::start_in(Some(world.folder.path()), &command, &[], true);
    terminal.wait_for("Prerequisites");
    terminal
}

#[test]
fn a_hang_up_keeps_tab_filter_and_prerequisite() {
    let _alone = alone();
    let spec = Spec { maps: 2, removals: 0, invitations: 0, ..Spec::default() };
    let world = World::new(Path::new(env!("CARGO_BIN_EXE_ado2entra")), &spec);
    let mut terminal = dashboard(&world);
    terminal.wait_until_loaded();
    terminal.type_keys("/pass\r2/!missing\r");
    terminal.wait_for("!missing");
    terminal.wait_until_quiet();
    kill_process(terminal.pid(), Signal::HUP).unwrap();
    assert_eq!(terminal.end(), 129);
    let mut again = dashboard(&world);
    again.wait_for("!missing");
    again.type_keys("1");
    again.wait_for("filter: pass");
    again.type_keys("q");
    assert_eq!(again.end(), 0);
}

#[test]
fn a_long_reading_shows_how_far_it_is_and_is_stopped_by_a_key() {
    let _alone = alone();
    let mut command = demo();
    command
        .extend(["--org-users", "30", "--tenant-users", "60000", "--latency-ms", "700"].map(str::to_owned));
    let mut terminal = Terminal::start(&command, &[], true);
    terminal.wait_for("people of the tenant: ");
    terminal.wait_for("Ctrl-x stop");
    terminal.type_keys("\u{18}");
    terminal.wait_for("it was stopped");
    terminal.wait(|screen| !screen.contents().contains("Ctrl-x stop"), "nothing to stop any more");
    terminal.quit();
}
