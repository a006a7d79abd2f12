//! The commands that read from the services, or from a snapshot: the runtime, the signals, and who does what.

use tokio::runtime::{Builder, Runtime};

use super::opening::{load, setup};
use crate::cli::args::{Command, Global, PlanCommand, SnapshotCommand};
use crate::cli::commands;
use crate::cli::exit::{Exit, Failure};
use crate::cli::logging;
use crate::cli::output::Output;
use crate::cli::signals::Stop;
use crate::cli::work::Work;

/// Runs one of the commands that need people.
pub fn run(output: Output, global: Global, command: Command) -> Result<Exit, Failure> {
    if let Some(path) = global.snapshot.clone() {
        return until_signal(|_| async move { offline(output, global, command, &path).await });
    }
    let loaded = load(&global)?;
    loaded.config.require_target()?;
    let setup = setup(&loaded, &global)?;
    let _log = logging::start(&setup.state_directory, global.log_level);
    tracing::info!(command = name(&command), "begun");
    let result = until_signal(|stop| async move {
        let work = Work::open(output, setup).await?;
        let session = std::sync::Arc::clone(&work.session);
        let result = online(work, &global, command, stop).await;
        session.flush().await;
        result
    });
    match &result {
        Ok(exit) => tracing::info!(code = exit.code(), "ended"),
        Err(failure) => tracing::warn!(code = failure.exit.code(), "ended: {failure}"),
    }
    result
}

/// Runs a command for several organizations, one after the other.
pub fn several(
    output: Output,
    global: &Global,
    command: Command,
    names: Vec<String>,
) -> Result<Exit, Failure> {
    let first = load(&global.for_organization(names.first().map_or("", String::as_str)))?;
    let _log = logging::start(&setup(&first, global)?.state_directory, global.log_level);
    tracing::info!(command = name(&command), organizations = names.len(), "begun");
    until_signal(|_| async move { commands::organizations::run(output, global, command, names).await })
}

async fn online(work: Work, global: &Global, command: Command, stop: Stop) -> Result<Exit, Failure> {
    match command {
        Command::Check(args) => commands::check::run(work, args, global.force).await,
        Command::Diff(args) => commands::diff::run(work, &args).await,
        Command::Status(args) => commands::status::run(work, &args).await,
        Command::Snapshot { command: SnapshotCommand::Take { file, tokens } } => {
            commands::snapshot::take(work, &file, global.force, tokens).await
        }
        Command::Plan { command } => commands::plan::run(work, command, global.force).await,
        Command::Apply(args) => commands::apply::run(work, &args, stop).await,
        Command::Announce(args) => commands::announce::run(work, &args, global.force).await,
        Command::SupportPackage { file } => commands::support::run(work, &file, global.force).await,
        Command::Report { file, .. } => commands::report::run(work, &file, global.force).await,
        other => Err(unexpected(&other)),
    }
}

/// From a snapshot: what can be said without asking anybody.
async fn offline(
    output: Output,
    global: Global,
    command: Command,
    path: &std::path::Path,
) -> Result<Exit, Failure> {
    let settings = load(&global)?;
    let model = commands::snapshot::open(&settings, path).await?;
    match command {
        Command::Check(args) if args.command.is_none() && !args.tokens && !args.after => {
            commands::check::show(output, &model)
        }
        Command::Diff(args) => commands::diff::offline(output, model, &args).await,
        Command::Status(args) if !args.watch => commands::status::show(output, &model),
        Command::Announce(args) => commands::announce::offline(output, &model, &args, global.force).await,
        Command::Plan { command: PlanCommand::Show } => commands::plan::show(output, &model),
        Command::Plan { command: PlanCommand::Pattern { command: None } } => {
            commands::plan::patterns(output, &model)
        }
        other => Err(Failure::refused(format!(
            "`{}` cannot work from a snapshot: it would read or change something. Leave --snapshot away",
            name(&other)
        ))),
    }
}

/// Runs the future on a runtime of its own, to its end or to a signal.
pub fn until_signal<F>(begin: impl FnOnce(Stop) -> F) -> Result<Exit, Failure>
where
    F: Future<Output = Result<Exit, Failure>>,
{
    let runtime = runtime()?;
    let stop = Stop::default();
    let result = runtime.block_on(async { stop.run_until_signal(begin(stop.clone())).await });
    // A thread that waits for a line from the terminal would never come back.
    runtime.shutdown_background();
    result
}

/// The runtime of a command. Its threads have more stack than usual: futures of long readings are large where nothing is
/// optimised.
pub fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::No, format!("the program could not be set up: {error}")))
}

fn unexpected(command: &Command) -> Failure {
    Failure::usage(format!("`{}` does not read from the services", name(command)))
}

fn name(command: &Command) -> &'static str {
    match command {
        Command::Demo(_) => "demo",
        Command::Simulator(_) => "simulator",
        Command::Check(_) => "check",
        Command::Diff(_) => "diff",
        Command::Status(_) => "status",
        Command::Snapshot { .. } => "snapshot",
        Command::Plan { .. } => "plan",
        Command::Apply(_) => "apply",
        Command::Announce(_) => "announce",
        Command::SupportPackage { .. } => "support-package",
        Command::Report { .. } => "report",
        Command::Config { .. } => "config",
        Command::Completions { .. } => "completions",
        Command::Doctor => "doctor",
        Command::Man => "man",
    }
}
