//! The network is gone in the middle of a run: the run pauses, says why, and goes on at the same rows when somebody says so.

use ado2entra::domain::ProblemKind;
use ado2entra::simulator::{Fault, Options};
use ado2entra::tasks::effect::Effect;
use ado2entra::tasks::{ApplyEvent, Msg};

use super::evening::{all_once, finished, stopped, verified};
use super::stage::configured;

#[tokio::test]
async fn a_run_whose_network_is_gone_pauses_and_goes_on_at_the_same_rows() {
    let mut stage = configured(Options::default(), "concurrency = 2").await;
    let (mut model, decided) = stage.decided_and_connected().await;
    assert!(decided.len() > 3, "enough people that somebody is left");
    let runner = stage.begin(&model);
    stage.until(&mut model, verified).await;
    let control = stage.simulator.control();
    control.set_fault(Fault::Offline, true);
    let paused = |msg: &Msg| match msg {
        Msg::Apply(ApplyEvent::Paused(Some(problem))) => {
            assert_eq!(problem.kind, ProblemKind::Unreachable, "{problem}");
            assert!(problem.remedy.contains("network"), "{problem}");
            true
        }
        _ => false,
    };
    stage.until(&mut model, paused).await;
    control.set_fault(Fault::Offline, false);
    runner.run(Effect::ResumeApply);
    stage.until(&mut model, finished).await;
    assert_eq!(stopped(&model), None);
    all_once(&stage, &model, &decided);
}
