//! The services' own JSON, read tolerantly: unknown members, open enums and missing parts are normal. A row that cannot be
//! read is reported and costs only itself; what is read becomes a strict domain type.

use std::io::BufRead;

use serde::de::DeserializeOwned;

use super::http::json::Unreadable;
use super::paging::{Batch, Raw, Skipped};
use crate::domain::people::{OrgUser, TenantUser};
use crate::domain::text::clean_to;

pub(crate) mod delta;
pub(crate) mod lenient;
pub(crate) mod org_user;
pub(crate) mod page;
pub(crate) mod rows;
pub(crate) mod subject;
pub(crate) mod tenant_user;

pub use org_user::Whole;

/// A file that could not be read as a list of people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {row}, byte {byte}: {reason}")]
pub struct BadList {
    /// The row at which reading stopped, from 1.
    pub row: u64,
    /// The byte at which it stopped, from 0.
    pub byte: u64,
    /// What was expected and what was found, cleaned for a screen.
    pub reason: String,
}

/// Most rows that are told one by one.
pub const MOST_TOLD: usize = 1000;

/// What of a list was not read, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// How many rows were left out wholly.
    pub rows: usize,
    /// Of how many rows only a part was left out: they are used.
    pub parts: usize,
    /// The first [`MOST_TOLD`] of both.
    pub told: Vec<Skipped>,
}

impl LeftOut {
    /// Counts one; tells it while there is room.
    pub fn add(&mut self, skipped: Skipped) {
        *if skipped.used { &mut self.parts } else { &mut self.rows } += 1;
        if self.told.len() < MOST_TOLD {
            self.told.push(skipped);
        }
    }

    /// Whether everything was read.
    pub fn is_nothing(&self) -> bool {
        self.rows == 0 && self.parts == 0
    }
}

/// User entitlements from a JSON array, `{"value": […]}`, `{"items": […]}`, `{"members": […]}` or JSON Lines, one by one:
/// only the row at hand is held. Fails on a file that is cut or is no JSON, and when not one of its rows is an entitlement.
pub fn org_users_from_json(from: impl BufRead, each: impl FnMut(OrgUser)) -> Result<LeftOut, BadList> {
    people(from, org_user::convert, org_user::cut, each)
}

/// Microsoft Graph users, likewise.
pub fn tenant_users_from_json(from: impl BufRead, each: impl FnMut(TenantUser)) -> Result<LeftOut, BadList> {
    people(from, tenant_user::convert, tenant_user::cut, each)
}

/// One user entitlement as the service writes it.
pub fn org_user_from_json(json: &str) -> Result<OrgUser, String> {
    one(json, org_user::convert)
}

/// One user entitlement with what a comparison of before and after needs.
pub fn whole_from_json(row: &[u8]) -> Result<Whole, String> {
    serde_json::from_slice(row)
        .map_err(|error| clean_to(&error.to_string(), 200).into_owned())
        .and_then(org_user::convert_whole)
}

/// One group of the organization as the graph writes it.
pub fn group_from_json(row: &[u8]) -> Result<super::azure_devops::Group, String> {
    serde_json::from_slice(row)
        .map_err(|error| clean_to(&error.to_string(), 200).into_owned())
        .and_then(subject::group)
}

/// One user of the organization's graph.
pub fn graph_user_from_json(row: &[u8]) -> Result<super::azure_devops::GraphUser, String> {
    serde_json::from_slice(row)
        .map_err(|error| clean_to(&error.to_string(), 200).into_owned())
        .and_then(subject::user)
}

/// One user as Microsoft Graph writes it.
pub fn tenant_user_from_json(json: &str) -> Result<TenantUser, String> {
    one(json, tenant_user::convert)
}

fn one<W: DeserializeOwned, T>(json: &str, convert: fn(W) -> Result<T, String>) -> Result<T, String> {
    serde_json::from_str(json)
        .map_err(|error| clean_to(&error.to_string(), 200).into_owned())
        .and_then(convert)
}

fn people<W: DeserializeOwned, T>(
    from: impl BufRead,
    convert: fn(W) -> Result<T, String>,
    cut: fn(&W) -> Option<String>,
    mut each: impl FnMut(T),
) -> Result<LeftOut, BadList> {
    let (mut read, mut left_out) = (0_u64, LeftOut::default());
    let all = rows::cut(from, |place, found| {
        let (row, byte) = (place.row, Some(place.byte));
        let person = match found {
            rows::Row::Object(bytes) => serde_json::from_slice::<W>(bytes)
                .map_err(|error| error.to_string())
                .and_then(|row| Ok((cut(&row), convert(row)?))),
            rows::Row::Odd(why) => Err(why.to_owned()),
        };
        let mut tell = |used: bool, reason: &str| {
            let reason = clean_to(reason, 200).into_owned();
            left_out.add(Skipped { row, byte, used, reason });
        };
        match person {
            Ok((note, person)) => {
                read += 1;
                if let Some(note) = note {
                    tell(true, &note);
                }
                each(person);
            }
            Err(reason) => tell(false, &reason),
        }
    })?;
    if let Some(first) = left_out.told.first().filter(|_| read == 0) {
        let reason = format!("none of the {all} rows could be read; the first one: {}", first.reason);
        return Err(BadList { row: first.row, byte: first.byte.unwrap_or_default(), reason });
    }
    Ok(left_out)
}

pub(crate) fn entitlements(body: &[u8], raw: Raw) -> Result<Batch<OrgUser>, Unreadable> {
    page::parse_and_note(body, raw, org_user::convert, org_user::cut)
}

pub(crate) fn tenant_users(body: &[u8], raw: Raw) -> Result<Batch<TenantUser>, Unreadable> {
    page::parse_and_note(body, raw, tenant_user::convert, tenant_user::cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_rows_are_reported_and_the_rest_is_used() {
        let text = r#"[{"id":"k1","user":{"displayName":"Ada"}},{"id":"k2"},5,{"id":"k3","user":{}}]"#;
        let mut names = Vec::new();
        let skipped =
            org_users_from_json(text.as_bytes(), |user| names.push(user.storage_key.to_string())).unwrap();
        assert_eq!(names, ["k1", "k3"]);
        let places: Vec<_> = skipped.told.iter().map(|row| (row.row, row.byte)).collect();
        assert_eq!(places, [(2, Some(42)), (3, Some(54))]);
        assert_eq!((skipped.rows, skipped.parts), (2, 0));
    }

    #[test]
    fn the_wrong_kind_of_list_is_an_error_not_an_empty_list() {
        let text = r#"{"value":[{"id":"b0000000-0000-4000-8000-000000000001","userPrincipalName":"a@contoso.example"}]}"#;
        let error = org_users_from_json(text.as_bytes(), |_| ()).unwrap_err();
        assert!(error.reason.contains("user entitlements"), "{error}");
        let mut count = 0;
        assert!(tenant_users_from_json(text.as_bytes(), |_| count += 1).unwrap().is_nothing());
        assert_eq!(count, 1);
    }

    #[test]
    fn a_monstrous_row_is_used_and_what_is_left_out_of_it_is_named() {
        let id = "b0000000-0000-4000-8000-000000000001";
        let name = "x".repeat(10_000_000);
        let proxies = vec!["\"smtp:jane@contoso.example\""; 100_000].join(",");
        let text = format!(
            r#"[{{"id":"{id}"}},{{"id":"{id}","displayName":"{name}","proxyAddresses":[{proxies}]}},{{"id":"{id}"}}]"#
        );
        let mut users = Vec::new();
        let left_out = tenant_users_from_json(text.as_bytes(), |user| users.push(user)).unwrap();
        assert_eq!(users.len(), 3);
        assert!(users[1].display_name().len() < 5000);
        assert_eq!((left_out.rows, left_out.parts), (0, 1));
        let told = left_out.told[0].to_string();
        assert!(told.starts_with("row 2, byte 47: `displayName` is longer"), "{told}");
        assert!(told.ends_with("99000 of its `proxyAddresses` are left out"), "{told}");
    }

    #[test]
    fn a_deep_row_is_no_danger_and_a_broken_one_costs_only_itself() {
        let good = r#"{"id":"b0000000-0000-4000-8000-000000000001"}"#;
        let deep = format!(
            r#"{{"mail":{}{},"id":"b0000000-0000-4000-8000-000000000002"}}"#,
            "[".repeat(5000),
            "]".repeat(5000)
        );
        let text = format!("{good}\n{deep}\n{{\"id\":bad}}\n{good}\n");
        let mut count = 0;
        let left_out = tenant_users_from_json(text.as_bytes(), |_| count += 1).unwrap();
        assert_eq!((count, left_out.rows), (3, 1));
        assert_eq!(left_out.told[0].byte, Some((good.len() + deep.len() + 2) as u64));
    }
}
