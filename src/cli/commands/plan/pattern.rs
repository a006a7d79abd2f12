//! `plan pattern`: what the addresses of many people have in common, and whether that counts as evidence.

use std::io::{self, Write};

use super::Known;
use crate::cli::args::{Format, PatternCommand};
use crate::cli::document::patterns::PatternsDocument;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, Paint, Tone};
use crate::cli::text::{nearest, number, org_user, people, simulated, tenant_user};
use crate::cli::work::{self, Work};
use crate::domain::forecast::patterns::{Example, Pattern, PatternId};
use crate::domain::text::clean;
use crate::domain::{Forecast, Outcome};
use crate::tasks::{Effect, Model, runner};

/// So many examples are shown of each kind.
const SHOWN: usize = 5;

/// The command.
pub async fn run(mut work: Work, mut model: Model, command: Option<PatternCommand>) -> Result<Exit, Failure> {
    let (id, since) = match command {
        None => {
            work::mention_store(work.output, &model);
            return list(work.output, &model);
        }
        Some(PatternCommand::Use { id }) => (id, Some(runner::now())),
        Some(PatternCommand::Drop { id }) => (id, None),
    };
    if let Some(refusal) = work::store_refusal(&model) {
        return Err(refusal);
    }
    let known = Known::of(&model)?;
    let before = safe(&known.forecast);
    let id = if since.is_some() { found(&known.forecast, &id)?.id.clone() } else { used(&model, &id)? };
    work.keep(&mut model, Effect::UsePattern(id.clone(), since)).await?;
    work.analyse(&mut model).await;
    let after = model.analysis.as_ref().and_then(|analysis| Some(safe(analysis.forecast.as_ref()?)));
    let after = after.unwrap_or(before);
    let words = if since.is_some() {
        let more = people(after.saturating_sub(before));
        format!("{id} is used as evidence from now on: {more} more can be accepted with `plan accept-safe`.")
    } else {
        let less = people(before.saturating_sub(after));
        format!(
            "{id} is no longer used: {less} less can be accepted in bulk. Decisions stay; those whose outcome changed need a look."
        )
    };
    work.output.say(&words);
    Ok(Exit::Done)
}

fn safe(forecast: &Forecast) -> usize {
    forecast.counts().get(&Outcome::Safe).copied().unwrap_or_default()
}

/// The pattern of this name, or what was perhaps meant.
pub fn found<'a>(forecast: &'a Forecast, text: &str) -> Result<&'a Pattern, Failure> {
    let id: PatternId = text.parse().map_err(|error| Failure::usage(format!("{error}")))?;
    let patterns = forecast.patterns();
    if let Some(pattern) = patterns.get(&id).filter(|pattern| pattern.explains > 0) {
        return Ok(pattern);
    }
    let names: Vec<String> = patterns.all().iter().map(|pattern| pattern.id.to_string()).collect();
    let more = match nearest(text, names.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if names.is_empty() => "no pattern was found in them at all".to_owned(),
        None => format!("there are: {}", names.join(", ")),
    };
    Err(Failure::usage(format!("the two lists, as they are now, do not show the pattern {id}; {more}")))
}

/// A pattern that the plan uses, whether it still leads anywhere or not.
fn used(model: &Model, text: &str) -> Result<PatternId, Failure> {
    let id: PatternId = text.parse().map_err(|error| Failure::usage(format!("{error}")))?;
    if model.plan.patterns.contains_key(&id) {
        return Ok(id);
    }
    Err(Failure::usage(format!("the pattern {id} is not used, so there is nothing to drop")))
}

/// Shows all patterns.
pub fn list(output: Output, model: &Model) -> Result<Exit, Failure> {
    let known = Known::of(model)?;
    if output.format == Format::Text {
        output.data(|out| text(out, output.paint, model, &known))?;
        return Ok(Exit::Done);
    }
    output.refuse_csv("plan pattern")?;
    output.json(&PatternsDocument::new(
        &model.context.organization,
        known.analysis.situation.destination,
        (&known.roster, &known.directory),
        &known.forecast,
        &known.plan,
    ))?;
    Ok(Exit::Done)
}

fn text(out: &mut dyn Write, paint: Paint, model: &Model, known: &Known) -> io::Result<()> {
    let heading = format!("Patterns in the addresses of {}", clean(&model.context.organization));
    writeln!(out, "{}", paint.tone(Tone::Strong, &heading))?;
    simulated(out, model.context.simulated)?;
    let patterns = known.forecast.patterns();
    if patterns.all().is_empty() {
        writeln!(out, "None was found: no old domain leads enough people to accounts of their name.")?;
    }
    for pattern in patterns.all() {
        writeln!(out)?;
        let tone = if pattern.used { Tone::Good } else { Tone::Strong };
        writeln!(out, "{}", paint.tone(tone, &format!("{}", pattern.id)))?;
        writeln!(out, "  {}.", pattern.sentence())?;
        let counts = [
            (pattern.confirmed, "of them have another address that says the same"),
            (
                pattern.unclear,
                "are unclear: two accounts, two people, an account in use, or names that say nothing",
            ),
            (pattern.elsewhere, "have addresses that lead elsewhere"),
        ];
        for (count, words) in counts.into_iter().filter(|(count, _)| *count > 0) {
            writeln!(out, "  {} {words}.", number(count))?;
        }
        examples(out, known, "For it", &pattern.explained)?;
        examples(out, known, "Against it", &pattern.contradicted)?;
        if pattern.used {
            writeln!(out, "  Used as evidence. `ado2entra plan pattern drop '{}'` ends that.", pattern.id)?;
        } else {
            writeln!(out, "  Not used. `ado2entra plan pattern use '{}'` makes it evidence.", pattern.id)?;
        }
    }
    for id in known.plan.patterns.keys().filter(|id| patterns.get(id).is_none()) {
        writeln!(out)?;
        writeln!(out, "{id}")?;
        writeln!(out, "  Used as evidence, and leads nobody anywhere in the lists as they are now.")?;
    }
    Ok(())
}

fn examples(out: &mut dyn Write, known: &Known, what: &str, list: &[Example]) -> io::Result<()> {
    for example in list.iter().take(SHOWN) {
        let Some(user) = known.roster.get(&example.person) else { continue };
        let target = tenant_user(Some(&known.directory), example.target);
        writeln!(out, "  {what}: {} is {target}", org_user(user))?;
    }
    Ok(())
}
