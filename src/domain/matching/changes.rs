//! What is different between two readings of the tenant.

use crate::domain::people::{Directory, TenantUser};

/// No place: somebody who is not in the list any more.
pub(super) const GONE: u32 = u32::MAX;

/// Who came, went or changed between two readings of the tenant. Users are told apart by object id; the order in which the
/// tenant gave them makes no difference.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// For each place in the old list the place in the new one, or [`GONE`].
    moved: Vec<u32>,
    /// Places in the old list of those who went.
    removed: Vec<u32>,
    /// Places in the new list of those who came.
    added: Vec<u32>,
    /// Places in the new list of those who changed, and in the old one.
    changed: Vec<u32>,
    changed_before: Vec<u32>,
}

impl Changes {
    /// Compares everybody with themselves.
    pub fn between(old: &Directory, new: &Directory) -> Self {
        let mut changes = Self { moved: Vec::with_capacity(old.len()), ..Self::default() };
        let mut known = vec![false; new.len()];
        for (before, (place, user)) in (0_u32..).zip(old.users().iter().enumerate()) {
            // most stay where they were
            let same_place = new.users().get(place).filter(|other| other.id == user.id);
            let found = match same_place {
                Some(other) => Some((place, other)),
                None => new.position(user.id).and_then(|at| Some((at, new.users().get(at)?))),
            };
            let Some((at, other)) = found else {
                changes.moved.push(GONE);
                changes.removed.push(before);
                continue;
            };
            let after = u32::try_from(at).unwrap_or(GONE);
            changes.moved.push(after);
            if let Some(mark) = known.get_mut(at) {
                *mark = true;
            }
            if other != user {
                changes.changed.push(after);
                changes.changed_before.push(before);
            }
        }
        changes.added = (0_u32..).zip(known).filter(|(_, known)| !known).map(|(at, _)| at).collect();
        changes
    }

    /// How many came, went or changed.
    pub fn len(&self) -> usize {
        self.removed.len() + self.added.len() + self.changed.len()
    }

    /// Whether the lists say the same.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everybody who went or changed, as they were, with their place in the old list.
    pub fn before<'d>(&'d self, old: &'d Directory) -> impl Iterator<Item = (&'d TenantUser, u32)> {
        let places = self.removed.iter().chain(&self.changed_before);
        places.filter_map(|at| Some((old.users().get(*at as usize)?, *at)))
    }

    /// Everybody who came or changed, as they are, with their place in the new list.
    pub fn after<'d>(&'d self, new: &'d Directory) -> impl Iterator<Item = (&'d TenantUser, u32)> {
        let places = self.added.iter().chain(&self.changed);
        places.filter_map(|at| Some((new.users().get(*at as usize)?, *at)))
    }

    /// Where somebody of the old list is in the new one.
    pub(super) fn moved(&self, before: u32) -> Option<u32> {
        self.moved.get(before as usize).copied().filter(|at| *at != GONE)
    }

    /// Places in the new list of those who came.
    pub(super) fn added(&self) -> &[u32] {
        &self.added
    }

    /// Places in the old list of those who changed.
    pub(super) fn changed_before(&self) -> &[u32] {
        &self.changed_before
    }
}
