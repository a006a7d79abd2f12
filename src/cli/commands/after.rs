//! `check --after`: Microsoft's list for the time after connecting, with before and after compared; `check tick` ticks its
//! points too.

use std::io::{self, Write};
use std::path::Path;

use super::compare;
use crate::cli::args::Format;
use crate::cli::document::comparison::AfterDocument;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, Paint, Tone};
use crate::cli::text::{moment, simulated};
use crate::cli::work::{self, FOR_COMPARISON, Work};
use crate::domain::comparison::LookBack;
use crate::domain::comparison::checklist::{Point, PointId, is_complete};
use crate::domain::text::clean;
use crate::domain::{CheckStatus, Tick};
use crate::tasks::{Effect, Model, Msg, runner};

/// The command.
pub async fn run(mut work: Work, before: Option<&Path>) -> Result<Exit, Failure> {
    let (model, found) = look(&mut work, before).await?;
    work::mention_store(work.output, &model);
    show(work.output, &model, &found)?;
    Ok(if is_complete(&found.points) { Exit::Done } else { Exit::No })
}

/// Ticks a point, or takes the tick back. What was read decides whether that is allowed.
pub async fn tick(mut work: Work, id: PointId, note: Option<&str>) -> Result<Exit, Failure> {
    let (mut model, found) = look(&mut work, None).await?;
    if let Some(refusal) = work::store_refusal(&model) {
        return Err(refusal);
    }
    let point = found.points.iter().find(|point| point.id == id);
    match (point, note) {
        (Some(point), Some(_)) if !point.status.can_be_ticked() => {
            return Err(Failure::refused(format!(
                "{id} cannot be ticked: it was read, and is {}: {}",
                point.status.name(),
                clean(&point.summary)
            )));
        }
        (Some(point), None) if point.ticked.is_none() => {
            return Err(Failure::refused(format!("{id} is not ticked")));
        }
        _ => {}
    }
    let tick = note.map(|note| Tick { note: note.to_owned(), at: runner::now() });
    work.keep(&mut model, Effect::TickPoint(id, tick)).await?;
    work.output.say(&match note {
        Some(_) => format!("{id} is ticked."),
        None => format!("The tick of {id} is taken back."),
    });
    Ok(Exit::Done)
}

async fn look(work: &mut Work, before: Option<&Path>) -> Result<(Model, LookBack), Failure> {
    let mut model = work.read(&FOR_COMPARISON).await;
    if let Some(failure) = work::unreadable(&model) {
        return Err(failure);
    }
    work.start(Effect::LookBack(before.map(Path::to_owned)));
    while let Some(msg) = work.next().await {
        model.absorb(&msg);
        match msg {
            Msg::LookedBack(found) => return Ok((model, LookBack::clone(&found))),
            Msg::Failed(problem) => return Err(Failure::from(problem)),
            _ => {}
        }
    }
    Err(Failure::refused("the program is ending; nothing was compared"))
}

fn show(output: Output, model: &Model, found: &LookBack) -> Result<(), Failure> {
    match output.format {
        Format::Json => output.json(&AfterDocument::new(model, found)),
        Format::Csv => match &found.comparison {
            Ok(comparison) => compare::show(output, comparison),
            Err(problem) => Err(Failure::from(problem)),
        },
        Format::Text => output.data(|out| text(out, output.paint, model, found)),
    }
}

/// What stands in the way first.
const ORDER: [(CheckStatus, &str, Tone); 6] = [
    (CheckStatus::Fail, "Not as it should be:", Tone::Bad),
    (CheckStatus::Manual, "To tick:", Tone::Careful),
    (CheckStatus::Unknown, "Not known:", Tone::Careful),
    (CheckStatus::Warn, "Look at:", Tone::Careful),
    (CheckStatus::Pass, "In order:", Tone::Good),
    (CheckStatus::NotApplicable, "Not applicable:", Tone::Strong),
];

fn text(out: &mut dyn Write, paint: Paint, model: &Model, found: &LookBack) -> io::Result<()> {
    let heading = format!("After connecting {}", clean(&model.context.organization));
    writeln!(out, "{}", paint.tone(Tone::Strong, &heading))?;
    simulated(out, model.context.simulated)?;
    if found.offline {
        writeln!(out, "The services could not be reached: as the store knows it, read {}", moment(found.at))?;
    } else {
        writeln!(out, "Read {}", moment(found.at))?;
    }
    let verdict = if is_complete(&found.points) {
        paint.tone(Tone::Good, "Everything is as it should be.")
    } else {
        paint.tone(Tone::Careful, "Not finished yet.")
    };
    writeln!(out, "\n{verdict}")?;
    for (status, title, tone) in ORDER {
        let mut points = found.points.iter().filter(|point| point.counts_as() == status).peekable();
        if points.peek().is_none() {
            continue;
        }
        writeln!(out, "\n{}", paint.tone(tone, title))?;
        for point in points {
            entry(out, point)?;
        }
    }
    match &found.comparison {
        Ok(comparison) => {
            writeln!(out, "\nCompared with {}:\n", clean(&found.before_from))?;
            compare::text(out, paint, comparison)
        }
        Err(problem) => writeln!(out, "\nNot compared: {}", clean(&problem.to_string())),
    }
}

fn entry(out: &mut dyn Write, point: &Point) -> io::Result<()> {
    writeln!(out, "  {:<21} {}", point.id.name(), point.id.title())?;
    writeln!(out, "      {}", clean(&point.summary))?;
    for line in &point.evidence {
        writeln!(out, "        {line}")?;
    }
    if let Some(tick) = &point.ticked {
        writeln!(out, "      ticked {}: {}", moment(tick.at), clean(&tick.note))?;
    } else if !point.remedy.is_empty() && point.status != CheckStatus::Pass {
        writeln!(out, "      What to do: {}", point.remedy)?;
    }
    Ok(())
}
