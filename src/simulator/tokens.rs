//! Made-up credentials: an access token, and bearer tokens with the shape and the claims of real ones.

use std::{collections::BTreeSet, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{sign_in::Audience, world::World};

/// Audience of Azure DevOps, as Microsoft documents it.
pub(super) const DEVOPS_RESOURCE: &str = "499b84ac-1321-427f-aa17-267ca6975798";
const GRAPH_RESOURCE: &str = "https://graph.microsoft.com";

/// Tokens that are good for the whole simulation, however they are used.
#[derive(Debug)]
pub(super) struct Tokens {
    pub pat: String,
    pub graph: String,
    pub devops: String,
}

/// Who sends a request to Azure DevOps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// The operator, by access token.
    Pat,
    /// The user behind the Graph token, by a bearer token of the destination tenant.
    Entra,
}

impl Tokens {
    pub fn new(world: &World) -> Self {
        Self {
            pat: format!("simulated-pat-of-{}", world.organization),
            graph: bearer(world, GRAPH_RESOURCE),
            devops: bearer(world, DEVOPS_RESOURCE),
        }
    }
}

/// Whose token is made.
#[derive(Debug)]
pub(super) struct Holder<'a> {
    pub audience: Audience,
    /// The application's id, where it signs in for itself.
    pub application: Option<&'a str>,
    pub permissions: &'a BTreeSet<String>,
}

/// A token that the sign-in service issues: it ends, and tells what it is worth.
pub(super) fn issued_bearer(world: &World, holder: &Holder<'_>, life: Duration, number: u32) -> String {
    let audience = match holder.audience {
        Audience::Graph => GRAPH_RESOURCE,
        Audience::DevOps => DEVOPS_RESOURCE,
    };
    let permissions: Vec<&str> = holder.permissions.iter().map(String::as_str).collect();
    let own = match holder.application {
        Some(id) => json!({
            "idtyp": "app", "appid": id, "app_displayname": "Simulated reader", "roles": permissions, "jti": number,
        }),
        None => json!({"idtyp": "user", "scp": permissions.join(" "), "jti": number}),
    };
    let life = i64::try_from(life.as_secs()).unwrap_or(3600);
    signed(world, audience, life, &own)
}

fn bearer(world: &World, audience: &str) -> String {
    signed(world, audience, 86_400, &json!({}))
}

fn signed(world: &World, audience: &str, life: i64, own: &Value) -> String {
    let tenant = world.destination();
    // a client compares with its own clock, which may be ahead of a fixed `now`
    let issued = Timestamp::now().max(world.now).as_second();
    let mut claims = json!({
        "aud": audience,
        "iss": format!("https://sts.windows.net/{}/", tenant.id),
        "iat": issued,
        "nbf": issued,
        "exp": issued + life,
        "tid": tenant.id,
        "ver": "1.0",
    });
    if let Some(claims) = claims.as_object_mut() {
        if own.get("idtyp").and_then(Value::as_str) != Some("app") {
            let upn = tenant.fresh(world.me).map(|user| user.upn.clone()).unwrap_or_default();
            claims.insert("oid".to_owned(), json!(tenant.object(world.me)));
            claims.insert("upn".to_owned(), json!(upn));
        }
        claims.extend(own.as_object().cloned().unwrap_or_default());
    }
    part(&json!({"typ": "JWT", "alg": "none", "kid": "simulation"}))
        + "."
        + &part(&claims)
        + "."
        + &URL_SAFE_NO_PAD.encode("simulated signature")
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
