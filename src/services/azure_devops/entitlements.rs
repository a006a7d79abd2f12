//! User entitlements: the roster, one person, and removing one.
//!
//! The continuation token is in the body and must be percent-encoded; pages hold about 100 rows and may be short
//! (vsts-rest-api-specs#442, #719; vsteam#388).

use reqwest::{Method, Url};

use super::{AzureDevOps, PlannedCall, Taken};
use crate::domain::ids::StorageKey;
use crate::domain::people::OrgUser;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::clean_to;
use crate::services::http::json::{Unreadable, from_body};
use crate::services::http::need::Need;
use crate::services::http::{Call, Pass};
use crate::services::paging::{Continued, Listing, Pages, Raw, hash};
use crate::services::wire;

const VERSION: (&str, &str) = ("api-version", "7.1");

impl AzureDevOps {
    /// Everybody with an entitlement, service identities included.
    pub fn users(&self, raw: Raw) -> Pages<OrgUser> {
        self.users_with(&[VERSION], raw)
    }

    /// [`AzureDevOps::users`] with projects, extensions and group rules of each, which the service leaves empty unless it is
    /// asked for them.
    pub fn users_whole(&self, raw: Raw) -> Pages<OrgUser> {
        self.users_with(&[VERSION, ("select", "Projects,Extensions,Grouprules")], raw)
    }

    fn users_with(&self, query: &[(&str, &str)], raw: Raw) -> Pages<OrgUser> {
        self.list_users(query, format!("the user entitlements of {}", self.organization()), raw)
    }

    fn list_users(&self, query: &[(&str, &str)], what: String, raw: Raw) -> Pages<OrgUser> {
        let endpoint = &self.inner.entitlements;
        let url = endpoint.fixed_url(&[self.organization(), "_apis", "userentitlements"], query);
        Pages::new(
            &self.inner.http,
            Listing {
                first: self.get(endpoint, url, format!("reading {what}"), Need::Entitlements),
                what,
                continued: Continued::BodyToken("continuationToken"),
                parse: wire::entitlements,
                key: |user| hash(&user.storage_key),
                raw,
            },
        )
    }

    /// Everybody whose name or mail address contains this text: `$filter=name eq '…'`, which the service reads as *contains*.
    pub fn users_named(&self, text: &str) -> Pages<OrgUser> {
        let filter = format!("name eq '{}'", text.trim().replace('\'', "''"));
        let what = format!("the user entitlements named {}", clean_to(text, 80));
        self.list_users(&[VERSION, ("$filter", &filter)], what, Raw::Drop)
    }

    /// One person's entitlement.
    pub async fn user(&self, key: &StorageKey) -> Result<OrgUser, Problem> {
        let asked = format!("reading the entitlement {}", clean_to(key.as_str(), 60));
        let call = self.get(&self.inner.entitlements, self.user_url(key)?, asked, Need::Entitlements);
        let parse = |body: &[u8]| -> Result<OrgUser, Unreadable> {
            wire::org_user::convert(from_body(body)?).map_err(Unreadable::other)
        };
        let answer = self.inner.http.read(&call, parse).await?;
        if answer.value.storage_key != *key {
            let said = format!(
                "it answered about somebody else: {}",
                clean_to(answer.value.storage_key.as_str(), 60)
            );
            return Err(self.inner.http.problem(&call, ProblemKind::BadAnswer, said));
        }
        Ok(answer.value)
    }

    /// Deletes the entitlement: `DELETE userentitlements/{storage key}`. Sent once. An entitlement that is already gone
    /// is *not found*.
    pub async fn remove(&self, key: &StorageKey, pass: Option<Pass>) -> Result<Taken, Problem> {
        self.change(self.removal(key)?, Method::DELETE, None, pass).await
    }

    /// The call that [`AzureDevOps::remove`] makes.
    pub fn remove_call(&self, key: &StorageKey) -> PlannedCall {
        let segments = [self.organization(), "_apis", "userentitlements", key.as_str()];
        let url = self.inner.entitlements.fixed_url(&segments, &[VERSION]);
        PlannedCall { method: "DELETE", url: url.into(), body: None }
    }

    fn removal(&self, key: &StorageKey) -> Result<Call, Problem> {
        let asked = format!("removing the entitlement {}", clean_to(key.as_str(), 60));
        if !key.is_from_service() {
            return Err(Problem::local(
                asked,
                "this row has no storage key of the service",
                "Read the organization from the service: rows of a portal export cannot be changed.",
            ));
        }
        Ok(self.get(&self.inner.entitlements, self.user_url(key)?, asked, Need::EntitlementsManage))
    }

    fn user_url(&self, key: &StorageKey) -> Result<Url, Problem> {
        self.url(&self.inner.entitlements, &["userentitlements", key.as_str()], &[VERSION])
    }
}
