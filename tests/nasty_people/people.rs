//! Made-up people, in few words.

use std::collections::BTreeSet;

use ado2entra::domain::connection::Backing;
use ado2entra::domain::ids::{Descriptor, ObjectId, StorageKey, TenantId};
use ado2entra::domain::matching::TenantIndex;
use ado2entra::domain::people::{
    Directory, EntitlementStatus, LastAccess, OrgUser, Origin, Roster, TenantUser, TenantUserParts, UserType,
};
use ado2entra::domain::{Forecast, Person, Situation, forecast};
use jiff::Timestamp;

const NOW: &str = "2026-09-01T12:00:00Z";

/// A tenant.
pub fn tenant_id(number: u8) -> TenantId {
    format!("00000000-0000-4000-a000-0000000000{number:02}").parse().unwrap()
}

/// An object id.
pub fn object(number: usize) -> ObjectId {
    format!("00000000-0000-4000-8000-{number:012}").parse().unwrap()
}

/// A morning.
pub fn at(date: &str) -> Timestamp {
    format!("{date}T08:00:00Z").parse().unwrap()
}

/// An org user with a Microsoft account.
pub fn org(name: &str, address: &str) -> OrgUser {
    OrgUser {
        storage_key: StorageKey::new(&format!("{address}/{name}")),
        descriptor: Descriptor::new("msa.AAAA"),
        display_name: name.into(),
        principal_name: address.into(),
        mail: Some(address.into()),
        origin: Origin::Msa,
        origin_id: Some("0006BFFD00000001".into()),
        domain: Some("Windows Live ID".into()),
        meta_type: None,
        deleted_in_origin: false,
        access_level: Some("Basic".into()),
        status: EntitlementStatus::Active,
        last_accessed: LastAccess::At(at("2026-08-20")),
        created: Some(at("2022-01-10")),
    }
}

/// Whose last access was on that day.
pub fn last_seen(user: OrgUser, date: &str) -> OrgUser {
    OrgUser { last_accessed: LastAccess::At(at(date)), ..user }
}

/// An Entra identity with this origin id in this tenant.
pub fn entra(user: OrgUser, origin: ObjectId, tenant: TenantId) -> OrgUser {
    OrgUser {
        descriptor: Descriptor::new("aad.AAAA"),
        origin: Origin::Aad,
        origin_id: Some(origin.to_string().into()),
        domain: Some(tenant.to_string().into()),
        ..user
    }
}

/// A tenant user; the id is given by the place in the list.
pub fn user(given: &str, surname: &str, upn: &str) -> TenantUser {
    TenantUserParts {
        id: object(9999),
        display_name: format!("{given} {surname}").trim().into(),
        given_name: (!given.is_empty()).then(|| given.into()),
        surname: (!surname.is_empty()).then(|| surname.into()),
        user_principal_name: upn.into(),
        mail: Some(upn.into()),
        other_mails: Box::new([]),
        proxy_addresses: Box::new([upn.into()]),
        identity_addresses: Box::new([]),
        user_type: Some(UserType::Member),
        enabled: Some(true),
        pending: false,
        deleted: false,
        mail_nickname: None,
        sam_account_name: None,
        created: Some(at("2019-05-12")),
    }
    .into()
}

/// With another mail.
pub fn other_mail(user: TenantUser, mail: &str) -> TenantUser {
    user.with(|it| it.other_mails = Box::new([mail.into()]))
}

/// With an alias besides its sign-in name.
pub fn alias(user: TenantUser, mail: &str) -> TenantUser {
    user.with(|it| it.proxy_addresses = Box::new([it.user_principal_name.clone(), mail.into()]))
}

/// With neither mail nor alias.
pub fn without_mail(user: TenantUser) -> TenantUser {
    user.with(|it| {
        it.mail = None;
        it.proxy_addresses = Box::new([]);
    })
}

/// A guest by the decoded name.
pub fn guest(given: &str, surname: &str, mangled: &str) -> TenantUser {
    without_mail(user(given, surname, &format!("{mangled}#EXT#@contoso.onmicrosoft.com")))
        .with(|it| it.user_type = Some(UserType::Guest))
}

/// May not sign in.
pub fn disabled(user: TenantUser) -> TenantUser {
    user.with(|it| it.enabled = Some(false))
}

/// Nobody's account: no given name, no surname.
pub fn mailbox(name: &str, upn: &str) -> TenantUser {
    user("", "", upn).with(|it| it.display_name = name.into())
}

/// Made on that day.
pub fn made(user: TenantUser, date: &str) -> TenantUser {
    user.with(|it| it.created = Some(at(date)))
}

/// Before connecting: backed by Microsoft accounts.
pub fn before() -> Situation {
    Situation {
        destination: Some(tenant_id(1)),
        backing: Some(Backing::MicrosoftAccounts),
        administrators: Some(BTreeSet::new()),
        ..Situation::at(NOW.parse().unwrap())
    }
}

/// The list as a directory, object ids by place.
pub fn numbered(users: Vec<TenantUser>) -> Directory {
    Directory::new(users.into_iter().enumerate().map(|(at, user)| user.with(|it| it.id = object(at + 1))))
}

/// What is said about everybody.
pub fn compare(people: &[OrgUser], tenant: Vec<TenantUser>, situation: &Situation) -> Forecast {
    let roster = Roster::new(people.to_vec());
    let directory = numbered(tenant);
    forecast(&roster, &directory, &TenantIndex::build(&directory), situation)
}

/// The first person of the list.
pub fn judged(people: &[OrgUser], tenant: Vec<TenantUser>) -> Person {
    compare(people, tenant, &before()).get(&people[0].storage_key).unwrap().clone()
}
