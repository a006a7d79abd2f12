//! The write that everything is about: a person gets another identity.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Call, Caller, Fault, Shared, is_administrator, users, wire};
use crate::simulator::{
    answer::{Answer, devops_error, devops_internal},
    world::{Refusal, World, people::Subject, person::Seen},
};

/// `PATCH graph/users/{descriptor}` with `{"originId": …}`.
pub(super) fn map(shared: &Shared, call: &Call, caller: Caller, descriptor: &str) -> Answer {
    let turn = {
        let mut state = shared.disturb();
        state.patches += 1;
        state.patches
    };
    if let Some(answer) = not_allowed(shared, caller) {
        return answer;
    }
    if shared.on(Fault::PatchFailsEveryN) && turn.is_multiple_of(3) {
        return devops_internal(&shared.next_id());
    }
    let object = match target(shared, call) {
        Ok(object) => object,
        Err(message) => return refuse(shared, StatusCode::BAD_REQUEST, &message),
    };
    let person = shared.read(|world| match world.find(descriptor)? {
        Subject::Person(seen) => Some(seen),
        Subject::Group(_) => None,
    });
    let Some(person) = person else { return users::unknown_subject(descriptor) };
    let rules = shared.rules();
    match shared.write(|world| world.map(person.number, object, rules)) {
        Ok(now) => {
            count(shared, &person);
            let odd = shared.on(Fault::OddMetaTypes);
            let user = shared.read(|world| wire::graph_user(shared, world, &now, odd));
            let mut answer = Answer::ok(&user);
            if shared.on(Fault::Patch201) {
                answer.status = StatusCode::CREATED;
                let location = format!("{}/Users/{}", wire::graph_base(shared), now.descriptor);
                answer = answer.with("location", &location);
            }
            answer.unheard = shared.on(Fault::PatchUnknown);
            answer
        }
        Err(refusal) => {
            let (status, message) = words(&refusal, object);
            refuse(shared, status, &message)
        }
    }
}

fn count(shared: &Shared, person: &Seen) {
    let mut mappings = shared.mappings.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    *mappings.entry(person.key.to_string()).or_insert(0) += 1;
}

fn not_allowed(shared: &Shared, caller: Caller) -> Option<Answer> {
    if shared.on(Fault::PatchNeedsEntraToken) && caller == Caller::Pat {
        return Some(refuse(
            shared,
            StatusCode::UNAUTHORIZED,
            "The service could not get a directory token on behalf of the caller. (simulated)",
        ));
    }
    (shared.on(Fault::PatchForbidden) || !is_administrator(shared, caller)).then(|| {
        refuse(
            shared,
            StatusCode::FORBIDDEN,
            "Access Denied: the caller needs more permissions to change identities. (simulated)",
        )
    })
}

/// The object that the body asks for.
fn target(shared: &Shared, call: &Call) -> Result<Uuid, String> {
    let body = call.json().unwrap_or_default();
    if body.get("storageKey").is_some() {
        return Err("A storage key must not be sent with an update. (simulated)".to_owned());
    }
    if let Some(text) = body["originId"].as_str() {
        return Uuid::try_parse(text).map_err(|_| format!("The originId '{text}' is not an id. (simulated)"));
    }
    let by_name = body["principalName"].as_str().filter(|_| shared.on(Fault::PatchAcceptsPrincipalName));
    let found = by_name.and_then(|upn| shared.read(|world| object_of(world, upn)));
    found.ok_or_else(|| "The body was not understood: originId is missing. (simulated)".to_owned())
}

/// The one object of the backing tenant with this user principal name.
fn object_of(world: &World, upn: &str) -> Option<Uuid> {
    let tenant = world.backing_tenant()?;
    let [number] = tenant.by_upn(upn)[..] else { return None };
    Some(tenant.object(number))
}

fn words(refusal: &Refusal, object: Uuid) -> (StatusCode, String) {
    match refusal {
        Refusal::NotConnected => (
            StatusCode::BAD_REQUEST,
            format!(
                "VS860016: Could not find subject with originId {object} in the backing domain: the organization is \
                 not connected to a directory. (simulated)"
            ),
        ),
        Refusal::NoSuchObject => (
            StatusCode::BAD_REQUEST,
            format!("VS860016: Could not find originId {object} in the backing domain. (simulated)"),
        ),
        Refusal::NoSuchPerson => {
            (StatusCode::NOT_FOUND, "The subject does not exist any more. (simulated)".to_owned())
        }
        Refusal::Itself => {
            (StatusCode::BAD_REQUEST, "A user cannot be mapped onto itself. (simulated)".to_owned())
        }
        Refusal::Disabled => {
            (StatusCode::BAD_REQUEST, format!("The directory object {object} is disabled. (simulated)"))
        }
        Refusal::AlreadyMapped => (
            StatusCode::CONFLICT,
            "The user is mapped to an identity of this directory already. (simulated)".to_owned(),
        ),
        Refusal::ActiveTarget(name) => (
            StatusCode::CONFLICT,
            format!("The identity {name} is an active member of the organization already. (simulated)"),
        ),
    }
}

fn refuse(shared: &Shared, status: StatusCode, message: &str) -> Answer {
    if shared.on(Fault::PatchStringError) {
        return Answer::json(status, &message);
    }
    devops_error(status, "GraphBadRequestException", message)
}

/// `POST graph/resolvedisconnectedusers`: not for ordinary organizations, unless a switch says so. The rows of its
/// answer name nobody, and only failures are reported.
pub(super) fn batch(shared: &Shared, call: &Call, caller: Caller) -> Answer {
    if !shared.on(Fault::BatchMapping) {
        return refuse(
            shared,
            StatusCode::FORBIDDEN,
            "The feature is not enabled for this organization. (simulated)",
        );
    }
    if let Some(answer) = not_allowed(shared, caller) {
        return answer;
    }
    let body = call.json().unwrap_or_default();
    let rows = body["mappings"].as_array().cloned().unwrap_or_default();
    if rows.is_empty() || rows.len() > 20 {
        return Answer::json(
            StatusCode::BAD_REQUEST,
            &json!({"code": "BadRequest", "errorMessage": "Between 1 and 20 mappings are accepted. (simulated)", "mappingResults": []}),
        );
    }
    let rules = shared.rules();
    let failures: Vec<Value> = rows
        .iter()
        .filter_map(|row| {
            let source = row["source"]["principalName"].as_str().unwrap_or_default();
            let upn = row["target"]["principalName"].as_str().unwrap_or_default();
            let done = shared.write(|world| {
                let mut people: Vec<Seen> = world
                    .near(source)
                    .into_iter()
                    .filter_map(|number| world.person(number))
                    .filter(|seen| seen.listed() && seen.person.mail.eq_ignore_ascii_case(source))
                    .collect();
                let (Some(person), true) = (people.pop(), people.is_empty()) else {
                    return Err("The source is not one user. (simulated)".to_owned());
                };
                let object = object_of(world, upn).ok_or("The target is not one user. (simulated)")?;
                let mapped = world.map(person.number, object, rules);
                mapped.map(|_| person).map_err(|refusal| words(&refusal, object).1)
            });
            match done {
                Ok(person) => {
                    count(shared, &person);
                    None
                }
                Err(message) => Some(json!({"code": "Failed", "errorMessage": message})),
            }
        })
        .collect();
    let reported = if shared.on(Fault::BatchSilent) { Vec::new() } else { failures };
    let mut answer = Answer::ok(&json!({"code": "OK", "errorMessage": null, "mappingResults": reported}));
    answer.unheard = shared.on(Fault::PatchUnknown);
    answer
}
