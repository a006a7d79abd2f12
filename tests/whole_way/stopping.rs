//! A pause and a stop in the middle of a run: what has not left yet does not leave any more, nobody is called failed for it, and
//! the next run does the rest. Every request takes a moment here, so that the wish comes while people are being read.

use std::time::Duration;

use ado2entra::domain::plan::RowState;
use ado2entra::domain::{ProblemKind, StorageKey};
use ado2entra::simulator::{Aim, Fault, Options, TenantChange};
use ado2entra::tasks::effect::Effect;
use ado2entra::tasks::{ApplyEvent, Model, Msg, Runner};

use super::evening::{all_once, at_rest, finished, stopped, verified};
use super::stage::{Stage, configured};

const LATENCY: Duration = Duration::from_millis(60);
const BATCHES: &str = "/resolvedisconnectedusers";

async fn slow(faults: Vec<Fault>, apply: &str) -> Stage {
    configured(Options { latency: LATENCY, faults, ..Options::default() }, apply).await
}

/// One at a time: so that the moment after an intent is never the moment of the last one.
async fn by_batches() -> Stage {
    slow(vec![Fault::BatchMapping], "route = \"batch\"\nconcurrency = 1").await
}

/// A run whose canary is through, at the moment in which the intent of the next one is on disk.
async fn next_intent(stage: &mut Stage) -> (Model, Vec<StorageKey>, Runner) {
    let (mut model, decided) = stage.decided_and_connected().await;
    assert!(decided.len() > 3, "enough people that somebody is left");
    let runner = stage.begin(&model);
    stage.until(&mut model, verified).await;
    let sending =
        |msg: &Msg| matches!(msg, Msg::Apply(ApplyEvent::RowChanged(row)) if row.state == RowState::Sending);
    stage.until(&mut model, sending).await;
    (model, decided, runner)
}

/// A run whose canary is through, while the service asks the next ones to wait for so long.
async fn waiting(throttle_for: Duration, apply: &str) -> (Stage, Model, Vec<StorageKey>, Runner) {
    let options = Options { throttle_after: 1, throttle_for, ..Options::default() };
    let mut stage = configured(options, apply).await;
    let (mut model, decided) = stage.decided_and_connected().await;
    let control = stage.simulator.control();
    control.aim(Aim::Changes);
    let runner = stage.begin(&model);
    stage.until(&mut model, verified).await;
    control.set_fault(Fault::Throttle, true);
    stage.until(&mut model, |msg| matches!(msg, Msg::Apply(ApplyEvent::Throttled { .. }))).await;
    (stage, model, decided, runner)
}

async fn pause(stage: &mut Stage, model: &mut Model, runner: &Runner) {
    runner.run(Effect::PauseApply);
    stage.until(model, |msg| matches!(msg, Msg::Apply(ApplyEvent::Paused(None)))).await;
    at_rest(stage, "GET").await;
}

/// Stopped by the administrator, and nobody failed by it; the next run does everybody, once.
async fn the_rest_is_left_for_the_next_run(stage: &mut Stage, model: &Model, decided: &[StorageKey]) {
    assert_eq!(stopped(model), Some(ProblemKind::Cancelled));
    let states = |model: &Model| -> Vec<RowState> {
        decided.iter().map(|key| model.plan.row(key).unwrap().state).collect()
    };
    let left = states(model);
    let fine = |state: &RowState| matches!(state, RowState::Planned | RowState::Applied | RowState::Verified);
    assert!(left.iter().all(fine) && left.contains(&RowState::Planned), "{left:?}");
    stage.restart(false).await;
    let mut model = stage.read().await;
    stage.apply(&mut model).await;
    assert_eq!(stage.stopped, None);
    all_once(stage, &model, decided);
}

#[tokio::test]
async fn a_paused_run_sends_no_batch() {
    let mut stage = by_batches().await;
    let (mut model, decided, runner) = next_intent(&mut stage).await;
    pause(&mut stage, &mut model, &runner).await;
    assert_eq!(stage.requests("POST", BATCHES), 1, "the canary's, and no other");
    runner.run(Effect::ResumeApply);
    stage.until(&mut model, finished).await;
    assert_eq!(stopped(&model), None);
    all_once(&stage, &model, &decided);
}

#[tokio::test]
async fn a_batch_that_waits_for_others_is_not_sent_once_the_run_is_being_stopped() {
    let mut stage = by_batches().await;
    let (mut model, decided, runner) = next_intent(&mut stage).await;
    runner.run(Effect::CancelApply);
    stage.until(&mut model, finished).await;
    assert_eq!(stage.requests("POST", BATCHES), 1, "the canary's, and no other");
    the_rest_is_left_for_the_next_run(&mut stage, &model, &decided).await;
}

#[tokio::test]
async fn a_batch_that_waits_while_the_run_is_paused_is_not_sent_by_a_stop() {
    let mut stage = by_batches().await;
    let (mut model, decided, runner) = next_intent(&mut stage).await;
    pause(&mut stage, &mut model, &runner).await;
    runner.run(Effect::CancelApply);
    stage.until(&mut model, finished).await;
    assert_eq!(stage.requests("POST", BATCHES), 1);
    the_rest_is_left_for_the_next_run(&mut stage, &model, &decided).await;
}

#[tokio::test]
async fn a_paused_run_sends_nobody_after_the_calls_under_way() {
    let mut stage = slow(vec![], "concurrency = 1").await;
    let (mut model, decided, runner) = next_intent(&mut stage).await;
    pause(&mut stage, &mut model, &runner).await;
    assert_eq!(stage.simulator.control().patches().len(), 2, "the canary's and the one under way");
    runner.run(Effect::ResumeApply);
    stage.until(&mut model, finished).await;
    assert_eq!(stopped(&model), None);
    all_once(&stage, &model, &decided);
}

#[tokio::test]
async fn a_stop_lets_nobody_leave_who_is_only_being_read() {
    let mut stage = slow(vec![], "concurrency = 2").await;
    let (mut model, decided, runner) = next_intent(&mut stage).await;
    runner.run(Effect::CancelApply);
    stage.until(&mut model, finished).await;
    let sent = stage.simulator.control().patches().len();
    assert!((2..=3).contains(&sent), "the canary's and those whose intent was on disk: {sent}");
    the_rest_is_left_for_the_next_run(&mut stage, &model, &decided).await;
}

#[tokio::test]
async fn a_stop_wakes_rows_that_wait_for_the_service_and_sends_none_of_them() {
    let (mut stage, mut model, decided, runner) = waiting(Duration::from_secs(600), "concurrency = 2").await;
    runner.run(Effect::CancelApply);
    // Long before the ten minutes for which the service asked.
    stage.until(&mut model, finished).await;
    stage.simulator.control().set_fault(Fault::Throttle, false);
    the_rest_is_left_for_the_next_run(&mut stage, &model, &decided).await;
}

#[tokio::test]
async fn a_pause_holds_whoever_is_only_being_read_and_a_change_meanwhile_is_seen() {
    let mut stage = slow(vec![], "concurrency = 2").await;
    let (mut model, decided) = stage.decided_and_connected().await;
    let runner = stage.begin(&model);
    stage.until(&mut model, verified).await;
    // The next ones are being read.
    pause(&mut stage, &mut model, &runner).await;
    let control = stage.simulator.control();
    assert_eq!(control.patches().len(), 1, "the canary's");
    // In the pause the target of everybody who is left is disabled, but for the last one's.
    let (last, left) = decided[..].split_last().unwrap();
    let sent = control.mappings();
    for key in left.iter().filter(|key| !sent.contains_key(key.as_str())) {
        let target = model.plan.decision(key).target().unwrap().to_string();
        assert!(control.change_tenant_user(&target, &TenantChange::Disable));
    }
    runner.run(Effect::ResumeApply);
    stage.until(&mut model, finished).await;
    assert_eq!(stopped(&model), None);
    for key in left.iter().filter(|key| !sent.contains_key(key.as_str())) {
        assert_eq!(model.plan.row(key).unwrap().state, RowState::Refused, "{:?}", model.plan.row(key));
    }
    assert_eq!(model.plan.row(last).unwrap().state, RowState::Verified, "{:?}", model.plan.row(last));
    assert!(control.mappings().len() <= 2, "the canary and the last one");
}

#[tokio::test]
async fn a_wait_for_the_service_that_ends_in_a_pause_sends_nobody() {
    let (mut stage, mut model, decided, runner) = waiting(Duration::from_secs(4), "concurrency = 4").await;
    let control = stage.simulator.control();
    // Those who find the service closed are not written down as about to leave: the pause holds them.
    runner.run(Effect::PauseApply);
    stage.until(&mut model, |msg| matches!(msg, Msg::Apply(ApplyEvent::Paused(None)))).await;
    // Not before: on a slow machine the wait would end before the pause begins.
    control.set_fault(Fault::Throttle, false);
    let mapped = control.mappings();
    tokio::time::sleep(Duration::from_secs(5)).await;
    at_rest(&stage, "GET").await;
    assert_eq!(control.mappings(), mapped);
    runner.run(Effect::ResumeApply);
    stage.until(&mut model, finished).await;
    assert_eq!(stopped(&model), None);
    all_once(&stage, &model, &decided);
}
