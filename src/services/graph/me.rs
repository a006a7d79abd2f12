//! The account that reads the tenant, its roles, the tenant's page about itself, and the policy on invitations.

use serde::Deserialize;

use super::Graph;
use super::users::{SELECT, one_user};
use crate::domain::facts::{InvitationPolicy, Memberships, TenantProfile};
use crate::domain::ids::TenantId;
use crate::domain::people::TenantUser;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::signin::AccountKind;
use crate::domain::text::clean_to;
use crate::services::http::Call;
use crate::services::http::json::Unreadable;
use crate::services::http::need::Need;
use crate::services::paging::{Batch, Continued, Listing, Pages, Raw, hash};
use crate::services::trial::NO_ME;
use crate::services::wire::lenient::{List, Text, flag};
use crate::services::wire::page;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organization {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    display_name: Text,
    #[serde(default)]
    verified_domains: List<Domain>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TenantInformation {
    #[serde(default)]
    display_name: Text,
    #[serde(default)]
    default_domain_name: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Domain {
    #[serde(default)]
    name: Text,
    #[serde(default)]
    is_default: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MemberOf {
    #[serde(default, rename = "@odata.type")]
    kind: Text,
    #[serde(default)]
    role_template_id: Text,
    #[serde(default)]
    id: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    #[serde(default)]
    allow_invites_from: Text,
    #[serde(default)]
    guest_user_role_id: Text,
}

fn organizations(body: &[u8]) -> Result<Option<TenantProfile>, Unreadable> {
    let batch = page::parse(body, Raw::Drop, |row: Organization| {
        let id = row.id.as_deref().and_then(|id| id.parse().ok()).ok_or("it has no tenant id")?;
        let mut domains = row.verified_domains.0;
        domains.sort_by_key(|domain| flag(&domain.is_default) != Some(true));
        Ok(TenantProfile {
            id,
            display_name: row.display_name.or_empty().into(),
            verified_domains: domains.into_iter().filter_map(|domain| domain.name.into_string()).collect(),
        })
    })?;
    Ok(batch.items.into_iter().next())
}

/// A role's template, or nothing for a group or an administrative unit.
fn roles(body: &[u8], raw: Raw) -> Result<Batch<(String, Option<String>)>, Unreadable> {
    page::parse(body, raw, |row: MemberOf| {
        let id = row.id.or_empty().to_string();
        let is_role = row
            .kind
            .as_deref()
            .is_none_or(|kind| kind.eq_ignore_ascii_case("#microsoft.graph.directoryRole"));
        Ok((id, row.role_template_id.into_string().filter(|_| is_role).map(|role| role.to_ascii_lowercase())))
    })
}

impl Graph {
    /// The account that reads the tenant. An application has none: [`ProblemKind::Refused`].
    pub async fn me(&self) -> Result<TenantUser, Problem> {
        let url = self.url(&["me"], &[("$select", SELECT)])?;
        let call = self.get(url, "asking the tenant who we are", Need::UserRead);
        self.needs_a_person(&call).await?;
        Ok(self.inner.http.read(&call, one_user).await?.value)
    }

    /// An application has no `/me` (microsoft-graph-docs, get access without a user): said here, in words, and not asked.
    async fn needs_a_person(&self, call: &Call) -> Result<(), Problem> {
        let token = self.inner.credential.token().await?;
        if token.holder.kind != AccountKind::Application {
            return Ok(());
        }
        let problem =
            self.inner.http.problem(call, ProblemKind::Refused, "an application is nobody's account");
        Err(Problem { remedy: NO_ME.to_owned(), ..problem })
    }

    /// The tenant's page about itself.
    pub async fn organization(&self) -> Result<TenantProfile, Problem> {
        let url = self.url(&["organization"], &[("$select", "id,displayName,verifiedDomains,tenantType")])?;
        let call = self.get(url, "reading the tenant's page about itself", Need::OrganizationRead);
        let profile = self.inner.http.read(&call, organizations).await?.value;
        profile.ok_or_else(|| {
            self.inner.http.problem(&call, ProblemKind::BadAnswer, "the answer names no tenant")
        })
    }

    /// A tenant's name and its default domain, by its id. Needs a permission that few have; public cloud only.
    ///
    /// Source: microsoft-graph-docs, `tenantRelationship: findTenantInformationByTenantId`.
    pub async fn tenant_named(&self, tenant: TenantId) -> Result<TenantProfile, Problem> {
        let function = format!("findTenantInformationByTenantId(tenantId='{tenant}')");
        let url = self.url(&["tenantRelationships", &function], &[])?;
        let call =
            self.get(url, format!("looking up the name of the tenant {tenant}"), Need::CrossTenantRead);
        let found = self.read::<TenantInformation>(&call).await?.value;
        Ok(TenantProfile {
            id: tenant,
            display_name: clean_to(&found.display_name.or_empty(), 200).into(),
            verified_domains: found.default_domain_name.into_string().into_iter().collect(),
        })
    }

    /// The directory roles of the account that reads the tenant; only active assignments show.
    pub async fn my_roles(&self) -> Result<Memberships, Problem> {
        let url = self.url(&["me", "transitiveMemberOf"], &[("$top", "999")])?;
        let what = "the roles of the account that reads the tenant".to_owned();
        let first = self.get(url, format!("reading {what}"), Need::UserRead);
        self.needs_a_person(&first).await?;
        let pages = Pages::new(
            &self.inner.http,
            Listing {
                first,
                what,
                continued: Continued::Link,
                parse: roles,
                key: |(id, _)| hash(id),
                raw: Raw::Drop,
            },
        );
        let (found, _) = pages.all().await?;
        Ok(Memberships { role_templates: found.into_iter().filter_map(|(_, role)| role).collect() })
    }

    /// Who may invite guests. Without `Policy.Read.All` this is [`ProblemKind::NotAllowed`]: unknown, not failed.
    pub async fn invitation_policy(&self) -> Result<InvitationPolicy, Problem> {
        let url = self.url(&["policies", "authorizationPolicy"], &[])?;
        let call = self.get(url, "reading the tenant's policy on invitations", Need::PolicyRead);
        let policy = self.read::<Policy>(&call).await?.value;
        let Some(allow_invites_from) = policy.allow_invites_from.into_string() else {
            return Err(self.inner.http.problem(
                &call,
                ProblemKind::BadAnswer,
                "the answer does not say who may invite",
            ));
        };
        Ok(InvitationPolicy { allow_invites_from, guest_role: policy.guest_user_role_id.into_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_domain_comes_first() {
        let body = br#"{"value":[{"id":"00000000-0000-4000-8000-000000000001","displayName":"Contoso","tenantType":"AAD",
            "verifiedDomains":[{"name":"contoso.onmicrosoft.example","isDefault":false},{"name":"contoso.example","isDefault":true}]}]}"#;
        let profile = organizations(body).unwrap().unwrap();
        assert_eq!(profile.verified_domains, ["contoso.example", "contoso.onmicrosoft.example"]);
        assert_eq!(organizations(b"{\"value\":[]}").unwrap(), None);
    }

    #[test]
    fn only_roles_count() {
        let body = br##"{"value":[
            {"@odata.type":"#microsoft.graph.directoryRole","id":"1","roleTemplateId":"62E90394-69F5-4237-9190-012177145E10"},
            {"@odata.type":"#microsoft.graph.group","id":"2","roleTemplateId":"x"},
            {"@odata.type":"#microsoft.graph.administrativeUnit","id":"3"}]}"##;
        let found: Vec<_> =
            roles(body, Raw::Drop).unwrap().items.into_iter().filter_map(|(_, role)| role).collect();
        assert_eq!(found, ["62e90394-69f5-4237-9190-012177145e10"]);
    }
}
