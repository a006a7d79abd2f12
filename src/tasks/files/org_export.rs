//! The organization's people from the portal's export (Organization settings, Users, Export users).

use std::io::BufRead;

use super::columns::{self, Column, Row};
use super::dates;
use crate::domain::people::{EntitlementStatus, OrgUser, Origin};
use crate::domain::{Descriptor, StorageKey};
use crate::services::wire::LeftOut;

const NAME: usize = 0;
const ADDRESS: usize = 1;
const MAIL: usize = 2;
const ACCESS: usize = 3;
const LAST_ACCESS: usize = 4;
const KEY: usize = 5;
const DESCRIPTOR: usize = 6;
const ORIGIN: usize = 7;
const ORIGIN_ID: usize = 8;
const DOMAIN: usize = 9;
const STATUS: usize = 10;
const CREATED: usize = 11;

const COLUMNS: [Column; 12] = [
    Column { name: "name", known_as: &["displayname", "name", "fullname", "username", "user"] },
    Column {
        name: "sign-in address (such as Email)",
        known_as: &[
            "principalname",
            "userprincipalname",
            "signinaddress",
            "emailaddress",
            "email",
            "mailaddress",
            "mail",
            "account",
            "login",
        ],
    },
    Column { name: "mail address", known_as: &["mailaddress", "mail", "emailaddress", "email"] },
    Column {
        name: "access level",
        known_as: &[
            "accesslevel",
            "licensedisplayname",
            "license",
            "licence",
            "licensetype",
            "accountlicensetype",
        ],
    },
    Column {
        name: "last access",
        known_as: &[
            "lastaccesseddate",
            "lastaccessed",
            "lastaccess",
            "lastaccesstime",
            "lastaccessdate",
            "lastsignin",
        ],
    },
    Column { name: "storage key", known_as: &["storagekey", "userid", "id"] },
    Column { name: "descriptor", known_as: &["descriptor", "subjectdescriptor"] },
    Column { name: "origin", known_as: &["origin", "source", "identityprovider"] },
    Column { name: "origin id", known_as: &["originid", "originobjectid"] },
    Column { name: "domain", known_as: &["domain", "directory"] },
    Column { name: "status", known_as: &["status", "licensestatus", "userstatus"] },
    Column { name: "date created", known_as: &["datecreated", "created", "createddate"] },
];

/// The people. Where the export does not say where an identity comes from, it is taken for a Microsoft account: a portal's
/// export of a connected organization is not what this is for, and nobody becomes *connected* by guessing.
pub(super) fn read(from: impl BufRead, each: impl FnMut(OrgUser)) -> Result<LeftOut, String> {
    columns::read(from, &COLUMNS, &[ADDRESS], |row| Ok(person(row)), each)
}

fn person(row: &Row<'_>) -> OrgUser {
    let says_origin = row.has(ORIGIN);
    let address = row.get(ADDRESS).or_else(|| row.get(MAIL)).unwrap_or_default();
    let key = row.get(KEY).and_then(|id| uuid::Uuid::try_parse(id).ok()).filter(|id| !id.is_nil());
    let nil = "00000000-0000-0000-0000-000000000000";
    OrgUser {
        storage_key: match key {
            Some(id) => StorageKey::new(&id.to_string()),
            None => StorageKey::new(&format!("row:{}", row.number)),
        },
        descriptor: Descriptor::new(row.get(DESCRIPTOR).unwrap_or_default()),
        display_name: row.get(NAME).unwrap_or(address).into(),
        principal_name: address.into(),
        mail: row.get(MAIL).map(Into::into),
        origin: if says_origin { origin(row.get(ORIGIN).unwrap_or_default()) } else { Origin::Msa },
        origin_id: row.get(ORIGIN_ID).filter(|id| *id != nil).map(Into::into),
        domain: row.get(DOMAIN).map(Into::into),
        meta_type: None,
        deleted_in_origin: false,
        access_level: row.get(ACCESS).map(Into::into),
        status: EntitlementStatus::parse(row.get(STATUS).unwrap_or_default()),
        last_accessed: dates::last_access(row.get(LAST_ACCESS)),
        created: row.get(CREATED).and_then(dates::moment),
    }
}

/// The words of the portal beside those of the service.
fn origin(text: &str) -> Origin {
    let lower = text.to_lowercase();
    if lower.contains("entra") || lower.contains("azure active directory") || lower == "azuread" {
        Origin::Aad
    } else if lower.contains("microsoft account") || lower == "windows live id" {
        Origin::Msa
    } else {
        Origin::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::LastAccess;

    fn read(text: &str) -> Result<Vec<OrgUser>, String> {
        let mut all = Vec::new();
        super::read(text.as_bytes(), |user| all.push(user)).map(|_| all)
    }

    #[test]
    fn the_portal_s_export_is_understood() {
        let people = read(
            "Name,Email,Access Level,Last Access (UTC),Date Created (UTC)\n\
             Raisa Pokrovskaya,raisa@fabrikam.com,Basic,2026-10-01T08:00:00Z,2020-01-01\n\
             \"Müller, Jörg\",jm@fabrikam.com,Stakeholder,Never,\n",
        )
        .unwrap();
        assert_eq!(people.len(), 2);
        let [raisa, joerg] = people.as_slice() else { panic!() };
        assert_eq!(raisa.storage_key.as_str(), "row:2");
        assert!(!raisa.storage_key.is_from_service());
        assert_eq!(&*raisa.principal_name, "raisa@fabrikam.com");
        assert_eq!(raisa.origin, Origin::Msa);
        assert_eq!(&*joerg.display_name, "Müller, Jörg");
        assert_eq!(joerg.last_accessed, LastAccess::Never);
        assert_eq!(joerg.storage_key.as_str(), "row:3");
    }

    #[test]
    fn keys_and_origins_are_taken_where_they_are_given() {
        let people = read(
            "Id,User Principal Name,Origin,Origin Id\n\
             5BE4BE9E-0000-4000-8000-000000000001,a@contoso.com,aad,6f2e0000-0000-4000-8000-000000000001\n\
             5BE4BE9E-0000-4000-8000-000000000002,b@contoso.com,Microsoft Entra ID,00000000-0000-0000-0000-000000000000\n",
        )
        .unwrap();
        let [a, b] = people.as_slice() else { panic!() };
        assert_eq!(a.storage_key.as_str(), "5be4be9e-0000-4000-8000-000000000001");
        assert!(a.origin_object().is_some());
        assert_eq!(b.origin, Origin::Aad);
        assert_eq!(b.origin_id, None, "all zeros is no id");
    }

    #[test]
    fn another_layout_is_refused() {
        let error = read("Project,Team\nx,y\n").unwrap_err();
        assert!(error.contains("sign-in address") && error.contains("Project, Team"), "{error}");
    }
}
