//! The Project Collection Administrators, with the groups inside their group.
//!
//! The group is found by its SID and not by its name, which may be localised: the descriptor decodes to a SID that ends in
//! `-0-0-0-0-1`, the domain is an identity domain of the framework (a project's administrators end the same), and it is not
//! one of the enterprise level.

use std::collections::{BTreeSet, HashSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{AzureDevOps, Group};
use crate::domain::facts::Administrators;
use crate::domain::ids::{Descriptor, ObjectId};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::clean_to;
use crate::services::graph::Graph;
use crate::services::paging::Raw;

/// Groups inside groups are walked this far; more is taken for a fault.
const MOST_GROUPS: usize = 500;

/// Whether this is the organization's group of administrators.
pub(crate) fn is_administrators_group(group: &Group) -> bool {
    let domain = group.domain.as_deref().unwrap_or_default().to_ascii_lowercase();
    sid(&group.descriptor).is_some_and(|sid| sid.ends_with("-0-0-0-0-1"))
        && domain.contains("/framework/identitydomain/")
        && !group.principal_name.to_ascii_lowercase().starts_with("[team foundation]")
}

/// The SID inside the descriptor of a group of Azure DevOps.
fn sid(descriptor: &Descriptor) -> Option<String> {
    let encoded = descriptor.as_str().strip_prefix("vssgp.")?;
    String::from_utf8(URL_SAFE_NO_PAD.decode(encoded.trim_end_matches('=')).ok()?).ok()
}

impl AzureDevOps {
    /// The Project Collection Administrators, nested groups walked; Entra groups among them are asked of `tenant`, and
    /// without it they are unresolved.
    ///
    /// Fails when the group cannot be found or its members cannot be read: unreadable must never look like *nobody*.
    pub async fn administrators(&self, tenant: Option<&Graph>) -> Result<Administrators, Problem> {
        let group = self.administrators_group().await?;
        let mut walk = Walk {
            open: vec![group.clone()],
            seen: HashSet::from([group]),
            found: Administrators::default(),
        };
        let mut first = true;
        while let Some(group) = walk.open.pop() {
            match self.members(&group).await {
                Ok(members) => {
                    let members: BTreeSet<Descriptor> =
                        members.into_iter().map(|row| row.member_descriptor).collect();
                    for member in members {
                        self.resolve(&mut walk, member, tenant).await?;
                    }
                }
                Err(problem) if first || problem.kind.fails_for_all() => return Err(problem),
                Err(problem) => walk.unresolved(&group, &problem.headline()),
            }
            first = false;
        }
        Ok(walk.found)
    }

    /// Everybody in this group and in the groups inside it, as the memberships name them: by descriptor, and those of Entra
    /// groups by object id. One call a group, and none for each person.
    ///
    /// Fails where any of the groups cannot be read: unreadable must never look like *nobody*.
    pub async fn people_in(&self, group: &Descriptor, tenant: Option<&Graph>) -> Result<PeopleIn, Problem> {
        let (mut open, mut seen) = (vec![group.clone()], HashSet::from([group.clone()]));
        let mut found = PeopleIn::default();
        while let Some(group) = open.pop() {
            for row in self.members(&group).await? {
                let member = row.member_descriptor;
                if !seen.insert(member.clone()) {
                    continue;
                }
                match member.subject_type() {
                    "vssgp" | "ungrp" if open.len() > MOST_GROUPS => {
                        return Err(Problem::local(
                            "reading who the administrators are",
                            "too many groups inside groups",
                            "Look at Organization settings > Permissions.",
                        ));
                    }
                    "vssgp" | "ungrp" => open.push(member),
                    "aadgp" => found.objects.extend(self.members_of_entra_group(&member, tenant).await?),
                    _ => drop(found.people.insert(member)),
                }
            }
        }
        Ok(found)
    }

    /// The organization's group of administrators. Its descriptor stays while the organization is backed by the same directory.
    pub async fn administrators_group(&self) -> Result<Descriptor, Problem> {
        let mut pages = self.groups(Raw::Drop);
        let mut found: BTreeSet<Descriptor> = BTreeSet::new();
        while let Some(page) = pages.next().await? {
            found.extend(
                page.items.iter().filter(|group| group.is_administrators()).map(|g| g.descriptor.clone()),
            );
        }
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(only),
            (first, _) => {
                let how_many = if first.is_none() { "none" } else { "more than one" };
                let mut problem = Problem::at(
                    crate::domain::problem::Service::AzureDevOpsIdentity,
                    ProblemKind::BadAnswer,
                    "looking for the group Project Collection Administrators",
                );
                problem.said = format!("{how_many} of the organization's groups looks like it");
                problem.remedy =
                    "Look at Organization settings > Permissions, and check the administrators there.".into();
                Err(problem)
            }
        }
    }

    async fn resolve(
        &self,
        walk: &mut Walk,
        member: Descriptor,
        tenant: Option<&Graph>,
    ) -> Result<(), Problem> {
        if !walk.seen.insert(member.clone()) {
            // Somebody in two groups, or groups that hold each other.
            return Ok(());
        }
        let result = match member.subject_type() {
            "vssgp" | "ungrp" if walk.seen.len() > MOST_GROUPS * 20 || walk.open.len() > MOST_GROUPS => {
                walk.unresolved(&member, "too many groups inside groups");
                return Ok(());
            }
            "vssgp" | "ungrp" => {
                walk.open.push(member);
                return Ok(());
            }
            "aadgp" => match self.members_of_entra_group(&member, tenant).await {
                Ok(people) => {
                    walk.found.through_entra_groups.extend(people);
                    return Ok(());
                }
                Err(problem) => Err(problem),
            },
            _ => self.storage_key(&member).await,
        };
        match result {
            Ok(key) => {
                walk.found.members.insert(key);
                Ok(())
            }
            Err(problem) if problem.kind == ProblemKind::Cancelled => Err(problem),
            Err(problem) => {
                walk.unresolved(&member, &problem.headline());
                Ok(())
            }
        }
    }

    async fn members_of_entra_group(
        &self,
        group: &Descriptor,
        tenant: Option<&Graph>,
    ) -> Result<Vec<ObjectId>, Problem> {
        let found = self.group(group).await?;
        let name = clean_to(&found.display_name, 80).into_owned();
        let unknown = |said: &str| {
            Err(Problem::local(
                format!("reading the members of the Entra group {name}"),
                said,
                "Look at it in the Entra admin center.",
            ))
        };
        let Some(tenant) = tenant else { return unknown("the tenant is not signed in to") };
        match found.origin_id.as_deref().and_then(|id| id.parse().ok()) {
            Some(id) => tenant.group_members(id).await,
            None => unknown("the organization does not say which group of the tenant it is"),
        }
    }
}

/// See [`AzureDevOps::people_in`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleIn {
    /// Subjects of the organization that are no groups.
    pub people: BTreeSet<Descriptor>,
    /// Tenant users, members of an Entra group.
    pub objects: BTreeSet<ObjectId>,
}

struct Walk {
    open: Vec<Descriptor>,
    seen: HashSet<Descriptor>,
    found: Administrators,
}

impl Walk {
    fn unresolved(&mut self, member: &Descriptor, why: &str) {
        self.found.unresolved.push(format!("{}: {why}", clean_to(member.as_str(), 60)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(sid: &str, domain: &str, name: &str) -> Group {
        Group {
            descriptor: Descriptor::new(&format!("vssgp.{}", URL_SAFE_NO_PAD.encode(sid))),
            display_name: String::new(),
            principal_name: name.into(),
            origin: "vsts".into(),
            origin_id: None,
            domain: Some(domain.into()),
        }
    }

    #[test]
    fn the_group_is_known_by_its_sid_and_its_domain() {
        const FRAMEWORK: &str = "vstfs:///Framework/IdentityDomain/10feb381-82c3-4902-8e1f-840299a48ae4";
        const PROJECT: &str = "vstfs:///Classification/TeamProject/10feb381-82c3-4902-8e1f-840299a48ae4";
        const SID: &str = "S-1-9-1551374245-1-2-3-4-0-0-0-0-1";
        assert!(group(SID, FRAMEWORK, "[fabrikam]\\Projektauflistungsadministratoren").is_administrators());
        assert!(!group(SID, PROJECT, "[Garden]\\Project Administrators").is_administrators());
        assert!(!group(SID, FRAMEWORK, "[TEAM FOUNDATION]\\Enterprise Administrators").is_administrators());
        assert!(
            !group("S-1-9-1551374245-1-2-3-4-0-0-0-0-3", FRAMEWORK, "[fabrikam]\\Valid Users")
                .is_administrators()
        );
        let mut broken = group(SID, FRAMEWORK, "[fabrikam]\\x");
        broken.descriptor = Descriptor::new("vssgp.!!");
        assert!(!broken.is_administrators());
    }
}
