//! `support-package`: the list and the letter for Microsoft Support, from the store alone.

use std::path::Path;

use super::paper;
use crate::cli::exit::{Exit, Failure};
use crate::cli::work::Work;
use crate::domain::papers::support;

/// Writes the list (`.csv`), the letter (`.txt`), or both beside each other (a name without either ending).
pub async fn run(work: Work, file: &Path, force: bool) -> Result<Exit, Failure> {
    let output = work.output;
    paper::text_only(output, "support-package")?;
    let material = paper::material(&work).await?;
    match paper::ending(file).as_str() {
        _ if file.as_os_str() == "-" => paper::write(output, file, support::list(&material), force).await?,
        "csv" => paper::write(output, file, support::list(&material), force).await?,
        "txt" => paper::write(output, file, support::letter(&material, None), force).await?,
        "" => {
            let (list, letter) = (file.with_extension("csv"), file.with_extension("txt"));
            if let Some(there) = [&list, &letter].into_iter().find(|path| !force && path.exists()) {
                return Err(Failure::refused(format!(
                    "{} exists. Choose another name, or give --force to replace it; nothing was written",
                    there.display()
                )));
            }
            let name = list.file_name().map(|name| name.to_string_lossy().into_owned());
            paper::write(output, &list, support::list(&material), force).await?;
            paper::write(output, &letter, support::letter(&material, name.as_deref()), force).await?;
        }
        other => {
            return Err(Failure::usage(format!(
                "a file that ends in .{} is not written; .csv is the list, .txt the letter, a name without an ending both",
                crate::domain::text::clean(other)
            )));
        }
    }
    Ok(Exit::Done)
}
