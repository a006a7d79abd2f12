//! Legacy identities: they show duplicates that the list of people hides.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::AzureDevOps;
use super::operator::Identity;
use crate::domain::facts::LegacyIdentity;
use crate::domain::problem::Problem;
use crate::services::http::need::Need;
use crate::services::wire::lenient::{List, flag};

#[derive(Deserialize)]
struct Identities {
    #[serde(default)]
    value: List<Option<Identity>>,
}

impl AzureDevOps {
    /// All identities, hidden ones included, with this mail address or account name.
    pub async fn identities_at(&self, address: &str) -> Result<Vec<LegacyIdentity>, Problem> {
        let mut found = BTreeMap::new();
        for filter in ["MailAddress", "AccountName"] {
            let query = [
                ("searchFilter", filter),
                ("filterValue", address),
                ("queryMembership", "None"),
                ("api-version", "7.1"),
            ];
            let url = self.url(&self.inner.identity, &["identities"], &query)?;
            let asked = format!(
                "looking for identities with the address {}",
                crate::domain::text::clean_to(address, 120)
            );
            let call = self.get(&self.inner.identity, url, asked, Need::Identities);
            let list = self.read::<Identities>(&call).await?.value;
            for identity in list.value.0.into_iter().flatten() {
                if let Some(identity) = convert(&identity) {
                    found.insert(identity.id.clone(), identity);
                }
            }
        }
        Ok(found.into_values().collect())
    }
}

fn convert(identity: &Identity) -> Option<LegacyIdentity> {
    Some(LegacyIdentity {
        id: identity.id.as_deref()?.to_ascii_lowercase(),
        display_name: identity.name(),
        account: identity.property("Account").map(str::to_owned),
        mail: identity.property("Mail").map(str::to_owned),
        // Absent counts as active: a duplicate that may be in use must not be overlooked.
        active: flag(&identity.is_active) != Some(false),
    })
}
