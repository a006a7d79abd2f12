//! Two instances on one state directory: the first one is the one, the second one reads and says who the first is.

use std::path::Path;

use crate::pty::{Terminal, alone};
use crate::world::{Spec, World};

fn dashboard(world: &World) -> Terminal {
    let command = [env!("CARGO_BIN_EXE_ado2entra"), "--config", "config.toml"].map(str::to_owned);
    let terminal = Terminal::start_in(Some(world.folder.path()), &command, &[], true);
    terminal.wait_for("Prerequisites");
    terminal.wait_until_loaded();
    terminal
}

#[test]
fn the_second_dashboard_and_every_command_only_read() {
    let _alone = alone();
    let spec = Spec { maps: 2, removals: 0, invitations: 0, ..Spec::default() };
    let world = World::new(Path::new(env!("CARGO_BIN_EXE_ado2entra")), &spec);
    let mut first = dashboard(&world);
    let mut second = dashboard(&world);
    second.wait_for("nothing can be decided");

    let refused = world.run(&["apply", "--yes", "--confirm", "fabrikam"]);
    assert_eq!(refused.code, Some(5), "{refused:#?}");
    assert!(refused.stderr.contains("another instance"), "{refused:#?}");
    assert!(
        refused.stderr.contains(&format!("process {}", first.pid().as_raw_nonzero().get())),
        "{refused:#?}"
    );
    assert!(refused.stderr.contains("since"), "{refused:#?}");
    assert!(world.control().effects().mapped.is_empty());
    let read = world.run(&["plan", "show"]);
    assert!(read.code == Some(0) && read.stdout.contains("Decided: 2"), "{read:#?}");

    second.type_keys("q");
    assert_eq!(second.end(), 0);
    // Killed, it leaves nothing behind.
    rustix::process::kill_process(first.pid(), rustix::process::Signal::KILL).unwrap();
    first.end();
    let applied = world.run(&["apply", "--yes", "--confirm", "fabrikam"]);
    assert_eq!(applied.code, Some(0), "{applied:#?}");
    assert_eq!(world.unfinished(), Vec::<String>::new());
}
