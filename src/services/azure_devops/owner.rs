//! The organization's owner, from an undocumented read that several public tools use (github/gh-gei). A failure means *not
//! known*, nothing else.

use serde::Deserialize;
use serde_json::{Value, json};

use super::AzureDevOps;
use crate::domain::facts::Owner;
use crate::domain::ids::StorageKey;
use crate::domain::problem::{Problem, ProblemKind};
use crate::services::http::json::{Unreadable, from_body};
use crate::services::http::need::Need;
use crate::services::wire::lenient::Text;

const PROVIDER: &str = "ms.vss-admin-web.organization-admin-overview-delay-load-data-provider";

#[derive(Default, Deserialize)]
struct CurrentOwner {
    #[serde(default)]
    name: Text,
    #[serde(default)]
    id: Text,
    #[serde(default)]
    email: Text,
}

fn current_owner(body: &[u8]) -> Result<Option<Owner>, Unreadable> {
    let answer: Value = from_body(body)?;
    let owner =
        answer.get("dataProviders").and_then(|all| all.get(PROVIDER)).and_then(|one| one.get("currentOwner"));
    let Some(owner) = owner.filter(|owner| owner.is_object()) else { return Ok(None) };
    let owner: CurrentOwner = serde_json::from_value(owner.clone()).unwrap_or_default();
    let known = owner.id.as_deref().is_some() || owner.email.as_deref().is_some();
    Ok(known.then(|| Owner {
        storage_key: owner.id.as_deref().map(StorageKey::new),
        name: owner.name.into_string(),
        address: owner.email.into_string(),
        told: false,
    }))
}

impl AzureDevOps {
    /// The organization's owner, from an undocumented read; a failure means *not known*, nothing else.
    pub async fn owner(&self) -> Result<Owner, Problem> {
        let endpoint = &self.inner.core;
        let url =
            self.url(endpoint, &["Contribution", "HierarchyQuery"], &[("api-version", "5.0-preview.1")])?;
        let asked = format!("asking {} for its owner", self.organization());
        let address = format!("{}/{}/_settings/organizationOverview", endpoint.place(), self.organization());
        let body = json!({
            "contributionIds": [PROVIDER],
            "dataProviderContext": { "properties": { "sourcePage": {
                "url": address,
                "routeId": "ms.vss-admin-web.collection-admin-hub-route",
                "routeValues": { "adminPivot": "organizationOverview", "controller": "ContributedPage", "action": "Execute" },
            }}},
        });
        // A query that happens to be a POST: it changes nothing, so it may be repeated like a read.
        let call = self.get(endpoint, url, asked, Need::Owner).posing(&body);
        let owner = self.inner.http.read(&call, current_owner).await?.value;
        owner.ok_or_else(|| {
            let mut problem =
                self.inner.http.problem(&call, ProblemKind::NotAllowed, "the answer does not name the owner");
            problem.remedy =
                "Look at Organization settings > Overview, and name the owner under [organization] owner."
                    .into();
            problem
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_read_where_there_is_one() {
        let body = format!(
            r#"{{"dataProviders":{{"{PROVIDER}":{{"currentOwner":{{"name":"Ada","id":"A0000000-0000-4000-8000-000000000001","email":"ada@fabrikam.example"}}}}}}}}"#
        );
        let owner = current_owner(body.as_bytes()).unwrap().unwrap();
        assert_eq!(owner.storage_key.unwrap().as_str(), "a0000000-0000-4000-8000-000000000001");
        assert!(!owner.told);
        for nothing in [
            r#"{"dataProviders":{}}"#,
            "{}",
            "[]",
            r#"{"dataProviders":{"x":1},"dataProviderExceptions":{}}"#,
        ] {
            assert_eq!(current_owner(nothing.as_bytes()).unwrap(), None, "{nothing}");
        }
    }
}
