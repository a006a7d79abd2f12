//! Reading a plan file back for a screen: what it would change, or every reason why it is refused. Nothing is kept here: the
//! screen shows it, and what is taken over goes the way of every decision.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::forecast::Forecast;
use crate::domain::people::{Directory, Roster};
use crate::domain::plan::csv::{self, Exported, FileForm, Import, ImportContext, Sheet};
use crate::domain::{Plan, Problem};

use super::analysis::Analysis;
use super::exports;
use super::msg::Msg;
use super::session::Session;

/// The largest file that is read: a plan of 100,000 people is about 50 MB.
const LARGEST: u64 = 512 << 20;

/// What a file is read against, as the screen shows it.
#[derive(Debug, Clone)]
pub struct ImportInput {
    /// The file.
    pub path: PathBuf,
    /// The organization's name.
    pub organization: String,
    /// Its people.
    pub roster: Arc<Roster>,
    /// The tenant's people.
    pub directory: Arc<Directory>,
    /// The comparison.
    pub forecast: Arc<Forecast>,
    /// What it was made with.
    pub analysis: Arc<Analysis>,
    /// The decisions.
    pub plan: Arc<Plan>,
    /// The tenant's verified domains.
    pub verified_domains: Vec<String>,
}

/// Reads the file.
pub(super) async fn read(session: &Session, input: ImportInput) -> Msg {
    let path = input.path.display().to_string();
    let exported = match exports::latest(session).await {
        Ok(exported) => exported,
        Err(problem) => return Msg::Failed(problem),
    };
    let read = tokio::task::spawn_blocking(move || {
        content(&input.path).map(|bytes| preview(&input, &bytes, exported.as_ref()))
    });
    match read.await {
        Ok(Ok(read)) => Msg::ImportRead(path, Box::new(read)),
        Ok(Err(problem)) => Msg::Failed(problem),
        Err(_) => {
            Msg::Failed(Problem::local("reading the file", "the work ended unexpectedly", "Try again."))
        }
    }
}

/// What the file would change.
///
/// # Errors
/// All errors of the file, each with row, column and reason; nothing may be taken over then.
pub fn preview(
    input: &ImportInput,
    bytes: &[u8],
    exported: Option<&Exported>,
) -> Result<Import, Vec<String>> {
    let context = ImportContext {
        sheet: Sheet {
            organization: &input.organization,
            roster: &input.roster,
            directory: &input.directory,
            forecast: &input.forecast,
            plan: &input.plan,
        },
        situation: &input.analysis.situation,
        exported,
        verified_domains: &input.verified_domains,
    };
    csv::import(bytes, FileForm::of_name(&input.path.to_string_lossy()), &context)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn content(path: &Path) -> Result<Vec<u8>, Problem> {
    let asked = || format!("reading {}", path.display());
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| Problem::local(asked(), error.to_string(), "Look at the name of the file."))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Problem::local(asked(), "it is larger than 512 MiB", "So large a file is no plan."));
    }
    Ok(bytes)
}
