//! Who an org user may be in the tenant: keys, names, candidates.

use super::ids::ObjectId;
use super::people::Directory;

/// An index over the tenant's users, built once, for addresses, names and the search as one types.
#[derive(Debug, Default)]
pub struct TenantIndex {}

impl TenantIndex {
    /// Indexes everybody in the directory.
    pub fn build(_directory: &Directory) -> Self {
        Self {}
    }

    /// Tenant users whose names or addresses fit what was typed, best first. The same query gives the same order always.
    pub fn search(&self, _directory: &Directory, _query: &str, _limit: usize) -> Vec<ObjectId> {
        Vec::new()
    }
}
