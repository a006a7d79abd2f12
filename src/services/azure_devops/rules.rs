//! Group rules: which groups give access levels. After a change of the directory those of its groups are gone.

use serde::Deserialize;

use super::AzureDevOps;
use crate::domain::comparison::state::Named;
use crate::services::http::json::Unreadable;
use crate::services::http::need::Need;
use crate::services::paging::{Batch, Continued, Listing, Pages, Raw, hash};
use crate::services::wire::lenient::Text;
use crate::services::wire::page;
use crate::services::wire::subject::Subject;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    #[serde(default)]
    id: Text,
    group: Option<Subject>,
    #[serde(rename = "licenseRule")]
    gives: Option<Licence>,
    #[serde(default)]
    status: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Licence {
    #[serde(default)]
    license_display_name: Text,
}

fn rules(body: &[u8], raw: Raw) -> Result<Batch<Named>, Unreadable> {
    page::parse(body, raw, |rule: Rule| {
        let id = rule.id.as_deref().ok_or("it has no `id`")?.to_lowercase();
        let group = rule.group.and_then(|group| group.principal_name.into_string()).unwrap_or_default();
        let gives = rule.gives.and_then(|rule| rule.license_display_name.into_string());
        let name = gives.map_or_else(|| group.clone(), |level| format!("{group} gives {level}"));
        let status = rule.status.into_string();
        let good = status.as_deref().map(|status| status.eq_ignore_ascii_case("applied"));
        Ok(Named { id, name, standing: status, good })
    })
}

impl AzureDevOps {
    /// The group rules of the organization.
    pub fn group_rules(&self) -> Pages<Named> {
        let endpoint = &self.inner.entitlements;
        let path = [self.organization(), "_apis", "groupentitlements"];
        let url = endpoint.fixed_url(&path, &[("api-version", "7.1")]);
        let what = format!("the group rules of {}", self.organization());
        Pages::new(
            &self.inner.http,
            Listing {
                first: self.get(endpoint, url, format!("reading {what}"), Need::Entitlements),
                what,
                continued: Continued::HeaderToken("continuationToken"),
                parse: rules,
                key: |one| hash(&one.id),
                raw: Raw::Drop,
            },
        )
    }
}
