//! The services' own JSON, read tolerantly: unknown members, open enums and missing parts are normal. A row that cannot be
//! read is reported and costs only itself; what is read becomes a strict domain type.

use std::io::BufRead;

use serde::de::DeserializeOwned;

use super::http::json::Unreadable;
use super::paging::{Batch, Raw, Skipped};
use crate::domain::people::{OrgUser, TenantUser};
use crate::domain::text::clean_to;

pub(crate) mod lenient;
pub(crate) mod org_user;
pub(crate) mod page;
pub(crate) mod rows;
pub(crate) mod subject;
pub(crate) mod tenant_user;

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

/// Most skipped rows that are told one by one.
const MOST_SKIPPED: usize = 1000;

/// User entitlements from a JSON array, `{"value": […]}`, `{"items": […]}`, `{"members": […]}` or JSON Lines, one by one:
/// only the row at hand is held. Fails on a file that is cut or is no JSON, and when not one of its rows is an entitlement.
pub fn org_users_from_json(from: impl BufRead, each: impl FnMut(OrgUser)) -> Result<Vec<Skipped>, BadList> {
    people(from, org_user::convert, each)
}

/// Microsoft Graph users, likewise.
pub fn tenant_users_from_json(
    from: impl BufRead,
    each: impl FnMut(TenantUser),
) -> Result<Vec<Skipped>, BadList> {
    people(from, tenant_user::convert, each)
}

/// One user entitlement as the service writes it.
pub fn org_user_from_json(json: &str) -> Result<OrgUser, String> {
    one(json, org_user::convert)
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
    mut each: impl FnMut(T),
) -> Result<Vec<Skipped>, BadList> {
    let (mut read, mut skipped, mut more) = (0_u64, Vec::new(), 0_u64);
    let all = rows::cut(from, |row, found| {
        let person = match found {
            rows::Row::Object(bytes) => {
                serde_json::from_slice::<W>(bytes).map_err(|error| error.to_string()).and_then(convert)
            }
            rows::Row::Odd(why) => Err(why.to_owned()),
        };
        match person {
            Ok(person) => {
                read += 1;
                each(person);
            }
            Err(_) if skipped.len() >= MOST_SKIPPED => more += 1,
            Err(reason) => skipped.push(Skipped { row, reason: clean_to(&reason, 200).into_owned() }),
        }
    })?;
    if let Some(first) = skipped.first().filter(|_| read == 0) {
        let reason = format!("none of the {all} rows could be read; the first one: {}", first.reason);
        return Err(BadList { row: first.row, byte: 0, reason });
    }
    if more > 0 {
        skipped.push(Skipped { row: all, reason: format!("and {more} more rows like these") });
    }
    Ok(skipped)
}

pub(crate) fn entitlements(body: &[u8], raw: Raw) -> Result<Batch<OrgUser>, Unreadable> {
    page::parse(body, raw, org_user::convert)
}

pub(crate) fn tenant_users(body: &[u8], raw: Raw) -> Result<Batch<TenantUser>, Unreadable> {
    page::parse(body, raw, tenant_user::convert)
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
        assert_eq!(skipped.iter().map(|s| s.row).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn the_wrong_kind_of_list_is_an_error_not_an_empty_list() {
        let text = r#"{"value":[{"id":"b0000000-0000-4000-8000-000000000001","userPrincipalName":"a@contoso.example"}]}"#;
        let error = org_users_from_json(text.as_bytes(), |_| ()).unwrap_err();
        assert!(error.reason.contains("user entitlements"), "{error}");
        let mut count = 0;
        assert_eq!(tenant_users_from_json(text.as_bytes(), |_| count += 1).unwrap(), []);
        assert_eq!(count, 1);
    }
}
