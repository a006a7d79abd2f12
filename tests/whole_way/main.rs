//! The whole way through every layer but the screen: the simulator over real HTTP, the clients, the store, the plan, the
//! apply run; and what becomes of it when something breaks.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod evening;
mod faults;
mod guests;
mod network;
mod removals;
mod stage;
mod stopping;

use ado2entra::domain::plan::{Decision, RowState};
use ado2entra::domain::schedule::Disposition;
use ado2entra::domain::{ConnectionState, Outcome};
use ado2entra::simulator::Options;

use stage::stage;

#[tokio::test]
async fn safe_people_are_mapped_and_proven_after_the_switch() {
    let mut stage = stage(Options::default()).await;
    let mut model = stage.read().await;
    let analysis = model.analysis.clone().unwrap();
    assert_eq!(analysis.state, ConnectionState::NotConnected);
    let counts = analysis.forecast.as_ref().unwrap().counts();
    for outcome in Outcome::ALL {
        assert!(counts.get(&outcome).is_some_and(|n| *n > 0), "nobody is {outcome}: {counts:?}");
    }

    let decided = stage.accept_safe(&mut model).await;
    assert!(decided.len() >= 3, "{counts:?}");

    // Before the switch a map waits, and nothing is sent.
    let order = stage.order(&model);
    assert!(order.schedule.rows.iter().all(|row| !matches!(row.disposition, Disposition::Send(_))));
    assert!(stage.simulator.control().patches().is_empty());

    stage.simulator.control().connect();
    let mut model = stage.read().await;
    assert_eq!(model.analysis.as_ref().unwrap().state, ConnectionState::Connected);
    let states = stage.apply(&mut model).await;
    assert_eq!(stage.stopped, None);
    for key in &decided {
        assert_eq!(states.get(key), Some(&RowState::Verified), "{key}: {:?}", model.plan.row(key));
    }
    let sent = stage.simulator.control().mappings();
    for key in &decided {
        assert_eq!(sent.get(key.as_str()), Some(&1), "{key}");
    }

    // A second run has nothing to do.
    let mut model = stage.read().await;
    assert_eq!(
        stage.apply(&mut model).await.values().filter(|state| **state == RowState::Verified).count(),
        0
    );
    assert_eq!(stage.simulator.control().mappings(), sent);
}

#[tokio::test]
async fn a_removal_and_an_invitation_go_before_the_switch_and_the_invitation_goes_on_after_it() {
    let mut stage = stage(Options::default()).await;
    stage.simulator.control().set_invitation_policy("everyone");
    let mut model = stage.read().await;
    let missing: Vec<_> = model
        .analysis
        .clone()
        .unwrap()
        .forecast
        .clone()
        .unwrap()
        .people()
        .iter()
        .filter(|person| person.outcome == Outcome::Missing && person.privileged == Some(false))
        .map(|person| person.storage_key.clone())
        .collect();
    let [gone, guest, ..] = missing.as_slice() else { panic!("two people who are not in the tenant") };
    let address = model.roster.get().unwrap().get(guest).unwrap().principal_name.to_string();
    stage.decide(&mut model, gone, Decision::Remove).await;
    stage.decide(&mut model, guest, Decision::Invite { address: address.clone() }).await;

    let states = stage.apply(&mut model).await;
    assert_eq!(stage.stopped, None);
    assert_eq!(states.get(gone), Some(&RowState::Verified), "{:?}", model.plan.row(gone));
    assert_eq!(states.get(guest), Some(&RowState::Applied), "{:?}", model.plan.row(guest));
    let invitations = |stage: &stage::Stage| {
        let requests = stage.simulator.control().requests();
        requests
            .iter()
            .filter(|request| request.method == "POST" && request.path.ends_with("/invitations"))
            .count()
    };
    assert_eq!(invitations(&stage), 1);
    let model = stage.read().await;
    assert!(model.roster.get().unwrap().get(gone).is_none());

    stage.simulator.control().connect();
    let mut model = stage.read().await;
    let states = stage.apply(&mut model).await;
    assert_eq!(states.get(guest), Some(&RowState::Verified), "{:?}", model.plan.row(guest));
    assert_eq!(invitations(&stage), 1, "never invited twice");
}
