//! The simulation's own handle over HTTP, for scripts that started it as a program of its own.
//!
//! `GET /simulator` tells the state, `GET /simulator/requests` the requests so far, and `POST` to
//! `/simulator/connect`, `/simulator/disconnect`, `/simulator/faults/NAME/on` or `…/off` acts;
//! `/simulator/sign-in/approve` and `…/decline` answer whoever waits for a code, `/simulator/sign-in/ANSWER` sets how sign-ins
//! by code are answered.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    answer::Answer,
    fault::Fault,
    portal,
    server::{Call, Shared},
    sign_in::{Said, SignInAnswer},
    world::World,
};

pub(super) fn answer(shared: &Shared, call: &Call) -> Answer {
    let parts = call.parts();
    if call.reads() {
        return match parts[..] {
            [] => state(shared),
            ["requests"] => Answer::ok(&requests(shared)),
            _ => missing(),
        };
    }
    if call.method != Method::POST || !portal::same_site(shared, call) {
        return Answer::text(StatusCode::FORBIDDEN, "Refused: only POST, and no form of another site.\n");
    }
    match parts[..] {
        ["connect"] => {
            shared.connect(shared.read(|world| world.destination));
        }
        ["disconnect"] => shared.write(World::disconnect),
        ["faults", name, how @ ("on" | "off")] => match name.parse::<Fault>() {
            Ok(fault) => shared.set_fault(fault, how == "on"),
            Err(error) => return Answer::text(StatusCode::NOT_FOUND, &format!("{error}\n")),
        },
        ["sign-in", "approve"] => {
            shared.sign_ins().say(None, Said::Yes);
        }
        ["sign-in", "decline"] => {
            shared.sign_ins().say(None, Said::No);
        }
        ["sign-in", answer] => match answer.parse::<SignInAnswer>() {
            Ok(answer) => shared.sign_ins().answer = answer,
            Err(error) => return Answer::text(StatusCode::NOT_FOUND, &format!("{error}\n")),
        },
        _ => return missing(),
    }
    state(shared)
}

fn missing() -> Answer {
    Answer::text(StatusCode::NOT_FOUND, "The simulator has no such handle.\n")
}

fn state(shared: &Shared) -> Answer {
    let (codes, answer) = {
        let sign_ins = shared.sign_ins();
        (sign_ins.waiting(), sign_ins.answer.to_string())
    };
    let faults: Vec<&str> = shared.faults().into_iter().map(Fault::name).collect();
    shared.read(|world| {
        Answer::ok(&json!({
            "simulation": true,
            "organization": world.organization,
            "tenant_id": world.destination().id,
            "tenant_domain": world.destination().initial_domain,
            "backing_tenant_id": world.backing_tenant().map(|tenant| tenant.id),
            "people": world.entitled_count(),
            "tenant_users": world.destination().count(),
            "faults": faults,
            "waiting_codes": codes,
            "sign_in_answer": answer,
        }))
    })
}

fn requests(shared: &Shared) -> Vec<Value> {
    let rows = shared.shown_requests().into_iter();
    rows.map(|request| {
        json!({
            "method": request.method, "path": request.path, "query": request.query,
            "at_ms": u64::try_from(request.at.as_millis()).unwrap_or(u64::MAX),
            "authenticated": request.authenticated, "status": request.status,
        })
    })
    .collect()
}
