//! What a simulator is started with, and why a start can fail.

use std::{fmt, io, net::SocketAddr, str::FromStr, time::Duration};

use super::{fault::Fault, quota::Quota};

/// Which organization and tenant are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Scenario {
    /// About sixty people with every outcome in them, and an organization that is not ready.
    #[default]
    Fabrikam,
    /// An organization in which nothing fails: only what a person must tick is left.
    Ready,
    /// The people of `fabrikam` and many generated ones: 100,000 and 500,000 unless told otherwise.
    Large,
    /// Names that attack terminals, spreadsheets and pages.
    Hostile,
    /// An organization that another tenant backs already, with Entra groups, to be switched.
    Switch,
}

impl Scenario {
    /// All scenarios.
    pub const ALL: &'static [Self] = &[Self::Fabrikam, Self::Ready, Self::Large, Self::Hostile, Self::Switch];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fabrikam => "fabrikam",
            Self::Ready => "ready",
            Self::Large => "large",
            Self::Hostile => "hostile",
            Self::Switch => "switch",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A scenario was named that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no scenario {0:?}: fabrikam, ready, large, hostile, switch")]
pub struct UnknownScenario(String);

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(text: &str) -> Result<Self, UnknownScenario> {
        let asked = text.trim().to_ascii_lowercase();
        Self::ALL.iter().find(|scenario| scenario.name() == asked).copied().ok_or(UnknownScenario(asked))
    }
}

/// What the simulator is started with. `Options::default()` plays `fabrikam` on a free loopback port.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which organization and tenant are played.
    pub scenario: Scenario,
    /// How many people the organization has, service identities not counted: generated ones fill up what the scenario does
    /// not name, and of those it names the last are left out where there are too many (but for the first four).
    pub org_users: Option<usize>,
    /// How many users the destination tenant has in all: generated ones fill up, those of the scenario are always there.
    pub tenant_users: Option<usize>,
    /// Everything generated follows from it.
    pub seed: u64,
    /// How long every request waits.
    pub latency: Duration,
    /// The switches that are on from the start.
    pub faults: Vec<Fault>,
    /// Where to listen: a loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The moment that all dates are relative to. Default: the time of the start.
    pub now: Option<jiff::Timestamp>,
    /// The longest page of any list, below what is usual: 100 user entitlements, 500 graph users or groups, `$top` users of
    /// Microsoft Graph. For tests of paging.
    pub page_size: Option<usize>,
    /// How many requests a service takes before `throttle` refuses the next.
    pub throttle_after: u32,
    /// How long `throttle` refuses. Told to the client in whole seconds.
    pub throttle_for: Duration,
    /// How late `late-entra` is.
    pub entra_delay: Duration,
    /// How long `stall` is silent.
    pub stall_for: Duration,
    /// The consumption limit of the services of Azure DevOps; none by default.
    pub quota: Option<Quota>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scenario: Scenario::Fabrikam,
            org_users: None,
            tenant_users: None,
            seed: 7,
            latency: Duration::ZERO,
            faults: Vec::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            now: None,
            page_size: None,
            throttle_after: 10,
            throttle_for: Duration::from_secs(1),
            entra_delay: Duration::from_secs(5),
            stall_for: Duration::from_secs(120),
            quota: None,
        }
    }
}

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is reachable from elsewhere.
    #[error("the simulator listens on loopback addresses only, and {0} is none: use 127.0.0.1:0 or [::1]:0")]
    NotLoopback(SocketAddr),
    /// The port is taken, or the system refuses.
    #[error(
        "the simulator could not listen on {address}: {source}. Is another one running there? Port 0 takes a free one"
    )]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// More people than the ids of a scenario can number.
    #[error("the simulator plays at most {max} people on each side, and {asked} were asked for")]
    TooMany {
        /// How many were asked for.
        asked: usize,
        /// The limit.
        max: usize,
    },
}
