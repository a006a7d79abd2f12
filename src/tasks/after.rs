//! The look back after connecting: everybody as they are now, compared with how they were before, and the points of Microsoft's
//! list for that time. *Before* is a snapshot, or what the store keeps from before the switch.

mod kept;
mod offline;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::msg::Msg;
use super::observe::{Observed, observe};
use super::reading;
use super::session::Session;
use super::snapshot::state as snapshots;
use crate::domain::activity::Source;
use crate::domain::comparison::checklist::{AfterFacts, AuditEntry, Read, points};
use crate::domain::comparison::state::{Named, OwnerState, PersonState, State, TokenCounts};
use crate::domain::comparison::{Comparison, Intentions, LookBack};
use crate::domain::facts::TokenInventory;
use crate::domain::people::Roster;
use crate::domain::plan::{Decision, Plan};
use crate::domain::text::named;
use crate::domain::{Backing, Problem, ProblemKind, StorageKey};

pub(in crate::tasks) use kept::{keep_before, looked_back};
pub use kept::{tick, ticks};
pub(in crate::tasks) use offline::look as look_offline;

/// The audit log is read from so many days before the first state on: what was linked shortly before it counts too.
const AUDIT_DAYS: i64 = 7;

/// Looks back, and tells what was found.
pub(super) async fn tell(session: &Arc<Session>, before: Option<&Path>) {
    let look = Box::pin(look(session, before));
    let msg = match session.unless_stopped("comparing before with after", look).await {
        Ok(found) => Msg::LookedBack(Arc::new(found)),
        Err(problem) => Msg::Failed(problem),
    };
    session.tell(Msg::ReadingEnded(Source::Memberships)).await;
    session.tell(msg).await;
}

/// Looks back; where no service can be reached, with the latest state that the store keeps. Fails only where there is none, or the file that was named is no snapshot of this organization.
pub async fn look(session: &Arc<Session>, before: Option<&Path>) -> Result<LookBack, Problem> {
    session.tell(Msg::ReadingStarted(Source::Memberships, Timestamp::now())).await;
    let roster = if let Some(roster) = session.latest().roster {
        roster
    } else {
        Box::pin(reading::read(session, &[Source::Backing, Source::Discovery, Source::Roster])).await;
        match session.latest().roster {
            Some(roster) => roster,
            None => return look_offline(session, None, before).await,
        }
    };
    let observed = Box::pin(observe(session)).await;
    let is_cut_off =
        matches!(&observed.memberships, Err(problem) if problem.kind == ProblemKind::Unreachable);
    if is_cut_off && let Ok(found) = look_offline(session, None, before).await {
        return Ok(found);
    }
    let plan = match session.stored_plan().await {
        Some(Ok(plan)) => plan,
        _ => Plan::default(),
    };
    let mut now = after_state(session, &roster, &observed).await;
    let (was, from) = match before {
        Some(path) => {
            let state = snapshots::read_in_background(path).await?;
            snapshots::same_organization(&state, &now)?;
            (Ok(state), path.display().to_string())
        }
        None => (kept::state_before(session).await, kept::STORED.to_owned()),
    };
    let tokens_before = reading::tokens::before(session).await;
    let tokens_now = tokens_of_now(session).await;
    let without_keys = without_keys(tokens_before.as_ref(), tokens_now.as_ref(), &roster);
    put_tokens(&mut now, tokens_now.as_ref());
    kept::keep_state_now(session, &now).await;
    let taken_at = was.as_ref().map_or(now.taken_at, |state| state.taken_at);
    let comparison = match was {
        Ok(mut was) => {
            if was.people.iter().all(|person| person.tokens.is_none()) {
                put_tokens(&mut was, tokens_before.as_ref());
            }
            Ok(snapshots::compare_in_background(was, now.clone(), Intentions::of(&plan)).await?)
        }
        Err(problem) => Err(problem),
    };
    let audit = audit(session, taken_at).await;
    let ticks = ticks(session).await;
    let facts = AfterFacts {
        connected: now.backing.map(|backing| is_destination(session, backing)),
        signed_in: signed_in(session).await,
        disconnected: disconnected(session, &now, &plan),
        kept: kept(&now, &plan, session),
        comparison: comparison.as_ref().map_err(|problem| problem.said.clone()),
        projects: read(&observed.things.projects),
        connections: read(&observed.things.connections),
        pools: read(&observed.things.pools),
        audit: audit.as_deref().map_err(Clone::clone),
        without_keys,
        ticks: &ticks,
    };
    let points = points(&facts);
    let found = LookBack { at: now.taken_at, offline: false, before_from: from, comparison, points };
    kept::keep_looked_back(session, &found).await;
    Ok(found)
}

fn read<T>(from: &Result<Vec<T>, Problem>) -> Read<&[T]> {
    from.as_deref().map_err(Problem::headline)
}

fn is_destination(session: &Session, backing: Backing) -> bool {
    session.destination().is_some_and(|tenant| backing == Backing::Tenant(tenant))
}

/// Everybody as they are now.
async fn after_state(session: &Session, roster: &Roster, observed: &Observed) -> State {
    let mut state = observed.state.clone();
    state.people = roster
        .people()
        .iter()
        .map(|user| PersonState {
            direct: observed
                .direct
                .as_ref()
                .map(|direct| direct.get(&user.descriptor).cloned().unwrap_or_default().into()),
            ..PersonState::of(user)
        })
        .collect();
    if let Some(services) = &mut state.services {
        services.extend(of_the_list(roster));
    }
    put_heads(session, &mut state).await;
    state.settle();
    state
}

/// Owner and administrators, as far as they can be read.
async fn put_heads(session: &Session, state: &mut State) {
    let azure = session.azure_devops();
    let (administrators, owner) =
        tokio::join!(Box::pin(azure.administrators(Some(&session.services.graph))), Box::pin(azure.owner()));
    state.administrators = administrators
        .ok()
        .filter(|found| found.unresolved.is_empty())
        .map(|found| snapshots::administrators(&found, state));
    state.owner = owner.ok().map(|owner| OwnerState {
        shown: named(owner.name.as_deref().unwrap_or_default(), owner.address.as_deref().unwrap_or_default()),
        key: owner.storage_key,
    });
}

/// Some organizations have service identities in the list of people.
fn of_the_list(roster: &Roster) -> Vec<Named> {
    let named = |user: &crate::domain::OrgUser| Named {
        id: user.descriptor.to_string(),
        name: user.display_name.to_string(),
        standing: None,
        good: None,
    };
    roster.services().iter().map(named).collect()
}

/// What was read since the switch.
async fn tokens_of_now(session: &Session) -> Option<TokenInventory> {
    let mut known = reading::tokens::known(session).await?;
    let switched = session.any_store()?.switched_at().await.ok().flatten();
    let TokenInventory { people, notes, read_at, .. } = &mut known;
    people
        .retain(|key, _| read_at.get(key).zip(switched.as_ref()).is_none_or(|(at, switched)| at >= switched));
    notes.retain(|key, _| people.contains_key(key));
    Some(known).filter(|known| !known.people.is_empty())
}

fn put_tokens(state: &mut State, inventory: Option<&TokenInventory>) {
    let Some(inventory) = inventory else { return };
    for person in &mut state.people {
        person.tokens = inventory
            .people
            .get(&person.key)
            .map(|found| TokenCounts { access_tokens: found.access_tokens, ssh_keys: found.ssh_keys });
    }
}

fn without_keys(
    before: Option<&TokenInventory>,
    now: Option<&TokenInventory>,
    roster: &Roster,
) -> Read<Vec<String>> {
    let before = before.ok_or("nobody's keys were read before the switch")?;
    let had: Vec<&StorageKey> =
        before.people.iter().filter(|(_, tokens)| tokens.ssh_keys > 0).map(|(key, _)| key).collect();
    if had.is_empty() {
        return Ok(Vec::new());
    }
    let now = now.ok_or("keys were not read since the switch")?;
    let missing =
        had.into_iter().filter(|key| now.people.get(*key).is_none_or(|tokens| tokens.ssh_keys == 0));
    Ok(missing
        .map(|key| {
            roster
                .get(key)
                .map_or_else(|| key.to_string(), |user| named(&user.display_name, &user.principal_name))
        })
        .collect())
}

async fn audit(session: &Session, since: Timestamp) -> Read<Vec<AuditEntry>> {
    let since = since.checked_sub(SignedDuration::from_hours(AUDIT_DAYS * 24)).unwrap_or(since);
    session.azure_devops().audit_of_connection(since).await.map_err(|problem| problem.headline())
}

async fn signed_in(session: &Session) -> Read<(bool, String)> {
    let operator = session.azure_devops().operator().await.map_err(|problem| problem.headline())?;
    let is_work = operator.descriptor.as_ref().is_some_and(|descriptor| descriptor.subject_type() == "aad");
    Ok((is_work, named(&operator.display_name, operator.account.as_deref().unwrap_or_default())))
}

fn is_disconnected(session: &Session, person: &PersonState) -> bool {
    // Whoever was invited and never came is nobody who lost anything.
    let pending = person.status == crate::domain::people::EntitlementStatus::Pending;
    !pending && session.destination().is_some_and(|tenant| person.tenant != Some(tenant))
}

fn disconnected(session: &Session, now: &State, plan: &Plan) -> Read<Vec<String>> {
    if session.destination().is_none() {
        return Err("the destination is not known".to_owned());
    }
    let left = now.people.iter().filter(|person| is_disconnected(session, person));
    Ok(left
        .filter(|person| *plan.decision(&person.key) != Decision::Keep)
        .map(|person| named(&person.name, &person.address))
        .collect())
}

fn kept(now: &State, plan: &Plan, session: &Session) -> usize {
    let left = now.people.iter().filter(|person| is_disconnected(session, person));
    left.filter(|person| *plan.decision(&person.key) == Decision::Keep).count()
}

/// Two snapshots, compared; nothing is read from a service.
pub async fn compare_snapshots(
    before: PathBuf,
    after: PathBuf,
    plan: Option<(String, Plan)>,
) -> Result<Comparison, Problem> {
    snapshots::compare_files(&before, &after, |organization| {
        // A plan of another organization says nothing here.
        let ours = plan.filter(|(name, _)| name.eq_ignore_ascii_case(organization));
        ours.map(|(_, plan)| Intentions::of(&plan)).unwrap_or_default()
    })
    .await
}
