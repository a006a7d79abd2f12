//! The configuration: layers (defaults < file < environment < flags), the origin of each value, and errors with
//! path:line:column.
//!
//! What holds in this room:
//! - [`load()`] is the only way in. It reads the file and asks the environment through the function it is given,
//!   so that tests and `demo` decide what there is to see.
//! - [`Config`] is plain data that was checked once. It holds no secret: at most the name of an environment
//!   variable or a command that gives one.
//! - There is one table of keys (`schema`); reading, errors, `config show` and the tests of
//!   `config.example.toml` go by it.
//! - Every error says where, what, and what to do; all errors of a file are found at once.
//! - What is merely not given yet (organization, tenant) is no error until it is needed:
//!   [`Config::require_target`].

mod choices;
mod credentials;
mod document;
mod endpoint;
mod error;
mod keys;
mod layers;
mod load;
mod names;
mod paths;
mod report;
mod rules;
mod schema;
mod settings;
mod suggest;
mod trust;
mod unknown;
mod write;

pub use choices::{AfterConnect, AzureDevOpsKind, EntraKind, Glyphs, Goal, Links, Route, Theme};
pub use credentials::{
    AzureDevOpsCredential, AzureDevOpsWay, CommandLine, Credentials, EntraCredential, EntraWay,
};
pub use endpoint::{Endpoint, EndpointError, Endpoints};
pub use error::{ConfigError, ConfigErrors, Place, Position};
pub use keys::KeyVocabulary;
pub use layers::{Origin, Origins};
pub use load::{Loaded, Overrides, load, parse};
pub use paths::{Environment, FoundBy, Location, locate};
pub use report::{CheckLine, Checked, Effective, EffectiveRow, Severity};
pub use settings::{
    ApplySettings, Config, Connection, Network, Organization, Polling, Review, State, Target, TenantSettings,
    Ui,
};
pub use trust::check_command_trust;
pub use write::{commented, give, lines_to_add, typed_command};

/// The commented configuration file with every key, as it stands in the project.
pub const EXAMPLE: &str = include_str!("../config.example.toml");

/// The name and section of every key of the file but those of `[keys]`, in the order of the file.
pub fn known_keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    schema::KEYS.iter().map(|key| (key.section, key.name))
}
