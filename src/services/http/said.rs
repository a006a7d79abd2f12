//! What a service says when it fails. Shapes seen: Azure DevOps' standard object, `{count, value: {Message}}`, a bare JSON
//! string, an empty body with `X-TFS-ServiceError`, a page of HTML; Graph's `error` object; the sign-in service's
//! `error_description`. Everything is untrusted, and its language may be the administrator's.

use percent_encoding::percent_decode_str;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::redact::scrub;
use super::wait::header;
use crate::domain::text::clean_to;

/// Longest text kept of what a service said.
const LONGEST: usize = 600;

/// A service's own words about a failure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// `TF400813`, `VS860016`, `AADSTS90002`, `Authorization_RequestDenied`, …
    pub code: Option<String>,
    /// Azure DevOps' `typeKey`.
    pub type_key: Option<String>,
    /// The sentence.
    pub text: String,
    /// The body was a page for people.
    pub is_page: bool,
}

/// Reads a failing answer. `secrets` are removed from the text.
pub(crate) fn read(headers: &HeaderMap, body: &[u8], secrets: &[&str]) -> Said {
    let body = without_bom(body);
    let mut said = Said { is_page: is_page(headers, body), ..Said::default() };
    if !said.is_page
        && let Ok(value) = serde_json::from_slice::<Value>(body)
    {
        read_json(&value, &mut said);
    }
    if said.text.is_empty()
        && let Some(encoded) = header(headers, "x-tfs-serviceerror")
    {
        // URL-encoded, with `+` for a blank.
        let spaced = encoded.replace('+', " ");
        said.text = percent_decode_str(&spaced).decode_utf8_lossy().into_owned();
    }
    let text = said.text.trim();
    // One full stop at the end would stand beside our own.
    let text = text.strip_suffix('.').filter(|rest| !rest.ends_with('.')).unwrap_or(text);
    said.text = clean_to(&scrub(text, secrets), LONGEST).into_owned();
    if said.code.is_none() {
        said.code = leading_code(&said.text);
    }
    said.code = said
        .code
        .map(|code| clean_to(&scrub(&code, secrets), 80).into_owned())
        .filter(|code| !code.is_empty());
    said
}

fn read_json(value: &Value, said: &mut Said) {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match value {
        Value::String(sentence) => said.text.clone_from(sentence),
        Value::Object(object) => {
            said.type_key = object.get("typeKey").and_then(text).map(|key| clean_to(&key, 80).into_owned());
            match object.get("error") {
                Some(Value::Object(error)) => {
                    said.code = innermost_code(error);
                    said.text = error.get("message").and_then(text).unwrap_or_default();
                }
                Some(Value::String(short)) => {
                    said.text = object.get("error_description").and_then(text).unwrap_or_default();
                    said.code = leading_code(&said.text).or_else(|| Some(short.clone()));
                    // The rest of the description repeats trace id and time.
                    if let Some((sentence, _)) = said.text.split_once(" Trace ID:") {
                        said.text = sentence.to_owned();
                    }
                }
                _ => {}
            }
            if said.text.is_empty() {
                let inner = object
                    .get("value")
                    .and_then(|value| value.get("Message").or_else(|| value.get("message")));
                said.text = object
                    .get("message")
                    .or_else(|| object.get("Message"))
                    .or(inner)
                    .and_then(text)
                    .unwrap_or_default();
            }
            if said.code.is_none() && leading_code(&said.text).is_none() {
                said.code = object
                    .get("errorCode")
                    .and_then(Value::as_u64)
                    .filter(|code| *code != 0)
                    .map(|code| code.to_string())
                    .or_else(|| said.type_key.clone());
            }
        }
        _ => {}
    }
}

/// Graph's code may be empty and the telling one nested: `InvalidCloudInstance` inside `InvalidAuthenticationToken`.
fn innermost_code(error: &serde_json::Map<String, Value>) -> Option<String> {
    let mut code =
        error.get("code").and_then(Value::as_str).filter(|code| !code.is_empty()).map(str::to_owned);
    let mut inner = error.get("innerError").or_else(|| error.get("innererror"));
    while let Some(object) = inner {
        if code.is_none() {
            code = object.get("code").and_then(Value::as_str).filter(|c| !c.is_empty()).map(str::to_owned);
        }
        inner = object.get("innerError").or_else(|| object.get("innererror"));
    }
    code
}

/// `TF400813: …`, `VS403283: …`, `AADSTS90002: …`: the letters and digits before the first colon.
fn leading_code(text: &str) -> Option<String> {
    let (code, _) = text.split_once(':')?;
    let digits = code.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let plausible = ["TF", "VS", "AADSTS", "VSS"].contains(&code.get(..code.len() - digits.len())?)
        && digits.len() >= 4
        && digits.bytes().all(|b| b.is_ascii_digit());
    plausible.then(|| code.to_owned())
}

/// The ids by which the service's support finds a call; the first of them that is there.
pub(crate) fn activity_id(headers: &HeaderMap) -> Option<String> {
    ["activityid", "x-vss-e2eid", "request-id", "x-ms-request-id", "client-request-id"]
        .iter()
        .find_map(|name| header(headers, name))
        .map(|id| clean_to(id, 80).into_owned())
        .filter(|id| !id.is_empty())
}

/// Without a UTF-8 byte-order mark.
pub(crate) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// Whether the body is HTML, whatever its declared type.
pub(crate) fn is_page(headers: &HeaderMap, body: &[u8]) -> bool {
    let declared = header(headers, "content-type").unwrap_or_default().to_ascii_lowercase();
    if declared.starts_with("text/html") || declared.starts_with("application/xhtml") {
        return true;
    }
    let begin = without_bom(body).trim_ascii_start();
    begin.first() == Some(&b'<')
}

/// Whether the body may be JSON by its declared type; none declared counts as yes.
pub(crate) fn may_be_json(headers: &HeaderMap) -> bool {
    header(headers, "content-type").is_none_or(|declared| {
        let kind = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        kind.is_empty() || kind == "application/json" || kind == "text/json" || kind.ends_with("+json")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn said(headers: &[(&'static str, &str)], body: &str) -> Said {
        let headers = headers
            .iter()
            .map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_str(v).unwrap()))
            .collect();
        read(&headers, body.as_bytes(), &["tell-nobody"])
    }

    #[test]
    fn azure_devops_in_all_its_shapes() {
        let standard = said(
            &[],
            "\u{FEFF}{\"$id\":\"1\",\"innerException\":null,\"message\":\"TF400813: The user 'x' is not authorized.\",\"typeName\":\"a\",\"typeKey\":\"UnauthorizedRequestException\",\"errorCode\":0,\"eventId\":3000}",
        );
        assert_eq!(standard.code.as_deref(), Some("TF400813"));
        assert_eq!(standard.type_key.as_deref(), Some("UnauthorizedRequestException"));
        assert_eq!(
            said(&[], r#"{"count":1,"value":{"Message":"The value is not valid."}}"#).text,
            "The value is not valid"
        );
        assert_eq!(said(&[], r#""VS860016: not in the domain""#).code.as_deref(), Some("VS860016"));
        let empty = said(&[("x-tfs-serviceerror", "TF400813%3a+Access+has+expired")], "");
        assert_eq!(
            (empty.code.as_deref(), empty.text.as_str()),
            (Some("TF400813"), "TF400813: Access has expired")
        );
        let page = said(&[("content-type", "text/html; charset=utf-8")], "<html>sign in</html>");
        assert!(page.is_page && page.text.is_empty());
    }

    #[test]
    fn graph_and_the_sign_in_service() {
        let denied = said(
            &[],
            r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges","innerError":{"request-id":"r"}}}"#,
        );
        assert_eq!(denied.code.as_deref(), Some("Authorization_RequestDenied"));
        let nested =
            said(&[], r#"{"error":{"code":"","message":"m","innererror":{"code":"InvalidCloudInstance"}}}"#);
        assert_eq!(nested.code.as_deref(), Some("InvalidCloudInstance"));
        let tenant = said(
            &[],
            r#"{"error":"invalid_tenant","error_description":"AADSTS90002: Tenant 'x' not found. Trace ID: t Correlation ID: c","error_codes":[90002]}"#,
        );
        assert_eq!(tenant.code.as_deref(), Some("AADSTS90002"));
        assert_eq!(tenant.text, "AADSTS90002: Tenant 'x' not found");
    }

    #[test]
    fn nothing_dangerous_and_nothing_secret_comes_through() {
        let hostile = said(&[], "{\"message\":\"a\u{202e}b tell-nobody \\u001b[31m\"}");
        assert_eq!(hostile.text, "a\u{FFFD}b [removed] \u{FFFD}[31m");
        let long = said(&[], &format!("{{\"message\":\"{}\"}}", "x ".repeat(10_000)));
        assert!(long.text.chars().count() <= LONGEST + 1);
    }
}
