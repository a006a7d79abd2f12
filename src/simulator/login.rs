//! Entra sign-in: discovery, a person's sign-in by code, an application's by itself, and the page on which a code is typed in.

mod page;
mod proof;

use std::{collections::BTreeSet, time::Instant};

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::{
    answer::Answer,
    fault::Fault,
    query::Query,
    server::{Call, Shared},
    sign_in::{Audience, CLIENT_ID, DEFAULT_SCOPES, ROLES, Said, SignInAnswer},
    tokens::{DEVOPS_RESOURCE, Holder, issued_bearer},
    world::tenant::Tenant,
};

pub(super) fn answer(shared: &Shared, call: &Call) -> Answer {
    let parts = call.parts();
    match parts[..] {
        [tenant, "v2.0", ".well-known", "openid-configuration"] if call.reads() => discovery(shared, tenant),
        [tenant, "oauth2", "v2.0", "devicecode"] if call.method == Method::POST => {
            device_code(shared, call, tenant)
        }
        [tenant, "oauth2", "v2.0", "token"] if call.method == Method::POST => token(shared, call, tenant),
        ["device"] => page::answer(shared, call),
        _ => Answer::text(StatusCode::NOT_FOUND, "The simulator plays no such sign-in page.\n"),
    }
}

fn error(shared: &Shared, error: &str, code: u32, text: &str) -> Answer {
    let (trace, correlation) = (shared.next_id(), shared.next_id());
    let prefix = if code == 0 { String::new() } else { format!("AADSTS{code}: ") };
    let status = if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    Answer::json(
        status,
        &json!({
            "error": error,
            "error_description": format!(
                "{prefix}{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: 2026-11-23 19:04:11Z"
            ),
            "error_codes": if code == 0 { vec![] } else { vec![code] },
            "timestamp": "2026-11-23 19:04:11Z",
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        }),
    )
}

fn no_tenant(shared: &Shared, name: &str) -> Answer {
    error(
        shared,
        "invalid_tenant",
        90_002,
        &format!(
            "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the \
             correct cloud. (simulated)"
        ),
    )
}

fn discovery(shared: &Shared, name: &str) -> Answer {
    if name.contains(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-' || letter == '.')) {
        return error(
            shared,
            "invalid_request",
            900_023,
            "Specified tenant identifier is neither a valid DNS name, nor a valid external domain. (simulated)",
        );
    }
    shared.read(|world| match world.tenant_named(name) {
        Some(tenant) => {
            let is = |fault| tenant.number == world.destination && shared.on(fault);
            let cloud = match (is(Fault::GovernmentTenant), is(Fault::ChinaTenant)) {
                (true, _) => Cloud::Government,
                (false, true) => Cloud::China,
                (false, false) => Cloud::Public,
            };
            document(tenant, cloud)
        }
        None => no_tenant(shared, name),
    })
}

/// Where a tenant lives.
#[derive(Clone, Copy)]
enum Cloud {
    Public,
    Government,
    China,
}

fn document(tenant: &Tenant, cloud: Cloud) -> Answer {
    let id = tenant.id;
    let (login, cloud, graph, region, sub_scope) = match cloud {
        Cloud::Government => (
            "https://login.microsoftonline.us",
            "microsoftonline.us",
            "graph.microsoft.us",
            "USGov",
            json!("DODCON"),
        ),
        Cloud::China => (
            "https://login.partner.microsoftonline.cn",
            "partner.microsoftonline.cn",
            "microsoftgraph.chinacloudapi.cn",
            "CN",
            json!(null),
        ),
        Cloud::Public => (
            "https://login.microsoftonline.com",
            "microsoftonline.com",
            "graph.microsoft.com",
            "EU",
            json!(null),
        ),
    };
    Answer::ok(&json!({
        "issuer": format!("{login}/{id}/v2.0"),
        "authorization_endpoint": format!("{login}/{id}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{login}/{id}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{login}/{id}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{login}/{id}/discovery/v2.0/keys"),
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["pairwise"],
        "tenant_region_scope": region,
        "tenant_region_sub_scope": sub_scope,
        "cloud_instance_name": cloud,
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": graph,
        "rbac_url": "https://pas.windows.net",
    }))
}

fn malformed(shared: &Shared) -> Answer {
    error(shared, "invalid_request", 900_144, "The request body must contain the parameter: 'client_id'.")
}

/// The right application, or the refusal.
fn application(shared: &Shared, form: &Query) -> Option<Answer> {
    let id = form.get("client_id").unwrap_or_default();
    if id.is_empty() {
        return Some(malformed(shared));
    }
    if id != CLIENT_ID {
        let text = format!(
            "Application with identifier '{id}' was not found in the directory 'Contoso'. (simulated)"
        );
        return Some(error(shared, "unauthorized_client", 700_016, &text));
    }
    None
}

fn device_code(shared: &Shared, call: &Call, tenant: &str) -> Answer {
    if shared.read(|world| world.tenant_named(tenant).is_none()) {
        return no_tenant(shared, tenant);
    }
    let form = Query::parse(&String::from_utf8_lossy(&call.body));
    if let Some(refusal) = application(shared, &form) {
        return refusal;
    }
    let (code, user_code, life, interval) = {
        let mut sign_ins = shared.sign_ins();
        let (code, user_code) = sign_ins.new_code(form.get("scope").unwrap_or_default());
        (code, user_code, sign_ins.code_life, sign_ins.interval)
    };
    let page = format!("{}/login/device", shared.base);
    Answer::ok(&json!({
        "device_code": code,
        "user_code": user_code,
        "verification_uri": page,
        "expires_in": life.as_secs(),
        "interval": interval.as_secs(),
        "message": format!("This is a simulation. To sign in, open {page} and enter the code {user_code}."),
    }))
}

fn token(shared: &Shared, call: &Call, tenant: &str) -> Answer {
    if shared.read(|world| world.tenant_named(tenant).is_none()) {
        return no_tenant(shared, tenant);
    }
    let form = Query::parse(&String::from_utf8_lossy(&call.body));
    if let Some(refusal) = application(shared, &form) {
        return refusal;
    }
    let scope = form.get("scope").unwrap_or_default();
    match form.get("grant_type").unwrap_or_default() {
        "urn:ietf:params:oauth:grant-type:device_code" => match by_code(shared, &form) {
            Ok(asked) => {
                if let Some(consented) = &mut shared.sign_ins().consented {
                    consented.extend(permissions_of(&asked));
                }
                granted(shared, &asked, false)
            }
            Err(refusal) => refusal,
        },
        "refresh_token" => match by_refresh_token(shared, &form) {
            Some(refusal) => refusal,
            None => granted(shared, scope, false),
        },
        "client_credentials" => match proof::wrong(shared, &form, tenant) {
            Some(refusal) => refusal,
            None => granted(shared, scope, true),
        },
        _ => error(shared, "unsupported_grant_type", 70_003, "The grant type is not played. (simulated)"),
    }
}

/// What a person says to a code, in the order in which the real service would.
fn by_code(shared: &Shared, form: &Query) -> Result<String, Answer> {
    let pending =
        || error(shared, "authorization_pending", 70_016, "The user has not signed in yet. (simulated)");
    let expired =
        || error(shared, "expired_token", 70_020, "The device code has expired. Start again. (simulated)");
    let declined =
        || error(shared, "authorization_declined", 70_018, "The user declined the request. (simulated)");
    let (polls, said, scope, over, answer) = {
        let mut sign_ins = shared.sign_ins();
        let answer = sign_ins.answer;
        let Some(code) = form.get("device_code").and_then(|code| sign_ins.codes.get_mut(code)) else {
            drop(sign_ins);
            return Err(error(
                shared,
                "bad_verification_code",
                70_000,
                "The device code is not known. (simulated)",
            ));
        };
        code.polls += 1;
        (code.polls, code.said, code.scope.clone(), code.ends <= Instant::now(), answer)
    };
    match (said, answer) {
        _ if over => Err(expired()),
        (Said::Yes, _) => Ok(scope),
        (Said::No, _) => Err(declined()),
        (_, SignInAnswer::SlowsDown) if polls == 1 => {
            Err(error(shared, "slow_down", 0, "Too many requests for this code. (simulated)"))
        }
        _ if polls == 1 => Err(pending()),
        (_, SignInAnswer::ByItself | SignInAnswer::SlowsDown) => Ok(scope),
        (_, SignInAnswer::Waits) => Err(pending()),
        (_, SignInAnswer::Declines) => Err(declined()),
        (_, SignInAnswer::Expires) => Err(expired()),
        (_, SignInAnswer::Refuses(code)) => Err(error(
            shared,
            if code == 7_000_218 { "invalid_client" } else { "invalid_grant" },
            code,
            "The sign-in was refused. (simulated)",
        )),
    }
}

fn by_refresh_token(shared: &Shared, form: &Query) -> Option<Answer> {
    if shared.on(Fault::ExpiredCredential) {
        return Some(error(shared, "invalid_grant", 700_082, "The refresh token has expired. (simulated)"));
    }
    let token = form.get("refresh_token").unwrap_or_default();
    let (good, devops_refused) = {
        let mut sign_ins = shared.sign_ins();
        let good = sign_ins.refresh.get(token).copied();
        if sign_ins.single_use && good == Some(true) {
            sign_ins.refresh.insert(token.to_owned(), false);
        }
        (good, sign_ins.no_devops_consent)
    };
    if good != Some(true) {
        let text = format!("The provided grant has expired or was revoked: '{token}'. (simulated)");
        return Some(error(shared, "invalid_grant", 50_173, &text));
    }
    let scope = form.get("scope").unwrap_or_default();
    let consented = shared.sign_ins().consented.clone();
    let lacks = audience(scope) == Audience::Graph
        && consented.is_some_and(|consented| permissions_of(scope).any(|name| !consented.contains(&name)));
    if lacks || devops_refused && audience(scope) == Audience::DevOps {
        return Some(error(
            shared,
            "invalid_grant",
            65_001,
            "The user or administrator has not consented to use the application. (simulated)",
        ));
    }
    None
}

fn audience(scope: &str) -> Audience {
    if scope.contains(DEVOPS_RESOURCE) || scope.contains("app.vssps.visualstudio.com") {
        Audience::DevOps
    } else {
        Audience::Graph
    }
}

/// The names of the permissions in a scope.
fn permissions_of(scope: &str) -> impl Iterator<Item = String> {
    let names = scope.split_whitespace().filter(|scope| *scope != "offline_access");
    names.map(|scope| scope.rsplit('/').next().unwrap_or(scope).to_owned())
}

fn granted(shared: &Shared, scope: &str, is_application: bool) -> Answer {
    let audience = audience(scope);
    let mut sign_ins = shared.sign_ins();
    let names: Vec<String> = if is_application {
        ROLES.map(str::to_owned).to_vec()
    } else if audience == Audience::DevOps {
        vec!["user_impersonation".to_owned()]
    } else if scope.contains(".default") {
        DEFAULT_SCOPES.map(str::to_owned).to_vec()
    } else {
        permissions_of(scope).collect()
    };
    let permissions: BTreeSet<String> =
        names.into_iter().filter(|name| !sign_ins.withheld.contains(name)).collect();
    let told = sign_ins.token_life_told;
    let number = sign_ins.next();
    let holder =
        Holder { audience, application: is_application.then_some(CLIENT_ID), permissions: &permissions };
    let access = shared.read(|world| issued_bearer(world, &holder, told, number));
    sign_ins.issue(&access, audience, is_application, permissions.clone());
    let refresh = (!is_application && scope.contains("offline_access")).then(|| sign_ins.new_refresh());
    drop(sign_ins);
    let permissions: Vec<String> = permissions.into_iter().collect();
    let mut body = json!({
        "token_type": "Bearer",
        "scope": permissions.join(" "),
        "expires_in": told.as_secs(),
        "ext_expires_in": told.as_secs(),
        "access_token": access,
    });
    if let (Some(refresh), Some(object)) = (refresh, body.as_object_mut()) {
        object.insert("refresh_token".to_owned(), refresh.into());
    }
    Answer::ok(&body)
}
