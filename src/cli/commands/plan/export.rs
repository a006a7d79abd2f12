//! `plan export`: the plan itself, or a list made from it, as a private file.

use std::path::Path;

use super::Known;
use crate::cli::args::ExportForm;
use crate::cli::document::journal::JournalDocument;
use crate::cli::document::plan::PlanDocument;
use crate::cli::exit::{Exit, Failure};
use crate::cli::json;
use crate::cli::work::{self, Work};
use crate::domain::plan::csv::{self, FileForm};
use crate::tasks::{Model, exports, runner};

/// `--as journal`: from the store alone, so that it works when no service does.
pub async fn journal(work: Work, model: Model, file: &Path, force: bool) -> Result<Exit, Failure> {
    if let Some(refusal) = work::store_refusal(&model) {
        return Err(refusal);
    }
    let bytes = journal_bytes(&work, &model, file).await?;
    written(&work, file, bytes, force).await?;
    Ok(Exit::Done)
}

async fn journal_bytes(work: &Work, model: &Model, file: &Path) -> Result<Vec<u8>, Failure> {
    let lines = work.session.journal().await?;
    Ok(match FileForm::of_name(&file.to_string_lossy()) {
        FileForm::Csv => csv::journal(&lines, &model.plan).into_bytes(),
        FileForm::Json => {
            let mut out = Vec::new();
            json::write(&mut out, &JournalDocument::new(&model.context.organization, &lines), true)?;
            out
        }
    })
}

async fn written(work: &Work, file: &Path, bytes: Vec<u8>, force: bool) -> Result<(), Failure> {
    if file.as_os_str() == "-" {
        work.output.data(|out| out.write_all(&bytes))?;
    } else {
        runner::write_file(file, bytes, force).await.map_err(|problem| work::not_kept(&problem))?;
        work.output.say(&format!("Written to {}.", file.display()));
    }
    Ok(())
}

/// The command. `-` is standard output, as CSV.
pub async fn run(
    work: Work,
    model: Model,
    file: &Path,
    form: ExportForm,
    force: bool,
) -> Result<Exit, Failure> {
    let known = Known::of(&model)?;
    let sheet = known.sheet(&model.context.organization);
    let domains =
        model.facts.tenant.get().map(|tenant| tenant.verified_domains.as_slice()).unwrap_or_default();
    let (bytes, remembered) = match form {
        ExportForm::Plan => {
            let records = csv::records(&sheet);
            let bytes = match FileForm::of_name(&file.to_string_lossy()) {
                FileForm::Csv => csv::write_csv(&records).into_bytes(),
                FileForm::Json => {
                    let tenant = known.analysis.situation.destination;
                    let mut out = Vec::new();
                    json::write(&mut out, &PlanDocument::new(sheet.organization, tenant, &records), true)?;
                    out
                }
            };
            (bytes, Some(records))
        }
        ExportForm::M365 => (csv::identity_map(&sheet, &known.analysis.situation).into_bytes(), None),
        ExportForm::EntraCreate => (csv::entra_create(&sheet, domains).into_bytes(), None),
        ExportForm::EntraInvite => (csv::entra_invite(&sheet).into_bytes(), None),
        ExportForm::Journal => (journal_bytes(&work, &model, file).await?, None),
    };
    written(&work, file, bytes, force).await?;
    if let Some(records) = remembered {
        // Without a store there is nothing to import into either.
        if model.store.refusal().is_none() {
            exports::remember(&work.session, &records, runner::now()).await?;
        }
    }
    Ok(Exit::Done)
}
