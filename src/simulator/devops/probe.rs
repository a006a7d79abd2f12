//! Which tenant backs the organization, told to anybody who asks without a credential.

use axum::http::StatusCode;
use uuid::Uuid;

use super::{Call, Fault, Shared, challenge, sign_in_page, suppressed};
use crate::simulator::answer::Answer;

const LOGIN: &str = "https://login.microsoftonline.com";

/// A request without a credential to a known organization.
pub(super) fn anonymous(shared: &Shared, call: &Call, parts: &[&str]) -> Answer {
    let page = parts.len() < 2 || !parts[1].eq_ignore_ascii_case("_apis");
    let answer = match (suppressed(call), page) {
        (true, _) => challenge(),
        (false, true) => sign_in_redirect(shared),
        (false, false) => sign_in_page(),
    };
    with_challenges(shared, with_tenant(shared, answer))
}

pub(super) fn sign_in_redirect(shared: &Shared) -> Answer {
    let to = format!("{}/devops/_signin?realm=simulated", shared.base);
    Answer::html(StatusCode::FOUND, "<html><body>Object moved (simulated)</body></html>".to_owned())
        .with("location", &to)
}

fn tenants(shared: &Shared) -> (Option<Uuid>, Uuid) {
    shared.read(|world| {
        let backing = world.backing_tenant().map(|tenant| tenant.id);
        let other = world.tenants.iter().rev().map(|tenant| tenant.id).find(|id| Some(*id) != backing);
        (backing, other.unwrap_or_default())
    })
}

fn with_challenges(shared: &Shared, answer: Answer) -> Answer {
    let (backing, other) = tenants(shared);
    let bearer = if shared.on(Fault::NoTenantHeaders) {
        None
    } else if shared.on(Fault::BothTenantHeadersDiffer) {
        Some(other)
    } else if shared.on(Fault::ZeroTenantBearer) {
        Some(backing.unwrap_or_default())
    } else {
        backing
    };
    let answer = match bearer {
        Some(tenant) => {
            answer.with("www-authenticate", &format!("Bearer authorization_uri={LOGIN}/{tenant}"))
        }
        None => answer,
    };
    answer
        .with("www-authenticate", "Basic realm=\"http://simulated.example/\"")
        .with("www-authenticate", "TFS-Federated")
}

/// The header that also authenticated answers carry.
pub(super) fn with_tenant(shared: &Shared, answer: Answer) -> Answer {
    if shared.on(Fault::NoTenantHeaders) {
        return answer;
    }
    let (backing, other) = tenants(shared);
    let tenant = backing.unwrap_or_default();
    if shared.on(Fault::SeveralTenantValues) {
        // zero first, repeated, and as a comma list: the first that is not zero counts
        let answer = answer.with("x-vss-resourcetenant", &format!("{}, {tenant}", Uuid::nil()));
        return match backing {
            Some(_) => answer.with("x-vss-resourcetenant", &other.to_string()),
            None => answer,
        };
    }
    answer.with("x-vss-resourcetenant", &tenant.to_string())
}
