//! `snapshot take`: everything read from both services, as one file; and opening one, to work offline.

use std::path::Path;
use std::sync::Arc;

use crate::cli::exit::{Exit, Failure};
use crate::cli::private::PrivateFolder;
use crate::cli::work::Work;
use crate::config::Loaded;
use crate::domain::Problem;
use crate::tasks::context::{ConfiguredGoal, Context};
use crate::tasks::{Model, Msg, analyse, snapshot};

/// Takes one. `-` is standard output; the file is then made in a private folder first, so that a snapshot is whole or not at
/// all.
pub async fn take(mut work: Work, file: &Path, force: bool) -> Result<Exit, Failure> {
    work.output.refuse_csv("snapshot take")?;
    if file.as_os_str() != "-" {
        work.snapshot(file, force).await.map_err(|problem| failed(&problem))?;
        work.output.say(&format!("The snapshot is in {}.", file.display()));
        return Ok(Exit::Done);
    }
    let folder = PrivateFolder::new()
        .map_err(|error| Failure::new(Exit::No, format!("making a private temporary folder: {error}")))?;
    let path = folder.path().join("snapshot.json");
    work.snapshot(&path, false).await.map_err(|problem| failed(&problem))?;
    let mut from = std::fs::File::open(&path)?;
    work.output.data(|out| {
        std::io::copy(&mut from, out)?;
        out.flush()
    })?;
    Ok(Exit::Done)
}

/// A file that is in the way, or may not be written, is a refusal; what a service said keeps its own code.
fn failed(problem: &Problem) -> Failure {
    let mut failure = Failure::from(problem);
    if problem.service.is_none() {
        failure.exit = Exit::Refused;
    }
    failure
}

/// Opens a snapshot and analyses it. Settings come from the configuration, everything else from the snapshot; there are no
/// decisions, because a snapshot never supplies any.
pub async fn open(settings: &Loaded, path: &Path) -> Result<Model, Failure> {
    let mut model = snapshot::open(path, context(settings)).await?;
    let input = model.analysis_input();
    let analysis = tokio::task::spawn_blocking(move || Arc::new(analyse(input)))
        .await
        .map_err(|_| Failure::new(Exit::No, "the snapshot could not be analysed"))?;
    model.absorb(&Msg::Analysed(analysis));
    Ok(model)
}

/// The settings that count without a service.
pub fn context(settings: &Loaded) -> Context {
    let config = &settings.config;
    Context {
        organization: config.organization.name.clone().unwrap_or_default(),
        tenant: config.tenant.id.clone().unwrap_or_default(),
        azure_devops_way: config.credentials.azure_devops.kind.to_string(),
        entra_way: config.credentials.entra.kind.to_string(),
        portal: config.endpoints.azure_devops.as_str().to_owned(),
        simulated: false,
        read_only: true,
        offline: None,
        goal: match config.connection.goal {
            crate::config::Goal::Auto => ConfiguredGoal::Auto,
            crate::config::Goal::Disconnect => ConfiguredGoal::Disconnect,
        },
        inactive_after_days: config.review.inactive_after_days,
        protected: config.review.protected.iter().cloned().collect(),
        concurrency: 1,
        stop_after_failures: config.apply.stop_after_failures,
        reread_after: std::time::Duration::from_secs(u64::from(config.apply.reread_after_minutes) * 60),
        poll_tenant: None,
        poll_users: None,
        poll_health: None,
        candidates: 5,
        batch_route: false,
    }
}
