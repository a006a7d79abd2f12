//! Graph users: enrichment of the roster, paged by a header, and the lookups between ids.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Map, json};
use uuid::Uuid;

use super::{Call, Fault, Shared, not_found, wire};
use crate::simulator::{
    answer::{Answer, devops_error, devops_internal},
    ids::Kind,
    paging::{Place, next_place, page_size},
    world::people::Subject,
};

/// Rows of a page, where none is asked for.
pub(super) const PAGE: usize = 500;

/// A collection as Azure DevOps wraps it.
#[derive(Serialize)]
pub(super) struct Wrapped<T> {
    pub count: usize,
    pub value: Vec<T>,
}

pub(super) fn token(place: Place) -> String {
    format!("g{}=", place.text())
}

/// The row that a page begins with; `None` for a token that is not ours.
pub(super) fn start(call: &Call) -> Option<Place> {
    let Some(token) = call.query.get("continuationToken").filter(|token| !token.is_empty()) else {
        return Some(Place::default());
    };
    Place::parse(token.strip_prefix('g')?.strip_suffix('=')?)
}

pub(super) fn list(shared: &Shared, call: &Call) -> Answer {
    let Some(start) = start(call) else { return devops_internal(&shared.next_id()) };
    let types = call.query.list("subjectTypes");
    let wanted_type =
        |kind: &str| types.is_empty() || types.iter().any(|wanted| wanted.eq_ignore_ascii_case(kind));
    let after = shared.on(Fault::FilterAfterPaging);
    let odd = shared.on(Fault::OddMetaTypes);
    let size = page_size(shared, PAGE, start);
    let (rows, next, count) = shared.read(|world| {
        let (mut rows, mut at, mut counted) = (Vec::new(), start.at, 0);
        let count = world.people_count();
        while at < count && counted < size {
            if let Some(seen) = world.person(at) {
                let taken = wanted_type(seen.subject_type());
                counted += usize::from(taken || after);
                if taken {
                    rows.push(wire::graph_user(shared, world, &seen, odd));
                }
            }
            at += 1;
        }
        (rows, (at < count).then_some(at), count)
    });
    let answer = Answer::list(&Wrapped { count: rows.len(), value: rows });
    match next_place(shared, start, next, count) {
        Some(place) => answer.with("x-ms-continuationtoken", &token(place)),
        None => answer,
    }
}

pub(super) fn unknown_subject(descriptor: &str) -> Answer {
    not_found(&format!("TF14045: The identity with type '{descriptor}' could not be found. (simulated)"))
}

pub(super) fn get(shared: &Shared, descriptor: &str) -> Answer {
    let odd = shared.on(Fault::OddMetaTypes);
    shared.read(|world| match world.find(descriptor) {
        Some(Subject::Person(seen)) => Answer::ok(&wire::graph_user(shared, world, &seen, odd)),
        _ => unknown_subject(descriptor),
    })
}

pub(super) fn provider_info(shared: &Shared, descriptor: &str) -> Answer {
    shared.read(|world| match world.find(descriptor) {
        Some(Subject::Person(seen)) => {
            let (origin, origin_id) = wire::origin(world, &seen);
            Answer::ok(&json!({
                "descriptor": seen.descriptor, "domain": wire::domain(world, &seen.person),
                "origin": origin, "originId": origin_id,
            }))
        }
        _ => unknown_subject(descriptor),
    })
}

pub(super) fn storage_key(shared: &Shared, descriptor: &str) -> Answer {
    let key = shared.read(|world| match world.find(descriptor)? {
        Subject::Person(seen) => Some(seen.key),
        Subject::Group(number) => Some(world.ids.make(Kind::GroupKey, number.into())),
    });
    let Some(key) = key else { return unknown_subject(descriptor) };
    let base = wire::graph_base(shared);
    Answer::ok(&json!({"value": key, "_links": {
        "self": {"href": format!("{base}/StorageKeys/{descriptor}")},
        "descriptor": {"href": format!("{base}/Descriptors/{key}")},
    }}))
}

pub(super) fn descriptor(shared: &Shared, key: &str) -> Answer {
    let found = shared.read(|world| {
        let id = Uuid::try_parse(key).ok()?;
        if let Some(number) = world.ids.number(Kind::GroupKey, id) {
            let group = world.group(u16::try_from(number).ok()?)?;
            return Some((group.descriptor(world.ids), "Groups"));
        }
        Some((world.find_key(id)?.descriptor, "Users"))
    });
    let Some((descriptor, kind)) = found else { return unknown_subject(key) };
    let base = wire::graph_base(shared);
    Answer::ok(&json!({"value": descriptor, "_links": {
        "self": {"href": format!("{base}/Descriptors/{key}")},
        "storageKey": {"href": format!("{base}/StorageKeys/{descriptor}")},
        "subject": {"href": format!("{base}/{kind}/{descriptor}")},
    }}))
}

pub(super) fn membership_state(shared: &Shared, descriptor: &str) -> Answer {
    let found = shared.read(|world| match world.find(descriptor)? {
        Subject::Person(seen) => Some((seen.occupies() && seen.person.active, "Users")),
        Subject::Group(_) => Some((true, "Groups")),
    });
    let Some((active, kind)) = found else { return unknown_subject(descriptor) };
    let base = wire::graph_base(shared);
    Answer::ok(&json!({"active": active, "_links": {
        "self": {"href": format!("{base}/MembershipStates/{descriptor}")},
        "member": {"href": format!("{base}/{kind}/{descriptor}")},
    }}))
}

/// How many subjects a query finds at most.
const FOUND: usize = 100;

/// `POST graph/subjectquery`: users whose name or address begins like this, with an entitlement or without.
pub(super) fn query(shared: &Shared, call: &Call) -> Answer {
    let body = call.json().unwrap_or_default();
    let wanted = body["query"].as_str().unwrap_or_default().trim().to_lowercase();
    let users = body["subjectKind"]
        .as_array()
        .is_none_or(|kinds| kinds.iter().any(|kind| kind.as_str().is_some_and(|kind| kind == "User")));
    if wanted.is_empty() || !users {
        return devops_error(
            StatusCode::BAD_REQUEST,
            "VssPropertyValidationException",
            "A query for users is needed. (simulated: subjectKind User)",
        );
    }
    let odd = shared.on(Fault::OddMetaTypes);
    let begins =
        |text: &str| text.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(&wanted));
    let rows: Vec<_> = shared.read(|world| {
        (world.near(&wanted).into_iter())
            .filter_map(|number| world.person(number))
            .filter(|seen| {
                let person = &seen.person;
                begins(&person.principal) || begins(&person.mail) || begins(&person.display)
            })
            .take(FOUND)
            .map(|seen| wire::graph_user(shared, world, &seen, odd))
            .collect()
    });
    Answer::list(&Wrapped { count: rows.len(), value: rows })
}

/// Several subjects at once, by descriptor. Unknown ones are null.
pub(super) fn lookup(shared: &Shared, call: &Call) -> Answer {
    let body = call.json().unwrap_or_default();
    let keys = body["lookupKeys"].as_array().cloned().unwrap_or_default();
    let odd = shared.on(Fault::OddMetaTypes);
    let found: Map<_, _> = shared.read(|world| {
        let descriptors = keys.iter().filter_map(|key| key["descriptor"].as_str());
        descriptors
            .map(|descriptor| {
                let subject = match world.find(descriptor) {
                    Some(Subject::Person(seen)) => json!(wire::graph_user(shared, world, &seen, odd)),
                    Some(Subject::Group(number)) => world
                        .group(number)
                        .map_or_else(Default::default, |group| wire::graph_group(shared, world, group)),
                    None => json!(null),
                };
                (descriptor.to_owned(), subject)
            })
            .collect()
    });
    Answer::ok(&json!({"count": found.len(), "value": found}))
}
