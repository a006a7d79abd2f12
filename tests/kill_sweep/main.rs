//! SIGKILL in the middle of an apply run: at the lines of the journal, at the changes on their way, at random moments. Nobody
//! may be done twice, no decision may be lost, and everybody must be done in the end. `examples/kill_sweep.rs` is the long form.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may")]

use std::path::Path;
use std::time::Duration;

use ado2entra::simulator::{Moment, Options};

#[path = "../support/sweep.rs"]
mod sweep;
#[path = "../support/world.rs"]
#[expect(dead_code, reason = "others use the rest of it")]
mod world;

use sweep::{Kill, Tally, finish, start_and_kill};
use world::{Spec, World};

fn world(maps: usize) -> World {
    // The latency tells the moments apart.
    let options = Options { latency: Duration::from_millis(4), ..Options::default() };
    let spec = Spec { maps, removals: 2, invitations: 2, options, ..Spec::default() };
    World::new(Path::new(env!("CARGO_BIN_EXE_ado2entra")), &spec)
}

fn assert_whole(tally: &Tally) {
    assert_eq!(tally.doubled, 0, "{tally:#?}");
    assert_eq!(tally.wrongs, Vec::<String>::new(), "{tally:#?}");
    assert_eq!(tally.unfinished, Vec::<String>::new(), "{tally:#?}");
}

#[test]
fn without_a_kill_everybody_is_done_once() {
    let world = world(2);
    let mut tally = Tally::default();
    finish(&world, &mut tally);
    assert_whole(&tally);
    println!("{tally:#?}");
}

#[test]
fn killed_after_the_effect_and_at_lines_of_the_journal() {
    let world = world(10);
    let mut tally = Tally::default();
    for round in 0..12 {
        let kill = if round % 2 == 0 { Kill::Change(1 + round % 3, Moment::After) } else { Kill::Line(2 + (round % 5) as i64) };
        if start_and_kill(&world, kill, &mut tally) == Some(0) {
            break;
        }
    }
    finish(&world, &mut tally);
    println!("{tally:#?}");
    assert_whole(&tally);
    assert!(tally.kills >= 8, "{tally:#?}");
}
