//! The page on which a code is typed in: approve or decline. Plainly a simulation; nobody is asked for a password.

use axum::http::{Method, StatusCode};

use super::super::{
    answer::Answer,
    portal::{escape, same_site},
    query::Query,
    server::{Call, Shared},
    sign_in::Said,
};

pub(super) fn answer(shared: &Shared, call: &Call) -> Answer {
    match call.method {
        Method::GET | Method::HEAD => show(shared, ""),
        Method::POST if same_site(shared, call) => {
            let form = Query::parse(&String::from_utf8_lossy(&call.body));
            let code = form.get("user_code").unwrap_or_default();
            let said = if form.get("answer") == Some("approve") { Said::Yes } else { Said::No };
            let found = shared.sign_ins().say(Some(code), said) > 0;
            let words = match (found, said) {
                (false, _) => "There is no such code, or it was answered already.",
                (true, Said::Yes) => "Signed in. You may close this page.",
                (true, _) => "Declined. You may close this page.",
            };
            show(shared, words)
        }
        Method::POST => page(StatusCode::FORBIDDEN, "<h1>This form belongs to another site</h1>"),
        _ => page(StatusCode::METHOD_NOT_ALLOWED, "<h1>Not allowed</h1>"),
    }
}

fn show(shared: &Shared, words: &str) -> Answer {
    let waiting = shared.sign_ins().waiting();
    let code = waiting.first().map(String::as_str).unwrap_or_default();
    let body = format!(
        "<h1>Sign in by code (simulated)</h1><p><strong>{}</strong></p>\
         <form method=\"post\"><label>Code <input name=\"user_code\" value=\"{}\"></label> \
         <button name=\"answer\" value=\"approve\">Approve</button> \
         <button name=\"answer\" value=\"decline\">Decline</button></form>",
        escape(words),
        escape(code)
    );
    page(StatusCode::OK, &body)
}

fn page(status: StatusCode, body: &str) -> Answer {
    Answer::html(
        status,
        format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sign in (simulated)</title></head><body>{body}</body></html>"
        ),
    )
}
