//! Made-up credentials: an access token, and bearer tokens with the shape and the claims of real ones.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::world::World;

/// Audience of Azure DevOps, as Microsoft documents it.
const DEVOPS_RESOURCE: &str = "499b84ac-1321-427f-aa17-267ca6975798";
const GRAPH_RESOURCE: &str = "https://graph.microsoft.com";

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

    /// A token for the scope that was asked for at the token endpoint.
    pub fn for_scope(&self, scope: &str) -> &str {
        if scope.contains(DEVOPS_RESOURCE) || scope.contains("app.vssps.visualstudio.com") {
            &self.devops
        } else {
            &self.graph
        }
    }
}

fn bearer(world: &World, audience: &str) -> String {
    let tenant = world.destination();
    let upn = tenant.fresh(world.me).map(|user| user.upn.clone()).unwrap_or_default();
    // a client compares with its own clock, which may be ahead of a fixed `now`
    let issued = Timestamp::now().max(world.now).as_second();
    part(&json!({"typ": "JWT", "alg": "none", "kid": "simulation"}))
        + "."
        + &part(&json!({
            "aud": audience,
            "iss": format!("https://sts.windows.net/{}/", tenant.id),
            "iat": issued,
            "nbf": issued,
            "exp": issued + 86_400,
            "oid": tenant.object(world.me),
            "tid": tenant.id,
            "upn": upn,
            "ver": "1.0",
        }))
        + "."
        + &URL_SAFE_NO_PAD.encode("simulated signature")
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
