//! Users of the destination tenant: the listing with its pages, one user, the recycle bin.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Call, Fault, Shared, bad_request, denied,
    filter::Filter,
    missing,
    wire::{Row, Selection},
};
use crate::simulator::{
    answer::{Answer, graph_error},
    paging::{Place, next_place, page_size},
    world::tenant::{Tenant, TenantUser},
};

#[derive(Serialize)]
pub(super) struct Page<T> {
    #[serde(rename = "@odata.context")]
    pub context: String,
    #[serde(rename = "@odata.count", skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    #[serde(rename = "@odata.deltaLink", skip_serializing_if = "Option::is_none")]
    pub delta: Option<String>,
    pub value: Vec<T>,
}

pub(super) fn context(shared: &Shared, name: &str) -> String {
    format!("{}/graph/v1.0/$metadata#{name}", shared.base)
}

/// `$top` between 1 and 999.
fn top(call: &Call) -> Result<usize, Box<Answer>> {
    match call.query.get("$top").map(str::parse::<usize>) {
        None => Ok(100),
        Some(Ok(size)) if (1..=999).contains(&size) => Ok(size),
        Some(_) => Err(Box::new(bad_request(
            "Invalid page size specified: must be between 1 and 999 inclusive. (simulated)",
        ))),
    }
}

pub(super) fn selection(call: &Call) -> Result<Selection, Box<Answer>> {
    Selection::parse(&call.query.list("$select")).map_err(|message| Box::new(bad_request(&message)))
}

fn eventual(call: &Call) -> bool {
    call.header("consistencylevel").is_some_and(|value| value.eq_ignore_ascii_case("eventual"))
}

/// Which users are asked for.
enum Which {
    All,
    Filter(Filter),
    Search(String),
}

impl Which {
    fn of(call: &Call) -> Result<Self, Box<Answer>> {
        if let Some(search) = call.query.get("$search") {
            if !eventual(call) {
                return Err(Box::new(graph_error(
                    StatusCode::BAD_REQUEST,
                    "Request_UnsupportedQuery",
                    "Request with $search query parameter only works through MSGraph with a special request \
                     header: 'ConsistencyLevel: eventual' (simulated)",
                )));
            }
            let clause = search.trim_matches('"');
            let (_, words) = clause.split_once(':').unwrap_or(("", clause));
            return Ok(Self::Search(words.to_lowercase()));
        }
        match call.query.get("$filter") {
            None => Ok(Self::All),
            Some(text) => match Filter::parse(text) {
                Ok(filter) => Ok(Self::Filter(filter)),
                Err(message) => Err(Box::new(bad_request(&message))),
            },
        }
    }

    fn takes(&self, user: &TenantUser) -> bool {
        match self {
            Self::All => true,
            Self::Filter(filter) => filter.takes(user),
            Self::Search(words) => {
                let name = user.display.to_lowercase();
                words
                    .split_whitespace()
                    .all(|word| name.split_whitespace().any(|part| part.starts_with(word)))
            }
        }
    }

    /// The numbers to look at, from one on.
    fn numbers(&self, tenant: &Tenant, start: u32) -> Box<dyn Iterator<Item = u32>> {
        match self {
            Self::Filter(filter) if let Some(address) = filter.address() => {
                let near = tenant.near(&address.to_lowercase());
                Box::new(near.into_iter().filter(move |number| *number >= start))
            }
            _ => Box::new(start..tenant.count()),
        }
    }
}

pub(super) fn list(shared: &Shared, call: &Call) -> Answer {
    match try_list(shared, call) {
        Ok(answer) => answer,
        Err(answer) => *answer,
    }
}

fn try_list(shared: &Shared, call: &Call) -> Result<Answer, Box<Answer>> {
    if shared.on(Fault::NoGraphPermission) {
        return Err(Box::new(denied()));
    }
    if call.query.has("$skip") {
        return Err(Box::new(bad_request("'$skip' is not supported by the service. (simulated)")));
    }
    let start = match call.query.get("$skiptoken") {
        None => Place::default(),
        Some(token) => page_start(shared, token)?,
    };
    let (size, fields, which) = (top(call)?, selection(call)?, Which::of(call)?);
    let size = page_size(shared, size, start);
    let answer = shared.read(|world| {
        let tenant = world.destination();
        let mut chosen: Vec<(u32, Cow<'_, TenantUser>)> = Vec::with_capacity(size.min(999));
        let mut next = None;
        for number in which.numbers(tenant, start.at) {
            if chosen.len() >= size {
                next = Some(number);
                break;
            }
            let user = tenant.user(number).filter(|user| !user.deleted && which.takes(user));
            chosen.extend(user.map(|user| (number, user)));
        }
        let next = next_place(shared, start, next, tenant.count());
        let rows = chosen.iter().map(|(number, user)| row(tenant, *number, user, &fields)).collect();
        Answer::list(&Page {
            context: context(shared, "users"),
            count: (call.query.has("$count") && eventual(call)).then(|| tenant.count()),
            next: next.map(|place| next_link(shared, call, place)),
            delta: None,
            value: rows,
        })
    });
    Ok(answer)
}

pub(super) fn row<'a>(
    tenant: &'a Tenant,
    number: u32,
    user: &'a TenantUser,
    fields: &'a Selection,
) -> Row<'a> {
    Row { user, object: tenant.object(number), tenant, fields, context: None, typed: false }
}

fn page_start(shared: &Shared, token: &str) -> Result<Place, Box<Answer>> {
    let expired = || {
        Box::new(graph_error(
            StatusCode::BAD_REQUEST,
            "Directory_ExpiredPageToken",
            "The specified page token value has expired and can no longer be included in your request. (simulated)",
        ))
    };
    if shared.on(Fault::ExpiredPageToken) {
        let mut state = shared.disturb();
        if state.expired_pages < 2 {
            state.expired_pages += 1;
            return Err(expired());
        }
    }
    token.strip_prefix("RFNwdAIAAQ").and_then(Place::parse).ok_or_else(expired)
}

/// The address of the next page: absolute, with the parameters of this one and an opaque token.
fn next_link(shared: &Shared, call: &Call, place: Place) -> String {
    let host = if shared.on(Fault::ForeignNextLink) { "http://graph.example.invalid" } else { &shared.base };
    let kept = call.raw_query.split('&').filter(|part| {
        !part.is_empty()
            && !part.to_lowercase().starts_with("$skiptoken")
            && !part.to_lowercase().starts_with("%24skiptoken")
    });
    let mut query: Vec<String> = kept.map(str::to_owned).collect();
    query.push(format!("$skiptoken=RFNwdAIAAQ{}", place.text()));
    format!("{host}/graph/v1.0/users?{}", query.join("&"))
}

pub(super) fn count(shared: &Shared, call: &Call) -> Answer {
    if !eventual(call) {
        return bad_request(
            "$count is not currently supported without 'ConsistencyLevel: eventual'. (simulated)",
        );
    }
    Answer::text(StatusCode::OK, &shared.read(|world| world.destination().count()).to_string())
}

fn single(shared: &Shared, call: &Call, number: u32) -> Answer {
    let fields = match selection(call) {
        Ok(fields) => fields,
        Err(answer) => return *answer,
    };
    shared.read(|world| {
        let tenant = world.destination();
        let user = tenant.fresh(number).filter(|user| !user.deleted);
        let Some(user) = user else { return missing("(deleted)") };
        let mut row = row(tenant, number, &user, &fields);
        row.context = Some(context(shared, "users/$entity"));
        Answer::ok(&row)
    })
}

pub(super) fn me(shared: &Shared, call: &Call) -> Answer {
    single(shared, call, shared.read(|world| world.me))
}

/// One user by object id or user principal name: the directory itself answers, without delay.
pub(super) fn get(shared: &Shared, call: &Call, id: &str) -> Answer {
    let number = shared.read(|world| {
        let tenant = world.destination();
        match Uuid::try_parse(id) {
            Ok(object) => tenant.number_of(object),
            Err(_) => tenant.by_upn(id).first().copied(),
        }
        .filter(|number| tenant.fresh(*number).is_some_and(|user| !user.deleted))
    });
    match number {
        Some(number) => single(shared, call, number),
        None => missing(id),
    }
}

/// The recycle bin. Generated users are never in it.
pub(super) fn deleted(shared: &Shared, call: &Call) -> Answer {
    if shared.on(Fault::NoDeletedPermission) {
        return denied();
    }
    let fields = match selection(call) {
        Ok(fields) => fields,
        Err(answer) => return *answer,
    };
    shared.read(|world| {
        let tenant = world.destination();
        let users = tenant.near("").into_iter().filter_map(|number| Some((number, tenant.user(number)?)));
        let users: Vec<_> =
            users.filter(|(number, user)| user.deleted && !tenant.is_purged(*number)).collect();
        let value = users.iter().map(|(number, user)| row(tenant, *number, user, &fields)).collect();
        Answer::list(&Page { context: context(shared, "users"), count: None, next: None, delta: None, value })
    })
}
