//! `report`: one document for the reviewer, from the store alone.

use std::path::Path;

use super::paper;
use crate::cli::exit::{Exit, Failure};
use crate::cli::work::Work;
use crate::domain::papers::report;

/// Writes it, as HTML (`.html`, `.htm`) or Markdown (`.md`, standard output).
pub async fn run(work: Work, file: &Path, force: bool) -> Result<Exit, Failure> {
    paper::text_only(work.output, "report")?;
    let is_html = paper::is_html(file)?;
    let material = paper::material(&work).await?;
    let text = tokio::task::spawn_blocking(move || {
        let report = report::Report::of(&material);
        if is_html { report::html(&report) } else { report::markdown(&report) }
    })
    .await
    .map_err(|_| Failure::new(Exit::No, "the report could not be made"))?;
    paper::write(work.output, file, text, force).await?;
    Ok(Exit::Done)
}
