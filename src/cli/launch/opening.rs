//! What is known before anything is opened: the configuration, the state directory, and how the dashboard is reached.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use crate::cli::args::Global;
use crate::cli::exit::{Exit, Failure};
use crate::cli::logging;
use crate::config::{ConfigErrors, FoundBy, Loaded, Overrides};
use crate::domain::doctor::Finding;
use crate::tasks::{Environment, Setup};

/// The dashboard, as seen from here.
#[derive(Clone, Copy)]
pub struct Dashboard<'a> {
    /// Opens it, and returns when it was left.
    pub open: &'a dyn Fn(Opening) -> Exit,
    /// Checks the `[keys]` of a configuration against its table of actions.
    pub check_keys: &'a dyn Fn(&Loaded) -> Result<(), ConfigErrors>,
    /// Says what the terminal can do; with the configuration where it is right.
    pub describe_terminal: &'a dyn Fn(Option<&Loaded>) -> Vec<Finding>,
}

impl std::fmt::Debug for Dashboard<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dashboard")
    }
}

/// What the dashboard is opened with.
#[derive(Debug)]
pub struct Opening {
    /// The configuration.
    pub loaded: Loaded,
    /// What a session is opened with. Organization or tenant may be missing: then the set-up screen comes first.
    pub setup: Setup,
    /// Work offline from this snapshot.
    pub snapshot: Option<PathBuf>,
}

/// Opens the dashboard on the configured organization.
pub fn dashboard(global: &Global, dashboard: &Dashboard<'_>) -> Result<Exit, Failure> {
    let loaded = load_or_nothing(global)?;
    needs_a_terminal(&loaded)?;
    (dashboard.check_keys)(&loaded)?;
    let setup = setup(&loaded, global)?;
    let _log = logging::start(&setup.state_directory, global.log_level);
    Ok((dashboard.open)(Opening { loaded, setup, snapshot: global.snapshot.clone() }))
}

/// The dashboard cannot be drawn into a pipe, and neither can the set-up.
fn needs_a_terminal(loaded: &Loaded) -> Result<(), Failure> {
    if has_a_terminal() {
        return Ok(());
    }
    let mut said = "the dashboard needs a terminal, and this is none. Every screen is a command too: `ado2entra check`, \
                    `diff`, `status`, `plan show`, `apply`; `ado2entra --help` lists them"
        .to_owned();
    if let Err(missing) = loaded.config.require_target() {
        let _ = write!(
            said,
            "\nBefore that: {missing}\nOr run `ado2entra` in a terminal: it asks for these, tries them, and writes the file"
        );
    }
    Err(Failure::usage(said))
}

/// Whether a dashboard can be drawn and keys can be read.
pub fn has_a_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// A variable of the process, as text.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The configuration, in all its layers.
pub fn load(global: &Global) -> Result<Loaded, ConfigErrors> {
    let overrides =
        Overrides { organization: global.organization.last().cloned(), tenant: global.tenant.clone() };
    crate::config::load(global.config.as_deref(), &overrides, &environment)
}

/// Like [`load`]; a file that is named and does not exist yet is one that the set-up can write.
fn load_or_nothing(global: &Global) -> Result<Loaded, ConfigErrors> {
    let location = crate::config::locate(global.config.as_deref(), &environment);
    let is_missing = location.as_ref().is_some_and(|location| {
        let kind = location.path.symlink_metadata().map_err(|error| error.kind());
        location.found_by != FoundBy::Default && kind.is_err_and(|kind| kind == std::io::ErrorKind::NotFound)
    });
    if !is_missing || !has_a_terminal() {
        return load(global);
    }
    // Without the places of files there is no file, and the other layers stay.
    let values = |name: &str| {
        environment(name).filter(|_| name.ends_with("_ORGANIZATION") || name.ends_with("_TENANT"))
    };
    let overrides =
        Overrides { organization: global.organization.last().cloned(), tenant: global.tenant.clone() };
    let mut loaded = crate::config::load(None, &overrides, &values)?;
    loaded.location = location;
    Ok(loaded)
}

/// What a session is opened with.
pub fn setup(loaded: &Loaded, global: &Global) -> Result<Setup, Failure> {
    let all_local = loaded.config.endpoints.all().iter().all(|(_, endpoint)| endpoint.is_loopback());
    Ok(Setup {
        state_directory: loaded.config.state_directory(&environment)?,
        config: loaded.config.clone(),
        environment: Environment::of_process(),
        read_only: global.read_only || global.snapshot.is_some(),
        simulated: all_local,
        sealed: false,
        use_store: true,
    })
}
