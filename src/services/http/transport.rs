//! The connections: TLS by rustls with ring, no redirect, proxies for the outside world and never for loopback.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::{Once, OnceLock};
use std::time::Duration;

use reqwest::tls::Certificate;
use reqwest::{Client, ClientBuilder, redirect, retry};

use super::endpoint::Endpoint;
use super::names::Names;
use super::proxy::{Proxies, Proxy, Route};
use crate::domain::problem::{Problem, ProblemKind};
use crate::services::settings::{Limits, Settings};

/// The connections to everywhere. Those that need certificates are made when they are first used: reading the system's
/// roots takes time, and a sealed demo on a machine without any must work.
#[derive(Debug)]
pub(crate) struct Transport {
    plain: Client,
    direct: OnceLock<Result<Client, String>>,
    proxied: OnceLock<Result<Client, String>>,
    roots: Vec<Certificate>,
    proxies: Proxies,
    connect: Duration,
}

impl Transport {
    /// Reads the extra certificates and prepares the connections.
    pub fn new(settings: &Settings, proxies: Proxies) -> Result<Self, Problem> {
        install_provider();
        let roots = settings.ca_file.as_deref().map(read_roots).transpose()?.unwrap_or_default();
        let plain = base(settings.limits.connect).no_proxy().tls_certs_only([]).build().map_err(|error| {
            Problem::local("preparing connections", chain(&error), "Report this as a fault of the program.")
        })?;
        Ok(Self {
            plain,
            direct: OnceLock::new(),
            proxied: OnceLock::new(),
            roots,
            proxies: if settings.no_proxy { Proxies::default() } else { proxies },
            connect: settings.limits.connect,
        })
    }

    /// The way to this endpoint.
    pub fn route(&self, endpoint: &Endpoint) -> Route {
        let (host, port) = endpoint.host();
        self.proxies.route(&host, port)
    }

    /// The connections to this endpoint.
    pub fn client(&self, endpoint: &Endpoint, asked: &str) -> Result<&Client, Problem> {
        if endpoint.is_plain() {
            return Ok(&self.plain);
        }
        let problem = |said: String, remedy: &str| Problem {
            said,
            remedy: remedy.to_owned(),
            ..Problem::at(endpoint.service, ProblemKind::Local, asked)
        };
        let made = match self.route(endpoint) {
            Route::Direct(_) => self.direct.get_or_init(|| self.build(None)),
            Route::Through(proxy) => self.proxied.get_or_init(|| self.build(Some(&proxy))),
            Route::Unusable(why) => {
                let remedy = "Set it to the address of your company's proxy, such as http://proxy.example:8080, or unset it; \
                              NO_PROXY takes hosts out.";
                return Err(problem(why, remedy));
            }
        };
        made.as_ref().map_err(|error| {
            let remedy = "Install the system's root certificates (Debian: ca-certificates), or name a PEM file by \
                          SSL_CERT_FILE or by ca_file under [network]; check HTTPS_PROXY.";
            problem(format!("no secure connection can be made: {error}"), remedy)
        })
    }

    fn build(&self, proxy: Option<&Proxy>) -> Result<Client, String> {
        let mut builder = base(self.connect).https_only(true).no_proxy();
        if !self.roots.is_empty() {
            builder = builder.tls_certs_merge(self.roots.iter().cloned());
        }
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy.for_client().map_err(|error| chain(&error.without_url()))?);
        }
        builder.build().map_err(|error| chain(&error))
    }
}

fn base(connect: Duration) -> ClientBuilder {
    // The port is replaced by the one of the address.
    let loopback = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
    Client::builder()
        .user_agent(concat!("ado2entra/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .connect_timeout(connect)
        .dns_resolver(Names::within(connect))
        .resolve_to_addrs("localhost", &loopback)
        // A connection that idled for long may be closed just as a write goes out, which would leave its outcome unknown.
        .pool_idle_timeout(Duration::from_secs(15))
        .tcp_nodelay(true)
}

/// The crypto of all TLS of this process; whoever was first stays.
fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that one is installed already, which serves as well.
        drop(rustls::crypto::ring::default_provider().install_default());
    });
}

pub(crate) fn read_roots(file: &Path) -> Result<Vec<Certificate>, Problem> {
    let asked = format!("reading the certificates of {}", file.display());
    let remedy = "ca_file under [network] must name a PEM file with certificates that this account can read.";
    let bytes = fs::read(file).map_err(|error| Problem::local(asked.clone(), error.to_string(), remedy))?;
    match Certificate::from_pem_bundle(&bytes) {
        Ok(roots) if !roots.is_empty() => Ok(roots),
        Ok(_) => Err(Problem::local(asked, "there is no certificate in it", remedy)),
        Err(error) => Err(Problem::local(asked, chain(&error), remedy)),
    }
}

/// An error with its causes, without addresses.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// How long headers may take: the connection has its own limit within it.
pub(crate) fn until_headers(limits: &Limits) -> Duration {
    limits.connect + limits.first_byte
}
