//! Who am I, and who owns the organization.

use axum::http::StatusCode;
use serde_json::json;

use super::{Call, Caller, Fault, Shared, caller, identities};
use crate::simulator::answer::{Answer, devops_error};

pub(super) fn data(shared: &Shared, who: Caller) -> Answer {
    shared.read(|world| {
        let Some(seen) = caller(world, who) else { return super::challenge() };
        let user = json!({
            "id": seen.key,
            "descriptor": identities::legacy_descriptor(world, &seen),
            "subjectDescriptor": seen.descriptor,
            "providerDisplayName": seen.person.display,
            "isActive": true,
            "properties": {"Account": {"$type": "System.String", "$value": seen.person.principal}},
            "resourceVersion": 2,
            "metaTypeId": 0,
        });
        Answer::ok(&json!({
            "authenticatedUser": user,
            "authorizedUser": user,
            "instanceId": world.organization_id(),
            "deploymentId": world.ids.make(crate::simulator::ids::Kind::Organization, 2),
            "deploymentType": "hosted",
            "locationServiceData": {
                "serviceOwner": "00025394-6065-48ca-87d9-7f5672854ef7",
                "defaultAccessMappingMoniker": "PublicAccessMapping",
                "lastChangeId": 1, "lastChangeId64": 1,
            },
        }))
    })
}

const OVERVIEW: &str = "ms.vss-admin-web.organization-admin-overview-delay-load-data-provider";

/// The undocumented read behind the settings page.
pub(super) fn owner(shared: &Shared, call: &Call, who: Caller) -> Answer {
    let body = call.json().unwrap_or_default();
    let asked = body["contributionIds"].as_array().is_some_and(|ids| ids.iter().any(|id| id == OVERVIEW));
    if !asked {
        return devops_error(
            StatusCode::BAD_REQUEST,
            "VssPropertyValidationException",
            "contributionIds must not be empty. (simulated: one data provider is played)",
        );
    }
    shared.read(|world| {
        if shared.on(Fault::NoOwnerPermission) {
            return Answer::ok(&json!({"dataProviders": {OVERVIEW: {
                "exceptionType": "AadGraphException", "currentUserId": caller(world, who).map(|seen| seen.key),
            }}}));
        }
        let owner = world.person(world.owner);
        let owner = owner.as_ref();
        Answer::ok(&json!({
            "dataProviderSharedData": {},
            "dataProviders": {
                "ms.vss-web.component-data": {},
                OVERVIEW: {
                    "currentOwner": {
                        "name": owner.map(|seen| &seen.person.display),
                        "id": owner.map(|seen| seen.key),
                        "email": owner.map(|seen| &seen.person.mail),
                    },
                    "hasModifyPermissions": true,
                    "currentUserId": caller(world, who).map(|seen| seen.key),
                },
            },
        }))
    })
}

/// The undocumented read of the directory that backs the organization.
pub(super) fn directory(shared: &Shared) -> Answer {
    shared.read(|world| {
        let tenant = world.backing_tenant();
        let users =
            world.tenants.iter().map(|tenant| json!({"id": tenant.id, "displayName": tenant.display}));
        Answer::ok(&json!({"fps": {"dataProviders": {"data": {
            "ms.vss-admin-web.organization-admin-aad-data-provider": {
                // the service's own spelling
                "orgnizationTenantData": {
                    "id": tenant.map(|tenant| tenant.id).unwrap_or_default(),
                    "displayName": tenant.map_or("", |tenant| tenant.display.as_str()),
                    "domain": tenant.map_or("", |tenant| tenant.initial_domain.as_str()),
                },
            },
            "ms.vss-admin-web.organization-admin-aad-user-tenants-data-provider": {
                "userTenantData": {"userTenants": users.collect::<Vec<_>>()},
            },
        }}}}))
    })
}
