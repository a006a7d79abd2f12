//! The objects of Azure DevOps as they go over the wire, written from the published descriptions.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::simulator::{
    server::Shared,
    world::{
        World,
        group::{Group, PROJECTS, Scope},
        person::{Origin, Person, Seen},
    },
};

#[derive(Serialize)]
struct Href {
    href: String,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    own: Href,
    memberships: Href,
    #[serde(rename = "membershipState")]
    membership_state: Href,
    #[serde(rename = "storageKey")]
    storage_key: Href,
}

/// `GraphUser`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphUser {
    subject_kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    directory_alias: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_deleted_in_origin: Option<bool>,
    domain: String,
    principal_name: String,
    mail_address: String,
    origin: &'static str,
    origin_id: String,
    display_name: String,
    #[serde(rename = "_links")]
    links: Links,
    url: String,
    descriptor: String,
}

pub(super) fn graph_base(shared: &Shared) -> String {
    format!("{}/vssps/{}/_apis/Graph", shared.base, shared.names.organization)
}

/// A person's domain: the tenant, or the fixed text of Microsoft accounts.
pub(super) fn domain(world: &World, person: &Person) -> String {
    match person.origin {
        Origin::Msa | Origin::Pending => "Windows Live ID".to_owned(),
        Origin::Tenant { tenant, .. } => world.tenant(tenant).id.to_string(),
        Origin::Service { domain, .. } => domain.to_owned(),
    }
}

/// Where an identity comes from, and its id there.
pub(super) fn origin(world: &World, seen: &Seen) -> (&'static str, String) {
    match seen.person.origin {
        Origin::Msa => ("msa", puid(world, seen.number)),
        Origin::Tenant { object, .. } => ("aad", object.to_string()),
        Origin::Pending => ("aad", Uuid::nil().to_string()),
        Origin::Service { .. } => ("vsts", seen.key.to_string()),
    }
}

/// The id of a Microsoft account, in hex.
fn puid(world: &World, number: u32) -> String {
    let pick = world.ids.pick(crate::simulator::ids::Kind::Subject, number);
    format!("0003{:012X}", pick & 0xFFFF_FFFF_FFFF)
}

pub(super) fn graph_user(shared: &Shared, world: &World, seen: &Seen, odd: bool) -> GraphUser {
    let base = graph_base(shared);
    let (origin, origin_id) = origin(world, seen);
    let descriptor = seen.descriptor.clone();
    let pending = seen.person.origin == Origin::Pending;
    // an invitation that nobody took up links to a descriptor of another type than it names
    let linked = if pending { descriptor.replacen("aad.", "bnd.", 1) } else { descriptor.clone() };
    let to = |kind: &str| Href { href: format!("{base}/{kind}/{linked}") };
    let deleted = match seen.person.origin {
        Origin::Tenant { tenant, object, .. } => {
            let tenant = world.tenant(tenant);
            let user = tenant.number_of(object).and_then(|number| tenant.user(number));
            user.is_some_and(|user| user.deleted).then_some(true)
        }
        _ => None,
    };
    GraphUser {
        subject_kind: "user",
        meta_type: meta_type(seen, odd),
        directory_alias: match seen.person.origin {
            Origin::Tenant { .. } => seen.person.principal.split('@').next().map(str::to_owned),
            _ => None,
        },
        is_deleted_in_origin: deleted,
        domain: domain(world, &seen.person),
        principal_name: seen.person.principal.clone(),
        mail_address: seen.person.mail.clone(),
        origin,
        origin_id,
        display_name: seen.person.display.clone(),
        links: Links {
            own: to("Users"),
            memberships: to("Memberships"),
            membership_state: to("MembershipStates"),
            storage_key: to("StorageKeys"),
        },
        url: format!("{base}/Users/{linked}"),
        descriptor,
    }
}

fn meta_type(seen: &Seen, odd: bool) -> Option<&'static str> {
    if odd {
        return [Some("application"), Some("managedIdentity"), Some("unknown"), None]
            [seen.number as usize % 4];
    }
    match seen.person.origin {
        Origin::Tenant { guest: true, .. } => Some("guest"),
        Origin::Tenant { .. } | Origin::Pending => Some("member"),
        _ => None,
    }
}

/// `GraphGroup`.
pub(super) fn graph_group(shared: &Shared, world: &World, group: &Group) -> Value {
    let base = graph_base(shared);
    let descriptor = group.descriptor(world.ids);
    let to = |kind: &str| json!({"href": format!("{base}/{kind}/{descriptor}")});
    let (origin, origin_id) = match group.directory {
        Some((_, object)) => ("aad", object),
        None => ("vsts", world.ids.make(crate::simulator::ids::Kind::GroupOrigin, group.number.into())),
    };
    json!({
        "subjectKind": "group",
        "description": group.description,
        "domain": group.domain(world.ids),
        "principalName": group.principal(&world.organization),
        "mailAddress": null,
        "origin": origin,
        "originId": origin_id,
        "displayName": group.name,
        "_links": {
            "self": to("Groups"), "memberships": to("Memberships"),
            "membershipState": to("MembershipStates"), "storageKey": to("StorageKeys"),
        },
        "url": format!("{base}/Groups/{descriptor}"),
        "descriptor": descriptor,
    })
}

/// `UserEntitlement`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserEntitlement {
    id: Uuid,
    user: GraphUser,
    access_level: AccessLevel,
    last_accessed_date: String,
    date_created: Timestamp,
    project_entitlements: Vec<Value>,
    extensions: Vec<Value>,
    group_assignments: Vec<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccessLevel {
    licensing_source: &'static str,
    account_license_type: &'static str,
    msdn_license_type: &'static str,
    git_hub_license_type: &'static str,
    license_display_name: &'static str,
    status: &'static str,
    status_message: &'static str,
    assignment_source: &'static str,
}

pub(super) fn entitlement(
    shared: &Shared,
    world: &World,
    seen: &Seen,
    odd: bool,
    projects: bool,
) -> UserEntitlement {
    let (licensing_source, account_license_type, msdn_license_type, license_display_name) =
        seen.person.access.parts();
    let never = if seen.number.is_multiple_of(2) { "0001-01-01T00:00:00Z" } else { "0001-01-01T08:00:00Z" };
    UserEntitlement {
        id: seen.key,
        user: graph_user(shared, world, seen, odd),
        access_level: AccessLevel {
            licensing_source,
            account_license_type,
            msdn_license_type,
            git_hub_license_type: "none",
            license_display_name,
            status: seen.person.status,
            status_message: "",
            assignment_source: "unknown",
        },
        last_accessed_date: seen.person.last_access.map_or_else(|| never.to_owned(), |at| at.to_string()),
        date_created: seen.person.created,
        project_entitlements: if projects { project_entitlements(world, seen) } else { Vec::new() },
        extensions: Vec::new(),
        group_assignments: Vec::new(),
    }
}

fn project_entitlements(world: &World, seen: &Seen) -> Vec<Value> {
    let groups = seen.person.groups.iter().filter_map(|number| world.group(*number));
    groups
        .filter_map(|group| {
            let Scope::Project(project) = group.scope else { return None };
            let kind = match group.name.as_str() {
                "Project Administrators" => "projectAdministrator",
                "Readers" => "projectReader",
                _ => "projectContributor",
            };
            Some(json!({
                "projectRef": {
                    "id": world.ids.make(crate::simulator::ids::Kind::Project, project.into()),
                    "name": PROJECTS.get(usize::from(project)),
                },
                "group": {"groupType": kind, "displayName": group.name},
                "teamRefs": [],
                "assignmentSource": "unknown",
                "projectPermissionInherited": "notInherited",
            }))
        })
        .collect()
}
