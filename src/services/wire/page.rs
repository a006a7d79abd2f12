//! One page of a listing: `value`, `items` or `members`, with whatever continues it.
//!
//! The usual way reads the rows at once. If that fails, or if the services' own objects are wanted too, each row is cut
//! out first and read by itself, so that one unreadable row costs only itself.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::lenient::Text;
use crate::domain::text::clean_to;
use crate::services::http::json::{Unreadable, from_body};
use crate::services::paging::{Batch, Raw, Skipped};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "R: Deserialize<'de>"))]
struct PageOf<R> {
    value: Option<Vec<R>>,
    items: Option<Vec<R>>,
    members: Option<Vec<R>>,
    #[serde(default)]
    continuation_token: Text,
    #[serde(default, rename = "@odata.nextLink")]
    next_link: Text,
    #[serde(default)]
    total_count: Text,
    #[serde(default, rename = "@odata.count")]
    count: Text,
}

/// The rows, what continues them, and how many there are in all.
type Rows<R> = (Vec<R>, Option<String>, Option<u64>);

impl<R> PageOf<R> {
    /// Older answers carry `items` and `members` with equal rows.
    fn take(self) -> Result<Rows<R>, Unreadable> {
        let lists = [self.items, self.members, self.value];
        if lists.iter().all(Option::is_none) {
            return Err(Unreadable::other("it has no list: neither `value` nor `items` nor `members`"));
        }
        let rows = lists.into_iter().flatten().find(|rows| !rows.is_empty()).unwrap_or_default();
        let next = self.continuation_token.into_string().or_else(|| self.next_link.into_string());
        let total = [self.total_count, self.count].iter().find_map(|text| text.as_deref()?.parse().ok());
        Ok((rows, next, total))
    }
}

/// Parses a page of rows of the wire type `W`.
pub(crate) fn parse<W: DeserializeOwned, T>(
    body: &[u8],
    raw: Raw,
    convert: fn(W) -> Result<T, String>,
) -> Result<Batch<T>, Unreadable> {
    parse_and_note(body, raw, convert, |_| None)
}

/// The same; `cut` says what of a row was too long and was left out.
pub(crate) fn parse_and_note<W: DeserializeOwned, T>(
    body: &[u8],
    raw: Raw,
    convert: fn(W) -> Result<T, String>,
    cut: fn(&W) -> Option<String>,
) -> Result<Batch<T>, Unreadable> {
    if raw == Raw::Drop
        && let Ok(page) = from_body::<PageOf<W>>(body)
    {
        let (rows, next, total) = page.take()?;
        let mut batch =
            Batch { items: Vec::with_capacity(rows.len()), raw: vec![], skipped: vec![], next, total };
        for (at, row) in rows.into_iter().enumerate() {
            let note = cut(&row);
            match convert(row) {
                Ok(item) => {
                    batch.items.push(item);
                    batch.skipped.extend(note.map(|note| skipped(at, true, &note)));
                }
                Err(reason) => batch.skipped.push(skipped(at, false, &reason)),
            }
        }
        return Ok(batch);
    }
    let (rows, next, total) = from_body::<PageOf<Box<RawValue>>>(body)?.take()?;
    let mut batch =
        Batch { items: Vec::with_capacity(rows.len()), raw: vec![], skipped: vec![], next, total };
    for (at, row) in rows.into_iter().enumerate() {
        let read = serde_json::from_str::<W>(row.get()).map_err(|error| error.to_string());
        match read.and_then(|row| Ok((cut(&row), convert(row)?))) {
            Ok((note, item)) => {
                batch.items.push(item);
                batch.skipped.extend(note.map(|note| skipped(at, true, &note)));
                if raw == Raw::Keep {
                    batch.raw.push(row);
                }
            }
            Err(reason) => batch.skipped.push(skipped(at, false, &reason)),
        }
    }
    Ok(batch)
}

fn skipped(at: usize, used: bool, reason: &str) -> Skipped {
    Skipped { row: at as u64 + 1, byte: None, used, reason: clean_to(reason, 200).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::wire::{org_user, tenant_user};

    #[test]
    fn items_or_members_or_both() {
        let row = r#"{"id":"k","user":{}}"#;
        for body in [
            format!(r#"{{"items":[{row}],"continuationToken":null}}"#),
            format!(r#"{{"members":[{row}]}}"#),
            format!(r#"{{"members":[{row}],"items":[{row}],"totalCount":1}}"#),
            format!(r#"{{"members":[{row}],"items":[]}}"#),
        ] {
            let batch = parse(body.as_bytes(), Raw::Drop, org_user::convert).unwrap();
            assert_eq!((batch.items.len(), batch.next), (1, None), "{body}");
        }
        assert!(
            parse(b"{\"count\":0}", Raw::Drop, org_user::convert).unwrap_err().reason.contains("no list")
        );
    }

    #[test]
    fn one_bad_row_costs_only_itself() {
        let good = r#"{"id":"b0000000-0000-4000-8000-000000000001","note":1.50}"#;
        let body = format!(r#"{{"@odata.nextLink":"https://x/y","value":[{good},7,{{"id":"x"}},{good}]}}"#);
        for raw in [Raw::Drop, Raw::Keep] {
            let batch = parse(body.as_bytes(), raw, tenant_user::convert).unwrap();
            assert_eq!(batch.items.len(), 2);
            assert_eq!(batch.skipped.iter().map(|s| s.row).collect::<Vec<_>>(), [2, 3]);
            assert_eq!(batch.next.as_deref(), Some("https://x/y"));
            let kept: Vec<_> = batch.raw.iter().map(|row| row.get()).collect();
            let expected = if raw == Raw::Keep { vec![good, good] } else { vec![] };
            assert_eq!(kept, expected, "the service's own object, unchanged");
        }
    }

    #[test]
    fn of_a_monstrous_row_only_the_surplus_is_left_out() {
        let id = "b0000000-0000-4000-8000-000000000001";
        let (name, alias) = ("x".repeat(10_000_000), r#""smtp:jane@contoso.example""#);
        let aliases = vec![alias; 100_000].join(",");
        let body = format!(
            r#"{{"value":[{{"id":"{id}"}},{{"id":"{id}","surname":"{name}","proxyAddresses":[{aliases}]}}]}}"#
        );
        for raw in [Raw::Drop, Raw::Keep] {
            let batch = parse_and_note(body.as_bytes(), raw, tenant_user::convert, tenant_user::cut).unwrap();
            assert_eq!(batch.items.len(), 2);
            let [told] = batch.skipped.as_slice() else { panic!("{:?}", batch.skipped) };
            assert!(told.used && told.row == 2, "{told}");
            assert!(told.reason.contains("`surname`") && told.reason.contains("99000"), "{told}");
        }
    }
}
