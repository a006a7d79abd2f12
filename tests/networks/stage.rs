//! A company's network on loopback: a certificate authority, a service behind TLS, and a proxy.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ado2entra::services::{Credentials, Endpoints, Environment, Limits, Observer, Services, Settings, Way};
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate authority that nobody knows, with its certificate in a file.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.distinguished_name.push(DnType::OrganizationName, "Fabrikam");
        let key = KeyPair::generate().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        std::fs::write(folder.path().join("ca.pem"), pem).unwrap();
        Self { issuer: Issuer::new(params, key), folder }
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A server's configuration for this host; good today, or ended long ago.
    fn server(&self, host: &str, ended: bool) -> ServerConfig {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, host);
        if ended {
            params.not_before = rcgen::date_time_ymd(2001, 1, 1);
            params.not_after = rcgen::date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate: CertificateDer<'static> = params.signed_by(&key, &self.issuer).unwrap().into();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap()
    }
}

/// One user, as Microsoft Graph answers.
pub const USERS: &str = r#"{"value":[{"id":"b0000000-0000-4000-8000-000000000001"}]}"#;

async fn head(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<String> {
    let mut all = Vec::new();
    while !all.windows(4).any(|four| four == b"\r\n\r\n") {
        if stream.read_buf(&mut all).await.ok()? == 0 {
            return None;
        }
    }
    Some(String::from_utf8_lossy(&all).into_owned())
}

/// The time, `ahead` seconds from now, as it stands in a header.
pub fn date(ahead: i64) -> String {
    let now = std::time::SystemTime::now();
    let span = Duration::from_secs(ahead.unsigned_abs());
    httpdate::fmt_http_date(if ahead < 0 { now - span } else { now + span })
}

/// A service behind TLS: answers everything with this status and body, and this date.
pub struct Secure {
    pub at: SocketAddr,
    pub heard: Arc<Mutex<Vec<String>>>,
}

impl Secure {
    pub async fn start(authority: &Authority, host: &str, ended: bool) -> Self {
        Self::on("127.0.0.1:0", authority, host, ended).await.unwrap()
    }

    pub async fn on(bind: &str, authority: &Authority, host: &str, ended: bool) -> Option<Self> {
        let listener = TcpListener::bind(bind).await.ok()?;
        let at = listener.local_addr().unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(authority.server(host, ended)));
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, log) = (acceptor.clone(), Arc::clone(&log));
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let Some(request) = head(&mut stream).await else { return };
                    log.lock().unwrap().push(request);
                    let answer = format!(
                        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ndate: {}\r\n\
                         content-length: {}\r\n\r\n{USERS}",
                        date(0),
                        USERS.len()
                    );
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Some(Self { at, heard })
    }
}

/// A proxy that leads every tunnel to one place, whatever name was asked for.
pub struct Company {
    pub at: SocketAddr,
    pub tunnels: Arc<Mutex<Vec<String>>>,
}

impl Company {
    /// With `login` nobody gets through who does not send it.
    pub async fn start(to: SocketAddr, login: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let tunnels: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&tunnels);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let log = Arc::clone(&log);
                tokio::spawn(async move {
                    let Some(request) = head(&mut stream).await else { return };
                    log.lock().unwrap().push(request.lines().next().unwrap_or_default().to_owned());
                    let sent = request.to_lowercase();
                    if login.is_some_and(|login| {
                        !sent.contains(&format!("proxy-authorization: {}", login.to_lowercase()))
                    }) {
                        let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=x\r\n\
                                       content-length: 0\r\n\r\n";
                        let _ = stream.write_all(refusal.as_bytes()).await;
                        return;
                    }
                    let Ok(mut onward) = TcpStream::connect(to).await else { return };
                    let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
                    let _ = copy_bidirectional(&mut stream, &mut onward).await;
                });
            }
        });
        Self { at, tunnels }
    }

    pub fn tunnels(&self) -> Vec<String> {
        self.tunnels.lock().unwrap().clone()
    }
}

/// Clients for a Microsoft Graph at this address, in an environment with these variables.
pub fn services(graph: &str, ca_file: Option<PathBuf>, variables: &[(&str, &str)]) -> Services {
    let mut settings = Settings::new("fabrikam", "contoso.example");
    settings.endpoints = Endpoints { microsoft_graph: graph.to_owned(), ..Endpoints::default() };
    settings.ca_file = ca_file;
    settings.limits = Limits {
        tries: 2,
        connect: Duration::from_secs(5),
        first_byte: Duration::from_secs(10),
        backoff_first: Duration::from_millis(1),
        backoff_longest: Duration::from_millis(2),
        ..Limits::default()
    };
    let credentials = Credentials {
        azure_devops: Way::Pat { env: "PAT".into() },
        after_connect: Way::Same,
        entra: Way::Env { env: "GRAPH".into() },
        secret_variables: vec![],
    };
    let mut all: BTreeMap<String, String> =
        BTreeMap::from([("PAT".into(), "secret-pat".into()), ("GRAPH".into(), "secret-graph".into())]);
    all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Services::new(settings, credentials, Environment::of(all), Observer::none()).unwrap()
}
