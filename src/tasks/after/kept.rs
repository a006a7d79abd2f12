//! What the store keeps of before and after: the organization as it was before the switch, what the latest look back found, and
//! what a person ticked since. The report is made from it years later.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{of_the_list, put_heads};
use crate::domain::check::Tick;
use crate::domain::comparison::LookBack;
use crate::domain::comparison::checklist::PointId;
use crate::domain::comparison::state::{PersonState, State};
use crate::domain::papers::{ActKind, LookedBack};
use crate::domain::people::Roster;
use crate::domain::{Descriptor, Problem};
use crate::store::ReadingKind;
use crate::tasks::observe::Observed;
use crate::tasks::session::Session;

/// Where the organization beside its people is, from before the switch.
const BEFORE: &str = "before-state";

/// Where the ticks of points are.
const TICKS: &str = "after-ticks";

/// Where the latest look back is.
const LOOKED_BACK: &str = "looked-back";

/// Where everybody is as the latest look back read them.
const NOW: &str = "after-state";

/// How the state that the store keeps is named.
pub(super) const STORED: &str = "the reading from before the switch";

/// The organization beside its people, as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    state: State,
    /// Descriptors of the groups, in their order: the readings of people name them.
    descriptors: Vec<Descriptor>,
}

/// Keeps the organization beside its people; only before the switch.
pub(in crate::tasks) async fn keep_before(
    session: &Session,
    observed: &Observed,
    roster: &Roster,
) -> Result<(), Problem> {
    if session.is_connected() {
        return Ok(());
    }
    let mut state = observed.state.clone();
    if let Some(services) = &mut state.services {
        services.extend(of_the_list(roster));
    }
    put_heads(session, &mut state).await;
    let kept = Kept { state, descriptors: observed.descriptors.clone() };
    let value = to_value(&kept, "storing the organization as before the switch")?;
    session.store()?.session_put(BEFORE, value).await
}

fn to_value(what: &impl Serialize, asked: &str) -> Result<serde_json::Value, Problem> {
    serde_json::to_value(what)
        .map_err(|error| Problem::local(asked, error.to_string(), "Report this, with the log."))
}

/// Everybody as the store knows them from before the switch.
pub(super) async fn state_before(session: &Session) -> Result<State, Problem> {
    let none = || {
        Problem::local(
            "comparing before with after",
            "there is no reading from before the switch",
            "Name a snapshot that was taken before (`w`, or `ado2entra snapshot take`).",
        )
    };
    let store = session.any_store().ok_or_else(none)?;
    let readings = store.readings(ReadingKind::Before).await?;
    let taken_at = readings.values().map(|reading| reading.taken_at).max().ok_or_else(none)?;
    let kept: Option<Kept> =
        store.session_get(BEFORE).await?.and_then(|value| serde_json::from_value(value).ok());
    let (mut state, descriptors) = match kept {
        Some(kept) => (kept.state, kept.descriptors),
        None => (State::default(), Vec::new()),
    };
    let numbers: HashMap<&str, u32> = descriptors.iter().map(Descriptor::as_str).zip(0_u32..).collect();
    state.taken_at = taken_at;
    session.context.organization.clone_into(&mut state.organization);
    state.people = readings
        .into_values()
        .map(|reading| PersonState {
            direct: reading.memberships.filter(|_| !descriptors.is_empty()).map(|groups| {
                groups.iter().filter_map(|group| numbers.get(group.as_str()).copied()).collect()
            }),
            ..PersonState::of(&reading.user)
        })
        .collect();
    state.settle();
    Ok(state)
}

/// Everybody as the latest look back read them, as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptNow {
    state: State,
    people: Vec<PersonState>,
}

/// Keeps everybody as they are now, to be compared when no service can be asked. What cannot be kept was still read.
pub(super) async fn keep_state_now(session: &Session, state: &State) {
    let Ok(store) = session.store() else { return };
    let kept = KeptNow { state: state.clone(), people: state.people.clone() };
    let kept = match to_value(&kept, "storing the organization as it is now") {
        Ok(value) => store.session_put(NOW, value).await,
        Err(problem) => Err(problem),
    };
    if let Err(problem) = kept {
        tracing::warn!(%problem, "the organization as it is now was not kept");
    }
}

/// Everybody as the latest look back read them.
pub(super) async fn state_now(session: &Session) -> Option<State> {
    let value = session.any_store()?.session_get(NOW).await.ok()??;
    let kept: KeptNow = serde_json::from_value(value).ok()?;
    let mut state = State { people: kept.people, ..kept.state };
    state.settle();
    Some(state)
}

/// Keeps what was found, for the report. What cannot be kept was still found: that is said in the log only.
pub(super) async fn keep_looked_back(session: &Session, found: &LookBack) {
    let Ok(store) = session.store() else { return };
    let new = LookedBack::of(found);
    if looked_back(session).await.is_some_and(|earlier| !new.replaces(&earlier)) {
        return;
    }
    let asked = "storing what the look back found";
    let kept = match to_value(&new, asked) {
        Ok(value) => store.session_put(LOOKED_BACK, value).await,
        Err(problem) => Err(problem),
    };
    if let Err(problem) = kept {
        tracing::warn!(%problem, "the look back was not kept");
    }
}

/// The latest look back, where one was kept.
pub(in crate::tasks) async fn looked_back(session: &Session) -> Option<LookedBack> {
    let value = session.any_store()?.session_get(LOOKED_BACK).await.ok()??;
    serde_json::from_value(value).ok()
}

/// The ticks of points, as the store has them.
pub async fn ticks(session: &Session) -> BTreeMap<PointId, Tick> {
    let Some(store) = session.any_store() else { return BTreeMap::new() };
    let value = store.session_get(TICKS).await.ok().flatten();
    value.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

/// Ticks a point, or takes the tick back.
pub async fn tick(session: &Session, id: PointId, tick: Option<Tick>) -> Result<(), Problem> {
    let store = session.store()?;
    let mut all = ticks(session).await;
    let (kind, note) = match &tick {
        Some(tick) => (ActKind::PointTicked, Some(tick.note.clone())),
        None => (ActKind::PointUnticked, None),
    };
    match tick {
        Some(tick) => {
            all.insert(id, tick);
        }
        None => {
            all.remove(&id);
        }
    }
    let value = to_value(&all, "ticking a point")?;
    store.session_put_as(TICKS, value, kind, id.name().to_owned(), note).await
}
