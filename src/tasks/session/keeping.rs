//! What a session keeps: its store, the plan and the journal in it, events, the dashboard's own session.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::activity::EventLine;
use crate::domain::plan::JournalEntry;
use crate::domain::{Plan, Problem, ProblemKind, TenantId};
use crate::store::{Event, OpenError, Place, Store};
use crate::tasks::msg::Msg;
use crate::tasks::{record, signin};

use super::Session;

/// How many events of earlier runs are shown.
const EVENTS: u32 = 50;

impl Session {
    /// The store, or the reason why there is none.
    pub(in crate::tasks) fn store(&self) -> Result<&Store, Problem> {
        self.any_store().filter(|store| !store.is_read_only()).ok_or_else(|| {
            Problem::local(
                "keeping a decision",
                "there is no store that can be written to",
                "The state line and `config show` say where it should be; mend it and start again.",
            )
        })
    }

    /// The store, even one that can only be read.
    pub(in crate::tasks) fn any_store(&self) -> Option<&Store> {
        self.store.get().and_then(Option::as_ref)
    }

    /// The tenant whose store is open.
    pub(in crate::tasks) fn store_tenant(&self) -> Option<TenantId> {
        self.any_store()?.path().file_stem()?.to_str()?.parse().ok()
    }

    /// Opens the store of this destination tenant, once, and tells its plan.
    pub(in crate::tasks) async fn open_store(&self, tenant: TenantId) {
        if self.store.get().is_some() {
            return;
        }
        let Some(state_directory) = &self.state_directory else { return };
        let place = Place::new(state_directory, &self.context.organization, tenant);
        let (store, refusal) = Store::open_claiming_async(place, self.claim).await;
        let plan = match &store {
            Some(store) => Some(store.load_plan().await),
            None => None,
        };
        if self.store.set(store).is_err() {
            return;
        }
        record::introduce(self).await;
        let refused = |error: OpenError| {
            let kind = if error.is_refusal() { ProblemKind::Refused } else { ProblemKind::Local };
            Problem { kind, ..error.problem() }
        };
        self.tell(Msg::StoreOpened(refusal.map_or(Ok(()), |error| Err(refused(error))))).await;
        if let Some(store) = self.any_store() {
            for event in store.events(EVENTS).await.unwrap_or_default().into_iter().rev() {
                let line = EventLine { at: event.at, subject: event.kind, text: event.text };
                self.tell(Msg::Happened(line)).await;
            }
        }
        match plan {
            Some(Ok(plan)) => {
                signin::choose(&self.services, plan.rows.values());
                self.tell(Msg::PlanLoaded(Box::new(plan))).await;
            }
            Some(Err(problem)) => self.tell(Msg::StoreOpened(Err(problem))).await,
            None => {}
        }
        if let Some(saved) = self.saved_session().await {
            self.tell(Msg::SessionFound(saved)).await;
        }
    }

    /// Tells an event that matters beyond this run, and keeps it.
    pub(in crate::tasks) async fn happened(&self, subject: &str, text: String) {
        let at = Timestamp::now();
        if let Ok(store) = self.store() {
            // An event that cannot be kept is still shown.
            let _ = store.add_event(Event { at, kind: subject.to_owned(), text: text.clone() }).await;
        }
        self.tell(Msg::Happened(EventLine { at, subject: subject.to_owned(), text })).await;
    }

    /// The plan in the store, where one is open.
    pub(in crate::tasks) async fn stored_plan(&self) -> Option<Result<Plan, Problem>> {
        Some(self.any_store()?.load_plan().await)
    }

    /// Without a connection the tenant's id is only known where the configuration holds it, or where this organization has
    /// exactly one store.
    pub(in crate::tasks) async fn open_store_offline(&self) {
        if self.store.get().is_some() {
            return;
        }
        let Some(state_directory) = self.state_directory.clone() else { return };
        let organization = self.context.organization.clone();
        let existing =
            tokio::task::spawn_blocking(move || Place::existing(&state_directory, &organization)).await;
        if let Ok([place]) = existing.as_deref() {
            self.open_store(place.tenant()).await;
        }
    }

    /// The plan, without asking a service: where the tenant's id is not in the configuration, that of the one store there is.
    pub async fn plan_offline(&self) -> Option<Plan> {
        self.open_store_offline().await;
        self.stored_plan().await?.ok()
    }

    /// The journal of all runs, oldest line first.
    pub async fn journal(&self) -> Result<Vec<JournalEntry>, Problem> {
        match self.any_store() {
            Some(store) => store.journal().await,
            None => self.store().map(|_| Vec::new()),
        }
    }

    /// Waits until the store has written everything that it was given.
    pub async fn flush(&self) {
        if let Some(store) = self.any_store() {
            let _ = store.flush().await;
        }
    }

    /// Keeps the dashboard's session (JSON; empty: none) and waits for everything else that is being written, for a thread
    /// without a runtime, and no longer than this.
    pub fn leave_blocking(&self, dashboard: &str, at_most: Duration) {
        let Some(store) = self.any_store() else { return };
        match serde_json::from_str(dashboard) {
            // In order: when this one is kept, so is everything before it.
            Ok(value) => drop(store.session_put_blocking("dashboard", value, at_most)),
            Err(_) => drop(store.flush_blocking(at_most)),
        }
    }

    /// The session (tab, filter, sort, person) of the last time, as JSON.
    pub async fn saved_session(&self) -> Option<String> {
        let saved = self.any_store()?.session_get("dashboard").await.ok().flatten()?;
        Some(saved.to_string())
    }
}
