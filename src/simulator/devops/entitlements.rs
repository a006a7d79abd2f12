//! User entitlements: the roster. The continuation token is in the body and full of characters that a query must
//! encode; a token that arrives damaged is an internal error, as with the real service.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Call, Caller, Fault, Shared, forbidden, is_administrator, not_found, users::Wrapped, wire};
use crate::simulator::{
    answer::{Answer, devops_error, devops_internal},
    ids::Kind,
    paging::{Place, next_place, page_size},
    world::person::Seen,
};

/// The service's page, where none is asked for.
const PAGE: usize = 100;

/// What follows the place in a token: it proves that nothing was cut off or turned into blanks on the way.
const TAIL: &str = "==#RT:1#TRC:100#ISV:2#IEO:65551#QCF:7#FPC:AQE=";

fn token(place: Place) -> String {
    format!("+RID:~{}+{TAIL}", place.text())
}

fn position(token: &str) -> Option<Place> {
    Place::parse(token.strip_prefix("+RID:~")?.strip_suffix(TAIL)?.strip_suffix('+')?)
}

pub(super) fn list(shared: &Shared, call: &Call) -> Answer {
    let filter = match Filter::parse(call.query.get("$filter").unwrap_or_default()) {
        Ok(filter) => filter,
        Err(answer) => return *answer,
    };
    let start = match call.query.get("continuationToken").filter(|token| !token.is_empty()) {
        None => Place::default(),
        Some(token) => match position(token) {
            Some(place) => place,
            None => return devops_internal(&shared.next_id()),
        },
    };
    let select = call.query.list("select");
    let projects = select.iter().any(|word| matches!(word.to_lowercase().as_str(), "projects" | "all"));
    let odd = shared.on(Fault::OddMetaTypes);
    let size = page_size(shared, PAGE, start);
    let (rows, next, count, total) = shared.read(|world| {
        let (mut rows, mut at) = (Vec::with_capacity(size), start.at);
        let count = world.people_count();
        while at < count && rows.len() < size {
            if let Some(seen) = world.person(at).filter(Seen::listed).filter(|seen| filter.takes(seen)) {
                rows.push(wire::entitlement(shared, world, &seen, odd, projects));
            }
            at += 1;
        }
        (rows, (at < count).then_some(at), count, world.entitled_count())
    });
    let continuation = next_place(shared, start, next, count).map(token);
    let both = shared.on(Fault::MembersAndItems);
    let members = shared.on(Fault::MembersNotItems);
    Answer::list(&Page {
        members: (members || both).then_some(&rows),
        items: (!members || both).then_some(&rows),
        continuation_token: continuation,
        total_count: total,
    })
}

/// `PagedUserEntitlementsList`, of the newer and of the older shape.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<&'a Vec<wire::UserEntitlement>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<&'a Vec<wire::UserEntitlement>>,
    /// Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    continuation_token: Option<String>,
    total_count: u32,
}

/// The part of `$filter` that is documented.
struct Filter(Vec<(String, String)>);

impl Filter {
    fn parse(text: &str) -> Result<Self, Box<Answer>> {
        let mut terms = Vec::new();
        for term in text.split(" and ").map(str::trim).filter(|term| !term.is_empty()) {
            let mut words = term.splitn(3, ' ');
            let (Some(name), Some("eq"), Some(value)) = (words.next(), words.next(), words.next()) else {
                return Err(Box::new(devops_error(
                    StatusCode::BAD_REQUEST,
                    "InvalidQueryFilterException",
                    "The filter could not be parsed. (simulated: terms `name eq 'value'` joined by and)",
                )));
            };
            terms.push((name.to_lowercase(), value.trim_matches('\'').to_lowercase()));
        }
        Ok(Self(terms))
    }

    fn takes(&self, seen: &Seen) -> bool {
        self.0.iter().all(|(name, value)| match name.as_str() {
            "name" => {
                seen.person.display.to_lowercase().contains(value)
                    || seen.person.mail.to_lowercase().contains(value)
            }
            "licensestatus" => seen.person.status.eq_ignore_ascii_case(value),
            "licenseid" => format!("account-{}", seen.person.access.parts().1) == *value,
            _ => true,
        })
    }
}

fn find(shared: &Shared, id: &str) -> Option<Seen> {
    let key = Uuid::try_parse(id).ok()?;
    shared.read(|world| world.find_key(key)).filter(Seen::listed)
}

pub(super) fn get(shared: &Shared, id: &str) -> Answer {
    let Some(seen) = find(shared, id) else { return nobody(id) };
    let odd = shared.on(Fault::OddMetaTypes);
    Answer::ok(&shared.read(|world| wire::entitlement(shared, world, &seen, odd, true)))
}

fn nobody(id: &str) -> Answer {
    not_found(&format!("The user with id {id} was not found in the organization. (simulated)"))
}

pub(super) fn delete(shared: &Shared, caller: Caller, id: &str) -> Answer {
    if !is_administrator(shared, caller) {
        return forbidden("Access Denied: removing a user needs administrator rights. (simulated)");
    }
    let Some(seen) = find(shared, id) else { return nobody(id) };
    shared.write(|world| {
        world.remove(seen.key);
        world.event("Licensing.Removed", format!("Removed {}", seen.person.principal));
    });
    Answer::empty(if shared.on(Fault::Delete204) { StatusCode::NO_CONTENT } else { StatusCode::OK })
}

pub(super) fn summary(shared: &Shared) -> Answer {
    let mut counts = std::collections::BTreeMap::new();
    shared.read(|world| {
        for number in 0..world.people_count() {
            if let Some(seen) = world.person(number).filter(Seen::listed) {
                *counts.entry(seen.person.access.parts()).or_insert(0_u32) += 1;
            }
        }
    });
    let licenses: Vec<Value> = counts
        .into_iter()
        .map(|((source, account, msdn, name), count)| {
            json!({
                "licenseName": name, "source": source, "accountLicenseType": account, "msdnLicenseType": msdn,
                "assigned": count, "available": 0, "total": count, "includedQuantity": 5, "disabled": 0,
            })
        })
        .collect();
    Answer::ok(&json!({"licenses": licenses}))
}

/// The rules that give access levels by group: one for each group of a tenant.
pub(super) fn group_rules(shared: &Shared) -> Answer {
    let rows: Vec<Value> = shared.read(|world| {
        let groups = world.groups.iter().filter(|group| group.directory.is_some() && !group.gone);
        groups
            .map(|group| {
                json!({
                    "id": world.ids.make(Kind::GroupKey, group.number.into()),
                    "group": wire::graph_group(shared, world, group),
                    "licenseRule": {
                        "licensingSource": "account", "accountLicenseType": "express", "msdnLicenseType": "none",
                        "licenseDisplayName": "Basic", "status": "active", "statusMessage": "",
                        "assignmentSource": "groupRule",
                    },
                    "status": "applied",
                    "lastExecuted": world.now,
                    "projectEntitlements": [],
                    "members": [],
                })
            })
            .collect()
    });
    Answer::list(&Wrapped { count: rows.len(), value: rows })
}
