//! Anonymous discovery at the Entra sign-in service: a tenant's id, its region and its cloud.
//!
//! The document has no field that says *public cloud*; the verdict is drawn from issuer, token endpoint, cloud name and
//! region, and whatever is not recognised is not called public.

use std::sync::{Arc, OnceLock};

use reqwest::Url;
use serde::Deserialize;

use super::http::endpoint::Endpoint;
use super::http::json::{Unreadable, from_body};
use super::http::need::Need;
use super::http::{Call, Http};
use super::wire::lenient::Text;
use crate::domain::facts::{Cloud, TenantDiscovery};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::clean_to;

/// The client.
#[derive(Debug, Clone)]
pub struct Entra {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    http: Http,
    endpoint: Endpoint,
    tenant: String,
    /// The destination tenant, once it was found: where it lives never changes.
    known: OnceLock<TenantDiscovery>,
}

/// The parts of the discovery document that matter.
#[derive(Debug, Deserialize)]
struct Document {
    #[serde(default)]
    issuer: Text,
    #[serde(default)]
    token_endpoint: Text,
    #[serde(default)]
    tenant_region_scope: Text,
    #[serde(default)]
    tenant_region_sub_scope: Text,
    #[serde(default)]
    cloud_instance_name: Text,
}

impl Entra {
    pub(crate) fn new(http: &Http, endpoint: Endpoint, tenant: &str) -> Self {
        Self {
            inner: Arc::new(Inner {
                http: http.clone(),
                endpoint,
                tenant: tenant.to_owned(),
                known: OnceLock::new(),
            }),
        }
    }

    /// The destination tenant.
    pub async fn discover(&self) -> Result<TenantDiscovery, Problem> {
        let found = self.discover_tenant(&self.inner.tenant).await?;
        let _ = self.inner.known.set(found.clone());
        Ok(found)
    }

    /// The destination tenant, where it was discovered already.
    pub(crate) fn known(&self) -> Option<TenantDiscovery> {
        self.inner.known.get().cloned()
    }

    /// Any tenant, by domain or GUID: to name the wrong directory, for one.
    pub async fn discover_tenant(&self, tenant: &str) -> Result<TenantDiscovery, Problem> {
        let tenant = tenant.trim();
        let url = self.inner.endpoint.url(&[tenant, "v2.0", ".well-known", "openid-configuration"], &[])?;
        let asked = format!("looking up the tenant {}", clean_to(tenant, 80));
        let call = Call::get(&self.inner.endpoint, url, asked, Need::Nothing);
        let parse = |body: &[u8]| -> Result<Document, Unreadable> { from_body(body) };
        let document = self.inner.http.read(&call, parse).await?.value;
        read(&document, &self.inner.endpoint).ok_or_else(|| {
            self.inner.http.problem(&call, ProblemKind::BadAnswer, "the answer names no tenant id")
        })
    }
}

fn read(document: &Document, endpoint: &Endpoint) -> Option<TenantDiscovery> {
    let issuer = Url::parse(document.issuer.as_deref()?).ok()?;
    // Behind an endpoint with a path of its own the id is not the first segment.
    let id = issuer.path_segments()?.find_map(|segment| segment.parse().ok())?;
    Some(TenantDiscovery {
        id,
        region: document.tenant_region_scope.as_deref().map(|region| clean_to(region, 40).into_owned()),
        cloud: cloud(document, &issuer, endpoint),
        sign_in_host: clean_to(issuer.host_str().unwrap_or_default(), 120).into_owned(),
    })
}

/// Regions of the commercial cloud that have been seen.
const PUBLIC_REGIONS: [&str; 8] = ["NA", "EU", "AS", "OC", "SA", "AF", "WW", "ME"];

fn cloud(document: &Document, issuer: &Url, endpoint: &Endpoint) -> Cloud {
    let text = |text: &Text| text.as_deref().unwrap_or_default().to_ascii_uppercase();
    let region = text(&document.tenant_region_scope);
    let sub = text(&document.tenant_region_sub_scope);
    let name = text(&document.cloud_instance_name).to_ascii_lowercase();
    let hosts: Vec<String> = std::iter::once(Some(issuer.clone()))
        .chain(std::iter::once(document.token_endpoint.as_deref().and_then(|text| Url::parse(text).ok())))
        .flatten()
        .filter(|url| !is_stand_in(url, endpoint))
        .filter_map(|url| url.host_str().map(str::to_ascii_lowercase))
        .collect();
    let china = |text: &str| top_level(text) == "cn" || text.contains("chinacloud");
    if hosts.iter().any(|host| china(host)) || china(&name) || region == "CN" {
        return Cloud::National("China".into());
    }
    if sub == "DOD" || region == "DOD" {
        return Cloud::National("Azure Government (DoD)".into());
    }
    let government_host = |text: &str| top_level(text) == "us";
    if matches!(region.as_str(), "USGOV" | "USG" | "DODCON")
        || sub == "DODCON"
        || hosts.iter().any(|host| government_host(host))
        || government_host(&name)
    {
        return Cloud::National("Azure Government".into());
    }
    let strange = |what: &str, value: &str| Cloud::Unrecognised(format!("{what} {}", clean_to(value, 80)));
    if let Some(host) =
        hosts.iter().find(|host| *host != "login.microsoftonline.com" && *host != "sts.windows.net")
    {
        return strange("sign-in host", host);
    }
    if name != "microsoftonline.com" {
        return strange("cloud", if name.is_empty() { "not named" } else { &name });
    }
    if !PUBLIC_REGIONS.contains(&region.as_str()) {
        return strange("region", if region.is_empty() { "not named" } else { &region });
    }
    match sub.as_str() {
        "" => Cloud::Public { gcc: false },
        "GCC" => Cloud::Public { gcc: true },
        other => strange("region", &format!("{region} {other}")),
    }
}

/// The last label of a host's name, which is in lower case already.
fn top_level(host: &str) -> &str {
    host.rsplit('.').next().unwrap_or_default()
}

/// A simulator or a proxy in the place of the sign-in service names itself; that says nothing about the cloud.
fn is_stand_in(url: &Url, endpoint: &Endpoint) -> bool {
    endpoint.is_loopback() && endpoint.covers(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::problem::Service;

    const ID: &str = "00000000-0000-4000-8000-000000000001";

    fn verdict(host: &str, region: &str, sub: &str, name: &str) -> Cloud {
        let endpoint = Endpoint::parse(Service::EntraLogin, "https://login.microsoftonline.com").unwrap();
        let document = serde_json::from_value(serde_json::json!({
            "issuer": format!("https://{host}/{ID}/v2.0"),
            "token_endpoint": format!("https://{host}/{ID}/oauth2/v2.0/token"),
            "tenant_region_scope": region,
            "tenant_region_sub_scope": if sub.is_empty() { None } else { Some(sub) },
            "cloud_instance_name": name,
        }))
        .unwrap();
        let found = read(&document, &endpoint).unwrap();
        assert_eq!(found.id.to_string(), ID);
        found.cloud
    }

    #[test]
    fn the_table_of_clouds() {
        const COM: &str = "login.microsoftonline.com";
        const NAME: &str = "microsoftonline.com";
        for region in ["NA", "EU", "AS", "OC", "SA", "AF", "WW", "eu"] {
            assert_eq!(verdict(COM, region, "", NAME), Cloud::Public { gcc: false }, "{region}");
        }
        assert_eq!(verdict(COM, "NA", "GCC", NAME), Cloud::Public { gcc: true });
        let government = Cloud::National("Azure Government".into());
        assert_eq!(verdict("login.microsoftonline.us", "USGov", "DODCON", "microsoftonline.us"), government);
        assert_eq!(verdict(COM, "USG", "", NAME), government);
        assert_eq!(verdict(COM, "usgov", "", NAME), government);
        assert_eq!(verdict(COM, "NA", "DODCON", NAME), government);
        assert_eq!(verdict("login.microsoftonline.us", "NA", "", NAME), government);
        assert_eq!(verdict(COM, "USGov", "DOD", NAME), Cloud::National("Azure Government (DoD)".into()));
        let china = verdict("login.partner.microsoftonline.cn", "CN", "", "partner.microsoftonline.cn");
        assert_eq!(china, Cloud::National("China".into()));
        for (host, region, sub, name) in [
            ("login.elsewhere.example", "EU", "", NAME),
            (COM, "XX", "", NAME),
            (COM, "", "", NAME),
            (COM, "EU", "NEW", NAME),
            (COM, "EU", "", "other.example"),
            (COM, "EU", "", ""),
        ] {
            assert!(
                matches!(verdict(host, region, sub, name), Cloud::Unrecognised(_)),
                "{host} {region} {sub} {name}"
            );
        }
    }

    #[test]
    fn a_stand_in_on_this_machine_may_name_itself() {
        let endpoint = Endpoint::parse(Service::EntraLogin, "http://127.0.0.1:8080/login").unwrap();
        let document = serde_json::from_value(serde_json::json!({
            "issuer": format!("http://127.0.0.1:8080/login/{ID}/v2.0"),
            "tenant_region_scope": "EU", "cloud_instance_name": "microsoftonline.com",
        }))
        .unwrap();
        let found = read(&document, &endpoint).unwrap();
        assert_eq!((found.id.to_string().as_str(), found.cloud), (ID, Cloud::Public { gcc: false }));
    }
}
