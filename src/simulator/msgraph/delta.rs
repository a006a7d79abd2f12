//! Changes of users since a moment. Only users that changed in this simulation come in a later round.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    Call, Fault, Shared, bad_request,
    users::{Page, context, row, selection},
};
use crate::simulator::answer::{Answer, graph_error};

const PAGE: usize = 200;

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
    let link = |kind: &str, token: &str| {
        let select = if select.is_empty() { String::new() } else { format!("$select={select}&") };
        format!("{}/graph/v1.0/users/delta?{select}{kind}={token}", shared.base)
    };
    let token = call.query.get("$deltatoken");
    if token.is_some_and(|token| token != "latest") && shared.on(Fault::DeltaExpired) {
        let fresh = link("$skiptoken", "0.0");
        let fresh = fresh.rsplit_once("$skiptoken").map_or(fresh.as_str(), |(head, _)| head);
        return graph_error(StatusCode::GONE, "syncStateNotFound", "The sync state is gone. (simulated)")
            .with("location", fresh.trim_end_matches(['?', '&']));
    }
    shared.read(|world| {
        let tenant = world.destination();
        let now = u32::try_from(tenant.changes.len()).unwrap_or(0);
        let page = |value: Vec<Value>, next: Option<String>, delta: Option<String>| {
            Answer::list(&Page { context: context(shared, "users"), count: None, next, delta, value })
        };
        let done = |at: u32| Some(link("$deltatoken", &format!("d{at:x}")));
        match token {
            Some("latest") => page(Vec::new(), None, done(now)),
            Some(token) => {
                let since = token.strip_prefix('d').and_then(|at| u32::from_str_radix(at, 16).ok());
                let Some(since) = since.filter(|since| *since <= now) else {
                    return graph_error(
                        StatusCode::BAD_REQUEST,
                        "resyncRequired",
                        "Resync is required. (simulated)",
                    );
                };
                let mut changed = tenant.changes[since as usize..].to_vec();
                changed.sort_unstable();
                changed.dedup();
                let rows = changed.into_iter().filter_map(|number| {
                    let user = tenant.fresh(number)?;
                    Some(if user.deleted {
                        json!({"id": tenant.object(number), "@removed": {"reason": "changed"}})
                    } else {
                        json!(row(tenant, number, &user, &fields))
                    })
                });
                page(rows.collect(), None, done(now))
            }
            None => {
                // the first round: everybody, page by page, up to the moment it began
                let (start, began) = call
                    .query
                    .get("$skiptoken")
                    .and_then(|token| token.split_once('.'))
                    .and_then(|(at, began)| Some((at.parse::<u32>().ok()?, began.parse::<u32>().ok()?)))
                    .unwrap_or((0, now));
                let end = start.saturating_add(u32::try_from(PAGE).unwrap_or(0)).min(tenant.count());
                let rows = (start..end).filter_map(|number| {
                    let user = tenant.user(number).filter(|user| !user.deleted)?;
                    Some(json!(row(tenant, number, &user, &fields)))
                });
                let rows = rows.collect();
                if end < tenant.count() {
                    page(rows, Some(link("$skiptoken", &format!("{end}.{began}"))), None)
                } else {
                    page(rows, None, done(began))
                }
            }
        }
    })
}
