//! What backs the organization, asked without any credential: the watch survives the moment in which a token dies.
//!
//! The status does not count, the headers do: every `WWW-Authenticate: Bearer` names a sign-in address whose path is the
//! tenant, and `X-VSS-ResourceTenant` holds the tenant, or the zero GUID for Microsoft accounts. Public clients prefer the
//! one or the other; where both are there and differ, the reading is unsure.
//! (git-credential-manager `AzureDevOpsRestApi.cs`)

use std::collections::BTreeSet;
use std::sync::Arc;

use reqwest::Url;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use uuid::Uuid;

use super::http::endpoint::Endpoint;
use super::http::need::Need;
use super::http::{Call, Http};
use crate::domain::connection::Backing;
use crate::domain::ids::TenantId;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::clean_to;

/// One reading. A change is only to be believed after two equal ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeReading {
    /// What the headers say; `None` when they say nothing, or contradict each other.
    pub backing: Option<Backing>,
    /// The status of the answer.
    pub status: u16,
    /// What was seen, for the detail pane: each header with its value, and why the reading is unsure.
    pub notes: Vec<String>,
}

/// The client.
#[derive(Debug, Clone)]
pub struct Probe {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    http: Http,
    endpoint: Endpoint,
    organization: String,
}

impl Probe {
    pub(crate) fn new(http: &Http, endpoint: Endpoint, organization: &str) -> Self {
        Self {
            inner: Arc::new(Inner { http: http.clone(), endpoint, organization: organization.to_owned() }),
        }
    }

    /// The watch got through after it had not: reads that wait to be tried again are tried now.
    pub fn connection_is_back(&self) {
        self.inner.http.connection_is_back();
    }

    /// Reads once; the caller repeats. No such organization is [`ProblemKind::NotFound`]; a failing service is
    /// [`ProblemKind::ServiceFailing`] and says nothing about the organization.
    pub async fn read(&self) -> Result<ProbeReading, Problem> {
        let endpoint = &self.inner.endpoint;
        let organization = &self.inner.organization;
        let url = endpoint.url(&[organization, "_apis", "connectionData"], &[])?;
        let asked = format!("asking what backs {organization}");
        let call = Call::get(endpoint, url, asked, Need::Nothing);
        let (status, headers) = self.inner.http.look(&call).await?;
        let mut reading = read(&headers);
        reading.status = status.as_u16();
        let kind = match status.as_u16() {
            404 => ProblemKind::NotFound,
            429 => ProblemKind::Throttled,
            500..=599 => ProblemKind::ServiceFailing,
            _ => return Ok(reading),
        };
        let said = status.canonical_reason().unwrap_or("an unknown status").to_lowercase();
        let mut problem = self.inner.http.problem(&call, kind, said);
        problem.status = Some(status.as_u16());
        problem.activity_id = super::http::said::activity_id(&headers);
        Err(problem)
    }
}

/// What the two headers say.
fn read(headers: &HeaderMap) -> ProbeReading {
    let mut notes = Vec::new();
    let named: BTreeSet<Uuid> = headers
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(sign_in_tenants)
        .collect();
    let resource: Vec<Uuid> = headers
        .get_all("x-vss-resourcetenant")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|text| Uuid::try_parse(text.trim()).ok())
        .collect();
    if !named.is_empty() {
        notes.push(format!("WWW-Authenticate names {}", list(named.iter())));
    }
    if !resource.is_empty() {
        notes.push(format!("X-VSS-ResourceTenant says {}", list(resource.iter())));
    }
    let by_name = match named.len() {
        0 => Seen::Nothing,
        1 => named.first().map_or(Seen::Nothing, |id| Seen::of(*id)),
        _ => Seen::Contradiction,
    };
    // The first that is not zero is the tenant; exactly one zero means Microsoft accounts.
    let by_resource = match resource.iter().find(|id| !id.is_nil()) {
        Some(id) => Seen::of(*id),
        None if resource.len() == 1 => Seen::Backing(Backing::MicrosoftAccounts),
        None if resource.is_empty() => Seen::Nothing,
        None => Seen::Contradiction,
    };
    let backing = match (by_name, by_resource) {
        (Seen::Contradiction, _) | (_, Seen::Contradiction) => {
            notes.push("one header holds several values that do not agree: unsure".into());
            None
        }
        (Seen::Nothing, Seen::Nothing) => {
            notes.push("the answer names no directory: unsure".into());
            None
        }
        (Seen::Backing(one), Seen::Nothing) | (Seen::Nothing, Seen::Backing(one)) => Some(one),
        (Seen::Backing(one), Seen::Backing(other)) if one == other => Some(one),
        (Seen::Backing(_), Seen::Backing(_)) => {
            notes.push("the two headers differ: unsure".into());
            None
        }
    };
    ProbeReading { backing, status: 0, notes }
}

#[derive(Clone, Copy)]
enum Seen {
    Nothing,
    Backing(Backing),
    Contradiction,
}

impl Seen {
    fn of(id: Uuid) -> Self {
        Self::Backing(TenantId::from_uuid(id).map_or(Backing::MicrosoftAccounts, Backing::Tenant))
    }
}

fn list<'a>(ids: impl Iterator<Item = &'a Uuid>) -> String {
    let all: Vec<String> = ids.take(5).map(ToString::to_string).collect();
    clean_to(&all.join(", "), 300).into_owned()
}

/// The tenants of all Bearer challenges in one header value; several challenges may share it.
fn sign_in_tenants(value: &str) -> Vec<Uuid> {
    let lower = value.to_ascii_lowercase();
    let mut scheme = "";
    let mut found = Vec::new();
    // Challenges and their parameters are separated by commas; a part `scheme name=value` begins a challenge.
    for part in lower.split(',') {
        let part = part.trim();
        let mut parameter = part;
        if let Some((first, rest)) = part.split_once(' ')
            && !first.contains('=')
        {
            scheme = first;
            parameter = rest.trim();
        } else if !part.contains('=') {
            scheme = part;
        }
        let Some((name, address)) = parameter.split_once('=') else { continue };
        if scheme != "bearer" || name.trim() != "authorization_uri" {
            continue;
        }
        let Ok(address) = Url::parse(address.trim().trim_matches('"')) else { continue };
        // Behind a stand-in the tenant is not the first segment.
        let tenant =
            address.path_segments().and_then(|mut all| all.find_map(|one| Uuid::try_parse(one).ok()));
        found.extend(tenant);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    const T: &str = "00000000-0000-4000-8000-000000000001";
    const U: &str = "00000000-0000-4000-8000-000000000002";
    const ZERO: &str = "00000000-0000-0000-0000-000000000000";

    fn reading(list: &[(&'static str, String)]) -> Option<Backing> {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        read(&headers).backing
    }

    fn bearer(tenant: &str) -> (&'static str, String) {
        ("www-authenticate", format!("Bearer authorization_uri=https://login.microsoftonline.com/{tenant}"))
    }

    fn resource(value: &str) -> (&'static str, String) {
        ("x-vss-resourcetenant", value.to_owned())
    }

    fn tenant(id: &str) -> Backing {
        Backing::Tenant(id.parse().unwrap())
    }

    #[test]
    fn either_header_or_both_when_they_agree() {
        assert_eq!(reading(&[bearer(T)]), Some(tenant(T)));
        assert_eq!(reading(&[resource(T)]), Some(tenant(T)));
        assert_eq!(reading(&[bearer(T), resource(T)]), Some(tenant(T)));
        assert_eq!(reading(&[resource(ZERO)]), Some(Backing::MicrosoftAccounts));
        assert_eq!(reading(&[bearer(ZERO), resource(ZERO)]), Some(Backing::MicrosoftAccounts));
    }

    #[test]
    fn several_values_and_other_schemes() {
        let others = [
            ("www-authenticate", "Basic realm=\"https://tfsprod.example/\"".to_owned()),
            ("www-authenticate", "TFS-Federated".to_owned()),
        ];
        assert_eq!(reading(&[others[0].clone(), bearer(T), others[1].clone()]), Some(tenant(T)));
        assert_eq!(reading(&[resource(&format!("{ZERO}, {T}"))]), Some(tenant(T)));
        assert_eq!(reading(&[resource(ZERO), resource(T)]), Some(tenant(T)));
        let one_line = format!(
            "Basic realm=\"x\", Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/{T}\", TFS-Federated"
        );
        assert_eq!(reading(&[("www-authenticate", one_line)]), Some(tenant(T)));
        let not_bearer = format!("Basic authorization_uri=https://login.microsoftonline.com/{T}");
        assert_eq!(reading(&[("www-authenticate", not_bearer)]), None);
    }

    #[test]
    fn contradictions_and_silence_are_unsure() {
        assert_eq!(reading(&[bearer(T), resource(U)]), None);
        assert_eq!(reading(&[bearer(T), resource(ZERO)]), None);
        assert_eq!(reading(&[bearer(T), bearer(U)]), None);
        assert_eq!(reading(&[resource(&format!("{ZERO},{ZERO}"))]), None);
        assert_eq!(reading(&[]), None);
        assert_eq!(reading(&[resource("nonsense")]), None);
    }
}
