//! What happens on the evening itself: credentials die, somebody pauses, somebody else maps, a newcomer takes a target.

use std::sync::Arc;
use std::time::Duration;

use ado2entra::domain::people::UserType;
use ado2entra::domain::plan::{Decision, RowState};
use ado2entra::domain::{ObjectId, Outcome, ProblemKind, StorageKey};
use ado2entra::simulator::{Fault, Options};
use ado2entra::tasks::effect::Effect;
use ado2entra::tasks::{ApplyEvent, Model, Msg};

use super::stage::{Stage, configured, stage, with_a_token_in_a_variable};

pub fn verified(msg: &Msg) -> bool {
    matches!(msg, Msg::Apply(ApplyEvent::RowChanged(row)) if row.state == RowState::Verified)
}

pub fn finished(msg: &Msg) -> bool {
    matches!(msg, Msg::Apply(ApplyEvent::Finished { .. }))
}

pub fn stopped(model: &Model) -> Option<ProblemKind> {
    model.apply.as_ref().unwrap().finished.as_ref().unwrap().1.as_ref().map(|problem| problem.kind)
}

/// Returns when no further request of this kind came for a while.
pub async fn at_rest(stage: &Stage, method: &str) {
    let count = || stage.simulator.control().requests().iter().filter(|it| it.method == method).count();
    let mut before = usize::MAX;
    while before != count() {
        before = count();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Everybody verified, and mapped exactly once.
pub fn all_once(stage: &Stage, model: &Model, decided: &[StorageKey]) {
    let mapped = stage.simulator.control().mappings();
    for key in decided {
        assert_eq!(model.plan.row(key).unwrap().state, RowState::Verified, "{:?}", model.plan.row(key));
        assert_eq!(mapped.get(key.as_str()), Some(&1), "{key}");
    }
}

#[tokio::test]
async fn a_credential_that_dies_pauses_the_run_and_it_goes_on_at_the_same_row() {
    let mut stage = stage(Options::default()).await;
    let (mut model, decided) = stage.decided_and_connected().await;
    let runner = stage.begin(&model);
    stage.until(&mut model, verified).await;
    stage.simulator.control().set_fault(Fault::ExpiredCredential, true);
    stage.until(&mut model, |msg| matches!(msg, Msg::Apply(ApplyEvent::Paused(Some(_))))).await;
    let asked = model.apply.as_ref().unwrap().paused.clone().flatten().unwrap();
    assert_eq!(asked.kind, ProblemKind::NotSignedIn, "{asked}");
    // Said too early: it asks again.
    runner.run(Effect::ResumeApply);
    stage.until(&mut model, |msg| matches!(msg, Msg::Apply(ApplyEvent::Paused(Some(_))))).await;
    stage.simulator.control().set_fault(Fault::ExpiredCredential, false);
    runner.run(Effect::ResumeApply);
    stage.until(&mut model, finished).await;
    assert_eq!(stopped(&model), None);
    all_once(&stage, &model, &decided);
}

#[tokio::test]
async fn a_token_of_a_variable_can_be_typed_in_and_the_run_goes_on_with_it() {
    let mut stage = with_a_token_in_a_variable().await;
    let (mut model, decided) = stage.decided_and_connected().await;
    let runner = stage.begin(&model);
    stage.until(&mut model, verified).await;
    stage.simulator.control().set_fault(Fault::ExpiredCredential, true);
    let mut service = stage.until_a_token_is_wanted(&mut model).await;
    stage.simulator.control().set_fault(Fault::ExpiredCredential, false);
    // What cannot be a token is not used, and nothing goes on by it.
    runner.run(Effect::TakeToken(service, "".into()));
    stage.until(&mut model, |msg| matches!(msg, Msg::Failed(_))).await;
    // The one in the variable would be good again: that another one is asked for shows that the wrong one was used.
    runner.run(Effect::TakeToken(service, "nobodystokenatall".into()));
    service = stage.until_a_token_is_wanted(&mut model).await;
    runner.run(Effect::TakeToken(service, stage.simulator.azure_devops_token().into()));
    stage.until(&mut model, finished).await;
    assert_eq!(stopped(&model), None);
    all_once(&stage, &model, &decided);
}

#[tokio::test]
async fn a_question_can_be_answered_by_stopping_and_the_next_run_goes_on() {
    let mut stage = stage(Options::default()).await;
    let (mut model, decided) = stage.decided_and_connected().await;
    let runner = stage.begin(&model);
    stage.until(&mut model, verified).await;
    stage.simulator.control().set_fault(Fault::ExpiredCredential, true);
    stage.until(&mut model, |msg| matches!(msg, Msg::Apply(ApplyEvent::Paused(Some(_))))).await;
    runner.run(Effect::CancelApply);
    stage.until(&mut model, finished).await;
    assert_eq!(stopped(&model), Some(ProblemKind::NotSignedIn), "the reason, not the key");
    stage.simulator.control().set_fault(Fault::ExpiredCredential, false);
    stage.restart(false).await;
    let mut model = stage.read().await;
    stage.apply(&mut model).await;
    all_once(&stage, &model, &decided);
}

#[tokio::test]
async fn a_pause_holds_and_a_stop_leaves_the_rest_for_the_next_run() {
    let mut stage = stage(Options::default()).await;
    let (mut model, decided) = stage.decided_and_connected().await;
    let runner = stage.begin(&model);
    stage.until(&mut model, verified).await;
    runner.run(Effect::PauseApply);
    stage.until(&mut model, |msg| matches!(msg, Msg::Apply(ApplyEvent::Paused(None)))).await;
    runner.run(Effect::ResumeApply);
    stage.until(&mut model, verified).await;
    runner.run(Effect::CancelApply);
    stage.until(&mut model, finished).await;
    if stopped(&model).is_some() {
        assert_eq!(stopped(&model), Some(ProblemKind::Cancelled));
    }
    let mut model = stage.read().await;
    stage.apply(&mut model).await;
    all_once(&stage, &model, &decided);
}

#[tokio::test]
async fn who_was_mapped_by_somebody_else_is_told_so_and_not_mapped_again() {
    let mut stage = stage(Options::default()).await;
    let (mut model, decided) = stage.decided_and_connected().await;
    let control = stage.simulator.control();
    let target = |model: &Model, key: &StorageKey| model.plan.decision(key).target().unwrap().to_string();
    // One as planned, one onto the target of a third.
    let (first, second, third) = (&decided[0], &decided[1], &decided[2]);
    assert!(control.map_by_somebody_else(first.as_str(), &target(&model, first)));
    assert!(control.map_by_somebody_else(second.as_str(), &target(&model, third)));
    let states = stage.apply(&mut model).await;
    assert_eq!(states.get(first), Some(&RowState::Verified));
    assert_eq!(states.get(second), Some(&RowState::Refused));
    let error = model.plan.row(second).unwrap().error.clone().unwrap();
    assert!(error.contains("somebody else mapped"), "{error}");
    // Its target is taken now: seen right before the call, and told at once.
    assert_eq!(states.get(third), Some(&RowState::Refused));
    let error = model.plan.row(third).unwrap().error.clone().unwrap();
    assert!(error.contains("in the organization now"), "{error}");
    assert!(!model.alarms.is_empty());
    let mapped = control.mappings();
    assert!([first, second, third].iter().all(|key| !mapped.contains_key(key.as_str())), "{mapped:?}");
}

#[tokio::test]
async fn an_identity_that_only_the_graph_knows_is_seen_right_before_the_call() {
    let mut stage = stage(Options::default()).await;
    let (mut model, decided) = stage.decided_and_connected().await;
    let target = model.plan.decision(&decided[0]).target().unwrap();
    let user = model.directory.get().unwrap().get(target).unwrap().clone();
    // After the reading of this run: no list of people shows it.
    stage.simulator.control().add_identity(user.display_name(), user.user_principal_name());
    let states = stage.apply(&mut model).await;
    assert_eq!(states.get(&decided[0]), Some(&RowState::Refused), "{:?}", model.plan.row(&decided[0]));
    let error = model.plan.row(&decided[0]).unwrap().error.clone().unwrap();
    assert!(error.contains("in the organization now"), "{error}");
    assert_eq!(model.alarms.len(), 1, "{:?}", model.alarms);
    all_once(&stage, &model, &decided[1..]);
}

#[tokio::test]
async fn a_newcomer_raises_the_alarm_while_the_run_is_paused_before_it_gets_there() {
    let mut stage = configured(Options::default(), "[polling]\nusers = 1").await;
    let (mut model, decided) = stage.decided_and_connected().await;
    let runner = stage.begin(&model);
    stage.until(&mut model, verified).await;
    runner.run(Effect::PauseApply);
    stage.until(&mut model, |msg| matches!(msg, Msg::Apply(ApplyEvent::Paused(None)))).await;
    at_rest(&stage, "PATCH").await;
    // Somebody whose turn was not yet.
    let waits = decided.iter().find(|key| model.plan.row(key).unwrap().state == RowState::Planned).unwrap();
    let target = model.plan.decision(waits).target().unwrap();
    let user = model.directory.get().unwrap().get(target).unwrap().clone();
    stage.simulator.control().add_person(user.display_name(), user.user_principal_name());
    stage.until(&mut model, |msg| matches!(msg, Msg::Apply(ApplyEvent::Alarm(_)))).await;
    runner.run(Effect::CancelApply);
    stage.until(&mut model, finished).await;
    assert_eq!(model.alarms.len(), 1, "{:?}", model.alarms);
}

#[tokio::test]
async fn a_newcomer_who_has_a_planned_target_raises_an_alarm_by_the_next_reading() {
    let mut stage = stage(Options::default()).await;
    let (model, decided) = stage.decided_and_connected().await;
    assert!(model.alarms.is_empty(), "{:?}", model.alarms);
    let target = model.plan.decision(&decided[0]).target().unwrap();
    let user = model.directory.get().unwrap().get(target).unwrap();
    stage.simulator.control().add_person(user.display_name(), user.user_principal_name());
    let model = stage.read().await;
    assert_eq!(model.alarms.len(), 1, "{:?}", model.alarms);
    // Told once.
    let model = stage.read().await;
    assert!(model.alarms.is_empty(), "{:?}", model.alarms);
}

#[tokio::test]
async fn a_map_behind_a_removal_follows_it_in_the_same_run() {
    let mut stage = stage(Options::default()).await;
    let (model, decided) = stage.decided_and_connected().await;
    let waits = decided[0].clone();
    let target = model.plan.decision(&waits).target().unwrap();
    let user = model.directory.get().unwrap().get(target).unwrap().clone();
    let second = StorageKey::new(
        &stage.simulator.control().add_person(user.display_name(), user.user_principal_name()),
    );
    let mut model = stage.read().await;
    stage.decide(&mut model, &second, Decision::Remove).await;
    // The first row's outcome changed with the newcomer: looked at, and decided again.
    stage.decide(&mut model, &waits, Decision::Map { target }).await;
    let states = stage.apply(&mut model).await;
    assert_eq!(states.get(&second), Some(&RowState::Verified), "{:?}", model.plan.row(&second));
    assert_eq!(states.get(&waits), Some(&RowState::Verified), "{:?}", model.plan.row(&waits));
    let requests = stage.simulator.control().requests();
    let removed = requests.iter().position(|it| it.method == "DELETE").unwrap();
    let looked = requests.iter().skip(removed).any(|it| it.query.contains("filter"));
    assert!(looked, "a reading lies between the removal and the map");
}

#[tokio::test]
async fn a_directory_that_changes_during_the_run_ends_it() {
    let mut stage = stage(Options::default()).await;
    let (mut model, decided) = stage.decided_and_connected().await;
    let runner = stage.begin(&model);
    stage.until(&mut model, verified).await;
    runner.run(Effect::PauseApply);
    stage.until(&mut model, |msg| matches!(msg, Msg::Apply(ApplyEvent::Paused(None)))).await;
    stage.simulator.control().disconnect();
    let reader = Arc::clone(&stage.session);
    runner.run(Effect::Read(vec![ado2entra::domain::activity::Source::Backing]));
    stage.until(&mut model, |msg| matches!(msg, Msg::FactRead(ado2entra::tasks::Fact::Backing(_), _))).await;
    drop(reader);
    runner.run(Effect::ResumeApply);
    stage.until(&mut model, finished).await;
    let ended = model.apply.as_ref().unwrap().finished.clone().unwrap().1.unwrap();
    assert!(ended.said.contains("directory"), "{ended}");
    assert!(stage.simulator.control().mappings().len() < decided.len());
}

#[tokio::test]
async fn a_batch_begins_with_one_and_everybody_is_proven_by_reading() {
    let mut stage = configured(
        Options { faults: vec![Fault::BatchMapping], ..Options::default() },
        "route = \"batch\"\nconcurrency = 4",
    )
    .await;
    let (mut model, decided) = stage.decided_and_connected().await;
    stage.apply(&mut model).await;
    assert_eq!(stage.stopped, None);
    all_once(&stage, &model, &decided);
    let batches = stage.requests("POST", "/resolvedisconnectedusers");
    assert!((2..=3).contains(&batches), "the canary alone, then the rest: {batches}");
}

#[tokio::test]
async fn a_lost_batch_is_unknown_for_each_and_its_silence_proves_nothing() {
    for fault in [Fault::PatchUnknown, Fault::BatchSilent] {
        let faults = vec![Fault::BatchMapping, fault];
        let mut stage = configured(
            Options { faults, ..Options::default() },
            "route = \"batch\"\nstop_after_failures = 50",
        )
        .await;
        let (mut model, decided) = stage.decided_and_connected().await;
        stage.apply(&mut model).await;
        all_once(&stage, &model, &decided);
    }
}

#[tokio::test]
async fn a_batch_route_that_is_switched_off_stops_at_the_first_person_and_says_what_to_do() {
    let mut stage = configured(Options::default(), "route = \"batch\"").await;
    let (mut model, decided) = stage.decided_and_connected().await;
    stage.apply(&mut model).await;
    let ended = stage.stopped.clone().unwrap();
    assert!(ended.remedy.contains("per-user"), "{ended}");
    assert_eq!(stage.requests("POST", "/resolvedisconnectedusers"), 1);
    assert!(decided.iter().all(|key| model.plan.row(key).unwrap().state != RowState::Verified));
}

/// Two administrators, with a target each that nobody else has to do with.
async fn administrators_decided(stage: &mut Stage) -> Vec<StorageKey> {
    let mut model = stage.read().await;
    let forecast = model.analysis.as_ref().unwrap().forecast.clone().unwrap();
    let directory = model.directory.value.clone().unwrap();
    let taken: Vec<ObjectId> = forecast.people().iter().filter_map(|person| person.target).collect();
    let mut free = directory.users().iter().filter(|user| {
        user.user_type == Some(UserType::Member) && user.enabled == Some(true) && !taken.contains(&user.id)
    });
    let administrators: Vec<(StorageKey, ObjectId)> = forecast
        .people()
        .iter()
        .filter(|it| it.privileged == Some(true))
        .filter(|it| matches!(it.outcome, Outcome::Safe | Outcome::Review | Outcome::Missing))
        .map(|it| (it.storage_key.clone(), it.target.unwrap_or_else(|| free.next().unwrap().id)))
        .collect();
    assert!(
        administrators.len() >= 2,
        "the scenario has two administrators who lose access: {administrators:?}"
    );
    for (key, target) in &administrators {
        stage.decide(&mut model, key, Decision::Map { target: *target }).await;
    }
    administrators.into_iter().map(|(key, _)| key).collect()
}

#[tokio::test]
async fn privileged_people_are_not_sent_unless_they_are_named() {
    let mut stage = stage(Options::default()).await;
    let administrators = administrators_decided(&mut stage).await;
    stage.simulator.control().connect();
    let mut model = stage.read().await;
    let states = stage.apply(&mut model).await;
    for administrator in &administrators {
        assert_eq!(
            states.get(administrator),
            Some(&RowState::Skipped),
            "{:?}",
            model.plan.row(administrator)
        );
    }
    assert!(stage.simulator.control().patches().is_empty());
}

#[tokio::test]
async fn privileged_people_who_are_named_go_last_and_one_by_one() {
    let mut stage = configured(Options::default(), "concurrency = 4").await;
    let administrators = administrators_decided(&mut stage).await;
    let mut model = stage.read().await;
    let decided = stage.accept_safe(&mut model).await;
    stage.simulator.control().connect();
    let mut model = stage.read().await;
    let named = administrators.iter().chain(&decided[..2]).cloned().collect();
    let order = stage.order_for(&model, Some(named));
    let mut steps: Vec<(StorageKey, RowState)> = Vec::new();
    ado2entra::tasks::gather::apply(&stage.session, &mut stage.messages, &mut model, order, |_, msg| {
        if let Msg::Apply(ApplyEvent::RowChanged(row)) = msg
            && matches!(row.state, RowState::Sending | RowState::Verified)
        {
            steps.push((row.storage_key.clone(), row.state));
        }
    })
    .await;
    assert_eq!(stopped(&model), None);
    all_once(&stage, &model, &administrators);
    all_once(&stage, &model, &decided[..2]);
    // Two steps each, those of the administrators at the end, and none of them between two of another.
    let last = steps.split_off(steps.len() - 2 * administrators.len());
    assert!(steps.iter().all(|(key, _)| !administrators.contains(key)), "{steps:?} {last:?}");
    for pair in last.chunks(2) {
        assert_eq!(pair[0].0, pair[1].0, "one by one: {last:?}");
        assert_eq!((pair[0].1, pair[1].1), (RowState::Sending, RowState::Verified), "{last:?}");
    }
}

#[tokio::test]
async fn a_privileged_person_alone_is_sent_where_only_that_one_is_named() {
    let mut stage = stage(Options::default()).await;
    let administrators = administrators_decided(&mut stage).await;
    stage.simulator.control().connect();
    let mut model = stage.read().await;
    let order = stage.order_for(&model, Some([administrators[0].clone()].into()));
    ado2entra::tasks::gather::apply(&stage.session, &mut stage.messages, &mut model, order, |_, _| ()).await;
    all_once(&stage, &model, &administrators[..1]);
    assert_eq!(stage.simulator.control().mappings().len(), 1);
}

#[tokio::test]
async fn what_a_killed_run_left_is_settled_by_reading_before_anything_is_sent() {
    let mut stage = stage(Options::default()).await;
    let (model, decided) = stage.decided_and_connected().await;
    // The call of the first one arrived, that of the second one never left.
    let row = |n: usize| model.plan.row(&decided[n]).unwrap();
    stage.killed_after(row(0)).await;
    stage.killed_after(row(1)).await;
    let target = row(0).decision.target().unwrap().to_string();
    assert!(stage.simulator.control().map_by_somebody_else(decided[0].as_str(), &target));
    stage.restart(false).await;
    let mut model = stage.read().await;
    stage.verify(&mut model).await;
    let stands = |model: &Model, n: usize| model.plan.row(&decided[n]).unwrap().state;
    assert_eq!((stands(&model, 0), stands(&model, 1)), (RowState::Verified, RowState::Failed));
    assert!(stage.simulator.control().patches().is_empty(), "nothing was sent");
    let mut model = stage.read().await;
    stage.apply(&mut model).await;
    assert_eq!(stage.stopped, None);
    all_once(&stage, &model, decided.get(1..).unwrap());
    assert!(!stage.simulator.control().mappings().contains_key(decided[0].as_str()));
}
