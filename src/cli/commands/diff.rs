//! `diff`: what connecting will do, or did, to each person; as text, as a JSON document, as rows for a spreadsheet.

mod from_files;
mod rows;
mod words;

pub use from_files::from_files;

use std::sync::Arc;

use super::plan::pattern_found;
use crate::cli::args::{DiffArgs, Format};
use crate::cli::document::Tenant;
use crate::cli::document::diff::{Comparison, DiffDocument, ListLeftOut};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::work::{self, FOR_COMPARISON, Work};
use crate::domain::activity::Source;
use crate::tasks::{Model, Msg, analyse};

/// From the services.
pub async fn run(mut work: Work, args: &DiffArgs) -> Result<Exit, Failure> {
    let mut sources = FOR_COMPARISON.to_vec();
    sources.push(Source::GraphIdentities);
    let model = work.read(&sources).await;
    if let Some(failure) = work::unreadable(&model) {
        return Err(failure);
    }
    work::mention_store(work.output, &model);
    let output = work.output;
    offline(output, model, args).await
}

/// From what is known already: a snapshot, or a reading.
pub async fn offline(output: Output, mut model: Model, args: &DiffArgs) -> Result<Exit, Failure> {
    with_candidates(&mut model, args.candidates).await?;
    with_patterns(&mut model, &args.use_pattern).await?;
    print(output, &model, &[])
}

/// Compares again where other than the usual number of candidates is wanted.
async fn with_candidates(model: &mut Model, candidates: usize) -> Result<(), Failure> {
    if model.context.candidates == candidates {
        return Ok(());
    }
    Arc::make_mut(&mut model.context).candidates = candidates;
    compare_again(model).await
}

/// Compares again as if these patterns were used; nothing is kept.
async fn with_patterns(model: &mut Model, wanted: &[String]) -> Result<(), Failure> {
    if wanted.is_empty() {
        return Ok(());
    }
    let analysis = work::analysis(model)?;
    let Some(forecast) = &analysis.forecast else { return Ok(()) };
    let mut ids = Vec::new();
    for text in wanted {
        if text == "all" {
            ids.extend(forecast.patterns().all().iter().map(|pattern| pattern.id.clone()));
        } else {
            ids.push(pattern_found(forecast, text)?.id.clone());
        }
    }
    let now = model.now;
    Arc::make_mut(&mut model.plan).patterns.extend(ids.into_iter().map(|id| (id, now)));
    compare_again(model).await
}

async fn compare_again(model: &mut Model) -> Result<(), Failure> {
    let mut input = model.analysis_input();
    input.previous = None;
    let analysis = tokio::task::spawn_blocking(move || Arc::new(analyse(input)))
        .await
        .map_err(|_| Failure::new(Exit::No, "what was read could not be compared"))?;
    model.absorb(&Msg::Analysed(analysis));
    Ok(())
}

/// Prints the comparison in the form that is wanted.
fn print(output: Output, model: &Model, left_out: &[ListLeftOut]) -> Result<Exit, Failure> {
    let analysis = work::analysis(model)?;
    let comparison = Comparison::of(model, &analysis)
        .ok_or_else(|| Failure::new(Exit::No, "the two lists could not be compared"))?;
    let comparison = Comparison { left_out, ..comparison };
    match output.format {
        Format::Json => output.json(&DiffDocument::new(comparison))?,
        Format::Csv => output.data(|out| rows::csv(out, &comparison))?,
        Format::Text => {
            let tenant = Tenant::of(model).shown();
            output.data(|out| words::text(out, output.paint, &comparison, &tenant))?;
        }
    }
    Ok(Exit::Done)
}
