//! Several requests in one. The answers come in another order than the requests.

use axum::{
    body::Bytes,
    http::{HeaderName, HeaderValue, Method},
};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{Call, Shared, bad_request, resource};
use crate::simulator::{answer::Answer, query::Query};

pub(super) fn answer(shared: &Shared, call: &Call) -> Answer {
    let Some(body) = call.json() else { return bad_request("Invalid batch payload format. (simulated)") };
    let requests = body["requests"].as_array().cloned().unwrap_or_default();
    if requests.is_empty() || requests.len() > 20 {
        return bad_request("Number of batch request steps must be between 1 and 20. (simulated)");
    }
    let mut answers: Vec<Value> = requests.iter().map(|request| one(shared, call, request)).collect();
    answers.reverse();
    Answer::ok(&json!({"responses": answers}))
}

fn one(shared: &Shared, call: &Call, request: &Value) -> Value {
    let url = request["url"].as_str().unwrap_or_default();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut headers = call.headers.clone();
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_str(value.as_str().unwrap_or_default());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.insert(name, value);
        }
    }
    let mut parts = vec!["graph".to_owned(), "v1.0".to_owned()];
    let decoded = path.split('/').filter(|part| !part.is_empty());
    parts.extend(decoded.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()));
    if parts.iter().any(|part| part == "$batch") {
        return json!({"id": request["id"], "status": 400, "body": {"error": {"code": "BadRequest", "message": "A batch holds no batch. (simulated)"}}});
    }
    let inner = Call {
        method: request["method"].as_str().and_then(|method| method.parse().ok()).unwrap_or(Method::GET),
        path: parts,
        raw_path: format!("/graph/v1.0{path}"),
        query: Query::parse(query),
        raw_query: query.to_owned(),
        headers,
        body: Bytes::from(request.get("body").map(Value::to_string).unwrap_or_default()),
    };
    let answer = resource(shared, &inner);
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    json!({
        "id": request["id"], "status": answer.status.as_u16(),
        "headers": {"Content-Type": "application/json"}, "body": body,
    })
}
