//! A page of a delta query over the tenant's users: rows that tell only what changed, and where to go on.

use serde::Deserialize as Derived;
use serde::de::{Deserialize, Deserializer};

use super::lenient::{List, Text, flag, moment};
use super::page;
use super::tenant_user::{Identity, address, fits, is_pending, smtp, user_type};
use crate::domain::ids::ObjectId;
use crate::domain::people::patch::{DirectoryChange, TenantUserPatch, Told};
use crate::services::http::json::{Unreadable, from_body};
use crate::services::paging::{Raw, Skipped};

/// A page.
#[derive(Debug)]
pub(crate) struct DeltaPage {
    pub changes: Vec<DirectoryChange>,
    pub skipped: Vec<Skipped>,
    /// There is another page.
    pub next: Option<String>,
    /// This was the last one; the next round begins here.
    pub delta: Option<String>,
}

#[derive(Derived)]
struct Links {
    #[serde(default, rename = "@odata.deltaLink")]
    delta: Text,
}

/// A member that is there is told, `null` included; one that is not there stays as it was.
fn told<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Told<T>, D::Error> {
    T::deserialize(deserializer).map(Told::Is)
}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(default)]
    id: Text,
    #[serde(default, rename = "@removed")]
    removed: Option<serde_json::Value>,
    #[serde(default, deserialize_with = "told")]
    display_name: Told<Text>,
    #[serde(default, deserialize_with = "told")]
    given_name: Told<Text>,
    #[serde(default, deserialize_with = "told")]
    surname: Told<Text>,
    #[serde(default, deserialize_with = "told")]
    mail: Told<Text>,
    #[serde(default, deserialize_with = "told")]
    user_principal_name: Told<Text>,
    #[serde(default, deserialize_with = "told")]
    other_mails: Told<List<Text>>,
    #[serde(default, deserialize_with = "told")]
    proxy_addresses: Told<List<Text>>,
    #[serde(default, deserialize_with = "told")]
    identities: Told<List<Identity>>,
    #[serde(default, deserialize_with = "told")]
    user_type: Told<Text>,
    #[serde(default, deserialize_with = "told")]
    account_enabled: Told<Text>,
    #[serde(default, deserialize_with = "told")]
    external_user_state: Told<Text>,
    #[serde(default, deserialize_with = "told")]
    mail_nickname: Told<Text>,
    #[serde(default, deserialize_with = "told")]
    on_premises_sam_account_name: Told<Text>,
    #[serde(default, deserialize_with = "told")]
    created_date_time: Told<Text>,
}

fn convert(row: Row) -> Result<DirectoryChange, String> {
    let id = row.id.as_deref().ok_or("it has no `id`")?;
    let id: ObjectId = id.parse().map_err(|_| "its `id` is not an object id".to_owned())?;
    if let Some(removed) = &row.removed {
        let reason = removed.get("reason").and_then(serde_json::Value::as_str).unwrap_or_default();
        // A reason that nobody has heard of: gone for now. The next whole reading knows.
        return Ok(if reason.eq_ignore_ascii_case("deleted") {
            DirectoryChange::Deleted(id)
        } else {
            DirectoryChange::Removed(id)
        });
    }
    let patch = TenantUserPatch {
        display_name: row.display_name.map(Text::or_empty),
        given_name: row.given_name.map(|text| text.0),
        surname: row.surname.map(|text| text.0),
        user_principal_name: row.user_principal_name.map(Text::or_empty),
        mail: row.mail.map(|text| text.0),
        other_mails: row
            .other_mails
            .map(|list| list.0.into_iter().filter_map(|text| text.0).filter(|text| fits(text)).collect()),
        proxy_addresses: row.proxy_addresses.map(|list| {
            list.0.iter().filter_map(|text| smtp(text.as_deref()?)).filter(|text| fits(text)).collect()
        }),
        identity_addresses: row
            .identities
            .map(|list| list.0.into_iter().filter_map(address).filter(|text| fits(text)).collect()),
        user_type: row.user_type.map(|text| text.as_deref().and_then(user_type)),
        enabled: row.account_enabled.map(|text| flag(&text)),
        pending: row.external_user_state.map(|text| text.as_deref().is_some_and(is_pending)),
        mail_nickname: row.mail_nickname.map(|text| text.0),
        sam_account_name: row.on_premises_sam_account_name.map(|text| text.0),
        created: row.created_date_time.map(|text| moment(text.as_deref())),
    };
    Ok(DirectoryChange::Changed(id, Box::new(patch)))
}

/// Reads a page.
pub(crate) fn parse(body: &[u8]) -> Result<DeltaPage, Unreadable> {
    let batch = page::parse(body, Raw::Drop, convert)?;
    let links: Links = from_body(body)?;
    Ok(DeltaPage {
        changes: batch.items,
        skipped: batch.skipped,
        next: batch.next,
        delta: links.delta.into_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "b0000000-0000-4000-8000-000000000001";

    fn one(members: &str) -> DirectoryChange {
        let body = format!(r#"{{"value":[{{"id":"{ID}"{members}}}],"@odata.deltaLink":"https://x/y"}}"#);
        let page = parse(body.as_bytes()).unwrap();
        assert_eq!((page.skipped.len(), page.next, page.delta.as_deref()), (0, None, Some("https://x/y")));
        page.changes.into_iter().next().unwrap()
    }

    #[test]
    fn what_is_absent_is_not_told_and_null_is() {
        let DirectoryChange::Changed(_, patch) = one(r#","mail":null,"proxyAddresses":["SMTP:a@b.example"]"#)
        else {
            panic!()
        };
        assert_eq!(patch.mail, Told::Is(None));
        assert_eq!(patch.proxy_addresses, Told::Is(["a@b.example".into()].into()));
        assert_eq!((&patch.display_name, &patch.enabled), (&Told::Not, &Told::Not));
        assert_eq!(
            *patch,
            TenantUserPatch {
                mail: Told::Is(None),
                proxy_addresses: Told::Is(["a@b.example".into()].into()),
                ..TenantUserPatch::default()
            }
        );
    }

    #[test]
    fn both_ways_of_being_removed_and_ways_that_nobody_has_heard_of() {
        let id: ObjectId = ID.parse().unwrap();
        assert_eq!(one(r#","@removed":{"reason":"changed"}"#), DirectoryChange::Removed(id));
        assert_eq!(one(r#","@removed":{"reason":"deleted"}"#), DirectoryChange::Deleted(id));
        assert_eq!(one(r#","@removed":{"reason":"Deleted"},"mail":null"#), DirectoryChange::Deleted(id));
        for odd in ["{}", "true", "\"deleted\"", "{\"reason\":7}"] {
            assert_eq!(one(&format!(r#","@removed":{odd}"#)), DirectoryChange::Removed(id), "{odd}");
        }
        assert!(matches!(one(r#","@removed":null"#), DirectoryChange::Changed(..)));
    }

    #[test]
    fn a_row_without_an_id_is_left_out_and_said() {
        let page = parse(br#"{"value":[{"mail":"a@b.example"},{"id":"x"}],"@odata.nextLink":"n"}"#).unwrap();
        assert_eq!((page.changes.len(), page.skipped.len()), (0, 2));
        assert_eq!((page.next.as_deref(), page.delta), (Some("n"), None));
        assert!(parse(b"{}").is_err());
    }
}
