//! What dates say: an account made after the person was last here may be somebody else's.
//!
//! Alone that is a warning and never a contradiction: accounts are made for people who already work in an organization,
//! and administrators make them for everybody right before connecting. It counts only with a further sign.

use jiff::Timestamp;

use super::comparison::{Comparison, Seen};
use crate::domain::matching::accounts::{self, AccountKind};
use crate::domain::matching::fold::domain_part;
use crate::domain::matching::names::{Name, Verdict, compare};
use crate::domain::matching::pair::OrgView;
use crate::domain::matching::retrieve::{COMPARED, Scratch, promising};
use crate::domain::people::{OrgUser, TenantUser};

/// An account made within so many days of the reading is taken as made for the move, where people sign in with names of the
/// tenant at all.
const MADE_FOR_THE_MOVE: i64 = 200;

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

/// Whether an account was there so long before the reading that it was not made for the move.
pub(super) fn is_settled(made: Timestamp, read_at: Timestamp) -> bool {
    (read_at.as_second() - made.as_second()) / 86_400 > MADE_FOR_THE_MOVE
}

impl Comparison<'_> {
    /// Whether the account was made after the person's last access.
    pub(super) fn newer(&self, person: &OrgUser, user: &TenantUser) -> Option<Newer> {
        let made = user.created?;
        let last_access = person.last_accessed.at()?;
        let days = (made.as_second() - last_access.as_second()) / 86_400;
        (made > last_access && days >= 1).then(|| Newer {
            days,
            with_many: self.shared.made_with_many(made),
            made,
        })
    }

    /// Whether the dates are reason enough for a person to look before the pair is accepted.
    pub(super) fn dates_doubt(&self, person: &OrgUser, seen: &Seen<'_>) -> Option<Newer> {
        if !self.may_be_reissued(seen) {
            return None;
        }
        self.newer(person, seen.user)
            .filter(|newer| !newer.with_many && newer.days > i64::from(self.situation.inactive_after_days))
    }

    /// Only the tenant itself gives one of its addresses to somebody else, and only of a domain that it still uses: an
    /// address of another provider (of a guest, or among the other mails) stays its owner's, one of a domain that is left in
    /// aliases alone is handed out to nobody any more, and a machine's account is no person's.
    pub(super) fn may_be_reissued(&self, seen: &Seen<'_>) -> bool {
        seen.compared.kind != AccountKind::Service
            && seen
                .compared
                .addresses
                .iter()
                .any(|(_, key)| domain_part(key).is_some_and(|domain| self.shared.is_own_domain(domain)))
    }

    /// Whether the dates, with a further sign, say that the account is somebody else's; the reason.
    pub(super) fn dates_contradict(
        &self,
        person: &OrgView<'_>,
        seen: &Seen<'_>,
        scratch: &mut Scratch,
    ) -> Option<String> {
        if !self.may_be_reissued(seen) {
            return None;
        }
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
        let settled = is_settled(newer.made, read_at);
        // where hardly anybody signs in with a name of the tenant, no account was made to be found by it
        let for_the_move = !settled && self.shared.sign_in_names_are_usual();
        let long = newer.days > i64::from(self.situation.inactive_after_days) && !for_the_move;
        long.then(|| {
            let why = if settled {
                "and long before this reading"
            } else {
                "and hardly anybody here signs in with a name of the tenant"
            };
            format!("{begin}, {why}: it may be somebody else's of the same name")
        })
    }

    /// Another account in use, of exactly the same name, that was there when the person was last here: then the younger
    /// one is more likely a namesake's. (A disabled one beside it is what somebody leaves behind who came back.)
    fn older_namesake(&self, person: &OrgView<'_>, seen: &Seen<'_>, scratch: &mut Scratch) -> Option<String> {
        let last_access = person.user.last_accessed.at()?;
        let own = Name::of_tenant(seen.user);
        promising(self.index, scratch, person, COMPARED).into_iter().filter(|at| *at != seen.at).find_map(
            |at| {
                let user = self.index.user(self.directory, at)?;
                // a guest of the same name is likely the same person, invited before there was an account
                let older = user.created.is_some_and(|made| made < last_access)
                    && user.enabled == Some(true)
                    && !user.deleted
                    && !user.pending
                    && user.decoded_guest_address().is_none();
                if !older || accounts::of_tenant_user(user) != AccountKind::Person {
                    return None;
                }
                let found = compare(&Name::of_tenant(user), &own);
                (found.verdict == Verdict::Agrees && found.score >= 0.97)
                    .then(|| user.user_principal_name().to_string())
            },
        )
    }
}
