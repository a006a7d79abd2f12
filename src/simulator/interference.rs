//! What goes wrong between a service and its client: throttling, delays, cuts, floods.
//!
//! Three places: [`delay`] before an answer, [`instead`] of an answer, and [`send`] on its way out. Counters make
//! the plain faults repeatable; only `server-errors` draws lots, from the seed.

use std::{
    collections::HashMap,
    convert::Infallible,
    time::{Duration, Instant, SystemTime},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use futures_util::stream;

use super::{
    answer::{Answer, BOM, devops_error, devops_internal, graph_error},
    changes::is_change,
    fault::Fault,
    listener::Cut,
    portal,
    quota::{Books, Quota},
    server::{Call, Shared},
};

/// More than any client should take for one page.
const OVERSIZED: usize = 104 << 20;

/// Which requests the faults touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aim {
    /// All of them.
    #[default]
    Everything,
    /// Only what reads.
    Reads,
    /// Only mappings, invitations and removals; faults that are for reads then hit the answers of these, too.
    Changes,
}

#[derive(Debug)]
pub(super) struct Interference {
    pub aim: Aim,
    pub quota: Option<Quota>,
    pub books: Books,
    dice: fastrand::Rng,
    requests: u64,
    reads: u64,
    pub patches: u64,
    /// Requests since the last refusal, and until when a service refuses.
    throttled: HashMap<String, (u32, Option<Instant>)>,
    pub expired_pages: u32,
}

impl Interference {
    pub fn new(seed: u64, quota: Option<Quota>) -> Self {
        Self {
            aim: Aim::default(),
            quota,
            books: Books::default(),
            dice: fastrand::Rng::with_seed(seed),
            requests: 0,
            reads: 0,
            patches: 0,
            throttled: HashMap::new(),
            expired_pages: 0,
        }
    }
}

/// Requests that no fault touches: the pages for a browser, and what is not aimed at.
fn spared(shared: &Shared, call: &Call) -> bool {
    if matches!(call.service(), "" | "simulator") || portal::is_page(call) {
        return true;
    }
    match shared.disturb().aim {
        Aim::Everything => false,
        Aim::Reads => is_change(call),
        Aim::Changes => !is_change(call),
    }
}

/// How long a request waits before anything else.
pub(super) fn delay(shared: &Shared, call: &Call) -> Duration {
    let mut delay = shared.options.latency;
    if matches!(call.service(), "" | "simulator") || portal::is_page(call) {
        return Duration::ZERO;
    }
    if spared(shared, call) {
        return delay;
    }
    let mut state = shared.disturb();
    state.requests += 1;
    let requests = state.requests;
    if call.reads() || state.aim == Aim::Changes {
        state.reads += 1;
    }
    drop(state);
    if shared.on(Fault::Slow) && requests.is_multiple_of(5) {
        delay += Duration::from_millis(800);
    }
    delay
}

/// An answer that comes instead of the service's own.
pub(super) fn instead(shared: &Shared, call: &Call) -> Option<Answer> {
    if spared(shared, call) {
        return None;
    }
    if shared.on(Fault::Offline) {
        return Some(Answer { unheard: true, ..Answer::empty(StatusCode::BAD_GATEWAY) });
    }
    if let Some(answer) = throttle(shared, call) {
        return Some(answer);
    }
    if shared.on(Fault::ChangesLost) && is_change(call) {
        return Some(Answer { unheard: true, ..Answer::empty(StatusCode::BAD_GATEWAY) });
    }
    if shared.on(Fault::ServerErrors) {
        let drawn = shared.disturb().dice.u8(0..100);
        let status = match drawn {
            0..8 => StatusCode::INTERNAL_SERVER_ERROR,
            8..16 => StatusCode::BAD_GATEWAY,
            16..24 => StatusCode::SERVICE_UNAVAILABLE,
            24..30 => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::OK,
        };
        if status == StatusCode::INTERNAL_SERVER_ERROR && call.service() != "graph" {
            return Some(devops_internal(&shared.next_id()));
        }
        if status != StatusCode::OK {
            return Some(failure(
                call,
                status,
                "Service_InternalServerError",
                "The service had a hiccup. (simulated)",
            ));
        }
    }
    if shared.on(Fault::HtmlError) && shared.disturb().requests.is_multiple_of(5) {
        let page = "<!DOCTYPE html><html><head><title>Service unavailable (simulated)</title></head>\
                    <body><h1>We will be back soon</h1></body></html>";
        return Some(Answer::html(StatusCode::OK, page.to_owned()));
    }
    None
}

fn failure(call: &Call, status: StatusCode, code: &str, message: &str) -> Answer {
    match call.service() {
        "graph" | "login" => graph_error(status, code, message),
        _ => devops_error(status, "VssServiceException", message),
    }
}

const THROTTLES: [Fault; 6] = [
    Fault::Throttle,
    Fault::ThrottleDate,
    Fault::ThrottleSilent,
    Fault::ThrottleGarbage,
    Fault::ThrottleMs,
    Fault::ThrottleAges,
];

fn throttle(shared: &Shared, call: &Call) -> Option<Answer> {
    let kind = THROTTLES.into_iter().find(|kind| shared.on(*kind))?;
    let mut state = shared.disturb();
    let (count, until) = state.throttled.entry(call.service().to_owned()).or_default();
    let now = Instant::now();
    if until.is_some_and(|until| until <= now) {
        (*count, *until) = (0, None);
    }
    if until.is_none() && *count >= shared.options.throttle_after {
        *until = Some(now + shared.options.throttle_for);
    }
    let Some(end) = *until else {
        *count += 1;
        return None;
    };
    drop(state);
    let left = end.saturating_duration_since(now);
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    let answer = match call.service() {
        "graph" => {
            graph_error(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "Too many requests. (simulated)")
        }
        _ => devops_error(
            StatusCode::TOO_MANY_REQUESTS,
            "RequestBlockedException",
            "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource \
             'Concurrency' in namespace 'User'.",
        )
        .with("x-ratelimit-resource", "Concurrency")
        .with("x-ratelimit-limit", "200")
        .with("x-ratelimit-remaining", "0"),
    };
    Some(match kind {
        Fault::Throttle => answer.with("retry-after", &seconds.to_string()),
        // a date has whole seconds: one more, so that it is never too early
        Fault::ThrottleDate => {
            let date = httpdate::fmt_http_date(SystemTime::now() + left + Duration::from_secs(1));
            answer.with("retry-after", &date)
        }
        Fault::ThrottleMs => {
            let millis = (left.as_millis() + 1).to_string();
            answer.with("retry-after-ms", &millis).with("x-ms-retry-after-ms", &millis)
        }
        Fault::ThrottleAges => answer.with("retry-after", "315360000"),
        Fault::ThrottleGarbage => answer.with("retry-after", "soon"),
        _ => answer,
    })
}

/// Sends an answer, or what the switches make of it.
pub(super) fn send(shared: &Shared, call: &Call, cut: &Cut, answer: Answer) -> Response {
    if spared(shared, call) && !answer.unheard {
        return respond(answer);
    }
    let mut answer = answer;
    let unheard = shared.on(Fault::ChangesUnheard) && is_change(call) && answer.status.is_success();
    if answer.unheard || unheard {
        cut.after(0);
        return respond(Answer::empty(StatusCode::OK));
    }
    let aimed = call.reads() || shared.disturb().aim == Aim::Changes;
    let good_read = aimed && answer.status.is_success() && !answer.body.is_empty();
    let (reads, requests) = {
        let state = shared.disturb();
        (state.reads, state.requests)
    };
    if shared.on(Fault::Bom) && answer.is_json() && call.service() != "graph" && call.service() != "login" {
        answer = answer.prefixed(BOM);
    }
    if shared.on(Fault::ThrottleOn200) && good_read && requests.is_multiple_of(4) {
        answer = answer
            .with("retry-after", "1")
            .with("x-ratelimit-resource", "Concurrency")
            .with("x-ratelimit-delay", "0.750")
            .with("x-ratelimit-limit", "200")
            .with("x-ratelimit-remaining", "0");
    }
    if good_read && answer.list && shared.on(Fault::GzipBomb) {
        return bomb();
    }
    if good_read && answer.list && shared.on(Fault::OversizedPage) {
        return oversized();
    }
    if good_read && answer.list && shared.on(Fault::DeepJson) {
        answer.body = [&b"["[..], b"]"].map(|bracket| bracket.repeat(100_000)).concat();
    }
    if good_read && reads.is_multiple_of(3) && shared.on(Fault::Truncate) {
        answer.body.truncate(answer.body.len() / 2);
    }
    if good_read && reads.is_multiple_of(3) && shared.on(Fault::Reset) {
        let half = u32::try_from(answer.body.len() / 2).unwrap_or(u32::MAX);
        // the head of the answer goes out with the first bytes
        cut.after(half.saturating_add(200));
        let length = answer.body.len();
        let mut response = respond_streaming(answer);
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length + 4_096));
        return response;
    }
    if good_read && reads.is_multiple_of(7) && shared.on(Fault::Stall) {
        return in_pieces(shared, answer, 2, shared.options.stall_for);
    }
    if good_read && reads.is_multiple_of(7) && shared.on(Fault::Trickle) {
        return in_pieces(shared, answer, 16, Duration::from_millis(100));
    }
    respond(answer)
}

fn respond(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

/// With a body of unknown end, so that a promised length may be a lie.
fn respond_streaming(mut answer: Answer) -> Response {
    let body = std::mem::take(&mut answer.body);
    let mut response = respond(answer);
    let chunk = Ok::<_, Infallible>(Bytes::from(body));
    *response.body_mut() = Body::from_stream(stream::iter([chunk]));
    response
}

/// Sends a body in pieces, with silence before each but the first.
fn in_pieces(shared: &Shared, mut answer: Answer, pieces: usize, silence: Duration) -> Response {
    let body = Bytes::from(std::mem::take(&mut answer.body));
    let size = body.len().div_ceil(pieces).max(1);
    let stop = shared.stop.clone();
    let mut response = respond(answer);
    let parts = stream::unfold((body, true), move |(mut rest, first)| {
        let stop = stop.clone();
        async move {
            if rest.is_empty() {
                return None;
            }
            if !first {
                tokio::select! {
                    () = tokio::time::sleep(silence) => {}
                    () = stop.cancelled() => {}
                }
            }
            let piece = rest.split_to(size.min(rest.len()));
            Some((Ok::<_, Infallible>(piece), (rest, false)))
        }
    });
    *response.body_mut() = Body::from_stream(parts);
    response
}

fn oversized() -> Response {
    const CHUNK: usize = 64 << 10;
    let head = Bytes::from_static(b"{\"items\":[],\"value\":[],\"padding\":\"");
    let filler = Bytes::from(vec![b'x'; CHUNK]);
    let chunks = std::iter::once(head)
        .chain(std::iter::repeat_n(filler, OVERSIZED / CHUNK))
        .chain(std::iter::once(Bytes::from_static(b"\"}")))
        .map(Ok::<_, Infallible>);
    let mut response = Response::new(Body::from_stream(stream::iter(chunks)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A gzip body of about seven megabytes that unpacks to more than a gigabyte of blanks.
///
/// One DEFLATE block with the fixed codes: a blank, then "repeat the last byte 258 times" again and again. Such a
/// repetition takes 13 bits, so eight of them are 13 bytes, and the pattern is the same every 13 bytes.
fn bomb() -> Response {
    const REPEATS_IN_CHUNK: usize = 8 * 4_096;
    let head: Vec<u8> = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut bits = Bits::default();
    bits.low_first(0b011, 3); // the last block, fixed codes
    bits.code(0x30 + u16::from(b' '), 8);
    let start = bits.length;
    for _ in 0..REPEATS_IN_CHUNK + 8 {
        bits.code(0b1100_0101, 8); // length 258
        bits.code(0, 5); // distance 1
    }
    // whole bytes before the pattern, then the pattern itself
    let lead = start.div_ceil(8);
    let (before, rest) = bits.bytes.split_at(lead);
    let mut first = head;
    first.extend_from_slice(before);
    let pattern = Bytes::copy_from_slice(&rest[..REPEATS_IN_CHUNK * 13 / 8]);
    let chunks = std::iter::once(Bytes::from(first))
        .chain(std::iter::repeat_n(pattern, (1 << 30) / (REPEATS_IN_CHUNK * 258) + 1))
        .map(Ok::<_, Infallible>);
    let mut response = Response::new(Body::from_stream(stream::iter(chunks)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

/// A bit stream as DEFLATE packs it.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    length: usize,
}

impl Bits {
    fn push(&mut self, bit: bool) {
        if self.length.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if bit && let Some(last) = self.bytes.last_mut() {
            *last |= 1 << (self.length % 8);
        }
        self.length += 1;
    }

    fn low_first(&mut self, value: u16, width: u32) {
        (0..width).for_each(|bit| self.push(value >> bit & 1 == 1));
    }

    /// Huffman codes go highest bit first.
    fn code(&mut self, value: u16, width: u32) {
        (0..width).rev().for_each(|bit| self.push(value >> bit & 1 == 1));
    }
}
