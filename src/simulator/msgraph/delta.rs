//! Changes of users since a moment. Only users that changed in this simulation come in a later round.
//!
//! As published: the first round tells everybody, page by page; `$deltatoken=latest` begins at once; a later round tells who
//! changed, page by page, each with at least what changed; `@removed` says `changed` for the recycle bin and `deleted` for
//! good; parameters of the first call are carried by the links; `$top`, `$expand` and `$orderby` are refused.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    Call, Fault, Shared, bad_request,
    users::{Page, context, row, selection},
    wire::Selection,
};
use crate::simulator::{
    answer::{Answer, graph_error},
    world::tenant::Tenant,
};

const PAGE: usize = 200;

/// How many changes of the round before are told again.
const REPLAYED: u32 = 5;

/// Where a round is.
#[derive(Debug, Clone, Copy)]
enum At {
    /// The first round, at this user; it began when there were so many changes.
    First { user: u32, began: u32 },
    /// A later round: changes from here to there, and how many rows were told.
    Later { since: u32, until: u32, told: u32 },
}

impl At {
    fn parse(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let mut number = || parts.next()?.parse::<u32>().ok();
        match (number()?, number()?, number()) {
            (user, began, None) => Some(Self::First { user, began }),
            (since, until, Some(told)) => Some(Self::Later { since, until, told }),
        }
    }

    fn token(self) -> String {
        match self {
            Self::First { user, began } => format!("{user}.{began}"),
            Self::Later { since, until, told } => format!("{since}.{until}.{told}"),
        }
    }
}

/// The round that a token begins or goes on with.
fn place(call: &Call, now: u32) -> Result<At, Box<Answer>> {
    let resync = || {
        Box::new(graph_error(StatusCode::BAD_REQUEST, "resyncRequired", "Resync is required. (simulated)"))
    };
    if let Some(token) = call.query.get("$deltatoken") {
        let since = token.strip_prefix('d').and_then(|at| u32::from_str_radix(at, 16).ok());
        let since = since.filter(|since| *since <= now).ok_or_else(resync)?;
        return Ok(At::Later { since, until: now, told: 0 });
    }
    match call.query.get("$skiptoken") {
        None => Ok(At::First { user: 0, began: now }),
        Some(token) => At::parse(token).ok_or_else(resync),
    }
}

/// Why a delta token is refused, where a switch says so.
fn refused(shared: &Shared, call: &Call, fresh: &str) -> Option<Answer> {
    let is_link = call.query.get("$deltatoken").is_some_and(|token| token != "latest");
    if shared.on(Fault::NoDelta) {
        let message = "Change tracking is not supported in this tenant. (simulated)";
        return Some(graph_error(StatusCode::BAD_REQUEST, "Request_BadRequest", message));
    }
    if is_link && shared.on(Fault::DeltaExpired) {
        let gone = graph_error(StatusCode::GONE, "syncStateNotFound", "The sync state is gone. (simulated)");
        return Some(gone.with("location", fresh));
    }
    if is_link && shared.on(Fault::DeltaTooOld) {
        let message = "DeltaLink older than 30 days is not supported. (simulated)";
        return Some(graph_error(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", message));
    }
    None
}

/// A user as a later round tells it.
fn change(shared: &Shared, tenant: &Tenant, number: u32, fields: &Selection) -> Option<Value> {
    let user = tenant.fresh(number)?;
    if user.deleted {
        let reason = if tenant.is_purged(number) { "deleted" } else { "changed" };
        return Some(json!({"id": tenant.object(number), "@removed": {"reason": reason}}));
    }
    let sparse = shared.on(Fault::DeltaSparse).then(|| tenant.touched(number)).flatten();
    let fields = sparse.map_or_else(|| fields.clone(), |touched| fields.only(&touched));
    Some(json!(row(tenant, number, &user, &fields)))
}

pub(super) fn answer(shared: &Shared, call: &Call) -> Answer {
    for unsupported in ["$top", "$expand", "$orderby"] {
        if call.query.has(unsupported) {
            return bad_request(&format!("{unsupported} is not supported with delta. (simulated)"));
        }
    }
    let fields = match selection(call) {
        Ok(fields) => fields,
        Err(answer) => return *answer,
    };
    let select = call.query.get("$select").unwrap_or_default();
    let bare = format!("{}/graph/v1.0/users/delta", shared.base);
    let carried = if select.is_empty() { bare.clone() } else { format!("{bare}?$select={select}") };
    let link = |kind: &str, token: &str| {
        format!("{carried}{}{kind}={token}", if select.is_empty() { '?' } else { '&' })
    };
    if let Some(answer) = refused(shared, call, &carried) {
        return answer;
    }
    let size = shared.options.page_size.map_or(PAGE, |size| size.min(PAGE)).max(1);
    let size = u32::try_from(size).unwrap_or(u32::MAX);
    shared.read(|world| {
        let tenant = world.destination();
        let now = u32::try_from(tenant.changes.len()).unwrap_or(0);
        let page = |value: Vec<Value>, next: Option<At>, done: u32| {
            let delta = next.is_none().then(|| link("$deltatoken", &format!("d{done:x}")));
            let next = next.map(|at| link("$skiptoken", &at.token()));
            Answer::list(&Page { context: context(shared, "users"), count: None, next, delta, value })
        };
        if call.query.get("$deltatoken") == Some("latest") {
            return page(Vec::new(), None, now);
        }
        match place(call, now) {
            Err(answer) => *answer,
            Ok(At::First { user, began }) => {
                // everybody, page by page, up to the moment it began
                let end = user.saturating_add(size).min(tenant.count());
                let rows = (user..end).filter_map(|number| {
                    let user = tenant.user(number).filter(|user| !user.deleted)?;
                    Some(json!(row(tenant, number, &user, &fields)))
                });
                page(rows.collect(), (end < tenant.count()).then_some(At::First { user: end, began }), began)
            }
            Ok(At::Later { since, until, told }) => {
                let replays = shared.on(Fault::DeltaReplays);
                let from = if replays { since.saturating_sub(REPLAYED) } else { since };
                let mut changed =
                    tenant.changes.get(from as usize..until as usize).unwrap_or_default().to_vec();
                changed.sort_unstable();
                changed.dedup();
                if replays {
                    changed.extend(changed.clone());
                }
                let count = u32::try_from(changed.len()).unwrap_or(u32::MAX);
                let end = told.saturating_add(size).min(count);
                let rows = changed
                    .get(told as usize..end as usize)
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|number| change(shared, tenant, *number, &fields));
                page(rows.collect(), (end < count).then_some(At::Later { since, until, told: end }), until)
            }
        }
    })
}
