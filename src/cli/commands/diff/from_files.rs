//! `diff` of two files: without a configuration, a credential or a service.

use std::sync::Arc;

use crate::cli::args::{DiffArgs, Global};
use crate::cli::commands::snapshot::context;
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
        let mut model = model(output, global, args).await?;
        super::with_patterns(&mut model, &args.use_pattern).await?;
        super::print(output, &model)
    })
}

async fn model(output: Output, global: &Global, args: &DiffArgs) -> Result<Model, Failure> {
    let (Some(org_file), Some(tenant_file)) = (args.org_users.clone(), args.tenant_users.clone()) else {
        return Err(Failure::usage("--org-users and --tenant-users belong together"));
    };
    let (roster, directory) = tokio::join!(
        reading(move || files::org_users(&org_file)),
        reading(move || files::tenant_users(&tenant_file))
    );
    let (roster, directory) = (roster?, directory?);
    for (what, left_out) in [("people", &roster.left_out), ("tenant users", &directory.left_out)] {
        if let Some(first) = left_out.first() {
            output.say(&format!("{} {what} were left out; {first}", left_out.len()));
        }
    }
    let mut model = Model::new(Arc::new(settings(global, args)), runner::now());
    let at = model.now;
    model.roster = Aged::known(roster.list, at);
    let list = directory.list;
    let index = tokio::task::spawn_blocking(move || (TenantIndex::build(&list), list))
        .await
        .map_err(|_| Failure::new(Exit::No, "the tenant's users could not be indexed"))?;
    model.directory = Aged::known(index.1, at);
    model.index = Some(Arc::new(index.0));
    if let (Some(roster), Some(directory)) = (model.roster.value.clone(), model.directory.value.clone()) {
        situate(&mut model, global, args, &roster, &directory)?;
    }
    let input = model.analysis_input();
    let analysis = tokio::task::spawn_blocking(move || Arc::new(analyse(input)))
        .await
        .map_err(|_| Failure::new(Exit::No, "the two files could not be compared"))?;
    model.absorb(&Msg::Analysed(analysis));
    Ok(model)
}

async fn reading<T: Send + 'static>(
    read: impl FnOnce() -> Result<FromFile<T>, Problem> + Send + 'static,
) -> Result<FromFile<T>, Failure> {
    match tokio::task::spawn_blocking(read).await {
        Ok(result) => result.map_err(Failure::from),
        Err(_) => Err(Failure::new(Exit::No, "a file could not be read to its end")),
    }
}

/// The defaults: what stands in a configuration file does not count here.
fn settings(global: &Global, args: &DiffArgs) -> crate::tasks::Context {
    let mut context = context(&Loaded::from(Config::default()));
    context.organization = global.organization.clone().unwrap_or_default();
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
