//! Who is in the organization as a target at this moment, asked by the addresses that the target has. Nobody can be mapped onto
//! an active identity; it is not published whether the service refuses that or strips the identity.
//!
//! Two lists are asked: the people with an entitlement, and the graph, which also knows identities without one (who came by a
//! group, or was removed and is active still). The graph's query is not documented in detail and may be missing; then, for
//! these identities, the latest reading counts, which refused the row already where it knew one.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::people::{EntitlementStatus, OrgUser, TenantUser};
use crate::domain::plan::Plan;
use crate::domain::schedule::intruder::Intruder;
use crate::domain::schedule::machine::{Event, HolderNow, is_credential};
use crate::domain::text::named;
use crate::domain::{ObjectId, Problem, ProblemKind};
use crate::services::AzureDevOps;
use crate::tasks::alarm;
use crate::tasks::session::Session;

use super::ticket::Ticket;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Holders {
    /// The graph does not answer such queries here: asked once, not for everybody.
    no_queries: AtomicBool,
}

impl Holders {
    /// Whether the target is free. Somebody who has it raises the alarm.
    pub(super) async fn of(
        &self,
        session: &Session,
        plan: &Plan,
        ticket: &Ticket,
        target: ObjectId,
    ) -> Event {
        let Some(user) = &ticket.target else { return Event::Holder(HolderNow::Free) };
        let holder = match Box::pin(self.holder(session.azure_devops(), ticket, target, user)).await {
            Ok(None) => return Event::Holder(HolderNow::Free),
            Ok(Some(holder)) => holder,
            Err(problem) => return Event::Unread(problem),
        };
        let planned_for = ticket.row.storage_key.clone();
        let intruder = Intruder { target, planned_for, holder: holder.clone() };
        alarm::raise(session, plan, [intruder]).await;
        Event::Holder(HolderNow::Held(holder))
    }

    async fn holder(
        &self,
        azure: &AzureDevOps,
        ticket: &Ticket,
        target: ObjectId,
        user: &TenantUser,
    ) -> Result<Option<String>, Problem> {
        for address in addresses(user) {
            let (found, _) = azure.users_named(&address).all().await?;
            let holder = found.into_iter().find(|person| {
                person.origin_object() == Some(target)
                    && person.status != EntitlementStatus::Deleted
                    && person.storage_key != *ticket.key()
            });
            if let Some(holder) = holder {
                return Ok(Some(named(&holder.display_name, &holder.principal_name)));
            }
        }
        if self.no_queries.load(Ordering::Relaxed) {
            return Ok(None);
        }
        match without_entitlement(azure, ticket.person.as_ref(), target, &shown(user)).await {
            Ok(holder) => Ok(holder),
            Err(problem) if is_missing(&problem) => {
                self.no_queries.store(true, Ordering::Relaxed);
                tracing::warn!(%problem, "the graph answers no queries: identities without an entitlement are those of the reading");
                Ok(None)
            }
            Err(problem) => Err(problem),
        }
    }
}

/// The query as such is not to be had, whomever it is about.
fn is_missing(problem: &Problem) -> bool {
    !is_credential(problem)
        && matches!(
            problem.kind,
            ProblemKind::NotFound | ProblemKind::NotAllowed | ProblemKind::Refused | ProblemKind::BadAnswer
        )
}

/// An active identity of the graph, whether it has an entitlement or not.
async fn without_entitlement(
    azure: &AzureDevOps,
    person: Option<&OrgUser>,
    target: ObjectId,
    address: &str,
) -> Result<Option<String>, Problem> {
    for user in azure.users_like(address).await? {
        let is_target = user.origin.eq_ignore_ascii_case("aad")
            && user.origin_id.as_deref().and_then(|id| id.parse().ok()) == Some(target);
        if !is_target || person.is_some_and(|person| person.descriptor == user.descriptor) {
            continue;
        }
        let active = match azure.is_active(&user.descriptor).await {
            Ok(active) => active,
            // Gone meanwhile.
            Err(problem) if problem.kind == ProblemKind::NotFound => false,
            Err(problem) if is_credential(&problem) || problem.kind == ProblemKind::Throttled => {
                return Err(problem);
            }
            // What cannot be read counts as active.
            Err(_) => true,
        };
        if active {
            return Ok(Some(named(&user.display_name, &user.principal_name)));
        }
    }
    Ok(None)
}

/// The name under which the organization knows this tenant user: the user principal name, of a guest the address behind it.
fn shown(user: &TenantUser) -> String {
    let upn = user.user_principal_name().to_string();
    user.decoded_guest_address().filter(|_| upn.contains('#')).unwrap_or(upn)
}

/// The addresses under which Azure DevOps may show this tenant user; two at most.
fn addresses(user: &TenantUser) -> Vec<String> {
    let shown = shown(user);
    let mut addresses: Vec<String> = user.mail().map(str::to_owned).into_iter().collect();
    if !addresses.iter().any(|known| known.eq_ignore_ascii_case(&shown)) {
        addresses.push(shown);
    }
    addresses
}
