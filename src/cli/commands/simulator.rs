//! `simulator`: only the services, for tests and training. One JSON line says where it is; then it serves until a signal.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::args::{Global, SimulatorArgs};
use crate::cli::exit::{Exit, Failure};
use crate::cli::launch::until_signal;
use crate::cli::output::Output;
use crate::cli::work::not_kept;
use crate::simulator::{SignInWay, Simulator, start};
use crate::tasks::runner::write_file;

#[derive(Debug, Serialize)]
struct Ready {
    listening: String,
    config: Option<String>,
}

/// The command. A signal is how it is meant to end, and its code is that of the signal.
pub fn run(output: Output, global: &Global, args: &SimulatorArgs) -> Result<Exit, Failure> {
    until_signal(|stop| async move {
        stop.tidying();
        let simulator = start(args.simulation.options(Some(args.listen)))
            .await
            .map_err(|error| Failure::usage(error.to_string()))?;
        let config = match &args.write_config {
            Some(path) => {
                Some(write_config(output, &simulator, path, args.simulation.sign_in, global.force).await?)
            }
            None => None,
        };
        let config = config.map(|path| path.to_string_lossy().into_owned());
        output.json_line(&Ready { listening: simulator.address().to_string(), config })?;
        output.say(&format!(
            "A simulation; nothing here is real. The portal's page: {}",
            simulator.portal_url()
        ));
        match args.simulation.sign_in {
            SignInWay::DeviceCode if args.write_config.is_some() => output.say(&format!(
                "A code is approved by itself after a moment. To answer it by hand: POST {0}/simulator/sign-in/waits, then \
                 open {0}/login/device.",
                simulator.base()
            )),
            SignInWay::ClientSecret if args.write_config.is_some() => output.say(&format!(
                "Set ADO2ENTRA_SIMULATED_SECRET to {} (made up).",
                simulator.client_secret()
            )),
            _ => {}
        }
        stop.asked().await;
        simulator.stop().await;
        Ok(Exit::Done)
    })
}

/// Writes the configuration, with a state directory of its own beside it.
async fn write_config(
    output: Output,
    simulator: &Simulator,
    path: &Path,
    way: SignInWay,
    force: bool,
) -> Result<PathBuf, Failure> {
    let path = std::path::absolute(path)
        .map_err(|error| Failure::usage(format!("{} is no place for a file: {error}", path.display())))?;
    let state = path.with_extension("state");
    let text = simulator.config_toml_with(&state, way);
    write_file(&path, text.into_bytes(), force).await.map_err(|problem| not_kept(&problem))?;
    // The configuration names commands, and such a file is not used where others could have written it.
    let folder = path.parent().and_then(|folder| fs::metadata(folder).ok());
    if folder.is_some_and(|folder| folder.mode() & 0o022 != 0) {
        output.say(
            "Others can write to the folder of the configuration, so the program will refuse to use it. Write it into a \
             folder of your own.",
        );
    }
    Ok(path)
}
