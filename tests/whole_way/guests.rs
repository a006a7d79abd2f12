//! Invitations: the address is looked for first, nobody is invited twice, guests are waited for while others go on, and each
//! refusal says what to do.

use std::cell::Cell;
use std::time::Duration;

use ado2entra::domain::StorageKey;
use ado2entra::domain::plan::{Decision, RowState};
use ado2entra::domain::schedule::Disposition;
use ado2entra::domain::schedule::machine::Pace;
use ado2entra::domain::{Outcome, ProblemKind};
use ado2entra::simulator::{Fault, Options};
use ado2entra::tasks::Model;
use ado2entra::tasks::{ApplyEvent, Msg};

use super::stage::{Stage, hurried, stage};

async fn invited(stage: &mut Stage, model: &mut Model) -> (StorageKey, String) {
    stage.simulator.control().set_invitation_policy("everyone");
    let guest = Stage::people(model, Outcome::Missing).remove(0);
    let address = model.roster.get().unwrap().get(&guest).unwrap().principal_name.to_string();
    stage.decide(model, &guest, Decision::Invite { address: address.clone() }).await;
    (guest, address)
}

#[tokio::test]
async fn a_guest_whom_azure_devops_does_not_know_yet_is_tried_again_while_others_go_on() {
    let hours = Duration::from_secs(4 * 3600);
    let late = Options { faults: vec![Fault::LateEntra], entra_delay: hours, ..Options::default() };
    let mut stage = stage(late).await;
    stage.session.set_pace(Pace { guest_limit: hours, ..hurried() });
    let mut model = stage.read().await;
    let (guest, _) = invited(&mut stage, &mut model).await;
    let decided = stage.accept_safe(&mut model).await;
    stage.simulator.control().connect();
    let mut model = stage.read().await;
    let _runner = stage.begin(&model);
    let is_done = |msg: &Msg| matches!(msg, Msg::Apply(ApplyEvent::Finished { .. }));
    // Everybody else is through and the guest rests; only then does Azure DevOps come to know the guest.
    let (others, rested) = (Cell::new(0), Cell::new(false));
    let others_are_through = |msg: &Msg| {
        match msg {
            Msg::Apply(ApplyEvent::GuestsRest { guests: 1, .. }) => rested.set(true),
            Msg::Apply(ApplyEvent::RowChanged(row)) if row.state == RowState::Verified => {
                assert_ne!(row.storage_key, guest, "nobody knows the guest yet");
                others.set(others.get() + 1);
            }
            _ => {}
        }
        rested.get() && others.get() == decided.len()
    };
    stage.until(&mut model, others_are_through).await;
    stage.simulator.control().catch_up();
    stage.until(&mut model, is_done).await;
    assert_eq!(model.apply.as_ref().unwrap().finished.as_ref().unwrap().1, None);
    assert_eq!(model.plan.row(&guest).unwrap().state, RowState::Verified, "{:?}", model.plan.row(&guest));
    assert_eq!(stage.requests("POST", "/invitations"), 1);
    assert_eq!(stage.simulator.control().mappings().get(guest.as_str()), Some(&1));
}

#[tokio::test]
async fn an_invitation_without_an_answer_is_looked_for_and_not_repeated() {
    let mut stage = stage(Options { faults: vec![Fault::InviteUnknown], ..Options::default() }).await;
    let mut model = stage.read().await;
    let (guest, _) = invited(&mut stage, &mut model).await;
    let states = stage.apply(&mut model).await;
    assert_eq!(states.get(&guest), Some(&RowState::Applied), "{:?}", model.plan.row(&guest));
    // After a break: the journal knows the guest, and the mapping follows the switch.
    stage.restart(false).await;
    stage.simulator.control().connect();
    let mut model = stage.read().await;
    let states = stage.apply(&mut model).await;
    assert_eq!(states.get(&guest), Some(&RowState::Verified), "{:?}", model.plan.row(&guest));
    assert_eq!(stage.requests("POST", "/invitations"), 1);
}

#[tokio::test]
async fn somebody_who_is_in_the_tenant_already_is_not_invited() {
    let mut stage = stage(Options::default()).await;
    let mut model = stage.read().await;
    let person = Stage::people(&model, Outcome::Safe).remove(0);
    let forecast = model.analysis.as_ref().unwrap().forecast.clone().unwrap();
    let target = forecast.get(&person).unwrap().target.unwrap();
    let address = model.directory.get().unwrap().get(target).unwrap().mail().unwrap().to_owned();
    stage.decide(&mut model, &person, Decision::Invite { address }).await;
    stage.simulator.control().connect();
    let mut model = stage.read().await;
    let states = stage.apply(&mut model).await;
    assert_eq!(states.get(&person), Some(&RowState::Verified), "{:?}", model.plan.row(&person));
    assert_eq!(stage.requests("POST", "/invitations"), 0);
    assert_eq!(stage.simulator.control().mappings().get(person.as_str()), Some(&1));
}

#[tokio::test]
async fn each_refused_invitation_says_what_to_do() {
    for (fault, stops, remedy) in [
        (Fault::InviteUnauthorized, true, "may not invite"),
        (Fault::InviteDomainBlocked, false, "Collaboration restrictions"),
        (Fault::InviteCrossTenant, false, "Cross-tenant access"),
        (Fault::InviteGroupAddress, false, "address of a group"),
        (Fault::InviteProxyConflict, false, "proxy address"),
    ] {
        let mut stage = stage(Options { faults: vec![fault], ..Options::default() }).await;
        let mut model = stage.read().await;
        let (guest, _) = invited(&mut stage, &mut model).await;
        let states = stage.apply(&mut model).await;
        assert_eq!(states.get(&guest), Some(&RowState::Failed), "{fault}");
        let error = model.plan.row(&guest).unwrap().error.clone().unwrap();
        assert!(error.contains(remedy), "{fault}: {error}");
        let stopped = stage.stopped.clone();
        assert_eq!(
            stopped.as_ref().is_some_and(|it| it.kind == ProblemKind::NotAllowed),
            stops,
            "{fault}: {stopped:?}"
        );
        assert_eq!(stage.requests("POST", "/invitations"), 1, "{fault}: not repeated");
    }
}

#[tokio::test]
async fn a_tenant_that_forbids_invitations_and_its_own_domain_are_told_apart() {
    let mut stage = stage(Options::default()).await;
    let mut model = stage.read().await;
    let (guest, _) = invited(&mut stage, &mut model).await;
    stage.simulator.control().set_invitation_policy("none");
    stage.apply(&mut model).await;
    let error = model.plan.row(&guest).unwrap().error.clone().unwrap();
    assert!(error.contains("External collaboration settings"), "{error}");
    // Tried again alone, after the policy was changed; with an address of the tenant itself.
    stage.simulator.control().set_invitation_policy("everyone");
    stage.decide(&mut model, &guest, Decision::Invite { address: "new.person@contoso.com".into() }).await;
    let states = stage.apply(&mut model).await;
    assert_eq!(states.get(&guest), Some(&RowState::Failed));
    let error = model.plan.row(&guest).unwrap().error.clone().unwrap();
    assert!(error.contains("member instead"), "{error}");
}

#[tokio::test]
async fn an_address_that_graph_refuses_is_never_sent() {
    let mut stage = stage(Options::default()).await;
    let mut model = stage.read().await;
    let guest = Stage::people(&model, Outcome::Missing).remove(0);
    stage.decide(&mut model, &guest, Decision::Invite { address: "adele+ado@fabrikam.com".into() }).await;
    let order = stage.order(&model);
    let row = order.schedule.rows.iter().find(|row| row.storage_key == guest).unwrap();
    assert!(matches!(&row.disposition, Disposition::Refuse(why) if why.contains('+')), "{row:?}");
    stage.apply(&mut model).await;
    assert_eq!(stage.requests("POST", "/invitations"), 0);
}
