//! The options of `demo` and `simulator`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::simulator::{Fault, Scenario, SignInWay};

/// What is simulated.
#[derive(Debug, Clone, Args)]
pub struct Simulation {
    /// Which organization: fabrikam, ready, large, hostile or switch
    #[arg(long, value_name = "NAME", default_value_t, value_parser = |name: &str| name.parse::<Scenario>())]
    pub scenario: Scenario,
    /// How many people the organization has
    #[arg(long, value_name = "N")]
    pub org_users: Option<usize>,
    /// How many users the tenant has
    #[arg(long, value_name = "N")]
    pub tenant_users: Option<usize>,
    /// The same seed makes the same people
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
    /// How long every answer takes, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub latency_ms: u64,
    /// Something that goes wrong, such as throttle, reset or expired-credential; may be given several times
    #[arg(long = "fault", value_name = "NAME", value_parser = |name: &str| name.parse::<Fault>())]
    pub faults: Vec<Fault>,
    /// How the tenant is signed in to: command, device-code or client-secret
    #[arg(long, value_name = "WAY", default_value_t)]
    pub sign_in: SignInWay,
}

impl Simulation {
    /// What the simulator is started with.
    pub fn options(&self, listen: Option<SocketAddr>) -> crate::simulator::Options {
        let default = crate::simulator::Options::default();
        crate::simulator::Options {
            scenario: self.scenario,
            org_users: self.org_users,
            tenant_users: self.tenant_users,
            seed: self.seed,
            latency: Duration::from_millis(self.latency_ms),
            faults: self.faults.clone(),
            listen: listen.unwrap_or(default.listen),
            ..default
        }
    }
}

/// Options of `simulator`.
#[derive(Debug, Args)]
pub struct SimulatorArgs {
    /// Where to listen; loopback addresses only, port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Write a complete configuration for this simulation here
    #[arg(long, value_name = "PATH")]
    pub write_config: Option<PathBuf>,
    /// What is simulated.
    #[command(flatten)]
    pub simulation: Simulation,
}
