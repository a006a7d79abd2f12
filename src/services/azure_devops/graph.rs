//! The organization's graph: users, groups, memberships, ids, and the call that maps a user.
//!
//! Listings continue by a response header; pages may be empty although there are more, because the service may filter
//! after paging.

use reqwest::{Method, Url};
use serde::Deserialize;
use serde_json::json;

use super::{AzureDevOps, GraphUser, Group, Membership, PlannedCall, Taken};
use crate::domain::ids::{Descriptor, ObjectId, StorageKey};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::clean_to;
use crate::services::http::Pass;
use crate::services::http::json::{Unreadable, from_body};
use crate::services::http::need::Need;
use crate::services::paging::{Batch, Continued, Listing, Pages, Raw, hash};
use crate::services::wire::lenient::{List, Text, flag};
use crate::services::wire::{page, subject};

const PREVIEW: (&str, &str) = ("api-version", "7.1-preview.1");
const STABLE: (&str, &str) = ("api-version", "7.1");

#[derive(Deserialize)]
struct Value {
    #[serde(default)]
    value: Text,
}

#[derive(Deserialize)]
struct State {
    #[serde(default)]
    active: Text,
}

#[derive(Deserialize)]
struct Members {
    #[serde(default)]
    value: List<WireMembership>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMembership {
    #[serde(default)]
    container_descriptor: Text,
    #[serde(default)]
    member_descriptor: Text,
}

fn users_page(body: &[u8], raw: Raw) -> Result<Batch<GraphUser>, Unreadable> {
    page::parse(body, raw, subject::user)
}

fn groups_page(body: &[u8], raw: Raw) -> Result<Batch<Group>, Unreadable> {
    page::parse(body, raw, subject::group)
}

/// Memberships come as `{count, value}`, and as a bare list in the published examples of a batch.
fn memberships(body: &[u8]) -> Result<Vec<Membership>, Unreadable> {
    // A list would be taken for an object with its members in order.
    let list = if body.trim_ascii_start().first() == Some(&b'[') {
        from_body::<Vec<WireMembership>>(body)?
    } else {
        from_body::<Members>(body)?.value.0
    };
    Ok(list
        .into_iter()
        .filter_map(|row| {
            Some(Membership {
                container_descriptor: Descriptor::new(row.container_descriptor.as_deref()?),
                member_descriptor: Descriptor::new(row.member_descriptor.as_deref()?),
            })
        })
        .collect())
}

/// What a query found comes as `{count, value}`; the published description says: as a bare list.
fn users_found(body: &[u8]) -> Result<Vec<GraphUser>, Unreadable> {
    if body.trim_ascii_start().first() == Some(&b'[') {
        let list = from_body::<Vec<subject::Subject>>(body)?;
        return Ok(list.into_iter().filter_map(|one| subject::user(one).ok()).collect());
    }
    Ok(users_page(body, Raw::Drop)?.items)
}

impl AzureDevOps {
    /// Everybody in the graph; `subject_types` such as `["msa", "aad"]`, empty for all.
    pub fn graph_users(&self, subject_types: &[&str], raw: Raw) -> Pages<GraphUser> {
        let types = subject_types.join(",");
        let mut query = vec![PREVIEW];
        if !types.is_empty() {
            query.push(("subjectTypes", &types));
        }
        let what = format!("the graph users of {}", self.organization());
        Pages::new(
            &self.inner.http,
            self.listing("users", &query, what, users_page, |user| hash(&user.descriptor), raw),
        )
    }

    /// All groups of the organization.
    pub fn groups(&self, raw: Raw) -> Pages<Group> {
        let what = format!("the groups of {}", self.organization());
        Pages::new(
            &self.inner.http,
            self.listing("groups", &[PREVIEW], what, groups_page, |group| hash(&group.descriptor), raw),
        )
    }

    fn listing<T>(
        &self,
        list: &str,
        query: &[(&str, &str)],
        what: String,
        parse: fn(&[u8], Raw) -> Result<Batch<T>, Unreadable>,
        key: fn(&T) -> u64,
        raw: Raw,
    ) -> Listing<T> {
        let endpoint = &self.inner.identity;
        let url = endpoint.fixed_url(&[self.organization(), "_apis", "graph", list], query);
        Listing {
            first: self.get(endpoint, url, format!("reading {what}"), Need::OrgGraph),
            what,
            continued: Continued::HeaderToken("continuationToken"),
            parse,
            key,
            raw,
        }
    }

    /// One user of the graph.
    pub async fn graph_user(&self, descriptor: &Descriptor) -> Result<GraphUser, Problem> {
        let asked = format!("reading the graph user {}", short(descriptor));
        let call = self.get(
            &self.inner.identity,
            self.graph_url("users", descriptor, PREVIEW, &[])?,
            asked,
            Need::OrgGraph,
        );
        let parse = |body: &[u8]| -> Result<GraphUser, Unreadable> {
            subject::user(from_body(body)?).map_err(Unreadable::other)
        };
        Ok(self.inner.http.read(&call, parse).await?.value)
    }

    /// Users of the graph whose name or address is like this, whether they have an entitlement or not; a hundred at most. A
    /// query that happens to be a POST: it changes nothing, so it may be repeated like a read.
    pub async fn users_like(&self, text: &str) -> Result<Vec<GraphUser>, Problem> {
        let asked = format!("asking the graph for {}", clean_to(text, 80));
        let endpoint = &self.inner.identity;
        let url = self.url(endpoint, &["graph", "subjectquery"], &[PREVIEW])?;
        let body = json!({ "query": text, "subjectKind": ["User"] });
        let call = self.get(endpoint, url, asked, Need::OrgGraph).posing(&body);
        Ok(self.inner.http.read(&call, users_found).await?.value)
    }

    /// One group.
    pub async fn group(&self, descriptor: &Descriptor) -> Result<Group, Problem> {
        let asked = format!("reading the group {}", short(descriptor));
        let call = self.get(
            &self.inner.identity,
            self.graph_url("groups", descriptor, PREVIEW, &[])?,
            asked,
            Need::OrgGraph,
        );
        let parse = |body: &[u8]| -> Result<Group, Unreadable> {
            subject::group(from_body(body)?).map_err(Unreadable::other)
        };
        Ok(self.inner.http.read(&call, parse).await?.value)
    }

    /// The direct members of a group.
    pub async fn members(&self, group: &Descriptor) -> Result<Vec<Membership>, Problem> {
        let url = self.graph_url("memberships", group, PREVIEW, &[("direction", "down")])?;
        let asked = format!("reading the members of {}", short(group));
        let call = self.get(&self.inner.identity, url, asked, Need::OrgGraph);
        Ok(self.inner.http.read(&call, memberships).await?.value)
    }

    /// Whether this subject is active in the organization.
    pub async fn is_active(&self, subject: &Descriptor) -> Result<bool, Problem> {
        let asked = format!("reading the membership state of {}", short(subject));
        let url = self.graph_url("membershipstates", subject, PREVIEW, &[])?;
        let call = self.get(&self.inner.identity, url, asked, Need::OrgGraph);
        let state = self.read::<State>(&call).await?.value;
        flag(&state.active).ok_or_else(|| {
            self.inner.http.problem(&call, ProblemKind::BadAnswer, "the answer does not say `active`")
        })
    }

    /// The storage key of a subject.
    pub async fn storage_key(&self, subject: &Descriptor) -> Result<StorageKey, Problem> {
        let asked = format!("reading the storage key of {}", short(subject));
        let url = self.graph_url("storagekeys", subject, STABLE, &[])?;
        Ok(StorageKey::new(&self.value(url, asked).await?))
    }

    /// The present descriptor of a storage key.
    pub async fn descriptor(&self, key: &StorageKey) -> Result<Descriptor, Problem> {
        let asked = format!("reading the descriptor of {}", clean_to(key.as_str(), 60));
        let url = self.url(&self.inner.identity, &["graph", "descriptors", key.as_str()], &[STABLE])?;
        Ok(Descriptor::new(&self.value(url, asked).await?))
    }

    async fn value(&self, url: Url, asked: String) -> Result<Box<str>, Problem> {
        let call = self.get(&self.inner.identity, url, asked, Need::OrgGraph);
        let value = self.read::<Value>(&call).await?.value.value.0;
        value.ok_or_else(|| {
            self.inner.http.problem(&call, ProblemKind::BadAnswer, "the answer has no `value`")
        })
    }

    /// Gives this person's work and access to the target: `PATCH graph/users/{descriptor}`. Sent once, with the pass at
    /// once. *Taken* is not *verified*: read the person back.
    pub async fn map(
        &self,
        person: &Descriptor,
        target: ObjectId,
        pass: Option<Pass>,
    ) -> Result<Taken, Problem> {
        let asked = format!("mapping {} onto {target}", short(person));
        let url = self.graph_url("users", person, PREVIEW, &[])?;
        let call = self.get(&self.inner.identity, url, asked, Need::OrgGraphManage);
        self.change(call, Method::PATCH, Some(&map_body(target)), pass).await
    }

    /// The call that [`AzureDevOps::map`] makes.
    pub fn map_call(&self, person: &Descriptor, target: ObjectId) -> PlannedCall {
        let segments = [self.organization(), "_apis", "graph", "users", person.as_str()];
        let url = self.inner.identity.fixed_url(&segments, &[PREVIEW]);
        PlannedCall { method: "PATCH", url: url.into(), body: Some(map_body(target)) }
    }

    fn graph_url(
        &self,
        list: &str,
        of: &Descriptor,
        version: (&str, &str),
        more: &[(&str, &str)],
    ) -> Result<Url, Problem> {
        let mut query = more.to_vec();
        query.push(version);
        self.url(&self.inner.identity, &["graph", list, of.as_str()], &query)
    }
}

/// `storageKey` must not be sent, and the origin id always is: other contexts are not documented for this call.
fn map_body(target: ObjectId) -> serde_json::Value {
    json!({ "originId": target.to_string() })
}

fn short(descriptor: &Descriptor) -> String {
    clean_to(descriptor.as_str(), 60).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memberships_in_both_shapes() {
        let row = r#"{"containerDescriptor":"vssgp.A","memberDescriptor":"aad.B","_links":{}}"#;
        for body in [format!(r#"{{"count":1,"value":[{row}]}}"#), format!("[{row}]")] {
            let list = memberships(body.as_bytes()).unwrap();
            assert_eq!(list.len(), 1, "{body}");
            assert_eq!(list[0].member_descriptor.as_str(), "aad.B");
        }
        assert!(memberships(b"{\"value\":[").is_err());
    }

    #[test]
    fn what_a_query_found_in_both_shapes() {
        let row = r#"{"subjectKind":"user","origin":"aad","originId":"b0000000-0000-4000-8000-000000000001","descriptor":"aad.B"}"#;
        for body in [format!(r#"{{"count":1,"value":[{row}]}}"#), format!("[{row}]")] {
            let found = users_found(body.as_bytes()).unwrap();
            assert_eq!(found.len(), 1, "{body}");
            assert_eq!(found[0].origin_id.as_deref(), Some("b0000000-0000-4000-8000-000000000001"));
        }
        assert!(users_found(b"{}").is_err());
    }

    #[test]
    fn the_body_of_a_mapping_holds_the_target_and_nothing_else() {
        let target: ObjectId = "B0000000-0000-4000-8000-000000000001".parse().unwrap();
        assert_eq!(map_body(target).to_string(), r#"{"originId":"b0000000-0000-4000-8000-000000000001"}"#);
    }
}
