//! A service that gives so many units in a window and no more, as Azure DevOps does: the clients slow down before they are
//! refused. Counted at the simulator, by its clock; nothing here measures speed. `examples/throttled_run.rs` does.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may")]

use std::path::Path;
use std::time::Duration;

use ado2entra::simulator::{Aim, Fault, Options, Quota};

#[path = "support/world.rs"]
#[expect(dead_code, reason = "others use the rest of it")]
mod world;

use world::{Spec, World};

fn world(maps: usize, options: Options) -> World {
    let spec = Spec { maps, removals: 0, invitations: 0, options, ..Spec::default() };
    World::new(Path::new(env!("CARGO_BIN_EXE_ado2entra")), &spec)
}

#[test]
fn nobody_is_refused_and_nothing_comes_inside_a_closed_window() {
    let people = 40;
    let world = world(people, Options::default());
    let control = world.control();
    control.forget_requests();
    // 40 people are two to three windows.
    let window = Duration::from_secs(4);
    let quota = Quota { units: 50.0, window, longest_delay: Duration::from_secs(1), ..Quota::default() };
    control.set_quota(Some(quota));
    let ran = world.apply();
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let seen = control.consumption();
    assert!(seen["vsaex"].units > 80.0 && seen["vssps"].units > 80.0, "{seen:?}");
    for (service, seen) in &seen {
        assert_eq!(seen.inside_closed_windows, 0, "{service}: {seen:?}");
        assert_eq!(seen.refused, 0, "{service}: {seen:?}");
    }
    assert!(control.requests().iter().all(|request| request.status != 429));
    assert_eq!(world.unfinished(), Vec::<String>::new());
    assert_eq!(world.wrongs(), Vec::<String>::new());
}

/// What the administrator sees of it: the time until which a service is left alone, on the command line's progress.
#[test]
fn a_change_that_was_put_off_is_sent_when_its_time_is_over_and_others_services_are_not_held_up() {
    let options = Options { throttle_after: 1, throttle_for: Duration::from_secs(2), ..Options::default() };
    let world = world(2, options);
    let control = world.control();
    control.forget_requests();
    control.aim(Aim::Changes);
    control.set_fault(Fault::Throttle, true);
    let ran = world.apply();
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let requests = control.requests();
    let refused = requests.iter().find(|request| request.status == 429).unwrap();
    let until = refused.at + Duration::from_secs(2);
    let inside = |service: &str| {
        let service = format!("/{service}/");
        let of_it = requests.iter().filter(move |request| request.path.starts_with(&service));
        of_it
            .filter(|request| request.at > refused.at + Duration::from_millis(100) && request.at < until)
            .count()
    };
    assert_eq!(inside("vssps"), 0, "nothing goes to the service that asked to wait");
    assert_eq!(world.wrongs(), Vec::<String>::new());
    assert_eq!(world.unfinished(), Vec::<String>::new());
}
