//! Listings, page by page, whatever way the service continues them.
//!
//! A listing is pulled: nothing is read ahead, so a slow reader holds at most one page. Dropping [`Pages`] or the future
//! of [`Pages::next`] stops it, and asking again reads the same page once more. A page may be short or empty and not be the
//! last one; only an absent token ends a listing. A token that came before, or a listing without an end, stops it with an
//! error that says so.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use reqwest::Url;
use serde_json::value::RawValue;

use super::http::json::Unreadable;
use super::http::wait::header;
use super::http::{Answer, Call, Http};
use crate::domain::problem::{Problem, ProblemKind};

/// How far a listing got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Pages read.
    pub pages: u32,
    /// Different items read.
    pub items: u64,
    /// Items that came again; the later reading counts.
    pub repeated: u64,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// How many there are in all, where the service says so.
    pub total: Option<u64>,
    /// How often the listing began again because its page token had expired.
    pub restarts: u32,
}

/// A row that could not be read, or not all of it; the others were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Which one, from 1, in its page or file.
    pub row: u64,
    /// Where it begins in its file, in bytes from 0; `None` for a page, and for a table that names a column instead.
    pub byte: Option<u64>,
    /// The row is used; only what the reason names was left out of it.
    pub used: bool,
    /// Why, cleaned for a screen.
    pub reason: String,
}

/// As a sentence's part: `row 3, byte 120: it has no id`.
impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}", self.row)?;
        if let Some(byte) = self.byte {
            write!(f, ", byte {byte}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// One page.
#[derive(Debug)]
pub struct Page<T> {
    /// The items, in the service's order. One that was on an earlier page is here again: the later reading counts.
    pub items: Vec<T>,
    /// The service's own objects, one for each item, where they were asked for; else empty.
    pub raw: Vec<Box<RawValue>>,
    /// Rows that could not be read.
    pub skipped: Vec<Skipped>,
    /// How far the listing got with this page.
    pub progress: Progress,
    /// The listing began again with this page: what was handed out before is to be forgotten.
    pub restarted: bool,
}

/// Whether the service's own objects are wanted beside the parsed ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Raw {
    /// No: nothing is held twice.
    #[default]
    Drop,
    /// Yes, for a snapshot.
    Keep,
}

/// How the service names the next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Continued {
    /// By a token in the body, sent back as this parameter of the query.
    BodyToken(&'static str),
    /// By a token in the header `X-MS-ContinuationToken`, sent back as this parameter of the query.
    HeaderToken(&'static str),
    /// By an absolute address in the body, to be followed as it is.
    Link,
}

/// A parsed page.
#[derive(Debug)]
pub(crate) struct Batch<T> {
    pub items: Vec<T>,
    pub raw: Vec<Box<RawValue>>,
    pub skipped: Vec<Skipped>,
    pub next: Option<String>,
    pub total: Option<u64>,
}

/// What a listing is made of.
pub(crate) struct Listing<T> {
    /// The first page.
    pub first: Call,
    /// In words: `the user entitlements of fabrikam`.
    pub what: String,
    pub continued: Continued,
    pub parse: fn(&[u8], Raw) -> Result<Batch<T>, Unreadable>,
    /// What makes two items the same one.
    pub key: fn(&T) -> u64,
    pub raw: Raw,
}

/// A listing may begin again this often.
const RESTARTS: u32 = 5;

enum Next {
    Page(Box<Url>),
    End,
    Broken(Box<Problem>),
}

/// A listing under way.
pub struct Pages<T> {
    http: Http,
    listing: Listing<T>,
    next: Next,
    tokens: HashSet<u64>,
    seen: HashSet<u64>,
    idle: u32,
    progress: Progress,
    restarted: bool,
}

impl<T: Send + 'static> Pages<T> {
    /// Nothing is asked before [`Pages::next`].
    pub(crate) fn new(http: &Http, listing: Listing<T>) -> Self {
        Self {
            http: http.clone(),
            next: Next::Page(Box::new(listing.first.url.clone())),
            listing,
            tokens: HashSet::new(),
            seen: HashSet::new(),
            idle: 0,
            progress: Progress::default(),
            restarted: false,
        }
    }

    /// The next page, or `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<Page<T>>, Problem> {
        loop {
            let url = match &self.next {
                Next::Page(url) => url.as_ref().clone(),
                Next::End => return Ok(None),
                Next::Broken(problem) => return Err(problem.as_ref().clone()),
            };
            let call = Call { url, asked: self.asked(), ..self.listing.first.clone() };
            let (parse, raw) = (self.listing.parse, self.listing.raw);
            match self.http.read(&call, move |body: &[u8]| parse(body, raw)).await {
                Ok(answer) => return Ok(Some(self.take(answer, &call))),
                Err(problem) if self.may_restart(&problem) => self.restart(),
                Err(problem) => return Err(problem),
            }
        }
    }

    /// Everything that is left, repeated items included (later ones last), and what could not be read.
    pub async fn all(mut self) -> Result<(Vec<T>, Vec<Skipped>), Problem> {
        let (mut items, mut skipped) = (Vec::new(), Vec::new());
        while let Some(page) = self.next().await? {
            if page.restarted {
                items.clear();
                skipped.clear();
            }
            items.extend(page.items);
            skipped.extend(page.skipped);
        }
        Ok((items, skipped))
    }

    /// How far it got.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    fn asked(&self) -> String {
        format!("reading page {} of {}", self.progress.pages + 1, self.listing.what)
    }

    /// A page token that the service gave and does not know any more (Graph `Directory_ExpiredPageToken`).
    fn may_restart(&self, problem: &Problem) -> bool {
        self.progress.pages > 0
            && self.progress.restarts < RESTARTS
            && problem.code.as_deref() == Some("Directory_ExpiredPageToken")
    }

    fn restart(&mut self) {
        let restarts = self.progress.restarts + 1;
        self.progress = Progress { restarts, bytes: self.progress.bytes, ..Progress::default() };
        self.next = Next::Page(Box::new(self.listing.first.url.clone()));
        self.tokens.clear();
        self.seen.clear();
        self.idle = 0;
        self.restarted = true;
    }

    fn take(&mut self, answer: Answer<Batch<T>>, call: &Call) -> Page<T> {
        let Answer { value: batch, headers, bytes, .. } = answer;
        let before = self.progress.items;
        for item in &batch.items {
            if self.seen.insert((self.listing.key)(item)) {
                self.progress.items += 1;
            } else {
                self.progress.repeated += 1;
            }
        }
        self.progress.pages += 1;
        self.progress.bytes += bytes;
        self.progress.total = batch.total.or(self.progress.total);
        self.idle = if self.progress.items > before { 0 } else { self.idle + 1 };
        let token = match self.listing.continued {
            Continued::HeaderToken(_) => header(&headers, "x-ms-continuationtoken").map(str::to_owned),
            Continued::BodyToken(_) | Continued::Link => batch.next,
        };
        self.next = match token.filter(|token| !token.is_empty()) {
            None => Next::End,
            Some(token) => {
                self.follow(&token, call).unwrap_or_else(|problem| Next::Broken(Box::new(problem)))
            }
        };
        if matches!(self.next, Next::End) {
            // Half a million keys are of no use any more.
            self.seen = HashSet::new();
        }
        Page {
            items: batch.items,
            raw: batch.raw,
            skipped: batch.skipped,
            progress: self.progress,
            restarted: std::mem::take(&mut self.restarted),
        }
    }

    fn follow(&mut self, token: &str, call: &Call) -> Result<Next, Problem> {
        let limits = *self.http.limits();
        let page = self.progress.pages;
        let stop = |said: String| {
            let mut problem = self.http.problem(call, ProblemKind::BadAnswer, said);
            problem.asked = format!("reading {}", self.listing.what);
            problem.remedy =
                "What was read until then is not complete. Read again; if it stays, tell Microsoft Support, \
                              with the time."
                    .into();
            Err(problem)
        };
        if !self.tokens.insert(hash(token)) {
            return stop(format!("pages repeat at page {page}: the service gave the same page token again"));
        }
        if page >= limits.pages {
            return stop(format!("the listing does not end: {page} pages were read and there are more"));
        }
        if self.idle >= limits.idle_pages {
            return stop(format!(
                "the listing does not end: the last {} pages brought nothing new",
                self.idle
            ));
        }
        let url = match self.listing.continued {
            Continued::Link => call.endpoint.follow(token, &call.asked)?,
            Continued::BodyToken(name) | Continued::HeaderToken(name) => {
                with_parameter(&self.listing.first.url, name, token)
            }
        };
        Ok(Next::Page(Box::new(url)))
    }
}

/// The address with one more parameter, percent-encoded: a token holds `+`, `#` and `=`.
fn with_parameter(url: &Url, name: &str, value: &str) -> Url {
    let mut url = url.clone();
    let pair = format!("{name}={}", super::http::endpoint::encode(value));
    let query = url.query().map_or_else(|| pair.clone(), |query| format!("{query}&{pair}"));
    url.set_query(Some(&query));
    url
}

/// A number for a key or a token; equal ones give equal numbers.
pub(crate) fn hash(value: &(impl std::hash::Hash + ?Sized)) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("of", &self.listing.what)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}
