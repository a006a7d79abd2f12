//! `status`: which directory backs the organization, and the step that is next. `--watch` keeps looking.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use crate::cli::args::{Format, StatusArgs};
use crate::cli::document::status::StatusDocument;
use crate::cli::document::{Known, Tenant};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, Paint, Tone};
use crate::cli::text::{moment, people, simulated};
use crate::cli::work::{self, Work};
use crate::domain::activity::Source;
use crate::domain::connection::timeline::current_phase;
use crate::domain::connection::{Step, StepState};
use crate::domain::prerequisites::Findings;
use crate::domain::text::clean;
use crate::domain::{ConnectionState, Goal, Phase};
use crate::tasks::{Analysis, Effect, Model};

/// After a change more changes follow; they become one line.
const SETTLE: Duration = Duration::from_millis(300);

/// The command.
pub async fn run(mut work: Work, args: &StatusArgs) -> Result<Exit, Failure> {
    work.output.refuse_csv("status")?;
    let model = work.read(&Source::ALL).await;
    if args.watch { watch(work, model).await } else { show(work.output, &model) }
}

/// Prints the status. It is known as soon as what backs the organization is known: that needs no credential.
pub fn show(output: Output, model: &Model) -> Result<Exit, Failure> {
    output.refuse_csv("status")?;
    let document = document(model)?;
    match output.format {
        Format::Json => output.json(&document)?,
        _ => output.data(|out| text(out, output.paint, model, &document))?,
    }
    Ok(exit(&document))
}

/// Prints a line now, and whenever something changed, until a signal.
async fn watch(mut work: Work, mut model: Model) -> Result<Exit, Failure> {
    if model.context.poll_tenant.is_none() {
        return Err(Failure::usage(
            "--watch has nothing to do: polling of the tenant is turned off ([polling] tenant = 0)",
        ));
    }
    let mut last = document(&model)?;
    print_line(work.output, &last, &model)?;
    work.start(Effect::Watch(true));
    while let Some(msg) = work.next().await {
        let mut changed = model.absorb(&msg);
        // What follows at once belongs to the same change.
        while let Ok(Some(msg)) = tokio::time::timeout(SETTLE, work.next()).await {
            changed |= model.absorb(&msg);
        }
        if !changed {
            continue;
        }
        work.analyse(&mut model).await;
        let now = document(&model)?;
        if now.differs_from(&last) {
            print_line(work.output, &now, &model)?;
            last = now;
        }
    }
    Ok(exit(&last))
}

fn print_line(output: Output, document: &StatusDocument, model: &Model) -> Result<(), Failure> {
    match output.format {
        Format::Json => output.json_line(document),
        _ => output.data(|out| writeln!(out, "{}", line(document, model))),
    }
}

fn document(model: &Model) -> Result<StatusDocument, Failure> {
    let analysis = work::analysis(model)?;
    Ok(StatusDocument::new(model, &analysis, phase(model, &analysis)))
}

/// The step that is next; unknown where it is not known what backs the organization.
fn phase(model: &Model, analysis: &Analysis) -> Option<Phase> {
    if analysis.state == ConnectionState::Unknown {
        return None;
    }
    let findings = Findings {
        organization: &model.context.organization,
        facts: &model.facts,
        roster: analysis.roster.as_deref(),
        directory: analysis.directory.as_deref(),
        forecast: analysis.forecast.as_deref(),
        situation: &analysis.situation,
        plan: &model.plan,
        goal: analysis.goal,
        now: analysis.at,
    };
    Some(current_phase(&findings, &analysis.checks))
}

/// How `status` ends: whether the state is known.
fn exit(document: &StatusDocument) -> Exit {
    if document.state == ConnectionState::Unknown { Exit::No } else { Exit::Done }
}

/// The state as one sentence.
fn sentence(document: &StatusDocument, tenant: &str) -> (Tone, String) {
    let organization = clean(&document.organization);
    match (document.state, &document.backing_tenant_id) {
        (ConnectionState::Connected, _) => (Tone::Good, format!("{organization} is connected to {tenant}.")),
        (ConnectionState::NotConnected, _) => {
            (Tone::Careful, format!("{organization} is not connected: Microsoft accounts back it."))
        }
        (ConnectionState::ConnectedElsewhere, Known::Some(id)) => {
            let aim = match document.goal {
                Goal::Disconnect => "it is to be disconnected",
                Goal::Switch => "the goal is a switch",
                Goal::Connect => "this is the wrong directory: map nobody, and go the way back",
            };
            (Tone::Careful, format!("{organization} is connected to another tenant, {id}; {aim}."))
        }
        (ConnectionState::ConnectedElsewhere, _) => {
            (Tone::Careful, format!("{organization} is connected to another tenant."))
        }
        (ConnectionState::Unknown, _) => (Tone::Bad, format!("What backs {organization} could not be read.")),
    }
}

/// The status in words.
fn text(out: &mut dyn Write, paint: Paint, model: &Model, document: &StatusDocument) -> io::Result<()> {
    let tenant = Tenant::of(model).shown();
    let (tone, words) = sentence(document, &tenant);
    writeln!(out, "{}", paint.tone(tone, &words))?;
    simulated(out, model.context.simulated)?;
    writeln!(out, "Goal: {} to {tenant}", document.goal.name())?;
    if let Some(phase) = document.phase {
        writeln!(out, "Next step: {}", phase.shown())?;
    }
    match document.disconnected_users {
        Known::Some(n) => writeln!(out, "Locked out until they are mapped: {}", people(n))?,
        Known::Unknown if document.state == ConnectionState::Connected => {
            writeln!(out, "Locked out until they are mapped: unknown, the people were not read")?;
        }
        Known::None | Known::Unknown => {}
    }
    if let Some(health) = &document.health {
        writeln!(out, "Azure DevOps service health: {}", clean(health))?;
    }
    for problem in problems(model) {
        writeln!(out, "{problem}")?;
    }
    if let Some(at) = document.probed_at {
        writeln!(out, "Read {}", moment(at))?;
    }
    match &model.analysis {
        Some(analysis) => way(out, paint, analysis),
        None => Ok(()),
    }
}

/// What the tab Connection shows: the alert of a wrong directory with the way back, else the steps, with all words of the one
/// that is due.
fn way(out: &mut dyn Write, paint: Paint, analysis: &Analysis) -> io::Result<()> {
    if let Some(wrong) = &analysis.wrong_directory {
        writeln!(out)?;
        writeln!(out, "{}", paint.tone(Tone::Bad, &clean(&wrong.headline)))?;
        for line in &wrong.lines {
            writeln!(out, "- {}", clean(line))?;
        }
        writeln!(out)?;
        writeln!(out, "{}", paint.tone(Tone::Strong, "The way back"))?;
        for step in &analysis.way_back {
            writeln!(out, "- {}", clean(&step.title))?;
            if let Some(address) = &step.address {
                writeln!(out, "  {address}")?;
            }
            for line in &step.words {
                writeln!(out, "  {}", clean(line))?;
            }
        }
        return Ok(());
    }
    if analysis.timeline.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, "{}", paint.tone(Tone::Strong, "Steps"))?;
    for step in &analysis.timeline {
        entry(out, step)?;
    }
    Ok(())
}

fn entry(out: &mut dyn Write, step: &Step) -> io::Result<()> {
    let word = match step.state {
        StepState::Done => "Done",
        StepState::Current => "Now",
        StepState::Blocked => "Now, and something stands in the way",
        StepState::Todo => "To come",
    };
    writeln!(out, "- {word}: {}", clean(&step.title))?;
    if let Some(tick) = &step.ticked {
        writeln!(out, "  Ticked {}: {}", moment(tick.at), clean(&tick.note))?;
    }
    if !matches!(step.state, StepState::Current | StepState::Blocked) {
        return Ok(());
    }
    for line in &step.sees {
        writeln!(out, "  {}", clean(line))?;
    }
    if let Some(address) = &step.address {
        writeln!(out, "  {address}")?;
    }
    for (at, line) in step.person.iter().enumerate() {
        writeln!(out, "  {}. {}", at + 1, clean(line))?;
    }
    Ok(())
}

/// One line for a change, for `--watch`.
fn line(document: &StatusDocument, model: &Model) -> String {
    let (_, words) = sentence(document, &Tenant::of(model).shown());
    let mut line = format!("{}  {words}", moment(document.probed_at.unwrap_or(model.now)));
    if let Known::Some(n) = document.disconnected_users {
        let _ = write!(line, " {} locked out.", people(n));
    }
    if let Some(health) = document.health.as_deref().filter(|health| *health != "healthy") {
        let _ = write!(line, " Service health: {}.", clean(health));
    }
    line
}

/// Why the state, or the tenant, could not be read.
fn problems(model: &Model) -> Vec<String> {
    [model.facts.backing.problem.as_ref(), model.facts.discovery.problem.as_ref()]
        .into_iter()
        .flatten()
        .map(|problem| clean(&problem.to_string()).into_owned())
        .collect()
}
