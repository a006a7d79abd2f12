//! The one door: every request comes in here, is logged, disturbed by the switches, and led to its service.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use percent_encoding::percent_decode_str;
use tokio_util::sync::CancellationToken;

use super::{
    answer::Answer,
    changes::Changes,
    control::LoggedRequest,
    devops,
    fault::Fault,
    ids::{Ids, Kind},
    interference::{self, Interference},
    listener::Cut,
    login, msgraph,
    options::Options,
    portal,
    query::Query,
    quota, remote, scenarios,
    sign_in::SignIns,
    tokens::Tokens,
    world::{Rules, World},
};

/// No request of the services needs more.
const BODY_LIMIT: usize = 4 << 20;

/// What never changes once the simulation runs.
#[derive(Debug)]
pub(super) struct Names {
    pub organization: String,
    pub tenant_domain: String,
    pub tenant_id: String,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub options: Options,
    /// `http://127.0.0.1:PORT`
    pub base: String,
    hosts: Vec<String>,
    pub names: Names,
    pub tokens: Tokens,
    pub stop: CancellationToken,
    pub log: Mutex<Vec<LoggedRequest>>,
    /// How many entries of the log are not shown any more.
    pub forgotten: AtomicUsize,
    pub mappings: Mutex<BTreeMap<String, u32>>,
    pub changes: Changes,
    pub interference: Mutex<Interference>,
    sign_ins: Mutex<SignIns>,
    world: RwLock<World>,
    faults: Mutex<BTreeSet<Fault>>,
    started: Instant,
    /// What backed the organization at the start.
    began: Option<u8>,
    serial: AtomicU32,
    ids: Ids,
}

impl Shared {
    pub fn new(options: Options, address: SocketAddr) -> Self {
        let mut world = scenarios::build(&options);
        let faults: BTreeSet<Fault> = options.faults.iter().copied().collect();
        scenarios::apply_switches(&mut world, &faults);
        let tenant = world.destination();
        let names = Names {
            organization: world.organization.clone(),
            tenant_domain: tenant.initial_domain.clone(),
            tenant_id: tenant.id.to_string(),
        };
        let port = address.port();
        Self {
            base: format!("http://{address}"),
            hosts: vec![format!("{address}"), format!("localhost:{port}")],
            names,
            tokens: Tokens::new(&world),
            stop: CancellationToken::new(),
            log: Mutex::default(),
            forgotten: AtomicUsize::new(0),
            mappings: Mutex::default(),
            changes: Changes::default(),
            interference: Mutex::new(Interference::new(options.seed, options.quota)),
            sign_ins: Mutex::default(),
            ids: world.ids,
            began: world.backing,
            world: RwLock::new(world),
            faults: Mutex::new(faults),
            started: Instant::now(),
            serial: AtomicU32::new(0),
            options,
        }
    }

    pub fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.world.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn write<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        act(&mut self.world.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn switches(&self) -> MutexGuard<'_, BTreeSet<Fault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn on(&self, fault: Fault) -> bool {
        self.switches().contains(&fault)
    }

    pub fn faults(&self) -> Vec<Fault> {
        self.switches().iter().copied().collect()
    }

    pub fn set_fault(&self, fault: Fault, on: bool) {
        let faults = {
            let mut faults = self.switches();
            if on {
                faults.insert(fault);
            } else {
                faults.remove(&fault);
            }
            faults.clone()
        };
        self.write(|world| scenarios::apply_switches(world, &faults));
    }

    pub fn rules(&self) -> Rules {
        Rules {
            keys_change: self.on(Fault::KeysChange),
            guests_too: self.on(Fault::ConnectMapsGuests),
            active_target_strips: self.on(Fault::ActiveTargetStrips),
            loses_access: self.on(Fault::ConnectLosesAccess),
        }
    }

    /// Connects to a tenant, or with `wrong-directory` to another one.
    pub fn connect(&self, tenant: u8) -> usize {
        let rules = self.rules();
        let wrong = self.on(Fault::WrongDirectory);
        self.write(|world| {
            let count = u8::try_from(world.tenants.len()).unwrap_or(1);
            let tenant = if wrong && tenant == world.destination { count - 1 } else { tenant };
            world.connect(tenant, rules)
        })
    }

    /// Whether another directory backs the organization than at the start.
    pub fn has_turned(&self) -> bool {
        self.read(|world| world.backing != self.began)
    }

    pub fn entra_delay(&self) -> Option<Duration> {
        self.on(Fault::LateEntra).then_some(self.options.entra_delay)
    }

    /// The requests so far, without the forgotten ones.
    pub fn shown_requests(&self) -> Vec<LoggedRequest> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.get(self.forgotten.load(Ordering::SeqCst)..).unwrap_or_default().to_vec()
    }

    /// A made-up id for an activity or a request.
    pub fn next_id(&self) -> String {
        self.ids.make(Kind::Request, self.serial.fetch_add(1, Ordering::Relaxed)).to_string()
    }

    pub fn sign_ins(&self) -> MutexGuard<'_, SignIns> {
        self.sign_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn disturb(&self) -> MutexGuard<'_, Interference> {
        self.interference.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request, read.
#[derive(Debug)]
pub(super) struct Call {
    pub method: Method,
    /// The path's decoded parts; the first names the service.
    pub path: Vec<String>,
    pub raw_path: String,
    pub query: Query,
    pub raw_query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The parts after the service's own, as lower case where the services ignore case.
    pub fn parts(&self) -> Vec<&str> {
        self.path.iter().skip(1).map(String::as_str).collect()
    }

    pub fn service(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    pub fn reads(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// A POST that changes nothing.
    pub fn queries(&self) -> bool {
        let asks = ["subjectquery", "subjectlookup", "hierarchyquery"];
        let last = self.path.last().map(|last| last.to_lowercase());
        self.method == Method::POST && last.is_some_and(|last| asks.contains(&last.as_str()))
    }

    /// The JSON body; anything else is `None`.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Answers one request.
pub(super) async fn serve(shared: Arc<Shared>, cut: Cut, request: Request) -> Response {
    let at = shared.started.elapsed();
    let (parts, body) = request.into_parts();
    let raw_path = parts.uri.path().to_owned();
    let raw_query = parts.uri.query().unwrap_or_default().to_owned();
    let path = raw_path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect();
    let call = Call {
        method: parts.method,
        path,
        query: Query::parse(&raw_query),
        raw_path,
        raw_query,
        headers: parts.headers,
        body: to_bytes(body, BODY_LIMIT).await.unwrap_or_default(),
    };
    let index = log(&shared, &call, at);

    let answer = if own_host(&shared, &call) {
        let delay = interference::delay(&shared, &call);
        wait(&shared, delay).await;
        let mut charge = quota::charge(&shared, &call);
        if let Some(charge) = &charge {
            wait(&shared, charge.delay).await;
        }
        let refused = charge.as_mut().and_then(|charge| charge.refused.take());
        let answer = match refused.or_else(|| interference::instead(&shared, &call)) {
            Some(answer) => answer,
            None => shared.changes.carry_out(&call, || route(&shared, &call)),
        };
        match charge {
            Some(charge) => charge.told(answer),
            None => answer,
        }
    } else {
        Answer::text(
            StatusCode::MISDIRECTED_REQUEST,
            "This simulator answers to its own loopback name only.\n",
        )
    };
    if let Some(entry) = shared.log.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
        entry.status = answer.status.as_u16();
    }
    let mut response = interference::send(&shared, &call, &cut, answer);
    let headers = response.headers_mut();
    headers.insert("x-simulated-by", HeaderValue::from_static("ado2entra"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if call.method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

fn log(shared: &Shared, call: &Call, at: Duration) -> usize {
    let mut log = shared.log.lock().unwrap_or_else(PoisonError::into_inner);
    log.push(LoggedRequest {
        method: call.method.to_string(),
        path: call.raw_path.clone(),
        query: call.raw_query.clone(),
        at,
        authenticated: call.headers.contains_key(header::AUTHORIZATION),
        status: 0,
    });
    log.len() - 1
}

/// A page of a stranger may send a browser here under a name of its own (DNS rebinding): refuse it.
fn own_host(shared: &Shared, call: &Call) -> bool {
    let host = call.header("host").unwrap_or_default();
    shared.hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
}

async fn wait(shared: &Shared, delay: Duration) {
    if !delay.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = shared.stop.cancelled() => {}
        }
    }
}

/// The service behind the first part of the path.
pub(super) fn route(shared: &Shared, call: &Call) -> Answer {
    match call.service() {
        "devops" if portal::is_page(call) => portal::answer(shared, call),
        "devops" | "vssps" | "vsaex" | "audit" | "status" => devops::answer(shared, call),
        "graph" => msgraph::answer(shared, call),
        "login" => login::answer(shared, call),
        "simulator" => remote::answer(shared, call),
        "" => portal::front(shared),
        _ => Answer::text(StatusCode::NOT_FOUND, "The simulator plays no service under this path.\n"),
    }
}
