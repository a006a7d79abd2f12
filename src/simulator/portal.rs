//! The organization's Entra page, for a browser: which directory, Connect, Disconnect. Plainly a simulation.

use std::fmt::Write as _;

use axum::http::{Method, StatusCode};

use super::{
    answer::Answer,
    fault::Fault,
    query::Query,
    server::{Call, Shared},
    world::World,
};

const PAGE: &str = "organizationaad";

/// Whether a request is for the page, and not for a service.
pub(super) fn is_page(call: &Call) -> bool {
    let parts: Vec<String> = call.parts().iter().map(|part| part.to_lowercase()).collect();
    let settings = parts.len() >= 3 && parts[1] == "_settings" && parts[2] == PAGE;
    settings && !call.query.has("__rt")
}

/// The list of what is played, at the top.
pub(super) fn front(shared: &Shared) -> Answer {
    let page = format!("{}/devops/{}/_settings/organizationAad", shared.base, shared.names.organization);
    let body = format!(
        "<h1>Simulation of Azure DevOps and Microsoft Entra ID</h1><p>Everybody here is made up. \
         <a href=\"{0}\">{0}</a> connects the organization.</p>",
        escape(&page)
    );
    document("ado2entra simulator", &body)
}

pub(super) fn answer(shared: &Shared, call: &Call) -> Answer {
    let parts = call.parts();
    if !parts.first().is_some_and(|name| name.eq_ignore_ascii_case(&shared.names.organization)) {
        return document_with(StatusCode::NOT_FOUND, "Not found", "<h1>There is no such organization</h1>");
    }
    let action = parts.get(3).map(|part| part.to_lowercase());
    match (&call.method, action.as_deref()) {
        (&Method::GET | &Method::HEAD, None) => page(shared, ""),
        (&Method::POST, Some("connect")) => connect(shared, call),
        (&Method::POST, Some("disconnect")) if same_site(shared, call) => {
            shared.write(World::disconnect);
            back(shared)
        }
        (&Method::POST, Some("disconnect")) => strange(),
        _ => document_with(StatusCode::METHOD_NOT_ALLOWED, "Not allowed", "<h1>Not allowed</h1>"),
    }
}

/// A form of another site must not press the button.
pub(super) fn same_site(shared: &Shared, call: &Call) -> bool {
    match call.header("origin") {
        None => true,
        Some(origin) => {
            let host = call.header("host").unwrap_or_default();
            origin == shared.base || origin == format!("http://{host}")
        }
    }
}

fn strange() -> Answer {
    document_with(StatusCode::FORBIDDEN, "Refused", "<h1>This form belongs to another site</h1>")
}

fn connect(shared: &Shared, call: &Call) -> Answer {
    if !same_site(shared, call) {
        return strange();
    }
    if shared.on(Fault::ConnectRefused) {
        return page(
            shared,
            "We could not connect the directory: several active identities have the same user principal name. \
             Remove the duplicates and try again.",
        );
    }
    let form = Query::parse(&String::from_utf8_lossy(&call.body));
    let tenant = shared.read(|world| match form.get("tenant").filter(|name| !name.is_empty()) {
        None => Some(world.destination),
        Some(name) => world.tenant_named(name).map(|tenant| tenant.number),
    });
    match tenant {
        Some(tenant) => {
            shared.connect(tenant);
            back(shared)
        }
        None => page(shared, "There is no such directory."),
    }
}

/// After a form: the page again, by GET, so that a reload presses nothing.
fn back(shared: &Shared) -> Answer {
    let to = format!("/devops/{}/_settings/organizationAad", shared.names.organization);
    Answer::empty(StatusCode::SEE_OTHER).with("location", &to)
}

fn page(shared: &Shared, problem: &str) -> Answer {
    let body = shared.read(|world| {
        let action = format!("/devops/{}/_settings/organizationAad", world.organization);
        let mut body = format!("<h1>Microsoft Entra ID — {}</h1>", escape(&world.organization));
        if !problem.is_empty() {
            let _ = write!(body, "<p class=\"problem\" role=\"alert\">{}</p>", escape(problem));
        }
        match world.backing_tenant() {
            Some(tenant) => {
                let _ = write!(
                    body,
                    "<p>Connected to <strong>{}</strong> ({}, {}).</p>\
                     <form method=\"post\" action=\"{}/disconnect\"><button>Disconnect directory</button></form>",
                    escape(&tenant.display),
                    escape(&tenant.initial_domain),
                    tenant.id,
                    escape(&action)
                );
            }
            None => body.push_str("<p>Not connected: people sign in with Microsoft accounts.</p>"),
        }
        let mut options = String::new();
        for tenant in world.tenants.iter().filter(|tenant| Some(tenant.number) != world.backing) {
            let (name, domain) = (escape(&tenant.display), escape(&tenant.initial_domain));
            let _ = write!(options, "<option value=\"{}\">{name} ({domain})</option>", tenant.id);
        }
        let _ = write!(
            body,
            "<form method=\"post\" action=\"{}/connect\"><label>Directory <select name=\"tenant\">{options}</select>\
             </label> <button>Connect</button></form>",
            escape(&action)
        );
        body
    });
    document("Microsoft Entra ID", &body)
}

fn document(title: &str, body: &str) -> Answer {
    document_with(StatusCode::OK, title, body)
}

fn document_with(status: StatusCode, title: &str, body: &str) -> Answer {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{} (SIMULATION)</title>\
         <style>body{{font:16px sans-serif;max-width:46em;margin:2em auto;padding:0 1em}}\
         .banner{{background:#5c2d91;color:#fff;padding:.6em 1em}}.problem{{border-left:4px solid #b00;padding-left:1em}}\
         </style></head><body><p class=\"banner\">SIMULATION by ado2entra: nothing here is real, and nothing real \
         is changed.</p>{body}</body></html>\n",
        escape(title)
    );
    Answer::html(status, html)
        .with(
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        )
        .with("x-content-type-options", "nosniff")
        .with("referrer-policy", "same-origin")
}

pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}
