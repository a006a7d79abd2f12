//! `ado2entra.status/1`: what backs the organization, and which step is next.

use jiff::Timestamp;
use serde::Serialize;

use super::{Known, backing};
use crate::domain::{ConnectionState, Goal, Outcome, Phase, TenantId};
use crate::tasks::{Analysis, Model};

/// The document. Two that are equal but for the moment say that nothing changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StatusDocument {
    /// Name and version of the form of this document.
    schema: &'static str,
    /// The organization.
    pub organization: String,
    /// What is wanted.
    pub goal: Goal,
    /// How it stands.
    pub state: ConnectionState,
    /// What backs the organization.
    #[serde(skip_serializing_if = "Known::is_unknown")]
    pub backing_tenant_id: Known<TenantId>,
    /// The step that is next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// How many people are locked out; `null` before the switch.
    #[serde(skip_serializing_if = "Known::is_unknown")]
    pub disconnected_users: Known<usize>,
    /// Health, in the service's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<String>,
    /// When what backs the organization was read last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probed_at: Option<Timestamp>,
}

impl StatusDocument {
    /// What is known at this moment. A probe that failed after one that did not leaves the state unknown: an old answer is
    /// none to a question about now.
    pub fn new(model: &Model, analysis: &Analysis, phase: Option<Phase>) -> Self {
        let probe = &model.facts.backing;
        let now_known = probe.get().copied().filter(|_| probe.problem.is_none());
        let state = if now_known.is_some() { analysis.state } else { ConnectionState::Unknown };
        Self {
            schema: "ado2entra.status/1",
            organization: model.context.organization.clone(),
            goal: analysis.goal,
            state,
            backing_tenant_id: backing(now_known),
            phase,
            disconnected_users: disconnected(state, analysis),
            health: model.facts.health.get().map(|health| health.health.clone()),
            probed_at: probe.read_at,
        }
    }

    /// Whether the two differ in more than the moment.
    pub fn differs_from(&self, other: &Self) -> bool {
        let moment = other.probed_at;
        Self { probed_at: moment, ..self.clone() } != *other
    }
}

fn disconnected(state: ConnectionState, analysis: &Analysis) -> Known<usize> {
    match (state, &analysis.forecast) {
        (ConnectionState::NotConnected | ConnectionState::ConnectedElsewhere, _) => Known::None,
        (ConnectionState::Unknown, _) | (_, None) => Known::Unknown,
        (ConnectionState::Connected, Some(forecast)) => Known::Some(
            forecast.people().iter().filter(|person| person.outcome != Outcome::Connected).count(),
        ),
    }
}
