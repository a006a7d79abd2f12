//! A made-up organization's settings and the makings of its people, for the tests of the screens.

#[path = "context.rs"]
mod settings;

use ado2entra::domain::people::{
    EntitlementStatus, LastAccess, OrgUser, Origin, TenantUser, TenantUserParts, UserType,
};
use ado2entra::domain::{Descriptor, ObjectId, StorageKey};
use jiff::{SignedDuration, Timestamp};

pub use settings::context;

/// The evening of the switch.
pub fn now() -> Timestamp {
    "2026-11-23T19:00:00Z".parse().unwrap()
}

/// The storage key of a person of the organization.
pub fn key(n: u32) -> StorageKey {
    StorageKey::new(&format!("00000000-0000-4000-8000-0000000{n:05}"))
}

/// The object id of a user of the tenant.
pub fn object(n: u32) -> ObjectId {
    format!("00000000-0000-4000-9000-0000000{n:05}").parse().unwrap()
}

/// A Microsoft account with Basic access, used two days ago.
pub fn org_user(n: u32, name: &str, address: &str) -> OrgUser {
    OrgUser {
        storage_key: key(n),
        descriptor: Descriptor::new(&format!("msa.{n}")),
        display_name: name.into(),
        principal_name: address.into(),
        mail: Some(address.into()),
        origin: Origin::Msa,
        origin_id: Some(format!("puid-{n}").into()),
        domain: Some("Windows Live ID".into()),
        meta_type: None,
        deleted_in_origin: false,
        access_level: Some("Basic".into()),
        status: EntitlementStatus::Active,
        last_accessed: LastAccess::At(now() - SignedDuration::from_hours(48 + i64::from(n))),
        created: Some("2020-01-01T00:00:00Z".parse().unwrap()),
    }
}

/// An enabled member.
pub fn tenant_user(n: u32, name: &str, upn: &str) -> TenantUser {
    TenantUserParts {
        id: object(n),
        display_name: name.into(),
        given_name: None,
        surname: None,
        user_principal_name: upn.into(),
        mail: Some(upn.into()),
        other_mails: Box::default(),
        proxy_addresses: Box::default(),
        identity_addresses: Box::default(),
        user_type: Some(UserType::Member),
        enabled: Some(true),
        pending: false,
        deleted: false,
        mail_nickname: None,
        sam_account_name: None,
        created: Some("2019-03-01T00:00:00Z".parse().unwrap()),
    }
    .into()
}
