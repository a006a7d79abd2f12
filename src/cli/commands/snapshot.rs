//! `snapshot take`: everything read from both services, as one file; and opening one, to work offline.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::private::PrivateFolder;
use crate::cli::text::{number, people};
use crate::cli::work::Work;
use crate::config::Loaded;
use crate::domain::Problem;
use crate::tasks::context::{ConfiguredGoal, Context};
use crate::tasks::snapshot::{LeftOut, Taken};
use crate::tasks::{Model, Msg, analyse, snapshot};

/// Takes one. `-` is standard output; the file is then made in a private folder first, so that a snapshot is whole or not at
/// all.
pub async fn take(mut work: Work, file: &Path, force: bool, tokens: bool) -> Result<Exit, Failure> {
    work.output.refuse_csv("snapshot take")?;
    if file.as_os_str() != "-" {
        let taken = work.snapshot(file, force, tokens).await.map_err(|problem| failed(&problem))?;
        work.output.say(&format!("The snapshot is in {}.", file.display()));
        return Ok(say(work.output, &taken));
    }
    let folder = PrivateFolder::new()
        .map_err(|error| Failure::new(Exit::No, format!("making a private temporary folder: {error}")))?;
    let path = folder.path().join("snapshot.json");
    let taken = work.snapshot(&path, false, tokens).await.map_err(|problem| failed(&problem))?;
    let mut from = std::fs::File::open(&path)?;
    work.output.data(|out| {
        std::io::copy(&mut from, out)?;
        out.flush()
    })?;
    Ok(say(work.output, &taken))
}

/// Says what is in it and what is not. A snapshot in which something is missing that a comparison needs is a partial answer.
fn say(output: Output, taken: &Taken) -> Exit {
    output.say(&format!(
        "{} and {} memberships of the organization, {} users of the tenant.",
        people(taken.people),
        number(taken.memberships),
        number(taken.users)
    ));
    for one in &taken.left_out {
        let of = one.group.as_deref().map_or_else(String::new, |group| format!(" of the group {group}"));
        output.say(&format!("left out: {}{of}: {}", one.part, one.why));
    }
    if taken.left_out.iter().any(LeftOut::is_serious) { Exit::No } else { Exit::Done }
}

/// Redacted copies: FROM TO, and more such pairs.
pub async fn redact(output: Output, files: &[PathBuf], force: bool) -> Result<Exit, Failure> {
    output.refuse_csv("snapshot redact")?;
    let pairs: Vec<(PathBuf, PathBuf)> =
        files.chunks_exact(2).filter_map(|two| Some((two.first()?.clone(), two.get(1)?.clone()))).collect();
    if pairs.len() * 2 != files.len() {
        return Err(Failure::usage(
            "give pairs: FROM TO, and more such pairs; the last one has nowhere to go",
        ));
    }
    if let Some((_, to)) = pairs.iter().find(|(_, to)| to.exists() && !force) {
        return Err(Failure::refused(format!(
            "{} exists; choose another name, or give --force to replace it",
            to.display()
        )));
    }
    let replaced = snapshot::redact::redact(&pairs, force).await.map_err(|problem| failed(&problem))?;
    for (_, to) in &pairs {
        output.say(&format!("The redacted copy is in {}.", to.display()));
    }
    output.say(&format!("{} different names and addresses were replaced.", number(replaced)));
    Ok(Exit::Done)
}

/// A file that is in the way, or may not be written, is a refusal; what a service said keeps its own code.
fn failed(problem: &Problem) -> Failure {
    let mut failure = Failure::from(problem);
    if problem.service.is_none() && problem.kind != crate::domain::ProblemKind::BadAnswer {
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
