//! The services' own JSON, read tolerantly: unknown members, open enums and missing parts are normal.

use std::io::BufRead;

use crate::domain::people::{OrgUser, TenantUser};

use super::paging::Skipped;

/// A file that could not be read as a list of people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {row}, byte {byte}: {reason}")]
pub struct BadList {
    /// The row at which reading stopped, from 1.
    pub row: u64,
    /// The byte at which it began.
    pub byte: u64,
    /// What was expected and what was found.
    pub reason: String,
}

/// User entitlements from a JSON array, `{"value": […]}`, `{"items": […]}`, `{"members": […]}` or JSON Lines, one by one.
pub fn org_users_from_json(
    from: impl BufRead,
    mut each: impl FnMut(OrgUser),
) -> Result<Vec<Skipped>, BadList> {
    let _ = (from, &mut each);
    Err(BadList { row: 0, byte: 0, reason: "not built yet".into() })
}

/// Graph users, likewise.
pub fn tenant_users_from_json(
    from: impl BufRead,
    mut each: impl FnMut(TenantUser),
) -> Result<Vec<Skipped>, BadList> {
    let _ = (from, &mut each);
    Err(BadList { row: 0, byte: 0, reason: "not built yet".into() })
}
