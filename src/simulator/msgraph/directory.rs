//! The tenant itself: its name and domains, its policy, its groups, and what I am in it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Call, Fault, Shared, denied, missing,
    users::{Page, context, selection},
    wire::Row,
};
use crate::simulator::{
    answer::Answer,
    ids::Kind,
    world::tenant::{DirectoryGroup, Tenant},
};

pub(super) fn organization(shared: &Shared) -> Answer {
    shared.read(|world| {
        let tenant = world.destination();
        Answer::ok(&json!({
            "@odata.context": context(shared, "organization"),
            "value": [{
                "id": tenant.id,
                "deletedDateTime": null,
                "displayName": tenant.display,
                "tenantType": "AAD",
                "countryLetterCode": "IE",
                "createdDateTime": "2017-03-02T09:14:00Z",
                "onPremisesSyncEnabled": true,
                "verifiedDomains": [
                    {"name": tenant.domain, "type": "Managed", "isDefault": true, "isInitial": false,
                     "capabilities": "Email, OfficeCommunicationsOnline"},
                    {"name": tenant.initial_domain, "type": "Managed", "isDefault": false, "isInitial": true,
                     "capabilities": "Email, OfficeCommunicationsOnline"},
                ],
            }],
        }))
    })
}

pub(super) fn policy(shared: &Shared) -> Answer {
    if shared.on(Fault::NoPolicyPermission) {
        return denied();
    }
    let invites_from = shared.read(|world| world.invites_from);
    Answer::ok(&json!({
        "@odata.context": context(shared, "policies/authorizationPolicy/$entity"),
        "id": "authorizationPolicy",
        "displayName": "Authorization Policy",
        "description": "Used to manage authorization related settings across the company. (simulated)",
        "allowInvitesFrom": invites_from,
        "allowedToSignUpEmailBasedSubscriptions": true,
        "allowedToUseSSPR": true,
        "allowEmailVerifiedUsersToJoinOrganization": false,
        "blockMsolPowerShell": false,
        "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
        "defaultUserRolePermissions": {
            "allowedToCreateApps": true, "allowedToCreateSecurityGroups": true, "allowedToReadOtherUsers": true,
            "permissionGrantPoliciesAssigned": [],
        },
    }))
}

fn group_value(group: &DirectoryGroup) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.group", "id": group.id, "displayName": group.display,
        "securityEnabled": true, "mailEnabled": false,
    })
}

/// Roles and groups of the signed-in user; the cast to roles needs advanced mode.
pub(super) fn my_groups(shared: &Shared, call: &Call, roles_only: bool) -> Answer {
    if roles_only && call.header("consistencylevel").is_none() {
        return super::bad_request(
            "The cast needs the header ConsistencyLevel: eventual and $count=true. (simulated)",
        );
    }
    shared.read(|world| {
        let tenant = world.destination();
        let mut value: Vec<Value> = world
            .my_roles
            .iter()
            .enumerate()
            .map(|(number, (name, template))| {
                let number = u32::MAX - u32::try_from(number).unwrap_or(0);
                json!({
                    "@odata.type": "#microsoft.graph.directoryRole",
                    "id": world.ids.make(Kind::DirectoryGroup(tenant.number), number),
                    "displayName": name, "roleTemplateId": template,
                })
            })
            .collect();
        if !roles_only {
            let groups =
                (0..tenant.groups.len()).filter(|group| people(tenant, *group, true).contains(&world.me));
            value.extend(groups.filter_map(|group| tenant.groups.get(group)).map(group_value));
        }
        Answer::list(&json!({"@odata.context": context(shared, "directoryObjects"), "value": value}))
    })
}

fn find<'a>(tenant: &'a Tenant, id: &str) -> Option<(usize, &'a DirectoryGroup)> {
    let id = Uuid::try_parse(id).ok()?;
    tenant.groups.iter().enumerate().find(|(_, group)| group.id == id)
}

/// The numbers of the people in a group.
fn people(tenant: &Tenant, group: usize, nested: bool) -> Vec<u32> {
    let (mut found, mut open, mut known) = (Vec::new(), vec![group], vec![group]);
    while let Some(at) = open.pop() {
        let Some(group) = tenant.groups.get(at) else { continue };
        found.extend(&group.members);
        for inner in group.nested.iter().filter(|_| nested) {
            if !known.contains(inner) {
                known.push(*inner);
                open.push(*inner);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

pub(super) fn group(shared: &Shared, id: &str) -> Answer {
    shared.read(|world| match find(world.destination(), id) {
        Some((_, group)) => {
            let mut value = group_value(group);
            value["@odata.context"] = json!(context(shared, "groups/$entity"));
            Answer::ok(&value)
        }
        None => missing(id),
    })
}

/// Members of a group: users, and groups where they are asked for one level only.
pub(super) fn members(shared: &Shared, call: &Call, id: &str, transitive: bool) -> Answer {
    if shared.on(Fault::NoGraphPermission) {
        return denied();
    }
    let fields = match selection(call) {
        Ok(fields) => fields,
        Err(answer) => return *answer,
    };
    shared.read(|world| {
        let tenant = world.destination();
        let Some((place, group)) = find(tenant, id) else { return missing(id) };
        let users = people(tenant, place, transitive).into_iter();
        let users: Vec<_> = users.filter_map(|number| Some((number, tenant.user(number)?))).collect();
        let mut value: Vec<Value> = users
            .iter()
            .map(|(number, user)| {
                let row = Row {
                    user,
                    object: tenant.object(*number),
                    tenant,
                    fields: &fields,
                    context: None,
                    typed: true,
                };
                json!(row)
            })
            .collect();
        value.extend(group.nested.iter().filter_map(|inner| tenant.groups.get(*inner)).map(group_value));
        Answer::list(&Page {
            context: context(shared, "directoryObjects"),
            count: None,
            next: None,
            delta: None,
            value,
        })
    })
}

/// `findTenantInformationByDomainName(domainName='x')`
pub(super) fn tenant_information(shared: &Shared, function: &str) -> Answer {
    let name = function
        .strip_prefix("findTenantInformationByDomainName(domainName='")
        .or_else(|| function.strip_prefix("findTenantInformationByTenantId(tenantId='"))
        .and_then(|rest| rest.strip_suffix("')"));
    shared.read(|world| match name.and_then(|name| world.tenant_named(name)) {
        Some(tenant) => Answer::ok(&json!({
            "@odata.context": context(shared, "microsoft.graph.tenantInformation"),
            "tenantId": tenant.id, "displayName": tenant.display,
            "federationBrandName": null, "defaultDomainName": tenant.domain,
        })),
        None => missing(name.unwrap_or(function)),
    })
}
