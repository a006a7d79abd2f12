//! Microsoft Graph: who may come in, and which resource answers.

mod batch;
mod delta;
mod directory;
mod filter;
mod invitations;
mod users;
mod wire;

use axum::http::{Method, StatusCode};

use super::{
    answer::{Answer, graph_error},
    fault::Fault,
    server::{Call, Shared},
    sign_in::{Audience, Issued, Worth},
};

pub(super) fn answer(shared: &Shared, call: &Call) -> Answer {
    let answer = match refused(shared, call) {
        Some(answer) => answer,
        None => resource(shared, call),
    };
    let id = shared.next_id();
    let answer = answer.with("request-id", &id);
    match call.header("client-request-id") {
        Some(own) => answer.with("client-request-id", own),
        None => answer.with("client-request-id", &id),
    }
}

fn refused(shared: &Shared, call: &Call) -> Option<Answer> {
    let token = call.header("authorization").and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let (code, message) = match token {
        None => ("InvalidAuthenticationToken", "Access token is empty. (simulated)"),
        Some(_) if shared.on(Fault::ExpiredCredential) => {
            ("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired. (simulated)")
        }
        Some(token) if token == shared.tokens.graph => return None,
        Some(token) => match shared.sign_ins().use_token(token) {
            Worth::Good(issued) if issued.audience == Audience::Graph => return not_permitted(call, &issued),
            Worth::Ended => (
                "InvalidAuthenticationToken",
                "Lifetime validation failed, the token is expired. (simulated)",
            ),
            _ => (
                "InvalidAuthenticationToken",
                "Access token validation failure. Invalid audience. (simulated)",
            ),
        },
    };
    Some(graph_error(StatusCode::UNAUTHORIZED, code, message).with(
        "www-authenticate",
        "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\"",
    ))
}

/// What a token that was issued with certain permissions may not do.
fn not_permitted(call: &Call, issued: &Issued) -> Option<Answer> {
    let parts = call.parts();
    let path = parts.get(1..).unwrap_or_default();
    if issued.application && path.first() == Some(&"me") {
        return Some(graph_error(
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "/me request is only valid with delegated authentication flow. (simulated)",
        ));
    }
    let needed = match path {
        ["organization"] if issued.application => "Organization.Read.All",
        ["me" | "organization", ..] => "User.Read",
        ["users" | "directory", ..] => "User.Read.All",
        ["invitations"] => "User.Invite.All",
        ["policies", ..] => "Policy.Read.All",
        ["groups", ..] => "GroupMember.Read.All",
        _ => return None,
    };
    (!issued.permissions.contains(needed)).then(denied)
}

fn resource(shared: &Shared, call: &Call) -> Answer {
    let parts = call.parts();
    let Some((&"v1.0", path)) = parts.split_first() else {
        return graph_error(
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "Invalid version. (simulated: v1.0 is played)",
        );
    };
    if call.method == Method::POST {
        return match path {
            ["invitations"] => invitations::invite(shared, call),
            ["$batch"] => batch::answer(shared, call),
            _ => unknown(),
        };
    }
    if !call.reads() {
        return graph_error(
            StatusCode::METHOD_NOT_ALLOWED,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target. (simulated)",
        );
    }
    match path {
        ["me"] => users::me(shared, call),
        ["me", "transitiveMemberOf"] => directory::my_groups(shared, call, false),
        ["me", "transitiveMemberOf", "microsoft.graph.directoryRole"] => {
            directory::my_groups(shared, call, true)
        }
        ["organization"] => directory::organization(shared),
        ["policies", "authorizationPolicy"] => directory::policy(shared),
        ["directory", "deletedItems", "microsoft.graph.user"] => users::deleted(shared, call),
        ["users"] => users::list(shared, call),
        ["users", "$count"] => users::count(shared, call),
        ["users", "delta" | "delta()"] => delta::answer(shared, call),
        ["users", id] => users::get(shared, call, id),
        ["groups", id] => directory::group(shared, id),
        ["groups", id, "members"] => directory::members(shared, call, id, false),
        ["groups", id, "transitiveMembers"] => directory::members(shared, call, id, true),
        ["tenantRelationships", name] => directory::tenant_information(shared, name),
        _ => unknown(),
    }
}

fn unknown() -> Answer {
    graph_error(
        StatusCode::BAD_REQUEST,
        "BadRequest",
        "Resource not found for the segment. (simulated: this resource is not played)",
    )
}

fn denied() -> Answer {
    graph_error(
        StatusCode::FORBIDDEN,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation. (simulated)",
    )
}

fn missing(id: &str) -> Answer {
    graph_error(
        StatusCode::NOT_FOUND,
        "Request_ResourceNotFound",
        &format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present. (simulated)"
        ),
    )
}

fn bad_request(message: &str) -> Answer {
    graph_error(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
}
