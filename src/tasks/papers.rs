//! What the papers to hand over are made from, out of the store alone: no service is asked, so that it works years later too.

use jiff::Timestamp;

use crate::domain::Problem;
use crate::domain::activity::EventLine;
use crate::domain::papers::{Known, Material};
use crate::store::session::EVENTS_KEPT;
use crate::store::{Reading, ReadingKind};

use super::session::Session;
use super::{after, reading};

/// Reads everything that the store knows.
pub async fn material(session: &Session) -> Result<Material, Problem> {
    session.open_store_offline().await;
    let Some(store) = session.any_store() else {
        return Err(Problem::local(
            "reading the store",
            "there is no store of this organization and tenant that can be opened, or there is one for more than one tenant",
            "Name the tenant by its GUID (--tenant GUID), and the state directory by [state] directory.",
        ));
    };
    let known = |reading: Reading| Known {
        taken_at: reading.taken_at,
        user: reading.user,
        target: reading.target,
        groups: reading.memberships.map(|groups| groups.len()),
    };
    let last = store.readings(ReadingKind::Last).await?;
    let before = store.readings(ReadingKind::Before).await?;
    let newest = u32::try_from(EVENTS_KEPT).unwrap_or(u32::MAX);
    let events = store.events(newest).await?;
    Ok(Material {
        organization: session.context.organization.clone(),
        tenant: session.store_tenant(),
        plan: store.load_plan().await?,
        journal: store.journal().await?,
        last: last.into_iter().map(|(key, reading)| (key, known(reading))).collect(),
        before: before.into_iter().map(|(key, reading)| (key, known(reading))).collect(),
        acts: store.acts().await?,
        found: store.found().await?,
        readiness: store.readiness().await?,
        looked_back: after::looked_back(session).await,
        point_ticks: after::ticks(session).await,
        tokens_before: reading::tokens::before(session).await,
        events: events
            .into_iter()
            .rev()
            .map(|event| EventLine { at: event.at, subject: event.kind, text: event.text })
            .collect(),
        switched_at: store.switched_at().await?,
        written_at: Timestamp::now(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}
