//! An answer before it goes out: status, headers, body, and the error shapes of the services.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

/// The UTF-8 byte-order mark that some answers of Azure DevOps begin with.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The write was done, but nobody shall hear of it: the connection is cut.
    pub unheard: bool,
    /// A list, which some faults aim at.
    pub list: bool,
}

impl Answer {
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Vec::new(), unheard: false, list: false }
    }

    pub fn json(status: StatusCode, value: &impl Serialize) -> Self {
        let mut answer = Self::empty(status);
        answer.body = serde_json::to_vec(value).unwrap_or_default();
        answer.with("content-type", "application/json; charset=utf-8")
    }

    pub fn ok(value: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, value)
    }

    pub fn list(value: &impl Serialize) -> Self {
        Self { list: true, ..Self::ok(value) }
    }

    pub fn html(status: StatusCode, text: String) -> Self {
        let mut answer = Self::empty(status);
        answer.body = text.into_bytes();
        answer.with("content-type", "text/html; charset=utf-8")
    }

    pub fn text(status: StatusCode, text: &str) -> Self {
        let mut answer = Self::empty(status);
        answer.body = text.as_bytes().to_vec();
        answer.with("content-type", "text/plain; charset=utf-8")
    }

    /// Adds a header; a value that no header can carry is left out.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(HeaderName::from_static(name), value);
        }
        self
    }

    pub fn is_json(&self) -> bool {
        self.headers
            .get("content-type")
            .is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
    }

    pub fn prefixed(mut self, prefix: &[u8]) -> Self {
        let mut body = prefix.to_vec();
        body.append(&mut self.body);
        self.body = body;
        self
    }
}

/// The standard error object of Azure DevOps.
pub(super) fn devops_error(status: StatusCode, type_key: &str, message: &str) -> Answer {
    Answer::json(status, &devops_error_body(type_key, message))
}

fn devops_error_body(type_key: &str, message: &str) -> Value {
    json!({
        "$id": "1",
        "innerException": null,
        "message": message,
        "typeName": format!("Microsoft.VisualStudio.Services.Common.{type_key}, Microsoft.VisualStudio.Services.Common"),
        "typeKey": type_key,
        "errorCode": 0,
        "eventId": 3000,
    })
}

/// An internal error as the service words it, with an activity id for Support.
pub(super) fn devops_internal(activity: &str) -> Answer {
    devops_error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "VssServiceException",
        &format!("TF400898: An Internal Error Occurred. Activity Id: {activity}."),
    )
    .with("activityid", activity)
}

/// The error object of Microsoft Graph.
pub(super) fn graph_error(status: StatusCode, code: &str, message: &str) -> Answer {
    Answer::json(
        status,
        &json!({"error": {"code": code, "message": message, "innerError": {
            "date": "2026-11-23T19:04:11",
            "request-id": "5a0c2d6e-8f3b-4c1d-9a7e-2b6f0d4c8e1a",
            "client-request-id": "5a0c2d6e-8f3b-4c1d-9a7e-2b6f0d4c8e1a",
        }}}),
    )
}

/// The page that asks a browser to sign in, of about the real one's size.
pub(super) fn sign_in_page() -> Answer {
    let filler = "<!-- simulated sign-in page -->\n".repeat(500);
    Answer::html(
        StatusCode::NON_AUTHORITATIVE_INFORMATION,
        format!(
            "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>Azure DevOps Services | Sign In (simulated)</title></head>\n\
             <body>{filler}<p>Sign in to continue. This page is a simulation.</p></body></html>\n"
        ),
    )
}
