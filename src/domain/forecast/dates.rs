//! What dates say: an account made after the person was last here may be somebody else's.
//!
//! Alone that is a warning and never a contradiction: accounts are made for people who already work in an organization,
//! and administrators make them for everybody right before connecting. It counts only with a further sign.

use jiff::Timestamp;

use super::comparison::{Comparison, Seen};
use crate::domain::matching::names::Verdict;
use crate::domain::matching::pair::{OrgView, compare};
use crate::domain::matching::retrieve::{COMPARED, Scratch, promising};
use crate::domain::people::{OrgUser, TenantUser};

/// An account made within so many days of the reading is taken as made for the move.
const MADE_FOR_THE_MOVE: i64 = 183;

/// An account that is younger than the person's last access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Newer {
    /// By how many whole days.
    pub days: i64,
    /// Many accounts were made in the same days.
    pub with_many: bool,
    /// When.
    made: Timestamp,
}

impl Comparison<'_> {
    /// Whether the account was made after the person's last access.
    pub(super) fn newer(&self, person: &OrgUser, user: &TenantUser) -> Option<Newer> {
        let made = user.created?;
        let used = person.last_accessed.at()?;
        let days = (made.as_second() - used.as_second()) / 86_400;
        (made > used && days >= 1).then(|| Newer { days, with_many: self.shared.made_with_many(made), made })
    }

    /// Whether the dates are reason enough for a person to look before the pair is accepted.
    pub(super) fn dates_doubt(&self, person: &OrgUser, user: &TenantUser) -> Option<Newer> {
        self.newer(person, user)
            .filter(|newer| !newer.with_many && newer.days > i64::from(self.situation.inactive_after_days))
    }

    /// Whether the dates, with a further sign, say that the account is somebody else's; the reason.
    pub(super) fn dates_contradict(
        &self,
        person: &OrgView<'_>,
        seen: &Seen<'_>,
        scratch: &mut Scratch,
    ) -> Option<String> {
        let newer = self.newer(person.user, seen.user).filter(|newer| !newer.with_many)?;
        let begin = format!("the account was made {} days after the person's last access", newer.days);
        if seen.compared.name.verdict == Verdict::Doubt {
            return Some(format!("{begin}, and the names agree only in part"));
        }
        if let Some(older) = self.older_namesake(person, seen, scratch) {
            return Some(format!(
                "{begin}, and {} is an older account of the same name",
                super::comparison::shown(&older)
            ));
        }
        let read_at = self.shared.read_at.unwrap_or(self.situation.now);
        let age = (read_at.as_second() - newer.made.as_second()) / 86_400;
        let long = newer.days > i64::from(self.situation.inactive_after_days) && age > MADE_FOR_THE_MOVE;
        long.then(|| {
            format!("{begin}, and long before this reading: it may be somebody else's of the same name")
        })
    }

    /// Another account of the same name that was there when the person was last here.
    fn older_namesake(&self, person: &OrgView<'_>, seen: &Seen<'_>, scratch: &mut Scratch) -> Option<String> {
        let used = person.user.last_accessed.at()?;
        promising(self.index, scratch, person, COMPARED).into_iter().filter(|at| *at != seen.at).find_map(
            |at| {
                let user = self.directory.users().get(at as usize)?;
                let older = user.created.is_some_and(|made| made < used);
                let compared = older.then(|| compare(person, user))?;
                (compared.name.verdict == Verdict::Agrees
                    && compared.kind == crate::domain::matching::accounts::AccountKind::Person)
                    .then(|| user.user_principal_name.to_string())
            },
        )
    }
}
