//! How decisions meet a new reading, a second look, and a change of mind.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Decision, Plan, PlanRow, RowState, Seen};
use crate::domain::forecast::{Forecast, Person};
use crate::domain::outcome::Outcome;
use crate::domain::people::{Directory, OrgUser, Roster, TenantUser};

/// The rows that a new reading marks *needs a look*, as they are to be stored: the outcome is not the one that the
/// administrator saw, or the person or the target changed since. A mark stays until it is confirmed or decided anew. Rows
/// that were sent are not marked: what became of them is found by reading.
pub fn reconcile(plan: &Plan, forecast: &Forecast, roster: &Roster, directory: &Directory) -> Vec<PlanRow> {
    plan.rows
        .values()
        .filter(|row| {
            row.decision.is_decided() && !row.needs_a_look && !was_sent(row) && !may_be_invited(row)
        })
        .filter(|row| {
            let key = row.new_storage_key.as_ref().unwrap_or(&row.storage_key);
            let (Some(person), Some(user)) = (forecast.get(key), roster.get(key)) else { return false };
            !is_fulfilled(row, user, person)
                && (outcome_changed(row, person) || differences(row, user, directory).is_some())
        })
        .map(|row| PlanRow { needs_a_look: true, ..row.clone() })
        .collect()
}

/// Whether the outcome is another one than the administrator saw. That the planned target is now the one safe choice is no
/// change to look at: a conflict was resolved as the plan wanted it, or a pattern that is in use now says the same.
pub fn outcome_changed(row: &PlanRow, person: &Person) -> bool {
    let as_planned = matches!(row.decided_on, Some(Outcome::Conflict | Outcome::Review))
        && person.outcome == Outcome::Safe
        && person.target.is_some()
        && person.target == row.decision.target();
    !as_planned && row.decided_on.is_some_and(|seen| seen != person.outcome)
}

/// The service brought about by itself what was decided: nothing to look at.
fn is_fulfilled(row: &PlanRow, user: &OrgUser, person: &Person) -> bool {
    match row.decision {
        Decision::Map { target } => user.origin_object() == Some(target),
        Decision::Keep => person.outcome == Outcome::Connected && row.decided_on == Some(Outcome::Automatic),
        _ => false,
    }
}

/// What changed about the person or the target since the decision; `None` when nothing did, or nothing was seen.
fn differences(row: &PlanRow, user: &OrgUser, directory: &Directory) -> Option<Vec<String>> {
    let target = row.decision.target().and_then(|id| directory.get(id));
    let found = row.seen.as_ref()?.differences(user, target);
    (!found.is_empty()).then_some(found)
}

/// Whether a call went out for this row whose effect may be there.
pub fn was_sent(row: &PlanRow) -> bool {
    row.state.is_open() || row.state == RowState::Verified
}

/// Whether an invitation may have gone out, whatever became of the row since: that the guest appears in the tenant, and with it
/// another outcome, is what the invitation was for.
pub fn may_be_invited(row: &PlanRow) -> bool {
    matches!(row.decision, Decision::Invite { .. }) && row.attempts > 0
}

/// The row after the administrator said that the decision still holds: bound to what is there now.
pub fn confirm(
    row: &PlanRow,
    user: &OrgUser,
    person: &Person,
    target: Option<&TenantUser>,
    note: Option<&str>,
    now: Timestamp,
) -> PlanRow {
    PlanRow {
        needs_a_look: false,
        note: note.map(str::to_owned).or_else(|| row.note.clone()),
        decided_at: Some(now),
        decided_on: Some(person.outcome),
        seen: Some(Arc::new(Seen::now(user, target))),
        ..row.clone()
    }
}

/// The row with the last decision taken back: what was decided before holds again, what was learned by sending stays.
///
/// # Errors
/// The reason, when the row was sent since: the service knows no way back.
pub fn undo(current: &PlanRow, previous: Option<&PlanRow>) -> Result<PlanRow, String> {
    if was_sent(current) {
        return Err(match current.decision {
            Decision::Map { .. } => {
                "This mapping was sent already. The service cannot undo a mapping.".to_owned()
            }
            _ => format!("`{}` was sent already and cannot be taken back here.", current.decision.name()),
        });
    }
    let before = previous.cloned().unwrap_or_else(|| PlanRow::undecided(current.storage_key.clone()));
    Ok(PlanRow {
        state: RowState::Planned,
        error: None,
        attempts: current.attempts,
        new_storage_key: current.new_storage_key.clone(),
        ..before
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::fixtures::*;

    #[test]
    fn a_changed_outcome_or_person_needs_a_look_once() {
        let users: Vec<_> =
            (1..=6).map(|n| org_user(n, &format!("P{n}"), &format!("p{n}@fabrikam.com"))).collect();
        let directory =
            directory((1..=6).map(|n| tenant_user(n, &format!("P{n}"), &format!("p{n}@contoso.com"))));
        let mut marked = row(&users[3], Decision::Keep, Outcome::Missing, &directory);
        marked.needs_a_look = true;
        let mut sent = row(&users[4], map(5), Outcome::Safe, &directory);
        sent.state = RowState::Applied;
        let plan = plan([
            row(&users[0], map(1), Outcome::Safe, &directory),
            row(&users[1], map(2), Outcome::Safe, &directory),
            row(&users[2], Decision::Keep, Outcome::Review, &directory),
            marked,
            sent,
            row(&users[5], Decision::Remove, Outcome::Review, &directory),
        ]);
        let mut later = users.clone();
        later[2].display_name = "Somebody else".into();
        let forecast = Forecast::new(vec![
            person(1, Outcome::Safe, Some(1), vec![]),
            person(2, Outcome::Conflict, None, vec![]),
            person(3, Outcome::Review, None, vec![]),
            person(4, Outcome::Review, None, vec![]),
            person(5, Outcome::Connected, None, vec![]),
            person(6, Outcome::Review, None, vec![]),
        ]);
        let changed = reconcile(&plan, &forecast, &roster(later.clone()), &directory);
        let keys: Vec<_> = changed.iter().map(|row| row.storage_key.clone()).collect();
        assert_eq!(keys, [key(2), key(3)]);
        assert!(changed.iter().all(|row| row.needs_a_look));

        let confirmed =
            confirm(&changed[1], &later[2], forecast.get(&key(3)).unwrap(), None, Some("married"), now());
        let mut after = plan;
        after.rows.insert(key(3), confirmed.clone());
        assert!(!confirmed.needs_a_look && confirmed.note.as_deref() == Some("married"));
        let again = reconcile(&after, &forecast, &roster(later), &directory);
        assert_eq!(again.len(), 1, "the confirmed one is bound to what is there now");
    }

    #[test]
    fn a_conflict_resolved_as_planned_needs_no_look() {
        let user = org_user(1, "P1", "p1@fabrikam.com");
        let directory = directory([tenant_user(1, "P1", "p1@contoso.com")]);
        let planned = row(&user, map(1), Outcome::Conflict, &directory);
        for (outcome, target, changed) in [
            (Outcome::Safe, Some(1), false),
            (Outcome::Safe, Some(2), true),
            (Outcome::Review, Some(1), true),
            (Outcome::Conflict, None, false),
        ] {
            assert_eq!(outcome_changed(&planned, &person(1, outcome, target, vec![])), changed, "{outcome}");
        }
    }

    #[test]
    fn what_the_service_did_by_itself_needs_no_look() {
        let user = org_user(1, "P1", "p1@fabrikam.com");
        let directory = directory([tenant_user(1, "P1", "p1@contoso.com")]);
        let plan = plan([row(&user, map(1), Outcome::Safe, &directory)]);
        let mapped = in_tenant(user, tenant(1), object(1));
        let forecast = Forecast::new(vec![person(1, Outcome::Connected, Some(1), vec![])]);
        assert!(reconcile(&plan, &forecast, &roster([mapped]), &directory).is_empty());
    }

    #[test]
    fn taking_back_restores_what_was_before_unless_it_was_sent() {
        let user = org_user(1, "P1", "p1@fabrikam.com");
        let directory = directory([tenant_user(1, "P1", "p1@contoso.com")]);
        let before = row(&user, Decision::Keep, Outcome::Safe, &directory);
        let mut current = row(&user, map(1), Outcome::Safe, &directory);
        current.state = RowState::Failed;
        current.attempts = 2;
        let back = undo(&current, Some(&before)).unwrap();
        assert_eq!((back.decision, back.state, back.attempts), (Decision::Keep, RowState::Planned, 2));
        assert_eq!(undo(&current, None).unwrap().decision, Decision::Undecided);
        for state in [RowState::Sending, RowState::Applied, RowState::Verified, RowState::Unknown] {
            current.state = state;
            assert!(undo(&current, Some(&before)).is_err(), "{state:?}");
        }
    }
}
