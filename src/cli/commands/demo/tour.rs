//! The guided tour: check, diff, decide, connect, apply, verify, each step told with the numbers that were read back. It ends
//! well only if all of it worked.

use std::collections::BTreeMap;

use crate::cli::commands::apply::Scheduled;
use crate::cli::commands::plan::{Known, accepted};
use crate::cli::document::Tenant;
use crate::cli::exit::{Exit, Failure};
use crate::cli::text::{number, people, row_person};
use crate::cli::work::{self, Work};
use crate::domain::activity::Source;
use crate::domain::schedule::Disposition;
use crate::domain::text::clean;
use crate::domain::{CheckStatus, ConnectionState, Outcome, PlanRow, RowState, StorageKey};
use crate::simulator::Control;
use crate::tasks::effect::ApplyOrder;
use crate::tasks::{ApplyEvent, Effect, Model, Msg};

/// Tells the tour. Every step that does not come out as it must ends it.
pub async fn guide(mut work: Work, control: Control, portal: &str) -> Result<Exit, Failure> {
    tell(&work, "This is a simulation: nothing here is real, and nothing outside of it is touched or read.")?;
    let mut model = work.read(&Source::ALL).await;
    if let Some(failure) = work::unreadable(&model) {
        return Err(failure);
    }
    if let Some(refusal) = work::store_refusal(&model) {
        return Err(refusal);
    }
    let tenant = Tenant::of(&model).shown();
    prerequisites(&work, &model, &tenant)?;
    let before = comparison(&work, &model, &tenant)?;
    let decided = decide(&mut work, &mut model).await?;

    let by_itself = control.connect();
    heading(&work, "Connect")?;
    tell(
        &work,
        &format!(
            "Pressed Connect on the portal's page, {portal}. The service mapped {} by itself.",
            people(by_itself)
        ),
    )?;
    model = work.read(&Source::ALL).await;
    connected(&work, &model, before, &tenant)?;
    let decided = decided + decide(&mut work, &mut model).await?;

    apply(&mut work, &mut model, decided, &control).await
}

fn tell(work: &Work, words: &str) -> Result<(), Failure> {
    work.output.data(|out| writeln!(out, "{}", crate::domain::text::clean_to(words, 4_000)))
}

fn heading(work: &Work, words: &str) -> Result<(), Failure> {
    let words = work.output.paint.tone(crate::cli::output::Tone::Strong, words);
    work.output.data(|out| writeln!(out, "\n{words}"))
}

fn prerequisites(work: &Work, model: &Model, tenant: &str) -> Result<(), Failure> {
    let analysis = work::analysis(model)?;
    heading(work, "Check")?;
    let organization = &model.context.organization;
    tell(
        work,
        &format!(
            "{} prerequisites of connecting {organization} to {tenant} were checked: {}.",
            number(analysis.checks.len()),
            analysis.verdict.name().replace('-', " ")
        ),
    )?;
    for check in analysis.checks.iter().filter(|check| check.status == CheckStatus::Fail) {
        tell(work, &format!("- {}: {}", check.id.title(), check.summary))?;
    }
    if analysis.checks.is_empty() {
        return Err(failed("no prerequisite was checked"));
    }
    Ok(())
}

/// How many people the service said it will map by itself.
fn comparison(work: &Work, model: &Model, tenant: &str) -> Result<usize, Failure> {
    let known = Known::of(model)?;
    heading(work, "Diff")?;
    tell(
        work,
        &format!(
            "{} of {} were compared with {} tenant users of {tenant}. If you connect now:",
            people(known.roster.people().len()),
            model.context.organization,
            number(known.directory.len())
        ),
    )?;
    let counts = known.forecast.counts();
    for (outcome, n) in &counts {
        tell(work, &format!("- {}: {}", outcome.shown(), people(*n)))?;
    }
    if counts.values().sum::<usize>() != known.roster.people().len() {
        return Err(failed("not everybody was compared"));
    }
    Ok(counts.get(&Outcome::Automatic).copied().unwrap_or(0))
}

/// Accepts the safe proposals; returns how many.
async fn decide(work: &mut Work, model: &mut Model) -> Result<usize, Failure> {
    let known = Known::of(model)?;
    let (bulk, rows) = accepted(&known);
    if rows.is_empty() {
        return Ok(0);
    }
    heading(work, "Map the safe ones")?;
    tell(work, &format!("Accepted {}. Kept on disk; nothing was sent.", bulk.summary()))?;
    let count = rows.len();
    work.keep(model, Effect::SaveRows(1, rows)).await?;
    work.analyse(model).await;
    work.keep_readings(model).await;
    Ok(count)
}

/// The reading after the switch must show it, and everybody who was to be mapped by the service.
fn connected(work: &Work, model: &Model, expected: usize, tenant: &str) -> Result<(), Failure> {
    if let Some(failure) = work::unreadable(model) {
        return Err(failure);
    }
    let analysis = work::analysis(model)?;
    if analysis.state != ConnectionState::Connected {
        return Err(failed(&format!("after Connect the organization is {}", analysis.state.name())));
    }
    let known = Known::of(model)?;
    let connected =
        known.forecast.people().iter().filter(|person| person.outcome == Outcome::Connected).count();
    tell(
        work,
        &format!(
            "Read again: {} is connected to {tenant}. {} can work, {} are locked out until they are mapped. Before, {} were \
             expected to be mapped by the service.",
            model.context.organization,
            people(connected),
            number(known.forecast.people().len() - connected),
            number(expected)
        ),
    )?;
    let wrong = known.forecast.counts().get(&Outcome::Hazard).copied().unwrap_or(0);
    if wrong > 0 {
        tell(
            work,
            &format!(
                "{} went to the wrong person, as the diff said: they should have been removed or mended before Connect.",
                people(wrong)
            ),
        )?;
    }
    if connected < expected {
        return Err(failed("not everybody who was expected to is connected"));
    }
    Ok(())
}

async fn apply(
    work: &mut Work,
    model: &mut Model,
    decided: usize,
    control: &Control,
) -> Result<Exit, Failure> {
    let scheduled = Scheduled::of(model, None)?;
    if let Some(refusal) = scheduled.schedule.refusals.first() {
        return Err(failed(refusal));
    }
    heading(work, "Apply")?;
    let sent = scheduled.schedule.calls().count();
    tell(
        work,
        &format!("{} of {} decided are sent, one person first and alone.", number(sent), people(decided)),
    )?;
    let order = ApplyOrder {
        schedule: scheduled.schedule.clone(),
        confirmed_name: model.context.organization.clone(),
        only: None,
    };
    work.start(Effect::Apply(Box::new(order)));
    let stopped = loop {
        let Some(msg) = work.next().await else { break None };
        model.absorb(&msg);
        match msg {
            Msg::Apply(ApplyEvent::Finished { stopped, .. }) => break stopped,
            Msg::Failed(problem) => break Some(problem),
            _ => {}
        }
    };
    if let Some(problem) = stopped {
        return Err(failed(&problem.to_string()));
    }
    let rows: BTreeMap<StorageKey, PlanRow> =
        model.apply.as_ref().map(|apply| apply.rows.clone()).unwrap_or_default();
    let not_sent = scheduled
        .schedule
        .rows
        .iter()
        .filter(|row| matches!(row.disposition, Disposition::Refuse(_)))
        .chain(scheduled.due())
        .filter(|entry| rows.get(&entry.storage_key).is_none_or(|row| row.state != RowState::Verified));
    let mut wrong = 0;
    for entry in not_sent {
        wrong += 1;
        let row = rows.get(&entry.storage_key).cloned().unwrap_or_else(|| scheduled.row(entry));
        let who = row_person(Some(&scheduled.known.roster), &row);
        let why = row.error.as_deref().unwrap_or("no reason is known");
        tell(work, &format!("- {}: {who}: {}", row.state.name(), clean(why)))?;
    }
    verify(work, sent, wrong, control).await
}

/// The last word has a reading that knows nothing of the run.
async fn verify(work: &mut Work, sent: usize, wrong: usize, control: &Control) -> Result<Exit, Failure> {
    heading(work, "Verify")?;
    let model = work.read(&Source::ALL).await;
    let known = Known::of(&model)?;
    let mapped: Vec<&PlanRow> =
        known.plan.rows.values().filter(|row| row.decision.target().is_some()).collect();
    let proven = mapped
        .iter()
        .filter(|row| {
            let key = row.new_storage_key.as_ref().unwrap_or(&row.storage_key);
            row.state == RowState::Verified
                && known.roster.get(key).and_then(crate::domain::OrgUser::origin_object)
                    == row.decision.target()
        })
        .count();
    let requests = control.mappings().len();
    tell(
        work,
        &format!(
            "Everybody was read again: {} of {} decided have the identity that was chosen for them; the service saw {}.",
            number(proven),
            number(mapped.len()),
            crate::cli::text::count(requests, "mapping", "mappings")
        ),
    )?;
    let connected =
        known.forecast.people().iter().filter(|person| person.outcome == Outcome::Connected).count();
    tell(
        work,
        &format!(
            "{} of {} are connected now; the others wait for a decision of yours.",
            number(connected),
            people(known.roster.people().len())
        ),
    )?;
    if wrong > 0 || proven != mapped.len() || requests < sent {
        return Err(failed("not every mapping was verified"));
    }
    tell(work, "All of it worked.")?;
    Ok(Exit::Done)
}

fn failed(what: &str) -> Failure {
    Failure::new(Exit::No, format!("the tour ends here: {what}"))
}
