//! A service on loopback that plays a script, byte by byte: it can cut, reset, stay silent and lie, which a whole HTTP
//! server does not let one do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::{Credentials, Endpoints, Environment, Limits, Observer, Services, Settings, Traffic, Way};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
    pub at: Instant,
}

/// What the script does with a request.
pub(crate) enum Reply {
    /// These bytes, then the end.
    Bytes(Vec<u8>),
    /// These bytes, then nothing more, with the connection open.
    Silence(Vec<u8>),
    /// Each byte after this pause.
    Drip(Vec<u8>, Duration),
    /// The connection is reset after these bytes.
    Reset(Vec<u8>),
}

/// An answer with a JSON body.
pub(crate) fn json(status: u16, body: &str) -> Reply {
    with(status, &[("content-type", "application/json")], body)
}

/// An answer with these headers.
pub(crate) fn with(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    Reply::Bytes(bytes(status, headers, body.as_bytes()))
}

/// The bytes of an answer.
pub(crate) fn bytes(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text =
        format!("HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.push_str("\r\n");
    let mut all = text.into_bytes();
    all.extend_from_slice(body);
    all
}

/// The running script.
pub(crate) struct Server {
    pub base: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    pub traffic: Arc<Mutex<Vec<Traffic>>>,
}

impl Server {
    /// Answers the n-th request (from 0) by this.
    pub async fn start(script: impl Fn(usize, &Heard) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (log, script) = (Arc::clone(&heard), Arc::new(script));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, script) = (Arc::clone(&log), Arc::clone(&script));
                tokio::spawn(async move { serve(stream, &log, script.as_ref()).await });
            }
        });
        Self { base, heard, traffic: Arc::default() }
    }

    /// Everything that was asked.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// Settings with every service under a path of its own, and short times.
    pub fn settings(&self) -> Settings {
        let at = |path: &str| format!("{}/{path}", self.base);
        let mut settings = Settings::new("fabrikam", "contoso.example");
        settings.endpoints = Endpoints {
            azure_devops: at("core"),
            azure_devops_identity: at("vssps"),
            azure_devops_entitlements: at("vsaex"),
            azure_devops_audit: at("audit"),
            azure_devops_status: at("status"),
            microsoft_graph: at("graph"),
            entra_login: at("login"),
        };
        settings.limits = Limits {
            first_byte: Duration::from_secs(5),
            between_bytes: Duration::from_secs(2),
            backoff_first: Duration::from_millis(2),
            backoff_longest: Duration::from_millis(10),
            ..Limits::default()
        };
        settings
    }

    /// Clients of this server, with the token `secret-pat` and `secret-graph`.
    pub fn services(&self) -> Services {
        self.services_with(self.settings())
    }

    /// Clients of this server with other settings.
    pub fn services_with(&self, settings: Settings) -> Services {
        let credentials = Credentials {
            azure_devops: Way::Pat { env: "PAT".into() },
            after_connect: Way::Same,
            entra: Way::Env { env: "GRAPH".into() },
            secret_variables: vec![],
        };
        let environment = Environment::of([("PAT", "secret-pat"), ("GRAPH", "secret-graph")]);
        self.services_by(settings, credentials, environment)
    }

    /// Clients of this server that sign in in these ways.
    pub fn services_by(
        &self,
        settings: Settings,
        credentials: Credentials,
        environment: Environment,
    ) -> Services {
        let traffic = Arc::clone(&self.traffic);
        let observer = Observer::new(move |one| traffic.lock().unwrap().push(one));
        Services::new(settings, credentials, environment, observer).unwrap()
    }
}

async fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Heard>>,
    script: &(dyn Fn(usize, &Heard) -> Reply + Send + Sync),
) {
    let Some(heard) = read(&mut stream).await else { return };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(heard.clone());
        log.len() - 1
    };
    match script(number, &heard) {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Reply::Silence(bytes) => {
            let _ = stream.write_all(&bytes).await;
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        Reply::Drip(bytes, pause) => {
            for byte in bytes {
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(pause).await;
            }
        }
        Reply::Reset(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.flush().await;
            // Closing with a linger of zero sends a reset.
            let _ = stream.set_zero_linger();
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Heard> {
    let mut all = Vec::new();
    let head = loop {
        if let Some(end) = all.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut all).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&all[..head]).into_owned();
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
    while all.len() < head + 4 + length {
        if stream.read_buf(&mut all).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&all[head + 4..]).into_owned();
    Some(Heard { method, target, headers, body, at: Instant::now() })
}
