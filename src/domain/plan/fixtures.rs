//! Made-up people for the tests of the rules.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Decision, Plan, PlanRow, Seen};
use crate::domain::candidate::{Candidate, Evidence, EvidenceKind, Warning, WarningKind};
use crate::domain::connection::Backing;
use crate::domain::forecast::{Person, Situation};
use crate::domain::ids::{Descriptor, ObjectId, StorageKey, TenantId};
use crate::domain::outcome::Outcome;
use crate::domain::people::{
    Directory, EntitlementStatus, LastAccess, OrgUser, Origin, Roster, TenantUser, TenantUserParts, UserType,
};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn now() -> Timestamp {
    at("2026-11-23T19:00:00Z")
}

pub(crate) fn key(n: u32) -> StorageKey {
    StorageKey::new(&format!("00000000-0000-4000-8000-0000000{n:05}"))
}

pub(crate) fn object(n: u32) -> ObjectId {
    format!("00000000-0000-4000-9000-0000000{n:05}").parse().unwrap()
}

/// 1 is the destination, 2 the tenant before a switch, 3 a wrong one.
pub(crate) fn tenant(n: u32) -> TenantId {
    format!("00000000-0000-4000-a000-0000000{n:05}").parse().unwrap()
}

/// A Microsoft account with Basic access, used two days ago.
pub(crate) fn org_user(n: u32, name: &str, address: &str) -> OrgUser {
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
        last_accessed: LastAccess::At(at("2026-11-21T10:00:00Z")),
        created: Some(at("2020-01-01T00:00:00Z")),
    }
}

/// The same person as an identity of this tenant.
pub(crate) fn in_tenant(mut user: OrgUser, tenant: TenantId, object: ObjectId) -> OrgUser {
    user.origin = Origin::Aad;
    user.origin_id = Some(object.to_string().into());
    user.domain = Some(tenant.to_string().into());
    user.descriptor = Descriptor::new(&format!("aad.{}", user.storage_key));
    user
}

/// An enabled member.
pub(crate) fn tenant_user(n: u32, name: &str, upn: &str) -> TenantUser {
    TenantUserParts {
        id: object(n),
        display_name: name.into(),
        given_name: None,
        surname: None,
        user_principal_name: upn.into(),
        mail: None,
        other_mails: Box::default(),
        proxy_addresses: Box::default(),
        identity_addresses: Box::default(),
        user_type: Some(UserType::Member),
        enabled: Some(true),
        pending: false,
        deleted: false,
        mail_nickname: None,
        sam_account_name: None,
        created: None,
    }
    .into()
}

pub(crate) fn candidate(n: u32, evidence: &[EvidenceKind], warnings: &[WarningKind]) -> Candidate {
    Candidate {
        object_id: object(n),
        score: 0.5,
        evidence: evidence.iter().map(|kind| Evidence { kind: *kind, detail: kind.name().into() }).collect(),
        warnings: warnings.iter().map(|kind| Warning { kind: *kind, detail: kind.name().into() }).collect(),
    }
}

/// What was found out: privileged is known to be false.
pub(crate) fn person(n: u32, outcome: Outcome, target: Option<u32>, candidates: Vec<Candidate>) -> Person {
    Person {
        storage_key: key(n),
        outcome,
        why: format!("because of {outcome}"),
        target: target.map(object),
        candidates: Arc::from(candidates),
        privileged: Some(false),
        may_map_by_itself: false,
    }
}

/// Administrators are known (nobody), Microsoft accounts back the organization, the destination is tenant 1.
pub(crate) fn situation() -> Situation {
    Situation {
        destination: Some(tenant(1)),
        backing: Some(Backing::MicrosoftAccounts),
        administrators: Some(BTreeSet::new()),
        ..Situation::at(now())
    }
}

/// As [`situation`], after connecting.
pub(crate) fn connected() -> Situation {
    Situation { backing: Some(Backing::Tenant(tenant(1))), ..situation() }
}

pub(crate) fn map(n: u32) -> Decision {
    Decision::Map { target: object(n) }
}

pub(crate) fn invite(address: &str) -> Decision {
    Decision::Invite { address: address.into() }
}

/// A row as the program stores it on a decision.
pub(crate) fn row(user: &OrgUser, decision: Decision, outcome: Outcome, directory: &Directory) -> PlanRow {
    let target = decision.target().and_then(|id| directory.get(id)).map(Into::into);
    PlanRow {
        decision,
        decided_at: Some(now()),
        decided_on: Some(outcome),
        seen: Some(Arc::new(Seen { person: user.into(), target })),
        ..PlanRow::undecided(user.storage_key.clone())
    }
}

pub(crate) fn plan(rows: impl IntoIterator<Item = PlanRow>) -> Plan {
    let mut plan = Plan { first_backing: Some(Backing::MicrosoftAccounts), ..Plan::default() };
    rows.into_iter().for_each(|row| plan.put(row));
    plan
}

pub(crate) fn directory(users: impl IntoIterator<Item = TenantUser>) -> Directory {
    Directory::new(users)
}

pub(crate) fn roster(users: impl IntoIterator<Item = OrgUser>) -> Roster {
    Roster::new(users)
}
