//! Looking at the way to each service, step by step: the proxy, the name, the connection, TLS, and an anonymous `HEAD`. For
//! `doctor`: nothing here carries a credential, and nothing here is used by the other clients.
//!
//! The TLS step takes any certificate, because it is there to say whose it is; nothing is sent over that connection. Whether
//! the certificate is trusted is what the request after it shows, which goes the usual way.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use secrecy::ExposeSecret;

use super::http::endpoint::Endpoint;
use super::http::need::Need;
use super::http::proxy::{Proxy, Route, Straight};
use super::http::{Call, Http, clock};
use super::settings::Endpoints;
use crate::domain::doctor::network::{Answered, Connected, Family, Lookup, Path, Secured, Way};
use crate::domain::problem::{Problem, Service};
use crate::domain::text::clean_to;

mod certificate;
mod handshake;

/// The longest that one step may take.
const STEP: Duration = Duration::from_secs(8);

/// How many certificates a PEM file holds, or why it cannot be used.
pub fn roots_in(file: &std::path::Path) -> Result<usize, Problem> {
    super::http::transport::read_roots(file).map(|roots| roots.len())
}

/// How far two clocks are apart, in words.
pub fn clock_words(ahead: SignedDuration) -> String {
    clock::words(ahead)
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    http: Http,
    endpoints: Vec<Endpoint>,
}

impl Diagnosis {
    pub(crate) fn new(http: &Http, endpoints: &Endpoints) -> Result<Self, Problem> {
        let all = [
            (Service::AzureDevOps, &endpoints.azure_devops),
            (Service::AzureDevOpsIdentity, &endpoints.azure_devops_identity),
            (Service::AzureDevOpsEntitlements, &endpoints.azure_devops_entitlements),
            (Service::AzureDevOpsStatus, &endpoints.azure_devops_status),
            (Service::MicrosoftGraph, &endpoints.microsoft_graph),
            (Service::EntraLogin, &endpoints.entra_login),
        ];
        let endpoints = all.into_iter().map(|(service, text)| Endpoint::parse(service, text));
        Ok(Self { http: http.clone(), endpoints: endpoints.collect::<Result<_, _>>()? })
    }

    /// The way to every host, all at the same time, in the order of the configuration.
    pub async fn paths(&self) -> Vec<Path> {
        let mut hosts: Vec<(String, u16)> = Vec::new();
        let mut by_host: BTreeMap<(String, u16), Vec<&Endpoint>> = BTreeMap::new();
        for endpoint in &self.endpoints {
            let host = endpoint.host();
            if !hosts.contains(&host) {
                hosts.push(host.clone());
            }
            by_host.entry(host).or_default().push(endpoint);
        }
        let looks = hosts.iter().filter_map(|host| by_host.get(host)).map(|endpoints| self.path(endpoints));
        futures_util::future::join_all(looks).await
    }

    async fn path(&self, endpoints: &[&Endpoint]) -> Path {
        let services = endpoints.iter().map(|endpoint| endpoint.service.name()).collect();
        let Some(endpoint) = endpoints.first() else {
            return unnamed(services);
        };
        let (host, port) = endpoint.host();
        let route = self.http.route(endpoint);
        let (way, hop) = match &route {
            Route::Direct(why) => (Way::Direct(straight(why)), Some((host.clone(), port))),
            Route::Through(proxy) => (Way::Through(proxy.to_string()), Some(proxy.host())),
            Route::Unusable(why) => (Way::Unusable(why.clone()), None),
        };
        let proxy = match route {
            Route::Through(proxy) => Some(proxy),
            _ => None,
        };
        let mut path = Path {
            host: if port == 443 { host.clone() } else { format!("{host}:{port}") },
            services,
            microsofts: is_microsofts(&host),
            way,
            lookup: None,
            connections: Vec::new(),
            tls: None,
            answer: Err((String::new(), String::new())),
        };
        if let Some((hop, hop_port)) = hop {
            let addresses = look_up(&hop, hop_port, &mut path).await;
            let reached = connect(&addresses, &mut path).await;
            if !endpoint.is_plain()
                && let Some(address) = reached
            {
                path.tls = Some(secured(address, proxy, host, port).await);
            }
        }
        path.answer = self.ask(endpoint).await;
        path
    }

    async fn ask(&self, endpoint: &Endpoint) -> Result<Answered, (String, String)> {
        let url = endpoint.fixed_url(&[], &[]);
        let asked = format!("reaching {}", endpoint.service);
        let call = Call { method: Method::HEAD, ..Call::get(endpoint, url, asked, Need::Nothing) };
        let begun = Instant::now();
        match self.http.look(&call).await {
            Ok((status, headers)) => Ok(Answered {
                status: status.as_u16(),
                took: begun.elapsed(),
                ahead: clock::ahead(&headers, Timestamp::now()),
            }),
            Err(problem) => Err((problem.said, problem.remedy)),
        }
    }
}

fn unnamed(services: Vec<&'static str>) -> Path {
    Path {
        host: String::new(),
        services,
        microsofts: false,
        way: Way::Direct(None),
        lookup: None,
        connections: Vec::new(),
        tls: None,
        answer: Err(("no address".into(), String::new())),
    }
}

fn straight(why: &Straight) -> Option<String> {
    match why {
        Straight::NoProxy => None,
        Straight::Loopback => Some("this machine".into()),
        Straight::OnlyForHttp => {
            Some("HTTP_PROXY is set, and serves plain http only: https needs HTTPS_PROXY".into())
        }
        Straight::Excepted(entry) => Some(format!("taken out by {entry}")),
    }
}

/// Microsoft's own names, of which it is known who issues their certificates.
fn is_microsofts(host: &str) -> bool {
    ["azure.com", "microsoft.com", "microsoftonline.com", "visualstudio.com"]
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

async fn look_up(host: &str, port: u16, path: &mut Path) -> Vec<SocketAddr> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return vec![SocketAddr::new(address, port)];
    }
    if host.eq_ignore_ascii_case("localhost") {
        return [IpAddr::from([127, 0, 0, 1]), IpAddr::from(std::net::Ipv6Addr::LOCALHOST)]
            .map(|address| SocketAddr::new(address, port))
            .to_vec();
    }
    let begun = Instant::now();
    let found = tokio::time::timeout(STEP, tokio::net::lookup_host((host, port))).await;
    let took = begun.elapsed();
    let (addresses, failed) = match found {
        Ok(Ok(found)) => (found.collect::<Vec<_>>(), None),
        Ok(Err(error)) => (Vec::new(), Some(clean_to(&error.to_string(), 200).into_owned())),
        Err(_) => (Vec::new(), Some(format!("no answer within {} s", STEP.as_secs()))),
    };
    let four = addresses.iter().filter(|address| address.is_ipv4()).count();
    let (v4, v6) = tokio::join!(alone(host, "ahostsv4"), alone(host, "ahostsv6"));
    path.lookup = Some(Lookup {
        host: clean_to(host, 120).into_owned(),
        took,
        v4: Family { addresses: four, took: v4 },
        v6: Family { addresses: addresses.len() - four, took: v6 },
        failed,
    });
    addresses
}

/// How long one family takes by itself: by `getent`, which asks the way the system asks. The standard library asks for both at
/// once; where there is no `getent`, that has to do.
async fn alone(host: &str, database: &str) -> Option<Duration> {
    // A name that begins with a hyphen would be an option.
    if host.starts_with('-') {
        return None;
    }
    let begun = Instant::now();
    let mut child = tokio::process::Command::new("getent")
        .args([database, host])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let ended = tokio::time::timeout(STEP, child.wait()).await;
    ended.ok()?.ok()?.success().then(|| begun.elapsed())
}

/// Connects to the first address of each family; gives one that works.
async fn connect(addresses: &[SocketAddr], path: &mut Path) -> Option<SocketAddr> {
    let first = |v4: bool| addresses.iter().find(|address| address.is_ipv4() == v4).copied();
    let one = |family: &'static str, address: Option<SocketAddr>| async move {
        let address = address?;
        let begun = Instant::now();
        let result = match tokio::time::timeout(STEP, tokio::net::TcpStream::connect(address)).await {
            Ok(Ok(_)) => Ok(begun.elapsed()),
            Ok(Err(error)) => Err(clean_to(&error.to_string(), 120).into_owned()),
            Err(_) => Err(format!("no answer within {} s", STEP.as_secs())),
        };
        Some((Connected { family, result }, address))
    };
    let (v4, v6) = tokio::join!(one("IPv4", first(true)), one("IPv6", first(false)));
    let both: Vec<_> = [v4, v6].into_iter().flatten().collect();
    let reached = both.iter().find(|(connected, _)| connected.result.is_ok()).map(|(_, address)| *address);
    path.connections = both.into_iter().map(|(connected, _)| connected).collect();
    reached
}

async fn secured(
    address: SocketAddr,
    proxy: Option<Proxy>,
    host: String,
    port: u16,
) -> Result<Secured, String> {
    if proxy.as_ref().is_some_and(Proxy::is_secure) {
        return Err("not looked at: the proxy itself speaks TLS".into());
    }
    let work = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect_timeout(&address, STEP).map_err(|error| error.to_string())?;
        stream.set_read_timeout(Some(STEP)).map_err(|error| error.to_string())?;
        stream.set_write_timeout(Some(STEP)).map_err(|error| error.to_string())?;
        if let Some(proxy) = proxy {
            tunnel(&mut stream, &proxy, &host, port)?;
        }
        handshake::look(&mut stream, &host)
    });
    let seen = work.await.map_err(|_| "the work ended unexpectedly".to_owned())?;
    seen.map_err(|why| clean_to(&why, 200).into_owned())
}

/// Asks the proxy for a tunnel.
fn tunnel(stream: &mut TcpStream, proxy: &Proxy, host: &str, port: u16) -> Result<(), String> {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let login = proxy.login();
    let login = login
        .as_ref()
        .map_or_else(String::new, |login| format!("Proxy-Authorization: {}\r\n", login.expose_secret()));
    let request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{login}\r\n");
    stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > 16 * 1024 || stream.read(&mut byte).map_err(|error| error.to_string())? == 0 {
            return Err("the proxy gave no answer that could be read".into());
        }
        answer.extend_from_slice(&byte);
    }
    let first = String::from_utf8_lossy(&answer);
    let line = first.lines().next().unwrap_or_default();
    match line.split(' ').nth(1) {
        Some(status) if status.starts_with('2') => Ok(()),
        _ => Err(format!("the proxy said: {}", clean_to(line, 100))),
    }
}
