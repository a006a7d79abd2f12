//! Before and after when no service can be asked: from the store, and from snapshots.

use std::path::Path;

use super::{kept, snapshots};
use crate::domain::Problem;
use crate::domain::comparison::state::State;
use crate::domain::comparison::{Intentions, LookBack};
use crate::domain::plan::Plan;
use crate::tasks::session::Session;

/// Compares what is there. `shown` is the snapshot that the program works from, where it does; `before` the one that was named as
/// the state before. Of what is shown and what the store keeps of the latest look, the later one is the state after.
pub(in crate::tasks) async fn look(
    session: &Session,
    shown: Option<&Path>,
    before: Option<&Path>,
) -> Result<LookBack, Problem> {
    session.open_store_offline().await;
    let latest = kept::state_now(session).await;
    let shown = match shown {
        Some(path) => Some((snapshots::read_in_background(path).await?, path.display().to_string())),
        None => None,
    };
    let (was, before_from, now) = match (before, shown, latest) {
        (Some(file), Some((now, _)), _) | (Some(file), None, Some(now)) => {
            (Ok(snapshots::read_in_background(file).await?), file.display().to_string(), now)
        }
        (None, Some((shown, name)), Some(latest)) if shown.taken_at < latest.taken_at => {
            (Ok(shown), name, latest)
        }
        (None, Some((now, _)), _) | (None, None, Some(now)) => {
            (kept::state_before(session).await, kept::STORED.to_owned(), now)
        }
        (_, None, None) => return Err(nothing()),
    };
    if let Ok(was) = &was {
        snapshots::same_organization(was, &now)?;
    }
    let at = now.taken_at;
    let comparison = match was {
        Ok(was) => Ok(compared(session, was, now).await?),
        Err(problem) => Err(problem),
    };
    let ticks = kept::ticks(session).await;
    let mut points = kept::looked_back(session).await.map(|looked| looked.points).unwrap_or_default();
    for point in &mut points {
        point.ticked = ticks.get(&point.id).cloned();
    }
    Ok(LookBack { at, offline: true, before_from, comparison, points })
}

async fn compared(
    session: &Session,
    was: State,
    now: State,
) -> Result<crate::domain::comparison::Comparison, Problem> {
    let plan = match session.stored_plan().await {
        Some(Ok(plan)) if session.context.organization.eq_ignore_ascii_case(&now.organization) => plan,
        _ => Plan::default(),
    };
    snapshots::compare_in_background(was, now, Intentions::of(&plan)).await
}

fn nothing() -> Problem {
    Problem::local(
        "comparing before with after",
        "the people of the organization cannot be read, and the store keeps no earlier look at them",
        "Try again when the services can be reached; `ado2entra snapshot compare` compares two snapshots without them.",
    )
}
