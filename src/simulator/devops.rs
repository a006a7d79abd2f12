//! Azure DevOps: who may come in, and which resource answers.

mod connection;
mod entitlements;
mod groups;
mod identities;
mod inventory;
mod mapping;
mod probe;
mod resources;
mod users;
mod wire;

use axum::http::{Method, StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    answer::{Answer, BOM, devops_error, sign_in_page},
    fault::Fault,
    server::{Call, Shared},
    sign_in::{Audience, Worth},
    tokens::Caller,
    world::{World, person::Seen},
};

pub(super) fn answer(shared: &Shared, call: &Call) -> Answer {
    let parts = call.parts();
    if call.service() == "status" {
        return inventory::health(shared, call, &parts);
    }
    let Some(organization) = parts.first() else {
        return not_found("The simulator needs an organization in the path.");
    };
    let known = organization.eq_ignore_ascii_case(&shared.names.organization);
    let caller = match authenticate(shared, call) {
        Ok(caller) => caller,
        Err(Refused::Anonymous) if !known => {
            return not_found("The resource cannot be found. (simulated: there is no such organization)");
        }
        Err(Refused::Anonymous) => return probe::anonymous(shared, call, &parts),
        Err(Refused::Answer(answer)) => return probe::with_tenant(shared, *answer),
    };
    if !known {
        // with a credential, the service does not say that an organization does not exist
        return Answer::empty(StatusCode::UNAUTHORIZED).with("www-authenticate", "Basic realm=\"simulated\"");
    }
    if let Some(answer) = wrong_version(call, &parts) {
        return answer;
    }
    let resource: Vec<String> = parts.iter().skip(1).map(|part| part.to_lowercase()).collect();
    let resource: Vec<&str> = resource.iter().map(String::as_str).collect();
    let answer = resource_answer(shared, call, caller, &resource, &parts);
    probe::with_tenant(shared, answer).with("activityid", &shared.next_id())
}

fn resource_answer(shared: &Shared, call: &Call, caller: Caller, lower: &[&str], parts: &[&str]) -> Answer {
    let get = call.reads();
    // ids keep their case: descriptors are base64
    let id = |place: usize| parts.get(place + 1).copied().unwrap_or_default();
    match (call.service(), lower) {
        ("devops", ["_apis", "connectiondata"]) if get => connection::data(shared, caller),
        ("devops", ["_apis", "contribution", "hierarchyquery"]) => connection::owner(shared, call, caller),
        ("devops", ["_settings", "organizationaad"]) if get => connection::directory(shared),
        ("devops", ["_apis", "projects"]) if get => resources::projects(shared, call),
        ("devops", [_, "_apis", "serviceendpoint", "endpoints"]) if get => {
            resources::connections(shared, id(0))
        }
        ("devops", ["_apis", "distributedtask", "pools"]) if get => resources::pools(shared),
        ("devops", ["_apis", "distributedtask", "pools", _, "agents"]) if get => {
            resources::agents(shared, id(3))
        }
        ("vsaex", ["_apis", "userentitlements"]) if get => entitlements::list(shared, call),
        ("vsaex", ["_apis", "userentitlements", _]) if get => entitlements::get(shared, id(2)),
        ("vsaex", ["_apis", "userentitlements", _]) if call.method == Method::DELETE => {
            entitlements::delete(shared, caller, id(2))
        }
        ("vsaex", ["_apis", "groupentitlements"]) if get => entitlements::group_rules(shared),
        ("vsaex", ["_apis", "userentitlementsummary"]) if get => entitlements::summary(shared),
        ("vssps", ["_apis", "graph", rest @ ..]) => graph(shared, call, caller, rest, &id),
        ("vssps", ["_apis", "identities"]) if get => identities::search(shared, call),
        ("vssps", ["_apis", "tokenadmin", "personalaccesstokens", _]) if get => {
            inventory::tokens(shared, call, caller, id(3))
        }
        ("audit", ["_apis", "audit", "auditlog"]) if get => inventory::audit_log(shared, call),
        ("audit", ["_apis", "audit", "actions"]) if get => inventory::audit_actions(),
        _ => not_found("The controller for the path was not found. (simulated: this resource is not played)"),
    }
}

fn graph<'a>(
    shared: &Shared,
    call: &Call,
    caller: Caller,
    rest: &[&str],
    id: &impl Fn(usize) -> &'a str,
) -> Answer {
    let get = call.reads();
    match rest {
        ["users"] if get => users::list(shared, call),
        ["users", _] if get => users::get(shared, id(3)),
        ["users", _] if call.method == Method::PATCH => mapping::map(shared, call, caller, id(3)),
        ["users", _, "providerinfo"] if get => users::provider_info(shared, id(3)),
        ["storagekeys", _] if get => users::storage_key(shared, id(3)),
        ["descriptors", _] if get => users::descriptor(shared, id(3)),
        ["membershipstates", _] if get => users::membership_state(shared, id(3)),
        ["subjectlookup"] if call.method == Method::POST => users::lookup(shared, call),
        ["subjectquery"] if call.method == Method::POST => users::query(shared, call),
        ["resolvedisconnectedusers"] if call.method == Method::POST => mapping::batch(shared, call, caller),
        ["groups"] if get => groups::list(shared, call),
        ["groups", _] if get => groups::get(shared, id(3)),
        ["memberships", _] if get => groups::memberships(shared, call, id(3)),
        ["memberships", _, _] if get => groups::membership(shared, call, id(3), id(4)),
        _ => not_found("The controller for the path was not found. (simulated: this resource is not played)"),
    }
}

pub(super) fn not_found(message: &str) -> Answer {
    devops_error(StatusCode::NOT_FOUND, "VssResourceNotFoundException", message)
}

pub(super) fn forbidden(message: &str) -> Answer {
    devops_error(StatusCode::FORBIDDEN, "AccessCheckException", message)
}

enum Refused {
    /// There is no credential at all.
    Anonymous,
    Answer(Box<Answer>),
}

impl From<Answer> for Refused {
    fn from(answer: Answer) -> Self {
        Self::Answer(Box::new(answer))
    }
}

/// Whether a sign-in redirect was asked not to be sent.
fn suppressed(call: &Call) -> bool {
    call.header("x-tfs-fedauthredirect").is_some_and(|value| value.eq_ignore_ascii_case("suppress"))
}

fn authenticate(shared: &Shared, call: &Call) -> Result<Caller, Refused> {
    let Some(authorization) = call.header("authorization") else { return Err(Refused::Anonymous) };
    if shared.on(Fault::SignInPage) {
        return Err(sign_in_page().into());
    }
    if shared.on(Fault::SignInRedirect) {
        return Err(probe::sign_in_redirect(shared).into());
    }
    let (scheme, value) = authorization.split_once(' ').unwrap_or((authorization, ""));
    let expired = shared.on(Fault::ExpiredCredential);
    if scheme.eq_ignore_ascii_case("basic") {
        let pair = STANDARD.decode(value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        // without the colon, or unknown: the service takes it for no credential
        let password = pair.as_deref().and_then(|pair| pair.split_once(':')).map(|(_, password)| password);
        if password != Some(shared.tokens.pat.as_str()) {
            return Err(unknown(call).into());
        }
        let dead = shared.on(Fault::PatDiesAtConnect) && shared.has_turned();
        if expired || dead || shared.read(|world| caller(world, Caller::Pat).is_none()) {
            return Err(expired_token().into());
        }
        return Ok(Caller::Pat);
    }
    let worth = bearer_worth(shared, scheme, value.trim());
    let Some(good) = worth else { return Err(unknown(call).into()) };
    if expired || good == Bearer::Ended {
        let patch = call.method == Method::PATCH;
        return Err(if patch { refused_bearer() } else { unknown(call) }.into());
    }
    let welcome = good == Bearer::Person
        && shared
            .read(|world| world.backing == Some(world.destination) && caller(world, Caller::Entra).is_some());
    if welcome { Ok(Caller::Entra) } else { Err(refused_bearer().into()) }
}

/// What a bearer token is worth here; nothing for one that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bearer {
    Person,
    Application,
    Ended,
}

fn bearer_worth(shared: &Shared, scheme: &str, token: &str) -> Option<Bearer> {
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    if token == shared.tokens.devops {
        return Some(Bearer::Person);
    }
    match shared.sign_ins().use_token(token) {
        Worth::Good(issued) if issued.audience != Audience::DevOps => None,
        Worth::Good(issued) => Some(if issued.application { Bearer::Application } else { Bearer::Person }),
        Worth::Ended => Some(Bearer::Ended),
        Worth::Unknown => None,
    }
}

/// The person behind a credential.
fn caller(world: &World, caller: Caller) -> Option<Seen> {
    let number = match caller {
        Caller::Pat => world.operator,
        Caller::Entra => world.holder(world.destination().object(world.me))?,
    };
    world.person(number).filter(Seen::listed)
}

fn is_administrator(shared: &Shared, who: Caller) -> bool {
    shared.read(|world| caller(world, who).is_some_and(|seen| world.is_administrator(&seen)))
}

/// No, malformed or unknown credential.
fn unknown(call: &Call) -> Answer {
    if suppressed(call) { challenge() } else { sign_in_page() }
}

pub(super) fn challenge() -> Answer {
    let message = "TF400813: The user 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa' is not authorized to access this resource.";
    devops_error(StatusCode::UNAUTHORIZED, "UnauthorizedRequestException", message).prefixed(BOM)
}

/// A known access token that is expired or revoked: an empty body.
fn expired_token() -> Answer {
    Answer::empty(StatusCode::UNAUTHORIZED)
        .with("www-authenticate", "Basic realm=\"http://simulated.example/\"")
        .with("x-tfs-serviceerror", "Access+Denied%3a+The+Personal+Access+Token+used+has+expired.")
}

/// A bearer token of the wrong tenant, or of somebody who is not in the organization.
fn refused_bearer() -> Answer {
    challenge()
        .with("www-authenticate", "Bearer")
        .with("x-tfs-serviceerror", "TF400813%3a+The+user+is+not+authorized+to+access+this+resource.")
}

/// Resources that exist as preview only; the version comes in the query or in the Accept header.
fn wrong_version(call: &Call, parts: &[&str]) -> Option<Answer> {
    let version = call.query.get("api-version").map(str::to_owned).or_else(|| {
        let accept = call.header("accept")?;
        let (_, version) = accept.split_once("api-version=")?;
        Some(version.split([';', ',']).next().unwrap_or(version).trim().to_owned())
    });
    let path = parts.join("/").to_lowercase();
    let preview = ["/graph/users", "/graph/groups", "/graph/memberships", "/graph/membershipstates"];
    let preview = preview.iter().any(|part| path.contains(part))
        || path.ends_with("/connectiondata")
        || path.contains("/tokenadmin/");
    match version {
        None if !call.reads() => Some(devops_error(
            StatusCode::BAD_REQUEST,
            "VssVersionNotSpecifiedException",
            &format!(
                "No api-version was supplied for the \"{}\" request. The version must be supplied either as part of \
                 the Accept header (e.g. \"application/json; api-version=1.0\") or as a query parameter.",
                call.method
            ),
        )),
        Some(version) if preview && !version.contains("-preview") => Some(devops_error(
            StatusCode::BAD_REQUEST,
            "VssInvalidPreviewVersionException",
            &format!(
                "The requested version \"{version}\" of the resource is under preview. The -preview flag must be \
                 supplied in the api-version for such requests. For example: \"{version}-preview\""
            ),
        )),
        _ => None,
    }
}
