//! The apply run as a process of its own that is less patient than the product: it waits for a second where the product waits
//! for three quarters of a minute, because the services that it asks are played on this machine and answer at once or never.
//! Everything else is the program's own: clients, plan, store, journal, run.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ado2entra::config::{Overrides, load};
use ado2entra::domain::activity::Source;
use ado2entra::domain::schedule::machine::Pace;
use ado2entra::domain::schedule::{Disposition, ScheduleInput, schedule};
use ado2entra::domain::{Problem, RowState};
use ado2entra::tasks::effect::ApplyOrder;
use ado2entra::tasks::gather::{apply, gather};
use ado2entra::tasks::{Session, Setup};
use jiff::{SignedDuration, Timestamp};

/// As patient as services on the same machine deserve.
fn hurried() -> Pace {
    let millis = Duration::from_millis;
    Pace {
        read_back: vec![Duration::ZERO, millis(30), millis(100)],
        silence: millis(1000),
        visible: millis(2500),
        guest_first: millis(50),
        guest_longest: millis(200),
        guest_limit: Duration::from_secs(20),
        ..Pace::default()
    }
}

/// Reads everything and applies what is due. The code is 0 when nothing is left, 1 when something is, 5 when the run was
/// refused or stopped.
pub fn run(config: &Path) -> i32 {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
        .unwrap();
    let code = runtime.block_on(Box::pin(async {
        let loaded = load(Some(config), &Overrides::default(), &|_| None).unwrap();
        let (session, mut messages) = Session::open(Setup {
            state_directory: loaded.config.state_directory(&|_| None).unwrap(),
            config: loaded.config,
            environment: ado2entra::tasks::environment_of(std::env::vars_os()),
            read_only: false,
            simulated: true,
            sealed: true,
            use_store: true,
        })
        .await
        .unwrap();
        session.set_pace(hurried());
        let mut model = gather(&session, &mut messages, &Source::ALL, |_, _| ()).await;
        let Some(order) = order(&session, &model) else {
            eprintln!("nothing could be read, or the store cannot be written to");
            return 5;
        };
        apply(&session, &mut messages, &mut model, order, |_, _| ()).await;
        session.flush().await;
        let run = model.apply.as_ref().unwrap();
        if let Some((_, Some(problem))) = &run.finished {
            let problem: &Problem = problem;
            eprintln!("{problem}");
            return 5;
        }
        let done = |state: &RowState| matches!(state, RowState::Verified | RowState::Skipped);
        i32::from(!run.rows.values().all(|row| done(&row.state)))
    }));
    runtime.shutdown_background();
    code
}

fn order(session: &Arc<Session>, model: &ado2entra::tasks::Model) -> Option<ApplyOrder> {
    if model.store.refusal().is_some() {
        return None;
    }
    let analysis = model.analysis.clone()?;
    let (roster, directory) = (model.roster.value.clone()?, model.directory.value.clone()?);
    let schedule = schedule(&ScheduleInput {
        roster: &roster,
        roster_read_at: model.roster.read_at?,
        directory: &directory,
        directory_read_at: model.directory.read_at?,
        facts: &model.facts,
        forecast: analysis.forecast.as_ref()?,
        situation: &analysis.situation,
        plan: &model.plan,
        only: None,
        now: Timestamp::now(),
        reread_after: SignedDuration::from_mins(60),
    });
    for row in &schedule.rows {
        if let Disposition::Refuse(why) = &row.disposition {
            eprintln!("{}: {why}", row.storage_key);
        }
    }
    Some(ApplyOrder { schedule, confirmed_name: session.context.organization.clone(), only: None })
}
