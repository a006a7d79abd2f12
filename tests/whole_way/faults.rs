//! What becomes of a run when something breaks. Nothing may be sent twice, nothing may be called done that is not.

use ado2entra::domain::plan::RowState;
use ado2entra::domain::{Outcome, ProblemKind};
use ado2entra::simulator::{Fault, Options, TenantChange};
use ado2entra::tasks::effect::Effect;
use ado2entra::tasks::{Msg, Runner};
use std::sync::Arc;

use super::stage::stage;

#[tokio::test]
async fn a_call_without_an_answer_is_settled_by_reading() {
    let mut stage = stage(Options::default()).await;
    let (mut model, decided) = stage.decided_and_connected().await;
    stage.simulator.control().set_fault(Fault::PatchUnknown, true);
    let states = stage.apply(&mut model).await;
    let mapped = stage.simulator.control().mappings();
    for key in &decided {
        assert!(mapped.get(key.as_str()).is_none_or(|n| *n == 1), "sent twice: {key}");
        // The call was carried out: what is read back proves it.
        if mapped.contains_key(key.as_str()) {
            assert_eq!(states.get(key), Some(&RowState::Verified), "{:?}", model.plan.row(key));
        }
    }
    assert!(!mapped.is_empty());
}

#[tokio::test]
async fn a_changed_storage_key_is_found_by_target_access_level_and_groups() {
    let mut stage = stage(Options { faults: vec![Fault::KeysChange], ..Options::default() }).await;
    let mut model = stage.read().await;
    let decided = stage.accept_safe(&mut model).await;
    // The reading from before the switch is taken before an apply run, which sends nothing yet.
    stage.apply(&mut model).await;
    stage.simulator.control().connect();
    let mut model = stage.read().await;
    let states = stage.apply(&mut model).await;
    for key in &decided {
        let row = model.plan.row(key).unwrap();
        assert_eq!(states.get(key), Some(&RowState::Verified), "{row:?}");
        assert!(row.new_storage_key.is_some(), "{row:?}");
    }
}

#[tokio::test]
async fn failures_in_a_row_stop_the_run() {
    let mut stage = stage(Options { faults: vec![Fault::PatchForbidden], ..Options::default() }).await;
    let (mut model, decided) = stage.decided_and_connected().await;
    let states = stage.apply(&mut model).await;
    let stopped = stage.stopped.clone().unwrap();
    assert_eq!(stopped.kind, ProblemKind::NotAllowed, "{stopped}");
    assert_eq!(stage.simulator.control().patches().len(), 1, "what fails for all is asked once");
    assert!(decided.iter().all(|key| states.get(key) != Some(&RowState::Verified)));
}

#[tokio::test]
async fn throttled_writes_wait_and_are_sent_once() {
    let mut stage = stage(Options {
        throttle_after: 12,
        throttle_for: std::time::Duration::from_secs(1),
        ..Options::default()
    })
    .await;
    let (mut model, decided) = stage.decided_and_connected().await;
    stage.simulator.control().set_fault(Fault::Throttle, true);
    let states = stage.apply(&mut model).await;
    assert_eq!(stage.stopped, None);
    let mapped = stage.simulator.control().mappings();
    for key in &decided {
        assert_eq!(states.get(key), Some(&RowState::Verified), "{:?}", model.plan.row(key));
        assert_eq!(mapped.get(key.as_str()), Some(&1));
    }
}

#[tokio::test]
async fn a_target_that_changed_since_is_refused_with_the_difference() {
    let mut stage = stage(Options::default()).await;
    let (mut model, decided) = stage.decided_and_connected().await;
    let key = decided.first().unwrap();
    let target = model.plan.decision(key).target().unwrap();
    let control = stage.simulator.control();
    assert!(control.change_tenant_user(&target.to_string(), &TenantChange::Mail("else@contoso.com".into())));
    let states = stage.apply(&mut model).await;
    assert_eq!(states.get(key), Some(&RowState::Refused));
    let error = model.plan.row(key).unwrap().error.clone().unwrap();
    assert!(error.contains("else@contoso.com"), "{error}");
    assert!(!control.mappings().contains_key(key.as_str()));
}

#[tokio::test]
async fn nothing_is_sent_without_the_name_and_nothing_in_read_only() {
    let mut stage = stage(Options::default()).await;
    let (mut model, _) = stage.decided_and_connected().await;
    let mut order = stage.order(&model);
    order.confirmed_name = "Fabrikam".into();
    ado2entra::tasks::gather::apply(&stage.session, &mut stage.messages, &mut model, order, |_, _| ()).await;
    assert!(model.apply.as_ref().unwrap().finished.as_ref().unwrap().1.is_some());

    let order = stage.order(&model);
    stage.restart(true).await;
    let runner = Runner::new(Arc::clone(&stage.session));
    runner.run(Effect::Apply(Box::new(order)));
    let refused = loop {
        match stage.messages.recv().await.unwrap() {
            Msg::Failed(problem) => break problem,
            Msg::Apply(event) => panic!("{event:?}"),
            _ => {}
        }
    };
    assert!(refused.said.contains("read-only"), "{refused}");
    assert!(stage.simulator.control().patches().is_empty());
}

#[tokio::test]
async fn the_wrong_directory_refuses_the_whole_run() {
    let mut stage = stage(Options { faults: vec![Fault::WrongDirectory], ..Options::default() }).await;
    let mut model = stage.read().await;
    stage.accept_safe(&mut model).await;
    stage.simulator.control().connect();
    let model = stage.read().await;
    assert!(model.analysis.as_ref().unwrap().wrong_directory.is_some());
    let order = stage.order(&model);
    assert!(!order.schedule.refusals.is_empty());
    assert!(stage.simulator.control().patches().is_empty());
}

#[tokio::test]
async fn a_hazard_before_the_switch_is_known_after_it() {
    let mut stage = stage(Options::default()).await;
    let model = stage.read().await;
    let before = model.analysis.clone().unwrap();
    let hazards: Vec<_> = before
        .forecast
        .as_ref()
        .unwrap()
        .people()
        .iter()
        .filter(|person| person.outcome == Outcome::Hazard)
        .map(|person| person.storage_key.clone())
        .collect();
    assert!(!hazards.is_empty());
    stage.simulator.control().connect();
    // Also after a restart: what was learned is in the store.
    stage.restart(false).await;
    let model = stage.read().await;
    let after = model.analysis.clone().unwrap();
    for key in &hazards {
        let person = after.forecast.as_ref().unwrap().get(key).unwrap();
        assert_eq!(person.outcome, Outcome::Hazard, "{}", person.why);
    }
}
