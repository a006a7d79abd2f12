//! The configuration as plain typed data, with its defaults.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::choices::{Glyphs, Goal, Links, Route, Theme};
use super::credentials::Credentials;
use super::endpoint::Endpoints;
use super::error::{ConfigError, ConfigErrors, Place};

/// Every value of the configuration file. The default is what holds without a file; `config.example.toml` says
/// the same in words, by test. Holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// `[organization]`.
    pub organization: Organization,
    /// `[tenant]`.
    pub tenant: TenantSettings,
    /// `[connection]`.
    pub connection: Connection,
    /// `[credentials]`.
    pub credentials: Credentials,
    /// `[polling]`.
    pub polling: Polling,
    /// `[review]`.
    pub review: Review,
    /// `[apply]`.
    pub apply: ApplySettings,
    /// `[ui]`.
    pub ui: Ui,
    /// `[keys]`: for an action the keys that replace its default. Whether they exist is checked by
    /// [`super::Loaded::check_keys`].
    pub keys: BTreeMap<String, Vec<String>>,
    /// `[state]`.
    pub state: State,
    /// `[network]`.
    pub network: Network,
    /// `[endpoints]`.
    pub endpoints: Endpoints,
}

/// `[organization]`: the Azure DevOps Services organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    /// Its name, as in `https://dev.azure.com/NAME`.
    pub name: Option<String>,
    /// The address of its owner, where it cannot be read.
    pub owner: Option<String>,
}

/// `[tenant]`: the destination tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantSettings {
    /// A verified domain or the tenant's GUID, in lower case.
    pub id: Option<String>,
}

/// `[connection]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// What is to become of the organization.
    pub goal: Goal,
}

/// `[polling]`: how often the program looks again; none is never.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polling {
    /// Which tenant backs the organization.
    pub tenant: Option<Duration>,
    /// The organization's people.
    pub users: Option<Duration>,
    /// The health of the service.
    pub health: Option<Duration>,
}

impl Default for Polling {
    fn default() -> Self {
        Self {
            tenant: Some(Duration::from_secs(20)),
            users: Some(Duration::from_secs(300)),
            health: Some(Duration::from_secs(300)),
        }
    }
}

/// `[review]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Days without a sign-in after which somebody counts as inactive.
    pub inactive_after_days: u32,
    /// Addresses never offered for removal or bulk decisions, as they were written.
    pub protected: Vec<String>,
}

impl Default for Review {
    fn default() -> Self {
        Self { inactive_after_days: 90, protected: Vec::new() }
    }
}

/// `[apply]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplySettings {
    /// Which call sets a mapping.
    pub route: Route,
    /// Calls at the same time, after the canary.
    pub concurrency: u32,
    /// Failures in a row that stop the run.
    pub stop_after_failures: u32,
    /// Minutes after which a reading is too old to apply by; 0 reads everybody again each time.
    pub reread_after_minutes: u32,
}

impl Default for ApplySettings {
    fn default() -> Self {
        Self { route: Route::default(), concurrency: 2, stop_after_failures: 3, reread_after_minutes: 60 }
    }
}

/// `[ui]`: the dashboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ui {
    /// The colours.
    pub theme: Theme,
    /// Which characters draw lines and marks.
    pub glyphs: Glyphs,
    /// Whether the mouse is taken; selecting text then needs Shift in most terminals.
    pub mouse: bool,
    /// Whether addresses can be clicked.
    pub links: Links,
}

/// `[state]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Where decisions and logs are kept, if not at the default; see [`Config::state_directory`].
    pub directory: Option<PathBuf>,
}

/// `[network]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// A PEM file with further root certificates.
    pub ca_file: Option<PathBuf>,
}

/// What nearly everything needs to know; see [`Config::require_target`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The organization's name.
    pub organization: &'a str,
    /// The destination tenant, a domain or a GUID.
    pub tenant: &'a str,
}

impl Config {
    /// The organization and the destination tenant. Without them a configuration is not wrong, but not usable
    /// yet: the dashboard then opens its set-up, commands stop with this error.
    pub fn require_target(&self) -> Result<Target<'_>, ConfigErrors> {
        let mut errors = Vec::new();
        let mut missing = |what: &str, advice: &str| {
            errors.push(ConfigError::new(Place::Whole, what, advice));
        };
        if self.organization.name.is_none() {
            missing(
                "no organization is given",
                "write name = \"…\" below [organization] in the configuration file (`ado2entra config path` says \
                 where it is), or set ADO2ENTRA_ORGANIZATION, or use --organization NAME",
            );
        }
        if self.tenant.id.is_none() {
            missing(
                "no destination tenant is given",
                "write id = \"…\" below [tenant] in the configuration file (`ado2entra config path` says where it \
                 is), or set ADO2ENTRA_TENANT, or use --tenant with a domain or the tenant's GUID",
            );
        }
        match (&self.organization.name, &self.tenant.id) {
            (Some(organization), Some(tenant)) => Ok(Target { organization, tenant }),
            _ => Err(ConfigErrors::in_this_order(errors)),
        }
    }

    /// Whether signing in runs a command from the file, so that the file must be trusted.
    pub fn runs_commands(&self) -> bool {
        use super::choices::{AfterConnect, AzureDevOpsKind, EntraKind};
        self.credentials.azure_devops.kind == AzureDevOpsKind::Command
            || self.credentials.azure_devops.after_connect == AfterConnect::Command
            || self.credentials.entra.kind == EntraKind::Command
    }
}
