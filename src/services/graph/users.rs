//! The tenant's users: all of them, one, those at an address, the deleted ones, and the members of a group.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Graph;
use crate::domain::ids::ObjectId;
use crate::domain::people::TenantUser;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::clean_to;
use crate::services::http::json::{Unreadable, from_body};
use crate::services::http::need::Need;
use crate::services::paging::{Batch, Continued, Listing, Pages, Raw, hash};
use crate::services::wire::lenient::Text;
use crate::services::wire::{self, page, tenant_user};

/// Everything that matching looks at. No `signInActivity`: it needs a permission and a licence of its own and makes pages
/// smaller.
pub(super) const SELECT: &str = "id,displayName,givenName,surname,mail,userPrincipalName,otherMails,proxyAddresses,userType,\
     accountEnabled,externalUserState,creationType,identities,mailNickname,onPremisesSamAccountName,createdDateTime";

/// The largest page that Graph gives; 1000 is answered with 400.
const TOP: &str = "999";

#[derive(Deserialize)]
struct Member {
    #[serde(default)]
    id: Text,
    #[serde(default, rename = "@odata.type")]
    kind: Text,
}

fn members(body: &[u8], raw: Raw) -> Result<Batch<Option<ObjectId>>, Unreadable> {
    page::parse(body, raw, |member: Member| {
        // Groups inside are walked by Graph itself; devices and applications are no people.
        let is_user =
            member.kind.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("#microsoft.graph.user"));
        let id = member.id.as_deref().ok_or("it has no `id`")?;
        Ok(id.parse().ok().filter(|_| is_user))
    })
}

pub(super) fn one_user(body: &[u8]) -> Result<TenantUser, Unreadable> {
    tenant_user::convert(from_body(body)?).map_err(Unreadable::other)
}

impl Graph {
    /// Everybody in the tenant.
    pub fn users(&self, raw: Raw) -> Pages<TenantUser> {
        let url = self.fixed_url(&["users"], &[("$select", SELECT), ("$top", TOP)]);
        let what = format!("the users of {}", clean_to(&self.inner.tenant, 80));
        Pages::new(
            &self.inner.http,
            Listing {
                first: self.get(url, format!("reading {what}"), Need::UsersRead),
                what,
                continued: Continued::Link,
                parse: wire::tenant_users,
                key: |user| hash(&user.id),
                raw,
            },
        )
    }

    /// Whether users may be read, tried on one of them. Says whether there is any.
    pub async fn has_users(&self) -> Result<bool, Problem> {
        let url =
            self.fixed_url(&["users"], &[("$select", "id,userPrincipalName,displayName"), ("$top", "1")]);
        let what = format!("one user of {}", clean_to(&self.inner.tenant, 80));
        let call = self.get(url, format!("reading {what}"), Need::UsersRead);
        let parse = |body: &[u8]| wire::tenant_users(body, Raw::Drop).map(|batch| !batch.items.is_empty());
        Ok(self.inner.http.read(&call, parse).await?.value)
    }

    /// Soft-deleted users; often not readable ([`ProblemKind::NotAllowed`]).
    pub fn deleted_users(&self, raw: Raw) -> Pages<TenantUser> {
        let select = format!("{SELECT},deletedDateTime");
        let path = ["directory", "deletedItems", "microsoft.graph.user"];
        let url = self.fixed_url(&path, &[("$select", &select), ("$top", TOP)]);
        let what = format!("the deleted users of {}", clean_to(&self.inner.tenant, 80));
        let parse = |body: &[u8], raw: Raw| {
            let mut batch = wire::tenant_users(body, raw)?;
            batch.items.iter_mut().for_each(|user| user.deleted = true);
            Ok(batch)
        };
        Pages::new(
            &self.inner.http,
            Listing {
                first: self.get(url, format!("reading {what}"), Need::UsersRead),
                what,
                continued: Continued::Link,
                parse,
                key: |user| hash(&user.id),
                raw,
            },
        )
    }

    /// One user, read from the object itself and not from an index.
    pub async fn user(&self, id: ObjectId) -> Result<TenantUser, Problem> {
        let url = self.url(&["users", &id.to_string()], &[("$select", SELECT)])?;
        let call = self.get(url, format!("reading the tenant user {id}"), Need::UsersRead);
        let user = self.inner.http.read(&call, one_user).await?.value;
        if user.id != id {
            let said = format!("it answered about somebody else: {}", user.id);
            return Err(self.inner.http.problem(&call, ProblemKind::BadAnswer, said));
        }
        Ok(user)
    }

    /// Users that have this address as mail, sign-in name, other mail or proxy address.
    ///
    /// Four plain filters and no advanced query: those answer from an index, which may not know a guest of a minute ago.
    pub async fn users_at(&self, address: &str) -> Result<Vec<TenantUser>, Problem> {
        let address = address.trim();
        let quoted = address.replace('\'', "''");
        let filters = [
            format!("mail eq '{quoted}'"),
            format!("userPrincipalName eq '{quoted}'"),
            format!("otherMails/any(m:m eq '{quoted}')"),
            format!("proxyAddresses/any(p:p eq 'smtp:{quoted}')"),
        ];
        let mut found = BTreeMap::new();
        for filter in filters {
            let url = self.url(&["users"], &[("$filter", &filter), ("$select", SELECT), ("$top", TOP)])?;
            let what = format!("the tenant users with the address {}", clean_to(address, 120));
            let pages = Pages::new(
                &self.inner.http,
                Listing {
                    first: self.get(url, format!("looking for {what}"), Need::UsersRead),
                    what,
                    continued: Continued::Link,
                    parse: wire::tenant_users,
                    key: |user: &TenantUser| hash(&user.id),
                    raw: Raw::Drop,
                },
            );
            let (users, skipped) = pages.all().await?;
            if let Some(odd) = skipped.first() {
                // A user who cannot be read must not look like nobody: somebody would be invited twice.
                let mut problem = Problem::at(
                    crate::domain::problem::Service::MicrosoftGraph,
                    ProblemKind::BadAnswer,
                    format!("looking for {}", clean_to(address, 120)),
                );
                problem.said = format!("a user in the answer cannot be read: {}", odd.reason);
                problem.remedy = "Look the address up in the Entra admin center.".into();
                return Err(problem);
            }
            found.extend(users.into_iter().map(|user| (user.id, user)));
        }
        Ok(found.into_values().collect())
    }

    /// The users in an Entra group, nested groups included.
    pub async fn group_members(&self, group: ObjectId) -> Result<Vec<ObjectId>, Problem> {
        let url = self
            .url(&["groups", &group.to_string(), "transitiveMembers"], &[("$select", "id"), ("$top", TOP)])?;
        let what = format!("the members of the Entra group {group}");
        let pages = Pages::new(
            &self.inner.http,
            Listing {
                first: self.get(url, format!("reading {what}"), Need::GroupsRead),
                what,
                continued: Continued::Link,
                parse: members,
                key: |id| hash(id),
                raw: Raw::Drop,
            },
        );
        let (found, _) = pages.all().await?;
        Ok(found.into_iter().flatten().collect::<std::collections::BTreeSet<_>>().into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_and_groups_are_no_members() {
        let body = br##"{"value":[
            {"@odata.type":"#microsoft.graph.user","id":"b0000000-0000-4000-8000-000000000001"},
            {"@odata.type":"#microsoft.graph.group","id":"b0000000-0000-4000-8000-000000000002"},
            {"id":"b0000000-0000-4000-8000-000000000003"}]}"##;
        let ids: Vec<_> = members(body, Raw::Drop).unwrap().items.into_iter().flatten().collect();
        assert_eq!(ids.len(), 2);
    }

    #[test]
    fn the_selection_names_each_property_once() {
        let names: Vec<_> = SELECT.split(',').collect();
        let different: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!((names.len(), different.len()), (16, 16));
        assert!(!SELECT.contains(' '));
    }
}
