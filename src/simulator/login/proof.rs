//! By what an application proves itself: a secret, a statement signed with its certificate's key, or a token of another identity
//! provider.

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;

use super::super::{
    answer::Answer,
    query::Query,
    server::Shared,
    sign_in::{ASSERTION, CLIENT_ID, CLIENT_SECRET},
};
use super::error;

/// Why an application's proof is refused; nothing for a good one.
pub(super) fn wrong(shared: &Shared, form: &Query, tenant: &str) -> Option<Answer> {
    let refused = |code: u32, text: &str| Some(error(shared, "invalid_client", code, text));
    if let Some(secret) = form.get("client_secret") {
        if secret == CLIENT_SECRET {
            return None;
        }
        // The real service does not repeat it; a proxy's page might.
        let text = format!(
            "Invalid client secret '{secret}' provided. Ensure the secret being sent is the value. (simulated)"
        );
        return refused(7_000_215, &text);
    }
    let kind = form.get("client_assertion_type").unwrap_or_default();
    let Some(assertion) = form.get("client_assertion").filter(|_| kind.ends_with(":jwt-bearer")) else {
        let text = "The request body must contain: 'client_assertion' or 'client_secret'. (simulated)";
        return refused(7_000_218, text);
    };
    if assertion == ASSERTION {
        return None;
    }
    match certificate(shared, assertion, tenant) {
        Ok(()) => None,
        Err(Bad::Unsigned) => refused(
            70_021,
            "No matching federated identity record found for presented assertion. (simulated)",
        ),
        Err(Bad::Time) => {
            refused(700_024, "Client assertion is not within its valid time range. (simulated)")
        }
        Err(Bad::Claims) => refused(50_027, "JWT token is invalid or malformed. (simulated)"),
        Err(Bad::Signature) => {
            let mut answer = error(
                shared,
                "invalid_client",
                700_027,
                "The certificate used to sign the client assertion is not registered on the application. (simulated)",
            );
            answer.status = StatusCode::UNAUTHORIZED;
            Some(answer)
        }
    }
}

enum Bad {
    /// No certificate is named.
    Unsigned,
    Time,
    Claims,
    Signature,
}

fn certificate(shared: &Shared, assertion: &str, tenant: &str) -> Result<(), Bad> {
    let parts: Vec<&str> = assertion.split('.').collect();
    let [header, claims, signature] = parts[..] else { return Err(Bad::Unsigned) };
    let read =
        |part: &str| -> Option<Value> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok() };
    let header_values = read(header).ok_or(Bad::Unsigned)?;
    let thumbprint = header_values["x5t#S256"].as_str().ok_or(Bad::Unsigned)?;
    let trusted = shared.sign_ins().trusted.clone().ok_or(Bad::Signature)?;
    if thumbprint != trusted.thumbprint || header_values["alg"] != "PS256" {
        return Err(Bad::Signature);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Bad::Signature)?;
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, &trusted.public_key)
        .verify(format!("{header}.{claims}").as_bytes(), &signature)
        .map_err(|_| Bad::Signature)?;
    let claims = read(claims).ok_or(Bad::Claims)?;
    let own = format!("{}/login/{tenant}/oauth2/v2.0/token", shared.base);
    if claims["aud"] != own.as_str()
        || claims["iss"] != CLIENT_ID
        || claims["sub"] != CLIENT_ID
        || !claims["jti"].is_string()
    {
        return Err(Bad::Claims);
    }
    let now = Timestamp::now().as_second();
    let (from, until) = (claims["nbf"].as_i64().unwrap_or(i64::MAX), claims["exp"].as_i64().unwrap_or(0));
    if now < from || now >= until || until - from > 600 { Err(Bad::Time) } else { Ok(()) }
}
