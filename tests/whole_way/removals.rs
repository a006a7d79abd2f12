//! Who must not be removed is read again right before each removal.

use ado2entra::domain::plan::{Decision, RowState};
use ado2entra::domain::{Outcome, StorageKey};
use ado2entra::simulator::{Control, Fault, Options};
use ado2entra::tasks::Model;

use super::stage::{Stage, configured, stage};

/// Two people decided to go; the second one is ordinary in the end, too.
async fn two_to_go(stage: &mut Stage) -> (Model, StorageKey, StorageKey) {
    let mut model = stage.read().await;
    let mut missing = Stage::people(&model, Outcome::Missing).into_iter();
    let (changes, stays) = (missing.next().unwrap(), missing.next().unwrap());
    stage.decide(&mut model, &changes, Decision::Remove).await;
    stage.decide(&mut model, &stays, Decision::Remove).await;
    (model, changes, stays)
}

/// What happens between the reading of the run and the removal refuses it with these words; the other one goes.
async fn refused_after(change: impl FnOnce(&Control, &StorageKey) -> bool, words: &str) {
    let mut stage = stage(Options::default()).await;
    let (mut model, changes, stays) = two_to_go(&mut stage).await;
    let control = stage.simulator.control();
    assert!(change(&control, &changes));
    let states = stage.apply(&mut model).await;
    assert_eq!(stage.stopped, None);
    let row = model.plan.row(&changes).unwrap();
    assert_eq!(states.get(&changes), Some(&RowState::Refused), "{row:?}");
    assert!(row.error.as_deref().unwrap().contains(words), "{row:?}");
    assert_eq!(states.get(&stays), Some(&RowState::Verified), "{:?}", model.plan.row(&stays));
    let removed = control.effects().removed;
    assert!(!removed.contains_key(changes.as_str()) && removed.contains_key(stays.as_str()), "{removed:?}");
}

#[tokio::test]
async fn who_became_an_administrator_meanwhile_stays() {
    refused_after(
        |control, key| control.make_administrator(key.as_str()),
        "Project Collection Administrator",
    )
    .await;
}

#[tokio::test]
async fn who_became_the_owner_meanwhile_stays() {
    refused_after(|control, key| control.make_owner(key.as_str()), "owns the organization").await;
}

#[tokio::test]
async fn nobody_is_removed_while_the_administrators_cannot_be_read() {
    let mut stage = configured(Options::default(), "stop_after_failures = 50").await;
    let (mut model, changes, stays) = two_to_go(&mut stage).await;
    stage.simulator.control().set_fault(Fault::NoPcaPermission, true);
    let states = stage.apply(&mut model).await;
    for key in [&changes, &stays] {
        assert_ne!(states.get(key), Some(&RowState::Verified), "{:?}", model.plan.row(key));
    }
    assert!(stage.simulator.control().effects().removed.is_empty());
}

#[tokio::test]
async fn an_owner_whom_the_service_does_not_tell_is_no_reason_against_others() {
    let mut stage = stage(Options { faults: vec![Fault::NoOwnerPermission], ..Options::default() }).await;
    let (mut model, changes, stays) = two_to_go(&mut stage).await;
    let states = stage.apply(&mut model).await;
    for key in [&changes, &stays] {
        assert_eq!(states.get(key), Some(&RowState::Verified), "{:?}", model.plan.row(key));
    }
}
