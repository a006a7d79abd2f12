//! A set: two lists read from files of the services' shapes, compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use ado2entra::domain::forecast::infer_destination;
use ado2entra::domain::ids::{Descriptor, StorageKey};
use ado2entra::domain::matching::TenantIndex;
use ado2entra::domain::people::{
    Directory, EntitlementStatus, LastAccess, OrgUser, Origin, Roster, TenantUser, TenantUserParts, UserType,
};
use ado2entra::domain::{Forecast, Person, Situation, forecast};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Failure;

/// Two lists, compared.
pub struct Set {
    /// The organization.
    pub roster: Roster,
    /// The tenant.
    pub directory: Directory,
    /// What is said about everybody.
    pub forecast: Forecast,
    /// How long index and comparison took.
    pub seconds: f64,
}

impl Set {
    /// Reads and compares, a second time with every pattern that was found where they are to be used.
    pub fn read(org: &Path, tenant: &Path, use_patterns: bool) -> Result<Self, Failure> {
        let org: Vec<Value> = serde_json::from_slice(&fs::read(org)?)?;
        let tenant: Vec<Value> = serde_json::from_slice(&fs::read(tenant)?)?;
        let roster = Roster::new(org.iter().filter_map(org_user));
        let directory = Directory::new(tenant.iter().filter_map(tenant_user));
        let (destination, backing) = infer_destination(&roster, &directory, None, None);
        // the sets have dates of their own; the latest of them is the moment for which the forecast is made
        let now = Timestamp::now();
        let started = Instant::now();
        let index = TenantIndex::build(&directory);
        let situation = Situation { destination, backing, ..Situation::at(now) };
        let mut compared = forecast(&roster, &directory, &index, &situation);
        if use_patterns {
            let patterns = compared.patterns().all().iter().map(|pattern| pattern.id.clone()).collect();
            compared = forecast(&roster, &directory, &index, &Situation { patterns, ..situation });
        }
        Ok(Self { seconds: started.elapsed().as_secs_f64(), roster, directory, forecast: compared })
    }

    /// Everybody, with what is said.
    pub fn people(&self) -> impl Iterator<Item = (&OrgUser, &Person)> {
        self.roster.people().iter().zip(self.forecast.people())
    }

    /// The parts of a `diff` document that a scorer reads.
    pub fn document(&self) -> Value {
        let users: Vec<Value> = self
            .people()
            .map(|(user, person)| {
                let candidates: Vec<Value> = person
                    .candidates
                    .iter()
                    .map(|candidate| json!({"object_id": candidate.object_id, "score": candidate.score, "evidence": candidate.evidence, "warnings": candidate.warnings}))
                    .collect();
                json!({"storage_key": user.storage_key, "display_name": user.display_name, "principal_name": user.principal_name,
                    "outcome": person.outcome, "why": person.why, "candidates": candidates})
            })
            .collect();
        let counts: BTreeMap<&str, usize> =
            self.forecast.counts().into_iter().map(|(outcome, count)| (outcome.name(), count)).collect();
        json!({"schema": "ado2entra.diff/1", "summary": {"by_outcome": counts}, "users": users})
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.trim().is_empty())
}

fn moment(value: &Value) -> Option<Timestamp> {
    text(value)?.parse().ok()
}

fn org_user(value: &Value) -> Option<OrgUser> {
    let user = &value["user"];
    let last_accessed = match moment(&value["lastAccessedDate"]) {
        None => LastAccess::Unknown,
        Some(at) if at.as_second() < 0 => LastAccess::Never,
        Some(at) => LastAccess::At(at),
    };
    Some(OrgUser {
        storage_key: StorageKey::new(value["id"].as_str()?),
        descriptor: Descriptor::new(user["descriptor"].as_str().unwrap_or_default()),
        display_name: user["displayName"].as_str().unwrap_or_default().into(),
        principal_name: user["principalName"].as_str().unwrap_or_default().into(),
        mail: text(&user["mailAddress"]).map(Into::into),
        origin: Origin::parse(user["origin"].as_str().unwrap_or_default()),
        origin_id: text(&user["originId"]).map(Into::into),
        domain: text(&user["domain"]).map(Into::into),
        meta_type: text(&user["metaType"]).map(Into::into),
        deleted_in_origin: user["isDeletedInOrigin"].as_bool().unwrap_or_default(),
        access_level: text(&value["accessLevel"]["licenseDisplayName"]).map(Into::into),
        status: EntitlementStatus::parse(value["accessLevel"]["status"].as_str().unwrap_or_default()),
        last_accessed,
        created: moment(&value["dateCreated"]),
    })
}

fn tenant_user(value: &Value) -> Option<TenantUser> {
    let list = |name: &str| value[name].as_array().into_iter().flatten();
    let boxed = |value: &Value| text(value).map(Into::into);
    Some(
        TenantUserParts {
            id: value["id"].as_str()?.parse().ok()?,
            display_name: value["displayName"].as_str().unwrap_or_default().into(),
            given_name: boxed(&value["givenName"]),
            surname: boxed(&value["surname"]),
            user_principal_name: value["userPrincipalName"].as_str().unwrap_or_default().into(),
            mail: boxed(&value["mail"]),
            other_mails: list("otherMails").filter_map(boxed).collect(),
            proxy_addresses: list("proxyAddresses")
                .filter_map(text)
                .filter_map(|address| {
                    let (kind, address) = address.split_once(':')?;
                    kind.eq_ignore_ascii_case("smtp").then(|| address.into())
                })
                .collect(),
            identity_addresses: list("identities")
                .filter(|identity| identity["signInType"].as_str() == Some("emailAddress"))
                .filter_map(|identity| boxed(&identity["issuerAssignedId"]))
                .collect(),
            user_type: match value["userType"].as_str() {
                Some("Guest") => Some(UserType::Guest),
                Some(_) => Some(UserType::Member),
                None => None,
            },
            enabled: value["accountEnabled"].as_bool(),
            pending: value["externalUserState"].as_str() == Some("PendingAcceptance"),
            deleted: value["deletedDateTime"].is_string(),
            mail_nickname: boxed(&value["mailNickname"]),
            sam_account_name: boxed(&value["onPremisesSamAccountName"]),
            created: moment(&value["createdDateTime"]),
        }
        .into(),
    )
}
