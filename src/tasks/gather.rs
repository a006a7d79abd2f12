//! Reading once and to the end, for the commands: the same effects and the same model as the dashboard, without a screen.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc::Receiver;

use crate::domain::activity::Source;

use super::analysis::{Analysis, analyse};
use super::effect::{ApplyOrder, Effect};
use super::lessons;
use super::model::Model;
use super::msg::Msg;
use super::runner::Runner;
use super::session::Session;
use super::{alarm, apply, reading, record};

/// Reads these sources, adds the plan of the store, and analyses. `told` sees every message after the model took it in, for
/// progress.
pub async fn gather(
    session: &Arc<Session>,
    messages: &mut Receiver<Msg>,
    sources: &[Source],
    told: impl FnMut(&Model, &Msg),
) -> Model {
    Box::pin(gather_knowing(session, messages, sources, &[], told)).await
}

/// [`gather`], with what is known from elsewhere: the tenant's people, where several organizations go to the same tenant.
pub async fn gather_knowing(
    session: &Arc<Session>,
    messages: &mut Receiver<Msg>,
    sources: &[Source],
    known: &[Msg],
    mut told: impl FnMut(&Model, &Msg),
) -> Model {
    let mut model = Model::new(Arc::clone(&session.context), Timestamp::now());
    for msg in known {
        model.absorb(msg);
    }
    // A session that read before has its store open; the plan is told when it opens, and asked for afterwards.
    if let Some(plan) = session.stored_plan().await {
        if session.store().is_ok() {
            model.absorb(&Msg::StoreOpened(Ok(())));
        }
        let msg = match plan {
            Ok(plan) => Msg::PlanLoaded(Box::new(plan)),
            Err(problem) => Msg::StoreOpened(Err(problem)),
        };
        model.absorb(&msg);
        told(&model, &msg);
    }
    let wanted = sources.to_vec();
    let reader = Arc::clone(session);
    drain(&mut model, messages, async move { Box::pin(reading::read(&reader, &wanted)).await }, &mut told)
        .await;
    if sources.contains(&Source::Tokens)
        && let Some(roster) = model.roster.value.clone()
    {
        let reader = Arc::clone(session);
        drain(
            &mut model,
            messages,
            async move { reading::tokens::read(&reader, &roster).await },
            &mut told,
        )
        .await;
    }
    settle_analysis(session, messages, &mut model, &mut told).await;
    model
}

/// Analyses, keeps what the analysis teaches, and analyses again until nothing new comes of it.
pub async fn settle_analysis(
    session: &Arc<Session>,
    messages: &mut Receiver<Msg>,
    model: &mut Model,
    mut told: impl FnMut(&Model, &Msg),
) {
    // Twice is enough: the second analysis knows every lesson of the first.
    for _ in 0..3 {
        model.now = Timestamp::now();
        let Some(analysis) = analysis(model).await else { return };
        model.absorb(&Msg::Analysed(Arc::clone(&analysis)));
        if session.store().is_err() {
            return;
        }
        let (learner, plan) = (Arc::clone(session), Arc::clone(&model.plan));
        let before = Arc::clone(&plan);
        let (watcher, seen) = (Arc::clone(session), Arc::clone(&analysis));
        let planned = Arc::clone(&plan);
        drain(model, messages, async move { alarm::look(&watcher, &seen, &planned).await }, &mut told).await;
        drain(model, messages, async move { lessons::learn(&learner, &analysis, &plan).await }, &mut told)
            .await;
        // Who is found under a new key is learned too, so only the plan tells whether there was anything new.
        if model.plan == before {
            return;
        }
    }
}

/// Keeps what the readings themselves are needed for later: the *before* reading above all. It asks every group for its
/// members, so it is for commands that decide or apply, not for those that only show.
pub async fn keep_readings(session: &Arc<Session>, messages: &mut Receiver<Msg>, model: &mut Model) {
    let Some(analysis) = model.analysis.clone() else { return };
    let (keeper, plan) = (Arc::clone(session), Arc::clone(&model.plan));
    let work = async move { lessons::keep_readings(&keeper, &analysis, &plan).await };
    drain(model, messages, work, &mut |_, _| {}).await;
}

/// Keeps the prerequisites for the report, where they were all evaluated and the switch is still to come.
pub async fn keep_readiness(session: &Arc<Session>, model: &Model) {
    if let Some(analysis) = &model.analysis
        && let Err(problem) = record::keep_readiness(session, analysis).await
    {
        // The answer is on the screen all the same.
        tracing::warn!(%problem, "the prerequisites could not be kept");
    }
}

async fn analysis(model: &Model) -> Option<Arc<Analysis>> {
    let input = model.analysis_input();
    tokio::task::spawn_blocking(move || Arc::new(analyse(input))).await.ok()
}

/// Applies a confirmed order and returns when it is over.
pub async fn apply(
    session: &Arc<Session>,
    messages: &mut Receiver<Msg>,
    model: &mut Model,
    order: ApplyOrder,
    mut told: impl FnMut(&Model, &Msg),
) {
    let runner = Runner::new(Arc::clone(session));
    runner.run(Effect::Apply(Box::new(order)));
    until_finished(messages, model, &mut told).await;
}

/// Reads back what was sent and is not proven; sends nothing.
pub async fn verify(
    session: &Arc<Session>,
    messages: &mut Receiver<Msg>,
    model: &mut Model,
    mut told: impl FnMut(&Model, &Msg),
) {
    let verifier = Arc::clone(session);
    drain(model, messages, async move { apply::verify_open_rows(&verifier, None).await }, &mut told).await;
}

async fn until_finished(
    messages: &mut Receiver<Msg>,
    model: &mut Model,
    told: &mut impl FnMut(&Model, &Msg),
) {
    while let Some(msg) = messages.recv().await {
        model.absorb(&msg);
        told(model, &msg);
        if matches!(msg, Msg::Apply(super::msg::ApplyEvent::Finished { .. }) | Msg::Failed(_)) {
            return;
        }
    }
}

/// Runs the work and takes in its messages until it is over and nothing is left to take in.
async fn drain(
    model: &mut Model,
    messages: &mut Receiver<Msg>,
    work: impl Future<Output = ()> + Send + 'static,
    told: &mut impl FnMut(&Model, &Msg),
) {
    let mut work = tokio::spawn(work);
    loop {
        tokio::select! {
            biased;
            Some(msg) = messages.recv() => {
                model.absorb(&msg);
                told(model, &msg);
            }
            _ = &mut work => break,
        }
    }
    while let Ok(msg) = messages.try_recv() {
        model.absorb(&msg);
        told(model, &msg);
    }
}
