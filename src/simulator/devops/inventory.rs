//! Health, access tokens and SSH keys of people, and the audit log.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Call, Caller, Fault, Shared, forbidden, is_administrator, not_found, users};
use crate::simulator::{
    answer::{Answer, devops_error},
    ids::Kind,
    world::{World, generate::ago, people::Subject, person::Seen},
};

const SERVICES: [&str; 7] =
    ["Artifacts", "Boards", "Core services", "Other services", "Pipelines", "Repos", "Test Plans"];
const GEOGRAPHIES: [(&str, &str); 8] = [
    ("APAC", "Asia Pacific"),
    ("AU", "Australia"),
    ("BR", "Brazil"),
    ("CA", "Canada"),
    ("EU", "Europe"),
    ("IN", "India"),
    ("UK", "United Kingdom"),
    ("US", "United States"),
];

pub(super) fn health(shared: &Shared, call: &Call, parts: &[&str]) -> Answer {
    let path: Vec<String> = parts.iter().map(|part| part.to_lowercase()).collect();
    if path != ["_apis", "status", "health"] {
        return not_found("The simulator plays the health of the services only.");
    }
    let degraded = shared.on(Fault::HealthDegraded);
    let wanted =
        |list: &[&str], id: &str| list.is_empty() || list.iter().any(|item| item.eq_ignore_ascii_case(id));
    let (services, places) = (call.query.list("services"), call.query.list("geographies"));
    let rows: Vec<Value> = SERVICES
        .iter()
        .filter(|service| wanted(&services, service))
        .map(|service| {
            let sick = degraded && *service == "Core services";
            let places = GEOGRAPHIES.iter().filter(|(id, _)| wanted(&places, id));
            let places = places.map(|(id, name)| {
                let health = if sick && *id == "EU" { "degraded" } else { "healthy" };
                json!({"id": id, "name": name, "health": health})
            });
            json!({"id": service, "geographies": places.collect::<Vec<_>>()})
        })
        .collect();
    let (health, message) = if degraded {
        ("degraded", "Core services are slow in Europe. (simulated)")
    } else {
        ("healthy", "Everything is looking good (simulated)")
    };
    Answer::ok(&json!({"status": {"health": health, "message": message}, "services": rows}))
}

/// Access tokens, or with `isPublic=true` the SSH keys, of one person.
pub(super) fn tokens(shared: &Shared, call: &Call, who: Caller, descriptor: &str) -> Answer {
    if !is_administrator(shared, who) {
        return forbidden("Access Denied: only administrators may list other people's tokens. (simulated)");
    }
    let public = call.query.get("isPublic").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let size =
        call.query.get("pageSize").and_then(|size| size.parse::<usize>().ok()).unwrap_or(20).clamp(1, 100);
    let after = call.query.get("continuationToken").filter(|token| !token.is_empty()).map(str::to_owned);
    shared.read(|world| {
        let Some(Subject::Person(seen)) = world.find(descriptor) else {
            return users::unknown_subject(descriptor);
        };
        let rows = session_tokens(world, &seen, public);
        let begin = match &after {
            None => 0,
            Some(token) => match rows.iter().position(|row| row["authorizationId"] == token.as_str()) {
                Some(place) => place + 1,
                None => return not_found("The continuation token names nothing. (simulated)"),
            },
        };
        let page: Vec<&Value> = rows.iter().skip(begin).take(size).collect();
        let next = page.last().filter(|_| begin + size < rows.len()).map(|row| &row["authorizationId"]);
        Answer::list(&json!({"value": page, "continuationToken": next}))
    })
}

fn session_tokens(world: &World, seen: &Seen, public: bool) -> Vec<Value> {
    let person = &seen.person;
    let (own, global) = if public { (person.ssh_keys, 0) } else { (person.tokens, person.global_tokens) };
    (0..own + global)
        .map(|place| {
            let number = seen.number * 64 + u32::from(place) + if public { 32 } else { 0 };
            let pick = world.ids.pick(Kind::Authorization, number);
            // the service writes these dates without a zone
            let date = |days| ago(world.now, days, pick).strftime("%Y-%m-%dT%H:%M:%S").to_string();
            let until = jiff::Timestamp::new(world.now.as_second() + 86_400 * 60, 0).unwrap_or(world.now);
            let accounts = if place < own { json!([world.organization_id()]) } else { Value::Null };
            json!({
                "clientId": uuid::Uuid::nil(), "accessId": world.ids.make(Kind::Authorization, number ^ 0x8000_0000),
                "authorizationId": world.ids.make(Kind::Authorization, number),
                "hostAuthorizationId": uuid::Uuid::nil(),
                "userId": seen.key,
                "validFrom": date(30 + pick % 300),
                "validTo": until.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                "displayName": if public { "laptop key" } else { ["build agent", "packages", "reporting"][place as usize % 3] },
                "scope": if place == 0 { "app_token" } else { "vso.code vso.packaging" },
                "targetAccounts": accounts,
                "token": null, "alternateToken": null,
                "isValid": true, "isPublic": public, "publicData": null, "source": null,
            })
        })
        .collect()
}

pub(super) fn audit_log(shared: &Shared, call: &Call) -> Answer {
    let batch = call
        .query
        .get("batchSize")
        .and_then(|size| size.parse::<usize>().ok())
        .unwrap_or(200)
        .clamp(1, 1_000);
    let start = call
        .query
        .get("continuationToken")
        .and_then(|token| token.split(';').next()?.parse().ok())
        .unwrap_or(0);
    if shared.on(Fault::NoAuditPermission) {
        return forbidden("Access Denied: the permission View audit log is missing. (simulated)");
    }
    let since: Option<jiff::Timestamp> = call.query.get("startTime").and_then(|text| text.parse().ok());
    shared.read(|world| {
        if world.backing.is_none() {
            return devops_error(
                StatusCode::FORBIDDEN,
                "AuditLogAccessException",
                "Auditing is available for organizations that a directory backs. (simulated)",
            );
        }
        let newer = |(_, event): &(usize, &crate::simulator::world::Event)| {
            since.is_none_or(|since| event.at >= since)
        };
        let all = world.events.iter().enumerate().filter(newer).count();
        let actor = world.person(world.owner).map(|seen| seen.person).map(|who| (who.display, who.principal));
        let (actor_name, actor_upn) = actor.unwrap_or_default();
        let events = world.events.iter().enumerate().filter(newer).skip(start).take(batch);
        let rows: Vec<Value> = events
            .map(|(number, event)| {
                let id = world.ids.make(Kind::Audit, u32::try_from(number).unwrap_or(0));
                json!({
                    "id": format!("{number};{id}"), "correlationId": id, "activityId": id,
                    "actorCUID": id, "actorUserId": id, "authenticationMechanism": "FedAuth",
                    "timestamp": event.at, "scopeType": "organization",
                    "scopeDisplayName": format!("{} (Organization)", world.organization),
                    "scopeId": world.organization_id(), "ipAddress": "203.0.113.7", "userAgent": "simulated",
                    "actionId": event.action, "data": {}, "details": event.details,
                    "area": event.action.split('.').next(), "category": "modify", "categoryDisplayName": "Modify",
                    "actorDisplayName": actor_name, "actorUPN": actor_upn,
                })
            })
            .collect();
        let end = start + rows.len();
        Answer::list(&json!({
            "decoratedAuditLogEntries": rows,
            "continuationToken": format!("{end};audit"),
            "hasMore": end < all,
        }))
    })
}

pub(super) fn audit_actions() -> Answer {
    Answer::ok(&json!([
        {"actionId": "Organization.LinkToAAD", "area": "Organization", "category": "modify"},
        {"actionId": "Organization.UnlinkFromAAD", "area": "Organization", "category": "modify"},
        {"actionId": "Licensing.Removed", "area": "Licensing", "category": "remove"},
    ]))
}
