//! What the clients are built from: plain values, so that this room does not depend on how they were configured.

use std::path::PathBuf;
use std::time::Duration;

use super::credential::TerminalUse;

/// Addresses of the services. Each may have a path of its own; the services' paths are appended to it. Plain `http` is
/// accepted for loopback only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// `https://dev.azure.com`
    pub azure_devops: String,
    /// `https://vssps.dev.azure.com`
    pub azure_devops_identity: String,
    /// `https://vsaex.dev.azure.com`
    pub azure_devops_entitlements: String,
    /// `https://auditservice.dev.azure.com`
    pub azure_devops_audit: String,
    /// `https://status.dev.azure.com`
    pub azure_devops_status: String,
    /// `https://graph.microsoft.com`
    pub microsoft_graph: String,
    /// `https://login.microsoftonline.com`
    pub entra_login: String,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self {
            azure_devops: "https://dev.azure.com".into(),
            azure_devops_identity: "https://vssps.dev.azure.com".into(),
            azure_devops_entitlements: "https://vsaex.dev.azure.com".into(),
            azure_devops_audit: "https://auditservice.dev.azure.com".into(),
            azure_devops_status: "https://status.dev.azure.com".into(),
            microsoft_graph: "https://graph.microsoft.com".into(),
            entra_login: "https://login.microsoftonline.com".into(),
        }
    }
}

/// How long and how often the clients try. The defaults are the product's; tests shorten them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Name look-up, TCP and TLS together.
    pub connect: Duration,
    /// From sending to the first byte of the answer. Azure DevOps may delay an answer by 30 s on purpose.
    pub first_byte: Duration,
    /// Between two pieces of a body. A body that keeps flowing, however slowly, is not cut by this.
    pub between_bytes: Duration,
    /// A whole page.
    pub page: Duration,
    /// Tries of one read, the first included.
    pub tries: u32,
    /// A read is given up when this much time has passed since its first try; a wait that would end later is not begun.
    pub patience: Duration,
    /// The first back-off without a `Retry-After`; doubles with every try, with full jitter.
    pub backoff_first: Duration,
    /// The longest back-off.
    pub backoff_longest: Duration,
    /// Largest body of one page, in bytes after decompression.
    pub body: usize,
    /// Pages of one listing; more is taken for a listing that never ends.
    pub pages: u32,
    /// Pages without anything new in a row; more is taken for a listing that never ends.
    pub idle_pages: u32,
    /// How long a credential command or `az` may run.
    pub command: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(75),
            between_bytes: Duration::from_secs(30),
            page: Duration::from_secs(600),
            tries: 8,
            patience: Duration::from_secs(15 * 60),
            backoff_first: Duration::from_secs(1),
            backoff_longest: Duration::from_secs(60),
            body: 64 * 1024 * 1024,
            pages: 50_000,
            idle_pages: 200,
            command: Duration::from_secs(60),
        }
    }
}

/// Everything the clients need besides credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The organization's name, as in `https://dev.azure.com/{organization}`.
    pub organization: String,
    /// The destination tenant: a verified domain or the tenant's GUID.
    pub tenant: String,
    /// Where the services are.
    pub endpoints: Endpoints,
    /// A PEM file with further root certificates.
    pub ca_file: Option<PathBuf>,
    /// Never use a proxy, whatever the environment says (the sealed demo).
    pub no_proxy: bool,
    /// Times and sizes.
    pub limits: Limits,
    /// Seed of the jitter and of the correlation ids.
    pub seed: u64,
    /// Whether credential commands that need it may use the terminal.
    pub terminal: TerminalUse,
}

impl Settings {
    /// The services' own addresses and the product's limits.
    pub fn new(organization: impl Into<String>, tenant: impl Into<String>) -> Self {
        Self {
            organization: organization.into(),
            tenant: tenant.into(),
            endpoints: Endpoints::default(),
            ca_file: None,
            no_proxy: false,
            limits: Limits::default(),
            seed: 0,
            terminal: TerminalUse::Never,
        }
    }
}
