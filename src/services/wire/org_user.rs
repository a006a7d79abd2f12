//! A user entitlement, as the entitlements API writes it.

use std::sync::Arc;

use serde::Deserialize;

use super::lenient::{List, Text, moment, origin_id, too_long};
use super::subject::Subject;
use crate::domain::comparison::state::Licence;
use crate::domain::ids::{Descriptor, StorageKey};
use crate::domain::people::{EntitlementStatus, LastAccess, OrgUser, Origin};

/// A row of the roster; every part may be missing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entitlement {
    #[serde(default)]
    id: Text,
    user: Option<Subject>,
    access_level: Option<AccessLevel>,
    #[serde(default)]
    last_accessed_date: Text,
    #[serde(default)]
    date_created: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessLevel {
    #[serde(default)]
    license_display_name: Text,
    #[serde(default)]
    account_license_type: Text,
    #[serde(default)]
    status: Text,
}

/// What a comparison of before and after looks at beside the person.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// The person.
    pub user: OrgUser,
    /// Where the licence comes from.
    pub licence: Licence,
    /// Names of the projects that the entitlement names.
    pub projects: Vec<Box<str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WholeEntitlement {
    #[serde(default)]
    id: Text,
    user: Option<Subject>,
    access_level: Option<WholeLevel>,
    #[serde(default)]
    last_accessed_date: Text,
    #[serde(default)]
    date_created: Text,
    #[serde(default)]
    project_entitlements: List<ProjectEntitlement>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WholeLevel {
    #[serde(default)]
    license_display_name: Text,
    #[serde(default)]
    account_license_type: Text,
    #[serde(default)]
    status: Text,
    #[serde(default)]
    licensing_source: Text,
    #[serde(default)]
    assignment_source: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProjectEntitlement {
    project_ref: Option<ProjectRef>,
}

#[derive(Deserialize)]
struct ProjectRef {
    #[serde(default)]
    name: Text,
}

/// Converts a row with what a comparison needs.
pub(crate) fn convert_whole(row: WholeEntitlement) -> Result<Whole, String> {
    let level = row.access_level.unwrap_or_default();
    let is = |text: &Text, word: &str| text.as_deref().is_some_and(|text| text.eq_ignore_ascii_case(word));
    let licence = if is(&level.assignment_source, "groupRule") {
        Licence::Rule
    } else if is(&level.licensing_source, "msdn") {
        Licence::Subscription
    } else if level.licensing_source.as_deref().is_some() {
        Licence::Account
    } else {
        Licence::Unknown
    };
    let projects = row.project_entitlements.0.into_iter();
    let projects = projects.filter_map(|one| one.project_ref?.name.0).collect();
    let user = convert(Entitlement {
        id: row.id,
        user: row.user,
        access_level: Some(AccessLevel {
            license_display_name: level.license_display_name,
            account_license_type: level.account_license_type,
            status: level.status,
        }),
        last_accessed_date: row.last_accessed_date,
        date_created: row.date_created,
    })?;
    Ok(Whole { user, licence, projects })
}

/// What of a row is too long to be used.
pub(crate) fn cut(row: &Entitlement) -> Option<String> {
    let user = row.user.as_ref()?;
    too_long(
        &[
            ("displayName", &user.display_name),
            ("principalName", &user.principal_name),
            ("mailAddress", &user.mail_address),
        ],
        &[],
    )
}

/// Converts a row; fails without what identifies the person.
pub(crate) fn convert(row: Entitlement) -> Result<OrgUser, String> {
    let key = row.id.as_deref().ok_or("it has no `id`, which is the storage key of a user entitlement")?;
    let user = row.user.ok_or("it has no `user`: is this a list of user entitlements?")?;
    let level = row.access_level.unwrap_or_default();
    let shared = |text: Option<Box<str>>| text.map(Arc::<str>::from);
    Ok(OrgUser {
        storage_key: StorageKey::new(key),
        descriptor: Descriptor::new(user.descriptor.as_deref().unwrap_or_default()),
        display_name: user.display_name.or_empty().into(),
        principal_name: user.principal_name.or_empty().into(),
        mail: shared(user.mail_address.0),
        origin: Origin::parse(user.origin.as_deref().unwrap_or_default()),
        origin_id: origin_id(user.origin_id.as_deref()).map(Arc::from),
        domain: shared(user.domain.0),
        meta_type: shared(user.meta_type.0),
        deleted_in_origin: super::lenient::flag(&user.is_deleted_in_origin) == Some(true),
        access_level: shared(level.license_display_name.0.or(level.account_license_type.0)),
        status: EntitlementStatus::parse(level.status.as_deref().unwrap_or_default()),
        last_accessed: last_access(row.last_accessed_date.as_deref()),
        created: moment(row.date_created.as_deref()).filter(|at| !is_never(*at)),
    })
}

/// The service writes a date in year 1 for *never*; the published examples show two different ones.
fn last_access(text: Option<&str>) -> LastAccess {
    match moment(text) {
        Some(at) if is_never(at) => LastAccess::Never,
        Some(at) => LastAccess::At(at),
        None => LastAccess::Unknown,
    }
}

fn is_never(at: jiff::Timestamp) -> bool {
    at.to_zoned(jiff::tz::TimeZone::UTC).year() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<OrgUser, String> {
        convert(serde_json::from_str(json).map_err(|error| error.to_string())?)
    }

    #[test]
    fn every_part_may_be_missing_but_the_key_and_the_user() {
        let user = read(r#"{"id":"A0000000-0000-4000-8000-000000000001","user":{}}"#).unwrap();
        assert_eq!(user.storage_key.as_str(), "a0000000-0000-4000-8000-000000000001");
        assert_eq!(user.last_accessed, LastAccess::Unknown);
        assert!(read(r#"{"user":{}}"#).unwrap_err().contains("`id`"));
        assert!(read(r#"{"id":"x"}"#).unwrap_err().contains("`user`"));
    }

    #[test]
    fn the_years_one_are_never_and_zeros_are_no_origin() {
        for never in [
            "0001-01-01T00:00:00Z",
            "0001-01-01T08:00:00Z",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00+02:00",
        ] {
            let user = read(&format!(r#"{{"id":"k","user":{{"originId":"00000000-0000-0000-0000-000000000000"}},"lastAccessedDate":"{never}","dateCreated":"{never}"}}"#)).unwrap();
            assert_eq!(user.last_accessed, LastAccess::Never, "{never}");
            assert_eq!((user.origin_id, user.created), (None, None));
        }
    }

    #[test]
    fn unknown_words_and_odd_types_do_not_cost_the_row() {
        let user = read(
            r#"{"id":"k","user":{"origin":"ghb","displayName":7,"mailAddress":"","metaType":"companyAdministrator","isDeletedInOrigin":true,"new":[1]},
                "accessLevel":{"licenseDisplayName":"Basic","status":"onHold"},"extensions":"none","lastAccessedDate":5}"#,
        )
        .unwrap();
        assert_eq!(&*user.display_name, "7");
        assert_eq!(user.origin, Origin::Other("ghb".into()));
        assert_eq!(user.mail, None);
        assert!(user.deleted_in_origin);
        assert_eq!(user.status, EntitlementStatus::Other("onHold".into()));
    }
}
