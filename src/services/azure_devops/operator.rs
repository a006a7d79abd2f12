//! Who the credential belongs to: `connectionData`.

use std::collections::HashMap;

use serde::Deserialize;

use super::AzureDevOps;
use crate::domain::facts::Operator;
use crate::domain::ids::{Descriptor, StorageKey};
use crate::domain::problem::{Problem, ProblemKind};
use crate::services::http::need::Need;
use crate::services::wire::lenient::Text;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConnectionData {
    authenticated_user: Option<Identity>,
    authorized_user: Option<Identity>,
    #[serde(default)]
    instance_id: Text,
}

/// An identity of the legacy kind, with properties as `{$type, $value}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    #[serde(default)]
    pub id: Text,
    #[serde(default)]
    pub subject_descriptor: Text,
    #[serde(default)]
    pub provider_display_name: Text,
    #[serde(default)]
    pub custom_display_name: Text,
    #[serde(default)]
    pub is_active: Text,
    #[serde(default)]
    pub properties: HashMap<String, Property>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Property {
    Typed {
        #[serde(rename = "$value", default)]
        value: Text,
    },
    Plain(Text),
}

impl Identity {
    /// A property by name.
    pub fn property(&self, name: &str) -> Option<&str> {
        match self.properties.get(name)? {
            Property::Typed { value } | Property::Plain(value) => value.as_deref(),
        }
    }

    /// The name to show.
    pub fn name(&self) -> String {
        let own = self.custom_display_name.as_deref().or(self.provider_display_name.as_deref());
        own.unwrap_or_default().to_owned()
    }

    /// A public organization answers strangers with an identity of `a`s.
    fn is_anonymous(&self) -> bool {
        let id = self.id.as_deref().unwrap_or_default();
        let all_a = !id.is_empty() && id.bytes().all(|b| matches!(b, b'a' | b'A' | b'-'));
        all_a || self.property("Account").is_some_and(|account| account.eq_ignore_ascii_case("anonymous"))
    }
}

impl AzureDevOps {
    /// The account behind the credential. An anonymous answer (a public organization) is *not signed in*.
    pub async fn operator(&self) -> Result<Operator, Problem> {
        let endpoint = &self.inner.core;
        let url = self.url(endpoint, &["connectionData"], &[("api-version", "7.1-preview.1")])?;
        let asked = format!("asking {} who we are", self.organization());
        let call = self.get(endpoint, url, asked, Need::AnyAccess);
        let data = self.read::<ConnectionData>(&call).await?.value;
        let refuse = |kind, said: &str| Err(self.inner.http.problem(&call, kind, said));
        let Some(user) = data.authenticated_user.or(data.authorized_user) else {
            return refuse(ProblemKind::BadAnswer, "the answer names no user");
        };
        if user.is_anonymous() {
            return refuse(
                ProblemKind::NotSignedIn,
                "it answered as to a stranger: the credential was not used",
            );
        }
        let Some(id) = user.id.as_deref() else {
            return refuse(ProblemKind::BadAnswer, "the answer names a user without an id");
        };
        Ok(Operator {
            storage_key: StorageKey::new(id),
            descriptor: user.subject_descriptor.as_deref().map(Descriptor::new),
            display_name: user.name(),
            account: user.property("Account").map(str::to_owned),
            organization_id: data.instance_id.into_string(),
        })
    }
}
