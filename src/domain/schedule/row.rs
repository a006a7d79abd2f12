//! What becomes of one row.

use super::{Call, Disposition, ScheduleInput, ScheduledRow};
use crate::domain::connection::ConnectionState;
use crate::domain::forecast::Person;
use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::outcome::Outcome;
use crate::domain::people::OrgUser;
use crate::domain::plan::{Decision, PlanRow, RowState, Rulebook, address, reconcile};
use crate::domain::text;

/// One run with its rules.
pub(super) struct Run<'a> {
    pub(super) input: &'a ScheduleInput<'a>,
    pub(super) book: &'a Rulebook<'a>,
    pub(super) state: ConnectionState,
}

/// Why a row is not sent, as the early way out of its checks.
type Checked<T> = Result<T, Disposition>;

fn refuse(reason: impl Into<String>) -> Disposition {
    Disposition::Refuse(reason.into())
}

impl Run<'_> {
    /// The row of this run; `None` where nothing is to be done: no decision, `keep`, or verified already.
    pub(super) fn scheduled(&self, row: &PlanRow) -> Option<ScheduledRow> {
        if matches!(row.decision, Decision::Undecided | Decision::Keep) || row.state == RowState::Verified {
            return None;
        }
        let key = row.new_storage_key.as_ref().unwrap_or(&row.storage_key);
        let user = self.input.roster.get(key);
        let person = self.input.forecast.get(key);
        let disposition = match self.decide(row, user, person) {
            Ok(done) | Err(done) => done,
        };
        // Not known counts as privileged: such a row is refused, and must not be taken for an ordinary one anywhere.
        let privileged = self.privileged(key, person, &row.decision) != Some(false);
        Some(ScheduledRow {
            storage_key: row.storage_key.clone(),
            decision: row.decision.clone(),
            after: self.waits_for(&disposition),
            disposition,
            privileged,
        })
    }

    /// The removal that has to be proven before this map is sent.
    fn waits_for(&self, disposition: &Disposition) -> Option<StorageKey> {
        let Disposition::Send(Call::Map { target, .. }) = disposition else { return None };
        self.book.removed_first(*target).cloned()
    }

    fn decide(&self, row: &PlanRow, user: Option<&OrgUser>, person: Option<&Person>) -> Checked<Disposition> {
        if let Some(only) = self.input.only
            && !only.contains(&row.storage_key)
            && !row.new_storage_key.as_ref().is_some_and(|key| only.contains(key))
        {
            return Ok(Disposition::Skip("not among those named for this run".to_owned()));
        }
        // What was sent is read before anything else is thought of.
        let invited = matches!(row.decision, Decision::Invite { .. }) && row.state == RowState::Applied;
        if row.state.is_open() && !invited {
            return Ok(Disposition::Verify);
        }
        let (Some(user), Some(person)) = (user, person) else {
            return Ok(if row.decision == Decision::Remove {
                Disposition::Verify
            } else {
                refuse(
                    "Nobody with this key is in the organization any more. If the person is there under another key, read \
                     again (r in the dashboard); else take the decision back.",
                )
            });
        };
        match &row.decision {
            Decision::Map { target } => self.map(*target, row, user, person),
            Decision::Invite { address } => self.invite(address, invited, row, user, person),
            Decision::Remove => self.remove(row, user, person),
            Decision::Undecided | Decision::Keep => Ok(Disposition::Skip("nothing is to be sent".to_owned())),
        }
    }

    fn map(&self, target: ObjectId, row: &PlanRow, user: &OrgUser, person: &Person) -> Checked<Disposition> {
        if user.origin_object() == Some(target) {
            return Ok(Disposition::Verify);
        }
        if self.state != ConnectionState::Connected {
            return Ok(Disposition::Skip("waits for the connection".to_owned()));
        }
        self.named_if_privileged(row, user, person)?;
        self.as_decided(row, user, person)?;
        if person.outcome == Outcome::Connected {
            return Err(refuse(
                "Somebody mapped this person to another tenant user already; it cannot be undone.",
            ));
        }
        if person.outcome == Outcome::Hazard {
            return Err(refuse(
                "The service mapped this person to somebody else. Nothing is sent; open a Support case with the activity \
                 ids of the log.",
            ));
        }
        self.send_map(target, user)
    }

    /// The call, once nothing about the target speaks against it.
    fn send_map(&self, target: ObjectId, user: &OrgUser) -> Checked<Disposition> {
        let Some(found) = self.input.directory.get(target) else {
            return Err(refuse(
                "The target is not among the users of the tenant that were read. Choose another.",
            ));
        };
        self.book.may_be_target(found, user).map_err(Disposition::Refuse)?;
        if let Some(other) = self.book.removed_first(target)
            && let Some(why) = self.removal_is_not_sent(other)
        {
            let name = self.book.name_of(other);
            return Ok(Disposition::Skip(format!(
                "waits until {name} is removed, which is not sent now: {why}"
            )));
        }
        Ok(Disposition::Send(Call::Map { descriptor: user.descriptor.clone(), target }))
    }

    /// Why the removal of this second identity is not part of this run; `None` when it is.
    fn removal_is_not_sent(&self, other: &StorageKey) -> Option<String> {
        let row = self.input.plan.row(other)?;
        let key = row.new_storage_key.as_ref().unwrap_or(&row.storage_key);
        match self.decide(row, self.input.roster.get(key), self.input.forecast.get(key)) {
            Ok(Disposition::Send(Call::Remove)) => None,
            Ok(Disposition::Verify) => Some("it was sent already and is only read back".to_owned()),
            Ok(Disposition::Skip(why)) | Err(Disposition::Refuse(why) | Disposition::Skip(why)) => Some(why),
            _ => Some("it is not due".to_owned()),
        }
    }

    fn invite(
        &self,
        invited: &str,
        applied: bool,
        row: &PlanRow,
        user: &OrgUser,
        person: &Person,
    ) -> Checked<Disposition> {
        let guests =
            || self.input.directory.users().iter().filter(|it| !it.deleted && address::held_by(it, invited));
        if let Some(object) = user.origin_object()
            && self.state == ConnectionState::Connected
            && guests().any(|guest| guest.id == object)
        {
            return Ok(Disposition::Verify);
        }
        if applied && self.state != ConnectionState::Connected {
            return Ok(Disposition::Skip("invited; the mapping waits for the connection".to_owned()));
        }
        self.named_if_privileged(row, user, person)?;
        self.as_decided(row, user, person)?;
        if person.outcome == Outcome::Connected {
            return Err(refuse("Is connected already, and not as the guest of this invitation."));
        }
        if !applied {
            if let Some(problem) = address::invitation_problem(invited) {
                return Err(refuse(format!("{} cannot be invited: {problem}.", text::clean(invited))));
            }
            return Ok(Disposition::Send(Call::Invite { address: invited.trim().to_owned() }));
        }
        // Invited before connecting: the guest is the target now. Never a second invitation.
        let mut found = guests();
        match (found.next(), found.next()) {
            (Some(guest), None) => self.send_map(guest.id, user),
            (None, _) => Ok(Disposition::Skip(
                "invited; the guest is not visible in the tenant yet. It can take an hour; read again (r in the dashboard)"
                    .to_owned(),
            )),
            (Some(_), Some(_)) => Err(refuse(
                "Several users of the tenant have the invited address. Decide `map` onto the right one.",
            )),
        }
    }

    fn remove(&self, row: &PlanRow, user: &OrgUser, person: &Person) -> Checked<Disposition> {
        if let Some(reason) = self.book.never_removed(user, person) {
            return Err(Disposition::Refuse(reason));
        }
        self.as_decided(row, user, person)?;
        Ok(Disposition::Send(Call::Remove))
    }

    /// Privileged people are sent only when they were named; where that is unknown nobody is sent.
    fn named_if_privileged(&self, row: &PlanRow, user: &OrgUser, person: &Person) -> Checked<()> {
        match self.privileged(&user.storage_key, Some(person), &row.decision) {
            Some(false) => Ok(()),
            Some(true) if self.input.only.is_some() => Ok(()),
            Some(true) => Err(Disposition::Skip(
                "privileged: goes last, one by one, and only when named (--only)".to_owned(),
            )),
            None => Err(refuse("Whether this person is an administrator could not be read.")),
        }
    }

    fn privileged(&self, key: &StorageKey, person: Option<&Person>, decision: &Decision) -> Option<bool> {
        let situation = self.input.situation;
        let known = situation.operator_keys.contains(key)
            || situation.owner.as_ref() == Some(key)
            || situation.administrators.as_ref().is_some_and(|list| list.contains(key))
            // Forecast or planned onto the account that reads the tenant: the operator, whoever that is in the organization.
            || [person.and_then(|it| it.target), decision.target()]
                .into_iter()
                .flatten()
                .any(|target| situation.operator_objects.contains(&target));
        if known { Some(true) } else { person.and_then(|it| it.privileged) }
    }

    /// The plan is bound to what was read: a change refuses the row, in words.
    fn as_decided(&self, row: &PlanRow, user: &OrgUser, person: &Person) -> Checked<()> {
        if row.needs_a_look {
            return Err(refuse(format!(
                "The outcome or the person changed since this was decided ({}). Look at it, then confirm it (=) or decide \
                 anew.",
                changed(row, person)
            )));
        }
        let invited = reconcile::may_be_invited(row)
            || matches!(row.decision, Decision::Invite { .. }) && row.state == RowState::Applied;
        if !invited && reconcile::outcome_changed(row, person) {
            return Err(refuse(format!(
                "The outcome changed since this was decided: {}. Look at it, then confirm it (=) or decide anew.",
                changed(row, person)
            )));
        }
        let seen = row.seen.as_ref().filter(|seen| row.decision.target().is_none() || seen.target.is_some());
        let Some(seen) = seen else {
            return Err(refuse(
                "Nothing was recorded of what this decision was made on. Look at it, then confirm it (=) or decide anew.",
            ));
        };
        let target = row.decision.target().and_then(|id| self.input.directory.get(id));
        let differences = seen.differences(user, target);
        if differences.is_empty() {
            Ok(())
        } else {
            Err(refuse(format!(
                "Changed since this was decided: {}. Look at it, then confirm it (=) or decide anew.",
                differences.join("; ")
            )))
        }
    }
}

fn changed(row: &PlanRow, person: &Person) -> String {
    row.decided_on.map_or_else(
        || format!("is {} now", person.outcome.shown()),
        |before| format!("was {}, is {}", before.shown(), person.outcome.shown()),
    )
}
