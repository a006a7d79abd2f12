//! Desks with a plan: decided, connected, being applied.

use std::sync::Arc;

use ado2entra::domain::connection::Backing;
use ado2entra::domain::plan::{Plan, PlanRow, Seen};
use ado2entra::domain::{Decision, Outcome, RowState};
use ado2entra::tasks::{ApplyEvent, Context, Msg};

use crate::fixture::{Desk, org_users, tenant, tenant_users};
use crate::made_up::{context, key, now, object};

/// A row as the program keeps it.
pub fn row(n: u32, decision: Decision, outcome: Outcome) -> PlanRow {
    let user = org_users().into_iter().find(|user| user.storage_key == key(n)).unwrap();
    let target = tenant_users().into_iter().find(|target| Some(target.id) == decision.target());
    PlanRow {
        decision,
        decided_at: Some(now()),
        decided_on: Some(outcome),
        seen: Some(Arc::new(Seen::now(&user, target.as_ref()))),
        ..PlanRow::undecided(key(n))
    }
}

/// Connected, 1 and 7 planned onto their accounts.
pub fn planned() -> Desk {
    planned_with(|_| ())
}

/// [`planned`], with other settings.
pub fn planned_with(change: impl FnOnce(&mut Context)) -> Desk {
    let mut plan = Plan { first_backing: Some(Backing::MicrosoftAccounts), ..Plan::default() };
    for n in [1, 7] {
        plan.put(row(n, Decision::Map { target: object(n) }, Outcome::Safe));
    }
    let mut context = context();
    change(&mut context);
    let mut desk = Desk::with(context, plan, Backing::Tenant(tenant(1)));
    desk.draw();
    desk
}

/// [`planned`], and the run has begun.
pub fn running() -> Desk {
    let mut desk = planned();
    desk.msg(Msg::Apply(ApplyEvent::Started { run: "1".into(), due: 2, at: now() }));
    desk.draw();
    desk
}

/// The run changed this row.
pub fn changed(desk: &mut Desk, n: u32, state: RowState, error: Option<&str>) {
    let mut row = desk.app.model.plan.row(&key(n)).unwrap().clone();
    row.state = state;
    row.error = error.map(str::to_owned);
    desk.msg(Msg::Apply(ApplyEvent::RowChanged(Box::new(row))));
}
