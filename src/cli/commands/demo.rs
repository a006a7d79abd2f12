//! `demo`: the whole program against the embedded simulator; without a terminal a guided tour in words.
//!
//! Sealed off from the real world: no configuration of the user, no `ADO2ENTRA_*`, no proxy, no credential variable, no `az`.
//! What is kept lives in a private temporary folder and goes away with it.

mod tour;

use std::path::Path;

use crate::cli::args::{Global, Simulation};
use crate::cli::exit::{Exit, Failure};
use crate::cli::launch::{Dashboard, Opening, has_a_terminal, runtime};
use crate::cli::logging;
use crate::cli::output::Output;
use crate::cli::private::PrivateFolder;
use crate::cli::signals::Stop;
use crate::cli::work::Work;
use crate::config::{Config, Loaded};
use crate::simulator::{SignInAnswer, SignInWay, Simulator, start};
use crate::tasks::{Environment, Setup};

/// The command.
pub fn run(
    output: Output,
    global: &Global,
    simulation: &Simulation,
    dashboard: &Dashboard<'_>,
) -> Result<Exit, Failure> {
    refuse_the_real_world(global)?;
    let folder = PrivateFolder::new()
        .map_err(|error| Failure::new(Exit::No, format!("making a private temporary folder: {error}")))?;
    let runtime = runtime()?;
    let simulator = runtime
        .block_on(start(simulation.options(None)))
        .map_err(|error| Failure::usage(error.to_string()))?;
    let state = folder.path().join("state");
    let _log = logging::start(&state, global.log_level);
    let config = config(&simulator, &state, simulation.sign_in)?;
    let setup = setup(config.clone(), &state, global.read_only, simulator.client_secret());
    let result = if has_a_terminal() {
        // Whoever looks at the code can open the page too; the tour goes on by itself.
        simulator.control().answer_sign_ins(SignInAnswer::Waits);
        let loaded = Loaded::from(config);
        Ok((dashboard.open)(Opening { loaded, setup, snapshot: None }))
    } else {
        let stop = Stop::default();
        let control = simulator.control();
        let portal = simulator.portal_url();
        runtime.block_on(stop.run_until_signal(async {
            let work = Work::open(output, setup).await?;
            tour::guide(work, control, &portal).await
        }))
    };
    runtime.block_on(simulator.stop());
    runtime.shutdown_background();
    result
}

/// A demo that quietly used one of these would not be sealed off; one that quietly ignored them would mislead.
fn refuse_the_real_world(global: &Global) -> Result<(), Failure> {
    let given = [
        ("--config", global.config.is_some()),
        ("--organization", !global.organization.is_empty()),
        ("--tenant", global.tenant.is_some()),
        ("--snapshot", global.snapshot.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => Err(Failure::usage(format!(
            "`demo` is sealed off from the real world and takes no {option}; --scenario chooses what is played"
        ))),
    }
}

/// The simulator's own configuration.
fn config(simulator: &Simulator, state: &Path, way: SignInWay) -> Result<Config, Failure> {
    let text = simulator.config_toml_with(state, way);
    Ok(crate::config::parse(&text, Path::new("the demo's configuration"), &|_| None)?)
}

/// Nothing of the environment but the path to commands: the made-up tokens come from one. A made-up application has its made-up
/// secret there too.
fn setup(config: Config, state: &Path, read_only: bool, secret: &str) -> Setup {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    Setup {
        config,
        environment: Environment::of([
            ("PATH", path),
            ("ADO2ENTRA_SIMULATED_SECRET", std::ffi::OsString::from(secret)),
        ]),
        state_directory: state.to_owned(),
        read_only,
        simulated: true,
        sealed: true,
        use_store: true,
    }
}
