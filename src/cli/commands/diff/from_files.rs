//! `diff` of two files: without a configuration, a credential or a service.

use std::path::Path;
use std::sync::Arc;

use super::words;
use crate::cli::args::{DiffArgs, Format, Global};
use crate::cli::commands::snapshot::context;
use crate::cli::document::diff::ListLeftOut;
use crate::cli::exit::{Exit, Failure};
use crate::cli::launch::until_signal;
use crate::cli::output::Output;
use crate::config::{Config, Loaded};
use crate::domain::facts::{Aged, Cloud, TenantDiscovery};
use crate::domain::forecast::infer_destination;
use crate::domain::matching::TenantIndex;
use crate::domain::people::{Directory, Roster};
use crate::domain::{Problem, TenantId};
use crate::tasks::files::{self, FromFile};
use crate::tasks::{Model, Msg, analyse, runner};

/// The command.
pub fn from_files(output: Output, global: &Global, args: &DiffArgs) -> Result<Exit, Failure> {
    until_signal(|_| async {
        let (mut model, left_out) = model(global, args).await?;
        if let Some(words) = words::left_out(&left_out).filter(|_| output.format != Format::Text) {
            output.say(&words);
        }
        super::with_patterns(&mut model, &args.use_pattern).await?;
        super::print(output, &model, &left_out)
    })
}

async fn model(global: &Global, args: &DiffArgs) -> Result<(Model, Vec<ListLeftOut>), Failure> {
    let (Some(org_file), Some(tenant_file)) = (args.org_users.clone(), args.tenant_users.clone()) else {
        return Err(Failure::usage("--org-users and --tenant-users belong together"));
    };
    let names = [("org_users", org_file.clone()), ("tenant_users", tenant_file.clone())];
    let (roster, directory) =
        tokio::join!(reading(move || files::org_users(&org_file)), reading(move || indexed(&tenant_file)));
    let (roster, (directory, index)) = (roster?, directory?);
    let left_out = names
        .into_iter()
        .zip([roster.left_out, directory.left_out])
        .filter(|(_, left_out)| !left_out.is_nothing())
        .map(|((list, file), left_out)| ListLeftOut { list, file: file.display().to_string(), left_out })
        .collect();
    let mut model = Model::new(Arc::new(settings(global, args)), runner::now());
    let at = model.now;
    model.roster = Aged::known(roster.list, at);
    model.directory = Aged::known(directory.list, at);
    model.index = Some(Arc::new(index));
    if let (Some(roster), Some(directory)) = (model.roster.value.clone(), model.directory.value.clone()) {
        situate(&mut model, global, args, &roster, &directory)?;
    }
    let input = model.analysis_input();
    let analysis = tokio::task::spawn_blocking(move || Arc::new(analyse(input)))
        .await
        .map_err(|_| Failure::new(Exit::No, "the two files could not be compared"))?;
    model.absorb(&Msg::Analysed(analysis));
    Ok((model, left_out))
}

/// The index is built while the other file may still be read.
fn indexed(file: &Path) -> Result<(FromFile<Directory>, TenantIndex), Problem> {
    let directory = files::tenant_users(file)?;
    let index = TenantIndex::build(&directory.list);
    Ok((directory, index))
}

async fn reading<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(read).await {
        Ok(result) => result.map_err(Failure::from),
        Err(_) => Err(Failure::new(Exit::No, "a file could not be read to its end")),
    }
}

/// The defaults: what stands in a configuration file does not count here.
fn settings(global: &Global, args: &DiffArgs) -> crate::tasks::Context {
    let mut context = context(&Loaded::from(Config::default()));
    context.organization = global.organization.last().cloned().unwrap_or_default();
    context.tenant = global.tenant.clone().unwrap_or_default();
    context.candidates = args.candidates;
    context.offline = Some("two files".into());
    context
}

/// Destination and backing tenant: as given, else as the lists say.
fn situate(
    model: &mut Model,
    global: &Global,
    args: &DiffArgs,
    roster: &Roster,
    directory: &Directory,
) -> Result<(), Failure> {
    let given: Option<TenantId> = match global.tenant.as_deref() {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| {
            Failure::usage(format!(
                "with two files, --tenant must be the tenant's GUID: nobody is asked, so `{text}` cannot be looked up"
            ))
        })?),
    };
    let (destination, backing) = infer_destination(roster, directory, given, args.backing_tenant);
    let at = model.now;
    if let Some(id) = destination {
        model.facts.discovery = Aged::known(
            TenantDiscovery {
                id,
                region: None,
                cloud: Cloud::Unrecognised("not asked".into()),
                sign_in_host: String::new(),
            },
            at,
        );
    }
    if let Some(backing) = backing {
        model.facts.backing = Aged::known(backing, at);
    }
    Ok(())
}
