//! Entra sign-in: discovery, and tokens in a plain working form.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::{
    answer::Answer,
    fault::Fault,
    query::Query,
    server::{Call, Shared},
    world::tenant::Tenant,
};

const DEVICE_CODE: &str = "simulated-device-code";

pub(super) fn answer(shared: &Shared, call: &Call) -> Answer {
    let parts = call.parts();
    match parts[..] {
        [tenant, "v2.0", ".well-known", "openid-configuration"] if call.reads() => discovery(shared, tenant),
        [tenant, "oauth2", "v2.0", "devicecode"] if call.method == Method::POST => {
            device_code(shared, call, tenant)
        }
        [tenant, "oauth2", "v2.0", "token"] if call.method == Method::POST => token(shared, call, tenant),
        _ => Answer::text(StatusCode::NOT_FOUND, "The simulator plays no such sign-in page.\n"),
    }
}

fn error(shared: &Shared, error: &str, code: u32, text: &str) -> Answer {
    let (trace, correlation) = (shared.next_id(), shared.next_id());
    let prefix = if code == 0 { String::new() } else { format!("AADSTS{code}: ") };
    Answer::json(
        StatusCode::BAD_REQUEST,
        &json!({
            "error": error,
            "error_description": format!(
                "{prefix}{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: 2026-11-23 19:04:11Z"
            ),
            "error_codes": [code],
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
            let government = tenant.number == world.destination && shared.on(Fault::GovernmentTenant);
            document(tenant, government)
        }
        None => no_tenant(shared, name),
    })
}

fn document(tenant: &Tenant, government: bool) -> Answer {
    let id = tenant.id;
    let (login, cloud, graph, region, sub_scope) = if government {
        (
            "https://login.microsoftonline.us",
            "microsoftonline.us",
            "graph.microsoft.us",
            "USGov",
            json!("DODCON"),
        )
    } else {
        ("https://login.microsoftonline.com", "microsoftonline.com", "graph.microsoft.com", "EU", json!(null))
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

fn device_code(shared: &Shared, call: &Call, tenant: &str) -> Answer {
    if shared.read(|world| world.tenant_named(tenant).is_none()) {
        return no_tenant(shared, tenant);
    }
    let form = Query::parse(&String::from_utf8_lossy(&call.body));
    if form.get("client_id").unwrap_or_default().is_empty() {
        return error(
            shared,
            "invalid_request",
            900_144,
            "The request body must contain the parameter: 'client_id'.",
        );
    }
    Answer::ok(&json!({
        "device_code": DEVICE_CODE,
        "user_code": "SIMULATED",
        "verification_uri": format!("{}/login/device", shared.base),
        "expires_in": 900,
        "interval": 1,
        "message": "This is a simulation: no page has to be opened, the sign-in completes by itself.",
    }))
}

/// Device code (pending once, then granted), client credentials and refresh: each answers the made-up token.
fn token(shared: &Shared, call: &Call, tenant: &str) -> Answer {
    if shared.read(|world| world.tenant_named(tenant).is_none()) {
        return no_tenant(shared, tenant);
    }
    let form = Query::parse(&String::from_utf8_lossy(&call.body));
    let grant = form.get("grant_type").unwrap_or_default();
    let scope = form.get("scope").unwrap_or_default();
    match grant {
        "urn:ietf:params:oauth:grant-type:device_code" => {
            if form.get("device_code") != Some(DEVICE_CODE) {
                return error(
                    shared,
                    "bad_verification_code",
                    70_000,
                    "The device code is not known. (simulated)",
                );
            }
            let mut state = shared.disturb();
            state.device_polls += 1;
            if state.device_polls % 2 == 1 {
                drop(state);
                return error(
                    shared,
                    "authorization_pending",
                    70_016,
                    "The user has not signed in yet. (simulated)",
                );
            }
        }
        "client_credentials" | "refresh_token" => {}
        _ => {
            return error(
                shared,
                "unsupported_grant_type",
                70_003,
                "The grant type is not played. (simulated)",
            );
        }
    }
    if shared.on(Fault::ExpiredCredential) {
        return error(shared, "invalid_grant", 700_082, "The refresh token has expired. (simulated)");
    }
    Answer::ok(&json!({
        "token_type": "Bearer",
        "scope": scope,
        "expires_in": 3599,
        "ext_expires_in": 3599,
        "access_token": shared.tokens.for_scope(scope),
        "refresh_token": if grant == "client_credentials" { None } else { Some("simulated-refresh-token") },
    }))
}
